//! Where documents stand.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::File;

use super::bucket::{Bucket, BucketAddress, BucketListing};
use super::draft::Draft;
use super::folder::{self, Folder, MARK, is_kept};
use super::reader::{Raw, Reader};
use super::spool::Spool;
use super::stored::Stored;
use super::upload_name::UploadName;
use crate::domain::ids::DocumentId;
use crate::sealing::DataKey;

/// The folder of unfinished uploads, in the folder for documents.
const UNFINISHED: &str = "unfinished";
/// Most names that a listing gives at a time.
const NAMES: usize = 500;

/// Where documents are to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentPlace {
    /// The folder: of the documents, or, with a bucket, of unfinished uploads alone.
    pub folder: PathBuf,
    /// The bucket.
    pub bucket: Option<BucketAddress>,
}

impl From<PathBuf> for DocumentPlace {
    fn from(folder: PathBuf) -> Self {
        Self { folder, bucket: None }
    }
}

/// What is told of a place: its bucket, or its folder.
impl fmt::Display for DocumentPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.bucket {
            Some(bucket) => bucket.fmt(f),
            None => self.folder.display().fmt(f),
        }
    }
}

/// Why a place cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobFault {
    /// The folder is not there and cannot be made.
    NotMade,
    /// The path is something else than a folder.
    NotAFolder,
    /// Files in it cannot be written.
    NotWritable,
    /// The bucket cannot be reached, or not be written.
    Bucket,
}

/// All documents, and the uploads that are not whole yet. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    spool: Spool,
    whole: Whole,
}

/// Where whole documents stand.
#[derive(Debug, Clone)]
pub(super) enum Whole {
    Folder(Folder),
    Bucket(Bucket),
}

impl Blobs {
    /// Opens a place: makes its folders if they are missing (for their owner alone) and finds out whether they, and the
    /// bucket, can be written.
    ///
    /// # Errors
    /// What is wrong, and what was said of it.
    pub async fn open(place: &DocumentPlace) -> Result<Self, (BlobFault, io::Error)> {
        let folder = Folder::open(&place.folder)?;
        let unfinished = place.folder.join(UNFINISHED);
        let spool = Spool::open(&unfinished).map_err(|error| (BlobFault::NotMade, error))?;
        folder::check(&unfinished)?;
        let whole = match &place.bucket {
            None => Whole::Folder(folder),
            Some(address) => {
                let bucket = Bucket::new(address).map_err(in_bucket)?;
                bucket.probe().await.map_err(in_bucket)?;
                Whole::Bucket(bucket)
            }
        };
        Ok(Self { spool, whole })
    }

    /// A place for reading alone: nothing there is made, tried or removed.
    ///
    /// # Errors
    /// What is wrong with the bucket's settings.
    pub fn for_reading(place: &DocumentPlace) -> io::Result<Self> {
        Ok(Self {
            spool: Spool::at(&place.folder.join(UNFINISHED)),
            whole: match &place.bucket {
                None => Whole::Folder(Folder::at(&place.folder)),
                Some(address) => Whole::Bucket(Bucket::new(address)?),
            },
        })
    }

    /// Finds out whether a place that is there can be used. What is not there yet is not made.
    ///
    /// # Errors
    /// As [`Blobs::open`].
    pub async fn check_place(place: &DocumentPlace) -> Result<(), (BlobFault, io::Error)> {
        if place.folder.exists() {
            folder::check(&place.folder)?;
        }
        match &place.bucket {
            None => Ok(()),
            Some(address) => Bucket::new(address)
                .map_err(in_bucket)?
                .probe()
                .await
                .map_err(in_bucket),
        }
    }

    /// Finds out whether it can still be used.
    ///
    /// # Errors
    /// As [`Blobs::open`].
    pub async fn check(&self) -> Result<(), (BlobFault, io::Error)> {
        match &self.whole {
            Whole::Folder(folder) => folder.check().await,
            Whole::Bucket(bucket) => {
                self.spool.as_folder().check().await?;
                bucket.check().await.map_err(in_bucket)
            }
        }
    }

    /// The uploads that are not whole yet.
    pub fn spool(&self) -> &Spool {
        &self.spool
    }

    /// Makes the bytes of a whole document durable, and readable under `id` with the draft's key, which is nowhere beside
    /// them.
    ///
    /// # Errors
    /// What the operating system or the bucket says; the upload stays as it was.
    pub async fn store(&self, mut draft: Draft, id: &DocumentId) -> io::Result<Stored> {
        match &self.whole {
            Whole::Folder(folder) => {
                if let Err(error) = place(folder, &mut draft, id).await {
                    if let Err(error) = draft.put_key_back().await {
                        tracing::warn!(%error, "upload.unfinished.left");
                    }
                    return Err(error);
                }
            }
            Whole::Bucket(bucket) => {
                draft.sync().await?;
                let (bytes, length) = draft.as_document().await?;
                bucket.put(bytes, length, id).await?;
            }
        }
        Ok(Stored::new(self.whole.clone(), id.clone(), draft))
    }

