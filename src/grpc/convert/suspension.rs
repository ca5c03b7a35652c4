//! Suspensions on the wire.

use std::collections::BTreeSet;
use std::str::FromStr;

use lienthong_proto::v1;
use prost_types::Timestamp as WireTime;

use super::fields::Fields;
use super::vocabulary::OnWire as _;
use super::{instant, time};
use crate::app::ledger::suspension::{NewSuspension, SuspensionStep};
use crate::app::suspensions::Preview;
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, KindCode, MalformedId};
use crate::domain::suspension::known::Known;
use crate::domain::suspension::{Cause, Effect, Scope};
use crate::domain::time::Timestamp;

/// The most kinds, clocks or provinces of a scope.
const MOST: usize = 100;

/// The most agencies.
const MOST_AGENCIES: usize = 1_000;

/// Characters of a text, and of the number of a document.
const TEXT: std::ops::RangeInclusive<usize> = 1..=500;
const DOCUMENT: std::ops::RangeInclusive<usize> = 1..=200;

/// What the hub's policy for maintenance is printed as.
const MAINTENANCE_BASIS: &str = "Chính sách của cổng: bảo trì được công bố trước (chỉ thời hạn là chỉ tiêu nội bộ)";
const OUTAGE_BASIS: &str =
    "Sự kiện bất khả kháng, trở ngại khách quan (Bộ luật Dân sự 91/2015/QH13 Điều 156, 157; chưa kiểm chứng)";

fn moment(fields: &mut Fields, field: &str, wire: Option<&WireTime>) -> Option<Timestamp> {
    let wire = wire?;
    let moment = instant(wire);
    if moment.is_none() {
        fields.push(field, "out_of_range", "Thời điểm không hợp lệ.", "No such instant.");
    }
    moment
}

fn required(fields: &mut Fields, field: &str, wire: Option<&WireTime>) -> Option<Timestamp> {
    if wire.is_none() {
        fields.missing(field);
    }
    moment(fields, field, wire)
}

fn ids<T: FromStr<Err = MalformedId> + Ord>(
    fields: &mut Fields,
    field: &str,
    texts: &[String],
    most: usize,
) -> BTreeSet<T> {
    fields.at_most(field, texts.len(), most);
    let parse = |(index, text): (usize, &String)| fields.id(&format!("{field}[{index}]"), text);
    texts.iter().take(most).enumerate().filter_map(parse).collect()
}

fn scope(fields: &mut Fields, message: Option<&v1::SuspensionScope>) -> Scope {
    let Some(message) = message else {
        return Scope::default();
    };
    let clocks = &message.deadlines;
    fields.at_most("scope.deadlines", clocks.len(), MOST);
    for (index, clock) in clocks.iter().take(MOST).enumerate() {
        fields.line(&format!("scope.deadlines[{index}]"), clock, 1..=64);
    }
    let provinces = &message.province_codes;
    fields.at_most("scope.province_codes", provinces.len(), MOST);
    for (index, code) in provinces.iter().take(MOST).enumerate() {
        if code.len() != 2 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
            let field = format!("scope.province_codes[{index}]");
            fields.push(
                &field,
                "format",
                "Mã tỉnh, thành phố gồm hai chữ số.",
                "A province code is two digits.",
            );
        }
    }
    Scope {
        kinds: ids(fields, "scope.kinds", &message.kinds, MOST),
        clocks: clocks.iter().cloned().collect(),
        provinces: provinces.iter().cloned().collect(),
        agencies: ids(fields, "scope.agency_codes", &message.agency_codes, MOST_AGENCIES),
    }
}

/// Maintenance of `agency`; `kinds` says which kinds may wait for it.
pub(crate) fn maintenance(
    message: &v1::PublishMaintenanceRequest,
    agency: &AgencyCode,
    kinds: impl FnOnce(&[KindCode]) -> std::result::Result<BTreeSet<KindCode>, usize>,
) -> Result<NewSuspension> {
    let mut fields = Fields::default();
    let from = required(&mut fields, "start_time", message.start_time.as_ref());
    let to = required(&mut fields, "end_time", message.end_time.as_ref());
    let asked: BTreeSet<KindCode> = ids(&mut fields, "kinds", &message.kinds, MOST);
    let asked: Vec<KindCode> = asked.into_iter().collect();
    let kinds = kinds(&asked).unwrap_or_else(|place| {
        let is_it = |kind: &String| asked.get(place).is_some_and(|code| code.as_str() == kind);
        let place = message.kinds.iter().position(is_it).unwrap_or_default();
        fields.push(
            &format!("kinds[{place}]"),
            "may_not_wait",
            "Loại khẩn, loại giữ hoặc trả tài sản, hoặc loại không có; không chờ bảo trì.",
            "Urgent, holding or releasing an asset, or no kind at all; none of these waits for maintenance.",
        );
        BTreeSet::new()
    });
    fields.line("reason", &message.reason, TEXT);
    let new = from.map(|from| NewSuspension {
        cause: Cause::Maintenance,
        from,
        to,
        scope: Scope {
            kinds,
            agencies: BTreeSet::from([agency.clone()]),
            ..Scope::default()
        },
        basis: MAINTENANCE_BASIS.to_owned(),
        document: format!("{agency}"),
        reason: message.reason.clone(),
    });
    fields.finish(new)
}

