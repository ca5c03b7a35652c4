//! A document while its bytes go out. They are held against the digest that was accepted; wrong bytes never end well.

use std::io::ErrorKind;

use bytes::Bytes;

use super::incoming::place_failed;
use crate::blobs::{Blobs, Reader};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::evidence::digest::Sha256;
use crate::sealing::DataKey;
use crate::store::rows::AttachmentRow;

/// A document while its bytes go out.
#[derive(Debug)]
pub struct Outgoing {
    /// What it is.
    pub document: AttachmentRow,
    reader: Reader,
    sha256: Sha256,
    /// Bytes that the reader does not want, though the digest does.
    skip: usize,
}

impl Outgoing {
    pub(super) async fn open(
        blobs: &Blobs,
        document: AttachmentRow,
        key: Option<&DataKey>,
        offset: i64,
    ) -> Result<Self> {
        let opened = blobs.read(&document.id, key).await;
        let reader = opened.map_err(|error| not_read(&document, error))?;
        if i64::try_from(reader.size()) != Ok(document.size) {
            return Err(damaged(&document, "the file has another size"));
        }
        Ok(Self {
            document,
            reader,
            sha256: Sha256::default(),
            skip: usize::try_from(offset).map_err(Error::internal)?,
        })
    }

    /// The next bytes, at most 64 KiB; `None` after the last, if all of them, those left out too, were the ones that were
    /// uploaded.
    ///
    /// # Errors
    /// `DOCUMENT_DAMAGED`, `UNAVAILABLE`; what came before must not be used then.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            let read = self.reader.next().await;
            let Some(bytes) = read.map_err(|error| not_read(&self.document, error))? else {
                break;
            };
            self.sha256.update(&bytes);
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            let bytes = bytes.freeze().slice(skipped..);
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
        if self.sha256.clone().finish() == self.document.sha256 {
            Ok(None)
        } else {
            Err(damaged(&self.document, "the file has another digest"))
        }
    }
}

/// A document that is missing, too short or other than it was sealed is damaged; a disk or bucket that fails may be well
/// again.
fn not_read(document: &AttachmentRow, error: std::io::Error) -> Error {
    let kind = error.kind();
    if matches!(
        kind,
        ErrorKind::NotFound | ErrorKind::UnexpectedEof | ErrorKind::InvalidData
    ) {
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
