//! Webhooks over the network: names are looked up, addresses judged, calls made; and the loop that has them worked off.

mod courier;
mod resolver;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::metrics::WebhookMeter;
use super::trouble::{Trouble, tell};
use crate::app::App;
use crate::app::webhooks::{WebhookLimits, Webhooks};
use crate::domain::ids::IdSource;

pub use courier::{CourierFault, HttpCourier};
pub use resolver::{Resolver, SystemResolver};

/// How often it is looked whether there is something to send.
const EVERY: Duration = Duration::from_secs(1);
/// How often it is counted how delivering goes.
const COUNT_EVERY: Duration = Duration::from_secs(15);
/// How often it is forgotten what was sent long ago.
const PRUNE_EVERY: Duration = Duration::from_hours(1);

/// How a hub calls its agencies.
#[derive(Debug, Clone)]
pub struct WebhookSettings {
    /// Whether, how many at a time, and which addresses.
    pub limits: WebhookLimits,
    /// A file of authorities (PEM) that are believed instead of the machine's.
    pub authorities: Option<PathBuf>,
    /// Who looks names up.
    pub resolver: Arc<dyn Resolver>,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            limits: WebhookLimits::default(),
            authorities: None,
            resolver: Arc::new(SystemResolver),
        }
    }
}

/// The use cases of webhooks, and who makes the calls.
///
/// # Errors
/// [`CourierFault`].
pub(super) fn open(settings: &WebhookSettings, app: &App, ids: &Arc<dyn IdSource>) -> Result<Webhooks, CourierFault> {
    let courier = HttpCourier::new(settings)?;
    let (ids, limits) = (Arc::clone(ids), settings.limits.clone());
    Ok(Webhooks::new(app.clone(), ids, limits, Arc::new(courier)))
}

/// Has webhooks worked off if they are on, as long as it is polled. A call under way is then made again by whoever comes next.
pub(super) async fn run(webhooks: Webhooks, meter: WebhookMeter) {
    if webhooks.is_on() {
        tokio::join!(work(&webhooks, &meter), look_after(&webhooks, &meter));
    }
}

async fn work(webhooks: &Webhooks, meter: &WebhookMeter) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Whoever stops the loop stops the calls with it.
    let (mut tasks, mut trouble) = (JoinSet::new(), Trouble::default());
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            // Where a lane was let go of there may be more to send.
            Some(_) = tasks.join_next() => {}
        }
        let meter = meter.clone();
        let looked = webhooks.look(&mut tasks, move |attempt| meter.tried(attempt)).await;
        tell!(trouble, looked, "webhooks");
    }
}

async fn look_after(webhooks: &Webhooks, meter: &WebhookMeter) {
    let mut counting = tokio::time::interval(COUNT_EVERY);
    let mut pruning = tokio::time::interval(PRUNE_EVERY);
    for ticks in [&mut counting, &mut pruning] {
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    let mut trouble = Trouble::default();
    loop {
        let done = tokio::select! {
            _ = counting.tick() => webhooks.health().await.map(|(health, now)| meter.counted(health, now)),
            _ = pruning.tick() => webhooks.prune().await.map(drop),
        };
        tell!(trouble, done, "webhooks.count");
    }
}
