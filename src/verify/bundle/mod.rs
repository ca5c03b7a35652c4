//! The offline verifier of a bundle: a folder with everything that proves one request, checked without the hub, its operator
//! or its database. Each file is what the manifest says, and each proves what its name says: receipts stand in one
//! signed tree, rows and documents have the digests of their leaves, the request's versions have no gap, and whoever signed could
//! do so where the document stands in the log, by the registry and by the papers of the authorities that stood there before it.

mod entries;
mod erased;
mod fault;
mod folder;
mod list;
mod manifest;
mod papers;
mod registry;
mod row;
mod signatures;

use std::collections::{BTreeMap, BTreeSet};

pub use entries::{Entry, MAX_EVIDENCE_BYTES};
pub use fault::{BundleFault, Flaw};
pub use folder::Folder;
pub use manifest::{Attachments, Listed, Manifest, Names, Role, document_name};
pub use row::EventFile;

use crate::evidence::checkpoint::{self, Checkpoint};
use crate::evidence::hub_key::HubKey;
use crate::evidence::published::PublishedKey;
use entries::read_entries;
use registry::Registry;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BundleVerdict {
    /// The request, as the manifest names it.
    pub request: String,
    /// The signed tree in which all of its entries stand.
    pub checkpoint: Option<Checkpoint>,
    /// Entries whose receipts hold.
    pub entries: usize,
    /// Documents and messages whose digest is their leaf's.
    pub documents: usize,
    /// Signatures that are good and whose certificates could sign there.
    pub signatures: usize,
    /// Of the signatures, those whose certificate was not in the list of its authority.
    pub with_list: usize,
    /// Of the signatures, those whose certificate the log tells to have been looked up in no list.
    pub without_list: usize,
    /// Attached documents whose digest is that of their upload.
    pub attachments: usize,
    /// Documents, messages and attached documents that two persons erased: what is not there went in order.
    pub erased: usize,
    /// What is wrong, the first file first.
    pub faults: Vec<BundleFault>,
}

impl BundleVerdict {
    fn add(&mut self, file: impl Into<String>, field: impl Into<String>, flaw: Flaw) {
        self.faults.push(BundleFault {
            file: file.into(),
            field: field.into(),
            flaw,
        });
    }
}

/// Verifies a folder. `trusted`: the hub's published keys; none: those that the folder itself brings, whose trust is the reader's
/// to settle.
///
/// # Errors
/// The folder itself cannot be read. What is wrong with what stands in it is in the verdict.
pub fn verify_bundle(folder: &Folder, trusted: Option<&[PublishedKey]>) -> std::io::Result<BundleVerdict> {
    let mut verdict = BundleVerdict::default();
    let Some(manifest) = manifest::check(folder, &mut verdict)? else {
        return Ok(verdict);
    };
    verdict.request.clone_from(&manifest.enforcement_request_id);
    // What is not as listed is told so, and nothing else of it.
    if !verdict.faults.is_empty() {
        return Ok(verdict);
    }
    let keys = check_keys(folder, trusted, &mut verdict)?;
    let Some(note) = check_checkpoint(folder, &keys, &mut verdict)? else {
        return Ok(verdict);
    };
    let entries = read_entries(folder, &manifest, &keys, &note, &mut verdict)?;
    if !verdict.faults.is_empty() {
        return Ok(verdict);
    }
    let erased = erased::check(folder, &manifest, &entries, &mut verdict)?;
    if !verdict.faults.is_empty() {
        return Ok(verdict);
    }
    entries::check_life(&manifest, &entries, &mut verdict);
    let registry = Registry::read(&entries, &mut verdict);
    registry.check_certificates(folder, &manifest, &mut verdict)?;
    papers::check(folder, &entries, &registry, &mut verdict)?;
    check_attachments(folder, &manifest, (&entries, &erased), &mut verdict)?;
    for entry in entries.values().filter(|entry| entry.is_step()) {
        signatures::check(entry, &registry, &mut verdict);
        let signers = entry.signers().map(|sha256| Names::certificate(&sha256));
        for name in signers.filter(|name| !manifest.lists(name)) {
            verdict.add(name, "", Flaw::Missing);
        }
    }
    Ok(verdict)
}

