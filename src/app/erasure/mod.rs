//! Erasing the content of orders whose retention is over: what is due, what was proposed, and the two steps
//! ([decision 0025](../../../docs/decisions/0025-erasure.md)). Envelopes, events and proofs stay.

mod due;

use std::collections::BTreeMap;

use bytes::Bytes;

use super::App;
use super::jobs::last_successor;
use super::ledger::erasure::{ErasureStep, OrderToErase};
use super::ledger::{Actor, Command, Operation, Receipt};
use super::requests::history::PROTOBUF;
use super::requests::list::Page;
use crate::domain::erasure::{Erasure, ErasureAction, LAPSE, order_name};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{AgencyCode, IdempotencyKey, RequestId};
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::evidence::leaf::{Leaf, content_sha256};
use crate::store::KeptUntil;

pub use due::Due;

/// When to come again after the registry moved between looking and entering, in milliseconds.
const REGISTRY_MOVED: u32 = 200;

/// A write about an erasure, as it came.
#[derive(Debug, Clone)]
pub struct ErasureWrite {
    /// Who asks.
    pub actor: Actor,
    /// The key that makes the retry safe.
    pub key: IdempotencyKey,
    /// The message, encoded again in field order: what the key is bound to, and where the reason stands.
    pub content: Bytes,
}

/// What the second person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The content goes.
    Confirm,
    /// It stays.
    Reject,
}

/// A proposal as officers of its agency see it.
#[derive(Debug, Clone)]
pub struct ErasureView {
    /// The proposal and its decision.
    pub erasure: Erasure,
    /// The requests whose content goes together.
    pub requests: Vec<Due>,
    /// The message of the proposal, in which its reason stands.
    pub message: Option<Bytes>,
    /// As of when this is told.
    pub now: Timestamp,
}

impl App {
    /// Proposes to erase the content of the order that a request carries out, with all requests that share it. `request` is an
    /// error if a check before this one failed; a key that acted before gives the receipt of that time all the same.
    ///
    /// # Errors
    /// `REQUEST_NOT_FOUND`; `METHOD_NOT_ALLOWED` if the order is the other party's; `ERASURE_NOT_DUE` with each hindrance; `ERASURE_PENDING`;
    /// `KEY_REUSED`.
    pub async fn propose_erasure(
        &self,
        write: ErasureWrite,
        request: Result<RequestId>,
    ) -> Result<(ErasureView, Receipt)> {
        let (agency, version) = (write.actor.agency.clone(), self.store.registry_version().await?);
        let order = match request {
            Ok(id) => self.order_to_erase(&agency, &id).await,
            Err(error) => Err(error),
        };
        let step = order.map(|order| ErasureStep {
            action: ErasureAction::Propose,
            order,
            proposed_index: None,
            registry_version: version,
        });
        let receipt = self.erasure_step(write, ErasureAction::Propose, step).await?;
        let view = self.erasure(&agency, receipt.log_index).await?;
        Ok((view, receipt))
    }

    /// Decides the proposal of an entry. `decision` is an error if a check before this one failed.
    ///
    /// # Errors
    /// `ERASURE_NOT_FOUND`; `ERASURE_NOT_PENDING`; `SECOND_PERSON_REQUIRED`; `ERASURE_NOT_DUE` with each hindrance; `KEY_REUSED`.
    pub async fn decide_erasure(
        &self,
        write: ErasureWrite,
        decision: Result<(i64, Verdict)>,
    ) -> Result<(ErasureView, Receipt)> {
        let (agency, version) = (write.actor.agency.clone(), self.store.registry_version().await?);
        let action = match decision {
            Ok((_, Verdict::Confirm)) => ErasureAction::Erase,
            // What cannot be read was never accepted under any key.
            Ok((_, Verdict::Reject)) | Err(_) => ErasureAction::Reject,
        };
        let found = match decision {
            Ok((index, _)) => self.order_proposed(&agency, index).await.map(|order| (index, order)),
            Err(error) => Err(error),
        };
        let step = found.map(|(index, order)| ErasureStep {
            action,
            order,
            proposed_index: Some(index),
            registry_version: version,
        });
        let receipt = self.erasure_step(write, action, step).await?;
        let event = self.store.event_at(receipt.log_index).await?;
        let event = event.ok_or_else(|| Error::internal("an entry without an event"))?;
        let Told { proposed } = serde_json::from_str(&event.details).map_err(Error::internal)?;
        let view = self.erasure(&agency, proposed).await?;
        if action == ErasureAction::Erase {
            // If this fails the rest goes in its own time.
            if let Err(error) = self.store.forget_overwritten().await {
                tracing::warn!(code = error.code().as_str(), "erasure.overwritten.left");
            }
        }
        Ok((view, receipt))
    }

    async fn erasure_step(
        &self,
        write: ErasureWrite,
        action: ErasureAction,
        step: Result<ErasureStep>,
    ) -> Result<Receipt> {
        let ErasureWrite { actor, key, content } = write;
        let receipts = match step {
            Ok(step) => {
                let operation = Operation::Erasure(Box::new(step));
                let command = Command::new(actor, key, PROTOBUF, content, operation);
                let moved = || Error::new(ErrorCode::Unavailable).retry_after_millis(REGISTRY_MOVED);
                self.execute_checked(command).await?.ok_or_else(moved)?
            }
            Err(failure) => {
                self.replay_or(&actor.agency, &key, content_sha256(&content), failure)
                    .await?
            }
        };
        let receipt = receipts.into_iter().next();
        let receipt = receipt.ok_or_else(|| Error::internal("an erasure without an entry"))?;
        let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
        // The same bytes may be a message of another method.
        if leaf.action == action.as_str() {
            Ok(receipt)
        } else {
            Err(Error::new(ErrorCode::KeyReused))
        }
    }

