//! Documents are read whole or refused with every fault, by JSON pointer.

use serde_json::{Value, json};

use super::*;
use crate::domain::document::parts::RelationType;

/// A change that makes an order wrong.
type Change = fn(&mut Value);

const REQUEST: &str = "req_019aa9c0a1007000800000000000abcd";

fn order() -> Value {
    json!({
        "schema": "lienthong/order/1",
        "idempotency_key": "key-00000001",
        "agency": "THADS.01",
        "kind": "account-freeze",
        "recipients": ["NH.1", "NH.2"],
        "head": {
            "number": "125", "symbol": "QĐ-THADS", "date": "2026-11-20",
            "subject": "Quyết định về việc phong tỏa tài khoản", "urgency": "EXPRESS", "secrecy": null,
            "signer": {"officer_id": "chv.1", "full_name": "Trần Thị Lập", "position": "Chấp hành viên"}
        },
        "case": {"judgment": {"number": "123/2026/DS-ST", "date": "2026-06-15", "court": "Tòa án nhân dân khu vực 1"}},
        "relations": [{"type": "supersedes", "enforcement_request_id": REQUEST}],
        "attachments": [{"name": "qd.pdf", "sha256": "a".repeat(64), "size": 1024, "media_type": "application/pdf"}],
        "payload": {"any": ["thing"]}
    })
}

fn about(schema: &str, more: &Value) -> Value {
    let mut document = json!({
        "schema": schema, "idempotency_key": "key-00000002", "agency": "NH.1", "enforcement_request_id": REQUEST
    });
    for (name, value) in more.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}

fn refused<D: Document>(document: &Value) -> Vec<(String, String)> {
    match parse::<D>(document.to_string().as_bytes()) {
        Ok(_) => Vec::new(),
        Err(error) => {
            assert_eq!(error.code(), ErrorCode::DocumentInvalid);
            error
                .fields()
                .iter()
                .map(|fault| (fault.field.clone(), fault.reason.clone()))
                .collect()
        }
    }
}

fn order_refused(change: impl FnOnce(&mut Value)) -> Vec<(String, String)> {
    let mut order = order();
    change(&mut order);
    refused::<OrderDocument>(&order)
}

