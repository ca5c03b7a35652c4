//! The enquiries of Law 106/2025 Art. 37.6 and Decree 152/2026 Art. 21 about vehicles, tax, securities, inmates and shares;
//! verification at a commune, entrusted verification, opinions on planning; the notice of an entrustment to a prison.

use serde_json::Value;

use super::rule::{DeadlineRule, Regime};
use super::{answer_refused_at, changed_answer, kind, order_refused_at};

const KINDS: [&str; 9] = [
    "vehicle-information",
    "tax-information",
    "securities-information",
    "inmate-information",
    "inmate-entrustment-notice",
    "share-information",
    "commune-verification",
    "verification-entrustment",
    "planning-opinion",
];

/// Stands for the value of a member that is taken out.
pub(super) const REMOVED: &str = "-";

/// Kind, what is changed, its new value as JSON, and where the order is refused.
const ORDERS: &str = r#"
vehicle-information | /payload/person | - | /payload/person
vehicle-information | /payload/person/identifiers/0/number | "00108501234" | /payload/person/identifiers/0/number
vehicle-information | /payload/vehicles/0 | {"note": "xe đỏ"} | /payload/vehicles/0/plate
vehicle-information | /payload/vehicles | [] | /payload/vehicles
vehicle-information | /recipients | ["CA.1", "CA.2"] | /payload/vehicles
vehicle-information | /payload/requested_information | [] | /payload/requested_information
vehicle-information | /payload/requested_information/0 | "PRICE" | /payload/requested_information/0
vehicle-information | /payload/period/to | "2025-12-31T23:59:59+07:00" | /payload/period/to
vehicle-information | /payload/period/from | - | /payload/period/from
vehicle-information | /payload/purpose | "" | /payload/purpose
vehicle-information | /payload/provisional_measure | true | /payload/provisional_measure
vehicle-information | /head/signer/position | "Thẩm tra viên" | /head/signer/position
vehicle-information | /case/enforcement_decision | - | /case/enforcement_decision
tax-information | /payload/provisional_measure | - | /payload/provisional_measure
tax-information | /payload/provisional_measure | "false" | /payload/provisional_measure
tax-information | /payload/requested_information | ["TAX_DEBTS", "TAX_DEBTS"] | /payload/requested_information
tax-information | /payload/period/from | "2026-01-01" | /payload/period/from
tax-information | /payload/purpose | - | /payload/purpose
securities-information | /payload/requested_information | - | /payload/requested_information
securities-information | /payload/securities_account | "" | /payload/securities_account
securities-information | /payload/period/to | "2025-10-31T23:59:59+07:00" | /payload/period/to
securities-information | /recipients | ["LK.1", "LK.2"] | /recipients
inmate-information | /payload/role | - | /payload/role
inmate-information | /payload/role | "WITNESS" | /payload/role
inmate-information | /payload/person | {"type": "ORGANISATION", "full_name": "Công ty Giả Lập", "identifiers": []} | /payload/person/type
inmate-information | /payload/criminal_judgment/number | "không rõ" | /payload/criminal_judgment/number
inmate-information | /payload/other_content | - | /payload/other_content
inmate-information | /payload/requested_information | ["MONEY"] | /payload/other_content
inmate-entrustment-notice | /payload/results | - | /payload/results
inmate-entrustment-notice | /payload/entrustment/decision_number | "không số" | /payload/entrustment/decision_number
inmate-entrustment-notice | /payload/entrustment/to_agency | - | /payload/entrustment/to_agency
inmate-entrustment-notice | /payload/entrustment/content | - | /payload/entrustment/content
inmate-entrustment-notice | /payload/entrustment/extent | "ALL" | /payload/entrustment/extent
inmate-entrustment-notice | /payload/results/remaining/amount | "20.000.000" | /payload/results/remaining/amount
commune-verification | /payload/place/commune_code | "1432" | /payload/place/commune_code
commune-verification | /payload/place | - | /payload/place
commune-verification | /payload/visit | - | /payload/visit
commune-verification | /payload/manner | "WRITTEN" | /payload/visit
commune-verification | /payload/visit/date | "25/11/2026" | /payload/visit/date
commune-verification | /payload/visit/time | "24:00" | /payload/visit/time
commune-verification | /payload/requested_information/0 | "OTHER" | /payload/other_content
commune-verification | /payload/other_content | "Nguồn thu khác" | /payload/other_content
verification-entrustment | /payload/sort | - | /payload/sort
verification-entrustment | /payload/tasks/0/content | - | /payload/tasks/0/content
verification-entrustment | /payload/tasks/1/parcel | {"commune_code": "00004"} | /payload/tasks/1/parcel
verification-entrustment | /payload/tasks | [] | /payload/tasks
verification-entrustment | /payload/place/province_code | "1" | /payload/place/province_code
verification-entrustment | /payload/tasks | [{"subject": "INCOME", "content": "Lương"}] | /payload/tasks/0/subject
verification-entrustment | /head/signer/position | "Chấp hành viên" | /head/signer/position
planning-opinion | /payload/assets | [] | /payload/assets
planning-opinion | /payload/assets/0/certified | - | /payload/assets/0/certified
planning-opinion | /payload/assets/0/parcel/commune_code | - | /payload/assets/0/parcel/commune_code
planning-opinion | /payload/asked | ["ZONING"] | /payload/asked/0
planning-opinion | /payload/stage | - | /payload/stage
planning-opinion | /payload/stage | "AUCTION" | /payload/stage
share-information | /payload/enterprise | - | /payload/enterprise
share-information | /payload/enterprise/identifiers/0/number | "0100109107" | /payload/enterprise/identifiers/0/number
share-information | /payload/enterprise/type | "INDIVIDUAL" | /payload/enterprise/type
share-information | /payload/requested_information/0 | "BOARD" | /payload/requested_information/0
share-information | /payload/provisional_measure | - | /payload/provisional_measure
"#;

