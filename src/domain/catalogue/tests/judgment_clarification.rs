//! Law 106/2025 Art. 13.3, 22.2d: asking a court to correct, complete or explain a judgment, and its answer.

use serde_json::json;

use super::{Change, answer_refused_at, changed_answer, kind, order_refused_at, remove};

#[test]
fn orders_are_refused_at_the_right_place() {
    let kind = kind("judgment-clarification");
    let cases: &[(Change, &str)] = &[
        (
            |order| remove(&mut order["payload"], "addressed_to"),
            "/payload/addressed_to",
        ),
        (
            |order| order["payload"]["addressed_to"] = "SUPREME_COURT".into(),
            "/payload/addressed_to",
        ),
        (
            |order| order["payload"]["addressed_to"] = "SUPERIOR_COURT".into(),
            "/payload/prior_answer",
        ),
        (
            |order| order["payload"]["prior_answer"] = prior_answer("2026-10-02", "2026-11-02"),
            "/payload/prior_answer",
        ),
        (
            |order| {
                order["payload"]["addressed_to"] = "SUPERIOR_COURT".into();
                order["payload"]["prior_answer"] = prior_answer("2026-11-02", "2026-11-01");
            },
            "/payload/prior_answer/answer_date",
        ),
        (
            |order| {
                order["payload"]["addressed_to"] = "SUPERIOR_COURT".into();
                order["payload"]["prior_answer"] = prior_answer("2026-10-02", "2026-11-02");
                remove(&mut order["payload"]["prior_answer"], "why_unclear");
            },
            "/payload/prior_answer/why_unclear",
        ),
        (|order| order["payload"]["requests"] = json!([]), "/payload/requests"),
        (
            |order| remove(&mut order["payload"]["requests"][0], "passage"),
            "/payload/requests/0/passage",
        ),
        (
            |order| order["payload"]["requests"][0]["problem"] = "".into(),
            "/payload/requests/0/problem",
        ),
        (
            |order| order["payload"]["requests"][0]["sort"] = "REOPEN".into(),
            "/payload/requests/0/sort",
        ),
        (
            |order| remove(&mut order["payload"]["requests"][1], "proposal"),
            "/payload/requests/1/proposal",
        ),
        (
            |order| order["payload"]["enforcement_state"] = "DONE".into(),
            "/payload/enforcement_state",
        ),
        (|order| remove(&mut order["payload"], "debtors"), "/payload/debtors"),
        (
            |order| remove(&mut order["payload"]["creditors"][0], "full_name"),
            "/payload/creditors/0/full_name",
        ),
        (|order| order["payload"]["deadline"] = "x".into(), "/payload/deadline"),
        (|order| remove(&mut order["case"], "judgment"), "/case/judgment"),
        (
            |order| order["head"]["signer"]["position"] = "Chấp hành viên".into(),
            "/head/signer/position",
        ),
    ];
    for (index, (change, place)) in cases.iter().enumerate() {
        assert_eq!(order_refused_at(&kind, change), [*place], "case {index}");
    }
}

fn prior_answer(asked: &str, answered: &str) -> serde_json::Value {
    json!({
        "court": "Tòa án nhân dân khu vực 1 - Ninh Bình",
        "request_number": "301/CV-THADS",
        "request_date": asked,
        "answer_number": "112/CV-TA",
        "answer_date": answered,
        "why_unclear": "Văn bản trả lời chỉ nhắc lại nội dung bản án."
    })
}

#[test]
fn answers_are_refused_at_the_right_place() {
    let kind = kind("judgment-clarification");
    let cases: &[(&str, Change, &str)] = &[
        (
            "EXPLAINED",
            |a| remove(&mut a["payload"], "results"),
            "/payload/results",
        ),
        (
            "EXPLAINED",
            |a| remove(&mut a["payload"]["results"][0], "explanation"),
            "/payload/results/0/explanation",
        ),
        (
            "EXPLAINED",
            |a| {
                a["payload"]["results"][1] =
                    json!({"item": "2", "result": "CORRECTED", "correction": {"to": "AA 01234567"}});
            },
            "/payload/results/1/correction",
        ),
        (
            "EXPLAINED",
            |a| a["payload"]["results"][1]["explanation"] = "x".into(),
            "/payload/results/1/explanation",
        ),
        (
            "EXPLAINED",
            |a| a["payload"]["decision"] = json!({"number": "07/2026/QĐ-SCBSBA", "date": "2026-12-18"}),
            "/payload/decision",
        ),
        (
            "CORRECTED",
            |a| remove(&mut a["payload"], "decision"),
            "/payload/decision",
        ),
        (
            "CORRECTED",
            |a| remove(&mut a["payload"]["decision"], "date"),
            "/payload/decision/date",
        ),
        (
            "CORRECTED",
            |a| remove(&mut a["payload"]["results"][1]["correction"], "to"),
            "/payload/results/1/correction/to",
        ),
        (
            "CORRECTED",
            |a| a["payload"]["results"] = json!([{"item": "1", "result": "EXPLAINED", "explanation": "x"}]),
            "/payload/results",
        ),
        (
            "NOT_FOUNDED",
            |a| remove(&mut a["payload"]["results"][0], "grounds"),
            "/payload/results/0/grounds",
        ),
        (
            "NOT_FOUNDED",
            |a| a["payload"]["results"][0] = json!({"item": "1", "result": "EXPLAINED", "explanation": "x"}),
            "/payload/results/0/explanation",
        ),
        (
            "DIRECTED_LOWER_COURT",
            |a| remove(&mut a["payload"], "direction"),
            "/payload/direction",
        ),
        (
            "DIRECTED_LOWER_COURT",
            |a| a["payload"]["direction"]["reply_by"] = "2026-12-17".into(),
            "/payload/direction/reply_by",
        ),
        ("REFUSED", |a| a["reasons"] = json!([]), "/reasons"),
        (
            "REFUSED",
            |a| a["reasons"][0]["code"] = "BUSY".into(),
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

#[test]
fn the_superior_court_is_asked_with_the_earlier_answer() {
    let found = order_refused_at(&kind("judgment-clarification"), |order| {
        order["payload"]["addressed_to"] = "SUPERIOR_COURT".into();
        order["payload"]["prior_answer"] = prior_answer("2026-10-02", "2026-11-02");
    });
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn only_the_issuing_court_may_take_longer() {
    for rule in &kind("judgment-clarification").definition.deadlines {
        let issuing = rule
            .condition
            .as_ref()
            .is_some_and(|condition| condition.equals == "ISSUING_COURT");
        assert_eq!(rule.extendable_to.is_some(), issuing, "{}", rule.basis);
    }
}

#[test]
fn a_clarification_leaves_no_measure() {
    let kind = kind("judgment-clarification");
    for outcome in &kind.definition.outcomes {
        let facts = changed_answer(&kind, outcome.code.as_str(), |_| {}).unwrap();
        assert!(facts.measure.is_none() && facts.executed_time.is_none());
    }
}
