//! A document while its bytes come in: held against what was declared, in pieces, never as a whole in memory.

use tokio_util::sync::CancellationToken;

use super::Declared;
use super::under_way::Turn;
use crate::blobs::{BeginFault, Draft};
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::magic::{HEAD_BYTES, begins_as};

/// A document while its bytes come in. Dropped before it is kept, what came stays for a while, and the upload can go on.
#[derive(Debug)]
pub struct Incoming {
    declared: Declared,
    draft: Draft,
    is_wrong: bool,
    turn: Turn,
}

impl Incoming {
    pub(super) fn new(declared: Declared, draft: Draft, turn: Turn) -> Self {
        Self {
            declared,
            draft,
            is_wrong: false,
            turn,
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// `FIELD_INVALID` as soon as there are more than declared, or they begin otherwise than the declared media type;
    /// `UNAVAILABLE` if they cannot be written.
    pub async fn take(&mut self, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Err(Error::field(
                "chunk",
                "empty",
                "Một chunk phải có byte.",
                "A chunk has bytes.",
            ));
        }
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.draft.size().saturating_add(length) > self.declared.size {
            return Err(self.wrong(wrong_size()));
        }
        let was_known = self.draft.head().len() == HEAD_BYTES;
        self.draft.write(bytes).await.map_err(place_failed)?;
        if !was_known && self.draft.head().len() == HEAD_BYTES {
            self.check_head()?;
        }
        Ok(())
    }

    /// Ends when another call goes on with this upload.
    pub fn superseded(&self) -> CancellationToken {
        self.turn.superseded()
    }

    /// Forgets what came, if it can never become what was declared. Otherwise the upload can go on.
    pub async fn give_up(self) {
        if self.is_wrong
            && let Err(error) = self.draft.discard().await
        {
            tracing::warn!(%error, "upload.unfinished.left");
        }
    }

    /// Whether this is, whole, what was declared.
    pub(super) fn check(&mut self) -> Result<()> {
        if self.draft.size() != self.declared.size {
            return Err(wrong_size());
        }
        self.check_head()?;
        if self.draft.sha256() != self.declared.sha256 {
            return Err(self.wrong(Error::field(
                "header.sha256",
                "mismatch",
                "SHA-256 của các byte nhận được không phải giá trị đã khai.",
                "The SHA-256 of the bytes received is not the declared one.",
            )));
        }
        Ok(())
    }

    fn wrong(&mut self, error: Error) -> Error {
        self.is_wrong = true;
        error
    }

    pub(super) fn into_parts(self) -> (Declared, Draft) {
        (self.declared, self.draft)
    }

    fn check_head(&mut self) -> Result<()> {
        let media_type = self.declared.media_type.as_str();
        if begins_as(media_type, self.draft.head()) {
            return Ok(());
        }
        let error = Error::field(
            "header.media_type",
            "mismatch",
            format!("Nội dung không bắt đầu như một tệp {media_type}."),
            format!("The bytes do not begin like {media_type}."),
        );
        Err(self.wrong(error))
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

/// The disk is full or the bucket away, or worse. What it says is for the operator.
pub(super) fn place_failed(error: std::io::Error) -> Error {
    tracing::error!(%error, "documents.place.failed");
    Error::new(ErrorCode::Unavailable)
        .retry_after_millis(5_000)
        .with_cause(error)
}

/// Why an upload cannot begin or go on.
pub(super) fn not_begun(fault: BeginFault) -> Error {
    match fault {
        BeginFault::Busy => Error::new(ErrorCode::Unavailable)
            .with_detail(
                "Chính tài liệu này đang được tải lên trong một lệnh gọi khác; hãy thử lại sau.",
                "This very document is being uploaded in another call; try again later.",
            )
            .retry_after_millis(2_000),
        BeginFault::Offset { received } => Error::new(ErrorCode::UploadOffsetMismatch)
            .with_detail(
                format!("Cổng đang giữ {received} byte của lần tải lên này; hãy gửi tiếp từ đó, hoặc gửi lại từ đầu (offset 0)."),
                format!("The hub has {received} bytes of this upload; go on from there, or begin anew (offset 0)."),
            )
            .with("received_bytes", received.to_string()),
        BeginFault::NoRoom => {
            tracing::error!("documents.place.full");
            Error::new(ErrorCode::Unavailable)
                .with_detail(
                    "Cổng tạm hết chỗ cho tài liệu; đơn vị vận hành đã được báo động. Hãy thử lại sau.",
                    "The hub has no room for documents now; the operator has been alarmed. Try again later.",
                )
                .retry_after_millis(60_000)
        }
        BeginFault::TooMuch => Error::new(ErrorCode::Overloaded)
            .with_detail(
                "Cơ quan có quá nhiều tài liệu tải lên dở dang; hãy gửi cho xong, hoặc đợi chúng hết hạn.",
                "The agency has too many unfinished uploads; finish them, or wait until they expire.",
            )
            .retry_after_millis(60_000),
        BeginFault::Io(error) => place_failed(error),
    }
}

fn wrong_size() -> Error {
    Error::field(
        "header.size",
        "mismatch",
        "Số byte nhận được không phải số đã khai.",
        "The number of bytes received is not the declared one.",
    )
}
