//! Working webhooks off. Each lane of an endpoint is worked on by one hub at a time, in order: what fails is tried again before
//! anything after it is sent. Where a lane stands is in the database and moves after the answer, so that whatever stops a hub,
//! an entry is sent once more rather than never. Nothing waits in memory but the calls under way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Outgoing, Webhooks};
use crate::app::ledger::webhook::{WebhookChange, WebhookStep};
use crate::app::ledger::{Actor, Command, Operation};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{AgencyCode, RequestId, WebhookId};
use crate::domain::mailbox::Lane;
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::domain::webhook::{
    Attempt, DisabledReason, Endpoint, EndpointKey, EndpointState, Next, Outcome, Signing, Told, ToldRequest,
    message_name, next, test_event,
};
use crate::evidence::webhook::{ID, SIGNATURE, SigningKey, TIMESTAMP, message_id};
use crate::store::rows::{DeliveredEvent, DeliveryRow, WebhookCursorRow};
use crate::store::{ClaimedLane, Settled, WebhookHealth};

/// Entries that are read at a time.
const PAGE: i64 = 32;
/// No call of a page begins later than this after its first.
const PAGE_TIME: Duration = Duration::from_secs(10);
/// How long a lane is a hub's: longer than a page with its last call may take.
const LEASE: Duration = Duration::from_secs(30);
/// How long a lane rests whose keys this hub cannot open.
const WITHOUT_KEYS: Duration = Duration::from_mins(1);
/// How long it is kept what was sent.
const KEPT: Duration = Duration::from_hours(30 * 24);

