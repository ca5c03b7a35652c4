//! What courts decide beside judgments, what is handed over, and what bailiff offices tell and ask: Law 106/2025 Art. 31, 33, 39, 57, 62, 64.

use serde_json::json;

use super::kind;
use super::procuracy::assert_refused;
use crate::domain::catalogue::rule::{DeadlineRule, Nature, Regime, TimeUnit};
use crate::domain::mailbox::Lane;
use crate::domain::workflow::Party;

#[test]
fn decisions_of_courts_are_refused_at_the_right_place() {
    assert_refused(
        "interim-measure-decision",
        &json!([
            [{"/payload/action": "CANCEL"}, "/payload/former_decision"],
            [{"/payload/addressee": null}, "/payload/addressee"],
            [{"/payload/measure": null}, "/payload/measure"],
            [{"/payload/bound_party/full_name": null}, "/payload/bound_party/full_name"],
        ]),
        &json!([
            ["ISSUED", {"/payload/issued_time": null}, "/payload/issued_time"],
            ["ISSUED", {"/payload/issued_time": "2026-11-27"}, "/payload/issued_time"],
            ["EXECUTED", {"/payload/result": null}, "/payload/result"],
            ["EXECUTED", {"/payload/notified_time": "2026-11-27T09:00:00+07:00"}, "/payload/notified_time"],
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
        "judgment-change-notice",
        &json!([
            [{"/payload/change": "AMENDED"}, "/payload/content"],
            [{"/payload/judgment": null}, "/payload/judgment"],
        ]),
        &json!([["RECEIVED", {"/payload/decision/number": null}, "/payload/decision/number"]]),
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
            [{"/payload/sort": "RELEASE", "/payload/appointed_date": null}, "/payload/appointed_date"],
        ]),
        &json!([
            ["HANDED_OVER", {"/payload/handover_date": null}, "/payload/handover_date"],
            ["HANDED_OVER", {"/payload/minutes": null}, "/payload/minutes"],
            ["HANDED_OVER_PARTLY", {"/payload/differences": null}, "/payload/differences"],
        ]),
    );
    assert_refused(
        "state-asset-handover",
        &json!([
            [{"/payload/value/amount": "-1"}, "/payload/value/amount"],
            [{"/payload/items": null}, "/payload/items"],
            [{"/payload/sort": "MONEY"}, "/payload/amount, /payload/counted_from_date"],
            [{"/payload/decision": null}, "/payload/decision"],
        ]),
        &json!([
            ["TAKEN_OVER", {"/payload/handover_date": "4/12/2026"}, "/payload/handover_date"],
            ["TAKEN_OVER", {"/payload/minutes": null}, "/payload/minutes"],
        ]),
    );
    assert_refused(
        "inmate-money",
        &json!([
            [{"/payload/sort": "TRANSFERRED"}, "/payload/taken_date"],
            [{"/payload/sort": "PERIODIC"}, "/payload/from_date, /payload/to_date"],
            [{"/payload/inmate": null}, "/payload/inmate"],
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
            [{"/payload/decision": null}, "/payload/decision"],
            [{"/payload/decision/date": "25/11/2026"}, "/payload/decision/date"],
        ]),
        &json!([["RECEIVED", {"/payload/decision": {}}, "/payload/decision"]]),
    );
    assert_refused(
        "bailiff-file-transfer",
        &json!([
            [{"/payload/liquidated_date": null}, "/payload/liquidated_date"],
            [{"/payload/results": ""}, "/payload/results"],
        ]),
        &json!([["DECISION_ISSUED", {"/payload/decision": null}, "/payload/decision"]]),
    );
    assert_refused(
        "bailiff-remaining-money",
        &json!([
            [{"/payload/measure_decision": null}, "/payload/measure_decision"],
            [{"/payload/amount/currency": "đồng"}, "/payload/amount/currency"],
        ]),
        &json!([["DIFFERS", {"/payload/reason": null}, "/payload/reason"]]),
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
fn each_clock_binds_whom_the_law_binds() {
    let whose = |code: &str, name: &str, value: &str| {
        let kind = kind(code);
        let rule = kind.definition.deadlines.iter().find(|rule| {
            let condition = rule.condition.as_ref();
            rule.regimes == [Regime::Law2025]
                && rule.name == name
                && (value.is_empty() || condition.is_some_and(|condition| condition.equals == value))
        });
        let rule = rule.unwrap_or_else(|| panic!("{code} {name} {value}"));
        (
            rule.obligor,
            rule.nature,
            rule.limit.map(|limit| (limit.amount, limit.unit)),
        )
    };
    let (sender, recipient) = (Party::Sender, Party::Recipient);
    for (code, name, value, obligor, limit) in [
        (
            "bailiff-measure-request",
            "answer",
            "",
            recipient,
            (24, TimeUnit::Hours),
        ),
        (
            "bailiff-case-notice",
            "transfer",
            "",
            sender,
            (5, TimeUnit::WorkingDays),
        ),
        (
            "bailiff-file-transfer",
            "transfer",
            "",
            sender,
            (2, TimeUnit::WorkingDays),
        ),
        (
            "bailiff-file-transfer",
            "issue",
            "",
            recipient,
            (5, TimeUnit::WorkingDays),
        ),
        (
            "state-asset-handover",
            "transfer",
            "THINGS",
            sender,
            (10, TimeUnit::Days),
        ),
        ("state-asset-handover", "transfer", "MONEY", sender, (7, TimeUnit::Days)),
        ("inmate-money", "transfer", "TRANSFERRED", sender, (1, TimeUnit::Months)),
        (
            "inmate-money",
            "transfer",
            "TAKEN_BEFORE_DECISION",
            sender,
            (5, TimeUnit::WorkingDays),
        ),
        ("inmate-money", "answer", "SERVE", recipient, (5, TimeUnit::WorkingDays)),
        (
            "interim-measure-decision",
            "execute",
            "",
            recipient,
            (24, TimeUnit::Hours),
        ),
        (
            "bankruptcy-decision",
            "issue",
            "BANKRUPTCY",
            recipient,
            (3, TimeUnit::WorkingDays),
        ),
        (
            "administrative-execution-notice",
            "answer",
            "SUPERIOR",
            recipient,
            (3, TimeUnit::WorkingDays),
        ),
    ] {
        assert_eq!(
            whose(code, name, value),
            (obligor, Nature::Law, Some(limit)),
            "{code} {name} {value}"
        );
    }
    let interim = kind("interim-measure-decision");
    let at_once = interim
        .definition
        .deadlines
        .iter()
        .filter(|rule| ["issue", "report"].contains(&rule.name.as_str()));
    assert!(at_once.clone().count() == 4 && at_once.clone().all(DeadlineRule::is_immediate));
    assert_eq!(interim.definition.lane, Lane::Urgent);
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
        "same-asset-notice",
        &json!([
            [{"/payload/own_decision": null}, "/payload/own_decision"],
            [{"/payload/asset": ""}, "/payload/asset"],
        ]),
        &json!([
            ["MEASURE_IN_FORCE", {"/payload/restrictions": []}, "/payload/restrictions"],
            ["GIVEN_UP", {"/payload/ended_date": null}, "/payload/ended_date"],
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
