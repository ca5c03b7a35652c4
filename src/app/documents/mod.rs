//! Uploaded documents (tài liệu kèm theo): taking them in, giving them out. Their bytes stand in [`crate::blobs`]; what
//! they are and who may read them stands in the database.

mod incoming;
mod magic;
mod outgoing;

use std::sync::Arc;

use bytes::Bytes;

use super::App;
use super::ledger::command::Upload;
use super::ledger::{Actor, Command, Operation, Receipt};
use crate::blobs::Folder;
use crate::domain::document::parts::MediaType;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{AgencyCode, DocumentId, IdSource, IdempotencyKey, RequestId};
use crate::evidence::Digest;
use crate::evidence::leaf::{Leaf, content_sha256};
use crate::store::rows::AttachmentRow;

pub use incoming::Incoming;
pub use outgoing::Outgoing;

/// The action of an upload's entry.
pub(crate) const UPLOAD: &str = "upload";

/// The media type of an upload's header, which is kept as the body of its entry.
const PROTOBUF: &str = "application/protobuf";
/// The most requests that a document's description lists.
const MOST_REQUESTS: i64 = 500;

/// The use cases of documents.
#[derive(Clone)]
pub struct Documents {
    app: App,
    folder: Folder,
    ids: Arc<dyn IdSource>,
    max_bytes: u64,
}

impl std::fmt::Debug for Documents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Documents")
            .field("folder", &self.folder)
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
    }
}

/// What the uploader says that it uploads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// File name as people see it.
    pub name: String,
    /// What the bytes are.
    pub media_type: MediaType,
    /// How many there are, at least 1.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: Digest,
}

/// An upload that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// The document.
    pub id: DocumentId,
    /// Proof that it was accepted.
    pub receipt: Receipt,
}

/// What a document is, for one of its readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentView {
    /// The document.
    pub document: AttachmentRow,
    /// The reader's requests that name it, newest first.
    pub named_by: Vec<RequestId>,
}

impl Documents {
    /// Over the use cases of `app`. Bytes go into `folder`; a document has at most `max_bytes`.
    pub fn new(app: App, folder: Folder, ids: Arc<dyn IdSource>, max_bytes: u64) -> Self {
        Self {
            app,
            folder,
            ids,
            max_bytes,
        }
    }

    /// The upload that `key` stands for already, if it does. `header` is what the key is bound to. Asked before every
    /// other check, so that a retry gets its first receipt whatever has changed since.
    ///
    /// # Errors
    /// `KEY_REUSED` if the key stands for something else.
    pub async fn accepted_before(
        &self,
        agency: &AgencyCode,
        key: &IdempotencyKey,
        header: &[u8],
    ) -> Result<Option<Uploaded>> {
        if self.app.store.used_key(agency, key).await?.is_none() {
            return Ok(None);
        }
        let gone = Error::internal("a used key was lost");
        let receipts = self.app.replay_or(agency, key, content_sha256(header), gone).await?;
        uploaded(receipts).map(Some)
    }

    /// Makes ready for the bytes of a new document.
    ///
    /// # Errors
    /// `FIELD_INVALID`, `DOCUMENT_TOO_LARGE`, `UNAVAILABLE` if the folder or the database takes nothing.
    pub async fn receive(&self, declared: Declared) -> Result<Incoming> {
        incoming::check_size(&declared, self.max_bytes)?;
        self.app.ledger.takes_writes()?;
        let id = DocumentId::generate(&*self.ids, self.app.clock.now());
        let draft = self.folder.create(&id).await.map_err(incoming::not_written)?;
        Ok(Incoming::new(declared, draft))
    }

    /// Keeps a document whose bytes have all come: the bytes first, then its entry in the log. A caller that goes away
    /// meanwhile does not stop it.
    ///
    /// # Errors
    /// `FIELD_INVALID` if the bytes are not the declared ones; `KEY_REUSED`; `UNAVAILABLE`. Nothing is kept then.
    pub async fn keep(&self, actor: Actor, key: IdempotencyKey, header: Bytes, incoming: Incoming) -> Result<Uploaded> {
        let this = self.clone();
        let kept = tokio::spawn(async move { this.keep_whole(actor, key, header, incoming).await });
        kept.await.map_err(Error::internal)?
    }

    async fn keep_whole(
        &self,
        actor: Actor,
        key: IdempotencyKey,
        header: Bytes,
        incoming: Incoming,
    ) -> Result<Uploaded> {
        let (declared, draft) = incoming.whole()?;
        let id = draft.keep().await.map_err(incoming::not_written)?;
        let upload = Upload {
            id: id.clone(),
            name: declared.name,
            media_type: declared.media_type.as_str().to_owned(),
            size: i64::try_from(declared.size).map_err(Error::internal)?,
            sha256: declared.sha256,
        };
        let command = Command::new(actor, key, PROTOBUF, header, Operation::Upload(Box::new(upload)));
        let outcome = self.app.execute(command).await.and_then(uploaded);
        let is_orphan = match &outcome {
            // The same upload came twice at once, and the other one was first.
            Ok(uploaded) => uploaded.id != id,
            // Whether a write was carried out is not known after a fault; better bytes without an entry than the reverse.
            Err(error) => error.has_done_nothing(),
        };
        if is_orphan && let Err(error) = self.folder.remove(&id).await {
            tracing::warn!(%error, document = %id, "document.orphan.left");
        }
        outcome
    }

    /// What a document is. `DOCUMENT_NOT_FOUND` alike for a missing one and for one that `agency` may not read.
    pub async fn document(&self, agency: &AgencyCode, id: &DocumentId) -> Result<DocumentView> {
        let document = self.readable(agency, id).await?;
        let named_by = self.app.store.requests_naming(agency, id, MOST_REQUESTS).await?;
        Ok(DocumentView { document, named_by })
    }

    /// Opens a document for reading from byte `offset` on.
    ///
    /// # Errors
    /// `DOCUMENT_NOT_FOUND`; `FIELD_INVALID` for an offset beyond its end; `DOCUMENT_DAMAGED`.
    pub async fn open(&self, agency: &AgencyCode, id: &DocumentId, offset: i64) -> Result<Outgoing> {
        let document = self.readable(agency, id).await?;
        if !(0..=document.size).contains(&offset) {
            return Err(Error::field(
                "offset",
                "out_of_range",
                "Vị trí bắt đầu phải từ 0 đến dung lượng của tài liệu.",
                "The offset must be 0 to the document's size.",
            ));
        }
        Outgoing::open(&self.folder, document, offset).await
    }

    async fn readable(&self, agency: &AgencyCode, id: &DocumentId) -> Result<AttachmentRow> {
        let found = self.app.store.attachment_of(agency, id).await?;
        found.ok_or_else(|| Error::new(ErrorCode::DocumentNotFound))
    }
}

/// The upload behind a key's receipts. A key that acted in something else was used for other content.
fn uploaded(receipts: Vec<Receipt>) -> Result<Uploaded> {
    let receipt = receipts
        .into_iter()
        .next()
        .ok_or_else(|| Error::internal("an upload without an entry"))?;
    let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
    if leaf.action != UPLOAD {
        return Err(Error::new(ErrorCode::KeyReused));
    }
    let id = DocumentId::parse(&leaf.subject).map_err(Error::internal)?;
    Ok(Uploaded { id, receipt })
}
