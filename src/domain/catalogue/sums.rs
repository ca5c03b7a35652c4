//! Rules between numbers and between times, as data: `[[sum]]` and `[[time]]` in `kind.toml`.

use std::fmt;
use std::str::FromStr as _;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;

use super::pattern::Pattern;
use crate::domain::document::parts::Code;
use crate::domain::error::FieldViolation;
use crate::domain::macros::text_enum;
use crate::domain::money::{Money, Totals};
use crate::domain::time::Timestamp;

text_enum! {
    /// How the two sides of a sum rule must stand to each other, in every currency.
    pub enum Relation {
        /// The same.
        Equal => "equal",
        /// Not more.
        AtMost => "at_most",
        /// Not more in any currency, and less in one.
        Less => "less",
        /// The same where both sides have the currency; a currency on one side only is not compared.
        EqualWhereShared => "equal_where_shared",
    }
}

text_enum! {
    /// The document whose payload a rule is checked on.
    pub enum Subject {
        /// At submit.
        Order => "order",
        /// At each answer.
        Answer => "answer",
    }
}

text_enum! {
    /// Where a term is read from.
    pub enum Source {
        /// The order's payload.
        Order => "order",
        /// The answer's payload.
        Answer => "answer",
        /// The item that the rule's `each` has reached.
        Line => "line",
    }
}

/// A term of a rule: `answer:/lines/*/held`, or `- order:/amounts/costs` to take it off.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Term {
    /// Whether it is taken off.
    pub minus: bool,
    /// Where it is read.
    pub source: Source,
    /// What is read there; several values are added.
    pub pattern: Pattern,
}

impl TryFrom<String> for Term {
    type Error = MalformedTerm;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (minus, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text.as_str()),
        };
        let (source, pointer) = rest.split_once(':').ok_or(MalformedTerm)?;
        let source = Source::from_str(source).or(Err(MalformedTerm))?;
        let pattern = Pattern::parse(pointer).or(Err(MalformedTerm))?;
        Ok(Self { minus, source, pattern })
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}:{}",
            if self.minus { "- " } else { "" },
            self.source,
            self.pattern
        )
    }
}

/// A text that is not a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a term such as answer:/lines/*/held, order:/amounts/total or line:/held")]
pub struct MalformedTerm;

fn on_answer() -> Subject {
    Subject::Answer
}

/// Two sums that must stand in a relation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SumRule {
    /// Which document it is checked on.
    #[serde(default = "on_answer")]
    pub on: Subject,
    /// The outcomes it applies to; none means all.
    #[serde(default)]
    pub outcomes: Vec<Code>,
    /// If there: the rule is checked for each item of this list, where both sides have a value.
    pub each: Option<Pattern>,
    /// The left side: the sum of its terms.
    pub left: Vec<Term>,
    /// The relation.
    pub relation: Relation,
    /// The right side: the sum of its terms.
    pub right: Vec<Term>,
    /// Where the error is shown: a pointer in the payload, or in the item.
    pub at: Pattern,
    /// The error, Vietnamese.
    pub vi: String,
    /// The error, English.
    pub en: String,
}

/// Two times, the first of which may not be after the second.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeRule {
    /// Which document it is checked on.
    #[serde(default = "on_answer")]
    pub on: Subject,
    /// The outcomes it applies to; none means all.
    #[serde(default)]
    pub outcomes: Vec<Code>,
    /// If there: the rule is checked for each item of this list.
    pub each: Option<Pattern>,
    /// The earlier time.
    pub earlier: Term,
    /// The later time.
    pub later: Term,
    /// Where the error is shown.
    pub at: Pattern,
    /// The error, Vietnamese.
    pub vi: String,
    /// The error, English.
    pub en: String,
}

/// The payloads that a rule reads. Schemas have been checked before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Payloads<'v> {
    /// The order's.
    pub(crate) order: &'v Value,
    /// The answer's, unless the order itself is checked.
    pub(crate) answer: Option<&'v Value>,
}

impl<'v> Payloads<'v> {
    fn subject(self) -> &'v Value {
        self.answer.unwrap_or(self.order)
    }

    fn values(self, term: &Term, line: Option<(&str, &'v Value)>) -> Vec<(String, &'v Value)> {
        match term.source {
            Source::Order => term.pattern.matches(self.order, ""),
            Source::Answer => self
                .answer
                .map(|answer| term.pattern.matches(answer, ""))
                .unwrap_or_default(),
            Source::Line => line
                .map(|(at, value)| term.pattern.matches(value, at))
                .unwrap_or_default(),
        }
    }

    /// What the rule goes over: each item, or the whole payload once.
    fn rounds(self, each: Option<&Pattern>) -> Vec<Option<(String, &'v Value)>> {
        match each {
            Some(pattern) => pattern.matches(self.subject(), "").into_iter().map(Some).collect(),
            None => vec![None],
        }
    }
}

