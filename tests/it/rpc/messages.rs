//! Messages of the table that take more than a line.

use lienthong_proto::{Rpc, v1};
use prost::Message as _;
use serde_json::{Value, json};

use super::same_key::submit;
use super::table::Make;
use crate::harness::agencies::BANK;
use crate::harness::commands::kind;
use crate::harness::{Fixture, documents, seals};

pub(super) fn order(caller: Fixture, _: &str, key: &str) -> Vec<u8> {
    submit(&documents::order(&kind("account-freeze"), key, caller, &[BANK])).encode_to_vec()
}

pub(super) fn stream_order(caller: Fixture, _: &str, key: &str) -> Vec<u8> {
    let document = documents::order(&kind("account-freeze"), key, caller, &[BANK]).to_string();
    let content = seals::submit_in_stream(&document);
    v1::SubmitStreamRequest { sequence: 1, content }.encode_to_vec()
}

/// A report or a correction: the answer's own parts, stated anew.
pub(super) fn restated(name: &str, caller: Fixture, id: &str, key: &str) -> Value {
    let outcome = if name == "report" { "HELD_FULL" } else { "NO_CLIENT" };
    let answer = documents::answer(&kind("account-freeze"), outcome, key, caller, id);
    let mut own = json!({ "outcome": answer["outcome"], "head": answer["head"], "payload": answer["payload"] });
    if name == "correct" {
        own["explanation"] = "Nhập nhầm kết quả.".into();
    }
    documents::small(name, key, caller, id, &own)
}

pub(super) fn bank() -> v1::Agency {
    v1::Agency {
        code: BANK.code_text().to_owned(),
        role: v1::Role::Bank.into(),
        name: "Ngân hàng Giả Lập".to_owned(),
        channel: v1::Channel::Digital.into(),
        units: vec![v1::Unit {
            unit_id: "pgd.hoan-kiem".to_owned(),
            name: "Phòng 1".to_owned(),
            territory: Vec::new(),
        }],
        ..Default::default()
    }
}

/// Puts a cursor before the first entry.
pub(super) fn seek_first(cursor: &str) -> v1::SeekRequest {
    v1::SeekRequest {
        cursor: cursor.to_owned(),
        target: Some(v1::seek_request::Target::End(v1::MailboxEnd::First.into())),
    }
}

/// For the receipt of the entry that opened a request.
pub(super) fn bundle_of(_: Fixture, id: &str, _: &str) -> Vec<u8> {
    v1::GetBundleRequest {
        enforcement_request_id: id.to_owned(),
    }
    .encode_to_vec()
}

pub(super) fn silence_of(_: Fixture, id: &str, _: &str) -> Vec<u8> {
    v1::GetSilenceCertificateRequest {
        enforcement_request_id: id.to_owned(),
    }
    .encode_to_vec()
}

pub(super) fn receipt_of(_: Fixture, id: &str, _: &str) -> Vec<u8> {
    let entry = v1::get_receipt_request::Entry::EnforcementRequestId(id.to_owned());
    v1::GetReceiptRequest { entry: Some(entry) }.encode_to_vec()
}

/// For what the log proves to everyone: a checkpoint, proofs, a tile, the keys.
pub(super) fn of_the_log(rpc: Rpc) -> Make {
    if rpc == Rpc::EvidenceServiceGetInclusionProof {
        return |_, _, _| {
            let (log_index, tree_size) = (1, 3);
            v1::GetInclusionProofRequest { log_index, tree_size }.encode_to_vec()
        };
    }
    if rpc == Rpc::EvidenceServiceGetConsistencyProof {
        return |_, _, _| {
            let (old_tree_size, new_tree_size) = (2, 3);
            v1::GetConsistencyProofRequest {
                old_tree_size,
                new_tree_size,
            }
            .encode_to_vec()
        };
    }
    // Zeros and nothing: the newest checkpoint, the first tile, all keys.
    |_, _, _| Vec::new()
}

/// An import of one day.
pub(super) fn calendar_day(_: Fixture, _: &str, key: &str) -> Vec<u8> {
    let day = v1::CalendarDay {
        date: "2028-01-03".to_owned(),
        kind: v1::DayKind::DayInLieu.into(),
        name: "Nghỉ bù Tết Dương lịch".to_owned(),
        basis: "Thông báo giả lập".to_owned(),
        ..Default::default()
    };
    v1::ImportCalendarDaysRequest {
        idempotency_key: key.to_owned(),
        days: vec![day],
    }
    .encode_to_vec()
}

/// Closes a request.
pub(super) fn close(_: Fixture, id: &str, key: &str) -> Vec<u8> {
    v1::CloseRequest {
        idempotency_key: key.to_owned(),
        enforcement_request_id: id.to_owned(),
        ..Default::default()
    }
    .encode_to_vec()
}

/// The answer of a paper partner, whose scan was not uploaded.
pub(super) fn answer_on_paper(caller: Fixture, id: &str, key: &str) -> Value {
    let mut answer = documents::answer(&kind("account-freeze"), "NO_CLIENT", key, caller, id);
    answer["head"]["date"] = "2026-11-20".into();
    let scan = json!({
        "name": "a.pdf", "sha256": "0".repeat(64), "size": 1, "media_type": "application/pdf",
    });
    let own = json!({
        "outcome": answer["outcome"], "head": answer["head"], "payload": answer["payload"], "attachments": [scan],
    });
    documents::small("record-answer", key, caller, id, &own)
}

/// An officer of an agency, to be registered.
pub(super) fn new_officer(code: &str, key: &str) -> Vec<u8> {
    let officer = v1::Officer {
        officer_id: "nh.moi".to_owned(),
        full_name: "Lý Thị Mới".to_owned(),
        position: "Giao dịch viên".to_owned(),
        valid_from: "2026-11-20".to_owned(),
        ..Default::default()
    };
    let (idempotency_key, agency_code) = (key.to_owned(), code.to_owned());
    v1::RegisterOfficerRequest {
        idempotency_key,
        agency_code,
        officer: Some(officer),
    }
    .encode_to_vec()
}
