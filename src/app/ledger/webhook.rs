//! Endpoints of webhooks: registered, changed and removed by officers, disabled by the hub when a receiver does not answer any more
//! ([decision 0031](../../../docs/decisions/0031-webhooks.md)). Each entry says the endpoint whole, without its secret.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;

use super::command::Command;
use super::environment::Environment;
use super::record::{NewEntry, details_text};
use super::state::{State, Tracked};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{AgencyCode, WebhookId};
use crate::domain::mailbox::Lane;
use crate::domain::webhook::{
    DisabledReason, Endpoint, EndpointState, MOST_ENDPOINTS, Signing, WebhookAction, WebhookUrl, key_place,
};
use crate::domain::workflow::Action;
use crate::evidence::leaf::EntryType;
use crate::sealing::DataKey;
use crate::store::rows::{EndpointRow, WebhookCursorRow, WebhookKeyRow};
use crate::store::write::LedgerTx;

/// What is to be entered about an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookStep {
    /// Whose it is.
    pub agency: AgencyCode,
    /// Which.
    pub id: WebhookId,
    /// What is done.
    pub change: WebhookChange,
}

/// A change of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookChange {
    /// There is a new one. It gets entries that come from now on.
    Register {
        /// Where and what.
        wish: Wish,
        /// How calls are signed.
        signing: Signing,
        /// Its first key.
        key: NewKey,
    },
    /// It is this from now on.
    Update {
        /// Where and what.
        wish: Wish,
        /// Whether it is called.
        enabled: bool,
    },
    /// Another key signs.
    Rotate {
        /// The key.
        key: NewKey,
        /// For how long the former one signs as well.
        overlap: Duration,
    },
    /// It is no more.
    Remove,
    /// The hub calls it no more.
    Disable {
        /// Why.
        reason: DisabledReason,
        /// The version that was called: one that was changed since is left as it is.
        version: i64,
    },
}

/// Where an agency wants to be called, and about what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Where.
    pub url: WebhookUrl,
    /// Entries of these lanes.
    pub lanes: BTreeSet<Lane>,
    /// Entries about these actions; empty: about all.
    pub actions: BTreeSet<Action>,
}

/// A key that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Its random bytes.
    pub secret: DataKey,
    /// `whpk_…`; none for HMAC.
    pub public: Option<String>,
}

/// What a batch knows and changes of endpoints.
#[derive(Debug, Default)]
pub(super) struct WebhookFacts {
    /// Endpoints of the agencies of the batch.
    pub(super) endpoints: Tracked<WebhookId, Endpoint>,
    keys: Vec<WebhookKeyRow>,
    cursors: Vec<WebhookCursorRow>,
    revived: Vec<WebhookId>,
    /// Keys with lower numbers go.
    rotated: Vec<(WebhookId, i64)>,
    removed: Vec<WebhookId>,
}

#[derive(Serialize)]
struct WebhookDetails<'a> {
    endpoint: &'a Endpoint,
}

impl WebhookChange {
    fn action(&self) -> WebhookAction {
        match self {
            Self::Register { .. } => WebhookAction::Register,
            Self::Update { .. } => WebhookAction::Update,
            Self::Rotate { .. } => WebhookAction::Rotate,
            Self::Remove => WebhookAction::Remove,
            Self::Disable { .. } => WebhookAction::Disable,
        }
    }
}

/// Makes the change, or says why not. That an officer may was decided before.
pub(super) fn enter(state: &mut State, environment: &Environment, command: &Command, step: &WebhookStep) -> Result<()> {
    let known = state.webhooks.endpoints.get(&step.id);
    let known = known.filter(|endpoint| endpoint.agency == step.agency && endpoint.state != EndpointState::Removed);
    let Some(endpoint) = changed(state, known, step)? else {
        return Ok(());
    };
    keep_beside(state, environment, step, &endpoint)?;
    let kept = state.keep_body(command.body.as_ref(), environment)?;
    let entry = NewEntry {
        entry_type: EntryType::Webhook,
        subject: endpoint.id.to_string(),
        version: endpoint.version,
        action: step.change.action().as_str(),
        from_state: None,
        to_state: None,
        party: None,
        counterparty: None,
        details: details_text(&WebhookDetails { endpoint: &endpoint })?,
        content_digest: kept.digest,
    };
    state.append(&command.actor, entry);
    state.webhooks.endpoints.set(endpoint.id.clone(), endpoint);
    Ok(())
}

