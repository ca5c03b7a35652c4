//! Law 106/2025 Art. 95: what the end of a freeze and its result must say.

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
    let kind = kind("freeze-release");
    let refused = |change: Change| order_refused_at(&kind, change);
    assert!(refused(|_| {}).is_empty());
    let cases: &[(Change, &str)] = &[
        (|order| remove(&mut order["payload"], "debtor"), "/payload/debtor"),
        (|order| remove(&mut order["payload"], "decision"), "/payload/decision"),
        (
            |order| remove(&mut order["payload"]["decision"], "date"),
            "/payload/decision/date",
        ),
        (
            |order| order["payload"]["decision"]["number"] = "".into(),
            "/payload/decision/number",
        ),
        (|order| remove(&mut order["payload"], "ground"), "/payload/ground"),
        (
            |order| order["payload"]["ground"] = "OFFICER_AGREED".into(),
            "/payload/ground",
        ),
        (
            |order| order["payload"]["ground"] = "OTHER_LAW".into(),
            "/payload/ground_note",
        ),
        (
            |order| remove(&mut order["payload"], "ground_date"),
            "/payload/ground_date",
        ),
        (
            |order| order["payload"]["ground_date"] = "23/11/2026".into(),
            "/payload/ground_date",
        ),
        (|order| order["payload"]["extent"] = "HALF".into(), "/payload/extent"),
        (
            |order| order["payload"]["extent"] = "PARTIAL".into(),
            "/payload/release_amount",
        ),
        (
            |order| order["payload"]["release_amount"] = vnd("1"),
            "/payload/release_amount",
        ),
        (
            |order| order["payload"]["accounts"] = json!([{"number": "0011004001234"}]),
            "/payload/accounts",
        ),
        (|order| order["relations"] = json!([]), "/relations"),
        (|order| order["relations"][0]["type"] = "follows".into(), "/relations"),
        (|order| order["recipients"] = json!(["NH.1", "NH.2"]), "/recipients"),
        (
            |order| order["head"]["signer"]["position"] = "Thư ký thi hành án".into(),
            "/head/signer/position",
        ),
    ];
    for (index, (change, place)) in cases.iter().enumerate() {
        let found = refused(*change);
        assert!(
            !found.is_empty() && found.iter().all(|found| found.starts_with(place)),
            "case {index}: {found:?}"
        );
    }
}

#[test]
fn a_partial_release_states_its_amount() {
    let refused = order_refused_at(&kind("freeze-release"), |order| {
        order["payload"]["extent"] = "PARTIAL".into();
        order["payload"]["release_amount"] = vnd("100000000");
        order["payload"]["accounts"] = json!([{"number": "0011004001234"}]);
    });
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn a_measure_from_outside_the_hub_is_named_by_its_id() {
    let refused = order_refused_at(&kind("freeze-release"), |order| {
        order["relations"] = json!([{"type": "releases", "measure_id": "mea_019aa9c0a1007000800000000000abcd"}]);
    });
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn answers_are_refused_at_the_right_place() {
    let kind = kind("freeze-release");
    let cases: &[(&str, Change, &str)] = &[
        ("RELEASED", |a| a["outcome"] = "HELD_FULL".into(), "/outcome"),
        ("RELEASED", |a| a["final"] = false.into(), "/final"),
        (
            "RELEASED",
            |a| remove(&mut a["payload"], "executed_time"),
            "/payload/executed_time",
        ),
        (
            "RELEASED",
            |a| a["payload"]["received_time"] = "2026-11-25T09:20:01+07:00".into(),
            "/payload/executed_time",
        ),
        (
            "RELEASED",
            |a| remove(&mut a["payload"]["lines"][0], "held_before"),
            "/payload/lines/0/held_before",
        ),
        (
            "RELEASED",
            |a| a["payload"]["lines"][0]["held_before"] = vnd("123499999"),
            "/payload/lines/0/released",
        ),
        (
            "RELEASED",
            |a| a["payload"]["totals"][1]["amount"] = "1200.01".into(),
            "/payload/totals",
        ),
        (
            "RELEASED",
            |a| a["payload"]["total_released"] = vnd("153499999"),
            "/payload/total_released",
        ),
        (
            "RELEASED",
            |a| a["payload"]["remaining"] = vnd("0"),
            "/payload/remaining",
        ),
        (
            "RELEASED_PARTLY",
            |a| remove(&mut a["payload"], "remaining"),
            "/payload/remaining",
        ),
        (
            "RELEASED_PARTLY",
            |a| a["payload"]["lines"][1]["released"] = vnd("1"),
            "/payload/lines/1/released",
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
            "STILL_HELD_BY_OTHER",
            |a| {
                a["payload"]["lines"][0]["status"] = "RELEASED".into();
                remove(&mut a["payload"]["lines"][0], "other_holds");
            },
            "/payload/lines",
        ),
        (
            "NOTHING_HELD",
            |a| a["payload"]["searched_by"] = json!([]),
            "/payload/searched_by",
        ),
        (
            "ALREADY_DEBITED",
            |a| remove(&mut a["payload"]["debits"][0], "payment_reference"),
            "/payload/debits/0/payment_reference",
        ),
        (
            "ALREADY_DEBITED",
            |a| a["payload"]["debits"][0]["debited_time"] = "2026-11-25T08:40:01+07:00".into(),
            "/payload/debits/0/debited_time",
        ),
        ("REFUSED", |a| remove(a, "reasons"), "/reasons"),
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
fn what_an_answer_does_to_the_freeze_follows_from_its_outcome() {
    let kind = kind("freeze-release");
    let effect = |outcome: &str| changed_answer(&kind, outcome, |_| {}).unwrap().related;
    let releases = |reduce_by, ends| {
        Some(RelatedFacts {
            relation: RelationType::Releases,
            reduce_by,
            ends,
        })
    };
    let ended = releases(None, true);
    for outcome in ["RELEASED", "STILL_HELD_BY_OTHER", "NOTHING_HELD", "ALREADY_DEBITED"] {
        assert_eq!(effect(outcome), ended, "{outcome}");
    }
    let part = Money::from_minor(100_000_000, Currency::Vnd);
    assert_eq!(effect("RELEASED_PARTLY"), releases(Some(part), false));
    for outcome in ["REFUSED", "IN_PROGRESS"] {
        assert_eq!(effect(outcome), None, "{outcome}");
    }
}
