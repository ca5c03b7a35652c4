//! A hub that could not serve well does not start, and says why.

use lienthong::client::pki::Authority;
use lienthong::server::run::{Hub, Running};
use lienthong::server::settings::{HubSettings, SignerPlace, TlsPems};
use lienthong::server::start_error::StartError;
use lienthong::store::{ConnectError, Database, FileFault, SchemaMismatch};

use crate::harness::hub::{settings, texts, validity};
use crate::harness::ids::{SeededIds, clock};
use crate::harness::ledger::HUB;
use crate::harness::{Backend, TestDatabase, TestLedger};

async fn start(settings: HubSettings) -> Result<Running, StartError> {
    Hub::start(settings, clock(), SeededIds::new(5)).await
}

async fn initialised(database: &TestDatabase) -> HubSettings {
    TestLedger::start(database).await.stop().await;
    settings(
        database,
        &Authority::new("CA giả lập", validity()).expect("an authority"),
    )
}

backends! {
    async fn an_empty_hub_does_not_serve(database) {
        let authority = Authority::new("CA giả lập", validity()).expect("an authority");
        let refusal = start(settings(&database, &authority)).await;
        assert!(matches!(refusal, Err(StartError::NotInitialised)), "{refusal:?}");
    }

    async fn a_hub_without_a_schema_does_not_serve_unless_it_may_migrate(database) {
        let empty = TestDatabase::empty(database.backend()).await;
        let authority = Authority::new("CA giả lập", validity()).expect("an authority");
        // SQLite has its file then, and nothing in it.
        empty.store().await.close().await;
        let mut settings = settings(&empty, &authority);
        assert!(matches!(start(settings.clone()).await, Err(StartError::Schema(_))));
        settings.migrate = true;
        assert!(matches!(start(settings).await, Err(StartError::NotInitialised)));
    }

    async fn a_hub_of_another_name_does_not_serve(database) {
        let mut settings = initialised(&database).await;
        settings.hub_id = "other.lienthong.test".to_owned();
        let refusal = start(settings).await;
        assert!(matches!(&refusal, Err(StartError::OtherHub { owner }) if owner == HUB), "{refusal:?}");
    }

    async fn a_mistyped_path_makes_no_database(database) {
        if database.backend() == Backend::Sqlite {
            let folder = tempfile::tempdir().expect("a folder");
            let mut settings = initialised(&database).await;
            settings.database = Database::Sqlite(folder.path().join("hub.db"));
            for migrate in [true, false] {
                settings.migrate = migrate;
                let refusal = start(settings.clone()).await;
                let missing = ConnectError::File { path: folder.path().join("hub.db"), fault: FileFault::Missing };
                assert_eq!(refusal.expect_err("no file").to_string(), missing.to_string());
            }
            assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
        }
    }

    async fn a_newer_schema_is_refused_even_when_nothing_may_be_migrated(database) {
        let settings = initialised(&database).await;
        let raw = database.raw().await;
        raw.execute(
            "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
             SELECT 9999, 'from_the_future', installed_on, success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
        )
        .await
        .expect("a row");
        let refusal = start(settings).await;
        assert!(
            matches!(refusal, Err(StartError::SchemaMismatch(SchemaMismatch::Newer(9999)))),
            "{refusal:?}"
        );
    }

    async fn a_broken_catalogue_refuses_to_start_and_says_where(database) {
        let folder = tempfile::tempdir().expect("a folder");
        let kind = folder.path().join("kinds/account-freeze");
        std::fs::create_dir_all(&kind).expect("a folder");
        std::fs::write(
            kind.join("kind.toml"),
            "code = \"account-freeze\"\nrevision = \"one\"\n",
        )
        .expect("a file");
        let settings = HubSettings {
            catalogue: Some(folder.path().to_owned()),
            ..initialised(&database).await
        };
        let refusal = start(settings).await.expect_err("a broken catalogue");
        assert!(matches!(refusal, StartError::Catalogue(_)), "{refusal:?}");
        let text = refusal.to_string();
        assert!(text.contains("kinds/account-freeze/kind.toml at line 2"), "{text}");
    }

    async fn a_hub_may_take_smaller_documents_than_a_kind_allows(database) {
        let mut settings = initialised(&database).await;
        settings.limits.uploads.bytes = 1024 * 1024;
        start(settings).await.expect("its own limit is what holds").stop().await;
    }

    async fn certificates_that_are_none_refuse_to_start(database) {
        let settings = initialised(&database).await;
        for spoil in [
            |texts: &mut TlsPems| texts.certificate = b"nothing".to_vec(),
            |texts: &mut TlsPems| texts.key.clear(),
            |texts: &mut TlsPems| texts.client_ca = b"-----BEGIN CERTIFICATE-----".to_vec(),
        ] {
            let authority = Authority::new("CA giả lập", validity()).expect("an authority");
            let server = authority.issue_server(validity()).expect("a certificate");
            let mut texts = texts(&server, &authority);
            spoil(&mut texts);
            let settings = HubSettings { tls: texts.into(), ..settings.clone() };
            assert!(matches!(start(settings).await, Err(StartError::Tls(_))));
        }
    }

    async fn a_second_hub_on_one_sqlite_file_does_not_start(database) {
        let settings = initialised(&database).await;
        let first = start(settings.clone()).await.expect("the first hub");
        let keys = SignerPlace { folder: database.fresh_signer(), may_be_new: true };
        let second = start(HubSettings { signer: keys, ..settings }).await;
        match database.backend() {
            Backend::Sqlite => assert!(matches!(second, Err(StartError::Database(ConnectError::InUse(_))))),
            Backend::Postgres => drop(second.expect("several hubs share one PostgreSQL").stop().await),
        }
        first.stop().await;
    }
}
