//! Cases under the lock of the head: opened, changed, reminded of, passed on; each change is one entry
//! ([decision 0030](../../../docs/decisions/0030-cases.md)).

use std::collections::BTreeMap;

use super::case_notices;
use super::command::Command;
use super::environment::Environment;
use super::record::{NewEntry, details_text};
use super::state::{Registry, State};
use crate::domain::agency::{Role, Scope};
use crate::domain::enforcement_case::record::At;
use crate::domain::enforcement_case::{
    CaseChange, CaseEvent, CaseRecord, DecisionNumber, Dong, Opened, Rejection, Stated,
};
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::ids::{AgencyCode, CaseId, OfficerId, RequestId, UnitId};
use crate::domain::viewer::Viewer;
use crate::evidence::leaf::{EntryType, NO_CONTENT};

/// The kind of request by which a court hands a judgment over.
const JUDGMENT_TRANSFER: &str = "judgment-transfer";

/// What is to be done with cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseWork {
    /// What an agency states, in the order of its document: all of it or nothing.
    Steps(Vec<CaseStep>),
    /// By the hub: remind of what is due, once.
    Remind(Vec<CaseId>),
    /// By the hub: pass cases of an agency that has ended to its successor.
    Succeed {
        /// The agency that has ended.
        from: AgencyCode,
        /// Who took over.
        to: AgencyCode,
        /// Which cases.
        cases: Vec<CaseId>,
    },
}

impl CaseWork {
    /// The agencies that it names beside the one that acts.
    pub(super) fn agencies(&self) -> impl Iterator<Item = &AgencyCode> {
        let named = match self {
            Self::Succeed { from, to, .. } => Some([from, to]),
            Self::Steps(_) | Self::Remind(_) => None,
        };
        named.into_iter().flatten()
    }
}

/// One line of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseStep {
    /// A case to open.
    Open {
        /// The enforcement decision.
        decision: DecisionNumber,
        /// What it is opened with.
        opened: Box<Opened>,
    },
    /// Something that happened in a case.
    Change {
        /// Which.
        case_id: CaseId,
        /// The version that the caller has seen; `None` does not check.
        expected_version: Option<i64>,
        /// What.
        change: CaseChange,
    },
}

/// Does the work, or says why not.
pub(super) fn enter(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    command: &Command,
    work: &CaseWork,
) -> Result<()> {
    match work {
        CaseWork::Steps(steps) => {
            let viewer = registry.viewer(&command.actor, state.hub_time.date())?;
            enter_steps(state, registry, environment, (command, &viewer), steps)
        }
        CaseWork::Remind(_) | CaseWork::Succeed { .. } if !command.actor.is_hub() => {
            Err(Error::new(ErrorCode::MethodNotAllowed))
        }
        CaseWork::Remind(cases) => remind(state, command, cases),
        CaseWork::Succeed { from, to, cases } => {
            let known = registry.agency(to).map(drop);
            known.ok_or_else(|| Error::new(ErrorCode::AgencyNotFound))?;
            succeed(state, command, (from, to), cases)
        }
    }
}

/// The cases as the lines before have left them, and what is wrong with lines.
#[derive(Default)]
struct Draft {
    records: BTreeMap<CaseId, CaseRecord>,
    entries: Vec<DraftEntry>,
    /// What arrived of the answers to requests of cases.
    arrived: BTreeMap<RequestId, Dong>,
    wrong: Vec<FieldViolation>,
}

/// A change, and the case on both sides of it.
struct DraftEntry {
    before: Option<CaseRecord>,
    after: CaseRecord,
    event: CaseEvent,
}

impl Draft {
    fn enter(&mut self, state: &State, before: Option<&CaseRecord>, mut after: CaseRecord, mut event: CaseEvent) {
        state.book(before, &mut after, &mut event);
        self.records.insert(after.id.clone(), after.clone());
        let before = before.cloned();
        self.entries.push(DraftEntry { before, after, event });
    }

    fn refuse(&mut self, pointer: String, reason: &str, vi: &str, en: &str) {
        self.wrong.push(FieldViolation::new(pointer, reason, vi, en));
    }
}

