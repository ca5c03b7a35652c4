//! Clocks of a request through the steps of its life.

use serde_json::{Value, json};

use super::apply::{ClockContext, apply, needs_order_payload};
use super::ledger::{Deadline, DeadlineStatus};
use crate::domain::calendar::Calendar;
use crate::domain::catalogue::rule::{
    Certainty, Condition, DeadlineRule, Nature, Regime, ServiceLevel, Span, StatedIn, TimeUnit,
};
use crate::domain::deadline::earliest_open_due;
use crate::domain::time::Timestamp;
use crate::domain::workflow::{Action, ClockEffect, Party, StartingPoint};
use ClockEffect::{Cancel, Extend, Pause, Restore, Resume, Start, Stop};
use StartingPoint::{Available, Before, Disputed, Stated};

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(&format!("{text}+07:00")).unwrap()
}

fn rule(name: &str, starts_on: StartingPoint, amount: u32, unit: TimeUnit) -> DeadlineRule {
    DeadlineRule {
        name: name.into(),
        regimes: vec![Regime::Law2025],
        obligor: Party::Recipient,
        condition: None,
        starts_on,
        pointer: None,
        stated_in: None,
        recurring: false,
        regime_pointer: None,
        if_answered: None,
        stops_on: vec![Action::AnswerFinal, Action::SendBack],
        done_at: None,
        done_at_required: false,
        limit: Some(Span { amount, unit }),
        service_level: None,
        extendable_to: None,
        pauses_on: vec![Action::AskClarification],
        basis: "Luật 106/2025/QH15, Điều 37.6".into(),
        nature: Nature::Law,
        certainty: Certainty::Verified,
        note: None,
    }
}

fn answer_rule() -> DeadlineRule {
    rule("answer", Available, 3, TimeUnit::WorkingDays)
}

fn stated(name: &str, pointer: &str, amount: u32, unit: TimeUnit) -> DeadlineRule {
    DeadlineRule {
        pointer: Some(pointer.into()),
        ..rule(name, Stated, amount, unit)
    }
}

/// A request's clocks under test.
struct Clocks {
    rules: Vec<DeadlineRule>,
    order: Value,
    answer: Option<Value>,
    calendar: Calendar,
    deadlines: Vec<Deadline>,
}

impl Clocks {
    fn new(rules: Vec<DeadlineRule>, order: Value) -> Self {
        let calendar = Calendar::embedded().unwrap();
        Self {
            rules,
            order,
            answer: None,
            calendar,
            deadlines: Vec::new(),
        }
    }

    fn step(&mut self, action: Action, effects: &[ClockEffect], when: &str) -> Vec<usize> {
        let ctx = ClockContext {
            rules: &self.rules,
            calendar: &self.calendar,
            order_payload: &self.order,
            issue_date: None,
            answer_payload: self.answer.as_ref(),
            refused: None,
            extended_clock: self.rules.first().map(|rule| rule.name.as_str()),
        };
        apply(&mut self.deadlines, action, effects, at(when), &ctx)
    }

    fn submitted(rules: Vec<DeadlineRule>, order: Value, when: &str) -> Self {
        let mut clocks = Self::new(rules, order);
        clocks.step(Action::Submit, &[Start(Available), Start(Stated), Start(Before)], when);
        clocks
    }

    fn statuses(&self) -> Vec<DeadlineStatus> {
        self.deadlines.iter().map(|deadline| deadline.status).collect()
    }

    fn due(&self, index: usize) -> String {
        self.deadlines[index].due.map(Timestamp::to_rfc3339).unwrap_or_default()
    }
}

fn end_of(day: &str) -> String {
    format!("{day}T23:59:59.999999+07:00")
}

#[test]
fn an_answer_at_the_due_time_is_met_and_a_microsecond_later_is_a_breach() {
    for (time, expected) in [
        ("2026-11-26T23:59:59.999999", DeadlineStatus::Met),
        ("2026-11-27T00:00:00", DeadlineStatus::Breached),
    ] {
        let mut clocks = Clocks::submitted(vec![answer_rule()], json!({}), "2026-11-20T09:00:00");
        assert_eq!(clocks.due(0), end_of("2026-11-26"));
        assert_eq!(earliest_open_due(&clocks.deadlines), clocks.deadlines[0].due);
        assert_eq!(clocks.step(Action::AnswerFinal, &[Stop], time), [0]);
        assert_eq!(clocks.statuses(), [expected]);
        assert_eq!(earliest_open_due(&clocks.deadlines), None);
    }
}

