//! Which clocks a step begins, and from which moment.

use jiff::civil::Date;
use serde_json::Value;

use super::apply::{ClockContext, moment_done};
use super::ledger::Deadline;
use crate::domain::catalogue::rule::{DeadlineRule, Regime, StatedIn};
use crate::domain::time::Timestamp;
use crate::domain::workflow::{Action, StartingPoint};

/// The clock that `rule` starts with this step, if it does. One that already runs is not begun again, nor one from the
/// same stated moment.
pub(super) fn begin(
    deadlines: &[Deadline],
    rule: &DeadlineRule,
    action: Action,
    at: Timestamp,
    ctx: &ClockContext<'_>,
) -> Option<Deadline> {
    let start = starting_moment(rule, action, at, ctx)?;
    let start = if is_of_the_recipient(rule) {
        start.max(order_came(deadlines).unwrap_or(start))
    } else {
        start
    };
    let regime = Regime::on(deciding_date(rule, start, at, ctx));
    if !rule.regimes.contains(&regime) || !condition_holds(rule, ctx.order_payload) || !is_answered_so(rule, ctx) {
        return None;
    }
    let is_stated = matches!(rule.starts_on, StartingPoint::Stated | StartingPoint::Before);
    let namesakes = || deadlines.iter().filter(|clock| clock.name == rule.name);
    let begun = |clock: &Deadline| {
        clock.starts_on == rule.starts_on && (clock.is_open() || (is_stated && clock.start == start))
    };
    if namesakes().any(begun) {
        return None;
    }
    let last = namesakes().map(|clock| clock.occurrence).max().unwrap_or(0);
    let mut deadline = Deadline::new(rule, regime, last.saturating_add(1), start, ctx.calendar)?;
    let done = is_stated && !rule.recurring && rule.stops_on.contains(&action);
    if done || deadline.is_overdue(at) {
        deadline.stop(action, moment_done(rule.done_at.as_deref(), start.min(at), at, ctx));
        deadline.refresh(ctx.calendar);
    }
    Some(deadline)
}

/// Whether the answer has what the rule waits for, if it waits for something.
pub(super) fn is_answered_so(rule: &DeadlineRule, ctx: &ClockContext<'_>) -> bool {
    let Some(pointer) = &rule.if_answered else { return true };
    ctx.answer_payload
        .is_some_and(|payload| payload.pointer(pointer).is_some())
}

/// Whether the clock counts from an act of the recipient that its answer or report states: it cannot have followed an order
/// before that came.
fn is_of_the_recipient(rule: &DeadlineRule) -> bool {
    let stated = rule.starts_on == StartingPoint::Stated && !rule.recurring;
    stated
        && matches!(
            rule.stated_in(),
            StatedIn::Interim | StatedIn::Answer | StatedIn::Report
        )
}

/// When the order came, if a clock has counted from it.
fn order_came(deadlines: &[Deadline]) -> Option<Timestamp> {
    let from_the_order = deadlines
        .iter()
        .filter(|clock| matches!(clock.starts_on, StartingPoint::Available | StartingPoint::Served));
    from_the_order.map(|clock| clock.start).min()
}

/// The moment from which the rule counts. Times in the order are read when it is submitted, times in an answer when it
/// comes.
fn starting_moment(rule: &DeadlineRule, action: Action, at: Timestamp, ctx: &ClockContext<'_>) -> Option<Timestamp> {
    match rule.starts_on {
        StartingPoint::Stated | StartingPoint::Before => {
            let pointer = rule.pointer.as_deref()?;
            match (rule.stated_in(), action) {
                (StatedIn::Order, Action::Submit) => stated_moment(ctx.order_payload, pointer),
                (StatedIn::Head, Action::Submit) => ctx.issue_date.map(first_moment),
                (StatedIn::Interim, Action::AnswerInterim)
                | (StatedIn::Answer, Action::AnswerFinal)
                | (StatedIn::Report, Action::Report) => {
                    let stated = stated_moment(ctx.answer_payload?, pointer)?;
                    // What is stated to have happened has not happened later than it is stated; a next period may.
                    Some(if rule.recurring { stated } else { stated.min(at) })
                }
                _ => None,
            }
        }
        StartingPoint::Available
        | StartingPoint::Acknowledged
        | StartingPoint::Answered
        | StartingPoint::Disputed
        | StartingPoint::Served
        | StartingPoint::Reported => Some(at),
    }
}

/// The date that decides the regime: the clock's own start; of a clock counted backwards, the step; or the date that the
/// rule points to, if the order states it.
fn deciding_date(rule: &DeadlineRule, start: Timestamp, at: Timestamp, ctx: &ClockContext<'_>) -> Date {
    let stated = rule
        .regime_pointer
        .as_deref()
        .and_then(|pointer| stated_moment(ctx.order_payload, pointer));
    let step = if rule.starts_on == StartingPoint::Before {
        at
    } else {
        start
    };
    stated.unwrap_or(step).date()
}

fn first_moment(date: Date) -> Timestamp {
    Timestamp::from_civil(date.at(0, 0, 0, 0))
}

/// What stands at a pointer: RFC 3339, or a date, which means its first moment in Viet Nam.
pub(super) fn stated_moment(payload: &Value, pointer: &str) -> Option<Timestamp> {
    let text = payload.pointer(pointer)?.as_str()?;
    Timestamp::parse_rfc3339(text).or_else(|| {
        let date: Date = text.parse().ok()?;
        Some(first_moment(date))
    })
}

fn condition_holds(rule: &DeadlineRule, order_payload: &Value) -> bool {
    rule.condition
        .as_ref()
        .is_none_or(|condition| condition.holds(order_payload))
}
