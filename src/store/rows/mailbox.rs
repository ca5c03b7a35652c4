//! Rows of mailboxes: heads, entries, cursors.

use sqlx::Row as _;

use super::{integer, row, text};
use crate::domain::ids::{AgencyCode, CursorName, OfficerId, UnitId};
use crate::domain::mailbox::{Lane, LaneHead, MailboxEntry};
use crate::store::backend::{from_row, parsed, parsed_optional};
use crate::store::bulk::Cell;
use crate::store::rows::EventRow;

/// How far a lane of a mailbox goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeadRow {
    pub(crate) agency: AgencyCode,
    pub(crate) lane: Lane,
    pub(crate) head: LaneHead,
}

row!(HeadRow, MAILBOX_HEAD, |row| [
    text(row.agency.as_str()),
    text(row.lane.as_str()),
    integer(row.head.last_position),
    integer(row.head.delivered_position),
]);
from_row!(HeadRow, |row| {
    Ok(Self {
        agency: parsed(row, "agency")?,
        lane: parsed(row, "lane")?,
        head: LaneHead {
            last_position: row.try_get("last_position")?,
            delivered_position: row.try_get("delivered_position")?,
        },
    })
});

row!(MailboxEntry, MAILBOX_ENTRY, |row| [
    text(row.agency.as_str()),
    text(row.lane.as_str()),
    integer(row.position),
    integer(row.log_index),
    text(row.request_id.as_str()),
    Cell::Text(row.unit.as_ref().map(UnitId::as_str)),
    Cell::Text(row.officer.as_ref().map(OfficerId::as_str)),
    Cell::Flag(row.lifted),
]);

/// A mailbox entry with the event it announces.
#[derive(Debug, Clone)]
pub struct DeliveredEvent {
    /// The entry.
    pub entry: MailboxEntry,
    /// The event.
    pub event: EventRow,
}

from_row!(DeliveredEvent, |row| {
    let event = EventRow::from_row(row)?;
    Ok(Self {
        entry: MailboxEntry {
            agency: parsed(row, "m_agency")?,
            lane: parsed(row, "m_lane")?,
            position: row.try_get("m_position")?,
            log_index: event.log_index,
            request_id: parsed(row, "subject")?,
            unit: parsed_optional(row, "m_unit")?,
            officer: parsed_optional(row, "m_officer")?,
            lifted: row.try_get("m_lifted")?,
        },
        event,
    })
});

/// A named cursor in one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CursorRow {
    pub(crate) agency: AgencyCode,
    pub(crate) name: CursorName,
    pub(crate) lane: Lane,
    pub(crate) position: i64,
}

row!(CursorRow, MAILBOX_CURSOR, |row| [
    text(row.agency.as_str()),
    text(row.name.as_str()),
    text(row.lane.as_str()),
    integer(row.position),
]);
from_row!(CursorRow, |row| {
    Ok(Self {
        agency: parsed(row, "agency")?,
        name: parsed(row, "name")?,
        lane: parsed(row, "lane")?,
        position: row.try_get("position")?,
    })
});
