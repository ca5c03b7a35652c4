//! Rows of the log: head, entries, checkpoints, events, bodies, keys.

use sqlx::Row as _;

use super::{integer, row, text, time};
use crate::domain::ids::{AgencyCode, IdempotencyKey, OfficerId};
use crate::domain::time::Timestamp;
use crate::domain::trust::TrustKind;
use crate::domain::workflow::{Party, State};
use crate::evidence::checkpoint::Checkpoint as SignedCheckpoint;
use crate::evidence::hub_key::HubKey;
use crate::evidence::proof::TreeRoot;
use crate::evidence::{Digest, digest::RowDigest, merkle::Frontier};
use crate::store::backend::{digest, from_row, parsed, parsed_optional};
use crate::store::bulk::{Cell, Row};

/// The head of the ledger: the tree so far, the latest time, the versions of registry and calendar.
#[derive(Debug, Clone)]
pub struct Head {
    /// Size and frontier of the tree.
    pub frontier: Frontier,
    /// The root, as stored.
    pub root: Digest,
    /// The time of the latest entry.
    pub hub_time: Timestamp,
    /// Counts changes of agencies, officers and credentials.
    pub registry_version: i64,
    /// Counts imports of calendar days.
    pub calendar_version: i64,
}

from_row!(Head, |row| {
    let size: i64 = row.try_get("tree_size")?;
    let frontier: Vec<u8> = row.try_get("frontier")?;
    let size = u64::try_from(size).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(Self {
        frontier: Frontier::from_bytes(size, &frontier).map_err(|error| sqlx::Error::Decode(error.into()))?,
        root: digest(row, "root_hash")?,
        hub_time: Timestamp::from_micros(row.try_get("hub_time")?),
        registry_version: row.try_get("registry_version")?,
        calendar_version: row.try_get("calendar_version")?,
    })
});

/// The exact bytes of a log entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its index.
    pub log_index: i64,
    /// Its leaf.
    pub leaf: Vec<u8>,
}

row!(LogEntry, LOG_ENTRY, |row| [
    integer(row.log_index),
    Cell::Bytes(Some(&row.leaf))
]);
from_row!(LogEntry, |row| Ok(Self {
    log_index: row.try_get("log_index")?,
    leaf: row.try_get("leaf")?
}));

/// The tree after a batch, and the hub's signatures on it: each after the id of its key, `None` before logs were signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Number of entries.
    pub tree_size: i64,
    /// The root.
    pub root_hash: Digest,
    /// The time of the batch.
    pub hub_time: Timestamp,
    /// The hub's name (origin of the log).
    pub hub_id: String,
    /// Ed25519.
    pub note_signature: Option<Vec<u8>>,
    /// ES256.
    pub seal_signature: Option<Vec<u8>>,
}

impl Checkpoint {
    /// What is signed of it.
    pub fn stated(&self) -> SignedCheckpoint {
        SignedCheckpoint {
            origin: self.hub_id.clone(),
            tree: TreeRoot {
                // Sizes of trees are not negative.
                size: u64::try_from(self.tree_size).unwrap_or_default(),
                root: self.root_hash,
            },
            hub_time: self.hub_time.micros(),
        }
    }

    /// The signed note; `None` if it was never signed.
    pub fn note(&self) -> Option<String> {
        let signatures = [self.note_signature.as_deref()?, self.seal_signature.as_deref()?];
        Some(self.stated().signed(&signatures).to_string())
    }
}

row!(Checkpoint, CHECKPOINT, |row| [
    integer(row.tree_size),
    Cell::Bytes(Some(&row.root_hash)),
    integer(row.hub_time.micros()),
    text(&row.hub_id),
    Cell::Bytes(row.note_signature.as_deref()),
    Cell::Bytes(row.seal_signature.as_deref()),
]);
from_row!(Checkpoint, |row| {
    Ok(Self {
        tree_size: row.try_get("tree_size")?,
        root_hash: digest(row, "root_hash")?,
        hub_time: Timestamp::from_micros(row.try_get("hub_time")?),
        hub_id: row.try_get("hub_id")?,
        note_signature: row.try_get("note_signature")?,
        seal_signature: row.try_get("seal_signature")?,
    })
});

