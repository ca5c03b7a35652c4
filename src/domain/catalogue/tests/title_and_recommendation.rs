//! What follows the disposal of an asset, and bodies that do not cooperate: Decree 152/2026 Art. 69, 100, 104.6, 105.1a.

use serde_json::json;

use super::procuracy::{apply, assert_refused};
use super::{changed_answer, kind, order_refused_at};
use crate::domain::catalogue::rule::{DeadlineRule, Nature, Regime};
use crate::domain::workflow::Action;

const KINDS: [&str; 3] = [
    "title-registration",
    "non-cooperation-recommendation",
    "certificate-revocation",
];

fn rules(code: &str, regime: Regime) -> Vec<DeadlineRule> {
    let rules = kind(code).definition.deadlines.clone();
    rules
        .into_iter()
        .filter(|rule| rule.regimes.contains(&regime))
        .collect()
}

#[test]
fn files_for_registering_title_are_refused_at_the_right_place() {
    assert_refused(
        "title-registration",
        &json!([
            [{"/payload/asset_sort": null}, "/payload/asset_sort"],
            [{"/payload/asset_sort": "SHIP"}, "/payload/asset_sort"],
            [{"/payload/asset_sort": "VEHICLE"}, "/payload/parcels, /payload/vehicles"],
            [{"/payload/parcels": null}, "/payload/parcels"],
            [{"/payload/vehicles": [{"plate": "90A-000.00"}]}, "/payload/vehicles"],
            [{"/payload/parcels/0/map_sheet": null}, "/payload/parcels/0/map_sheet"],
            [{"/payload/parcels/0/commune_code": "1328"}, "/payload/parcels/0/commune_code"],
            [{"/payload/receiver": null}, "/payload/receiver"],
            [{"/payload/receiver_sort": "HEIR"}, "/payload/receiver_sort"],
            [{"/payload/receiver/identifiers/0/number": "00118500000"}, "/payload/receiver/identifiers/0/number"],
            [{"/payload/delivery_date": null}, "/payload/delivery_date"],
            [{"/payload/delivery_date": "20/11/2026"}, "/payload/delivery_date"],
            [{"/payload/delivery_date": "2026-10-18"}, "/payload/delivery_date"],
            [{"/payload/delivery_paper/sort": "INVOICE"}, "/payload/delivery_paper/sort"],
            [{"/payload/delivery_paper/date": "2026-09-14"}, "/payload/delivery_paper/date"],
            [{"/payload/certificate": "LOST"}, "/payload/certificate_reason"],
            [{"/payload/certificate": "NOT_RECOVERED"}, "/payload/certificate_reason"],
            [{"/payload/certificate_reason": "Bị mất"}, "/payload/certificate_reason"],
            [{"/case/enforcement_decision": null}, "/case/enforcement_decision"],
            [{"/head/signer/position": "Chấp hành viên"}, "/head/signer/position"],
        ]),
        &json!([
            ["REGISTERED", {"/payload/registered_date": null}, "/payload/registered_date"],
            ["REGISTERED", {"/payload/registered_date": "2026-11-19"}, "/payload/registered_date"],
            ["REGISTERED", {"/payload/new_papers": []}, "/payload/new_papers"],
            ["REGISTERED", {"/payload/new_papers/0/serial": null}, "/payload/new_papers/0/serial"],
            ["REGISTERED", {"/payload/old_paper": "LOST"}, "/payload/old_paper"],
            ["REGISTERED", {"/payload/progress": "x"}, "/payload/progress"],
            ["REFUSED", {"/reasons/0/code": "NO_TIME"}, "/reasons/0/code"],
            ["REFUSED", {"/reasons": null}, "/reasons"],
            ["IN_PROGRESS", {"/payload/progress": null}, "/payload/progress"],
        ]),
    );
}

#[test]
fn a_vehicle_may_be_registered_instead_of_land() {
    let kind = kind("title-registration");
    let vehicle = json!({
        "/payload/asset_sort": "VEHICLE",
        "/payload/parcels": null,
        "/payload/vehicles": [{"plate": "90A-000.00"}]
    });
    assert!(order_refused_at(&kind, |order| apply(order, &vehicle)).is_empty());
}

#[test]
fn recommendations_on_bodies_that_do_not_cooperate_are_refused_at_the_right_place() {
    assert_refused(
        "non-cooperation-recommendation",
        &json!([
            [{"/payload/body": null}, "/payload/body"],
            [{"/payload/body/full_name": ""}, "/payload/body/full_name"],
            [{"/payload/breach": "RUDENESS"}, "/payload/breach"],
            [{"/payload/breach": "OTHER"}, "/payload/breach_text"],
            [{"/payload/breach_text": "Không hợp tác"}, "/payload/breach_text"],
            [{"/payload/requests": null}, "/payload/requests"],
            [{"/payload/requests": []}, "/payload/requests"],
            [{"/payload/requests/0/article": null}, "/payload/requests/0/article"],
            [{"/payload/requests/0/kind": null}, "/payload/requests/0/kind"],
            [{"/payload/requests/0/days_late": null}, "/payload/requests/0/days_late"],
            [{"/payload/requests/0/days_late": 0}, "/payload/requests/0/days_late"],
            [{"/payload/requests/0/state": "IGNORED"}, "/payload/requests/0/state"],
            [{"/payload/requests/0/due_date": "2026-11-01"}, "/payload/requests/0/due_date"],
            [{"/payload/requests/1/due_date": "2026-12-02"}, "/payload/requests/1/due_date"],
            [{"/payload/requests/0/sent_date": "2026-11-01"}, "/payload/requests/0/sent_date"],
            [{"/payload/requests/0/document/number": "không số"}, "/payload/requests/0/document/number"],
            [{"/payload/proposal": null}, "/payload/proposal"],
            [{"/legal_basis": []}, "/legal_basis"],
            [{"/head/signer/position": "Chấp hành viên"}, "/head/signer/position"],
        ]),
        &json!([
            ["HANDLED", {"/payload/measures": null}, "/payload/measures"],
            ["HANDLED", {"/payload/handled_date": "11/12/2026"}, "/payload/handled_date"],
            ["HANDLED", {"/payload/competent": "x"}, "/payload/competent"],
            ["RECOMMENDED_ON", {"/payload/competent": null}, "/payload/competent"],
            ["RECOMMENDED_ON", {"/payload/recommendation/date": null}, "/payload/recommendation/date"],
            ["REFUSED", {"/reasons/0/text": null}, "/reasons/0/text"],
            ["HANDLED", {"/final": false}, "/final"],
        ]),
    );
}

