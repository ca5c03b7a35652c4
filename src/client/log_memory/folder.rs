//! The folder in which a log is remembered. It belongs to one process at a time. Every file is written whole under another name,
//! forced to the disk and then named, so that a machine that fails leaves the one before or the one after.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Alarm, Memory};
use crate::domain::time::Timestamp;
use crate::evidence::digest::hex;
use crate::evidence::hub_key::HubKey;

const SCHEMA: &str = "lienthong/log-memory/1";
const MEMORY: &str = "memory.json";
const LOCK: &str = "lock";
const ALARM: &str = "alarm";

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process has it.
    #[error("{0} is in use by another process")]
    InUse(PathBuf),
    /// The file is not what this program writes.
    #[error("{0} is damaged")]
    Damaged(PathBuf),
    /// The file in which the log is remembered is gone, though remembering had begun.
    #[error(
        "{0} is gone: what was signed is not remembered any more, and another root of one size could be signed. Put it back if you have \
         its newest state; else make a new folder with a new key (--new-key), and publish it"
    )]
    Lost(PathBuf),
    /// What is to be remembered would take back what is.
    #[error("{0} remembers a larger log, or another one of that size")]
    WouldGoBack(PathBuf),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    schema: String,
    /// None before the first one was seen.
    checkpoint: Option<String>,
    hub_keys: Vec<String>,
}

/// Whether remembering has begun, and what is remembered.
enum State {
    Absent,
    Begun,
    Remembers(Memory),
}

/// An open folder, locked for this process.
#[derive(Debug)]
pub struct LogFolder {
    folder: PathBuf,
    _lock: File,
}

impl LogFolder {
    /// Opens the folder, which is made if it is missing.
    ///
    /// # Errors
    /// [`FolderError`]; at once if another process has it.
    pub fn open(folder: &Path) -> Result<Self, FolderError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(at(folder))?;
        let path = folder.join(LOCK);
        let mut options = File::options();
        options.read(true).write(true).create(true).mode(0o600);
        let lock = options.open(&path).map_err(at(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                folder: folder.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(FolderError::InUse(folder.to_owned())),
            Err(TryLockError::Error(source)) => Err(at(&path)(source)),
        }
    }

    /// What is remembered.
    ///
    /// # Errors
    /// [`FolderError::Damaged`], also if the keys beside it have not signed the checkpoint.
    pub fn memory(&self) -> Result<Option<Memory>, FolderError> {
        Ok(match self.state()? {
            State::Absent | State::Begun => None,
            State::Remembers(memory) => Some(memory),
        })
    }

    /// The same for whoever began with [`Self::begin`]: nothing may be gone.
    ///
    /// # Errors
    /// [`FolderError::Lost`] if nothing stands there, not even that nothing was seen yet.
    pub fn begun_memory(&self) -> Result<Option<Memory>, FolderError> {
        match self.state()? {
            State::Absent => Err(FolderError::Lost(self.folder.join(MEMORY))),
            State::Begun => Ok(None),
            State::Remembers(memory) => Ok(Some(memory)),
        }
    }

