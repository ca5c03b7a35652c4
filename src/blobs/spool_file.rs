//! The file of one unfinished upload: opened, locked, forgotten.

use std::fs;
use std::io::{self, Read as _, Seek as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::{FlockOperation, flock};

use super::draft::Seen;
use super::folder::gone_already;
use super::spool::BeginFault;
use crate::domain::time::Timestamp;

/// Bytes that are read at a time of what came before.
const PIECE: usize = 256 * 1024;

pub(super) fn modified(metadata: &fs::Metadata) -> io::Result<Timestamp> {
    let since = metadata
        .modified()?
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    Ok(Timestamp::from_micros(
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
    ))
}

/// Removes the file of an upload if nothing was added since `before` and nobody writes to it; the lock is held until it
/// is gone, so that nobody begins to.
pub(super) fn forget(path: &Path, before: Timestamp) -> io::Result<bool> {
    // For writing, since some file systems lock no other.
    let file = match fs::OpenOptions::new().read(true).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        other => other?,
    };
    match lock(&file) {
        Ok(()) => {}
        Err(BeginFault::Io(error)) => return Err(error),
        Err(_busy) => return Ok(false),
    }
    if modified(&file.metadata()?)? >= before || !is_still_at(path, &file)? {
        return Ok(false);
    }
    fs::remove_file(path).or_else(gone_already)?;
    Ok(true)
}

/// Opens and locks a file that has `offset` bytes. For an offset of 0 it is a new file, so that what was a document once is
/// never written to.
pub(super) fn open(path: &Path, offset: u64) -> Result<(fs::File, Seen), BeginFault> {
    let (mut options, mut file) = (fs::OpenOptions::new(), None);
    options.read(true).write(true).mode(0o600);
    match options.open(path) {
        Ok(found) => {
            lock(&found)?;
            if !is_still_at(path, &found)? {
                return Err(BeginFault::Busy);
            }
            file = Some(found);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    if offset == 0 {
        if file.is_some() {
            fs::remove_file(path).or_else(gone_already)?;
        }
        let new = match options.create_new(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(BeginFault::Busy),
            other => other?,
        };
        lock(&new)?;
        return Ok((new, Seen::default()));
    }
    let Some(mut file) = file else {
        return Err(BeginFault::Offset { received: 0 });
    };
    let received = file.metadata()?.len();
    if offset != received {
        return Err(BeginFault::Offset { received });
    }
    let mut seen = Seen::default();
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        seen.add(piece.get(..read).unwrap_or_default());
    }
    file.seek(io::SeekFrom::End(0))?;
    Ok((file, seen))
}

/// Whether `file` has this name still. Whoever held its lock may have made a document of it meanwhile, which must not be
/// touched.
fn is_still_at(path: &Path, file: &fs::File) -> io::Result<bool> {
    let opened = file.metadata()?;
    match fs::metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (opened.dev(), opened.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn lock(file: &fs::File) -> Result<(), BeginFault> {
    flock(file, FlockOperation::NonBlockingLockExclusive).map_err(|error| {
        if error == rustix::io::Errno::WOULDBLOCK {
            BeginFault::Busy
        } else {
            BeginFault::Io(error.into())
        }
    })
}
