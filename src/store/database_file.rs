//! The file of a SQLite database: which one is meant, and that one process alone has it.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::ConnectError;

/// Why a path is no database file that the hub may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// There is none, and the command may not make one.
    #[error("there is no such file")]
    Missing,
    /// The folder it should be in is not there.
    #[error("its folder does not exist")]
    NoFolder,
    /// It is a folder or a device.
    #[error("it is not a file")]
    NotAFile,
    /// It has several names (hard links): the lock and the journal would be beside one of them only.
    #[error("the file has several names (hard links); keep one")]
    SeveralNames,
    /// It cannot be written.
    #[error("the file cannot be written")]
    ReadOnly,
}

/// The file that `path` means, with symbolic links followed; it may not be there yet.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, ConnectError> {
    let fault = |fault| {
        Err(ConnectError::File {
            path: path.to_owned(),
            fault,
        })
    };
    let unusable = |source| ConnectError::Lock {
        path: path.to_owned(),
        source,
    };
    match path.canonicalize() {
        Ok(real) => {
            let metadata = fs::metadata(&real).map_err(unusable)?;
            if !metadata.is_file() {
                return fault(FileFault::NotAFile);
            }
            if metadata.nlink() > 1 {
                return fault(FileFault::SeveralNames);
            }
            Ok(real)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // A symbolic link to nothing.
            if path.is_symlink() {
                return fault(FileFault::Missing);
            }
            let Some(name) = path.file_name() else {
                return fault(FileFault::NotAFile);
            };
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            match folder.unwrap_or_else(|| Path::new(".")).canonicalize() {
                Ok(folder) => Ok(folder.join(name)),
                Err(error) if error.kind() == ErrorKind::NotFound => fault(FileFault::NoFolder),
                Err(error) => Err(unusable(error)),
            }
        }
        Err(error) => Err(unusable(error)),
    }
}

/// Takes the lock beside the file.
pub(super) fn lock(path: &Path) -> Result<File, ConnectError> {
    let real = resolve(path)?;
    let mut lock_path = real.clone().into_os_string();
    lock_path.push(".lock");
    let lock_path = PathBuf::from(lock_path);
    let unusable = |source| ConnectError::Lock {
        path: lock_path.clone(),
        source,
    };
    let file = File::create(&lock_path).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return Err(ConnectError::InUse(path.to_owned())),
        Err(fs::TryLockError::Error(source)) => return Err(unusable(source)),
    }
    // SQLite itself would open the file all the same and fail at the first write.
    match File::options().write(true).open(&real) {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
            ) =>
        {
            Err(ConnectError::File {
                path: path.to_owned(),
                fault: FileFault::ReadOnly,
            })
        }
        _ => Ok(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault<T: std::fmt::Debug>(outcome: Result<T, ConnectError>) -> FileFault {
        match outcome {
            Err(ConnectError::File { fault, .. }) => fault,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_symbolic_link_leads_to_the_same_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("hub.db"), folder.path().join("other.db"));
        fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let held = lock(&file).unwrap();
        assert!(matches!(lock(&link), Err(ConnectError::InUse(_))));
        drop(held);
        lock(&link).unwrap();
    }

    #[test]
    fn what_is_no_single_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        assert_eq!(fault(lock(folder.path())), FileFault::NotAFile);
        assert_eq!(fault(lock(&path("none/hub.db"))), FileFault::NoFolder);
        fs::write(path("hub.db"), "").unwrap();
        fs::hard_link(path("hub.db"), path("twin.db")).unwrap();
        assert_eq!(fault(lock(&path("hub.db"))), FileFault::SeveralNames);
        std::os::unix::fs::symlink(path("nowhere"), path("link.db")).unwrap();
        assert_eq!(fault(lock(&path("link.db"))), FileFault::Missing);
        assert!(!path("hub.db.lock").exists());
    }
}
