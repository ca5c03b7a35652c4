//! Decree 152/2026 Art. 49: what a debit and its result must say.

use serde_json::{Value, json};

use super::{Change, answer_refused_at, changed_answer, kind, order_refused_at, remove};
use crate::domain::catalogue::RelatedFacts;
use crate::domain::document::parts::RelationType;
use crate::domain::money::{Currency, Money};

fn vnd(amount: &str) -> Value {
    json!({"amount": amount, "currency": "VND"})
}

#[test]
fn orders_are_refused_at_the_right_place() {
    let kind = kind("account-debit");
    let refused = |change: Change| order_refused_at(&kind, change);
    assert!(refused(|_| {}).is_empty());
    let cases: &[(Change, &str)] = &[
        (|order| remove(&mut order["payload"], "accounts"), "/payload/accounts"),
        (|order| order["payload"]["accounts"] = json!([]), "/payload/accounts"),
        (
            |order| remove(&mut order["payload"]["accounts"][0], "holder_name"),
            "/payload/accounts/0/holder_name",
        ),
        (
            |order| order["payload"]["accounts"][0]["number"] = "số 1".into(),
            "/payload/accounts/0/number",
        ),
        (
            |order| remove(&mut order["payload"]["institution"], "address"),
            "/payload/institution/address",
        ),
        (|order| remove(&mut order["payload"], "amounts"), "/payload/amounts"),
        (
            |order| order["payload"]["amounts"]["total"] = vnd("153500001"),
            "/payload/amounts/total",
        ),
        (
            |order| order["payload"]["amounts"]["total"] = vnd("0"),
            "/payload/amounts/total/amount",
        ),
        (
            |order| remove(&mut order["payload"], "receiving_account"),
            "/payload/receiving_account",
        ),
        (
            |order| remove(&mut order["payload"]["receiving_account"], "holder_name"),
            "/payload/receiving_account/holder_name",
        ),
        (
            |order| order["payload"]["receiving_account"]["bank_bin"] = "97043".into(),
            "/payload/receiving_account/bank_bin",
        ),
        (
            |order| remove(&mut order["payload"], "time_limit"),
            "/payload/time_limit",
        ),
        (
            |order| remove(&mut order["payload"], "after_debit"),
            "/payload/after_debit",
        ),
        (
            |order| order["payload"]["after_debit"] = "MAYBE".into(),
            "/payload/after_debit",
        ),
        (|order| order["recipients"] = json!(["NH.1", "NH.2"]), "/recipients"),
        (
            |order| order["relations"][0]["type"] = "releases".into(),
            "/relations/0/type",
        ),
    ];
    for (index, (change, place)) in cases.iter().enumerate() {
        assert_eq!(refused(*change), [*place], "case {index}");
    }
}

#[test]
fn a_debit_may_be_of_a_part_and_without_a_freeze() {
    let refused = order_refused_at(&kind("account-debit"), |order| {
        order["payload"]["amounts"]["total"] = vnd("60000000");
        order["payload"]["after_debit"] = "NO_HOLD".into();
        remove(order, "relations");
    });
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn answers_are_refused_at_the_right_place() {
    let kind = kind("account-debit");
    let cases: &[(&str, Change, &str)] = &[
        ("DEBITED", |a| a["outcome"] = "HELD_FULL".into(), "/outcome"),
        (
            "DEBITED",
            |a| remove(&mut a["payload"], "payment_reference"),
            "/payload/payment_reference",
        ),
        (
            "DEBITED",
            |a| a["payload"]["value_date"] = "23/11/2026".into(),
            "/payload/value_date",
        ),
        (
            "DEBITED",
            |a| remove(&mut a["payload"], "executed_time"),
            "/payload/executed_time",
        ),
        (
            "DEBITED",
            |a| a["payload"]["received_time"] = "2026-11-23T15:30:01+07:00".into(),
            "/payload/executed_time",
        ),
        (
            "DEBITED",
            |a| a["payload"]["lines"][0]["balance"] = vnd("123499999"),
            "/payload/lines/0/debited",
        ),
        (
            "DEBITED",
            |a| a["payload"]["totals"] = json!([vnd("123500000")]),
            "/payload/totals",
        ),
        // More than obligation and costs.
        (
            "DEBITED",
            |a| {
                a["payload"]["lines"][1]["counted"] = vnd("30000001");
                a["payload"]["total_debited"] = vnd("153500001");
            },
            "/payload/total_debited",
        ),
        // In full is the amount ordered.
        (
            "DEBITED",
            |a| {
                a["payload"]["lines"][1]["counted"] = vnd("29999999");
                a["payload"]["total_debited"] = vnd("153499999");
            },
            "/payload/total_debited",
        ),
        (
            "DEBITED",
            |a| a["payload"]["lines"][0]["exclusion"] = json!({"code": "STATE_BUDGET_FUND"}),
            "/payload/lines/0/exclusion",
        ),
        (
            "DEBITED_PARTLY",
            |a| a["payload"]["shortfall"] = vnd("93499999"),
            "/payload/shortfall",
        ),
        (
            "DEBITED_PARTLY",
            |a| remove(&mut a["payload"], "shortfall"),
            "/payload/shortfall",
        ),
        (
            "NO_FUNDS",
            |a| {
                a["payload"]["lines"][0] = json!({"account": "0011004001234", "account_type": "PAYMENT",
                    "status": "DEBITED", "balance": vnd("5"), "debited": vnd("5"), "counted": vnd("5")});
            },
            "/payload/lines/0/debited",
        ),
        (
            "EXCLUDED_ACCOUNT",
            |a| a["payload"]["lines"][0]["exclusion"]["code"] = "SALARY".into(),
            "/payload/lines/0/exclusion/code",
        ),
        (
            "EXCLUDED_ACCOUNT",
            |a| {
                a["payload"]["lines"][0]["exclusion"]["code"] = "TREASURY_NOT_LISTED".into();
                a["payload"]["lines"][0]["account_type"] = "PAYMENT".into();
            },
            "/payload/lines/0/account_type",
        ),
        (
            "PRIOR_HOLD",
            |a| remove(&mut a["payload"]["lines"][0], "prior_holds"),
            "/payload/lines/0/prior_holds",
        ),
        (
            "MULTIPLE_HITS",
            |a| a["payload"]["lines"] = json!([{"account": "0011", "account_type": "PAYMENT", "status": "CLOSED"}]),
            "/payload/lines",
        ),
        ("MULTIPLE_HITS", |a| a["payload"]["hits"] = 1.into(), "/payload/hits"),
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
fn a_debit_reduces_the_freeze_and_ends_it_only_in_full() {
    let kind = kind("account-debit");
    let effect = |outcome: &str| changed_answer(&kind, outcome, |_| {}).unwrap().related;
    let follows = |amount, ends| {
        Some(RelatedFacts {
            relation: RelationType::Follows,
            reduce_by: Some(Money::from_minor(amount, Currency::Vnd)),
            ends,
        })
    };
    assert_eq!(effect("DEBITED"), follows(153_500_000, true));
    assert_eq!(effect("DEBITED_PARTLY"), follows(60_000_000, false));
    for outcome in [
        "NO_FUNDS",
        "NO_CLIENT",
        "EXCLUDED_ACCOUNT",
        "PRIOR_HOLD",
        "MULTIPLE_HITS",
        "REFUSED",
    ] {
        assert_eq!(effect(outcome), None, "{outcome}");
    }
}
