//! A receipt outside the hub: a JSON file that anyone can check without it, given the hub's public keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::Digest;
use super::checkpoint::{self, Checkpoint, CheckpointError};
use super::digest::{hex, salted, unhex};
use super::hub_key::HubKey;
use super::leaf::{Leaf, leaf_hash};
use super::proof::{self, ProofError};

/// The value of the member `schema`.
pub const SCHEMA: &str = "lienthong/receipt/1";
/// The longest receipt, bytes.
pub const MAX_BYTES: usize = 64 * 1_024;

/// A receipt as it is written to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptFile {
    /// [`SCHEMA`].
    pub schema: String,
    /// The entry's index in the log.
    pub log_index: u64,
    /// The exact bytes of the entry's leaf, base64.
    pub leaf: String,
    /// The hashes from the leaf up to the root, base64 each.
    pub inclusion_proof: Vec<String>,
    /// The signed checkpoint: a C2SP note.
    pub checkpoint: String,
    /// SHA-256 of what was accepted, hex.
    pub content_sha256: String,
    /// The salt of the content's digest in the leaf, hex; what proves which content it was. The hub forgets it when it erases
    /// the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_salt: Option<String>,
}

/// A receipt's parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The exact bytes of the entry's leaf.
    pub leaf: Vec<u8>,
    /// The hashes from the leaf up to the root.
    pub proof: Vec<Digest>,
    /// The signed checkpoint.
    pub checkpoint: String,
    /// SHA-256 of what was accepted.
    pub content_sha256: Digest,
    /// The salt of the content's digest.
    pub content_salt: Option<Vec<u8>>,
}

/// What a receipt proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved<'k> {
    /// The entry.
    pub leaf: Leaf,
    /// The log's state that holds it.
    pub checkpoint: Checkpoint,
    /// The hub's keys that signed that.
    pub signer: &'k HubKey,
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// The file is no receipt.
    #[error("not a receipt")]
    Malformed,
    /// The leaf is not an entry of the log, or not the one of that index.
    #[error("the leaf is not the entry of that index")]
    WrongLeaf,
    /// The checkpoint proves nothing.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The proof leads elsewhere.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The entry is later than the checkpoint.
    #[error("the entry is later than the checkpoint")]
    WrongTime,
    /// The content is another one.
    #[error("the content is not what the entry was made of")]
    WrongContent,
}

impl ReceiptError {
    /// A stable word for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "RECEIPT_MALFORMED",
            Self::WrongLeaf => "LEAF_WRONG",
            Self::Checkpoint(CheckpointError::Malformed) => "CHECKPOINT_MALFORMED",
            Self::Checkpoint(CheckpointError::UnknownKey) => "KEY_UNKNOWN",
            Self::Checkpoint(CheckpointError::WrongSignature) => "SIGNATURE_WRONG",
            Self::Proof(_) => "PROOF_WRONG",
            Self::WrongTime => "TIME_WRONG",
            Self::WrongContent => "CONTENT_WRONG",
        }
    }
}

impl Receipt {
    /// Reads the file.
    ///
    /// # Errors
    /// [`ReceiptError::Malformed`].
    pub fn read(json: &[u8]) -> Result<Self, ReceiptError> {
        let read = || {
            let file: ReceiptFile = serde_json::from_slice(json).ok()?;
            let salt = file
                .content_salt
                .as_ref()
                .map(|salt| unhex(salt))
                .map_or(Some(None), |salt| salt.map(Some))?;
            let hash = |text: &String| STANDARD.decode(text).ok()?.try_into().ok();
            let receipt = Self {
                leaf: STANDARD.decode(&file.leaf).ok()?,
                proof: file.inclusion_proof.iter().map(hash).collect::<Option<_>>()?,
                content_sha256: unhex(&file.content_sha256)?.try_into().ok()?,
                content_salt: salt,
                checkpoint: file.checkpoint.clone(),
            };
            let is_written_so = receipt.file().is_some_and(|written| written == file);
            is_written_so.then_some(receipt)
        };
        if json.len() > MAX_BYTES {
            return Err(ReceiptError::Malformed);
        }
        read().ok_or(ReceiptError::Malformed)
    }

    /// The file; `None` if the leaf cannot be read.
    pub fn file(&self) -> Option<ReceiptFile> {
        Some(ReceiptFile {
            schema: SCHEMA.to_owned(),
            log_index: Leaf::decode(&self.leaf).ok()?.log_index,
            leaf: STANDARD.encode(&self.leaf),
            inclusion_proof: self.proof.iter().map(|hash| STANDARD.encode(hash)).collect(),
            checkpoint: self.checkpoint.clone(),
            content_sha256: hex(&self.content_sha256),
            content_salt: self.content_salt.as_ref().map(|salt| {
                salt.iter()
                    .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
            }),
        })
    }

    /// Checks it against the hub's keys: the checkpoint's signatures, the entry's place in the tree, the times.
    ///
    /// # Errors
    /// [`ReceiptError`].
    pub fn verify<'k>(&self, trusted: &'k [HubKey]) -> Result<Proved<'k>, ReceiptError> {
        let leaf = Leaf::decode(&self.leaf).map_err(|_malformed| ReceiptError::WrongLeaf)?;
        let (checkpoint, signer) = checkpoint::verify(&self.checkpoint, trusted)?;
        let hash = leaf_hash(&self.leaf);
        let tree = &checkpoint.tree;
        proof::verify_inclusion(&hash, leaf.log_index, tree.size, &self.proof, &tree.root)?;
        if leaf.hub_time > checkpoint.hub_time {
            return Err(ReceiptError::WrongTime);
        }
        Ok(Proved {
            leaf,
            checkpoint,
            signer,
        })
    }

    /// Whether the entry was made of `content`: the exact bytes that were sent.
    ///
    /// # Errors
    /// [`ReceiptError::WrongContent`], also if the receipt holds no salt.
    pub fn verify_content(&self, leaf: &Leaf, content: &[u8]) -> Result<(), ReceiptError> {
        let salt = self.content_salt.as_deref().ok_or(ReceiptError::WrongContent)?;
        if salted(salt, content) == leaf.content_digest {
            Ok(())
        } else {
            Err(ReceiptError::WrongContent)
        }
    }
}
