//! The rows of the projections' tables, from what a replay made.

use base64::Engine as _;
use lienthong::domain::agency::{Agency, Officer};
use lienthong::domain::catalogue::definition::Register;
use lienthong::domain::deadline::Deadline;
use lienthong::domain::event::{Measure, Relation};
use lienthong::domain::ids::{AgencyCode, BroadcastId, OfficerId, RequestId, UnitId};
use lienthong::domain::mailbox::{Lane, LaneHead};
use lienthong::domain::request::EnforcementRequest;
use lienthong::domain::time::Timestamp;

use super::raw::{Row, Value, row};
use super::replay::{CredentialDetails, bytes_of};

fn micros(time: Option<Timestamp>) -> Value {
    time.map(Timestamp::micros).into()
}

fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_string(value).expect("JSON").into()
}

pub(super) fn request_row(request: &EnforcementRequest) -> Row {
    row([
        ("id", request.id.as_str().into()),
        (
            "broadcast_id",
            request.broadcast_id.as_ref().map(BroadcastId::as_str).into(),
        ),
        ("kind", request.kind.as_str().into()),
        ("kind_revision", request.kind_revision.into()),
        ("sender", request.sender.as_str().into()),
        ("recipient", request.recipient.as_str().into()),
        ("channel", request.channel.as_str().into()),
        ("lane", request.lane.as_str().into()),
        ("recipient_position", request.recipient_position.into()),
        ("submit_index", request.submit_index.into()),
        ("body_index", request.body_index.into()),
        ("submit_time", request.submit_time.micros().into()),
        ("state", request.state.as_str().into()),
        ("version", request.version.into()),
        ("update_time", request.update_time.micros().into()),
        ("registry_number", request.registry_number.clone().into()),
        ("registered_time", micros(request.registered_time)),
        (
            "assigned_unit",
            request.assigned_unit.as_ref().map(UnitId::as_str).into(),
        ),
        (
            "assigned_officer",
            request.assigned_officer.as_ref().map(OfficerId::as_str).into(),
        ),
        ("extended", request.extended.into()),
        ("outcome", request.outcome.clone().into()),
        ("answer_index", request.answer_index.into()),
        ("answer_count", request.answer_count.into()),
        ("due_time", micros(request.due_time)),
        ("register", request.register.map(Register::as_str).into()),
        ("served_time", micros(request.served_time)),
        (
            "measure_ended_by",
            request.measure_ended_by.as_ref().map(RequestId::as_str).into(),
        ),
        (
            "registered_by",
            request.registered_by.as_ref().map(AgencyCode::as_str).into(),
        ),
        (
            "sender_officer",
            request.sender_officer.as_ref().map(OfficerId::as_str).into(),
        ),
        ("sender_unit", request.sender_unit.as_ref().map(UnitId::as_str).into()),
    ])
}

pub(super) fn relation_row((id, relation): &(RequestId, Relation)) -> Row {
    row([
        ("enforcement_request_id", id.as_str().into()),
        ("relation", relation.relation.as_str().into()),
        ("related_id", relation.related_id.as_str().into()),
    ])
}

pub(super) fn deadline_row(id: &RequestId, deadline: &Deadline) -> Row {
    row([
        ("enforcement_request_id", id.as_str().into()),
        ("name", deadline.name.as_str().into()),
        ("occurrence", i64::from(deadline.occurrence).into()),
        ("status", deadline.status.as_str().into()),
        ("due_time", micros(deadline.due)),
        ("state", json(deadline)),
    ])
}

pub(super) fn measure_row(measure: &Measure) -> Row {
    row([
        ("id", measure.id.as_str().into()),
        (
            "enforcement_request_id",
            measure.request_id.as_ref().map(RequestId::as_str).into(),
        ),
        ("kind", measure.kind.as_str().into()),
        ("holder", measure.holder.as_str().into()),
        ("issuer", measure.issuer.as_str().into()),
        ("decision_number", measure.decision.number.as_str().into()),
        ("decision_date", measure.decision.date.to_string().into()),
        ("decision_office", measure.decision.office.clone().into()),
        ("in_force", measure.in_force.into()),
        ("amounts", json(&measure.amounts)),
        ("since_time", measure.since.micros().into()),
        ("ended_time", micros(measure.ended)),
        ("changed_by", measure.changed_by.as_ref().map(RequestId::as_str).into()),
        ("taken", json(&measure.taken)),
    ])
}

pub(super) fn counter_row(((agency, register, year), last): (&(String, Register, i64), &i64)) -> Row {
    row([
        ("agency", agency.as_str().into()),
        ("register", register.as_str().into()),
        ("year", (*year).into()),
        ("last_number", (*last).into()),
    ])
}

pub(super) fn head_row(((agency, lane), head): (&(String, Lane), &LaneHead)) -> Row {
    row([
        ("agency", agency.as_str().into()),
        ("lane", lane.as_str().into()),
        ("last_position", head.last_position.into()),
        ("delivered_position", head.delivered_position.into()),
    ])
}

pub(super) fn agency_row((version, agency): &(i64, Agency)) -> Row {
    row([
        ("code", agency.code.as_str().into()),
        ("role", agency.role.as_str().into()),
        ("name", agency.name.as_str().into()),
        ("name_en", agency.name_en.as_str().into()),
        ("province_code", agency.province_code.as_str().into()),
        ("commune_code", agency.commune_code.as_str().into()),
        ("parent", agency.parent.as_ref().map(AgencyCode::as_str).into()),
        ("successor", agency.successor.as_ref().map(AgencyCode::as_str).into()),
        ("channel", agency.channel.as_str().into()),
        ("suspended", agency.suspended.into()),
        ("aliases", json(&agency.aliases)),
        ("units", json(&agency.units)),
        ("territory", json(&agency.territory)),
        ("version", (*version).into()),
    ])
}

pub(super) fn officer_row(officer: &Officer) -> Row {
    row([
        ("agency", officer.agency.as_str().into()),
        ("id", officer.id.as_str().into()),
        ("full_name", officer.full_name.as_str().into()),
        ("position", officer.position.as_str().into()),
        ("unit", officer.unit.as_ref().map(UnitId::as_str).into()),
        ("valid_from", officer.valid_from.to_string().into()),
        ("valid_to", officer.valid_to.map(|date| date.to_string()).into()),
        ("scope", officer.scope.as_str().into()),
    ])
}

pub(super) fn credential_row((agency, credential): &(String, CredentialDetails)) -> Row {
    let certificate = base64::engine::general_purpose::STANDARD
        .decode(&credential.certificate)
        .expect("base64");
    row([
        ("fingerprint", Value::Bytes(bytes_of(&credential.sha256))),
        ("purpose", credential.purpose.as_str().into()),
        ("agency", agency.as_str().into()),
        ("certificate", Value::Bytes(certificate)),
        ("not_before", credential.not_before.into()),
        ("not_after", credential.not_after.into()),
        ("registered_time", credential.registered_time.into()),
        ("revoked_time", credential.revoked_time.into()),
        ("officer", credential.officer.clone().into()),
    ])
}
