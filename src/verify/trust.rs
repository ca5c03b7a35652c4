//! What a hub relies on. The bytes that an entry brought are those of its subject, and what it says of them beside that (dates and key of
//! a paper, the kinds of a catalogue) is read in the bytes again.

use std::collections::BTreeMap;

use serde::Deserialize;
use x509_parser::prelude::{CertificateRevocationList, FromDer as _, X509Certificate};
use x509_parser::x509::SubjectPublicKeyInfo;

use super::bodies::Own;
use super::entry::Event;
use super::expected::bytes_of;
use super::row::{Row, Value};
use crate::domain::trust::TrustKind;
use crate::evidence::Digest;
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
    kinds: Vec<Kind>,
}

/// A kind, as a catalogue's entry and its own file name it.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    code: String,
    revision: u32,
}

/// An entry that states a catalogue, whose revision and kinds are read from its files again. None: it does not say what one must.
pub(super) fn catalogue(event: &Event<'_>, own: &Own) -> Option<()> {
    let told: Catalogue = serde_json::from_str(event.details).ok()?;
    // What is missing is told where bodies are checked.
    let is_its = match own.content() {
        Some(content) => {
            let files: BTreeMap<String, String> = serde_json::from_slice(content).ok()?;
            event.subject == format!("catalogue/{}", revision(&files)) && kinds(&files)? == told.kinds
        }
        None => true,
    };
    (is_its && event.version == 1 && event.action == "state_catalogue" && !told.kinds.is_empty()).then_some(())
}

fn revision(files: &BTreeMap<String, String>) -> String {
    let parts = files.iter().flat_map(|(path, text)| [path, text]);
    let counted: Vec<u8> = parts
        .flat_map(|part| format!("{}:{part}", part.len()).into_bytes())
        .collect();
    hex(&sha256(&counted))
}

/// The kinds that stand in the files, in the order of their codes. None: one cannot be read.
fn kinds(files: &BTreeMap<String, String>) -> Option<Vec<Kind>> {
    let is_definition = |path: &str| {
        let folder = path
            .strip_prefix("kinds/")
            .and_then(|path| path.strip_suffix("/kind.toml"));
        folder.is_some_and(|folder| !folder.contains('/'))
    };
    let definitions = files.iter().filter(|(path, _)| is_definition(path));
    let mut kinds: Vec<Kind> = definitions
        .map(|(_, text)| toml::from_str(text).ok())
        .collect::<Option<_>>()?;
    kinds.sort();
    Some(kinds)
}

/// The papers that stand in the log up to here.
#[derive(Debug, Default)]
pub(super) struct Papers {
    rows: Vec<Row>,
    /// The keys of its authorities (subjectPublicKeyInfo, DER), by their SHA-256.
    keys: BTreeMap<Digest, Vec<u8>>,
}

/// What a paper says of itself, microseconds since 1970-01-01 UTC.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    valid_from: i64,
    valid_to: i64,
}

impl Papers {
    /// An entry that brings a paper. None: it does not say what one must, or the paper says something else.
    pub(super) fn follow(&mut self, event: &Event<'_>, own: &Own) -> Option<()> {
        let told: Told = serde_json::from_str(event.details).ok()?;
        let authority_key = bytes_of(&told.authority_key)?;
        // What is missing is told where bodies are checked.
        let is_its = match own.content() {
            Some(content) => {
                let said = self.read(told.kind, content, authority_key.as_slice().try_into().ok()?)?;
                let told = Said {
                    valid_from: told.valid_from,
                    valid_to: told.valid_to,
                };
                hex(&sha256(content)) == event.subject && said == told
            }
            None => true,
        };
        let follows = is_its && event.version == 1 && event.action == told.kind.action();
        let row = Row::from([
            Value::Bytes(bytes_of(event.subject)?),
            told.kind.as_str().into(),
            Value::Bytes(authority_key),
            told.valid_from.into(),
            told.valid_to.into(),
            event.index.into(),
        ]);
        follows.then(|| self.rows.push(row))
    }

    /// Reads a paper. None: it is none, or not of that authority.
    fn read(&mut self, kind: TrustKind, der: &[u8], authority_key: Digest) -> Option<Said> {
        match kind {
            TrustKind::Authority => {
                let (_, certificate) = X509Certificate::from_der(der).ok()?;
                let key = certificate.public_key().raw;
                if sha256(key) != authority_key {
                    return None;
                }
                self.keys.insert(authority_key, key.to_vec());
                let validity = certificate.validity();
                Some(Said {
                    valid_from: micros(validity.not_before.timestamp()),
                    valid_to: micros(validity.not_after.timestamp()),
                })
            }
            TrustKind::RevocationList => {
                let (_, list) = CertificateRevocationList::from_der(der).ok()?;
                // A hub enters its authorities before their lists.
                let (_, key) = SubjectPublicKeyInfo::from_der(self.keys.get(&authority_key)?).ok()?;
                list.verify_signature(&key).ok()?;
                Some(Said {
                    valid_from: micros(list.last_update().timestamp()),
                    valid_to: micros(list.next_update()?.timestamp()),
                })
            }
        }
    }

    pub(super) fn rows(&self) -> Vec<Row> {
        self.rows.clone()
    }
}

const fn micros(seconds: i64) -> i64 {
    seconds.saturating_mul(1_000_000)
}
