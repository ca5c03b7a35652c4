//! What steps do to the clocks.

use super::super::table::has_effect;
use super::*;

#[test]
fn clocks_pause_only_to_clarify_and_every_way_out_resumes_or_ends_them() {
    for row in TABLE {
        assert_eq!(
            row.clocks.contains(&ClockEffect::Pause),
            row.action == Action::AskClarification,
            "{row:?}"
        );
    }
    for from in [State::Clarifying, State::WithdrawalPending] {
        for facts in all_facts().filter(|facts| facts.registered) {
            for who in Party::ALL {
                for action in allowed_actions(Some(from), *who, &facts) {
                    let decision = decided(from, action, *who, facts);
                    if decision.to == from {
                        continue;
                    }
                    let settled = decision.clocks.contains(&ClockEffect::Resume)
                        || decision.clocks.contains(&ClockEffect::Cancel);
                    let waits = matches!(decision.to, State::Clarifying | State::WithdrawalPending);
                    // What was never registered had no clock that a clarification could pause.
                    assert_eq!(settled, !waits, "{from} {action}");
                }
            }
        }
    }
}

#[test]
fn clocks_run_on_while_a_withdrawal_waits() {
    for from in [State::Submitted, State::Acknowledged, State::Clarifying] {
        let facts = Facts {
            delivered: true,
            ..Facts::default()
        };
        let decision = decided(from, Action::Withdraw, Party::Sender, facts);
        assert_eq!((decision.to, decision.clocks), (State::WithdrawalPending, &[][..]));
    }
}

#[test]
fn taking_back_and_closing_end_open_clocks_without_a_verdict() {
    for row in TABLE
        .iter()
        .filter(|row| matches!(row.to, Some(State::Withdrawn | State::Closed)))
    {
        assert_eq!(row.clocks.last(), Some(&ClockEffect::Cancel), "{row:?}");
    }
}

#[test]
fn a_dispute_starts_a_new_clock_and_an_unfounded_return_restores_the_first() {
    let clocks = |from, unfounded_return| {
        decided(
            from,
            Action::Dispute,
            Party::Sender,
            Facts {
                unfounded_return,
                ..Facts::default()
            },
        )
        .clocks
    };
    let new_clock = [ClockEffect::Start(StartingPoint::Disputed)];
    let of_an_answer = [ClockEffect::Restate, ClockEffect::Start(StartingPoint::Disputed)];
    assert_eq!(clocks(State::Answered, false), of_an_answer);
    assert_eq!(clocks(State::Answered, true), of_an_answer);
    assert_eq!(clocks(State::Returned, false), new_clock);
    assert_eq!(clocks(State::Returned, true), [ClockEffect::Restore]);
}

#[test]
fn arrival_clocks_of_a_paper_partner_wait_for_the_service() {
    let arrival = ClockEffect::Start(StartingPoint::Available);
    let submitted = |paper| {
        decide(
            None,
            Action::Submit,
            Party::Sender,
            &Facts {
                paper,
                ..Facts::default()
            },
        )
        .unwrap()
    };
    assert!(submitted(false).clocks.contains(&arrival));
    assert!(!submitted(true).clocks.contains(&arrival));
    let served = decided(
        State::Submitted,
        Action::Serve,
        Party::Sender,
        Facts {
            paper: true,
            ..Facts::default()
        },
    );
    assert!(served.clocks.contains(&arrival));
}

#[test]
fn the_catalogue_can_ask_which_acts_stop_and_pause_clocks() {
    assert!(has_effect(Action::AnswerFinal, ClockEffect::Stop));
    assert!(has_effect(Action::AskClarification, ClockEffect::Pause));
    assert!(!has_effect(Action::Assign, ClockEffect::Stop));
    assert!(!has_effect(Action::AnswerFinal, ClockEffect::Pause));
}
