//! Cases, for people and for scripts.

use lienthong_proto::v1;
use serde_json::{Value, json};

use super::print::{Lines, Table};
use super::{show, view, words};
use crate::domain::enforcement_case::{CaseStatus, Dong, DueKind};

/// What `case template register` begins with.
pub(super) const REGISTER_EXAMPLE: &str = r#"{
  "schema": "lienthong/case/1", "idempotency_key": "", "agency": "",
  "cases": [{
    "decision_number": "21101/QĐ-THADS", "decision_date": "2026-09-07",
    "judgment": { "number": "123/2026/DS-ST", "date": "2026-06-15", "court": "Tòa án nhân dân khu vực 1" },
    "initiative": "ON_REQUEST",
    "obligations": [{
      "id": "1", "kind": "MONEY", "amount": "150000000", "joint": false,
      "debtors": [{ "name": "Nguyễn Văn Giả", "identifier": "001085012345", "address": "Số 1 phố Giả Lập" }],
      "creditors": [{ "name": "Trần Thị Mẫu" }],
      "interest_note": "Lãi chậm thi hành theo Điều 468 Bộ luật Dân sự"
    }],
    "tags": ["CREDIT"]
  }]
}"#;

/// What `case template progress` begins with.
pub(super) const PROGRESS_EXAMPLE: &str = r#"{
  "schema": "lienthong/case-progress/1", "idempotency_key": "", "agency": "",
  "steps": [
    { "case_id": "cas_00000000000000000000000000000000", "change": "collected", "date": "2026-11-20", "obligation": "1",
      "amount": "50000000", "source": "VOLUNTARY" },
    { "case_id": "cas_00000000000000000000000000000000", "change": "status_changed", "date": "2026-11-20",
      "to": "NO_CONDITIONS", "ground": "L106_38_1_A", "verified": "2026-11-18", "verify_every": "SIX_MONTHS" },
    { "case_id": "cas_00000000000000000000000000000000", "change": "tagged", "date": "2026-11-20", "add": ["KEY_CASE"] }
  ]
}"#;

fn dong(text: &str) -> String {
    Dong::parse(text).map_or_else(|| text.to_owned(), |amount| format!("{} đồng", amount.grouped()))
}

fn status_vi(text: &str) -> String {
    text.parse::<CaseStatus>()
        .map_or_else(|_| text.to_owned(), |status| status.label().vi)
}

fn due(text: &str) -> String {
    text.parse::<DueKind>().map_or_else(
        |_| text.to_owned(),
        |kind| {
            let label = kind.label();
            format!("{} / {}", label.vi, label.en)
        },
    )
}

pub(super) fn registered(ids: &[String]) -> String {
    let lines: Vec<String> = ids.iter().map(|id| format!("{id}\n")).collect();
    format!(
        "Đã lập {count} việc. / {count} cases registered.\n{}",
        lines.concat(),
        count = ids.len()
    )
}

pub(super) fn recorded(receipts: &[v1::Receipt]) -> String {
    let told = receipts
        .iter()
        .filter(|receipt| receipt.action() == v1::Action::CaseNotice)
        .count();
    let steps = receipts.len() - told;
    format!(
        "Đã ghi {steps} bước; đã thông báo cho {told} nơi đang thực hiện biện pháp.\n{steps} steps recorded; {told} holders of \
         measures told.\n"
    )
}

/// A case.
pub(super) fn value(case: &v1::Case) -> Value {
    let obligation = |owed: &v1::CaseObligation| {
        json!({
            "id": owed.id, "kind": owed.kind, "amount": view::text(&owed.amount), "joint": owed.joint,
            "interest_until": view::text(&owed.interest_until), "settled_before": owed.settled_before,
            "collected": owed.collected, "discharged": owed.discharged, "rest": owed.rest, "performed": owed.performed,
        })
    };
    json!({
        "id": case.id, "agency_code": case.agency_code, "decision_number": case.decision_number,
        "decision_date": case.decision_date, "initiative": case.initiative, "status": case.status,
        "ground": view::text(&case.ground), "since_date": case.since_date, "opened_date": case.opened_date,
        "carried_over_from": view::text(&case.carried_over_from),
        "judgment_transfer_id": view::text(&case.judgment_transfer_id),
        "obligations": case.obligations.iter().map(obligation).collect::<Value>(), "tags": case.tags,
        "unit_id": view::text(&case.unit_id), "officer_id": view::text(&case.officer_id), "rest": case.rest,
        "verified_date": view::text(&case.verified_date), "due_date": view::text(&case.due_date),
        "due_kind": view::text(&case.due_kind), "reminded": case.reminded, "version": case.version,
        "update_time": view::time(case.update_time),
    })
}

/// A list.
pub(super) fn list(cases: &[v1::Case], more: bool) -> String {
    if cases.is_empty() {
        return "Không có việc nào. / No cases.\n".to_owned();
    }
    let mut table = Table::new(&[
        "Mã việc",
        "Số quyết định",
        "Trạng thái",
        "Từ ngày",
        "Còn phải thi hành",
        "Đến hạn",
        "Chấp hành viên",
    ]);
    for case in cases {
        table.row(&[
            case.id.clone(),
            case.decision_number.clone(),
            status_vi(&case.status),
            case.since_date.clone(),
            dong(&case.rest),
            case.due_date.clone(),
            case.officer_id.clone(),
        ]);
    }
    let rest = if more {
        "Còn nữa: dùng --all. / There are more: --all.\n"
    } else {
        ""
    };
    format!("{}{rest}", table.text(""))
}

