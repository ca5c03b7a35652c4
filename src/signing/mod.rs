//! What a hub signs, and what it remembers of it: two keys and a small file in a folder of its own. The hub never signs a tree
//! that is smaller than one it has signed and committed, or that does not go on from it, whatever the database says: it would
//! rather write nothing any more (DESIGN section 8). The folder is the only thing of a hub that is not in the database, and
//! belongs to one hub alone.

mod keys;
mod state;

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keys::HubKeys;
pub use keys::Signatures;
use state::{Remembered, StateFile};

use crate::evidence::Digest;
use crate::evidence::checkpoint::Checkpoint;
use crate::evidence::hub_key::HubKey;
use crate::evidence::merkle::Frontier;
use crate::evidence::nodes::Growth;
use crate::evidence::proof::TreeRoot;

/// Why a folder of keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// There are no keys in it.
    #[error("there are no signing keys in {0}")]
    Missing(PathBuf),
    /// There are keys in it already.
    #[error("there are signing keys in {0} already")]
    Exists(PathBuf),
    /// Another process has it.
    #[error("the signing keys in {0} are in use by another hub")]
    InUse(PathBuf),
    /// A file in it is not what it should be.
    #[error("{path} is damaged: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
    /// A file in it cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// How the log in the database does not go on from what this hub has signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogBreak {
    /// Entries are missing at the end.
    #[error("the log has {head} entries; this hub has signed {confirmed}: entries {head} to {} are missing", confirmed - 1)]
    Shorter {
        /// Entries that this hub has signed and seen committed.
        confirmed: u64,
        /// Entries in the database.
        head: u64,
    },
    /// The entries are others.
    #[error("the first {confirmed} entries of the log are not those that this hub has signed")]
    Forked {
        /// Entries that this hub has signed and seen committed.
        confirmed: u64,
    },
    /// An entry of the log retires this hub's keys: nobody believes what they would sign from there on.
    #[error("an entry of the log retires the keys of this hub")]
    Retired,
}

impl LogBreak {
    /// A stable word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shorter { .. } => "log_shorter",
            Self::Forked { .. } => "log_forked",
            Self::Retired => "key_retired",
        }
    }
}

/// A hub's keys with what it has signed.
#[derive(Debug)]
pub struct Signer {
    keys: HubKeys,
    remembered: Remembered,
    file: Arc<StateFile>,
    log_break: Option<LogBreak>,
    is_retired: bool,
}

