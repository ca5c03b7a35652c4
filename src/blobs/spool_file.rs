//! The file of one unfinished upload: opened, locked, read again, forgotten.

use std::fs;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::{FlockOperation, flock};

use super::chunks::Chunks;
use super::draft::{Draft, Seen};
use super::folder::gone_already;
use super::header::{HEADER, Header, has_no_key, key_of, received, with_key};
use super::spool::{BeginFault, UploadKeys};
use super::upload_name::UploadName;
use crate::domain::time::Timestamp;
use crate::sealing::stream::{SEALED_CHUNK, Stream, TAG, sealed_len};
use crate::sealing::{DataKey, upload_place};

/// Bytes that are read at a time of what came before.
const PIECE: usize = 16 * SEALED_CHUNK;

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

/// How much of an upload of `size` bytes stands at `path`, and since when nothing came; nothing if it cannot be gone on
/// with. All of it, if it is becoming a document at this moment.
pub(super) fn look(
    path: &Path,
    name: &UploadName,
    size: u64,
    keys: &UploadKeys,
) -> io::Result<Option<(u64, Timestamp)>> {
    let mut file = match fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let Some(header) = read_header(&mut file)? else {
        return Ok(None);
    };
    let metadata = file.metadata()?;
    let received = received(metadata.len(), size);
    let is_becoming = has_no_key(&header) && received == size;
    if !is_becoming && key_in(&header, name, keys).is_none() {
        return Ok(None);
    }
    Ok(Some((received, modified(&metadata)?)))
}

/// Opens and locks the file of an upload that has `offset` of `size` bytes. For an offset of 0 it is a new file with a new
/// key, so that what was a document once is never written to.
pub(super) fn open(
    path: &Path,
    name: &UploadName,
    offset: u64,
    size: u64,
    keys: &UploadKeys,
) -> Result<Draft, BeginFault> {
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
        return begin(path, new, name, size, keys);
    }
    let Some(file) = file else {
        return Err(BeginFault::Offset { received: 0 });
    };
    go_on(path, file, name, offset, size, keys)
}

fn begin(
    path: &Path,
    mut file: fs::File,
    name: &UploadName,
    size: u64,
    keys: &UploadKeys,
) -> Result<Draft, BeginFault> {
    let (mut random, mut nonce) = ([0; 32], [0; 12]);
    keys.ids.fill(&mut random);
    keys.ids.fill(&mut nonce);
    let key = DataKey::new(random);
    let wrapped = keys.masters.wrap(&upload_place(&name.name), &key, nonce);
    let header = with_key(&wrapped.map_err(io::Error::other)?)?;
    file.write_all(&header)?;
    let stream = Stream::new(&key).map_err(io::Error::other)?;
    let chunks = Chunks::new(stream, size, Vec::new());
    Ok(Draft::new(
        path.to_owned(),
        file,
        (header, key),
        (chunks, Seen::default()),
        name.is_lasting,
    ))
}

/// Reads what came before.
fn go_on(
    path: &Path,
    mut file: fs::File,
    name: &UploadName,
    offset: u64,
    size: u64,
    keys: &UploadKeys,
) -> Result<Draft, BeginFault> {
    let nothing = BeginFault::Offset { received: 0 };
    let Some(header) = read_header(&mut file)? else {
        return Err(nothing);
    };
    if has_no_key(&header) {
        // Whoever made a document of it was killed half-way; its lock is free.
        fs::remove_file(path).or_else(gone_already)?;
        return Err(nothing);
    }
    let Some(key) = key_in(&header, name, keys) else {
        return Err(nothing);
    };
    let received = received(file.metadata()?.len(), size);
    if offset != received {
        return Err(BeginFault::Offset { received });
    }
    let mut stream = Stream::new(&key).map_err(io::Error::other)?;
    let Some(seen) = read_again(&mut file, &mut stream, received, size)? else {
        tracing::warn!("upload.unfinished.damaged");
        fs::remove_file(path).or_else(gone_already)?;
        return Err(nothing);
    };
    let end = file.stream_position()?;
    let mut torn = Vec::new();
    let most = u64::try_from(SEALED_CHUNK).unwrap_or(u64::MAX);
    (&mut file).take(most).read_to_end(&mut torn)?;
    file.seek(io::SeekFrom::Start(end))?;
    let chunks = Chunks::new(stream, size - received, torn);
    Ok(Draft::new(
        path.to_owned(),
        file,
        (header, key),
        (chunks, seen),
        name.is_lasting,
    ))
}

/// Reads and opens the first `received` bytes of `size`; none if they are not what was sealed.
fn read_again(file: &mut fs::File, stream: &mut Stream, received: u64, size: u64) -> io::Result<Option<Seen>> {
    let mut seen = Seen::default();
    let mut left = sealed_len(received);
    let mut piece = vec![0; PIECE];
    while left > 0 {
        let length = usize::try_from(left).map_or(PIECE, |left| left.min(PIECE));
        let part = piece.get_mut(..length).unwrap_or_default();
        file.read_exact(part)?;
        left -= u64::try_from(length).unwrap_or(u64::MAX);
        for chunk in part.chunks_mut(SEALED_CHUNK) {
            let plain = u64::try_from(chunk.len() - TAG).unwrap_or(u64::MAX);
            let Ok(plain) = stream.open(chunk, seen.size() + plain == size) else {
                return Ok(None);
            };
            seen.add(plain);
        }
    }
    Ok(Some(seen))
}

/// What the file begins with; none if it is too short to be ours.
fn read_header(file: &mut fs::File) -> io::Result<Option<Header>> {
    let mut header = [0; HEADER];
    match file.read_exact(&mut header) {
        Ok(()) => Ok(Some(header)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// The key of an unfinished upload; none if this is no header of one, or its master is not known here.
fn key_in(header: &Header, name: &UploadName, keys: &UploadKeys) -> Option<DataKey> {
    let wrapped = key_of(header)?;
    let place = upload_place(&name.name);
    let key = keys.masters.unwrap(&place, wrapped.master.as_str(), &wrapped.bytes);
    key.inspect_err(|fault| tracing::warn!(%fault, "upload.unfinished.locked"))
        .ok()
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