#[test]
fn an_order_is_read_and_its_payload_kept_as_it_came() {
    let text = order()
        .to_string()
        .replace(r#"{"any":["thing"]}"#, "{ \"any\" :\n[\"thing\"] }");
    let order = parse::<OrderDocument>(text.as_bytes()).unwrap();
    assert_eq!(order.payload.get(), "{ \"any\" :\n[\"thing\"] }");
    assert_eq!(order.recipients.len(), 2);
    assert_eq!(order.relations[0].r#type, RelationType::Supersedes);
    assert_eq!(order.idempotency_key().as_str(), "key-00000001");
    assert!(order.legal_basis.is_empty() && order.contact.is_none());
    let again = serde_json::to_vec(&order).unwrap();
    assert_eq!(
        parse::<OrderDocument>(&again).unwrap().payload.get(),
        order.payload.get()
    );
}

#[test]
fn each_fault_of_an_order_has_its_pointer() {
    let cases: &[(Change, &str, &str)] = &[
        (|o| o["schema"] = "lienthong/order/2".into(), "/schema", "schema"),
        (|o| o["idempotency_key"] = "short".into(), "/idempotency_key", "format"),
        (|o| o["agency"] = 1.into(), "/agency", "type"),
        (|o| o["sender"] = "x".into(), "/sender", "unknown_member"),
        (|o| o["head"]["stamp"] = "x".into(), "/head/stamp", "unknown_member"),
        (
            |o| o["head"]["signer"]["age"] = 1.into(),
            "/head/signer/age",
            "unknown_member",
        ),
        (|o| o["recipients"] = json!([]), "/recipients", "required"),
        (
            |o| o["recipients"] = json!(["NH.1", "NH.1"]),
            "/recipients/1",
            "repeated",
        ),
        (|o| o["recipients"] = json!(["THADS.01"]), "/recipients", "own_agency"),
        (|o| o["recipients"] = json!(vec!["NH"; 201]), "/recipients", "too_many"),
        (|o| o["recipients"][1] = " NH".into(), "/recipients/1", "format"),
        (|o| o["head"]["date"] = "20/11/2026".into(), "/head/date", "format"),
        (|o| o["head"]["date"] = "2026-02-30".into(), "/head/date", "format"),
        (|o| o["head"]["subject"] = " ".into(), "/head/subject", "format"),
        (
            |o| o["head"]["subject"] = "x".repeat(501).into(),
            "/head/subject",
            "format",
        ),
        (|o| o["head"]["urgency"] = "HỎA TỐC".into(), "/head/urgency", "format"),
        (|o| o["head"]["secrecy"] = "MẬT".into(), "/head/secrecy", "state_secret"),
        (|o| o["head"]["secrecy"] = "".into(), "/head/secrecy", "state_secret"),
        (
            |o| o["effective_date"] = "2026-11-19".into(),
            "/effective_date",
            "before_issue",
        ),
        (
            |o| o["relations"][0]["enforcement_request_id"] = "req_1".into(),
            "/relations/0/enforcement_request_id",
            "format",
        ),
        (
            |o| o["relations"][0]["type"] = "like".into(),
            "/relations/0/type",
            "format",
        ),
        (
            |o| o["attachments"][0]["size"] = (-1).into(),
            "/attachments/0/size",
            "type",
        ),
        (
            |o| o["attachments"][0]["sha256"] = "A".repeat(64).into(),
            "/attachments/0/sha256",
            "format",
        ),
        (|o| o["payload"] = json!([]), "/payload", "type"),
        (|o| o["case"] = Value::Null, "/case", "type"),
    ];
    for (index, (change, field, reason)) in cases.iter().enumerate() {
        assert_eq!(
            order_refused(change),
            [((*field).to_owned(), (*reason).to_owned())],
            "case {index}"
        );
    }
}

#[test]
fn every_fault_is_reported_at_once() {
    let found = order_refused(|order| {
        order["agency"] = "?".into();
        order["head"]["signer"]["position"] = 7.into();
        order["extra"] = 1.into();
        order.as_object_mut().unwrap().remove("payload");
    });
    let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["/agency", "/head/signer/position", "/payload", "/extra"]);
}

#[test]
fn malformed_and_large_documents_have_their_own_codes() {
    let code = |bytes: &[u8]| parse::<OrderDocument>(bytes).unwrap_err().code();
    assert_eq!(code(b"{"), ErrorCode::DocumentMalformed);
    assert_eq!(code(b"[]"), ErrorCode::DocumentInvalid);
    assert_eq!(
        code(&vec![b' '; json::MAX_DOCUMENT_BYTES + 1]),
        ErrorCode::DocumentTooLarge
    );
    let twice = order().to_string().replace(r#""any":"#, r#""any":1,"any":"#);
    let error = parse::<OrderDocument>(twice.as_bytes()).unwrap_err();
    assert_eq!(
        (error.code(), error.fields()[0].field.as_str()),
        (ErrorCode::DocumentMalformed, "/payload/any")
    );
}

#[test]
fn no_error_text_repeats_a_value() {
    let mut order = order();
    for member in [
        "agency",
        "idempotency_key",
        "kind",
        "head",
        "case",
        "payload",
        "recipients",
    ] {
        order[member] = "bí mật 123".into();
    }
    let error = parse::<OrderDocument>(order.to_string().as_bytes()).unwrap_err();
    assert_eq!(error.fields().len(), 7);
    assert!(!format!("{:?}", error.fields()).contains("bí mật"));
}

#[test]
fn a_final_answer_needs_the_papers_head_and_an_interim_one_does_not() {
    let answer = |is_final: bool| {
        about(
            "lienthong/answer/1",
            &json!({"final": is_final, "outcome": "NO_CLIENT", "payload": {}}),
        )
    };
    assert_eq!(
        refused::<AnswerDocument>(&answer(true)),
        [("/head".to_owned(), "required".to_owned())]
    );
    assert!(refused::<AnswerDocument>(&answer(false)).is_empty());
}

#[test]
fn the_small_documents_are_read() {
    let acknowledge = about(
        "lienthong/acknowledge/1",
        &json!({"officer_id": "cb.1", "registry_number": "17", "unit": "desk"}),
    );
    assert!(refused::<AcknowledgeDocument>(&acknowledge).is_empty());
    let send_back = about(
        "lienthong/send-back/1",
        &json!({"reason": {"code": "WRONG_OFFICE"}, "competent_agency": "VP.2"}),
    );
    assert!(refused::<SendBackDocument>(&send_back).is_empty());
    let own = about(
        "lienthong/send-back/1",
        &json!({"reason": {"code": "WRONG_OFFICE"}, "competent_agency": "NH.1"}),
    );
    assert_eq!(refused::<SendBackDocument>(&own)[0].0, "/competent_agency");
    let clarify = about("lienthong/clarify/1", &json!({"text": "Số định danh cá nhân là …"}));
    assert!(refused::<ClarifyDocument>(&clarify).is_empty());
    let withdraw = about("lienthong/withdraw/1", &json!({"explanation": "Gửi nhầm nơi nhận"}));
    assert!(refused::<WithdrawDocument>(&withdraw).is_empty());
    let report = about("lienthong/report/1", &json!({"outcome": "HELD_FULL", "payload": {}}));
    assert!(refused::<ReportDocument>(&report).is_empty());
    let correct = about(
        "lienthong/correct/1",
        &json!({"outcome": "HELD_FULL", "payload": {}, "explanation": "Nhầm số", "head": order()["head"]}),
    );
    assert!(refused::<CorrectDocument>(&correct).is_empty());
    assert_eq!(
        refused::<WithdrawDocument>(&clarify).len(),
        2,
        "wrong schema name is not the only fault"
    );
}
