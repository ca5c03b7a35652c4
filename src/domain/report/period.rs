//! Periods of reports. The statistical year runs from 1 October to 30 September and its figures are cumulative from its
//! first day (Circular TT 06/2019/TT-BTP, LAW.md section 10; its successor of 2026 was not found). Every period but a
//! campaign's window is whole months, since figures are kept by the month.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

/// A month of the calendar; written `2026-11`. Years 1900 to 2999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

/// A text that names no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected TK2027, TK2027/6, 2026H1, 2026-11 or 2026-10-01..2026-12-31")]
pub struct MalformedPeriod;

impl Month {
    /// The month of a date.
    pub fn of(date: Date) -> Self {
        Self {
            year: date.year(),
            month: date.month(),
        }
    }

    /// The first month of a statistical year.
    const fn opening(year: i16) -> Self {
        Self {
            year: year.saturating_sub(1),
            month: 10,
        }
    }

    /// The month `months` later; negative: earlier.
    #[must_use]
    pub fn plus(self, months: i16) -> Self {
        let count = i32::from(self.year) * 12 + i32::from(self.month) - 1 + i32::from(months);
        Self {
            year: i16::try_from(count.div_euclid(12)).unwrap_or(self.year),
            month: i8::try_from(count.rem_euclid(12) + 1).unwrap_or(self.month),
        }
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        date(self.year, self.month, 1)
    }

    /// Its last day.
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// The statistical year it lies in.
    pub const fn statistical_year(self) -> i16 {
        if self.month >= 10 {
            self.year.saturating_add(1)
        } else {
            self.year
        }
    }

    /// Its place in the statistical year: 1 for October, 12 for September.
    pub const fn place_in_year(self) -> i8 {
        if self.month >= 10 {
            self.month - 9
        } else {
            self.month + 3
        }
    }

    /// `11/2026`.
    pub fn label_vi(self) -> String {
        format!("{:02}/{}", self.month, self.year)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = MalformedPeriod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (year, month) = text.split_once('-').ok_or(MalformedPeriod)?;
        let month: i8 = digits(month, 2)?.try_into().or(Err(MalformedPeriod))?;
        if !(1..=12).contains(&month) {
            return Err(MalformedPeriod);
        }
        Ok(Self {
            year: year_of(year)?,
            month,
        })
    }
}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Digits only, exactly `count` of them.
fn digits(text: &str, count: usize) -> Result<i16, MalformedPeriod> {
    if text.len() != count || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(MalformedPeriod);
    }
    text.parse().or(Err(MalformedPeriod))
}

fn year_of(text: &str) -> Result<i16, MalformedPeriod> {
    let year = digits(text, 4)?;
    if (1900..=2999).contains(&year) {
        Ok(year)
    } else {
        Err(MalformedPeriod)
    }
}

/// What a report covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// The first `months` (1 to 12) of the statistical year that ends on 30 September of `year`: `TK2027/6`; 12 months:
    /// `TK2027`.
    Statistical {
        /// The year in which it ends.
        year: i16,
        /// From 1 October on.
        months: i8,
    },
    /// A half of a calendar year, the period of the six-month coordination report: `2026H1`, `2026H2`. The directive of
    /// Hà Nam says six months and not which (certainty D); six months of a statistical year do as well.
    Half {
        /// The calendar year.
        year: i16,
        /// Whether it is the second half.
        is_second: bool,
    },
    /// One month: `2026-11`.
    Month(Month),
    /// From one day to another, both in it: the window of a campaign. `2026-10-01..2026-12-31`.
    Window {
        /// The first day.
        from: Date,
        /// The last day, not before the first.
        to: Date,
    },
}

impl Period {
    /// A statistical year, whole.
    pub const fn statistical_year(year: i16) -> Self {
        Self::Statistical { year, months: 12 }
    }

    /// The first day.
    pub fn from(self) -> Date {
        match self {
            Self::Statistical { year, .. } => Month::opening(year).first_day(),
            Self::Half { year, is_second } => date(year, if is_second { 7 } else { 1 }, 1),
            Self::Month(month) => month.first_day(),
            Self::Window { from, .. } => from,
        }
    }

