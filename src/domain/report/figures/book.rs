//! The books of agencies: figures by division and month.

use std::collections::BTreeMap;

use super::super::period::{Month, Period};
use super::count::{Key, Moves};
use super::{Figures, Line, PeriodFigures};
use jiff::civil::Date;

/// In which month a change is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BookedMonth {
    /// The month.
    pub month: Month,
    /// Whether it is not the month of the date, since that month's books are closed or the case's own have gone on.
    pub is_late: bool,
}

impl BookedMonth {
    /// Of a change that takes effect on `date`, to a case whose last change was counted in `last`, where `first_open` is the
    /// first month whose books are open. What comes late counts in the first month in which nothing is settled yet: closed
    /// figures stay, and the books of one case run forwards.
    pub fn of(date: Date, last: Option<Month>, first_open: Option<Month>) -> Self {
        let stated = Month::of(date);
        let month = [last, first_open].into_iter().flatten().fold(stated, Month::max);
        Self {
            month,
            is_late: month != stated,
        }
    }
}

/// Figures by division and month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Book(BTreeMap<(Key, Month), Figures>);

impl Book {
    /// Enters what a change moves, in a month.
    pub fn enter(&mut self, month: Month, moves: Moves) {
        for (key, figures) in moves {
            self.add(key, month, &figures);
        }
    }

    /// Adds figures of a month.
    pub fn add(&mut self, key: Key, month: Month, figures: &Figures) {
        let place = (key, month);
        let sum = self.0.entry(place.clone()).or_default();
        sum.add_all(figures);
        if sum.is_empty() {
            self.0.remove(&place);
        }
    }

    /// Every row, by division, then by month.
    pub fn rows(&self) -> impl Iterator<Item = (&Key, Month, &Figures)> {
        self.0.iter().map(|((key, month), figures)| (key, *month, figures))
    }

    /// The figures of a period over the divisions that `is_meant` names, each once; see [`Book::by`].
    pub fn figures(&self, period: Period, is_meant: impl Fn(&Key) -> bool) -> PeriodFigures {
        let mut sums = self.by(period, |key| is_meant(key).then_some(()));
        sums.remove(&()).unwrap_or_default()
    }

    /// The figures of a period for each group that `group` puts divisions into; none: in no group. Of a window the months
    /// that it touches, whole.
    pub fn by<G: Ord>(&self, period: Period, group: impl Fn(&Key) -> Option<G>) -> BTreeMap<G, PeriodFigures> {
        let (first, last) = period.touched();
        let mut sums: BTreeMap<G, PeriodFigures> = BTreeMap::new();
        for ((key, month), figures) in &self.0 {
            if *month > last {
                continue;
            }
            let Some(group) = group(key) else { continue };
            let sum = sums.entry(group).or_default();
            if *month < first {
                sum.opening.add_all(figures);
            } else {
                sum.within.add_all(figures);
            }
        }
        for sum in sums.values_mut() {
            sum.opening.keep(Line::is_stock);
        }
        sums
    }
}

impl Line {
    /// Whether it is a stock, whose months add up to what is there.
    pub const fn is_stock(self) -> bool {
        match self {
            Self::InProgress | Self::Postponed | Self::Suspended | Self::NoConditions | Self::Separate => true,
            Self::Brought
            | Self::Opened
            | Self::Reopened
            | Self::FromSeparate
            | Self::ToSeparate
            | Self::Moved
            | Self::Amended
            | Self::Entrusted
            | Self::Revoked
            | Self::SentBack
            | Self::Completed
            | Self::Discontinued
            | Self::Discharged => false,
        }
    }
}

impl Figures {
    /// Keeps the lines that `is_kept` names.
    fn keep(&mut self, is_kept: impl Fn(Line) -> bool) {
        self.0.retain(|line, _| is_kept(*line));
    }
}
