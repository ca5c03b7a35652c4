//! The figures of a period told from the cases themselves, without books: each case is looked at as it stood when the
//! period began and ended, and each of its changes in between. Slow and plain; what the books say is held against it.

use super::super::period::{Month, Period};
use super::count::count;
use super::{Amount, Book, Line, PeriodFigures};
use crate::domain::enforcement_case::{CaseChange, CaseStatus, EnforcementCase, Ground, Initiative, Tag};
use crate::domain::ids::{AgencyCode, OfficerId, UnitId};

/// One change of a case, and the month in which it was counted.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) month: Month,
    pub(super) change: CaseChange,
    pub(super) before: Option<EnforcementCase>,
    pub(super) after: EnforcementCase,
}

/// A case with all of its changes.
#[derive(Debug, Clone)]
pub(super) struct History {
    pub(super) agency: AgencyCode,
    pub(super) steps: Vec<Step>,
}

/// The books that the changes make, one by one.
pub(super) fn book(histories: &[History]) -> Book {
    let mut book = Book::default();
    for history in histories {
        for step in &history.steps {
            let moves = count(&history.agency, step.before.as_ref(), &step.after, &step.change);
            book.enter(step.month, moves);
        }
    }
    book
}

/// Of whom.
#[derive(Debug, Clone, Default)]
pub(super) enum Whose<T> {
    /// Of everybody.
    #[default]
    All,
    /// Of this one; none: of nobody.
    Of(Option<T>),
}

impl<T: PartialEq> Whose<T> {
    fn is(&self, whose: Option<&T>) -> bool {
        match self {
            Self::All => true,
            Self::Of(of) => of.as_ref() == whose,
        }
    }
}

/// Whose cases.
#[derive(Debug, Clone, Default)]
pub(super) struct Choice {
    pub(super) unit: Whose<UnitId>,
    pub(super) officer: Whose<OfficerId>,
    pub(super) initiative: Option<Initiative>,
    pub(super) tag: Option<Tag>,
}

impl Choice {
    fn has(&self, case: &EnforcementCase) -> bool {
        self.unit.is(case.unit.as_ref())
            && self.officer.is(case.officer.as_ref())
            && self.initiative.is_none_or(|initiative| initiative == case.initiative)
            && self.tag.is_none_or(|tag| case.tags.contains(&tag))
    }

    /// The same choice, of the books.
    pub(super) fn of_books(&self, book: &Book, period: Period) -> PeriodFigures {
        book.figures(period, |key| {
            self.unit.is(key.unit.as_ref())
                && self.officer.is(key.officer.as_ref())
                && self.initiative.is_none_or(|initiative| initiative == key.initiative)
                && self.tag == key.tag
        })
    }
}

/// What a period comes to: the stocks at both ends, and what was done in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Plain {
    pub(super) at_beginning: Amount,
    pub(super) brought: Amount,
    pub(super) at_end: Vec<(CaseStatus, Amount)>,
    pub(super) completed: Amount,
    pub(super) discontinued: Amount,
}

const WITHIN: [CaseStatus; 4] = [
    CaseStatus::InProgress,
    CaseStatus::Postponed,
    CaseStatus::Suspended,
    CaseStatus::NoConditions,
];

fn stock(status: CaseStatus) -> Line {
    match status {
        CaseStatus::InProgress => Line::InProgress,
        CaseStatus::Postponed => Line::Postponed,
        CaseStatus::Suspended => Line::Suspended,
        CaseStatus::NoConditions => Line::NoConditions,
        CaseStatus::SeparateRegister => Line::Separate,
        CaseStatus::Completed
        | CaseStatus::Discontinued
        | CaseStatus::Entrusted
        | CaseStatus::Revoked
        | CaseStatus::RequestSentBack => panic!("{status} is no stock"),
    }
}

fn owed(case: &EnforcementCase) -> i128 {
    case.obligations
        .iter()
        .map(|state| i128::from(state.rest().get()))
        .sum()
}