    /// The last day, in it.
    pub fn to(self) -> Date {
        match self {
            Self::Statistical { year, months } => Month::opening(year).plus(i16::from(months) - 1).last_day(),
            Self::Half { year, is_second } => date(year, if is_second { 12 } else { 6 }, 1).last_of_month(),
            Self::Month(month) => month.last_day(),
            Self::Window { to, .. } => to,
        }
    }

    /// Its months, first and last, if it is whole months.
    pub fn months(self) -> Option<(Month, Month)> {
        let (from, to) = (self.from(), self.to());
        let is_whole = from.day() == 1 && to == to.last_of_month();
        is_whole.then(|| (Month::of(from), Month::of(to)))
    }

    /// The months that it touches, first and last.
    pub fn touched(self) -> (Month, Month) {
        (Month::of(self.from()), Month::of(self.to()))
    }

    /// The statistical year of its last day.
    pub fn year(self) -> i16 {
        Month::of(self.to()).statistical_year()
    }

    /// The same period a year before, with which it is compared.
    #[must_use]
    pub fn year_before(self) -> Self {
        let back = |day: Date| {
            let month = Month::of(day).plus(-12);
            let last = month.last_day();
            if day == day.last_of_month() || day.day() > last.day() {
                last
            } else {
                date(month.year, month.month, day.day())
            }
        };
        match self {
            Self::Statistical { year, months } => Self::Statistical { year: year - 1, months },
            Self::Half { year, is_second } => Self::Half {
                year: year - 1,
                is_second,
            },
            Self::Month(month) => Self::Month(month.plus(-12)),
            Self::Window { from, to } => Self::Window {
                from: back(from),
                to: back(to),
            },
        }
    }

    /// Its name as reports write it: `6 tháng đầu năm thống kê 2027 (01/10/2026–31/03/2027)`.
    pub fn label_vi(self) -> String {
        let name = match self {
            Self::Statistical { year, months: 12 } => format!("Năm thống kê {year}"),
            Self::Statistical { year, months } => format!("{months} tháng đầu năm thống kê {year}"),
            Self::Half { year, is_second } => format!("6 tháng {} năm {year}", if is_second { "cuối" } else { "đầu" }),
            Self::Month(month) => format!("Tháng {}", month.label_vi()),
            Self::Window { .. } => "Đợt".to_owned(),
        };
        format!("{name} ({}–{})", day_vi(self.from()), day_vi(self.to()))
    }

    /// Its name in English.
    pub fn label_en(self) -> String {
        let name = match self {
            Self::Statistical { year, months: 12 } => format!("Statistical year {year}"),
            Self::Statistical { year, months } => format!("First {months} months of statistical year {year}"),
            Self::Half { year, is_second } => format!("{} half of {year}", if is_second { "Second" } else { "First" }),
            Self::Month(month) => format!("Month {month}"),
            Self::Window { .. } => "Window".to_owned(),
        };
        format!("{name} ({} to {})", self.from(), self.to())
    }
}

/// `01/10/2026`.
pub fn day_vi(day: Date) -> String {
    format!("{:02}/{:02}/{}", day.day(), day.month(), day.year())
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Statistical { year, months: 12 } => write!(f, "TK{year}"),
            Self::Statistical { year, months } => write!(f, "TK{year}/{months}"),
            Self::Half { year, is_second } => write!(f, "{year}H{}", if *is_second { 2 } else { 1 }),
            Self::Month(month) => write!(f, "{month}"),
            Self::Window { from, to } => write!(f, "{from}..{to}"),
        }
    }
}

impl FromStr for Period {
    type Err = MalformedPeriod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(rest) = text.strip_prefix("TK") {
            let (year, months) = match rest.split_once('/') {
                Some((year, months)) => {
                    let is_plain = months.bytes().all(|b| b.is_ascii_digit()) && !months.starts_with('0');
                    let months = months.parse().or(Err(MalformedPeriod))?;
                    if !is_plain {
                        return Err(MalformedPeriod);
                    }
                    (year, months)
                }
                None => (rest, 12),
            };
            if !(1..=12).contains(&months) {
                return Err(MalformedPeriod);
            }
            let year = year_of(year)?;
            return Ok(Self::Statistical { year, months });
        }
        if let Some((year, half)) = text.split_once('H') {
            let is_second = match half {
                "1" => false,
                "2" => true,
                _ => return Err(MalformedPeriod),
            };
            let year = year_of(year)?;
            return Ok(Self::Half { year, is_second });
        }
        if let Some((from, to)) = text.split_once("..") {
            let day = |text: &str| -> Result<Date, MalformedPeriod> {
                let is_plain = text.len() == 10;
                let day: Date = text.parse().or(Err(MalformedPeriod))?;
                if is_plain && (1900..=2999).contains(&day.year()) {
                    Ok(day)
                } else {
                    Err(MalformedPeriod)
                }
            };
            let (from, to) = (day(from)?, day(to)?);
            return if from <= to {
                Ok(Self::Window { from, to })
            } else {
                Err(MalformedPeriod)
            };
        }
        text.parse().map(Self::Month)
    }
}