/// The endpoint as it is from now on; none if there is nothing to do.
fn changed(state: &State, known: Option<&Endpoint>, step: &WebhookStep) -> Result<Option<Endpoint>> {
    let now = state.hub_time;
    let found = || known.cloned().ok_or_else(|| Error::new(ErrorCode::WebhookNotFound));
    let mut endpoint = match &step.change {
        WebhookChange::Register { wish, signing, .. } => {
            require_room(state, &step.agency)?;
            Endpoint {
                id: step.id.clone(),
                agency: step.agency.clone(),
                url: wish.url.clone(),
                lanes: wish.lanes.clone(),
                actions: wish.actions.clone(),
                signing: *signing,
                keys: Vec::new(),
                state: EndpointState::Enabled,
                reason: None,
                registered: now,
                updated: now,
                version: 0,
            }
        }
        WebhookChange::Update { wish, enabled } => {
            let reason = (!enabled).then_some(DisabledReason::ByAgency);
            let before = found()?;
            Endpoint {
                url: wish.url.clone(),
                lanes: wish.lanes.clone(),
                actions: wish.actions.clone(),
                state: reason.map_or(EndpointState::Enabled, |_| EndpointState::Disabled),
                // Why the hub disabled it is told until somebody enables it.
                reason: reason.map(|by_agency| before.reason.unwrap_or(by_agency)),
                ..before
            }
        }
        WebhookChange::Rotate { .. } => found()?,
        WebhookChange::Remove => Endpoint {
            state: EndpointState::Removed,
            reason: None,
            ..found()?
        },
        WebhookChange::Disable { reason, version } => {
            let is_called =
                |endpoint: &&Endpoint| endpoint.version == *version && endpoint.state == EndpointState::Enabled;
            let Some(called) = known.filter(is_called).cloned() else {
                return Ok(None);
            };
            Endpoint {
                state: EndpointState::Disabled,
                reason: Some(*reason),
                ..called
            }
        }
    };
    match &step.change {
        WebhookChange::Register { key, .. } => endpoint.rotate(key.public.clone(), now, now),
        WebhookChange::Rotate { key, overlap } => endpoint.rotate(key.public.clone(), now, now.plus(*overlap)),
        WebhookChange::Update { .. } | WebhookChange::Remove | WebhookChange::Disable { .. } => {}
    }
    endpoint.updated = now;
    endpoint.version += 1;
    Ok(Some(endpoint))
}

fn require_room(state: &State, agency: &AgencyCode) -> Result<()> {
    let is_own = |endpoint: &&Endpoint| endpoint.agency == *agency && endpoint.state != EndpointState::Removed;
    if state.webhooks.endpoints.values().filter(is_own).count() < MOST_ENDPOINTS {
        Ok(())
    } else {
        Err(Error::new(ErrorCode::WebhookLimit).with("most", MOST_ENDPOINTS.to_string()))
    }
}

/// What delivering needs, in the same transaction: the secret, where the lanes begin, what goes.
fn keep_beside(state: &mut State, environment: &Environment, step: &WebhookStep, endpoint: &Endpoint) -> Result<()> {
    let id = &step.id;
    match &step.change {
        WebhookChange::Register { key, .. } => {
            for lane in Lane::ALL {
                let last = state.head(&step.agency, *lane).last_position;
                let cursor = WebhookCursorRow::after(id.clone(), *lane, last);
                state.webhooks.cursors.push(cursor);
            }
            keep_key(state, environment, endpoint, key)?;
        }
        WebhookChange::Rotate { key, .. } => {
            state.webhooks.rotated.push((id.clone(), endpoint.newest_key() - 1));
            keep_key(state, environment, endpoint, key)?;
        }
        WebhookChange::Update { enabled: true, .. } => state.webhooks.revived.push(id.clone()),
        WebhookChange::Remove => state.webhooks.removed.push(id.clone()),
        WebhookChange::Update { enabled: false, .. } | WebhookChange::Disable { .. } => {}
    }
    Ok(())
}

fn keep_key(state: &mut State, environment: &Environment, endpoint: &Endpoint, key: &NewKey) -> Result<()> {
    let (number, mut nonce) = (endpoint.newest_key(), [0; 12]);
    environment.ids.fill(&mut nonce);
    let place = key_place(&endpoint.id, number);
    let wrapped = environment.masters.wrap(&place, &key.secret, nonce);
    let row = WebhookKeyRow::new(endpoint.id.clone(), number, wrapped.map_err(Error::internal)?);
    state.webhooks.keys.push(row);
    Ok(())
}

/// Writes what a batch changed of endpoints. What goes, goes last: it may have come in the same batch.
pub(super) async fn write(tx: &mut LedgerTx, facts: &WebhookFacts) -> Result<(), sqlx::Error> {
    let rows = facts
        .endpoints
        .changes()
        .map(|(_, endpoint)| EndpointRow::new(endpoint.clone()));
    let rows: Vec<EndpointRow> = rows
        .collect::<Result<_, _>>()
        .map_err(|error| sqlx::Error::Encode(error.into()))?;
    tx.write(&rows).await?;
    tx.write(&facts.keys).await?;
    tx.write(&facts.cursors).await?;
    for id in &facts.revived {
        tx.revive_webhook(id).await?;
    }
    for (id, number) in &facts.rotated {
        tx.forget_webhook_keys(id, *number).await?;
    }
    for id in &facts.removed {
        tx.forget_webhook(id).await?;
    }
    Ok(())
}
