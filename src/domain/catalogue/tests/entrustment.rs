//! Entrustment between enforcement agencies: of a case, of the papers that follow it, of an asset's disposal.
//! Law 106/2025 Art. 49, 50; Decree 152/2026 Art. 26, 27.

use serde_json::{Value, json};

use super::procuracy::assert_refused;
use super::{changed_answer, kind};
use crate::domain::agency::Role;
use crate::domain::catalogue::rule::{DeadlineRule, Nature, Regime};
use crate::domain::workflow::{Action, Party};

const KINDS: [&str; 3] = ["enforcement-entrustment", "entrustment-papers", "asset-entrustment"];

#[test]
fn decisions_to_entrust_a_case_are_refused_at_the_right_place() {
    assert_refused(
        "enforcement-entrustment",
        &json!([
            [{"/payload/debtors": []}, "/payload/debtors"],
            [{"/payload/ground": "MONEY_IN_ACCOUNT"}, "/payload/ground"],
            [{"/payload/ground_time": "2026-11-18"}, "/payload/ground_time"],
            [{"/payload/assets": null}, "/payload/assets"],
            [{"/payload/assets/0/sort": "ACCOUNT"}, "/payload/assets/0/sort"],
            [{"/payload/provisional_measure": true}, "/payload/measure_sort"],
            [{"/payload/measure_sort": "HARVEST_SALE"}, "/payload/measure_sort"],
            [{
                "/payload/provisional_measure": true,
                "/payload/measure_sort": "ACCOUNT_FREEZE"
            }, "/payload/measure_sort"],
            [{"/payload/items/1/entrusted": null}, "/payload/items"],
            [{"/payload/items/1/owed": null}, "/payload/items/1/owed"],
            [{"/payload/items/1/entrusted/amount": "480000001"}, "/payload/items/1/entrusted"],
            [{"/payload/items/1/entrusted/currency": "USD"}, "/payload/items/1/entrusted"],
            [{"/payload/place/province_code": "1"}, "/payload/place/province_code"],
            [{"/head/signer/position": "Chấp hành viên"}, "/head/signer/position"],
            [{"/case/judgment": null}, "/case/judgment"],
        ]),
        &json!([
            ["TAKEN_ON", {"/payload/decision": null}, "/payload/decision"],
            ["TAKEN_ON", {"/payload/decision/number": "không số"}, "/payload/decision/number"],
            ["TAKEN_ON", {"/payload/decision/date": "2026-11-19"}, "/payload/decision/date"],
            ["TAKEN_ON", {"/payload/progress": "x"}, "/payload/progress"],
            ["REFUSED", {"/reasons": []}, "/reasons"],
            ["REFUSED", {"/reasons/0/code": "NO_ASSET"}, "/reasons/0/code"],
            ["REFUSED", {"/reasons/0/text": null}, "/reasons/0/text"],
            ["IN_PROGRESS", {"/payload/progress": null}, "/payload/progress"],
        ]),
    );
}

#[test]
fn papers_after_an_entrustment_are_refused_at_the_right_place() {
    assert_refused(
        "entrustment-papers",
        &json!([
            [{"/payload/entrustment": null}, "/payload/entrustment"],
            [{"/payload/entrustment/number": "không số"}, "/payload/entrustment/number"],
            [{"/payload/papers": []}, "/payload/papers"],
            [{"/payload/papers/0/sort": "APPEAL"}, "/payload/papers/0/sort"],
            [{"/payload/papers/0/court": null}, "/payload/papers/0/court"],
            [{"/payload/papers/0/date": "2026-12-15"}, "/payload/papers/0/date"],
            [{"/payload/received_date": "14/12/2026"}, "/payload/received_date"],
            [{"/payload/received_date": null}, "/payload/received_date"],
            [{"/payload/entrustment/date": "2026-12-15"}, "/payload/received_date"],
            [{"/head/signer/position": "Thư ký"}, "/head/signer/position"],
        ]),
        &json!([
            ["RECEIVED", {"/payload/received_time": null}, "/payload/received_time"],
            ["RECEIVED", {"/payload/received_time": "2026-12-16"}, "/payload/received_time"],
            ["RECEIVED", {"/payload/received_time": "2026-12-13T15:20:00+07:00"}, "/payload/received_time"],
            ["RECEIVED", {
                "/payload/decision": {"number": "1/QĐ", "date": "2026-12-17"}
            }, "/payload/decision/agency_name"],
        ]),
    );
}

