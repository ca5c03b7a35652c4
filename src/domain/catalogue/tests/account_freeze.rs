//! Decree 152/2026 Art. 43: what a freeze and its result must say.

use serde_json::{Value, json};

use super::{Change, answer_refused_at, changed_answer, kind, order_refused_at, remove};
use crate::domain::money::{Currency, Money};

fn vnd(amount: &str) -> Value {
    json!({"amount": amount, "currency": "VND"})
}

#[test]
fn orders_are_refused_at_the_right_place() {
    let kind = kind("account-freeze");
    let refused = |change: Change| order_refused_at(&kind, change);
    assert!(refused(|_| {}).is_empty());
    let cases: &[(Change, &str)] = &[
        (|order| remove(&mut order["payload"], "amounts"), "/payload/amounts"),
        (
            |order| remove(&mut order["payload"]["amounts"], "costs"),
            "/payload/amounts/costs",
        ),
        (
            |order| order["payload"]["amounts"]["total"] = vnd("153500001"),
            "/payload/amounts/total",
        ),
        (
            |order| order["payload"]["amounts"]["costs"] = json!({"amount": "3500000", "currency": "USD"}),
            "/payload/amounts/total",
        ),
        (
            |order| order["payload"]["amounts"]["obligation"]["amount"] = "150000000.5".into(),
            "/payload/amounts/obligation/amount",
        ),
        (
            |order| order["payload"]["amounts"]["obligation"]["amount"] = 150_000_000.into(),
            "/payload/amounts/obligation/amount",
        ),
        (
            |order| order["payload"]["amounts"]["obligation"]["amount"] = "0".into(),
            "/payload/amounts/obligation/amount",
        ),
        (
            |order| order["payload"]["amounts"]["as_of"] = "20/11/2026".into(),
            "/payload/amounts/as_of",
        ),
        (|order| remove(&mut order["payload"], "accounts"), "/payload/accounts"),
        (
            |order| order["payload"]["scope"] = "WHOLE_CLIENT".into(),
            "/payload/accounts",
        ),
        (
            |order| order["payload"]["scope"] = "EVERYTHING".into(),
            "/payload/scope",
        ),
        (
            |order| order["payload"]["accounts"][0]["number"] = "số 1".into(),
            "/payload/accounts/0/number",
        ),
        (
            |order| order["payload"]["accounts"][0]["pin"] = "1234".into(),
            "/payload/accounts/0/pin",
        ),
        (
            |order| order["payload"]["debtor"]["identifiers"][0]["number"] = "12345".into(),
            "/payload/debtor/identifiers/0/number",
        ),
        (
            |order| order["recipients"] = json!(["NH.1", "NH.2"]),
            "/payload/accounts",
        ),
        (
            |order| order["head"]["signer"]["position"] = "Chuyên viên".into(),
            "/head/signer/position",
        ),
        (
            |order| remove(&mut order["case"], "enforcement_decision"),
            "/case/enforcement_decision",
        ),
        (|order| order["legal_basis"] = json!([]), "/legal_basis"),
        (|order| order["head"]["secrecy"] = "MẬT".into(), "/head/secrecy"),
    ];
    for (index, (change, place)) in cases.iter().enumerate() {
        assert_eq!(refused(*change), [*place], "case {index}");
    }
}

