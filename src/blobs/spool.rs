//! Uploads that are not whole yet: one file for each, named by who uploads what, so that the same upload finds its file
//! again, after a break or a restart, on any hub that has the same folder. Nothing here is a document yet: what is lost
//! is only sent again.

use std::fs;
use std::io::{self, Read as _, Seek as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::{FlockOperation, flock};
use tokio::fs::File;
use tokio::sync::Semaphore;

use super::disk::free_space;
use super::draft::{Draft, Seen};
use super::folder::{Folder, gone_already, make};
use crate::domain::ids::{AgencyCode, IdempotencyKey};
use crate::domain::time::Timestamp;
use crate::evidence::Digest;
use crate::evidence::digest::{hex, sha256};

/// Bytes that are read at a time of what came before.
const PIECE: usize = 256 * 1024;
/// Uploads that are read again at a time.
const READING: usize = 2;

/// The name of an unfinished upload: digests of its agency and of all that makes it this upload.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UploadName {
    agency: String,
    name: String,
    /// Whether it is named so that it can be found again.
    is_lasting: bool,
}

impl UploadName {
    /// The upload of `agency` under `key` with a header of this digest. Another header under the same key is another
    /// upload, until one of them is accepted.
    pub fn new(agency: &AgencyCode, key: &IdempotencyKey, header: &Digest) -> Self {
        let identity = format!("{agency}\n{key}\n{}", hex(header));
        let mut agency = hex(&sha256(agency.as_str().as_bytes()));
        agency.truncate(16);
        let name = format!("{agency}-{}", hex(&sha256(identity.as_bytes())));
        Self {
            agency,
            name,
            is_lasting: true,
        }
    }

    /// The same upload beside itself, while another call has it. It cannot be gone on with. `mark` is random.
    #[must_use]
    pub fn apart(self, mark: [u8; 8]) -> Self {
        let mark = u64::from_be_bytes(mark);
        Self {
            name: format!("{}.{mark:016x}", self.name),
            is_lasting: false,
            ..self
        }
    }

    /// For bytes that come from elsewhere than an agency.
    pub fn local(name: &str) -> Self {
        Self {
            agency: "local".to_owned(),
            name: format!("local-{name}"),
            is_lasting: true,
        }
    }
}

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

impl UploadSpace {
    /// Without a limit, for bytes that come from elsewhere than an agency.
    pub fn unlimited(size: u64) -> Self {
        Self {
            size,
            uploads: usize::MAX,
            bytes: u64::MAX,
        }
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

    /// Begins an upload, or goes on with it at `offset`, which is the number of bytes that there are; 0 begins anew.
    ///
    /// # Errors
    /// [`BeginFault`]; what there is stays.
    pub async fn begin(&self, name: &UploadName, offset: u64, space: UploadSpace) -> Result<Draft, BeginFault> {
        // What is read again to go on is read by few at a time.
        let turn = Arc::clone(&self.reading)
            .acquire_owned()
            .await
            .map_err(io::Error::other)?;
        let (path, folder, name) = (self.path_of(name), Arc::clone(&self.folder), name.clone());
        let begun = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            if offset > space.size {
                let received = fs::metadata(&path).map_or(0, |metadata| metadata.len());
                return Err(BeginFault::Offset { received });
            }
            let taken = taken(&folder, &name)?;
            if taken.uploads >= space.uploads || taken.bytes.saturating_add(space.size) > space.bytes {
                return Err(BeginFault::TooMuch);
            }
            let disk = free_space(&folder)?;
            if disk.free < disk.reserve().saturating_add(space.size - offset) {
                return Err(BeginFault::NoRoom);
            }
            let (file, seen) = open(&path, offset)?;
            // Made here, so that it goes again with a caller that has gone.
            Ok(Draft::new(path, File::from_std(file), seen, name.is_lasting))
        });
        begun.await.map_err(io::Error::other)?
    }

    /// How many bytes of an upload there are, and since when nothing came; `None` if there is nothing of it.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn received(&self, name: &UploadName) -> io::Result<Option<(u64, Timestamp)>> {
        match tokio::fs::metadata(self.path_of(name)).await {
            Ok(metadata) => Ok(Some((metadata.len(), modified(&metadata)?))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
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

    fn path_of(&self, name: &UploadName) -> PathBuf {
        self.folder.join(&name.name)
    }
}

fn modified(metadata: &fs::Metadata) -> io::Result<Timestamp> {
    let since = metadata
        .modified()?
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    Ok(Timestamp::from_micros(
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
    ))
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
            taken.bytes += entry.metadata().map_or(0, |metadata| metadata.len());
        }
    }
    Ok(taken)
}

