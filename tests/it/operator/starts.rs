//! A hub's starts and ends.

use std::sync::Arc;

use lienthong::server::run::Hub;
use lienthong::store::schema_version;

use super::{Entry, actions, entries, outbox, until_left};
use crate::evidence::broken_log::{head, put_back};
use crate::harness::agencies::{BANK, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::hub::{Client, settings};
use crate::harness::ids::SeededIds;
use crate::harness::{TestDatabase, TestHub, documents};
use crate::rpc::same_key::submit;

pub(super) async fn send(client: &Client, key: &str) {
    let order = documents::order(&kind("account-freeze"), key, THADS, &[BANK]);
    client.requests().submit(submit(&order)).await.expect("accepted");
}

async fn last(database: &TestDatabase) -> Entry {
    entries(database).await.pop().expect("an entry")
}

backends! {
    async fn a_start_and_an_orderly_end_are_an_entry_each(database) {
        let hub = TestHub::start_with(&database, |settings| settings.settings_sha256 = Some([7; 32])).await;
        let told = entries(&database).await;
        let [schema, start] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((schema.subject.as_str(), schema.action.as_str()), (&*format!("migration/{}", schema_version()), "migrate"));
        assert_eq!((start.action.as_str(), start.agency.as_str()), ("hub_start", "HUB"));
        let facts = start.facts();
        assert_eq!(facts["settings_sha256"], "07".repeat(32));
        assert_eq!(facts["hub_id"], crate::harness::ledger::HUB);
        assert_eq!(facts["schema_version"], schema_version());
        assert!(facts["read_only"].is_null());
        let sealed = database.raw().await.rows("SELECT master FROM content_key ORDER BY log_index DESC LIMIT 1").await;
        assert_eq!(facts["master_key"], sealed[0]["master"].text());
        let signer = facts["signer"].as_str().expect("a text").to_owned();
        let keys = database.raw().await.rows("SELECT public_keys FROM hub_key ORDER BY registered_index DESC").await;
        assert!(keys[0]["public_keys"].text().starts_with(&signer), "{signer}");
        assert_eq!(start.details["program_version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(start.details["by"]["uid"], rustix::process::geteuid().as_raw());
        assert_eq!(outbox(&database).await, Vec::<String>::new());
        hub.stop().await;
        let stop = last(&database).await;
        assert_eq!((stop.action.as_str(), &stop.facts()["drained"]), ("hub_stop", &true.into()));
        assert_eq!(stop.facts()["signer"], signer);
        audit(&database).await;
    }

    async fn a_hub_that_starts_again_tells_of_its_schema_no_more(database) {
        let hub = TestHub::start(&database).await;
        let own = settings(&database, &hub.authority);
        hub.clock.advance_micros(1_000_000);
        let hub = hub.again(own).await;
        hub.clock.advance_micros(1_000_000);
        hub.stop().await;
        assert_eq!(actions(&database).await, ["migrate", "hub_start", "hub_stop", "hub_start", "hub_stop"]);
        audit(&database).await;
    }

    async fn a_hub_that_is_cut_off_leaves_a_start_without_an_end(database) {
        let hub = TestHub::start(&database).await;
        let own = settings(&database, &hub.authority);
        let clock = Arc::clone(&hub.clock);
        drop(hub);
        clock.advance_micros(1_000_000);
        let next = Hub::start(own, clock, SeededIds::new(21)).await.expect("the next serves");
        next.stop().await;
        assert_eq!(actions(&database).await, ["migrate", "hub_start", "hub_start", "hub_stop"]);
        audit(&database).await;
    }

    async fn a_read_only_hub_notes_its_start_and_enters_it_when_it_may_write_again(database) {
        let hub = TestHub::start(&database).await;
        let own = settings(&database, &hub.authority);
        let hub = hub.again(own.clone()).await;
        let sender = hub.client(THADS).await;
        send(&sender, "before-0001").await;
        let raw = database.raw().await;
        let older = head(&raw).await;
        send(&sender, "after-00001").await;
        hub.clock.advance_micros(1_000_000);
        let clock = Arc::clone(&hub.clock);
        drop(sender);
        hub.stop().await;
        let (before, newer) = (actions(&database).await, head(&raw).await);
        put_back(&raw, &older).await;
        clock.advance_micros(1_000_000);
        let hub = Hub::start(own, clock, SeededIds::new(21)).await.expect("it serves, read-only");
        let waiting = outbox(&database).await;
        assert_eq!(waiting.len(), 1, "its start: {waiting:?}");
        put_back(&raw, &newer).await;
        until_left(&database, 0).await;
        let told = entries(&database).await;
        let start = told.last().expect("an entry");
        assert_eq!((start.subject.as_str(), start.action.as_str()), (waiting[0].as_str(), "hub_start"));
        assert_eq!(start.facts()["read_only"], "log_shorter");
        assert_eq!(told.len(), before.len() + 1);
        hub.stop().await;
        audit(&database).await;
    }
}
