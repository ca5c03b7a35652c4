//! Targets that were assigned (chỉ tiêu được giao), and whether they are met: the four indicators of a year (về việc, về
//! tiền, giảm số việc và số tiền chuyển kỳ sau) for an agency and its units, and monthly targets of enforcement officers.

use serde::{Deserialize, Serialize};

use super::figures::PeriodFigures;
use super::period::Month;
use super::ratio::Tenths;
use crate::domain::enforcement_case::Dong;
use crate::domain::ids::{OfficerId, UnitId};
use crate::domain::macros::text_enum;

text_enum! {
    /// One of the four indicators.
    pub enum Indicator {
        /// Tỷ lệ thi hành xong về việc.
        CasesDone => "cases_done",
        /// Tỷ lệ thi hành xong về tiền.
        MoneyDone => "money_done",
        /// Giảm số việc chuyển kỳ sau.
        CasesCarried => "cases_carried",
        /// Giảm số tiền chuyển kỳ sau.
        MoneyCarried => "money_carried",
    }
}

impl Indicator {
    /// What it is called.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::CasesDone => "Thi hành xong về việc",
            Self::MoneyDone => "Thi hành xong về tiền",
            Self::CasesCarried => "Giảm số việc chuyển kỳ sau",
            Self::MoneyCarried => "Giảm số tiền chuyển kỳ sau",
        }
    }

    /// What was reached, in percent: of a fall, how large it is; a rise is less than nothing.
    pub fn reached(self, figures: &PeriodFigures) -> Option<Tenths> {
        let fall = |growth: Option<Tenths>| growth.map(|growth| Tenths::new(0).less(growth));
        match self {
            Self::CasesDone => figures.cases_done(),
            Self::MoneyDone => figures.money_done(),
            Self::CasesCarried => fall(figures.cases_carried_growth()),
            Self::MoneyCarried => fall(figures.money_carried_growth()),
        }
    }
}

/// What an agency or a unit was assigned for a year, in percent; none: no such target.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearTarget {
    /// The unit; none: the agency as a whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unit: Option<UnitId>,
    /// At least so many of the cases with conditions are done.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cases_done: Option<Tenths>,
    /// At least so much of the money with conditions.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub money_done: Option<Tenths>,
    /// At least so many fewer cases are carried over than were carried in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cases_carried: Option<Tenths>,
    /// At least so much less money.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub money_carried: Option<Tenths>,
}

impl YearTarget {
    /// The target of an indicator.
    pub const fn of(&self, indicator: Indicator) -> Option<Tenths> {
        match indicator {
            Indicator::CasesDone => self.cases_done,
            Indicator::MoneyDone => self.money_done,
            Indicator::CasesCarried => self.cases_carried,
            Indicator::MoneyCarried => self.money_carried,
        }
    }
}

/// What an enforcement officer was assigned for a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonthTarget {
    /// The officer.
    pub officer: OfficerId,
    /// The month.
    pub month: Month,
    /// Cases to be done.
    pub cases: u32,
    /// Money to be done.
    pub dong: Dong,
}

/// The targets of an agency for a statistical year. A later set takes the place of an earlier one, whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// Of the year.
    pub units: Vec<YearTarget>,
    /// Of its months.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub officers: Vec<MonthTarget>,
}

/// A set of targets that contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTargets {
    /// The same unit twice.
    #[error("a unit, or the agency as a whole, has two targets")]
    UnitTwice,
    /// The same officer twice in a month.
    #[error("an officer has two targets for one month")]
    OfficerTwice,
    /// A share below nothing or above all.
    #[error("a target is 0 to 100 percent")]
    Share,
    /// A month of another year.
    #[error("a month lies outside of the statistical year")]
    Month,
}

impl Targets {
    /// Holds the set against itself and the statistical year it is for.
    ///
    /// # Errors
    /// The first contradiction.
    pub fn check(&self, year: i16) -> Result<(), BadTargets> {
        let mut units: Vec<_> = self.units.iter().map(|target| &target.unit).collect();
        units.sort();
        if units.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(BadTargets::UnitTwice);
        }
        let mut officers: Vec<_> = self
            .officers
            .iter()
            .map(|target| (&target.officer, target.month))
            .collect();
        officers.sort();
        if officers.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(BadTargets::OfficerTwice);
        }
        let shares = self
            .units
            .iter()
            .flat_map(|target| Indicator::ALL.iter().map(|indicator| target.of(*indicator)));
        if shares.flatten().any(|share| !(0..=1_000).contains(&share.get())) {
            return Err(BadTargets::Share);
        }
        let is_outside = |target: &MonthTarget| target.month.statistical_year() != year;
        if self.officers.iter().any(is_outside) {
            return Err(BadTargets::Month);
        }
        Ok(())
    }

    /// The target of a unit; none: of the agency.
    pub fn of_unit(&self, unit: Option<&UnitId>) -> Option<&YearTarget> {
        self.units.iter().find(|target| target.unit.as_ref() == unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(unit: Option<&str>, cases_done: &str) -> YearTarget {
        YearTarget {
            unit: unit.map(|unit| UnitId::parse(unit).unwrap()),
            cases_done: Tenths::parse(cases_done),
            ..YearTarget::default()
        }
    }

    fn month(officer: &str, month: &str) -> MonthTarget {
        MonthTarget {
            officer: OfficerId::parse(officer).unwrap(),
            month: month.parse().unwrap(),
            cases: 12,
            dong: Dong::new(1).unwrap(),
        }
    }

    #[test]
    fn targets_that_contradict_themselves_are_refused() {
        let check = |units: Vec<YearTarget>, officers: Vec<MonthTarget>| Targets { units, officers }.check(2027);
        assert_eq!(
            check(vec![target(None, "80"), target(Some("pkv-1"), "85,5")], vec![]),
            Ok(())
        );
        assert_eq!(
            check(vec![target(None, "80"), target(None, "81")], vec![]),
            Err(BadTargets::UnitTwice)
        );
        assert_eq!(check(vec![target(None, "100,1")], vec![]), Err(BadTargets::Share));
        assert_eq!(check(vec![target(None, "-1")], vec![]), Err(BadTargets::Share));
        assert_eq!(
            check(vec![], vec![month("a", "2026-10"), month("a", "2027-09")]),
            Ok(())
        );
        assert_eq!(
            check(vec![], vec![month("a", "2026-10"), month("a", "2026-10")]),
            Err(BadTargets::OfficerTwice)
        );
        assert_eq!(check(vec![], vec![month("a", "2027-10")]), Err(BadTargets::Month));
    }

    #[test]
    fn targets_read_back_as_written() {
        let targets = Targets {
            units: vec![target(Some("pkv-1"), "83,9")],
            officers: vec![month("chv-1", "2026-11")],
        };
        let text = serde_json::to_string(&targets).unwrap();
        assert_eq!(
            text,
            r#"{"units":[{"unit":"pkv-1","cases_done":839}],"officers":[{"officer":"chv-1","month":"2026-11","cases":12,"dong":"1"}]}"#
        );
        assert_eq!(serde_json::from_str::<Targets>(&text).unwrap(), targets);
    }
}
