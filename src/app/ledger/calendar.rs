//! Taking in days of the calendar: one entry for each import, which states the days whole.

use serde::{Deserialize, Serialize};

use super::command::{CalendarImport, Command};
use super::environment::Environment;
use super::record::{NewEntry, details_text};
use super::state::State;
use crate::domain::calendar::{CalendarDay, DayOrigin, DayState};
use crate::domain::error::Result;
use crate::evidence::leaf::EntryType;

/// The subject of entries about the calendar.
pub const CALENDAR_SUBJECT: &str = "calendar";

/// The action of an entry about the calendar.
pub const IMPORT_CALENDAR_DAYS: &str = "import_calendar_days";

/// What an entry about the calendar says. The version of its days is the entry's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarDetails {
    /// Who stated them.
    pub origin: DayOrigin,
    /// The days, whole.
    pub days: Vec<CalendarDay>,
}

/// Takes in the days. Of what the hub itself brings (its catalogue's days) only what is new here; nothing happens if
/// nothing is.
pub(super) fn import(
    state: &mut State,
    environment: &Environment,
    command: &Command,
    import: &CalendarImport,
) -> Result<()> {
    let today = state.hub_time.date();
    let (origin, days) = if command.actor.is_hub() {
        (DayOrigin::Catalogue, environment.calendar.news(&import.days, today))
    } else {
        let known_today = import.days.iter().map(|day| CalendarDay {
            known_from: Some(today),
            ..day.clone()
        });
        (DayOrigin::Operator, known_today.collect())
    };
    if days.is_empty() {
        return Ok(());
    }
    // An import stands alone in its batch, so the calendar in force is the one of the head.
    let version = environment.calendar.version() + 1;
    let details = CalendarDetails { origin, days };
    let content_digest = state.keep_body(command.body.as_ref(), environment)?.digest;
    let entry = NewEntry {
        entry_type: EntryType::Calendar,
        subject: CALENDAR_SUBJECT.to_owned(),
        version,
        action: IMPORT_CALENDAR_DAYS,
        from_state: None,
        to_state: None,
        party: None,
        counterparty: None,
        details: details_text(&details)?,
        content_digest,
    };
    state.append(&command.actor, entry);
    let states = details.days.into_iter().map(|day| DayState { day, version, origin });
    state.calendar_days = states.collect();
    Ok(())
}
