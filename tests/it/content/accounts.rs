//! The digests of accounts beside sealed documents: made anew from the documents, wrapped anew with their key, gone with what was
//! erased, and nothing to whoever has the database alone.

use std::time::Duration;

use lienthong::evidence::digest::{hex, sha256};
use lienthong::server::settings::HubSettings;
use lienthong_proto::v1;

use super::{both, newest, other_key, told};
use crate::harness::agencies::{BANK, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::hub::settings;
use crate::harness::raw::Row;
use crate::harness::wire::reason;
use crate::harness::{TestDatabase, TestHub, documents};
use crate::kit::content_keys;
use crate::rpc::same_key::submit;

const ACCOUNT: &str = "0011004001234";

async fn named(hub: &TestHub) -> Vec<v1::AccountHold> {
    let client = hub.client(BANK).await;
    loop {
        let ask = v1::ListAccountHoldsRequest {
            account: ACCOUNT.to_owned(),
            ..Default::default()
        };
        let page = client
            .requests()
            .list_account_holds(ask)
            .await
            .expect("a page")
            .into_inner();
        if !page.incomplete {
            return page.holds;
        }
        // The hub's own work is under way.
        hub.app().index_accounts(1).await.expect("a job");
    }
}

/// Freezes that were sent, and one that was answered.
async fn with_freezes(hub: &TestHub) {
    let (thads, bank) = (hub.client(THADS).await, hub.client(BANK).await);
    let mut sent = Vec::new();
    for number in 0..3 {
        let order = documents::order(&kind("account-freeze"), &format!("freeze-{number}"), THADS, &[BANK]);
        let reply = thads.requests().submit(submit(&order)).await.expect("accepted");
        sent.push(reply.into_inner().receipts[0].enforcement_request_id.clone());
    }
    let answer = documents::answer(&kind("account-freeze"), "HELD_FULL", "answer-0001", BANK, &sent[0]);
    let content = Some(v1::answer_request::Content::Document(answer.to_string()));
    let message = v1::AnswerRequest {
        content,
        expected_version: 0,
    };
    bank.requests().answer(message).await.expect("answered");
}

/// What stands in the table.
async fn kept(database: &TestDatabase) -> Vec<(String, String, i64)> {
    let rows = database
        .raw()
        .await
        .rows("SELECT digest, subject, log_index FROM account_document ORDER BY 1, 2, 3")
        .await;
    let text = |row: &Row, name: &str| row[name].text().to_owned();
    rows.iter()
        .map(|row| (text(row, "digest"), text(row, "subject"), row["log_index"].integer()))
        .collect()
}

async fn wrapped_by(database: &TestDatabase) -> String {
    database.raw().await.rows("SELECT master FROM account_key").await[0]["master"]
        .text()
        .to_owned()
}

backends! {
    async fn documents_of_before_are_looked_through_once(database) {
        let hub = TestHub::start(&database).await;
        with_freezes(&hub).await;
        let (before, rows) = (named(&hub).await, kept(&database).await);
        assert_eq!((before.len(), rows.len()), (3, 5), "three orders; the answer names two accounts");
        let again = settings(&database, &hub.authority);
        let raw = database.raw().await;
        // As an older hub left it.
        let hub = hub.again_after(again, || ()).await;
        raw.execute("DELETE FROM account_document").await.expect("done");
        raw.execute("UPDATE account_key SET indexed_from = (SELECT tree_size FROM ledger_head)").await.expect("done");
        assert_eq!(named(&hub).await, before);
        assert_eq!(kept(&database).await, rows, "the same, each once");
        // What came meanwhile is there already: a second time changes nothing.
        raw.execute("UPDATE account_key SET indexed_from = (SELECT tree_size FROM ledger_head)").await.expect("done");
        assert_eq!(named(&hub).await, before);
        assert_eq!(kept(&database).await, rows);
        hub.stop().await;
        audit(&database).await;
    }

    async fn the_key_is_wrapped_anew_and_a_lost_one_finds_nothing_wrong(database) {
        let hub = TestHub::start(&database).await;
        with_freezes(&hub).await;
        let (before, first) = (named(&hub).await, wrapped_by(&database).await);
        let with = |settings: HubSettings, masters: &str| HubSettings { masters: told(masters), ..settings };
        let again = with(settings(&database, &hub.authority), &both());
        let hub = hub.again(again.clone()).await;
        while wrapped_by(&database).await == first {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(wrapped_by(&database).await, newest(&other_key()));
        assert_eq!(named(&hub).await, before);
        database.raw().await.execute("UPDATE account_key SET master = 'ffffffffffffffff'").await.expect("done");
        let hub = hub.again(again.clone()).await;
        let ask = v1::ListAccountHoldsRequest { account: ACCOUNT.to_owned(), ..Default::default() };
        let refused = hub.client(BANK).await.requests().list_account_holds(ask).await.expect_err("the key is lost");
        assert_eq!(reason(&refused), "UNAVAILABLE", "and not: nothing holds it");
        let order = documents::order(&kind("account-freeze"), "freeze-later", THADS, &[BANK]);
        hub.client(THADS).await.requests().submit(submit(&order)).await.expect("orders go on");
        // It is put back: what this very hub wrote meanwhile is found as well.
        let put_back = format!("UPDATE account_key SET master = '{}'", newest(&other_key()));
        database.raw().await.execute(put_back).await.expect("done");
        let hub = hub.again(again).await;
        assert_eq!(named(&hub).await.len(), 4);
        hub.stop().await;
    }

    async fn a_document_that_cannot_be_opened_keeps_nobody_from_the_others(database) {
        let hub = TestHub::start(&database).await;
        let as_before = settings(&database, &hub.authority);
        let hub = hub.again(as_before.clone()).await;
        with_freezes(&hub).await;
        assert_eq!(named(&hub).await.len(), 3);
        let raw = database.raw().await;
        let second = raw.rows("SELECT MIN(body_index) AS at FROM enforcement_request WHERE kind = 'account-freeze'").await[0]["at"].integer();
        raw.execute(format!("UPDATE content_key SET master = 'ffffffffffffffff' WHERE log_index = {second}")).await.expect("done");
        raw.execute("DELETE FROM account_document").await.expect("done");
        raw.execute("UPDATE account_key SET indexed_from = (SELECT tree_size FROM ledger_head)").await.expect("done");
        while hub.app().store.accounts_indexed_from().await.expect("a key") != Some(0) {
            hub.app().index_accounts(1).await.expect("it goes on");
        }
        let found: std::collections::BTreeSet<String> = kept(&database).await.into_iter().map(|(_, subject, _)| subject).collect();
        assert_eq!(found.len(), 3, "of that order its answer is found: {found:?}");
        assert!(kept(&database).await.iter().all(|(.., at)| *at != second));
        // Its key can be opened again: at the next start it is looked for.
        let whole = format!("UPDATE content_key SET master = '{}' WHERE log_index = {second}", newest(&content_keys()));
        raw.execute(whole).await.expect("done");
        let hub = hub.again(as_before).await;
        assert_eq!(named(&hub).await.len(), 3);
        hub.stop().await;
    }

    async fn each_hub_that_names_accounts_has_everything_looked_through_once(database) {
        let hub = TestHub::start(&database).await;
        with_freezes(&hub).await;
        assert_eq!(named(&hub).await.len(), 3);
        let store = &hub.app().store;
        let fill = |bytes: &mut [u8]| bytes.fill(7);
        assert_eq!(store.accounts_indexed_from().await.expect("a key"), Some(0));
        store.keep_account_key("a hub that was older until now", fill).await.expect("kept");
        let head = i64::try_from(store.head().await.expect("a head").frontier.size()).expect("small");
        let from = store.accounts_indexed_from().await.expect("a key");
        assert!(from == Some(head) || from == Some(0), "to be looked through, or just done: {from:?}");
        assert_eq!(named(&hub).await.len(), 3);
        let before = kept(&database).await;
        store.keep_account_key("a hub that was older until now", fill).await.expect("kept");
        assert_eq!(store.accounts_indexed_from().await.expect("a key"), Some(0), "a start more changes nothing");
        assert_eq!(kept(&database).await, before);
        // Another hub is looked through for once, and then a start of it no more.
        let again = settings(&database, &hub.authority);
        let hub = hub.again(again.clone()).await;
        assert_eq!(named(&hub).await.len(), 3);
        let hub = hub.again(again).await;
        let from = hub.app().store.accounts_indexed_from().await.expect("a key");
        assert_eq!(from, Some(0), "it was there before");
        hub.stop().await;
        audit(&database).await;
    }

    async fn nobody_finds_an_account_in_the_database_alone(database) {
        let hub = TestHub::start(&database).await;
        with_freezes(&hub).await;
        hub.stop().await;
        let rows = kept(&database).await;
        let digests = rows.iter().map(|(digest, ..)| digest.as_str());
        let guessed = hex(&sha256(ACCOUNT.as_bytes()));
        for digest in digests {
            assert_eq!(digest.len(), 32);
            assert!(!guessed.contains(digest) && !digest.contains(ACCOUNT));
        }
    }
}
