//! Entries about suspensions: the list of them is what these say, and stands in no table of its own.

use super::backend::{on_pool, on_tx};
use super::rows::EventRow;
use super::write::LedgerTx;
use super::{Store, sql_suspension as sql, store_error};
use crate::domain::error::{Error, Result};
use crate::domain::ids::RequestId;
use crate::domain::request::EnforcementRequest;
use crate::domain::suspension::known::{KnownSuspensions, Told};

/// Takes the entries in. An entry that does not follow was not written by this hub.
fn take_in(known: &mut KnownSuspensions, events: &[EventRow]) -> Option<()> {
    events.iter().try_for_each(|event| {
        known.follow(&Told {
            log_index: event.log_index,
            subject: &event.subject,
            version: event.version,
            action: &event.action,
            details: &event.details,
        })
    })
}

/// The index after which new entries stand.
fn after(known: &KnownSuspensions) -> i64 {
    known.last_index().unwrap_or(-1)
}

impl Store {
    /// All suspensions as they stand.
    pub async fn suspensions(&self) -> Result<KnownSuspensions> {
        let mut known = KnownSuspensions::default();
        let events: Vec<EventRow> = on_pool!(self, sql::SUSPENSION_ENTRIES, |sql, pool| sqlx::query_as(sql)
            .bind(after(&known))
            .fetch_all(pool))
        .map_err(store_error)?;
        let taken = take_in(&mut known, &events);
        taken.ok_or_else(|| Error::internal("an entry about a suspension that does not follow"))?;
        Ok(known)
    }

    /// The next requests after `after` (empty: from the beginning) with a clock that is not over, whole.
    pub async fn requests_with_clocks(&self, after: Option<&RequestId>, limit: i64) -> Result<Vec<EnforcementRequest>> {
        on_pool!(self, sql::REQUESTS_WITH_CLOCKS, |sql, pool| sqlx::query_as(sql)
            .bind(after.map_or("", RequestId::as_str))
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }
}

impl LedgerTx {
    /// Takes in what has been entered since `known`: under the lock of the head nobody enters more.
    pub(crate) async fn follow_suspensions(
        &mut self,
        known: &KnownSuspensions,
    ) -> std::result::Result<Option<KnownSuspensions>, sqlx::Error> {
        let events: Vec<EventRow> = on_tx!(&mut self.tx, sql::SUSPENSION_ENTRIES, |sql, connection| sqlx::query_as(
            sql
        )
        .bind(after(known))
        .fetch_all(connection))?;
        if events.is_empty() {
            return Ok(None);
        }
        let mut newer = known.clone();
        let taken = take_in(&mut newer, &events);
        taken.ok_or_else(|| sqlx::Error::Protocol("an entry about a suspension that does not follow".to_owned()))?;
        Ok(Some(newer))
    }
}
