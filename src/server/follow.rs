//! Keeps what this hub remembers no older than the database: identity within [`EVERY`] of a change of the registry made
//! through another hub, the calendar likewise. A change made through this hub is seen at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::task::AbortOnDropHandle;

use crate::app::App;
use crate::auth::directory::Authenticator;

/// How often the head is read. DESIGN section 9 allows 5 seconds; if it cannot be read for longer than 4 seconds,
/// identity reads it in every call and lets nobody in without an answer.
const EVERY: Duration = Duration::from_secs(1);

/// Starts following; ends when the handle is dropped.
pub(super) fn start(authenticator: Arc<Authenticator>, app: App) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(follow(authenticator, app)))
}

async fn follow(authenticator: Arc<Authenticator>, app: App) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = authenticator.read_registry_version().await {
            tracing::warn!(code = error.code().as_str(), "registry.follow.failed");
        }
        if let Err(error) = app.follow_calendar().await {
            tracing::warn!(code = error.code().as_str(), "calendar.follow.failed");
        }
    }
}
