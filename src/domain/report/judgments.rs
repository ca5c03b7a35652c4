//! What the hub can tell of judgments: how old those are that are not enforced yet, which came late, and which numbers of a
//! court never came.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::figures::Amount;
use crate::domain::macros::text_enum;

text_enum! {
    /// How long ago, in whole months and years of the calendar.
    pub enum Age {
        /// Under six months.
        UnderSixMonths => "under_6_months",
        /// From six months to a year.
        SixToTwelveMonths => "6_to_12_months",
        /// From one year to two.
        OneToTwoYears => "1_to_2_years",
        /// From two years to five.
        TwoToFiveYears => "2_to_5_years",
        /// Five years and more.
        FiveYears => "5_years",
    }
}

impl Age {
    /// What it is called.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::UnderSixMonths => "Dưới 6 tháng",
            Self::SixToTwelveMonths => "Từ 6 tháng đến dưới 1 năm",
            Self::OneToTwoYears => "Từ 1 năm đến dưới 2 năm",
            Self::TwoToFiveYears => "Từ 2 năm đến dưới 5 năm",
            Self::FiveYears => "Từ 5 năm trở lên",
        }
    }

    /// Of what began on `from`, on the day `today`. A month is over on the corresponding date (BLDS Art. 148.3).
    pub fn of(from: Date, today: Date) -> Self {
        let count = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
        let months = count(today) - count(from);
        let corresponding = from.day().min(today.last_of_month().day());
        let months = if today.day() < corresponding {
            months - 1
        } else {
            months
        };
        match months {
            ..6 => Self::UnderSixMonths,
            6..12 => Self::SixToTwelveMonths,
            12..24 => Self::OneToTwoYears,
            24..60 => Self::TwoToFiveYears,
            60.. => Self::FiveYears,
        }
    }
}

/// How much is open by age, of (since when, how much).
pub fn ages(open: impl IntoIterator<Item = (Date, Amount)>, today: Date) -> BTreeMap<Age, Amount> {
    let mut sums: BTreeMap<Age, Amount> = Age::ALL.iter().map(|age| (*age, Amount::default())).collect();
    for (from, amount) in open {
        let sum = sums.entry(Age::of(from, today)).or_default();
        *sum = sum.plus(amount);
    }
    sums
}

/// A judgment's number, read as loosely as courts write it: `123/2026/DS-ST`, `436/QĐST-HNGĐ`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct JudgmentNumber {
    /// The year in it; none: of its date.
    pub year: Option<i16>,
    /// What follows: the sort of judgment, in upper case.
    pub symbol: String,
    /// The running number.
    pub number: u32,
}

impl JudgmentNumber {
    /// Reads it; `None` if it begins with no number or has no symbol.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('/').map(str::trim);
        let number = parts.next()?;
        let digits = number.trim_end_matches(|c: char| c.is_alphabetic());
        if digits.is_empty() || digits.len() > 7 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number = digits.parse().ok()?;
        let rest: Vec<&str> = parts.collect();
        let year = rest.first().and_then(|part| part.parse().ok());
        let year = year.filter(|year| (1_945..=2_999).contains(year));
        let symbol = rest.get(usize::from(year.is_some())..).unwrap_or_default().join("/");
        (!symbol.is_empty()).then(|| Self {
            year,
            symbol: symbol.to_uppercase(),
            number,
        })
    }
}

/// Numbers of a court's series that never came, between the first and the last that did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The year of the series.
    pub year: i16,
    /// Its symbol.
    pub symbol: String,
    /// The first that is missing.
    pub from: u32,
    /// The last that is missing.
    pub to: u32,
    /// How many of the series came.
    pub received: usize,
}

impl Gap {
    /// How many are missing.
    pub const fn count(&self) -> u32 {
        self.to.saturating_sub(self.from).saturating_add(1)
    }
}

