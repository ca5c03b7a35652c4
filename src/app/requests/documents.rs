//! What documents have in common beyond their form: signatures, attachments, the order that a step answers.

use crate::app::App;
use crate::domain::catalogue::Kind;
use crate::domain::document::parts::Attachment;
use crate::domain::document::{self, OrderDocument};
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::request::EnforcementRequest;
use crate::domain::workflow::Action;

/// A kind that wants this step signed cannot have it yet: this hub does not take JWS.
pub(super) fn refuse_unsigned(kind: &Kind, action: Action) -> Result<()> {
    if kind.definition.signed_steps.contains(&action) {
        return Err(Error::new(ErrorCode::SignatureNotEnabled).with("action", action.as_str()));
    }
    Ok(())
}

/// Nothing can be uploaded yet, so whatever a document names as an attachment is not there.
pub(super) fn check_attachments(attachments: &[Attachment]) -> Result<()> {
    if attachments.is_empty() {
        return Ok(());
    }
    let missing = (0..attachments.len()).map(|index| {
        FieldViolation::new(
            format!("/attachments/{index}"),
            "not_found",
            "Không tìm thấy tài liệu kèm theo; cổng này chưa nhận tệp kèm theo.",
            "The attachment was not found; this hub does not take attachments yet.",
        )
    });
    Err(Error::invalid(ErrorCode::ReferenceNotFound, missing.collect()))
}

impl App {
    /// The order of a request that the caller was allowed to read, as it was accepted.
    pub(super) async fn order_of(&self, request: &EnforcementRequest) -> Result<OrderDocument> {
        let order = self.kept_order_of(request).await?;
        order.ok_or_else(|| Error::internal("the order's bytes were erased"))
    }

    /// Likewise; `None` if its bytes were erased.
    pub(crate) async fn kept_order_of(&self, request: &EnforcementRequest) -> Result<Option<OrderDocument>> {
        let body = self.store.bodies(&[request.body_index]).await?.pop();
        let body = body.ok_or_else(|| Error::internal("a request without a body"))?;
        let parse = |content: bytes::Bytes| document::parse(&content).map_err(Error::internal);
        body.content.map(parse).transpose()
    }
}
