//! Erasures on the wire.

use jiff::civil::Date;
use lienthong_proto::v1;
use prost::Message as _;

use super::fields::Fields;
use super::receipt::receipt;
use super::vocabulary::OnWire as _;
use super::{localized, text_or_empty, time};
use crate::app::erasure::{Due, ErasureView, Verdict};
use crate::app::ledger::Receipt;
use crate::domain::erasure::{Hindered, Hindrance};
use crate::domain::error::Result;
use crate::domain::ids::RequestId;

/// Most characters of a reason.
const REASON: usize = 1_000;

/// The request whose order is proposed for erasure.
pub(crate) fn proposed(message: &v1::ProposeErasureRequest) -> Result<RequestId> {
    let mut fields = Fields::default();
    fields.paragraph("reason", &message.reason, 1..=REASON);
    let id = fields.id("enforcement_request_id", &message.enforcement_request_id);
    fields.finish(id)
}

/// The proposal that is decided, and how.
pub(crate) fn decided(message: &v1::DecideErasureRequest) -> Result<(i64, Verdict)> {
    let mut fields = Fields::default();
    fields.paragraph("reason", &message.reason, 0..=REASON);
    if message.proposal_index < 0 {
        let (vi, en) = ("Phải từ 0 trở lên.", "Expected 0 or more.");
        fields.push("proposal_index", "out_of_range", vi, en);
    }
    let verdict = match message.decision() {
        v1::ErasureDecision::Confirm => Some(Verdict::Confirm),
        v1::ErasureDecision::Reject => Some(Verdict::Reject),
        v1::ErasureDecision::Unspecified => None,
    };
    if verdict.is_none() {
        fields.missing("decision");
    }
    fields.finish(verdict.map(|verdict| (message.proposal_index, verdict)))
}

/// A proposal.
pub(crate) fn erasure(view: &ErasureView) -> v1::Erasure {
    let erasure = &view.erasure;
    let decided = erasure.decided.as_ref();
    let message = view.message.as_deref().unwrap_or_default();
    let reason = v1::ProposeErasureRequest::decode(message).map(|message| message.reason);
    v1::Erasure {
        proposal_index: erasure.proposed_index,
        order_id: erasure.subject.clone(),
        requests: view.requests.iter().map(erasable).collect(),
        state: erasure.state_at(view.now).to_wire(),
        reason: reason.unwrap_or_default(),
        proposed_by_officer_id: erasure.proposed_by.to_string(),
        proposed_time: Some(time(erasure.proposed_time)),
        lapse_time: Some(time(erasure.lapses())),
        decided_by_officer_id: text_or_empty(decided.map(|decided| decided.officer.as_str())),
        decided_time: decided.map(|decided| time(decided.time)),
        decision_index: decided.map(|decided| decided.index),
    }
}

/// A request whose content is kept or goes.
pub(crate) fn erasable(due: &Due) -> v1::ErasableRequest {
    let request = &due.request;
    v1::ErasableRequest {
        enforcement_request_id: request.id.to_string(),
        order_id: due.order.clone(),
        kind: request.kind.to_string(),
        recipient_agency_code: request.recipient.to_string(),
        state: request.state.to_wire(),
        end_time: Some(time(request.update_time)),
        retention_years: i32::try_from(due.retention_years).unwrap_or(i32::MAX),
        kept_through_date: Date::to_string(&due.kept_through),
        hindrances: due.hindered.iter().map(hindrance).collect(),
        erased_index: request.erased_index,
    }
}

fn hindrance(hindered: &Hindered) -> v1::ErasureHindrance {
    use v1::ErasureHindranceReason as Reason;
    let reason = match &hindered.by {
        Hindrance::Erased => Reason::ErasedAlready,
        Hindrance::NotEnded(_) => Reason::NotEnded,
        Hindrance::Kept(_) => Reason::Retention,
        Hindrance::MeasureInForce(_) => Reason::MeasureInForce,
        Hindrance::Related(_) => Reason::OpenRequest,
        Hindrance::NotSealed => Reason::NotSealed,
    };
    v1::ErasureHindrance {
        enforcement_request_id: hindered.request.to_string(),
        reason: reason.into(),
        text: Some(localized(hindered.by.vi(), hindered.by.en())),
    }
}

/// What a proposal is answered with.
pub(crate) fn propose_response((view, proof): (ErasureView, Receipt)) -> Result<v1::ProposeErasureResponse> {
    Ok(v1::ProposeErasureResponse {
        erasure: Some(erasure(&view)),
        receipt: Some(receipt(proof)?),
    })
}

/// What a decision is answered with.
pub(crate) fn decide_response((view, proof): (ErasureView, Receipt)) -> Result<v1::DecideErasureResponse> {
    Ok(v1::DecideErasureResponse {
        erasure: Some(erasure(&view)),
        receipt: Some(receipt(proof)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong<T>(read: Result<T>) -> Vec<String> {
        let found = read.err();
        found.map_or_else(Vec::new, |error| {
            error.fields().iter().map(|field| field.field.clone()).collect()
        })
    }

    #[test]
    fn a_proposal_says_what_and_why() {
        let sound = v1::ProposeErasureRequest {
            enforcement_request_id: format!("req_{:032x}", 1),
            reason: "Hết thời hạn lưu".to_owned(),
            ..Default::default()
        };
        assert!(proposed(&sound).is_ok());
        assert_eq!(
            wrong(proposed(&v1::ProposeErasureRequest::default())),
            ["reason", "enforcement_request_id"]
        );
    }

    #[test]
    fn a_decision_is_stated() {
        let sound = v1::DecideErasureRequest {
            proposal_index: 7,
            decision: v1::ErasureDecision::Reject.into(),
            ..Default::default()
        };
        assert_eq!(decided(&sound).unwrap(), (7, Verdict::Reject));
        for (proposal_index, decision, named) in [(-1, 1, "proposal_index"), (7, 0, "decision"), (7, 9, "decision")] {
            let message = v1::DecideErasureRequest {
                proposal_index,
                decision,
                ..Default::default()
            };
            assert_eq!(wrong(decided(&message)), [named]);
        }
    }
}