    /// Writes that nothing was seen yet, so that a memory which is gone later can be told from one that is new. What is remembered stays.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn begin(&self) -> Result<(), FolderError> {
        match self.state()? {
            State::Absent => self.write(None, &[]),
            State::Begun | State::Remembers(_) => Ok(()),
        }
    }

    fn state(&self) -> Result<State, FolderError> {
        let path = self.folder.join(MEMORY);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::Absent),
            read => read.map_err(at(&path))?,
        };
        let read = || {
            let stated: Stated = serde_json::from_str(&text).ok()?;
            let keys = stated.hub_keys.iter().map(|key| key.parse().ok());
            let keys = keys.collect::<Option<Vec<_>>>()?;
            let state = match stated.checkpoint {
                None => keys.is_empty().then_some(State::Begun),
                Some(note) => Memory::new(&note, keys).ok().map(State::Remembers),
            };
            state.filter(|_| stated.schema == SCHEMA)
        };
        read().ok_or(FolderError::Damaged(path))
    }

    /// Remembers; it is on the disk afterwards.
    ///
    /// # Errors
    /// [`FolderError::WouldGoBack`] rather than to forget a larger log or to take another root for one size.
    pub fn remember(&self, memory: &Memory) -> Result<(), FolderError> {
        if let Some(known) = self.memory()? {
            let (known, new) = (&known.checkpoint, &memory.checkpoint);
            let is_same = known.tree == new.tree;
            if known.origin != new.origin || (!is_same && known.tree.size >= new.tree.size) {
                return Err(FolderError::WouldGoBack(self.folder.clone()));
            }
        }
        self.write(Some(&memory.note), &memory.keys)
    }

    fn write(&self, checkpoint: Option<&str>, keys: &[HubKey]) -> Result<(), FolderError> {
        let stated = Stated {
            schema: SCHEMA.to_owned(),
            checkpoint: checkpoint.map(str::to_owned),
            hub_keys: keys.iter().map(ToString::to_string).collect(),
        };
        let path = self.folder.join(MEMORY);
        let text = serde_json::to_string_pretty(&stated).map_err(|error| at(&path)(error.into()))?;
        write_whole(&path, &text)
    }

    /// The evidence of an alarm that nobody has acknowledged.
    pub fn alarm(&self) -> Option<PathBuf> {
        Self::alarm_in(&self.folder)
    }

    /// The same of a folder that is not open.
    pub fn alarm_in(folder: &Path) -> Option<PathBuf> {
        Some(folder.join(ALARM)).filter(|alarm| alarm.exists())
    }

    /// Keeps the evidence of an alarm; gives its folder. An earlier one that stands is left as it is.
    ///
    /// # Errors
    /// [`FolderError::File`].
    pub fn raise(&self, alarm: &Alarm, now: Timestamp) -> Result<PathBuf, FolderError> {
        let folder = self.folder.join(ALARM);
        if folder.exists() {
            return Ok(folder);
        }
        let draft = self.folder.join("alarm.part");
        if draft.exists() {
            fs::remove_dir_all(&draft).map_err(at(&draft))?;
        }
        DirBuilder::new().mode(0o700).create(&draft).map_err(at(&draft))?;
        let proof = json!({
            "schema": "lienthong/log-alarm/1",
            "code": alarm.split.code(),
            "vi": alarm.split.vi(),
            "en": alarm.split.to_string(),
            "found_time": now.to_rfc3339(),
            "remembered_size": alarm.remembered_size,
            "seen_size": alarm.seen_size,
            "consistency_proof": alarm.proof.iter().map(|hash| hexed(hash)).collect::<Vec<_>>(),
        });
        write_whole(&draft.join("remembered.checkpoint"), &alarm.remembered)?;
        write_whole(&draft.join("seen.checkpoint"), &alarm.seen)?;
        write_whole(&draft.join("alarm.json"), &format!("{proof:#}\n"))?;
        fs::rename(&draft, &folder).map_err(at(&folder))?;
        sync(&self.folder)?;
        Ok(folder)
    }

    /// A person has seen the alarm: its evidence is kept under another name, which is given. What is remembered stays.
    ///
    /// # Errors
    /// [`FolderError::File`].
    pub fn acknowledge(&self, now: Timestamp) -> Result<Option<PathBuf>, FolderError> {
        let Some(alarm) = self.alarm() else { return Ok(None) };
        let kept = self.folder.join(format!("acknowledged-{}", now.micros()));
        fs::rename(&alarm, &kept).map_err(at(&kept))?;
        sync(&self.folder)?;
        Ok(Some(kept))
    }
}

fn hexed(bytes: &[u8]) -> String {
    <[u8; 32]>::try_from(bytes).map_or_else(|_length| format!("{} bytes", bytes.len()), |digest| hex(&digest))
}

/// Writes a file whole and waits for the disk.
///
/// # Errors
/// [`FolderError::File`].
pub fn write_whole(path: &Path, text: &str) -> Result<(), FolderError> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".part");
    let draft = PathBuf::from(draft);
    let written = File::create(&draft).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(at(&draft))?;
    fs::rename(&draft, path).map_err(at(path))?;
    sync(path.parent().unwrap_or(Path::new(".")))
}

