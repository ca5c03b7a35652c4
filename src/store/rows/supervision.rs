//! Rows of reads through supervision.

use sqlx::Row as _;

use super::{integer, row, text};
use crate::domain::ids::{AgencyCode, OfficerId, RequestId};
use crate::domain::supervision::{Hours, Look};
use crate::domain::time::Timestamp;
use crate::store::backend::{from_row, parsed};
use crate::store::bulk::Cell;

/// A read through supervision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRow {
    /// Its log entry.
    pub log_index: i64,
    /// The agency that looked.
    pub agency: AgencyCode,
    /// Its officer.
    pub officer: OfficerId,
    /// When.
    pub read_time: Timestamp,
    /// What was done.
    pub look: Look,
    /// Whether it was during working hours.
    pub hours: Hours,
    /// Whether a case or purpose was named.
    pub is_cited: bool,
    /// How many requests it showed.
    pub shown: i64,
}

row!(ReadRow, SUPERVISION_READ, |row| [
    integer(row.log_index),
    text(row.agency.as_str()),
    text(row.officer.as_str()),
    integer(row.read_time.micros()),
    text(row.look.as_str()),
    text(row.hours.as_str()),
    Cell::Flag(row.is_cited),
    integer(row.shown),
]);
from_row!(ReadRow, |row| {
    Ok(Self {
        log_index: row.try_get("log_index")?,
        agency: parsed(row, "agency")?,
        officer: parsed(row, "officer")?,
        read_time: Timestamp::from_micros(row.try_get("read_time")?),
        look: parsed(row, "action")?,
        hours: parsed(row, "hours")?,
        is_cited: row.try_get("cited")?,
        shown: row.try_get("shown")?,
    })
});

/// That a read showed a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShownRow {
    pub(crate) log_index: i64,
    pub(crate) request_id: RequestId,
}

row!(ShownRow, SUPERVISION_SHOWN, |row| [
    integer(row.log_index),
    text(row.request_id.as_str()),
]);
from_row!(ShownRow, |row| {
    Ok(Self {
        log_index: row.try_get("log_index")?,
        request_id: parsed(row, "enforcement_request_id")?,
    })
});

/// What an officer looked at on one day in Viet Nam.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadCount {
    /// Days since 1970-01-01.
    pub day: i64,
    /// The officer.
    pub officer: OfficerId,
    /// Reads.
    pub reads: i64,
    /// Requests shown by them, each as often as it was shown.
    pub shown: i64,
    /// Reads outside working hours.
    pub off_hours: i64,
    /// Reads of which the calendar cannot tell.
    pub hours_unknown: i64,
    /// Reads that named no case or purpose.
    pub not_cited: i64,
    /// Reads that showed nothing: a request that does not exist or is not under the agency.
    pub in_vain: i64,
}

from_row!(ReadCount, |row| {
    Ok(Self {
        day: row.try_get("day")?,
        officer: parsed(row, "officer")?,
        reads: row.try_get("reads")?,
        shown: row.try_get("shown")?,
        off_hours: row.try_get("off_hours")?,
        hours_unknown: row.try_get("hours_unknown")?,
        not_cited: row.try_get("not_cited")?,
        in_vain: row.try_get("in_vain")?,
    })
});