/// Kind, outcome, what is changed, its new value as JSON, and where the answer is refused.
const ANSWERS: &str = r#"
vehicle-information | FOUND | /payload/as_of | - | /payload/as_of
vehicle-information | FOUND | /payload/vehicles | [] | /payload/vehicles
vehicle-information | FOUND | /payload/vehicles/0/owner_name | - | /payload/vehicles/0/owner_name
vehicle-information | FOUND | /payload/vehicles/0/vehicle | {} | /payload/vehicles/0/vehicle/plate
vehicle-information | FOUND | /payload/vehicles/0/restrictions | - | /payload/vehicles/0/restrictions
vehicle-information | FOUND | /payload/vehicles/0/restrictions/0/document_number | - | /payload/vehicles/0/restrictions/0/document_number
vehicle-information | FOUND | /payload/vehicles/0/status | "REGISTERED" | /payload/vehicles/0/restrictions
vehicle-information | FOUND | /payload/vehicles/1/transfer | - | /payload/vehicles/1/transfer
vehicle-information | NOT_FOUND | /payload/searched_by | [] | /payload/searched_by
vehicle-information | NOT_FOUND | /payload/vehicles | [{"vehicle": {"plate": "35A-000.00"}, "owner_name": "x", "vehicle_type": "CAR", "status": "LOST"}] | /payload/vehicles
vehicle-information | MULTIPLE_HITS | /payload/hits | 1 | /payload/hits
vehicle-information | REFUSED | /reasons | - | /reasons
vehicle-information | REFUSED | /reasons/0/text | - | /reasons/0/text
vehicle-information | IN_PROGRESS | /payload/expected_date | "mai" | /payload/expected_date
tax-information | FOUND | /payload/total_debt/amount | "15000000" | /payload/total_debt
tax-information | FOUND | /payload/total_debt | - | /payload/total_debt
tax-information | FOUND | /payload/tax_debts/1/restriction | - | /payload/tax_debts/1/restriction
tax-information | FOUND | /payload/tax_debts/0/amount/amount | "0" | /payload/tax_debts/0/amount/amount
tax-information | FOUND | /payload/incomes/0/net/amount | "173500001" | /payload/incomes/0/net
tax-information | FOUND | /payload/incomes/0/payer_tax_code | "0100109107" | /payload/incomes/0/payer_tax_code
tax-information | FOUND | /payload/incomes/0/from | "2026-13" | /payload/incomes/0/from
tax-information | FOUND | /payload/dependants/1/to | "2021-12-31" | /payload/dependants/1/to
tax-information | FOUND | /payload/dependants/0/relation | "FRIEND" | /payload/dependants/0/relation
tax-information | FOUND | /payload | {"as_of": "2026-11-23T10:00:00+07:00"} | /payload/tax_code
securities-information | FOUND | /payload/holdings/0/quantity | 0 | /payload/holdings/0/quantity
securities-information | FOUND | /payload/holdings/0/code | "glp" | /payload/holdings/0/code
securities-information | FOUND | /payload/holdings/0/securities_account | - | /payload/holdings/0/securities_account
securities-information | FOUND | /payload/holdings/0/status | "PLEDGED" | /payload/holdings/0/pledgee
securities-information | FOUND | /payload/holdings/1/restrictions | - | /payload/holdings/1/restrictions
securities-information | FOUND | /payload/transactions/0/direction | "OUTWARD" | /payload/transactions/0/direction
securities-information | MULTIPLE_HITS | /payload/needed | - | /payload/needed
inmate-information | FOUND | /payload/place | - | /payload/place
inmate-information | FOUND | /payload/sentence/term_months | - | /payload/sentence/term_months
inmate-information | FOUND | /payload/payments/0/amount/amount | "5.000.000" | /payload/payments/0/amount/amount
inmate-information | FOUND | /payload/transfer | {"date": "2026-07-15", "to": "Trại giam Minh Họa"} | /payload/transfer
inmate-information | FOUND_ELSEWHERE | /payload/transfer/to | - | /payload/transfer/to
inmate-information | SENTENCE_ENDED | /payload/release/ground | "ESCAPED" | /payload/release/ground
inmate-information | DECEASED | /payload/death | - | /payload/death
inmate-entrustment-notice | RECEIVED | /payload/received_time | - | /payload/received_time
inmate-entrustment-notice | RECEIVED | /payload/told | "hôm nay" | /payload/told
commune-verification | MINUTES_SIGNED | /payload/minutes | - | /payload/minutes
commune-verification | MINUTES_SIGNED | /payload/minutes/sealed_by | - | /payload/minutes/sealed_by
commune-verification | MINUTES_SIGNED | /payload/minutes/participants | [] | /payload/minutes/participants
commune-verification | FOUND | /payload/statements/0/provided_by | - | /payload/statements/0/provided_by
commune-verification | FOUND | /payload/statements/0/topic | "RUMOUR" | /payload/statements/0/topic
commune-verification | FOUND | /payload/minutes | {"date": "2026-11-25", "place": "x", "participants": [{"full_name": "x", "position": "x"}], "sealed_by": "UNIT"} | /payload/minutes
commune-verification | FOUND_ELSEWHERE | /payload/elsewhere/reason | - | /payload/elsewhere/reason
verification-entrustment | VERIFIED | /payload/results | [] | /payload/results
verification-entrustment | VERIFIED | /payload/results/0/verified_date | - | /payload/results/0/verified_date
verification-entrustment | VERIFIED | /payload/results/0/result | "NOTHING" | /payload/results/0/value
verification-entrustment | VERIFIED | /payload/results/1/result | "NOT_VERIFIED" | /payload/results/1/verified_date
verification-entrustment | FOUND_ELSEWHERE | /payload/elsewhere/province_code | "00" | /payload/elsewhere/province_code
verification-entrustment | REFUSED | /reasons/0/code | "NO_STAFF" | /reasons/0/code
planning-opinion | OPINION_GIVEN | /payload/opinions/0/verdict | "YES" | /payload/opinions/0/verdict
planning-opinion | OPINION_GIVEN | /payload/opinions/1/opinion | "" | /payload/opinions/1/opinion
planning-opinion | OPINION_GIVEN | /payload/opinions/1/recovery | true | /payload/opinions/1/recovery
planning-opinion | OPINION_GIVEN | /payload/opinions/3/competent | - | /payload/opinions/3/competent
planning-opinion | OTHER_BODY | /payload/competent_body | - | /payload/competent_body
share-information | FOUND | /payload/holdings/0/percent | "130" | /payload/holdings/0/percent
share-information | FOUND | /payload/holdings/0/quantity | 10 | /payload/holdings/0/quantity
share-information | FOUND | /payload/holdings/0/form | "SHARE_ORDINARY" | /payload/holdings/0/quantity
share-information | FOUND | /payload/holdings/0/restriction_text | - | /payload/holdings/0/restriction_text
share-information | FOUND | /payload/holdings/0/charter_value/amount | "10000000001" | /payload/holdings/0/charter_value
share-information | FOUND | /payload/registration/enterprise_code | "0100109107" | /payload/registration/enterprise_code
share-information | NO_LONGER | /payload/left | - | /payload/left
share-information | NOT_FOUND | /payload/searched_by/0 | "PHONE" | /payload/searched_by/0
"#;

