//! Moments: the first microsecond at which something is to be done.

use crate::domain::calendar::{Calendar, CalendarMissing};
use crate::domain::catalogue::rule::{Span, TimeUnit};
use crate::domain::deadline::{Limit, due as end_of, due_before};
use crate::domain::escalation::Rung;
use crate::domain::time::Timestamp;

/// When a rung of a clock that is due at `due` fires.
///
/// Before the due time, in days: at the beginning of that day, so that it stands in the mailbox when work begins. After it: when
/// the last day (or hour) is over. A due time itself is still in time: it is over a microsecond later.
pub(super) fn of(rung: &Rung, due: Timestamp, calendar: &Calendar) -> Result<Timestamp, CalendarMissing> {
    match (rung.before, rung.after) {
        (Some(span), _) => {
            let at = due_before(span, due, calendar)?;
            Ok(if is_in_hours(span) {
                at
            } else {
                Timestamp::from_civil(at.date().at(0, 0, 0, 0))
            })
        }
        (None, Some(span)) => after(span, due, calendar),
        (None, None) => Ok(due.plus_micros(1)),
    }
}

/// When `span` from `start` on is over.
pub(super) fn after(span: Span, start: Timestamp, calendar: &Calendar) -> Result<Timestamp, CalendarMissing> {
    Ok(end_of(&Limit::Span(span), start, &[], calendar)?.plus_micros(1))
}

fn is_in_hours(span: Span) -> bool {
    matches!(span.unit, TimeUnit::Hours | TimeUnit::WorkingHours)
}
