//! Measures from before or outside the hub on the wire.

use std::collections::{BTreeMap, BTreeSet};

use lienthong_proto::v1;
use prost_types::Timestamp as WireTime;

use super::fields::Fields;
use super::instant;
use crate::app::measures::StatedMeasure;
use crate::domain::account::AccountNumber;
use crate::domain::error::Result;
use crate::domain::event::{DecisionRef, Measure};
use crate::domain::identifier::document_number;
use crate::domain::ids::{AgencyCode, KindCode, MeasureId};
use crate::domain::money::{Currency, Money, Quantity};
use crate::domain::time::Timestamp;
use crate::store::MeasureFilter;

/// Most measures of one call.
const MAX_MEASURES: usize = 1_000;
/// Most amounts of one measure.
const MAX_AMOUNTS: usize = 50;
/// Most characters of a decision's number.
const MAX_NUMBER: usize = 100;
/// Most characters of an office.
const MAX_OFFICE: usize = 200;
/// Most characters of a unit of assets.
const MAX_UNIT: usize = 30;
/// Most accounts of one measure.
const MAX_ACCOUNTS: usize = 100;

/// Stands where the hub's own id will: the ledger gives it.
const NO_ID_YET: &str = "mea_00000000000070008000000000000000";

/// The measures that RegisterMeasures brings.
pub(crate) fn new_measures(message: &v1::RegisterMeasuresRequest, now: Timestamp) -> Result<Vec<StatedMeasure>> {
    let mut fields = Fields::default();
    if message.measures.is_empty() {
        fields.missing("measures");
    }
    fields.at_most("measures", message.measures.len(), MAX_MEASURES);
    let measures: Vec<Option<StatedMeasure>> = message
        .measures
        .iter()
        .take(MAX_MEASURES)
        .enumerate()
        .map(|(index, measure)| new_measure(&mut fields, &format!("measures[{index}]"), measure, now))
        .collect();
    fields.finish(measures.into_iter().collect())
}

fn new_measure(fields: &mut Fields, at: &str, measure: &v1::NewMeasure, now: Timestamp) -> Option<StatedMeasure> {
    let kind: Option<KindCode> = fields.id(&format!("{at}.kind"), &measure.kind);
    let holder: Option<AgencyCode> = fields.id(&format!("{at}.holder_agency_code"), &measure.holder_agency_code);
    let issuer: Option<AgencyCode> = fields.id(&format!("{at}.issuer_agency_code"), &measure.issuer_agency_code);
    let number_at = format!("{at}.decision_number");
    fields.line(&number_at, &measure.decision_number, 1..=MAX_NUMBER);
    if !measure.decision_number.trim().is_empty()
        && let Err(fault) = document_number::check(&measure.decision_number)
    {
        fields.push(&number_at, fault.reason, &fault.text.vi, &fault.text.en);
    }
    let date_at = format!("{at}.decision_date");
    let date = fields.date(&date_at, &measure.decision_date);
    if date.is_some_and(|date| date > now.date()) {
        future(fields, &date_at);
    }
    fields.line(
        &format!("{at}.decision_office"),
        &measure.decision_office,
        0..=MAX_OFFICE,
    );
    let amounts = held(fields, &format!("{at}.held"), &measure.held);
    let since = since(fields, &format!("{at}.start_time"), measure.start_time, now);
    let accounts = accounts(fields, &format!("{at}.accounts"), &measure.accounts);
    let measure = Measure {
        id: MeasureId::parse(NO_ID_YET).ok()?,
        request_id: None,
        kind: kind?,
        holder: holder?,
        issuer: issuer?,
        decision: DecisionRef {
            number: measure.decision_number.clone(),
            date: date?,
            office: Some(measure.decision_office.clone()).filter(|office| !office.is_empty()),
        },
        in_force: true,
        amounts,
        since: since?,
        ended: None,
        changed_by: None,
        taken: BTreeMap::new(),
    };
    Some(StatedMeasure { measure, accounts })
}

fn accounts(fields: &mut Fields, at: &str, accounts: &[String]) -> BTreeSet<AccountNumber> {
    fields.at_most(at, accounts.len(), MAX_ACCOUNTS);
    let read = |(index, text): (usize, &String)| account(fields, &format!("{at}[{index}]"), text);
    accounts
        .iter()
        .take(MAX_ACCOUNTS)
        .enumerate()
        .filter_map(read)
        .collect()
}