#[test]
fn the_regime_is_that_of_the_clocks_start_date() {
    let old = DeadlineRule {
        regimes: vec![Regime::Law2008],
        limit: Some(Span {
            amount: 5,
            unit: TimeUnit::WorkingDays,
        }),
        ..answer_rule()
    };
    for (day, regime) in [("2026-06-30", Regime::Law2008), ("2026-07-01", Regime::Law2025)] {
        let rules = vec![old.clone(), answer_rule()];
        let clocks = Clocks::submitted(rules, json!({}), &format!("{day}T23:00:00"));
        let regimes: Vec<_> = clocks.deadlines.iter().map(|clock| clock.regime).collect();
        assert_eq!(regimes, [regime]);
    }
}

#[test]
fn a_clock_starts_only_if_its_condition_holds() {
    let condition = Condition {
        pointer: "/urgent".into(),
        equals: json!(true),
    };
    let rules = vec![DeadlineRule {
        condition: Some(condition),
        ..answer_rule()
    }];
    let when = "2026-11-20T09:00:00";
    assert_eq!(
        Clocks::submitted(rules.clone(), json!({"urgent": true}), when)
            .deadlines
            .len(),
        1
    );
    assert!(Clocks::submitted(rules.clone(), json!({}), when).deadlines.is_empty());
    assert!(needs_order_payload(&rules, &[Start(Available)]));
    assert!(!needs_order_payload(&rules, &[Stop]));
    assert!(!needs_order_payload(&[answer_rule()], &[Start(Available)]));
}

#[test]
fn a_paused_clock_has_no_due_time_and_counts_on_the_day_after_it_resumes() {
    let mut clocks = Clocks::submitted(vec![answer_rule()], json!({}), "2026-11-09T09:00:00");
    clocks.step(Action::AskClarification, &[Pause], "2026-11-11T10:00:00");
    assert_eq!(
        (clocks.statuses(), clocks.due(0)),
        (vec![DeadlineStatus::Paused], String::new())
    );
    let trace = clocks.deadlines[0].trace(&clocks.calendar).unwrap();
    assert_eq!(trace.len(), 3);
    assert_eq!(trace[2].vi, "Tạm dừng tính thời hạn từ thứ Tư 11/11/2026");
    clocks.step(Action::Clarify, &[Resume], "2026-11-12T10:00:00");
    assert_eq!(clocks.due(0), end_of("2026-11-16"));
    assert_eq!(clocks.deadlines[0].suspensions[0].cause, Action::AskClarification);
}

#[test]
fn an_overdue_clock_cannot_be_paused_or_extended() {
    let rules = vec![DeadlineRule {
        extendable_to: Some(5),
        ..answer_rule()
    }];
    let mut clocks = Clocks::submitted(rules, json!({}), "2026-11-09T09:00:00");
    let late = "2026-11-13T00:00:00";
    assert!(clocks.step(Action::AskClarification, &[Pause], late).is_empty());
    assert!(clocks.step(Action::Extend, &[Extend], late).is_empty());
    assert!(clocks.deadlines[0].is_overdue(at(late)));
}

#[test]
fn a_clock_is_extended_once_to_the_kinds_limit() {
    let rules = vec![DeadlineRule {
        extendable_to: Some(5),
        ..answer_rule()
    }];
    let mut clocks = Clocks::submitted(rules, json!({}), "2026-11-09T09:00:00");
    assert_eq!(clocks.step(Action::Extend, &[Extend], "2026-11-10T09:00:00"), [0]);
    assert_eq!(clocks.due(0), end_of("2026-11-16"));
    assert!(clocks.step(Action::Extend, &[Extend], "2026-11-11T09:00:00").is_empty());
}

#[test]
fn an_unfounded_return_restores_the_clocks_that_it_ended() {
    let acknowledge = DeadlineRule {
        stops_on: vec![],
        ..rule("acknowledge", Available, 1, TimeUnit::WorkingDays)
    };
    let rules = vec![answer_rule(), acknowledge];
    let mut clocks = Clocks::submitted(rules, json!({}), "2026-11-09T09:00:00");
    let before = clocks.deadlines.clone();
    clocks.step(Action::SendBack, &[Stop, Cancel], "2026-11-10T09:00:00");
    assert_eq!(clocks.statuses(), [DeadlineStatus::Met, DeadlineStatus::Cancelled]);
    assert_eq!(clocks.step(Action::Dispute, &[Restore], "2026-11-20T09:00:00"), [0, 1]);
    assert_eq!(clocks.deadlines, before);
}

