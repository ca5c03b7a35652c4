//! Coordination regulations (quy chế phối hợp): what agencies of a province, or two agencies, have agreed beyond the law. One may
//! shorten a clock, add a clock or an outcome; never lengthen what the law gives. They are data in `regulations/` of the catalogue;
//! rungs of the ladder that they agree on stand in `escalation/`.
//!
//! Of two that say something of the same clock the narrower holds: one that names the recipient weighs more than one that names the
//! sender, then provinces, then the recipient's role.

mod load;
mod shorter;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use jiff::civil::Date;
use serde::Deserialize;

use super::agency::Role;
use super::catalogue::definition::OutcomeDefinition;
use super::catalogue::kind::Kind;
use super::catalogue::rule::{Certainty, DeadlineRule, Nature, Regime, ServiceLevel, Span};
use super::error::FieldViolation;
use super::ids::{AgencyCode, KindCode};
use super::territory::current_place;

pub(crate) use load::load;

/// The folder of regulations in a catalogue.
pub const FOLDER: &str = "regulations/";

/// Between whom a regulation holds, and for what. What is not named is open.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applies {
    /// The kinds; all if none is named.
    #[serde(default)]
    pub kinds: Vec<KindCode>,
    /// The province of who sends, two digits.
    pub sender_province: Option<String>,
    /// The province of who answers.
    pub recipient_province: Option<String>,
    /// The role of who answers.
    pub recipient_role: Option<Role>,
    /// Who sends.
    pub sender: Option<AgencyCode>,
    /// Who answers.
    pub recipient: Option<AgencyCode>,
}

/// The two sides of a request.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// Who sends.
    pub sender: &'a AgencyCode,
    /// The sender's province, or empty.
    pub sender_province: &'a str,
    /// Who answers.
    pub recipient: &'a AgencyCode,
    /// The recipient's province, or empty.
    pub recipient_province: &'a str,
    /// The recipient's role.
    pub recipient_role: Role,
}

/// A clock that is made shorter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shorter {
    /// The clock.
    pub clock: String,
    /// The regimes under which it is; all of the clock's if none is named.
    #[serde(default)]
    pub regimes: Vec<Regime>,
    /// The limit in place of the clock's own.
    pub limit: Option<Span>,
    /// In place of the hub's own target where the law says “ngay”.
    pub service_level: Option<ServiceLevel>,
    /// The longest total limit after an extension; that of the clock if absent, as far as the unit stays.
    pub extendable_to: Option<u32>,
    /// The article of the regulation.
    pub basis: String,
    /// Law, if an act of law says so, or policy: what was agreed.
    pub nature: Nature,
    /// How sure that is.
    pub certainty: Certainty,
}

/// One regulation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regulation {
    /// Its name: that of its file.
    #[serde(skip)]
    pub name: String,
    /// What it is called, Vietnamese.
    pub title_vi: String,
    /// What it is called, English.
    pub title_en: String,
    /// Its number, date and who signed it.
    pub basis: String,
    /// First day on which it holds.
    pub effective_from: Date,
    /// Last day.
    pub effective_to: Option<Date>,
    /// Between whom, for what.
    pub applies: Applies,
    /// Clocks that it makes shorter.
    #[serde(default, rename = "shorten")]
    pub shorter: Vec<Shorter>,
    /// Clocks that it adds.
    #[serde(default, rename = "deadline")]
    pub deadlines: Vec<DeadlineRule>,
    /// Outcomes that it adds.
    #[serde(default, rename = "outcome")]
    pub outcomes: Vec<OutcomeDefinition>,
}

impl Applies {
    /// How narrow it is: the larger, the narrower.
    pub fn weight(&self) -> u32 {
        let named = [
            !self.kinds.is_empty(),
            self.recipient_role.is_some(),
            self.sender_province.is_some(),
            self.recipient_province.is_some(),
            self.sender.is_some(),
            self.recipient.is_some(),
        ];
        named
            .iter()
            .rev()
            .fold(0, |weight, named| weight * 2 + u32::from(*named))
    }