/// Why a side of a rule has no sum.
enum NoSum {
    /// A value is not an amount of money: its pointer.
    NotMoney(String),
    /// The sum is beyond all limits.
    Overflow,
}

fn sum(terms: &[Term], payloads: Payloads<'_>, line: Option<(&str, &Value)>) -> Result<(Totals, usize), NoSum> {
    let mut totals = Totals::default();
    let mut count = 0_usize;
    for term in terms {
        for (pointer, value) in payloads.values(term, line) {
            let money = Money::from_json(value).ok_or(NoSum::NotMoney(pointer))?;
            totals = totals.add(money, term.minus).ok_or(NoSum::Overflow)?;
            count += 1;
        }
    }
    Ok((totals, count))
}

fn holds(relation: Relation, left: &Totals, right: &Totals) -> bool {
    match relation {
        Relation::Equal => left == right,
        Relation::AtMost => left.is_at_most(right),
        Relation::Less => left.is_at_most(right) && left != right,
        Relation::EqualWhereShared => left.is_equal_where_shared(right),
    }
}

impl SumRule {
    /// Checks the rule and pushes what does not add up, by pointer into the payload.
    pub(crate) fn check(&self, payloads: Payloads<'_>, found: &mut Vec<FieldViolation>) {
        for round in payloads.rounds(self.each.as_ref()) {
            let line = round.as_ref().map(|(at, value)| (at.as_str(), *value));
            let sides = sum(&self.left, payloads, line)
                .and_then(|left| sum(&self.right, payloads, line).map(|right| (left, right)));
            let prefix = line.map_or("", |(at, _)| at);
            match sides {
                Ok(((left, left_count), (right, right_count))) => {
                    let skipped = self.each.is_some() && (left_count == 0 || right_count == 0);
                    if !skipped && !holds(self.relation, &left, &right) {
                        found.push(self.violation(prefix));
                    }
                }
                Err(NoSum::NotMoney(pointer)) => found.push(FieldViolation::new(
                    pointer,
                    "amount",
                    "Số tiền không hợp lệ: số thập phân, đồng Việt Nam không có phần lẻ.",
                    "Not a valid amount: a decimal number, whole for đồng.",
                )),
                Err(NoSum::Overflow) => found.push(self.violation(prefix)),
            }
        }
    }

    fn violation(&self, prefix: &str) -> FieldViolation {
        FieldViolation::new(format!("{prefix}{}", self.at), "sum", self.vi.clone(), self.en.clone())
    }
}

/// A time, or a whole day in Viet Nam.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Time(Timestamp),
    Day(Date),
}

impl Moment {
    fn parse(text: &str) -> Option<Self> {
        let time = Timestamp::parse_rfc3339(text).map(Self::Time);
        time.or_else(|| text.parse().ok().map(Self::Day))
    }

    fn day(self) -> Date {
        match self {
            Self::Time(time) => time.date(),
            Self::Day(day) => day,
        }
    }

    /// Two times are compared as times; where one of them is a day only, by day.
    fn is_after(self, other: Self) -> bool {
        match (self, other) {
            (Self::Time(first), Self::Time(second)) => first > second,
            _ => self.day() > other.day(),
        }
    }
}

impl TimeRule {
    /// Checks the rule where both times are stated, and pushes what is out of order.
    pub(crate) fn check(&self, payloads: Payloads<'_>, found: &mut Vec<FieldViolation>) {
        for round in payloads.rounds(self.each.as_ref()) {
            let line = round.as_ref().map(|(at, value)| (at.as_str(), *value));
            let moments = |term: &Term| {
                let values = payloads.values(term, line);
                values
                    .into_iter()
                    .filter_map(|(_, value)| Moment::parse(value.as_str()?))
                    .collect::<Vec<_>>()
            };
            let later = moments(&self.later);
            if moments(&self.earlier)
                .iter()
                .any(|first| later.iter().any(|second| first.is_after(*second)))
            {
                let prefix = line.map_or("", |(at, _)| at);
                let field = format!("{prefix}{}", self.at);
                found.push(FieldViolation::new(
                    field,
                    "time_order",
                    self.vi.clone(),
                    self.en.clone(),
                ));
            }
        }
    }
}
