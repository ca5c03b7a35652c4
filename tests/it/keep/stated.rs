//! The catalogue stands in the log, once, however often and by how many hubs it is used.

use lienthong::app::ledger::catalogue::{STATE_CATALOGUE, catalogue_subject};
use serde_json::Value;

use crate::harness::audit::audit;
use crate::harness::commands::CATALOGUE;
use crate::harness::hub::settings;
use crate::harness::{TestDatabase, TestHub};

async fn stated(database: &TestDatabase) -> Vec<String> {
    let text = format!("SELECT subject FROM event WHERE action = '{STATE_CATALOGUE}'");
    let rows = database.raw().await.rows(&text).await;
    rows.iter().map(|row| row["subject"].text().to_owned()).collect()
}

backends! {
    async fn the_catalogue_is_stated_once_with_every_file(database) {
        let hub = TestHub::start(&database).await;
        let expected = vec![catalogue_subject(CATALOGUE.revision())];
        assert_eq!(stated(&database).await, expected);
        let again = settings(&database, &hub.authority);
        let hub = hub.again(again).await;
        assert_eq!(stated(&database).await, expected, "a restart changes nothing");

        let rows = database.raw().await.rows("SELECT content FROM body WHERE media_type = 'application/json' ORDER BY log_index").await;
        let files: Vec<Value> = rows.iter().filter_map(|row| serde_json::from_slice(row["content"].bytes()).ok()).collect();
        let files = files.iter().find(|files| files.get("definitions.json").is_some()).expect("its files");
        assert_eq!(files.as_object().expect("by path").len(), CATALOGUE.files().len());
        assert_eq!(files["kinds/account-freeze/kind.toml"], CATALOGUE.files()["kinds/account-freeze/kind.toml"].as_str());
        hub.stop().await;
        audit(&database).await;
    }
}