fn enter_steps(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    (command, viewer): (&Command, &Viewer),
    steps: &[CaseStep],
) -> Result<()> {
    let may_have_cases = registry
        .agency(&viewer.agency)
        .is_some_and(|agency| Role::WITH_CASES.contains(&agency.role));
    if !may_have_cases {
        return Err(Error::new(ErrorCode::MethodNotAllowed));
    }
    let mut draft = Draft::default();
    for (step, item) in steps.iter().zip(0_i64..) {
        let stated = Stated {
            body_index: state.next_index,
            item,
        };
        match step {
            CaseStep::Open { decision, opened } => {
                let id = CaseId::generate(&*environment.ids, state.hub_time);
                open(state, registry, viewer, &mut draft, (id, decision, opened), stated);
            }
            CaseStep::Change {
                case_id,
                expected_version,
                change,
            } => {
                let before = seen(state, viewer, case_id, item)?;
                if expected_version.is_some_and(|version| version != before.version) {
                    let version = before.version.to_string();
                    return Err(Error::new(ErrorCode::VersionConflict)
                        .with("case", case_id.as_str())
                        .with("version", version));
                }
                let before = draft.records.get(case_id).unwrap_or(before).clone();
                alter(state, registry, viewer, &mut draft, &before, (change, stated));
            }
        }
    }
    if !draft.wrong.is_empty() {
        return Err(Error::invalid(ErrorCode::CaseChangeRefused, draft.wrong));
    }
    let mut content_digest = state.keep_body(command.body.as_ref(), environment)?.digest;
    for DraftEntry { before, after, event } in draft.entries {
        let digest = std::mem::replace(&mut content_digest, NO_CONTENT);
        append(state, command, &after, &event, digest)?;
        state.move_books(before.as_ref(), &after, &event);
        let has_moved = matches!(event.change, Some(CaseChange::StatusChanged { .. }));
        state.cases.set(after.id.clone(), after.clone());
        if has_moved {
            case_notices::tell_holders(state, &after)?;
        }
    }
    for (request, arrived) in draft.arrived {
        if let Some(mut row) = state.case_requests.get(&request).cloned() {
            row.arrived = arrived;
            state.case_requests.set(request, row);
        }
    }
    Ok(())
}

/// The case before any line of the document; one that is not the officer's answers as one that is not there.
fn seen<'a>(state: &'a State, viewer: &Viewer, id: &CaseId, item: i64) -> Result<&'a CaseRecord> {
    let found = state.cases.get(id).filter(|record| {
        let case = &record.case;
        record.agency == viewer.agency && viewer.reaches(case.officer.as_ref(), case.unit.as_ref())
    });
    found.ok_or_else(|| {
        let (vi, en) = ("Không có việc thi hành án này.", "There is no such case.");
        let field = FieldViolation::new(format!("/steps/{item}/case_id"), "not_found", vi, en);
        Error::invalid(ErrorCode::CaseNotFound, vec![field])
    })
}

fn open(
    state: &State,
    registry: &Registry,
    viewer: &Viewer,
    draft: &mut Draft,
    (id, decision, opened): (CaseId, &DecisionNumber, &Opened),
    stated: Stated,
) {
    let at = format!("/cases/{}", stated.item);
    let is_same = |record: &CaseRecord| record.agency == viewer.agency && record.decision == *decision;
    if state.cases.values().any(is_same) {
        draft.refuse(
            format!("{at}/decision_number"),
            "already_registered",
            "Quyết định thi hành án này đã được lập thành việc.",
            "There is a case of this enforcement decision already.",
        );
    }
    if let Some(transfer) = &opened.transfer {
        let is_ours = state
            .requests
            .get(transfer)
            .is_some_and(|request| request.recipient == viewer.agency && request.kind.as_str() == JUDGMENT_TRANSFER);
        if !is_ours {
            draft.refuse(
                format!("{at}/judgment_transfer"),
                "not_found",
                "Cơ quan không nhận chuyển giao bản án nào mang mã này.",
                "The agency has received no judgment transfer of this id.",
            );
        }
    }
    let assigned = (opened.unit.as_ref(), opened.officer.as_ref());
    check_assigned(state, registry, viewer, draft, &at, assigned);
    let event = CaseEvent {
        decision: Some(decision.clone()),
        stated: Some(stated),
        change: Some(CaseChange::Opened(opened.clone())),
        ..CaseEvent::default()
    };
    let time = At {
        id: &id,
        agency: &viewer.agency,
        time: state.hub_time,
    };
    match CaseRecord::follow(None, time, &event) {
        Ok(record) => draft.enter(state, None, record, event),
        Err(rejection) => {
            let violation = rejection.violation(&at);
            let is_date = matches!(rejection, Rejection::TooEarly | Rejection::Future);
            let member = if opened.carried_over_from.is_some() {
                "taken_on"
            } else {
                "decision_date"
            };
            draft.wrong.push(FieldViolation {
                field: if is_date {
                    format!("{at}/{member}")
                } else {
                    violation.field
                },
                ..violation
            });
        }
    }
}

fn alter(
    state: &State,
    registry: &Registry,
    viewer: &Viewer,
    draft: &mut Draft,
    before: &CaseRecord,
    (change, stated): (&CaseChange, Stated),
) {
    let at = format!("/steps/{}", stated.item);
    if let CaseChange::Assigned { unit, officer, .. } = change {
        check_assigned(state, registry, viewer, draft, &at, (unit.as_ref(), officer.as_ref()));
    }
    count_arrival(state, draft, before, change, &at);
    let event = CaseEvent {
        stated: Some(stated),
        change: Some(change.clone()),
        ..CaseEvent::default()
    };
    let time = At {
        id: &before.id,
        agency: &before.agency,
        time: state.hub_time,
    };
    match CaseRecord::follow(Some(before), time, &event) {
        Ok(record) => draft.enter(state, Some(before), record, event),
        Err(rejection) => draft.wrong.push(rejection.violation(&at)),
    }
}

