//! Uploaded documents (tài liệu kèm theo): taking them in, giving them out. Their bytes stand in [`crate::blobs`]; what
//! they are and who may read them stands in the database.

mod collect;
mod incoming;
mod outgoing;
mod under_way;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tracing::Instrument as _;

use super::App;
use super::ledger::command::Upload;
use super::ledger::{Actor, Command, Operation, Receipt};
use crate::blobs::{BeginFault, Blobs, Draft, Stored, UploadKeys, UploadName, UploadSpace};
use crate::domain::document::parts::MediaType;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{AgencyCode, DocumentId, IdSource, IdempotencyKey, RequestId};
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::evidence::Digest;
use crate::evidence::leaf::{Leaf, content_sha256};
use crate::sealing::DataKey;
use crate::store::rows::AttachmentRow;

pub use incoming::Incoming;
pub use outgoing::Outgoing;
use under_way::UnderWay;

/// The action of an upload's entry.
pub(crate) const UPLOAD: &str = "upload";

/// The media type of an upload's header, which is kept as the body of its entry.
const PROTOBUF: &str = "application/protobuf";
/// How long the end of a call is waited for whose upload another one goes on with: looks, and the time between.
const TAKE_OVER_LOOKS: u32 = 20;
const TAKE_OVER_EVERY: Duration = Duration::from_millis(100);
/// The most requests that a document's description lists.
const MOST_REQUESTS: i64 = 500;

/// Limits on uploads.
#[derive(Debug, Clone, Copy)]
pub struct UploadLimits {
    /// Most bytes of a document.
    pub bytes: u64,
    /// Most unfinished uploads of one agency.
    pub unfinished: usize,
    /// Most bytes of them, each counted as large as it is now, and a new one as large as it is to be.
    pub unfinished_bytes: u64,
    /// How long an unfinished upload is kept after the last byte.
    pub lifetime: Duration,
    /// How long bytes are kept that no entry of the log tells of.
    pub orphan_lifetime: Duration,
}

/// The use cases of documents.
#[derive(Clone)]
pub struct Documents {
    app: App,
    blobs: Blobs,
    ids: Arc<dyn IdSource>,
    limits: UploadLimits,
    under_way: UnderWay,
}

impl std::fmt::Debug for Documents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Documents")
            .field("blobs", &self.blobs)
            .field("limits", &self.limits)
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

/// An upload as its agency names it: by its key and its header, encoded again in field order.
#[derive(Debug, Clone, Copy)]
pub struct UploadId<'a> {
    /// Whose it is.
    pub agency: &'a AgencyCode,
    /// What makes the retry safe.
    pub key: &'a IdempotencyKey,
    /// What the key is bound to.
    pub header: &'a [u8],
}

impl UploadId<'_> {
    fn name(&self) -> UploadName {
        UploadName::new(self.agency, self.key, &content_sha256(self.header))
    }
}

/// How far an upload has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadState {
    /// It was accepted.
    Accepted(Uploaded),
    /// So many bytes have come.
    Unfinished {
        /// How many; 0 if nothing is known of it.
        received: u64,
        /// When they will be forgotten, if none come before.
        expires: Option<Timestamp>,
    },
}

/// An upload that was begun.
#[derive(Debug)]
pub enum Begun {
    /// It was accepted before; no bytes are needed.
    Accepted(Uploaded),
    /// Its bytes can come.
    Incoming(Box<Incoming>),
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
    /// Over the use cases of `app`. Bytes go to `blobs`.
    pub fn new(app: App, blobs: Blobs, ids: Arc<dyn IdSource>, limits: UploadLimits) -> Self {
        Self {
            app,
            blobs,
            ids,
            limits,
            under_way: UnderWay::default(),
        }
    }

    /// The upload that `key` stands for already, if it does. `header` is what the key is bound to. Asked before every
    /// other check, so that a retry gets its first receipt whatever has changed since.
    ///
    /// # Errors
    /// `KEY_REUSED` if the key stands for something else.
    pub async fn accepted_before(&self, upload: UploadId<'_>) -> Result<Option<Uploaded>> {
        let UploadId { agency, key, header } = upload;
        if self.app.store.used_key(agency, key).await?.is_none() {
            return Ok(None);
        }
        let gone = Error::internal("a used key was lost");
        let receipts = self.app.replay_or(agency, key, content_sha256(header), gone).await?;
        uploaded(receipts).map(Some)
    }

