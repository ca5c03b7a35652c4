//! Random cases: what a line of a document may say, sensible and not.

use jiff::civil::{Date, date};
use lienthong::app::ledger::cases::CaseStep;
use lienthong::domain::enforcement_case::{CaseChange, CaseRecord, DecisionNumber, Ground, Tag};
use proptest::prelude::*;
use serde_json::json;

use crate::harness::agencies::THADS;

/// A unit of the tests' agencies.
pub(super) const UNIT: &str = "pgd.hoan-kiem";
/// Units of the agency of the walks: ids that a careless comparison takes for one another.
pub(super) const UNITS: [&str; 4] = [UNIT, "doi_1", "doi-1", "DOI_1"];

fn unit(number: u8) -> &'static str {
    UNITS[usize::from(number / 4) % UNITS.len()]
}

/// Numbers from which a line of a document is made.
pub(super) type Seed = (u8, u8, u8, u32, u16);

/// Documents that queue together.
pub(super) fn walks() -> impl Strategy<Value = Vec<Vec<Vec<Seed>>>> {
    let seed = (any::<u8>(), any::<u8>(), any::<u8>(), any::<u32>(), any::<u16>());
    let document = prop::collection::vec(seed, 1..4);
    let burst = prop::collection::vec(document, 1..12);
    prop::collection::vec(burst, 3..9)
}

pub(super) fn tag(number: u8) -> Tag {
    Tag::ALL[usize::from(number % 3)]
}

fn day(number: u16) -> Date {
    let days = i32::from(number % 900);
    date(2024, 6, 1).saturating_add(jiff::Span::new().days(days))
}

pub(super) fn opening(number: usize, seed: Seed) -> CaseStep {
    let (a, b, c, amount, on) = seed;
    let opened = day(on);
    let is_old = a % 4 == 0;
    let (status, ground) = match (is_old, b % 4) {
        (true, 0) => ("NO_CONDITIONS", Some("L106_38_1_A")),
        (true, 1) => ("POSTPONED", Some("L106_46")),
        (true, 2) => ("SEPARATE_REGISTER", Some(Ground::SeparateRegister.as_str())),
        _ => ("IN_PROGRESS", None),
    };
    let mut told = json!({
        "date": opened, "initiative": if c % 2 == 0 { "PROACTIVE" } else { "ON_REQUEST" }, "status": status,
        "obligations": [{ "id": "1", "kind": "MONEY", "amount": (u64::from(amount) + 1).to_string() },
                        { "id": "2", "kind": "MONEY", "amount": (u64::from(amount / 7) + 1).to_string() }],
    });
    if let Some(ground) = ground {
        told["ground"] = ground.into();
    }
    if is_old {
        told["carried_over_from"] = json!(opened.yesterday().expect("a day"));
    }
    if c % 3 == 0 {
        told["tags"] = json!([tag(b)]);
    }
    if b % 2 == 0 {
        told["unit"] = unit(b).into();
    }
    if c % 2 == 0 {
        told["officer"] = THADS.officer_text().into();
    }
    CaseStep::Open {
        decision: DecisionNumber {
            number: format!("{number}/QĐ-THADS"),
            date: opened,
        },
        opened: Box::new(serde_json::from_value(told).expect("what it is opened with")),
    }
}

pub(super) fn change(record: &CaseRecord, seed: Seed) -> CaseChange {
    let (a, b, c, amount, on) = seed;
    let obligation = if b % 3 == 0 { "2" } else { "1" };
    let of = [obligation.parse().expect("an id")];
    let rest = u64::try_from(record.case.rest(&of).get()).expect("an amount");
    let part = (u64::from(amount) % (rest + 1)).max(1).to_string();
    let day = day(on).max(record.case.opened);
    let partial = [Ground::Exempted, Ground::Entrusted, Ground::Agreement][usize::from(c % 3)];
    let told = match a % 10 {
        0..=2 => {
            json!({ "change": "collected", "obligation": obligation, "amount": if c % 2 == 0 { rest.max(1).to_string() } else { part },
            "source": "VOLUNTARY" })
        }
        3 => json!({ "change": "discharged", "obligation": obligation, "amount": part,
            "ground": partial.as_str() }),
        4 => {
            json!({ "change": "collection_reversed", "obligation": obligation, "amount": (amount % 5_000 + 1).to_string() })
        }
        5 => {
            json!({ "change": "amount_changed", "obligation": obligation, "amount": (u64::from(amount) + 1).to_string(), "ground": "INTEREST" })
        }
        6 => {
            json!({ "change": "assigned", "unit": (b % 3 > 0).then(|| unit(b)), "officer": (c % 2 > 0).then(|| THADS.officer_text()) })
        }
        7 => {
            json!({ "change": "tagged", "add": [tag(b)], "remove": record.case.tags.iter().filter(|old| **old != tag(b)).collect::<Vec<_>>() })
        }
        _ => {
            let to = record.case.status.next();
            let to = to[usize::from(b) % to.len()];
            let grounds: Vec<&Ground> = Ground::ALL.iter().filter(|ground| ground.leads_to(to)).collect();
            json!({ "change": "status_changed", "to": to, "ground": grounds[usize::from(c) % grounds.len()] })
        }
    };
    let mut told = told;
    told["date"] = json!(day);
    serde_json::from_value(told).expect("a change")
}
