//! The whole space of states, actions, parties and facts, against what DESIGN section 4 says in words.
//!
//! [`EXPECTED`] is written by hand from the design, the other way round than the table: for each state and party, what may be
//! done and where it leads.

mod clocks;
mod expected;

use std::collections::{BTreeMap, BTreeSet};

use expected::EXPECTED;

use super::render::{is_end, moves};
use super::table::{Row, TABLE};
use super::*;

const FACT_NAMES: [&str; 11] = [
    "delivered",
    "registered",
    "extended",
    "extendable",
    "paper",
    "measure_kind",
    "measure_in_force",
    "quiet_period_over",
    "unfounded_return",
    "senders_clock",
    "notice_drafted",
];

/// The facts whose bits are set, in the order of [`FACT_NAMES`].
fn facts(bits: usize) -> Facts {
    let set = |index: usize| bits >> index & 1 == 1;
    Facts {
        delivered: set(0),
        registered: set(1),
        extended: set(2),
        extendable: set(3),
        paper: set(4),
        measure_kind: set(5),
        measure_in_force: set(6),
        quiet_period_over: set(7),
        unfounded_return: set(8),
        senders_clock: set(9),
        notice_drafted: set(10),
    }
}

fn all_facts() -> impl Iterator<Item = Facts> {
    (0..1 << FACT_NAMES.len()).map(facts)
}

fn all_origins() -> impl Iterator<Item = Option<State>> {
    std::iter::once(None).chain(State::ALL.iter().copied().map(Some))
}

/// Every place where a step may be tried.
fn all_steps() -> impl Iterator<Item = (Option<State>, Action, Party)> {
    all_origins().flat_map(|from| {
        Action::ALL
            .iter()
            .flat_map(move |action| Party::ALL.iter().map(move |who| (from, *action, *who)))
    })
}

type Expectation = BTreeMap<(Option<State>, Action, Party), Vec<(State, Vec<(usize, bool)>)>>;

fn expectation() -> Expectation {
    let mut expected = Expectation::new();
    for (from, who, cases) in EXPECTED {
        let from = (*from != "-").then(|| from.parse::<State>().unwrap());
        for case in cases.split(", ") {
            let (step, conditions) = case.split_once(" if ").unwrap_or((case, ""));
            let (action, to) = step.split_once('>').unwrap();
            let conditions = conditions
                .split_whitespace()
                .map(|word| {
                    let name = word.trim_start_matches('!');
                    let bit = FACT_NAMES.iter().position(|known| *known == name).unwrap();
                    (bit, !word.starts_with('!'))
                })
                .collect();
            expected
                .entry((from, action.trim().parse().unwrap(), who.parse().unwrap()))
                .or_default()
                .push((to.parse().unwrap(), conditions));
        }
    }
    expected
}

fn decided(from: State, action: Action, who: Party, facts: Facts) -> Decision {
    decide(Some(from), action, who, &facts).unwrap()
}

#[test]
fn every_step_under_all_facts_is_as_the_design_says() {
    let expected = expectation();
    for (from, action, who) in all_steps() {
        let cases = expected.get(&(from, action, who)).map_or(&[][..], Vec::as_slice);
        for bits in 0..1 << FACT_NAMES.len() {
            let want = cases
                .iter()
                .find(|(_, conditions)| conditions.iter().all(|(bit, value)| (bits >> bit & 1 == 1) == *value))
                .map(|(to, _)| *to);
            let got = decide(from, action, who, &facts(bits));
            let place = format!("{from:?} {action} {who} {:?}", facts(bits));
            assert_eq!(got.as_ref().ok().map(|decision| decision.to), want, "{place}");

            match got {
                Ok(_) => {}
                Err(Rejection::GuardFailed { guard, .. }) => {
                    assert!(!cases.is_empty(), "{place}");
                    assert!(!guard.holds(&facts(bits)), "{place}");
                }
                Err(Rejection::WrongParty { parties, .. }) => {
                    assert!(cases.is_empty(), "{place}");
                    let others = Party::ALL
                        .iter()
                        .copied()
                        .filter(|p| expected.contains_key(&(from, action, *p)));
                    assert_eq!(parties, others.collect::<Vec<_>>(), "{place}");
                }
                Err(Rejection::NotAllowed { .. }) => {
                    assert!(
                        Party::ALL.iter().all(|p| !expected.contains_key(&(from, action, *p))),
                        "{place}"
                    );
                }
            }
        }
    }
}

