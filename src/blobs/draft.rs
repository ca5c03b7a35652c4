//! A document while its bytes come in.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use crate::domain::magic::HEAD_BYTES;
use crate::evidence::Digest;
use crate::evidence::digest::Sha256;

/// A document while its bytes come in. If it is dropped, what came stays in the spool, so that the upload can go on later.
/// The file is locked meanwhile: nobody else writes to it.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    file: File,
    seen: Seen,
    is_lasting: bool,
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
}

impl Draft {
    /// `file` is open at its end for writing and locked; `seen` is what stands in it. If it is not `is_lasting`, nobody can
    /// go on with it, and nothing stays.
    pub(super) fn new(path: PathBuf, file: File, seen: Seen, is_lasting: bool) -> Self {
        Self {
            path,
            file,
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

    /// Takes the next bytes.
    ///
    /// # Errors
    /// What the operating system says, for example that the disk is full.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await?;
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

    /// Makes the bytes durable.
    pub(super) async fn sync(&mut self) -> io::Result<()> {
        self.file.flush().await?;
        self.file.sync_all().await
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

impl Drop for Draft {
    fn drop(&mut self) {
        if (self.seen.size == 0 || !self.is_lasting)
            && let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "upload.unfinished.left");
        }
    }
}
