//! Law 106/2025 Art. 95, Decree 152/2026 Art. 42.7: ending a suspension of registration.

use serde_json::json;

use super::{Change, answer_refused_at, changed_answer, kind, order_refused_at, remove};
use crate::domain::document::parts::RelationType;
use crate::domain::document::{self, AnswerDocument, OrderDocument};

#[test]
fn orders_are_refused_at_the_right_place() {
    let kind = kind("registration-release");
    let cases: &[(Change, &str)] = &[
        (|order| remove(order, "relations"), "/relations"),
        (
            |order| order["relations"][0]["type"] = "supersedes".into(),
            "/relations",
        ),
        (
            |order| remove(&mut order["payload"], "decision_ended"),
            "/payload/decision_ended",
        ),
        (
            |order| remove(&mut order["payload"]["decision_ended"], "agency_name"),
            "/payload/decision_ended/agency_name",
        ),
        (
            |order| order["payload"]["decision_ended"]["date"] = "20/11/2026".into(),
            "/payload/decision_ended/date",
        ),
        (|order| remove(&mut order["payload"], "ground"), "/payload/ground"),
        (|order| order["payload"]["ground"] = "PAID".into(), "/payload/ground"),
        (
            |order| order["payload"]["ground"] = "OTHER_LAW".into(),
            "/payload/ground_text",
        ),
        (
            |order| order["payload"]["ground"] = "DISCONTINUED".into(),
            "/payload/ground_document",
        ),
        (
            |order| order["payload"]["ground_document"] = order["payload"]["decision_ended"].clone(),
            "/payload/ground_document",
        ),
        (
            |order| remove(&mut order["payload"], "ground_date"),
            "/payload/ground_date",
        ),
        (
            |order| order["payload"]["extent"] = "PARTIAL".into(),
            "/payload/parcels",
        ),
        (
            |order| order["payload"]["vehicles"] = json!([{"plate": "90A-000.01"}]),
            "/payload/vehicles",
        ),
        (|order| order["recipients"] = json!(["VP.1", "VP.2"]), "/recipients"),
        (
            |order| order["head"]["signer"]["position"] = "Thư ký".into(),
            "/head/signer/position",
        ),
        (|order| remove(&mut order["case"], "judgment"), "/case/judgment"),
    ];
    assert!(order_refused_at(&kind, |_| {}).is_empty());
    for (index, (change, place)) in cases.iter().enumerate() {
        let found = order_refused_at(&kind, change);
        assert!(
            !found.is_empty() && found.iter().all(|found| found.starts_with(place)),
            "case {index}: {found:?}"
        );
    }
}

#[test]
fn answers_are_refused_at_the_right_place() {
    let kind = kind("registration-release");
    let cases: &[(&str, Change, &str)] = &[
        (
            "RELEASED",
            |a| remove(&mut a["payload"], "executed_time"),
            "/payload/executed_time",
        ),
        ("RELEASED", |a| remove(&mut a["payload"], "lines"), "/payload/lines"),
        (
            "RELEASED",
            |a| remove(&mut a["payload"]["lines"][0], "entry"),
            "/payload/lines/0/entry",
        ),
        (
            "RELEASED",
            |a| a["payload"]["executed_time"] = "2026-12-02T09:00:00+07:00".into(),
            "/payload/executed_time",
        ),
        (
            "RELEASED",
            |a| a["payload"]["lines"][0]["entry"]["time"] = "2026-12-01T09:00:00+07:00".into(),
            "/payload/lines/0/entry/time",
        ),
        (
            "RELEASED",
            |a| a["payload"]["lines"][0]["status"] = "SUSPENDED".into(),
            "/payload/lines/0/status",
        ),
        (
            "RELEASED_PARTLY",
            |a| a["payload"]["lines"][1]["entry"] = a["payload"]["lines"][0]["entry"].clone(),
            "/payload/lines/1/entry",
        ),
        (
            "STILL_HELD_BY_OTHER",
            |a| remove(&mut a["payload"]["lines"][0], "other_holds"),
            "/payload/lines/0/other_holds",
        ),
        (
            "STILL_HELD_BY_OTHER",
            |a| remove(&mut a["payload"]["lines"][0]["other_holds"][0], "authority"),
            "/payload/lines/0/other_holds/0/authority",
        ),
        (
            "NOTHING_HELD",
            |a| remove(&mut a["payload"], "explanation"),
            "/payload/explanation",
        ),
        (
            "NOTHING_HELD",
            |a| a["payload"]["searched_by"] = json!(["DECISION", "DECISION"]),
            "/payload/searched_by",
        ),
        ("REFUSED", |a| a["reasons"] = json!([]), "/reasons"),
        (
            "REFUSED",
            |a| a["reasons"][0]["code"] = "NO_TIME".into(),
            "/reasons/0/code",
        ),
        ("IN_PROGRESS", |a| a["final"] = true.into(), "/head"),
    ];
    for (index, (outcome, change, place)) in cases.iter().enumerate() {
        let found = answer_refused_at(&kind, outcome, change);
        assert!(
            !found.is_empty() && found.iter().all(|found| found == place),
            "case {index}: {outcome}: {found:?}"
        );
    }
}

/// Whether the example of `outcome` ends the suspension when the order's extent is `extent`.
fn ends_suspension(outcome: &str, extent: &str) -> bool {
    let kind = kind("registration-release");
    let mut order: serde_json::Value = serde_json::from_str(&kind.order_example).unwrap();
    order["payload"]["extent"] = extent.into();
    if extent == "PARTIAL" {
        order["payload"]["parcels"] = json!([{"commune_code": "13285", "certificate_serial": "AA 01234567"}]);
    }
    let order = document::parse::<OrderDocument>(order.to_string().as_bytes()).unwrap();
    assert!(kind.check_order(&order).is_ok());
    let (_, text) = kind
        .answer_examples
        .iter()
        .find(|(code, _)| code.as_str() == outcome)
        .unwrap();
    let answer = document::parse::<AnswerDocument>(text.as_bytes()).unwrap();
    let related = kind.check_answer(&order, &answer).unwrap().related;
    related.is_some_and(|related| related.relation == RelationType::Releases && related.ends)
}

#[test]
fn only_a_full_release_ends_the_suspension() {
    for outcome in ["RELEASED", "STILL_HELD_BY_OTHER"] {
        assert!(ends_suspension(outcome, "FULL"), "{outcome}");
        assert!(!ends_suspension(outcome, "PARTIAL"), "{outcome}");
    }
    for outcome in ["RELEASED_PARTLY", "REFUSED"] {
        assert!(!ends_suspension(outcome, "FULL"), "{outcome}");
    }
    assert!(ends_suspension("NOTHING_HELD", "PARTIAL"));
}

#[test]
fn a_release_leaves_no_measure_of_its_own() {
    let kind = kind("registration-release");
    for outcome in &kind.definition.outcomes {
        let facts = changed_answer(&kind, outcome.code.as_str(), |_| {}).unwrap();
        assert!(facts.measure.is_none() && !facts.ends_measure);
    }
}
