//! When each clock of a kind would be due, counted from a moment: what ComputeDeadline and `lienthong deadline` answer. It
//! is the engine of real clocks, asked without a request.

use jiff::civil::Date;
use serde_json::Value;

use super::begin::stated_moment;
use super::ledger::Deadline;
use super::limit::Limit;
use super::trace::TraceStep;
use crate::domain::calendar::{Calendar, CalendarMissing};
use crate::domain::catalogue::rule::{Certainty, Condition, DeadlineRule, Nature, Regime};
use crate::domain::time::Timestamp;
use crate::domain::workflow::{Party, StartingPoint};

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The moment from which to count; for clocks counted backwards, the event.
    pub from: Timestamp,
    /// The clock; none for all.
    pub clock: Option<&'a str>,
    /// The date that decides the body of law; none: what the order states for the rule, else the date of `from`.
    pub regime_date: Option<Date>,
    /// The order's payload. Without it every conditional clock is told, with its condition.
    pub order_payload: Option<&'a Value>,
}

/// A clock as it would be.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputedClock {
    /// Its name.
    pub name: String,
    /// Whose duty it is.
    pub obligor: Party,
    /// When it applies; none: always, or the order was asked already.
    pub condition: Option<Condition>,
    /// The body of law.
    pub regime: Regime,
    /// From what it counts.
    pub starts_on: StartingPoint,
    /// The last moment in time.
    pub due: Timestamp,
    /// The budget.
    pub limit: Limit,
    /// Law or policy; "ngay" is always policy as to its due time.
    pub nature: Nature,
    /// The article.
    pub basis: String,
    /// How sure the catalogue is of the rule.
    pub certainty: Certainty,
    /// A note for readers, Vietnamese.
    pub note: Option<String>,
    /// Why it is due then.
    pub trace: Vec<TraceStep>,
}

impl ComputedClock {
    /// Whether the law says "ngay" (immediately) instead of a number.
    pub fn is_immediate(&self) -> bool {
        matches!(self.limit, Limit::Immediate(_))
    }

    /// The condition as printed, for example `/scope = "WHOLE_CLIENT"`.
    pub fn condition_text(&self) -> Option<String> {
        let condition = self.condition.as_ref()?;
        Some(format!("{} = {}", condition.pointer, condition.equals))
    }
}

/// The payload that a text states: an order document's, or itself.
///
/// # Errors
/// Text that is not one JSON object.
pub fn order_payload(text: &str) -> Result<Value, serde_json::Error> {
    let mut stated: serde_json::Map<String, Value> = serde_json::from_str(text)?;
    let is_document = stated.get("schema").is_some_and(Value::is_string);
    let payload = if is_document { stated.remove("payload") } else { None };
    Ok(payload.unwrap_or(Value::Object(stated)))
}

/// The clocks that the question is about, in the kind's order.
///
/// # Errors
/// The year without data, if one of them needs such a year.
pub fn compute_all(
    rules: &[DeadlineRule],
    question: &Question<'_>,
    calendar: &Calendar,
) -> Result<Vec<ComputedClock>, CalendarMissing> {
    let computed = rules.iter().filter_map(|rule| compute_one(rule, question, calendar));
    computed.collect()
}

fn compute_one(
    rule: &DeadlineRule,
    question: &Question<'_>,
    calendar: &Calendar,
) -> Option<Result<ComputedClock, CalendarMissing>> {
    let stated = || stated_moment(question.order_payload?, rule.regime_pointer.as_deref()?).map(Timestamp::date);
    let date = question
        .regime_date
        .or_else(stated)
        .unwrap_or_else(|| question.from.date());
    let regime = Regime::on(date);
    let is_asked = question.clock.is_none_or(|name| name == rule.name);
    let condition = match (&rule.condition, question.order_payload) {
        (Some(condition), Some(payload)) if !condition.holds(payload) => return None,
        (Some(_), Some(_)) | (None, _) => None,
        (Some(condition), None) => Some(condition.clone()),
    };
    if !is_asked || !rule.regimes.contains(&regime) {
        return None;
    }
    let clock = Deadline::new(rule, regime, 1, question.from, calendar)?;
    let trace = match clock.trace(calendar) {
        Ok(trace) => trace,
        Err(missing) => return Some(Err(missing)),
    };
    Some(Ok(ComputedClock {
        name: clock.name,
        obligor: clock.obligor,
        condition,
        regime,
        starts_on: clock.starts_on,
        due: clock.due?,
        limit: clock.limit,
        nature: clock.nature,
        basis: clock.basis,
        certainty: clock.certainty,
        note: rule.note.clone(),
        trace,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;
    use crate::domain::deadline::StepKind;
    use crate::domain::ids::KindCode;

    fn ask(kind: &str, from: &str, clock: Option<&str>) -> Result<Vec<ComputedClock>, CalendarMissing> {
        let catalogue = Catalogue::embedded().unwrap();
        let kind = catalogue.newest(&KindCode::parse(kind).unwrap()).unwrap().clone();
        let question = Question {
            from: Timestamp::parse_rfc3339(from).unwrap(),
            clock,
            regime_date: None,
            order_payload: None,
        };
        compute_all(&kind.definition.deadlines, &question, &Calendar::embedded().unwrap())
    }

    #[test]
    fn a_clock_of_a_kind_is_told_with_its_basis_and_each_day() {
        let clocks = ask("land-information", "2026-11-20T09:00:00+07:00", Some("answer")).unwrap();
        let [answer] = clocks.as_slice() else {
            panic!("{clocks:?}")
        };
        assert_eq!(answer.due.to_rfc3339(), "2026-11-26T23:59:59.999999+07:00");
        assert_eq!((answer.nature, answer.regime), (Nature::Law, Regime::Law2025));
        assert_eq!(answer.trace.last().unwrap().kind, StepKind::Due);
        assert!(!answer.is_immediate() && !answer.basis.is_empty());
    }

    #[test]
    fn a_year_without_data_is_named_and_a_clock_by_the_wall_needs_none() {
        let asked = ask("land-information", "2027-12-30T09:00:00+07:00", Some("answer"));
        assert_eq!(asked, Err(CalendarMissing(2028)));
        let freeze = ask("account-freeze", "2027-12-31T23:00:00+07:00", Some("execute")).unwrap();
        assert_eq!(freeze[0].due.to_rfc3339(), "2028-01-01T01:00:00+07:00");
    }

    #[test]
    fn nothing_is_told_of_a_clock_that_the_kind_does_not_have() {
        assert_eq!(
            ask("land-information", "2026-11-20T09:00:00+07:00", Some("publish")),
            Ok(Vec::new())
        );
    }
}
