//! Clocks that stand still by what was decided for many.

use super::tests::{Case, at, monday};
use super::*;
use crate::domain::deadline::{Decided, Suspension};
use crate::domain::ids::SuspensionId;
use crate::domain::suspension::Cause;
use crate::domain::workflow::ClockEffect;

const HOUR: i64 = 3_600_000_000;

fn storm(from: &str, to: &str) -> Suspension {
    Suspension {
        from: at(from),
        to: (!to.is_empty()).then(|| at(to)),
        cause: Action::SuspendClocks,
        decided: Some(Decided {
            id: SuspensionId::parse("sus_00000000000000000000000000000001").unwrap(),
            cause: Cause::Decree,
            basis: "Điều 25".to_owned(),
            document: "12/QĐ-UBND".to_owned(),
        }),
    }
}

impl Case {
    fn halt(&mut self, storm: &Suspension) -> bool {
        self.deadlines[0].let_stand_still(std::slice::from_ref(storm), &self.calendar)
    }
}

fn next(case: &Case) -> Option<(Timestamp, String)> {
    case.next()
}

fn reminder(moment: &str) -> (Timestamp, String) {
    (at(moment), "remind".to_owned())
}

#[test]
fn a_clock_that_stands_still_fires_nothing_until_it_is_released_and_then_by_its_new_due_time() {
    let mut case = monday();
    assert_eq!(next(&case), Some(reminder("2026-11-04T00:00:00")));
    assert!(case.halt(&storm("2026-11-03T00:00:00", "")));
    assert_eq!((case.deadlines[0].status, next(&case)), (DeadlineStatus::Paused, None));
    // It takes Tuesday and Wednesday: due on Monday, the 9th.
    assert!(case.halt(&storm("2026-11-03T00:00:00", "2026-11-05T00:00:00")));
    assert_eq!(case.deadlines[0].due, Some(at("2026-11-09T23:59:59.999999")));
    assert_eq!(next(&case), Some(reminder("2026-11-06T00:00:00")));
}

#[test]
fn a_reminder_that_falls_into_a_stretch_waits_for_its_end() {
    let mut case = monday();
    assert!(case.halt(&storm("2026-11-05T00:00:00", "2026-11-05T19:30:00")));
    assert_eq!(case.deadlines[0].due, Some(at("2026-11-06T23:59:59.999999")));
    assert_eq!(next(&case), Some(reminder("2026-11-05T19:30:00")));
}

#[test]
fn the_limit_of_a_clarification_ends_its_own_pause_and_not_what_was_decided() {
    let mut case = monday();
    case.deadlines[0].pauses_on = vec![Action::AskClarification];
    assert!(case.halt(&storm("2026-11-02T12:00:00", "")));
    case.effect(Action::AskClarification, ClockEffect::Pause, at("2026-11-03T09:00:00"));
    case.request.state = State::Clarifying;
    let (limit, what) = next(&case).unwrap();
    assert_eq!(what, "resume");
    assert_eq!(case.fire(limit).as_deref(), Some("resume"));
    let clock = &case.deadlines[0];
    assert_eq!((clock.status, clock.suspensions.len()), (DeadlineStatus::Paused, 2));
    assert!(clock.pause_of_its_own().is_none() && clock.open_suspension().unwrap().decided.is_some());
    assert_eq!(next(&case), None, "the storm goes on");
    assert!(case.halt(&storm("2026-11-02T12:00:00", "2026-11-02T13:00:00")));
    assert_eq!(case.deadlines[0].status, DeadlineStatus::Running);
}

#[test]
fn a_clock_that_is_over_before_is_not_halted() {
    let mut case = monday();
    assert!(!case.halt(&storm("2026-11-06T08:00:00", "")));
    assert!(case.deadlines[0].is_overdue(at("2026-11-06T08:00:00")));
    assert!(case.halt(&storm("2026-11-05T08:00:00", "")), "while it runs it is");
}

#[test]
fn time_in_a_pause_of_its_own_and_in_a_stretch_is_counted_once() {
    let mut case = monday();
    case.deadlines[0].pauses_on = vec![Action::AskClarification];
    case.effect(Action::AskClarification, ClockEffect::Pause, at("2026-11-03T09:00:00"));
    case.effect(Action::Clarify, ClockEffect::Resume, at("2026-11-04T09:00:00"));
    assert!(case.halt(&storm("2026-11-03T21:00:00", "2026-11-05T13:00:00")));
    assert_eq!(case.deadlines[0].halted_micros(), 28 * HOUR);
    // It ended within the stretch.
    case.effect(Action::AnswerFinal, ClockEffect::Stop, at("2026-11-04T10:00:00"));
    assert_eq!(case.deadlines[0].halted_micros(), HOUR);
}

#[test]
fn a_pause_that_begins_before_a_stretch_to_come_stands_before_it() {
    let mut case = monday();
    case.deadlines[0].pauses_on = vec![Action::AskClarification];
    let later = storm("2026-11-05T00:00:00", "2026-11-06T00:00:00");
    assert!(case.halt(&later));
    case.effect(Action::AskClarification, ClockEffect::Pause, at("2026-11-03T09:00:00"));
    assert!(!case.halt(&later), "it is carried all the while");
    let begun: Vec<Timestamp> = case.deadlines[0].suspensions.iter().map(|pause| pause.from).collect();
    assert_eq!(begun, [at("2026-11-03T09:00:00"), later.from]);
}
