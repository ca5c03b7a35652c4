//! The file that says what the hub has signed. Two slots are written in turn before each commit and forced to the disk, so that one
//! is whole whatever happens to the other. A third takes what was committed, unforced: it outlives the process, and what a failing
//! machine takes with it is found out from the database. Each slot is a line of JSON and its SHA-256.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{SignerError, at};
use crate::evidence::digest::{hex, sha256, unhex};
use crate::evidence::merkle::Frontier;

const NAME: &str = "state";
const SCHEMA: &str = "lienthong/signer-state/1";
/// Bytes of a slot: two trees of at most 64 hashes in hex, and the rest.
const SLOT: usize = 16 * 1_024;
const SLOTS: usize = 3;

/// What the hub has signed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Remembered {
    /// Counts what was signed.
    pub(super) sequence: u64,
    pub(super) confirmed: Frontier,
    pub(super) pending: Option<Frontier>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    schema: String,
    sequence: u64,
    confirmed: StatedTree,
    pending: Option<StatedTree>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedTree {
    size: u64,
    frontier: String,
}

impl From<&Frontier> for StatedTree {
    fn from(frontier: &Frontier) -> Self {
        let bytes = frontier.to_bytes();
        Self {
            size: frontier.size(),
            frontier: bytes.as_chunks::<32>().0.iter().map(hex).collect(),
        }
    }
}

impl StatedTree {
    fn frontier(&self) -> Option<Frontier> {
        Frontier::from_bytes(self.size, &unhex(&self.frontier)?).ok()
    }
}

impl Remembered {
    fn slot(&self) -> io::Result<Vec<u8>> {
        let stated = Stated {
            schema: SCHEMA.to_owned(),
            sequence: self.sequence,
            confirmed: (&self.confirmed).into(),
            pending: self.pending.as_ref().map(Into::into),
        };
        let line = serde_json::to_string(&stated)?;
        let sum = hex(&sha256(line.as_bytes()));
        Ok(format!("{line}\n{sum}\n").into_bytes())
    }

    /// What stands in a slot, if it was written to its end.
    fn read(slot: &[u8]) -> Option<Self> {
        let mut lines = slot.split(|byte| *byte == b'\n');
        let (line, sum) = (lines.next()?, lines.next()?);
        if hex(&sha256(line)).as_bytes() != sum {
            return None;
        }
        let stated: Stated = serde_json::from_slice(line).ok()?;
        if stated.schema != SCHEMA {
            return None;
        }
        let pending = match &stated.pending {
            None => None,
            Some(tree) => Some(tree.frontier()?),
        };
        Some(Self {
            sequence: stated.sequence,
            confirmed: stated.confirmed.frontier()?,
            pending,
        })
    }
}

/// The open file, locked for this process.
#[derive(Debug)]
pub(super) struct StateFile {
    file: File,
    /// The sequence of what was written last: an older one that comes late is not written over it.
    written: Mutex<u64>,
}

impl StateFile {
    pub(super) fn create(folder: &Path) -> Result<Self, SignerError> {
        let file = open(folder, true)?;
        let remembered = Remembered::default();
        let mut bytes = remembered.slot().map_err(at(folder))?;
        bytes.resize(SLOTS * SLOT, b' ');
        // The room is taken now, so that a full disk stops no signature later.
        let written = file.write_all_at(&bytes, 0).and_then(|()| file.sync_all());
        written.map_err(at(&folder.join(NAME)))?;
        Ok(Self {
            file,
            written: Mutex::new(remembered.sequence),
        })
    }

    pub(super) fn open(folder: &Path) -> Result<(Self, Remembered), SignerError> {
        let file = open(folder, false)?;
        let path = folder.join(NAME);
        let mut bytes = vec![0; SLOTS * SLOT];
        let damaged = || SignerError::Damaged {
            path: path.clone(),
            what: "none of its records is whole",
        };
        match file.read_exact_at(&mut bytes, 0) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(damaged()),
            read => read.map_err(at(&path))?,
        }
        let slots = bytes.chunks(SLOT).filter_map(Remembered::read);
        let newest = slots.max_by_key(|remembered| (remembered.sequence, remembered.pending.is_none()));
        let newest = newest.ok_or_else(damaged)?;
        Ok((
            Self {
                file,
                written: Mutex::new(newest.sequence),
            },
            newest,
        ))
    }

    /// Writes into the older slot and waits for the disk.
    pub(super) fn write(&self, remembered: &Remembered) -> io::Result<()> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.sequence <= *written {
            return Ok(());
        }
        let slot = if remembered.sequence.is_multiple_of(2) { 0 } else { SLOT };
        self.put(remembered, slot)?;
        self.file.sync_data()?;
        *written = remembered.sequence;
        Ok(())
    }

    /// Notes what was committed; no more than a write into memory.
    pub(super) fn note(&self, remembered: &Remembered) -> io::Result<()> {
        self.put(remembered, 2 * SLOT)
    }

    fn put(&self, remembered: &Remembered, offset: usize) -> io::Result<()> {
        let offset = u64::try_from(offset).map_err(io::Error::other)?;
        self.file.write_all_at(&remembered.slot()?, offset)
    }
}

fn open(folder: &Path, is_new: bool) -> Result<File, SignerError> {
    let path = folder.join(NAME);
    let mut options = File::options();
    options.read(true).write(true).create(is_new).mode(0o600);
    let file = options.open(&path).map_err(at(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SignerError::InUse(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(at(&path)(source)),
    }
}
