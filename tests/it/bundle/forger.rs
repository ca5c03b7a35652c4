//! A forger who has a hub's keys: makes a bundle whose every file fits the others, whatever it says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lienthong::evidence::Digest;
use lienthong::evidence::checkpoint::Checkpoint;
use lienthong::evidence::digest::{hex, salted, sha256};
use lienthong::evidence::leaf::{Leaf, NO_CONTENT, leaf_hash};
use lienthong::evidence::merkle::Frontier;
use lienthong::evidence::nodes::{Growth, Known};
use lienthong::evidence::proof::{TreeRoot, inclusion};
use lienthong::evidence::receipt::Receipt;
use lienthong::verify::bundle::{Attachments, EventFile, Folder, Manifest, Names, Role};

use super::files;
use crate::harness::ledger::{HUB, same_keys};

/// An entry as the forger wants it.
#[derive(Debug, Clone)]
pub(super) struct Forged {
    pub(super) leaf: Leaf,
    party: String,
    pub(super) details: String,
    /// What was sent with it, in a file with this ending.
    content: Option<(String, Vec<u8>)>,
    receipt: Receipt,
}

/// A bundle as the forger wants it.
#[derive(Debug, Clone)]
pub(super) struct Forgery {
    pub(super) entries: BTreeMap<u64, Forged>,
    request: String,
}

impl Forgery {
    /// Begins with what a good bundle holds.
    pub(super) fn of(good: &Path, request: &str) -> Self {
        let listed = files(good);
        let read = |file: &String| fs::read(good.join(file)).expect("a file");
        let receipts = listed.iter().filter(|file| Role::of(file) == Some(Role::Receipt));
        let entries = receipts.map(|file| {
            let receipt = Receipt::read(&read(file)).expect("a receipt");
            let leaf = Leaf::decode(&receipt.leaf).expect("a leaf");
            let text = String::from_utf8(read(&Names::event(leaf.log_index))).expect("UTF-8");
            let event = EventFile::read(&text).expect("an event");
            let prefix = format!("entries/{:010}.", leaf.log_index);
            let mut of_it = listed.iter().filter(|file| file.starts_with(&prefix));
            let content = of_it.find(|file| matches!(Role::of(file), Some(Role::Document | Role::Paper)));
            let entry = Forged {
                party: event.party.unwrap_or_default(),
                details: event.details,
                content: content.map(|file| (file.split_once('.').expect("an ending").1.to_owned(), read(file))),
                leaf,
                receipt,
            };
            (entry.leaf.log_index, entry)
        });
        Self {
            entries: entries.collect(),
            request: request.to_owned(),
        }
    }

    /// The entry with this action.
    pub(super) fn with_action(&self, action: &str) -> u64 {
        let mut entries = self.entries.values();
        entries
            .find(|entry| entry.leaf.action == action)
            .expect("an entry")
            .leaf
            .log_index
    }

    /// Puts another paper in the place of one, and lets the steps name it.
    pub(super) fn put(&mut self, paper: u64, der: &[u8]) {
        let digest = hex(&sha256(der));
        let entry = self.entries.get_mut(&paper).expect("a paper");
        let before = std::mem::replace(&mut entry.leaf.subject, digest.clone());
        entry.content.as_mut().expect("its bytes").1 = der.to_vec();
        for entry in self.entries.values_mut() {
            entry.details = entry.details.replace(&before, &digest);
        }
    }

    /// Gives an entry another place in the log.
    pub(super) fn move_to(&mut self, from: u64, to: u64) {
        let mut entry = self.entries.remove(&from).expect("an entry");
        entry.leaf.log_index = to;
        assert!(self.entries.insert(to, entry).is_none(), "the place is free");
    }

    /// Makes everything fit, in a copy of the good bundle; gives the file of the keys.
    pub(super) fn write(mut self, folder: &Path) -> PathBuf {
        fs::remove_dir_all(folder.join("entries")).expect("removed");
        fs::create_dir(folder.join("entries")).expect("made");
        let write = |file: &str, content: &[u8]| fs::write(folder.join(file), content).expect("written");
        for entry in self.entries.values_mut() {
            let leaf = &mut entry.leaf;
            let event = EventFile::of(leaf, &entry.party, &entry.details);
            leaf.row_digest = event.digest();
            if let (Some((ending, bytes)), Some(salt)) = (&entry.content, &entry.receipt.content_salt) {
                leaf.content_digest = salted(salt, bytes);
                if ending == "paper.der" {
                    entry.receipt.content_sha256 = sha256(bytes);
                }
                write(&format!("entries/{:010}.{ending}", leaf.log_index), bytes);
            } else {
                assert_eq!(entry.receipt.content_sha256, NO_CONTENT);
            }
            write(&Names::event(leaf.log_index), event.text().as_bytes());
            entry.receipt.leaf = leaf.encode();
        }
        let last = self.entries.values().last().expect("entries");
        let hub_time = self
            .entries
            .values()
            .map(|entry| entry.leaf.hub_time)
            .max()
            .expect("entries");
        // What stands between them is nobody's matter.
        let hash = |index: u64| {
            let entry = self.entries.get(&index);
            entry.map_or_else(|| sha256(&index.to_be_bytes()), |entry| leaf_hash(&entry.receipt.leaf))
        };
        let hashes: Vec<Digest> = (0..=last.leaf.log_index).map(hash).collect();
        let size = last.leaf.log_index + 1;
        let growth = Growth::new(Frontier::default(), hashes.clone());
        let root = growth.after().root();
        let stated = Checkpoint {
            origin: HUB.to_owned(),
            tree: TreeRoot { size, root },
            hub_time,
        };
        let own = tempfile::tempdir().expect("a folder");
        let mut signer = same_keys(&own.path().join("own"), HUB, 1);
        let (signatures, _pending) = signer.sign(&growth, &stated).expect("it signs");
        let note = stated.signed(&[&signatures.note, &signatures.seal]).to_string();
        write(Names::CHECKPOINT, note.as_bytes());
        write(Names::HUB_KEYS, format!("{}\n", signer.key()).as_bytes());
        let mut known = Known::default();
        for (index, hash) in (0..).zip(&hashes) {
            known.insert(0, index, *hash);
        }
        for (level, position, hash) in growth.completed() {
            known.insert(level, position, hash);
        }
        for (index, entry) in self.entries {
            let receipt = Receipt {
                proof: inclusion(&mut known, index, size).expect("a proof"),
                checkpoint: note.clone(),
                ..entry.receipt
            };
            let text = serde_json::to_string_pretty(&receipt.file().expect("a receipt")).expect("JSON");
            write(&Names::receipt(index), format!("{text}\n").as_bytes());
        }
        let listed = Folder::open(folder).expect("a folder");
        let manifest = Manifest::of(&listed, &self.request, Attachments::Included).expect("a manifest");
        write(Names::MANIFEST, manifest.text().as_bytes());
        folder.join(Names::HUB_KEYS)
    }
}