#[test]
fn a_recommendation_on_a_body_names_neither_a_person_nor_an_account() {
    let kind = kind("non-cooperation-recommendation");
    for (member, value) in [
        (
            "debtor",
            json!({"type": "INDIVIDUAL", "full_name": "Nguyễn Văn Giả", "identifiers": []}),
        ),
        ("person", json!("Nguyễn Văn Giả")),
        ("account", json!({"number": "0000000000"})),
    ] {
        for parent in ["/payload", "/payload/body", "/payload/requests/0"] {
            let pointer = format!("{parent}/{member}");
            let found = order_refused_at(&kind, |order| {
                let parent = order.pointer_mut(parent).unwrap().as_object_mut().unwrap();
                parent.insert(member.to_owned(), value.clone());
            });
            assert_eq!(found, [pointer]);
        }
    }
}

#[test]
fn recommendations_to_revoke_a_certificate_are_refused_at_the_right_place() {
    assert_refused(
        "certificate-revocation",
        &json!([
            [{"/payload/certificate": null}, "/payload/certificate"],
            [{"/payload/certificate/serial": null}, "/payload/certificate/serial"],
            [{"/payload/certificate/issue_date": "2019"}, "/payload/certificate/issue_date"],
            [{"/payload/issued": null}, "/payload/issued"],
            [{"/payload/issued": "SECOND"}, "/payload/issued"],
            [{"/payload/state": "TORN"}, "/payload/state"],
            [{"/payload/state": "LOST"}, "/payload/holder"],
            [{"/payload/reason": null}, "/payload/reason"],
            [{"/payload/parcel/parcel_number": null}, "/payload/parcel/parcel_number"],
            [{"/payload/parcel/commune_code": "13 285"}, "/payload/parcel/commune_code"],
            [{"/payload/debtor/full_name": ""}, "/payload/debtor/full_name"],
            [{"/case/judgment": null}, "/case/judgment"],
            [{"/head/signer/position": "Thư ký"}, "/head/signer/position"],
        ]),
        &json!([
            ["REVOKED", {"/payload/decision": null}, "/payload/decision"],
            ["REVOKED", {"/payload/decision/agency_name": null}, "/payload/decision/agency_name"],
            ["REVOKED", {"/payload/decision/date": "2019-05-19"}, "/payload/decision/date"],
            ["REVOKED", {"/payload/new_certificate/date": "2026-12-13"}, "/payload/new_certificate/date"],
            ["REVOKED", {"/payload/new_certificate/serial": null}, "/payload/new_certificate/serial"],
            ["REFUSED", {"/reasons/0/code": "BUSY"}, "/reasons/0/code"],
            ["REFUSED", {
                "/payload/decision": {"number": "1/QĐ", "date": "2026-12-14", "agency_name": "x"}
            }, "/payload/decision"],
            ["IN_PROGRESS", {"/payload/expected_date": "mai"}, "/payload/expected_date"],
        ]),
    );
}

#[test]
fn the_law_binds_the_sender_of_a_title_file_and_who_revokes_and_no_one_under_the_old_law() {
    let by_law = |code: &str, regime: Regime| {
        let mut found: Vec<(String, u32)> = rules(code, regime)
            .iter()
            .filter(|rule| rule.nature == Nature::Law)
            .map(|rule| (rule.name.clone(), rule.limit.unwrap().amount))
            .collect();
        found.sort();
        found
    };
    let title = [("answer".to_owned(), 10), ("transfer".to_owned(), 10)];
    assert_eq!(by_law("title-registration", Regime::Law2025), title);
    assert_eq!(
        by_law("certificate-revocation", Regime::Law2025),
        [("answer".to_owned(), 15)]
    );
    assert!(by_law("non-cooperation-recommendation", Regime::Law2025).is_empty());
    for code in KINDS {
        assert!(by_law(code, Regime::Law2008).is_empty(), "{code}");
        assert!(!rules(code, Regime::Law2008).is_empty(), "{code}");
    }
}

#[test]
fn sending_a_title_file_meets_the_senders_duty_and_answering_the_recipients() {
    for regime in Regime::ALL {
        for rule in rules("title-registration", *regime) {
            let submits = rule.stops_on == [Action::Submit];
            assert_eq!(submits, rule.name == "transfer", "{}", rule.basis);
        }
    }
}

#[test]
fn none_of_these_leaves_a_measure() {
    for kind in KINDS.map(kind) {
        for outcome in &kind.definition.outcomes {
            let facts = changed_answer(&kind, outcome.code.as_str(), |_| {}).unwrap();
            assert!(
                facts.measure.is_none() && facts.executed_time.is_none(),
                "{}",
                kind.code()
            );
        }
    }
}
