//! The procuracy's supervision of enforcement, and who may protest: Law 106/2025 Art. 11, 12, 42 to 47, 112, 113.

use serde_json::{Value, json};

use super::{answer_refused_at, changed_answer, kind, order_refused_at, remove};
use crate::domain::catalogue::rule::{DeadlineRule, Nature, Regime};
use crate::domain::workflow::Action;

const KINDS: [&str; 11] = [
    "protest",
    "protest-review-request",
    "procuracy-recommendation",
    "procuracy-file-request",
    "procuracy-exemption-opinion",
    "exemption-request",
    "review-petition",
    "postponement-request",
    "suspension-decision",
    "complaint-decision-copy",
    "ended-case-list",
];

/// Changes an example: pointers and new values; null takes a member away.
pub(super) fn apply(document: &mut Value, changes: &Value) {
    for (pointer, value) in changes.as_object().unwrap() {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        let parent = document.pointer_mut(parent).unwrap();
        if value.is_null() {
            remove(parent, member);
        } else if let Some(items) = parent.as_array_mut() {
            items[member.parse::<usize>().unwrap()] = value.clone();
        } else {
            parent.as_object_mut().unwrap().insert(member.to_owned(), value.clone());
        }
    }
}

/// Each order, changed so, is refused at these places and no others; each answer with that outcome at that place.
pub(super) fn assert_refused(code: &str, orders: &Value, answers: &Value) {
    let kind = kind(code);
    assert!(order_refused_at(&kind, |_| {}).is_empty(), "{code}");
    for case in orders.as_array().unwrap() {
        let mut found = order_refused_at(&kind, |order| apply(order, &case[0]));
        found.sort();
        assert_eq!(found.join(", "), case[1].as_str().unwrap(), "{code}: {case}");
    }
    for case in answers.as_array().unwrap() {
        let found = answer_refused_at(&kind, case[0].as_str().unwrap(), |answer| apply(answer, &case[1]));
        let at_place = |found: &String| case[2] == found.as_str();
        assert!(
            !found.is_empty() && found.iter().all(at_place),
            "{code}: {case}: {found:?}"
        );
    }
}

fn for_value(rule: &DeadlineRule, value: &str) -> bool {
    rule.condition
        .as_ref()
        .is_some_and(|condition| condition.equals == value)
}

#[test]
fn protests_are_refused_at_the_right_place() {
    assert_refused(
        "protest",
        &json!([
            [{"/payload/decision": null}, "/payload/decision"],
            [{"/payload/subject": "ACT"}, "/payload/act, /payload/decision"],
            [{"/payload/act": "Không gửi quyết định."}, "/payload/act"],
            [{"/payload/whose": "CLERK"}, "/payload/whose"],
            [{"/payload/time_limit": "DAYS_10"}, "/payload/time_limit"],
            [{"/payload/time_limit": "YEAR_1"}, "/payload/case_ended_date"],
            [{"/payload/known_date": "2026-11-15"}, "/payload/known_date"],
            [{"/payload/known_date": "18/11/2026"}, "/payload/known_date"],
            [{"/payload/case_ended_date": "2026-11-19"}, "/payload/known_date"],
            [{"/payload/violations/0/article": null}, "/payload/violations/0/article"],
            [{"/payload/requests": []}, "/payload/requests"],
            [{"/payload/requests/0/sort": "PUNISH"}, "/payload/requests/0/sort"],
            [{"/head/signer/position": "Kiểm sát viên"}, "/head/signer/position"],
        ]),
        &json!([
            ["ACCEPTED", {"/payload/reply_date": null}, "/payload/reply_date"],
            ["IMPLEMENTED", {"/payload/reply_date": null}, "/payload/reply_date"],
            ["ACCEPTED", {"/payload/reply_date": "2026-11-17"}, "/payload/reply_date"],
            ["ACCEPTED", {"/payload/implemented_time": "2026-12-09T15:30:00+07:00"}, "/payload/implemented_time"],
            ["ACCEPTED", {"/final": true}, "/final"],
            ["IMPLEMENTED", {"/payload/results": []}, "/payload/results"],
            ["IMPLEMENTED", {"/payload/implemented_time": "2026-12-03T10:00:00+07:00"}, "/payload/implemented_time"],
            ["IMPLEMENTED", {"/payload/implemented_time": "2026-12-09"}, "/payload/implemented_time"],
            ["NOT_AGREED", {"/reasons": []}, "/reasons"],
            ["NOT_AGREED", {"/reasons/0/code": "BUSY"}, "/reasons/0/code"],
            ["IN_PROGRESS", {"/payload/progress": null}, "/payload/progress"],
        ]),
    );
}

