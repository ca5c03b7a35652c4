//! What somebody outside the hub remembers of its log: the last signed checkpoint. Whatever the hub shows later must go on from it,
//! so a hub that rewrites its log, loses entries or shows two logs is found out by each partner that remembers, and by a witness.
//! The evidence of it is kept: two checkpoints that the hub has signed, and the proof that it could not give.

mod check;
mod folder;

pub use check::{Alarm, CheckError, Checked, Fits, Trusted, check};
pub use folder::{FolderError, LogFolder, write_whole};

use crate::evidence::checkpoint::{self, Checkpoint, CheckpointError};
use crate::evidence::hub_key::HubKey;

/// What is remembered of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// The largest checkpoint seen, as the hub signed it.
    note: String,
    checkpoint: Checkpoint,
    /// The keys of its hubs that were met.
    keys: Vec<HubKey>,
}

impl Memory {
    /// Of a checkpoint that one of these keys has signed.
    ///
    /// # Errors
    /// [`CheckpointError`] if none has.
    pub fn new(note: &str, keys: Vec<HubKey>) -> Result<Self, CheckpointError> {
        let (checkpoint, _) = checkpoint::verify(note, &keys)?;
        Ok(Self {
            note: note.to_owned(),
            checkpoint,
            keys,
        })
    }

    /// The signed checkpoint.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// What it says.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The keys of the hubs of this log that were met.
    pub fn keys(&self) -> &[HubKey] {
        &self.keys
    }
}
