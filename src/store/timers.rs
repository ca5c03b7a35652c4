//! Timers: what is due, what has none; and the notices that they draft.

use super::backend::{from_row, on_pool, on_tx};
use super::rows::{EventRow, NoticeRow, RequestParties};
use super::write::LedgerTx;
use super::{Store, json_list, sql_timer, store_error};
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, RequestId};
use crate::domain::time::Timestamp;
use crate::domain::timer::NoticeState;

/// The due time of a timer that waits for the request to change.
pub const NOT_BEFORE_A_CHANGE: i64 = i64::MAX;

/// A drafted notice with the event that drafted it.
#[derive(Debug, Clone)]
pub struct DraftedNotice {
    /// Where it stands.
    pub row: NoticeRow,
    /// What it says.
    pub event: EventRow,
}

from_row!(DraftedNotice, |row| {
    Ok(Self {
        row: NoticeRow::from_row(row)?,
        event: EventRow::from_row(row)?,
    })
});

/// Log indexes as one JSON parameter.
fn indexes(indexes: impl IntoIterator<Item = i64>) -> String {
    indexes.into_iter().collect::<serde_json::Value>().to_string()
}

impl Store {
    /// The requests whose time has come at `until`, the one that has waited longest first.
    pub async fn timers_due(&self, until: Timestamp, limit: i64) -> Result<Vec<RequestParties>> {
        on_pool!(self, sql_timer::TIMERS_DUE, |sql, pool| sqlx::query_as(sql)
            .bind(until.micros())
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The earliest timer of all; `None` if nothing is to come.
    pub async fn oldest_timer(&self) -> Result<Option<Timestamp>> {
        let found: Option<i64> = on_pool!(self, sql_timer::OLDEST_TIMER, |sql, pool| sqlx::query_scalar(sql)
            .fetch_optional(pool))
        .map_err(store_error)?;
        Ok(found
            .filter(|due| *due != NOT_BEFORE_A_CHANGE)
            .map(Timestamp::from_micros))
    }

    /// The next requests after `after` that have a timer.
    pub async fn timed_requests(&self, after: Option<&RequestId>, limit: i64) -> Result<Vec<RequestParties>> {
        on_pool!(self, sql_timer::TIMED_REQUESTS, |sql, pool| sqlx::query_as(sql)
            .bind(after.map_or("", RequestId::as_str))
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The next requests after `after` that should have a timer and have none.
    pub async fn requests_without_timer(&self, after: Option<&RequestId>, limit: i64) -> Result<Vec<RequestParties>> {
        on_pool!(self, sql_timer::REQUESTS_WITHOUT_TIMER, |sql, pool| sqlx::query_as(sql)
            .bind(after.map_or("", RequestId::as_str))
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Notices drafted for requests that `sender` sent, newest first, before `before`.
    pub async fn notices_of(
        &self,
        sender: &AgencyCode,
        state: Option<NoticeState>,
        before: i64,
        limit: i64,
    ) -> Result<Vec<DraftedNotice>> {
        on_pool!(self, sql_timer::NOTICES_OF_SENDER, |sql, pool| sqlx::query_as(sql)
            .bind(sender.as_str())
            .bind(before)
            .bind(state.map_or("", NoticeState::as_str))
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// One of them.
    pub async fn notice_of(&self, sender: &AgencyCode, drafted_index: i64) -> Result<Option<DraftedNotice>> {
        on_pool!(self, sql_timer::NOTICE_OF_SENDER, |sql, pool| sqlx::query_as(sql)
            .bind(sender.as_str())
            .bind(drafted_index)
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// The events under these log indexes.
    pub async fn events_at(&self, wanted: impl IntoIterator<Item = i64>) -> Result<Vec<EventRow>> {
        let list = indexes(wanted);
        on_pool!(self, sql_timer::EVENTS_BY_INDEXES, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)
    }
}

impl LedgerTx {
    /// Takes the timers of requests away that have ended.
    pub(crate) async fn remove_timers(&mut self, requests: &[RequestId]) -> std::result::Result<(), sqlx::Error> {
        if requests.is_empty() {
            return Ok(());
        }
        let list = json_list(requests.iter().map(RequestId::as_str));
        let _removed: Vec<String> = on_tx!(&mut self.tx, sql_timer::REMOVE_TIMERS, |sql, connection| {
            sqlx::query_scalar(sql).bind(&list).fetch_all(connection)
        })?;
        Ok(())
    }

    /// Notices by their drafts.
    pub(crate) async fn notices(
        &mut self,
        drafts: impl Iterator<Item = i64>,
    ) -> std::result::Result<Vec<NoticeRow>, sqlx::Error> {
        let list = indexes(drafts);
        on_tx!(&mut self.tx, sql_timer::NOTICES_BY_INDEXES, |sql, connection| {
            sqlx::query_as(sql).bind(&list).fetch_all(connection)
        })
    }
}