#[test]
fn requests_to_reconsider_a_protest_are_refused_at_the_right_place() {
    assert_refused(
        "protest-review-request",
        &json!([
            [{"/payload/protest": null}, "/payload/protest"],
            [{"/payload/protest/date": "27-11-2026"}, "/payload/protest/date"],
            [{"/payload/objections/0/grounds": null}, "/payload/objections/0/grounds"],
            [{"/payload/proposal": "ANNUL"}, "/payload/proposal"],
            [{"/head/signer/position": "Phó Thủ trưởng cơ quan thi hành án dân sự"}, "/head/signer/position"],
        ]),
        &json!([
            ["KEPT", {"/payload/grounds": null}, "/payload/grounds"],
            ["WITHDRAWN", {"/payload/withdrawal": null}, "/payload/withdrawal"],
            ["WITHDRAWN", {"/payload/withdrawal/date": "2026-11-26"}, "/payload/withdrawal/date"],
            ["KEPT", {"/payload/withdrawal": {"number": "1/QĐ", "date": "2026-11-16"}}, "/payload/withdrawal"],
            ["REFUSED", {"/reasons/0/text": null}, "/reasons/0/text"],
        ]),
    );
}

#[test]
fn recommendations_are_refused_at_the_right_place() {
    assert_refused(
        "procuracy-recommendation",
        &json!([
            [{"/payload/addressee": null}, "/payload/addressee"],
            [{"/payload/addressee": "COURT"}, "/payload/addressee"],
            [{"/payload/matter": "DECISION"}, "/payload/decision"],
            [{"/payload/findings/0/description": ""}, "/payload/findings/0/description"],
            [{"/payload/recommendations": []}, "/payload/recommendations"],
            [{"/legal_basis": []}, "/legal_basis"],
        ]),
        &json!([
            ["ACCEPTED", {"/payload/reply_date": null}, "/payload/reply_date"],
            ["IMPLEMENTED", {"/payload/results/0/content": null}, "/payload/results/0/content"],
            ["IMPLEMENTED", {"/payload/reply_date": "2026-12-11"}, "/payload/implemented_time"],
            ["NOT_AGREED", {"/reasons/0/code": "NO_VIOLATION"}, "/reasons/0/code"],
        ]),
    );
}

#[test]
fn requests_for_files_are_refused_at_the_right_place() {
    assert_refused(
        "procuracy-file-request",
        &json!([
            [{"/payload/request_sort": "SELF_INSPECTION"}, "/payload/documents, /payload/inspection"],
            [{"/payload/documents": null}, "/payload/documents"],
            [{"/payload/documents/0/name": ""}, "/payload/documents/0/name"],
            [{
                "/payload/request_sort": "SELF_INSPECTION",
                "/payload/documents": null,
                "/payload/inspection": {"content": "Việc gửi quyết định", "from": "2026-10-01", "to": "2026-09-30"}
            }, "/payload/inspection/to"],
            [{"/payload/documents/1/form": "FAX"}, "/payload/documents/1/form"],
            [{"/payload/matter": null}, "/payload/matter"],
        ]),
        &json!([
            ["PROVIDED", {"/payload/documents": []}, "/payload/documents"],
            ["PROVIDED", {"/payload/documents/0/sheets": 0}, "/payload/documents/0/sheets"],
            ["INSPECTED", {"/payload/inspection/conclusion": null}, "/payload/inspection/conclusion"],
            ["NOT_HELD", {"/payload/missing/0/why": null}, "/payload/missing/0/why"],
            ["NOT_HELD", {"/payload/documents": [{"item": "1", "name": "Hồ sơ"}]}, "/payload/documents"],
        ]),
    );
}

#[test]
fn requests_for_an_opinion_on_an_exemption_are_refused_at_the_right_place() {
    assert_refused(
        "procuracy-exemption-opinion",
        &json!([
            [{"/payload/ground": "POVERTY"}, "/payload/ground"],
            [{"/payload/items/0/proposed/amount": "3200001"}, "/payload/items/0/proposed, /payload/proposed_total"],
            [{"/payload/proposed_total/amount": "3000000"}, "/payload/proposed_total"],
            [{"/payload/verification_date": "2021-06-09"}, "/payload/verification_date"],
            [{"/payload/debtor/identifiers/0/number": "001085"}, "/payload/debtor/identifiers/0/number"],
            [{"/case/enforcement_decision": null}, "/case/enforcement_decision"],
        ]),
        &json!([
            ["AGREED_IN_PART", {"/payload/agreed_items": null}, "/payload/agreed_items"],
            ["NOT_AGREED", {"/payload/opinion": null}, "/payload/opinion"],
            ["AGREED", {"/payload/agreed_items": ["1"]}, "/payload/agreed_items"],
        ]),
    );
}

