//! What a step does to measures: the request's own, and those that its order relates to.

use std::collections::BTreeMap;

use super::command::{Command, Holding, NewMeasure, Step, states_a_result};
use super::environment::Environment;
use super::record::{NewEntry, details_text};
use super::state::{Registry, State};
use crate::domain::catalogue::RelatedFacts;
use crate::domain::deadline::cancel_open;
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::event::{EventDetails, Measure, Taken};
use crate::domain::ids::{MeasureId, RelatedId, RequestId};
use crate::domain::money::{Currency, Money};
use crate::domain::request::EnforcementRequest;
use crate::domain::text::fold;
use crate::domain::workflow::Action;
use crate::evidence::leaf::{EntryType, NO_CONTENT};

/// The action of an entry that registers a measure.
pub(crate) const REGISTER_MEASURE: &str = "register_measure";

/// The measures that a step changes, as they stand after it.
#[derive(Debug, Default)]
pub(super) struct Changed {
    pub(super) measures: Vec<Measure>,
    /// The requests whose measure is over for good.
    pub(super) ended: Vec<RequestId>,
    /// The requests whose measure this request had ended, and does not end any more.
    pub(super) restored: Vec<RequestId>,
}

/// Finds what the step changes; [`keep`] puts it into the state.
pub(super) fn change(state: &State, request: &EnforcementRequest, step: &Step, environment: &Environment) -> Changed {
    let mut changed = Changed::default();
    changed.measures.extend(own(state, request, step, environment));
    for related in step.related.iter().filter(|_| states_a_result(step.action)) {
        change_related(state, request, step.statement.related.as_ref(), related, &mut changed);
    }
    changed
}

/// Puts what a step changed into the state.
pub(super) fn keep(state: &mut State, by: &RequestId, action: Action, details: &EventDetails) {
    for measure in &details.measures {
        state.measures.set(measure.id.clone(), measure.clone());
    }
    for ended in &details.ended {
        let Some(mut request) = state.requests.get(ended).cloned() else {
            continue;
        };
        request.measure_ended_by = Some(by.clone());
        // With the measure its later duties end, such as the next pay period; an order not answered yet keeps its clocks.
        if let Some(deadlines) = state.deadlines.get_mut(ended).filter(|_| !request.state.is_open())
            && cancel_open(deadlines, action, state.hub_time)
        {
            state.changed_deadlines.insert(ended.clone());
            request.due_time = None;
        }
        state.requests.set(ended.clone(), request);
    }
    for restored in &details.restored {
        if let Some(mut request) = state.requests.get(restored).cloned() {
            request.measure_ended_by = None;
            state.requests.set(restored.clone(), request);
        }
    }
}

/// Opens, changes or ends the request's own measure as the step states it anew. What a release has ended stays ended.
fn own(state: &State, request: &EnforcementRequest, step: &Step, environment: &Environment) -> Option<Measure> {
    let holding = step.statement.holding.as_ref()?;
    if request.measure_ended_by.is_some() {
        return None;
    }
    let in_force = state.measure_of(&request.id).filter(|measure| measure.in_force);
    match (holding, in_force) {
        (Holding::Nothing, None) => None,
        (Holding::Nothing, Some(measure)) => Some(Measure {
            in_force: false,
            ended: Some(state.hub_time),
            ..measure.clone()
        }),
        (Holding::Measure(amounts), Some(measure)) => {
            let mut restated = Measure {
                amounts: amounts.clone(),
                ..measure.clone()
            };
            // A correction states what was held at first; a report states what is held now.
            if step.action == Action::Correct {
                for taken in measure.taken.values() {
                    move_amount(&mut restated.amounts, taken, Money::less);
                }
            }
            Some(restated)
        }
        (Holding::Measure(amounts), None) => Some(Measure {
            id: MeasureId::generate(&*environment.ids, state.hub_time),
            request_id: Some(request.id.clone()),
            kind: request.kind.clone(),
            holder: request.recipient.clone(),
            issuer: request.sender.clone(),
            decision: step.decision.clone()?,
            in_force: true,
            amounts: amounts.clone(),
            since: state.hub_time,
            ended: None,
            changed_by: None,
            taken: BTreeMap::new(),
        }),
    }
}

