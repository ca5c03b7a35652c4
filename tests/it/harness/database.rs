//! A database per test: a file in a temporary folder or a database, made from a migrated template and dropped with the test,
//! panic or not.

use std::cell::RefCell;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Once};

use lienthong::evidence::digest::sha256;
use lienthong::store::{Database, Store};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::raw::{Raw, fixed};
use crate::kit::content_keys;

/// Where PostgreSQL is: a superuser's URL.
const URL: &str = "LIENTHONG_TEST_POSTGRES_URL";
/// With `1` a missing PostgreSQL is a failure.
const REQUIRED: &str = "LIENTHONG_REQUIRE_POSTGRES";
/// Only one process at a time makes the template: the key of its advisory lock.
const TEMPLATE_LOCK: &str = "SELECT pg_advisory_lock(7340031)";

/// That PostgreSQL is left out is said once.
static SKIPPED: Once = Once::new();

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test runner has no other way to be told where PostgreSQL is"
)]
pub(crate) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Says what is left out, and why, straight to the terminal: the test runner hides what a test prints.
pub(crate) fn skipped(what: &str) {
    let text = format!("\n=== SKIPPED: {what} ===\n");
    std::io::stderr()
        .write_all(text.as_bytes())
        .expect("stderr takes a line");
}

impl Backend {
    /// Whether tests can run on it here.
    pub(crate) fn is_available(self) -> bool {
        if self == Self::Sqlite || setting(URL).is_some() {
            return true;
        }
        assert!(
            setting(REQUIRED).as_deref() != Some("1"),
            "{REQUIRED}=1, but {URL} is not set"
        );
        SKIPPED.call_once(|| {
            skipped(&format!(
                "every test on PostgreSQL, because {URL} is not set (make test sets it)"
            ));
        });
        false
    }
}

/// The database of one test. It goes when this is dropped.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    backend: Backend,
    database: Database,
    folder: TempDir,
    /// How many hubs have been given a place for their keys.
    signers: AtomicUsize,
    dropped_by: Option<(PgConnectOptions, String)>,
}

impl TestDatabase {
    /// A migrated database.
    pub(crate) async fn create(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let this = Self::empty(backend).await;
                std::fs::write(this.file(), migrated_file().await).expect("a file");
                this
            }
            Backend::Postgres => Self::from_template(&template().await).await,
        }
    }

    /// A database without a schema.
    pub(crate) async fn empty(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let database = Database::Sqlite(folder.path().join("hub.db"));
                Self {
                    backend,
                    database,
                    folder,
                    signers: AtomicUsize::new(0),
                    dropped_by: None,
                }
            }
            Backend::Postgres => Self::from_template("template0").await,
        }
    }

    /// A SQLite file without a schema, in a folder of its own below `parent`.
    pub(crate) fn below(parent: &Path) -> Self {
        let folder = tempfile::tempdir_in(parent).expect("a folder");
        Self {
            backend: Backend::Sqlite,
            database: Database::Sqlite(folder.path().join("hub.db")),
            folder,
            signers: AtomicUsize::new(0),
            dropped_by: None,
        }
    }

    /// A database of a server that is a test's own and goes with it.
    pub(crate) fn on(server: PgConnectOptions) -> Self {
        Self {
            backend: Backend::Postgres,
            database: Database::Postgres(Box::new(server)),
            folder: tempfile::tempdir().expect("a temporary folder"),
            signers: AtomicUsize::new(0),
            dropped_by: None,
        }
    }

    async fn from_template(template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = server();
        let name = format!(
            "lienthong_test_{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let mut admin = PgConnection::connect_with(&server).await.expect("PostgreSQL answers");
        let text = format!("CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'");
        admin.execute(fixed(text)).await.expect("a database of one's own");
        let database = Database::Postgres(Box::new(server.clone().database(&name)));
        Self {
            backend: Backend::Postgres,
            database,
            folder: tempfile::tempdir().expect("a temporary folder"),
            signers: AtomicUsize::new(0),
            dropped_by: Some((server, name)),
        }
    }

    pub(crate) fn backend(&self) -> Backend {
        self.backend
    }

    /// Where its hub keeps documents.
    pub(crate) fn documents(&self) -> PathBuf {
        self.folder.path().join("documents")
    }

    /// A place for the keys of one more hub.
    pub(crate) fn fresh_signer(&self) -> PathBuf {
        let number = self.signers.fetch_add(1, Ordering::Relaxed);
        self.folder.path().join(format!("signer-{number}"))
    }

    /// As the hub is told it.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    fn file(&self) -> &Path {
        match &self.database {
            Database::Sqlite(path) => path,
            Database::Postgres(_) => panic!("PostgreSQL is no file"),
        }
    }

    /// As `--database` is told it.
    pub(crate) fn url(&self) -> String {
        match &self.database {
            Database::Sqlite(path) => format!("sqlite:{}", path.display()),
            Database::Postgres(options) => options.to_url_lossy().to_string(),
        }
    }

    /// A new set of connections, as another hub would have.
    pub(crate) async fn store(&self) -> Store {
        let store = Store::connect(&self.database).await.expect("the database opens");
        store.with_masters(Arc::new(content_keys().parse().expect("master keys")))
    }

    /// A connection beside the hub: what an auditor or an intruder has.
    pub(crate) async fn raw(&self) -> Raw {
        Raw::connect(&self.database).await
    }
}

