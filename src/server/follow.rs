//! Keeps what this hub remembers no older than the database: identity within [`EVERY`] of a change of the registry made
//! through another hub, the calendar likewise. A change made through this hub is seen at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::task::AbortOnDropHandle;

use super::trouble::{Trouble, tell};
use crate::app::App;
use crate::auth::directory::Authenticator;
use crate::domain::error::{Error, ErrorCode};

/// How often the head is read. DESIGN section 9 allows 5 seconds; if it cannot be read for longer than 4 seconds,
/// identity reads it in every call and lets nobody in without an answer.
const EVERY: Duration = Duration::from_secs(1);

/// The longest that a look at the calendar may take, so that it never keeps the next look at the registry waiting.
const LIMIT: Duration = Duration::from_secs(2);

/// Starts following; ends when the handle is dropped.
pub(super) fn start(authenticator: Arc<Authenticator>, app: App) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(follow(authenticator, app)))
}

async fn follow(authenticator: Arc<Authenticator>, app: App) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut registry, mut calendar) = (Trouble::default(), Trouble::default());
    loop {
        ticks.tick().await;
        tell!(registry, authenticator.read_registry_version().await, "registry.follow");
        let followed = tokio::time::timeout(LIMIT, app.follow_calendar()).await;
        let followed = followed.unwrap_or_else(|_elapsed| Err(Error::new(ErrorCode::Unavailable)));
        tell!(calendar, followed, "calendar.follow");
    }
}
