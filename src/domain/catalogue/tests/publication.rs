//! What is made public of debtors without conditions for enforcement, its change and its end, and the notice that a
//! request is sent back: Law 106/2025 Art. 38, Decree 152/2026 Art. 22, 23.

use serde_json::Value;

use super::enquiries::{REMOVED, change, rows};
use super::{answer_refused_at, changed_answer, kind, order_refused_at};
use crate::domain::catalogue::rule::{Nature, Regime};
use crate::domain::workflow::Party;

const KINDS: [&str; 3] = [
    "debtor-publication",
    "debtor-publication-change",
    "returned-request-notice",
];

/// Kind, what is changed, its new value as JSON, and where the order is refused.
const ORDERS: &str = r#"
debtor-publication | /payload/debtor/address | - | /payload/debtor/address
debtor-publication | /payload/debtor/identifiers/0/number | "00108501234" | /payload/debtor/identifiers/0/number
debtor-publication | /payload/place | - | /payload/place
debtor-publication | /payload/place/sort | "WORKPLACE" | /payload/place/sort
debtor-publication | /payload/place/commune_code | "37" | /payload/place/commune_code
debtor-publication | /payload/obligations | [] | /payload/obligations
debtor-publication | /payload/obligations/0/content | - | /payload/obligations/0/content
debtor-publication | /payload/obligations/0/remaining/amount | "150.000.000" | /payload/obligations/0/remaining/amount
debtor-publication | /payload/obligations/1/remaining/amount | "0" | /payload/obligations/1/remaining/amount
debtor-publication | /payload/ground | "I" | /payload/ground
debtor-publication | /payload/reason | - | /payload/reason
debtor-publication | /payload/reason | "" | /payload/reason
debtor-publication | /payload/portal | "https://example.invalid" | /payload/portal
debtor-publication | /case/enforcement_decision | - | /case/enforcement_decision
debtor-publication | /case/judgment | - | /case/judgment
debtor-publication | /head/signer/position | "Chấp hành viên" | /head/signer/position
debtor-publication-change | /payload/published_decision | - | /payload/published_decision
debtor-publication-change | /payload/published_decision/number | "không số" | /payload/published_decision/number
debtor-publication-change | /payload/published_decision/date | "2026-12-16" | /payload/ground_date
debtor-publication-change | /payload/action | "STOP" | /payload/action
debtor-publication-change | /payload/ground | - | /payload/ground
debtor-publication-change | /payload/ground | "POSTPONED" | /payload/ground
debtor-publication-change | /payload/ground | "FULFILLED" | /payload/ground_decision
debtor-publication-change | /payload/ground_decision | - | /payload/ground_decision
debtor-publication-change | /payload/ground_date | - | /payload/ground_date
debtor-publication-change | /payload/ground_date | "2026-12-14" | /payload/ground_date
debtor-publication-change | /payload/ground_date | "2026-12-16" | /payload/ground_date
debtor-publication-change | /payload/ground_date | "15/12/2026" | /payload/ground_date
debtor-publication-change | /payload/changes | [{"sort": "ADDRESS", "new": "Số 9 đường Giả Lập"}] | /payload/changes
debtor-publication-change | /payload/place/commune_code | - | /payload/place/commune_code
debtor-publication-change | /head/signer/position | "Thẩm tra viên" | /head/signer/position
returned-request-notice | /payload/requester | - | /payload/requester
returned-request-notice | /payload/debtors | [] | /payload/debtors
returned-request-notice | /payload/no_condition_decision/agency_name | - | /payload/no_condition_decision/agency_name
returned-request-notice | /payload/term_end | - | /payload/term_end
returned-request-notice | /payload/term_end | "2024-11-21" | /payload/term_end
returned-request-notice | /payload/last_verification/result | - | /payload/last_verification/result
returned-request-notice | /payload/last_verification/date | "2024-11-21" | /payload/last_verification/date
returned-request-notice | /payload/last_verification/date | "10/11/2026" | /payload/last_verification/date
returned-request-notice | /payload/returned | [] | /payload/returned
returned-request-notice | /recipients | ["VKS.1", "VKS.2"] | /recipients
returned-request-notice | /head/signer/position | "Kiểm sát viên" | /head/signer/position
"#;

/// Kind, outcome, what is changed, its new value as JSON, and where the answer is refused.
const ANSWERS: &str = r#"
debtor-publication | POSTED | /payload/posted_date | - | /payload/posted_date
debtor-publication | POSTED | /payload/posted_date | "2026-11-24T08:00:00+07:00" | /payload/posted_date
debtor-publication | POSTED | /payload/posted_at | - | /payload/posted_at
debtor-publication | POSTED | /payload/form | "NEWSPAPER" | /payload/form
debtor-publication | POSTED | /payload/progress | "x" | /payload/progress
debtor-publication | IN_PROGRESS | /payload/progress | - | /payload/progress
debtor-publication | IN_PROGRESS | /payload/posted_date | "2026-11-24" | /payload/posted_date
debtor-publication | IN_PROGRESS | /final | true | /head
debtor-publication | REFUSED | /reasons | [] | /reasons
debtor-publication | REFUSED | /reasons/0/code | "NO_BOARD" | /reasons/0/code
debtor-publication | REFUSED | /reasons/0/text | - | /reasons/0/text
debtor-publication-change | UPDATED | /payload/done_date | - | /payload/done_date
debtor-publication-change | ENDED | /payload/done_date | - | /payload/done_date
debtor-publication-change | ENDED | /payload/done_date | "2026-12-14" | /payload/done_date
debtor-publication-change | ENDED | /payload/explanation | "x" | /payload/explanation
debtor-publication-change | NOTHING_POSTED | /payload/explanation | - | /payload/explanation
debtor-publication-change | NOTHING_POSTED | /payload/done_date | "2026-12-17" | /payload/done_date
debtor-publication-change | REFUSED | /reasons/0/code | "LATE" | /reasons/0/code
returned-request-notice | RECEIVED | /payload/received_time | - | /payload/received_time
returned-request-notice | RECEIVED | /payload/received_time | "2026-11-26" | /payload/received_time
returned-request-notice | RECEIVED | /payload/observation | "x" | /payload/observation
"#;

