//! What is left of erased content in the database's own files.

use super::world::World;
use crate::harness::audit::audit;
use crate::harness::{Backend, TestDatabase, block_on};

/// All bytes of a SQLite database, its write-ahead log too.
fn bytes_of(database: &TestDatabase) -> Vec<u8> {
    let path = database.url().strip_prefix("sqlite:").expect("a file").to_owned();
    let mut bytes = std::fs::read(&path).expect("the database");
    bytes.extend(std::fs::read(format!("{path}-wal")).unwrap_or_default());
    bytes
}

#[test]
fn a_destroyed_key_stands_nowhere_in_the_files_of_sqlite() {
    block_on(async {
        let database = TestDatabase::create(Backend::Sqlite).await;
        let world = World::start(&database).await;
        let id = world.closed_enquiry(&[]).await;
        let kept = world.closed_enquiry(&[]).await;
        world.at("2037-03-02T09:00");
        let raw = database.raw().await;
        let keys_of = |id: String| {
            let text = format!(
                "SELECT wrapped FROM content_key k JOIN event e ON e.log_index = k.log_index WHERE e.subject = '{id}'"
            );
            raw.rows(text)
        };
        let (keys, others) = (keys_of(id.clone()).await, keys_of(kept).await);
        drop(raw);
        let is_there = |files: &[u8], key: &[u8]| files.windows(key.len()).any(|part| part == key);
        assert!(
            keys.len() == 3
                && keys
                    .iter()
                    .all(|key| is_there(&bytes_of(&database), key["wrapped"].bytes()))
        );
        world.erase(&id).await;
        let files = bytes_of(&database);
        assert!(keys.iter().all(|key| !is_there(&files, key["wrapped"].bytes())));
        assert!(others.iter().all(|key| is_there(&files, key["wrapped"].bytes())));
        world.hub.stop().await;
        audit(&database).await;
    });
}
