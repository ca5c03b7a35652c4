//! Rows of requests: envelope, relations, clocks, measures, register numbers.

use sqlx::Row as _;

use super::{integer, row, text, time};
use crate::domain::catalogue::definition::Register;
use crate::domain::deadline::Deadline;
use crate::domain::event::{DecisionRef, Measure, Relation};
use crate::domain::ids::{AgencyCode, BroadcastId, OfficerId, RequestId, UnitId};
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::workflow::Party;
use crate::store::backend::{from_row, json, parsed, parsed_optional};
use crate::store::bulk::Cell;

row!(EnforcementRequest, ENFORCEMENT_REQUEST, |row| [
    text(row.id.as_str()),
    Cell::Text(row.broadcast_id.as_ref().map(BroadcastId::as_str)),
    text(row.kind.as_str()),
    integer(row.kind_revision),
    text(row.sender.as_str()),
    text(row.recipient.as_str()),
    text(row.channel.as_str()),
    text(row.lane.as_str()),
    integer(row.recipient_position),
    integer(row.submit_index),
    integer(row.body_index),
    integer(row.submit_time.micros()),
    text(row.state.as_str()),
    integer(row.version),
    integer(row.update_time.micros()),
    Cell::Text(row.registry_number.as_deref()),
    time(row.registered_time),
    Cell::Text(row.assigned_unit.as_ref().map(UnitId::as_str)),
    Cell::Text(row.assigned_officer.as_ref().map(OfficerId::as_str)),
    Cell::Flag(row.extended),
    Cell::Text(row.outcome.as_deref()),
    Cell::Integer(row.answer_index),
    integer(row.answer_count),
    time(row.due_time),
    Cell::Text(row.register.map(Register::as_str)),
    time(row.served_time),
    Cell::Text(row.measure_ended_by.as_ref().map(RequestId::as_str)),
    Cell::Text(row.registered_by.as_ref().map(AgencyCode::as_str)),
    Cell::Text(row.sender_officer.as_ref().map(OfficerId::as_str)),
    Cell::Text(row.sender_unit.as_ref().map(UnitId::as_str)),
    Cell::Integer(row.erased_index),
    Cell::Integer(row.first_answer_index),
]);
from_row!(EnforcementRequest, |row| {
    let registered: Option<i64> = row.try_get("registered_time")?;
    let due: Option<i64> = row.try_get("due_time")?;
    let served: Option<i64> = row.try_get("served_time")?;
    Ok(Self {
        id: parsed(row, "id")?,
        broadcast_id: parsed_optional(row, "broadcast_id")?,
        kind: parsed(row, "kind")?,
        kind_revision: row.try_get("kind_revision")?,
        sender: parsed(row, "sender")?,
        recipient: parsed(row, "recipient")?,
        channel: parsed(row, "channel")?,
        lane: parsed(row, "lane")?,
        recipient_position: row.try_get("recipient_position")?,
        submit_index: row.try_get("submit_index")?,
        body_index: row.try_get("body_index")?,
        submit_time: Timestamp::from_micros(row.try_get("submit_time")?),
        state: parsed(row, "state")?,
        version: row.try_get("version")?,
        update_time: Timestamp::from_micros(row.try_get("update_time")?),
        registry_number: row.try_get("registry_number")?,
        registered_time: registered.map(Timestamp::from_micros),
        assigned_unit: parsed_optional(row, "assigned_unit")?,
        assigned_officer: parsed_optional(row, "assigned_officer")?,
        extended: row.try_get("extended")?,
        outcome: row.try_get("outcome")?,
        answer_index: row.try_get("answer_index")?,
        answer_count: row.try_get("answer_count")?,
        due_time: due.map(Timestamp::from_micros),
        register: parsed_optional(row, "register")?,
        served_time: served.map(Timestamp::from_micros),
        measure_ended_by: parsed_optional(row, "measure_ended_by")?,
        registered_by: parsed_optional(row, "registered_by")?,
        sender_officer: parsed_optional(row, "sender_officer")?,
        sender_unit: parsed_optional(row, "sender_unit")?,
        erased_index: row.try_get("erased_index")?,
        first_answer_index: row.try_get("first_answer_index")?,
    })
});

/// A relation of a request to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RelationRow {
    pub(crate) request_id: RequestId,
    pub(crate) relation: Relation,
}

row!(RelationRow, REQUEST_RELATION, |row| [
    text(row.request_id.as_str()),
    text(&row.relation.relation),
    text(row.relation.related_id.as_str()),
]);
from_row!(Relation, |row| {
    Ok(Self {
        relation: row.try_get("relation")?,
        related_id: parsed(row, "related_id")?,
    })
});

/// The place of a clock without a due time among those that have one: behind all of them.
const NEVER: i64 = i64::MAX;