/// A perfect node of the log's tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeNodeRow {
    /// It covers 2^level leaves.
    pub level: u32,
    /// Its place among the nodes of its level.
    pub position: i64,
    /// Its hash.
    pub hash: Digest,
}

row!(TreeNodeRow, TREE_NODE, |row| [
    integer(i64::from(row.level)),
    integer(row.position),
    Cell::Bytes(Some(&row.hash)),
]);
from_row!(TreeNodeRow, |row| {
    let level: i64 = row.try_get("level")?;
    Ok(Self {
        level: u32::try_from(level).map_err(|error| sqlx::Error::Decode(error.into()))?,
        position: row.try_get("position")?,
        hash: digest(row, "hash")?,
    })
});

/// A hub's public keys as the log registers them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubKeyRow {
    /// The keys.
    pub key: HubKey,
    /// The entry that registers them.
    pub registered_index: i64,
    /// When.
    pub registered_time: Timestamp,
    /// The entry that retires them: they sign no larger tree.
    pub retired: Option<(i64, Timestamp)>,
    text: String,
}

impl HubKeyRow {
    /// Keys that are registered by the entry `index`.
    pub fn new(key: HubKey, index: i64, time: Timestamp) -> Self {
        Self {
            text: key.to_string(),
            key,
            registered_index: index,
            registered_time: time,
            retired: None,
        }
    }
}

row!(HubKeyRow, HUB_KEY, |row| [
    text(&row.text),
    integer(row.registered_index),
    integer(row.registered_time.micros()),
    Cell::Integer(row.retired.map(|(index, _)| index)),
    time(row.retired.map(|(_, time)| time)),
]);
from_row!(HubKeyRow, |row| {
    let retired_index: Option<i64> = row.try_get("retired_index")?;
    let retired_time: Option<i64> = row.try_get("retired_time")?;
    Ok(Self {
        key: parsed(row, "public_keys")?,
        registered_index: row.try_get("registered_index")?,
        registered_time: Timestamp::from_micros(row.try_get("registered_time")?),
        retired: retired_index.zip(retired_time.map(Timestamp::from_micros)),
        text: row.try_get("public_keys")?,
    })
});

/// The certificate or list of an authority that the log holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustPaperRow {
    /// Of its bytes.
    pub sha256: Digest,
    /// What it is.
    pub kind: TrustKind,
    /// SHA-256 of the authority's subjectPublicKeyInfo.
    pub authority_key: Digest,
    /// From when on it speaks.
    pub valid_from: Timestamp,
    /// Until when it speaks.
    pub valid_to: Timestamp,
    /// The entry that holds its bytes.
    pub log_index: i64,
}

row!(TrustPaperRow, TRUST_PAPER, |row| [
    Cell::Bytes(Some(&row.sha256)),
    text(row.kind.as_str()),
    Cell::Bytes(Some(&row.authority_key)),
    integer(row.valid_from.micros()),
    integer(row.valid_to.micros()),
    integer(row.log_index),
]);
from_row!(TrustPaperRow, |row| {
    Ok(Self {
        sha256: digest(row, "sha256")?,
        kind: parsed(row, "kind")?,
        authority_key: digest(row, "authority_key")?,
        valid_from: Timestamp::from_micros(row.try_get("valid_from")?),
        valid_to: Timestamp::from_micros(row.try_get("valid_to")?),
        log_index: row.try_get("log_index")?,
    })
});

/// An event as stored. `details` is the JSON text whose bytes the row digest covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its log index.
    pub log_index: i64,
    /// `EntryType::code`.
    pub entry_type: u8,
    /// The request, agency or mailbox it is about.
    pub subject: String,
    /// The subject's version after it.
    pub version: i64,
    /// What was done.
    pub action: String,
    /// State before.
    pub from_state: Option<State>,
    /// State after.
    pub to_state: Option<State>,
    /// The agency that acted.
    pub agency: AgencyCode,
    /// The officer that acted.
    pub officer: OfficerId,
    /// As which party.
    pub party: Option<Party>,
    /// The other party.
    pub counterparty: Option<AgencyCode>,
    /// When.
    pub hub_time: Timestamp,
    /// `EventDetails` or what the registry says, as JSON.
    pub details: String,
}

