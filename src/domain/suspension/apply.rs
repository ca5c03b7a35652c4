//! Letting the clocks of a request stand still. Nothing of it depends on the order in which suspensions came to be known: what a clock
//! carries follows from its own life and the list, each time anew.

use super::known::KnownSuspensions;
use super::{ClockSuspension, Effect, Subject};
use crate::domain::calendar::Calendar;
use crate::domain::deadline::{Deadline, Decided, Suspension};
use crate::domain::workflow::Action;

/// Lets each open clock stand still as the suspensions say that move it, and run again where one has been ended. Gives the indexes of
/// those that changed. A clock with a verdict stays as it is.
pub fn stand_still(
    deadlines: &mut [Deadline],
    known: &KnownSuspensions,
    subject: &Subject<'_>,
    calendar: &Calendar,
) -> Vec<usize> {
    let mut changed = Vec::new();
    for (index, deadline) in deadlines.iter_mut().enumerate() {
        if deadline.is_open() && stands_still(deadline, known, subject, calendar) {
            changed.push(index);
        }
    }
    changed
}

fn stands_still(deadline: &mut Deadline, known: &KnownSuspensions, subject: &Subject<'_>, calendar: &Calendar) -> bool {
    let all = known.iter().map(|known| &known.suspension);
    let mut moving: Vec<&ClockSuspension> = all
        .filter(|suspension| suspension.effect_on(subject, deadline) == Some(Effect::Moves))
        .collect();
    moving.sort_by(|one, other| (one.from, &one.id).cmp(&(other.from, &other.id)));
    let wanted: Vec<Suspension> = moving.into_iter().map(on_a_clock).collect();
    deadline.let_stand_still(&wanted, calendar)
}

/// The suspension as a clock carries it.
fn on_a_clock(suspension: &ClockSuspension) -> Suspension {
    Suspension {
        from: suspension.from,
        to: suspension.to,
        cause: Action::SuspendClocks,
        decided: Some(Decided {
            id: suspension.id.clone(),
            cause: suspension.cause,
            basis: suspension.basis.clone(),
            document: suspension.document.clone(),
        }),
    }
}

/// The suspensions that concern a request without moving its clocks: they explain, and nothing more.
pub fn explaining<'a>(
    deadlines: &'a [Deadline],
    known: &'a KnownSuspensions,
    subject: &'a Subject<'a>,
) -> impl Iterator<Item = &'a ClockSuspension> {
    known.iter().map(|known| &known.suspension).filter(move |suspension| {
        deadlines.iter().any(|deadline| {
            let is_within = deadline.due.is_none_or(|due| suspension.from <= due)
                && deadline.stopped.is_none_or(|stopped| suspension.from <= stopped);
            is_within && suspension.effect_on(subject, deadline) == Some(Effect::Explains)
        })
    })
}
