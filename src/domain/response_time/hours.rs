//! Working hours that lie between two instants, pauses left out.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::domain::calendar::{Calendar, CalendarMissing};
use crate::domain::deadline::Suspension;
use crate::domain::time::Timestamp;

/// Seconds of working hours from `from` to `to` that lie in no pause, rounded down; 0 if `to` is not after `from`. An open pause
/// lasts until `to`.
///
/// # Errors
/// The calendar has no data for a year in between.
pub fn working_seconds(
    calendar: &Calendar,
    from: Timestamp,
    to: Timestamp,
    suspensions: &[Suspension],
) -> Result<i64, CalendarMissing> {
    let mut micros = 0;
    let mut at = from;
    // Pauses follow each other; each ends the stretch before it.
    for pause in suspensions {
        micros += working_micros(calendar, at, pause.from.min(to))?;
        at = at.max(pause.to.unwrap_or(to));
    }
    micros += working_micros(calendar, at, to)?;
    Ok(micros / 1_000_000)
}

fn working_micros(calendar: &Calendar, from: Timestamp, to: Timestamp) -> Result<i64, CalendarMissing> {
    let mut micros = 0;
    let mut day = from.date();
    while from < to && day <= to.date() {
        if calendar.is_working(day)? {
            let sessions = calendar.sessions().iter();
            let within = sessions.map(|session| {
                let opens = Timestamp::from_civil(day.to_datetime(session.opens)).max(from);
                let closes = Timestamp::from_civil(day.to_datetime(session.closes)).min(to);
                (closes.micros() - opens.micros()).max(0)
            });
            micros += within.sum::<i64>();
        }
        day = next(day)?;
    }
    Ok(micros)
}

fn next(day: Date) -> Result<Date, CalendarMissing> {
    day.checked_add(1.day()).map_err(|_end| CalendarMissing(day.year()))
}