/// One case as JSON.
pub(super) fn detail_value(case: &v1::Case, answer: &v1::GetCaseResponse, events: &[v1::CaseHistoryEvent]) -> Value {
    let measure = |measure: &v1::CaseMeasure| {
        json!({
            "id": measure.id, "enforcement_request_id": measure.enforcement_request_id, "kind": measure.kind,
            "holder_agency_code": measure.holder_agency_code, "since_time": view::time(measure.since_time),
            "held": measure.held, "obligations": measure.obligations, "decided": measure.decided,
        })
    };
    let money = answer.money.as_ref().map(|money| {
        json!({
            "rest": money.rest, "held": money.held, "held_undecided": money.held_undecided,
            "held_undecided_since": view::time(money.held_undecided_since), "debited": money.debited,
            "arrived": money.arrived, "under_way": money.under_way,
            "under_way_since": view::time(money.under_way_since), "held_above": money.held_above,
        })
    });
    let event = |event: &v1::CaseHistoryEvent| {
        json!({
            "log_index": event.log_index, "version": event.version, "action": event.action,
            "hub_time": view::time(event.hub_time), "actor_agency_code": event.actor_agency_code,
            "actor_officer_id": event.actor_officer_id,
            "details": serde_json::from_str::<Value>(&event.details).unwrap_or_default(),
        })
    };
    json!({
        "case": value(case),
        "statement": serde_json::from_str::<Value>(&answer.statement).unwrap_or_default(),
        "enforcement_requests": answer.enforcement_requests.iter().map(view::envelope).collect::<Value>(),
        "measures": answer.measures.iter().map(measure).collect::<Value>(),
        "money": money,
        "events": events.iter().map(event).collect::<Value>(),
    })
}

/// One case.
pub(super) fn detail(case: &v1::Case, answer: &v1::GetCaseResponse, events: &[v1::CaseHistoryEvent]) -> String {
    let mut lines = Lines::default();
    lines.add("Mã việc / case", &case.id);
    lines.add(
        "Quyết định / decision",
        &format!("{} ngày {}", case.decision_number, case.decision_date),
    );
    lines.add(
        "Trạng thái / status",
        &format!("{} ({}) từ {}", status_vi(&case.status), case.status, case.since_date),
    );
    lines.add("Căn cứ / ground", &case.ground);
    lines.add("Nhãn / tags", &case.tags.join(", "));
    lines.add("Đơn vị / unit", &case.unit_id);
    lines.add("Chấp hành viên / officer", &case.officer_id);
    lines.add(
        "Đến hạn / due",
        format!("{} {}", case.due_date, due(&case.due_kind)).trim(),
    );
    if let Some(money) = &answer.money {
        lines.heading("Tiền / money");
        lines.add("Còn phải thi hành / rest", &dong(&money.rest));
        lines.add("Đang phong tỏa / held", &dong(&money.held));
        lines.add(
            "Chưa xử lý, từ / undecided since",
            &words::clock(money.held_undecided_since),
        );
        lines.add("Đã khấu trừ / debited", &dong(&money.debited));
        lines.add("Đã về / arrived", &dong(&money.arrived));
        lines.add("Chưa về / under way", &dong(&money.under_way));
        lines.add("Từ / since", &words::clock(money.under_way_since));
        lines.add("Phong tỏa thừa / held above", &dong(&money.held_above));
    }
    lines.heading("Nghĩa vụ / obligations");
    let mut table = Table::new(&["Mã", "Loại", "Số tiền", "Đã thu", "Giảm trừ", "Còn lại"]);
    for owed in &case.obligations {
        table.row(&[
            owed.id.clone(),
            owed.kind.clone(),
            dong(&owed.amount),
            dong(&owed.collected),
            dong(&owed.discharged),
            dong(&owed.rest),
        ]);
    }
    lines.text(&table.text("  "));
    lines.heading("Yêu cầu / requests");
    lines.text(&show::requests(&answer.enforcement_requests));
    lines.heading("Diễn biến / events");
    let mut table = Table::new(&["Lúc", "Việc", "Cán bộ"]);
    for event in events {
        table.row(&[
            words::clock(event.hub_time),
            event.action.clone(),
            event.actor_officer_id.clone(),
        ]);
    }
    lines.text(&table.text("  "));
    lines.finish()
}

/// A draft as JSON.
pub(super) fn draft_value(draft: &v1::ReleaseDraft) -> Value {
    json!({
        "measure_id": draft.measure_id, "holder_agency_code": draft.holder_agency_code,
        "reason": draft.reason.as_ref().map(|reason| &reason.vi), "amount": view::text(&draft.amount),
        "document": serde_json::from_str::<Value>(&draft.document).unwrap_or_default(),
    })
}

/// The drafts of a case.
pub(super) fn drafts(drafts: &[v1::ReleaseDraft]) -> String {
    if drafts.is_empty() {
        return "Không có biện pháp nào phải chấm dứt. / No measure has to end.\n".to_owned();
    }
    let mut table = Table::new(&["Biện pháp", "Nơi thực hiện", "Số tiền", "Lý do"]);
    for draft in drafts {
        let amount = if draft.amount.is_empty() {
            "toàn bộ".to_owned()
        } else {
            dong(&draft.amount)
        };
        let reason = draft
            .reason
            .as_ref()
            .map(|reason| reason.vi.clone())
            .unwrap_or_default();
        table.row(&[
            draft.measure_id.clone(),
            draft.holder_agency_code.clone(),
            amount,
            reason,
        ]);
    }
    table.text("")
}
