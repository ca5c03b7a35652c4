//! What courts decide beside judgments, what is handed over, and what bailiff offices tell and ask: Law 106/2025 Art. 31, 33, 39, 57, 62, 64.

use serde_json::json;

use super::kind;
use super::procuracy::assert_refused;
use crate::domain::catalogue::rule::{Regime, TimeUnit};

#[test]
fn decisions_of_courts_are_refused_at_the_right_place() {
    assert_refused(
        "interim-measure-decision",
        &json!([
            [{"/payload/action": "CANCEL"}, "/payload/former_decision"],
            [{"/payload/measure": null}, "/payload/measure"],
            [{"/payload/bound_party/full_name": null}, "/payload/bound_party/full_name"],
        ]),
        &json!([
            ["ISSUED", {"/payload/issued_time": null}, "/payload/issued_time"],
            ["ISSUED", {"/payload/issued_time": "2026-11-27"}, "/payload/issued_time"],
            ["EXECUTED", {"/payload/result": null}, "/payload/result"],
            ["NOT_EXECUTED", {"/payload/result": ""}, "/payload/result"],
        ]),
    );
    assert_refused(
        "bankruptcy-decision",
        &json!([
            [{"/payload/sort": "MERGER"}, "/payload/sort"],
            [{"/payload/decision/number": null}, "/payload/decision/number"],
        ]),
        &json!([["ISSUED", {"/payload/decision": null}, "/payload/decision"]]),
    );
    assert_refused(
        "ownership-determination-request",
        &json!([
            [{"/payload/request": "DIVORCE"}, "/payload/request"],
            [{"/payload/notice_date": null}, "/payload/notice_date"],
            [{"/payload/co_owners": []}, "/payload/co_owners"],
        ]),
        &json!([
            ["ACCEPTED", {"/payload/acceptance": null}, "/payload/acceptance"],
            ["REFUSED", {"/reasons": []}, "/reasons"],
        ]),
    );
    assert_refused(
        "judgment-request",
        &json!([
            [{"/payload/ground": "CURIOSITY"}, "/payload/ground"],
            [{"/payload/judgment": null}, "/payload/judgment"],
        ]),
        &json!([
            ["TRANSFERRED", {"/payload/transferred_date": null}, "/payload/transferred_date"],
            ["NOT_IN_EFFECT", {"/payload/reason": null}, "/payload/reason"],
        ]),
    );
}

#[test]
fn hand_overs_are_refused_at_the_right_place() {
    assert_refused(
        "evidence-handover",
        &json!([
            [{"/payload/items": []}, "/payload/items"],
            [{"/payload/items/0/description": null}, "/payload/items/0/description"],
            [{"/payload/sort": "GIFT"}, "/payload/sort"],
        ]),
        &json!([
            ["HANDED_OVER", {"/payload/handover_date": null}, "/payload/handover_date"],
            ["HANDED_OVER_PARTLY", {"/payload/differences": null}, "/payload/differences"],
        ]),
    );
    assert_refused(
        "state-asset-handover",
        &json!([
            [{"/payload/value/amount": "-1"}, "/payload/value/amount"],
            [{"/payload/items": null}, "/payload/items"],
        ]),
        &json!([["TAKEN_OVER", {"/payload/handover_date": "4/12/2026"}, "/payload/handover_date"]]),
    );
    assert_refused(
        "inmate-money",
        &json!([
            [{"/payload/is_transfer": null}, "/payload/is_transfer"],
            [{"/payload/is_transfer": "no"}, "/payload/is_transfer"],
            [{"/payload/amount/amount": "0"}, "/payload/amount/amount"],
        ]),
        &json!([
            ["DONE", {"/payload/done_date": null}, "/payload/done_date"],
            ["NOT_HERE", {"/payload/where": null}, "/payload/where"],
        ]),
    );
    assert_refused(
        "coercion-protection-report",
        &json!([
            [{"/payload/to_date": "2025-09-30"}, "/payload/to_date"],
            [{"/payload/protected": -1}, "/payload/protected"],
            [{"/payload/planned": null}, "/payload/planned"],
        ]),
        &json!([["RECEIVED", {"/payload/opinion": ""}, "/payload/opinion"]]),
    );
}

#[test]
fn what_bailiff_offices_send_is_refused_at_the_right_place() {
    assert_refused(
        "bailiff-case-notice",
        &json!([
            [{"/payload/sort": "RUMOUR"}, "/payload/sort"],
            [{"/payload/event_date": null}, "/payload/event_date"],
            [{"/payload/paper/date": "25/11/2026"}, "/payload/paper/date"],
        ]),
        &json!([["DECISION_ISSUED", {"/payload/decision": null}, "/payload/decision"]]),
    );
    assert_refused(
        "bailiff-measure-request",
        &json!([
            [{"/payload/measure": "BOTH"}, "/payload/measure"],
            [{"/payload/ground": null}, "/payload/ground"],
            [{"/payload/amount/currency": "đồng"}, "/payload/amount/currency"],
        ]),
        &json!([
            ["DECIDED", {"/payload/decision": null}, "/payload/decision"],
            ["DECIDED", {"/payload/decided_time": "15 giờ"}, "/payload/decided_time"],
        ]),
    );
}

#[test]
fn protective_measures_are_decided_within_24_hours_and_interim_ones_at_once() {
    let request = kind("bailiff-measure-request");
    let protective = request.definition.deadlines.iter().find(|rule| {
        rule.regimes == [Regime::Law2025]
            && rule
                .condition
                .as_ref()
                .is_some_and(|condition| condition.equals == "PROTECTIVE")
    });
    let limit = protective.unwrap().limit.unwrap();
    assert_eq!((limit.amount, limit.unit), (24, TimeUnit::Hours));
    let interim = kind("interim-measure-decision");
    let mut issue = interim.definition.deadlines.iter().filter(|rule| rule.name == "issue");
    assert!(issue.all(super::super::rule::DeadlineRule::is_immediate));
}

#[test]
fn what_registers_and_holders_are_asked_is_refused_at_the_right_place() {
    assert_refused(
        "secured-measure-registration",
        &json!([
            [{"/payload/request": "REMOVE"}, "/payload/registration"],
            [{"/payload/request": "SELL"}, "/payload/request"],
            [{"/payload/parcel/commune_code": "1"}, "/payload/parcel/commune_code"],
        ]),
        &json!([
            ["FOUND", {"/payload/securities": null}, "/payload/securities"],
            ["FOUND", {"/payload/securities/0/number": null}, "/payload/securities/0/number"],
            ["DONE", {"/payload/done_time": "10 giờ"}, "/payload/done_time"],
        ]),
    );
    assert_refused(
        "temporary-holding",
        &json!([
            [{"/payload/paper": "LETTER"}, "/payload/paper"],
            [{"/payload/made_time": "2026-11-26"}, "/payload/made_time"],
            [{"/payload/items": []}, "/payload/items"],
        ]),
        &json!([["HANDED_OVER", {"/payload/executed_time": null}, "/payload/executed_time"]]),
    );
}
