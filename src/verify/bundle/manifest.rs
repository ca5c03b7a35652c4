//! The list of a bundle's files. Of one folder there is one manifest: it holds nothing that cannot be computed from the files
//! again, so that no byte of it can be another.

use std::io;

use serde::{Deserialize, Serialize};

use super::folder::Folder;
use super::{BundleVerdict, Flaw};
use crate::evidence::digest::hex;
use crate::evidence::jws::{COMPACT, GENERAL};

/// The value of the member `schema`.
const SCHEMA: &str = "lienthong/bundle/1";

/// What the files of a bundle are called.
#[derive(Debug, Clone, Copy)]
pub struct Names;

impl Names {
    /// The list of the other files.
    pub const MANIFEST: &'static str = "manifest.json";
    /// The signed checkpoint to which all receipts lead.
    pub const CHECKPOINT: &'static str = "checkpoint.txt";
    /// The hub's public keys.
    pub const HUB_KEYS: &'static str = "hub.keys";
    /// For reading, no evidence.
    pub const SUMMARY: &'static str = "tom-tat.html";

    /// The receipt of an entry.
    pub fn receipt(log_index: u64) -> String {
        format!("entries/{log_index:010}.receipt.json")
    }

    /// The row of an entry.
    pub fn event(log_index: u64) -> String {
        format!("entries/{log_index:010}.event.json")
    }

    /// What an erasure destroyed.
    pub fn erased(log_index: u64) -> String {
        format!("entries/{log_index:010}.erased.txt")
    }

    /// An attached document.
    pub fn attachment(document_id: &str) -> String {
        format!("attachments/{document_id}")
    }

    /// A certificate of a signer, by the SHA-256 (hex) of its DER.
    pub fn certificate(sha256: &str) -> String {
        format!("certificates/{sha256}.der")
    }

    /// The certificate or the list of an authority, by its entry.
    pub fn paper(log_index: u64) -> String {
        format!("entries/{log_index:010}.{PAPER}")
    }
}

/// What follows the index in the name of a paper's file.
const PAPER: &str = "paper.der";

/// The file of what was sent with an entry, by its media type.
pub fn document_name(log_index: u64, media_type: &str) -> String {
    let ending = match media_type {
        COMPACT => "document.jws",
        GENERAL => "document.jws.json",
        "application/protobuf" => "message.pb",
        "application/pkix-cert" | "application/pkix-crl" => PAPER,
        _ => "document.json",
    };
    format!("entries/{log_index:010}.{ending}")
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// The signed checkpoint to which all receipts lead.
    Checkpoint,
    /// The hub's public keys.
    HubKeys,
    /// For reading, no evidence.
    Summary,
    /// The receipt of an entry.
    Receipt,
    /// The row of an entry.
    Event,
    /// What was sent with an entry.
    Document,
    /// The entries whose content an erasure destroyed.
    Erased,
    /// A document that a step names.
    Attachment,
    /// A certificate of a signer.
    Certificate,
    /// The certificate of an authority, or its list of revocations.
    Paper,
}

impl Role {
    /// What a file with this path is; `None`: a bundle has no such file.
    pub fn of(path: &str) -> Option<Self> {
        match path {
            Names::CHECKPOINT => return Some(Self::Checkpoint),
            Names::HUB_KEYS => return Some(Self::HubKeys),
            Names::SUMMARY => return Some(Self::Summary),
            _ => {}
        }
        let (folder, name) = path.split_once('/')?;
        let is_plain = |name: &str| {
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        };
        let (first, ending) = name.split_once('.').unwrap_or((name, ""));
        if first.is_empty() || !is_plain(first) {
            return None;
        }
        match (folder, ending) {
            ("entries", "receipt.json") => Some(Self::Receipt),
            ("entries", "event.json") => Some(Self::Event),
            ("entries", "document.json" | "document.jws" | "document.jws.json" | "message.pb") => Some(Self::Document),
            ("entries", PAPER) => Some(Self::Paper),
            ("entries", "erased.txt") => Some(Self::Erased),
            ("attachments", "") => Some(Self::Attachment),
            ("certificates", "der") => Some(Self::Certificate),
            _ => None,
        }
    }
}

