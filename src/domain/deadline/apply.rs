//! What a workflow step does to the clocks of a request.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value;

use super::begin::{begin, is_answered_so, stated_moment};
use super::ledger::{Deadline, DeadlineStatus};
use crate::domain::calendar::Calendar;
use crate::domain::catalogue::rule::{DeadlineRule, StatedIn};
use crate::domain::time::Timestamp;
use crate::domain::workflow::{Action, ClockEffect, Party, StartingPoint};

/// What the clocks of a request depend on.
#[derive(Debug, Clone, Copy)]
pub struct ClockContext<'a> {
    /// The clocks of the kind, in the revision that the request was submitted under.
    pub rules: &'a [DeadlineRule],
    /// The calendar to count on.
    pub calendar: &'a Calendar,
    /// The order's payload, for conditions and stated times. May be null if [`needs_order_payload`] says no.
    pub order_payload: &'a Value,
    /// The date in the order's head; read at submit only.
    pub issue_date: Option<Date>,
    /// The payload of the answer (or report) that this step brings, for times stated in it.
    pub answer_payload: Option<&'a Value>,
    /// Whether the final answer that this step brings is a refusal; none: it brings none.
    pub refused: Option<bool>,
    /// The clock that an extension names; none of the others is extended.
    pub extended_clock: Option<&'a str>,
}

/// Whether applying `effects` reads the order's payload, so that a caller can spare itself the reading.
pub fn needs_order_payload(rules: &[DeadlineRule], effects: &[ClockEffect]) -> bool {
    rules.iter().any(|rule| {
        let starts = effects.iter().any(|effect| match effect {
            ClockEffect::Start(point) => begins_on(rule, *point, rules),
            ClockEffect::Restate => rule.if_answered.is_some(),
            ClockEffect::Pause
            | ClockEffect::Resume
            | ClockEffect::Extend
            | ClockEffect::Stop
            | ClockEffect::Cancel
            | ClockEffect::Restore => false,
        });
        let stated = rule.pointer.is_some() && rule.stated_in() == StatedIn::Order;
        starts && (rule.condition.is_some() || rule.regime_pointer.is_some() || stated)
    })
}

/// Applies the effects of `action`, done at `at`, in their order. Returns the indexes of the clocks that changed or
/// began, ascending. Never fails: a clock that cannot be computed waits as PENDING_CALENDAR.
///
/// `action` is what the step counts as (the workflow's `counts_as`). `at` is its legal moment: hub time, or the date of
/// service for a paper partner.
///
/// - A clock starts if its rule has the starting point, its condition holds, and its regime is that of the clock's start
///   date (of `at` for BEFORE). A time that a document does not state starts nothing.
/// - A clock from a stated time that the same action stops gets its verdict at once; one that is already over when it
///   starts is recorded as breached at once and never runs.
/// - A clock stops when the step is done, or at the moment that the answer states for the act (`done_at` of the rule). An
///   interim answer or a report that does not state that moment leaves such a clock running, as does any answer if the rule
///   demands it (`done_at_required`).
/// - Refusing has a limit of its own (`refuse`): a refusal in time ends the clocks of the act without a verdict, any other answer that
///   of refusing.
/// - Only a clock that is not over can be paused or extended; an extension touches the clock that it names.
pub fn apply(
    deadlines: &mut Vec<Deadline>,
    action: Action,
    effects: &[ClockEffect],
    at: Timestamp,
    ctx: &ClockContext<'_>,
) -> Vec<usize> {
    let mut changed = BTreeSet::new();
    for effect in effects {
        if let ClockEffect::Start(point) = effect {
            for rule in ctx.rules.iter().filter(|rule| begins_on(rule, *point, ctx.rules)) {
                if let Some(deadline) = begin(deadlines, rule, action, at, ctx) {
                    changed.insert(deadlines.len());
                    deadlines.push(deadline);
                }
            }
            continue;
        }
        if *effect == ClockEffect::Restate {
            changed.extend(restate(deadlines, action, at, ctx));
            continue;
        }
        let undone = if action == Action::FollowUpLost {
            Action::FollowUp
        } else {
            Action::SendBack
        };
        let undone_at = last_end_by(undone, deadlines);
        let refusing = deadlines
            .iter()
            .find(|clock| clock.is_open() && clock.name == DeadlineRule::REFUSE);
        let (may_refuse, in_time) = (refusing.is_some(), refusing.is_some_and(|clock| !clock.is_overdue(at)));
        for (index, deadline) in deadlines.iter_mut().enumerate() {
            let touched = match effect {
                ClockEffect::Start(_) | ClockEffect::Restate => false,
                ClockEffect::Pause => pause(deadline, action, at),
                ClockEffect::Resume => resume(deadline, at),
                ClockEffect::Extend => ctx.extended_clock == Some(&deadline.name) && extend(deadline, at),
                ClockEffect::Stop if may_refuse && is_beside_the_point(deadline, action, in_time, ctx) => {
                    cancel(deadline, action, at)
                }
                ClockEffect::Stop => stop(deadline, action, at, ctx),
                ClockEffect::Cancel => cancel(deadline, action, at),
                ClockEffect::Restore => restore(deadline, undone, undone_at),
            };
            if touched {
                if deadline.status != DeadlineStatus::Cancelled {
                    deadline.refresh(ctx.calendar);
                }
                changed.insert(index);
            }
        }
    }
    changed.into_iter().collect()
}

