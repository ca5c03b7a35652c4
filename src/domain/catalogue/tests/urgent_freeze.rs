//! Minutes that freeze before there is a decision (Law 106/2025 Art. 67.4), and the decision that takes over.

use serde_json::json;

use super::kind;
use super::procuracy::assert_refused;
use crate::domain::document::parts::RelationType;
use crate::domain::enforcement_case::OrderPurpose;
use crate::domain::mailbox::Lane;
use crate::domain::workflow::Action;

#[test]
fn minutes_are_refused_at_the_right_place() {
    assert_refused(
        "urgent-freeze",
        &json!([
            [{"/payload/minutes": null}, "/payload/minutes"],
            [{"/payload/minutes/time": null}, "/payload/minutes/time"],
            [{"/payload/minutes/time": "2026-11-20"}, "/payload/minutes/time"],
            [{"/payload/amounts/total/amount": "1"}, "/payload/amounts/total"],
            [{"/payload/accounts": null}, "/payload/accounts"],
            [{"/payload/debtor/full_name": null}, "/payload/debtor/full_name"],
            [{"/head/signer/position": "Văn thư"}, "/head/signer/position"],
        ]),
        &json!([
            ["HELD_FULL", {"/payload/executed_time": "2026-11-20T08:29:59+07:00"}, "/payload/executed_time"],
            ["HELD_FULL", {"/payload/total_held/amount": "1"}, "/payload/total_held"],
            ["HELD_PARTIAL", {"/payload/shortfall": null}, "/payload/shortfall"],
            ["NO_CLIENT", {"/payload/searched_by": null}, "/payload/searched_by"],
        ]),
    );
}

#[test]
fn minutes_hold_as_a_decision_does_and_the_decision_takes_over() {
    let (minutes, decision) = (kind("urgent-freeze"), kind("account-freeze"));
    assert_eq!(OrderPurpose::of(&minutes.definition), OrderPurpose::Holds);
    assert_eq!(OrderPurpose::of(&decision.definition), OrderPurpose::Holds);
    assert_eq!(minutes.definition.lane, Lane::Urgent);
    let codes = |kind: &crate::domain::catalogue::Kind| -> Vec<String> {
        kind.definition
            .outcomes
            .iter()
            .map(|outcome| outcome.code.to_string())
            .collect()
    };
    assert_eq!(codes(&minutes), codes(&decision), "what the holder can say is the same");
    let relation = decision.relation(RelationType::Supersedes).unwrap();
    assert!(relation.measure && relation.same_party && relation.kinds == [minutes.definition.code.clone()]);
    for outcome in &decision.definition.outcomes {
        let takes_over = outcome.related.as_ref().is_some_and(|related| related.end);
        // Who finds no client holds nothing to take over: what the minutes hold is lifted by a decision to do so.
        let says_nothing = ["REFUSED", "MULTIPLE_HITS", "NO_CLIENT", "IN_PROGRESS"].contains(&outcome.code.as_str());
        assert_eq!(takes_over, !says_nothing, "{}", outcome.code);
    }
    let issue = |kind: &crate::domain::catalogue::Kind| -> Vec<Action> {
        let clocks = kind.definition.deadlines.iter().filter(|rule| rule.name == "issue");
        clocks.flat_map(|rule| rule.stops_on.clone()).collect()
    };
    assert_eq!(issue(&minutes), [Action::FollowUp; 2]);
    assert_eq!(issue(&decision), [Action::Submit; 2]);
}
