//! Closed periods, targets and campaigns between the wire and the hub.

use std::collections::BTreeSet;

use lienthong_proto::v1;

use super::fields::Fields;
use super::{text_or_empty, time};
use crate::domain::enforcement_case::{Dong, Initiative, Tag};
use crate::domain::error::Result;
use crate::domain::ids::UnitId;
use crate::domain::report::Tenths;
use crate::domain::report::campaign::Campaign;
use crate::domain::report::entry::{NamedCampaign, YearTargets};
use crate::domain::report::period::{Month, Period};
use crate::domain::report::targets::{BadTargets, MonthTarget, Targets, YearTarget};
use crate::evidence::Digest;
use crate::evidence::digest::{hex, unhex};
use crate::store::rows::{CampaignRow, ClosingRow, TargetsRow};

/// Most units that are named at once.
const MOST_UNITS: usize = 500;
/// Most targets of officers in a year.
const MOST_OFFICERS: usize = 12_000;
const YEARS: std::ops::RangeInclusive<i32> = 1_900..=2_999;

fn closed_period(fields: &mut Fields, text: &str) -> Option<Period> {
    let period = text.parse::<Period>().ok().filter(|period| period.closes().is_some());
    if text.is_empty() {
        fields.missing("period");
    } else if period.is_none() {
        fields.push(
            "period",
            "malformed",
            "Phải là TK2027, TK2027/6, 2026H1 hoặc 2026-11.",
            "Expected TK2027, TK2027/6, 2026H1 or 2026-11.",
        );
    }
    period
}

/// A period that a head may sign off.
pub(crate) fn period(text: &str) -> Result<Period> {
    let mut fields = Fields::default();
    let period = closed_period(&mut fields, text);
    fields.finish(period)
}

/// What ClosePeriod asks for.
pub(crate) fn to_close(message: &v1::ClosePeriodRequest) -> Result<(Period, Option<Digest>)> {
    let mut fields = Fields::default();
    let period = closed_period(&mut fields, &message.period);
    let text = &message.figures_digest;
    let seen: Option<Digest> = unhex(text).and_then(|bytes| bytes.try_into().ok());
    if !text.is_empty() && seen.is_none() {
        let (vi, en) = ("Phải là 64 chữ số thập lục phân.", "Expected 64 hex digits.");
        fields.push("figures_digest", "malformed", vi, en);
    }
    fields.finish(period.map(|period| (period, seen)))
}

fn dong(fields: &mut Fields, field: &str, text: &str) -> Option<Dong> {
    if text.is_empty() {
        return Some(Dong::NOTHING);
    }
    let amount = Dong::parse(text);
    if amount.is_none() {
        let (vi, en) = ("Phải là số đồng nguyên.", "Expected whole đồng.");
        fields.push(field, "malformed", vi, en);
    }
    amount
}

/// One of a vocabulary; empty: none.
fn word<T: std::str::FromStr>(fields: &mut Fields, field: &str, text: &str) -> Option<T> {
    let found = text.parse().ok();
    if !text.is_empty() && found.is_none() {
        let (vi, en) = ("Giá trị không có trong danh mục.", "Not a value of this vocabulary.");
        fields.push(field, "unknown", vi, en);
    }
    found
}

fn percent(fields: &mut Fields, field: &str, text: &str) -> Option<Tenths> {
    let found = Tenths::parse(&text.replace('.', ","));
    if !text.is_empty() && found.is_none() {
        let (vi, en) = (
            "Phải là số phần trăm, một chữ số thập phân.",
            "Expected percent with one digit.",
        );
        fields.push(field, "malformed", vi, en);
    }
    found
}

fn unit_target(fields: &mut Fields, place: usize, target: &v1::UnitTarget) -> YearTarget {
    let mut share = |name: &str, text: &str| percent(fields, &format!("units[{place}].{name}"), text);
    let shares = [
        share("cases_done", &target.cases_done),
        share("money_done", &target.money_done),
        share("cases_carried", &target.cases_carried),
        share("money_carried", &target.money_carried),
    ];
    let [cases_done, money_done, cases_carried, money_carried] = shares;
    YearTarget {
        unit: fields.optional_id(&format!("units[{place}].unit_id"), &target.unit_id),
        cases_done,
        money_done,
        cases_carried,
        money_carried,
    }
}

fn officer_target(fields: &mut Fields, place: usize, target: &v1::OfficerTarget) -> Option<MonthTarget> {
    let name = |name: &str| format!("officers[{place}].{name}");
    let officer = fields.id(&name("officer_id"), &target.officer_id);
    let month: Option<Month> = target.month.parse().ok();
    if month.is_none() {
        fields.push(&name("month"), "malformed", "Phải là YYYY-MM.", "Expected YYYY-MM.");
    }
    let dong = dong(fields, &name("dong"), &target.dong);
    Some(MonthTarget {
        officer: officer?,
        month: month?,
        cases: target.cases,
        dong: dong?,
    })
}

/// What SetTargets asks for.
pub(crate) fn targets_to_set(message: &v1::SetTargetsRequest) -> Result<YearTargets> {
    let mut fields = Fields::default();
    fields.within("year", message.year, &YEARS);
    fields.at_most("units", message.units.len(), MOST_UNITS);
    fields.at_most("officers", message.officers.len(), MOST_OFFICERS);
    let units = message.units.iter().take(MOST_UNITS).zip(0..);
    let units = units
        .map(|(target, place)| unit_target(&mut fields, place, target))
        .collect();
    let officers = message.officers.iter().take(MOST_OFFICERS).zip(0..);
    let officers = officers.filter_map(|(target, place)| officer_target(&mut fields, place, target));
    let targets = Targets {
        officers: officers.collect(),
        units,
    };
    let year = i16::try_from(message.year).unwrap_or_default();
    if let Err(bad) = targets.check(year) {
        let (field, vi, en) = told(bad);
        fields.push(field, "contradictory", vi, en);
    }
    fields.finish(Some(YearTargets { year, targets }))
}