/// Whether the rule begins at this point. After a dispute the recipient owes its act anew, so what began when the order came
/// begins again, unless the kind has clocks of its own for it (policy, D).
fn begins_on(rule: &DeadlineRule, point: StartingPoint, rules: &[DeadlineRule]) -> bool {
    let has_own = || rules.iter().any(|rule| rule.starts_on == StartingPoint::Disputed);
    let anew = point == StartingPoint::Disputed
        && rule.starts_on == StartingPoint::Available
        && rule.obligor == Party::Recipient
        && rule.name != DeadlineRule::ACKNOWLEDGE;
    rule.starts_on == point || (anew && !has_own())
}

/// When an action last stopped clocks.
fn last_end_by(action: Action, deadlines: &[Deadline]) -> Option<Timestamp> {
    let ended = deadlines.iter().filter(|clock| clock.stopped_by == Some(action));
    ended.filter_map(|clock| clock.stopped).max()
}

/// Holds the clocks that wait for what the answer holds (`if_answered`) against the answer as it stands now, if there is one: those begin that
/// it calls for and that never ran, those end without a verdict that it does not.
fn restate(deadlines: &mut Vec<Deadline>, action: Action, at: Timestamp, ctx: &ClockContext<'_>) -> Vec<usize> {
    let mut changed = Vec::new();
    for rule in ctx.rules.iter().filter(|rule| rule.if_answered.is_some()) {
        let is_its = |clock: &Deadline| clock.name == rule.name && clock.starts_on == rule.starts_on;
        if is_answered_so(rule, ctx) {
            let has_run = deadlines
                .iter()
                .any(|clock| is_its(clock) && clock.status != DeadlineStatus::Cancelled);
            if let Some(deadline) = begin(deadlines, rule, action, at, ctx).filter(|_| !has_run) {
                changed.push(deadlines.len());
                deadlines.push(deadline);
            }
        } else {
            for (index, deadline) in deadlines.iter_mut().enumerate().filter(|(_, clock)| is_its(clock)) {
                if cancel(deadline, action, at) {
                    changed.push(index);
                }
            }
        }
    }
    changed
}

fn pause(deadline: &mut Deadline, action: Action, at: Timestamp) -> bool {
    let runs = deadline.is_open() && deadline.pause_of_its_own().is_none();
    let pauses = runs && !deadline.is_overdue(at) && deadline.pauses_on.contains(&action);
    if pauses {
        deadline.pause(action, at);
    }
    pauses
}

fn resume(deadline: &mut Deadline, at: Timestamp) -> bool {
    let paused = deadline.pause_of_its_own().is_some();
    if paused {
        deadline.resume(at);
    }
    paused
}

fn extend(deadline: &mut Deadline, at: Timestamp) -> bool {
    let extends = deadline.can_extend(at);
    if extends {
        deadline.extended_to = deadline.extendable_to;
    }
    extends
}

fn stop(deadline: &mut Deadline, action: Action, at: Timestamp, ctx: &ClockContext<'_>) -> bool {
    let stops = deadline.is_open() && deadline.stops_on.contains(&action) && states_the_act(deadline, action, ctx);
    if stops {
        let done = moment_done(deadline.done_at.as_deref(), deadline.start, at, ctx);
        deadline.resume(at);
        deadline.stop(action, done);
    }
    stops
}

/// Whether the answer is a refusal and the clock is of the act, or the other way round.
fn is_beside_the_point(deadline: &Deadline, action: Action, in_time: bool, ctx: &ClockContext<'_>) -> bool {
    let stops = deadline.is_open() && deadline.stops_on.contains(&action);
    stops
        && match ctx.refused {
            Some(true) => in_time && DeadlineRule::ACTS.contains(&deadline.name.as_str()),
            Some(false) => deadline.name == DeadlineRule::REFUSE,
            None => false,
        }
}

/// An interim answer or a report is about many things: it stops a clock whose act it must state (`done_at`) only if it
/// states it. So does any answer if the rule demands it, but for one that ends the matter as such (a return).
fn states_the_act(deadline: &Deadline, action: Action, ctx: &ClockContext<'_>) -> bool {
    let must_state = matches!(action, Action::AnswerInterim | Action::Report)
        || deadline.done_at_required && matches!(action, Action::AnswerFinal | Action::Correct);
    let Some(pointer) = deadline.done_at.as_deref().filter(|_| must_state) else {
        return true;
    };
    ctx.answer_payload
        .is_some_and(|payload| stated_moment(payload, pointer).is_some())
}

/// When the act was done: at the moment that the answer states for it, but never before the clock began nor after the
/// step itself.
pub(super) fn moment_done(done_at: Option<&str>, start: Timestamp, at: Timestamp, ctx: &ClockContext<'_>) -> Timestamp {
    let answer = ctx.answer_payload.zip(done_at);
    answer
        .and_then(|(payload, pointer)| stated_moment(payload, pointer))
        .map_or(at, |stated| stated.max(start).min(at))
}

/// Ends every open clock without a verdict: the duty itself is gone. Returns whether there was one.
pub fn cancel_open(deadlines: &mut [Deadline], action: Action, at: Timestamp) -> bool {
    let mut any = false;
    for deadline in deadlines {
        any |= cancel(deadline, action, at);
    }
    any
}

fn cancel(deadline: &mut Deadline, action: Action, at: Timestamp) -> bool {
    let cancels = deadline.is_open();
    if cancels {
        deadline.resume(at);
        deadline.stop(action, at);
        deadline.status = DeadlineStatus::Cancelled;
    }
    cancels
}

/// Undoes the end that the action `undone` gave to the clock at `undone_at`, verdict or none.
fn restore(deadline: &mut Deadline, undone: Action, undone_at: Option<Timestamp>) -> bool {
    let restores = deadline.stopped.is_some() && deadline.stopped == undone_at && deadline.stopped_by == Some(undone);
    if restores {
        deadline.status = DeadlineStatus::Running;
        deadline.stopped = None;
        deadline.stopped_by = None;
    }
    restores
}
