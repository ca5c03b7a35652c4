//! Holding a checkpoint that the hub has just shown against the one that is remembered.

use std::cmp::Ordering;

use lienthong_proto::v1;
use lienthong_proto::v1::evidence_service_client::EvidenceServiceClient;

use super::Memory;
use crate::client::call::Refusal;
use crate::client::channel::HubChannel;
use crate::evidence::Digest;
use crate::evidence::checkpoint::{self, Checkpoint, CheckpointError};
use crate::evidence::hub_key::HubKey;
use crate::evidence::published::PublishedKey;
use crate::evidence::split::{Split, compare, in_order, takes_proof};

/// The hub's reason when a tree is larger than its log.
const BEYOND_THE_LOG: &str = "POSITION_OUT_OF_RANGE";

/// Which keys of the hub are believed.
#[derive(Debug, Clone, Copy)]
pub enum Trusted<'k> {
    /// Those that the operator published, and no others; each as long as the list does not call it retired.
    Published(&'k [PublishedKey]),
    /// Those that were met before; at the first time, and for a log that goes on from what is remembered, those that the log registers.
    Met,
}

/// How a checkpoint fits what is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fits {
    /// Nothing was remembered: it is to be remembered.
    First(Memory),
    /// It is the one that is remembered; a key may have been met for the first time.
    Same(Memory),
    /// It goes on from it: it is to be remembered.
    Newer(Memory),
    /// It is an earlier state of the same log.
    Older,
}

impl Fits {
    /// What is to be remembered from now on.
    pub fn memory(&self) -> Option<&Memory> {
        match self {
            Self::First(memory) | Self::Same(memory) | Self::Newer(memory) => Some(memory),
            Self::Older => None,
        }
    }
}

/// The hub has shown two logs, or has lost what it had signed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// How they do not fit.
    pub split: Split,
    /// The checkpoint that is remembered.
    pub remembered: String,
    /// Its number of entries.
    pub remembered_size: u64,
    /// The checkpoint that was shown.
    pub seen: String,
    /// Its number of entries.
    pub seen_size: u64,
    /// The proof that the hub gave, if it gave one.
    pub proof: Vec<Vec<u8>>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It is a state of the log that is remembered.
    Fits(Fits),
    /// It is not.
    Alarm(Box<Alarm>),
}

impl Checked {
    /// Whether the hub that was asked ends before what is remembered. It may have lost entries, or lag behind another hub of its log.
    pub fn is_shorter(&self) -> bool {
        matches!(self, Self::Alarm(alarm) if alarm.split == Split::Shorter)
    }
}

/// The checkpoint could not be judged. It says nothing of the log and is remembered by nobody.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The hub cannot be reached or does not answer.
    #[error("the hub does not answer: {}", .0.en)]
    Refused(Box<Refusal>),
    /// It is no checkpoint, or its signatures are not good.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// It is signed by keys that are not among those published.
    #[error("the checkpoint is signed by keys that are not among the published ones")]
    UnknownKey,
    /// It is of another log.
    #[error("the checkpoint is of the log {seen}, not of {expected}")]
    OtherLog {
        /// The log that is followed.
        expected: String,
        /// The log that was shown.
        seen: String,
    },
}

type Evidence = EvidenceServiceClient<HubChannel>;

