//! Uploads that are not whole yet: one file for each, named by who uploads what, so that the same upload finds its file
//! again, after a break or a restart, on any hub that has the same folder. Nothing here is a document yet: what is lost
//! is only sent again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::disk::free_space;
use super::draft::Draft;
use super::folder::{Folder, make};
use super::header::received;
use super::spool_file::{forget, look, open};
use super::upload_name::UploadName;
use crate::domain::ids::IdSource;
use crate::domain::time::Timestamp;
use crate::sealing::MasterKeys;

/// Uploads that are read again at a time.
const READING: usize = 2;

/// Why an upload cannot begin or go on.
#[derive(Debug)]
pub enum BeginFault {
    /// It goes on already, in another call.
    Busy,
    /// The bytes do not go on where it stopped.
    Offset {
        /// How many bytes there are.
        received: u64,
    },
    /// The agency has as much unfinished as it may have.
    TooMuch,
    /// The disk would be too full.
    NoRoom,
    /// What the operating system says.
    Io(io::Error),
}

/// What an upload may take up.
#[derive(Debug, Clone, Copy)]
pub struct UploadSpace {
    /// How many bytes it is to have in all.
    pub size: u64,
    /// Most unfinished uploads of its agency.
    pub uploads: usize,
    /// Most bytes of unfinished uploads of its agency, this one counted whole.
    pub bytes: u64,
}

/// What makes and wraps the keys of uploads. Cheap to clone.
#[derive(Clone)]
pub struct UploadKeys {
    /// What keys are wrapped by in the file of an unfinished upload.
    pub masters: Arc<MasterKeys>,
    /// Where new keys come from.
    pub ids: Arc<dyn IdSource>,
}

impl std::fmt::Debug for UploadKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UploadKeys").finish_non_exhaustive()
    }
}

impl From<io::Error> for BeginFault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The folder of unfinished uploads. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: Arc<Path>,
    /// Turns for reading what came before.
    reading: Arc<Semaphore>,
}

impl Spool {
    /// The folder at `path`, made if it is missing.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if !path.is_dir() {
            make(path)?;
        }
        Ok(Self::at(path))
    }

    /// The folder at `path`, for looking.
    pub(super) fn at(path: &Path) -> Self {
        Self {
            folder: path.into(),
            reading: Arc::new(Semaphore::new(READING)),
        }
    }

    pub(super) fn as_folder(&self) -> Folder {
        Folder::at(&self.folder)
    }

    /// Begins an upload, or goes on with it at `offset`, which is the number of bytes that there are; 0 begins anew, with a
    /// new key.
    ///
    /// # Errors
    /// [`BeginFault`]; what there is stays, unless it is damaged.
    pub async fn begin(
        &self,
        name: &UploadName,
        offset: u64,
        space: UploadSpace,
        keys: &UploadKeys,
    ) -> Result<Draft, BeginFault> {
        // What is read again to go on is read by few at a time.
        let turn = Arc::clone(&self.reading)
            .acquire_owned()
            .await
            .map_err(io::Error::other)?;
        let (path, folder) = (self.path_of(name), Arc::clone(&self.folder));
        let (name, keys) = (name.clone(), keys.clone());
        let begun = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            if offset > space.size {
                let received = look(&path, &name, space.size, &keys)?;
                return Err(BeginFault::Offset {
                    received: received.map_or(0, |(bytes, _)| bytes),
                });
            }
            let taken = taken(&folder, &name)?;
            if taken.uploads >= space.uploads || taken.bytes.saturating_add(space.size) > space.bytes {
                return Err(BeginFault::TooMuch);
            }
            let disk = free_space(&folder)?;
            if disk.free < disk.reserve().saturating_add(space.size - offset) {
                return Err(BeginFault::NoRoom);
            }
            // Made here, so that it goes again with a caller that has gone.
            open(&path, &name, offset, space.size, &keys)
        });
        begun.await.map_err(io::Error::other)?
    }

    /// How many of `size` bytes of an upload there are, and since when nothing came; `None` if there is nothing of it that can
    /// be gone on with here.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn received(
        &self,
        name: &UploadName,
        size: u64,
        keys: &UploadKeys,
    ) -> io::Result<Option<(u64, Timestamp)>> {
        let (path, name, keys) = (self.path_of(name), name.clone(), keys.clone());
        let looked = tokio::task::spawn_blocking(move || look(&path, &name, size, &keys));
        looked.await.map_err(io::Error::other)?
    }

    /// Forgets the uploads to which nothing was added since `before`; gives how many.
    ///
    /// # Errors
    /// What the operating system says of the folder. A file that cannot be removed is told in the log and left.
    pub async fn expire(&self, before: Timestamp) -> io::Result<u64> {
        let folder = Arc::clone(&self.folder);
        let expired = tokio::task::spawn_blocking(move || {
            let mut count = 0;
            for entry in fs::read_dir(&*folder)? {
                match entry.and_then(|entry| forget(&entry.path(), before)) {
                    Ok(is_forgotten) => count += u64::from(is_forgotten),
                    Err(error) => tracing::warn!(%error, "upload.unfinished.left"),
                }
            }
            Ok(count)
        });
        expired.await.map_err(io::Error::other)?
    }

    pub(super) fn path_of(&self, name: &UploadName) -> PathBuf {
        self.folder.join(&name.name)
    }
}

/// What an agency has unfinished.
#[derive(Debug, Default)]
struct Taken {
    uploads: usize,
    bytes: u64,
}

/// What the agency of `name` has unfinished besides it.
fn taken(folder: &Path, name: &UploadName) -> io::Result<Taken> {
    let mut taken = Taken::default();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let file = entry.file_name();
        let of_agency = file.to_str().and_then(|file| file.split_once('-'));
        if of_agency.is_some_and(|(of, _)| of == name.agency) && file.to_str() != Some(name.name.as_str()) {
            taken.uploads += 1;
            taken.bytes += entry
                .metadata()
                .map_or(0, |metadata| received(metadata.len(), u64::MAX));
        }
    }
    Ok(taken)
}