    /// How far an upload of `size` bytes has come.
    ///
    /// # Errors
    /// `KEY_REUSED`; `UNAVAILABLE` if the folder cannot be read.
    pub async fn state(&self, upload: UploadId<'_>, size: u64) -> Result<UploadState> {
        if let Some(uploaded) = self.accepted_before(upload).await? {
            return Ok(UploadState::Accepted(uploaded));
        }
        let received = self.blobs.spool().received(&upload.name(), size, &self.keys()).await;
        let received = received.map_err(incoming::place_failed)?;
        Ok(UploadState::Unfinished {
            received: received.map_or(0, |(bytes, _)| bytes),
            expires: received.map(|(_, last)| last.plus(self.limits.lifetime)),
        })
    }

    /// Makes ready for the bytes of a document: from the beginning, or from `offset` on, which is where the same upload
    /// stopped. If the same upload is under way in another call, one from the beginning goes its own way, and whichever is
    /// first at its end is accepted. One that goes on from where it stopped ends the other.
    ///
    /// # Errors
    /// `FIELD_INVALID`, `DOCUMENT_TOO_LARGE`, `UPLOAD_OFFSET_MISMATCH`, `KEY_REUSED`; `OVERLOADED` if the agency has too
    /// many unfinished uploads; `UNAVAILABLE` if the folder or the database takes nothing, or another hub has the upload.
    pub async fn receive(&self, upload: UploadId<'_>, declared: Declared, offset: u64) -> Result<Begun> {
        incoming::check_size(&declared, self.limits.bytes)?;
        self.app.ledger.takes_writes()?;
        let space = UploadSpace {
            size: declared.size,
            uploads: self.limits.unfinished,
            bytes: self.limits.unfinished_bytes.max(declared.size),
        };
        let (spool, keys) = (self.blobs.spool(), self.keys());
        let mut name = upload.name();
        let mut begun = spool.begin(&name, offset, space, &keys).await;
        if let (Err(BeginFault::Busy), 0) = (&begun, offset) {
            // Waiting for the other call would hold up all calls of this connection, which share its window.
            let mut mark = [0; 8];
            self.ids.fill(&mut mark);
            name = name.apart(mark);
            begun = spool.begin(&name, 0, space, &keys).await;
        }
        if let Err(BeginFault::Busy) = begun {
            begun = self.take_over(&name, offset, space).await;
        }
        // Whoever had the upload just before may have brought it to its end.
        if let Some(uploaded) = self.accepted_before(upload).await? {
            return Ok(Begun::Accepted(uploaded));
        }
        let draft = begun.map_err(incoming::not_begun)?;
        let turn = self.under_way.begin(name);
        Ok(Begun::Incoming(Box::new(Incoming::new(declared, draft, turn))))
    }

    fn keys(&self) -> UploadKeys {
        UploadKeys {
            masters: Arc::clone(self.app.store.masters()),
            ids: Arc::clone(&self.ids),
        }
    }

    /// Goes on with an upload that another call has: the line of that one may have broken without a word.
    async fn take_over(&self, name: &UploadName, offset: u64, space: UploadSpace) -> Result<Draft, BeginFault> {
        for _ in 0..TAKE_OVER_LOOKS {
            self.under_way.supersede(name);
            tokio::time::sleep(TAKE_OVER_EVERY).await;
            match self.blobs.spool().begin(name, offset, space, &self.keys()).await {
                Err(BeginFault::Busy) => {}
                other => return other,
            }
        }
        Err(BeginFault::Busy)
    }

    /// Keeps a document whose bytes have all come: the bytes first, then its entry in the log. A caller that goes away
    /// meanwhile does not stop it.
    ///
    /// # Errors
    /// `FIELD_INVALID` if the bytes are not the declared ones, which are forgotten then; `KEY_REUSED`; `UNAVAILABLE`.
    pub async fn keep(&self, actor: Actor, key: IdempotencyKey, header: Bytes, incoming: Incoming) -> Result<Uploaded> {
        let this = self.clone();
        let keeping = async move { this.keep_whole(actor, key, header, incoming).await };
        let kept = tokio::spawn(keeping.in_current_span());
        kept.await.map_err(Error::internal)?
    }