/// The cells of a table, line by line.
pub(super) fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    let lines = table.lines().filter(|line| !line.is_empty());
    lines.map(|line| line.split(" | ").collect::<Vec<_>>().try_into().unwrap())
}

/// Puts `value` at `pointer`, or takes out what is there.
pub(super) fn change(document: &mut Value, pointer: &str, value: &str) {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    if value == REMOVED {
        let parent = document.pointer_mut(parent).unwrap();
        parent.as_object_mut().unwrap().remove(member).unwrap();
        return;
    }
    let value: Value = serde_json::from_str(value).unwrap();
    if let Some(place) = document.pointer_mut(pointer) {
        *place = value;
    } else {
        document.pointer_mut(parent).unwrap()[member] = value;
    }
}

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

#[test]
fn an_enquiry_leaves_no_measure() {
    for code in KINDS {
        let kind = kind(code);
        for outcome in &kind.definition.outcomes {
            let facts = changed_answer(&kind, outcome.code.as_str(), |_| {}).unwrap();
            assert!(facts.measure.is_none() && facts.executed_time.is_none(), "{code}");
        }
    }
}

#[test]
fn the_place_decides_the_competent_office() {
    for (code, expected) in [
        ("commune-verification", "14329"),
        ("verification-entrustment", "01"),
        ("planning-opinion", "14329"),
    ] {
        let kind = kind(code);
        let order: Value = serde_json::from_str(&kind.order_example).unwrap();
        let patterns = kind.definition.territory.iter();
        let found = patterns.flat_map(|pattern| pattern.matches(&order["payload"], ""));
        let codes: Vec<&Value> = found.map(|(_, code)| code).collect();
        assert_eq!(codes, [expected], "{code}");
    }
}

