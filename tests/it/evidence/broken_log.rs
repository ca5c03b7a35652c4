//! A log that does not go on from what the hub has signed: an older copy that was put back, or one that somebody else went on with.

use lienthong::server::run::Hub;
use lienthong::server::settings::{HubSettings, SignerPlace};
use lienthong::server::start_error::StartError;
use lienthong::signing::SignerError;
use lienthong_proto::{Rpc, v1};

use super::{ask, enquiry, receipts};
use crate::harness::agencies::{LAND_37, LAND_OFFICE, THADS};
use crate::harness::audit::audit;
use crate::harness::hub::{Client, settings};
use crate::harness::ids::{SeededIds, clock};
use crate::harness::raw::{Raw, Row, Value};
use crate::harness::wire::reason;
use crate::harness::{TestDatabase, TestHub};
use crate::ops::until_status;
use crate::rpc::same_key::submit;

async fn send(sender: &Client, key: &str) -> Result<v1::SubmitResponse, tonic::Status> {
    let order = submit(&enquiry(key, THADS, &[LAND_OFFICE]));
    ask(sender, Rpc::RequestServiceSubmit, &order).await
}

pub(crate) async fn head(raw: &Raw) -> Row {
    raw.table("ledger_head").await.remove(0)
}

/// Puts the head back, as it is in an older copy. Nobody but this test looks at what stands beside it.
pub(crate) async fn put_back(raw: &Raw, head: &Row) {
    let hex = |column: &str| {
        let bytes = head[column].bytes();
        bytes
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    };
    let bytes = |column: &str| match raw {
        Raw::Sqlite(_) => format!("x'{}'", hex(column)),
        Raw::Postgres(_) => format!("'\\x{}'::bytea", hex(column)),
    };
    let text = format!(
        "UPDATE ledger_head SET tree_size = {}, root_hash = {}, frontier = {}, hub_time = {}",
        head["tree_size"].integer(),
        bytes("root_hash"),
        bytes("frontier"),
        head["hub_time"].integer(),
    );
    raw.execute(text).await.expect("an older head");
}

/// A hub that has written, the head of before its last write, and the settings to start it again.
async fn written(database: &TestDatabase) -> (TestHub, Row, HubSettings) {
    let hub = TestHub::start(database).await;
    let own = settings(database, &hub.authority);
    let hub = hub.again(own.clone()).await;
    let sender = hub.client(THADS).await;
    send(&sender, "before-0001").await.expect("accepted");
    let older = head(&database.raw().await).await;
    send(&sender, "after-00001").await.expect("accepted");
    (hub, older, own)
}

