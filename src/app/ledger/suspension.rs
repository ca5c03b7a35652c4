//! Suspensions of many clocks together: an entry for each that is decided or ended, and an event for each request whose clocks it moves.

use std::collections::BTreeSet;

use super::command::{Actor, Command, SweptRequest};
use super::environment::Environment;
use super::record::{NewEntry, details_text, enter_mailboxes};
use super::state::{Registry, State};
use super::sweep;
use crate::domain::agency::Role;
use crate::domain::deadline::{Deadline, earliest_open_due};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::event::{EventDetails, FormerDue};
use crate::domain::ids::SuspensionId;
use crate::domain::request::EnforcementRequest;
use crate::domain::suspension::known::{SuspensionAction, SuspensionDetails};
use crate::domain::suspension::{Cause, ClockSuspension, Scope, Side, Subject, apply, limits};
use crate::domain::time::Timestamp;
use crate::domain::workflow::{self, Action, Facts, Party};
use crate::evidence::leaf::EntryType;
use crate::store::rows::JobRow;

/// The job that lets clocks stand still.
pub const SUSPEND_JOB: &str = "suspend";

/// What is asked about suspensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuspensionStep {
    /// Enter one.
    Enter(NewSuspension),
    /// End one, at a moment or now.
    End {
        /// Which.
        id: SuspensionId,
        /// When.
        to: Option<Timestamp>,
    },
    /// Let the clocks of these requests follow an entry about a suspension. No requests: the job is done with it.
    Follow(Piece),
}

/// A suspension to enter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSuspension {
    /// Why.
    pub cause: Cause,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Option<Timestamp>,
    /// Which clocks.
    pub scope: Scope,
    /// The article or policy.
    pub basis: String,
    /// The text that decides it, or the evidence.
    pub document: String,
    /// In words.
    pub reason: String,
}

impl NewSuspension {
    /// As it is entered.
    pub fn entered(self, id: SuspensionId, actor: &Actor) -> ClockSuspension {
        ClockSuspension {
            id,
            cause: self.cause,
            from: self.from,
            to: self.to,
            scope: self.scope,
            basis: self.basis,
            document: self.document,
            reason: self.reason,
            agency: actor.agency.clone(),
        }
    }
}

/// A piece of the hub's work after an entry about a suspension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The suspension.
    pub id: SuspensionId,
    /// The entry.
    pub entry: i64,
    /// The requests.
    pub requests: Vec<SweptRequest>,
}

/// Takes the step, or says why not.
pub(super) fn take(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    command: &Command,
    step: &SuspensionStep,
) -> Result<()> {
    let (actor, now) = (&command.actor, state.hub_time);
    let role = || registry.agency(&actor.agency).map_or(Role::Bank, |agency| agency.role);
    match step {
        SuspensionStep::Enter(new) => {
            let id = SuspensionId::generate(&*environment.ids, now);
            let suspension = new.clone().entered(id.clone(), actor);
            limits::check(&suspension, role(), &environment.suspensions, now)?;
            let action = SuspensionAction::entering(&suspension);
            let details = SuspensionDetails {
                suspension: Some(suspension),
                to: None,
            };
            append(state, environment, command, &id, 1, action, &details)
        }
        SuspensionStep::End { id, to } => {
            let known = environment.suspensions.get(id);
            let known = known.ok_or_else(|| Error::new(ErrorCode::SuspensionNotFound))?;
            let to = limits::end_of(known, &actor.agency, role(), *to, now)?;
            let details = SuspensionDetails {
                suspension: None,
                to: Some(to),
            };
            let version = known.version + 1;
            append(
                state,
                environment,
                command,
                id,
                version,
                SuspensionAction::End,
                &details,
            )
        }
        SuspensionStep::Follow(piece) => {
            for swept in &piece.requests {
                if let Some(request) = sweep::current(state, swept)? {
                    catch_up(state, registry, environment, actor, &request, Some(&piece.id))?;
                }
            }
            state.job = Some(JobRow {
                name: SUSPEND_JOB.to_owned(),
                version: piece.entry,
                position: piece.requests.last().map(|request| request.id.clone()),
            });
            Ok(())
        }
    }
}

