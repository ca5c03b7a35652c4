//! Law 106/2025 Art. 37.6c, Decree 152/2026 Art. 21: asking a land office, and its answer.

use serde_json::{Value, json};

use super::{Change, answer_refused_at, changed_answer, kind, order_refused_at, remove};

#[test]
fn orders_are_refused_at_the_right_place() {
    let kind = kind("land-information");
    let cases: &[(Change, &str)] = &[
        (|order| remove(&mut order["payload"], "person"), "/payload/person"),
        (
            |order| remove(&mut order["payload"]["person"], "full_name"),
            "/payload/person/full_name",
        ),
        (
            |order| order["payload"]["person"]["type"] = "ORGANISATION".into(),
            "/payload/person/date_of_birth",
        ),
        (
            |order| order["payload"]["person"]["date_of_birth"] = "1985-13-01".into(),
            "/payload/person/date_of_birth",
        ),
        (
            |order| order["payload"]["person"]["identifiers"][1]["number"] = "1".into(),
            "/payload/person/identifiers/1/number",
        ),
        (|order| remove(&mut order["payload"], "purpose"), "/payload/purpose"),
        (|order| order["payload"]["purpose"] = "".into(), "/payload/purpose"),
        (
            |order| order["payload"]["requested_information"] = json!([]),
            "/payload/requested_information",
        ),
        (
            |order| order["payload"]["requested_information"][0] = "ALL".into(),
            "/payload/requested_information/0",
        ),
        (
            |order| order["payload"]["requested_information"] = json!(["OWNERSHIP", "OWNERSHIP"]),
            "/payload/requested_information",
        ),
        (|order| remove(&mut order["payload"], "parcels"), "/payload/parcels"),
        (
            |order| order["payload"]["parcels"][0]["commune_code"] = "70".into(),
            "/payload/parcels/0/commune_code",
        ),
        (|order| order["payload"]["owner"] = "x".into(), "/payload/owner"),
        (
            |order| order["recipients"] = json!(["VP.1", "VP.2"]),
            "/payload/parcels",
        ),
        (|order| remove(&mut order["case"], "judgment"), "/case/judgment"),
        (
            |order| order["attachments"] = json!([{"name": "a.pdf", "type": "SELFIE", "sha256": "0".repeat(64), "size": 1, "media_type": "application/pdf"}]),
            "/attachments/0/type",
        ),
    ];
    for (index, (change, place)) in cases.iter().enumerate() {
        assert_eq!(order_refused_at(&kind, change), [*place], "case {index}");
    }
}

#[test]
fn answers_are_refused_at_the_right_place() {
    let kind = kind("land-information");
    let cases: &[(&str, Change, &str)] = &[
        ("FOUND", |a| remove(&mut a["payload"], "as_of"), "/payload/as_of"),
        ("FOUND", |a| remove(&mut a["payload"], "parcels"), "/payload/parcels"),
        ("FOUND", |a| a["payload"]["missing"] = "x".into(), "/payload/missing"),
        (
            "FOUND",
            |a| remove(&mut a["payload"]["parcels"][0], "owners"),
            "/payload/parcels/0/owners",
        ),
        (
            "FOUND",
            |a| a["payload"]["parcels"][0]["owners"] = json!([]),
            "/payload/parcels/0/owners",
        ),
        (
            "FOUND",
            |a| remove(&mut a["payload"]["parcels"][0], "mortgages"),
            "/payload/parcels/0/mortgages",
        ),
        (
            "FOUND",
            |a| a["payload"]["parcels"][0]["mortgage_status"] = "NONE".into(),
            "/payload/parcels/0/mortgages",
        ),
        (
            "FOUND",
            |a| a["payload"]["parcels"][0]["certified"] = false.into(),
            "/payload/parcels/0/certificate",
        ),
        (
            "FOUND",
            |a| a["payload"]["parcels"][0]["area"]["amount"] = "86,5".into(),
            "/payload/parcels/0/area/amount",
        ),
        (
            "FOUND_PARTLY",
            |a| remove(&mut a["payload"], "missing"),
            "/payload/missing",
        ),
        (
            "FOUND",
            |a| a["payload"]["parcels"][0]["commune_code"] = "70".into(),
            "/payload/parcels/0/commune_code",
        ),
        (
            "FOUND",
            |a| a["payload"]["parcels"][0]["owners"][0]["identifiers"][0]["number"] = "001085".into(),
            "/payload/parcels/0/owners/0/identifiers/0/number",
        ),
        (
            "FOUND",
            |a| a["payload"]["nothing_for"] = json!(["OWNERSHIP", "OWNERSHIP"]),
            "/payload/nothing_for",
        ),
        (
            "FOUND_PARTLY",
            |a| remove(&mut a["payload"]["parcels"][0]["pending_dossier"], "lodged_date"),
            "/payload/parcels/0/pending_dossier/lodged_date",
        ),
        (
            "TRANSFERRED_BEFORE",
            |a| remove(&mut a["payload"], "transfers"),
            "/payload/transfers",
        ),
        (
            "TRANSFERRED_BEFORE",
            |a| remove(&mut a["payload"]["transfers"][0], "registered_date"),
            "/payload/transfers/0/registered_date",
        ),
        (
            "TRANSFERRED_BEFORE",
            |a| a["payload"]["transfers"][0]["parcel"] = json!({}),
            "/payload/transfers/0/parcel",
        ),
        ("NOT_FOUND", |a| a["payload"]["parcels"] = json!([]), "/payload/parcels"),
        (
            "MULTIPLE_HITS",
            |a| remove(&mut a["payload"], "needed"),
            "/payload/needed",
        ),
        ("REFUSED", |a| a["reasons"] = json!([]), "/reasons"),
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
fn the_communes_of_the_parcels_decide_the_competent_office() {
    let kind = kind("land-information");
    let order: Value = serde_json::from_str(&kind.order_example).unwrap();
    let codes = kind
        .definition
        .territory
        .iter()
        .flat_map(|pattern| pattern.matches(&order["payload"], ""));
    let codes: Vec<&Value> = codes.map(|(_, code)| code).collect();
    assert_eq!(codes, [&json!("00070")]);
}

#[test]
fn an_enquiry_leaves_no_measure() {
    let kind = kind("land-information");
    for outcome in &kind.definition.outcomes {
        let facts = changed_answer(&kind, outcome.code.as_str(), |_| {}).unwrap();
        assert!(facts.measure.is_none() && facts.executed_time.is_none());
    }
}