    async fn keep_whole(
        &self,
        actor: Actor,
        key: IdempotencyKey,
        header: Bytes,
        mut incoming: Incoming,
    ) -> Result<Uploaded> {
        if let Err(error) = incoming.check() {
            incoming.give_up().await;
            return Err(error);
        }
        let (declared, draft) = incoming.into_parts();
        let id = DocumentId::generate(&*self.ids, self.app.clock.now());
        let data_key = draft.key().clone();
        let stored = self.blobs.store(draft, &id).await.map_err(incoming::place_failed)?;
        let upload = Upload {
            id: id.clone(),
            name: declared.name,
            media_type: declared.media_type.as_str().to_owned(),
            size: i64::try_from(declared.size).map_err(Error::internal)?,
            sha256: declared.sha256,
            data_key,
        };
        let command = Command::new(actor, key, PROTOBUF, header, Operation::Upload(Box::new(upload)));
        let outcome = self.app.execute(command).await.and_then(uploaded);
        if let Err(error) = settle(stored, &id, &outcome).await {
            tracing::warn!(%error, document = %id, "document.orphan.left");
        }
        outcome
    }

    /// What a document is. `DOCUMENT_NOT_FOUND` alike for a missing one and for one that `viewer` may not read.
    pub async fn document(&self, viewer: &Viewer, id: &DocumentId) -> Result<DocumentView> {
        let document = self.readable(viewer, id).await?;
        let named_by = self.app.store.requests_naming(viewer, id, MOST_REQUESTS).await?;
        Ok(DocumentView { document, named_by })
    }

    /// Opens a document for reading from byte `offset` on.
    ///
    /// # Errors
    /// `DOCUMENT_NOT_FOUND`; `CONTENT_ERASED`; `FIELD_INVALID` for an offset beyond its end; `DOCUMENT_DAMAGED`;
    /// `INTERNAL` if its master key is not known to this hub.
    pub async fn open(&self, viewer: &Viewer, id: &DocumentId, offset: i64) -> Result<Outgoing> {
        let document = self.unerased(viewer, id).await?;
        if !(0..=document.size).contains(&offset) {
            return Err(Error::field(
                "offset",
                "out_of_range",
                "Vị trí bắt đầu phải từ 0 đến dung lượng của tài liệu.",
                "The offset must be 0 to the document's size.",
            ));
        }
        let key = self.key_of(&document).await?;
        Outgoing::open(&self.blobs, document, key.as_ref(), offset).await
    }

    /// The key of a document; none if it is from before documents were sealed.
    async fn key_of(&self, document: &AttachmentRow) -> Result<Option<DataKey>> {
        let index = document.log_index;
        let Some(row) = self.app.store.content_keys(&[index]).await?.remove(&index) else {
            return Ok(None);
        };
        let key = row.open(self.app.store.masters())?;
        let erased = || Error::new(ErrorCode::ContentErased).with("document", document.id.as_str());
        key.map(Some).ok_or_else(erased)
    }

    async fn unerased(&self, viewer: &Viewer, id: &DocumentId) -> Result<AttachmentRow> {
        let document = self.readable(viewer, id).await?;
        if document.is_erased() {
            return Err(Error::new(ErrorCode::ContentErased).with("document", id.as_str()));
        }
        Ok(document)
    }

    async fn readable(&self, viewer: &Viewer, id: &DocumentId) -> Result<AttachmentRow> {
        let found = self.app.store.attachment_of(viewer, id).await?;
        found.ok_or_else(|| Error::new(ErrorCode::DocumentNotFound))
    }
}

/// What becomes of the bytes `id`, now that the ledger has spoken.
async fn settle(stored: Stored, id: &DocumentId, outcome: &Result<Uploaded>) -> std::io::Result<()> {
    match outcome {
        Ok(uploaded) if uploaded.id == *id => stored.accepted().await,
        // The same upload came twice at once, through two hubs, and the other one was first.
        Ok(_) => stored.unneeded().await,
        // Whether a write was carried out is not known after a fault; better bytes without an entry than the reverse.
        Err(error) if error.has_done_nothing() => stored.refused().await,
        Err(_) => Ok(()),
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
