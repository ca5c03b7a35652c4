//! Decree 152/2026 Art. 46: consulting the police before a coercion plan, and their answer.

use serde_json::json;

use super::{Change, answer_refused_at, changed_answer, kind, order_refused_at, remove};
use crate::domain::catalogue::rule::{DeadlineRule, Regime};
use crate::domain::workflow::StartingPoint;

#[test]
fn orders_are_refused_at_the_right_place() {
    let kind = kind("coercion-consultation");
    let cases: &[(Change, &str)] = &[
        (|order| remove(&mut order["payload"], "coerced"), "/payload/coerced"),
        (
            |order| remove(&mut order["payload"]["coerced"], "address"),
            "/payload/coerced/address",
        ),
        (
            |order| remove(&mut order["payload"], "conditions"),
            "/payload/conditions",
        ),
        (|order| remove(&mut order["payload"], "results"), "/payload/results"),
        (
            |order| order["payload"]["planned"]["starts"] = "05:30".into(),
            "/payload/planned/starts",
        ),
        (
            |order| order["payload"]["planned"]["starts"] = "22:00".into(),
            "/payload/planned/starts",
        ),
        (
            |order| order["payload"]["fallback"]["ends"] = "22:30".into(),
            "/payload/fallback/ends",
        ),
        (
            |order| remove(&mut order["payload"]["place"], "commune_code"),
            "/payload/place/commune_code",
        ),
        (|order| order["payload"]["measures"] = json!([]), "/payload/measures"),
        (
            |order| order["payload"]["measures"][0] = "EVICTION".into(),
            "/payload/measures/0",
        ),
        (|order| remove(&mut order["payload"], "summary"), "/payload/summary"),
        (
            |order| remove(&mut order["payload"], "complexity"),
            "/payload/complexity",
        ),
        (
            |order| remove(&mut order["payload"], "complexity_grounds"),
            "/payload/complexity_grounds",
        ),
        (
            |order| remove(&mut order["payload"], "other_communes"),
            "/payload/other_communes",
        ),
        (
            |order| {
                remove(&mut order["payload"], "other_communes");
                order["payload"]["complexity_grounds"] = json!(["SERIOUS_EFFECT"]);
                order["payload"]["complexity"] = "SIMPLE".into();
            },
            "/payload/complexity_grounds",
        ),
        (
            |order| remove(&mut order["payload"]["situation"], "resistance"),
            "/payload/situation/resistance",
        ),
        (
            |order| order["payload"]["cooperation"]["people"] = 0.into(),
            "/payload/cooperation/people",
        ),
        (
            |order| order["payload"]["cooperation"]["cost_estimate"]["amount"] = "9.600.000".into(),
            "/payload/cooperation/cost_estimate/amount",
        ),
        (
            |order| order["head"]["signer"]["position"] = "Chấp hành viên".into(),
            "/head/signer/position",
        ),
        (|order| remove(order, "contact"), "/contact"),
        (|order| order["recipients"] = json!(["CA.1", "CA.2"]), "/recipients"),
    ];
    assert!(order_refused_at(&kind, |_| {}).is_empty());
    for (index, (change, place)) in cases.iter().enumerate() {
        assert_eq!(order_refused_at(&kind, change), [*place], "case {index}");
    }
}

#[test]
fn coercion_may_end_at_22_hours_and_begin_at_6() {
    let found = order_refused_at(&kind("coercion-consultation"), |order| {
        order["payload"]["planned"]["starts"] = "06:00".into();
        order["payload"]["planned"]["ends"] = "22:00".into();
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn answers_are_refused_at_the_right_place() {
    let kind = kind("coercion-consultation");
    let cases: &[(&str, Change, &str)] = &[
        ("AGREED", |a| remove(&mut a["payload"], "level"), "/payload/level"),
        (
            "AGREED",
            |a| remove(&mut a["payload"], "province_document"),
            "/payload/province_document",
        ),
        (
            "AGREED",
            |a| a["payload"]["level"] = "COMMUNE".into(),
            "/payload/province_document",
        ),
        (
            "AGREED",
            |a| a["payload"]["level"] = "DISTRICT".into(),
            "/payload/level",
        ),
        (
            "AGREED",
            |a| a["payload"]["changes"] = json!([{"subject": "TIME", "proposal": "Lùi một ngày."}]),
            "/payload/changes",
        ),
        ("AGREED", |a| a["payload"]["people"] = (-1).into(), "/payload/people"),
        (
            "AGREED_WITH_CHANGES",
            |a| remove(&mut a["payload"], "changes"),
            "/payload/changes",
        ),
        (
            "AGREED_WITH_CHANGES",
            |a| a["payload"]["changes"][0]["subject"] = "WEATHER".into(),
            "/payload/changes/0/subject",
        ),
        (
            "AGREED_WITH_CHANGES",
            |a| a["payload"]["proposed"]["ends"] = "23:00".into(),
            "/payload/proposed/ends",
        ),
        (
            "OTHER_OPINION",
            |a| remove(&mut a["payload"], "opinion"),
            "/payload/opinion",
        ),
        ("REFUSED", |a| remove(&mut a["reasons"][0], "text"), "/reasons/0/text"),
        (
            "REPORTED_TO_PROVINCE",
            |a| remove(&mut a["payload"], "reported_time"),
            "/payload/reported_time",
        ),
        (
            "REPORTED_TO_PROVINCE",
            |a| remove(&mut a["payload"]["province_report"], "agency_name"),
            "/payload/province_report/agency_name",
        ),
        (
            "REPORTED_TO_PROVINCE",
            |a| a["payload"]["reported_time"] = "2026-11-25".into(),
            "/payload/reported_time",
        ),
        (
            "IN_PROGRESS",
            |a| a["payload"]["reported_time"] = "2026-11-25T14:20:00+07:00".into(),
            "/payload/reported_time",
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
fn a_complex_case_has_the_step_to_the_province() {
    let kind = kind("coercion-consultation");
    let days = |name: &str, complexity: &str| {
        let fits = |rule: &&DeadlineRule| {
            let meant = |condition: &crate::domain::catalogue::rule::Condition| condition.equals == complexity;
            rule.name == name
                && rule.starts_on != StartingPoint::Disputed
                && rule.regimes.contains(&Regime::Law2025)
                && rule.condition.as_ref().is_some_and(meant)
        };
        let rules = kind.definition.deadlines.iter().filter(fits);
        rules.map(|rule| rule.limit.unwrap().amount).collect::<Vec<_>>()
    };
    assert_eq!((days("answer", "SIMPLE"), days("report", "SIMPLE")), (vec![3], vec![]));
    assert_eq!(
        (days("answer", "COMPLEX"), days("report", "COMPLEX")),
        (vec![5, 5], vec![3]),
        "five days from the report, which an interim or the final answer states"
    );
}

#[test]
fn a_consultation_leaves_no_measure() {
    let kind = kind("coercion-consultation");
    for outcome in &kind.definition.outcomes {
        let facts = changed_answer(&kind, outcome.code.as_str(), |_| {}).unwrap();
        assert!(facts.measure.is_none() && facts.executed_time.is_none());
    }
}
