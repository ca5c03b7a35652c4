//! What an order ends at the requests that it cites: the sender's own duty to follow them up (`stops_on = ["follow_up"]`). Only at the
//! recipient whom the order goes to as well: nobody else is told that there is one.

use serde_json::Value;

use super::command::{Actor, Submit};
use super::environment::Environment;
use super::state::{Registry, State};
use super::sweep::append;
use crate::domain::deadline::{self, ClockContext, earliest_open_due};
use crate::domain::error::Result;
use crate::domain::event::EventDetails;
use crate::domain::ids::{AgencyCode, RelatedId, RequestId};
use crate::domain::request::EnforcementRequest;
use crate::domain::workflow::{self, Action, Facts, Party};

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
            let cited = match &relation.related_id {
                RelatedId::Request(id) => Some(id),
                RelatedId::Measure(id) => state.measures.get(id).and_then(|measure| measure.request_id.as_ref()),
            };
            let Some(request) = cited.and_then(|id| state.requests.get(id)).cloned() else {
                continue;
            };
            let is_followed = request.sender == *sender
                && request.recipient == *recipient
                && may_follow(environment, &request, submit)
                && waits(state, &request.id);
            if is_followed {
                end(state, registry, environment, &request, follower)?;
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

fn end(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    request: &EnforcementRequest,
    follower: &RequestId,
) -> Result<()> {
    let action = Action::FollowUp;
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
    let changed = deadline::apply(
        &mut deadlines,
        decision.counts_as,
        decision.clocks,
        state.hub_time,
        &context,
    );
    let mut details = EventDetails {
        deadlines: changed
            .into_iter()
            .filter_map(|index| deadlines.get(index).cloned())
            .collect(),
        due_time: earliest_open_due(&deadlines),
        followed_by: Some(follower.clone()),
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