#[test]
fn files_for_an_exemption_are_refused_at_the_right_place() {
    assert_refused(
        "exemption-request",
        &json!([
            [{"/payload/procuracy_opinion": null}, "/payload/procuracy_opinion"],
            [{"/payload/procuracy_opinion/view": "YES"}, "/payload/procuracy_opinion/view"],
            [{"/payload/first_decision": null}, "/payload/first_decision"],
            [{"/payload/proposed_total/currency": "USD"}, "/payload/proposed_total"],
            [{"/payload/items": []}, "/payload/items"],
            [{"/head/signer/position": "Chấp hành viên"}, "/head/signer/position"],
        ]),
        &json!([
            ["DOCKETED", {"/payload/docketed_date": null}, "/payload/docketed_date"],
            ["DOCKETED", {"/payload/docketed_date": "2026-10-19"}, "/payload/docketed_date"],
            ["MORE_NEEDED", {"/payload/needed": []}, "/payload/needed"],
            ["GRANTED", {"/payload/decision": null}, "/payload/decision"],
            ["GRANTED", {"/payload/session_time": null}, "/payload/session_time"],
            ["GRANTED", {"/payload/granted/0/amount/amount": "3000000"}, "/payload/granted_total"],
            ["GRANTED", {
                "/payload/granted/0/amount/amount": "3000000",
                "/payload/granted_total/amount": "3000000"
            }, "/payload/granted_total"],
            ["GRANTED_IN_PART", {
                "/payload/granted/0/amount/amount": "3200000",
                "/payload/granted_total/amount": "3200000"
            }, "/payload/granted_total"],
            ["GRANTED_IN_PART", {"/payload/grounds": null}, "/payload/grounds"],
            ["NOT_GRANTED", {"/payload/docketed_date": "2026-12-19"}, "/payload/session_time"],
            ["NOT_GRANTED", {
                "/payload/granted": [{"item": "1", "amount": {"amount": "1", "currency": "VND"}}]
            }, "/payload/granted"],
        ]),
    );
}

#[test]
fn petitions_to_review_are_refused_at_the_right_place() {
    assert_refused(
        "review-petition",
        &json!([
            [{"/payload/procedure": "APPEAL"}, "/payload/procedure"],
            [{"/payload/addressed_to": null}, "/payload/addressed_to"],
            [{"/payload/points/0/ground": null}, "/payload/points/0/ground"],
            [{"/payload/effective_date": "2026-11-21"}, "/payload/clarification/date"],
            [{"/case/judgment": null}, "/case/judgment"],
        ]),
        &json!([
            ["PROTESTED", {"/payload/suspends": null}, "/payload/suspends"],
            ["PROTESTED", {"/payload/protest/date": "2026-11-19"}, "/payload/protest/date"],
            ["PROTESTED", {"/payload/grounds": "x"}, "/payload/grounds"],
            ["NOT_PROTESTED", {"/payload/grounds": null}, "/payload/grounds"],
        ]),
    );
}

#[test]
fn requests_to_postpone_are_refused_at_the_right_place() {
    assert_refused(
        "postponement-request",
        &json!([
            [{"/payload/coercion_time": null}, "/payload/coercion_time"],
            [{"/payload/coercion": "NOT_FIXED"}, "/payload/coercion_time"],
            [{"/payload/coercion_time": "2026-12-08"}, "/payload/coercion_time"],
            [{"/payload/until": "2026-12-07"}, "/payload/until"],
            [{"/payload/scope": "PART"}, "/payload/part"],
            [{"/payload/part": "Mục 2"}, "/payload/part"],
            [{"/payload/reason": null}, "/payload/reason"],
            [{"/head/signer/position": "Thẩm phán"}, "/head/signer/position"],
        ]),
        &json!([
            ["POSTPONED", {"/payload/decision": null}, "/payload/decision"],
            ["POSTPONED", {"/payload/until": "2027-03-01"}, "/payload/until"],
            ["POSTPONED", {"/payload/until": "2026-11-29"}, "/payload/until"],
            ["POSTPONED_REST", {"/payload/enforced": null}, "/payload/enforced"],
            ["ALREADY_ENFORCED", {"/payload/decision": {"number": "1/QĐ", "date": "2026-11-16"}}, "/payload/decision"],
            ["REFUSED", {"/reasons/0/code": "TOO_LATE"}, "/reasons/0/code"],
        ]),
    );
}