fn append(
    state: &mut State,
    environment: &Environment,
    command: &Command,
    id: &SuspensionId,
    version: i64,
    action: SuspensionAction,
    details: &SuspensionDetails,
) -> Result<()> {
    let content_digest = state.keep_body(command.body.as_ref(), environment)?.digest;
    let entry = NewEntry {
        entry_type: EntryType::Suspension,
        subject: id.to_string(),
        version,
        action: action.as_str(),
        from_state: None,
        to_state: None,
        party: None,
        counterparty: None,
        details: details_text(details)?,
        content_digest,
    };
    state.append(&command.actor, entry);
    Ok(())
}

/// An event, if a clock of the request changes by what is known now; gives whether. `by` is the suspension after whose entry it is
/// looked for, if for one.
pub(super) fn catch_up(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    actor: &Actor,
    request: &EnforcementRequest,
    by: Option<&SuspensionId>,
) -> Result<bool> {
    let before = state.deadlines.get(&request.id).cloned().unwrap_or_default();
    let mut deadlines = before.clone();
    let changed = stand_still(&mut deadlines, registry, environment, request);
    if changed.is_empty() {
        return Ok(false);
    }
    let mut details = EventDetails::default();
    let (mut is_longer, mut causes) = (false, BTreeSet::new());
    for (was, is) in changed
        .iter()
        .filter_map(|index| before.get(*index).zip(deadlines.get(*index)))
    {
        is_longer |= is.due.is_none() || is.due > was.due && was.due.is_some();
        causes.extend(changed_by(was, is));
        details.former.push(FormerDue {
            name: was.name.clone(),
            occurrence: was.occurrence,
            due: was.due,
        });
        details.deadlines.push(is.clone());
    }
    let newest = |id: &&SuspensionId| environment.suspensions.get(id).map(|known| known.changed_index);
    details.suspended_by = causes.iter().max_by_key(newest).or(by).cloned();
    let action = if is_longer {
        Action::SuspendClocks
    } else {
        Action::ReleaseClocks
    };
    let Ok(decision) = workflow::decide(Some(request.state), action, Party::Hub, &Facts::default()) else {
        return Ok(false);
    };
    details.due_time = earliest_open_due(&deadlines);
    let counted = (decision.counts_as, deadlines.as_slice());
    state.count_clocks(registry, environment, request, counted, &mut details);
    details.entered = enter_mailboxes(state, request, decision.notifies);
    state.changed_deadlines.insert(request.id.clone());
    state.deadlines.insert(request.id.clone(), deadlines);
    sweep::append(state, actor, request, action, decision, &details)?;
    Ok(true)
}

/// The suspensions that a clock carries now and did not before, or the other way round, or until another moment.
fn changed_by(was: &Deadline, is: &Deadline) -> Vec<SuspensionId> {
    let only_in = |one: &Deadline, other: &Deadline| {
        let pauses = one
            .suspensions
            .iter()
            .filter(|pause| !other.suspensions.contains(pause));
        let ids = pauses.filter_map(|pause| Some(pause.decided.as_ref()?.id.clone()));
        ids.collect::<Vec<_>>()
    };
    [only_in(is, was), only_in(was, is)].concat()
}

/// Lets the open clocks of a request stand still as far as is known; gives the indexes of those that changed.
pub(super) fn stand_still(
    deadlines: &mut [Deadline],
    registry: &Registry,
    environment: &Environment,
    request: &EnforcementRequest,
) -> Vec<usize> {
    let agencies = registry
        .agency(&request.sender)
        .zip(registry.agency(&request.recipient));
    let Some((sender, recipient)) = agencies.filter(|_| !environment.suspensions.is_empty()) else {
        return Vec::new();
    };
    let subject = Subject {
        kind: &request.kind,
        sender: Side::of(sender),
        recipient: Side::of(recipient),
    };
    apply::stand_still(deadlines, &environment.suspensions, &subject, &environment.calendar)
}
