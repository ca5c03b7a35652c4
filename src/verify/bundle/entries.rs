//! The entries of a bundle: each with its receipt, its row and what was sent with it.

use std::collections::BTreeMap;
use std::io;

use serde::Deserialize;

use super::folder::Folder;
use super::manifest::{Listed, Manifest, Names, Role, document_name};
use super::row::EventFile;
use super::{BundleVerdict, Flaw, papers};
use crate::domain::event::EventDetails;
use crate::domain::signature::Signed;
use crate::domain::trust::TrustKind;
use crate::evidence::Digest;
use crate::evidence::digest::{salted, sha256};
use crate::evidence::jws::document_in;
use crate::evidence::leaf::{EntryType, Leaf, NO_CONTENT};
use crate::evidence::published::PublishedKey;
use crate::evidence::receipt::Receipt;

/// The largest file of a bundle that is evidence itself, and not an attached document: 8 MiB.
pub const MAX_EVIDENCE_BYTES: u64 = 8 * 1024 * 1024;

/// The action that opens a request.
const SUBMIT: &str = "submit";

/// An entry that stands in the log as its files say.
#[derive(Debug)]
pub struct Entry {
    /// Its leaf.
    pub leaf: Leaf,
    /// Its details.
    pub details: String,
    /// What a step says.
    pub step: Option<EventDetails>,
    /// What was sent with it, and under which media type.
    pub document: Option<(String, Vec<u8>)>,
    /// The paper of an authority that it brings, whose bytes are in its file: they may be many.
    pub paper: Option<TrustKind>,
    /// The file of what was sent with it, if it is not there.
    pub absent: Option<String>,
}

impl Entry {
    /// Whether it is a step of a request.
    pub fn is_step(&self) -> bool {
        self.leaf.entry_type == EntryType::Request
    }

    /// Whether it is the upload of a document.
    pub fn is_upload(&self) -> bool {
        self.leaf.entry_type == EntryType::Document
    }

    /// What the log tells of its document's signatures.
    pub fn signed(&self) -> Option<&Signed> {
        self.step.as_ref()?.signed.as_ref()
    }

    /// The digests (hex) of the certificates that its document was signed with, as the log tells them.
    pub fn signers(&self) -> impl Iterator<Item = String> {
        self.signed().into_iter().flat_map(|signed| {
            let own = signed.officer.as_ref().map(|officer| &officer.certificate_sha256);
            [Some(&signed.seal.certificate_sha256), own]
                .into_iter()
                .flatten()
                .cloned()
        })
    }

    /// The documents that the step names.
    pub fn attachments(&self) -> impl Iterator<Item = String> {
        let step = self.step.iter();
        step.flat_map(|step| step.attachments.iter().map(ToString::to_string))
    }

    /// The digest (hex) of an uploaded document.
    pub fn uploaded_sha256(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Uploaded {
            sha256: String,
        }
        let told: Uploaded = serde_json::from_str(&self.details).ok()?;
        Some(told.sha256)
    }
}

/// The media type of what was sent, as the row tells it: a signed document's follows from its format; the first of several
/// requests of one order tells it of the others too.
fn media_type(details: &EventDetails) -> String {
    let beside = details.beside.as_ref().and_then(|beside| beside.media_type.clone());
    let signed = details
        .signed
        .as_ref()
        .map(|signed| signed.format.media_type().to_owned());
    signed.or(beside).unwrap_or_else(|| "application/json".to_owned())
}

/// Reads every entry whose receipt is listed; by their indexes.
pub(super) fn read_entries(
    folder: &Folder,
    manifest: &Manifest,
    keys: &[PublishedKey],
    note: &str,
    verdict: &mut BundleVerdict,
) -> io::Result<BTreeMap<u64, Entry>> {
    let mut entries = BTreeMap::new();
    let mut known = std::collections::BTreeSet::new();
    for listed in manifest.of_role(Role::Receipt) {
        let Some(receipt) = read_receipt(folder, listed, keys, note, verdict)? else {
            continue;
        };
        let leaf = match Leaf::decode(&receipt.leaf) {
            Ok(leaf) if Names::receipt(leaf.log_index) == listed.path => leaf,
            _ => {
                verdict.add(listed.path.clone(), "log_index", Flaw::OtherEntry);
                continue;
            }
        };
        verdict.entries += 1;
        let event = Names::event(leaf.log_index);
        known.insert(event.clone());
        if let Some(entry) = read_entry(folder, manifest, &receipt, leaf, verdict)? {
            if let Some((media_type, _)) = &entry.document {
                known.insert(document_name(entry.leaf.log_index, media_type));
            }
            if entry.paper.is_some() {
                known.insert(Names::paper(entry.leaf.log_index));
            }
            entries.insert(entry.leaf.log_index, entry);
        }
    }
    if verdict.faults.is_empty() {
        let rest = [Role::Event, Role::Document, Role::Paper]
            .into_iter()
            .flat_map(|role| manifest.of_role(role));
        for listed in rest.filter(|listed| !known.contains(&listed.path)) {
            verdict.add(listed.path.clone(), "", Flaw::Unneeded);
        }
    }
    Ok(entries)
}

fn read_receipt(
    folder: &Folder,
    listed: &Listed,
    keys: &[PublishedKey],
    note: &str,
    verdict: &mut BundleVerdict,
) -> io::Result<Option<Receipt>> {
    let read = folder.read(&listed.path)?.unwrap_or_default();
    let receipt = match Receipt::read(&read) {
        Ok(receipt) => receipt,
        Err(error) => {
            verdict.add(listed.path.clone(), "", Flaw::Receipt(error));
            return Ok(None);
        }
    };
    if receipt.checkpoint != note {
        verdict.add(listed.path.clone(), "checkpoint", Flaw::OtherCheckpoint);
        return Ok(None);
    }
    // The checkpoint is the same text for all, and was checked before.
    if let Err(error) = receipt.verify(keys) {
        verdict.add(listed.path.clone(), "", Flaw::Receipt(error));
        return Ok(None);
    }
    Ok(Some(receipt))
}

