//! The lines of the table about cases.

use lienthong_proto::v1;
use prost::Message as _;
use serde_json::json;

use super::table::{Make, Row, open};
use crate::harness::agencies::THADS;

const HIDDEN: &str = "CASE_NOT_FOUND";
/// To a bank.
const NO_CASES: &str = "METHOD_NOT_ALLOWED";

fn no_such_case() -> String {
    format!("cas_{:032x}", 1)
}

pub(super) fn register() -> Row {
    Row {
        caller: THADS,
        foreign: NO_CASES,
        missing: NO_CASES,
        ..open(|caller, _, key| {
            let case = json!({
                "decision_number": format!("{}/QĐ-THADS", key.bytes().map(u64::from).sum::<u64>()), "decision_date": "2026-09-07",
                "initiative": "ON_REQUEST", "obligations": [{ "id": "1", "kind": "MONEY", "amount": "1000" }],
            });
            let document = json!({
                "schema": "lienthong/case/1", "idempotency_key": key, "agency": caller.code_text(), "cases": [case],
            });
            v1::RegisterCasesRequest {
                document: document.to_string(),
            }
            .encode_to_vec()
        })
    }
}

/// Of a case that nobody has.
fn hidden(make: Make) -> Row {
    Row {
        caller: THADS,
        own: HIDDEN,
        foreign: HIDDEN,
        missing: HIDDEN,
        ..open(make)
    }
}

pub(super) fn record() -> Row {
    Row {
        foreign: NO_CASES,
        missing: NO_CASES,
        ..hidden(|caller, _, key| {
            let step = json!({ "case_id": no_such_case(), "change": "verified", "date": "2026-11-20" });
            let document = json!({
                "schema": "lienthong/case-progress/1", "idempotency_key": key, "agency": caller.code_text(), "steps": [step],
            });
            v1::RecordProgressRequest {
                document: document.to_string(),
            }
            .encode_to_vec()
        })
    }
}

/// One case, or its drafts: the same message asks for either.
pub(super) fn one() -> Row {
    hidden(|_, _, _| {
        v1::GetCaseRequest {
            case_id: no_such_case(),
        }
        .encode_to_vec()
    })
}

pub(super) fn events() -> Row {
    hidden(|_, _, _| {
        v1::ListCaseEventsRequest {
            case_id: no_such_case(),
            ..Default::default()
        }
        .encode_to_vec()
    })
}

pub(super) fn list() -> Row {
    open(|_, _, _| v1::ListCasesRequest::default().encode_to_vec())
}
