//! Rows of timers and of drafted notices.

use sqlx::Row as _;

use super::{integer, row, text};
use crate::domain::ids::{AgencyCode, RequestId};
use crate::domain::timer::NoticeState;
use crate::store::backend::{from_row, parsed, parsed_optional};
use crate::store::bulk::Cell;

/// When the hub must look at a request again, in microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimerRow {
    pub(crate) request_id: RequestId,
    pub(crate) due_time: i64,
}

row!(TimerRow, TIMER, |row| [
    text(row.request_id.as_str()),
    integer(row.due_time)
]);

/// A notice that the hub drafted, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// The entry of its draft.
    pub drafted_index: i64,
    /// The request.
    pub request_id: RequestId,
    /// Where it stands.
    pub state: NoticeState,
    /// To whom, as far as anybody is registered.
    pub addressee: Option<AgencyCode>,
    /// The entry of the decision.
    pub decided_index: Option<i64>,
}

row!(NoticeRow, NOTICE, |row| [
    integer(row.drafted_index),
    text(row.request_id.as_str()),
    text(row.state.as_str()),
    Cell::Text(row.addressee.as_ref().map(AgencyCode::as_str)),
    Cell::Integer(row.decided_index),
]);
from_row!(NoticeRow, |row| {
    Ok(Self {
        drafted_index: row.try_get("drafted_index")?,
        request_id: parsed(row, "enforcement_request_id")?,
        state: parsed(row, "state")?,
        addressee: parsed_optional(row, "addressee")?,
        decided_index: row.try_get("decided_index")?,
    })
});
