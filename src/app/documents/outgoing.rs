//! A document while its bytes go out. They are held against the digest that was accepted; wrong bytes never end well.

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncReadExt as _;

use super::incoming::place_failed;
use crate::blobs::{Blobs, Reader};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::evidence::digest::Sha256;
use crate::store::rows::AttachmentRow;

/// Bytes that are read at a time.
const CHUNK: usize = 64 * 1024;

/// A document while its bytes go out.
#[derive(Debug)]
pub struct Outgoing {
    /// What it is.
    pub document: AttachmentRow,
    reader: Reader,
    sha256: Sha256,
    /// Bytes that have not been read yet.
    left: u64,
    /// Bytes that the reader does not want, though the digest does.
    skip: u64,
}

impl Outgoing {
    pub(super) async fn open(blobs: &Blobs, document: AttachmentRow, offset: i64) -> Result<Self> {
        let opened = blobs.read(&document.id).await;
        let (reader, size) = opened.map_err(|error| not_read(&document, error))?;
        if i64::try_from(size) != Ok(document.size) {
            return Err(damaged(&document, "the file has another size"));
        }
        Ok(Self {
            document,
            reader,
            sha256: Sha256::default(),
            left: size,
            skip: u64::try_from(offset).unwrap_or(0),
        })
    }

    /// The next bytes, at most 64 KiB; `None` after the last, if all of them, those left out too, were the ones that were
    /// uploaded.
    ///
    /// # Errors
    /// `DOCUMENT_DAMAGED`, `UNAVAILABLE`; what came before must not be used then.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        while self.left > 0 {
            let mut chunk = BytesMut::with_capacity(CHUNK);
            let want = u64::try_from(CHUNK).unwrap_or(u64::MAX).min(self.left);
            let mut reader = (&mut self.reader).take(want);
            let read = reader.read_buf(&mut chunk).await;
            let read = read.map_err(|error| not_read(&self.document, error))?;
            let read = u64::try_from(read).unwrap_or(u64::MAX);
            if read == 0 {
                return Err(damaged(&self.document, "the file has become shorter"));
            }
            self.sha256.update(&chunk);
            self.left -= read;
            let skipped = self.skip.min(read);
            self.skip -= skipped;
            let chunk = chunk.freeze().slice(usize::try_from(skipped).unwrap_or(0)..);
            if !chunk.is_empty() {
                return Ok(Some(chunk));
            }
        }
        if self.sha256.clone().finish() == self.document.sha256 {
            Ok(None)
        } else {
            Err(damaged(&self.document, "the file has another digest"))
        }
    }
}

/// A document that is missing is damaged; a disk or bucket that fails may be well again.
fn not_read(document: &AttachmentRow, error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::NotFound {
        damaged(document, error)
    } else {
        place_failed(error)
    }
}

/// Says so, and alarms the operator.
fn damaged(document: &AttachmentRow, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    tracing::error!(document = %document.id, "document.damaged");
    Error::new(ErrorCode::DocumentDamaged).with_cause(cause)
}
