//! Applying the table: pure and total. Any state, action, party and facts give either a decision or a reasoned refusal.

use super::guard::Facts;
use super::rejection::Rejection;
use super::table::{Row, TABLE};
use super::vocabulary::{Action, ClockEffect, Party, State};

/// What a step does, for the ledger to write down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The state afterwards.
    pub to: State,
    /// This step gives the registry number: it registers, and there is none yet.
    pub registers: bool,
    /// Whose mailbox gets an entry.
    pub notifies: &'static [Party],
    /// What the clocks do, in order.
    pub clocks: &'static [ClockEffect],
    /// The act that the kind's lists (`stops_on`, `pauses_on`) know this step by: the action itself, except that an
    /// answer entered for a paper partner counts as its final answer.
    pub counts_as: Action,
}

/// Decides one step. `from` is none before there is a request; only `submit` starts there.
///
/// # Errors
/// A [`Rejection`] if the action is not allowed in this state, belongs to another party, or a condition does not hold.
pub fn decide(from: Option<State>, action: Action, who: Party, facts: &Facts) -> Result<Decision, Rejection> {
    let rows = || {
        TABLE
            .iter()
            .filter(move |row| row.action == action && row.starts_in(from))
    };
    let own_rows = || rows().filter(move |row| row.who == who);

    let decision = own_rows()
        .find(|row| row.failing_guard(facts).is_none())
        .and_then(|row| apply(row, from, facts));
    if let Some(decision) = decision {
        return Ok(decision);
    }

    let allowed = allowed_actions(from, who, facts);
    if let Some(guard) = own_rows().find_map(|row| row.failing_guard(facts)) {
        return Err(Rejection::GuardFailed {
            state: from,
            action,
            guard,
            allowed,
        });
    }
    let mut parties: Vec<Party> = rows().map(|row| row.who).collect();
    parties.sort_unstable();
    parties.dedup();
    if parties.is_empty() {
        Err(Rejection::NotAllowed {
            state: from,
            action,
            allowed,
        })
    } else {
        Err(Rejection::WrongParty {
            state: from,
            action,
            who,
            parties,
            allowed,
        })
    }
}

/// What this party could do now, in the order of the vocabulary.
pub fn allowed_actions(state: Option<State>, who: Party, facts: &Facts) -> Vec<Action> {
    let mut actions: Vec<Action> = TABLE
        .iter()
        .filter(|row| row.who == who && row.starts_in(state) && row.failing_guard(facts).is_none())
        .map(|row| row.action)
        .collect();
    actions.sort_unstable();
    actions.dedup();
    actions
}

/// The decision of a row that fits; none only for a row that stays where there is nothing yet (a test forbids it).
fn apply(row: &Row, from: Option<State>, facts: &Facts) -> Option<Decision> {
    Some(Decision {
        to: row.to.or(from)?,
        registers: row.registers && !facts.registered,
        notifies: row.notifies,
        clocks: row.clocks,
        counts_as: if row.action == Action::RecordAnswer {
            Action::AnswerFinal
        } else {
            row.action
        },
    })
}
