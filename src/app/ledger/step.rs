//! A step of the workflow on one request.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::case_orders;
use super::command::{Command, Holding, Statement, Step};
use super::environment::Environment;
use super::erasure;
use super::follow_up::restore_followed;
use super::measures;
use super::record::{NewEntry, details_text, enter_mailboxes};
use super::state::{Registry, State};
use super::suspension::stand_still;
use super::upload::name_attachments;
use crate::domain::agency::{Agency, Channel, Scope};
use crate::domain::catalogue::rule::DeadlineRule;
use crate::domain::deadline::{self, ClockContext, Deadline, earliest_open_due};
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::event::EventDetails;
use crate::domain::ids::{OfficerId, RelatedId};
use crate::domain::regulation::not_agreed;
use crate::domain::request::{self, EnforcementRequest};
use crate::domain::response_time::{self, Counting};
use crate::domain::viewer::Viewer;
use crate::domain::workflow::{self, Action, ClockEffect, Decision, Facts, Party};
use crate::evidence::leaf::EntryType;

/// Takes the step, or says why not.
pub(super) fn step(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    command: &Command,
    viewer: &Viewer,
    step: &Step,
) -> Result<()> {
    let actor = &command.actor;
    let before = state.requests.get(&step.request_id).cloned();
    let found = before.and_then(|request| request.party_of(viewer).map(|party| (request, party)));
    let Some((request, party)) = found else {
        return Err(Error::new(ErrorCode::RequestNotFound));
    };
    erasure::refuse_erased(&request)?;
    erasure::refuse_erased_documents(state, &step.statement.attachments)?;
    if step.expected_version.is_some_and(|version| version != request.version) {
        return Err(Error::new(ErrorCode::VersionConflict).with("version", request.version.to_string()));
    }
    if (&step.sender, &step.recipient) != (&request.sender, &request.recipient) {
        // A successor has taken a place since the step was read: what it touches must be read again.
        return Err(Error::new(ErrorCode::VersionConflict).with("version", request.version.to_string()));
    }
    let recipient = registry.agency(&request.recipient);
    let mut deadlines = state.deadlines.get(&request.id).cloned().unwrap_or_default();
    let facts = facts(state, &request, step, recipient, &deadlines);
    let decision = workflow::decide(Some(request.state), step.action, party, &facts)?;
    check_statement(registry, command, step, state.hub_time.date())?;
    check_handing_over(registry, viewer, step)?;
    check_outcome(registry, environment, step, state.hub_time.date())?;

    let rules = environment.rules(
        registry,
        &step.kind,
        (&step.sender, &step.recipient),
        state.hub_time.date(),
    );
    let changed_deadlines = run_clocks(
        &mut deadlines,
        decision,
        step,
        state,
        (environment, &rules),
        |deadlines| stand_still(deadlines, registry, environment, &request),
    );
    let registry_number = if decision.registers {
        Some(registry_number(state, &request, step)?)
    } else {
        None
    };
    let changed = measures::change(state, &request, step, environment);
    let statement = &step.statement;
    let mut details = EventDetails {
        register: registry_number.is_some().then_some(step.kind.definition.register),
        registry_number,
        unit: statement.unit.clone(),
        officer: statement.officer.clone(),
        outcome: statement.outcome.clone(),
        reason: statement.reason.clone(),
        competent: statement.competent.clone(),
        clock: statement.clock.clone(),
        deadlines: changed_deadlines,
        measures: changed.measures,
        ended: changed.ended,
        restored: changed.restored,
        served: statement.served.clone(),
        attachments: statement.attachments.clone(),
        signed: command.verified.as_ref().map(|verified| verified.signed.clone()),
        debited: case_orders::debited(state, step),
        due_time: earliest_open_due(&deadlines),
        ..EventDetails::default()
    };
    let mut after = request.clone();
    after.apply(&request::Step {
        log_index: state.next_index,
        action: step.action,
        to: decision.to,
        at: state.hub_time,
        details: &details,
    });
    let counted = response_time::count(&Counting {
        request: &after,
        action: decision.counts_as,
        registers: decision.registers,
        is_first_answer: request.first_answer_index.is_none(),
        refused: refused(step, decision.counts_as) == Some(true),
        before: state.deadlines.get(&request.id).map_or(&[], Vec::as_slice),
        after: &deadlines,
        calendar: &environment.calendar,
        province: registry.province(&request.sender),
    });
    state.count(&request.kind, &mut details, counted);
    details.entered = enter_mailboxes(state, &after, decision.notifies);
    let content_digest = state.keep_body(command.body.as_ref(), environment)?.digest;
    let entry = NewEntry {
        entry_type: EntryType::Request,
        subject: request.id.to_string(),
        version: after.version,
        action: step.action.as_str(),
        from_state: Some(request.state),
        to_state: Some(after.state),
        party: Some(party),
        counterparty: Some(if party == Party::Sender {
            request.recipient
        } else {
            request.sender
        }),
        details: details_text(&details)?,
        content_digest,
    };
    let log_index = state.append(actor, entry);
    name_attachments(state, &after.id, log_index, &details.attachments);
    state.name_accounts(&RelatedId::Request(after.id.clone()), log_index, &step.accounts);
    if !details.deadlines.is_empty() {
        state.changed_deadlines.insert(after.id.clone());
        state.deadlines.insert(after.id.clone(), deadlines);
    }
    measures::keep(state, &after.id, step.action, &details);
    case_orders::keep_debited(state, &after.id, details.debited);
    state.requests.set(after.id.clone(), after.clone());
    restore_followed(state, registry, environment, &after, &step.related)
}

