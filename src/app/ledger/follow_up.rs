//! What an order ends at the requests that it cites: the sender's own duty to follow them up (`stops_on = ["follow_up"]`), until it is
//! returned or taken back. Only at the recipient whom the order goes to as well: nobody else is told that there is one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::command::{Actor, Submit};
use super::environment::Environment;
use super::record::enter_mailboxes;
use super::state::{Registry, State};
use super::suspension::stand_still;
use super::sweep::append;
use crate::domain::deadline::{self, ClockContext, earliest_open_due};
use crate::domain::error::Result;
use crate::domain::event::EventDetails;
use crate::domain::ids::{AgencyCode, RelatedId, RequestId};
use crate::domain::request::EnforcementRequest;
use crate::domain::workflow::{self, Action, Facts, Party, State as RequestState};

/// Ends what an order, which opened `opened` at its recipients, follows up.
pub(super) fn end_followed(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    sender: &AgencyCode,
    submit: &Submit,
    opened: &[RequestId],
) -> Result<()> {
    for (recipient, follower) in submit.recipients.iter().zip(opened) {
        for relation in &submit.relations {
            let Some(request) = state.request_related(&relation.related_id).cloned() else {
                continue;
            };
            let is_followed = request.sender == *sender
                && request.recipient == *recipient
                && may_follow(environment, &request, submit)
                && waits(state, &request.id);
            if is_followed {
                enter(state, (registry, environment), Action::FollowUp, &request, follower)?;
            }
        }
    }
    Ok(())
}

fn may_follow(environment: &Environment, request: &EnforcementRequest, submit: &Submit) -> bool {
    let revision = u32::try_from(request.kind_revision).ok();
    let kind = revision.and_then(|revision| environment.catalogue.kind_revision(&request.kind, revision));
    kind.is_some_and(|kind| kind.definition.follow_ups.contains(&submit.kind.definition.code))
}

/// Whether a clock of it runs until it is followed up.
fn waits(state: &State, request: &RequestId) -> bool {
    let clocks = state.deadlines.get(request).into_iter().flatten();
    let mut waiting = clocks.filter(|clock| clock.is_open() && clock.stops_on.contains(&Action::FollowUp));
    waiting.next().is_some()
}

/// Opens again what `follower`, which is returned or taken back, had ended at the requests that it cites.
pub(super) fn restore_followed(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    follower: &EnforcementRequest,
    cited: &[RelatedId],
) -> Result<()> {
    if !matches!(follower.state, RequestState::Returned | RequestState::Withdrawn) {
        return Ok(());
    }
    for cited in cited {
        let Some(request) = state.request_related(cited).cloned() else {
            continue;
        };
        if was_ended_by(state, &request.id, follower) {
            enter(
                state,
                (registry, environment),
                Action::FollowUpLost,
                &request,
                &follower.id,
            )?;
        }
    }
    Ok(())
}

/// Whether the order ended a clock there: both happened in one write.
fn was_ended_by(state: &State, request: &RequestId, follower: &EnforcementRequest) -> bool {
    let mut clocks = state.deadlines.get(request).into_iter().flatten();
    clocks.any(|clock| clock.stopped_by == Some(Action::FollowUp) && clock.stopped == Some(follower.submit_time))
}

fn enter(
    state: &mut State,
    (registry, environment): (&Registry, &Environment),
    action: Action,
    request: &EnforcementRequest,
    follower: &RequestId,
) -> Result<()> {
    let Ok(decision) = workflow::decide(Some(request.state), action, Party::Hub, &Facts::default()) else {
        return Ok(());
    };
    let mut deadlines = state.deadlines.get(&request.id).cloned().unwrap_or_default();
    let context = ClockContext {
        rules: &[],
        calendar: &environment.calendar,
        order_payload: &Value::Null,
        issue_date: None,
        answer_payload: None,
        refused: None,
        extended_clock: None,
    };
    let mut changed: BTreeSet<usize> = deadline::apply(
        &mut deadlines,
        decision.counts_as,
        decision.clocks,
        state.hub_time,
        &context,
    )
    .into_iter()
    .collect();
    // A clock that runs again may stand still by what was decided for many.
    changed.extend(stand_still(&mut deadlines, registry, environment, request));
    let mut details = EventDetails {
        deadlines: changed
            .into_iter()
            .filter_map(|index| deadlines.get(index).cloned())
            .collect(),
        due_time: earliest_open_due(&deadlines),
        followed_by: Some(follower.clone()),
        entered: enter_mailboxes(state, request, decision.notifies),
        ..EventDetails::default()
    };
    state.count_clocks(
        registry,
        environment,
        request,
        (decision.counts_as, &deadlines),
        &mut details,
    );
    state.changed_deadlines.insert(request.id.clone());
    append(state, &Actor::hub(), request, action, decision, &details)?;
    state.deadlines.insert(request.id.clone(), deadlines);
    Ok(())
}
