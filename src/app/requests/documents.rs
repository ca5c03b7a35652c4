//! What documents have in common beyond their form: attachments, the order that a step answers.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::App;
use crate::domain::document::parts::Attachment;
use crate::domain::document::{self, OrderDocument};
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::ids::DocumentId;
use crate::domain::request::EnforcementRequest;
use crate::domain::viewer::Viewer;
use crate::evidence::digest::hex;
use crate::evidence::jws::document_in;
use crate::store::rows::AttachmentRow;

impl App {
    /// The uploaded documents that `attachments` name, in their order. Each must be one that `viewer` may read, with
    /// the same size and media type.
    ///
    /// # Errors
    /// `REFERENCE_NOT_FOUND` with a pointer to each one that is not there.
    pub(super) async fn attached(&self, viewer: &Viewer, attachments: &[Attachment]) -> Result<Vec<DocumentId>> {
        if attachments.is_empty() {
            return Ok(Vec::new());
        }
        let digests: BTreeSet<&str> = attachments
            .iter()
            .map(|attachment| attachment.sha256.as_str())
            .collect();
        let found = self.store.attachments_by_digest(viewer, digests).await?;
        let mut by_digest: BTreeMap<String, Vec<AttachmentRow>> = BTreeMap::new();
        // What is erased is not there any more: it must be uploaded anew.
        for document in found.into_iter().filter(|document| !document.is_erased()) {
            by_digest.entry(hex(&document.sha256)).or_default().push(document);
        }
        let mut ids = Vec::with_capacity(attachments.len());
        let mut wrong = Vec::new();
        for (index, attachment) in attachments.iter().enumerate() {
            let known = by_digest.get(attachment.sha256.as_str()).map_or(&[][..], Vec::as_slice);
            match matching(attachment, known) {
                Ok(document) => ids.push(document.id.clone()),
                Err(mismatch) => wrong.push(mismatch.violation(index)),
            }
        }
        if wrong.is_empty() {
            Ok(ids)
        } else {
            Err(Error::invalid(ErrorCode::ReferenceNotFound, wrong))
        }
    }

    /// The order of a request that the caller was allowed to read, as it was accepted.
    pub(super) async fn order_of(&self, request: &EnforcementRequest) -> Result<OrderDocument> {
        let order = self.kept_order_of(request).await?;
        order.ok_or_else(|| Error::new(ErrorCode::ContentErased).with("request", request.id.as_str()))
    }

    /// Likewise; `None` if its bytes were erased.
    pub(crate) async fn kept_order_of(&self, request: &EnforcementRequest) -> Result<Option<OrderDocument>> {
        let body = self.store.bodies(&[request.body_index]).await?.pop();
        let body = body.ok_or_else(|| Error::internal("a request without a body"))?;
        let Some(content) = body.content else {
            return Ok(None);
        };
        let document = document_in(&body.media_type, &content).map_err(Error::internal)?;
        document::parse(&document).map(Some).map_err(Error::internal)
    }
}

/// Why an attachment is not one of the documents with its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mismatch {
    NotFound,
    Size,
    MediaType,
}

impl Mismatch {
    fn violation(self, index: usize) -> FieldViolation {
        let (member, reason, vi, en) = match self {
            Self::NotFound => (
                "",
                "not_found",
                "Không tìm thấy tài liệu này; hãy tải lên trước khi gửi.",
                "There is no such document; upload it first.",
            ),
            Self::Size => (
                "/size",
                "mismatch",
                "Dung lượng không phải của tài liệu đã tải lên.",
                "The size is not the uploaded document's.",
            ),
            Self::MediaType => (
                "/media_type",
                "mismatch",
                "Kiểu tệp không phải của tài liệu đã tải lên.",
                "The media type is not the uploaded document's.",
            ),
        };
        FieldViolation::new(format!("/attachments/{index}{member}"), reason, vi, en)
    }
}

/// The first of the documents with the attachment's digest that it is in all.
fn matching<'a>(attachment: &Attachment, known: &'a [AttachmentRow]) -> Result<&'a AttachmentRow, Mismatch> {
    let of_size = |document: &&AttachmentRow| u64::try_from(document.size) == Ok(attachment.size);
    let of_type = |document: &&AttachmentRow| document.media_type == attachment.media_type.as_str();
    match known.iter().filter(of_size).find(of_type) {
        Some(document) => Ok(document),
        None if known.is_empty() => Err(Mismatch::NotFound),
        None if known.iter().any(|document| of_size(&document)) => Err(Mismatch::MediaType),
        None => Err(Mismatch::Size),
    }
}
