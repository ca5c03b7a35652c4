//! The hub's own work over requests: computing clocks again after the calendar changed, and passing what an agency had to
//! its successor. A piece may be repeated: what is done already is left alone.

use super::command::{Actor, Sweep, SweepTask, SweptRequest};
use super::environment::Environment;
use super::record::{NewEntry, details_text, enter_mailboxes};
use super::state::{Registry, State};
use super::suspension::stand_still;
use crate::domain::deadline::earliest_open_due;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::event::{EventDetails, FormerDue, Measure, Succession};
use crate::domain::ids::{AgencyCode, MeasureId};
use crate::domain::request::{self, EnforcementRequest};
use crate::domain::response_time::handed_over;
use crate::domain::workflow::{self, Action, Decision, Facts, Party};
use crate::evidence::leaf::{EntryType, NO_CONTENT};
use crate::store::rows::JobRow;

/// The job that computes open clocks again.
pub const RECOMPUTE_JOB: &str = "recompute";

/// The action of an entry by which a measure that came of no request passes to a successor.
const SUCCEED_MEASURE: &str = "succeed_measure";

/// Does the piece.
pub(super) fn sweep(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    actor: &Actor,
    sweep: &Sweep,
) -> Result<()> {
    if !actor.is_hub() {
        return Err(Error::new(ErrorCode::MethodNotAllowed));
    }
    for swept in &sweep.requests {
        let Some(request) = current(state, swept)? else {
            continue;
        };
        // Another calendar moves also what no due time tells.
        state.retimed.again(&request.id);
        match &sweep.task {
            SweepTask::Recompute { .. } => recompute(state, registry, environment, actor, &request)?,
            SweepTask::Succeed { from, to } => {
                known(registry, to)?;
                succeed(state, registry, actor, &request, from, to)?;
            }
        }
    }
    match &sweep.task {
        SweepTask::Recompute { version } => {
            state.job = Some(JobRow {
                name: RECOMPUTE_JOB.to_owned(),
                version: *version,
                position: sweep.requests.last().map(|request| request.id.clone()),
            });
        }
        SweepTask::Succeed { from, to } => {
            for id in &sweep.measures {
                known(registry, to)?;
                succeed_measure(state, actor, id, from, to)?;
            }
        }
    }
    Ok(())
}

/// The request, whose mailboxes were read for the parties that it had when it was found.
pub(super) fn current(state: &State, swept: &SweptRequest) -> Result<Option<EnforcementRequest>> {
    let Some(request) = state.requests.get(&swept.id) else {
        return Ok(None);
    };
    if request.sender != swept.sender || request.recipient != swept.recipient {
        return Err(Error::new(ErrorCode::VersionConflict));
    }
    Ok(Some(request.clone()))
}

fn known(registry: &Registry, code: &AgencyCode) -> Result<()> {
    let agency = registry.agency(code);
    agency.map(drop).ok_or_else(|| Error::new(ErrorCode::AgencyNotFound))
}

/// Computes the clocks again; an event only if a due time or a status changes by it.
fn recompute(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    actor: &Actor,
    request: &EnforcementRequest,
) -> Result<()> {
    let Ok(decision) = workflow::decide(Some(request.state), Action::Recompute, Party::Hub, &Facts::default()) else {
        return Ok(());
    };
    let mut deadlines = state.deadlines.get(&request.id).cloned().unwrap_or_default();
    let mut details = EventDetails::default();
    let before = deadlines.clone();
    for deadline in &mut deadlines {
        deadline.recompute(&environment.calendar);
    }
    // A clock that moves may come into a stretch in which it stands still, or out of one.
    stand_still(&mut deadlines, registry, environment, request);
    for (was, deadline) in before.iter().zip(&deadlines) {
        if was != deadline {
            details.former.push(FormerDue {
                name: was.name.clone(),
                occurrence: was.occurrence,
                due: was.due,
            });
            details.deadlines.push(deadline.clone());
        }
    }
    if details.deadlines.is_empty() {
        return Ok(());
    }
    details.due_time = earliest_open_due(&deadlines);
    state.count_clocks(
        registry,
        environment,
        request,
        (decision.counts_as, &deadlines),
        &mut details,
    );
    details.entered = enter_mailboxes(state, request, decision.notifies);
    state.changed_deadlines.insert(request.id.clone());
    state.deadlines.insert(request.id.clone(), deadlines);
    append(state, actor, request, Action::Recompute, decision, &details)
}

