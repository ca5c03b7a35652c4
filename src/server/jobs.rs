//! The hub's own work in the background: what an import of calendar days or a succession left to do, from this hub or
//! another, what uploads left behind, the bytes of erased documents, what operators noted, and the warning that the next year has no
//! calendar.

use std::time::Duration;

use jiff::civil::Date;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::task::AbortOnDropHandle;

use super::journal;
use super::metrics::{JobMeter, Metrics};
use super::trouble::{Trouble, tell};
use super::webhooks;
use crate::app::App;
use crate::app::documents::Documents;
use crate::app::webhooks::Webhooks;
use crate::domain::error::Result;
use crate::domain::operator::OperatorLine;

/// How often it is looked whether there is something to do.
const EVERY: Duration = Duration::from_secs(5);

/// Pieces of one look; the next follows at once if there is more.
const PIECES: usize = 20;

/// How often it is looked for uploads that have expired, and for bytes that belong to no document.
const EXPIRE_EVERY: Duration = Duration::from_mins(10);
const COLLECT_EVERY: Duration = Duration::from_hours(24);

/// How often it is looked for documents that were just erased.
const ERASE_EVERY: Duration = Duration::from_secs(5);

/// Starts the work, `pending` being what could not be noted of the hub's start; ends when the handle is dropped. A piece under way is then carried out all the same, or not at all.
pub(super) fn start(
    app: App,
    documents: Documents,
    webhooks: Webhooks,
    metrics: &Metrics,
    pending: Option<OperatorLine>,
) -> AbortOnDropHandle<()> {
    let (meter, calls) = (metrics.jobs.clone(), metrics.webhooks.clone());
    AbortOnDropHandle::new(tokio::spawn(async move {
        let webhooks = webhooks::run(webhooks, calls);
        let lines = enter_lines(app.clone(), meter.clone(), pending);
        let erased = remove_erased(app.clone(), documents.clone(), meter.clone());
        let accounts = index_accounts(app.clone(), meter.clone());
        tokio::join!(
            work(app, meter.clone()),
            lines,
            tidy(documents, meter),
            erased,
            accounts,
            webhooks
        );
    }))
}

/// Looks after what uploads left, at once and then from time to time.
async fn tidy(documents: Documents, meter: JobMeter) {
    let mut expiring = tokio::time::interval(EXPIRE_EVERY);
    let mut collecting = tokio::time::interval(COLLECT_EVERY);
    for ticks in [&mut expiring, &mut collecting] {
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    loop {
        let (event, done) = tokio::select! {
            _ = expiring.tick() => ("jobs.uploads.expired", meter.run("expire_uploads", documents.expire_uploads()).await),
            _ = collecting.tick() => ("jobs.orphans.removed", meter.run("collect_orphans", documents.collect_orphans()).await),
        };
        match done {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, event),
            Err(error) => tracing::warn!(code = error.code().as_str(), "jobs.failed"),
        }
    }
}

/// Enters what operators noted. Lines that this program does not know are told when their number changes.
async fn enter_lines(app: App, meter: JobMeter, mut pending: Option<OperatorLine>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut unknown, mut trouble) = (0, Trouble::default());
    loop {
        ticks.tick().await;
        let entered = meter.run("operator_lines", journal::enter(&app, &mut pending)).await;
        if let Ok(left) = &entered
            && *left != unknown
        {
            unknown = *left;
            tracing::warn!(lines = unknown, "operator.lines.unknown");
        }
        tell!(trouble, entered, "operator.lines");
    }
}

/// Removes the bytes of documents as they are erased. Those of before the start are found among all bytes.
async fn remove_erased(app: App, documents: Documents, meter: JobMeter) {
    let mut ticks = tokio::time::interval(ERASE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut seen, mut trouble) = (None, Trouble::default());
    loop {
        ticks.tick().await;
        let removing = async {
            let after = match seen {
                Some(after) => after,
                None => app.store.last_erasure().await?,
            };
            documents.remove_erased(after).await
        };
        let removed = meter.run("remove_erased", removing).await;
        seen = removed.as_ref().ok().copied().or(seen);
        tell!(trouble, removed, "jobs");
    }
}

/// Looks through documents of before for the accounts that they name.
async fn index_accounts(app: App, meter: JobMeter) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut trouble = Trouble::default();
    loop {
        ticks.tick().await;
        loop {
            let began = Instant::now();
            let done = meter.run("index_accounts", app.index_accounts(1)).await;
            let more = done.as_ref().is_ok_and(|done| done.more);
            if let Ok(found) = done.as_ref().map(|done| done.found)
                && found > 0
            {
                tracing::info!(found, "jobs.accounts.indexed");
            }
            tell!(trouble, done, "jobs.accounts");
            if !more {
                break;
            }
            rest_beside_others(&app, began).await;
        }
    }
}

/// What has been seen to, so that it is not looked at again without need.
#[derive(Debug, Default)]
struct Seen {
    /// The version of the registry whose successions are carried out.
    registry_version: Option<i64>,
    /// The day of the last warning.
    warned: Option<Date>,
    /// The day of the last look for what is due in cases. What falls due on a day by what is stated on that day is seen on the next.
    reminded: Option<Date>,
}

async fn work(app: App, meter: JobMeter) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut seen, mut trouble) = (Seen::default(), Trouble::default());
    let mut clock_moved = app.clock_moved.subscribe();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            // The app is held here, and with it the other end.
            _ = clock_moved.changed() => {}
        }
        warn_of_next_year(&app, &mut seen);
        tell!(trouble, look(&app, &meter, &mut seen).await, "jobs");
    }
}

/// How many times as long as a piece of the hub's own work took it rests while others wait: so it takes a fifth of the ledger's time at
/// most.
const REST: u32 = 4;

/// Lets others go first after a piece of work that began then.
pub(super) async fn rest_beside_others(app: &App, began: Instant) {
    if app.ledger.meter().is_busy() {
        tokio::time::sleep(began.elapsed() * REST).await;
    }
}

async fn look(app: &App, meter: &JobMeter, seen: &mut Seen) -> Result<()> {
    app.follow_clock().await?;
    loop {
        let began = Instant::now();
        if !meter.run("recompute", app.recompute_deadlines(PIECES)).await?.more {
            break;
        }
        rest_beside_others(app, began).await;
    }
    loop {
        let began = Instant::now();
        let done = meter.run("suspend", app.follow_suspensions(PIECES)).await?;
        if done.moved > 0 {
            tracing::info!(moved = done.moved, "jobs.suspension.followed");
        }
        if !done.more {
            break;
        }
        rest_beside_others(app, began).await;
    }
    let today = app.clock.now().date();
    if seen.reminded != Some(today) {
        meter.run("case_reminders", app.remind_of_cases()).await?;
        seen.reminded = Some(today);
    }
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
