//! Reading mailboxes.

use std::collections::BTreeMap;

use super::backend::on_pool;
use super::rows::{CursorRow, DeliveredEvent, HeadRow};
use super::{Store, json_list, json_pairs, sql, store_error};
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, CursorName};
use crate::domain::mailbox::{Lane, LaneHead};

/// A position per lane; a lane that is missing stands at 0.
pub type Cursors = BTreeMap<Lane, i64>;

impl Store {
    /// Entries of one lane after `after`, at most `limit`, in order.
    pub async fn mailbox_page(
        &self,
        agency: &AgencyCode,
        lane: Lane,
        after: i64,
        limit: i64,
    ) -> Result<Vec<DeliveredEvent>> {
        on_pool!(self, sql::MAILBOX_PAGE, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(lane.as_str())
            .bind(after)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Where a cursor of `agency` stands.
    pub async fn cursor(&self, agency: &AgencyCode, name: &CursorName) -> Result<Cursors> {
        let pairs = json_pairs([(agency.as_str(), name.as_str())]);
        let rows: Vec<CursorRow> = on_pool!(self, sql::CURSORS_BY_NAMES, |sql, pool| sqlx::query_as(sql)
            .bind(&pairs)
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| (row.lane, row.position)).collect())
    }

    /// How far the lanes of several agencies go and were delivered.
    pub async fn heads_of<'a>(
        &self,
        agencies: impl IntoIterator<Item = &'a AgencyCode>,
    ) -> Result<BTreeMap<(AgencyCode, Lane), LaneHead>> {
        let agencies: std::collections::BTreeSet<&AgencyCode> = agencies.into_iter().collect();
        let list = json_list(agencies.into_iter().map(AgencyCode::as_str));
        let rows: Vec<HeadRow> = on_pool!(self, sql::MAILBOX_HEADS, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| ((row.agency, row.lane), row.head)).collect())
    }

    /// How far the lanes of `agency` go and were delivered.
    pub async fn mailbox_heads(&self, agency: &AgencyCode) -> Result<BTreeMap<Lane, LaneHead>> {
        let rows: Vec<HeadRow> = on_pool!(self, sql::MAILBOX_HEADS_OF_AGENCY, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| (row.lane, row.head)).collect())
    }
}