#[test]
fn an_order_for_the_whole_client_may_go_to_many_banks() {
    let refused = order_refused_at(&kind("account-freeze"), |order| {
        order["payload"]["scope"] = "WHOLE_CLIENT".into();
        remove(&mut order["payload"], "accounts");
        order["recipients"] = json!(["NH.1", "NH.2", "KBNN.1"]);
    });
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn results_that_do_not_add_up_are_refused() {
    let kind = kind("account-freeze");
    let cases: &[(&str, Change, &[&str])] = &[
        // More than the balance.
        (
            "HELD_FULL",
            |a| a["payload"]["lines"][0]["balance"] = vnd("123499999"),
            &["/payload/lines/0/held"],
        ),
        // The line counts what it does not hold.
        (
            "HELD_PARTIAL",
            |a| a["payload"]["lines"][0]["counted"] = vnd("41200001"),
            &["/payload/lines/0/counted", "/payload/total_held"],
        ),
        // Totals per currency.
        (
            "HELD_FULL",
            |a| a["payload"]["totals"][1]["amount"] = "1200.01".into(),
            &["/payload/totals"],
        ),
        (
            "HELD_FULL",
            |a| a["payload"]["totals"] = json!([vnd("123500000")]),
            &["/payload/totals"],
        ),
        // "In full" must be the amount ordered.
        (
            "HELD_FULL",
            |a| {
                a["payload"]["lines"][1]["counted"] = vnd("29999999");
                a["payload"]["total_held"] = vnd("153499999");
            },
            &["/payload/total_held"],
        ),
        // More than obligation and costs.
        (
            "HELD_FULL",
            |a| {
                a["payload"]["lines"][1]["counted"] = vnd("30000001");
                a["payload"]["total_held"] = vnd("153500001");
            },
            &["/payload/total_held", "/payload/total_held"],
        ),
        // The total held in a currency that the order does not have.
        (
            "HELD_PARTIAL",
            |a| {
                a["payload"]["lines"][0]["counted"] = json!({"amount": "1600", "currency": "USD"});
                a["payload"]["total_held"] = json!({"amount": "1600", "currency": "USD"});
            },
            &["/payload/total_held", "/payload/total_held", "/payload/shortfall"],
        ),
        // The shortfall.
        (
            "HELD_PARTIAL",
            |a| a["payload"]["shortfall"] = vnd("112299999"),
            &["/payload/shortfall"],
        ),
        // Nothing is short.
        (
            "HELD_PARTIAL",
            |a| {
                a["payload"]["lines"][0]["balance"] = vnd("153500000");
                a["payload"]["lines"][0]["held"] = vnd("153500000");
                a["payload"]["lines"][0]["counted"] = vnd("153500000");
                a["payload"]["totals"] = json!([vnd("153500000")]);
                a["payload"]["total_held"] = vnd("153500000");
                a["payload"]["shortfall"] = vnd("0");
            },
            &["/payload/total_held"],
        ),
        // Interim answers add up too.
        (
            "IN_PROGRESS",
            |a| a["payload"]["total_held"] = vnd("1"),
            &["/payload/total_held"],
        ),
    ];
    for (index, (outcome, change, expected)) in cases.iter().enumerate() {
        assert_eq!(
            answer_refused_at(&kind, outcome, change),
            *expected,
            "case {index}: {outcome}"
        );
    }
}

#[test]
fn answers_are_refused_at_the_right_place() {
    let kind = kind("account-freeze");
    let cases: &[(&str, Change, &str)] = &[
        ("HELD_FULL", |a| a["outcome"] = "DEBITED".into(), "/outcome"),
        ("HELD_FULL", |a| a["final"] = false.into(), "/final"),
        ("HELD_FULL", |a| remove(a, "head"), "/head"),
        (
            "HELD_FULL",
            |a| a["reasons"] = json!([{"code": "OTHER_LAW", "text": "x"}]),
            "/reasons/0",
        ),
        (
            "HELD_FULL",
            |a| remove(&mut a["payload"], "executed_time"),
            "/payload/executed_time",
        ),
        (
            "HELD_FULL",
            |a| a["payload"]["executed_time"] = "2026-11-23 09:15".into(),
            "/payload/executed_time",
        ),
        (
            "HELD_FULL",
            |a| a["payload"]["received_time"] = "2026-11-23T10:00:00+07:00".into(),
            "/payload/executed_time",
        ),
        (
            "HELD_FULL",
            |a| remove(&mut a["payload"]["lines"][0], "balance"),
            "/payload/lines/0/balance",
        ),
        (
            "HELD_FULL",
            |a| a["payload"]["lines"][0]["exclusion"] = json!({"code": "STATE_BUDGET_FUND"}),
            "/payload/lines/0/exclusion",
        ),
        (
            "HELD_FULL",
            |a| a["payload"]["shortfall"] = vnd("0"),
            "/payload/shortfall",
        ),
        (
            "HELD_PARTIAL",
            |a| a["payload"]["monitoring"] = false.into(),
            "/payload/monitoring",
        ),
        (
            "HELD_PARTIAL",
            |a| remove(&mut a["payload"], "shortfall"),
            "/payload/shortfall",
        ),
        (
            "NO_CLIENT",
            |a| a["payload"]["lines"] = json!([{"account": "0011", "account_type": "PAYMENT", "status": "CLOSED"}]),
            "/payload/lines",
        ),
        (
            "EXCLUDED_ACCOUNT",
            |a| a["payload"]["lines"][0]["exclusion"]["code"] = "SALARY".into(),
            "/payload/lines/0/exclusion/code",
        ),
        (
            "EXCLUDED_ACCOUNT",
            |a| a["payload"]["lines"][0]["held"] = vnd("1"),
            "/payload/lines/0/held",
        ),
        (
            "EXCLUDED_ACCOUNT",
            |a| remove(&mut a["payload"]["lines"][0], "exclusion"),
            "/payload/lines/0/exclusion",
        ),
        (
            "PRIOR_HOLD",
            |a| remove(&mut a["payload"]["lines"][0]["prior_holds"][0], "amount"),
            "/payload/lines/0/prior_holds/0/amount",
        ),
        (
            "PRIOR_HOLD",
            |a| remove(&mut a["payload"]["lines"][0], "prior_holds"),
            "/payload/lines/0/prior_holds",
        ),
        (
            "MULTIPLE_HITS",
            |a| a["payload"]["total_held"] = vnd("0"),
            "/payload/total_held",
        ),
        ("MULTIPLE_HITS", |a| a["payload"]["hits"] = 1.into(), "/payload/hits"),
        (
            "WITHDRAWN_BEFORE",
            |a| remove(&mut a["payload"]["withdrawals"][0], "withdrawn_time"),
            "/payload/withdrawals/0/withdrawn_time",
        ),
        (
            "WITHDRAWN_BEFORE",
            |a| a["payload"]["withdrawals"][0]["withdrawn_time"] = "2026-11-23T08:40:01+07:00".into(),
            "/payload/withdrawals/0/withdrawn_time",
        ),
        ("REFUSED", |a| remove(a, "reasons"), "/reasons"),
        (
            "REFUSED",
            |a| a["reasons"][0]["code"] = "BUSY".into(),
            "/reasons/0/code",
        ),
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

#[test]
fn a_freeze_leaves_a_measure_with_its_amount_and_time() {
    let kind = kind("account-freeze");
    let full = changed_answer(&kind, "HELD_FULL", |_| {}).unwrap();
    assert_eq!(
        full.measure.unwrap().amount,
        Some(Money::from_minor(153_500_000, Currency::Vnd))
    );
    assert_eq!(full.executed_time.unwrap().to_rfc3339(), "2026-11-23T09:15:00+07:00");
    for outcome in [
        "NO_CLIENT",
        "EXCLUDED_ACCOUNT",
        "MULTIPLE_HITS",
        "REFUSED",
        "IN_PROGRESS",
    ] {
        assert!(
            changed_answer(&kind, outcome, |_| {}).unwrap().measure.is_none(),
            "{outcome}"
        );
    }
    let closed = changed_answer(&kind, "WITHDRAWN_BEFORE", |answer| {
        remove(&mut answer["payload"], "monitoring");
    });
    assert!(closed.unwrap().measure.is_none());
}

#[test]
fn lines_and_sums_are_required_where_money_is_held() {
    let kind = kind("account-freeze");
    let required = |code: &str| {
        let outcome = kind
            .definition
            .outcomes
            .iter()
            .find(|outcome| outcome.code.as_str() == code)
            .unwrap();
        (kind.lines_required(outcome), kind.sums_required(outcome))
    };
    assert_eq!(required("HELD_FULL"), (true, true));
    assert_eq!(required("EXCLUDED_ACCOUNT"), (true, false));
    assert_eq!(required("NO_CLIENT"), (false, false));
}

/// Makes the example of an answer a report of further money held.
fn report_further(answer: &mut Value) {
    answer["schema"] = "lienthong/report/1".into();
    remove(answer, "final");
    answer["payload"]["further"] = json!({
        "held_time": "2026-12-01T10:00:00+07:00",
        "amount": vnd("18800000"),
        "lines": [{"account": "0011004001234", "counted": vnd("18800000")}],
    });
}

#[test]
fn further_money_held_is_reported_with_its_time_and_amount() {
    let kind = kind("account-freeze");
    for outcome in ["HELD_FULL", "HELD_PARTIAL"] {
        let facts = changed_answer(&kind, outcome, report_further).unwrap();
        assert!(facts.measure.is_some(), "{outcome}");
    }
    let cases: &[(Change, &str)] = &[
        (
            |a| remove(&mut a["payload"]["further"], "held_time"),
            "/payload/further/held_time",
        ),
        (
            |a| a["payload"]["further"]["held_time"] = "2026-12-01".into(),
            "/payload/further/held_time",
        ),
        (
            |a| a["payload"]["further"]["held_time"] = "2026-11-23T09:14:59+07:00".into(),
            "/payload/further/held_time",
        ),
        (
            |a| a["payload"]["further"]["lines"][0]["counted"] = vnd("18800001"),
            "/payload/further/amount",
        ),
        (
            |a| {
                a["payload"]["further"]["amount"] = vnd("41200001");
                remove(&mut a["payload"]["further"], "lines");
            },
            "/payload/further/amount",
        ),
        (|a| remove(&mut a["payload"], "total_held"), "/payload/total_held"),
        (|a| a["outcome"] = "NO_CLIENT".into(), "/outcome"),
        (|a| a["outcome"] = "WITHDRAWN_BEFORE".into(), "/outcome"),
    ];
    for (index, (change, place)) in cases.iter().enumerate() {
        let found = answer_refused_at(&kind, "HELD_PARTIAL", |answer| {
            report_further(answer);
            change(answer);
        });
        assert_eq!(found, [*place], "case {index}");
    }
}

#[test]
fn assets_of_unknown_value_are_held_whole() {
    let kind = kind("account-freeze");
    let held = changed_answer(&kind, "HELD_PARTIAL", |answer| {
        answer["payload"]["lines"].as_array_mut().unwrap().remove(0);
        answer["payload"]["totals"] = json!([]);
        answer["payload"]["total_held"] = vnd("0");
        answer["payload"]["shortfall"] = vnd("153500000");
    });
    assert!(held.unwrap().measure.is_some());
}
