//! Deciding one command: replayed, refused, or carried out over the state of the batch.

use std::sync::Arc;

use bytes::Bytes;

use super::clock::ClockStep;
use super::command::{Command, Operation, Outcome, Receipt};
use super::environment::Environment;
use super::state::{Registry, State};
use super::{
    calendar, cases, catalogue, clock, delivery, erasure, hub_key, measures, operator, reads, registry, reports, step,
    submit, suspension, sweep, timers, trust, upload, webhook,
};
use crate::domain::agency::Scope;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::evidence::nodes::Growth;
use crate::evidence::proof::inclusion;
use crate::store::rows::Checkpoint;

/// A command that was decided and waits for the commit.
pub(super) enum Decided {
    Acted {
        leaves: Vec<(i64, Bytes)>,
        content_sha256: [u8; 32],
    },
    Replays(Outcome),
    Outdated,
}

impl Decided {
    /// What the caller is told once the tree after `growth` is committed.
    pub(super) fn into_outcome(self, committed: Option<(&Arc<Checkpoint>, &mut Growth)>) -> Outcome {
        match self {
            Self::Replays(outcome) => outcome,
            Self::Outdated => Outcome::Outdated,
            Self::Acted { leaves, content_sha256 } => {
                let Some((checkpoint, growth)) = committed else {
                    return Outcome::Done(Vec::new());
                };
                let size = growth.after().size();
                let receipts = leaves.into_iter().filter_map(|(log_index, leaf)| {
                    Some(Receipt {
                        log_index,
                        leaf,
                        content_sha256,
                        proof: inclusion(growth, u64::try_from(log_index).ok()?, size)?,
                        checkpoint: Arc::clone(checkpoint),
                    })
                });
                Outcome::Done(receipts.collect())
            }
        }
    }
}

/// Decides one command over what the batch has done so far.
pub(super) fn decide(
    state: &mut State,
    registry: &mut Registry,
    environment: &Environment,
    command: &Command,
) -> Result<Decided> {
    if let Some(key) = &command.key
        && let Some(used) = state.used_keys.get(&(command.actor.agency.clone(), key.clone()))
    {
        if used.content_sha256 != command.content_sha256 {
            return Err(Error::new(ErrorCode::KeyReused));
        }
        return Ok(Decided::Replays(Outcome::Replayed {
            content_sha256: used.content_sha256,
            log_index: used.log_index,
            entry_count: used.entry_count,
        }));
    }
    let verified = command.verified.as_ref();
    if verified.is_some_and(|verified| !verified.stands(state.registry_version, state.machine_time)) {
        return Ok(Decided::Outdated);
    }
    let today = state.hub_time.date();
    let first_index = state.next_index;
    match &command.operation {
        Operation::Submit(order) => {
            let viewer = registry.viewer(&command.actor, today)?;
            submit::submit(state, registry, environment, command, &viewer, order)?;
        }
        Operation::Step(request_step) => {
            let viewer = registry.viewer(&command.actor, today)?;
            step::step(state, registry, environment, command, &viewer, request_step)?;
        }
        Operation::Advance(advance) => {
            registry.viewer(&command.actor, today)?.scope.require(Scope::All)?;
            delivery::advance(state, &command.actor, advance)?;
        }
        Operation::Registry(change) => registry::change(state, registry, environment, command, change)?,
        Operation::Calendar(import) => {
            if !command.actor.is_hub() {
                registry.viewer(&command.actor, today)?.scope.require(Scope::All)?;
            }
            calendar::import(state, environment, command, import)?;
        }
        Operation::Sweep(piece) => sweep::sweep(state, registry, environment, &command.actor, piece)?,
        Operation::Timers(work) => timers::work(state, registry, environment, command, work)?,
        Operation::Measures(list) => {
            registry.viewer(&command.actor, today)?.scope.require(Scope::All)?;
            measures::register(state, registry, environment, command, list)?;
        }
        Operation::Read(read) => {
            registry.viewer(&command.actor, today)?.scope.require(read.scope)?;
            if read.registry_version != state.registry_version {
                return Ok(Decided::Outdated);
            }
            reads::enter(state, environment, command, read)?;
        }
        Operation::Erasure(step) => {
            registry.viewer(&command.actor, today)?.scope.require(Scope::All)?;
            if step.registry_version != state.registry_version {
                return Ok(Decided::Outdated);
            }
            erasure::enter(state, environment, command, step)?;
        }
        Operation::Clocks(step) => {
            if !command.actor.is_hub() {
                registry.viewer(&command.actor, today)?.scope.require(Scope::All)?;
            }
            match &**step {
                ClockStep::Advance(advance) => clock::advance(state, environment, command, advance)?,
                ClockStep::Suspend(step) => suspension::take(state, registry, environment, command, step)?,
            }
        }
        Operation::Webhook(step) => {
            if !command.actor.is_hub() {
                registry.viewer(&command.actor, today)?.scope.require(Scope::All)?;
            }
            webhook::enter(state, environment, command, step)?;
        }
        Operation::Catalogue(stated) => catalogue::state(state, environment, command, stated)?,
        Operation::HubKey(key) => hub_key::register(state, environment, command, key)?,
        Operation::Trust(paper) => trust::keep(state, environment, command, paper)?,
        Operation::Cases(work) => cases::enter(state, registry, environment, command, work)?,
        Operation::Reports(step) => {
            if step
                .registry_version()
                .is_some_and(|version| version != state.registry_version)
            {
                return Ok(Decided::Outdated);
            }
            reports::enter(state, registry, environment, command, step)?;
        }
        Operation::Operator(lines) => operator::enter(state, command, lines)?,
        Operation::RetireHubKey(key) => hub_key::retire(state, command, key)?,
        Operation::Upload(document) => {
            registry.viewer(&command.actor, today)?;
            upload::upload(state, environment, command, document)?;
        }
    }
    state.use_key(
        &command.actor,
        command.key.as_ref(),
        command.content_sha256,
        first_index,
    )?;
    Ok(Decided::Acted {
        leaves: state.leaves_from(first_index),
        content_sha256: command.content_sha256,
    })
}
