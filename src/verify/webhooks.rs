//! Endpoints of webhooks as the log's changes have made them: each entry says the endpoint whole. There are few of them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::entry::Event;
use super::expected::json;
use super::row::Row;
use crate::domain::ids::{AgencyCode, OfficerId};
use crate::domain::time::Timestamp;
use crate::domain::webhook::{DisabledReason, Endpoint, EndpointState, WebhookAction};

#[derive(Deserialize)]
struct Details {
    endpoint: Endpoint,
}

/// The endpoints so far.
#[derive(Debug, Default)]
pub(super) struct Webhooks(BTreeMap<String, Endpoint>);

impl Webhooks {
    /// Follows a change. None: it cannot follow what went before.
    pub(super) fn follow(&mut self, event: &Event<'_>) -> Option<()> {
        let Details { endpoint } = serde_json::from_str(event.details).ok()?;
        let action: WebhookAction = event.action.parse().ok()?;
        let before = self.0.get(event.subject);
        let by_hub = event.agency == AgencyCode::hub().as_str() && event.officer == OfficerId::hub().as_str();
        let by_own = event.agency == endpoint.agency.as_str();
        let now = Timestamp::from_micros(event.hub_time);
        let version = before.map_or(0, |before| before.version) + 1;
        let is_named = event.subject == endpoint.id.as_str() && event.version == version && endpoint.version == version;
        let is_disabled = endpoint.state == EndpointState::Disabled;
        let goes_on = match (action, before) {
            (WebhookAction::Register, None) => by_own && endpoint.registered == now && endpoint.keys.len() == 1,
            (WebhookAction::Register, Some(_)) | (_, None) => false,
            (action, Some(before)) => {
                let by_right = if action == WebhookAction::Disable {
                    by_hub
                } else {
                    by_own
                };
                let is_same = before.agency == endpoint.agency
                    && before.registered == endpoint.registered
                    && before.signing == endpoint.signing
                    && before.state != EndpointState::Removed;
                by_right && is_same
            }
        };
        let is_told = endpoint.updated == now && is_disabled == endpoint.reason.is_some();
        let is_fitting = match action {
            WebhookAction::Register => endpoint.state == EndpointState::Enabled,
            WebhookAction::Update => endpoint.state != EndpointState::Removed,
            WebhookAction::Rotate => before.is_some_and(|before| endpoint.newest_key() == before.newest_key() + 1),
            WebhookAction::Remove => endpoint.state == EndpointState::Removed,
            WebhookAction::Disable => endpoint.reason.is_some_and(|reason| reason != DisabledReason::ByAgency),
        };
        self.0.insert(event.subject.to_owned(), endpoint);
        (is_named && goes_on && is_told && is_fitting).then_some(())
    }

    /// The rows of their table.
    pub(super) fn rows(&self) -> Vec<Row> {
        let row = |endpoint: &Endpoint| {
            Row::from([
                endpoint.id.as_str().into(),
                endpoint.agency.as_str().into(),
                endpoint.url.as_str().into(),
                json(&endpoint.lanes),
                json(&endpoint.actions),
                endpoint.signing.as_str().into(),
                json(&endpoint.keys),
                endpoint.state.as_str().into(),
                endpoint.reason.map(DisabledReason::as_str).into(),
                endpoint.registered.micros().into(),
                endpoint.updated.micros().into(),
                endpoint.version.into(),
            ])
        };
        self.0.values().map(row).collect()
    }
}
