//! The hub's own work in the background: what an import of calendar days or a succession left to do, from this hub or
//! another, and the warning that the next year has no calendar.

use std::time::Duration;

use jiff::civil::Date;
use tokio::time::MissedTickBehavior;
use tokio_util::task::AbortOnDropHandle;

use super::metrics::JobMeter;
use super::trouble::{Trouble, tell};
use crate::app::App;
use crate::domain::error::Result;

/// How often it is looked whether there is something to do.
const EVERY: Duration = Duration::from_secs(5);

/// Pieces of one look; the next follows at once if there is more.
const PIECES: usize = 20;

/// Starts the work; ends when the handle is dropped. A piece under way is then carried out all the same, or not at all.
pub(super) fn start(app: App, meter: JobMeter) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(work(app, meter)))
}

/// What has been seen to, so that it is not looked at again without need.
#[derive(Debug, Default)]
struct Seen {
    /// The version of the registry whose successions are carried out.
    registry_version: Option<i64>,
    /// The day of the last warning.
    warned: Option<Date>,
}

async fn work(app: App, meter: JobMeter) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut seen, mut trouble) = (Seen::default(), Trouble::default());
    loop {
        ticks.tick().await;
        warn_of_next_year(&app, &mut seen);
        tell!(trouble, look(&app, &meter, &mut seen).await, "jobs");
    }
}

async fn look(app: &App, meter: &JobMeter, seen: &mut Seen) -> Result<()> {
    while meter.run("recompute", app.recompute_deadlines(PIECES)).await?.more {}
    let version = app.store.registry_version().await?;
    if seen.registry_version != Some(version) {
        let passed = meter.run("succession", app.pass_to_successors()).await?;
        if passed > 0 {
            tracing::info!(passed, "jobs.succession.done");
        }
        seen.registry_version = Some(version);
    }
    Ok(())
}

/// Once a day.
fn warn_of_next_year(app: &App, seen: &mut Seen) {
    let today = app.clock.now().date();
    if seen.warned == Some(today) {
        return;
    }
    seen.warned = Some(today);
    if let Some(year) = app.missing_next_year() {
        tracing::warn!(year, "calendar.next_year.missing");
    }
}