    /// Makes the bytes of a file, sealed or not, durable and readable under `id`, just as they are.
    ///
    /// # Errors
    /// What the operating system or the bucket says.
    pub async fn bring(&self, file: &Path, id: &DocumentId) -> io::Result<()> {
        let mut file = File::open(file).await?;
        let length = file.metadata().await?.len();
        match &self.whole {
            Whole::Folder(folder) => {
                let draft = self.spool.path_of(&UploadName::local(id.as_str()));
                folder.bring(&mut file, length, &draft, id).await
            }
            Whole::Bucket(bucket) => bucket.put(file, length, id).await,
        }
    }

    /// Opens a document for reading; with its key, or without one if it is from before documents were sealed.
    ///
    /// # Errors
    /// What the operating system or the bucket says, `NotFound` if the document is missing; `InvalidData` if it is no sealed
    /// document, though there is a key.
    pub async fn read(&self, id: &DocumentId, key: Option<&DataKey>) -> io::Result<Reader> {
        let (raw, length) = self.raw(id).await?;
        Reader::open(raw, length, key).await
    }

    /// Opens the bytes of a document as they stand there, sealed or not; gives their number too.
    ///
    /// # Errors
    /// What the operating system or the bucket says, `NotFound` if the document is missing.
    pub async fn raw(&self, id: &DocumentId) -> io::Result<(Raw, u64)> {
        match &self.whole {
            Whole::Folder(folder) => {
                let (file, length) = folder.read(id).await?;
                Ok((Box::pin(file), length))
            }
            Whole::Bucket(bucket) => {
                let (stream, length) = bucket.read(id).await?;
                Ok((Box::pin(stream), length))
            }
        }
    }

    /// How many bytes stand there of a document, sealed or not.
    ///
    /// # Errors
    /// As [`Blobs::raw`].
    pub async fn length(&self, id: &DocumentId) -> io::Result<u64> {
        match &self.whole {
            Whole::Folder(folder) => Ok(folder.read(id).await?.1),
            Whole::Bucket(bucket) => bucket.size(id).await,
        }
    }

    /// Removes a document.
    ///
    /// # Errors
    /// As [`Blobs::raw`].
    pub async fn remove(&self, id: &DocumentId) -> io::Result<()> {
        match &self.whole {
            Whole::Folder(folder) => folder.remove(id).await,
            Whole::Bucket(bucket) => bucket.remove(id).await,
        }
    }

    /// What [`Blobs::mark`] wrote last.
    ///
    /// # Errors
    /// What the operating system or the bucket says.
    pub async fn last_mark(&self) -> io::Result<Option<Vec<u8>>> {
        match &self.whole {
            Whole::Folder(folder) => folder.small(MARK).await,
            Whole::Bucket(bucket) => bucket.small(MARK).await,
        }
    }

    /// Writes down to which log the documents belong.
    ///
    /// # Errors
    /// What the operating system or the bucket says.
    pub async fn mark(&self, content: Vec<u8>) -> io::Result<()> {
        match &self.whole {
            Whole::Folder(folder) => folder.put_small(MARK, content).await,
            Whole::Bucket(bucket) => bucket.put_small(MARK, content).await,
        }
    }

    /// The names of all that stands where documents do.
    ///
    /// # Errors
    /// What the operating system or the bucket says.
    pub async fn list(&self) -> io::Result<Listing> {
        Ok(match &self.whole {
            Whole::Folder(folder) => Listing::Folder(folder.list().await?),
            Whole::Bucket(bucket) => Listing::Bucket(bucket.list()),
        })
    }
}

/// Makes a document of a draft, its key taken out of the file before.
async fn place(folder: &Folder, draft: &mut Draft, id: &DocumentId) -> io::Result<()> {
    draft.take_key_out().await?;
    draft.sync().await?;
    folder.take(draft.path(), id, |path| draft.is_at(path)).await
}

fn in_bucket(error: io::Error) -> (BlobFault, io::Error) {
    (BlobFault::Bucket, error)
}

/// Names, some at a time.
#[derive(Debug)]
pub enum Listing {
    /// Of files.
    Folder(tokio::fs::ReadDir),
    /// Of objects.
    Bucket(BucketListing),
}

impl Listing {
    /// The next names, at most 500; none at the end.
    ///
    /// # Errors
    /// What the operating system or the bucket says.
    pub async fn next(&mut self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        while names.len() < NAMES {
            let next = match self {
                Self::Folder(entries) => next_file(entries).await?,
                Self::Bucket(objects) => objects.next().await?,
            };
            let Some(name) = next else { break };
            names.push(name);
        }
        Ok(names)
    }
}

async fn next_file(entries: &mut tokio::fs::ReadDir) -> io::Result<Option<String>> {
    while let Some(entry) = entries.next_entry().await? {
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_kept(&name) && name != UNFINISHED {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
