//! Law 106/2025 Art. 68, Decree 152/2026 Art. 111.1: what a suspension of registration and its result must say.

use serde_json::json;

use super::{Change, answer_refused_at, changed_answer, kind, order_refused_at, remove};

#[test]
fn orders_are_refused_at_the_right_place() {
    let kind = kind("registration-suspension");
    let cases: &[(Change, &str)] = &[
        (|order| remove(&mut order["payload"], "debtor"), "/payload/debtor"),
        (|order| remove(&mut order["payload"], "extent"), "/payload/extent"),
        (|order| order["payload"]["extent"] = json!([]), "/payload/extent"),
        (
            |order| order["payload"]["extent"][0] = "SALE".into(),
            "/payload/extent/0",
        ),
        (|order| remove(&mut order["payload"], "reason"), "/payload/reason"),
        (|order| order["payload"]["term"] = "10_DAYS".into(), "/payload/term"),
        (
            |order| remove(&mut order["payload"], "executing_office"),
            "/payload/executing_office",
        ),
        (|order| remove(&mut order["payload"], "parcels"), "/payload/parcels"),
        (
            |order| {
                remove(&mut order["payload"], "parcels");
                order["payload"]["vehicles"] = json!([{"note": "xe màu trắng"}]);
            },
            "/payload/vehicles/0/plate",
        ),
        (
            |order| remove(&mut order["payload"]["parcels"][0], "commune_code"),
            "/payload/parcels/0/commune_code",
        ),
        (
            |order| order["payload"]["parcels"][0]["commune_code"] = "1328".into(),
            "/payload/parcels/0/commune_code",
        ),
        (
            |order| remove(&mut order["payload"]["parcels"][1], "parcel_number"),
            "/payload/parcels/1/parcel_number",
        ),
        (
            |order| order["payload"]["scope"] = "WHOLE_PERSON".into(),
            "/payload/parcels",
        ),
        (
            |order| {
                remove(&mut order["payload"], "parcels");
                order["payload"]["scope"] = "WHOLE_PERSON".into();
                order["payload"]["debtor"]["identifiers"] = json!([]);
            },
            "/payload/debtor/identifiers",
        ),
        (
            |order| order["payload"]["other_assets"] = json!([{"registry": "Cục Hàng hải"}]),
            "/payload/other_assets/0/description",
        ),
        (
            |order| order["recipients"] = json!(["VP.1", "VP.2"]),
            "/payload/parcels",
        ),
        (
            |order| order["head"]["signer"]["position"] = "Thư ký".into(),
            "/head/signer/position",
        ),
        (|order| order["legal_basis"] = json!([]), "/legal_basis"),
    ];
    assert!(order_refused_at(&kind, |_| {}).is_empty());
    for (index, (change, place)) in cases.iter().enumerate() {
        assert_eq!(order_refused_at(&kind, change), [*place], "case {index}");
    }
}

