//! Webhooks: the endpoints of an agency, what was sent to them, sending again. How they are worked off is in [`deliver`]; what goes
//! over the network is the [`Courier`]'s.

pub mod deliver;

use std::collections::BTreeSet;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::App;
use super::ledger::webhook::{NewKey, WebhookChange, WebhookStep, Wish};
use super::ledger::{Actor, Command, Operation, Receipt};
use super::requests::list::Page;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{AgencyCode, IdSource, IdempotencyKey, WebhookId};
use crate::domain::mailbox::Lane;
use crate::domain::webhook::address::AddressRules;
use crate::domain::webhook::{Attempt, Endpoint, EndpointState, Signing, WebhookAction, WebhookUrl};
use crate::evidence::leaf::{Leaf, content_sha256};
use crate::evidence::webhook::{SigningKey, secret_text};
use crate::sealing::DataKey;
use crate::store::Cursors;
use crate::store::rows::{DeliveryRow, WebhookCursorRow};

pub use super::mailbox::Target;

/// A message of protobuf, encoded again: what a key is bound to.
const PROTOBUF: &str = "application/protobuf";

/// How long a former key signs as well, unless told otherwise.
pub const OVERLAP: Duration = Duration::from_hours(24);

/// A call that is ready to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Where to.
    pub url: WebhookUrl,
    /// Its headers beside those of HTTP.
    pub headers: [(&'static str, String); 3],
    /// Its body, JSON.
    pub body: Bytes,
}

/// Who makes calls.
pub trait Courier: Send + Sync + fmt::Debug {
    /// Makes one call and says what came of it. It always ends within 15 seconds.
    fn call(&self, outgoing: Outgoing) -> Pin<Box<dyn Future<Output = Attempt> + Send + '_>>;
}

/// How webhooks are worked off.
#[derive(Debug, Clone)]
pub struct WebhookLimits {
    /// Whether anything is sent at all.
    pub on: bool,
    /// Lanes of endpoints that are worked on at a time.
    pub concurrency: usize,
    /// Which addresses may be called.
    pub rules: AddressRules,
}

impl Default for WebhookLimits {
    fn default() -> Self {
        Self {
            on: false,
            concurrency: 64,
            rules: AddressRules::default(),
        }
    }
}

/// The use cases of webhooks.
#[derive(Clone)]
pub struct Webhooks {
    app: App,
    ids: Arc<dyn IdSource>,
    limits: Arc<WebhookLimits>,
    courier: Arc<dyn Courier>,
    /// One for each lane that may be worked on.
    permits: Arc<Semaphore>,
    /// Agencies that wait for a call of their own: one each, so that no slow receiver keeps others from theirs.
    waiting: Arc<Mutex<BTreeSet<AgencyCode>>>,
    /// The name under which this hub takes lanes.
    owner: Arc<str>,
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhooks")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// A change of an endpoint, as it came.
#[derive(Debug, Clone)]
pub struct WebhookWrite {
    /// Who asks.
    pub actor: Actor,
    /// The key that makes the retry safe.
    pub key: IdempotencyKey,
    /// The message, encoded again in field order: what the key is bound to.
    pub content: Bytes,
    /// The action that it comes to.
    pub action: WebhookAction,
}

/// What an officer wants of endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A new one.
    Register(Wish, Signing),
    /// It is this from now on; the flag says whether it is called.
    Update(WebhookId, Wish, bool),
    /// Another key, the former one signing for so long.
    Rotate(WebhookId, Duration),
    /// It is no more.
    Remove(WebhookId),
}

/// An endpoint with where its lanes stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointView {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Its lanes.
    pub cursors: Vec<WebhookCursorRow>,
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The endpoint as it stands.
    pub view: EndpointView,
    /// `whsec_…` of the key that this very call made.
    pub secret: Option<String>,
    /// The proof.
    pub receipt: Receipt,
}

impl Webhooks {
    /// Over `app`; `courier` makes the calls.
    pub fn new(app: App, ids: Arc<dyn IdSource>, limits: WebhookLimits, courier: Arc<dyn Courier>) -> Self {
        let mut random = [0; 32];
        ids.fill(&mut random);
        Self {
            app,
            permits: Arc::new(Semaphore::new(limits.concurrency)),
            owner: crate::evidence::digest::hex(&random).into(),
            limits: Arc::new(limits),
            waiting: Arc::default(),
            ids,
            courier,
        }
    }

