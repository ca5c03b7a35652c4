//! Content at rest: nobody reads it from the database alone, master keys are replaced while everything stays readable, and what
//! is sealed is held against the log with master keys and without.

mod accounts;
mod command;
mod masters;
mod sealed;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use lienthong::sealing::MasterKeys;
use lienthong::server::masters::MasterSource;
use lienthong::server::run::{Hub, Running};
use lienthong::server::settings::HubSettings;
use lienthong::server::start_error::StartError;
use lienthong::store::ConnectError;

use crate::harness::TestDatabase;
use crate::harness::ids::{SeededIds, clock};
use crate::kit::content_keys;

/// The line of another master key than that of the tests.
fn other_key() -> String {
    MasterKeys::line_of(&[0x4E; 32]).1
}

fn newest(text: &str) -> String {
    let keys: MasterKeys = text.parse().expect("master keys");
    keys.newest().expect("a key").to_string()
}

/// Starts a hub with these master keys. A process that another test is making has the lock of the hub before for a moment, until
/// it runs its own program.
async fn start(settings: &HubSettings, masters: MasterSource, seed: u64) -> Result<Running, StartError> {
    let settings = HubSettings {
        masters,
        ..settings.clone()
    };
    loop {
        match Hub::start(settings.clone(), clock(), SeededIds::new(seed)).await {
            Err(StartError::Database(ConnectError::InUse(_))) => tokio::time::sleep(Duration::from_millis(20)).await,
            other => return other,
        }
    }
}

/// The ids of the master keys that wrap something.
async fn in_use(database: &TestDatabase) -> BTreeSet<String> {
    let rows = database
        .raw()
        .await
        .rows("SELECT DISTINCT master FROM content_key WHERE wrapped IS NOT NULL")
        .await;
    rows.iter().map(|row| row["master"].text().to_owned()).collect()
}

/// Whether every body of the database can be opened with these keys.
async fn opens_all(database: &TestDatabase, text: &str) -> bool {
    let store = database
        .store()
        .await
        .with_masters(Arc::new(text.parse().expect("master keys")));
    let rows = database.raw().await.rows("SELECT log_index FROM body").await;
    let indexes: Vec<i64> = rows.iter().map(|row| row["log_index"].integer()).collect();
    let opened = store.bodies(&indexes).await;
    store.close().await;
    opened.is_ok_and(|bodies| bodies.len() == indexes.len() && bodies.iter().all(|body| body.content.is_some()))
}

fn told(text: &str) -> MasterSource {
    MasterSource::Text(text.to_owned())
}

fn both() -> String {
    other_key() + &content_keys()
}
