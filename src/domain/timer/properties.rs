//! Random lives: whatever happens, a rung fires once, in order, never before its moment.

use super::tests::{Case, at};
use super::*;
use crate::domain::workflow::ClockEffect;

/// Small random numbers that come again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

const LADDER: [&str; 7] = [
    "remind",
    "overdue",
    "head_of_unit",
    "superior",
    "committee",
    "procuracy",
    "department",
];

#[test]
fn whatever_happens_rungs_fire_once_in_order_and_never_early() {
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let mut now = at("2026-10-05T08:00:00");
        let mut case = Case::submitted(now);
        case.deadlines[0].pauses_on = vec![Action::AskClarification];
        case.deadlines[0].extendable_to = Some(10);
        let mut fired: Vec<String> = Vec::new();
        for _ in 0..40 {
            now = now.plus_micros(i64::try_from(dice.below(3 * 86_400)).unwrap() * 1_000_000);
            match dice.below(6) {
                0 => {
                    case.effect(Action::AskClarification, ClockEffect::Pause, now);
                    case.request.state = State::Clarifying;
                }
                1 => {
                    case.effect(Action::Clarify, ClockEffect::Resume, now);
                    case.request.state = State::Acknowledged;
                }
                2 => case.effect(Action::Extend, ClockEffect::Extend, now),
                _ => {}
            }
            // A look every so often; sometimes the hub is away for long.
            while dice.below(8) > 0 {
                let before = case.next();
                let paused = case.deadlines[0].status == DeadlineStatus::Paused;
                let Some(name) = case.fire(now) else {
                    assert!(before.is_none_or(|(moment, _)| moment > now));
                    break;
                };
                assert!(
                    before.is_some_and(|(moment, _)| moment <= now),
                    "{seed}: {name} is early"
                );
                if name != "resume" {
                    assert!(!paused, "{seed}: {name} of a paused clock");
                    fired.push(name);
                }
            }
        }
        let mut places = fired
            .iter()
            .map(|name| LADDER.iter().position(|known| known == name).unwrap());
        let mut last = None;
        assert!(
            places.all(|place| last.replace(place).is_none_or(|last| last < place)),
            "{seed}: {fired:?}"
        );
    }
}