/// Whether the bytes of attached documents are in the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Attachments {
    /// They are.
    Included,
    /// Their digests alone are: in the entries of their uploads.
    LeftOut,
}

/// What the bundle has of lists by which authorities revoke certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RevocationLists {
    /// Every one in which a certificate was looked up as its document was accepted, as the steps name them.
    Included,
}

/// A file of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its path in the folder.
    pub path: String,
    /// What it is.
    pub role: Role,
    /// Its bytes.
    pub size: u64,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `lienthong/bundle/1`.
    schema: String,
    /// The request.
    pub enforcement_request_id: String,
    /// Whether the bytes of attached documents are there.
    pub attachments: Attachments,
    /// What there is of revocation lists.
    pub revocation_lists: RevocationLists,
    /// Every other file, in order of their paths.
    pub files: Vec<Listed>,
}

impl Manifest {
    /// The manifest of a folder. Files that no bundle has are left out.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn of(folder: &Folder, enforcement_request_id: &str, attachments: Attachments) -> io::Result<Self> {
        let mut files = Vec::new();
        for path in folder.names() {
            if let Some(role) = Role::of(path) {
                let (sha256, size) = folder.digest(path)?;
                files.push(Listed {
                    path: path.clone(),
                    role,
                    size,
                    sha256: hex(&sha256),
                });
            }
        }
        Ok(Self {
            schema: SCHEMA.to_owned(),
            enforcement_request_id: enforcement_request_id.to_owned(),
            attachments,
            revocation_lists: RevocationLists::Included,
            files,
        })
    }

    /// The file's text: there is one only.
    pub fn text(&self) -> String {
        let json = serde_json::to_string_pretty(self).unwrap_or_default();
        format!("{json}\n")
    }

    fn read(text: &str) -> Option<Self> {
        let manifest: Self = serde_json::from_str(text).ok()?;
        let is_ours = manifest.schema == SCHEMA && manifest.text() == text;
        let are_sorted = manifest.files.is_sorted_by(|left, right| left.path < right.path);
        let are_known = manifest
            .files
            .iter()
            .all(|listed| Role::of(&listed.path) == Some(listed.role));
        (is_ours && are_sorted && are_known).then_some(manifest)
    }

    /// Whether it lists a file.
    pub fn lists(&self, path: &str) -> bool {
        self.files.iter().any(|listed| listed.path == path)
    }

    /// The files of a role.
    pub fn of_role(&self, role: Role) -> impl Iterator<Item = &Listed> {
        self.files.iter().filter(move |listed| listed.role == role)
    }
}

/// Reads the manifest and holds the files against it. None: there is no manifest, or it is none.
pub(super) fn check(folder: &Folder, verdict: &mut BundleVerdict) -> io::Result<Option<Manifest>> {
    let Some(text) = folder.text(Names::MANIFEST)? else {
        let is_there = folder.names().contains(Names::MANIFEST);
        let flaw = if is_there { Flaw::Malformed } else { Flaw::Missing };
        verdict.add(Names::MANIFEST, "", flaw);
        return Ok(None);
    };
    let Some(manifest) = Manifest::read(&text) else {
        verdict.add(Names::MANIFEST, "", Flaw::Malformed);
        return Ok(None);
    };
    for name in [Names::CHECKPOINT, Names::HUB_KEYS, Names::SUMMARY] {
        if !manifest.lists(name) {
            verdict.add(name, "", Flaw::Missing);
        }
    }
    for listed in &manifest.files {
        if !folder.names().contains(&listed.path) {
            verdict.add(listed.path.clone(), "", Flaw::Missing);
            continue;
        }
        let (sha256, size) = folder.digest(&listed.path)?;
        if size != listed.size || hex(&sha256) != listed.sha256 {
            verdict.add(listed.path.clone(), "", Flaw::Differs);
        }
    }
    for name in folder.names() {
        if name != Names::MANIFEST && !manifest.lists(name) {
            verdict.add(name.clone(), "", Flaw::Unlisted);
        }
    }
    Ok(Some(manifest))
}
