//! Timers come due while hubs are killed and their clocks go wrong (decision 0028): each thing is done once, none before its
//! moment, and in the end the same has been done as by one hub that nobody disturbed.
//!
//! Hubs are processes, two of them where the database is PostgreSQL. Days pass within seconds: all hubs are killed and start
//! again later. `make test` runs a slice; `LIENTHONG_TIMERS_REQUESTS` says how many requests (`make timers`: enough for 100,000
//! timers), `LIENTHONG_TIMERS_SEED` which dice are thrown.

mod clocks;
mod fired;
mod seeds;

use std::sync::Arc;
use std::time::{Duration, Instant};

use lienthong::app::ledger::LedgerSettings;
use lienthong::client::pki::{Authority, Validity};
use lienthong::domain::time::{ManualClock, Timestamp};

use self::clocks::{HubClock, TrueTime};
use self::fired::Fired;
use super::world::at;
use crate::chaos::process::{HubProcess, HubProgram};
use crate::exchange::storm::dice::Dice;
use crate::exchange::storm::setting;
use crate::harness::audit::audit;
use crate::harness::{Backend, DropDatabases, TestDatabase, TestLedger};
use crate::kit::HUB_ID;

/// The longest that a storm may take.
const BUDGET: Duration = Duration::from_mins(40);
/// When the last rung of every ladder has fired and answered requests are closed.
const END: &str = "2027-02-28T00:00:00";
const DAY: u64 = 24 * 3_600;

#[test]
fn sqlite() {
    storm(Backend::Sqlite);
}

#[test]
fn postgres() {
    storm(Backend::Postgres);
}

fn storm(backend: Backend) {
    let Some(library) = clocks::library() else { return };
    if !backend.is_available() {
        return;
    }
    let requests = setting("LIENTHONG_TIMERS_REQUESTS", 60);
    let seed = setting("LIENTHONG_TIMERS_SEED", 20_261_128);
    let _after_the_runtime = DropDatabases;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let storm = Box::pin(run(backend, library, requests, seed));
        tokio::time::timeout(BUDGET, storm).await.expect("within its budget");
    });
}

fn tell(line: &str) {
    std::io::Write::write_all(&mut std::io::stderr(), format!("{line}\n").as_bytes()).expect("stderr takes a line");
}

async fn run(backend: Backend, library: &str, requests: u64, seed: u64) {
    let expected = undisturbed(backend, requests, seed).await;
    let database = TestDatabase::create(backend).await;
    let sown = seeds::sow(&database, requests, seed).await;
    let begun = Instant::now();
    let mut storm = Storm::start(&database, library, sown, Dice::new(seed, 1)).await;
    // More steps for more requests: each lets the hubs work for about a second.
    let steps = 12 + requests / 150;
    for step in 0..steps {
        storm.step(steps - step).await;
    }
    storm.settle().await;
    let Storm { fired, tally, .. } = storm;
    tell(&format!(
        "timers on {backend:?}, LIENTHONG_TIMERS_SEED={seed}: {} things of {requests} requests, {tally:?}, {} s",
        fired.count(),
        begun.elapsed().as_secs()
    ));
    for (thing, times) in &fired.things {
        assert_eq!(times.len(), 1, "once: {thing:?}");
        let when = times[0];
        assert!(
            when.moment.is_none_or(|moment| moment <= when.entered),
            "{thing:?}: {when:?}"
        );
    }
    for (thing, times) in &fired.things {
        // The other looked every six hours.
        let undisturbed = expected.things.get(thing).map(|times| times[0].entered);
        let earliest = undisturbed.expect("it was to be done").plus_hours(-6);
        assert!(times[0].entered > earliest, "{thing:?} is early: {times:?}");
    }
    let missed: Vec<_> = expected
        .things
        .iter()
        .filter(|(thing, _)| !fired.things.contains_key(thing))
        .collect();
    assert!(missed.is_empty(), "one hub that nobody disturbed did more: {missed:?}");
    audit(&database).await;
}

/// What one hub does that looks every six hours.
async fn undisturbed(backend: Backend, requests: u64, seed: u64) -> Fired {
    let database = TestDatabase::create(backend).await;
    let sown = seeds::sow(&database, requests, seed).await;
    let clock = Arc::new(ManualClock::new(sown));
    let ledger = TestLedger::start_as(HUB_ID, &database, Arc::clone(&clock), 2, LedgerSettings::default()).await;
    let app = ledger.app().await;
    let mut now = sown;
    while now < at(END) {
        clock.advance_micros(6 * 3_600_000_000);
        now = now.plus_hours(6);
        while app.fire_timers(now).await.expect("fired").more {}
    }
    drop(app);
    ledger.stop().await;
    let mut fired = Fired::begin(&database).await;
    fired.read().await;
    fired
}

