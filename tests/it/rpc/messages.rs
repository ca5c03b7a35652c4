//! Messages of the table that take more than a line.

use lienthong_proto::v1;
use prost::Message as _;
use serde_json::{Value, json};

use super::same_key::submit;
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
