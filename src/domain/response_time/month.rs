//! A month of Viet Nam, in which something was counted.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::domain::time::Timestamp;

/// A month on the calendar in Viet Nam, told as `YYYY-MM`; in order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

/// A text that is no month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a month is written YYYY-MM")]
pub struct MalformedMonth;

impl Month {
    /// That of an instant.
    pub fn of(time: Timestamp) -> Self {
        let date = time.date();
        Self {
            year: date.year(),
            month: date.month(),
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = MalformedMonth;

    fn from_str(text: &str) -> Result<Self, MalformedMonth> {
        let (year, month) = text.split_once('-').ok_or(MalformedMonth)?;
        let is_form =
            year.len() == 4 && month.len() == 2 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
        let (year, month) = (year.parse(), month.parse());
        let (Ok(year), Ok(month), true) = (year, month, is_form) else {
            return Err(MalformedMonth);
        };
        Date::new(year, month, 1).map_err(|_none| MalformedMonth)?;
        Ok(Self { year, month })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_midnight_in_viet_nam() {
        let of = |text: &str| Month::of(Timestamp::parse_rfc3339(text).unwrap()).to_string();
        assert_eq!(of("2026-11-30T23:59:59+07:00"), "2026-11");
        assert_eq!(of("2026-11-30T17:00:00Z"), "2026-12");
    }

    #[test]
    fn months_come_back_from_their_text_in_order() {
        let [earlier, later] = ["2025-12", "2026-01"].map(|text| text.parse::<Month>().unwrap());
        assert!(earlier < later && later.to_string() == "2026-01");
        for wrong in [
            "",
            "2026",
            "2026-13",
            "2026-00",
            "2026-1",
            "26-01",
            "2026-01-01",
            "+026-01",
            "2026-+1",
        ] {
            assert_eq!(wrong.parse::<Month>(), Err(MalformedMonth), "{wrong}");
        }
    }
}
