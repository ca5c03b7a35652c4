//! Campaigns (đợt cao điểm): a window of months, whose cases, how many are to be done, and how far it has come.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::figures::{Amount, Book, Key};
use super::period::Period;
use super::ratio::Tenths;
use crate::domain::enforcement_case::{Dong, Initiative, Tag};
use crate::domain::ids::UnitId;
use crate::domain::macros::checked_text;

fn is_campaign_code(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=40).contains(&text.len()) && text.bytes().all(is_plain) && text.starts_with(|c: char| c.is_ascii_lowercase())
}

checked_text! {
    /// The code of a campaign within its agency, for example `quy-1-2027`.
    pub struct CampaignCode(is_campaign_code, "a campaign code: 1 to 40 lower-case letters, digits or hyphens, a letter first");
}

/// A campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Its months.
    pub period: Period,
    /// The units that take part; empty: all.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub units: BTreeSet<UnitId>,
    /// The mark of the cases that it is about; none: all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tag: Option<Tag>,
    /// On whose initiative they are; none: either.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub initiative: Option<Initiative>,
    /// Cases to be done in it.
    pub cases: u32,
    /// Money to be done in it.
    pub dong: Dong,
}

/// How far a campaign has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What was done in its months.
    pub done: Amount,
    /// Of the cases to be done, in percent; none: none were to be.
    pub cases: Option<Tenths>,
    /// Of the money to be done.
    pub dong: Option<Tenths>,
    /// What with conditions is left at the end of its months, or by now.
    pub left: Amount,
}

impl Campaign {
    /// Whether its window is whole months, as the books are.
    pub fn is_whole_months(&self) -> bool {
        self.period.months().is_some()
    }

    /// Whether a division of the books belongs to it.
    pub fn covers(&self, key: &Key) -> bool {
        let is_unit = self.units.is_empty() || key.unit.as_ref().is_some_and(|unit| self.units.contains(unit));
        is_unit && self.tag == key.tag && self.initiative.is_none_or(|initiative| initiative == key.initiative)
    }

    /// How far it has come by the books of its agency.
    pub fn progress(&self, book: &Book) -> Progress {
        let figures = book.figures(self.period, |key| self.covers(key));
        let done = figures.done();
        Progress {
            done,
            cases: Tenths::share(done.cases.into(), self.cases.into()),
            dong: Tenths::share(done.dong, self.dong.get().into()),
            left: figures.carried_over().minus(figures.without_conditions()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::figures::{Figures, Line};
    use super::*;
    use crate::domain::ids::AgencyCode;

    fn campaign(tag: Option<Tag>, units: &[&str]) -> Campaign {
        Campaign {
            period: "2020-01-01..2020-03-31".parse().unwrap(),
            units: units.iter().map(|unit| UnitId::parse(unit).unwrap()).collect(),
            tag,
            initiative: None,
            cases: 8,
            dong: Dong::new(1_000).unwrap(),
        }
    }

    #[test]
    fn the_first_quarter_counts_what_was_done_in_its_months_by_those_who_took_part() {
        let mut book = Book::default();
        for (unit, tag, month, cases) in [
            ("a", None, "2019-12", 100),
            ("a", None, "2020-01", 3),
            ("a", Some(Tag::Credit), "2020-01", 1),
            ("b", None, "2020-03", 2),
            ("a", None, "2020-04", 50),
        ] {
            let key = Key {
                agency: AgencyCode::parse("THADS-40").unwrap(),
                unit: Some(UnitId::parse(unit).unwrap()),
                officer: None,
                initiative: Initiative::OnRequest,
                tag,
            };
            let mut figures = Figures::default();
            figures.add(Line::Completed, Amount::new(cases, i128::from(cases) * 100));
            book.add(key, month.parse().unwrap(), &figures);
        }
        let done = |tag, units: &[&str]| campaign(tag, units).progress(&book);
        let all = done(None, &[]);
        assert_eq!(all.done, Amount::new(5, 500));
        assert_eq!((all.cases, all.dong), (Tenths::parse("62,5"), Tenths::parse("50")));
        assert_eq!(done(None, &["b"]).done.cases, 2);
        assert_eq!(done(Some(Tag::Credit), &["a"]).done.cases, 1);
    }

    #[test]
    fn a_campaign_reads_back_as_written() {
        let campaign = campaign(Some(Tag::Credit), &["a"]);
        let text = serde_json::to_string(&campaign).unwrap();
        assert_eq!(serde_json::from_str::<Campaign>(&text).unwrap(), campaign);
        assert!(campaign.is_whole_months());
        for code in ["", "1a", "A", "đợt", "a b", "-a"] {
            assert!(CampaignCode::parse(code).is_err(), "{code}");
        }
    }
}
