//! Several hubs on one PostgreSQL: one log, dense positions, no key acts twice, no stale registry.

use std::sync::Arc;

use lienthong::app::ledger::command::RegistryChange;
use lienthong::app::ledger::{Command, LedgerSettings, Outcome};
use lienthong::domain::error::ErrorCode;
use tokio::task::JoinSet;

use crate::harness::agencies::{BANK, BANK_2, registry_command};
use crate::harness::audit::audit;
use crate::harness::ids::clock;
use crate::harness::{Backend, Order, TestDatabase, TestLedger, run};

async fn two_hubs(database: &TestDatabase) -> [TestLedger; 2] {
    // Small batches, so that the hubs take turns.
    let settings = LedgerSettings {
        queue: 1_024,
        batch: 8,
        ..LedgerSettings::default()
    };
    let first = TestLedger::start_bare(database, clock(), 1, settings).await;
    first.register_all().await;
    let second = TestLedger::start_bare(database, Arc::clone(&first.clock), 2, settings).await;
    [first, second]
}

/// Orders that both hubs get, and orders of each hub's own.
fn orders(hub: usize) -> Vec<Command> {
    let shared = (0..150).map(|n| Order::freeze(&[BANK, BANK_2]).submit(&format!("shared-{n:04}"), "the same"));
    let own = (0..150).map(|n| Order::land().submit(&format!("own-{hub}-{n:04}"), ""));
    shared.zip(own).flat_map(|(shared, own)| [shared, own]).collect()
}

#[test]
fn two_hubs_keep_one_dense_log_and_no_key_acts_twice() {
    run(Backend::Postgres, async |database| {
        let hubs = two_hubs(&database).await;
        let mut tasks = JoinSet::new();
        for (number, hub) in hubs.iter().enumerate() {
            let mut queue: Vec<(usize, Command)> = orders(number).into_iter().enumerate().collect();
            if number == 1 {
                // From the other end, so that each hub is the first with some keys.
                queue.reverse();
            }
            for (order, command) in queue {
                let ledger = hub.ledger.clone();
                tasks.spawn(async move { (order, number, ledger.execute(command).await) });
            }
        }
        let mut outcomes = tasks.join_all().await;
        outcomes.sort_by_key(|(order, number, _)| (*order, *number));
        for pair in outcomes.chunks_exact(2) {
            let [(order, _, first), (_, _, second)] = pair else {
                panic!("two of each")
            };
            match (first, second) {
                (Ok(Outcome::Done(_)), Ok(Outcome::Done(_))) if order % 2 == 1 => {}
                (Ok(done @ Outcome::Done(receipts)), Ok(replayed @ Outcome::Replayed { log_index, .. }))
                | (Ok(replayed @ Outcome::Replayed { log_index, .. }), Ok(done @ Outcome::Done(receipts)))
                    if order % 2 == 0 =>
                {
                    assert_eq!(receipts[0].log_index, *log_index);
                    let read = hubs[0].receipts_of(replayed.clone()).await;
                    assert_eq!(
                        hubs[1].receipts_of(done.clone()).await,
                        read,
                        "the same receipts from every hub"
                    );
                }
                other => panic!("order {order}: {other:?}"),
            }
        }
        audit(&database).await;
    });
}

#[test]
fn a_change_of_the_registry_binds_the_other_hub_at_once() {
    run(Backend::Postgres, async |database| {
        let [first, second] = two_hubs(&database).await;
        second
            .done(Order::freeze(&[BANK]).submit("before-suspension", ""))
            .await;
        let suspend = RegistryChange::SuspendAgency {
            code: BANK.code(),
            suspended: true,
        };
        first.done(registry_command("suspend-the-bank", suspend)).await;
        assert_eq!(
            second
                .refused(Order::freeze(&[BANK]).submit("after-suspension", ""))
                .await,
            ErrorCode::RecipientUnknown
        );
        audit(&database).await;
    });
}

#[test]
fn a_hub_whose_connections_were_cut_goes_on() {
    run(Backend::Postgres, async |database| {
        let hub = TestLedger::start(&database).await;
        hub.open(&Order::land(), "before-the-cut").await;
        let raw = database.raw().await;
        raw.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await
        .expect("cut");
        // The first try may meet a dead connection; it says "retry", and the retry finds a living one.
        let retry = Order::land().submit("after-the-cut", "");
        match hub.execute(retry.clone()).await {
            Ok(outcome) => assert!(matches!(outcome, Outcome::Done(_))),
            Err(error) => {
                assert_eq!(error.code(), ErrorCode::Unavailable);
                hub.done(retry).await;
            }
        }
        audit(&database).await;
    });
}
