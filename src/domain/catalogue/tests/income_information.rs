//! Law 106/2025 Art. 37.6b, Decree 152/2026 Art. 110 and 112: asking who pays a debtor an income, and the answer.

use serde_json::{Value, json};

use super::rule::DeadlineRule;
use super::{Change, answer_refused_at, changed_answer, kind, order_refused_at, remove};

fn vnd(amount: &str) -> Value {
    json!({"amount": amount, "currency": "VND"})
}

#[test]
fn orders_are_refused_at_the_right_place() {
    let kind = kind("income-information");
    assert!(order_refused_at(&kind, |_| {}).is_empty());
    let cases: &[(Change, &str)] = &[
        (|o| remove(&mut o["payload"], "person"), "/payload/person"),
        (
            |o| o["payload"]["person"]["identifiers"][0]["number"] = "003085012345".into(),
            "/payload/person/identifiers/0/number",
        ),
        (
            |o| remove(&mut o["payload"]["known_income"], "income_type"),
            "/payload/known_income/income_type",
        ),
        (
            |o| o["payload"]["known_income"]["income_type"] = "BONUS".into(),
            "/payload/known_income/income_type",
        ),
        (
            |o| o["payload"]["known_income"]["salary"] = "x".into(),
            "/payload/known_income/salary",
        ),
        (
            |o| o["recipients"] = json!(["BHXH.1", "BHXH.2"]),
            "/payload/known_income",
        ),
        (
            |o| o["payload"]["requested_information"] = json!([]),
            "/payload/requested_information",
        ),
        (
            |o| o["payload"]["requested_information"] = json!(["SINCE", "SINCE"]),
            "/payload/requested_information",
        ),
        (
            |o| o["payload"]["requested_information"][0] = "ALL".into(),
            "/payload/requested_information/0",
        ),
        (
            |o| remove(&mut o["payload"], "provisional_measure"),
            "/payload/provisional_measure",
        ),
        (
            |o| o["payload"]["provisional_measure"] = "no".into(),
            "/payload/provisional_measure",
        ),
        (|o| remove(&mut o["payload"]["period"], "to"), "/payload/period/to"),
        (
            |o| o["payload"]["period"]["to"] = "2026-04-30T23:59:59+07:00".into(),
            "/payload/period/to",
        ),
        (|o| remove(&mut o["payload"], "purpose"), "/payload/purpose"),
        (
            |o| o["payload"]["requested_due_date"] = "25/11/2026".into(),
            "/payload/requested_due_date",
        ),
        (
            |o| o["head"]["signer"]["position"] = "Thư ký".into(),
            "/head/signer/position",
        ),
        (|o| remove(&mut o["case"], "judgment"), "/case/judgment"),
    ];
    for (index, (change, place)) in cases.iter().enumerate() {
        assert_eq!(order_refused_at(&kind, change), [*place], "case {index}");
    }
}

#[test]
fn answers_are_refused_at_the_right_place() {
    let kind = kind("income-information");
    let cases: &[(&str, Change, &str)] = &[
        ("FOUND", |a| remove(&mut a["payload"], "as_of"), "/payload/as_of"),
        ("FOUND", |a| remove(&mut a["payload"], "incomes"), "/payload/incomes"),
        (
            "FOUND",
            |a| remove(&mut a["payload"]["incomes"][0], "payer"),
            "/payload/incomes/0/payer",
        ),
        (
            "FOUND",
            |a| remove(&mut a["payload"]["incomes"][0], "income"),
            "/payload/incomes/0/income",
        ),
        (
            "FOUND",
            |a| a["payload"]["incomes"][0]["pay_period"] = "WEEK".into(),
            "/payload/incomes/0/pay_period",
        ),
        (
            "FOUND",
            |a| a["payload"]["incomes"][0]["pay_day"] = 32.into(),
            "/payload/incomes/0/pay_day",
        ),
        (
            "FOUND",
            |a| a["payload"]["incomes"][1]["pay_period"] = "ONCE".into(),
            "/payload/incomes/1/pay_day",
        ),
        (
            "FOUND",
            |a| a["payload"]["incomes"][1]["net"] = vnd("500001"),
            "/payload/incomes/1/net",
        ),
        (
            "FOUND",
            |a| a["payload"]["incomes"][0]["remaining"] = vnd("7700001"),
            "/payload/incomes/0/remaining",
        ),
        (
            "FOUND",
            |a| remove(&mut a["payload"]["incomes"][0], "net"),
            "/payload/incomes/0/net",
        ),
        (
            "FOUND",
            |a| remove(&mut a["payload"]["incomes"][0]["deductions"][0], "document_number"),
            "/payload/incomes/0/deductions/0/document_number",
        ),
        (
            "FOUND",
            |a| a["payload"]["elsewhere"] = json!([{"payer": {"full_name": "x"}}]),
            "/payload/elsewhere",
        ),
        (
            "FOUND_ELSEWHERE",
            |a| remove(&mut a["payload"], "elsewhere"),
            "/payload/elsewhere",
        ),
        (
            "FOUND_ELSEWHERE",
            |a| a["payload"]["elsewhere"][0]["payer"]["tax_code"] = "0100109107".into(),
            "/payload/elsewhere/0/payer/tax_code",
        ),
        (
            "NOT_FOUND",
            |a| remove(&mut a["payload"], "searched_by"),
            "/payload/searched_by",
        ),
        (
            "NOT_FOUND",
            |a| a["payload"]["ended_date"] = "2026-02-30".into(),
            "/payload/ended_date",
        ),
        ("DECEASED", |a| remove(&mut a["payload"], "death"), "/payload/death"),
        (
            "DECEASED",
            |a| remove(&mut a["payload"]["death"], "source"),
            "/payload/death/source",
        ),
        (
            "MULTIPLE_HITS",
            |a| a["payload"]["incomes"] = json!([]),
            "/payload/incomes",
        ),
        (
            "REFUSED",
            |a| a["reasons"][0]["code"] = "NO_TIME".into(),
            "/reasons/0/code",
        ),
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
fn an_order_has_one_answer_clock_whether_or_not_a_provisional_measure_is_carried_out() {
    let kind = kind("income-information");
    for regime in ["2008", "2025"] {
        for provisional in [false, true] {
            let payload = json!({"provisional_measure": provisional});
            let rules = kind.definition.deadlines.iter().filter(|rule| {
                let applies = rule
                    .condition
                    .as_ref()
                    .is_none_or(|condition| condition.holds(&payload));
                rule.name == "answer" && applies && rule.regimes.iter().any(|known| known.as_str() == regime)
            });
            let immediate: Vec<bool> = rules.map(DeadlineRule::is_immediate).collect();
            // The former law knew "ngay" for accounts only (LAW section 2).
            assert_eq!(immediate, [provisional && regime == "2025"], "{regime}");
        }
    }
}

#[test]
fn an_enquiry_leaves_no_measure() {
    let kind = kind("income-information");
    for outcome in &kind.definition.outcomes {
        let facts = changed_answer(&kind, outcome.code.as_str(), |_| {}).unwrap();
        assert!(facts.measure.is_none() && facts.executed_time.is_none());
    }
}