impl Signer {
    /// Makes keys for the hub `name` in `folder`, which is made if it is missing.
    ///
    /// # Errors
    /// [`SignerError`]; keys that are there are never overwritten.
    pub fn create(folder: &Path, name: &str) -> Result<Self, SignerError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(at(folder))?;
        if HubKeys::exist(folder) {
            return Err(SignerError::Exists(folder.to_owned()));
        }
        let file = StateFile::create(folder)?;
        let keys = HubKeys::create(folder, name)?;
        let synced = fs::File::open(folder).and_then(|opened| opened.sync_all());
        synced.map_err(at(folder))?;
        Ok(Self {
            keys,
            remembered: Remembered::default(),
            file: Arc::new(file),
            log_break: None,
            is_retired: false,
        })
    }

    /// Opens the keys in `folder` and takes them for this process alone.
    ///
    /// # Errors
    /// [`SignerError`].
    pub fn open(folder: &Path, name: &str) -> Result<Self, SignerError> {
        if !HubKeys::exist(folder) {
            return Err(SignerError::Missing(folder.to_owned()));
        }
        let (file, remembered) = StateFile::open(folder)?;
        Ok(Self {
            keys: HubKeys::read(folder, name)?,
            remembered,
            file: Arc::new(file),
            log_break: None,
            is_retired: false,
        })
    }

    /// Whether there are keys in `folder`.
    pub fn exists(folder: &Path) -> bool {
        HubKeys::exist(folder)
    }

    /// The public keys.
    pub fn key(&self) -> &HubKey {
        self.keys.public()
    }

    /// The largest tree that was signed and is known to be committed.
    pub fn confirmed(&self) -> &Frontier {
        &self.remembered.confirmed
    }

    /// A tree that was signed, and of which it is not known yet whether it was committed.
    pub fn pending(&self) -> Option<TreeRoot> {
        self.remembered.pending.as_ref().map(root_of)
    }

    /// What became of the tree that was signed last.
    pub fn settle(&mut self, is_committed: bool) {
        if let Some(pending) = self.remembered.pending.take()
            && is_committed
        {
            self.remembered.confirmed = pending;
            if let Err(error) = self.file.note(&self.remembered) {
                // It is found out from the database at the next start.
                tracing::warn!(%error, "signer.state.not_noted");
            }
        }
    }

    /// How the log did not go on from what was signed, when it was followed last.
    pub fn log_break(&self) -> Option<LogBreak> {
        self.log_break
    }

    /// An entry of the log retires these keys: for good, they sign nothing any more.
    pub fn retire(&mut self) {
        self.is_retired = true;
    }

    /// Follows the log to `head`, which another hub has written: `pieces` are the perfect nodes between, level and hash each, in
    /// order.
    ///
    /// # Errors
    /// [`LogBreak`] if the log does not go on from what this hub has confirmed, or the keys are retired.
    pub fn follow(&mut self, head: &Frontier, pieces: impl IntoIterator<Item = (u32, Digest)>) -> Result<(), LogBreak> {
        let followed = self.grow_to(head, pieces);
        self.log_break = followed.err();
        followed
    }

    fn grow_to(&mut self, head: &Frontier, pieces: impl IntoIterator<Item = (u32, Digest)>) -> Result<(), LogBreak> {
        if self.is_retired {
            return Err(LogBreak::Retired);
        }
        let mut grown = self.remembered.confirmed.clone();
        let confirmed = grown.size();
        if head.size() < confirmed {
            return Err(LogBreak::Shorter {
                confirmed,
                head: head.size(),
            });
        }
        for (level, hash) in pieces {
            grown.append_perfect(level, hash);
        }
        if grown != *head {
            return Err(LogBreak::Forked { confirmed });
        }
        self.remembered.confirmed = grown;
        Ok(())
    }

    /// Signs the tree after `growth`. What is given back must be written before the tree is committed.
    ///
    /// # Errors
    /// [`LogBreak`] if the growth does not begin where the confirmed tree ends, or the keys are retired.
    pub fn sign(&mut self, growth: &Growth, checkpoint: &Checkpoint) -> Result<(Signatures, Pending), LogBreak> {
        if self.is_retired {
            return Err(LogBreak::Retired);
        }
        let confirmed = self.remembered.confirmed.size();
        let is_next = *growth.before() == self.remembered.confirmed && growth.after().size() > confirmed;
        if !is_next || checkpoint.tree != root_of(growth.after()) {
            return Err(LogBreak::Forked { confirmed });
        }
        self.remembered.pending = Some(growth.after().clone());
        self.remembered.sequence += 1;
        let pending = Pending {
            remembered: self.remembered.clone(),
            file: Arc::clone(&self.file),
        };
        Ok((self.keys.sign(&checkpoint.text()), pending))
    }
}

fn root_of(frontier: &Frontier) -> TreeRoot {
    TreeRoot {
        size: frontier.size(),
        root: frontier.root(),
    }
}

/// What must be on disk before the tree that was signed is committed.
#[derive(Debug)]
pub struct Pending {
    remembered: Remembered,
    file: Arc<StateFile>,
}

impl Pending {
    /// Writes it and waits for the disk.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn write(self) -> io::Result<()> {
        self.file.write(&self.remembered)
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> SignerError {
    let path = path.to_owned();
    move |source| SignerError::File { path, source }
}

#[cfg(test)]
impl Signer {
    /// Fresh keys of the hub `name`, gone with the test.
    pub(crate) fn of_a_test(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::create(folder.path(), name).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::checkpoint::verify;
    use crate::evidence::leaf::leaf_hash;

    const HUB: &str = "hub.lienthong.test";

    fn leaves(range: std::ops::Range<u64>) -> Vec<Digest> {
        range.map(|index| leaf_hash(&index.to_be_bytes())).collect()
    }

    fn tree(size: u64) -> Frontier {
        Growth::new(Frontier::default(), leaves(0..size)).after().clone()
    }

    fn checkpoint(of: &Frontier) -> Checkpoint {
        Checkpoint {
            origin: HUB.to_owned(),
            tree: root_of(of),
            hub_time: 1,
        }
    }

    fn grow(signer: &mut Signer, to: u64) -> Result<String, LogBreak> {
        let from = signer.confirmed().size();
        let growth = Growth::new(signer.confirmed().clone(), leaves(from..to));
        let checkpoint = checkpoint(growth.after());
        let (signatures, pending) = signer.sign(&growth, &checkpoint)?;
        pending.write().unwrap();
        Ok(checkpoint.signed(&[&signatures.note, &signatures.seal]).to_string())
    }

    #[test]
    fn what_it_signs_is_good_under_its_public_keys_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut signer = Signer::create(folder.path(), HUB).unwrap();
        let other = Signer::create(&folder.path().join("other"), HUB).unwrap();
        let note = grow(&mut signer, 3).unwrap();
        let trusted = [other.key().clone(), signer.key().clone()];
        let (read, by) = verify(&note, &trusted).unwrap();
        assert_eq!((read.tree.size, by), (3, signer.key()));
        verify(&note, &trusted[..1]).unwrap_err();
    }

