//! Submit (gửi): one order to each of its recipients.

use bytes::Bytes;

use super::accept::read;
use super::documents::{check_attachments, refuse_unsigned};
use crate::app::App;
use crate::app::ledger::command::Submit;
use crate::app::ledger::{Actor, Operation, Receipt};
use crate::domain::document::OrderDocument;
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::event::Relation;
use crate::domain::ids::{BroadcastId, RequestId};
use crate::domain::workflow::Action;
use crate::evidence::leaf::Leaf;

/// An order that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// One per recipient, in the order's own sequence.
    pub receipts: Vec<Receipt>,
    /// The broadcast, if there are several recipients.
    pub broadcast_id: Option<BroadcastId>,
}

impl App {
    /// Accepts an `OrderDocument`, or says why not.
    ///
    /// # Errors
    /// `DOCUMENT_*`, `AGENCY_MISMATCH`, `KIND_*`, `RECIPIENT_*`, `REFERENCE_NOT_FOUND`, `KEY_REUSED`.
    pub async fn submit(&self, actor: &Actor, document: Bytes) -> Result<Submitted> {
        let (sent, order) = read::<OrderDocument>(actor, &document)?;
        let checked = order.and_then(|order| self.check_order(&order));
        let receipts = self.settle(actor, sent, &[Action::Submit], checked).await?;
        // Read back in every case, so that a retry's answer is made of the same things as the first.
        let broadcast_id = match receipts.as_slice() {
            [first, _, ..] => self.broadcast_id(actor, first).await?,
            [] | [_] => None,
        };
        Ok(Submitted { receipts, broadcast_id })
    }

    fn check_order(&self, order: &OrderDocument) -> Result<Operation> {
        let kind = self
            .catalogue
            .kind(&order.kind, self.clock.now().date())
            .ok_or_else(|| {
                let field = FieldViolation::new(
                    "/kind",
                    "unknown_code",
                    "Không có loại yêu cầu này hoặc loại này không còn hiệu lực.",
                    "There is no such kind, or it is not in force.",
                );
                Error::invalid(ErrorCode::KindUnknown, vec![field])
            })?;
        refuse_unsigned(kind, Action::Submit)?;
        let facts = kind
            .check_order(order)
            .map_err(|found| Error::invalid(ErrorCode::DocumentInvalid, found))?;
        check_attachments(&order.attachments)?;
        Ok(Operation::Submit(Submit {
            kind: kind.clone(),
            recipients: order.recipients.clone(),
            relations: order
                .relations
                .iter()
                .map(|relation| Relation {
                    relation: relation.r#type.as_str().to_owned(),
                    related_id: relation.enforcement_request_id.clone(),
                })
                .collect(),
            payload: facts.payload,
        }))
    }

    async fn broadcast_id(&self, actor: &Actor, receipt: &Receipt) -> Result<Option<BroadcastId>> {
        let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
        let id = RequestId::parse(&leaf.subject).map_err(Error::internal)?;
        let request = self.store.request_of(&actor.agency, &id).await?;
        Ok(request.and_then(|request| request.broadcast_id))
    }
}