#[test]
fn orders_are_refused_at_the_right_place() {
    for code in KINDS {
        assert_eq!(order_refused_at(&kind(code), |_| {}), [""; 0], "{code}");
    }
    for [code, pointer, value, place] in rows(ORDERS) {
        let found = order_refused_at(&kind(code), |order| change(order, pointer, value));
        assert_eq!(found, [place], "{code}: {pointer} = {value}");
    }
}

#[test]
fn answers_are_refused_at_the_right_place() {
    for [code, outcome, pointer, value, place] in rows(ANSWERS) {
        let found = answer_refused_at(&kind(code), outcome, |answer| change(answer, pointer, value));
        assert!(
            !found.is_empty() && found.iter().all(|found| found == place),
            "{code}, {outcome}: {pointer} = {value}: {found:?}"
        );
    }
}

/// The order that amends a publication, made from the example that ends one.
fn amending(order: &mut Value) {
    change(order, "/payload/action", r#""UPDATE""#);
    change(order, "/payload/ground", REMOVED);
    change(order, "/payload/ground_decision", REMOVED);
    change(
        order,
        "/payload/changes",
        r#"[{"sort": "ADDRESS", "new": "Số 9 đường Giả Lập"}]"#,
    );
}

#[test]
fn what_changes_is_named_and_no_decision_is_needed() {
    let kind = kind("debtor-publication-change");
    assert_eq!(order_refused_at(&kind, amending), [""; 0]);
    for (pointer, value) in [
        ("/payload/changes", REMOVED),
        ("/payload/changes", "[]"),
        ("/payload/changes/0/new", REMOVED),
        ("/payload/changes/0/sort", r#""PHONE""#),
        ("/payload/ground", r#""FULFILLED""#),
    ] {
        let found = order_refused_at(&kind, |order| {
            amending(order);
            change(order, pointer, value);
        });
        assert_eq!(found, [pointer], "{value}");
    }
}

#[test]
fn a_debt_that_is_paid_ends_a_publication_without_a_decision() {
    let found = order_refused_at(&kind("debtor-publication-change"), |order| {
        change(order, "/payload/ground", r#""FULFILLED""#);
        change(order, "/payload/ground_decision", REMOVED);
    });
    assert_eq!(found, [""; 0]);
}

/// Working days of the clocks of this obligor under this law, whose condition (if any) has this value; all of one nature.
fn days(code: &str, obligor: Party, regime: Regime, action: &str, nature: Nature) -> Vec<u32> {
    let kind = kind(code);
    let rules = kind.definition.deadlines.iter().filter(|rule| {
        let meant = rule
            .condition
            .as_ref()
            .is_none_or(|condition| condition.equals == action);
        rule.obligor == obligor && rule.regimes.contains(&regime) && meant
    });
    rules
        .map(|rule| {
            assert_eq!(rule.nature, nature, "{code}: {}", rule.basis);
            rule.limit.unwrap().amount
        })
        .collect()
}

#[test]
fn the_decrees_count_the_days_of_a_publication() {
    let change = "debtor-publication-change";
    for &regime in Regime::ALL {
        let sender = |code, action| days(code, Party::Sender, regime, action, Nature::Law);
        let recipient = |code, action, nature| days(code, Party::Recipient, regime, action, nature);
        let to_end = if regime == Regime::Law2025 { 3 } else { 2 };
        assert_eq!(sender("debtor-publication", ""), [5], "{regime}");
        assert_eq!(sender(change, "UPDATE"), [3], "{regime}");
        assert_eq!(sender(change, "END"), [to_end], "{regime}");
        // The commune must stop posting within days of the law; for posting and amending no law names any.
        assert_eq!(recipient(change, "END", Nature::Law), [2], "{regime}");
        assert_eq!(recipient(change, "UPDATE", Nature::Policy), [2], "{regime}");
        assert_eq!(recipient("debtor-publication", "", Nature::Policy), [2], "{regime}");
    }
}

#[test]
fn the_day_of_posting_meets_the_duty_and_nothing_is_held() {
    for code in KINDS {
        let kind = kind(code);
        for rule in &kind.definition.deadlines {
            assert_eq!(
                rule.done_at.is_some(),
                rule.obligor == Party::Recipient,
                "{code}: {}",
                rule.basis
            );
        }
        for outcome in &kind.definition.outcomes {
            let facts = changed_answer(&kind, outcome.code.as_str(), |_| {}).unwrap();
            assert!(facts.measure.is_none() && facts.executed_time.is_none(), "{code}");
        }
    }
}