impl Plain {
    /// Of the histories.
    pub(super) fn of(histories: &[History], choice: &Choice, period: Period) -> Self {
        let (first, last) = period.touched();
        let mut plain = Self::default();
        let stocks = WITHIN.into_iter().chain([CaseStatus::SeparateRegister]);
        plain.at_end = stocks.map(|status| (status, Amount::default())).collect();
        for history in histories {
            let upto = |is_meant: &dyn Fn(Month) -> bool| {
                let steps = history.steps.iter().filter(|step| is_meant(step.month));
                steps.last().map(|step| &step.after).filter(|case| choice.has(case))
            };
            if let Some(case) = upto(&|month| month < first)
                && WITHIN.contains(&case.status)
            {
                plain.at_beginning = plain.at_beginning.plus(Amount::new(1, owed(case)));
            }
            if let Some(case) = upto(&|month| month <= last) {
                for (status, amount) in &mut plain.at_end {
                    if *status == case.status {
                        *amount = amount.plus(Amount::new(1, owed(case)));
                    }
                }
            }
            for step in &history.steps {
                if (first..=last).contains(&step.month) {
                    plain.step(step, choice);
                }
            }
        }
        plain
    }

    fn step(&mut self, step: &Step, choice: &Choice) {
        let Some(before) = &step.before else {
            let case = &step.after;
            if choice.has(case) && case.carried_over_from.is_some() && WITHIN.contains(&case.status) {
                self.brought = self.brought.plus(Amount::new(1, owed(case)));
            }
            return;
        };
        if !choice.has(before) {
            return;
        }
        match &step.change {
            CaseChange::Collected { amount, .. } => self.completed.dong += i128::from(amount.get()),
            CaseChange::CollectionReversed { amount, .. } => self.completed.dong -= i128::from(amount.get()),
            CaseChange::Discharged { amount, ground, .. } if *ground != Ground::Entrusted => {
                self.discontinued.dong += i128::from(amount.get());
            }
            CaseChange::DischargeReversed { amount, .. } => self.discontinued.dong -= i128::from(amount.get()),
            CaseChange::StatusChanged { to, .. } if *to != before.status => {
                if *to == CaseStatus::Completed {
                    self.completed.cases += 1;
                } else if *to == CaseStatus::Discontinued {
                    self.discontinued = self.discontinued.plus(Amount::new(1, owed(before)));
                }
            }
            CaseChange::Opened(_)
            | CaseChange::StatusChanged { .. }
            | CaseChange::Verified { .. }
            | CaseChange::CoercionGround { .. }
            | CaseChange::CoercionDecided { .. }
            | CaseChange::Discharged { .. }
            | CaseChange::AmountChanged { .. }
            | CaseChange::Performed { .. }
            | CaseChange::Assigned { .. }
            | CaseChange::Tagged { .. } => {}
        }
    }

    /// Holds the books' figures of the same period against this.
    pub(super) fn agrees(&self, figures: &PeriodFigures) -> Result<(), String> {
        let carried_over = self.sum(&WITHIN);
        let done = self.completed.plus(self.discontinued);
        let pairs = [
            ("carried in", self.at_beginning.plus(self.brought), figures.carried_in()),
            ("completed", self.completed, figures.completed()),
            ("discontinued", self.discontinued, figures.discontinued()),
            ("carried over", carried_over, figures.carried_over()),
            ("total", done.plus(carried_over), figures.total()),
            (
                "with conditions",
                done.plus(self.sum(&WITHIN[..3])),
                figures.with_conditions(),
            ),
        ];
        let stocks = self.at_end.iter().map(|(status, amount)| {
            let stock = stock(*status);
            (stock.as_str(), *amount, figures.at_end(stock))
        });
        for (name, plain, books) in pairs.into_iter().chain(stocks) {
            if plain != books {
                return Err(format!("{name}: of the cases {plain}, of the books {books}"));
            }
        }
        Ok(())
    }

    fn sum(&self, statuses: &[CaseStatus]) -> Amount {
        let meant = self.at_end.iter().filter(|(status, _)| statuses.contains(status));
        meant.fold(Amount::default(), |sum, (_, amount)| sum.plus(*amount))
    }
}
