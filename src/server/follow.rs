//! Keeps what identity remembers no older than the registry: within [`EVERY`] for changes made through other hubs. A
//! change made through this hub is seen by identity itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::task::AbortOnDropHandle;

use crate::auth::directory::Authenticator;

/// How often the head is read. DESIGN section 9 allows 5 seconds; if it cannot be read for longer than 4 seconds,
/// identity reads it in every call and lets nobody in without an answer.
const EVERY: Duration = Duration::from_secs(1);

/// Starts following; ends when the handle is dropped.
pub(super) fn start(authenticator: Arc<Authenticator>) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(follow(authenticator)))
}

async fn follow(authenticator: Arc<Authenticator>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = authenticator.read_registry_version().await {
            tracing::warn!(code = error.code().as_str(), "registry.follow.failed");
        }
    }
}
