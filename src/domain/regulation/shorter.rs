//! When one limit is surely not longer than another.

use super::Shorter;
use crate::domain::catalogue::rule::{DeadlineRule, ServiceLevel, Span, TimeUnit};

/// Why a clock cannot be made so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It would be longer.
    Longer,
    /// Whether it would be longer depends on the days: the units cannot be compared.
    Unclear,
}

impl Unfit {
    /// What is wrong, of a clock of so much.
    pub(super) fn text(self, own: &str) -> String {
        match self {
            Self::Longer => format!("is longer than {own}: a regulation may shorten a clock, never lengthen it"),
            Self::Unclear => format!("is not shorter than {own} on every day: state it in that unit"),
        }
    }
}

impl Shorter {
    /// Whether it speaks of a rule: a limit takes the place of a limit, a service level of a service level.
    pub(super) fn concerns(&self, rule: &DeadlineRule) -> bool {
        self.names(rule) && self.limit.is_some() == rule.limit.is_some()
    }

    /// Whether it names the rule's clock under its regimes.
    fn names(&self, rule: &DeadlineRule) -> bool {
        let is_under = self.regimes.is_empty() || rule.regimes.iter().all(|regime| self.regimes.contains(regime));
        rule.name == self.clock && is_under
    }

    /// The rule as it becomes.
    pub(super) fn applied_to(&self, rule: &DeadlineRule) -> DeadlineRule {
        let mut changed = rule.clone();
        let keeps_unit = self.limit.map(|limit| limit.unit) == rule.limit.map(|limit| limit.unit);
        changed.limit = self.limit.or(rule.limit);
        changed.service_level = self.service_level.or(rule.service_level);
        changed.extendable_to = self.extendable_to.or(rule.extendable_to.filter(|_| keeps_unit));
        changed.basis.clone_from(&self.basis);
        changed.nature = self.nature;
        changed.certainty = self.certainty;
        changed
    }

    /// Why it may not take the place of a rule's limit, if so.
    pub(super) fn unfit(&self, rule: &DeadlineRule) -> Option<Unfit> {
        let shorter = match (self.limit, self.service_level, rule.limit, rule.service_level) {
            (Some(limit), None, Some(own), _) => compare(limit, own),
            (None, Some(level), None, Some(own)) => compare_levels(level, own),
            _ => Err(Unfit::Unclear),
        };
        let extension = match (self.extendable_to, self.limit, rule.limit, rule.extendable_to) {
            (None, ..) => Ok(()),
            (Some(amount), Some(limit), Some(own), Some(longest)) => compare(
                Span {
                    amount,
                    unit: limit.unit,
                },
                Span {
                    amount: longest,
                    unit: own.unit,
                },
            ),
            (Some(_), ..) => Err(Unfit::Longer),
        };
        shorter.and(extension).err()
    }
}

/// What a rule gives, in words for authors of catalogues.
pub(super) fn told(rule: &DeadlineRule) -> String {
    let (amount, unit) = match (rule.limit, rule.service_level) {
        (Some(span), _) => (span.amount, span.unit),
        (None, Some(level)) => (level.amount, level.unit),
        (None, None) => return "nothing".to_owned(),
    };
    format!("{amount} {unit} ({})", rule.basis)
}

fn compare_levels(level: ServiceLevel, own: ServiceLevel) -> Result<(), Unfit> {
    if (level.cap, level.window) != (own.cap, own.window) {
        return Err(Unfit::Unclear);
    }
    let span = |level: ServiceLevel| Span {
        amount: level.amount,
        unit: level.unit,
    };
    compare(span(level), span(own))
}

/// Whether `new` ends no later than `own` from whatever moment, on whatever calendar.
fn compare(new: Span, own: Span) -> Result<(), Unfit> {
    if new.unit == own.unit {
        return if new.amount <= own.amount {
            Ok(())
        } else {
            Err(Unfit::Longer)
        };
    }
    match most_hours(new) {
        Some(most) if most <= least_hours(own) => Ok(()),
        // Days that end on a day off move to the next working day: no later than as many working days.
        _ if new.unit == TimeUnit::Days && own.unit == TimeUnit::WorkingDays && new.amount <= own.amount => Ok(()),
        _ => Err(Unfit::Unclear),
    }
}

/// The hours that a span takes at least; a day that has begun counts for nothing.
fn least_hours(span: Span) -> u64 {
    let amount = u64::from(span.amount);
    match span.unit {
        TimeUnit::Hours | TimeUnit::WorkingHours => amount,
        TimeUnit::WorkingDays | TimeUnit::Days => amount.saturating_sub(1) * 24,
        TimeUnit::Months => amount * 27 * 24,
        TimeUnit::Years => amount * 364 * 24,
    }
}

/// The hours that a span takes at most; none if days off may make it any number.
fn most_hours(span: Span) -> Option<u64> {
    (span.unit == TimeUnit::Hours).then_some(u64::from(span.amount))
}