/// The number of an account.
fn account(fields: &mut Fields, at: &str, text: &str) -> Option<AccountNumber> {
    if text.is_empty() {
        fields.missing(at);
        return None;
    }
    let number = AccountNumber::parse(text);
    if number.is_err() {
        fields.push(
            at,
            "format",
            "Số tài khoản gồm 4 đến 40 chữ cái không dấu và chữ số; có thể có dấu chấm, gạch ngang, khoảng trắng ở giữa.",
            "The number of an account has 4 to 40 letters and digits; dots, hyphens and spaces may separate them.",
        );
    }
    number.ok()
}

fn future(fields: &mut Fields, at: &str) {
    fields.push(
        at,
        "in_future",
        "Không được ở tương lai.",
        "It cannot be in the future.",
    );
}

/// What is held, by currency or unit, in the hub's own form of amounts.
fn held(fields: &mut Fields, at: &str, held: &[v1::Amount]) -> BTreeMap<String, String> {
    fields.at_most(at, held.len(), MAX_AMOUNTS);
    let mut amounts = BTreeMap::new();
    for (index, amount) in held.iter().take(MAX_AMOUNTS).enumerate() {
        let at = format!("{at}[{index}]");
        fields.line(&format!("{at}.unit"), &amount.unit, 1..=MAX_UNIT);
        let valid = match amount.unit.parse::<Currency>() {
            Ok(currency) => Money::parse(&amount.value, currency).map(Money::amount),
            Err(_) => Quantity::parse(&amount.value, &amount.unit).map(|_| amount.value.clone()),
        };
        match valid {
            Ok(value) => {
                if amounts.insert(amount.unit.clone(), value).is_some() {
                    let (vi, en) = ("Đơn vị này đã nêu ở trên.", "This unit stands above already.");
                    fields.push(&format!("{at}.unit"), "duplicate", vi, en);
                }
            }
            Err(_) => fields.push(
                &format!("{at}.value"),
                "format",
                "Phải là số viết liền, không dấu phân cách hàng nghìn; đồng Việt Nam không có phần lẻ.",
                "Expected a decimal without separators; đồng are whole.",
            ),
        }
    }
    amounts
}

fn since(fields: &mut Fields, at: &str, time: Option<WireTime>, now: Timestamp) -> Option<Timestamp> {
    let Some(time) = time else {
        fields.missing(at);
        return None;
    };
    let Some(since) = instant(&time) else {
        fields.push(at, "out_of_range", "Thời điểm không hợp lệ.", "Not a valid time.");
        return None;
    };
    if since > now {
        future(fields, at);
    }
    Some(since)
}

/// What ListMeasures asks for.
pub(crate) fn filter(message: &v1::ListMeasuresRequest) -> Result<MeasureFilter> {
    let mut fields = Fields::default();
    let kind: Option<KindCode> = fields.optional_id("kind", &message.kind);
    let counterparty: Option<AgencyCode> =
        fields.optional_id("counterparty_agency_code", &message.counterparty_agency_code);
    fields.finish(Some(MeasureFilter {
        kind: kind.map(|kind| kind.to_string()).unwrap_or_default(),
        counterparty: counterparty.map(|code| code.to_string()).unwrap_or_default(),
        in_force_only: message.in_force_only,
    }))
}

