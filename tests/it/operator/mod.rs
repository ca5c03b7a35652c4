//! What operators do beside the API is in the log: once, whoever is killed and however many hubs try; and who watches over them reads it.

mod commands;
mod kills;
mod outbox;
mod reading;
mod starts;

use std::time::Duration;

use lienthong::domain::operator::{Facts, HubStop, OperatorLine};
use serde_json::Value;

use crate::harness::TestDatabase;
use crate::harness::ids::occasion;

/// An entry about what an operator did.
#[derive(Debug)]
struct Entry {
    subject: String,
    action: String,
    agency: String,
    details: Value,
}

impl Entry {
    /// What it says of its action.
    fn facts(&self) -> &Value {
        &self.details["facts"][self.action.as_str()]
    }
}

/// Every entry of type 10, in the order of the log.
async fn entries(database: &TestDatabase) -> Vec<Entry> {
    let text = "SELECT subject, action, agency, details FROM event WHERE entry_type = 10 ORDER BY log_index";
    let rows = database.raw().await.rows(text).await;
    let entry = |row: &crate::harness::raw::Row| Entry {
        subject: row["subject"].text().to_owned(),
        action: row["action"].text().to_owned(),
        agency: row["agency"].text().to_owned(),
        details: serde_json::from_str(row["details"].text()).expect("JSON"),
    };
    rows.iter().map(entry).collect()
}

/// The actions of the entries, in the order of the log.
async fn actions(database: &TestDatabase) -> Vec<String> {
    entries(database).await.into_iter().map(|entry| entry.action).collect()
}

/// The ids of the lines that are no entries yet.
async fn outbox(database: &TestDatabase) -> Vec<String> {
    let rows = database
        .raw()
        .await
        .rows("SELECT id FROM operator_action ORDER BY id")
        .await;
    rows.iter().map(|row| row["id"].text().to_owned()).collect()
}

/// Waits until the outbox holds just `left` lines.
async fn until_left(database: &TestDatabase, left: usize) {
    for _ in 0..600 {
        if outbox(database).await.len() == left {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the outbox still holds {:?}", outbox(database).await);
}

/// A line of its own for each seed.
fn line(seed: u64) -> OperatorLine {
    occasion(seed).line(Facts::HubStop(HubStop {
        signer: format!("hub.lienthong.test+{seed:08x}"),
        drained: true,
    }))
}