#[test]
fn all_property_of_a_person_may_go_to_several_offices() {
    let found = order_refused_at(&kind("registration-suspension"), |order| {
        remove(&mut order["payload"], "parcels");
        order["payload"]["scope"] = "WHOLE_PERSON".into();
        order["recipients"] = json!(["VP.1", "CA.1"]);
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn answers_are_refused_at_the_right_place() {
    let kind = kind("registration-suspension");
    let cases: &[(&str, Change, &str)] = &[
        (
            "SUSPENDED",
            |a| remove(&mut a["payload"], "executed_time"),
            "/payload/executed_time",
        ),
        ("SUSPENDED", |a| remove(&mut a["payload"], "lines"), "/payload/lines"),
        (
            "SUSPENDED",
            |a| remove(&mut a["payload"]["lines"][0], "entry"),
            "/payload/lines/0/entry",
        ),
        (
            "SUSPENDED",
            |a| remove(&mut a["payload"]["lines"][0]["entry"], "number"),
            "/payload/lines/0/entry/number",
        ),
        (
            "SUSPENDED",
            |a| a["payload"]["lines"][0]["status"] = "NOT_FOUND".into(),
            "/payload/lines/0/",
        ),
        (
            "SUSPENDED",
            |a| remove(&mut a["payload"]["lines"][1], "parcel"),
            "/payload/lines/1/parcel",
        ),
        (
            "SUSPENDED",
            |a| a["payload"]["lines"][0]["vehicle"] = json!({"plate": "90A-000.01"}),
            "/payload/lines/0/vehicle",
        ),
        (
            "SUSPENDED",
            |a| a["payload"]["executed_time"] = "2026-11-23T08:00:00+07:00".into(),
            "/payload/executed_time",
        ),
        (
            "SUSPENDED",
            |a| a["payload"]["lines"][1]["entry"]["time"] = "2026-11-22T09:15:00+07:00".into(),
            "/payload/lines/1/entry/time",
        ),
        (
            "SUSPENDED",
            |a| a["payload"]["searched_by"] = json!(["NAME"]),
            "/payload/searched_by",
        ),
        (
            "SUSPENDED_PARTLY",
            |a| remove(&mut a["payload"]["lines"][1], "transfer"),
            "/payload/lines/1/transfer",
        ),
        (
            "NOT_FOUND",
            |a| remove(&mut a["payload"], "searched_by"),
            "/payload/searched_by",
        ),
        (
            "TRANSFERRED_BEFORE",
            |a| a["payload"]["lines"][0]["transfer"]["registered_time"] = "2026-11-23T08:45:00+07:00".into(),
            "/payload/lines/0/transfer/registered_time",
        ),
        (
            "TRANSFERRED_BEFORE",
            |a| remove(&mut a["payload"]["lines"][1]["transfer"], "entry_number"),
            "/payload/lines/1/transfer/entry_number",
        ),
        (
            "PENDING_TRANSFER",
            |a| remove(&mut a["payload"]["lines"][0]["pending_transfer"], "stage"),
            "/payload/lines/0/pending_transfer/stage",
        ),
        (
            "PENDING_TRANSFER",
            |a| a["payload"]["lines"][0]["pending_transfer"]["halted"] = false.into(),
            "/payload/lines/0/pending_transfer/reason",
        ),
        (
            "OTHER_HOLD",
            |a| a["payload"]["lines"][0]["other_holds"] = json!([]),
            "/payload/lines/0/other_holds",
        ),
        (
            "MULTIPLE_HITS",
            |a| {
                let vehicle = json!({"plate": "90A-000.01"});
                a["payload"]["lines"] = json!([{"asset_type": "VEHICLE", "vehicle": vehicle, "status": "NOT_FOUND"}]);
            },
            "/payload/lines",
        ),
        ("MULTIPLE_HITS", |a| a["payload"]["hits"] = 1.into(), "/payload/hits"),
        ("REFUSED", |a| remove(&mut a["reasons"][0], "text"), "/reasons/0/text"),
        ("IN_PROGRESS", |a| a["final"] = true.into(), "/head"),
    ];
    for (index, (outcome, change, place)) in cases.iter().enumerate() {
        let found = answer_refused_at(&kind, outcome, change);
        let fits = |found: &String| found == place || (place.ends_with('/') && found.starts_with(place));
        assert!(
            !found.is_empty() && found.iter().all(fits),
            "case {index}: {outcome}: {found:?}"
        );
    }
}

#[test]
fn a_suspension_that_was_entered_stays_in_force() {
    let kind = kind("registration-suspension");
    for outcome in &kind.definition.outcomes {
        let facts = changed_answer(&kind, outcome.code.as_str(), |_| {}).unwrap();
        let held = ["SUSPENDED", "SUSPENDED_PARTLY", "PENDING_TRANSFER", "OTHER_HOLD"].contains(&outcome.code.as_str());
        assert_eq!(facts.measure.is_some(), held, "{}", outcome.code);
        assert!(!held || facts.executed_time.is_some());
    }
}

#[test]
fn a_transfer_that_could_not_be_halted_leaves_no_measure() {
    let facts = changed_answer(&kind("registration-suspension"), "PENDING_TRANSFER", |answer| {
        let lines = &mut answer["payload"]["lines"];
        lines.as_array_mut().unwrap().truncate(1);
        remove(&mut lines[0], "entry");
        lines[0]["pending_transfer"]["halted"] = false.into();
        lines[0]["pending_transfer"]["reason"] = "Đã ký giấy chứng nhận trước khi nhận quyết định.".into();
    });
    assert!(facts.unwrap().measure.is_none());
}
