//! Documents as files of a folder.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{CWD, RenameFlags};
use rustix::io::Errno;
use tokio::fs::{File, OpenOptions};

use super::disk::free_space;
use super::place::BlobFault;
use crate::domain::ids::DocumentId;

/// What shows that the place can be written.
pub(super) const PROBE: &str = ".writable";
/// What says how far the log had come whose documents these are.
pub(super) const MARK: &str = ".log-head";

/// The folder. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Folder(Arc<Path>);

impl Folder {
    /// Opens the folder at `path` and makes it if it is missing (for its owner alone); finds out whether files can be
    /// written and fsynced there.
    pub(super) fn open(path: &Path) -> Result<Self, (BlobFault, io::Error)> {
        if !path.exists() {
            make(path).map_err(|error| (BlobFault::NotMade, error))?;
        }
        check(path)?;
        Ok(Self::at(path))
    }

    /// The folder at `path` for reading alone: nothing in it is made, tried or removed.
    pub(super) fn at(path: &Path) -> Self {
        Self(path.into())
    }

    /// Finds out whether it can still be written.
    pub(super) async fn check(&self) -> Result<(), (BlobFault, io::Error)> {
        let folder = self.clone();
        let checked = tokio::task::spawn_blocking(move || check(&folder.0)).await;
        checked.unwrap_or_else(|error| Err((BlobFault::NotWritable, io::Error::other(error))))
    }

    /// Takes a whole, fsynced file in as a document. `is_it` says whether what has the name now is that file.
    pub(super) async fn take(
        &self,
        file: &Path,
        id: &DocumentId,
        is_it: impl Fn(&Path) -> io::Result<bool>,
    ) -> io::Result<()> {
        let path = self.path_of(id);
        tokio::fs::rename(file, &path).await?;
        let taken = match is_it(&path) {
            Ok(true) => self.sync().await,
            Ok(false) => Err(io::Error::other("another file had the name of the upload")),
            Err(error) => Err(error),
        };
        if let Err(error) = taken {
            drop(self.give_back(id, file).await);
            return Err(error);
        }
        Ok(())
    }

    /// Makes a document a mere file again, or removes it if the file's name is taken by then.
    pub(super) async fn give_back(&self, id: &DocumentId, file: &Path) -> io::Result<()> {
        let path = self.path_of(id);
        let back = rustix::fs::renameat_with(CWD, &path, CWD, file, RenameFlags::NOREPLACE);
        match back {
            Err(Errno::EXIST) => self.remove(id).await,
            other => Ok(other?),
        }
    }

    /// Takes in the `length` bytes of a file that stays where it is, by way of `draft`.
    pub(super) async fn bring(&self, from: &mut File, length: u64, draft: &Path, id: &DocumentId) -> io::Result<()> {
        let disk = free_space(&self.0)?;
        if disk.free < disk.reserve().saturating_add(length) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(draft)
            .await?;
        tokio::io::copy(from, &mut file).await?;
        file.sync_all().await?;
        self.take(draft, id, |_| Ok(true)).await
    }

    /// `NotFound` if it is missing.
    pub(super) async fn read(&self, id: &DocumentId) -> io::Result<(File, u64)> {
        let file = File::open(self.path_of(id)).await?;
        let size = file.metadata().await?.len();
        Ok((file, size))
    }

    pub(super) async fn remove(&self, id: &DocumentId) -> io::Result<()> {
        tokio::fs::remove_file(self.path_of(id)).await.or_else(gone_already)
    }

    /// A small file that is no document.
    pub(super) async fn small(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match tokio::fs::read(self.0.join(name)).await {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn put_small(&self, name: &str, content: Vec<u8>) -> io::Result<()> {
        let draft = self.0.join(format!("{name}.new"));
        tokio::fs::write(&draft, content).await?;
        File::open(&draft).await?.sync_all().await?;
        tokio::fs::rename(&draft, self.0.join(name)).await?;
        self.sync().await
    }

    /// The files of the folder.
    pub(super) async fn list(&self) -> io::Result<tokio::fs::ReadDir> {
        tokio::fs::read_dir(&*self.0).await
    }

    pub(super) fn path_of(&self, id: &DocumentId) -> PathBuf {
        self.0.join(id.as_str())
    }

    /// Makes names in the folder durable.
    async fn sync(&self) -> io::Result<()> {
        File::open(&*self.0).await?.sync_all().await
    }
}

/// Whether what bears this name is somebody's, and none of the hub's own marks.
pub(super) fn is_kept(name: &str) -> bool {
    !name.starts_with('.')
}

/// Finds out whether the folder at `path`, which is there, can be used.
pub(super) fn check(path: &Path) -> Result<(), (BlobFault, io::Error)> {
    if !path.is_dir() {
        return Err((BlobFault::NotAFolder, io::ErrorKind::NotADirectory.into()));
    }
    probe(path).map_err(|error| (BlobFault::NotWritable, error))
}

/// Makes a folder for its owner alone, and its name durable.
pub(super) fn make(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    fs::File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

/// Finds out whether files can be written, made durable and removed.
fn probe(path: &Path) -> io::Result<()> {
    let probe = path.join(PROBE);
    let written = write_some(&probe).and_then(|()| fs::File::open(path)?.sync_all());
    // Another hub may have tried at the same moment.
    let removed = fs::remove_file(&probe).or_else(gone_already);
    written.and(removed)
}

/// A whole block: a name alone goes onto a full disk too.
fn write_some(path: &Path) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(&[0; 4_096])?;
    file.sync_all()
}

pub(super) fn gone_already(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound {
        Ok(())
    } else {
        Err(error)
    }
}
