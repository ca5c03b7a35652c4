//! Reads through supervision: each is an entry before anything is shown
//! ([decision 0021](../../../docs/decisions/0021-supervision.md)).

use std::collections::BTreeSet;

use serde::Serialize;

use super::command::Command;
use super::environment::Environment;
use super::record::{NewEntry, details_text};
use super::state::State;
use crate::domain::agency::Scope;
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, RequestId};
use crate::domain::supervision::{Hours, Look};
use crate::evidence::digest::{Sha256, hex};
use crate::evidence::leaf::EntryType;
use crate::store::rows::{ReadRow, ShownRow};

/// What a supervisor is about to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupervisedRead {
    /// What is done.
    pub look: Look,
    /// The version of the registry by which it was decided what may be shown. Under another one nothing is entered.
    pub registry_version: i64,
    /// The scope of the officer by which it was decided.
    pub scope: Scope,
    /// The requests.
    pub shown: BTreeSet<RequestId>,
    /// Whether a case or purpose was named.
    pub is_cited: bool,
}

/// What the event of a read says. What was asked, with case and purpose in the supervisor's words, stands in the body.
#[derive(Serialize)]
struct ReadDetails {
    hours: Hours,
    cited: bool,
    shown: i64,
    /// SHA-256 of the ids shown, in their order, each with a line feed behind it.
    shown_sha256: String,
}

/// The subject of an agency's reads.
fn reads_subject(agency: &AgencyCode) -> String {
    format!("supervision/{agency}")
}

/// Enters what a supervisor is about to be shown. That he may see it was decided before, under the same registry.
pub(super) fn enter(
    state: &mut State,
    environment: &Environment,
    command: &Command,
    read: &SupervisedRead,
) -> Result<()> {
    let actor = &command.actor;
    let mut digest = Sha256::default();
    for id in &read.shown {
        digest.update(id.as_str().as_bytes());
        digest.update(b"\n");
    }
    let shown = i64::try_from(read.shown.len()).unwrap_or(i64::MAX);
    let hours = Hours::at(&environment.calendar, state.hub_time);
    let content_digest = state.keep_body(command.body.as_ref(), environment)?.digest;
    let entry = NewEntry {
        entry_type: EntryType::Read,
        subject: reads_subject(&actor.agency),
        version: 1,
        action: read.look.as_str(),
        from_state: None,
        to_state: None,
        party: None,
        counterparty: None,
        details: details_text(&ReadDetails {
            hours,
            cited: read.is_cited,
            shown,
            shown_sha256: hex(&digest.finish()),
        })?,
        content_digest,
    };
    let log_index = state.append(actor, entry);
    state.appended.reads.push(ReadRow {
        log_index,
        agency: actor.agency.clone(),
        officer: actor.officer.clone(),
        read_time: state.hub_time,
        look: read.look,
        hours,
        is_cited: read.is_cited,
        shown,
    });
    let row = |id: &RequestId| ShownRow {
        log_index,
        request_id: id.clone(),
    };
    state.appended.shown.extend(read.shown.iter().map(row));
    Ok(())
}
