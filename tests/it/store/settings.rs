//! A database whose settings could lose an acknowledged write is refused at start.

use lienthong::store::{ConnectError, Database, FileFault, Store};
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};

use crate::harness::database::server;
use crate::harness::raw::fixed;
use crate::harness::{Backend, TestDatabase, run};

#[test]
fn a_sqlite_file_serves_one_process() {
    run(Backend::Sqlite, async |database| {
        let held = database.database().lock().expect("the first lock");
        assert!(held.is_some());
        assert!(matches!(database.database().lock(), Err(ConnectError::InUse(_))));
        drop(held);
        assert!(database.database().lock().is_ok(), "free again");
    });
}

#[test]
fn postgres_needs_no_lock_because_several_hubs_share_it() {
    run(Backend::Postgres, async |database| {
        assert!(database.database().lock().expect("no fault").is_none());
    });
}

#[test]
fn postgres_without_synchronous_commit_is_refused() {
    run(Backend::Postgres, async |database| {
        let raw = database.raw().await;
        let name = raw.rows("SELECT current_database()::text AS name").await[0]["name"]
            .text()
            .to_owned();
        raw.execute(format!("ALTER DATABASE {name} SET synchronous_commit = off"))
            .await
            .expect("a setting");
        assert_unsafe(database.database(), "synchronous_commit", "off").await;
        for safe in ["local", "on", "remote_apply"] {
            raw.execute(format!("ALTER DATABASE {name} SET synchronous_commit = {safe}"))
                .await
                .expect("a setting");
            assert!(Store::connect(database.database()).await.is_ok(), "{safe}");
        }
    });
}

#[test]
fn postgres_that_is_not_utf8_is_refused() {
    run(Backend::Postgres, async |_database: TestDatabase| {
        let name = format!("lienthong_test_{}_ascii", std::process::id());
        let mut admin = PgConnection::connect_with(&server()).await.expect("PostgreSQL answers");
        let create = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'");
        admin.execute(fixed(create)).await.expect("a database");
        let outcome = Store::connect(&Database::Postgres(Box::new(server().database(&name)))).await;
        admin
            .execute(fixed(format!("DROP DATABASE {name} WITH (FORCE)")))
            .await
            .expect("dropped");
        assert!(
            matches!(
                outcome,
                Err(ConnectError::Unsafe {
                    name: "server_encoding",
                    ..
                })
            ),
            "{outcome:?}"
        );
    });
}

async fn assert_unsafe(database: &Database, setting: &str, wrong: &str) {
    match Store::connect(database).await {
        Err(ConnectError::Unsafe { name, value, .. }) => assert_eq!((name, value.as_str()), (setting, wrong)),
        other => panic!("{setting} = {wrong} should have been refused: {other:?}"),
    }
}

#[test]
fn a_database_that_cannot_be_opened_is_an_error_not_a_panic() {
    run(Backend::Sqlite, async |_database: TestDatabase| {
        let missing: Database = "sqlite:/nonexistent-folder/hub.db".parse().expect("a URL");
        assert!(matches!(Store::connect(&missing).await, Err(ConnectError::Open(_))));
        assert!(matches!(
            missing.lock(),
            Err(ConnectError::File {
                fault: FileFault::NoFolder,
                ..
            })
        ));
    });
}