    /// Whether anything is sent at all.
    pub fn is_on(&self) -> bool {
        self.limits.on
    }

    fn require_on(&self) -> Result<()> {
        if self.limits.on {
            Ok(())
        } else {
            Err(Error::new(ErrorCode::WebhooksOff))
        }
    }

    /// Changes an endpoint. `asked` is an error if a check before this one failed; a key that acted before gives the receipt of
    /// that time all the same, but never a secret again.
    ///
    /// # Errors
    /// `WEBHOOK_NOT_FOUND`, `WEBHOOK_LIMIT`, `WEBHOOKS_OFF`, `FIELD_INVALID`, `KEY_REUSED`.
    pub async fn write(&self, write: WebhookWrite, asked: Result<Asked>) -> Result<Changed> {
        let WebhookWrite {
            actor,
            key,
            content,
            action,
        } = write;
        let step = match asked {
            Ok(asked) => self.step(&actor.agency, asked).await,
            Err(error) => Err(error),
        };
        let mut made = None;
        let receipts = match step {
            Ok((step, signing)) => {
                made = new_key(&step.change).map(|key| (key.secret.clone(), signing));
                let operation = Operation::Webhook(Box::new(step));
                let command = Command::new(actor.clone(), key, PROTOBUF, content, operation);
                self.app.execute(command).await?
            }
            Err(failure) => {
                let content = content_sha256(&content);
                self.app.replay_or(&actor.agency, &key, content, failure).await?
            }
        };
        let receipt = receipts.into_iter().next();
        let receipt = receipt.ok_or_else(|| Error::internal("a change of a webhook without an entry"))?;
        let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
        // The same bytes may be a message of another method.
        if leaf.action != action.as_str() {
            return Err(Error::new(ErrorCode::KeyReused));
        }
        let id = WebhookId::parse(&leaf.subject).map_err(Error::internal)?;
        let endpoint = self.app.store.webhook(&id).await?;
        let endpoint = endpoint.ok_or_else(|| Error::internal("a webhook was lost"))?;
        let secret = match made {
            Some((secret, Signing::Hmac)) if self.is_kept(&endpoint, &secret).await? => {
                Some(secret_text(secret.expose()))
            }
            Some(_) | None => None,
        };
        let view = self.view(endpoint).await?;
        Ok(Changed { view, secret, receipt })
    }

    /// Whether this key is the newest of the endpoint: whoever retries has made another one, which was not kept.
    async fn is_kept(&self, endpoint: &Endpoint, secret: &DataKey) -> Result<bool> {
        let (keys, newest) = (self.app.store.webhook_keys(&endpoint.id).await?, endpoint.newest_key());
        let kept = keys.iter().find(|key| key.number == newest);
        let kept = kept.map(|key| key.open(self.app.store.masters())).transpose();
        Ok(kept.map_err(Error::internal)?.is_some_and(|kept| kept == *secret))
    }

    /// What to enter, and how the endpoint signs.
    async fn step(&self, agency: &AgencyCode, asked: Asked) -> Result<(WebhookStep, Signing)> {
        let of = |id, change, signing| {
            let agency = agency.clone();
            Ok((WebhookStep { agency, id, change }, signing))
        };
        match asked {
            Asked::Register(wish, signing) => {
                self.require_on()?;
                self.check_url(&wish.url)?;
                let key = self.make_key(signing)?;
                let id = WebhookId::generate(&*self.ids, self.app.clock.now());
                of(id, WebhookChange::Register { wish, signing, key }, signing)
            }
            Asked::Update(id, wish, enabled) => {
                self.check_url(&wish.url)?;
                of(id, WebhookChange::Update { wish, enabled }, Signing::Ed25519)
            }
            Asked::Rotate(id, overlap) => {
                let signing = self.own(agency, &id).await?.signing;
                let key = self.make_key(signing)?;
                of(id, WebhookChange::Rotate { key, overlap }, signing)
            }
            Asked::Remove(id) => of(id, WebhookChange::Remove, Signing::Ed25519),
        }
    }

    fn make_key(&self, signing: Signing) -> Result<NewKey> {
        let mut random = [0; 32];
        self.ids.fill(&mut random);
        let public = match signing {
            Signing::Ed25519 => {
                let pair = SigningKey::ed25519(&random).ok_or_else(|| Error::internal("no key could be made"))?;
                pair.public()
            }
            Signing::Hmac => None,
        };
        let secret = DataKey::new(random);
        Ok(NewKey { secret, public })
    }

