//! Complaints, denunciations, reflections, administrative judgments, and what is directed: Law 106/2025 Art. 96 to 110, decree 71/2016.

use serde_json::json;

use super::kind;
use super::procuracy::assert_refused;
use crate::domain::catalogue::rule::{Nature, Regime, StatedIn};

#[test]
fn complaints_are_refused_at_the_right_place() {
    assert_refused(
        "complaint-transfer",
        &json!([
            [{"/payload/level": null}, "/payload/level"],
            [{"/payload/level": "THIRD"}, "/payload/level"],
            [{"/payload/matter": "SECOND_COERCION"}, "/payload/matter"],
            [{"/payload/level": "SECOND"}, "/payload/matter"],
            [{"/payload/complainants": []}, "/payload/complainants"],
            [{"/payload/complainants/0/full_name": null}, "/payload/complainants/0/full_name"],
            [{"/payload/received_date": "2026-11-19"}, "/payload/received_date"],
            [{"/payload/secret": "x"}, "/payload/secret"],
        ]),
        &json!([
            ["ACCEPTED", {"/payload/accepted_date": null}, "/payload/accepted_date"],
            ["ACCEPTED", {"/payload/accepted_date": "2026-11-20"}, "/payload/accepted_date"],
            ["KEPT", {"/payload/decision": null}, "/payload/decision"],
            ["KEPT", {"/payload/accepted_date": null}, "/payload/accepted_date"],
            ["KEPT", {"/payload/decision/date": "2026-11-30"}, "/payload/decision/date"],
            ["NOT_ACCEPTED", {"/reasons": []}, "/reasons"],
        ]),
    );
}

#[test]
fn who_denounces_is_nowhere_named() {
    assert_refused(
        "denunciation-transfer",
        &json!([
            [{"/payload/complainants": [{"full_name": "Trần Thị Mẫu"}]}, "/payload/complainants"],
            [{"/payload/file_code": "trần thị mẫu"}, "/payload/file_code"],
            [{"/payload/against": null}, "/payload/against"],
        ]),
        &json!([
            ["FOUNDED", {"/payload/decision": null}, "/payload/decision"],
            ["UNFOUNDED", {"/payload/accepted_date": null}, "/payload/accepted_date"],
            ["ACCEPTED", {"/payload/accepted_date": "03/12/2026"}, "/payload/accepted_date"],
        ]),
    );
    let definition = &kind("denunciation-transfer").definition;
    assert!(definition.confidential && definition.parties.is_empty());
}

#[test]
fn no_final_answer_to_a_complaint_escapes_the_time_to_resolve_it() {
    for code in ["complaint-transfer", "denunciation-transfer"] {
        for outcome in &kind(code).definition.outcomes {
            let states = outcome
                .required
                .iter()
                .any(|pattern| pattern.to_string() == "/accepted_date");
            let is_interim_word = outcome.code.as_str() == "IN_PROGRESS";
            assert_eq!(states, !outcome.refusal && !is_interim_word, "{code} {}", outcome.code);
        }
    }
}

#[test]
fn a_directive_binds_to_half_yearly_reports_only_whom_it_says() {
    let definition = &kind("directive").definition;
    for rule in &definition.deadlines {
        let condition = rule.condition.as_ref().unwrap();
        assert_eq!(
            (condition.pointer.as_str(), &condition.equals),
            ("/six_month_report", &json!(true))
        );
    }
    assert_refused(
        "coordination-report",
        &json!([
            [{"/payload/to_date": "2025-11-30"}, "/payload/to_date"],
            [{"/payload/summary": null}, "/payload/summary"],
        ]),
        &json!([["OPINION", {"/payload/opinion": null}, "/payload/opinion"]]),
    );
}

#[test]
fn the_time_to_resolve_runs_from_acceptance_also_where_only_the_final_answer_states_it() {
    for code in ["complaint-transfer", "denunciation-transfer"] {
        let rules = &kind(code).definition.deadlines;
        let resolving: Vec<_> = rules.iter().filter(|rule| rule.name == "execute").collect();
        for rule in &resolving {
            assert_eq!(rule.pointer.as_deref(), Some("/accepted_date"), "{code}");
        }
        let of = |place| resolving.iter().filter(|rule| rule.stated_in() == place).count();
        assert_eq!(of(StatedIn::Interim), of(StatedIn::Answer), "{code}");
        let by_law = |rule: &&&super::super::rule::DeadlineRule| rule.regimes == [Regime::Law2025];
        assert!(resolving.iter().filter(by_law).all(|rule| rule.nature == Nature::Law));
    }
}

#[test]
fn reflections_and_directives_are_refused_at_the_right_place() {
    assert_refused(
        "public-reflection",
        &json!([
            [{"/payload/sort": "RUMOUR"}, "/payload/sort"],
            [{"/payload/content": ""}, "/payload/content"],
            [{"/payload/received_date": "2026-13-01"}, "/payload/received_date"],
        ]),
        &json!([
            ["RESOLVED", {"/payload/result": null}, "/payload/result"],
            ["EXPLAINED", {"/payload/measures": "Đã nhắc nhở."}, "/payload/measures"],
        ]),
    );
    assert_refused(
        "directive",
        &json!([
            [{"/payload/tasks": []}, "/payload/tasks"],
            [{"/payload/six_month_report": null}, "/payload/six_month_report"],
            [{"/payload/tasks/0/content": null}, "/payload/tasks/0/content"],
            [{"/payload/tasks/0/due_date": "31/5/2027"}, "/payload/tasks/0/due_date"],
        ]),
        &json!([
            ["REPORTED", {"/payload/results": null}, "/payload/results"],
            ["REPORTED", {"/payload/results/0/result": ""}, "/payload/results/0/result"],
            ["TAKEN_UP", {"/payload/plan": null}, "/payload/plan"],
        ]),
    );
    assert_refused(
        "committee-report",
        &json!([
            [{"/payload/matter": "GOSSIP"}, "/payload/matter"],
            [{"/payload/proposal": null}, "/payload/proposal"],
        ]),
        &json!([
            ["DIRECTED", {"/payload/direction": null}, "/payload/direction"],
            ["DIRECTED", {"/payload/tasks/0/agency": null}, "/payload/tasks/0/agency"],
            ["MEETING_CALLED", {"/payload/meeting_date": "mai"}, "/payload/meeting_date"],
        ]),
    );
    assert_refused(
        "competence-dispute",
        &json!([[{"/payload/other_agency": null}, "/payload/other_agency"]]),
        &json!([["DECIDED", {"/payload/competent": null}, "/payload/competent"]]),
    );
}

#[test]
fn administrative_judgments_are_refused_at_the_right_place() {
    assert_refused(
        "administrative-enforcement-order",
        &json!([
            [{"/payload/obligor": null}, "/payload/obligor"],
            [{"/payload/obligation": null}, "/payload/obligation"],
            [{"/payload/deadline_date": "2026"}, "/payload/deadline_date"],
        ]),
        &json!([
            ["SESSION_HELD", {"/payload/session_date": null}, "/payload/session_date"],
            ["EXECUTED", {"/payload/session_date": "2026-12-01"}, "/payload/session_date"],
        ]),
    );
    assert_refused(
        "administrative-execution-notice",
        &json!([
            [{"/payload/addressee": "PRESS"}, "/payload/addressee"],
            [{"/payload/basis_date": null}, "/payload/basis_date"],
        ]),
        &json!([
            ["NOT_EXECUTED", {"/payload/result": null}, "/payload/result"],
            ["DIRECTED", {"/payload/directed_date": null}, "/payload/directed_date"],
        ]),
    );
}
