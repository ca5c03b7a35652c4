//! Migrations go forward only, once, and never onto a database that they do not know.

use sqlx::migrate::MigrateError;

use crate::harness::TestDatabase;

backends! {
    async fn migrating_again_changes_nothing(database) {
        let store = database.store().await;
        let raw = database.raw().await;
        let before = raw.rows("SELECT version FROM _sqlx_migrations").await;
        store.migrate().await.expect("a second run");
        assert_eq!(raw.rows("SELECT version FROM _sqlx_migrations").await, before);
    }

    async fn an_empty_database_is_migrated(database) {
        let empty = TestDatabase::empty(database.backend()).await;
        let store = empty.store().await;
        assert!(store.head().await.is_err(), "there is no schema yet");
        store.migrate().await.expect("the migrations run");
        assert_eq!(store.head().await.expect("a head").frontier.size(), 0);
    }

    async fn a_newer_database_is_refused(database) {
        let raw = database.raw().await;
        raw.execute(
            "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
             SELECT 9999, 'from_the_future', installed_on, success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
        )
        .await
        .expect("a row");
        let refusal = database.store().await.migrate().await;
        assert!(
            matches!(refusal, Err(MigrateError::VersionMissing(9999))),
            "{refusal:?}"
        );
    }

    async fn a_migration_that_was_edited_is_refused(database) {
        let raw = database.raw().await;
        raw.execute("UPDATE _sqlx_migrations SET checksum = (SELECT root_hash FROM ledger_head) WHERE version = 1")
            .await
            .expect("a row");
        let refusal = database.store().await.migrate().await;
        assert!(matches!(refusal, Err(MigrateError::VersionMismatch(1))), "{refusal:?}");
    }
}
