//! What every step after submit needs: the caller's own request, its kind, and what its clocks read.

use std::sync::Arc;

use serde_json::Value;

use crate::app::App;
use crate::app::ledger::Operation;
use crate::app::ledger::command::{Statement, Step, states_a_result};
use crate::domain::catalogue::Kind;
use crate::domain::catalogue::account::PayloadOf;
use crate::domain::deadline::needs_order_payload;
use crate::domain::document::OrderDocument;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::event::DecisionRef;
use crate::domain::ids::{RelatedId, RequestId};
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::domain::workflow::table::TABLE;
use crate::domain::workflow::{Action, ClockEffect};

/// A request that the caller may act on, and its kind.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) request: EnforcementRequest,
    pub(super) kind: Arc<Kind>,
}

/// A step as a document or a command states it.
#[derive(Debug, Clone)]
pub(crate) struct Stated {
    pub(super) action: Action,
    pub(super) statement: Statement,
    /// The payload of an answer, report or correction.
    pub(super) answer_payload: Option<Value>,
    /// When it was done, if a paper says so.
    pub(super) done: Option<Timestamp>,
}

impl Stated {
    /// A step that brings no payload.
    pub(super) fn new(action: Action, statement: Statement) -> Self {
        Self {
            action,
            statement,
            answer_payload: None,
            done: None,
        }
    }
}

impl App {
    /// What the order relates to, as far as the step may change something there: measures, for a final answer or its correction; duties that
    /// it had ended by following, for a return or a withdrawal.
    async fn related(&self, request: &EnforcementRequest, kind: &Kind, action: Action) -> Result<Vec<RelatedId>> {
        let relations = &kind.definition.relations;
        if may_end_without_answer(action) && !relations.is_empty() {
            let known = self.store.relations_of(request).await?;
            return Ok(known.into_iter().map(|known| known.related_id).collect());
        }
        if !states_a_result(action) || !relations.iter().any(|relation| relation.measure) {
            return Ok(Vec::new());
        }
        let is_measure = |name: &str| {
            relations
                .iter()
                .any(|relation| relation.measure && relation.r#type.as_str() == name)
        };
        let known = self.store.relations_of(request).await?;
        let wanted = known.into_iter().filter(|known| is_measure(&known.relation));
        Ok(wanted.map(|known| known.related_id).collect())
    }

    /// The request and its kind; REQUEST_NOT_FOUND alike for a missing one and for one that `viewer` may not see.
    pub(super) async fn target(&self, viewer: &Viewer, id: &RequestId) -> Result<Target> {
        let request = self.store.request_of(viewer, id).await?;
        let request = request.ok_or_else(|| Error::new(ErrorCode::RequestNotFound))?;
        let kind = self
            .kind_of(&request)
            .ok_or_else(|| Error::internal("the catalogue has lost a kind in use"))?;
        Ok(Target {
            kind: Arc::clone(kind),
            request,
        })
    }

    /// The step for the ledger. `order` is the order if it was read already; it is read here only if clocks need it.
    pub(super) async fn step(
        &self,
        target: Target,
        stated: Stated,
        expected_version: Option<i64>,
        order: Option<OrderDocument>,
    ) -> Result<Operation> {
        let Target { request, kind } = target;
        let decision = order.as_ref().map(|order| DecisionRef {
            number: order.head.full_number(),
            date: order.head.date,
            office: None,
        });
        let order_payload = if needs_order_payload(&kind.definition.deadlines, &clock_effects(stated.action)) {
            let order = match order {
                Some(order) => order,
                None => self.order_of(&request).await?,
            };
            serde_json::from_str(order.payload.get()).map_err(Error::internal)?
        } else {
            Value::Null
        };
        let related = self.related(&request, &kind, stated.action).await?;
        let answer = stated.answer_payload.as_ref();
        let named = answer.map(|payload| kind.accounts_in(PayloadOf::Answer, payload));
        Ok(Operation::Step(Box::new(Step {
            related,
            decision: decision.filter(|_| stated.statement.holding.is_some()),
            done: stated.done,
            request_id: request.id,
            sender: request.sender,
            recipient: request.recipient,
            kind,
            action: stated.action,
            expected_version,
            order_payload,
            answer_payload: stated.answer_payload,
            statement: stated.statement,
            accounts: self.store.account_digests(named.iter().flatten()),
        })))
    }
}

fn may_end_without_answer(action: Action) -> bool {
    matches!(action, Action::SendBack | Action::Withdraw | Action::AcceptWithdrawal)
}

/// The version that the caller has seen; 0 does not check.
pub(super) fn expected_version(version: i64) -> Result<Option<i64>> {
    match version {
        0 => Ok(None),
        1.. => Ok(Some(version)),
        _ => Err(Error::field(
            "expected_version",
            "out_of_range",
            "Phiên bản phải từ 1, hoặc 0 để không kiểm tra.",
            "The version must be 1 or more, or 0 not to check.",
        )),
    }
}

/// Everything that an action may do to clocks, in whatever state it is taken.
fn clock_effects(action: Action) -> Vec<ClockEffect> {
    TABLE
        .iter()
        .filter(|row| row.action == action)
        .flat_map(|row| row.clocks)
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::workflow::StartingPoint;

    #[test]
    fn a_version_is_positive_and_zero_means_any() {
        assert_eq!(expected_version(0).unwrap(), None);
        assert_eq!(expected_version(3).unwrap(), Some(3));
        assert_eq!(expected_version(-1).unwrap_err().code(), ErrorCode::FieldInvalid);
    }

    #[test]
    fn clock_effects_are_those_of_every_row_of_the_action() {
        let effects = clock_effects(Action::AnswerFinal);
        assert!(effects.contains(&ClockEffect::Start(StartingPoint::Acknowledged)));
        assert!(effects.contains(&ClockEffect::Resume));
        assert!(clock_effects(Action::Assign).is_empty());
    }
}