/// The gaps in what came of one court. Not every judgment is one to enforce, so a gap is a question to the court and no
/// finding (certainty D). What came before the first is not looked for.
pub fn gaps<'a>(judgments: impl IntoIterator<Item = (&'a str, Date)>) -> Vec<Gap> {
    let mut series: BTreeMap<(i16, String), BTreeSet<u32>> = BTreeMap::new();
    for (text, date) in judgments {
        if let Some(JudgmentNumber { year, symbol, number }) = JudgmentNumber::parse(text) {
            let year = year.unwrap_or_else(|| date.year());
            series.entry((year, symbol)).or_default().insert(number);
        }
    }
    let gaps = series.into_iter().flat_map(|((year, symbol), numbers)| {
        let received = numbers.len();
        let next = numbers.iter().copied().skip(1).collect::<Vec<_>>();
        let pairs = numbers.into_iter().zip(next).filter(|(one, next)| next - one > 1);
        pairs
            .map(|(one, next)| Gap {
                year,
                symbol: symbol.clone(),
                from: one + 1,
                to: next - 1,
                received,
            })
            .collect::<Vec<_>>()
    });
    gaps.collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_age_is_reached_on_the_corresponding_date() {
        for (from, today, age) in [
            (date(2026, 5, 29), date(2026, 11, 28), Age::UnderSixMonths),
            (date(2026, 5, 28), date(2026, 11, 28), Age::SixToTwelveMonths),
            (date(2026, 8, 31), date(2027, 2, 28), Age::SixToTwelveMonths),
            (date(2025, 11, 28), date(2026, 11, 28), Age::OneToTwoYears),
            (date(2025, 11, 29), date(2026, 11, 28), Age::SixToTwelveMonths),
            (date(2024, 11, 28), date(2026, 11, 28), Age::TwoToFiveYears),
            (date(2021, 11, 28), date(2026, 11, 28), Age::FiveYears),
            (date(2027, 1, 1), date(2026, 11, 28), Age::UnderSixMonths),
        ] {
            assert_eq!(Age::of(from, today), age, "{from} {today}");
        }
        let sums = ages(
            [
                (date(2026, 11, 1), Amount::new(1, 5)),
                (date(2026, 10, 1), Amount::new(1, 7)),
            ],
            date(2026, 11, 28),
        );
        assert_eq!(sums[&Age::UnderSixMonths], Amount::new(2, 12));
        assert_eq!(sums.len(), Age::ALL.len(), "every age has a line");
    }

    #[test]
    fn numbers_are_read_as_courts_write_them() {
        let read = |text: &str| JudgmentNumber::parse(text).map(|read| (read.number, read.year, read.symbol));
        assert_eq!(read("123/2026/DS-ST"), Some((123, Some(2026), "DS-ST".to_owned())));
        assert_eq!(read("06/2012/KDTM-ST"), Some((6, Some(2012), "KDTM-ST".to_owned())));
        assert_eq!(read(" 436/QĐST-HNGĐ "), Some((436, None, "QĐST-HNGĐ".to_owned())));
        assert_eq!(read("12a/2026/ds-st"), Some((12, Some(2026), "DS-ST".to_owned())));
        for text in ["", "abc", "12", "12/2026", "/2026/DS-ST", "99999999/2026/DS-ST"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn only_what_lies_between_numbers_that_came_is_a_gap() {
        let day = date(2026, 3, 1);
        let came = [
            "5/2026/DS-ST",
            "6/2026/DS-ST",
            "9/2026/DS-ST",
            "3/2026/HS-ST",
            "1/2025/DS-ST",
            "12/DS-ST",
        ];
        let gaps = gaps(came.map(|text| (text, day)));
        let told: Vec<_> = gaps
            .iter()
            .map(|gap| (gap.year, gap.symbol.as_str(), gap.from, gap.to))
            .collect();
        assert_eq!(told, [(2026, "DS-ST", 7, 8), (2026, "DS-ST", 10, 11)]);
        assert_eq!((gaps[0].count(), gaps[0].received), (2, 4));
    }
}
