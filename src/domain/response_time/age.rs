//! How long open duties are overdue.

use jiff::ToSpan as _;

use crate::domain::calendar::Calendar;
use crate::domain::time::Timestamp;

/// The instants between the ages, as of now: whatever was due at one of them or later is at most so old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgeLimits {
    /// A working day ago.
    pub day: Timestamp,
    /// Five working days ago.
    pub week: Timestamp,
    /// A month ago.
    pub month: Timestamp,
    /// Now.
    pub now: Timestamp,
}

impl AgeLimits {
    /// As of `now`: the same time of day so many working days before; the same date a month before. Ages are no verdicts: where the
    /// calendar has no data, a day counts as a working day.
    pub fn at(now: Timestamp, calendar: &Calendar) -> Self {
        let civil = now.civil();
        let back = |days: u32| {
            let (mut date, mut left) = (civil.date(), days);
            while left > 0 {
                let Ok(before) = date.checked_sub(1.day()) else { break };
                date = before;
                if calendar.is_working(date).unwrap_or(true) {
                    left -= 1;
                }
            }
            Timestamp::from_civil(date.to_datetime(civil.time()))
        };
        let month = civil.checked_sub(1.month()).map_or(now, Timestamp::from_civil);
        let (day, week) = (back(1), back(5));
        Self {
            day,
            week,
            month: month.min(week),
            now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_counted_in_working_days_over_a_weekend_and_a_day_off() {
        let calendar = Calendar::embedded().unwrap();
        let at = |text: &str| AgeLimits::at(Timestamp::parse_rfc3339(text).unwrap(), &calendar);
        // Wednesday after the day off of Tuesday 24 November.
        let limits = at("2026-11-25T10:00:00+07:00");
        assert_eq!(limits.day.to_rfc3339(), "2026-11-23T10:00:00+07:00");
        assert_eq!(limits.week.to_rfc3339(), "2026-11-17T10:00:00+07:00");
        assert_eq!(limits.month.to_rfc3339(), "2026-10-25T10:00:00+07:00");
        let sunday = at("2026-11-22T10:00:00+07:00");
        assert_eq!(sunday.day.to_rfc3339(), "2026-11-20T10:00:00+07:00");
    }

    #[test]
    fn no_age_begins_before_the_one_that_is_younger() {
        let calendar = Calendar::embedded().unwrap();
        let newest = Timestamp::parse_rfc3339("2026-01-01T00:00:00+07:00").unwrap();
        for day in 0..400 {
            let limits = AgeLimits::at(newest.plus_hours(day * 24), &calendar);
            assert!(limits.month <= limits.week && limits.week <= limits.day && limits.day < limits.now);
        }
    }
}