/// What the storm did.
#[derive(Debug, Default)]
struct Tally {
    kills: u32,
    ahead: u32,
    back: u32,
}

struct Hub {
    program: Arc<HubProgram>,
    clock: HubClock,
    process: Option<HubProcess>,
}

struct Storm {
    hubs: Vec<Hub>,
    time: TrueTime,
    dice: Dice,
    fired: Fired,
    tally: Tally,
}

impl Storm {
    async fn start(database: &TestDatabase, library: &str, sown: Timestamp, dice: Dice) -> Self {
        let validity = Validity::days(at("2026-11-01T00:00:00"), 365);
        let authority = Authority::new("CA giả lập", validity).expect("an authority");
        let server = authority.issue_server(validity).expect("a certificate");
        let count = match database.backend() {
            Backend::Sqlite => 1,
            Backend::Postgres => 2,
        };
        let hub = |_| {
            let program = HubProgram::of(HUB_ID, &server, &authority.certificate_pem(), database.url()).log_to_file();
            let (program, clock) = HubClock::of(program, library);
            Hub {
                program: Arc::new(program),
                clock,
                process: None,
            }
        };
        let mut this = Self {
            hubs: (0..count).map(hub).collect(),
            time: TrueTime::from(sown),
            dice,
            fired: Fired::begin(database).await,
            tally: Tally::default(),
        };
        this.start_hubs().await;
        this
    }

    /// Starts every hub that does not run, with the true time.
    async fn start_hubs(&mut self) {
        let mut starting = Vec::new();
        for hub in self.hubs.iter_mut().filter(|hub| hub.process.is_none()) {
            hub.clock.set(self.time, 0);
            let program = Arc::clone(&hub.program);
            starting.push((hub, tokio::task::spawn_blocking(move || program.start(&[]))));
        }
        for (hub, started) in starting {
            hub.process = Some(started.await.expect("the hub starts"));
        }
    }

    fn kill(&mut self, hub: usize) {
        if let Some(process) = self.hubs[hub].process.take() {
            process.kill();
            self.tally.kills += 1;
        }
    }

    /// One thing goes wrong, or time passes; then the hubs work for a moment.
    async fn step(&mut self, left: u64) {
        let hub = self.dice.place(self.hubs.len());
        match self.dice.below(10) {
            0..4 => self.pass(left),
            4..7 => self.kill(hub),
            7..9 => {
                self.tally.ahead += 1;
                let ahead = self.dice.below(10 * DAY) + 3_600;
                self.wrong(hub, i64::try_from(ahead).expect("days")).await;
            }
            _ => {
                self.tally.back += 1;
                let back = self.dice.below(2 * DAY) + 3;
                self.wrong(hub, -i64::try_from(back).expect("days")).await;
            }
        }
        self.start_hubs().await;
        self.work().await;
    }

    /// All hubs are gone for a while. On average the end is reached with the steps that are left.
    fn pass(&mut self, left: u64) {
        for hub in 0..self.hubs.len() {
            self.kill(hub);
        }
        let missing = at(END).seconds().saturating_sub(self.time.now().seconds()).max(0);
        let average = u64::try_from(missing).expect("positive") * 10 / (4 * left.max(1));
        let seconds = self.dice.below(2 * average + 1);
        self.time.pass(i64::try_from(seconds).expect("days"));
    }

    /// The clock of a hub is wrong for a moment.
    async fn wrong(&mut self, hub: usize, ahead: i64) {
        self.hubs[hub].clock.set(self.time, ahead);
        self.work().await;
        self.hubs[hub].clock.set(self.time, 0);
    }

    /// The hubs work for a moment, and nothing is done early.
    async fn work(&mut self) {
        tokio::time::sleep(self.dice.millis_below(1_500)).await;
        self.fired.read().await;
        let now = self.time.now();
        assert!(
            self.fired.latest.is_none_or(|latest| latest <= now),
            "{:?} is after {now:?}, which is now",
            self.fired.latest
        );
    }

    /// Everything is put right, the end comes, and everything is done.
    async fn settle(&mut self) {
        for hub in 0..self.hubs.len() {
            self.kill(hub);
        }
        let missing = at(END).seconds() - self.time.now().seconds();
        self.time.pass(missing.max(0));
        self.start_hubs().await;
        while self.fired.is_behind(at(END)).await {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        for hub in &mut self.hubs {
            let process = hub.process.take().expect("a hub");
            assert!(process.terminate(), "the hub ends in order");
        }
        self.fired.read().await;
    }
}
