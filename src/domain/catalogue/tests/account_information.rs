//! Law 106/2025 Art. 37.6b, Decree 152/2026 Art. 21.4 and 109: asking a bank for accounts, and its answer.

use serde_json::{Value, json};

use super::{Change, answer_refused_at, changed_answer, kind, order_refused_at, remove};
use crate::domain::catalogue::rule::{Nature, Regime, TimeUnit};

fn vnd(amount: &str) -> Value {
    json!({"amount": amount, "currency": "VND"})
}

#[test]
fn orders_are_refused_at_the_right_place() {
    let kind = kind("account-information");
    assert!(order_refused_at(&kind, |_| {}).is_empty());
    let cases: &[(Change, &str)] = &[
        (|o| remove(&mut o["payload"], "person"), "/payload/person"),
        (
            |o| o["payload"]["person"]["identifiers"][0]["number"] = "12345".into(),
            "/payload/person/identifiers/0/number",
        ),
        (|o| o["payload"]["scope"] = "EVERYTHING".into(), "/payload/scope"),
        (|o| remove(&mut o["payload"], "accounts"), "/payload/accounts"),
        (|o| o["payload"]["scope"] = "WHOLE_CLIENT".into(), "/payload/accounts"),
        (
            |o| o["payload"]["accounts"][0]["number"] = "số 1".into(),
            "/payload/accounts/0/number",
        ),
        (
            |o| o["payload"]["accounts"][0]["pin"] = "1234".into(),
            "/payload/accounts/0/pin",
        ),
        (|o| o["recipients"] = json!(["NH.1", "NH.2"]), "/payload/accounts"),
        (
            |o| o["payload"]["requested_information"] = json!(["STATEMENT", "STATEMENT"]),
            "/payload/requested_information",
        ),
        (|o| remove(&mut o["payload"], "period"), "/payload/period"),
        (
            |o| o["payload"]["requested_information"] = json!(["ACCOUNTS"]),
            "/payload/period",
        ),
        (
            |o| o["payload"]["period"]["from"] = "2026-05-01".into(),
            "/payload/period/from",
        ),
        (
            |o| o["payload"]["period"]["to"] = "2026-04-30T23:59:59+07:00".into(),
            "/payload/period/to",
        ),
        (|o| remove(&mut o["payload"], "purpose"), "/payload/purpose"),
        (
            |o| o["head"]["signer"]["position"] = "Chuyên viên".into(),
            "/head/signer/position",
        ),
        (
            |o| remove(&mut o["case"], "enforcement_decision"),
            "/case/enforcement_decision",
        ),
        (|o| o["legal_basis"] = json!([]), "/legal_basis"),
    ];
    for (index, (change, place)) in cases.iter().enumerate() {
        assert_eq!(order_refused_at(&kind, change), [*place], "case {index}");
    }
}

