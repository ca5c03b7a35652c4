//! What the signers of the log leave: their public keys, the signatures of checkpoints, and the stored nodes of the tree.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::entry::Event;
use super::row::{Row, Value};
use crate::evidence::Digest;
use crate::evidence::checkpoint::{Checkpoint, verify};
use crate::evidence::digest::sha256;
use crate::evidence::hub_key::HubKey;
use crate::evidence::merkle::Frontier;
use crate::evidence::published::PublishedKey;

/// Checkpoints whose signatures were found good: each is computed once, however often a database is judged.
#[derive(Debug, Default)]
pub struct Notes(BTreeSet<Digest>);

/// The keys that stand in the log up to here.
#[derive(Debug, Default)]
pub(super) struct Keys {
    known: Vec<HubKey>,
    standing: Vec<Standing>,
}

/// A key's two entries, index and time each.
#[derive(Debug)]
struct Standing {
    public_keys: String,
    registered: [i64; 2],
    retired: Option<[i64; 2]>,
}

#[derive(Deserialize)]
struct Registered {
    public_keys: String,
}

impl Keys {
    /// An entry that registers keys or retires them. None: it does neither.
    pub(super) fn follow(&mut self, event: &Event<'_>) -> Option<()> {
        let told: Registered = serde_json::from_str(event.details).ok()?;
        let key: HubKey = told.public_keys.parse().ok()?;
        if event.subject != key.note_name() {
            return None;
        }
        let at = [event.index, event.hub_time];
        let place = self.known.iter().position(|known| *known == key);
        match (event.action, event.version, place) {
            ("register_hub_key", 1, None) => {
                self.known.push(key);
                self.standing.push(Standing {
                    public_keys: told.public_keys,
                    registered: at,
                    retired: None,
                });
                Some(())
            }
            ("retire_hub_key", 2, Some(place)) => {
                let standing = self.standing.get_mut(place)?;
                standing.retired.replace(at).is_none().then_some(())
            }
            _ => None,
        }
    }

    /// The hub's name, if a key says it.
    pub(super) fn hub_id(&self) -> Option<&str> {
        self.known.first().map(HubKey::name)
    }

    pub(super) fn published(&self) -> Vec<PublishedKey> {
        let keys = self
            .known
            .iter()
            .zip(&self.standing)
            .map(|(key, standing)| PublishedKey {
                key: key.clone(),
                retired_index: standing.retired.and_then(|[index, _]| u64::try_from(index).ok()),
            });
        keys.collect()
    }

    pub(super) fn rows(&self) -> Vec<Row> {
        let rows = self.standing.iter().map(|standing| {
            let [registered_index, registered_time] = standing.registered;
            let [retired_index, retired_time] = match standing.retired {
                Some(retired) => retired.map(Value::Integer),
                None => [Value::Null, Value::Null],
            };
            Row::from([
                standing.public_keys.as_str().into(),
                registered_index.into(),
                registered_time.into(),
                retired_index,
                retired_time,
            ])
        });
        rows.collect()
    }

    /// Whether these are both signatures of a key that stands in the log and is not retired up to here. A log without keys has none.
    pub(super) fn have_signed(&self, stated: &Checkpoint, signatures: [&Value; 2], notes: &mut Notes) -> bool {
        if self.known.is_empty() {
            return signatures == [&Value::Null, &Value::Null];
        }
        let [Value::Bytes(note), Value::Bytes(seal)] = signatures else {
            return false;
        };
        // Each in its own place: the key ids say which is which.
        let has_place = |key: &HubKey| note.starts_with(&key.note_id()) && seal.starts_with(&key.seal_id());
        let signed = stated.signed(&[note.as_slice(), seal.as_slice()]).to_string();
        let keys = self.known.iter().zip(&self.standing);
        let trusted: Vec<HubKey> = keys
            .filter(|(key, standing)| standing.retired.is_none() && has_place(key))
            .map(|(key, _)| key.clone())
            .collect();
        if trusted.is_empty() {
            return false;
        }
        let digest = sha256(signed.as_bytes());
        let is_good = notes.0.contains(&digest) || verify(&signed, &trusted).is_ok();
        if is_good {
            notes.0.insert(digest);
        }
        is_good
    }
}

/// The nodes of every eighth level, made anew: 256 hashes of a level are one of the next.
#[derive(Debug, Default)]
pub(super) struct Tiles {
    open: Vec<Frontier>,
    counts: Vec<i64>,
    rows: Vec<Row>,
}

impl Tiles {
    pub(super) fn append(&mut self, leaf_hash: Digest) {
        let (mut hash, mut level) = (leaf_hash, 0);
        loop {
            if self.open.len() == level {
                self.open.push(Frontier::default());
                self.counts.push(0);
            }
            let (Some(open), Some(count)) = (self.open.get_mut(level), self.counts.get_mut(level)) else {
                return;
            };
            open.append(hash);
            if open.size() < 256 {
                return;
            }
            hash = std::mem::take(open).root();
            let height = i64::try_from(8 * (level + 1)).unwrap_or(i64::MAX);
            self.rows
                .push(Row::from([height.into(), (*count).into(), hash.as_slice().into()]));
            *count += 1;
            level += 1;
        }
    }

    pub(super) fn rows(&self) -> Vec<Row> {
        self.rows.clone()
    }
}
