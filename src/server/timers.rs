//! What comes with time, in the background: about every second it is looked for what is due, and it is worked off in pieces that
//! let the commands of others between them, and rest while others wait. Every hub does so; what one has done the other finds done.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::task::AbortOnDropHandle;

use super::jobs::rest_beside_others;
use super::metrics::{JobMeter, Metrics, TimerMeter};
use super::settings::TimerSettings;
use super::trouble::{Trouble, tell};
use crate::app::App;
use crate::domain::error::Result;

/// How often it is looked for what is due.
const EVERY: Duration = Duration::from_secs(1);

/// How often it is looked for requests that should have a timer and have none.
const HEAL_EVERY: Duration = Duration::from_hours(1);

/// Starts the work; ends when the handle is dropped. A piece under way is then carried out all the same, or not at all.
pub(super) fn start(app: App, metrics: &Metrics, settings: TimerSettings) -> AbortOnDropHandle<()> {
    let (jobs, timers) = (metrics.jobs.clone(), metrics.timers.clone());
    AbortOnDropHandle::new(tokio::spawn(async move {
        match settings {
            TimerSettings::Running => work(app, jobs, timers).await,
            TimerSettings::Still => {}
        }
    }))
}

async fn work(app: App, jobs: JobMeter, timers: TimerMeter) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut trouble = Trouble::default();
    let mut healed: Option<Instant> = None;
    loop {
        ticks.tick().await;
        if healed.is_none_or(|healed| healed.elapsed() >= HEAL_EVERY) {
            let tidied = jobs.run("heal_timers", tidy(&app)).await;
            if tidied.is_ok() {
                healed = Some(Instant::now());
            }
            tell!(trouble, tidied, "timers");
        }
        tell!(trouble, jobs.run("timers", look(&app, &timers)).await, "timers");
    }
}

async fn tidy(app: &App) -> Result<()> {
    let moved = app.follow_ladders().await?;
    if moved > 0 {
        tracing::info!(requests = moved, "timers.ladders.followed");
    }
    let healed = app.heal_timers().await?;
    if healed > 0 {
        tracing::warn!(requests = healed, "timers.healed");
    }
    Ok(())
}

/// Works off what is due now; nothing while the clock has leapt ahead, since the ledger takes no entry then.
async fn look(app: &App, timers: &TimerMeter) -> Result<()> {
    loop {
        let leapt = app.ledger.clock().leapt();
        if timers.held(leapt.is_some()) {
            if let Some(ahead) = leapt {
                tracing::error!(ahead_seconds = ahead.as_secs(), "clock.leapt");
            } else {
                tracing::info!("clock.even");
            }
        }
        if leapt.is_some() {
            return Ok(());
        }
        let (now, began) = (app.clock.now(), Instant::now());
        timers.behind(app.oldest_timer().await?, now);
        let fired = app.fire_timers(now).await?;
        timers.fired(fired.entries);
        if !fired.more {
            return Ok(());
        }
        rest_beside_others(app, began).await;
    }
}
