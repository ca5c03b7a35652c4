//! What an order that names a case must fit: the case is its sender's own and open, the decision is that of the case, and no more is
//! frozen or debited than is owed (L106 Art. 67.2, 73.1; D152 Art. 43.1, 49.2; [decision 0030](../../../docs/decisions/0030-cases.md)).

use super::command::{Step, Submit};
use super::state::State;
use crate::domain::enforcement_case::{
    CaseRecord, CaseRequest, DecisionNumber, Dong, ObligationId, OrderPurpose, is_within,
};
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::event::{Measure, OpenedCase};
use crate::domain::ids::RequestId;
use crate::domain::money::Currency;
use crate::domain::text::fold;
use crate::domain::viewer::Viewer;
use crate::domain::workflow::Action;

/// Where an order states what is owed, costs apart.
const AMOUNT: &str = "/payload/amounts/obligation";

/// The case that an order names, and what of it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedCase {
    /// What the request keeps.
    pub opened: OpenedCase,
    /// The enforcement decision that the order states.
    pub decision: Option<DecisionNumber>,
}

/// Checks an order against its case.
pub(super) fn check(state: &State, viewer: &Viewer, order: &Submit) -> Result<()> {
    let Some(named) = &order.case else { return Ok(()) };
    let record = state.cases.get(&named.opened.case_id).filter(|record| {
        let case = &record.case;
        record.agency == viewer.agency && viewer.reaches(case.officer.as_ref(), case.unit.as_ref())
    });
    let Some(record) = record else {
        let (vi, en) = ("Không có việc thi hành án này.", "There is no such case.");
        let field = FieldViolation::new("/case/case_id", "not_found", vi, en);
        return Err(Error::invalid(ErrorCode::ReferenceNotFound, vec![field]));
    };
    check_named(record, named)?;
    check_open(record, named.opened.purpose)?;
    check_amount(state, record, named, order)
}

fn check_named(record: &CaseRecord, named: &NamedCase) -> Result<()> {
    let mut wrong = Vec::new();
    let has = |id: &ObligationId| record.case.obligations.iter().any(|state| state.obligation.id == *id);
    for (index, id) in named.opened.obligations.iter().enumerate() {
        if !has(id) {
            wrong.push(FieldViolation::new(
                format!("/case/obligations/{index}"),
                "not_found",
                "Việc không có nghĩa vụ mang mã này.",
                "The case has no obligation of this id.",
            ));
        }
    }
    let is_of_case = |stated: &DecisionNumber| {
        stated.date == record.decision.date && fold(&stated.number) == fold(&record.decision.number)
    };
    if named.decision.as_ref().is_some_and(|stated| !is_of_case(stated)) {
        wrong.push(FieldViolation::new(
            "/case/enforcement_decision",
            "another_case",
            "Quyết định thi hành án nêu trong văn bản không phải của việc này.",
            "The enforcement decision stated is not that of the case.",
        ));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(ErrorCode::ReferenceMismatch, wrong))
    }
}

fn check_open(record: &CaseRecord, purpose: OrderPurpose) -> Result<()> {
    let status = record.case.status;
    let is_open = match purpose {
        OrderPurpose::Releases => true,
        OrderPurpose::Holds | OrderPurpose::Takes | OrderPurpose::Binds => status.takes_orders(),
        OrderPurpose::Other => !status.is_final(),
    };
    if is_open {
        return Ok(());
    }
    let label = status.label();
    let field = FieldViolation::new(
        "/case/case_id",
        "case_not_open",
        format!("Việc đang ở trạng thái “{}”, không gửi được văn bản này.", label.vi),
        format!("The case is “{}”: this order cannot be sent.", label.en),
    );
    Err(Error::invalid(ErrorCode::CaseNotOpen, vec![field]).with("status", status.as_str()))
}