thread_local! {
    /// The databases of tests on this thread that are done with.
    static DONE_WITH: RefCell<Vec<(PgConnectOptions, String)>> = const { RefCell::new(Vec::new()) };
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        DONE_WITH.with_borrow_mut(|databases| databases.extend(self.dropped_by.take()));
    }
}

/// Drops the databases that the tests of this thread are done with, when it goes itself: after the runtime of the test. PostgreSQL
/// drops a database only when every session of the server has let go of it, one that is still logging in too; and as long as
/// the test's only thread waits for the drop, such a session of its own never comes any further.
pub(crate) struct DropDatabases;

impl Drop for DropDatabases {
    fn drop(&mut self) {
        let dropped = DONE_WITH
            .take()
            .into_iter()
            .try_for_each(|(server, name)| drop_database(&server, &name));
        if !std::thread::panicking() {
            dropped.expect("the database is dropped");
            super::watch::end();
        }
    }
}

fn drop_database(server: &PgConnectOptions, name: &str) -> Result<(), sqlx::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut admin = PgConnection::connect_with(server).await?;
        let text = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        admin.execute(fixed(text)).await?;
        admin.close().await
    })
}

/// The server's maintenance database.
pub(crate) fn server() -> PgConnectOptions {
    PgConnectOptions::from_str(&setting(URL).expect("PostgreSQL is available")).expect("a PostgreSQL URL")
}

/// A migrated SQLite file, made once.
async fn migrated_file() -> &'static [u8] {
    static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();
    MIGRATED
        .get_or_init(async || {
            let draft = TestDatabase::empty(Backend::Sqlite).await;
            let store = draft.store().await;
            store.migrate().await.expect("the migrations run");
            store.close().await;
            std::fs::read(draft.file()).expect("a file")
        })
        .await
}

/// The migrated template. Its name holds the digest of the migrations, so that a new one is made when they change.
async fn template() -> String {
    let texts: String = migrations("postgres")
        .into_iter()
        .map(|(name, text)| name + &text)
        .collect();
    let digest: String = sha256(texts.as_bytes())
        .iter()
        .take(6)
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let name = format!("lienthong_template_{digest}");
    let mut admin = PgConnection::connect_with(&server()).await.expect("PostgreSQL answers");
    let exists = fixed(format!("SELECT COUNT(*) FROM pg_database WHERE datname = '{name}'"));
    let count = |count: i64| count > 0;
    if !count(
        sqlx::query_scalar(exists)
            .fetch_one(&mut admin)
            .await
            .expect("the list of databases"),
    ) {
        admin.execute(TEMPLATE_LOCK).await.expect("the lock");
        if !count(
            sqlx::query_scalar(exists)
                .fetch_one(&mut admin)
                .await
                .expect("the list of databases"),
        ) {
            let draft = TestDatabase::from_template("template0").await;
            let store = draft.store().await;
            store.migrate().await.expect("the migrations run");
            store.close().await;
            let (_, draft_name) = draft.dropped_by.as_ref().expect("a database of PostgreSQL");
            let rename = format!("ALTER DATABASE {draft_name} RENAME TO {name}");
            admin.execute(fixed(rename)).await.expect("the template gets its name");
        }
    }
    admin.close().await.expect("the connection closes");
    name
}

/// File names and texts of the migrations of one database, in order.
pub(crate) fn migrations(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("a folder of migrations")
        .map(|entry| {
            let entry = entry.expect("an entry");
            let text = std::fs::read_to_string(entry.path()).expect("a text");
            (entry.file_name().into_string().expect("a plain name"), text)
        })
        .collect();
    files.sort();
    files
}
