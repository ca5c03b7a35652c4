//! Authorities and their lists of revocations in the log: years later nobody else may have kept the list of that day.

use serde::{Deserialize, Serialize};

use super::command::{Command, TrustPaper};
use super::environment::Environment;
use super::record::{NewEntry, details_text};
use super::state::State;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::trust::TrustKind;
use crate::evidence::digest::{hex, sha256};
use crate::evidence::leaf::EntryType;
use crate::store::rows::TrustPaperRow;

/// What an entry about a paper of an authority says. Its bytes are the entry's body, its SHA-256 the entry's subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustDetails {
    /// What it is.
    pub kind: TrustKind,
    /// SHA-256 of the authority's subjectPublicKeyInfo (DER), in hex.
    pub authority_key: String,
    /// From when on it speaks, microseconds: notBefore, or thisUpdate.
    pub valid_from: i64,
    /// Until when it speaks, microseconds: notAfter, or nextUpdate.
    pub valid_to: i64,
}

/// Enters a paper. Only a hub itself does so, when it begins to rely on it; one that is known stays as it is.
pub(super) fn keep(state: &mut State, environment: &Environment, command: &Command, paper: &TrustPaper) -> Result<()> {
    let body = command.body.as_ref().filter(|_| command.actor.is_hub());
    let body = body.ok_or_else(|| Error::new(ErrorCode::MethodNotAllowed))?;
    let digest = sha256(&body.content);
    if state.trusted.contains(&digest) {
        return Ok(());
    }
    let details = TrustDetails {
        kind: paper.kind,
        authority_key: hex(&paper.authority_key),
        valid_from: paper.valid_from.micros(),
        valid_to: paper.valid_to.micros(),
    };
    let content_digest = state.keep_open(body, &*environment.ids).digest;
    let entry = NewEntry {
        entry_type: EntryType::Trust,
        subject: hex(&digest),
        version: 1,
        action: paper.kind.action(),
        from_state: None,
        to_state: None,
        party: None,
        counterparty: None,
        details: details_text(&details)?,
        content_digest,
    };
    let log_index = state.append(&command.actor, entry);
    state.trusted.insert(digest);
    state.appended.trust_papers.push(TrustPaperRow {
        sha256: digest,
        kind: paper.kind,
        authority_key: paper.authority_key,
        valid_from: paper.valid_from,
        valid_to: paper.valid_to,
        log_index,
    });
    Ok(())
}