impl Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statistical_year_runs_from_october_to_september_and_its_periods_are_cumulative() {
        for (text, from, to, name) in [
            (
                "TK2027/6",
                date(2026, 10, 1),
                date(2027, 3, 31),
                "6 tháng đầu năm thống kê 2027 (01/10/2026–31/03/2027)",
            ),
            (
                "TK2027",
                date(2026, 10, 1),
                date(2027, 9, 30),
                "Năm thống kê 2027 (01/10/2026–30/09/2027)",
            ),
            (
                "TK2024/5",
                date(2023, 10, 1),
                date(2024, 2, 29),
                "5 tháng đầu năm thống kê 2024 (01/10/2023–29/02/2024)",
            ),
            (
                "2026H2",
                date(2026, 7, 1),
                date(2026, 12, 31),
                "6 tháng cuối năm 2026 (01/07/2026–31/12/2026)",
            ),
            (
                "2026-11",
                date(2026, 11, 1),
                date(2026, 11, 30),
                "Tháng 11/2026 (01/11/2026–30/11/2026)",
            ),
            (
                "2020-01-01..2020-03-31",
                date(2020, 1, 1),
                date(2020, 3, 31),
                "Đợt (01/01/2020–31/03/2020)",
            ),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!((period.from(), period.to()), (from, to), "{text}");
            assert_eq!(period.label_vi(), name);
            assert_eq!(period.to_string(), text, "it is written as it is read");
        }
    }

    #[test]
    fn what_names_no_period_is_refused() {
        for text in [
            "",
            "TK",
            "TK27",
            "TK2027/0",
            "TK2027/13",
            "TK2027/06",
            "TK2027/+6",
            "2026H3",
            "2026",
            "2026-13",
            "2026-00",
            "2026-1",
            "2026-02-30..2026-03-01",
            "2026-03-02..2026-03-01",
            "2026-11-01",
            " 2026-11",
            "-026-11",
        ] {
            assert_eq!(text.parse::<Period>(), Err(MalformedPeriod), "{text:?}");
        }
    }

    #[test]
    fn only_whole_months_are_months() {
        let months = |text: &str| text.parse::<Period>().unwrap().months();
        let (first, last) = months("2026-10-01..2026-12-31").unwrap();
        assert_eq!(
            (first.to_string(), last.to_string()),
            ("2026-10".into(), "2026-12".into())
        );
        assert_eq!(months("2026-10-02..2026-12-31"), None);
        assert_eq!(months("2026-10-01..2026-12-30"), None);
    }

    #[test]
    fn months_know_their_place() {
        let month = |text: &str| text.parse::<Month>().unwrap();
        assert_eq!(month("2026-10").statistical_year(), 2027);
        assert_eq!(month("2026-09").statistical_year(), 2026);
        assert_eq!(
            (month("2026-10").place_in_year(), month("2027-09").place_in_year()),
            (1, 12)
        );
        assert_eq!(month("2026-12").plus(1), month("2027-01"));
        assert_eq!(month("2026-01").plus(-1), month("2025-12"));
    }

    #[test]
    fn the_period_before_ends_on_the_same_kind_of_day() {
        let before = |text: &str| text.parse::<Period>().unwrap().year_before().to_string();
        assert_eq!(before("TK2027/6"), "TK2026/6");
        assert_eq!(before("2025-02-01..2025-02-28"), "2024-02-01..2024-02-29");
        assert_eq!(before("2024-02-29..2024-03-10"), "2023-02-28..2023-03-10");
    }
}