fn facts(
    state: &State,
    request: &EnforcementRequest,
    step: &Step,
    recipient: Option<&Agency>,
    deadlines: &[Deadline],
) -> Facts {
    let delivered_position = state.head(&request.recipient, request.lane).delivered_position;
    // An order that went out on paper can be served and answered on paper, though its recipient is connected by now.
    let paper = request.channel == Channel::Paper || recipient.is_some_and(|agency| agency.channel == Channel::Paper);
    Facts {
        delivered: request.is_delivered(delivered_position),
        registered: request.registry_number.is_some(),
        extended: request.extended,
        extendable: deadlines.iter().any(|deadline| {
            step.statement.clock.as_ref() == Some(&deadline.name) && deadline.can_extend(state.hub_time)
        }),
        paper,
        measure_kind: step.kind.definition.effect.is_measure(),
        measure_in_force: state.measure_of(&request.id).is_some_and(|measure| measure.in_force),
        quiet_period_over: false,
        unfounded_return: step.statement.unfounded_return,
        senders_clock: false,
        notice_drafted: false,
    }
}

/// The unit, the officer (in office) and the agency that a step names exist.
fn check_statement(registry: &Registry, command: &Command, step: &Step, today: Date) -> Result<()> {
    let statement = &step.statement;
    let names = names_of_assigned(step.action);
    let own = registry.agency(&command.actor.agency);
    if let Some(unit) = &statement.unit
        && !own.is_some_and(|agency| agency.units.iter().any(|known| known.id == *unit))
    {
        let (name, _) = names;
        let field = FieldViolation::new(name, "not_found", "Không có đơn vị này.", "There is no such unit.");
        return Err(Error::invalid(ErrorCode::UnitNotFound, vec![field]));
    }
    if let Some(officer) = &statement.officer
        && !registry
            .officer(&command.actor.agency, officer)
            .is_some_and(|officer| officer.is_in_office(today))
    {
        let (_, name) = names;
        let field = FieldViolation::new(name, "not_found", "Không có cán bộ này.", "There is no such officer.");
        return Err(Error::invalid(ErrorCode::OfficerNotFound, vec![field]));
    }
    if let Some(competent) = &statement.competent
        && registry.agency(competent).is_none()
    {
        let field = FieldViolation::new(
            "/competent_agency",
            "not_found",
            "Không có cơ quan này.",
            "There is no such agency.",
        );
        return Err(Error::invalid(ErrorCode::AgencyNotFound, vec![field]));
    }
    Ok(())
}

/// An outcome that a regulation adds is for those between whom it holds.
fn check_outcome(registry: &Registry, environment: &Environment, step: &Step, today: Date) -> Result<()> {
    let stated = step.statement.outcome.as_deref();
    let mut outcomes = step.kind.definition.outcomes.iter();
    let Some(outcome) = outcomes.find(|outcome| stated == Some(outcome.code.as_str())) else {
        return Ok(());
    };
    let pair = registry.pair(&step.sender, &step.recipient);
    let regulations = environment.catalogue.regulations();
    if pair.is_none_or(|pair| regulations.allow(outcome, step.kind.code(), &pair, today)) {
        return Ok(());
    }
    Err(Error::invalid(ErrorCode::DocumentInvalid, vec![not_agreed()]))
}

