//! What is evidence cannot be changed through the database either; a body can be erased, not altered.

use lienthong::store::schema::{Class, TABLES};

use crate::harness::commands::{advance, final_answer, look};
use crate::harness::{Backend, Order, TestDatabase, TestLedger, agencies, audit};
use lienthong::domain::mailbox::Lane;
use lienthong::domain::supervision::Look;
use lienthong::domain::workflow::Action;

/// A column of each evidence table that an intruder would change.
const COLUMNS: &[(&str, &str)] = &[
    ("body", "content = content"),
    ("checkpoint", "hub_id = 'x'"),
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

    async fn a_body_can_be_erased_and_nothing_else(database) {
        with_rows(&database).await;
        let raw = database.raw().await;
        let index = raw.rows("SELECT MAX(log_index) AS last FROM body").await[0]["last"].integer();
        for change in [
            "content = NULL",
            "salt = NULL",
            "log_index = 1000, content = NULL, salt = NULL",
        ] {
            let attempt = format!("UPDATE body SET {change} WHERE log_index = {index}");
            raw.execute(attempt.clone()).await.expect_err(&attempt);
        }
        let erase = format!("UPDATE body SET content = NULL, salt = NULL WHERE log_index = {index}");
        assert_eq!(raw.execute(erase).await, Ok(1));
        let store = database.store().await;
        let bodies = store.bodies(&[index]).await.expect("an erased body is read");
        assert_eq!((&bodies[0].salt, &bodies[0].content), (&None, &None));
    }
}
