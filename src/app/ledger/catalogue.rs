//! The catalogue in the log: by which kinds, fields and clocks a request was judged can be read there years later.

use serde::{Deserialize, Serialize};

use super::command::{CatalogueStatement, Command};
use super::environment::Environment;
use super::record::{NewEntry, details_text};
use super::state::State;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::KindCode;
use crate::evidence::leaf::EntryType;

/// The action of an entry that states a catalogue.
pub const STATE_CATALOGUE: &str = "state_catalogue";

/// What an entry about a catalogue says. Its files are the entry's body: a JSON object, path to text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueDetails {
    /// Its kinds, in the order of their codes.
    pub kinds: Vec<StatedKind>,
}

/// A kind of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedKind {
    /// Its code.
    pub code: KindCode,
    /// Its revision.
    pub revision: u32,
}

/// The subject of entries about the catalogue with this revision.
pub fn catalogue_subject(revision: &str) -> String {
    format!("catalogue/{revision}")
}

/// Enters a catalogue. Only a hub itself does so, at its start; each is stated once, however many hubs and programs take turns.
pub(super) fn state(
    state: &mut State,
    environment: &Environment,
    command: &Command,
    stated: &CatalogueStatement,
) -> Result<()> {
    let body = command.body.as_ref().filter(|_| command.actor.is_hub());
    let body = body.ok_or_else(|| Error::new(ErrorCode::MethodNotAllowed))?;
    if !state.known_subjects.insert(stated.subject.clone()) {
        return Ok(());
    }
    let details = CatalogueDetails {
        kinds: stated.kinds.clone(),
    };
    let content_digest = state.keep_open(body, &*environment.ids).digest;
    let entry = NewEntry {
        entry_type: EntryType::Catalogue,
        subject: stated.subject.clone(),
        version: 1,
        action: STATE_CATALOGUE,
        from_state: None,
        to_state: None,
        party: None,
        counterparty: None,
        details: details_text(&details)?,
        content_digest,
    };
    state.append(&command.actor, entry);
    Ok(())
}