fn read_entry(
    folder: &Folder,
    manifest: &Manifest,
    receipt: &Receipt,
    leaf: Leaf,
    verdict: &mut BundleVerdict,
) -> io::Result<Option<Entry>> {
    let name = Names::event(leaf.log_index);
    if !manifest.lists(&name) {
        verdict.add(name, "", Flaw::Missing);
        return Ok(None);
    }
    let Some(event) = folder.text(&name)?.as_deref().and_then(EventFile::read) else {
        verdict.add(name, "", Flaw::Malformed);
        return Ok(None);
    };
    let must = EventFile::of(&leaf, event.party.as_deref().unwrap_or_default(), &event.details);
    if event != must || event.digest() != leaf.row_digest {
        verdict.add(name, different(&event, &must), Flaw::Event);
        return Ok(None);
    }
    let mut entry = Entry {
        details: event.details,
        step: None,
        document: None,
        paper: None,
        absent: None,
        leaf,
    };
    if entry.is_step() {
        let Ok(step) = serde_json::from_str::<EventDetails>(&entry.details) else {
            verdict.add(name, "details", Flaw::Malformed);
            return Ok(None);
        };
        let name = document_name(entry.leaf.log_index, &media_type(&step));
        if entry.leaf.content_digest == NO_CONTENT || manifest.lists(&name) {
            entry.document = read_document(folder, receipt, &entry.leaf, &step, verdict)?;
        } else {
            entry.absent = Some(name);
        }
        entry.step = Some(step);
    }
    if entry.leaf.entry_type == EntryType::Trust {
        entry.paper = papers::read(folder, manifest, receipt, &entry, verdict)?;
    }
    let brings_nothing = entry.document.is_none() && entry.paper.is_none();
    if brings_nothing && (receipt.content_sha256, &receipt.content_salt) != (NO_CONTENT, &None) {
        // Of what is not in the bundle nothing is stated.
        verdict.add(Names::receipt(entry.leaf.log_index), "content_sha256", Flaw::Content);
    }
    Ok(Some(entry))
}

/// The first column in which a row is not what its leaf says.
fn different(is: &EventFile, must: &EventFile) -> &'static str {
    let columns = [
        ("log_index", is.log_index == must.log_index),
        ("entry_type", is.entry_type == must.entry_type),
        ("subject", is.subject == must.subject),
        ("version", is.version == must.version),
        ("action", is.action == must.action),
        ("from_state", is.from_state == must.from_state),
        ("to_state", is.to_state == must.to_state),
        ("agency", is.agency == must.agency),
        ("officer", is.officer == must.officer),
        ("counterparty", is.counterparty == must.counterparty),
        ("hub_time", is.hub_time == must.hub_time),
    ];
    let wrong = columns.iter().find(|(_, same)| !same);
    wrong.map_or("details", |(column, _)| *column)
}

/// What was sent with a step: its bytes have the digest in the leaf.
fn read_document(
    folder: &Folder,
    receipt: &Receipt,
    leaf: &Leaf,
    step: &EventDetails,
    verdict: &mut BundleVerdict,
) -> io::Result<Option<(String, Vec<u8>)>> {
    let media_type = media_type(step);
    let name = document_name(leaf.log_index, &media_type);
    if leaf.content_digest == NO_CONTENT {
        return Ok(None);
    }
    let content = folder.read(&name)?.unwrap_or_default();
    let is_content = |salt: &Vec<u8>| salted(salt, &content) == leaf.content_digest;
    if !receipt.content_salt.as_ref().is_some_and(is_content) {
        verdict.add(name, "", Flaw::Content);
        return Ok(None);
    }
    let stated: Option<Digest> = document_in(&media_type, &content)
        .ok()
        .map(|document| sha256(&document));
    if stated != Some(receipt.content_sha256) {
        verdict.add(Names::receipt(leaf.log_index), "content_sha256", Flaw::Content);
        return Ok(None);
    }
    verdict.documents += 1;
    Ok(Some((media_type, content)))
}

/// The steps are all of this request, from its first on, without a gap.
pub(super) fn check_life(manifest: &Manifest, entries: &BTreeMap<u64, Entry>, verdict: &mut BundleVerdict) {
    let mut before: Option<&Leaf> = None;
    for entry in entries.values().filter(|entry| entry.is_step()) {
        let leaf = &entry.leaf;
        let file = Names::event(leaf.log_index);
        if leaf.subject != manifest.enforcement_request_id {
            verdict.add(file, "subject", Flaw::Unneeded);
            continue;
        }
        let follows = match before {
            None => leaf.version == 1 && leaf.action == SUBMIT && leaf.from_state.is_empty(),
            Some(before) => leaf.version == before.version + 1 && leaf.from_state == before.to_state,
        };
        if !follows {
            verdict.add(file, "version", Flaw::Gap);
        }
        before = Some(leaf);
    }
    if before.is_none() {
        verdict.add(Names::MANIFEST, "enforcement_request_id", Flaw::Gap);
    }
    for entry in entries.values() {
        let is_known = matches!(
            entry.leaf.entry_type,
            EntryType::Request | EntryType::Registry | EntryType::Document | EntryType::Trust | EntryType::Erasure
        );
        if !is_known {
            verdict.add(Names::receipt(entry.leaf.log_index), "leaf", Flaw::Unneeded);
        }
    }
}
