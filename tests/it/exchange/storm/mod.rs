//! Everything goes wrong at once: readers that break off again and again, clients that go before their answer comes, hubs killed
//! with -9 and started again, writers that dawdle before they commit (PostgreSQL, where two hubs serve). Nothing is skipped,
//! each lane stays in its order, nothing acts twice, and with the cursor `intake` no release is seen before what it lifts.
//!
//! `make test` runs a slice of it. `LIENTHONG_STORM_ORDERS` says how many orders are sent (`make storm` sends many, within the
//! time budget here), `LIENTHONG_STORM_SEED` which dice are thrown: with the same seed every task makes the same choices, while
//! the machine decides how they interleave.

mod cast;
pub(crate) mod dice;
mod hubs;
mod readers;
mod verdict;
mod writers;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use self::cast::{Cast, Tally};
use self::dice::Dice;
use self::hubs::{Hubs, delay_commits};
use self::readers::Reader;
use self::writers::Writer;
use crate::harness::agencies::{
    ALL, BANK, BANK_2, COURT_37, INSURANCE_37, LAND_37, LAND_OFFICE, PAYER_37, POLICE_HOA_LU, PROCURACY, PROCURACY_37,
    THADS, THADS_37,
};
use crate::harness::audit::audit;
use crate::harness::{Backend, DropDatabases, Fixture, TestDatabase};

/// Whose mailboxes are read: of nine agencies that orders go to, and of three more that get few orders or copies only.
const READ: [Fixture; 12] = [
    BANK,
    BANK_2,
    LAND_37,
    POLICE_HOA_LU,
    INSURANCE_37,
    PAYER_37,
    COURT_37,
    THADS,
    THADS_37,
    LAND_OFFICE,
    PROCURACY,
    PROCURACY_37,
];
const CURSORS: [&str; 2] = ["intake", "copy"];
const SENDERS: [Fixture; 4] = [THADS_37, THADS, THADS_37, COURT_37];
const WRITERS: usize = 12;
/// The longest that a storm may take.
const BUDGET: Duration = Duration::from_mins(30);
/// How often a long storm tells how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(20);

#[expect(clippy::disallowed_methods, reason = "of a test, no setting of the hub")]
pub(crate) fn setting(name: &str, otherwise: u64) -> u64 {
    let stated = std::env::var(name).ok();
    stated.map_or(otherwise, |text| text.parse().expect("a whole number"))
}

#[test]
fn sqlite() {
    storm(Backend::Sqlite);
}

#[test]
fn postgres() {
    storm(Backend::Postgres);
}

fn storm(backend: Backend) {
    if !backend.is_available() {
        return;
    }
    let orders = setting("LIENTHONG_STORM_ORDERS", 300);
    let seed = setting("LIENTHONG_STORM_SEED", 20_261_120);
    let _after_the_runtime = DropDatabases;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        tell(&format!(
            "storm on {backend:?}: {orders} orders, LIENTHONG_STORM_SEED={seed}"
        ));
        let database = TestDatabase::create(backend).await;
        let storm = Box::pin(run(&database, orders, seed));
        tokio::time::timeout(BUDGET, storm)
            .await
            .expect("the storm ends within its budget");
        audit(&database).await;
    });
}

/// Straight to the terminal: the test runner hides what a test prints.
fn tell(line: &str) {
    std::io::Write::write_all(&mut std::io::stderr(), format!("\n{line}\n").as_bytes()).expect("stderr takes a line");
}

/// About how often a hub is killed.
fn kills(orders: u64) -> u64 {
    3 + orders / 1_000
}

async fn run(database: &TestDatabase, orders: u64, seed: u64) {
    let begun = Instant::now();
    let cast = Cast::register(database).await;
    delay_commits(database).await;
    let hubs = Hubs::start(&cast, database).await;
    let addresses = hubs.addresses(&cast);
    let tally = Arc::new(Tally::default());
    let mut tasks = 0..;
    let mut dice = || Dice::new(seed, tasks.next().expect("endless"));

    let killer = tokio::spawn(hubs.kill_now_and_then(dice(), Arc::clone(&tally), orders, kills(orders)));
    let mut writers = JoinSet::new();
    let digital = ALL.iter().filter(|agency| agency.is_digital());
    let everyone = digital.map(|agency| (*agency, cast.caller(*agency, &addresses)));
    let everyone: Arc<[_]> = everyone.collect();
    for number in 0..WRITERS {
        let sender = SENDERS[number % SENDERS.len()];
        let writer = Writer {
            number,
            sender,
            caller: cast.caller(sender, &addresses),
            everyone: Arc::clone(&everyone),
            dice: dice(),
            tally: Arc::clone(&tally),
        };
        let first = usize::try_from(orders).expect("small") / WRITERS;
        let rest = usize::try_from(orders).expect("small") % WRITERS;
        writers.spawn(writer.run(first + usize::from(number < rest)));
    }
    let (end, end_known) = watch::channel(None);
    let mut readers = JoinSet::new();
    for agency in READ {
        for cursor in CURSORS {
            let reader = Reader {
                agency,
                cursor,
                caller: cast.caller(agency, &addresses),
                dice: dice(),
                tally: Arc::clone(&tally),
                end: end_known.clone(),
            };
            readers.spawn(reader.run());
        }
    }
    let reporter = tokio::spawn(report(Arc::clone(&tally), begun));

    let sent = joined(writers).await;
    let hubs = killer.await.expect("the killer does not panic");
    end.send_replace(Some(verdict::ends(database).await));
    let written = begun.elapsed();
    let read = joined(readers).await;
    reporter.abort();
    hubs.stop().await;

    let verdict = verdict::check(database, &sent, &read).await;
    assert!(verdict.releases > 0 && verdict.lifted > 0, "{verdict:?}");
    assert!(tally.kills.load(Ordering::Relaxed) > 0 && tally.broken.load(Ordering::Relaxed) > 0);
    let told = tally.told();
    tell(&format!(
        "storm on {:?}, {} readers of {} mailboxes: {told} in {written:.1?} ({:.1?} with the last reader); {verdict:?}",
        database.backend(),
        read.len(),
        READ.len(),
        begun.elapsed(),
    ));
}

/// What all tasks give; the first panic goes on here.
async fn joined<T: 'static>(mut tasks: JoinSet<T>) -> Vec<T> {
    let mut results = Vec::new();
    while let Some(result) = tasks.join_next().await {
        results.push(result.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())));
    }
    results
}

/// Tells how far it is, as long as it runs.
async fn report(tally: Arc<Tally>, begun: Instant) {
    let mut before = 0;
    loop {
        tokio::time::sleep(TOLD_EVERY).await;
        let orders = tally.orders.load(Ordering::Relaxed);
        let rate = (orders - before) / TOLD_EVERY.as_secs();
        before = orders;
        tell(&format!("{:.0?}: {}, {rate} orders/s", begun.elapsed(), tally.told()));
    }
}