    /// Whether it speaks of a kind.
    pub fn concerns(&self, kind: &KindCode) -> bool {
        self.kinds.is_empty() || self.kinds.contains(kind)
    }

    /// Whether it holds between two agencies.
    pub fn fits(&self, pair: &Pair<'_>) -> bool {
        let is_in = |named: &Option<String>, province: &str| {
            named
                .as_deref()
                .is_none_or(|named| !province.is_empty() && current_place(named) == current_place(province))
        };
        self.recipient_role.is_none_or(|role| role == pair.recipient_role)
            && self.sender.as_ref().is_none_or(|sender| sender == pair.sender)
            && self
                .recipient
                .as_ref()
                .is_none_or(|recipient| recipient == pair.recipient)
            && is_in(&self.sender_province, pair.sender_province)
            && is_in(&self.recipient_province, pair.recipient_province)
    }
}

impl Regulation {
    /// Whether it is in force on a day.
    pub fn is_in_force(&self, day: Date) -> bool {
        self.effective_from <= day && self.effective_to.is_none_or(|last| day <= last)
    }

    /// Whether two are in force on one day.
    fn meets(&self, other: &Self) -> bool {
        let begins_in_time = |from: Date, last: Option<Date>| last.is_none_or(|last| from <= last);
        begins_in_time(self.effective_from, other.effective_to)
            && begins_in_time(other.effective_from, self.effective_to)
    }

    /// The clocks of a kind as it leaves them.
    fn change(&self, rules: &mut Vec<DeadlineRule>) {
        for shorter in &self.shorter {
            for rule in rules.iter_mut().filter(|rule| shorter.concerns(rule)) {
                *rule = shorter.applied_to(rule);
            }
        }
        for added in &self.deadlines {
            rules.retain(|rule| rule.name != added.name || rule.regimes != added.regimes);
            rules.push(added.clone());
        }
    }
}

/// An outcome of a regulation was stated where it does not hold.
pub fn not_agreed() -> FieldViolation {
    FieldViolation::new(
        "/outcome",
        "not_agreed",
        "Kết quả này chỉ dùng theo quy chế phối hợp giữa hai cơ quan; quy chế không áp dụng ở đây.",
        "This outcome is for agencies whose coordination regulation has it; none holds here.",
    )
}

/// All regulations of a catalogue, the widest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Regulations(Vec<Regulation>);

impl Regulations {
    fn of(mut regulations: Vec<Regulation>) -> Self {
        regulations.sort_by_key(|regulation| regulation.applies.weight());
        Self(regulations)
    }

    /// All, the widest first.
    pub fn all(&self) -> &[Regulation] {
        &self.0
    }

    /// Those that hold between two agencies for a kind on a day, the widest first.
    pub fn between<'a>(
        &'a self,
        kind: &'a KindCode,
        pair: &'a Pair<'a>,
        day: Date,
    ) -> impl Iterator<Item = &'a Regulation> {
        self.0.iter().filter(move |regulation| {
            let applies = &regulation.applies;
            applies.concerns(kind) && regulation.is_in_force(day) && applies.fits(pair)
        })
    }

    /// The clocks that a kind has between two agencies on a day.
    pub fn rules<'a>(&self, kind: &'a Kind, pair: &Pair<'_>, day: Date) -> Cow<'a, [DeadlineRule]> {
        let mut rules = Cow::Borrowed(kind.definition.deadlines.as_slice());
        for regulation in self.between(kind.code(), pair, day) {
            if !regulation.shorter.is_empty() || !regulation.deadlines.is_empty() {
                regulation.change(rules.to_mut());
            }
        }
        rules
    }

    /// Whether the outcome may be stated between two agencies on a day: one that a regulation added needs that regulation.
    pub fn allow(&self, outcome: &OutcomeDefinition, kind: &KindCode, pair: &Pair<'_>, day: Date) -> bool {
        outcome
            .regulation
            .as_ref()
            .is_none_or(|name| self.between(kind, pair, day).any(|regulation| regulation.name == *name))
    }
}
