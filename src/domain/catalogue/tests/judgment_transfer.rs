//! Law 106/2025 Art. 33.1, Decree 152/2026 Art. 7: a court transfers a judgment, and its receipt.

use serde_json::{Value, json};

use super::{Change, answer_refused_at, changed_answer, kind, order_refused_at, remove};

fn dong(amount: &str) -> Value {
    json!({"amount": amount, "currency": "VND"})
}

#[test]
fn orders_are_refused_at_the_right_place() {
    let kind = kind("judgment-transfer");
    let cases: &[(Change, &str)] = &[
        (
            |order| remove(&mut order["payload"], "judgment_sort"),
            "/payload/judgment_sort",
        ),
        (
            |order| order["payload"]["judgment_sort"] = "CIVIL".into(),
            "/payload/judgment_sort",
        ),
        (
            |order| remove(&mut order["payload"], "effective_date"),
            "/payload/effective_date",
        ),
        (
            |order| order["payload"]["effective_date"] = "2026-10-04".into(),
            "/payload/effective_date",
        ),
        (
            |order| order["payload"]["issue_date"] = "05/10/2026".into(),
            "/payload/issue_date",
        ),
        (
            |order| order["payload"]["case_type"] = "CRIMINAL".into(),
            "/payload/case_type",
        ),
        (
            |order| order["payload"]["effect_ground"] = "ENFORCED_AT_ONCE".into(),
            "/payload/effect_ground",
        ),
        (
            |order| order["payload"]["effect_ground"] = "IN_PART".into(),
            "/payload/effective_part",
        ),
        (
            |order| order["payload"]["judgment_sort"] = "CIVIL_APPELLATE".into(),
            "/payload/earlier_judgments",
        ),
        (
            |order| {
                order["payload"]["earlier_judgments"] = json!([{"number": "1/2026/DS-ST", "date": "2026-10-06", "court": "Tòa án nhân dân khu vực 1 - Ninh Bình"}]);
            },
            "/payload/earlier_judgments/0/date",
        ),
        (
            |order| order["payload"]["province_code"] = "Ninh Bình".into(),
            "/payload/province_code",
        ),
        (
            |order| remove(&mut order["payload"]["debtors"][0], "address"),
            "/payload/debtors/0/address",
        ),
        (
            |order| order["payload"]["debtors"][0]["identifiers"][0]["number"] = "1".into(),
            "/payload/debtors/0/identifiers/0/number",
        ),
        (
            |order| {
                order["payload"]["creditors"] = json!([]);
                order["payload"]["debtors"] = json!([]);
            },
            "/payload/debtors",
        ),
        (
            |order| order["payload"]["obligations"] = json!([]),
            "/payload/obligations",
        ),
        (
            |order| remove(&mut order["payload"]["obligations"][0], "amount"),
            "/payload/obligations/0/amount",
        ),
        (
            |order| remove(&mut order["payload"]["obligations"][0], "liability"),
            "/payload/obligations/0/liability",
        ),
        (
            |order| order["payload"]["obligations"][1]["liability"] = "JOINT_AND_SEVERAL".into(),
            "/payload/obligations/1/debtors",
        ),
        (
            |order| remove(&mut order["payload"]["obligations"][1], "asset"),
            "/payload/obligations/1/asset",
        ),
        (
            |order| order["payload"]["obligations"][0]["kind"] = "FINE".into(),
            "/payload/obligations/0/mode",
        ),
        (
            |order| order["payload"]["obligations"][0]["interest"]["rate"] = "10,5".into(),
            "/payload/obligations/0/interest/rate",
        ),
        (
            |order| order["payload"]["totals"] = json!([dong("150000000")]),
            "/payload/totals",
        ),
        (
            |order| order["payload"]["court_fees"][1]["refund"] = dong("1000000"),
            "/payload/court_fees/1/remaining",
        ),
        (
            |order| remove(&mut order["payload"]["court_fees"][1], "receipt_number"),
            "/payload/court_fees/1/receipt_number",
        ),
        (
            |order| remove(&mut order["payload"]["documents"][0], "pages"),
            "/payload/documents/0/pages",
        ),
        (
            |order| order["payload"]["documents"] = json!([{"type": "JUDGMENT", "copies": 1, "pages": 12}, {"type": "PROVISIONAL_MEASURE", "copies": 1, "pages": 2}]),
            "/payload/documents",
        ),
        (|order| order["payload"]["judge"] = "x".into(), "/payload/judge"),
        (|order| remove(&mut order["case"], "judgment"), "/case/judgment"),
        (
            |order| order["head"]["signer"]["position"] = "Thư ký".into(),
            "/head/signer/position",
        ),
        (|order| order["recipients"] = json!(["T.1", "T.2"]), "/recipients"),
    ];
    for (index, (change, place)) in cases.iter().enumerate() {
        assert_eq!(order_refused_at(&kind, change), [*place], "case {index}");
    }
}

