//! Sums of what was counted, on three levels: of an agency, of an agency and another, and of everything that is told apart. A
//! scorecard reads one row a month of the first or second; whoever asks for units, kinds or provinces reads the third.

use std::collections::BTreeMap;

use super::{Counted, Histogram, Month, What};
use crate::domain::ids::{AgencyCode, KindCode, UnitId};
use crate::domain::macros::text_enum;
use crate::domain::time::Timestamp;

text_enum! {
    /// What a sum tells apart, beside agency and month.
    pub enum Level {
        /// Nothing.
        Agency => "AGENCY",
        /// The other side.
        Pair => "PAIR",
        /// The other side, unit, kind and the sender's province.
        Detail => "DETAIL",
    }
}

/// What a sum is of. What its level does not tell apart is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TallyKey {
    /// The level.
    pub level: Level,
    /// In whose statistics.
    pub agency: AgencyCode,
    /// When it was counted.
    pub month: Month,
    /// The other side.
    pub counterparty: String,
    /// The unit; on the level of details, empty for none.
    pub unit: String,
    /// The kind.
    pub kind: String,
    /// The sender's province.
    pub province: String,
}

/// A sum of what was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sum {
    counts: BTreeMap<What, i64>,
    /// How long pauses lasted.
    pub paused_seconds: i64,
    /// First final answers in working hours, pauses left out.
    pub working: Histogram,
    /// The same by the wall clock.
    pub wall: Histogram,
}

impl Sum {
    /// How often something was counted.
    pub fn of(&self, what: What) -> i64 {
        self.counts.get(&what).copied().unwrap_or_default()
    }

    /// All of these together.
    pub fn of_all(&self, whats: &[What]) -> i64 {
        whats.iter().map(|what| self.of(*what)).sum()
    }

    /// Adds `count` times `what`.
    pub fn add(&mut self, what: What, count: i64) {
        if count != 0 {
            *self.counts.entry(what).or_default() += count;
        }
    }

    /// Adds what a step counts.
    pub fn count(&mut self, counted: &Counted) {
        for what in &counted.what {
            self.add(*what, 1);
        }
        self.paused_seconds += counted.paused_seconds.unwrap_or_default();
        if let Some(seconds) = counted.working_seconds {
            self.working.add(seconds);
        }
        if let Some(seconds) = counted.wall_seconds {
            self.wall.add(seconds);
        }
    }

    /// Of durations alone.
    pub fn of_durations(working: Histogram, wall: Histogram) -> Self {
        Self {
            working,
            wall,
            ..Self::default()
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        for (what, count) in &other.counts {
            self.add(*what, *count);
        }
        self.paused_seconds += other.paused_seconds;
        self.working.merge(&other.working);
        self.wall.merge(&other.wall);
    }

    /// Whether it holds durations.
    pub fn has_durations(&self) -> bool {
        self.working.count() + self.wall.count() > 0
    }
}

/// Sums by what they are of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tallies(BTreeMap<TallyKey, Sum>);

impl Tallies {
    /// Adds what a step on a request of this kind counts, on every level.
    pub fn add(&mut self, kind: &KindCode, at: Timestamp, counted: &Counted) {
        let whole = TallyKey {
            level: Level::Agency,
            agency: counted.agency.clone(),
            month: Month::of(at),
            counterparty: String::new(),
            unit: String::new(),
            kind: String::new(),
            province: String::new(),
        };
        let pair = TallyKey {
            level: Level::Pair,
            counterparty: counted.counterparty.to_string(),
            ..whole.clone()
        };
        let detail = TallyKey {
            level: Level::Detail,
            unit: counted.unit.as_ref().map(UnitId::to_string).unwrap_or_default(),
            kind: kind.to_string(),
            province: counted.province.clone(),
            ..pair.clone()
        };
        for key in [whole, pair, detail] {
            self.0.entry(key).or_default().count(counted);
        }
    }

    /// Each sum.
    pub fn iter(&self) -> impl Iterator<Item = (&TallyKey, &Sum)> {
        self.0.iter()
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
