//! Proposals to erase, for people and for scripts.

use lienthong_proto::v1;
use serde_json::{Value, json};

use super::print::{Lines, Table};
use super::{view, words};
use crate::domain::erasure::ErasureState;
use crate::grpc::convert::vocabulary::OnWire as _;

/// A request whose content is kept or goes.
pub(super) fn request_value(request: &v1::ErasableRequest) -> Value {
    let hindrance = |hindrance: &v1::ErasureHindrance| {
        let text = hindrance.text.as_ref();
        json!({
            "enforcement_request_id": hindrance.enforcement_request_id,
            "reason": words::erasure_hindrance(hindrance.reason),
            "vi": text.map(|text| &text.vi),
            "en": text.map(|text| &text.en),
        })
    };
    json!({
        "enforcement_request_id": request.enforcement_request_id,
        "order_id": request.order_id,
        "kind": request.kind,
        "recipient_agency_code": request.recipient_agency_code,
        "state": words::state(request.state),
        "end_time": view::time(request.end_time),
        "retention_years": request.retention_years,
        "kept_through_date": request.kept_through_date,
        "hindrances": request.hindrances.iter().map(hindrance).collect::<Value>(),
        "erased_index": request.erased_index,
    })
}

/// A proposal.
pub(super) fn value(erasure: &v1::Erasure) -> Value {
    json!({
        "proposal_index": erasure.proposal_index,
        "order_id": erasure.order_id,
        "requests": erasure.requests.iter().map(request_value).collect::<Value>(),
        "state": words::erasure_state(erasure.state),
        "reason": view::text(&erasure.reason),
        "proposed_by_officer_id": erasure.proposed_by_officer_id,
        "proposed_time": view::time(erasure.proposed_time),
        "lapse_time": view::time(erasure.lapse_time),
        "decided_by_officer_id": view::text(&erasure.decided_by_officer_id),
        "decided_time": view::time(erasure.decided_time),
        "decision_index": erasure.decision_index,
    })
}

fn state_vi(number: i32) -> String {
    ErasureState::from_wire(number).map_or_else(|| words::erasure_state(number), |state| state.label_vi().to_owned())
}

/// What is due.
pub(super) fn due(requests: &[v1::ErasableRequest]) -> String {
    let mut table = Table::new(&[
        "Yêu cầu / request",
        "Loại / kind",
        "Nơi nhận / to",
        "Lưu đến / kept through",
        "Vướng / hindered by",
    ]);
    for request in requests {
        let hindrances = request.hindrances.iter();
        let texts = hindrances.filter_map(|hindrance| Some(hindrance.text.as_ref()?.vi.clone()));
        table.row(&[
            request.enforcement_request_id.clone(),
            request.kind.clone(),
            request.recipient_agency_code.clone(),
            request.kept_through_date.clone(),
            texts.collect::<Vec<_>>().join(" "),
        ]);
    }
    if table.is_empty() {
        "Không có nội dung nào hết thời hạn lưu. / Nothing is past its retention.\n".to_owned()
    } else {
        table.text("")
    }
}

/// Proposals.
pub(super) fn list(erasures: &[v1::Erasure]) -> String {
    let mut table = Table::new(&[
        "Số / number",
        "Đơn / order",
        "Trạng thái / state",
        "Đề nghị / by",
        "Lúc / at",
        "Quyết định / decided",
    ]);
    for erasure in erasures {
        table.row(&[
            erasure.proposal_index.to_string(),
            erasure.order_id.clone(),
            state_vi(erasure.state),
            erasure.proposed_by_officer_id.clone(),
            words::clock(erasure.proposed_time),
            erasure.decided_by_officer_id.clone(),
        ]);
    }
    if table.is_empty() {
        "Không có đề nghị nào. / There is no proposal.\n".to_owned()
    } else {
        table.text("")
    }
}

/// One proposal.
pub(super) fn one(erasure: &v1::Erasure) -> String {
    let mut lines = Lines::default();
    lines.add("Số đề nghị / proposal", &erasure.proposal_index.to_string());
    lines.add("Đơn / order", &erasure.order_id);
    lines.add("Trạng thái / state", &state_vi(erasure.state));
    lines.add("Lý do / reason", &erasure.reason);
    lines.add("Người đề nghị / proposed by", &erasure.proposed_by_officer_id);
    lines.add("Lúc / at", &words::clock(erasure.proposed_time));
    if erasure.state == ErasureState::Proposed.to_wire() {
        lines.add(
            "Phải quyết định trước / decide before",
            &words::clock(erasure.lapse_time),
        );
    }
    lines.add("Người quyết định / decided by", &erasure.decided_by_officer_id);
    lines.text(&requests(&erasure.requests));
    lines.finish()
}

fn requests(requests: &[v1::ErasableRequest]) -> String {
    let mut table = Table::new(&["Yêu cầu / request", "Loại / kind", "Nơi nhận / to", "Kết thúc / ended"]);
    for request in requests {
        table.row(&[
            request.enforcement_request_id.clone(),
            request.kind.clone(),
            request.recipient_agency_code.clone(),
            words::clock(request.end_time),
        ]);
    }
    table.text("  ")
}

/// What will be lost, and the question.
pub(super) fn question(erasure: &v1::Erasure) -> String {
    format!(
        "{}\nVăn bản, trao đổi và tệp kèm theo của các yêu cầu trên sẽ mất vĩnh viễn; biên nhận và chứng cứ vẫn còn.\n\
         The documents, messages and files of these requests will be lost for ever; receipts and proofs stay.\n\
         Gõ {1} để xác nhận / type {1} to confirm: ",
        one(erasure),
        erasure.proposal_index
    )
}
