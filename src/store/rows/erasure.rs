//! Rows of erasures.

use sqlx::Row as _;

use super::{integer, row, text};
use crate::domain::erasure::{Decided, Erasure, ErasureState};
use crate::domain::ids::{OfficerId, RequestId};
use crate::domain::time::Timestamp;
use crate::store::backend::{from_row, parsed, parsed_optional};
use crate::store::bulk::Cell;

row!(Erasure, ERASURE, |row| [
    integer(row.proposed_index),
    text(&row.subject),
    integer(row.body_index),
    text(row.agency.as_str()),
    text(row.proposed_by.as_str()),
    integer(row.proposed_time.micros()),
    text(stored_state(row).as_str()),
    Cell::Integer(row.decided.as_ref().map(|decided| decided.index)),
    Cell::Text(row.decided.as_ref().map(|decided| decided.officer.as_str())),
    Cell::Integer(row.decided.as_ref().map(|decided| decided.time.micros())),
]);
from_row!(Erasure, |row| {
    let officer: Option<OfficerId> = parsed_optional(row, "decided_by")?;
    let index: Option<i64> = row.try_get("decided_index")?;
    let time: Option<i64> = row.try_get("decided_time")?;
    let state: ErasureState = parsed(row, "state")?;
    let decided = officer.zip(index).zip(time).map(|((officer, index), time)| Decided {
        index,
        officer,
        time: Timestamp::from_micros(time),
        erased: state == ErasureState::Erased,
    });
    Ok(Self {
        proposed_index: row.try_get("proposed_index")?,
        subject: row.try_get("subject")?,
        body_index: row.try_get("body_index")?,
        agency: parsed(row, "agency")?,
        proposed_by: parsed(row, "proposed_by")?,
        proposed_time: Timestamp::from_micros(row.try_get("proposed_time")?),
        decided,
    })
});

/// What is stored: that nobody decided in time is told by time alone.
fn stored_state(erasure: &Erasure) -> ErasureState {
    match &erasure.decided {
        Some(decided) if decided.erased => ErasureState::Erased,
        Some(_) => ErasureState::Rejected,
        None => ErasureState::Proposed,
    }
}

/// That an erasure destroyed the key of an entry's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ErasedContentRow {
    pub(crate) log_index: i64,
    pub(crate) erasure_index: i64,
}

row!(ErasedContentRow, ERASED_CONTENT, |row| [
    integer(row.log_index),
    integer(row.erasure_index),
]);
from_row!(ErasedContentRow, |row| {
    Ok(Self {
        log_index: row.try_get("log_index")?,
        erasure_index: row.try_get("erasure_index")?,
    })
});

/// That an open request relates to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenRelation {
    /// The request that is related to.
    pub request_id: RequestId,
    /// The open one.
    pub open_id: RequestId,
}

from_row!(OpenRelation, |row| {
    Ok(Self {
        request_id: parsed(row, "id")?,
        open_id: parsed(row, "open_id")?,
    })
});
