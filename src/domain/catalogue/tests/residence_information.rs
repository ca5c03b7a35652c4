//! Law 106/2025 Art. 37.6b, Decree 152/2026 Art. 21.1: asking the police where a debtor lives, and the answer.

use serde_json::{Value, json};

use super::{Change, answer_refused_at, changed_answer, kind, order_refused_at, remove};

#[test]
fn orders_are_refused_at_the_right_place() {
    let kind = kind("residence-information");
    assert!(order_refused_at(&kind, |_| {}).is_empty());
    let cases: &[(Change, &str)] = &[
        (|o| remove(&mut o["payload"], "person"), "/payload/person"),
        (
            |o| remove(&mut o["payload"]["person"], "identifiers"),
            "/payload/person/identifiers",
        ),
        (
            |o| o["payload"]["person"]["identifiers"][1]["number"] = "1".into(),
            "/payload/person/identifiers/1/number",
        ),
        (
            |o| {
                o["payload"]["person"] =
                    json!({"type": "ORGANISATION", "full_name": "Công ty Giả Lập", "identifiers": []});
            },
            "/payload/person/type",
        ),
        (
            |o| remove(&mut o["payload"]["known_residence"], "commune_code"),
            "/payload/known_residence/commune_code",
        ),
        (
            |o| o["payload"]["known_residence"]["commune_code"] = "329".into(),
            "/payload/known_residence/commune_code",
        ),
        (
            |o| o["recipients"] = json!(["CA.1", "CA.2"]),
            "/payload/known_residence",
        ),
        (
            |o| o["payload"]["requested_information"] = json!([]),
            "/payload/requested_information",
        ),
        (
            |o| o["payload"]["requested_information"][0] = "BIRTHPLACE".into(),
            "/payload/requested_information/0",
        ),
        (
            |o| remove(&mut o["payload"], "provisional_measure"),
            "/payload/provisional_measure",
        ),
        (|o| o["payload"]["purpose"] = "".into(), "/payload/purpose"),
        (|o| o["payload"]["photo"] = "x".into(), "/payload/photo"),
        (
            |o| o["head"]["signer"]["position"] = "Thẩm tra viên".into(),
            "/head/signer/position",
        ),
        (
            |o| remove(&mut o["case"], "enforcement_decision"),
            "/case/enforcement_decision",
        ),
    ];
    for (index, (change, place)) in cases.iter().enumerate() {
        assert_eq!(order_refused_at(&kind, change), [*place], "case {index}");
    }
}

#[test]
fn answers_are_refused_at_the_right_place() {
    let kind = kind("residence-information");
    let cases: &[(&str, Change, &str)] = &[
        ("FOUND", |a| remove(&mut a["payload"], "as_of"), "/payload/as_of"),
        ("FOUND", |a| remove(&mut a["payload"], "person"), "/payload/person"),
        (
            "FOUND",
            |a| a["payload"]["residences"] = json!([]),
            "/payload/residences",
        ),
        (
            "FOUND",
            |a| remove(&mut a["payload"]["residences"][0], "address"),
            "/payload/residences/0/address",
        ),
        (
            "FOUND",
            |a| a["payload"]["residences"][0]["type"] = "SECOND".into(),
            "/payload/residences/0/type",
        ),
        (
            "FOUND",
            |a| a["payload"]["residences"][0]["until"] = "2027-01-01".into(),
            "/payload/residences/0/until",
        ),
        (
            "FOUND",
            |a| a["payload"]["residences"][1]["commune_code"] = "1432".into(),
            "/payload/residences/1/commune_code",
        ),
        (
            "FOUND",
            |a| a["payload"]["marital_status"] = "SINGLE".into(),
            "/payload/spouse_name",
        ),
        (
            "FOUND",
            |a| remove(&mut a["payload"]["presence"], "checked_time"),
            "/payload/presence/checked_time",
        ),
        (
            "FOUND",
            |a| a["payload"]["presence"]["checked_time"] = "2026-11-23T10:00:01+07:00".into(),
            "/payload/presence/checked_time",
        ),
        (
            "FOUND",
            |a| a["payload"]["presence"]["since"] = "2026-11-01".into(),
            "/payload/presence/since",
        ),
        (
            "FOUND",
            |a| a["payload"]["unconfirmed"] = "x".into(),
            "/payload/unconfirmed",
        ),
        (
            "FOUND_UNCONFIRMED",
            |a| remove(&mut a["payload"], "unconfirmed"),
            "/payload/unconfirmed",
        ),
        (
            "FOUND_UNCONFIRMED",
            |a| a["payload"]["presence"] = json!({"status": "PRESENT", "checked_time": "2026-11-23T09:00:00+07:00"}),
            "/payload/presence",
        ),
        (
            "FOUND_ELSEWHERE",
            |a| remove(&mut a["payload"]["elsewhere"], "commune_code"),
            "/payload/elsewhere/commune_code",
        ),
        (
            "NOT_FOUND",
            |a| a["payload"]["searched_by"] = json!([]),
            "/payload/searched_by",
        ),
        ("DECEASED", |a| remove(&mut a["payload"], "death"), "/payload/death"),
        (
            "MULTIPLE_HITS",
            |a| a["payload"]["person"] = json!({"type": "INDIVIDUAL", "full_name": "x", "identifiers": []}),
            "/payload/person",
        ),
        ("REFUSED", |a| remove(a, "reasons"), "/reasons"),
        (
            "IN_PROGRESS",
            |a| a["payload"]["expected_date"] = "mai".into(),
            "/payload/expected_date",
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
fn the_known_commune_decides_the_competent_office() {
    let kind = kind("residence-information");
    let order: Value = serde_json::from_str(&kind.order_example).unwrap();
    let codes = kind
        .definition
        .territory
        .iter()
        .flat_map(|pattern| pattern.matches(&order["payload"], ""));
    let codes: Vec<&Value> = codes.map(|(_, code)| code).collect();
    assert_eq!(codes, [&json!("14329")]);
}

#[test]
fn an_enquiry_leaves_no_measure() {
    let kind = kind("residence-information");
    for outcome in &kind.definition.outcomes {
        let facts = changed_answer(&kind, outcome.code.as_str(), |_| {}).unwrap();
        assert!(facts.measure.is_none() && facts.executed_time.is_none());
    }
}
