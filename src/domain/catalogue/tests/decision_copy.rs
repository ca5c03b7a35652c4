//! Law 106/2025 Art. 35.2: decisions on enforcement go to the procuracy.

use serde_json::json;

use super::{Change, answer_refused_at, changed_answer, kind, order_refused_at, remove};

#[test]
fn orders_are_refused_at_the_right_place() {
    let kind = kind("decision-copy");
    let cases: &[(Change, &str)] = &[
        (
            |order| remove(&mut order["payload"], "decision_sort"),
            "/payload/decision_sort",
        ),
        (
            |order| order["payload"]["decision_sort"] = "LETTER".into(),
            "/payload/decision_sort",
        ),
        (|order| remove(&mut order["payload"], "mode"), "/payload/mode"),
        (
            |order| order["payload"]["obligations"] = json!([]),
            "/payload/obligations",
        ),
        (
            |order| order["payload"]["obligations"][0]["amount"]["amount"] = "7500000.5".into(),
            "/payload/obligations/0/amount/amount",
        ),
        (
            |order| order["payload"]["totals"][0]["amount"] = "7500001".into(),
            "/payload/totals",
        ),
        (
            |order| order["payload"]["decision_sort"] = "END_OF_MEASURE".into(),
            "/payload/affected_decision",
        ),
        (
            |order| {
                order["payload"]["decision_sort"] = "REVOCATION".into();
                order["payload"]["affected_decision"] = json!({"number": "88/QĐ-THADS", "date": "23-11-2026"});
            },
            "/payload/affected_decision/date",
        ),
        (
            |order| {
                order["payload"]["decision_sort"] = "POSTPONEMENT".into();
                order["payload"]["ground"] = "Người phải thi hành án bị ốm nặng.".into();
            },
            "/payload/period",
        ),
        (
            |order| {
                order["payload"]["decision_sort"] = "POSTPONEMENT".into();
                order["payload"]["ground"] = "Người phải thi hành án bị ốm nặng.".into();
                order["payload"]["period"] = json!({"from": "2026-11-24", "to": "2026-11-23"});
            },
            "/payload/period/to",
        ),
        (
            |order| order["payload"]["decision_sort"] = "NO_CONDITIONS".into(),
            "/payload/no_condition_ground",
        ),
        (
            |order| order["payload"]["decision_sort"] = "ENTRUSTMENT".into(),
            "/payload/entrusted_to",
        ),
        (
            |order| {
                order["payload"]["decision_sort"] = "COERCIVE_MEASURE".into();
                remove(&mut order["payload"], "decision_title");
            },
            "/payload/decision_title",
        ),
        (
            |order| remove(&mut order["payload"]["debtors"][1], "identifiers"),
            "/payload/debtors/1/identifiers",
        ),
        (|order| order["payload"]["urgent"] = true.into(), "/payload/urgent"),
        (|order| order["legal_basis"] = json!([]), "/legal_basis"),
        (
            |order| order["head"]["signer"]["position"] = "Văn thư".into(),
            "/head/signer/position",
        ),
    ];
    for (index, (change, place)) in cases.iter().enumerate() {
        assert_eq!(order_refused_at(&kind, change), [*place], "case {index}");
    }
}

#[test]
fn answers_are_refused_at_the_right_place() {
    let kind = kind("decision-copy");
    let cases: &[(&str, Change, &str)] = &[
        (
            "RECEIVED",
            |a| remove(&mut a["payload"], "received_time"),
            "/payload/received_time",
        ),
        (
            "RECEIVED",
            |a| a["payload"]["received_time"] = "16:05".into(),
            "/payload/received_time",
        ),
        (
            "RECEIVED",
            |a| a["payload"]["observation"] = "x".into(),
            "/payload/observation",
        ),
        (
            "RECEIVED",
            |a| a["payload"]["register_number"] = 1042.into(),
            "/payload/register_number",
        ),
        ("RECEIVED", |a| a["payload"]["protest"] = "x".into(), "/payload/protest"),
        ("RECEIVED", |a| a["outcome"] = "PROTEST".into(), "/outcome"),
        (
            "OBSERVATION",
            |a| remove(&mut a["payload"], "observation"),
            "/payload/observation",
        ),
        (
            "OBSERVATION",
            |a| a["payload"]["observation"] = "".into(),
            "/payload/observation",
        ),
        ("REFUSED", |a| a["reasons"] = json!([]), "/reasons"),
        ("REFUSED", |a| remove(&mut a["reasons"][0], "text"), "/reasons/0/text"),
    ];
    for (index, (outcome, change, place)) in cases.iter().enumerate() {
        let found = answer_refused_at(&kind, outcome, change);
        assert!(
            !found.is_empty() && found.iter().all(|found| found == place),
            "case {index}: {outcome}: {found:?}"
        );
    }
}

/// The hub makes such requests by itself from other kinds' orders: their payload is not one of this kind.
#[test]
fn no_clock_reads_the_payload() {
    use super::rule::StatedIn;
    for rule in &kind("decision-copy").definition.deadlines {
        assert_eq!(rule.stated_in(), StatedIn::Head);
        assert!(rule.condition.is_none() && rule.regime_pointer.is_none());
    }
}

#[test]
fn a_copy_leaves_no_measure() {
    let kind = kind("decision-copy");
    for outcome in &kind.definition.outcomes {
        let facts = changed_answer(&kind, outcome.code.as_str(), |_| {}).unwrap();
        assert!(facts.measure.is_none() && facts.executed_time.is_none());
    }
}