/// Amount and longest total; none where the law says “ngay”.
type Limit = Option<(u32, Option<u32>)>;

/// The limits of the `answer` clocks of the 2025 law that hold for this value of the order.
fn answers_2025(code: &str, value: &Value) -> Vec<Limit> {
    let kind = kind(code);
    let fits = |rule: &&DeadlineRule| {
        let meant = rule
            .condition
            .as_ref()
            .is_none_or(|condition| condition.equals == *value);
        rule.name == "answer" && rule.regimes.contains(&Regime::Law2025) && meant
    };
    let rules = kind.definition.deadlines.iter().filter(fits);
    rules
        .map(|rule| rule.limit.map(|limit| (limit.amount, rule.extendable_to)))
        .collect()
}

#[test]
fn what_is_verified_decides_the_time_of_an_entrusted_verification() {
    let limits: [(&str, Limit); 4] = [
        ("REGISTERED", Some((30, Some(45)))),
        ("OTHER", Some((15, None))),
        ("ACCOUNT", None),
        ("PROVISIONAL_MEASURE", None),
    ];
    for (sort, limit) in limits {
        let found = answers_2025("verification-entrustment", &sort.into());
        assert_eq!(found, [limit], "{sort}");
    }
}

#[test]
fn a_provisional_measure_is_answered_at_once_where_the_law_says_so() {
    let (three_days, at_once): (Limit, Limit) = (Some((3, None)), None);
    for code in [
        "tax-information",
        "securities-information",
        "inmate-information",
        "share-information",
    ] {
        assert_eq!(answers_2025(code, &false.into()), [three_days], "{code}");
        assert_eq!(answers_2025(code, &true.into()), [at_once], "{code}");
    }
    for register in ["vehicle-information", "planning-opinion"] {
        assert_eq!(answers_2025(register, &true.into()), [three_days], "{register}");
    }
}
