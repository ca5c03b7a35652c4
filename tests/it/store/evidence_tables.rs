//! What is evidence cannot be changed through the database either; the key of a content can be destroyed, and no more.

use lienthong::store::schema::{Class, TABLES};

use crate::harness::commands::{advance, final_answer, look};
use crate::harness::erasing::{register_second, step};
use crate::harness::{Backend, Order, TestDatabase, TestLedger, agencies, audit};
use lienthong::app::ledger::command::Statement;
use lienthong::domain::erasure::ErasureAction;
use lienthong::domain::mailbox::Lane;
use lienthong::domain::supervision::Look;
use lienthong::domain::workflow::{Action, Party};

/// A column of each evidence table that an intruder would change.
const COLUMNS: &[(&str, &str)] = &[
    ("body", "content = content"),
    ("checkpoint", "hub_id = 'x'"),
    ("erased_content", "erasure_index = 0"),
    ("event", "action = 'x'"),
    ("idempotency", "entry_count = 7"),
    ("log_entry", "leaf = leaf"),
    ("supervision_shown", "log_index = 0"),
];

async fn with_rows(database: &TestDatabase) {
    let hub = TestLedger::start(database).await;
    let freeze = hub.open(&Order::freeze(&[agencies::BANK]), "evidence-1").await;
    hub.done(advance(agencies::BANK, "intake", &[(Lane::Normal, 1)])).await;
    hub.done(freeze.step("evidence-2", Action::AnswerFinal, final_answer(&freeze.kind)))
        .await;
    let version = hub.store.registry_version().await.expect("a head");
    hub.done(look(agencies::PROCURACY, Look::Request, version, &[&freeze.id]))
        .await;
    let withdrawn = hub.open(&Order::land(), "evidence-3").await;
    hub.done(withdrawn.step_by(Party::Sender, "evidence-4", Action::Withdraw, Statement::default()))
        .await;
    hub.done(register_second(agencies::THADS)).await;
    hub.clock.advance_micros(2 * 86_400_000_000);
    let mut proposed = None;
    for (key, action) in [
        ("evidence-5", ErasureAction::Propose),
        ("evidence-6", ErasureAction::Erase),
    ] {
        let command = step(&hub, &withdrawn, agencies::THADS, key, action, proposed).await;
        proposed = Some(hub.done(command).await[0].log_index);
    }
    hub.stop().await;
}

backends! {
    async fn evidence_refuses_update_delete_and_truncate(database) {
        with_rows(&database).await;
        let raw = database.raw().await;
        let evidence: Vec<&str> = TABLES
            .iter()
            .filter(|(_, class)| *class == Class::Evidence)
            .map(|(name, _)| *name)
            .collect();
        assert_eq!(
            evidence,
            COLUMNS.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            "every evidence table is tried"
        );
        for (table, change) in COLUMNS {
            assert!(raw.count(table).await > 0, "{table} holds rows");
            let mut attempts = vec![format!("UPDATE {table} SET {change}"), format!("DELETE FROM {table}")];
            if database.backend() == Backend::Postgres {
                attempts.push(format!("TRUNCATE {table}"));
            }
            for attempt in attempts {
                let refusal = raw.execute(attempt.clone()).await.expect_err(&attempt);
                assert!(refusal.contains("append-only"), "{attempt}: {refusal}");
            }
        }
        audit::audit(&database).await;
    }

    async fn a_key_of_content_can_be_destroyed_and_never_comes_back(database) {
        with_rows(&database).await;
        let raw = database.raw().await;
        let index = raw.rows("SELECT MAX(log_index) AS last FROM content_key").await[0]["last"].integer();
        let at = format!("WHERE log_index = {index}");
        for attempt in [
            format!("UPDATE body SET content = NULL {at}"),
            format!("UPDATE body SET salt = content {at}"),
            format!("UPDATE content_key SET log_index = 1000 {at}"),
            format!("DELETE FROM content_key {at}"),
        ] {
            raw.execute(attempt.clone()).await.expect_err(&attempt);
        }
        let store = database.store().await;
        let before = store.bodies(&[index]).await.expect("a body is read");
        assert!(before[0].content.is_some() && before[0].salt.is_some());
        assert_eq!(raw.execute(format!("UPDATE content_key SET wrapped = NULL {at}")).await, Ok(1));
        let after = store.bodies(&[index]).await.expect("an erased body is read");
        assert_eq!((&after[0].salt, &after[0].content), (&None, &None));
        let back = format!("UPDATE content_key SET wrapped = (SELECT MIN(wrapped) FROM content_key) {at}");
        raw.execute(back.clone()).await.expect_err(&back);
    }
}
