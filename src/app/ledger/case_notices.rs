//! What holders of live measures are told when the status of the case changes: an entry of the measure's request, by the hub, in the
//! holder's mailbox. Nothing is lifted by it: measures end by a decision (L106 Art. 95).

use super::command::Actor;
use super::record::{NewEntry, details_text, enter_mailboxes};
use super::state::State;
use crate::domain::enforcement_case::CaseRecord;
use crate::domain::error::Result;
use crate::domain::event::{CaseNotice, EventDetails};
use crate::domain::ids::RequestId;
use crate::domain::request::{self, EnforcementRequest};
use crate::domain::workflow::{self, Action, Facts, Party};
use crate::evidence::leaf::{EntryType, NO_CONTENT};

/// Tells every holder of a measure in force of the case, each once.
pub(super) fn tell_holders(state: &mut State, record: &CaseRecord) -> Result<()> {
    let status = record.case.status;
    let notice = CaseNotice {
        status,
        fate: status.fate_of_measures(),
    };
    for request in held_in(state, record) {
        tell(state, &request, notice.clone())?;
    }
    Ok(())
}

/// The requests of the case whose measure is in force.
fn held_in(state: &State, record: &CaseRecord) -> Vec<EnforcementRequest> {
    let of_case = |id: &&RequestId| {
        let row = state.case_requests.get(id);
        row.is_some_and(|row| row.named.case_id == record.id)
    };
    let in_force = state.measures.values().filter(|measure| measure.in_force);
    let held = in_force.filter_map(|measure| measure.request_id.as_ref());
    let held: std::collections::BTreeSet<_> = held.filter(of_case).collect();
    held.into_iter()
        .filter_map(|id| state.requests.get(id).cloned())
        .collect()
}

fn tell(state: &mut State, request: &EnforcementRequest, notice: CaseNotice) -> Result<()> {
    let facts = Facts {
        measure_in_force: true,
        ..Facts::default()
    };
    let Ok(decision) = workflow::decide(Some(request.state), Action::CaseNotice, Party::Hub, &facts) else {
        return Ok(());
    };
    let mut details = EventDetails {
        case_notice: Some(notice),
        due_time: request.due_time,
        ..EventDetails::default()
    };
    let mut after = request.clone();
    after.apply(&request::Step {
        log_index: state.next_index,
        action: Action::CaseNotice,
        to: decision.to,
        at: state.hub_time,
        details: &details,
    });
    details.entered = enter_mailboxes(state, &after, decision.notifies);
    let entry = NewEntry {
        entry_type: EntryType::Request,
        subject: request.id.to_string(),
        version: after.version,
        action: Action::CaseNotice.as_str(),
        from_state: Some(request.state),
        to_state: Some(after.state),
        party: Some(Party::Hub),
        counterparty: None,
        details: details_text(&details)?,
        content_digest: NO_CONTENT,
    };
    state.append(&Actor::hub(), entry);
    state.requests.set(after.id.clone(), after);
    Ok(())
}
