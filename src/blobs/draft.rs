//! A document while its bytes come in.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

use super::chunks::{Chunks, PIECE};
use super::header::{HEADER, Header, bare};
use crate::domain::magic::HEAD_BYTES;
use crate::evidence::Digest;
use crate::evidence::digest::Sha256;
use crate::sealing::DataKey;

/// A document while its bytes come in. They are sealed before they are written. If it is dropped, the whole chunks that came
/// stay in the spool, so that the upload can go on later. The file is locked meanwhile: nobody else writes to it.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    file: File,
    /// What the file begins with while the upload is unfinished.
    header: Header,
    key: DataKey,
    chunks: Chunks,
    seen: Seen,
    is_lasting: bool,
    /// Whether any chunk stands in the file.
    has_chunks: bool,
}

/// What is known of the bytes that came.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    size: u64,
    sha256: Sha256,
    head: Vec<u8>,
}

impl Seen {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.size += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.sha256.update(bytes);
        let missing = HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(missing));
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }
}

impl Draft {
    /// `file` is locked and open for writing where the next of `chunks` goes, `header` stands at its beginning, `seen` is
    /// what stands between. If it is not `is_lasting`, nobody can go on with it, and nothing stays.
    pub(super) fn new(
        path: PathBuf,
        file: std::fs::File,
        (header, key): (Header, DataKey),
        (chunks, seen): (Chunks, Seen),
        is_lasting: bool,
    ) -> Self {
        Self {
            path,
            file: File::from_std(file),
            header,
            key,
            chunks,
            has_chunks: seen.size > 0,
            seen,
            is_lasting,
        }
    }

    /// How many bytes came so far.
    pub fn size(&self) -> u64 {
        self.seen.size
    }

    /// SHA-256 of what came so far.
    pub fn sha256(&self) -> Digest {
        self.seen.sha256.clone().finish()
    }

    /// The first [`HEAD_BYTES`], or fewer if fewer came: what is held against the media type.
    pub fn head(&self) -> &[u8] {
        &self.seen.head
    }

    /// With what it is sealed. Once the document is whole, nothing beside the log keeps this key.
    pub fn key(&self) -> &DataKey {
        &self.key
    }

    /// Takes the next bytes. What does not fill a chunk waits in memory.
    ///
    /// # Errors
    /// What the operating system says, for example that the disk is full; `InvalidInput` for more bytes than the upload is to
    /// have. Nothing more can be written then.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = match self.chunks.take(rest) {
                Ok(rest) => rest,
                Err(error) => {
                    // What stands in the file is of no use to whoever has other bytes.
                    self.is_lasting = false;
                    return Err(error);
                }
            };
            let is_piece = self.chunks.sealed().len() >= PIECE || rest.is_empty();
            if is_piece && !self.chunks.sealed().is_empty() {
                self.has_chunks = true;
                self.file.write_all(self.chunks.sealed()).await?;
                self.chunks.forget_sealed();
            }
        }
        self.seen.add(bytes);
        Ok(())
    }

    /// Forgets what came: it can never become what was declared.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn discard(self) -> io::Result<()> {
        tokio::fs::remove_file(&self.path).await
    }

    /// Makes the bytes of a whole document durable.
    pub(super) async fn sync(&mut self) -> io::Result<()> {
        if !self.chunks.is_whole() {
            return Err(io::Error::other("the document is not whole"));
        }
        self.file.flush().await?;
        self.file.sync_all().await
    }

    /// Takes the key out of the file, before it becomes a document.
    pub(super) async fn take_key_out(&mut self) -> io::Result<()> {
        put_header(&mut self.file, &bare()).await
    }

    /// Puts the key back into the file: it stays an upload.
    pub(super) async fn put_key_back(&mut self) -> io::Result<()> {
        put_header(&mut self.file, &self.header).await
    }

    /// The bytes of the document that this becomes, without the key, and how many they are.
    pub(super) async fn as_document(&self) -> io::Result<(impl AsyncRead + Send + Unpin + use<>, u64)> {
        let mut file = File::open(&self.path).await?;
        let length = file.metadata().await?.len();
        let header = u64::try_from(HEADER).unwrap_or(u64::MAX);
        file.seek(io::SeekFrom::Start(header)).await?;
        Ok((io::Cursor::new(bare()).chain(file), length))
    }

    /// Whether the file at `path` is this one.
    pub(super) fn is_at(&self, path: &Path) -> io::Result<bool> {
        use std::os::unix::fs::MetadataExt as _;
        let named = std::fs::metadata(path)?;
        let opened = rustix::fs::fstat(&self.file)?;
        Ok((named.dev(), named.ino()) == (opened.st_dev, opened.st_ino))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

async fn put_header(file: &mut File, header: &Header) -> io::Result<()> {
    file.seek(io::SeekFrom::Start(0)).await?;
    file.write_all(header).await?;
    file.flush().await
}

impl Drop for Draft {
    fn drop(&mut self) {
        if (!self.has_chunks || !self.is_lasting)
            && let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "upload.unfinished.left");
        }
    }
}
