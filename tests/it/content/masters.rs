//! Which master keys a hub starts with, and how they are replaced.

use lienthong::client::pki::Authority;
use lienthong::server::masters::{MasterSource, MastersFault};
use lienthong::server::settings::HubSettings;
use lienthong::server::start_error::StartError;

use super::{both, in_use, newest, opens_all, other_key, start, told};
use crate::harness::audit::audit;
use crate::harness::hub::{settings, validity};

use crate::harness::{Order, TestDatabase, TestLedger, agencies};
use crate::kit::content_keys;

/// A database with some orders, and how a hub is started on it.
async fn with_orders(database: &TestDatabase) -> HubSettings {
    let hub = TestLedger::start(database).await;
    for number in 0..5 {
        hub.open(&Order::freeze(&[agencies::BANK]), &format!("content-{number}"))
            .await;
    }
    hub.stop().await;
    settings(
        database,
        &Authority::new("CA giả lập", validity()).expect("an authority"),
    )
}

backends! {
    async fn a_hub_without_the_key_that_sealed_last_does_not_start(database) {
        let settings = with_orders(&database).await;
        let sealed_by = newest(&content_keys());
        match start(&settings, told(&other_key()), 1).await {
            Err(StartError::Masters(MastersFault::Unknown { master })) => assert_eq!(master, sealed_by),
            other => panic!("{other:?}"),
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.keys");
        match start(&settings, MasterSource::File(path.clone()), 2).await {
            Err(StartError::Masters(MastersFault::Missing { master, .. })) => assert_eq!(master, sealed_by),
            other => panic!("{other:?}"),
        }
        assert!(!path.exists(), "no key is made in place of one that is lost");
        std::fs::write(&path, "damaged").expect("a file");
        let damaged = start(&settings, MasterSource::File(path), 3).await;
        assert!(matches!(damaged, Err(StartError::Masters(MastersFault::Malformed { .. }))), "{damaged:?}");
        audit(&database).await;
    }

    async fn a_new_key_in_front_wraps_everything_anew_and_the_old_one_can_go(database) {
        let settings = with_orders(&database).await;
        let root = database.raw().await.rows("SELECT root_hash FROM ledger_head").await[0]["root_hash"].bytes().to_vec();
        let running = start(&settings, told(&both()), 1).await.expect("the hub starts");
        let new_one = newest(&other_key());
        while !in_use(&database).await.iter().eq([&new_one]) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        running.stop().await;
        assert!(opens_all(&database, &other_key()).await && !opens_all(&database, &content_keys()).await);
        let kept = database.raw().await.rows("SELECT root_hash FROM checkpoint ORDER BY tree_size").await;
        assert!(kept.iter().any(|row| row["root_hash"].bytes() == root), "the log only went on");
        start(&settings, told(&other_key()), 2).await.expect("it needs the old one no more").stop().await;
    }

    async fn a_key_whose_master_is_gone_is_left_as_it_is_and_the_others_are_wrapped_anew(database) {
        let settings = with_orders(&database).await;
        let raw = database.raw().await;
        let first = raw.rows("SELECT MIN(log_index) AS first FROM content_key").await[0]["first"].integer();
        raw.execute(format!("UPDATE content_key SET master = 'ffffffffffffffff' WHERE log_index = {first}")).await.expect("done");
        let running = start(&settings, told(&both()), 1).await.expect("the hub starts");
        let (new_one, lost) = (newest(&other_key()), "ffffffffffffffff".to_owned());
        while !in_use(&database).await.iter().eq([&new_one, &lost].iter().copied().collect::<std::collections::BTreeSet<_>>()) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        running.stop().await;
    }

    async fn a_key_that_was_destroyed_asks_for_no_master_key(database) {
        let settings = with_orders(&database).await;
        let raw = database.raw().await;
        raw.execute("UPDATE content_key SET wrapped = NULL, master = ''").await.expect("done");
        start(&settings, told(&other_key()), 1).await.expect("nothing is left that another key sealed").stop().await;
    }
}
