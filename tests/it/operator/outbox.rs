//! From the outbox into the log: once, and nothing that is not known is lost.

use std::collections::BTreeSet;

use lienthong::app::ledger::{Actor, Command, Operation};
use lienthong::domain::error::ErrorCode;
use lienthong::domain::operator::{LineId, OperatorLine};

use super::{entries, line, outbox, until_left};
use crate::harness::agencies::THADS;
use crate::harness::audit::audit;
use crate::harness::hub::settings;
use crate::harness::raw::Raw;
use crate::harness::{Backend, TestDatabase, TestHub, TestLedger, run};

fn entering(actor: Actor, lines: &[OperatorLine]) -> Command {
    Command {
        actor,
        key: None,
        content_sha256: [0; 32],
        body: None,
        verified: None,
        operation: Operation::Operator(lines.iter().map(|line| line.id.clone()).collect()),
    }
}

/// Lines in the outbox.
async fn noted(hub: &TestLedger, seeds: std::ops::Range<u64>) -> Vec<OperatorLine> {
    let lines: Vec<OperatorLine> = seeds.map(line).collect();
    for line in &lines {
        hub.store.note_operator_line(line).await.expect("noted");
    }
    lines
}

/// A row that this program has not written.
async fn strange(raw: &Raw, id: &str, action: &str, details: &str) {
    let text = format!("INSERT INTO operator_action (id, action, details) VALUES ('{id}', '{action}', '{details}')");
    raw.execute(text).await.expect("a row");
}

fn id(number: u64) -> String {
    format!("op_{number:032x}")
}

async fn subjects(database: &TestDatabase) -> Vec<String> {
    entries(database).await.into_iter().map(|entry| entry.subject).collect()
}

backends! {
    async fn a_line_becomes_one_entry_however_often_it_is_tried(database) {
        let hub = TestLedger::start(&database).await;
        let lines = noted(&hub, 1..4).await;
        // Noted again: the same line.
        hub.store.note_operator_line(&lines[0]).await.expect("nothing more");
        assert_eq!(outbox(&database).await.len(), 3);
        assert_eq!(hub.done(entering(Actor::hub(), &lines)).await.len(), 3);
        assert_eq!(outbox(&database).await, Vec::<String>::new());
        assert!(hub.done(entering(Actor::hub(), &lines)).await.is_empty(), "there is nothing left to enter");
        // A line that the log has, noted once more: it goes without another entry.
        hub.store.note_operator_line(&lines[1]).await.expect("noted");
        assert!(hub.done(entering(Actor::hub(), &lines)).await.is_empty());
        assert_eq!(outbox(&database).await, Vec::<String>::new());
        let expected: Vec<String> = lines.iter().map(|line| line.id.to_string()).collect();
        assert_eq!(subjects(&database).await, expected);
        hub.stop().await;
        audit(&database).await;
    }

    async fn only_the_hub_itself_enters_lines(database) {
        let hub = TestLedger::start(&database).await;
        let lines = noted(&hub, 1..2).await;
        assert_eq!(hub.refused(entering(THADS.actor(), &lines)).await, ErrorCode::MethodNotAllowed);
        assert_eq!(outbox(&database).await.len(), 1);
        hub.stop().await;
    }

    async fn lines_that_are_not_known_stay_and_keep_nobody_from_anything(database) {
        let hub = TestHub::start(&database).await;
        let (own, raw) = (settings(&database, &hub.authority), database.raw().await);
        hub.stop().await;
        let known = serde_json::to_string(&line(900).details).expect("JSON");
        // More of them than are read at once, so that they would stand in the way of what comes after.
        for number in 0..150 {
            strange(&raw, &id(number), "hub_pause", r#"{"later":true}"#).await;
        }
        strange(&raw, &id(150), "hub_stop", &known.replace("drained", "drained_by")).await;
        strange(&raw, &id(151), "backup", &known).await;
        strange(&raw, &id(152), "hub_stop", "no JSON").await;
        strange(&raw, "who knows", "hub_stop", &known).await;
        strange(&raw, "migration/7", "hub_stop", &known).await;
        let before = outbox(&database).await;
        let store = database.store().await;
        store.note_operator_line(&line(901)).await.expect("noted");
        let hub = hub_again(own).await;
        until_left(&database, before.len()).await;
        assert_eq!(outbox(&database).await, before, "they wait for a program that knows them");
        assert!(subjects(&database).await.contains(&line(901).id.to_string()));
        // What comes later is entered beside them.
        store.note_operator_line(&line(902)).await.expect("noted");
        until_left(&database, before.len()).await;
        hub.stop().await;
        assert_eq!(outbox(&database).await, before);
        assert!(subjects(&database).await.contains(&line(902).id.to_string()));
        audit(&database).await;
    }

    async fn a_line_that_the_database_did_not_keep_is_no_entry(database) {
        let hub = TestLedger::start(&database).await;
        let lines = noted(&hub, 1..3).await;
        database.raw().await.execute(format!("DELETE FROM operator_action WHERE id = '{}'", lines[0].id)).await.expect("gone");
        assert_eq!(hub.done(entering(Actor::hub(), &lines)).await.len(), 1);
        assert_eq!(subjects(&database).await, [lines[1].id.to_string()]);
        hub.stop().await;
    }
}

async fn hub_again(settings: lienthong::server::settings::HubSettings) -> lienthong::server::run::Running {
    use crate::harness::ids::{SeededIds, clock};
    let started = lienthong::server::run::Hub::start(settings, clock(), SeededIds::new(31)).await;
    started.expect("the hub starts")
}

#[test]
fn two_hubs_enter_each_line_once() {
    run(Backend::Postgres, async |database| {
        let first = TestLedger::start(&database).await;
        let apps = [first.app().await, first.app().await];
        let mut expected = BTreeSet::new();
        for round in 0..20 {
            for line in noted(&first, round * 5..round * 5 + 5).await {
                expected.insert(line.id);
            }
            let (one, other) = tokio::join!(apps[0].enter_operator_lines(), apps[1].enter_operator_lines());
            let entered = one.expect("entered").entered + other.expect("entered").entered;
            assert_eq!(entered, 5, "round {round}");
        }
        let told: Vec<LineId> = subjects(&database)
            .await
            .iter()
            .map(|id| id.parse().expect("an id"))
            .collect();
        assert_eq!(told.len(), expected.len(), "each once");
        assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), expected);
        drop(apps);
        first.stop().await;
        audit(&database).await;
    });
}