/// A deadline of a request as the ledger writes it; `state` is the whole of it as JSON, the columns beside it are for search.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DeadlineRow {
    request_id: RequestId,
    deadline: Deadline,
    state: String,
    agency: AgencyCode,
    counterparty: AgencyCode,
}

impl DeadlineRow {
    pub(crate) fn new(request: &EnforcementRequest, deadline: Deadline) -> Result<Self, serde_json::Error> {
        let (agency, counterparty) = match deadline.obligor {
            Party::Sender => (&request.sender, &request.recipient),
            Party::Recipient | Party::Hub => (&request.recipient, &request.sender),
        };
        Ok(Self {
            request_id: request.id.clone(),
            state: serde_json::to_string(&deadline)?,
            deadline,
            agency: agency.clone(),
            counterparty: counterparty.clone(),
        })
    }
}

row!(DeadlineRow, DEADLINE, |row| [
    text(row.request_id.as_str()),
    text(&row.deadline.name),
    integer(i64::from(row.deadline.occurrence)),
    text(row.deadline.status.as_str()),
    time(row.deadline.due),
    text(&row.state),
    text(row.agency.as_str()),
    text(row.counterparty.as_str()),
    text(row.deadline.duty().as_str()),
    integer(row.deadline.due.map_or(NEVER, Timestamp::micros)),
]);

/// A deadline as it is read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredDeadline {
    pub(crate) request_id: RequestId,
    pub(crate) deadline: Deadline,
}

from_row!(StoredDeadline, |row| {
    Ok(Self {
        request_id: parsed(row, "enforcement_request_id")?,
        deadline: json(row, "state")?,
    })
});

/// A deadline with its request, as lists of deadlines show it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedDeadline {
    /// The request.
    pub request: EnforcementRequest,
    /// One of its clocks.
    pub deadline: Deadline,
}

from_row!(ListedDeadline, |row| {
    Ok(Self {
        request: EnforcementRequest::from_row(row)?,
        deadline: json(row, "clock")?,
    })
});

/// A measure as the ledger writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MeasureRow {
    pub(crate) measure: Measure,
    amounts: String,
    taken: String,
    decision_date: String,
}

impl MeasureRow {
    pub(crate) fn new(measure: Measure) -> Result<Self, serde_json::Error> {
        Ok(Self {
            amounts: serde_json::to_string(&measure.amounts)?,
            taken: serde_json::to_string(&measure.taken)?,
            decision_date: measure.decision.date.to_string(),
            measure,
        })
    }
}

row!(MeasureRow, MEASURE, |row| [
    text(row.measure.id.as_str()),
    Cell::Text(row.measure.request_id.as_ref().map(RequestId::as_str)),
    text(row.measure.kind.as_str()),
    text(row.measure.holder.as_str()),
    text(row.measure.issuer.as_str()),
    text(&row.measure.decision.number),
    text(&row.decision_date),
    Cell::Text(row.measure.decision.office.as_deref()),
    Cell::Flag(row.measure.in_force),
    text(&row.amounts),
    integer(row.measure.since.micros()),
    time(row.measure.ended),
    Cell::Text(row.measure.changed_by.as_ref().map(RequestId::as_str)),
    text(&row.taken),
]);
from_row!(Measure, |row| {
    let ended: Option<i64> = row.try_get("ended_time")?;
    Ok(Self {
        id: parsed(row, "id")?,
        request_id: parsed_optional(row, "enforcement_request_id")?,
        kind: parsed(row, "kind")?,
        holder: parsed(row, "holder")?,
        issuer: parsed(row, "issuer")?,
        decision: DecisionRef {
            number: row.try_get("decision_number")?,
            date: parsed(row, "decision_date")?,
            office: row.try_get("decision_office")?,
        },
        in_force: row.try_get("in_force")?,
        amounts: json(row, "amounts")?,
        since: Timestamp::from_micros(row.try_get("since_time")?),
        ended: ended.map(Timestamp::from_micros),
        changed_by: parsed_optional(row, "changed_by")?,
        taken: json(row, "taken")?,
    })
});

/// The last number given in an agency's register of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RegisterCounter {
    pub(crate) agency: AgencyCode,
    pub(crate) register: Register,
    pub(crate) year: i64,
    pub(crate) last_number: i64,
}

row!(RegisterCounter, REGISTER_COUNTER, |row| [
    text(row.agency.as_str()),
    text(row.register.as_str()),
    integer(row.year),
    integer(row.last_number),
]);
from_row!(RegisterCounter, |row| {
    Ok(Self {
        agency: parsed(row, "agency")?,
        register: parsed(row, "register")?,
        year: row.try_get("year")?,
        last_number: row.try_get("last_number")?,
    })
});
