//! Keeps what identity remembers no older than the registry: at once for changes made through this hub, within
//! [`EVERY`] for changes made through others.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use tokio_util::task::AbortOnDropHandle;

use crate::auth::directory::Authenticator;
use crate::store::Store;

/// How often the head is read. DESIGN section 9 allows 5 seconds.
const EVERY: Duration = Duration::from_secs(1);

/// Starts following; ends when the handle is dropped.
pub(super) fn start(
    store: Store,
    local: watch::Receiver<i64>,
    authenticator: Arc<Authenticator>,
) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(follow(store, local, authenticator)))
}

async fn follow(store: Store, mut local: watch::Receiver<i64>, authenticator: Arc<Authenticator>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            changed = local.changed() => {
                // The ledger has ended, so the hub is stopping.
                if changed.is_err() {
                    return;
                }
                authenticator.observe_registry_version(*local.borrow_and_update());
            }
            _ = ticks.tick() => match store.registry_version().await {
                Ok(version) => authenticator.observe_registry_version(version),
                Err(error) => tracing::warn!(code = error.code().as_str(), "registry.follow.failed"),
            }
        }
    }
}
