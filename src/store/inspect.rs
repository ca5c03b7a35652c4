//! What `lienthong doctor` asks of a database: set-based, read-only, codes and counts alone.

use sqlx::Row as _;

use super::backend::{Sql, from_row};
use super::rows::{BodyRow, CalendarDayRow, Checkpoint, EventRow, LogEntry};
use super::snapshot::{Snapshot, on_snapshot};
use super::{sql, sql_operator, store_error};
use crate::domain::calendar::DayState;
use crate::domain::error::Result;
use crate::domain::time::Timestamp;
use crate::evidence::leaf::EntryType;

/// How many entries the log has, and whether they are those of a dense log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogShape {
    /// Entries.
    pub entries: i64,
    /// Events.
    pub events: i64,
    /// Entries whose index the head's size does not cover.
    pub outside: i64,
    /// Entries without an event.
    pub unmatched: i64,
}

from_row!(LogShape, |row| Ok(Self {
    entries: row.try_get("entries")?,
    events: row.try_get("events")?,
    outside: row.try_get("outside")?,
    unmatched: row.try_get("unmatched")?,
}));

/// When the last certificate of an agency for a purpose ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialEnd {
    /// Whose.
    pub agency: String,
    /// What for.
    pub purpose: String,
    /// When.
    pub until: Timestamp,
}

from_row!(CredentialEnd, |row| Ok(Self {
    agency: row.try_get("agency")?,
    purpose: row.try_get("purpose")?,
    until: Timestamp::from_micros(row.try_get("until")?),
}));

/// How many of something an agency has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyCount {
    /// Which agency.
    pub agency: String,
    /// How many.
    pub count: i64,
}

from_row!(AgencyCount, |row| Ok(Self {
    agency: row.try_get("agency")?,
    count: row.try_get("count")?,
}));

/// Requests that were submitted under a revision of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeptRequests {
    /// The kind.
    pub kind: String,
    /// The revision.
    pub kind_revision: i64,
    /// All of them.
    pub kept: i64,
    /// Those that wait for something.
    pub open: i64,
}

from_row!(KeptRequests, |row| Ok(Self {
    kind: row.try_get("kind")?,
    kind_revision: row.try_get("kind_revision")?,
    kept: row.try_get("kept")?,
    open: row.try_get("open")?,
}));

impl Snapshot {
    /// How many requests there are under each revision of each kind.
    pub async fn kept_requests(&mut self) -> Result<Vec<KeptRequests>> {
        on_snapshot!(self, sql_operator::KEPT_REQUESTS, |sql, connection| sqlx::query_as(sql)
            .fetch_all(connection))
        .map_err(store_error)
    }

    /// The checkpoint of the largest tree.
    pub async fn last_checkpoint(&mut self) -> Result<Option<Checkpoint>> {
        on_snapshot!(self, sql::CHECKPOINT_LAST, |sql, connection| sqlx::query_as(sql)
            .fetch_optional(connection))
        .map_err(store_error)
    }

    /// Whether the log's indexes are dense, for a head of `size` entries.
    pub async fn log_shape(&mut self, size: i64) -> Result<LogShape> {
        on_snapshot!(self, sql::LOG_SHAPE, |sql, connection| sqlx::query_as(sql)
            .bind(size)
            .fetch_one(connection))
        .map_err(store_error)
    }

    /// The entries from `first` on, up to `end`.
    pub async fn entries(&mut self, first: i64, end: i64) -> Result<Vec<LogEntry>> {
        on_snapshot!(self, sql::LOG_RANGE, |sql, connection| sqlx::query_as(sql)
            .bind(first)
            .bind(end)
            .fetch_all(connection))
        .map_err(store_error)
    }

    /// The events from `first` on.
    pub async fn events(&mut self, first: i64) -> Result<Vec<EventRow>> {
        on_snapshot!(self, sql::EVENTS_FROM, |sql, connection| sqlx::query_as(sql)
            .bind(first)
            .fetch_all(connection))
        .map_err(store_error)
    }

    /// The body of an entry.
    pub async fn body(&mut self, log_index: i64) -> Result<Option<BodyRow>> {
        on_snapshot!(self, sql::BODY_OF_ENTRY, |sql, connection| sqlx::query_as(sql)
            .bind(log_index)
            .fetch_optional(connection))
        .map_err(store_error)
    }

    async fn number(&mut self, text: Sql) -> Result<i64> {
        on_snapshot!(self, text, |sql, connection| sqlx::query_scalar(sql)
            .fetch_one(connection))
        .map_err(store_error)
    }

    /// Lanes of mailboxes whose head does not fit their entries.
    pub async fn lanes_wrong(&mut self) -> Result<i64> {
        self.number(sql::LANES_WRONG).await
    }

    /// Requests whose version is not that of their last event, and openings without a request.
    pub async fn requests_wrong(&mut self) -> Result<i64> {
        self.number(sql::REQUESTS_WRONG).await
    }

    /// Keys that stand for entries beyond a head of `size` entries.
    pub async fn keys_wrong(&mut self, size: i64) -> Result<i64> {
        on_snapshot!(self, sql::KEYS_WRONG, |sql, connection| sqlx::query_scalar(sql)
            .bind(size)
            .fetch_one(connection))
        .map_err(store_error)
    }

    /// How many events are of a type.
    pub async fn events_of_type(&mut self, entry_type: EntryType) -> Result<i64> {
        on_snapshot!(self, sql::EVENTS_OF_TYPE, |sql, connection| sqlx::query_scalar(sql)
            .bind(i64::from(entry_type.code()))
            .fetch_one(connection))
        .map_err(store_error)
    }

    /// The agencies whose last certificate for a purpose ends before `limit`.
    pub async fn credentials_ending(&mut self, limit: Timestamp) -> Result<Vec<CredentialEnd>> {
        on_snapshot!(self, sql::CREDENTIALS_ENDING, |sql, connection| sqlx::query_as(sql)
            .bind(limit.micros())
            .fetch_all(connection))
        .map_err(store_error)
    }

    /// How many officers of each agency end from the date `from` on and before `limit`.
    pub async fn officers_ending(&mut self, from: &str, limit: &str) -> Result<Vec<AgencyCount>> {
        on_snapshot!(self, sql::OFFICERS_ENDING, |sql, connection| sqlx::query_as(sql)
            .bind(from)
            .bind(limit)
            .fetch_all(connection))
        .map_err(store_error)
    }

    /// Every state of every day of the calendar.
    pub async fn calendar_days(&mut self) -> Result<Vec<DayState>> {
        let rows: Vec<CalendarDayRow> = on_snapshot!(self, sql::CALENDAR_DAYS, |sql, connection| sqlx::query_as(sql)
            .fetch_all(connection))
        .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| row.state).collect())
    }
}
