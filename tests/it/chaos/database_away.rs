//! PostgreSQL killed, frozen, or gone without a word, while callers write and read through two hubs: they are refused clearly and
//! in time, the hubs say that they are not ready, and go on by themselves when it is back. Nothing acknowledged is lost, and no
//! order acts twice.
//!
//! `LIENTHONG_FAULT_ROUNDS` says how many times each (1 unless said; `make faults` says 100).

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::callers::{ANSWER_LIMIT, Callers, point, prove, rounds};
use super::cluster::{Cluster, is_possible};
use super::process::{HubProcess, HubProgram};
use super::proxy::Proxy;
use crate::harness::TestDatabase;
use crate::kit::{Keys, Orders, initialise, register};
use crate::ops::until_status;

/// Faults on one database; then what is in it is looked at.
const ROUNDS_EACH: u64 = 5;
/// Between the end of a fault and the next order that is acknowledged at every hub.
const RESUME_LIMIT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Killed,
    Frozen,
    Unreachable,
}

#[test]
fn a_killed_server_costs_refusals_and_nothing_else() {
    run(Fault::Killed);
}

#[test]
fn a_frozen_server_costs_refusals_and_nothing_else() {
    run(Fault::Frozen);
}

#[test]
fn a_server_that_one_hub_cannot_reach_costs_refusals_there_and_nothing_else() {
    run(Fault::Unreachable);
}

fn run(fault: Fault) {
    if !is_possible() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let rounds = rounds();
        for first in (0..rounds).step_by(usize::try_from(ROUNDS_EACH).expect("small")) {
            chapter(fault, first..rounds.min(first + ROUNDS_EACH)).await;
        }
    });
}

/// Two hubs on one server. The first comes to it through a proxy.
struct Scene {
    cluster: Cluster,
    proxy: Proxy,
    programs: [HubProgram; 2],
}

async fn chapter(fault: Fault, rounds: std::ops::Range<u64>) {
    let cluster = Cluster::start(None).await;
    let proxy = Proxy::start(([127, 0, 0, 1], cluster.port()).into()).await;
    let database = TestDatabase::on(cluster.options());
    let through_proxy = TestDatabase::on(cluster.options().port(proxy.port()));
    let keys = Arc::new(Keys::generate().expect("keys"));
    initialise(&keys, &database.url()).expect("the hub is initialised");
    let hub = |url| {
        HubProgram::new(&keys, url)
            .with_documents(database.documents())
            .watched()
    };
    let mut scene = Scene {
        cluster,
        proxy,
        programs: [hub(through_proxy.url()), hub(database.url())],
    };
    let processes: Vec<HubProcess> = scene.programs.iter().map(|program| program.start(&[])).collect();
    let addresses = scene.programs.each_ref().map(|program| keys.address(program.port()));
    register(&keys, &addresses[0])
        .await
        .expect("the agencies are registered");
    let orders = Orders::new(&keys, "account-freeze", true).expect("orders");
    let callers = Callers::start(&keys, &orders, &addresses).await;
    for round in rounds {
        callers.until_acknowledged(1 + point(round, 20), ANSWER_LIMIT).await;
        let began = Instant::now();
        match fault {
            Fault::Killed => scene.kill(&callers).await,
            Fault::Frozen => scene.freeze(round, &callers).await,
            Fault::Unreachable => scene.cut_off(round, &callers).await,
        }
        let lasted = began.elapsed();
        let took = callers.until_acknowledged(1, RESUME_LIMIT).await;
        for program in &scene.programs {
            until_status(program.watched_at(), "/healthz/ready", 200).await;
        }
        println!("{fault:?} {round}: for {lasted:.1?}, the next receipts after {took:.1?}");
    }
    let (receipts, slowest) = callers.stop().await;
    println!("{fault:?}: {} orders, longest call {slowest:.1?}", receipts.len());
    for program in &scene.programs {
        let (refused, resumed) = ["ledger.writes.refused", "ledger.writes.resumed"]
            .map(|line| program.lines(line).len())
            .into();
        assert!(refused >= resumed, "{refused} and {resumed}");
    }
    prove(&keys, &orders, &addresses[0], &database, &receipts).await;
    for (process, program) in processes.into_iter().zip(&scene.programs) {
        assert!(
            process.terminate(),
            "a hub ends in order: {:?}",
            program.lines("hub.stop")
        );
    }
}

impl Scene {
    /// kill -9 of the server, which is started again when both hubs have refused writes and said why.
    async fn kill(&mut self, callers: &Callers) {
        self.cluster.kill();
        callers.until_refused(0).await;
        callers.until_refused(1).await;
        self.is_away(0).await;
        self.is_away(1).await;
        self.cluster.restart().await;
    }

    /// Stops it until reads are refused, for a moment that callers sit through, or until writes are refused that were under
    /// way.
    async fn freeze(&self, round: u64, callers: &Callers) {
        let before = callers.seen.iter().map(|seen| seen.reads_refused() + seen.refused());
        let before: u64 = before.sum();
        self.cluster.freeze();
        match round % 3 {
            0 => {
                for seen in &callers.seen {
                    let refused = seen.reads_refused();
                    let holds = || seen.reads_refused() > refused;
                    callers.until("reads are refused", ANSWER_LIMIT, holds).await;
                }
            }
            1 => {
                tokio::time::sleep(Duration::from_millis(200 + point(round, 1_300))).await;
                let after = callers.seen.iter().map(|seen| seen.reads_refused() + seen.refused());
                assert_eq!(after.sum::<u64>(), before, "a moment costs no refusal");
            }
            _ => {
                callers.until_refused(0).await;
                callers.until_refused(1).await;
                self.is_away(0).await;
                self.is_away(1).await;
            }
        }
        self.cluster.thaw();
    }

    /// The first hub cannot reach the server, and may hold its lock; the second goes on all the same.
    async fn cut_off(&self, round: u64, callers: &Callers) {
        self.proxy.hold();
        callers.until_refused(0).await;
        self.is_away(0).await;
        let others = callers.seen[1].acknowledged() + 20;
        callers
            .until("the other hub goes on", ANSWER_LIMIT, || {
                callers.seen[1].acknowledged() >= others
            })
            .await;
        if round % 2 == 1 {
            self.proxy.heal();
        } else {
            self.proxy.heal_for_new_connections();
        }
    }

    /// Waits until the hub says that it is not ready, and why.
    async fn is_away(&self, hub: usize) {
        let answer = until_status(self.programs[hub].watched_at(), "/healthz/ready", 503)
            .await
            .json();
        let checks = answer["checks"].as_array().expect("checks").iter();
        let mut failing = checks.filter(|check| check["ok"] == false);
        assert!(
            failing.any(|check| check["check"] == "database" || check["check"] == "writes"),
            "{answer}"
        );
    }
}
