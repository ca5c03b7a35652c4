//! A full queue sheds; a caller that leaves changes nothing; a hub that stops commits what it has taken.

use lienthong::app::ledger::LedgerSettings;
use lienthong::domain::error::ErrorCode;

use crate::harness::audit::audit;
use crate::harness::ids::clock;
use crate::harness::{Order, TestLedger};

backends! {
    async fn a_full_queue_refuses_with_a_retry_hint(database) {
        let hub = TestLedger::start_bare(&database, clock(), 1, LedgerSettings { queue: 8, queue_for_releases: 0, batch: 2, ..LedgerSettings::default() }).await;
        hub.register_all().await;
        let outcomes = hub
            .at_once((0..20).map(|n| Order::land().submit(&format!("queued-{n:02}"), "")))
            .await;
        let (taken, shed) = outcomes.split_at(8);
        assert!(taken.iter().all(Result::is_ok), "the queue takes eight: {taken:?}");
        for outcome in shed {
            let error = outcome.as_ref().expect_err("no place");
            assert_eq!(error.code(), ErrorCode::Overloaded);
            assert!(error.retry_hint_millis().is_some());
        }
        assert_eq!(
            database.raw().await.count("enforcement_request").await,
            8,
            "what was shed left nothing"
        );
        hub.open(&Order::land(), "queued-19").await;
        audit(&database).await;
    }

    async fn a_caller_that_leaves_does_not_undo_its_write(database) {
        let hub = TestLedger::start(&database).await;
        let raw = database.raw().await;
        {
            let mut left = std::pin::pin!(hub.execute(Order::land().submit("nobody-waits", "")));
            // Polled once: the command is queued, and then its caller is gone.
            tokio::select! {
                biased;
                _ = &mut left => panic!("nothing commits at once"),
                () = std::future::ready(()) => {}
            }
        }
        hub.open(&Order::land(), "the-next-one").await;
        let keys = raw.rows("SELECT key FROM idempotency WHERE key = 'nobody-waits'").await;
        assert_eq!(keys.len(), 1, "the write stands");
        audit(&database).await;
    }

    async fn a_hub_that_stops_commits_what_is_queued(database) {
        let hub = TestLedger::start(&database).await;
        let mut callers = tokio::task::JoinSet::new();
        for n in 0..30 {
            let ledger = hub.ledger.clone();
            callers.spawn(async move {
                ledger
                    .execute(Order::land().submit(&format!("last-of-all-{n:02}"), ""))
                    .await
            });
        }
        tokio::task::yield_now().await;
        hub.stop().await;
        assert!(
            callers.join_all().await.iter().all(Result::is_ok),
            "everyone is answered"
        );
        assert_eq!(database.raw().await.count("enforcement_request").await, 30);
        audit(&database).await;
    }
}