fn check_keys(
    folder: &Folder,
    trusted: Option<&[PublishedKey]>,
    verdict: &mut BundleVerdict,
) -> std::io::Result<Vec<PublishedKey>> {
    let text = folder.text(Names::HUB_KEYS)?;
    let keys = text.and_then(|text| {
        let keys = HubKey::parse_list(&text).ok()?;
        let written: String = keys.iter().flat_map(|key| [key.to_string(), "\n".to_owned()]).collect();
        (written == text && !keys.is_empty()).then_some(keys)
    });
    let Some(keys) = keys else {
        verdict.add(Names::HUB_KEYS, "", Flaw::Malformed);
        return Ok(Vec::new());
    };
    let Some(trusted) = trusted else {
        return Ok(keys.into_iter().map(PublishedKey::from).collect());
    };
    if let Some(stranger) = keys
        .iter()
        .find(|key| !trusted.iter().any(|listed| listed.key == **key))
    {
        verdict.add(Names::HUB_KEYS, stranger.name(), Flaw::OtherKeys);
    }
    Ok(trusted.to_vec())
}

fn check_checkpoint(
    folder: &Folder,
    keys: &[PublishedKey],
    verdict: &mut BundleVerdict,
) -> std::io::Result<Option<String>> {
    let note = folder.text(Names::CHECKPOINT)?;
    let Some(note) = note else {
        verdict.add(Names::CHECKPOINT, "", Flaw::Malformed);
        return Ok(None);
    };
    match checkpoint::verify_published(&note, keys) {
        Ok((checkpoint, _)) => verdict.checkpoint = Some(checkpoint),
        Err(error) => {
            verdict.add(Names::CHECKPOINT, "", Flaw::Checkpoint(error));
            return Ok(None);
        }
    }
    Ok(Some(note))
}

/// Every document that the request's steps name was uploaded by an entry, and its bytes, if they are there, are those of its digest.
fn check_attachments(
    folder: &Folder,
    manifest: &Manifest,
    (entries, erased): (&BTreeMap<u64, Entry>, &BTreeSet<u64>),
    verdict: &mut BundleVerdict,
) -> std::io::Result<()> {
    let uploads: BTreeMap<&str, &Entry> = entries
        .values()
        .filter(|entry| entry.is_upload())
        .map(|entry| (entry.leaf.subject.as_str(), entry))
        .collect();
    let mut named = BTreeSet::new();
    for entry in entries.values().filter(|entry| entry.is_step()) {
        for document in entry.attachments() {
            if !uploads.contains_key(document.as_str()) {
                verdict.add(Names::event(entry.leaf.log_index), "details.attachments", Flaw::Missing);
            }
            named.insert(document);
        }
    }
    for (document, upload) in uploads {
        let name = Names::attachment(document);
        let event = Names::event(upload.leaf.log_index);
        let Some(sha256) = upload.uploaded_sha256() else {
            verdict.add(event, "details.sha256", Flaw::Malformed);
            continue;
        };
        if !named.contains(document) {
            verdict.add(event, "subject", Flaw::Unneeded);
        }
        let is_there = manifest.lists(&name);
        match manifest.attachments {
            Attachments::LeftOut if is_there => verdict.add(name, "", Flaw::Unlisted),
            Attachments::Included if !is_there && erased.contains(&upload.leaf.log_index) => verdict.erased += 1,
            Attachments::Included if !is_there => verdict.add(name, "", Flaw::Missing),
            Attachments::Included if crate::evidence::digest::hex(&folder.digest(&name)?.0) != sha256 => {
                verdict.add(name, "sha256", Flaw::Content);
            }
            Attachments::Included => verdict.attachments += 1,
            Attachments::LeftOut => {}
        }
    }
    for listed in manifest.of_role(Role::Attachment) {
        let is_named = named.iter().any(|document| Names::attachment(document) == listed.path);
        if !is_named {
            verdict.add(listed.path.clone(), "", Flaw::Unneeded);
        }
    }
    Ok(())
}