#[test]
fn answers_are_refused_at_the_right_place() {
    let kind = kind("account-information");
    let cases: &[(&str, Change, &str)] = &[
        ("FOUND", |a| remove(&mut a["payload"], "as_of"), "/payload/as_of"),
        ("FOUND", |a| remove(&mut a["payload"], "totals"), "/payload/totals"),
        (
            "FOUND",
            |a| a["payload"]["totals"][0] = vnd("162500001"),
            "/payload/totals",
        ),
        (
            "FOUND",
            |a| remove(&mut a["payload"]["lines"][0], "balance"),
            "/payload/lines/0/balance",
        ),
        (
            "FOUND",
            |a| a["payload"]["lines"][0]["available"] = vnd("62500001"),
            "/payload/lines/0/available",
        ),
        (
            "FOUND",
            |a| a["payload"]["lines"][0]["statement"]["closing"] = vnd("1"),
            "/payload/lines/0/statement/closing",
        ),
        (
            "FOUND",
            |a| a["payload"]["lines"][0]["holds"] = json!([]),
            "/payload/lines/0/holds",
        ),
        (
            "FOUND",
            |a| a["payload"]["lines"][0]["maturity_date"] = "2027-01-01".into(),
            "/payload/lines/0/maturity_date",
        ),
        (
            "FOUND",
            |a| a["payload"]["lines"][1]["joint_owners"] = 1.into(),
            "/payload/lines/1/joint_owners",
        ),
        (
            "FOUND",
            |a| a["payload"]["lines"][2]["account_type"] = "CUSTODY".into(),
            "/payload/lines/2/assets",
        ),
        (
            "FOUND",
            |a| {
                remove(&mut a["payload"]["lines"][2], "balance");
                a["payload"]["lines"][2]["balance_missing"] = true.into();
            },
            "/payload/lines/2/balance_missing",
        ),
        (
            "FOUND",
            |a| remove(&mut a["payload"]["lines"][3], "closed_date"),
            "/payload/lines/3/closed_date",
        ),
        (
            "FOUND",
            |a| a["payload"]["lines"][3]["balance"] = vnd("0"),
            "/payload/lines/3/balance",
        ),
        ("FOUND", |a| a["payload"]["missing"] = "x".into(), "/payload/missing"),
        (
            "FOUND_PARTLY",
            |a| remove(&mut a["payload"], "missing"),
            "/payload/missing",
        ),
        (
            "NOT_FOUND",
            |a| remove(&mut a["payload"], "searched_by"),
            "/payload/searched_by",
        ),
        (
            "NOT_FOUND",
            |a| a["payload"]["lines"] = json!([{"account": "0011", "status": "NOT_FOUND"}]),
            "/payload/lines",
        ),
        ("MULTIPLE_HITS", |a| a["payload"]["hits"] = 1.into(), "/payload/hits"),
        ("REFUSED", |a| a["reasons"] = json!([]), "/reasons"),
        ("REFUSED", |a| remove(&mut a["reasons"][0], "text"), "/reasons/0/text"),
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
fn an_account_of_somebody_else_shows_nothing() {
    let kind = kind("account-information");
    let line = json!({"account": "0011004005678", "status": "NOT_FOUND"});
    let refused = |member: &str, value: Value| {
        let mut line = line.clone();
        if !member.is_empty() {
            line[member] = value;
        }
        answer_refused_at(&kind, "FOUND", |answer| answer["payload"]["lines"][3] = line)
    };
    assert!(refused("", Value::Null).is_empty());
    for (member, value) in [
        ("account_type", "PAYMENT".into()),
        ("branch", "Chi nhánh".into()),
        ("salary", true.into()),
        ("joint_owners", 2.into()),
        ("balance", vnd("0")),
        ("available", vnd("0")),
        ("holds", json!([])),
    ] {
        assert_eq!(refused(member, value), [format!("/payload/lines/3/{member}")]);
    }
}

#[test]
fn a_deputy_head_may_sign_for_bank_secrets_only() {
    let deputy: Change =
        |order| order["head"]["signer"]["position"] = "Phó Thủ trưởng cơ quan thi hành án dân sự".into();
    assert!(order_refused_at(&kind("account-information"), deputy).is_empty());
    for code in ["income-information", "land-information", "residence-information"] {
        assert_eq!(order_refused_at(&kind(code), deputy), ["/head/signer/position"]);
    }
}

#[test]
fn accounts_are_due_at_once_under_both_regimes() {
    let kind = kind("account-information");
    for regime in Regime::ALL {
        let rules = kind.definition.deadlines.iter();
        let answer: Vec<_> = rules
            .filter(|rule| rule.name == "answer" && rule.regimes.contains(regime))
            .collect();
        let [answer] = answer.as_slice() else {
            panic!("{regime}: {answer:?}")
        };
        let level = answer.service_level.unwrap();
        assert_eq!((level.amount, level.unit), (4, TimeUnit::WorkingHours));
        assert_eq!(
            level.cap.map(|cap| (cap.amount, cap.unit)),
            Some((1, TimeUnit::WorkingDays))
        );
        assert_eq!(answer.nature, Nature::Policy);
    }
}

#[test]
fn an_enquiry_leaves_no_measure() {
    let kind = kind("account-information");
    for outcome in &kind.definition.outcomes {
        let facts = changed_answer(&kind, outcome.code.as_str(), |_| {}).unwrap();
        assert!(facts.measure.is_none() && facts.executed_time.is_none());
    }
}