#[test]
fn decisions_to_suspend_are_refused_at_the_right_place() {
    assert_refused(
        "suspension-decision",
        &json!([
            [{"/payload/protest": null}, "/payload/protest"],
            [{"/payload/part": null}, "/payload/part"],
            [{"/payload/scope": "WHOLE"}, "/payload/part"],
            [{"/payload/procedure": "APPEAL"}, "/payload/procedure"],
            [{"/head/signer/position": "Kiểm sát viên"}, "/head/signer/position"],
        ]),
        &json!([
            ["SUSPENDED", {"/payload/notified_time": null}, "/payload/notified_time"],
            ["SUSPENDED", {"/payload/notified_time": "2026-12-09T10:00:00+07:00"}, "/payload/notified_time"],
            ["SUSPENDED", {"/payload/enforced": "x"}, "/payload/enforced"],
            ["SUSPENDED_REST", {"/payload/enforced": null}, "/payload/enforced"],
            ["ALREADY_ENFORCED", {"/payload/enforced_date": "20/01/2027"}, "/payload/enforced_date"],
        ]),
    );
}

#[test]
fn copies_of_decisions_on_complaints_are_refused_at_the_right_place() {
    assert_refused(
        "complaint-decision-copy",
        &json!([
            [{"/payload/complainants": []}, "/payload/complainants"],
            [{"/payload/level": "SECOND"}, "/payload/first_decision"],
            [{"/payload/first_decision": {"number": "1/QĐ", "date": "2026-11-16"}}, "/payload/first_decision"],
            [{"/payload/conclusion": "WRONG"}, "/payload/result"],
            [{"/payload/result": "PAID"}, "/payload/result"],
            [{"/payload/effective_date": "2026-11-15"}, "/payload/effective_date"],
            [{"/head/signer/position": "Chấp hành viên"}, "/head/signer/position"],
        ]),
        &json!([
            ["RECEIVED", {"/payload/received_time": null}, "/payload/received_time"],
            ["RECEIVED", {"/payload/observation": "x"}, "/payload/observation"],
            ["OBSERVATION", {"/payload/observation": null}, "/payload/observation"],
        ]),
    );
}

#[test]
fn lists_of_ended_cases_are_refused_at_the_right_place() {
    assert_refused(
        "ended-case-list",
        &json!([
            [{"/payload/period": null}, "/payload/period"],
            [{"/payload/cases/0/ended_date": "2026-10-31"}, "/payload/cases/0/ended_date"],
            [{"/payload/cases/1/ended_date": "2026-12-01"}, "/payload/cases/1/ended_date"],
            [{"/payload/cases/0/decision/date": "2026-11-13"}, "/payload/cases/0/ended_date"],
            [{"/payload/cases/0/ground": "LOST"}, "/payload/cases/0/ground"],
            [{"/payload/cases/1/decision/number": "x"}, "/payload/cases/1/decision/number"],
        ]),
        &json!([
            ["RECEIVED", {"/payload/received_time": "2026-12-03"}, "/payload/received_time"],
            ["OBSERVATION", {"/payload/observation": null}, "/payload/observation"],
        ]),
    );
}

#[test]
fn a_protest_stays_open_until_it_is_carried_out() {
    for code in ["protest", "procuracy-recommendation"] {
        let kind = kind(code);
        let is_final = |outcome: &str| changed_answer(&kind, outcome, |_| {}).unwrap().is_final;
        assert!(!is_final("ACCEPTED") && is_final("IMPLEMENTED"), "{code}");
        let carrying_out = |rule: &&DeadlineRule| rule.name == "execute";
        let mut rules = kind.definition.deadlines.iter().filter(carrying_out);
        let waits = |rule: &DeadlineRule| rule.stops_on == [Action::AnswerFinal] && rule.done_at_required;
        assert!(rules.clone().count() >= 2 && rules.all(waits), "{code}");
    }
}

#[test]
fn a_case_that_ended_under_the_old_law_stays_under_it_but_for_the_time_to_protest() {
    for rule in &kind("protest").definition.deadlines {
        let by_end = rule.regime_pointer.as_deref() == Some("/case_ended_date");
        assert_eq!(by_end, rule.name != "issue", "{}", rule.basis);
        if for_value(rule, "YEAR_1") {
            assert_eq!(rule.regimes.len(), Regime::ALL.len(), "Art. 116.2: {}", rule.basis);
        }
    }
}

#[test]
fn only_those_whom_the_law_names_owe_an_answer_by_law() {
    for (code, others) in [
        ("procuracy-recommendation", "OTHER_BODY"),
        ("review-petition", "PROCURACY"),
    ] {
        for rule in &kind(code).definition.deadlines {
            if rule.regimes.contains(&Regime::Law2025) {
                assert_eq!(
                    rule.nature == Nature::Policy,
                    for_value(rule, others),
                    "{code}: {}",
                    rule.basis
                );
            }
        }
    }
}

#[test]
fn what_the_law_wants_at_once_has_a_target_of_the_hub() {
    let kind = kind("postponement-request");
    let mut rules = kind.definition.deadlines.iter();
    assert!(rules.all(|rule| rule.is_immediate() && rule.nature == Nature::Policy));
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
