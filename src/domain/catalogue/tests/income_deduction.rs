//! Decree 152/2026 Art. 51: what a deduction from income, its result and its reports must say.

use serde_json::{Value, json};

use super::{Change, answer_refused_at, changed_answer, kind, order_refused_at, remove};
use crate::domain::money::{Currency, Money};

fn vnd(amount: &str) -> Value {
    json!({"amount": amount, "currency": "VND"})
}

/// Makes the example end a deduction.
fn end(order: &mut Value) {
    order["payload"] = json!({
        "debtor": order["payload"]["debtor"],
        "action": "END",
        "decision": {"number": "140/QĐ-THADS", "date": "2026-11-27", "office": "Thi hành án dân sự tỉnh Ninh Bình"},
        "end_ground": "OBLIGATION_DONE",
        "ground_date": "2027-09-10",
    });
    order["relations"] =
        json!([{"type": "supersedes", "enforcement_request_id": "req_019aa9c0a1007000800000000000abce"}]);
}

#[test]
fn orders_are_refused_at_the_right_place() {
    let kind = kind("income-deduction");
    let refused = |change: Change| order_refused_at(&kind, change);
    assert!(refused(|_| {}).is_empty());
    let cases: &[(Change, &str)] = &[
        (
            |order| remove(&mut order["payload"], "obligation"),
            "/payload/obligation",
        ),
        (
            |order| remove(&mut order["payload"], "per_period"),
            "/payload/per_period",
        ),
        (
            |order| order["payload"]["per_period"] = vnd("40000001"),
            "/payload/per_period",
        ),
        (|order| remove(&mut order["payload"], "term"), "/payload/term"),
        (
            |order| remove(&mut order["payload"], "receiving_account"),
            "/payload/receiving_account",
        ),
        (|order| remove(&mut order["payload"], "minimum"), "/payload/minimum"),
        (
            |order| order["payload"]["limit_rule"] = "THIRTY_PERCENT".into(),
            "/payload/minimum",
        ),
        (
            |order| order["payload"]["minimum"]["kept_amount"] = vnd("4730000"),
            "/payload/minimum/kept_amount",
        ),
        (
            |order| {
                order["payload"]["minimum"]["dependants"][0]["kept"] = vnd("4729999");
                order["payload"]["minimum"]["kept_amount"] = vnd("9459999");
            },
            "/payload/minimum/dependants/0/kept",
        ),
        (
            |order| {
                order["payload"]["minimum"]["own_by_law"] = vnd("4000000");
                order["payload"]["minimum"]["kept_amount"] = vnd("8730000");
            },
            "/payload/minimum/own_by_law",
        ),
        (
            |order| remove(&mut order["payload"]["minimum"]["dependants"][0], "tax_confirmation"),
            "/payload/minimum/dependants/0/tax_confirmation",
        ),
        (
            |order| order["payload"]["minimum"]["region"] = "V".into(),
            "/payload/minimum/region",
        ),
        (|order| order["payload"]["incomes"] = json!([]), "/payload/incomes"),
        (
            |order| order["payload"]["action"] = "CHANGE".into(),
            "/payload/decision",
        ),
        (
            |order| order["payload"]["ground_date"] = "2026-11-23".into(),
            "/payload/ground_date",
        ),
        (
            |order| {
                end(order);
                order["payload"]["per_period"] = vnd("1");
            },
            "/payload/per_period",
        ),
        (
            |order| {
                end(order);
                remove(&mut order["payload"], "ground_date");
            },
            "/payload/ground_date",
        ),
        (
            |order| {
                order["attachments"].as_array_mut().unwrap().remove(0);
            },
            "/attachments",
        ),
    ];
    for (index, (change, place)) in cases.iter().enumerate() {
        assert_eq!(refused(*change), [*place], "case {index}");
    }
}

#[test]
fn only_individuals_have_an_income_to_deduct_from() {
    let refused = order_refused_at(&kind("income-deduction"), |order| {
        order["payload"]["debtor"]["type"] = "ORGANISATION".into();
        remove(&mut order["payload"]["debtor"], "date_of_birth");
    });
    assert_eq!(refused, ["/payload/debtor/type"]);
}

#[test]
fn a_deduction_may_be_changed_ended_agreed_or_of_the_former_law() {
    let kind = kind("income-deduction");
    let changes: &[Change] = &[
        end,
        |order| {
            order["payload"]["action"] = "CHANGE".into();
            order["payload"]["decision"] = json!({"number": "139/QĐ-THADS", "date": "2026-10-01", "office": "THADS"});
        },
        |order| {
            let minimum = &mut order["payload"]["minimum"];
            remove(minimum, "own_by_law");
            minimum["own_by_agreement"] = vnd("3000000");
            minimum["kept_amount"] = vnd("7730000");
        },
        |order| {
            order["payload"]["limit_rule"] = "THIRTY_PERCENT".into();
            remove(&mut order["payload"], "minimum");
        },
    ];
    for (index, change) in changes.iter().enumerate() {
        let refused = order_refused_at(&kind, change);
        assert!(refused.is_empty(), "case {index}: {refused:?}");
    }
}

