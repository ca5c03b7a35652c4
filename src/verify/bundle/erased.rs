//! What of a bundle two persons erased. Content that is not there is missing, unless an entry in the bundle destroyed its key.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::Deserialize;

use super::entries::Entry;
use super::folder::Folder;
use super::manifest::{Manifest, Names, Role};
use super::{BundleVerdict, Flaw};
use crate::domain::erasure::{ErasureAction, LAPSE};
use crate::domain::time::Timestamp;
use crate::evidence::digest::{hex, sha256};
use crate::evidence::leaf::EntryType;

/// What the entry of an erasure says.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    proposed: Option<u64>,
    #[serde(default)]
    keys: Option<usize>,
    #[serde(default)]
    keys_sha256: Option<String>,
}

/// Checks the erasures of a bundle, and whether what is not there went by one of them. Gives the entries whose content is erased.
pub(super) fn check(
    folder: &Folder,
    manifest: &Manifest,
    entries: &BTreeMap<u64, Entry>,
    verdict: &mut BundleVerdict,
) -> io::Result<BTreeSet<u64>> {
    let (mut erased, mut known) = (BTreeSet::new(), BTreeSet::new());
    let of_type = |entry: &&Entry| entry.leaf.entry_type == EntryType::Erasure;
    for entry in entries.values().filter(of_type) {
        let (event, index) = (Names::event(entry.leaf.log_index), entry.leaf.log_index);
        let (Ok(action), Ok(told)) = (
            entry.leaf.action.parse::<ErasureAction>(),
            serde_json::from_str::<Told>(&entry.details),
        ) else {
            verdict.add(event, "details", Flaw::Malformed);
            continue;
        };
        if action != ErasureAction::Erase {
            continue;
        }
        let proposal = told.proposed.and_then(|proposed| entries.get(&proposed));
        if !proposal.is_some_and(|proposal| is_second(proposal, entry)) {
            verdict.add(event, "details.proposed", Flaw::Erasure);
            continue;
        }
        let file = Names::erased(index);
        known.insert(file.clone());
        if !manifest.lists(&file) {
            verdict.add(file, "", Flaw::Missing);
            continue;
        }
        match indexes(&folder.text(&file)?.unwrap_or_default(), &told) {
            Some(indexes) => erased.extend(indexes),
            None => verdict.add(file, "", Flaw::Content),
        }
    }
    for listed in manifest
        .of_role(Role::Erased)
        .filter(|listed| !known.contains(&listed.path))
    {
        verdict.add(listed.path.clone(), "", Flaw::Unneeded);
    }
    for entry in entries.values() {
        let Some(file) = &entry.absent else { continue };
        let opened = entry.step.as_ref().and_then(|step| step.opened.as_ref());
        let shared = opened.and_then(|opened| u64::try_from(opened.body_index).ok());
        if erased.contains(&shared.unwrap_or(entry.leaf.log_index)) {
            verdict.erased += 1;
        } else {
            verdict.add(file.clone(), "", Flaw::Missing);
        }
    }
    Ok(erased)
}

/// Whether `decision` is that of another officer of the agency that proposed it, about the same order and in time.
fn is_second(proposal: &Entry, decision: &Entry) -> bool {
    let (first, second) = (&proposal.leaf, &decision.leaf);
    let lapses = Timestamp::from_micros(first.hub_time).plus(LAPSE);
    first.entry_type == EntryType::Erasure
        && first.action == ErasureAction::Propose.as_str()
        && first.subject == second.subject
        && first.agency == second.agency
        && first.officer != second.officer
        && first.log_index < second.log_index
        && Timestamp::from_micros(second.hub_time) <= lapses
}

/// The indexes in a file, if they are those of the digest in the entry.
fn indexes(text: &str, told: &Told) -> Option<BTreeSet<u64>> {
    let is_told = told.keys_sha256.as_deref() == Some(&hex(&sha256(text.as_bytes())));
    let indexes: BTreeSet<u64> = text.lines().map(|line| line.parse().ok()).collect::<Option<_>>()?;
    (is_told && told.keys == Some(indexes.len())).then_some(indexes)
}