#[test]
fn allowed_actions_are_exactly_those_that_decide_accepts() {
    for facts in all_facts() {
        for from in all_origins() {
            for who in Party::ALL {
                let accepted: Vec<Action> = Action::ALL
                    .iter()
                    .copied()
                    .filter(|a| decide(from, *a, *who, &facts).is_ok())
                    .collect();
                assert_eq!(
                    allowed_actions(from, *who, &facts),
                    accepted,
                    "{from:?} {who} {facts:?}"
                );
            }
        }
    }
}

#[test]
fn at_most_one_row_fits_any_step() {
    for facts in all_facts() {
        for (from, action, who) in all_steps() {
            let fitting = TABLE
                .iter()
                .filter(|row| row.action == action && row.who == who && row.starts_in(from))
                .filter(|row| row.failing_guard(&facts).is_none())
                .count();
            assert!(fitting <= 1, "{from:?} {action} {who} {facts:?}");
        }
    }
}

#[test]
fn every_state_is_reachable_from_submit() {
    let mut reached: BTreeSet<Option<State>> = BTreeSet::from([None]);
    loop {
        let before = reached.len();
        for (from, to) in TABLE.iter().flat_map(moves) {
            if reached.contains(&from) {
                reached.insert(Some(to));
            }
        }
        if reached.len() == before {
            break;
        }
    }
    assert_eq!(reached, all_origins().collect());
}

#[test]
fn only_withdrawn_and_closed_are_ends() {
    let ends: Vec<State> = State::ALL.iter().copied().filter(|state| is_end(*state)).collect();
    assert_eq!(ends, [State::Withdrawn, State::Closed]);
}

#[test]
fn no_state_is_a_dead_end_under_any_facts() {
    // A measure in force holds a request open for closing only: the sender can still dispute.
    for facts in all_facts() {
        for state in State::ALL.iter().copied().filter(|state| !is_end(*state)) {
            let leaves = Party::ALL.iter().any(|who| {
                Action::ALL
                    .iter()
                    .any(|action| decide(Some(state), *action, *who, &facts).is_ok_and(|d| d.to != state))
            });
            assert!(leaves, "{state} {facts:?}");
        }
    }
}

#[test]
fn a_withdrawn_request_is_final_and_a_closed_one_changes_its_state_no_more() {
    for facts in all_facts() {
        for who in Party::ALL {
            assert_eq!(allowed_actions(Some(State::Withdrawn), *who, &facts), []);
            for action in allowed_actions(Some(State::Closed), *who, &facts) {
                assert_eq!(
                    decided(State::Closed, action, *who, facts).to,
                    State::Closed,
                    "{action}"
                );
            }
        }
    }
}

#[test]
fn every_action_state_and_guard_is_used() {
    let used = |test: &dyn Fn(&Row) -> bool| TABLE.iter().any(test);
    for action in Action::ALL {
        assert!(used(&|row| row.action == *action), "{action}");
    }
    for state in State::ALL {
        assert!(used(&|row| row.to == Some(*state)), "{state}");
    }
    for guard in Guard::ALL {
        assert!(used(&|row| row.guards.contains(guard)), "{guard}");
    }
    for point in StartingPoint::ALL {
        assert!(used(&|row| row.clocks.contains(&ClockEffect::Start(*point))), "{point}");
    }
}

#[test]
fn rows_are_well_formed() {
    for row in TABLE {
        assert!(
            row.to.is_some() || !row.from.is_empty(),
            "{row:?} stays where nothing is"
        );
        assert!(!row.basis.is_empty(), "{row:?}");
        for list_is_unique in [
            row.from.iter().collect::<BTreeSet<_>>().len() == row.from.len(),
            row.guards.iter().collect::<BTreeSet<_>>().len() == row.guards.len(),
            row.notifies.iter().collect::<BTreeSet<_>>().len() == row.notifies.len(),
        ] {
            assert!(list_is_unique, "{row:?}");
        }
    }
}

/// What is told of a clock goes to whom its ladder says, and what is drafted of it is the sender's alone.
const TOLD_BY_LADDER: [Action; 6] = [
    Action::Remind,
    Action::Overdue,
    Action::Escalate,
    Action::DraftNotice,
    Action::ConfirmNotice,
    Action::DiscardNotice,
];

#[test]
fn a_clock_is_told_to_its_obligor_and_a_recipients_when_it_is_over_to_both() {
    for row in TABLE.iter().filter(|row| TOLD_BY_LADDER.contains(&row.action)) {
        let told: &[Party] = match (row.action, row.guards) {
            (Action::Remind | Action::Overdue | Action::Escalate, [Guard::SendersClock])
            | (Action::DraftNotice, [Guard::RecipientsClock]) => &[Party::Sender],
            (Action::Remind, [Guard::RecipientsClock]) | (Action::ConfirmNotice, [Guard::NoticeDrafted]) => {
                &[Party::Recipient]
            }
            (Action::Overdue | Action::Escalate, [Guard::RecipientsClock]) => &[Party::Sender, Party::Recipient],
            (Action::DiscardNotice, [Guard::NoticeDrafted]) => &[],
            _ => panic!("{row:?}"),
        };
        assert_eq!(row.notifies, told, "{row:?}");
        assert!(row.to.is_none() && row.clocks.is_empty(), "{row:?}");
    }
}