fn sync(folder: &Path) -> Result<(), FolderError> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let synced = File::open(folder).and_then(|opened| opened.sync_all());
    synced.map_err(at(folder))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::checkpoint::Checkpoint;
    use crate::evidence::merkle::Frontier;
    use crate::evidence::nodes::Growth;
    use crate::evidence::proof::TreeRoot;
    use crate::evidence::split::Split;
    use crate::signing::Signer;

    const HUB: &str = "hub.lienthong.test";

    /// A log of `size` leaves that begin with `seed`, as the hub signs it.
    fn memory(signer: &mut Signer, seed: u8, size: usize) -> Memory {
        let growth = Growth::new(Frontier::default(), vec![[seed; 32]; size]);
        let checkpoint = Checkpoint {
            origin: HUB.to_owned(),
            tree: TreeRoot {
                size: growth.after().size(),
                root: growth.after().root(),
            },
            hub_time: 1,
        };
        let (signatures, _) = signer.sign(&growth, &checkpoint).unwrap();
        signer.settle(false);
        let note = checkpoint.signed(&[&signatures.note, &signatures.seal]).to_string();
        Memory::new(&note, vec![signer.key().clone()]).unwrap()
    }

    fn alarm(memory: &Memory) -> Alarm {
        Alarm {
            split: Split::TwoRoots,
            remembered: memory.note().to_owned(),
            remembered_size: 3,
            seen: memory.note().to_owned(),
            seen_size: 3,
            proof: vec![vec![7; 32], vec![1]],
        }
    }

    #[test]
    fn what_is_remembered_never_goes_back_and_never_changes_its_root() {
        let (place, mut signer) = (tempfile::tempdir().unwrap(), Signer::of_a_test(HUB));
        let folder = LogFolder::open(&place.path().join("deep/log")).unwrap();
        assert_eq!(folder.memory().unwrap(), None);
        let five = memory(&mut signer, 1, 5);
        folder.remember(&five).unwrap();
        folder.remember(&five).unwrap();
        for wrong in [memory(&mut signer, 1, 4), memory(&mut signer, 2, 5)] {
            assert!(matches!(folder.remember(&wrong), Err(FolderError::WouldGoBack(_))));
        }
        assert_eq!(folder.memory().unwrap(), Some(five));
        let nine = memory(&mut signer, 1, 9);
        folder.remember(&nine).unwrap();
        drop(folder);
        let folder = LogFolder::open(&place.path().join("deep/log")).unwrap();
        assert_eq!(folder.memory().unwrap(), Some(nine));
    }

    #[test]
    fn a_memory_that_had_begun_and_is_gone_is_told_and_beginning_anew_forgets_nothing() {
        let (place, mut signer) = (tempfile::tempdir().unwrap(), Signer::of_a_test(HUB));
        let folder = LogFolder::open(place.path()).unwrap();
        assert!(matches!(folder.begun_memory(), Err(FolderError::Lost(_))));
        folder.begin().unwrap();
        assert_eq!((folder.memory().unwrap(), folder.begun_memory().unwrap()), (None, None));
        let known = memory(&mut signer, 1, 5);
        folder.remember(&known).unwrap();
        folder.begin().unwrap();
        assert_eq!(folder.begun_memory().unwrap(), Some(known));
        fs::remove_file(place.path().join(MEMORY)).unwrap();
        assert!(matches!(folder.begun_memory(), Err(FolderError::Lost(_))));
    }

    #[test]
    fn a_folder_is_of_one_process_and_a_damaged_one_is_told() {
        let (place, mut signer) = (tempfile::tempdir().unwrap(), Signer::of_a_test(HUB));
        let folder = LogFolder::open(place.path()).unwrap();
        assert!(matches!(LogFolder::open(place.path()), Err(FolderError::InUse(_))));
        folder.remember(&memory(&mut signer, 1, 5)).unwrap();
        let path = place.path().join(MEMORY);
        let good = fs::read_to_string(&path).unwrap();
        let other: HubKey = Signer::of_a_test(HUB).key().clone();
        for wrong in [
            good.replacen("\\n5\\n", "\\n6\\n", 1),
            good.replace(&signer.key().to_string(), &other.to_string()),
            good.replace("memory/1", "memory/2"),
            good.split_at(good.len() / 2).0.to_owned(),
            good.lines()
                .filter(|line| !line.contains("checkpoint"))
                .collect::<String>(),
            String::new(),
        ] {
            assert_ne!(wrong, good);
            fs::write(&path, wrong).unwrap();
            assert!(matches!(folder.memory(), Err(FolderError::Damaged(_))));
        }
    }

    #[test]
    fn the_first_evidence_stays_and_acknowledging_it_forgets_nothing() {
        let (place, mut signer) = (tempfile::tempdir().unwrap(), Signer::of_a_test(HUB));
        let folder = LogFolder::open(place.path()).unwrap();
        let known = memory(&mut signer, 1, 5);
        folder.remember(&known).unwrap();
        let first = alarm(&known);
        let kept = folder.raise(&first, Timestamp::from_micros(1)).unwrap();
        let second = Alarm {
            split: Split::Shorter,
            ..first
        };
        assert_eq!(folder.raise(&second, Timestamp::from_micros(2)).unwrap(), kept);
        let told = fs::read_to_string(kept.join("alarm.json")).unwrap();
        assert!(told.contains("TWO_ROOTS") && told.contains("1 bytes"), "{told}");
        assert_eq!(LogFolder::alarm_in(place.path()), Some(kept));
        let acknowledged = folder.acknowledge(Timestamp::from_micros(3)).unwrap().unwrap();
        assert_eq!(fs::read_to_string(acknowledged.join("alarm.json")).unwrap(), told);
        assert_eq!((folder.alarm(), folder.memory().unwrap()), (None, Some(known)));
        assert_eq!(folder.acknowledge(Timestamp::from_micros(4)).unwrap(), None);
    }
}