/// What ListAccountHolds asks for.
pub(crate) fn account_asked(message: &v1::ListAccountHoldsRequest) -> Result<(AccountNumber, Option<AgencyCode>)> {
    let mut fields = Fields::default();
    let account = account(&mut fields, "account", &message.account);
    let holder: Option<AgencyCode> = fields.optional_id("holder_agency_code", &message.holder_agency_code);
    fields.finish(account.map(|account| (account, holder)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Error;

    const NOW: &str = "2026-11-20T09:00:00+07:00";

    fn sound() -> v1::NewMeasure {
        let amount = |value: &str, unit: &str| v1::Amount {
            value: value.to_owned(),
            unit: unit.to_owned(),
        };
        v1::NewMeasure {
            kind: "account-freeze".to_owned(),
            holder_agency_code: "VN.BANK".to_owned(),
            issuer_agency_code: "VN.THADS".to_owned(),
            decision_number: "12/QĐ-CCTHADS".to_owned(),
            decision_date: "2025-03-01".to_owned(),
            decision_office: "Chi cục Thi hành án dân sự huyện Giả Lập".to_owned(),
            held: vec![amount("5000000", "VND"), amount("12.5", "chỉ")],
            start_time: Some(WireTime {
                seconds: 1_740_800_000,
                nanos: 5_000,
            }),
            accounts: vec!["0011-0012.3456".to_owned(), "001100123456".to_owned()],
        }
    }

    fn wrong(measure: v1::NewMeasure) -> Vec<String> {
        let message = v1::RegisterMeasuresRequest {
            idempotency_key: "key-00001".to_owned(),
            measures: vec![sound(), measure],
        };
        let found = new_measures(&message, Timestamp::parse_rfc3339(NOW).unwrap()).err();
        let found = found.iter().flat_map(Error::fields);
        found.map(|found| format!("{} {}", found.field, found.reason)).collect()
    }

    #[test]
    fn a_measure_is_read_with_its_decision_and_amounts() {
        let message = v1::RegisterMeasuresRequest {
            measures: vec![sound()],
            ..Default::default()
        };
        let measures = new_measures(&message, Timestamp::parse_rfc3339(NOW).unwrap()).unwrap();
        let [StatedMeasure { measure, accounts }] = measures.as_slice() else {
            panic!()
        };
        let accounts: Vec<&str> = accounts.iter().map(AccountNumber::as_str).collect();
        assert_eq!(accounts, ["001100123456"], "written twice, known once");
        assert_eq!(measure.since.micros(), 1_740_800_000_000_005);
        assert_eq!(measure.decision.number, "12/QĐ-CCTHADS");
        let amounts: Vec<_> = measure
            .amounts
            .iter()
            .map(|(unit, value)| format!("{value} {unit}"))
            .collect();
        assert_eq!(amounts, ["5000000 VND", "12.5 chỉ"]);
    }

    #[test]
    fn each_wrong_member_is_named_with_its_measure() {
        let amount = |value: &str, unit: &str| {
            vec![v1::Amount {
                value: value.to_owned(),
                unit: unit.to_owned(),
            }]
        };
        assert!(wrong(sound()).is_empty());
        for (measure, expected) in [
            (
                v1::NewMeasure {
                    kind: "A B".into(),
                    ..sound()
                },
                "kind format",
            ),
            (
                v1::NewMeasure {
                    issuer_agency_code: String::new(),
                    ..sound()
                },
                "issuer_agency_code required",
            ),
            (
                v1::NewMeasure {
                    decision_number: "QĐ-THADS".into(),
                    ..sound()
                },
                "decision_number no_digit",
            ),
            (
                v1::NewMeasure {
                    decision_date: "2026-11-21".into(),
                    ..sound()
                },
                "decision_date in_future",
            ),
            (
                v1::NewMeasure {
                    held: amount("1.5", "VND"),
                    ..sound()
                },
                "held[0].value format",
            ),
            (
                v1::NewMeasure {
                    held: amount("-1", "chỉ"),
                    ..sound()
                },
                "held[0].value format",
            ),
            (
                v1::NewMeasure {
                    held: amount("1", ""),
                    ..sound()
                },
                "held[0].unit required",
            ),
            (
                v1::NewMeasure {
                    held: [amount("1", "VND"), amount("2", "VND")].concat(),
                    ..sound()
                },
                "held[1].unit duplicate",
            ),
            (
                v1::NewMeasure {
                    accounts: vec!["0011".to_owned(), "số 0011".to_owned()],
                    ..sound()
                },
                "accounts[1] format",
            ),
            (
                v1::NewMeasure {
                    accounts: vec![String::new()],
                    ..sound()
                },
                "accounts[0] required",
            ),
            (
                v1::NewMeasure {
                    accounts: vec!["0011".to_owned(); 101],
                    ..sound()
                },
                "accounts too_many",
            ),
            (
                v1::NewMeasure {
                    start_time: None,
                    ..sound()
                },
                "start_time required",
            ),
            (
                v1::NewMeasure {
                    start_time: Some(WireTime {
                        seconds: i64::MAX,
                        nanos: 0,
                    }),
                    ..sound()
                },
                "start_time out_of_range",
            ),
            (
                v1::NewMeasure {
                    start_time: Some(WireTime {
                        seconds: 1_900_000_000,
                        nanos: 0,
                    }),
                    ..sound()
                },
                "start_time in_future",
            ),
        ] {
            assert_eq!(
                wrong(measure).first().map(String::as_str),
                Some(&*format!("measures[1].{expected}"))
            );
        }
    }
}