/// An outage.
pub(crate) fn outage(message: &v1::RecordOutageRequest) -> Result<NewSuspension> {
    let mut fields = Fields::default();
    let from = required(&mut fields, "start_time", message.start_time.as_ref());
    let to = required(&mut fields, "end_time", message.end_time.as_ref());
    let scope = scope(&mut fields, message.scope.as_ref());
    fields.line("evidence", &message.evidence, TEXT);
    fields.line("reason", &message.reason, TEXT);
    let new = from.map(|from| NewSuspension {
        cause: Cause::Outage,
        from,
        to,
        scope,
        basis: OUTAGE_BASIS.to_owned(),
        document: message.evidence.clone(),
        reason: message.reason.clone(),
    });
    fields.finish(new)
}

/// A decision.
pub(crate) fn decree(message: &v1::SuspendClocksRequest) -> Result<NewSuspension> {
    let mut fields = Fields::default();
    let from = required(&mut fields, "start_time", message.start_time.as_ref());
    let to = moment(&mut fields, "end_time", message.end_time.as_ref());
    let scope = scope(&mut fields, message.scope.as_ref());
    fields.line("basis", &message.basis, TEXT);
    fields.line("document", &message.document, DOCUMENT);
    fields.line("reason", &message.reason, TEXT);
    let new = from.map(|from| NewSuspension {
        cause: Cause::Decree,
        from,
        to,
        scope,
        basis: message.basis.clone(),
        document: message.document.clone(),
        reason: message.reason.clone(),
    });
    fields.finish(new)
}

/// The end of one.
pub(crate) fn end(message: &v1::EndSuspensionRequest) -> Result<SuspensionStep> {
    let mut fields = Fields::default();
    let id = fields.id("suspension_id", &message.suspension_id);
    let to = moment(&mut fields, "end_time", message.end_time.as_ref());
    fields.finish(id.map(|id| SuspensionStep::End { id, to }))
}

/// A suspension.
pub(crate) fn suspension(known: &Known) -> v1::Suspension {
    let told = &known.suspension;
    let texts = |set: &BTreeSet<String>| set.iter().cloned().collect();
    v1::Suspension {
        suspension_id: told.id.to_string(),
        cause: told.cause.to_wire(),
        start_time: Some(time(told.from)),
        end_time: told.to.map(time),
        scope: Some(v1::SuspensionScope {
            kinds: told.scope.kinds.iter().map(ToString::to_string).collect(),
            deadlines: texts(&told.scope.clocks),
            province_codes: texts(&told.scope.provinces),
            agency_codes: told.scope.agencies.iter().map(ToString::to_string).collect(),
        }),
        basis: told.basis.clone(),
        document: told.document.clone(),
        reason: told.reason.clone(),
        agency_code: told.agency.to_string(),
        log_index: known.opened_index,
        changed_index: known.changed_index,
        effect: v1::SuspensionEffect::Unspecified.into(),
    }
}

/// One in a list: with what it does to the request that was asked about.
pub(crate) fn listed((known, effect): &(Known, Option<Effect>)) -> v1::Suspension {
    let effect = match effect {
        None => v1::SuspensionEffect::Unspecified,
        Some(Effect::Moves) => v1::SuspensionEffect::Moves,
        Some(Effect::Explains) => v1::SuspensionEffect::Explains,
    };
    v1::Suspension {
        effect: effect.into(),
        ..suspension(known)
    }
}

/// One that was only tried out: it has no id and no entry.
pub(crate) fn tried(known: &Known) -> v1::Suspension {
    v1::Suspension {
        suspension_id: String::new(),
        log_index: 0,
        changed_index: 0,
        ..suspension(known)
    }
}

/// What it would move.
pub(crate) fn preview(preview: &Preview) -> v1::SuspensionPreview {
    let samples = preview.samples.iter().map(|sample| v1::SuspensionSample {
        enforcement_request_id: sample.request.to_string(),
        deadline_name: sample.name.clone(),
        occurrence: i32::try_from(sample.occurrence).unwrap_or(i32::MAX),
        due_time: sample.due.map(time),
        new_due_time: sample.new_due.map(time),
    });
    v1::SuspensionPreview {
        requests: preview.requests,
        deadlines: preview.deadlines,
        complete: preview.complete,
        samples: samples.collect(),
    }
}
