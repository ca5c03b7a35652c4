//! What a hub relies on. The bytes that an entry brought are those of its subject; what it says of them beside that (dates and key of
//! a paper, the kinds of a catalogue) is held against its row, not read in the bytes again.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::bodies::Own;
use super::entry::Event;
use super::expected::bytes_of;
use super::row::{Row, Value};
use crate::domain::trust::TrustKind;
use crate::evidence::digest::{hex, sha256};

#[derive(Deserialize)]
struct Told {
    kind: TrustKind,
    authority_key: String,
    valid_from: i64,
    valid_to: i64,
}

#[derive(Deserialize)]
struct Catalogue {
    kinds: Vec<serde_json::Value>,
}

/// An entry that states a catalogue, whose revision is computed from its files again. None: it does not say what one must.
pub(super) fn catalogue(event: &Event<'_>, own: &Own) -> Option<()> {
    let told: Catalogue = serde_json::from_str(event.details).ok()?;
    let revision = match own.bodies.first().map(|body| body.at(3)) {
        Some(Value::Bytes(content)) => {
            let files: BTreeMap<String, String> = serde_json::from_slice(content).ok()?;
            let parts = files.iter().flat_map(|(path, text)| [path, text]);
            let counted: Vec<u8> = parts
                .flat_map(|part| format!("{}:{part}", part.len()).into_bytes())
                .collect();
            Some(hex(&sha256(&counted)))
        }
        // What is missing is told where bodies are checked.
        Some(_) | None => None,
    };
    let is_its = revision.is_none_or(|revision| event.subject == format!("catalogue/{revision}"));
    (is_its && event.version == 1 && event.action == "state_catalogue" && !told.kinds.is_empty()).then_some(())
}

/// The row of a paper that an entry brought. None: it does not say what one must, or the bytes are others.
pub(super) fn follow(event: &Event<'_>, own: &Own) -> Option<Row> {
    let told: Told = serde_json::from_str(event.details).ok()?;
    let content = own.bodies.first().map(|body| body.at(3));
    let is_content = match content {
        Some(Value::Bytes(content)) => hex(&sha256(content)) == event.subject,
        // What is missing is told where bodies are checked.
        Some(_) | None => true,
    };
    let follows = is_content && event.version == 1 && event.action == told.kind.action();
    follows.then_some(Row::from([
        Value::Bytes(bytes_of(event.subject)?),
        told.kind.as_str().into(),
        Value::Bytes(bytes_of(&told.authority_key)?),
        told.valid_from.into(),
        told.valid_to.into(),
        event.index.into(),
    ]))
}