#[test]
fn a_dispute_starts_a_new_clock_of_the_same_name() {
    let again = rule("answer", Disputed, 3, TimeUnit::WorkingDays);
    let mut clocks = Clocks::submitted(vec![answer_rule(), again], json!({}), "2026-11-09T09:00:00");
    clocks.step(Action::AnswerFinal, &[Stop], "2026-11-10T09:00:00");
    assert_eq!(
        clocks.step(Action::Dispute, &[Start(Disputed)], "2026-11-20T09:00:00"),
        [1]
    );
    assert_eq!(clocks.deadlines[1].occurrence, 2);
    assert_eq!(clocks.statuses(), [DeadlineStatus::Met, DeadlineStatus::Running]);
}

#[test]
fn a_clock_from_a_time_in_the_answer_gets_its_verdict_with_that_answer() {
    let report = DeadlineRule {
        stated_in: Some(StatedIn::Answer),
        ..stated("report", "/executed_time", 24, TimeUnit::Hours)
    };
    for (executed, expected) in [
        ("2026-11-21T10:00:00+07:00", DeadlineStatus::Met),
        ("2026-11-21T09:59:59+07:00", DeadlineStatus::Breached),
    ] {
        let mut clocks = Clocks::submitted(vec![report.clone()], json!({}), "2026-11-20T09:00:00");
        assert!(clocks.deadlines.is_empty());
        clocks.answer = Some(json!({"executed_time": executed}));
        let answered = [Stop, Start(Stated)];
        assert_eq!(clocks.step(Action::AnswerFinal, &answered, "2026-11-22T10:00:00"), [0]);
        assert_eq!(clocks.statuses(), [expected]);
        clocks.answer = Some(json!({}));
        assert!(
            clocks
                .step(Action::AnswerFinal, &answered, "2026-11-22T10:00:00")
                .is_empty()
        );
    }
}

#[test]
fn an_act_stated_from_before_the_order_counts_from_the_order() {
    let report = DeadlineRule {
        stated_in: Some(StatedIn::Answer),
        ..stated("report", "/executed_time", 24, TimeUnit::Hours)
    };
    let mut clocks = Clocks::submitted(vec![answer_rule(), report], json!({}), "2026-11-20T09:00:00");
    clocks.answer = Some(json!({"executed_time": "2026-11-17T10:00:00+07:00"}));
    clocks.step(Action::AnswerFinal, &[Stop, Start(Stated)], "2026-11-20T15:00:00");
    assert_eq!(clocks.due(1), "2026-11-21T09:00:00+07:00");
    assert_eq!(clocks.statuses()[1], DeadlineStatus::Met);
}

#[test]
fn a_court_that_transfers_late_is_in_breach_at_submit() {
    let transfer = DeadlineRule {
        obligor: Party::Sender,
        stops_on: vec![Action::Submit],
        ..stated("transfer", "/effective_date", 15, TimeUnit::Days)
    };
    for (effective, expected) in [
        ("2026-11-05", DeadlineStatus::Met),
        ("2026-11-04", DeadlineStatus::Breached),
    ] {
        let order = json!({"effective_date": effective});
        let clocks = Clocks::submitted(vec![transfer.clone()], order, "2026-11-20T09:00:00");
        assert_eq!(clocks.statuses(), [expected]);
        assert_eq!(clocks.deadlines[0].obligor, Party::Sender);
        assert_eq!(earliest_open_due(&clocks.deadlines), None);
    }
}

#[test]
fn a_clock_before_an_event_is_counted_backwards_and_may_be_over_already() {
    let notice = DeadlineRule {
        pointer: Some("/coercion_date".into()),
        ..rule("answer", Before, 3, TimeUnit::WorkingDays)
    };
    let order = json!({"coercion_date": "2026-11-26"});
    let clocks = Clocks::submitted(vec![notice.clone()], order.clone(), "2026-11-18T09:00:00");
    assert_eq!(
        (clocks.statuses(), clocks.due(0)),
        (vec![DeadlineStatus::Running], end_of("2026-11-20"))
    );
    let late = Clocks::submitted(vec![notice], order, "2026-11-21T09:00:00");
    assert_eq!(late.statuses(), [DeadlineStatus::Breached]);
}

