//! Dates and moments as edXML writes them: `2026/11/20`, `2026/11/20 08:30:00`, on the clock in Viet Nam. Other systems
//! write them in other ways, so they are read loosely.

use jiff::civil::{Date, DateTime, Time};

/// `2026/11/20`.
pub(super) fn write_date(date: Date) -> String {
    format!("{:04}/{:02}/{:02}", date.year(), date.month(), date.day())
}

/// `2026/11/20 08:30:00`.
pub(super) fn write_moment(at: DateTime) -> String {
    let date = write_date(at.date());
    format!("{date} {:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// `2026/11/20`, `2026-11-20` or `20/11/2026`; a time of day after it is passed over.
pub(super) fn read_date(text: &str) -> Option<Date> {
    let date = text.split([' ', 'T']).next()?;
    let mut parts = date.split(['/', '-']);
    let (first, month, last) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    if year.len() != 4 {
        return None;
    }
    Date::new(number(year)?, number(month)?, number(day)?).ok()
}

/// A date as [`read_date`] takes it, with the time of day after a space or `T`; midnight if there is none. A fraction of
/// a second and an offset are passed over.
pub(super) fn read_moment(text: &str) -> Option<DateTime> {
    let date = read_date(text)?;
    let Some(time) = text.split([' ', 'T']).nth(1) else {
        return Some(date.to_datetime(Time::midnight()));
    };
    let time = time.split(['.', '+', 'Z']).next()?;
    let mut parts = time.split(':');
    let (hour, minute) = (parts.next()?, parts.next()?);
    let second = parts.next().unwrap_or("00");
    let time = Time::new(number(hour)?, number(minute)?, number(second)?, 0).ok()?;
    Some(date.to_datetime(time))
}

/// A number of digits alone.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};

    use super::*;

    #[test]
    fn dates_are_written_in_one_way_and_read_in_several() {
        assert_eq!(write_date(date(2026, 1, 5)), "2026/01/05");
        for text in [
            "2026/01/05",
            "2026-01-05",
            "05/01/2026",
            "5/1/2026",
            "2026/01/05 10:00:00",
            "2026-01-05T10:00:00",
        ] {
            assert_eq!(read_date(text), Some(date(2026, 1, 5)), "{text}");
        }
        for text in [
            "",
            "2026",
            "2026/13/05",
            "30/02/2026",
            "2026/01/05/06",
            "05/01/26",
            "2026/+1/05",
        ] {
            assert_eq!(read_date(text), None, "{text}");
        }
    }

    #[test]
    fn moments_are_written_in_one_way_and_read_in_several() {
        let at = datetime(2026, 1, 5, 8, 30, 0, 0);
        assert_eq!(write_moment(at), "2026/01/05 08:30:00");
        for text in ["2026/01/05 08:30:00", "05/01/2026 08:30", "2026-01-05T08:30:00.5+07:00"] {
            assert_eq!(read_moment(text), Some(at), "{text}");
        }
        assert_eq!(read_moment("2026/01/05"), Some(datetime(2026, 1, 5, 0, 0, 0, 0)));
        assert_eq!(read_moment("2026/01/05 25:00:00"), None);
    }
}
