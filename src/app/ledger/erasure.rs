//! Erasing content: proposed by one person, decided by another, both under the lock of the head
//! ([decision 0025](../../../docs/decisions/0025-erasure.md)). The keys go in the transaction of the entry that says so.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::command::Command;
use super::environment::Environment;
use super::record::{NewEntry, details_text};
use super::state::State;
use crate::domain::erasure::{
    Candidate, Decided, Erasure, ErasureAction, ErasureState, Hindered, erasure_subject, hindrances,
};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{DocumentId, RequestId};
use crate::evidence::digest::{Sha256, hex};
use crate::evidence::leaf::EntryType;
use crate::store::rows::{ErasedContentRow, OpenRelation};

/// What is to be entered about an erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureStep {
    /// What is done.
    pub action: ErasureAction,
    /// The order.
    pub order: OrderToErase,
    /// The entry of the proposal that is decided; none for a proposal.
    pub proposed_index: Option<i64>,
    /// The version of the registry by which it was decided whose order it is. Under another one nothing is done.
    pub registry_version: i64,
}

/// An order with all that shares its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderToErase {
    /// Its broadcast, or its request.
    pub name: String,
    /// The log index of its bytes.
    pub body_index: i64,
    /// Its requests and for how many years each keeps its content. All are made in one write, so none joins them.
    pub requests: BTreeMap<RequestId, u32>,
}

/// What a batch reads for an erasure.
#[derive(Debug, Default)]
pub(super) struct ErasureFacts {
    /// What was proposed before about the same order, oldest first.
    pub(super) earlier: Vec<Erasure>,
    /// Open requests that relate to the order's.
    pub(super) open: Vec<OpenRelation>,
    /// Of the order's requests, those with content that is not sealed.
    pub(super) unsealed: BTreeSet<RequestId>,
    /// The entries whose keys go with it.
    pub(super) keys: Vec<i64>,
    /// Of the documents that the batch names, those that are erased.
    pub(super) erased_documents: BTreeSet<String>,
}

/// What the event of an erasure says. The reason is text, which stands in the body.
#[derive(Serialize)]
struct ErasureDetails<'a> {
    /// The log index of the order's bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    body_index: Option<i64>,
    /// The requests whose content goes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requests: Vec<&'a RequestId>,
    /// The entry of the proposal that is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposed: Option<i64>,
    /// How many keys were destroyed.
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<usize>,
    /// SHA-256 of the log indexes of their entries in decimal digits, in their order, each with a line feed behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    keys_sha256: Option<String>,
}

/// Enters a proposal or a decision, or says why not. That the order is the agency's was decided before, under the same registry.
pub(super) fn enter(state: &mut State, environment: &Environment, command: &Command, step: &ErasureStep) -> Result<()> {
    let open = pending(state, step);
    let erasure = match step.action {
        ErasureAction::Propose => propose(state, command, step, open)?,
        ErasureAction::Erase | ErasureAction::Reject => decide(state, command, step, open)?,
    };
    let erases = step.action == ErasureAction::Erase;
    // What stays needs no reason to stay.
    if step.action != ErasureAction::Reject {
        require_due(state, step)?;
    }
    let keys = erases.then(|| state.erasure.keys.clone());
    let version = state.erasure.earlier.iter().map(entries_of).sum::<i64>() + 1;
    let kept = state.keep_body(command.body.as_ref(), environment)?;
    let is_decision = step.action != ErasureAction::Propose;
    let is_about_requests = step.action != ErasureAction::Reject;
    let requests = step.order.requests.keys().filter(|_| is_about_requests);
    let entry = NewEntry {
        entry_type: EntryType::Erasure,
        subject: erasure_subject(&step.order.name),
        version,
        action: step.action.as_str(),
        from_state: None,
        to_state: None,
        party: None,
        counterparty: None,
        details: details_text(&ErasureDetails {
            body_index: is_about_requests.then_some(step.order.body_index),
            requests: requests.collect(),
            proposed: is_decision.then_some(erasure.proposed_index),
            keys: keys.as_ref().map(Vec::len),
            keys_sha256: keys.as_ref().map(|keys| digest_of(keys)),
        })?,
        content_digest: kept.digest,
    };
    let log_index = state.append(&command.actor, entry);
    for key in keys.into_iter().flatten() {
        state.appended.erased_content.push(ErasedContentRow {
            log_index: key,
            erasure_index: log_index,
        });
    }
    if erases {
        for id in step.order.requests.keys() {
            if let Some(mut request) = state.requests.get(id).cloned() {
                request.erased_index = Some(log_index);
                state.requests.set(id.clone(), request);
            }
        }
        state.appended.erased_by.push(log_index);
    }
    state.appended.erasures.push(erasure);
    Ok(())
}