backends! {
    async fn a_hub_writes_nothing_to_an_older_copy_and_goes_on_when_the_newer_one_is_back(database) {
        let (hub, older, own) = Box::pin(written(&database)).await;
        let first = send(&hub.client(THADS).await, "before-0001").await.expect("its receipt");
        let raw = database.raw().await;
        let newer = head(&raw).await;
        put_back(&raw, &older).await;
        // A hub that starts again in the tests makes the same ids at the same time.
        hub.clock.advance_micros(1_000_000);
        let mut hub = hub.again(own).await;
        let sender = hub.client(THADS).await;
        let refusal = send(&sender, "too-late-01").await.expect_err("read-only");
        assert_eq!(reason(&refusal), "LEDGER_READ_ONLY");
        assert!(refusal.code() == tonic::Code::FailedPrecondition, "no client should try this again and again");
        // A retry is a read: it gets its first receipt, and no key acts for two contents.
        let retried = send(&sender, "before-0001").await.expect("the first receipt");
        assert_eq!(retried, first, "byte for byte");
        let other = submit(&enquiry("before-0001", THADS, &[LAND_37]));
        let refusal = ask::<v1::SubmitResponse>(&sender, Rpc::RequestServiceSubmit, &other).await.expect_err("another content");
        assert_eq!(reason(&refusal), "KEY_REUSED");
        let listed: v1::ListResponse = ask(&sender, Rpc::RequestServiceList, &v1::ListRequest::default()).await.expect("reads go on");
        assert!(!listed.enforcement_requests.is_empty());
        receipts(&sender, v1::get_receipt_request::Entry::IdempotencyKey("before-0001".to_owned())).await.expect("proofs go on");
        let metrics = hub.open_metrics().await;
        let told = until_status(metrics, "/healthz/ready", 503).await.json();
        let checks = told["checks"].as_array().expect("checks");
        let broken = checks.iter().find(|check| check["ok"] == false).expect("a fault");
        assert_eq!(broken["check"], "signed_log");
        let missing = older["tree_size"].integer();
        assert!(broken["en"].as_str().expect("a text").contains(&format!("entries {missing} to")), "{broken}");
        put_back(&raw, &newer).await;
        send(&sender, "back-again1").await.expect("it goes on by itself");
        hub.stop().await;
        audit(&database).await;
    }

    async fn a_hub_writes_nothing_to_a_log_that_another_has_forked(database) {
        let (hub, older, own) = Box::pin(written(&database)).await;
        let authority = std::sync::Arc::clone(&hub.authority);
        let hub = {
            let raw = database.raw().await;
            put_back(&raw, &older).await;
            // What was written is gone with the older copy, so another hub goes on from there.
            for table in ["checkpoint", "log_entry", "event", "body", "idempotency"] {
                forget_after(&raw, table, older["tree_size"].integer()).await;
            }
            for table in ["mailbox_entry", "enforcement_request", "deadline", "mailbox_head"] {
                raw.execute(format!("DELETE FROM {table}")).await.expect("gone");
            }
            hub.clock.advance_micros(1_000_000);
            let other = hub.again(settings(&database, &authority)).await;
            for number in 0..3 {
                send(&other.client(THADS).await, &format!("forked-{number:03}")).await.expect("accepted by the other");
            }
            other
        };
        let hub = hub.again(own).await;
        let refusal = send(&hub.client(THADS).await, "not-mine-01").await.expect_err("read-only");
        assert_eq!(reason(&refusal), "LEDGER_READ_ONLY");
        hub.stop().await;
    }

    async fn a_hub_without_registered_keys_does_not_serve_unless_it_may_make_them(database) {
        let hub = TestHub::start(&database).await;
        let authority = std::sync::Arc::clone(&hub.authority);
        hub.stop().await;
        let start = async |settings| Hub::start(settings, clock(), SeededIds::new(5)).await;
        let mut fresh = settings(&database, &authority);
        fresh.signer.may_be_new = false;
        let refusal = start(fresh.clone()).await;
        assert!(matches!(refusal, Err(StartError::Signer(SignerError::Missing(_)))), "{refusal:?}");
        // Keys of another hub, or made by somebody else.
        drop(lienthong::signing::Signer::create(&fresh.signer.folder, &fresh.hub_id).expect("keys"));
        let refusal = start(fresh.clone()).await;
        assert!(matches!(refusal, Err(StartError::SignerNotRegistered(_))), "{refusal:?}");
        let may = SignerPlace { may_be_new: true, ..fresh.signer.clone() };
        start(HubSettings { signer: may, ..fresh.clone() }).await.expect("it registers them").stop().await;
        start(fresh).await.expect("they are registered now").stop().await;
        let registered = database.raw().await.rows("SELECT * FROM event WHERE action = 'register_hub_key'").await;
        assert!(registered.len() >= 2, "each is an entry of the log: {}", registered.len());
        assert!(registered.iter().all(|row| row["agency"] == Value::Text("HUB".to_owned())));
        audit(&database).await;
    }
}

/// Deletes what came after the first `size` entries, past the triggers.
async fn forget_after(raw: &Raw, table: &str, size: i64) {
    let column = if table == "checkpoint" {
        "tree_size > "
    } else {
        "log_index >= "
    };
    let delete = format!("DELETE FROM {table} WHERE {column}{size}");
    let triggers = match raw {
        Raw::Sqlite(_) => {
            raw.rows(format!(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"
            ))
            .await
        }
        Raw::Postgres(_) => Vec::new(),
    };
    for trigger in &triggers {
        raw.execute(format!("DROP TRIGGER {}", trigger["name"].text()))
            .await
            .expect("the trigger goes");
    }
    if matches!(raw, Raw::Postgres(_)) {
        raw.execute(format!("ALTER TABLE {table} DISABLE TRIGGER USER"))
            .await
            .expect("the triggers sleep");
    }
    raw.execute(delete).await.expect("gone");
}
