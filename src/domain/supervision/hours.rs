//! Whether somebody looked during working hours, for the counters of what is unusual.

use crate::domain::calendar::Calendar;
use crate::domain::macros::text_enum;
use crate::domain::time::Timestamp;

text_enum! {
    /// How an instant lies in the working calendar.
    pub enum Hours {
        /// Within working hours of a working day.
        Working => "WORKING",
        /// Outside of them: at night, at noon, on a day of rest or a holiday.
        Off => "OFF",
        /// The calendar has no data for that year.
        Unknown => "UNKNOWN",
    }
}

impl Hours {
    /// Of an instant, by the clock in Viet Nam; the end of a session no longer belongs to it.
    pub fn at(calendar: &Calendar, instant: Timestamp) -> Self {
        let civil = instant.civil();
        let is_open = || {
            let mut sessions = calendar.sessions().iter();
            sessions.any(|session| session.opens <= civil.time() && civil.time() < session.closes)
        };
        match calendar.is_working(civil.date()) {
            Ok(is_working) if is_working && is_open() => Self::Working,
            Ok(_) => Self::Off,
            Err(_missing) => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nights_noons_weekends_and_holidays_are_no_working_hours() {
        let calendar = Calendar::embedded().unwrap();
        let at = |text: &str| Hours::at(&calendar, Timestamp::parse_rfc3339(text).unwrap());
        for (text, expected) in [
            ("2026-11-20T09:00:00+07:00", Hours::Working),
            ("2026-11-20T02:00:00Z", Hours::Working),
            ("2026-11-20T03:00:00+07:00", Hours::Off),
            ("2026-11-20T23:30:00+07:00", Hours::Off),
            // Sunday; the Culture Day; a Saturday that makes up for a day off.
            ("2026-11-22T09:00:00+07:00", Hours::Off),
            ("2026-11-24T09:00:00+07:00", Hours::Off),
            ("2026-01-10T09:00:00+07:00", Hours::Working),
            ("2031-01-08T09:00:00+07:00", Hours::Unknown),
        ] {
            assert_eq!(at(text), expected, "{text}");
        }
        let session = &calendar.sessions()[0];
        let day = jiff::civil::date(2026, 11, 20);
        let closes = Timestamp::from_civil(day.to_datetime(session.closes));
        assert_eq!(Hours::at(&calendar, closes.plus_micros(-1)), Hours::Working);
        assert_eq!(Hours::at(&calendar, closes), Hours::Off);
    }
}
