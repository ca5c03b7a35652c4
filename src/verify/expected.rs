//! The rows of the projections' tables, from what a replay made, in the columns of their `Select`.

use jiff::civil::Date;

use super::row::{Row, Value};
use crate::domain::agency::{Agency, Officer};
use crate::domain::catalogue::definition::Register;
use crate::domain::deadline::Deadline;
use crate::domain::enforcement_case::{CaseRecord, CaseRequest, Dong, Ground, Tag};
use crate::domain::event::{Measure, Relation};
use crate::domain::ids::{AgencyCode, BroadcastId, OfficerId, RequestId, UnitId};
use crate::domain::mailbox::{Lane, LaneHead};
use crate::domain::report::figures::{Amount, Booking, Movement};
use crate::domain::request::EnforcementRequest;
use crate::domain::response_time::{Sum, TallyKey, What};
use crate::domain::time::Timestamp;
use crate::domain::timer::NoticeState;
use crate::domain::workflow::Party;

fn micros(time: Option<Timestamp>) -> Value {
    time.map(Timestamp::micros).into()
}

/// The JSON text of what our own types hold, none of which can fail.
pub(super) fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_string(value).map_or(Value::Strange, Value::Text)
}

/// The bytes that hex digits stand for.
pub(super) fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    rest.is_empty().then(|| pairs.iter().map(byte).collect())?
}

pub(super) fn request_row(request: &EnforcementRequest) -> Row {
    Row::from([
        request.id.as_str().into(),
        request.broadcast_id.as_ref().map(BroadcastId::as_str).into(),
        request.kind.as_str().into(),
        request.kind_revision.into(),
        request.sender.as_str().into(),
        request.recipient.as_str().into(),
        request.channel.as_str().into(),
        request.lane.as_str().into(),
        request.recipient_position.into(),
        request.submit_index.into(),
        request.body_index.into(),
        request.submit_time.micros().into(),
        request.state.as_str().into(),
        request.version.into(),
        request.update_time.micros().into(),
        request.registry_number.as_deref().into(),
        micros(request.registered_time),
        request.assigned_unit.as_ref().map(UnitId::as_str).into(),
        request.assigned_officer.as_ref().map(OfficerId::as_str).into(),
        request.extended.into(),
        request.outcome.as_deref().into(),
        request.answer_index.into(),
        request.answer_count.into(),
        micros(request.due_time),
        request.register.map(Register::as_str).into(),
        micros(request.served_time),
        request.measure_ended_by.as_ref().map(RequestId::as_str).into(),
        request.registered_by.as_ref().map(AgencyCode::as_str).into(),
        request.sender_officer.as_ref().map(OfficerId::as_str).into(),
        request.sender_unit.as_ref().map(UnitId::as_str).into(),
        request.erased_index.into(),
        request.first_answer_index.into(),
    ])
}

pub(super) fn relation_row(request: &RequestId, relation: &Relation) -> Row {
    Row::from([
        request.as_str().into(),
        relation.relation.as_str().into(),
        relation.related_id.as_str().into(),
    ])
}

/// `state` is the text of the deadline as its event holds it.
pub(super) fn deadline_row(request: &EnforcementRequest, deadline: &Deadline, state: &str) -> Row {
    let (agency, counterparty) = match deadline.obligor {
        Party::Sender => (&request.sender, &request.recipient),
        Party::Recipient | Party::Hub => (&request.recipient, &request.sender),
    };
    Row::from([
        request.id.as_str().into(),
        deadline.name.as_str().into(),
        i64::from(deadline.occurrence).into(),
        deadline.status.as_str().into(),
        micros(deadline.due),
        state.into(),
        agency.as_str().into(),
        counterparty.as_str().into(),
        deadline.duty().as_str().into(),
        deadline.due.map_or(i64::MAX, Timestamp::micros).into(),
    ])
}

pub(super) fn notice_row(
    request: &RequestId,
    draft: i64,
    state: NoticeState,
    addressee: Option<&AgencyCode>,
    decided: Option<i64>,
) -> Row {
    Row::from([
        request.as_str().into(),
        draft.into(),
        state.as_str().into(),
        addressee.map(AgencyCode::as_str).into(),
        decided.into(),
    ])
}

pub(super) fn measure_row(measure: &Measure) -> Row {
    Row::from([
        measure.id.as_str().into(),
        measure.request_id.as_ref().map(RequestId::as_str).into(),
        measure.kind.as_str().into(),
        measure.holder.as_str().into(),
        measure.issuer.as_str().into(),
        measure.decision.number.as_str().into(),
        measure.decision.date.to_string().into(),
        measure.decision.office.as_deref().into(),
        measure.in_force.into(),
        json(&measure.amounts),
        measure.since.micros().into(),
        micros(measure.ended),
        measure.changed_by.as_ref().map(RequestId::as_str).into(),
        json(&measure.taken),
    ])
}