impl Webhooks {
    /// Takes the lanes that have something to send, as many as there is room for, and works on each in a task of its own.
    /// `told` is given each attempt. Gives how many were taken.
    ///
    /// # Errors
    /// The database's.
    pub async fn look(
        &self,
        tasks: &mut JoinSet<()>,
        told: impl Fn(&Attempt) + Clone + Send + Sync + 'static,
    ) -> Result<usize> {
        let mut permits = Vec::new();
        while let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            permits.push(permit);
        }
        let (now, limit) = (self.app.clock.now(), i64::try_from(permits.len()).unwrap_or(i64::MAX));
        if limit == 0 {
            return Ok(0);
        }
        let due = self.app.store.webhooks_due(now, limit).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let until = now.plus(LEASE);
        let claimed = self.app.store.claim_webhooks(&due, &self.owner, now, until).await?;
        let taken = claimed.len();
        for (cursor, permit) in claimed.into_iter().zip(permits) {
            let (webhooks, told) = (self.clone(), told.clone());
            tasks.spawn(async move {
                let id = cursor.endpoint.clone();
                if let Err(error) = webhooks.work(cursor, told).await {
                    tracing::warn!(endpoint = %id, code = error.code().as_str(), "webhook.work.failed");
                }
                drop(permit);
            });
        }
        Ok(taken)
    }

    /// How delivering goes, and the time now.
    ///
    /// # Errors
    /// The database's.
    pub async fn health(&self) -> Result<(WebhookHealth, Timestamp)> {
        Ok((self.app.store.webhook_health().await?, self.app.clock.now()))
    }

    /// Forgets what was sent long ago.
    ///
    /// # Errors
    /// The database's.
    pub async fn prune(&self) -> Result<usize> {
        self.app.store.prune_webhooks(self.app.clock.now().minus(KEPT)).await
    }

    /// Works on a lane for a while.
    async fn work(&self, cursor: WebhookCursorRow, told: impl Fn(&Attempt) + Send + Sync) -> Result<()> {
        let endpoint = self.app.store.webhook(&cursor.endpoint).await?;
        let Some(endpoint) = endpoint.filter(|endpoint| endpoint.state == EndpointState::Enabled) else {
            return Ok(());
        };
        let claimed = ClaimedLane { endpoint, cursor };
        let Some(keys) = self.keys(&claimed.endpoint).await? else {
            let cursor = WebhookCursorRow {
                next: self.app.clock.now().plus(WITHOUT_KEYS),
                ..claimed.cursor
            };
            let settled = Settled {
                cursor,
                deliveries: Vec::new(),
            };
            return self.app.store.settle_webhook(&settled, &self.owner).await.map(drop);
        };
        let (settled, end) = self.page(&claimed, &keys, told).await?;
        let is_ours = self.app.store.settle_webhook(&settled, &self.owner).await?;
        if let Some(reason) = end.filter(|_| is_ours) {
            self.disable(&claimed.endpoint, reason).await?;
        }
        Ok(())
    }

    /// Sends what comes next until it fails, time is over or there is no more. Says why the endpoint is to be disabled, if it is.
    async fn page(
        &self,
        claimed: &ClaimedLane,
        keys: &[SigningKey],
        told: impl Fn(&Attempt) + Send + Sync,
    ) -> Result<(Settled, Option<DisabledReason>)> {
        let (endpoint, started) = (&claimed.endpoint, Instant::now());
        let mut cursor = WebhookCursorRow {
            next: self.app.clock.now(),
            ..claimed.cursor.clone()
        };
        let store = &self.app.store;
        let entries = store
            .mailbox_page(&endpoint.agency, cursor.lane, cursor.position, PAGE)
            .await?;
        let requests = self.requests(&endpoint.agency, &entries).await?;
        let (mut deliveries, mut end) = (Vec::new(), None);
        for delivered in &entries {
            if !endpoint.wants(cursor.lane, &delivered.event.action) {
                (cursor.position, cursor.failed) = (delivered.entry.position, 0);
                continue;
            }
            if started.elapsed() > PAGE_TIME {
                break;
            }
            let attempt = self.attempt(endpoint, delivered, &requests, keys).await;
            told(&attempt);
            let now = self.app.clock.now();
            deliveries.push(delivery(endpoint, delivered, &attempt, now));
            let failed = cursor.failed.saturating_add(1);
            match next(&attempt, u32::try_from(failed).unwrap_or(u32::MAX), now, self.random()) {
                Next::Pass => {
                    (cursor.position, cursor.failed) = (delivered.entry.position, 0);
                    continue;
                }
                Next::Again(time) => (cursor.failed, cursor.next) = (failed, time),
                // Whoever enables it again has the entry sent again.
                Next::Gone => (cursor.failed, end) = (failed, Some(DisabledReason::Gone)),
                Next::GiveUp => (cursor.failed, end) = (failed, Some(DisabledReason::Failed)),
            }
            break;
        }
        if end.is_some() {
            // Nobody is to try again before it is disabled.
            cursor.next = self.app.clock.now().plus(LEASE);
        }
        Ok((Settled { cursor, deliveries }, end))
    }

    async fn attempt(
        &self,
        endpoint: &Endpoint,
        delivered: &DeliveredEvent,
        requests: &BTreeMap<RequestId, EnforcementRequest>,
        keys: &[SigningKey],
    ) -> Attempt {
        let DeliveredEvent { entry, event } = delivered;
        let request = requests.get(&entry.request_id).map(|request| ToldRequest {
            kind: request.kind.clone(),
            state: request.state,
            due_time: request.due_time.map(Timestamp::to_rfc3339),
        });
        let told = Told {
            lane: entry.lane,
            position: entry.position,
            log_index: entry.log_index,
            enforcement_request_id: entry.request_id.clone(),
            action: event.action.clone(),
            request,
        };
        let id = entry_message_id(&endpoint.id, entry.lane, entry.position);
        self.send(endpoint, id, told.body(event.hub_time), keys).await
    }

    async fn send(&self, endpoint: &Endpoint, id: String, body: String, keys: &[SigningKey]) -> Attempt {
        let rules = &self.limits.rules;
        // What the operator allows may have changed since it was registered.
        if (endpoint.url.is_plain() && !rules.plain) || !rules.ports.contain(endpoint.url.port()) {
            return Attempt::failed(Outcome::Address);
        }
        let seconds = self.app.clock.now().seconds();
        let signatures: Vec<String> = keys.iter().map(|key| key.sign(&id, seconds, body.as_bytes())).collect();
        let outgoing = Outgoing {
            url: endpoint.url.clone(),
            headers: [
                (ID, id),
                (TIMESTAMP, seconds.to_string()),
                (SIGNATURE, signatures.join(" ")),
            ],
            body: Bytes::from(body),
        };
        self.courier.call(outgoing).await
    }

    /// The keys that sign now, newest first; none if this hub cannot open one of them.
    async fn keys(&self, endpoint: &Endpoint) -> Result<Option<Vec<SigningKey>>> {
        let (now, kept) = (self.app.clock.now(), self.app.store.webhook_keys(&endpoint.id).await?);
        let signing = endpoint.keys.iter().filter(|key| key.signs_at(now));
        let open = |key: &EndpointKey| {
            let kept = kept.iter().find(|kept| kept.number == key.number)?;
            let secret = kept.open(self.app.store.masters()).ok()?;
            match endpoint.signing {
                Signing::Ed25519 => SigningKey::ed25519(secret.expose()),
                Signing::Hmac => Some(SigningKey::hmac(secret.expose())),
            }
        };
        let keys: Option<Vec<SigningKey>> = signing.map(open).collect();
        if keys.is_none() {
            tracing::error!(endpoint = %endpoint.id, "webhook.key.missing");
        }
        Ok(keys)
    }

    /// The requests of entries, as far as the agency is a party to them.
    async fn requests(
        &self,
        agency: &AgencyCode,
        entries: &[DeliveredEvent],
    ) -> Result<BTreeMap<RequestId, EnforcementRequest>> {
        let ids: BTreeSet<&RequestId> = entries.iter().map(|delivered| &delivered.entry.request_id).collect();
        let found = self.app.store.requests_of(&Viewer::whole(agency), ids).await?;
        Ok(found.into_iter().map(|request| (request.id.clone(), request)).collect())
    }

    async fn disable(&self, endpoint: &Endpoint, reason: DisabledReason) -> Result<()> {
        let step = WebhookStep {
            agency: endpoint.agency.clone(),
            id: endpoint.id.clone(),
            change: WebhookChange::Disable {
                reason,
                version: endpoint.version,
            },
        };
        let command = Command {
            actor: Actor::hub(),
            key: None,
            content_sha256: [0; 32],
            body: None,
            verified: None,
            operation: Operation::Webhook(Box::new(step)),
        };
        self.app.execute(command).await?;
        tracing::warn!(endpoint = %endpoint.id, reason = reason.as_str(), "webhook.disabled");
        Ok(())
    }

    fn random(&self) -> u8 {
        let mut random = [0; 1];
        self.ids.fill(&mut random);
        random[0]
    }

    /// Sends one entry again, at once and once.
    ///
    /// # Errors
    /// `WEBHOOK_NOT_FOUND`, `WEBHOOKS_OFF`, `POSITION_OUT_OF_RANGE`, `OVERLOADED`.
    pub async fn send_again(&self, agency: &AgencyCode, id: &WebhookId, lane: Lane, position: i64) -> Result<Attempt> {
        self.require_on()?;
        let endpoint = self.own(agency, id).await?;
        let entries = self
            .app
            .store
            .mailbox_page(agency, lane, position.saturating_sub(1), 1)
            .await?;
        let found = entries.first().filter(|delivered| delivered.entry.position == position);
        let delivered = found.ok_or_else(|| Error::new(ErrorCode::PositionOutOfRange))?;
        let requests = self.requests(agency, &entries).await?;
        let (_turn, keys) = self.at_once(&endpoint).await?;
        let attempt = self.attempt(&endpoint, delivered, &requests, &keys).await;
        let row = delivery(&endpoint, delivered, &attempt, self.app.clock.now());
        self.app.store.record_webhook(&row).await?;
        Ok(attempt)
    }

    /// Sends a test; gives its id and what came of it.
    ///
    /// # Errors
    /// `WEBHOOK_NOT_FOUND`, `WEBHOOKS_OFF`, `OVERLOADED`.
    pub async fn send_test(&self, agency: &AgencyCode, id: &WebhookId) -> Result<(String, Attempt)> {
        self.require_on()?;
        let endpoint = self.own(agency, id).await?;
        let (_turn, keys) = self.at_once(&endpoint).await?;
        let mut random = [0; 32];
        self.ids.fill(&mut random);
        let message = message_id(&crate::evidence::digest::hex(&random));
        let body = test_event(id, self.app.clock.now());
        let attempt = self.send(&endpoint, message.clone(), body, &keys).await;
        Ok((message, attempt))
    }

    /// The turn of an agency for a call that it waits for, and the keys for it.
    async fn at_once(&self, endpoint: &Endpoint) -> Result<(Turn, Vec<SigningKey>)> {
        let turn = Turn::take(&self.waiting, &endpoint.agency)?;
        let keys = self.keys(endpoint).await?;
        let keys = keys.ok_or_else(|| Error::internal("the keys of a webhook cannot be opened"))?;
        Ok((turn, keys))
    }
}