    #[test]
    fn after_a_restart_it_knows_what_it_signed() {
        let folder = tempfile::tempdir().unwrap();
        let mut signer = Signer::create(folder.path(), HUB).unwrap();
        for size in [3, 10, 300] {
            grow(&mut signer, size).unwrap();
            signer.settle(true);
        }
        grow(&mut signer, 400).unwrap();
        let key = signer.key().clone();
        drop(signer);
        let mut signer = Signer::open(folder.path(), HUB).unwrap();
        assert_eq!((signer.key(), signer.confirmed().size()), (&key, 300));
        assert_eq!(signer.pending().map(|tree| tree.size), Some(400));
        // The commit had failed: the same size may be signed with other entries.
        signer.settle(false);
        let growth = Growth::new(tree(300), vec![[9; 32]; 100]);
        signer.sign(&growth, &checkpoint(growth.after())).unwrap();
    }

    #[test]
    fn it_signs_nothing_smaller_and_nothing_forked() {
        let folder = tempfile::tempdir().unwrap();
        let mut signer = Signer::create(folder.path(), HUB).unwrap();
        grow(&mut signer, 10).unwrap();
        signer.settle(true);
        let shorter = LogBreak::Shorter { confirmed: 10, head: 8 };
        assert_eq!(signer.follow(&tree(8), []), Err(shorter));
        let other = Growth::new(Frontier::default(), vec![[9; 32]; 12]).after().clone();
        assert_eq!(
            signer.follow(&other, [(0, [9; 32]), (0, [9; 32])]),
            Err(LogBreak::Forked { confirmed: 10 })
        );
        for wrong in [Growth::new(tree(8), leaves(8..12)), Growth::new(tree(10), Vec::new())] {
            let checkpoint = checkpoint(wrong.after());
            assert!(signer.sign(&wrong, &checkpoint).is_err());
        }
        // Another hub went on with the same log.
        let pieces: Vec<_> = leaves(10..12).into_iter().map(|hash| (0, hash)).collect();
        assert_eq!(signer.follow(&tree(12), pieces), Ok(()));
        grow(&mut signer, 20).unwrap();
    }

    #[test]
    fn keys_are_of_one_process_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Signer::open(folder.path(), HUB), Err(SignerError::Missing(_))));
        let signer = Signer::create(folder.path(), HUB).unwrap();
        assert!(matches!(Signer::open(folder.path(), HUB), Err(SignerError::InUse(_))));
        assert!(matches!(
            Signer::create(folder.path(), HUB),
            Err(SignerError::Exists(_))
        ));
        drop(signer);
        Signer::open(folder.path(), HUB).unwrap();
    }

    #[test]
    fn a_write_that_was_cut_leaves_the_one_before() {
        use std::os::unix::fs::FileExt as _;
        let folder = tempfile::tempdir().unwrap();
        let mut signer = Signer::create(folder.path(), HUB).unwrap();
        grow(&mut signer, 3).unwrap();
        signer.settle(true);
        grow(&mut signer, 5).unwrap();
        drop(signer);
        let path = folder.path().join("state");
        let file = fs::File::options().write(true).open(&path).unwrap();
        // The newest stands in the slot of even sequences, what was committed before in the third.
        file.write_all_at(b"{\"torn", 0).unwrap();
        let signer = Signer::open(folder.path(), HUB).unwrap();
        assert_eq!((signer.confirmed().size(), signer.pending()), (3, None));
        drop(signer);
        file.write_all_at(b"{\"torn", 2 * 16 * 1_024).unwrap();
        let signer = Signer::open(folder.path(), HUB).unwrap();
        assert_eq!(signer.pending().map(|tree| tree.size), Some(3));
        drop(signer);
        fs::write(&path, "nothing").unwrap();
        assert!(matches!(
            Signer::open(folder.path(), HUB),
            Err(SignerError::Damaged { .. })
        ));
    }
}