/// Makes the measure what it is with this request's answer as it now stands: what an earlier answer of this request did is
/// undone first, so an answer given again or corrected counts once. `facts` is none if the answer does nothing to it.
fn change_related(
    state: &State,
    request: &EnforcementRequest,
    facts: Option<&RelatedFacts>,
    related: &RelatedId,
    changed: &mut Changed,
) {
    let cited = state.request_related(related);
    let had_ended = cited.is_some_and(|cited| cited.measure_ended_by.as_ref() == Some(&request.id));
    let ends = facts.is_some_and(|facts| facts.ends);
    let id = cited.map(|cited| cited.id.clone());
    if ends {
        changed.ended.extend(id);
    } else if had_ended {
        changed.restored.extend(id);
    }
    let Some(before) = state.related_measure(related) else {
        return;
    };
    let ended_by_this = !before.in_force && before.changed_by.as_ref() == Some(&request.id);
    if !before.in_force && !ended_by_this {
        return;
    }
    let mut measure = before.clone();
    if let Some(taken) = measure.taken.remove(&request.id) {
        move_amount(&mut measure.amounts, &taken, Money::plus);
    }
    if let Some(money) = facts.and_then(|facts| facts.reduce_by) {
        let taken = Taken {
            currency: money.currency().to_string(),
            amount: money.amount(),
        };
        move_amount(&mut measure.amounts, &taken, Money::less);
        measure.taken.insert(request.id.clone(), taken);
    }
    measure.in_force = !ends;
    measure.ended = ends.then_some(before.ended.unwrap_or(state.hub_time));
    if measure != *before {
        measure.changed_by = Some(request.id.clone());
        changed.measures.push(measure);
    }
}

/// Adds to or takes off what is held in the currency.
fn move_amount(amounts: &mut BTreeMap<String, String>, by: &Taken, apply: fn(Money, Money) -> Money) {
    let Ok(currency) = by.currency.parse::<Currency>() else {
        return;
    };
    let Some(held) = amounts.get_mut(&by.currency) else {
        return;
    };
    if let (Ok(now), Ok(by)) = (Money::parse(held, currency), Money::parse(&by.amount, currency)) {
        *held = apply(now, by).amount();
    }
}

/// Registers measures from before or outside the hub: all or none, one entry each.
pub(super) fn register(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    command: &Command,
    measures: &[NewMeasure],
) -> Result<()> {
    let mut wrong = Vec::new();
    for (index, NewMeasure { measure, .. }) in measures.iter().enumerate() {
        for (member, agency) in [
            ("holder_agency_code", &measure.holder),
            ("issuer_agency_code", &measure.issuer),
        ] {
            if registry.agency(agency).is_none() {
                wrong.push(FieldViolation::new(
                    format!("measures[{index}].{member}"),
                    "not_found",
                    "Không có cơ quan này.",
                    "There is no such agency.",
                ));
            }
        }
        let earlier = measures.get(..index).unwrap_or_default();
        let twice = state
            .measures
            .values()
            .chain(earlier.iter().map(|earlier| &earlier.measure))
            .any(|known| is_same(known, measure));
        if twice {
            wrong.push(FieldViolation::new(
                format!("measures[{index}].decision_number"),
                "already_registered",
                "Biện pháp theo quyết định này tại nơi này đã được đăng ký.",
                "The measure of this decision at this holder is registered already.",
            ));
        }
    }
    if !wrong.is_empty() {
        return Err(Error::invalid(ErrorCode::FieldInvalid, wrong));
    }
    // The message stands under the first entry; each entry's details say its own measure whole.
    let kept = state.keep_body(command.body.as_ref(), environment)?;
    let mut content_digest = kept.digest;
    for NewMeasure { measure, accounts } in measures {
        let measure = Measure {
            id: MeasureId::generate(&*environment.ids, state.hub_time),
            ..measure.clone()
        };
        let other = if measure.holder == command.actor.agency {
            measure.issuer.clone()
        } else {
            measure.holder.clone()
        };
        let entry = NewEntry {
            entry_type: EntryType::Measure,
            subject: measure.id.to_string(),
            version: 1,
            action: REGISTER_MEASURE,
            from_state: None,
            to_state: None,
            party: None,
            counterparty: Some(other),
            details: details_text(&measure)?,
            content_digest: std::mem::replace(&mut content_digest, NO_CONTENT),
        };
        state.append(&command.actor, entry);
        state.name_accounts(&RelatedId::Measure(measure.id.clone()), kept.log_index, accounts);
        state.measures.set(measure.id.clone(), measure);
    }
    Ok(())
}

/// The same decision of the same office at the same holder, still in force.
fn is_same(known: &Measure, new: &Measure) -> bool {
    let office = |measure: &Measure| measure.decision.office.as_deref().map(fold);
    known.in_force
        && (&known.holder, &known.issuer, &known.kind) == (&new.holder, &new.issuer, &new.kind)
        && known.decision.date == new.decision.date
        && fold(&known.decision.number) == fold(&new.decision.number)
        && office(known) == office(new)
}