/// That an agency waits for a call; over when it is dropped.
struct Turn {
    waiting: Arc<Mutex<BTreeSet<AgencyCode>>>,
    agency: AgencyCode,
}

impl Turn {
    fn take(waiting: &Arc<Mutex<BTreeSet<AgencyCode>>>, agency: &AgencyCode) -> Result<Self> {
        let is_first = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(agency.clone());
        if !is_first {
            return Err(Error::new(ErrorCode::Overloaded).retry_after_millis(1_000));
        }
        Ok(Self {
            waiting: Arc::clone(waiting),
            agency: agency.clone(),
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.remove(&self.agency);
    }
}

/// The id of the message about an entry: the same for every attempt.
pub fn entry_message_id(endpoint: &WebhookId, lane: Lane, position: i64) -> String {
    message_id(&message_name(endpoint, lane, position))
}

fn delivery(endpoint: &Endpoint, delivered: &DeliveredEvent, attempt: &Attempt, now: Timestamp) -> DeliveryRow {
    DeliveryRow {
        endpoint: endpoint.id.clone(),
        lane: delivered.entry.lane,
        position: delivered.entry.position,
        log_index: delivered.entry.log_index,
        delivered: attempt.outcome == Outcome::Delivered,
        attempts: 1,
        first: now,
        last: now,
        outcome: attempt.outcome,
        status: attempt.status.map(i64::from),
    }
}
