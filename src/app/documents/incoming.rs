//! A document while its bytes come in: held against what was declared, in pieces, never as a whole in memory.

use super::Declared;
use super::magic::{HEAD_BYTES, begins_as};
use crate::blobs::Draft;
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};

/// A document while its bytes come in. Dropped before it is kept, it leaves nothing.
#[derive(Debug)]
pub struct Incoming {
    declared: Declared,
    draft: Draft,
    head: Vec<u8>,
}

impl Incoming {
    pub(super) fn new(declared: Declared, draft: Draft) -> Self {
        Self {
            declared,
            draft,
            head: Vec::new(),
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// `FIELD_INVALID` as soon as there are more than declared, or they begin otherwise than the declared media type;
    /// `UNAVAILABLE` if they cannot be written.
    pub async fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.draft.size().saturating_add(length) > self.declared.size {
            return Err(wrong_size());
        }
        if self.head.len() < HEAD_BYTES {
            let missing = HEAD_BYTES - self.head.len();
            self.head.extend(bytes.iter().take(missing));
            if self.head.len() == HEAD_BYTES {
                self.check_head()?;
            }
        }
        self.draft.write(bytes).await.map_err(not_written)
    }

    /// The whole of it, found to be what was declared.
    pub(super) fn whole(self) -> Result<(Declared, Draft)> {
        if self.draft.size() != self.declared.size {
            return Err(wrong_size());
        }
        self.check_head()?;
        if self.draft.sha256() != self.declared.sha256 {
            return Err(Error::field(
                "header.sha256",
                "mismatch",
                "SHA-256 của các byte nhận được không phải giá trị đã khai.",
                "The SHA-256 of the bytes received is not the declared one.",
            ));
        }
        Ok((self.declared, self.draft))
    }

    fn check_head(&self) -> Result<()> {
        let media_type = self.declared.media_type.as_str();
        if begins_as(media_type, &self.head) {
            return Ok(());
        }
        Err(Error::field(
            "header.media_type",
            "mismatch",
            format!("Nội dung không bắt đầu như một tệp {media_type}."),
            format!("The bytes do not begin like {media_type}."),
        ))
    }
}

/// A document has at least one byte, and not more than the limit.
pub(super) fn check_size(declared: &Declared, max_bytes: u64) -> Result<()> {
    if declared.size == 0 {
        return Err(Error::field(
            "header.size",
            "empty",
            "Tài liệu không được rỗng.",
            "A document must not be empty.",
        ));
    }
    if declared.size > max_bytes {
        let field = FieldViolation::new(
            "header.size",
            "too_large",
            format!("Tài liệu không được quá {max_bytes} byte."),
            format!("A document has at most {max_bytes} bytes."),
        );
        return Err(
            Error::invalid(ErrorCode::DocumentTooLarge, vec![field]).with("max_document_bytes", max_bytes.to_string())
        );
    }
    Ok(())
}

/// The folder fails: the disk is full, or worse. What it says is for the operator.
pub(super) fn not_written(error: std::io::Error) -> Error {
    tracing::error!(%error, "documents.folder.failed");
    Error::new(ErrorCode::Unavailable)
        .retry_after_millis(5_000)
        .with_cause(error)
}

fn wrong_size() -> Error {
    Error::field(
        "header.size",
        "mismatch",
        "Số byte nhận được không phải số đã khai.",
        "The number of bytes received is not the declared one.",
    )
}