    /// What was proposed by an agency, newest first, before the entry `before`.
    pub async fn erasures(
        &self,
        viewer: &Viewer,
        only_pending: bool,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Page<ErasureView>> {
        let since = only_pending.then(|| self.clock.now().minus(LAPSE));
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut found = self.store.erasures_of(&viewer.agency, since, before, one_more).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let items = self.erasure_views(found).await?;
        Ok(Page { items, more })
    }

    /// Destroys again what the log says was destroyed, if it has come back: after a restore of older data.
    ///
    /// # Errors
    /// The database's.
    pub async fn destroy_again(&self) -> Result<()> {
        let destroyed = self.store.destroy_again().await?;
        if destroyed > 0 {
            tracing::warn!(keys = destroyed, "erasure.destroyed_again");
        }
        Ok(())
    }

    /// The agencies whose orders are an agency's: its own and those of agencies that it has succeeded.
    async fn owned_by(&self, agency: &AgencyCode) -> Result<Vec<AgencyCode>> {
        let successions = self.store.successions().await?;
        let former = successions
            .keys()
            .filter(|from| last_successor(&successions, from) == Some(agency));
        Ok(former.chain([agency]).cloned().collect())
    }

    async fn order_to_erase(&self, agency: &AgencyCode, id: &RequestId) -> Result<OrderToErase> {
        let (mut own, mut is_seen) = (None, false);
        for owner in self.owned_by(agency).await? {
            let request = self.store.request_of(&Viewer::whole(&owner), id).await?;
            is_seen |= request.is_some();
            own = own.or(request.filter(|request| request.sender == owner));
        }
        match own {
            Some(request) => self.order_under(request.body_index).await,
            None if is_seen => Err(Error::new(ErrorCode::MethodNotAllowed).with_detail(
                "Chỉ cơ quan đã gửi yêu cầu, hoặc cơ quan kế thừa, được xóa nội dung.",
                "Only the agency that sent the request, or its successor, may erase its content.",
            )),
            None => Err(Error::new(ErrorCode::RequestNotFound)),
        }
    }

    async fn order_proposed(&self, agency: &AgencyCode, index: i64) -> Result<OrderToErase> {
        let erasure = self.store.erasure_of(agency, index).await?;
        let erasure = erasure.ok_or_else(|| Error::new(ErrorCode::ErasureNotFound))?;
        self.order_under(erasure.body_index).await
    }

    /// The order whose bytes stand under this log index.
    async fn order_under(&self, body_index: i64) -> Result<OrderToErase> {
        let requests = self.store.requests_of_bodies([body_index]).await?;
        let name = order_name(&requests).ok_or_else(|| Error::internal("an order without its request"))?;
        let kept = requests
            .iter()
            .map(|request| Ok((request.id.clone(), self.retention_of(request)?)));
        Ok(OrderToErase {
            name,
            body_index,
            requests: kept.collect::<Result<_>>()?,
        })
    }

    fn retention_of(&self, request: &EnforcementRequest) -> Result<u32> {
        let kind = self.kind_of(request);
        let kind = kind.ok_or_else(|| Error::internal("the catalogue has lost a kind in use"))?;
        Ok(kind.definition.retention_years)
    }

    async fn erasure(&self, agency: &AgencyCode, proposed_index: i64) -> Result<ErasureView> {
        let erasure = self.store.erasure_of(agency, proposed_index).await?;
        let erasure = erasure.ok_or_else(|| Error::internal("a proposal was lost"))?;
        let view = self.erasure_views(vec![erasure]).await?.pop();
        view.ok_or_else(|| Error::internal("a proposal was lost"))
    }

    async fn erasure_views(&self, erasures: Vec<Erasure>) -> Result<Vec<ErasureView>> {
        let now = self.clock.now();
        let mut orders = self
            .due_of(erasures.iter().map(|erasure| erasure.body_index), now)
            .await?;
        let indexes: Vec<i64> = erasures.iter().map(|erasure| erasure.proposed_index).collect();
        let bodies = self.store.bodies(&indexes).await?;
        let mut messages: BTreeMap<i64, Bytes> = bodies
            .into_iter()
            .filter_map(|body| Some((body.log_index, body.content?)))
            .collect();
        let views = erasures.into_iter().map(|erasure| ErasureView {
            // Two proposals of one page may be about one order.
            requests: orders.get_mut(&erasure.body_index).cloned().unwrap_or_default(),
            message: messages.remove(&erasure.proposed_index),
            erasure,
            now,
        });
        Ok(views.collect())
    }

    /// The requests of an agency that have ended and whose retention is over, oldest first, after `after`.
    pub async fn due_for_erasure(&self, viewer: &Viewer, after: Option<&RequestId>, limit: usize) -> Result<Page<Due>> {
        let now = self.clock.now();
        let owners = self.owned_by(&viewer.agency).await?;
        let kinds: Vec<KeptUntil> = self
            .catalogue
            .kinds()
            .map(|kind| KeptUntil {
                kind: kind.definition.code.clone(),
                revision: i64::from(kind.definition.revision),
                before: crate::domain::erasure::ended_before(now, kind.definition.retention_years),
            })
            .collect();
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut found = self.store.due_requests(&owners, &kinds, after, one_more).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let orders = self.due_of(found.iter().map(|request| request.body_index), now).await?;
        let items = found.iter().filter_map(|request| {
            let order = orders.get(&request.body_index)?;
            order.iter().find(|due| due.request.id == request.id).cloned()
        });
        Ok(Page {
            items: items.collect(),
            more,
        })
    }
}

/// What the event of a decision says.
#[derive(serde::Deserialize)]
struct Told {
    proposed: i64,
}