const fn told(bad: BadTargets) -> (&'static str, &'static str, &'static str) {
    match bad {
        BadTargets::UnitTwice => (
            "units",
            "Một đơn vị (hoặc toàn cơ quan) được nêu hai lần.",
            "A unit, or the agency as a whole, is named twice.",
        ),
        BadTargets::OfficerTwice => (
            "officers",
            "Một cán bộ được nêu hai lần trong một tháng.",
            "An officer is named twice in a month.",
        ),
        BadTargets::Share => (
            "units",
            "Chỉ tiêu phải từ 0 đến 100 %.",
            "A target is 0 to 100 percent.",
        ),
        BadTargets::Month => (
            "officers",
            "Có tháng nằm ngoài năm thống kê.",
            "A month lies outside of the statistical year.",
        ),
    }
}

/// What SetCampaign asks for.
pub(crate) fn campaign_to_set(message: &v1::SetCampaignRequest) -> Result<NamedCampaign> {
    let mut fields = Fields::default();
    let Some(plan) = &message.campaign else {
        fields.missing("campaign");
        return fields.finish(None);
    };
    let code = plan.code.parse().ok();
    if code.is_none() {
        fields.push(
            "campaign.code",
            "malformed",
            "Phải có 1 đến 40 chữ thường, chữ số hoặc gạch nối, bắt đầu bằng chữ.",
            "Expected 1 to 40 lower-case letters, digits or hyphens, a letter first.",
        );
    }
    let period = plan.period.parse::<Period>().ok();
    let period = period.filter(|period| period.months().is_some());
    if period.is_none() {
        fields.push(
            "campaign.period",
            "malformed",
            "Phải là các tháng trọn vẹn, ví dụ 2027-01-01..2027-03-31.",
            "Expected whole months, such as 2027-01-01..2027-03-31.",
        );
    }
    fields.at_most("campaign.unit_ids", plan.unit_ids.len(), MOST_UNITS);
    let units = plan.unit_ids.iter().take(MOST_UNITS).zip(0_usize..);
    let units: BTreeSet<UnitId> = units
        .filter_map(|(unit, place)| fields.id(&format!("campaign.unit_ids[{place}]"), unit))
        .collect();
    let tag: Option<Tag> = word(&mut fields, "campaign.tag", &plan.tag);
    let initiative: Option<Initiative> = word(&mut fields, "campaign.initiative", &plan.initiative);
    let dong = dong(&mut fields, "campaign.dong", &plan.dong);
    let made = code.zip(period).zip(dong).map(|((code, period), dong)| NamedCampaign {
        code,
        campaign: Campaign {
            period,
            units,
            tag,
            initiative,
            cases: plan.cases,
            dong,
        },
    });
    fields.finish(made)
}

/// A closed period.
pub(crate) fn closing(row: &ClosingRow) -> v1::Closing {
    v1::Closing {
        period: row.period.to_string(),
        agency_code: row.agency.to_string(),
        closed_agency_codes: row.agencies.iter().map(ToString::to_string).collect(),
        figures_digest: hex(&row.digest),
        officer_id: row.by.officer.to_string(),
        close_time: Some(time(row.by.time)),
        log_index: row.by.log_index,
    }
}

/// Targets.
pub(crate) fn targets(row: &TargetsRow) -> v1::Targets {
    let percent = |share: Option<Tenths>| share.map(Tenths::vi).unwrap_or_default();
    let unit = |target: &YearTarget| v1::UnitTarget {
        unit_id: text_or_empty(target.unit.as_ref().map(UnitId::as_str)),
        cases_done: percent(target.cases_done),
        money_done: percent(target.money_done),
        cases_carried: percent(target.cases_carried),
        money_carried: percent(target.money_carried),
    };
    let officer = |target: &MonthTarget| v1::OfficerTarget {
        officer_id: target.officer.to_string(),
        month: target.month.to_string(),
        cases: target.cases,
        dong: target.dong.to_string(),
    };
    v1::Targets {
        year: i32::try_from(row.year).unwrap_or_default(),
        units: row.targets.units.iter().map(unit).collect(),
        officers: row.targets.officers.iter().map(officer).collect(),
        version: row.version,
        set_by_officer_id: row.by.officer.to_string(),
        set_time: Some(time(row.by.time)),
        log_index: row.by.log_index,
    }
}

/// A campaign.
pub(crate) fn campaign(row: &CampaignRow) -> v1::Campaign {
    let campaign = &row.campaign;
    v1::Campaign {
        plan: Some(v1::CampaignPlan {
            code: row.code.to_string(),
            period: campaign.period.to_string(),
            unit_ids: campaign.units.iter().map(ToString::to_string).collect(),
            tag: text_or_empty(campaign.tag.map(Tag::as_str)),
            initiative: text_or_empty(campaign.initiative.map(Initiative::as_str)),
            cases: campaign.cases,
            dong: campaign.dong.to_string(),
        }),
        version: row.version,
        set_by_officer_id: row.by.officer.to_string(),
        set_time: Some(time(row.by.time)),
        log_index: row.by.log_index,
    }
}
