//! Rows of webhooks.

use sqlx::Row as _;

use super::{integer, row, text};
use crate::domain::ids::WebhookId;
use crate::domain::mailbox::Lane;
use crate::domain::time::Timestamp;
use crate::domain::webhook::{DisabledReason, Endpoint, Outcome, key_place};
use crate::sealing::{DataKey, MasterKeys, UnwrapFault, WrappedKey};
use crate::store::backend::{from_row, json, parsed, parsed_optional};
use crate::store::bulk::Cell;

/// An endpoint with the JSON of its lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointRow {
    /// The endpoint.
    pub endpoint: Endpoint,
    lanes: String,
    actions: String,
    keys: String,
}

impl EndpointRow {
    /// Writes the lists.
    pub(crate) fn new(endpoint: Endpoint) -> Result<Self, serde_json::Error> {
        Ok(Self {
            lanes: serde_json::to_string(&endpoint.lanes)?,
            actions: serde_json::to_string(&endpoint.actions)?,
            keys: serde_json::to_string(&endpoint.keys)?,
            endpoint,
        })
    }
}

row!(EndpointRow, WEBHOOK_ENDPOINT, |row| [
    text(row.endpoint.id.as_str()),
    text(row.endpoint.agency.as_str()),
    text(row.endpoint.url.as_str()),
    text(&row.lanes),
    text(&row.actions),
    text(row.endpoint.signing.as_str()),
    text(&row.keys),
    text(row.endpoint.state.as_str()),
    Cell::Text(row.endpoint.reason.map(DisabledReason::as_str)),
    integer(row.endpoint.registered.micros()),
    integer(row.endpoint.updated.micros()),
    integer(row.endpoint.version),
]);
from_row!(Endpoint, |row| {
    Ok(Self {
        id: parsed(row, "id")?,
        agency: parsed(row, "agency")?,
        url: parsed(row, "url")?,
        lanes: json(row, "lanes")?,
        actions: json(row, "actions")?,
        signing: parsed(row, "signing")?,
        keys: json(row, "keys")?,
        state: parsed(row, "state")?,
        reason: parsed_optional(row, "reason")?,
        registered: Timestamp::from_micros(row.try_get("registered_time")?),
        updated: Timestamp::from_micros(row.try_get("update_time")?),
        version: row.try_get("version")?,
    })
});

/// A secret key of an endpoint, wrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookKeyRow {
    pub(crate) endpoint: WebhookId,
    /// Its number.
    pub number: i64,
    master: String,
    wrapped: Vec<u8>,
}

impl WebhookKeyRow {
    pub(crate) fn new(endpoint: WebhookId, number: i64, wrapped: WrappedKey) -> Self {
        Self {
            endpoint,
            number,
            master: wrapped.master.to_string(),
            wrapped: wrapped.bytes,
        }
    }

    /// The key.
    ///
    /// # Errors
    /// [`UnwrapFault`].
    pub fn open(&self, masters: &MasterKeys) -> Result<DataKey, UnwrapFault> {
        masters.unwrap(&key_place(&self.endpoint, self.number), &self.master, &self.wrapped)
    }
}

row!(WebhookKeyRow, WEBHOOK_KEY, |row| [
    text(row.endpoint.as_str()),
    integer(row.number),
    text(&row.master),
    Cell::Bytes(Some(&row.wrapped)),
]);
from_row!(WebhookKeyRow, |row| {
    Ok(Self {
        endpoint: parsed(row, "endpoint_id")?,
        number: row.try_get("number")?,
        master: row.try_get("master")?,
        wrapped: row.try_get("wrapped")?,
    })
});

/// Up to where a lane was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookCursorRow {
    /// Of which endpoint.
    pub endpoint: WebhookId,
    /// The lane.
    pub lane: Lane,
    /// The last position that is done with.
    pub position: i64,
    /// Attempts of the next one that failed.
    pub failed: i64,
    /// Not before this instant.
    pub next: Timestamp,
}

impl WebhookCursorRow {
    /// Everything after this position.
    pub(crate) fn after(endpoint: WebhookId, lane: Lane, position: i64) -> Self {
        Self {
            endpoint,
            lane,
            position,
            failed: 0,
            next: Timestamp::from_micros(0),
        }
    }
}

row!(WebhookCursorRow, WEBHOOK_CURSOR, |row| [
    text(row.endpoint.as_str()),
    text(row.lane.as_str()),
    integer(row.position),
    integer(row.failed),
    integer(row.next.micros()),
    text(""),
    integer(0),
]);
from_row!(WebhookCursorRow, |row| {
    Ok(Self {
        endpoint: parsed(row, "endpoint_id")?,
        lane: parsed(row, "lane")?,
        position: row.try_get("position")?,
        failed: row.try_get("failed")?,
        next: Timestamp::from_micros(row.try_get("next_time")?),
    })
});

/// What was sent of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// To which endpoint.
    pub endpoint: WebhookId,
    /// The lane of the entry.
    pub lane: Lane,
    /// Its position.
    pub position: i64,
    /// The log entry that it tells of.
    pub log_index: i64,
    /// Whether it has ever arrived.
    pub delivered: bool,
    /// How often it was tried.
    pub attempts: i64,
    /// When first.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
    /// What came of the last attempt.
    pub outcome: Outcome,
    /// What was answered to it.
    pub status: Option<i64>,
}

row!(DeliveryRow, WEBHOOK_DELIVERY, |row| [
    text(row.endpoint.as_str()),
    text(row.lane.as_str()),
    integer(row.position),
    integer(row.log_index),
    Cell::Flag(row.delivered),
    integer(row.attempts),
    integer(row.first.micros()),
    integer(row.last.micros()),
    text(row.outcome.as_str()),
    Cell::Integer(row.status),
]);
from_row!(DeliveryRow, |row| {
    Ok(Self {
        endpoint: parsed(row, "endpoint_id")?,
        lane: parsed(row, "lane")?,
        position: row.try_get("position")?,
        log_index: row.try_get("log_index")?,
        delivered: row.try_get("delivered")?,
        attempts: row.try_get("attempts")?,
        first: Timestamp::from_micros(row.try_get("first_time")?),
        last: Timestamp::from_micros(row.try_get("last_time")?),
        outcome: parsed(row, "outcome")?,
        status: row.try_get("status")?,
    })
});