#[test]
fn decisions_to_entrust_a_disposal_are_refused_at_the_right_place() {
    assert_refused(
        "asset-entrustment",
        &json!([
            [{"/payload/assets": []}, "/payload/assets"],
            [{"/payload/assets/0/description": null}, "/payload/assets/0/description"],
            [{"/payload/assets/1/vehicle": {}}, "/payload/assets/1/vehicle/plate"],
            [{"/payload/assets/0/estimated_value/amount": "0"}, "/payload/assets/0/estimated_value/amount"],
            [{"/payload/ground_date": null}, "/payload/ground_date"],
            [{"/payload/receiving_account": null}, "/payload/receiving_account"],
            [{"/payload/place/province_code": null}, "/payload/place/province_code"],
            [{"/case/enforcement_decision": null}, "/case/enforcement_decision"],
            [{"/head/signer/position": "Chấp hành viên"}, "/head/signer/position"],
        ]),
        &json!([
            ["HANDLING", {"/payload/decision": null}, "/payload/decision"],
            ["TRANSFERRED", {"/final": false}, "/final"],
            ["IN_PROGRESS", {"/payload/auction_time": "2027-03-10"}, "/payload/auction_time"],
            ["DELIVERED", {"/payload/delivered_to": "DEBTOR"}, "/payload/delivered_to"],
            ["DELIVERED", {"/payload/delivered_date": "2026-11-15"}, "/payload/delivered_date"],
            ["DELIVERED", {"/payload/transferred_date": "2027-04-15"}, "/payload/transferred_date"],
            ["TRANSFERRED", {"/payload/transferred_date": null}, "/payload/transferred_date"],
            ["TRANSFERRED", {"/payload/transferred_date": "2027-04-11"}, "/payload/transferred_date"],
            ["TRANSFERRED", {"/payload/transferred/amount": "5100000000"}, "/payload/transferred"],
            ["TRANSFERRED", {"/payload/costs/currency": "USD"}, "/payload/transferred"],
            ["ENDED", {"/payload/notice": null}, "/payload/notice"],
            ["ENDED", {"/payload/ended": "POSTPONED"}, "/payload/ended"],
            ["ENDED", {"/payload/proceeds": {"amount": "1", "currency": "VND"}}, "/payload/proceeds"],
            ["NOT_DISPOSED", {"/payload/reason": null}, "/payload/reason"],
            ["REFUSED", {"/reasons/0/code": "NO_STAFF"}, "/reasons/0/code"],
        ]),
    );
}

/// The rules of this name under this regime, and those alone that hold for this value of `provisional_measure`.
fn rules(code: &str, name: &str, regime: Regime, provisional: bool) -> Vec<DeadlineRule> {
    let kind = kind(code);
    let fits = |rule: &&DeadlineRule| {
        let meant = rule
            .condition
            .as_ref()
            .is_none_or(|condition| condition.equals == Value::Bool(provisional));
        rule.name == name && rule.regimes.contains(&regime) && meant
    };
    kind.definition.deadlines.iter().filter(fits).cloned().collect()
}

#[test]
fn a_provisional_measure_is_entrusted_in_a_day_and_taken_on_at_once() {
    for (provisional, issued, taken_on) in [(false, 5_u32, Some(5_u32)), (true, 24, None)] {
        for regime in [Regime::Law2008, Regime::Law2025] {
            let amounts = |name: &str| {
                let found = rules("enforcement-entrustment", name, regime, provisional);
                found
                    .iter()
                    .map(|rule| rule.limit.map(|limit| limit.amount))
                    .collect::<Vec<_>>()
            };
            assert_eq!(amounts("issue"), [Some(issued)], "{provisional} {regime}");
            assert_eq!(amounts("execute"), [taken_on], "{provisional} {regime}");
        }
    }
}

#[test]
fn only_the_numbers_of_the_new_law_are_law() {
    for kind in KINDS.map(kind) {
        for rule in &kind.definition.deadlines {
            let old = rule.regimes.contains(&Regime::Law2008);
            assert!(!old || rule.nature == Nature::Policy, "{}: {}", kind.code(), rule.basis);
        }
    }
}

#[test]
fn an_entrustment_is_refused_only_for_a_mistake_in_it_or_in_competence() {
    for code in ["enforcement-entrustment", "asset-entrustment"] {
        let kind = kind(code);
        let reasons = kind.definition.refuse_reasons.iter();
        let codes: Vec<&str> = reasons.map(|reason| reason.code.as_str()).collect();
        assert_eq!(codes, ["WRONG_CONTENT", "NO_COMPETENCE"], "{code}");
    }
    let papers = kind("entrustment-papers");
    assert!(papers.definition.outcomes.iter().all(|outcome| !outcome.refusal));
}

#[test]
fn the_senders_clocks_end_with_the_order() {
    for kind in KINDS.map(kind) {
        let own = |rule: &&DeadlineRule| rule.obligor == Party::Sender;
        let mut rules = kind.definition.deadlines.iter().filter(own);
        assert!(rules.clone().count() >= 2, "{}", kind.code());
        assert!(rules.all(|rule| rule.stops_on == [Action::Submit]), "{}", kind.code());
    }
}

#[test]
fn delivering_an_asset_does_not_end_the_duty_to_send_the_money() {
    let kind = kind("asset-entrustment");
    for (outcome, is_final) in [("HANDLING", false), ("DELIVERED", false), ("TRANSFERRED", true)] {
        let facts = changed_answer(&kind, outcome, |_| {}).unwrap();
        assert_eq!(facts.is_final, is_final, "{outcome}");
    }
    for regime in [Regime::Law2008, Regime::Law2025] {
        let rules = rules("asset-entrustment", "transfer", regime, false);
        let waits = |rule: &DeadlineRule| rule.done_at_required && rule.stops_on == [Action::AnswerFinal];
        assert!(rules.len() == 2 && rules.iter().all(waits), "{regime}");
    }
}

#[test]
fn decisions_to_entrust_go_to_the_procuracy_too() {
    for kind in KINDS.map(kind) {
        let copied = kind.definition.copies.iter().any(|copy| copy.role == Role::Procuracy);
        assert_eq!(copied, kind.code().as_str() != "entrustment-papers", "{}", kind.code());
    }
}

#[test]
fn the_place_of_an_entrustment_decides_the_competent_agency() {
    for code in ["enforcement-entrustment", "asset-entrustment"] {
        let kind = kind(code);
        let order: Value = serde_json::from_str(&kind.order_example).unwrap();
        let patterns = kind.definition.territory.iter();
        let found = patterns.flat_map(|pattern| pattern.matches(&order["payload"], ""));
        let codes: Vec<&Value> = found.map(|(_, code)| code).collect();
        assert_eq!(codes, ["01"], "{code}");
    }
}

#[test]
fn entrusting_leaves_no_measure() {
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
