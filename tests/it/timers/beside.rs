//! How many orders a second the ledger takes while a storm of timers is worked off, beside how many it takes before and after, in the
//! same run. Says what it measured. `LIENTHONG_TIMERS_REQUESTS` says how many requests have timers (`make timers`: 143,000, which
//! have a million).

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use lienthong::app::App;
use lienthong::server::settings::TimerSettings;
use tokio::task::JoinSet;

use super::world::{World, at};
use crate::exchange::storm::setting;
use crate::harness::{Backend, DropDatabases, Order, TestDatabase};

/// How long one database may take.
const LIMIT: Duration = Duration::from_mins(40);
/// Orders in flight.
const CALLERS: usize = 64;
/// How long it is counted without a storm, and with one at most.
const WINDOW: Duration = Duration::from_secs(10);

fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("stderr takes a line");
}

/// Submits from all callers until told to stop.
struct Load {
    stop: Arc<AtomicBool>,
    count: Arc<AtomicU64>,
    callers: JoinSet<()>,
}

impl Load {
    fn start(app: &App, name: &'static str) -> Self {
        let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let (ledger, stop, count) = (app.ledger.clone(), Arc::clone(&stop), Arc::clone(&count));
            callers.spawn(async move {
                let mut number = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    let key = format!("{name}-{caller}-{number:07}");
                    ledger.execute(Order::land().submit(&key, "")).await.expect("accepted");
                    number += 1;
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        Self { stop, count, callers }
    }

    /// Orders a second until `done`, or for the window.
    async fn rate(&self, mut done: impl AsyncFnMut() -> bool, most: Duration) -> f64 {
        let (before, began) = (self.count.load(Ordering::Relaxed), Instant::now());
        while began.elapsed() < most && !done().await {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let orders = self.count.load(Ordering::Relaxed) - before;
        f64::from(u32::try_from(orders).expect("few")) / began.elapsed().as_secs_f64()
    }

    async fn end(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(ended) = self.callers.join_next().await {
            ended.expect("no caller panics");
        }
    }
}

async fn measured(backend: Backend) {
    let requests = setting("LIENTHONG_TIMERS_REQUESTS", 2_000);
    let database = TestDatabase::create(backend).await;
    let world = World::start_with(&database, |settings| settings.timers = TimerSettings::Running).await;
    let app = world.hub.app().clone();

    let load = Load::start(&app, "before");
    let seeded = |count: u64| count + 1 >= requests;
    while !seeded(load.count.load(Ordering::Relaxed)) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let before = load.rate(async || false, WINDOW).await;
    load.end().await;
    let raw = database.raw().await;
    let entries = raw.count("event").await;

    // All rungs of all ladders have come at once.
    world.set(at("2027-01-15T09:00:00"));
    let began = Instant::now();
    let late = async || {
        let oldest = app.oldest_timer().await.expect("a query");
        oldest.is_none_or(|oldest| oldest > at("2027-01-15T08:59:59"))
    };
    let load = Load::start(&app, "storm");
    let during = load.rate(late, LIMIT).await;
    let took = began.elapsed();
    let orders = load.count.load(Ordering::Relaxed);
    let fired = raw.count("event").await - entries - i64::try_from(orders).expect("few");
    let after = load.rate(async || false, WINDOW).await;
    load.end().await;
    say(&format!(
        "{backend:?}: {requests} requests and more, {fired} timers worked off in {took:?} beside {CALLERS} callers\n  \
         orders a second: before {before:.0}, in the storm {during:.0} ({:.2}), after {after:.0}",
        during / after
    ));
    assert!(fired > 0, "there was a storm");
    assert!(during > after / 2.0, "orders go on in a storm");
    world.end(&database).await;
}

fn measure(backend: Backend) {
    if backend.is_available() {
        let _after_the_runtime = DropDatabases;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let measured = Box::pin(measured(backend));
            tokio::time::timeout(LIMIT, measured).await.expect("in time");
        });
    }
}

#[test]
#[ignore = "make timers: it says what this machine can do, and needs optimised code"]
fn sqlite() {
    measure(Backend::Sqlite);
}

#[test]
#[ignore = "make timers: it says what this machine can do, and needs optimised code"]
fn postgres() {
    measure(Backend::Postgres);
}