/// Where unit and officer stand: in the document of an acknowledge, in the message of the others.
fn names_of_assigned(action: Action) -> (&'static str, &'static str) {
    if action == Action::Acknowledge {
        ("/unit", "/officer_id")
    } else {
        ("unit_id", "officer_id")
    }
}

/// Whoever does not see all of the agency gives work to himself and, with the scope of a unit, to colleagues of that unit.
/// Forwarding is open to everyone: it gives the work back to a unit, and nobody gains by it.
fn check_handing_over(registry: &Registry, viewer: &Viewer, step: &Step) -> Result<()> {
    if viewer.scope == Scope::All || step.action == Action::Forward {
        return Ok(());
    }
    let (unit_name, officer_name) = names_of_assigned(step.action);
    let Statement { unit, officer, .. } = &step.statement;
    let outside = |name: &str| {
        let field = FieldViolation::new(
            name,
            "beyond_scope",
            "Chỉ được giao việc trong phạm vi quyền của mình; để chuyển cho đơn vị khác, hãy dùng chức năng chuyển.",
            "Work may be given only within your own scope; to give it to another unit, forward it.",
        );
        Err(Error::invalid(ErrorCode::OfficerScopeTooNarrow, vec![field]))
    };
    if unit.is_some() && *unit != viewer.unit {
        return outside(unit_name);
    }
    let is_within = |officer: &OfficerId| {
        let named = registry.officer(&viewer.agency, officer);
        viewer.reaches(Some(officer), named.and_then(|officer| officer.unit.as_ref()))
    };
    if officer.as_ref().is_some_and(|officer| !is_within(officer)) {
        return outside(officer_name);
    }
    Ok(())
}

/// Whether the final answer that the step brings is a refusal; `None` if it brings none.
fn refused(step: &Step, counts_as: Action) -> Option<bool> {
    let code = step
        .statement
        .outcome
        .as_deref()
        .filter(|_| counts_as == Action::AnswerFinal)?;
    let outcomes = &step.kind.definition.outcomes;
    outcomes
        .iter()
        .find(|outcome| outcome.code.as_str() == code)
        .map(|outcome| outcome.refusal)
}

/// Lets the clocks do what the workflow says; gives those that changed.
fn run_clocks(
    deadlines: &mut Vec<Deadline>,
    decision: Decision,
    step: &Step,
    state: &State,
    (environment, rules): (&Environment, &[DeadlineRule]),
    stand_still: impl Fn(&mut [Deadline]) -> Vec<usize>,
) -> Vec<Deadline> {
    // A paper bears its own date, which is never later than the step.
    let at = step.done.map_or(state.hub_time, |done| done.min(state.hub_time));
    let context = ClockContext {
        rules,
        calendar: &environment.calendar,
        order_payload: &step.order_payload,
        issue_date: None,
        refused: refused(step, decision.counts_as),
        answer_payload: step.answer_payload.as_ref(),
        extended_clock: step.statement.clock.as_deref(),
    };
    // With the measure the duties end that a report still owed, such as the next pay period's.
    let ends = step.action == Action::Report && step.statement.holding == Some(Holding::Nothing);
    let mut effects = decision.clocks.to_vec();
    effects.extend(ends.then_some(ClockEffect::Cancel));
    // What is known of suspensions holds before a clock stops, also if the hub has not come to this request yet.
    let mut changed: BTreeSet<usize> = stand_still(deadlines).into_iter().collect();
    changed.extend(deadline::apply(deadlines, decision.counts_as, &effects, at, &context));
    changed.extend(stand_still(deadlines));
    changed
        .into_iter()
        .filter_map(|index| deadlines.get(index).cloned())
        .collect()
}

/// The number under which the request stands in its register from now on: the stated one, or the next of the year.
fn registry_number(state: &mut State, request: &EnforcementRequest, step: &Step) -> Result<String> {
    let (register, year) = (step.kind.definition.register, state.hub_time.date().year());
    let Some(stated) = &step.statement.registry_number else {
        return Ok(state.next_registry_number(&request.recipient, register, year.into()));
    };
    if state.is_number_taken(request, register, year, stated) {
        let field = FieldViolation::new(
            "/registry_number",
            "taken",
            "Số này đã có trong sổ của năm.",
            "This number stands in the year's register already.",
        );
        return Err(Error::invalid(ErrorCode::RegistryNumberTaken, vec![field]));
    }
    state.follow_registry_number(&request.recipient, register, year.into(), stated);
    Ok(stated.clone())
}
