//! Rows of cases, and of the orders that name one.

use jiff::civil::Date;
use sqlx::Row as _;

use super::{integer, row, text};
use crate::domain::enforcement_case::{
    CaseRecord, CaseRequest, DecisionNumber, Dong, Due, EnforcementCase, Ground, ObligationId, Stated,
};
use crate::domain::event::OpenedCase;
use crate::domain::ids::{CaseId, OfficerId, RequestId, UnitId};
use crate::domain::time::Timestamp;
use crate::store::backend::{from_row, json, parsed, parsed_optional};
use crate::store::bulk::Cell;

/// A case as the ledger writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CaseRow {
    record: CaseRecord,
    decision_date: String,
    opened: String,
    carried_over_from: Option<String>,
    since: String,
    verified: Option<String>,
    obligations: String,
    tags: String,
    due: Option<Due>,
    due_date: Option<String>,
    reminded: Option<String>,
    booked: Option<String>,
    coercion: Option<String>,
}

impl CaseRow {
    pub(crate) fn new(record: CaseRecord) -> Result<Self, serde_json::Error> {
        let case = &record.case;
        let due = case.due();
        Ok(Self {
            decision_date: record.decision.date.to_string(),
            opened: case.opened.to_string(),
            carried_over_from: case.carried_over_from.map(|date| date.to_string()),
            since: case.since.to_string(),
            verified: case.verified.map(|date| date.to_string()),
            obligations: serde_json::to_string(&case.obligations)?,
            tags: serde_json::to_string(&case.tags)?,
            due,
            due_date: due.map(|due| due.date.to_string()),
            reminded: record.reminded.map(|date| date.to_string()),
            booked: record.booked.map(|month| month.to_string()),
            coercion: case.coercion.map(|date| date.to_string()),
            record,
        })
    }
}

row!(CaseRow, ENFORCEMENT_CASE, |row| [
    text(row.record.id.as_str()),
    text(row.record.agency.as_str()),
    text(&row.record.decision.number),
    text(&row.decision_date),
    text(row.record.case.initiative.as_str()),
    text(&row.opened),
    Cell::Text(row.carried_over_from.as_deref()),
    Cell::Text(row.record.case.transfer.as_ref().map(RequestId::as_str)),
    text(row.record.case.status.as_str()),
    Cell::Text(row.record.case.ground.map(Ground::as_str)),
    text(&row.since),
    Cell::Text(row.verified.as_deref()),
    text(row.record.case.verify_every.as_str()),
    text(&row.obligations),
    text(&row.tags),
    Cell::Text(row.record.case.unit.as_ref().map(UnitId::as_str)),
    Cell::Text(row.record.case.officer.as_ref().map(OfficerId::as_str)),
    integer(row.record.case.rest(&[]).get()),
    Cell::Text(row.due_date.as_deref()),
    Cell::Text(row.due.map(|due| due.kind.as_str())),
    Cell::Text(row.reminded.as_deref()),
    integer(row.record.version),
    integer(row.record.update_time.micros()),
    integer(row.record.stated.body_index),
    integer(row.record.stated.item),
    Cell::Text(row.booked.as_deref()),
    Cell::Text(row.coercion.as_deref()),
]);
from_row!(CaseRecord, |row| {
    let reminded: Option<Date> = parsed_optional(row, "reminded_date")?;
    Ok(Self {
        id: parsed(row, "id")?,
        agency: parsed(row, "agency")?,
        decision: DecisionNumber {
            number: row.try_get("decision_number")?,
            date: parsed(row, "decision_date")?,
        },
        case: EnforcementCase {
            initiative: parsed(row, "initiative")?,
            opened: parsed(row, "opened_date")?,
            carried_over_from: parsed_optional(row, "carried_over_from")?,
            transfer: parsed_optional(row, "transfer")?,
            status: parsed(row, "status")?,
            ground: parsed_optional(row, "ground")?,
            since: parsed(row, "since_date")?,
            verified: parsed_optional(row, "verified_date")?,
            verify_every: parsed(row, "verify_every")?,
            coercion: parsed_optional(row, "coercion_date")?,
            obligations: json(row, "obligations")?,
            tags: json(row, "tags")?,
            unit: parsed_optional(row, "unit")?,
            officer: parsed_optional(row, "officer")?,
        },
        version: row.try_get("version")?,
        update_time: Timestamp::from_micros(row.try_get("update_time")?),
        stated: Stated {
            body_index: row.try_get("body_index")?,
            item: row.try_get("item")?,
        },
        reminded,
        booked: parsed_optional(row, "booked_month")?,
    })
});

/// An order that names a case, as the ledger writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CaseRequestRow {
    request: CaseRequest,
    obligations: String,
}

impl CaseRequestRow {
    pub(crate) fn new(request: CaseRequest) -> Result<Self, serde_json::Error> {
        Ok(Self {
            obligations: serde_json::to_string(&request.named.obligations)?,
            request,
        })
    }
}

row!(CaseRequestRow, CASE_REQUEST, |row| [
    text(row.request.request_id.as_str()),
    text(row.request.named.case_id.as_str()),
    text(&row.obligations),
    text(row.request.named.purpose.as_str()),
    Cell::Integer(row.request.named.amount.map(Dong::get)),
    Cell::Integer(row.request.named.costs.map(Dong::get)),
    Cell::Integer(row.request.debited.map(|(amount, _)| amount.get())),
    Cell::Integer(row.request.debited.map(|(_, at)| at.micros())),
    integer(row.request.arrived.get()),
]);
from_row!(CaseRequest, |row| {
    let amount = |column: &'static str| -> Result<Option<Dong>, sqlx::Error> {
        let found: Option<i64> = row.try_get(column)?;
        let dong = |amount| Dong::new(amount).ok_or_else(|| sqlx::Error::Protocol(format!("{column} is no amount")));
        found.map(dong).transpose()
    };
    let at: Option<i64> = row.try_get("debited_time")?;
    let case_id: CaseId = parsed(row, "case_id")?;
    let obligations: Vec<ObligationId> = json(row, "obligations")?;
    Ok(Self {
        request_id: parsed(row, "enforcement_request_id")?,
        named: OpenedCase {
            case_id,
            obligations,
            purpose: parsed(row, "purpose")?,
            amount: amount("amount")?,
            costs: amount("costs")?,
        },
        arrived: amount("arrived")?.unwrap_or_default(),
        debited: amount("debited")?.zip(at.map(Timestamp::from_micros)),
    })
});