/// Money that is said to come of a request: one of this case, and not less than nothing of it in all.
fn count_arrival(state: &State, draft: &mut Draft, before: &CaseRecord, change: &CaseChange, at: &str) {
    let Some((request, amount, comes)) = change.arrival() else {
        return;
    };
    let row = state.case_requests.get(request);
    let row = row.filter(|row| row.named.case_id == before.id);
    let so_far = draft.arrived.get(request).copied().or(row.map(|row| row.arrived));
    let after = so_far.and_then(|so_far| {
        if comes {
            so_far.plus(amount)
        } else {
            so_far.minus(amount)
        }
    });
    match after {
        Some(after) => {
            draft.arrived.insert(request.clone(), after);
        }
        None => draft.refuse(
            format!("{at}/enforcement_request_id"),
            "not_found",
            "Việc không có yêu cầu này, hoặc số tiền vượt số đã ghi nhận từ yêu cầu này.",
            "The case has no such request, or the amount is above what was entered of it.",
        ),
    }
}

/// Unit and officer are the agency's, the officer is in office, and whoever does not see all of the agency keeps the case where he
/// sees it.
fn check_assigned(
    state: &State,
    registry: &Registry,
    viewer: &Viewer,
    draft: &mut Draft,
    at: &str,
    (unit, officer): (Option<&UnitId>, Option<&OfficerId>),
) {
    let own = registry.agency(&viewer.agency);
    let is_unit = |unit: &UnitId| own.is_some_and(|agency| agency.units.iter().any(|known| known.id == *unit));
    if unit.is_some_and(|unit| !is_unit(unit)) {
        let (vi, en) = ("Không có đơn vị này.", "There is no such unit.");
        draft.refuse(format!("{at}/unit"), "not_found", vi, en);
    }
    let today = state.hub_time.date();
    let is_officer = |id: &OfficerId| {
        let found = registry.officer(&viewer.agency, id);
        found.is_some_and(|officer| officer.is_in_office(today))
    };
    if officer.is_some_and(|officer| !is_officer(officer)) {
        let (vi, en) = ("Không có cán bộ này.", "There is no such officer.");
        draft.refuse(format!("{at}/officer_id"), "not_found", vi, en);
    }
    if viewer.scope != Scope::All && !viewer.reaches(officer, unit) {
        draft.refuse(
            format!("{at}/officer_id"),
            "beyond_scope",
            "Chỉ được giao việc trong phạm vi quyền của mình.",
            "Work may be given only within your own scope.",
        );
    }
}

fn remind(state: &mut State, command: &Command, cases: &[CaseId]) -> Result<()> {
    let today = state.hub_time.date();
    for id in cases {
        let due = state.cases.get(id).and_then(|record| record.to_remind(today));
        let Some(due) = due else { continue };
        let event = CaseEvent {
            reminded: Some(due),
            ..CaseEvent::default()
        };
        by_hub(state, command, id, event)?;
    }
    Ok(())
}

fn succeed(
    state: &mut State,
    command: &Command,
    (from, to): (&AgencyCode, &AgencyCode),
    cases: &[CaseId],
) -> Result<()> {
    for id in cases {
        if state.cases.get(id).is_some_and(|record| record.agency == *from) {
            let event = CaseEvent {
                successor: Some(to.clone()),
                ..CaseEvent::default()
            };
            by_hub(state, command, id, event)?;
        }
    }
    Ok(())
}

fn by_hub(state: &mut State, command: &Command, id: &CaseId, mut event: CaseEvent) -> Result<()> {
    let Some(before) = state.cases.get(id).cloned() else {
        return Ok(());
    };
    let at = At {
        id,
        agency: &before.agency,
        time: state.hub_time,
    };
    let mut record = CaseRecord::follow(Some(&before), at, &event).map_err(Error::internal)?;
    state.book(Some(&before), &mut record, &mut event);
    append(state, command, &record, &event, NO_CONTENT)?;
    state.move_books(Some(&before), &record, &event);
    state.cases.set(id.clone(), record);
    Ok(())
}

fn append(
    state: &mut State,
    command: &Command,
    record: &CaseRecord,
    event: &CaseEvent,
    content_digest: crate::evidence::Digest,
) -> Result<()> {
    let action = event.action();
    let entry = NewEntry {
        entry_type: EntryType::Case,
        subject: record.id.to_string(),
        version: record.version,
        action: action.ok_or_else(|| Error::internal("an entry about a case that says nothing"))?,
        from_state: None,
        to_state: None,
        party: None,
        counterparty: None,
        details: details_text(event)?,
        content_digest,
    };
    state.append(&command.actor, entry);
    Ok(())
}
