//! The folder.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use tokio::fs::File;

use super::draft::Draft;
use crate::domain::ids::DocumentId;
use crate::domain::time::Timestamp;

/// What the names of unfinished files begin with.
pub(super) const UNFINISHED: &str = "unfinished-";
/// The file that shows that the folder can be written.
const PROBE: &str = ".writable";
/// A file that is unfinished for so long was left by a crash. No upload takes a day.
const LEFT_AFTER: Duration = Duration::from_hours(24);

/// Why the folder cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderFault {
    /// It is not there and cannot be made.
    NotMade,
    /// The path is something else than a folder.
    NotAFolder,
    /// Files in it cannot be written.
    NotWritable,
}

/// The folder with the bytes of all documents. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Folder(Arc<Path>);

impl Folder {
    /// Opens the folder at `path` and makes it if it is missing (for its owner alone), finds out whether files can be
    /// written and fsynced there, and removes what a crash left unfinished more than a day before `now`.
    ///
    /// # Errors
    /// What is wrong with the folder, and what the operating system said.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, (FolderFault, io::Error)> {
        if path.exists() && !path.is_dir() {
            return Err((FolderFault::NotAFolder, io::ErrorKind::NotADirectory.into()));
        }
        if !path.is_dir() {
            make(path).map_err(|error| (FolderFault::NotMade, error))?;
        }
        probe(path).map_err(|error| (FolderFault::NotWritable, error))?;
        let folder = Self(path.into());
        folder.sweep(now).map_err(|error| (FolderFault::NotWritable, error))?;
        Ok(folder)
    }

    /// Finds out whether the folder at `path`, which is there, can be used.
    ///
    /// # Errors
    /// As [`Folder::open`].
    pub fn check(path: &Path) -> Result<(), (FolderFault, io::Error)> {
        if !path.is_dir() {
            return Err((FolderFault::NotAFolder, io::ErrorKind::NotADirectory.into()));
        }
        probe(path).map_err(|error| (FolderFault::NotWritable, error))
    }

    /// Finds out whether it can still be written.
    ///
    /// # Errors
    /// As [`Folder::open`].
    pub async fn check_again(&self) -> Result<(), (FolderFault, io::Error)> {
        let folder = self.clone();
        let checked = tokio::task::spawn_blocking(move || Self::check(&folder.0)).await;
        checked.unwrap_or_else(|error| Err((FolderFault::NotWritable, io::Error::other(error))))
    }

    /// The folder at `path` for reading alone: nothing in it is made, tried or removed.
    pub fn for_reading(path: &Path) -> Self {
        Self(path.into())
    }

    /// The names of all that stands in the folder as a document: what is unfinished is left out.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&*self.0)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !name.starts_with(UNFINISHED) && name != PROBE {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// Removes what a killed process left of a document, for one who knows that nobody else writes it.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn forget_unfinished(&self, id: &DocumentId) -> io::Result<()> {
        let left = self.0.join(format!("{UNFINISHED}{id}"));
        tokio::fs::remove_file(left).await.or_else(gone_already)
    }

    /// Begins to write the bytes of a new document.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn create(&self, id: &DocumentId) -> io::Result<Draft> {
        let temporary = self.0.join(format!("{UNFINISHED}{id}"));
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temporary)
            .await?;
        Ok(Draft::new(self.clone(), id.clone(), temporary, file))
    }

    /// Opens the bytes of a document for reading; gives their number too.
    ///
    /// # Errors
    /// What the operating system says, `NotFound` if the file is missing.
    pub async fn read(&self, id: &DocumentId) -> io::Result<(File, u64)> {
        let file = File::open(self.path_of(id)).await?;
        let size = file.metadata().await?.len();
        Ok((file, size))
    }

    /// Removes the bytes of a document that was not accepted.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn remove(&self, id: &DocumentId) -> io::Result<()> {
        tokio::fs::remove_file(self.path_of(id)).await
    }

    pub(super) fn path_of(&self, id: &DocumentId) -> PathBuf {
        self.0.join(id.as_str())
    }

    /// Makes names in the folder durable.
    pub(super) async fn sync(&self) -> io::Result<()> {
        File::open(&*self.0).await?.sync_all().await
    }

    /// Removes what a crash left. Another hub may be writing to the same folder, so fresh files are let be.
    fn sweep(&self, now: Timestamp) -> io::Result<()> {
        let now = Duration::from_micros(u64::try_from(now.micros()).unwrap_or(0));
        for entry in fs::read_dir(&*self.0)? {
            let entry = entry?;
            let is_unfinished = entry
                .file_name()
                .to_str()
                .is_some_and(|name| name.starts_with(UNFINISHED));
            if !is_unfinished {
                continue;
            }
            let modified = entry.metadata().and_then(|metadata| metadata.modified());
            let age = modified.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            if age.is_some_and(|modified| now.saturating_sub(modified) > LEFT_AFTER) {
                fs::remove_file(entry.path()).or_else(gone_already)?;
            }
        }
        Ok(())
    }
}

/// Makes the folder, and its name durable.
fn make(path: &Path) -> io::Result<()> {
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

fn gone_already(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound {
        Ok(())
    } else {
        Err(error)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::domain::ids::IdSource;

    struct Zeros;

    impl IdSource for Zeros {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }

    fn id() -> DocumentId {
        DocumentId::generate(&Zeros, Timestamp::from_micros(1))
    }

    #[test]
    fn a_missing_folder_is_made_for_its_owner_alone_and_left_empty() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/documents");
        Folder::open(&path, Timestamp::from_micros(0)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
    }

    #[test]
    fn a_path_that_is_no_folder_or_cannot_be_made_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("file");
        fs::write(&file, "x").unwrap();
        let fault = |path: &Path| Folder::open(path, Timestamp::from_micros(0)).unwrap_err().0;
        assert_eq!(fault(&file), FolderFault::NotAFolder);
        assert_eq!(fault(&file.join("below")), FolderFault::NotMade);
    }

    #[tokio::test]
    async fn what_a_crash_left_goes_after_a_day_and_documents_stay() {
        let parent = tempfile::tempdir().unwrap();
        let left = parent.path().join(format!("{UNFINISHED}{}", id()));
        let kept = parent.path().join(id().as_str());
        fs::write(&left, "x").unwrap();
        fs::write(&kept, "x").unwrap();
        let modified = fs::metadata(&left).unwrap().modified().unwrap();
        let modified = modified.duration_since(UNIX_EPOCH).unwrap();
        let modified = Timestamp::from_micros(i64::try_from(modified.as_micros()).unwrap());
        Folder::open(parent.path(), modified.plus_hours(23)).unwrap();
        assert!(left.exists());
        let folder = Folder::open(parent.path(), modified.plus_hours(25)).unwrap();
        assert!(!left.exists() && kept.exists());
        assert_eq!(folder.read(&id()).await.unwrap().1, 1);
    }

    #[tokio::test]
    async fn a_missing_document_says_so() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(parent.path(), Timestamp::from_micros(0)).unwrap();
        let error = folder.read(&id()).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
