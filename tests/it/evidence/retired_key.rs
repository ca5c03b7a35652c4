//! Retiring a hub's keys: by an entry of the log, signed by others.

use lienthong::app::ledger::Outcome;
use lienthong::domain::error::ErrorCode;

use crate::harness::audit::audit;
use crate::harness::{Order, TestLedger};

backends! {
    async fn a_hub_whose_keys_are_retired_writes_nothing_and_another_goes_on(database) {
        let hub = TestLedger::start(&database).await;
        hub.open(&Order::land(), "before-0001").await;
        let other = hub.app().await;
        let known = other.hub_keys().await.expect("the keys");
        let own = &known.iter().find(|row| row.key != other.hub_key).expect("the first hub's").key;
        let refused = other.retire_hub_key(other.hub_key.clone()).await.expect_err("its own would sign the entry");
        assert_eq!(refused.code(), ErrorCode::MethodNotAllowed);
        assert!(other.retire_hub_key(own.clone()).await.expect("retired"));
        assert!(!other.retire_hub_key(own.clone()).await.expect("they stay so"), "one entry only");
        for key in ["after-0001", "after-0002"] {
            assert_eq!(hub.refused(Order::land().submit(key, "")).await, ErrorCode::LedgerReadOnly);
        }
        assert_eq!(hub.ledger.log_break().borrow().map(lienthong::signing::LogBreak::as_str), Some("key_retired"));
        let goes_on = other.ledger.execute(Order::land().submit("other-0001", "")).await;
        assert!(matches!(goes_on, Ok(Outcome::Done(_))), "{goes_on:?}");
        let retired = other.hub_keys().await.expect("the keys").into_iter().filter(|row| row.retired.is_some());
        assert_eq!(retired.map(|row| row.key).collect::<Vec<_>>().as_slice(), std::slice::from_ref(own));
        drop(other);
        hub.stop().await;
        audit(&database).await;
    }

    async fn keys_that_the_log_does_not_know_cannot_be_retired(database) {
        let hub = TestLedger::start(&database).await;
        let other = hub.app().await;
        let folder = tempfile::tempdir().expect("a folder");
        let stranger = lienthong::signing::Signer::create(folder.path(), &other.hub_id).expect("keys");
        let refused = other.retire_hub_key(stranger.key().clone()).await.expect_err("unknown");
        assert_eq!(refused.code(), ErrorCode::MethodNotAllowed);
        drop(other);
        hub.stop().await;
        audit(&database).await;
    }
}
