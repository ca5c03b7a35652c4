//! Deciding on notices that the hub drafted: the sender's head lets them go to an agency above the recipient's line, or not.

use super::command::{Command, SweptRequest};
use super::environment::Environment;
use super::record::{NewEntry, details_text, enter_mailboxes};
use super::state::{Registry, State};
use super::timers::enter_at;
use crate::domain::agency::{Role, Scope};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::event::EventDetails;
use crate::domain::ids::AgencyCode;
use crate::domain::request;
use crate::domain::timer::{Notice, NoticeState};
use crate::domain::workflow::{self, Action, Facts, Party};
use crate::evidence::leaf::EntryType;
use crate::store::rows::NoticeRow;

/// What the sender's head decides.
#[derive(Debug, Clone)]
pub struct NoticeDecision {
    /// The log index of the draft.
    pub draft: i64,
    /// Its request.
    pub request: SweptRequest,
    /// What the draft says.
    pub notice: Notice,
    /// Whether it goes.
    pub confirm: bool,
    /// To whom it goes; none: nobody is registered.
    pub addressee: Option<AgencyCode>,
}

/// Enters the decision.
///
/// # Errors
/// `NOTICE_NOT_FOUND`; `TRANSITION_NOT_ALLOWED` if it is decided already; `NOTICE_ADDRESSEE_MISSING`.
pub(super) fn decide(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    command: &Command,
    decision: &NoticeDecision,
) -> Result<()> {
    let viewer = registry.viewer(&command.actor, state.hub_time.date())?;
    viewer.scope.require(Scope::All)?;
    let request = state.requests.get(&decision.request.id).cloned();
    let request = request.filter(|request| request.side_of(&viewer.agency) == Some(Party::Sender));
    let row = state.notices.get(&decision.draft).cloned();
    let row = row.filter(|row| row.request_id == decision.request.id);
    let (Some(before), Some(row)) = (request, row) else {
        return Err(Error::new(ErrorCode::NoticeNotFound));
    };
    if before.recipient != decision.request.recipient {
        // A successor has taken a place since the draft was read.
        return Err(Error::new(ErrorCode::VersionConflict).with("version", before.version.to_string()));
    }
    let facts = Facts {
        notice_drafted: row.state == NoticeState::Drafted,
        ..Facts::default()
    };
    let (action, became) = if decision.confirm {
        (Action::ConfirmNotice, NoticeState::Confirmed)
    } else {
        (Action::DiscardNotice, NoticeState::Discarded)
    };
    let workflow = workflow::decide(Some(before.state), action, Party::Sender, &facts)?;
    let addressee = if decision.confirm {
        Some(addressee(registry, decision)?)
    } else {
        decision.addressee.clone()
    };
    let mut details = EventDetails {
        notice: Some(Box::new(Notice {
            draft: Some(decision.draft),
            missing: addressee.is_none(),
            addressee: addressee.clone(),
            ..decision.notice.clone()
        })),
        due_time: before.due_time,
        ..EventDetails::default()
    };
    let told = addressee
        .as_ref()
        .filter(|code| decision.confirm && before.side_of(code).is_none());
    details.entered.extend(told.map(|code| enter_at(state, &before, code)));
    details
        .entered
        .extend(enter_mailboxes(state, &before, workflow.notifies));
    let mut after = before.clone();
    after.apply(&request::Step {
        log_index: state.next_index,
        action,
        to: workflow.to,
        at: state.hub_time,
        details: &details,
    });
    let content_digest = state.keep_body(command.body.as_ref(), environment)?.digest;
    let entry = NewEntry {
        entry_type: EntryType::Request,
        subject: after.id.to_string(),
        version: after.version,
        action: action.as_str(),
        from_state: Some(before.state),
        to_state: Some(after.state),
        party: Some(Party::Sender),
        counterparty: Some(after.recipient.clone()),
        details: details_text(&details)?,
        content_digest,
    };
    let log_index = state.append(&command.actor, entry);
    let row = NoticeRow {
        state: became,
        addressee,
        decided_index: Some(log_index),
        ..row
    };
    state.notices.insert(row.drafted_index, row.clone());
    state.appended.notices.push(row);
    state.requests.set(after.id.clone(), after);
    Ok(())
}

/// Who gets it: registered, and able to act.
fn addressee(registry: &Registry, decision: &NoticeDecision) -> Result<AgencyCode> {
    let agency = decision.addressee.as_ref().and_then(|code| registry.agency(code));
    let acts = agency.filter(|agency| !agency.suspended && agency.successor.is_none());
    acts.map(|agency| agency.code.clone()).ok_or_else(|| {
        let role = decision.notice.role.map_or("", Role::as_str);
        Error::new(ErrorCode::NoticeAddresseeMissing).with("role", role)
    })
}