pub(super) fn case_row(record: &CaseRecord) -> Row {
    let case = &record.case;
    let due = case.due();
    let day = |date: Option<Date>| Value::from(date.map(|date| date.to_string()));
    Row::from([
        record.id.as_str().into(),
        record.agency.as_str().into(),
        record.decision.number.as_str().into(),
        record.decision.date.to_string().into(),
        case.initiative.as_str().into(),
        case.opened.to_string().into(),
        day(case.carried_over_from),
        case.transfer.as_ref().map(RequestId::as_str).into(),
        case.status.as_str().into(),
        case.ground.map(Ground::as_str).into(),
        case.since.to_string().into(),
        day(case.verified),
        case.verify_every.as_str().into(),
        json(&case.obligations),
        json(&case.tags),
        case.unit.as_ref().map(UnitId::as_str).into(),
        case.officer.as_ref().map(OfficerId::as_str).into(),
        case.rest(&[]).get().into(),
        day(due.map(|due| due.date)),
        due.map(|due| due.kind.as_str()).into(),
        day(record.reminded),
        record.version.into(),
        record.update_time.micros().into(),
        record.stated.body_index.into(),
        record.stated.item.into(),
        record.booked.map(|month| month.to_string()).into(),
        day(case.coercion),
    ])
}

/// Đồng in a column; a sum beyond what a column holds is none that a database could have.
fn dong(amount: Amount) -> Value {
    i64::try_from(amount.dong).map_or(Value::Strange, Value::Integer)
}

pub(super) fn movement_row(movement: &Movement) -> Row {
    let Booking { key, month, line } = &movement.booking;
    Row::from([
        movement.case_id.as_str().into(),
        movement.version.into(),
        movement.ordinal.into(),
        key.agency.as_str().into(),
        key.unit.as_ref().map_or("", UnitId::as_str).into(),
        key.officer.as_ref().map_or("", OfficerId::as_str).into(),
        key.initiative.as_str().into(),
        key.tag.map_or("", Tag::as_str).into(),
        line.as_str().into(),
        month.to_string().into(),
        movement.date.to_string().into(),
        movement.is_late().into(),
        movement.amount.cases.into(),
        dong(movement.amount),
    ])
}

pub(super) fn book_row(Booking { key, month, line }: &Booking, sum: Amount) -> Row {
    Row::from([
        key.agency.as_str().into(),
        key.tag.map_or("", Tag::as_str).into(),
        month.to_string().into(),
        line.as_str().into(),
        key.unit.as_ref().map_or("", UnitId::as_str).into(),
        key.officer.as_ref().map_or("", OfficerId::as_str).into(),
        key.initiative.as_str().into(),
        sum.cases.into(),
        dong(sum),
    ])
}

pub(super) fn case_request_row(request: &CaseRequest) -> Row {
    Row::from([
        request.request_id.as_str().into(),
        request.named.case_id.as_str().into(),
        json(&request.named.obligations),
        request.named.purpose.as_str().into(),
        request.named.amount.map(Dong::get).into(),
        request.named.costs.map(Dong::get).into(),
        request.debited.map(|(amount, _)| amount.get()).into(),
        request.debited.map(|(_, at)| at.micros()).into(),
        request.arrived.get().into(),
    ])
}

pub(super) fn head_row(agency: &str, lane: Lane, head: LaneHead) -> Row {
    Row::from([
        agency.into(),
        lane.as_str().into(),
        head.last_position.into(),
        head.delivered_position.into(),
    ])
}

fn tally_key(key: &TallyKey) -> Vec<Value> {
    vec![
        key.level.as_str().into(),
        key.agency.as_str().into(),
        key.month.to_string().into(),
        key.counterparty.as_str().into(),
        key.unit.as_str().into(),
        key.kind.as_str().into(),
        key.province.as_str().into(),
    ]
}

pub(super) fn count_row(key: &TallyKey, sum: &Sum) -> Row {
    let mut row = tally_key(key);
    row.extend(What::ALL.iter().map(|what| Value::from(sum.of(*what))));
    row.push(sum.paused_seconds.into());
    Row::from(row)
}

pub(super) fn histogram_row(key: &TallyKey, sum: &Sum) -> Row {
    let mut row = tally_key(key);
    row.push(sum.working.to_bytes().as_slice().into());
    row.push(sum.wall.to_bytes().as_slice().into());
    Row::from(row)
}

pub(super) fn agency_row(version: i64, agency: &Agency) -> Row {
    Row::from([
        agency.code.as_str().into(),
        agency.role.as_str().into(),
        agency.name.as_str().into(),
        agency.name_en.as_str().into(),
        agency.province_code.as_str().into(),
        agency.commune_code.as_str().into(),
        agency.parent.as_ref().map(AgencyCode::as_str).into(),
        agency.successor.as_ref().map(AgencyCode::as_str).into(),
        agency.channel.as_str().into(),
        agency.suspended.into(),
        json(&agency.aliases),
        json(&agency.units),
        version.into(),
        json(&agency.territory),
    ])
}

pub(super) fn officer_row(officer: &Officer) -> Row {
    Row::from([
        officer.agency.as_str().into(),
        officer.id.as_str().into(),
        officer.full_name.as_str().into(),
        officer.position.as_str().into(),
        officer.unit.as_ref().map(UnitId::as_str).into(),
        officer.valid_from.to_string().into(),
        officer.valid_to.map(|date| date.to_string()).into(),
        officer.scope.as_str().into(),
    ])
}

#[cfg(test)]
mod tests {
    use super::bytes_of;

    #[test]
    fn hex_digits_stand_for_bytes() {
        assert_eq!(bytes_of("00ff10"), Some(vec![0, 255, 16]));
        for wrong in ["0", "zz", "0g"] {
            assert_eq!(bytes_of(wrong), None, "{wrong}");
        }
    }
}
