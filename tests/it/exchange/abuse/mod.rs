//! One agency abuses HTTP/2 and its connections in every way we know, on a hub in a process of its own. Meanwhile another
//! agency is served, calls and new connections alike, the hub's memory stays within a bound, and what is said of the
//! attacked connections holds.
//!
//! `LIENTHONG_ABUSE_SECONDS` sets how long each attack goes on (`make abuse` says longer).

mod attacks;

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use lienthong::client::channel::HubAddress;
use lienthong_proto::v1;
use lienthong_proto::v1::request_service_client::RequestServiceClient;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use self::attacks::{Attack, DEAF, FLOODS, Fate, Outcome, WAITS};
use crate::chaos::process::{HubProcess, HubProgram};
use crate::harness::frames::Attacker;
use crate::harness::{Backend, DropDatabases, TestDatabase};
use crate::kit::{Keys, Orders, initialise, register, submitter};

/// How long a call of the other agency may take, its connection included. Generous: this machine does the attacking, too.
const SERVED_WITHIN: Duration = Duration::from_secs(10);
/// How much more memory than at rest the hub may take at any time, KiB: what an agency may hold (64 MiB), and as much again for
/// connections, calls and pages under way.
const MOST_MEMORY_KIB: u64 = 128 * 1_024;
/// How long an attack that must be cut may go on for that.
const PATIENCE: Duration = Duration::from_secs(20);
/// Orders that stand in the attacker's mailbox from the beginning.
const ORDERS: u64 = 300;

#[expect(clippy::disallowed_methods, reason = "the length of a test, no setting of the hub")]
fn flood_time() -> Duration {
    let stated = std::env::var("LIENTHONG_ABUSE_SECONDS").ok();
    let seconds = stated.and_then(|text| text.parse().ok()).unwrap_or(0.3);
    Duration::from_secs_f64(seconds)
}

#[test]
fn whoever_abuses_http2_harms_nobody_else_and_costs_bounded_memory() {
    let _after_the_runtime = DropDatabases;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(run());
}

/// The hub under attack and who is at it.
struct Scene {
    hub: HubProcess,
    attacker: Arc<Attacker>,
    neighbour: Arc<Neighbour>,
    at_rest_kib: u64,
    report: String,
    faults: Vec<String>,
}

async fn run() {
    let database = TestDatabase::empty(Backend::Sqlite).await;
    let keys = Arc::new(Keys::generate().expect("keys"));
    initialise(&keys, &database.url()).expect("the hub is initialised");
    let program = HubProgram::new(&keys, database.url())
        .log_to_file()
        .option("--handshake-timeout-seconds", "1")
        .option("--keep-alive-seconds", "5")
        .option("--keep-alive-timeout-seconds", "1")
        .option("--stalled-reader-seconds", "1");
    let hub = program.start(&[]);
    let address = keys.address(program.port());
    register(&keys, &address).await.expect("the agencies are registered");
    let neighbour = Arc::new(Neighbour::new(Arc::clone(&keys), address));
    neighbour.fill_the_mailbox().await;
    let mut scene = Scene {
        at_rest_kib: hub.resident_kib(),
        hub,
        attacker: Arc::new(Attacker::new(&keys, &keys.bank, program.port())),
        neighbour,
        report: String::new(),
        faults: Vec::new(),
    };
    let time = flood_time();
    for attack in FLOODS {
        scene.meet(std::slice::from_ref(attack), time).await;
    }
    scene.meet(DEAF, time.max(Duration::from_secs(3))).await;
    // Until the hub has probed them and its time limits have passed.
    scene.meet(WAITS, time.max(Duration::from_secs(7))).await;
    print!(
        "at rest the hub has {} MiB\n{}",
        scene.at_rest_kib / 1_024,
        scene.report
    );
    assert!(scene.hub.terminate(), "the hub ends in order");
    let log = std::fs::read_to_string(program.path("log")).expect("the log");
    let lines: Vec<&str> = log.lines().collect();
    assert!(
        lines.len() < 100,
        "an attack may not fill the log: {:#?}",
        &lines[..100]
    );
    assert!(!log.contains("ERROR"), "an attack is no fault of the hub: {log}");
    assert!(scene.faults.is_empty(), "{}", scene.faults.join("\n"));
}