/// Holds the checkpoint `note` of the log `origin` against what is remembered; asks the hub for a proof where it takes one.
///
/// # Errors
/// [`CheckError`].
pub async fn check(
    evidence: &mut Evidence,
    origin: &str,
    memory: Option<&Memory>,
    note: &str,
    trusted: Trusted<'_>,
) -> Result<Checked, CheckError> {
    let (seen, keys) = verified(evidence, memory, note, trusted).await?;
    if seen.origin != origin {
        return Err(CheckError::OtherLog {
            expected: origin.to_owned(),
            seen: seen.origin,
        });
    }
    let fresh = Memory {
        note: note.to_owned(),
        checkpoint: seen,
        keys,
    };
    let Some(memory) = memory else {
        return Ok(Checked::Fits(Fits::First(fresh)));
    };
    let (known, seen) = (memory.checkpoint.tree, fresh.checkpoint.tree);
    let alarm = |split, proof: Vec<Vec<u8>>| {
        Checked::Alarm(Box::new(Alarm {
            split,
            remembered: memory.note.clone(),
            remembered_size: known.size,
            seen: note.to_owned(),
            seen_size: seen.size,
            proof,
        }))
    };
    let mut proof = Vec::new();
    if takes_proof(&known, &seen) {
        let (older, newer) = in_order(known, seen);
        match ask_proof(evidence, older.size, newer.size).await? {
            Some(given) => proof = given,
            None => return Ok(alarm(Split::Shorter, proof)),
        }
    }
    // A hash of another length proves nothing.
    let hashes = proof.iter().map(|hash| Digest::try_from(hash.as_slice()).ok());
    let hashes: Option<Vec<Digest>> = hashes.collect();
    if let Err(split) = compare(&known, &seen, &hashes.unwrap_or_default()) {
        return Ok(alarm(split, proof));
    }
    Ok(Checked::Fits(match seen.size.cmp(&known.size) {
        Ordering::Greater => Fits::Newer(fresh),
        Ordering::Equal => {
            let note = memory.note.clone();
            Fits::Same(Memory { note, ..fresh })
        }
        Ordering::Less => Fits::Older,
    }))
}

/// What the note says, and every key that is believed with the one that signed it.
async fn verified(
    evidence: &mut Evidence,
    memory: Option<&Memory>,
    note: &str,
    trusted: Trusted<'_>,
) -> Result<(Checkpoint, Vec<HubKey>), CheckError> {
    let mut keys = memory.map(|memory| memory.keys.clone()).unwrap_or_default();
    let found = match trusted {
        Trusted::Published(published) => checkpoint::verify_published(note, published),
        Trusted::Met => checkpoint::verify(note, &keys),
    };
    let found = found.map(|(checkpoint, signer)| (checkpoint, signer.clone()));
    match (found, trusted) {
        (Ok((checkpoint, signer)), _) => {
            if !keys.contains(&signer) {
                keys.push(signer);
            }
            Ok((checkpoint, keys))
        }
        (Err(CheckpointError::UnknownKey), Trusted::Published(_)) => Err(CheckError::UnknownKey),
        (Err(CheckpointError::UnknownKey), Trusted::Met) => {
            let listed = evidence
                .list_hub_keys(v1::ListHubKeysRequest {})
                .await
                .map_err(refused)?;
            let listed = listed.into_inner().keys;
            let listed: Vec<HubKey> = listed.iter().filter_map(|key| key.public_keys.parse().ok()).collect();
            let (checkpoint, signer) = checkpoint::verify(note, &listed)?;
            keys.push(signer.clone());
            Ok((checkpoint, keys))
        }
        (Err(error), _) => Err(error.into()),
    }
}

/// The consistency proof of two sizes; `None` if the hub's log is not that long.
async fn ask_proof(evidence: &mut Evidence, older: u64, newer: u64) -> Result<Option<Vec<Vec<u8>>>, CheckError> {
    // Larger than any log: the hub says that it has no such tree.
    let size = |size: u64| i64::try_from(size).unwrap_or(i64::MAX);
    let asked = v1::GetConsistencyProofRequest {
        old_tree_size: size(older),
        new_tree_size: size(newer),
    };
    match evidence.get_consistency_proof(asked).await.map_err(Refusal::from) {
        Ok(given) => Ok(Some(
            given.into_inner().hashes.iter().map(|hash| hash.to_vec()).collect(),
        )),
        Err(refusal) if refusal.reason == BEYOND_THE_LOG => Ok(None),
        Err(refusal) => Err(CheckError::Refused(Box::new(refusal))),
    }
}

/// What the hub refused.
fn refused(status: impl Into<Refusal>) -> CheckError {
    CheckError::Refused(Box::new(status.into()))
}
