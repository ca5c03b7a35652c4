//! Moving the clock of a sandbox: one entry, of the time to which it is moved. The head keeps that time, so every hub of the database
//! goes on from there, also after a restart.

use serde::{Deserialize, Serialize};

use super::command::Command;
use super::environment::Environment;
use super::record::{NewEntry, details_text};
use super::state::State;
use super::suspension::SuspensionStep;
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::sandbox::MOST_AT_ONCE;
use crate::domain::time::Timestamp;
use crate::evidence::leaf::EntryType;

/// The subject of entries about the clock.
pub const CLOCK_SUBJECT: &str = "clock";

/// Their action.
pub const ADVANCE_CLOCK: &str = "advance_clock";

/// What is done to clocks: the hub's own, or those of many requests.
#[derive(Debug, Clone)]
pub enum ClockStep {
    /// Move the hub's ahead, in a sandbox.
    Advance(ClockAdvance),
    /// Let those of requests stand still together, or run again.
    Suspend(SuspensionStep),
}

/// How far to move the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockAdvance {
    /// So many microseconds ahead.
    By(i64),
    /// To this instant.
    To(Timestamp),
}

/// What an entry about the clock says. Instants in microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockDetails {
    /// Where it stood.
    pub from: i64,
    /// Where it was moved; the time of the entry.
    pub to: i64,
}

/// Moves it. An advance stands alone in its batch.
pub(super) fn advance(
    state: &mut State,
    environment: &Environment,
    command: &Command,
    advance: &ClockAdvance,
) -> Result<()> {
    if !environment.clock.is_sandbox() {
        return Err(Error::new(ErrorCode::MethodNotAllowed));
    }
    let from = state.hub_time;
    let (field, to) = match advance {
        ClockAdvance::By(micros) => ("by_seconds", from.plus_micros(*micros)),
        ClockAdvance::To(to) => ("to", *to),
    };
    if to <= from {
        return Err(refused(
            field,
            "not_forward",
            "Đồng hồ chỉ đi tới, không lùi.",
            "The clock only goes forward.",
        ));
    }
    if to.micros().saturating_sub(from.micros()) > MOST_AT_ONCE {
        return Err(refused(
            field,
            "too_far",
            "Mỗi lần chỉ được chuyển đồng hồ tối đa 366 ngày.",
            "At most 366 days at once.",
        ));
    }
    state.hub_time = to;
    let details = ClockDetails {
        from: from.micros(),
        to: to.micros(),
    };
    let content_digest = state.keep_body(command.body.as_ref(), environment)?.digest;
    let entry = NewEntry {
        entry_type: EntryType::Clock,
        subject: CLOCK_SUBJECT.to_owned(),
        version: 1,
        action: ADVANCE_CLOCK,
        from_state: None,
        to_state: None,
        party: None,
        counterparty: None,
        details: details_text(&details)?,
        content_digest,
    };
    state.append(&command.actor, entry);
    Ok(())
}

fn refused(field: &str, reason: &str, vi: &str, en: &str) -> Error {
    Error::invalid(
        ErrorCode::FieldInvalid,
        vec![FieldViolation::new(field, reason, vi, en)],
    )
}