/// Lets `to` take the place of `from`. A request that would then have one agency on both sides stays as it is.
fn succeed(
    state: &mut State,
    registry: &Registry,
    actor: &Actor,
    request: &EnforcementRequest,
    from: &AgencyCode,
    to: &AgencyCode,
) -> Result<()> {
    let (Some(party), None) = (request.side_of(from), request.side_of(to)) else {
        return Ok(());
    };
    let Ok(decision) = workflow::decide(Some(request.state), Action::Succeed, Party::Hub, &Facts::default()) else {
        return Ok(());
    };
    let delivered = request.is_delivered(state.head(&request.recipient, request.lane).delivered_position);
    let mut passed = request.clone();
    match party {
        Party::Sender => passed.sender = to.clone(),
        Party::Recipient => {
            passed.recipient = to.clone();
            (passed.assigned_unit, passed.assigned_officer) = (None, None);
        }
        Party::Hub => {}
    }
    let measures: Vec<Measure> = state
        .measures
        .values()
        .filter(|measure| measure.request_id.as_ref() == Some(&request.id))
        .filter_map(|measure| passed_on(measure, from, to))
        .collect();
    // Whose duty they are stands beside them.
    state.changed_deadlines.insert(request.id.clone());
    let deadlines = state.deadlines.get(&request.id);
    let succession = Succession {
        party,
        from: from.clone(),
        to: to.clone(),
        delivered: party == Party::Recipient && delivered,
    };
    let counted = handed_over(request, &succession, registry.province(&request.sender));
    let mut details = EventDetails {
        measures,
        succession: Some(succession),
        due_time: deadlines.and_then(|deadlines| earliest_open_due(deadlines)),
        entered: enter_mailboxes(state, &passed, decision.notifies),
        ..EventDetails::default()
    };
    state.count(&request.kind, &mut details, counted);
    for measure in &details.measures {
        state.measures.set(measure.id.clone(), measure.clone());
    }
    append(state, actor, request, Action::Succeed, decision, &details)
}

/// The measure with `to` where `from` was. `None` if it is over or not `from`'s.
fn passed_on(measure: &Measure, from: &AgencyCode, to: &AgencyCode) -> Option<Measure> {
    let instead = |code: &AgencyCode| if code == from { to.clone() } else { code.clone() };
    let passed = Measure {
        holder: instead(&measure.holder),
        issuer: instead(&measure.issuer),
        ..measure.clone()
    };
    (measure.in_force && passed != *measure && passed.holder != passed.issuer).then_some(passed)
}

/// The same for a measure from before or outside the hub, which no request carries.
fn succeed_measure(state: &mut State, actor: &Actor, id: &MeasureId, from: &AgencyCode, to: &AgencyCode) -> Result<()> {
    let Some(passed) = state.measures.get(id).and_then(|measure| passed_on(measure, from, to)) else {
        return Ok(());
    };
    let entry = NewEntry {
        entry_type: EntryType::Measure,
        subject: id.to_string(),
        version: 2,
        action: SUCCEED_MEASURE,
        from_state: None,
        to_state: None,
        party: Some(Party::Hub),
        counterparty: Some(to.clone()),
        details: details_text(&passed)?,
        content_digest: NO_CONTENT,
    };
    state.append(actor, entry);
    state.measures.set(id.clone(), passed);
    Ok(())
}

pub(super) fn append(
    state: &mut State,
    actor: &Actor,
    before: &EnforcementRequest,
    action: Action,
    decision: Decision,
    details: &EventDetails,
) -> Result<()> {
    let mut after = before.clone();
    after.apply(&request::Step {
        log_index: state.next_index,
        action,
        to: decision.to,
        at: state.hub_time,
        details,
    });
    let entry = NewEntry {
        entry_type: EntryType::Request,
        subject: after.id.to_string(),
        version: after.version,
        action: action.as_str(),
        from_state: Some(before.state),
        to_state: Some(after.state),
        party: Some(Party::Hub),
        counterparty: None,
        details: details_text(details)?,
        content_digest: NO_CONTENT,
    };
    state.append(actor, entry);
    state.requests.set(after.id.clone(), after);
    Ok(())
}
