//! Both verifiers say whether a key is gone in order.

use lienthong::verify::What;

use super::world::World;
use crate::documents::exchange::pdf;
use crate::harness::audit::{audit, verdict};
use crate::harness::{Backend, TestDatabase};
use crate::verify::second::second;

/// What both say first of a database: table and code.
async fn said(database: &TestDatabase) -> Option<(String, String)> {
    let ours = verdict(database).await;
    let first = ours.faults.list().first();
    let first = first.map(|fault| (fault.table.to_owned(), fault.what.code().to_owned()));
    if database.backend() == Backend::Sqlite {
        let theirs = second(database, None);
        let fault = &theirs["faults"][0];
        let text = |name: &str| fault[name].as_str().map(str::to_owned);
        assert_eq!(text("table").zip(text("code")), first, "{theirs}");
    }
    first
}

/// The two hex digits of a byte.
fn hex_digits(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|half| char::from_digit(half.into(), 16).expect("a digit"))
}

backends! {
    async fn a_key_is_gone_where_the_log_says_so_and_nowhere_else(database) {
        let world = World::start(&database).await;
        let content = pdf(2_000);
        world.upload(&content).await;
        let erased = world.closed_enquiry(&[&content]).await;
        let kept = world.closed_enquiry(&[]).await;
        world.at("2037-03-02T09:00");
        let raw = database.raw().await;
        let before = raw.table("content_key").await;
        world.erase(&erased).await;
        world.hub.stop().await;
        audit(&database).await;
        assert_eq!(said(&database).await, None);
        let gone = raw.rows("SELECT log_index FROM content_key WHERE wrapped IS NULL ORDER BY log_index").await;
        assert_eq!(gone.len(), 4, "submit, answer, close and the upload");
        let fault = |table: &str, what: What| Some((table.to_owned(), what.code().to_owned()));

        // A key that comes back.
        let index = gone[0]["log_index"].integer();
        let trigger = match database.backend() {
            Backend::Sqlite => "DROP TRIGGER content_key_does_not_come_back",
            Backend::Postgres => "DROP TRIGGER content_key_does_not_come_back ON content_key",
        };
        let restored = before.iter().find(|row| row["log_index"].integer() == index).expect("its key");
        let bytes: String = restored["wrapped"].bytes().iter().flat_map(|byte| hex_digits(*byte)).collect();
        let master = restored["master"].text().to_owned();
        let literal = match database.backend() {
            Backend::Sqlite => format!("x'{bytes}'"),
            Backend::Postgres => format!("'\\x{bytes}'::bytea"),
        };
        let bring_back = format!("UPDATE content_key SET wrapped = {literal}, master = '{master}' WHERE log_index = {index}");
        raw.execute(bring_back.clone()).await.expect_err("nothing comes back");
        raw.execute(trigger).await.expect("whoever owns the database can");
        raw.execute(bring_back).await.expect("a key that came back");
        assert_eq!(said(&database).await, fault("content_key", What::NotErased));
        // A hub that starts destroys it again.
        let store = database.store().await;
        assert_eq!(store.destroy_again().await.expect("it can"), 1);
        assert_eq!(store.destroy_again().await.expect("it can"), 0);
        assert_eq!(said(&database).await, None);

        // A key that is gone though nobody decided so.
        let body = raw.rows(format!("SELECT body_index FROM enforcement_request WHERE id = '{kept}'")).await;
        let body = body[0]["body_index"].integer();
        raw.execute(format!("UPDATE content_key SET wrapped = NULL, master = '' WHERE log_index = {body}")).await.expect("wiped");
        assert_eq!(said(&database).await, fault("content_key", What::Erased));
    }
}