    /// What can be said of an address before its name is looked up, which is done at every call anew.
    fn check_url(&self, url: &WebhookUrl) -> Result<()> {
        let rules = &self.limits.rules;
        let refuse = |reason, vi: &str, en: &str| Err(Error::field("url", reason, vi, en));
        if url.is_plain() && !rules.plain {
            return refuse("not_https", "Phải là https.", "Expected https.");
        }
        if !rules.ports.contain(url.port()) {
            return refuse(
                "port_not_allowed",
                "Cổng mạng này không được phép; hãy hỏi đơn vị vận hành.",
                "This port is not allowed; ask the operator.",
            );
        }
        let address = match url.host() {
            Some(url::Host::Ipv4(address)) => Some(address.into()),
            Some(url::Host::Ipv6(address)) => Some(address.into()),
            Some(url::Host::Domain(_)) | None => None,
        };
        if address.is_some_and(|address| !rules.allow(address)) {
            return refuse(
                "address_not_allowed",
                "Địa chỉ này không công khai và chưa được đơn vị vận hành cho phép.",
                "The address is not public, and the operator has not allowed it.",
            );
        }
        Ok(())
    }

    /// The endpoint of an agency; another's is as a missing one.
    async fn own(&self, agency: &AgencyCode, id: &WebhookId) -> Result<Endpoint> {
        let found = self.app.store.webhook(id).await?;
        let own = found.filter(|endpoint| endpoint.agency == *agency && endpoint.state != EndpointState::Removed);
        own.ok_or_else(|| Error::new(ErrorCode::WebhookNotFound))
    }

    async fn view(&self, endpoint: Endpoint) -> Result<EndpointView> {
        let cursors = self.app.store.webhook_cursors([&endpoint.id]).await?;
        Ok(EndpointView { endpoint, cursors })
    }

    /// The endpoints of an agency, oldest first.
    pub async fn endpoints(&self, agency: &AgencyCode) -> Result<Vec<EndpointView>> {
        let endpoints = self.app.store.webhooks_of(agency).await?;
        let cursors = self
            .app
            .store
            .webhook_cursors(endpoints.iter().map(|endpoint| &endpoint.id));
        let cursors = cursors.await?;
        let view = |endpoint: Endpoint| EndpointView {
            cursors: cursors
                .iter()
                .filter(|cursor| cursor.endpoint == endpoint.id)
                .cloned()
                .collect(),
            endpoint,
        };
        Ok(endpoints.into_iter().map(view).collect())
    }

    /// What was sent to an endpoint, newest entry first, after an entry and lane.
    ///
    /// # Errors
    /// `WEBHOOK_NOT_FOUND`.
    pub async fn deliveries(
        &self,
        agency: &AgencyCode,
        id: &WebhookId,
        undelivered_only: bool,
        after: Option<(i64, Lane)>,
        limit: usize,
    ) -> Result<Page<DeliveryRow>> {
        self.own(agency, id).await?;
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let store = &self.app.store;
        let mut items = store.webhook_deliveries(id, undelivered_only, after, one_more).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(Page { items, more })
    }

    /// Lets an endpoint get everything again after a place; gives up to where each lane counts as sent.
    ///
    /// # Errors
    /// `WEBHOOK_NOT_FOUND`, `WEBHOOKS_OFF`, `POSITION_OUT_OF_RANGE`.
    pub async fn replay(&self, agency: &AgencyCode, id: &WebhookId, target: Target) -> Result<Cursors> {
        self.require_on()?;
        self.own(agency, id).await?;
        let positions = self.app.positions(agency, target).await?;
        let last = self.app.last_positions(agency).await?;
        let is_beyond = |(lane, position): (&Lane, &i64)| *position > last.get(lane).copied().unwrap_or(0);
        if positions.iter().any(is_beyond) {
            return Err(Error::new(ErrorCode::PositionOutOfRange));
        }
        self.app.store.seek_webhook(id, &positions).await?;
        let cursors = self.app.store.webhook_cursors([id]).await?;
        Ok(cursors
            .into_iter()
            .map(|cursor| (cursor.lane, cursor.position))
            .collect())
    }
}

fn new_key(change: &WebhookChange) -> Option<&NewKey> {
    match change {
        WebhookChange::Register { key, .. } | WebhookChange::Rotate { key, .. } => Some(key),
        WebhookChange::Update { .. } | WebhookChange::Remove | WebhookChange::Disable { .. } => None,
    }
}
