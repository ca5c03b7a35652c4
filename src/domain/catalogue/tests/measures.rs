//! Exit suspension, freeze of securities, collection of money from third parties, and what the police, the procuracy and
//! the commune are told of a coercion (Law 106/2025 Art. 70 to 95; Decree 152/2026 Art. 42 to 57, 106).

use serde_json::Value;

use super::{answer_refused_at, changed_answer, kind, order_refused_at, remove};
use crate::domain::catalogue::rule::{DeadlineRule, Regime};
use crate::domain::document::parts::RelationType;
use crate::domain::workflow::StartingPoint;

/// A pointer into the order's example, the JSON to put there (nothing takes the member away), and where it is refused
/// then (nothing: at the same place).
type OrderCase = (&'static str, &'static str, &'static str);
/// The outcome whose example is changed, and the same three.
type AnswerCase = (&'static str, &'static str, &'static str, &'static str);

fn change(document: &mut Value, pointer: &str, json: &str) {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    if json.is_empty() {
        remove(document.pointer_mut(parent).unwrap(), member);
        return;
    }
    let value = serde_json::from_str(json).unwrap();
    if let Some(place) = document.pointer_mut(pointer) {
        *place = value;
    } else {
        document.pointer_mut(parent).unwrap()[member] = value;
    }
}

fn assert_orders_refused(code: &str, cases: &[OrderCase]) {
    let kind = kind(code);
    assert_eq!(order_refused_at(&kind, |_| {}), [""; 0], "{code}");
    for (pointer, json, place) in cases {
        let place = if place.is_empty() { pointer } else { place };
        let found = order_refused_at(&kind, |order| change(order, pointer, json));
        assert!(
            !found.is_empty() && found.iter().all(|found| found.starts_with(place)),
            "{code}: {pointer} {json}: {found:?}"
        );
    }
}

fn assert_answers_refused(code: &str, cases: &[AnswerCase]) {
    let kind = kind(code);
    for (outcome, pointer, json, place) in cases {
        let place = if place.is_empty() { pointer } else { place };
        let found = answer_refused_at(&kind, outcome, |answer| change(answer, pointer, json));
        assert!(
            !found.is_empty() && found.iter().all(|found| found.starts_with(place)),
            "{code} {outcome}: {pointer} {json}: {found:?}"
        );
    }
}

/// The clocks of that name under the 2025 law.
fn clocks(code: &str, name: &str) -> Vec<DeadlineRule> {
    let rules = kind(code).definition.deadlines.clone();
    let fits = |rule: &DeadlineRule| rule.name == name && rule.regimes.contains(&Regime::Law2025);
    rules.into_iter().filter(fits).collect()
}

/// Whether the outcome's example leaves a measure.
fn leaves_measure(code: &str, outcome: &str) -> bool {
    let facts = changed_answer(&kind(code), outcome, |_| {}).unwrap();
    facts.measure.is_some()
}

#[test]
fn an_exit_suspension_says_who_why_and_for_how_long() {
    assert_orders_refused(
        "exit-suspension",
        &[
            ("/payload/subject/address", "", ""),
            ("/payload/subject/date_of_birth", "", ""),
            ("/payload/subject/identifiers", "[]", ""),
            ("/payload/gender", "", ""),
            ("/payload/nationality", "", ""),
            (
                "/payload/capacity",
                r#""LEGAL_REPRESENTATIVE""#,
                "/payload/organisation",
            ),
            ("/payload/term_to", r#""2026-11-24""#, ""),
            ("/payload/handling_unit/phone", "", ""),
            ("/head/signer/position", r#""Chấp hành viên""#, ""),
            ("/contact", "", ""),
        ],
    );
    assert_answers_refused(
        "exit-suspension",
        &[
            ("UPDATED", "/payload/executed_time", "", ""),
            (
                "UPDATED",
                "/payload/executed_time",
                r#""2026-11-25T16:00:00+07:00""#,
                "",
            ),
            ("UPDATED", "/payload/supplement", r#"["Ảnh"]"#, ""),
            ("ALREADY_LEFT", "/payload/left_time", "", ""),
            ("ALREADY_LEFT", "/payload/received_time", "", ""),
            ("SUPPLEMENT_REQUIRED", "/payload/supplement", "[]", ""),
            ("REFUSED", "/reasons/0/text", "", ""),
        ],
    );
}

#[test]
fn only_what_was_entered_suspends_exit_and_the_clocks_never_rest() {
    for (outcome, measure) in [
        ("UPDATED", true),
        ("ALREADY_LEFT", false),
        ("SUPPLEMENT_REQUIRED", false),
    ] {
        assert_eq!(leaves_measure("exit-suspension", outcome), measure, "{outcome}");
    }
    let by_day = clocks("exit-suspension", "execute")[0].service_level.unwrap();
    let by_hour = clocks("exit-suspension", "answer")[0].service_level.unwrap();
    assert_eq!(
        (by_day.amount, by_hour.amount),
        (0, 24),
        "the same day, and days off too"
    );
}

#[test]
fn a_change_of_an_exit_suspension_says_what_it_changes_and_why() {
    assert_orders_refused(
        "exit-suspension-change",
        &[
            ("/relations", "", ""),
            ("/payload/decision_changed/date", "", ""),
            ("/payload/ground_date", "", ""),
            ("/payload/action", r#""LIFT""#, ""),
            ("/payload/action", r#""EXTEND""#, "/payload/"),
            ("/payload/action", r#""ADJUST""#, "/payload/"),
            ("/payload/ground", r#""NOT_FULFILLED""#, ""),
            ("/payload/new_term_to", r#""2027-05-25""#, ""),
            ("/head/signer/position", r#""Chấp hành viên""#, ""),
        ],
    );
    assert_answers_refused(
        "exit-suspension-change",
        &[
            ("UPDATED", "/payload/executed_time", "", ""),
            (
                "UPDATED",
                "/payload/received_time",
                r#""2026-12-08T12:00:00+07:00""#,
                "/payload/executed_time",
            ),
            ("NOTHING_HELD", "/payload/explanation", "", ""),
            ("SUPPLEMENT_REQUIRED", "/payload/supplement", "", ""),
            ("REFUSED", "/reasons/0/code", r#""NO_TIME""#, ""),
        ],
    );
}

#[test]
fn a_cancellation_ends_the_exit_suspension() {
    let kind = kind("exit-suspension-change");
    let ends = |outcome| {
        let related = changed_answer(&kind, outcome, |_| {}).unwrap().related;
        related.is_some_and(|related| related.relation == RelationType::Supersedes && related.ends)
    };
    assert!(ends("UPDATED") && ends("NOTHING_HELD"));
    assert!(!ends("SUPPLEMENT_REQUIRED") && !ends("REFUSED"));
}

#[test]
fn a_freeze_of_securities_names_them_and_its_result_the_custodians() {
    assert_orders_refused(
        "securities-freeze",
        &[
            ("/payload/securities", "[]", ""),
            ("/payload/securities/0/symbol", r#""gla""#, ""),
            ("/payload/securities/1/quantity", "0", ""),
            ("/payload/debtor/identifiers", "[]", ""),
            (
                "/payload/amounts/costs/amount",
                r#""3500001""#,
                "/payload/amounts/total",
            ),
            ("/payload/amounts/as_of", "", ""),
            ("/head/signer/position", r#""Thư ký""#, ""),
        ],
    );
    assert_answers_refused(
        "securities-freeze",
        &[
            ("FROZEN", "/payload/custodians", "", ""),
            ("FROZEN", "/payload/custodians/0/notified_time", "", ""),
            ("FROZEN", "/payload/lines/0/quantity_held", "", ""),
            ("FROZEN", "/payload/lines/0/restriction", r#"{"sort": "SECURED"}"#, ""),
            ("FROZEN", "/payload/executed_time", r#""2026-11-23T09:00:00+07:00""#, ""),
            ("FROZEN_PARTLY", "/payload/lines/1/quantity_held", "10", ""),
            ("RESTRICTED", "/payload/lines/0/restriction/authority", "", ""),
            (
                "NOT_FOUND",
                "/payload/searched_by",
                r#"["GUESS"]"#,
                "/payload/searched_by/0",
            ),
        ],
    );
    for (outcome, measure) in [("FROZEN", true), ("FROZEN_PARTLY", true), ("RESTRICTED", false)] {
        assert_eq!(leaves_measure("securities-freeze", outcome), measure, "{outcome}");
    }
}

#[test]
fn a_freeze_of_securities_is_released_as_a_freeze_of_accounts_is() {
    let (release, freeze) = (kind("freeze-release"), kind("securities-freeze"));
    let relation = release.relation(RelationType::Releases).unwrap();
    assert!(relation.kinds.contains(freeze.code()));
    let recipients = &release.definition.recipient_roles;
    let holders = &freeze.definition.recipient_roles;
    assert!(holders.iter().all(|role| recipients.contains(role)));
    let found = answer_refused_at(&release, "RELEASED", |answer| {
        let line = r#"{"account": "999C000001", "account_type": "SECURITIES", "status": "RELEASED_ASSET",
            "asset": {"description": "Cổ phiếu GLA", "quantity": {"amount": "5000", "unit": "cổ phiếu"}}}"#;
        change(answer, "/payload/lines", &format!("[{line}]"));
        change(answer, "/payload/totals", "[]");
        change(answer, "/payload/total_released/amount", r#""0""#);
    });
    assert_eq!(found, [""; 0], "securities have no amount of money");
}

#[test]
fn a_collection_says_from_what_and_its_result_what_was_paid() {
    assert_orders_refused(
        "third-party-collection",
        &[
            ("/payload/evidence", "", ""),
            ("/payload/earlier_request", "", ""),
            ("/payload/earlier_request/pay_by", "", ""),
            ("/payload/pay_to", "", ""),
            ("/payload/amount/amount", r#""40.000.000""#, ""),
            ("/payload/source", r#""BUSINESS_INCOME""#, "/payload/business"),
            ("/payload/source", r#""VALUABLE_PAPERS""#, "/payload/"),
            ("/payload/papers", r#"[{"description": "Kỳ phiếu"}]"#, ""),
            ("/recipients", r#"["DN.1", "DN.2"]"#, ""),
        ],
    );
    assert_answers_refused(
        "third-party-collection",
        &[
            ("PAID_FULL", "/payload/payments", "", ""),
            (
                "PAID_FULL",
                "/payload/payments/0/amount/amount",
                r#""39000000""#,
                "/payload/total_paid",
            ),
            (
                "PAID_PARTLY",
                "/payload/shortfall/amount",
                r#""15000001""#,
                "/payload/shortfall",
            ),
            (
                "PAPERS_HANDED_OVER",
                "/payload/papers/0/description",
                "",
                "/payload/papers/0/description",
            ),
            ("NOT_HELD", "/payload/explanation", "", ""),
            (
                "PAID_AWAY_BEFORE",
                "/payload/paid_away/time",
                r#""2026-11-25T10:00:00+07:00""#,
                "",
            ),
        ],
    );
}

#[test]
fn support_is_asked_for_five_working_days_before_and_refused_with_reasons() {
    assert_orders_refused(
        "support-request",
        &[
            ("/payload/obstruction", "", ""),
            ("/payload/requested/contents", "", ""),
            ("/payload/requested/people", "0", ""),
            ("/payload/activity", r#""OTHER""#, "/payload/activity_text"),
            ("/payload/planned/date", r#""10/12/2026""#, ""),
            ("/payload/place/commune_code", r#""1328""#, ""),
            ("/contact", "", ""),
        ],
    );
    assert_answers_refused(
        "support-request",
        &[
            ("ARRANGED", "/payload/in_charge", "", ""),
            ("ARRANGED", "/payload/changes", r#""Lùi một giờ.""#, ""),
            ("ARRANGED_WITH_CHANGES", "/payload/changes", "", ""),
            ("REFUSED", "/reasons", "[]", ""),
        ],
    );
    let [sent]: [DeadlineRule; 1] = clocks("support-request", "transfer").try_into().unwrap();
    assert_eq!((sent.starts_on, sent.limit.unwrap().amount), (StartingPoint::Before, 5));
}

#[test]
fn a_coercion_plan_has_what_the_law_lists_and_the_police_owe_theirs() {
    assert_orders_refused(
        "coercion-plan",
        &[
            ("/payload/coerced/address", "", ""),
            ("/payload/measures", "[]", ""),
            ("/payload/method", "", ""),
            ("/payload/force/people", "0", ""),
            ("/payload/planned/starts", r#""05:30""#, ""),
            ("/payload/planned/ends", r#""22:30""#, ""),
            ("/payload/meeting/date", r#""2026-12-18""#, ""),
            ("/payload/protection_requested", "false", ""),
            ("/recipients", r#"["CA.1", "VKS.1"]"#, "/"),
            ("/head/signer/position", r#""Chấp hành viên""#, ""),
        ],
    );
    assert_answers_refused(
        "coercion-plan",
        &[
            ("PROTECTION_PLANNED", "/payload/plan", "", ""),
            ("PROTECTION_PLANNED", "/payload/plan/number", r#""không số""#, ""),
            ("OBSERVATION", "/payload/observation", "", ""),
            ("REFUSED", "/reasons/0/text", "", ""),
        ],
    );
    let of_police = |name| {
        let [rule]: [DeadlineRule; 1] = clocks("coercion-plan", name).try_into().unwrap();
        let asked = rule.condition.unwrap();
        assert_eq!(
            (asked.pointer.as_str(), asked.equals),
            ("/protection_requested", Value::Bool(true))
        );
        (rule.starts_on, rule.limit.unwrap().amount)
    };
    assert_eq!(of_police("issue"), (StartingPoint::Available, 3));
    assert_eq!(of_police("answer"), (StartingPoint::Before, 5));
}

#[test]
fn a_seizure_of_land_is_told_of_three_working_days_before() {
    assert_orders_refused(
        "seizure-notice",
        &[
            ("/payload/seizure_decision/agency_name", "", ""),
            ("/payload/planned/starts", r#""22:00""#, ""),
            ("/payload/place/address", "", ""),
            ("/payload/property", r#""""#, ""),
            ("/payload/parcels/0/commune_code", "", ""),
        ],
    );
    assert_answers_refused(
        "seizure-notice",
        &[
            ("REPRESENTATIVE_NAMED", "/payload/representative/position", "", ""),
            ("RECEIVED", "/payload/received_time", "", ""),
            ("REFUSED", "/reasons/0/code", r#""BUSY""#, ""),
        ],
    );
    let [sent]: [DeadlineRule; 1] = clocks("seizure-notice", "transfer").try_into().unwrap();
    assert_eq!((sent.starts_on, sent.limit.unwrap().amount), (StartingPoint::Before, 3));
}

#[test]
fn a_coercion_decision_is_told_of_within_three_working_days() {
    assert_orders_refused(
        "coercion-decision-copy",
        &[
            ("/payload/content", "", ""),
            ("/payload/place", "", ""),
            ("/payload/measure", r#""INCOME""#, ""),
            ("/payload/amount/amount", r#""0""#, ""),
            (
                "/payload/planned",
                r#"{"date": "2026-12-17", "starts": "23:00"}"#,
                "/payload/planned/starts",
            ),
            ("/head/signer/position", r#""Thư ký""#, ""),
        ],
    );
    assert_answers_refused(
        "coercion-decision-copy",
        &[
            (
                "RECEIVED",
                "/payload/executed_time",
                r#""2026-11-19T09:10:00+07:00""#,
                "",
            ),
            (
                "TRANSACTIONS_STOPPED",
                "/payload/executed_time",
                r#""2026-11-19T08:00:00+07:00""#,
                "",
            ),
            ("REFUSED", "/reasons/0/text", "", ""),
        ],
    );
    let [sent]: [DeadlineRule; 1] = clocks("coercion-decision-copy", "transfer").try_into().unwrap();
    assert_eq!(
        (sent.pointer.as_deref(), sent.limit.unwrap().amount),
        (Some("/date"), 3)
    );
}

#[test]
fn the_end_of_a_measure_has_its_ground_and_its_day() {
    assert_orders_refused(
        "measure-end-notice",
        &[
            ("/payload/decision_ended/number", "", ""),
            ("/payload/ground_date", "", ""),
            ("/payload/ground_date", r#""18/12/2026""#, ""),
            ("/payload/property", "", ""),
            ("/payload/ground", r#""NOT_DEBTORS""#, ""),
            ("/payload/ground", r#""OTHER_LAW""#, "/payload/ground_text"),
            ("/payload/act", r#""LAPSED""#, "/payload/ground"),
        ],
    );
    assert_answers_refused(
        "measure-end-notice",
        &[
            ("EXECUTED", "/payload/executed_time", "", ""),
            (
                "EXECUTED",
                "/payload/executed_time",
                r#""2026-12-21T13:00:00+07:00""#,
                "",
            ),
            ("NOTHING_HELD", "/payload/explanation", "", ""),
        ],
    );
    let issued = clocks("measure-end-notice", "issue");
    assert!(issued.iter().all(|rule| rule.limit.unwrap().amount == 3) && issued.len() == 2);
}

#[test]
fn a_bank_reports_what_it_sold_and_what_is_left_within_a_day() {
    assert_orders_refused(
        "secured-asset-result",
        &[
            ("/payload/obligation_notice", "", ""),
            ("/payload/handled_time", r#""2026-12-10""#, ""),
            ("/payload/transfer", "", ""),
            ("/payload/costs/amount", r#""9000000""#, "/payload/surplus"),
            (
                "/payload/transfer/amount/amount",
                r#""61000000""#,
                "/payload/transfer/amount",
            ),
            ("/payload/transfer/time", r#""2026-12-10T08:00:00+07:00""#, ""),
            ("/payload/surplus/amount", r#""0""#, "/payload/transfer"),
        ],
    );
    assert_answers_refused(
        "secured-asset-result",
        &[
            (
                "MONEY_RECEIVED",
                "/payload/money_received/amount/amount",
                r#""1""#,
                "/payload/money_received/amount",
            ),
            ("MONEY_NOT_RECEIVED", "/payload/explanation", "", ""),
        ],
    );
    let [reported]: [DeadlineRule; 1] = clocks("secured-asset-result", "report").try_into().unwrap();
    assert_eq!((reported.limit.unwrap().amount, reported.nature.as_str()), (24, "law"));
}

#[test]
fn what_lifts_goes_first_and_what_begins_to_hold_does_not() {
    let catalogue = super::catalogue();
    let lifting: Vec<&str> = catalogue
        .newest_kinds()
        .filter(|kind| kind.lifts())
        .map(|kind| kind.code().as_str())
        .collect();
    let expected = [
        "exit-suspension-change",
        "freeze-release",
        "measure-end-notice",
        "registration-release",
    ];
    assert_eq!(lifting, expected);
}