/// Removes the file of an upload if nothing was added since `before` and nobody writes to it; the lock is held until it
/// is gone, so that nobody begins to.
fn forget(path: &Path, before: Timestamp) -> io::Result<bool> {
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
fn open(path: &Path, offset: u64) -> Result<(fs::File, Seen), BeginFault> {
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
pub(super) fn is_still_at(path: &Path, file: &fs::File) -> io::Result<bool> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::digest::sha256;

    fn spool() -> (tempfile::TempDir, Spool, UploadName) {
        let place = tempfile::tempdir().unwrap();
        let spool = Spool::open(&place.path().join("unfinished")).unwrap();
        (place, spool, UploadName::local("one"))
    }

    fn space(uploads: usize) -> UploadSpace {
        UploadSpace {
            uploads,
            ..UploadSpace::unlimited(2_000_000)
        }
    }

    async fn received(spool: &Spool, name: &UploadName) -> Option<u64> {
        spool.received(name).await.unwrap().map(|(bytes, _)| bytes)
    }

    /// Waits until the last write of a dropped draft is through.
    async fn begun(spool: &Spool, name: &UploadName, offset: u64) -> Draft {
        loop {
            match spool.begin(name, offset, space(10)).await {
                Err(BeginFault::Busy) => tokio::task::yield_now().await,
                other => return other.unwrap(),
            }
        }
    }

    #[tokio::test]
    async fn an_upload_goes_on_where_it_stopped_and_knows_all_its_bytes() {
        let (_place, spool, name) = spool();
        let content: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut at = 0;
        for piece in content.chunks(400_000) {
            let mut draft = begun(&spool, &name, u64::try_from(at).unwrap()).await;
            for bytes in piece.chunks(77_777) {
                draft.write(bytes).await.unwrap();
            }
            at += piece.len();
            assert_eq!(draft.sha256(), sha256(&content[..at]), "after {at}");
            assert_eq!(draft.head(), &content[..HEAD]);
            draft.sync().await.unwrap();
        }
        assert_eq!(received(&spool, &name).await, Some(1_200_000));
    }

    const HEAD: usize = crate::domain::magic::HEAD_BYTES;

    #[tokio::test]
    async fn it_goes_on_nowhere_else_and_an_offset_of_nothing_begins_anew() {
        let (_place, spool, name) = spool();
        for offset in [1, 5] {
            let refused = spool.begin(&name, offset, space(10)).await.unwrap_err();
            assert!(matches!(refused, BeginFault::Offset { received: 0 }), "{refused:?}");
        }
        let mut draft = begun(&spool, &name, 0).await;
        draft.write(b"12345").await.unwrap();
        draft.sync().await.unwrap();
        let refused = spool.begin(&name, 5, space(10)).await.unwrap_err();
        assert!(matches!(refused, BeginFault::Busy), "{refused:?}");
        drop(draft);
        for offset in [4, 6] {
            let refused = spool.begin(&name, offset, space(10)).await.unwrap_err();
            assert!(matches!(refused, BeginFault::Offset { received: 5 }), "{refused:?}");
        }
        assert_eq!(begun(&spool, &name, 5).await.size(), 5);
        let anew = begun(&spool, &name, 0).await;
        assert_eq!((anew.size(), anew.sha256()), (0, sha256(b"")));
        drop(anew);
        assert_eq!(received(&spool, &name).await, None, "nothing is kept of nothing");
    }

    #[tokio::test]
    async fn what_goes_beside_an_upload_does_not_touch_it_and_leaves_nothing() {
        let (place, spool, name) = spool();
        let mut first = begun(&spool, &name, 0).await;
        first.write(b"first").await.unwrap();
        first.sync().await.unwrap();
        let mut second = begun(&spool, &name.clone().apart([7; 8]), 0).await;
        second.write(b"second").await.unwrap();
        second.sync().await.unwrap();
        drop((first, second));
        assert_eq!(received(&spool, &name).await, Some(5));
        assert_eq!(fs::read_dir(place.path().join("unfinished")).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn an_agency_has_so_many_and_no_more() {
        let (_place, spool, name) = spool();
        let mut first = begun(&spool, &name, 0).await;
        first.write(b"x").await.unwrap();
        let refused = spool.begin(&UploadName::local("two"), 0, space(1)).await.unwrap_err();
        assert!(matches!(refused, BeginFault::TooMuch), "{refused:?}");
        let other = AgencyCode::parse("B").unwrap();
        let key = IdempotencyKey::parse("upload-0001").unwrap();
        spool
            .begin(&UploadName::new(&other, &key, &[0; 32]), 0, space(1))
            .await
            .unwrap();
        let few_bytes = UploadSpace {
            bytes: 2_000_000,
            ..space(10)
        };
        let refused = spool.begin(&UploadName::local("two"), 0, few_bytes).await.unwrap_err();
        assert!(matches!(refused, BeginFault::TooMuch), "{refused:?}");
        let huge = UploadSpace::unlimited(u64::MAX / 2);
        let refused = spool.begin(&UploadName::local("two"), 0, huge).await.unwrap_err();
        assert!(matches!(refused, BeginFault::NoRoom), "{refused:?}");
        first.discard().await.unwrap();
        spool.begin(&UploadName::local("two"), 0, space(1)).await.unwrap();
    }

    #[tokio::test]
    async fn what_nobody_goes_on_with_expires_and_what_is_being_written_does_not() {
        let (place, spool, name) = spool();
        let mut idle = begun(&spool, &name, 0).await;
        idle.write(b"x").await.unwrap();
        idle.sync().await.unwrap();
        drop(idle);
        let busy_name = UploadName::local("two");
        let mut busy = begun(&spool, &busy_name, 0).await;
        busy.write(b"x").await.unwrap();
        busy.sync().await.unwrap();
        let long_ago = UNIX_EPOCH + Duration::from_secs(1_000);
        for entry in fs::read_dir(place.path().join("unfinished")).unwrap() {
            fs::File::options()
                .write(true)
                .open(entry.unwrap().path())
                .unwrap()
                .set_modified(long_ago)
                .unwrap();
        }
        let at = Timestamp::from_micros(1_000_000_000);
        assert_eq!(spool.expire(at).await.unwrap(), 0, "not older");
        assert_eq!(spool.expire(at.plus_micros(1)).await.unwrap(), 1);
        assert_eq!(received(&spool, &name).await, None);
        assert_eq!(received(&spool, &busy_name).await, Some(1));
    }

    #[test]
    fn each_agency_key_and_header_is_an_upload_of_its_own() {
        let agency = |code| AgencyCode::parse(code).unwrap();
        let key = |key| IdempotencyKey::parse(key).unwrap();
        let names = [
            UploadName::new(&agency("A"), &key("upload-1"), &[0; 32]),
            UploadName::new(&agency("B"), &key("upload-1"), &[0; 32]),
            UploadName::new(&agency("A"), &key("upload-2"), &[0; 32]),
            UploadName::new(&agency("A"), &key("upload-1"), &[1; 32]),
        ];
        for (place, name) in names.iter().enumerate() {
            assert_eq!(names.iter().position(|other| other == name), Some(place));
        }
    }
}
