//! Rows of the calendar and of the hub's own jobs.

use sqlx::Row as _;

use super::{integer, row, text};
use crate::domain::calendar::{CalendarDay, DayState};
use crate::domain::ids::{AgencyCode, MeasureId, RequestId};
use crate::store::backend::{from_row, parsed, parsed_optional};
use crate::store::bulk::Cell;

/// A state of a day as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CalendarDayRow {
    pub(crate) state: DayState,
    date: String,
    known_from: Option<String>,
}

impl From<DayState> for CalendarDayRow {
    fn from(state: DayState) -> Self {
        Self {
            date: state.day.date.to_string(),
            known_from: state.day.known_from.map(|date| date.to_string()),
            state,
        }
    }
}

row!(CalendarDayRow, CALENDAR_DAY, |row| [
    text(&row.date),
    integer(row.state.version),
    text(row.state.day.kind.as_str()),
    text(&row.state.day.name),
    text(&row.state.day.basis),
    text(&row.state.day.certainty),
    Cell::Text(row.known_from.as_deref()),
    text(row.state.origin.as_str()),
]);
from_row!(CalendarDayRow, |row| {
    let day = CalendarDay {
        date: parsed(row, "date")?,
        kind: parsed(row, "kind")?,
        name: row.try_get("name")?,
        basis: row.try_get("basis")?,
        certainty: row.try_get("certainty")?,
        known_from: parsed_optional(row, "known_from")?,
    };
    Ok(Self::from(DayState {
        day,
        version: row.try_get("version")?,
        origin: parsed(row, "origin")?,
    }))
});

/// How far one of the hub's own jobs has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Which job.
    pub name: String,
    /// What it works towards, for example a version of the calendar.
    pub version: i64,
    /// The last request that was looked at; `None`: it is done for this version.
    pub position: Option<RequestId>,
}

row!(JobRow, JOB, |row| [
    text(&row.name),
    integer(row.version),
    Cell::Text(row.position.as_ref().map(RequestId::as_str)),
]);
from_row!(JobRow, |row| {
    Ok(Self {
        name: row.try_get("name")?,
        version: row.try_get("version")?,
        position: parsed_optional(row, "position")?,
    })
});

/// A request with its parties, as a sweep finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestParties {
    /// Which.
    pub id: RequestId,
    /// Who sent it.
    pub sender: AgencyCode,
    /// Who must answer it.
    pub recipient: AgencyCode,
}

from_row!(RequestParties, |row| {
    Ok(Self {
        id: parsed(row, "id")?,
        sender: parsed(row, "sender")?,
        recipient: parsed(row, "recipient")?,
    })
});

/// An agency that has ended, and who took over from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SuccessionRow {
    pub(crate) from: AgencyCode,
    pub(crate) to: AgencyCode,
}

from_row!(SuccessionRow, |row| {
    Ok(Self {
        from: parsed(row, "code")?,
        to: parsed(row, "successor")?,
    })
});

/// The id of a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MeasureIdRow(pub(crate) MeasureId);

from_row!(MeasureIdRow, |row| Ok(Self(parsed(row, "id")?)));