#[test]
fn answers_and_reports_are_refused_at_the_right_place() {
    let kind = kind("income-deduction");
    let cases: &[(&str, Change, &str)] = &[
        (
            "DEDUCTING",
            |a| remove(&mut a["payload"], "first_pay_date"),
            "/payload/first_pay_date",
        ),
        (
            "DEDUCTING",
            |a| a["payload"]["per_period"] = vnd("4000001"),
            "/payload/per_period",
        ),
        (
            "DEDUCTING",
            |a| a["payload"]["remaining"] = vnd("39999999"),
            "/payload/remaining",
        ),
        (
            "DEDUCTING",
            |a| a["payload"]["deducted"] = vnd("4000000"),
            "/payload/deducted",
        ),
        ("DEDUCTING", |a| a["outcome"] = "PERIOD_DEDUCTED".into(), "/outcome"),
        (
            "ENDED",
            |a| a["payload"]["received_time"] = "2026-11-30T10:00:01+07:00".into(),
            "/payload/ended_time",
        ),
        (
            "BELOW_MINIMUM",
            |a| a["payload"]["gross"] = vnd("10360000"),
            "/payload/gross",
        ),
        (
            "LEFT_BEFORE",
            |a| a["payload"]["new_payer"]["tax_code"] = "0100109107".into(),
            "/payload/new_payer/tax_code",
        ),
        ("MULTIPLE_HITS", |a| a["payload"]["gross"] = vnd("1"), "/payload/gross"),
        ("REFUSED", |a| remove(a, "reasons"), "/reasons"),
        ("PERIOD_DEDUCTED", |a| a["outcome"] = "DEDUCTING".into(), "/outcome"),
        (
            "PERIOD_DEDUCTED",
            |a| remove(&mut a["payload"], "payment_reference"),
            "/payload/payment_reference",
        ),
        (
            "PERIOD_DEDUCTED",
            |a| remove(&mut a["payload"], "next_pay_date"),
            "/payload/next_pay_date",
        ),
        (
            "PERIOD_DEDUCTED",
            |a| a["payload"]["period"] = "12/2026".into(),
            "/payload/period",
        ),
        (
            "PERIOD_DEDUCTED",
            |a| a["payload"]["gross"] = vnd("15000001"),
            "/payload/gross",
        ),
        (
            "PERIOD_DEDUCTED",
            |a| a["payload"]["transferred"] = vnd("3999999"),
            "/payload/transferred",
        ),
        // Less is paid out than must be kept.
        (
            "PERIOD_DEDUCTED",
            |a| {
                a["payload"]["gross"] = vnd("14000000");
                a["payload"]["kept"] = vnd("8500000");
            },
            "/payload/kept",
        ),
        (
            "PERIOD_DEDUCTED",
            |a| a["payload"]["remaining"] = vnd("36000001"),
            "/payload/remaining",
        ),
        (
            "PERIOD_INSUFFICIENT",
            |a| remove(&mut a["payload"], "event_time"),
            "/payload/event_time",
        ),
        (
            "PERIOD_INSUFFICIENT",
            |a| {
                a["payload"]["deducted"] = vnd("4000000");
                a["payload"]["kept"] = vnd("5000000");
            },
            "/payload/deducted",
        ),
        ("LEFT", |a| remove(&mut a["payload"], "last_day"), "/payload/last_day"),
        (
            "LEFT",
            |a| a["payload"]["next_pay_date"] = "2027-04-07".into(),
            "/payload/next_pay_date",
        ),
        (
            "DECEASED",
            |a| a["payload"]["event_time"] = "2027-03-01".into(),
            "/payload/event_time",
        ),
        (
            "COMPLETED",
            |a| {
                a["payload"]["total_deducted"] = vnd("39999999");
                a["payload"]["remaining"] = vnd("1");
            },
            "/payload/total_deducted",
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
fn a_deduction_stays_in_force_until_a_report_or_another_decision_ends_it() {
    let kind = kind("income-deduction");
    let facts = |outcome: &str| changed_answer(&kind, outcome, |_| {}).unwrap();
    let remaining = |outcome: &str| facts(outcome).measure.and_then(|measure| measure.amount);
    let amount = |minor| Some(Money::from_minor(minor, Currency::Vnd));
    assert_eq!(remaining("DEDUCTING"), amount(40_000_000));
    assert_eq!(remaining("PERIOD_DEDUCTED"), amount(36_000_000));
    assert!(facts("PERIOD_INSUFFICIENT").measure.is_some());
    for outcome in ["LEFT", "DECEASED", "COMPLETED"] {
        let facts = facts(outcome);
        assert!(facts.ends_measure && facts.measure.is_none(), "{outcome}");
    }
    for outcome in ["CHANGED", "ENDED"] {
        assert!(facts(outcome).related.is_some_and(|related| related.ends), "{outcome}");
    }
    assert!(facts("BELOW_MINIMUM").measure.is_none());
}