#[test]
fn answers_are_refused_at_the_right_place() {
    let kind = kind("judgment-transfer");
    let cases: &[(&str, Change, &str)] = &[
        (
            "RECEIVED",
            |a| remove(&mut a["payload"], "received_time"),
            "/payload/received_time",
        ),
        (
            "RECEIVED",
            |a| a["payload"]["received_time"] = "2026-11-20".into(),
            "/payload/received_time",
        ),
        (
            "RECEIVED",
            |a| a["payload"]["receipt_form"] = "FAX".into(),
            "/payload/receipt_form",
        ),
        (
            "RECEIVED",
            |a| remove(&mut a["payload"]["enforcement_decisions"][0], "mode"),
            "/payload/enforcement_decisions/0/mode",
        ),
        (
            "RECEIVED",
            |a| a["payload"]["questions"] = json!([]),
            "/payload/questions",
        ),
        (
            "RECEIVED",
            |a| a["reasons"] = json!([{"code": "OTHER_LAW", "text": "x"}]),
            "/reasons/0",
        ),
        (
            "DUPLICATE",
            |a| remove(&mut a["payload"], "duplicate_of"),
            "/payload/duplicate_of",
        ),
        (
            "ID_MISMATCH",
            |a| remove(&mut a["payload"]["mismatches"][0], "found"),
            "/payload/mismatches/0/found",
        ),
        (
            "NOT_FINAL",
            |a| a["payload"]["not_final_ground"] = "LATE".into(),
            "/payload/not_final_ground",
        ),
        (
            "NOT_FINAL",
            |a| remove(&mut a["payload"], "explanation"),
            "/payload/explanation",
        ),
        (
            "UNCLEAR_OPERATIVE_PART",
            |a| a["payload"]["questions"] = json!([]),
            "/payload/questions",
        ),
        ("REFUSED", |a| a["reasons"] = json!([]), "/reasons"),
        ("REFUSED", |a| remove(&mut a["reasons"][0], "text"), "/reasons/0/text"),
        (
            "IN_PROGRESS",
            |a| remove(&mut a["payload"], "progress"),
            "/payload/progress",
        ),
    ];
    for (index, (outcome, change, place)) in cases.iter().enumerate() {
        let found = answer_refused_at(&kind, outcome, change);
        assert!(
            !found.is_empty() && found.iter().all(|found| found == place),
            "case {index}: {outcome}: {found:?}"
        );
    }
}

#[test]
fn what_is_enforced_at_once_needs_no_date_of_effect() {
    let found = order_refused_at(&kind("judgment-transfer"), |order| {
        order["payload"]["judgment_sort"] = "IMMEDIATELY_ENFORCEABLE".into();
        order["payload"]["effect_ground"] = "ENFORCED_AT_ONCE".into();
        remove(&mut order["payload"], "effective_date");
    });
    assert_eq!(found, Vec::<String>::new());
}

/// Decree 152/2026 Art. 8.1b: exhibits are dealt with although nobody is the judgment debtor.
#[test]
fn an_obligation_may_be_without_a_debtor() {
    let found = order_refused_at(&kind("judgment-transfer"), |order| {
        let payload = &mut order["payload"];
        payload["judgment_sort"] = "CRIMINAL_FIRST_INSTANCE".into();
        payload["case_type"] = "CRIMINAL".into();
        payload["obligations"] = json!([{
            "item": "1", "kind": "CONFISCATION", "mode": "PROACTIVE", "creditors": ["Nhà nước"], "debtors": [],
            "description": "Tịch thu, tiêu hủy vật chứng không rõ chủ sở hữu."
        }]);
        payload["court_fees"] = json!([]);
        payload["totals"] = json!([]);
    });
    assert_eq!(found, Vec::<String>::new());
}

/// Every sort has exactly one clock of the court under each regime: none is without a date, none has two.
#[test]
fn every_sort_of_judgment_has_one_clock_under_each_regime() {
    use super::rule::Regime;
    let kind = kind("judgment-transfer");
    let sorts = &kind.order_schema.document()["properties"]["judgment_sort"]["enum"];
    for sort in sorts.as_array().unwrap() {
        for regime in Regime::ALL {
            let rules = kind.definition.deadlines.iter().filter(|rule| {
                rule.name == "transfer"
                    && rule.regimes.contains(regime)
                    && rule
                        .condition
                        .as_ref()
                        .is_some_and(|condition| &condition.equals == sort)
            });
            assert_eq!(rules.count(), 1, "{sort} under {regime}");
        }
    }
}

#[test]
fn a_transfer_leaves_no_measure() {
    let kind = kind("judgment-transfer");
    for outcome in &kind.definition.outcomes {
        let facts = changed_answer(&kind, outcome.code.as_str(), |_| {}).unwrap();
        assert!(facts.measure.is_none() && facts.executed_time.is_none());
    }
}