/// A debit: not above what is owed less what was debited, or is ordered to be, and has not arrived. A freeze: not above what is owed
/// less what was debited and what is held; what is ordered and not answered may hold nothing, and does not count. Held against the
/// obligations named, and against the whole case.
fn check_amount(state: &State, record: &CaseRecord, named: &NamedCase, order: &Submit) -> Result<()> {
    let Some(amount) = named.opened.amount else {
        return Ok(());
    };
    let bound = |of: &[ObligationId]| match named.opened.purpose {
        OrderPurpose::Takes => Some(most_to_take(state, record, of)),
        OrderPurpose::Holds => Some(most_to_hold(state, record, of, order)),
        OrderPurpose::Releases | OrderPurpose::Binds | OrderPurpose::Other => None,
    };
    let (Some(of_named), Some(of_all)) = (bound(&named.opened.obligations), bound(&[])) else {
        return Ok(());
    };
    let limit = of_named.min(of_all);
    if amount <= limit {
        return Ok(());
    }
    let (vi, en) = match named.opened.purpose {
        OrderPurpose::Holds => (
            "Số tiền vượt phần nghĩa vụ chưa được bảo đảm: nghĩa vụ còn lại trừ số đã khấu trừ chưa về và số đang phong tỏa.",
            "The amount is above what is owed and not secured: the rest less what was debited, has not arrived, or is held.",
        ),
        OrderPurpose::Takes | OrderPurpose::Releases | OrderPurpose::Binds | OrderPurpose::Other => (
            "Số tiền vượt phần nghĩa vụ còn lại trừ số đã khấu trừ hoặc đang được yêu cầu khấu trừ.",
            "The amount is above what is owed less what was debited, or is ordered to be.",
        ),
    };
    let field = FieldViolation::new(AMOUNT, "above_rest", vi, en);
    Err(Error::invalid(ErrorCode::CaseAmountExceeded, vec![field]).with("limit", limit.to_string()))
}

/// The orders of the case that are for these obligations and no others.
fn orders_within<'a>(state: &'a State, record: &CaseRecord, of: &[ObligationId]) -> Vec<&'a CaseRequest> {
    let rows = state.case_requests.values();
    rows.filter(|row| row.named.case_id == record.id && is_within(&row.named.obligations, of))
        .collect()
}

fn most_to_take(state: &State, record: &CaseRecord, of: &[ObligationId]) -> Dong {
    let rows = orders_within(state, record, of);
    let taken = rows.iter().flat_map(|row| [row.under_way(), ordered(state, row)]);
    record.case.rest(of).less(taken.sum())
}

fn most_to_hold(state: &State, record: &CaseRecord, of: &[ObligationId], order: &Submit) -> Dong {
    let rows = orders_within(state, record, of);
    let under_way: Dong = rows.iter().map(|row| row.under_way()).sum();
    // What is held is with costs.
    let costs = rows.iter().filter_map(|row| row.named.costs).max().unwrap_or_default();
    let secured = [under_way, held(state, &rows, order).less(costs)];
    record.case.rest(of).less(secured.into_iter().sum())
}

/// What a debit order that waits for its answer will take at most.
fn ordered(state: &State, row: &CaseRequest) -> Dong {
    let waits = |id: &RequestId| state.requests.get(id).is_some_and(|request| request.state.is_open());
    let takes = row.named.purpose == OrderPurpose::Takes && row.debited.is_none() && waits(&row.request_id);
    row.named.amount.filter(|_| takes).unwrap_or_default()
}

/// What is held in force by these requests, apart from what the order takes the place of.
fn held(state: &State, rows: &[&CaseRequest], order: &Submit) -> Dong {
    let is_replaced = |id: &RequestId| {
        let mut cited = order
            .relations
            .iter()
            .filter_map(|relation| state.request_related(&relation.related_id));
        cited.any(|cited| cited.id == *id)
    };
    let counts = |measure: &&Measure| {
        let of_rows = |id: &RequestId| rows.iter().any(|row| row.request_id == *id) && !is_replaced(id);
        measure.in_force && measure.request_id.as_ref().is_some_and(of_rows)
    };
    state.measures.values().filter(counts).map(Measure::held_dong).sum()
}

/// What the answer that a step brings debited, if its order names a case and takes money; an answer that debits nothing says so.
pub(super) fn debited(state: &State, step: &Step) -> Option<Dong> {
    let is_answer = matches!(
        step.action,
        Action::AnswerFinal | Action::RecordAnswer | Action::Correct
    );
    let row = state.case_requests.get(&step.request_id)?;
    if !is_answer || row.named.purpose != OrderPurpose::Takes {
        return None;
    }
    let money = step.statement.related.and_then(|facts| facts.reduce_by);
    let dong = money.filter(|money| money.currency() == Currency::Vnd);
    let amount = dong.and_then(|money| Dong::new(i64::try_from(money.minor()).ok()?));
    Some(amount.unwrap_or_default())
}

/// Keeps what an answer debited.
pub(super) fn keep_debited(state: &mut State, request: &RequestId, debited: Option<Dong>) {
    if let (Some(amount), Some(mut row)) = (debited, state.case_requests.get(request).cloned()) {
        row.debited = Some((amount, state.hub_time));
        state.case_requests.set(request.clone(), row);
    }
}
