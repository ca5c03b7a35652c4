//! What operators did beside the API, in the log: lines of the outbox become entries, and each is gone with its entry
//! ([decision 0026](../../../docs/decisions/0026-operator-actions.md)).

use super::command::Command;
use super::record::{NewEntry, details_text};
use super::state::State;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::operator::LineId;
use crate::evidence::leaf::{EntryType, NO_CONTENT};

/// Enters lines of the outbox. Only a hub itself does so. One that is no longer there another hub has entered; of one that the log
/// has, nothing is left to do.
pub(super) fn enter(state: &mut State, command: &Command, lines: &[LineId]) -> Result<()> {
    if !command.actor.is_hub() {
        return Err(Error::new(ErrorCode::MethodNotAllowed));
    }
    for id in lines {
        let Some(line) = state.outbox.remove(id) else {
            continue;
        };
        if state.known_subjects.insert(id.to_string()) {
            let entry = NewEntry {
                entry_type: EntryType::Operator,
                subject: id.to_string(),
                version: 1,
                action: line.action().as_str(),
                from_state: None,
                to_state: None,
                party: None,
                counterparty: None,
                details: details_text(&line.details)?,
                content_digest: NO_CONTENT,
            };
            state.append(&command.actor, entry);
        }
        state.taken_lines.push(line.id);
    }
    Ok(())
}
