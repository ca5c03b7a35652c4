//! Cases on the wire.

use lienthong_proto::v1;

use super::receipt::receipt;
use super::request::envelope;
use super::{localized, text_or_empty, time};
use crate::app::cases::{CaseDetail, LiveMeasure, ReleaseDraft};
use crate::app::ledger::Receipt;
use crate::domain::enforcement_case::{CaseRecord, Dong, Ground, MoneyLoop, ObligationState};
use crate::domain::error::{Error, Result};
use crate::evidence::leaf::{EntryType, Leaf};
use crate::store::rows::EventRow;

fn day(date: Option<jiff::civil::Date>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}

/// A case.
pub(crate) fn case(record: &CaseRecord) -> v1::Case {
    let case = &record.case;
    let due = case.due();
    v1::Case {
        id: record.id.to_string(),
        agency_code: record.agency.to_string(),
        decision_number: record.decision.number.clone(),
        decision_date: record.decision.date.to_string(),
        initiative: case.initiative.to_string(),
        status: case.status.to_string(),
        ground: text_or_empty(case.ground.map(Ground::as_str)),
        since_date: case.since.to_string(),
        opened_date: case.opened.to_string(),
        carried_over_from: day(case.carried_over_from),
        judgment_transfer_id: text_or_empty(case.transfer.as_ref().map(crate::domain::ids::RequestId::as_str)),
        obligations: case.obligations.iter().map(obligation).collect(),
        tags: case.tags.iter().map(ToString::to_string).collect(),
        unit_id: text_or_empty(case.unit.as_ref().map(crate::domain::ids::UnitId::as_str)),
        officer_id: text_or_empty(case.officer.as_ref().map(crate::domain::ids::OfficerId::as_str)),
        rest: case.rest(&[]).to_string(),
        verified_date: day(case.verified),
        due_date: day(due.map(|due| due.date)),
        due_kind: text_or_empty(due.map(|due| due.kind.as_str())),
        reminded: due.is_some_and(|due| record.reminded == Some(due.date)),
        version: record.version,
        update_time: Some(time(record.update_time)),
    }
}

fn obligation(state: &ObligationState) -> v1::CaseObligation {
    let owed = &state.obligation;
    v1::CaseObligation {
        id: owed.id.to_string(),
        kind: owed.kind.to_string(),
        amount: owed.amount.map(|amount: Dong| amount.to_string()).unwrap_or_default(),
        joint: owed.joint,
        interest_until: day(owed.interest_until),
        settled_before: owed.settled_before.to_string(),
        collected: state.collected.to_string(),
        discharged: state.discharged.to_string(),
        rest: state.rest().to_string(),
        performed: state.performed,
    }
}

/// One case with all that hangs on it.
pub(crate) fn detail(detail: &CaseDetail) -> v1::GetCaseResponse {
    v1::GetCaseResponse {
        case: Some(case(&detail.record)),
        statement: detail.statement.clone().unwrap_or_default(),
        enforcement_requests: detail.requests.iter().map(envelope).collect(),
        measures: detail.measures.iter().map(measure).collect(),
        money: Some(money(&detail.money)),
    }
}

fn measure(live: &LiveMeasure) -> v1::CaseMeasure {
    let measure = &live.measure;
    v1::CaseMeasure {
        id: measure.id.to_string(),
        enforcement_request_id: text_or_empty(measure.request_id.as_ref().map(crate::domain::ids::RequestId::as_str)),
        kind: measure.kind.to_string(),
        holder_agency_code: measure.holder.to_string(),
        since_time: Some(time(measure.since)),
        held: measure.held_dong().to_string(),
        obligations: live.obligations.iter().map(ToString::to_string).collect(),
        decided: live.decided,
    }
}

fn money(money: &MoneyLoop) -> v1::CaseMoney {
    v1::CaseMoney {
        rest: money.rest.to_string(),
        held: money.held.to_string(),
        held_undecided_since: money.undecided_since.map(time),
        held_undecided: money.held_undecided.to_string(),
        debited: money.debited.to_string(),
        arrived: money.arrived.to_string(),
        under_way: money.under_way.to_string(),
        under_way_since: money.under_way_since.map(time),
        held_above: money.held_above.to_string(),
    }
}

/// The answer to a registration: the subjects of the entries are the cases.
pub(crate) fn registered(receipts: Vec<Receipt>) -> Result<v1::RegisterCasesResponse> {
    let subject = |receipt: &Receipt| {
        let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
        Ok((leaf.entry_type == EntryType::Case).then_some(leaf.subject))
    };
    let case_ids: Vec<Option<String>> = receipts.iter().map(subject).collect::<Result<_>>()?;
    Ok(v1::RegisterCasesResponse {
        case_ids: case_ids.into_iter().flatten().collect(),
        receipts: receipts.into_iter().map(receipt).collect::<Result<_>>()?,
    })
}

/// The answer to a progress.
pub(crate) fn recorded(receipts: Vec<Receipt>) -> Result<v1::RecordProgressResponse> {
    Ok(v1::RecordProgressResponse {
        receipts: receipts.into_iter().map(receipt).collect::<Result<_>>()?,
    })
}

/// An event of a case.
pub(crate) fn event(row: EventRow) -> v1::CaseHistoryEvent {
    v1::CaseHistoryEvent {
        log_index: row.log_index,
        version: row.version,
        action: row.action,
        hub_time: Some(time(row.hub_time)),
        actor_agency_code: row.agency.to_string(),
        actor_officer_id: row.officer.to_string(),
        details: row.details,
    }
}

/// A draft.
pub(crate) fn draft(draft: ReleaseDraft) -> v1::ReleaseDraft {
    v1::ReleaseDraft {
        measure_id: draft.measure.id.to_string(),
        holder_agency_code: draft.measure.holder.to_string(),
        reason: Some(localized(draft.reason.vi, draft.reason.en)),
        amount: draft.amount.map(|amount| amount.to_string()).unwrap_or_default(),
        document: draft.document,
    }
}