impl Scene {
    /// Carries out some attacks at the same time and judges what came of them.
    async fn meet(&mut self, attacks: &'static [Attack], time: Duration) {
        let end = Instant::now() + time;
        let mut lanes = JoinSet::new();
        for (row, attack) in attacks.iter().enumerate() {
            for _ in 0..attack.lanes {
                let attacker = Arc::clone(&self.attacker);
                lanes.spawn(async move {
                    let mut outcome = (attack.run)(&attacker, end).await;
                    // A machine that is busy otherwise gives an attack little of its time.
                    while matches!(attack.fate, Fate::Cut) && outcome.cut == 0 && Instant::now() < end + PATIENCE {
                        let more = (attack.run)(&attacker, Instant::now() + time).await;
                        outcome.opened += more.opened;
                        outcome.cut += more.cut;
                    }
                    (row, outcome)
                });
            }
        }
        let stop = Arc::new(AtomicBool::new(false));
        let served = tokio::spawn(Arc::clone(&self.neighbour).call_until(Arc::clone(&stop)));
        let mut most_kib = 0;
        let mut outcomes: Vec<Vec<Outcome>> = attacks.iter().map(|_| Vec::new()).collect();
        while !lanes.is_empty() {
            let joined = timeout(Duration::from_millis(20), lanes.join_next()).await;
            most_kib = most_kib.max(self.hub.resident_kib());
            if let Ok(Some(ended)) = joined {
                let (row, outcome) = ended.expect("no attacker panics");
                outcomes[row].push(outcome);
            }
        }
        stop.store(true, Ordering::Relaxed);
        let served = served.await.expect("the neighbour does not panic");
        let grown = most_kib.saturating_sub(self.at_rest_kib);
        for (attack, lanes) in attacks.iter().zip(outcomes) {
            self.judge(attack, &lanes);
        }
        writeln!(
            self.report,
            "{:>44}: {} calls, slowest {} ms; {} MiB more than at rest",
            "meanwhile the other agency",
            served.calls,
            served.slowest.as_millis(),
            grown / 1_024
        )
        .expect("a text grows");
        self.faults
            .extend(served.fault.map(|fault| format!("{}: {fault}", attacks[0].name)));
        if served.calls == 0 {
            self.faults
                .push(format!("{}: the other agency was not served", attacks[0].name));
        }
        if grown > MOST_MEMORY_KIB {
            self.faults
                .push(format!("{}: {grown} KiB more memory than at rest", attacks[0].name));
        }
    }

    fn judge(&mut self, attack: &Attack, lanes: &[Outcome]) {
        let opened: u32 = lanes.iter().map(|lane| lane.opened).sum();
        let cut: u32 = lanes.iter().map(|lane| lane.cut).sum();
        writeln!(self.report, "{:<44}: {opened} connections, {cut} cut", attack.name).expect("a text grows");
        let holds = match attack.fate {
            Fate::Cut => lanes.iter().all(|lane| lane.cut > 0),
            Fate::Kept => opened > 0 && cut == 0,
        };
        if !holds {
            self.faults
                .push(format!("{}: not {:?}: {lanes:?}", attack.name, attack.fate));
        }
    }
}

/// Another agency, which goes about its work.
struct Neighbour {
    keys: Arc<Keys>,
    hub: HubAddress,
    orders: Orders,
    count: AtomicU64,
}

/// How it was served.
#[derive(Debug, Default)]
struct Served {
    calls: u64,
    slowest: Duration,
    fault: Option<String>,
}

impl Neighbour {
    fn new(keys: Arc<Keys>, hub: HubAddress) -> Self {
        let orders = Orders::new(&keys, "account-freeze", true).expect("orders");
        let count = AtomicU64::new(0);
        Self {
            keys,
            hub,
            orders,
            count,
        }
    }

    fn next_order(&self) -> v1::SubmitRequest {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        self.orders.submit(&format!("abuse-{number:08}"))
    }

    async fn fill_the_mailbox(&self) {
        let client = submitter(&self.keys, &self.hub).await.expect("a connection");
        let mut submits = JoinSet::new();
        for _ in 0..ORDERS {
            let (mut client, order) = (client.clone(), self.next_order());
            submits.spawn(async move { client.submit(order).await.map(drop) });
        }
        while let Some(submitted) = submits.join_next().await {
            submitted.expect("no panic").expect("a submit");
        }
    }

    /// Submits on one connection, and on a new one each time, until told to stop. What fails or takes too long is the end.
    async fn call_until(self: Arc<Self>, stop: Arc<AtomicBool>) -> Served {
        let mut served = Served::default();
        let mut steady = match submitter(&self.keys, &self.hub).await {
            Ok(client) => client,
            Err(error) => {
                served.fault = Some(format!("no connection: {error}"));
                return served;
            }
        };
        while !stop.load(Ordering::Relaxed) && served.fault.is_none() {
            let begin = Instant::now();
            let done = timeout(SERVED_WITHIN, steady.submit(self.next_order())).await;
            served.note(
                begin,
                done.map(|reply| reply.map(drop).map_err(|status| status.to_string())),
            );
            let begin = Instant::now();
            let done = timeout(SERVED_WITHIN, self.on_a_new_connection()).await;
            served.note(begin, done);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        served
    }

    async fn on_a_new_connection(&self) -> Result<(), String> {
        let channel = self
            .keys
            .sender
            .connect(&self.hub)
            .await
            .map_err(|error| error.to_string())?;
        let mut client = RequestServiceClient::new(channel);
        let reply = client.submit(self.next_order()).await;
        reply.map(drop).map_err(|status| status.to_string())
    }
}

impl Served {
    fn note(&mut self, begin: Instant, done: Result<Result<(), String>, tokio::time::error::Elapsed>) {
        self.slowest = self.slowest.max(begin.elapsed());
        match done {
            Ok(Ok(())) => self.calls += 1,
            Ok(Err(error)) => self.fault = Some(error),
            Err(_elapsed) => self.fault = Some("a call took too long".to_owned()),
        }
    }
}
