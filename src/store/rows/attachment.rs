//! Rows of uploaded documents.

use sqlx::Row as _;

use super::{integer, row, text};
use crate::domain::ids::{AgencyCode, DocumentId, RequestId};
use crate::domain::time::Timestamp;
use crate::evidence::Digest;
use crate::store::backend::{digest, from_row, parsed};
use crate::store::bulk::Cell;

/// An uploaded document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRow {
    /// Its id, which is also the name of its file.
    pub id: DocumentId,
    /// Who uploaded it.
    pub owner: AgencyCode,
    /// File name as people see it; empty once the document is erased, and only then.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub size: i64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// When the hub accepted it.
    pub upload_time: Timestamp,
    /// Its log entry.
    pub log_index: i64,
}

impl AttachmentRow {
    /// Whether its bytes and its name are erased.
    pub fn is_erased(&self) -> bool {
        self.name.is_empty()
    }
}

row!(AttachmentRow, ATTACHMENT, |row| [
    text(row.id.as_str()),
    text(row.owner.as_str()),
    text(&row.name),
    text(&row.media_type),
    integer(row.size),
    Cell::Bytes(Some(&row.sha256)),
    integer(row.upload_time.micros()),
    integer(row.log_index),
]);
from_row!(AttachmentRow, |row| {
    Ok(Self {
        id: parsed(row, "id")?,
        owner: parsed(row, "owner")?,
        name: row.try_get("name")?,
        media_type: row.try_get("media_type")?,
        size: row.try_get("size")?,
        sha256: digest(row, "sha256")?,
        upload_time: Timestamp::from_micros(row.try_get("upload_time")?),
        log_index: row.try_get("log_index")?,
    })
});

/// That an order or a step of a request names a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestAttachmentRow {
    pub(crate) request_id: RequestId,
    pub(crate) log_index: i64,
    pub(crate) position: i64,
    pub(crate) document_id: DocumentId,
}

row!(RequestAttachmentRow, REQUEST_ATTACHMENT, |row| [
    text(row.request_id.as_str()),
    integer(row.log_index),
    integer(row.position),
    text(row.document_id.as_str()),
]);

/// A document as an order or a step of a request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedAttachment {
    /// The document.
    pub document: AttachmentRow,
    /// The log entry of the order or step.
    pub named_index: i64,
    /// Its place among the attachments there, from 0.
    pub position: i64,
}

from_row!(NamedAttachment, |row| {
    Ok(Self {
        named_index: row.try_get("named_index")?,
        position: row.try_get("position")?,
        document: sqlx::FromRow::from_row(row)?,
    })
});