/// The proposal about the order that waits, if there is one.
fn pending(state: &State, step: &ErasureStep) -> Option<Erasure> {
    let last = state.erasure.earlier.last()?;
    let is_this = step.proposed_index.is_none_or(|index| index == last.proposed_index);
    let waits = last.state_at(state.hub_time) == ErasureState::Proposed;
    (is_this && waits).then(|| last.clone())
}

fn propose(state: &State, command: &Command, step: &ErasureStep, open: Option<Erasure>) -> Result<Erasure> {
    if let Some(open) = open {
        return Err(Error::new(ErrorCode::ErasurePending).with("proposal_index", open.proposed_index.to_string()));
    }
    Ok(Erasure {
        proposed_index: state.next_index,
        subject: step.order.name.clone(),
        body_index: step.order.body_index,
        agency: command.actor.agency.clone(),
        proposed_by: command.actor.officer.clone(),
        proposed_time: state.hub_time,
        decided: None,
    })
}

fn decide(state: &State, command: &Command, step: &ErasureStep, open: Option<Erasure>) -> Result<Erasure> {
    let open = open.ok_or_else(|| Error::new(ErrorCode::ErasureNotPending))?;
    if open.agency != command.actor.agency {
        return Err(Error::new(ErrorCode::ErasureNotFound));
    }
    if open.proposed_by == command.actor.officer {
        return Err(Error::new(ErrorCode::SecondPersonRequired));
    }
    Ok(Erasure {
        decided: Some(Decided {
            index: state.next_index,
            officer: command.actor.officer.clone(),
            time: state.hub_time,
            erased: step.action == ErasureAction::Erase,
        }),
        ..open
    })
}

/// How many entries came of a proposal.
fn entries_of(erasure: &Erasure) -> i64 {
    1 + i64::from(erasure.decided.is_some())
}

/// The rule, over what stands in the database under the lock.
fn require_due(state: &State, step: &ErasureStep) -> Result<()> {
    let of_request = |(id, years): (&RequestId, &u32)| {
        let request = state
            .requests
            .get(id)
            .ok_or_else(|| Error::new(ErrorCode::RequestNotFound))?;
        let measures = state.measures.values();
        let open = state.erasure.open.iter();
        Ok(Candidate {
            request,
            retention_years: *years,
            measures: measures
                .filter(|measure| measure.request_id.as_ref() == Some(id))
                .collect(),
            open: open
                .filter(|relation| relation.request_id == *id)
                .map(|relation| &relation.open_id)
                .collect(),
            sealed: !state.erasure.unsealed.contains(id),
        })
    };
    let order = step.order.requests.iter().map(of_request).collect::<Result<Vec<_>>>()?;
    let hindered = hindrances(&order, state.hub_time);
    if hindered.is_empty() {
        Ok(())
    } else {
        Err(refusal(&hindered))
    }
}

/// The refusal with each hindrance by name.
fn refusal(hindered: &[Hindered]) -> Error {
    let violations = hindered.iter().map(Hindered::violation).collect();
    Error::invalid(ErrorCode::ErasureNotDue, violations)
}

fn digest_of(indexes: &[i64]) -> String {
    let mut digest = Sha256::default();
    for index in indexes {
        digest.update(index.to_string().as_bytes());
        digest.update(b"\n");
    }
    hex(&digest.finish())
}

/// Refuses documents that are erased: their bytes have gone since somebody looked.
pub(super) fn refuse_erased_documents(state: &State, documents: &[DocumentId]) -> Result<()> {
    let is_erased = |id: &&DocumentId| state.erasure.erased_documents.contains(id.as_str());
    match documents.iter().find(is_erased) {
        Some(id) => Err(Error::new(ErrorCode::ContentErased).with("document", id.as_str())),
        None => Ok(()),
    }
}

/// Refuses a request whose content is erased.
pub(super) fn refuse_erased(request: &crate::domain::request::EnforcementRequest) -> Result<()> {
    match request.erased_index {
        Some(_) => Err(Error::new(ErrorCode::ContentErased).with("request", request.id.as_str())),
        None => Ok(()),
    }
}
