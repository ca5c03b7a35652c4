//! Enquiries are written as the golden files, and answers come back as they were.

use serde_json::{Value, json};

use super::iso20022::{AccountAnswer, AccountOrder, Outcome};
use super::order::account_order;
use super::xml::Limits;
use super::{export_answer, export_order, import_answer};
use crate::domain::document;
use crate::domain::ids::RequestId;

const REQUEST: &str = "req_019aa9c0a1007000800000000000abcd";
const ORDER: &[u8] = include_bytes!("../../catalogue/kinds/account-information/order.example.json");
const AUTH_001: &str = include_str!("../../tests/golden/interchange/auth.001.xml");
const NOT_FOUND: &str = include_str!("../../tests/golden/interchange/auth.002.not-found.xml");
const FOREIGN: &str = include_str!("../../tests/golden/interchange/foreign-auth.002.xml");

const ANSWERS: &[&str] = &[
    include_str!("../../catalogue/kinds/account-information/answer.FOUND.example.json"),
    include_str!("../../catalogue/kinds/account-information/answer.FOUND_PARTLY.example.json"),
    include_str!("../../catalogue/kinds/account-information/answer.NOT_FOUND.example.json"),
    include_str!("../../catalogue/kinds/account-information/answer.MULTIPLE_HITS.example.json"),
    include_str!("../../catalogue/kinds/account-information/answer.REFUSED.example.json"),
    include_str!("../../catalogue/kinds/account-information/answer.IN_PROGRESS.example.json"),
];

fn limits() -> Limits {
    Limits::of(1_000_000)
}

fn order() -> AccountOrder {
    let order = document::parse(ORDER).unwrap();
    account_order(&RequestId::parse(REQUEST).unwrap(), &order, true).unwrap()
}

fn answer(text: &str) -> AccountAnswer {
    let document: Value = serde_json::from_str(text).unwrap();
    AccountAnswer {
        response_id: "2317/CV-NHGL".to_owned(),
        outcome: document["outcome"].as_str().unwrap().parse().unwrap(),
        reasons: document.get("reasons").cloned().unwrap_or_else(|| json!([])),
        payload: document["payload"].clone(),
    }
}

#[test]
fn an_order_is_written_as_the_golden_file() {
    let exported = export_order(&order()).unwrap();
    assert_eq!(exported.xml, AUTH_001);
    let owner = "Document/InfReqOpng/SchCrit/Acct/Id/Ownr/Id/PrvtId/Othr/Issr: cut to 35 characters";
    assert!(exported.lost.iter().any(|line| line == owner), "{:?}", exported.lost);
}

#[test]
fn an_order_about_the_whole_client_names_the_client() {
    let mut order = order();
    order.payload["scope"] = json!("WHOLE_CLIENT");
    order.payload.as_object_mut().unwrap().remove("accounts");
    order.payload.as_object_mut().unwrap().remove("period");
    let xml = export_order(&order).unwrap().xml;
    assert!(xml.contains("<CstmrId>") && !xml.contains("<Acct>"));
    assert!(xml.contains("<FrDt>2026-11-20</FrDt>"));
    order.payload.as_object_mut().unwrap().remove("person");
    assert_eq!(export_order(&order).unwrap_err().reason, "required");
}

#[test]
fn an_answer_is_written_as_the_golden_file() {
    let exported = export_answer(&order(), &answer(ANSWERS[2])).unwrap();
    assert_eq!(exported.xml, NOT_FOUND);
}

#[test]
fn every_example_comes_back_as_it_was() {
    for text in ANSWERS {
        let answer = answer(text);
        let xml = export_answer(&order(), &answer).unwrap().xml;
        let imported = import_answer(xml.as_bytes(), &limits()).unwrap();
        assert_eq!(imported.answer, answer);
        assert_eq!(imported.request_id.as_deref(), Some(REQUEST));
        assert!(imported.missing.is_empty() && imported.ignored.is_empty());
    }
}

#[test]
fn of_what_others_write_the_statuses_are_read_and_the_rest_is_told() {
    let imported = import_answer(FOREIGN.as_bytes(), &limits()).unwrap();
    assert_eq!(imported.request_id, None);
    assert_eq!(imported.answer.outcome, Outcome::NotFound);
    assert_eq!(imported.answer.payload, json!({"note": "Khong co tai khoan"}));
    assert_eq!(imported.missing, ["/as_of", "/searched_by"]);
    assert_eq!(
        imported.ignored,
        ["Document/InfReqRspn/RtrInd[2]/InvstgtnRslt/Rslt/Document"]
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let reason = |text: String| import_answer(text.as_bytes(), &limits()).unwrap_err().reason;
    assert_eq!(reason(NOT_FOUND.replace(">COMP<", ">PART<")), "contradiction");
    assert_eq!(reason(NOT_FOUND.replace(">COMP<", ">DONE<")), "unknown_value");
    assert_eq!(reason(NOT_FOUND.replace("auth.002.001.01", "auth.002.001.02")), "root");
    assert_eq!(reason(NOT_FOUND.replace("RtrInd", "Other")), "required");
    let mut wrong = answer(ANSWERS[0]);
    wrong.payload["hits"] = json!("two");
    let fault = export_answer(&order(), &wrong).unwrap_err();
    assert_eq!(fault.reason, "shape");
    assert!(fault.path.ends_with("Answer/payload/hits"), "{}", fault.path);
}