row!(EventRow, EVENT, |row| [
    integer(row.log_index),
    integer(i64::from(row.entry_type)),
    text(&row.subject),
    integer(row.version),
    text(&row.action),
    Cell::Text(row.from_state.map(State::as_str)),
    Cell::Text(row.to_state.map(State::as_str)),
    text(row.agency.as_str()),
    text(row.officer.as_str()),
    Cell::Text(row.party.map(Party::as_str)),
    Cell::Text(row.counterparty.as_ref().map(AgencyCode::as_str)),
    integer(row.hub_time.micros()),
    text(&row.details),
]);
from_row!(EventRow, |row| {
    let entry_type: i64 = row.try_get("entry_type")?;
    Ok(Self {
        log_index: row.try_get("log_index")?,
        entry_type: u8::try_from(entry_type).map_err(|error| sqlx::Error::Decode(error.into()))?,
        subject: row.try_get("subject")?,
        version: row.try_get("version")?,
        action: row.try_get("action")?,
        from_state: parsed_optional(row, "from_state")?,
        to_state: parsed_optional(row, "to_state")?,
        agency: parsed(row, "agency")?,
        officer: parsed(row, "officer")?,
        party: parsed_optional(row, "party")?,
        counterparty: parsed_optional(row, "counterparty")?,
        hub_time: Timestamp::from_micros(row.try_get("hub_time")?),
        details: row.try_get("details")?,
    })
});

/// The digest of a row as stored.
fn digest_of(row: &impl Row) -> Digest {
    let mut digest = RowDigest::default();
    for cell in row.cells() {
        match cell {
            Cell::Text(value) => digest.text(value),
            Cell::Integer(value) => digest.integer(value.unwrap_or_default()),
            Cell::Bytes(value) => digest.bytes(value.unwrap_or_default()),
            Cell::Flag(value) => digest.integer(i64::from(value)),
        }
    }
    digest.finish()
}

impl EventRow {
    /// The digest of this row that stands in its leaf.
    pub fn digest(&self) -> Digest {
        digest_of(self)
    }
}

/// The bytes that an agency sent, as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyRow {
    /// The log index of the entry that brought them.
    pub log_index: i64,
    /// Their media type.
    pub media_type: String,
    /// The salt of their digest; `None` if it is sealed with them.
    pub salt: Option<Vec<u8>>,
    /// The bytes, or, without a salt, salt and bytes sealed.
    pub content: Option<bytes::Bytes>,
}

row!(BodyRow, BODY, |row| [
    integer(row.log_index),
    text(&row.media_type),
    Cell::Bytes(row.salt.as_deref()),
    Cell::Bytes(row.content.as_deref()),
]);
from_row!(BodyRow, |row| {
    let content: Option<Vec<u8>> = row.try_get("content")?;
    Ok(Self {
        log_index: row.try_get("log_index")?,
        media_type: row.try_get("media_type")?,
        salt: row.try_get("salt")?,
        content: content.map(bytes::Bytes::from),
    })
});

/// A key that was used, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedKey {
    /// Whose key.
    pub agency: AgencyCode,
    /// The key.
    pub key: IdempotencyKey,
    /// What it was used for.
    pub content_sha256: Digest,
    /// The first entry that came of it.
    pub log_index: i64,
    /// How many entries came of it.
    pub entry_count: i64,
}

impl UsedKey {
    /// The digest of this row that stands in the event of its first entry.
    pub fn digest(&self) -> Digest {
        digest_of(self)
    }
}

row!(UsedKey, IDEMPOTENCY, |row| [
    text(row.agency.as_str()),
    text(row.key.as_str()),
    Cell::Bytes(Some(&row.content_sha256)),
    integer(row.log_index),
    integer(row.entry_count),
]);
from_row!(UsedKey, |row| {
    Ok(Self {
        agency: parsed(row, "agency")?,
        key: parsed(row, "key")?,
        content_sha256: digest(row, "content_sha256")?,
        log_index: row.try_get("log_index")?,
        entry_count: row.try_get("entry_count")?,
    })
});