#[test]
fn the_other_side_always_hears_of_a_step() {
    for row in TABLE.iter().filter(|row| !TOLD_BY_LADDER.contains(&row.action)) {
        let others: &[Party] = match row.who {
            Party::Sender => &[Party::Recipient],
            Party::Recipient => &[Party::Sender],
            // The sender has changed the case itself, or sent what follows.
            Party::Hub if [Action::CaseNotice, Action::FollowUp].contains(&row.action) => &[Party::Recipient],
            Party::Hub => &[Party::Sender, Party::Recipient],
        };
        assert!(others.iter().all(|party| row.notifies.contains(party)), "{row:?}");
        assert!(!row.notifies.contains(&Party::Hub), "{row:?}");
    }
}

#[test]
fn the_hub_closes_after_the_quiet_period_and_else_changes_no_state() {
    for facts in all_facts() {
        for (from, action, _) in all_steps() {
            let Ok(decision) = decide(from, action, Party::Hub, &facts) else {
                continue;
            };
            if action == Action::Close {
                assert!(facts.quiet_period_over && !facts.measure_in_force);
            } else {
                let is_told = TOLD_BY_LADDER.contains(&action);
                let is_known = matches!(
                    action,
                    Action::Recompute
                        | Action::Succeed
                        | Action::SuspendClocks
                        | Action::ReleaseClocks
                        | Action::ResumeClocks
                        | Action::CaseNotice
                        | Action::FollowUp
                        | Action::FollowUpLost
                );
                assert!(is_told || is_known, "{action}");
                assert_eq!(Some(decision.to), from);
            }
        }
    }
}

#[test]
fn a_registry_number_is_given_once_and_by_the_recipient_only() {
    for facts in all_facts() {
        for (from, action, who) in all_steps() {
            let Ok(decision) = decide(from, action, who, &facts) else {
                continue;
            };
            if decision.registers {
                assert!(!facts.registered);
                assert_eq!(who, Party::Recipient);
                assert!(
                    decision
                        .clocks
                        .contains(&ClockEffect::Start(StartingPoint::Acknowledged))
                );
            }
        }
    }
}

#[test]
fn a_final_answer_or_refused_withdrawal_registers_what_was_never_registered() {
    for (state, action) in [
        (State::Submitted, Action::Acknowledge),
        (State::Submitted, Action::AnswerFinal),
        (State::WithdrawalPending, Action::AnswerFinal),
        (State::WithdrawalPending, Action::RefuseWithdrawal),
    ] {
        for registered in [false, true] {
            let facts = Facts {
                registered,
                ..Facts::default()
            };
            assert_eq!(
                decided(state, action, Party::Recipient, facts).registers,
                !registered,
                "{state} {action}"
            );
        }
    }
}

/// Walks every path of the table from submit with the facts `delivered` and `registered` as the steps make them.
#[test]
fn acknowledged_and_clarifying_are_always_registered_and_submitted_never() {
    let mut open = vec![(None, false)];
    let mut seen = BTreeSet::new();
    while let Some((from, registered)) = open.pop() {
        if !seen.insert((from, registered)) {
            continue;
        }
        for facts in all_facts().filter(|facts| facts.registered == registered) {
            for action in Action::ALL {
                for who in Party::ALL {
                    if let Ok(decision) = decide(from, *action, *who, &facts) {
                        open.push((Some(decision.to), registered || decision.registers));
                    }
                }
            }
        }
    }
    assert!(!seen.contains(&(Some(State::Submitted), true)));
    assert!(!seen.contains(&(Some(State::Acknowledged), false)));
    assert!(!seen.contains(&(Some(State::Clarifying), false)));
    assert!(seen.contains(&(Some(State::WithdrawalPending), false)));
    assert!(seen.contains(&(Some(State::WithdrawalPending), true)));
}

#[test]
fn an_answer_entered_for_a_paper_partner_counts_as_its_final_answer() {
    let facts = Facts {
        paper: true,
        ..Facts::default()
    };
    let decision = decided(State::Submitted, Action::RecordAnswer, Party::Sender, facts);
    assert_eq!(decision.counts_as, Action::AnswerFinal);
    assert!(!decision.registers);
}
