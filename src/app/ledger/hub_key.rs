//! The hubs' public keys in the log: what a checkpoint is checked with stands in an entry of the log itself.

use serde::{Deserialize, Serialize};

use super::command::Command;
use super::environment::Environment;
use super::record::{NewEntry, details_text};
use super::state::State;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::evidence::hub_key::HubKey;
use crate::evidence::leaf::{EntryType, NO_CONTENT};
use crate::store::rows::HubKeyRow;

/// The action of an entry that registers keys.
pub const REGISTER_HUB_KEY: &str = "register_hub_key";

/// The action of an entry that retires keys.
pub const RETIRE_HUB_KEY: &str = "retire_hub_key";

/// What an entry about the keys of a hub says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubKeyDetails {
    /// The keys, as in `evidence::hub_key`.
    pub public_keys: String,
}

/// The subject of entries about these keys: the hub's name and the id of its Ed25519 key.
pub fn hub_key_subject(key: &HubKey) -> String {
    key.note_name()
}

/// Registers the keys of a hub. Only a hub itself does so, at its start; keys that are registered stay as they are.
pub(super) fn register(state: &mut State, environment: &Environment, command: &Command, key: &HubKey) -> Result<()> {
    if !command.actor.is_hub() || key.name() != environment.hub_id {
        return Err(Error::new(ErrorCode::MethodNotAllowed));
    }
    if state.hub_keys.iter().any(|known| known.key == *key) {
        return Ok(());
    }
    let index = append(state, command, key, 1, REGISTER_HUB_KEY)?;
    let row = HubKeyRow::new(key.clone(), index, state.hub_time);
    state.hub_keys.push(row.clone());
    state.appended.hub_keys.push(row);
    Ok(())
}

/// Retires keys: a checkpoint that they sign and that holds this entry is no good. The entry itself is signed by others, so a
/// hub never retires its own (`App::retire_hub_key`). Keys that are retired stay as they are.
pub(super) fn retire(state: &mut State, command: &Command, key: &HubKey) -> Result<()> {
    let known = state.hub_keys.iter().position(|known| known.key == *key);
    let (true, Some(place)) = (command.actor.is_hub(), known) else {
        return Err(Error::new(ErrorCode::MethodNotAllowed));
    };
    if state.hub_keys.get(place).is_some_and(|row| row.retired.is_some()) {
        return Ok(());
    }
    let index = append(state, command, key, 2, RETIRE_HUB_KEY)?;
    let retired = Some((index, state.hub_time));
    if let Some(row) = state.hub_keys.get_mut(place) {
        row.retired = retired;
        state.appended.hub_keys.push(row.clone());
    }
    Ok(())
}

fn append(state: &mut State, command: &Command, key: &HubKey, version: i64, action: &'static str) -> Result<i64> {
    let details = HubKeyDetails {
        public_keys: key.to_string(),
    };
    let entry = NewEntry {
        entry_type: EntryType::HubKey,
        subject: hub_key_subject(key),
        version,
        action,
        from_state: None,
        to_state: None,
        party: None,
        counterparty: None,
        details: details_text(&details)?,
        content_digest: NO_CONTENT,
    };
    Ok(state.append(&command.actor, entry))
}
