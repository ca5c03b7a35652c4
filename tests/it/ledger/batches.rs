//! A batch equals its commands one by one: the same outcomes, the same rows, the same log.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use lienthong::app::ledger::{Command, Outcome};
use lienthong::domain::error::Result;
use lienthong::domain::workflow::table::TABLE;
use lienthong::domain::workflow::{Action, Party};
use lienthong::store::schema::TABLES;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::walk::{Burst, Walker, walks};
use crate::harness::audit::audit;
use crate::harness::raw::{Raw, Row};
use crate::harness::{Backend, Order, TestDatabase, TestLedger, block_on};

/// Walks per database.
const CASES: u32 = 16;

/// What a caller can tell from an outcome. The checkpoint differs, since it covers the batch.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Done(Vec<(i64, Vec<u8>)>),
    Replayed(i64, i64),
    Refused(String),
}

impl Verdict {
    fn of(outcome: Result<Outcome>) -> Self {
        match outcome {
            Ok(Outcome::Done(receipts)) => Self::Done(
                receipts
                    .iter()
                    .map(|receipt| (receipt.log_index, receipt.leaf.to_vec()))
                    .collect(),
            ),
            Ok(Outcome::Replayed {
                log_index, entry_count, ..
            }) => Self::Replayed(log_index, entry_count),
            Ok(Outcome::Outdated) => panic!("nothing here is signed"),
            Err(error) => Self::Refused(format!("{error} {:?} {:?}", error.fields(), error.metadata())),
        }
    }
}

#[test]
fn sqlite() {
    batches_equal_one_by_one(Backend::Sqlite);
}

#[test]
fn postgres() {
    batches_equal_one_by_one(Backend::Postgres);
}

fn batches_equal_one_by_one(backend: Backend) {
    if !backend.is_available() {
        return;
    }
    let config = Config {
        cases: CASES,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    };
    // The same walks in every run: a failure comes again.
    let actions = RefCell::new(BTreeSet::new());
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let outcome = TestRunner::new_with_rng(config, rng).run(&walks(), |walk| {
        actions.borrow_mut().extend(block_on(compare(backend, walk)));
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    // What comes with time is pieces of the hub that stand alone (it/timers); the walks enter suspensions and begin to follow them, what
    // that does to clocks is in it/ledger/suspension;
    // the walks have no cases (it/cases, it/verify/story), and no kind with a duty that another order ends (it/lives/followed).
    let elsewhere = [
        (Action::Close, Party::Hub),
        (Action::CaseNotice, Party::Hub),
        (Action::FollowUp, Party::Hub),
        (Action::FollowUpLost, Party::Hub),
        (Action::Remind, Party::Hub),
        (Action::Overdue, Party::Hub),
        (Action::Escalate, Party::Hub),
        (Action::DraftNotice, Party::Hub),
        (Action::ConfirmNotice, Party::Sender),
        (Action::DiscardNotice, Party::Sender),
        (Action::ResumeClocks, Party::Hub),
        (Action::SuspendClocks, Party::Hub),
        (Action::ReleaseClocks, Party::Hub),
    ];
    let never: BTreeSet<(Action, Party)> = TABLE
        .iter()
        .map(|row| (row.action, row.who))
        .filter(|done| !elsewhere.contains(done) && !actions.borrow().contains(done))
        .collect();
    assert!(never.is_empty(), "no walk has done these: {never:?}");
}

/// Gives what was done and by whom.
async fn compare(backend: Backend, walk: Vec<Burst>) -> BTreeSet<(Action, Party)> {
    let (one_by_one, at_once) = (TestDatabase::create(backend).await, TestDatabase::create(backend).await);

    let hub = TestLedger::start(&one_by_one).await;
    let mut walker = Walker::default();
    let mut bursts: Vec<(u32, Vec<Command>)> = Vec::new();
    let mut expected = Vec::new();
    for (millis, attempts) in &walk {
        hub.clock.advance_micros(i64::from(*millis) * 1_000);
        let mut commands = Vec::new();
        for attempt in attempts {
            let command = walker.next(&hub, attempt).await;
            let outcome = hub.execute(command.clone()).await;
            walker.learn(&outcome);
            commands.push(command);
            expected.push(Verdict::of(outcome));
        }
        bursts.push((*millis, commands));
    }
    hub.stop().await;

    let hub = TestLedger::start(&at_once).await;
    let mut actual = Vec::new();
    for (millis, commands) in bursts {
        hub.clock.advance_micros(i64::from(millis) * 1_000);
        actual.extend(hub.at_once(commands).await.into_iter().map(Verdict::of));
    }
    hub.stop().await;

    for (number, (expected, actual)) in expected.iter().zip(&actual).enumerate() {
        assert_eq!(expected, actual, "command {number}: one by one, at once");
    }
    compare_tables(&one_by_one.raw().await, &at_once.raw().await).await;
    audit(&one_by_one).await;
    audit(&at_once).await;
    one_by_one
        .raw()
        .await
        .events()
        .await
        .into_iter()
        .filter_map(|event| Some((event.action.parse().ok()?, event.party?)))
        .collect()
}

async fn compare_tables(one_by_one: &Raw, at_once: &Raw) {
    // sqlx's own table says when it was installed.
    for (table, _) in TABLES.iter().filter(|(table, _)| !table.starts_with('_')) {
        let (expected, actual) = (one_by_one.table(table).await, at_once.table(table).await);
        match *table {
            // Fewer trees were signed off, but each of them is one that stood there.
            "checkpoint" => {
                // No two signatures by ECDSA are the same.
                let unsealed = |rows: &[Row]| -> BTreeSet<Row> {
                    let rows = rows.iter().cloned();
                    rows.map(|mut row| {
                        row.remove("seal_signature");
                        row
                    })
                    .collect()
                };
                let strangers = &unsealed(&actual) - &unsealed(&expected);
                assert!(strangers.is_empty(), "checkpoints of other trees: {strangers:?}");
            }
            _ => assert_eq!(expected, actual, "table {table}: one by one, at once"),
        }
    }
}

backends! {
    async fn what_queues_together_is_one_transaction(database) {
        let hub = TestLedger::start(&database).await;
        let raw = database.raw().await;
        let before = raw.count("checkpoint").await;
        let outcomes = hub
            .at_once((0..100).map(|n| Order::land().submit(&format!("together-{n}"), "")))
            .await;
        assert!(outcomes.iter().all(Result::is_ok));
        // The first may have gone alone, before the others were there.
        assert!(raw.count("checkpoint").await - before <= 2);
        audit(&database).await;
    }

    async fn a_lone_command_does_not_wait_for_company(database) {
        let hub = TestLedger::start(&database).await;
        let lone = hub.execute(Order::land().submit("lone-command", ""));
        tokio::time::timeout(Duration::from_secs(10), lone)
            .await
            .expect("an answer")
            .expect("accepted");
    }
}
