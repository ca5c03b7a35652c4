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
use super::published::PublishedKey;

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
            Self::Checkpoint(CheckpointError::RetiredKey) => "KEY_RETIRED",
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
    /// [`ReceiptError::Malformed`]; [`ReceiptError::WrongLeaf`] if the leaf cannot be read or is of another index.
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
            Some((file, receipt))
        };
        let read = (json.len() <= MAX_BYTES).then(read).flatten();
        let (file, receipt) = read.ok_or(ReceiptError::Malformed)?;
        let written = receipt.file().ok_or(ReceiptError::WrongLeaf)?;
        if written.log_index != file.log_index {
            return Err(ReceiptError::WrongLeaf);
        }
        if written != file {
            return Err(ReceiptError::Malformed);
        }
        Ok(receipt)
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

    /// Checks it against the published keys of the hub: the checkpoint's signatures, the entry's place in the tree, the times.
    ///
    /// # Errors
    /// [`ReceiptError`].
    pub fn verify<'k>(&self, trusted: &'k [PublishedKey]) -> Result<Proved<'k>, ReceiptError> {
        let leaf = Leaf::decode(&self.leaf).map_err(|_malformed| ReceiptError::WrongLeaf)?;
        let (checkpoint, signer) = checkpoint::verify_published(&self.checkpoint, trusted)?;
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

#[cfg(test)]
mod tests {
    use super::super::leaf::EntryType;
    use super::*;

    fn receipt() -> Receipt {
        let leaf = Leaf {
            entry_type: EntryType::Request,
            log_index: 7,
            hub_time: 1_795_000_000_000_000,
            version: 1,
            subject: "req_0193".into(),
            action: "submit".into(),
            from_state: String::new(),
            to_state: "SUBMITTED".into(),
            agency: "VN.THADS".into(),
            officer: "an".into(),
            counterparty: "VN.BANK-A".into(),
            content_digest: [1; 32],
            row_digest: [2; 32],
        };
        Receipt {
            leaf: leaf.encode(),
            proof: vec![[3; 32], [4; 32]],
            checkpoint: "hub\n8\n".to_owned(),
            content_sha256: [5; 32],
            content_salt: Some(vec![6; 16]),
        }
    }

    fn read(change: impl FnOnce(&mut serde_json::Value)) -> Result<Receipt, ReceiptError> {
        let mut json = serde_json::to_value(receipt().file().unwrap()).unwrap();
        change(&mut json);
        Receipt::read(json.to_string().as_bytes())
    }

    #[test]
    fn a_file_is_read_back_and_another_way_of_writing_it_is_refused() {
        assert_eq!(read(|_| {}), Ok(receipt()));
        let without_salt = read(|json| {
            json.as_object_mut().unwrap().remove("content_salt");
        });
        assert_eq!(without_salt.unwrap().content_salt, None);
        for (member, value) in [
            ("schema", serde_json::json!("lienthong/receipt/2")),
            ("content_sha256", serde_json::json!("05".repeat(31))),
            ("content_sha256", serde_json::json!("0A".repeat(32))),
            ("content_salt", serde_json::json!("0")),
            ("inclusion_proof", serde_json::json!(["AAAA"])),
            ("leaf", serde_json::json!("?")),
            ("more", serde_json::json!(1)),
        ] {
            assert_eq!(
                read(|json| json[member] = value.clone()),
                Err(ReceiptError::Malformed),
                "{member} {value}"
            );
        }
        assert_eq!(Receipt::read(&vec![b' '; MAX_BYTES + 1]), Err(ReceiptError::Malformed));
    }

    #[test]
    fn a_leaf_that_is_none_or_of_another_index_is_named() {
        assert_eq!(read(|json| json["log_index"] = 8.into()), Err(ReceiptError::WrongLeaf));
        let cut = STANDARD.encode(&receipt().leaf[..40]);
        assert_eq!(read(|json| json["leaf"] = cut.into()), Err(ReceiptError::WrongLeaf));
    }
}
