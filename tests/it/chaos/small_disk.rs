//! A small file system that a test may fill (`scripts/small_disk.sh` makes it).

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::harness::database::{setting, skipped};

/// Where it is mounted.
const PLACE: &str = "LIENTHONG_SMALL_DISK";

/// One test at a time fills it.
static TAKEN: Mutex<()> = Mutex::new(());

/// The disk, for one test alone. Dropping it makes room again.
pub(crate) struct SmallDisk {
    pub(crate) path: PathBuf,
    _taken: MutexGuard<'static, ()>,
}

impl SmallDisk {
    /// Takes the disk; says loudly that `what` is left out, if there is none.
    pub(crate) fn take(what: &str) -> Option<Self> {
        let Some(path) = setting(PLACE) else {
            skipped(&format!(
                "{what} on a full disk, because {PLACE} is not set (make test sets it where it may mount a small file system)"
            ));
            return None;
        };
        Some(Self {
            path: path.into(),
            _taken: TAKEN.lock().unwrap_or_else(PoisonError::into_inner),
        })
    }

    fn filler(&self) -> PathBuf {
        self.path.join("filler")
    }

    /// Fills it but for about `but` bytes.
    pub(crate) fn fill(&self, but: u64) {
        let mut filler = File::create(self.filler()).expect("a file");
        for size in [1 << 20, 4_096] {
            let piece = vec![0x5a; size];
            while filler.write_all(&piece).and_then(|()| filler.sync_data()).is_ok() {}
        }
        let length = filler.metadata().expect("its size").len();
        filler.set_len(length.saturating_sub(but)).expect("shorter");
        filler.sync_all().expect("on the disk");
    }

    /// Makes room again.
    pub(crate) fn make_room(&self) {
        std::fs::remove_file(self.filler()).expect("a filler");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(std::fs::remove_file(self.filler()));
    }
}