#[test]
fn a_year_without_data_waits_and_settles_when_days_are_imported() {
    let mut clocks = Clocks::submitted(vec![answer_rule()], json!({}), "2027-12-30T09:00:00");
    assert_eq!(clocks.statuses(), [DeadlineStatus::PendingCalendar]);
    clocks.step(Action::AnswerFinal, &[Stop], "2028-01-10T09:00:00");
    assert_eq!(clocks.statuses(), [DeadlineStatus::PendingCalendar]);
    let days: String = include_str!("../../../catalogue/calendar/vn-holidays.csv")
        .lines()
        .map(|line| if line.starts_with("2026") { line.replacen("2026", "2028", 1) } else { line.into() } + "\n")
        .collect();
    let hours = include_str!("../../../catalogue/calendar/working-hours.csv");
    let imported = Calendar::parse(&days, hours).unwrap();
    assert!(clocks.deadlines[0].recompute(&imported));
    assert_eq!(clocks.statuses(), [DeadlineStatus::Breached]);
    assert!(!clocks.deadlines[0].recompute(&imported));
}

#[test]
fn immediately_is_always_policy_and_survives_storage() {
    let level = ServiceLevel {
        amount: 2,
        unit: TimeUnit::Hours,
        cap: None,
        window: None,
    };
    let freeze = DeadlineRule {
        limit: None,
        service_level: Some(level),
        ..answer_rule()
    };
    let clocks = Clocks::submitted(vec![freeze], json!({}), "2026-11-22T23:00:00");
    let deadline = &clocks.deadlines[0];
    assert!(deadline.is_immediate() && deadline.nature == Nature::Policy);
    assert_eq!(clocks.due(0), "2026-11-23T01:00:00+07:00");
    let stored = serde_json::to_string(deadline).unwrap();
    assert_eq!(serde_json::from_str::<Deadline>(&stored).unwrap(), *deadline);
}

#[test]
fn a_duty_is_met_when_the_answer_says_it_was_done_not_when_the_answer_comes() {
    let execute = DeadlineRule {
        done_at: Some("/executed_time".into()),
        ..rule("execute", Available, 2, TimeUnit::Hours)
    };
    for (executed, expected) in [
        (json!("2026-11-20T11:00:00+07:00"), DeadlineStatus::Met),
        (json!("2026-11-20T11:00:01+07:00"), DeadlineStatus::Breached),
        (json!(null), DeadlineStatus::Breached),
    ] {
        let mut clocks = Clocks::submitted(vec![execute.clone()], json!({}), "2026-11-20T09:00:00");
        clocks.answer = Some(json!({ "executed_time": executed }));
        clocks.step(Action::AnswerFinal, &[Stop], "2026-11-20T15:00:00");
        assert_eq!(clocks.statuses(), [expected]);
    }
    let mut clocks = Clocks::submitted(vec![execute], json!({}), "2026-11-20T09:00:00");
    clocks.answer = Some(json!({"executed_time": "2027-01-01T00:00:00+07:00"}));
    clocks.step(Action::AnswerFinal, &[Stop], "2026-11-20T10:00:00");
    assert_eq!(clocks.deadlines[0].stopped, Some(at("2026-11-20T10:00:00")));
}

#[test]
fn a_clock_that_already_runs_is_not_begun_again() {
    let mut clocks = Clocks::submitted(vec![answer_rule()], json!({}), "2026-11-09T09:00:00");
    assert!(
        clocks
            .step(Action::Serve, &[Start(Available), Stop], "2026-11-10T09:00:00")
            .is_empty()
    );
    assert_eq!(clocks.deadlines.len(), 1);
}

#[test]
fn the_recipient_never_extends_a_duty_of_the_sender() {
    let rules = vec![DeadlineRule {
        obligor: Party::Sender,
        extendable_to: Some(5),
        ..answer_rule()
    }];
    let mut clocks = Clocks::submitted(rules, json!({}), "2026-11-09T09:00:00");
    assert!(clocks.step(Action::Extend, &[Extend], "2026-11-10T09:00:00").is_empty());
}

#[test]
fn a_final_answer_while_paused_stops_the_clock_in_time() {
    let mut clocks = Clocks::submitted(vec![answer_rule()], json!({}), "2026-11-09T09:00:00");
    clocks.step(Action::AskClarification, &[Pause], "2026-11-11T10:00:00");
    clocks.step(Action::AnswerFinal, &[Resume, Stop], "2026-12-20T10:00:00");
    assert_eq!(clocks.statuses(), [DeadlineStatus::Met]);
}
