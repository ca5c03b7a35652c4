//! Opening a database by URL, and refusing unsafe settings.

use std::fs::File;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::Store;
use super::backend::Pools;
use super::database_file::{self, FileFault};

/// Which database, from its URL: `sqlite:PATH` or `postgres://…`.
#[derive(Debug, Clone)]
pub enum Database {
    /// One file, one process.
    Sqlite(PathBuf),
    /// A server; several hubs may share it.
    Postgres(Box<PgConnectOptions>),
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL has another form.
    #[error("the database URL must be sqlite:PATH or postgres://USER@HOST/NAME")]
    Url,
    /// The path of SQLite is no plain path: parameters, `file:` and databases in memory are not taken.
    #[error("sqlite: takes a plain path, without ? and parameters; a database in memory cannot be used")]
    SqlitePath,
    /// A part of the PostgreSQL URL cannot be read.
    #[error("the PostgreSQL URL cannot be read: {0}")]
    PostgresUrl(#[source] sqlx::Error),
    /// The path is no file that can be used.
    #[error("the database file {path} cannot be used: {fault}")]
    File {
        /// Where.
        path: PathBuf,
        /// Why.
        fault: FileFault,
    },
    /// PostgreSQL did not answer in time.
    #[error("PostgreSQL does not answer within {} s", CONNECT_LIMIT.as_secs())]
    NoAnswer,
    /// The server or file does not answer.
    #[error("the database cannot be opened: {0}")]
    Open(#[from] sqlx::Error),
    /// A setting would lose acknowledged writes.
    #[error("unsafe database setting: {name} is {value}; it must be {wanted}")]
    Unsafe {
        /// The setting.
        name: &'static str,
        /// What it is.
        value: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// Another process has the file.
    #[error("the database file {0} is in use by another process")]
    InUse(PathBuf),
    /// The lock file cannot be made.
    #[error("the lock file {path} cannot be opened: {source}")]
    Lock {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The oldest SQLite without the bug that can corrupt a file when the WAL is reset (fixed in 3.51.3).
pub(super) const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

/// How long to wait for a connection.
pub(super) const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// A connection of PostgreSQL that does not answer for so long is given up.
const PING_LIMIT: Duration = Duration::from_secs(2);

/// How long connections of PostgreSQL may take to say good-bye.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// Connections of the ledger. It uses one; the driver may lose one for minutes that falls silent in the very moment in which it
/// goes back to its place.
const WRITER_CONNECTIONS: u32 = 4;

/// A statement is ended by the server after this many milliseconds.
const STATEMENT_LIMIT_MILLIS: &str = "10000";

/// Who has begun a transaction and does nothing is cut by the server after this many milliseconds: it may hold the ledger's
/// lock.
const STALL_LIMIT_MILLIS: &str = "5000";

impl FromStr for Database {
    type Err = ConnectError;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err(ConnectError::Url);
            }
            if path.contains('?') || path.starts_with(':') || path.starts_with("file:") {
                return Err(ConnectError::SqlitePath);
            }
            return Ok(Self::Sqlite(path.into()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url).map_err(ConnectError::PostgresUrl)?;
            return Ok(Self::Postgres(Box::new(options)));
        }
        Err(ConnectError::Url)
    }
}

impl Database {
    /// `sqlite` or `postgres`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// Takes the lock that keeps a second process away from a SQLite file, for as long as the returned file lives.
    /// PostgreSQL needs none.
    pub fn lock(&self) -> Result<Option<Arc<File>>, ConnectError> {
        match self {
            Self::Sqlite(path) => Ok(Some(Arc::new(database_file::lock(path)?))),
            Self::Postgres(_) => Ok(None),
        }
    }

    /// Refuses a SQLite file that is not there, so that a mistyped path makes no new database.
    pub fn must_exist(&self) -> Result<(), ConnectError> {
        match self {
            Self::Sqlite(path) if !database_file::resolve(path)?.exists() => Err(ConnectError::File {
                path: path.clone(),
                fault: FileFault::Missing,
            }),
            Self::Sqlite(_) | Self::Postgres(_) => Ok(()),
        }
    }
}

impl Store {
    /// Opens the database and checks that its settings are safe. It opens no content until it has master keys.
    pub async fn connect(database: &Database) -> Result<Self, ConnectError> {
        let store = Self {
            pools: match database {
                Database::Sqlite(path) => open_sqlite(path).await?,
                Database::Postgres(options) => open_postgres(options).await?,
            },
            masters: Arc::default(),
            account_key: Arc::default(),
        };
        store.refuse_unsafe_settings().await?;
        Ok(store)
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres { pool, writer } => {
                // There is nothing to lose: a connection that cannot say good-bye is cut.
                let closed = tokio::time::timeout(CLOSE_LIMIT, async { tokio::join!(pool.close(), writer.close()) });
                drop(closed.await);
            }
        }
    }

    async fn refuse_unsafe_settings(&self) -> Result<(), ConnectError> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => {
                let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(writer).await?;
                let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
                require(
                    parts.as_slice() >= OLDEST_SQLITE.as_slice(),
                    "SQLite version",
                    version,
                    "3.51.3 or later",
                )?;
                let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(writer).await?;
                require(journal == "wal", "journal_mode", journal, "wal")?;
                let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(writer).await?;
                require(synchronous >= 2, "synchronous", synchronous.to_string(), "2 (FULL)")
            }
            Pools::Postgres { pool, .. } => require_safe_postgres(&mut *pool.acquire().await?).await,
        }
    }
}

/// Refuses a server whose settings could lose an acknowledged write.
pub(super) async fn require_safe_postgres(connection: &mut PgConnection) -> Result<(), ConnectError> {
    for (name, text) in [
        ("fsync", "SHOW fsync"),
        ("full_page_writes", "SHOW full_page_writes"),
        ("synchronous_commit", "SHOW synchronous_commit"),
    ] {
        let value: String = sqlx::query_scalar(text).fetch_one(&mut *connection).await?;
        require(value != "off", name, value, "on")?;
    }
    let retry: String = sqlx::query_scalar("SHOW data_sync_retry")
        .fetch_one(&mut *connection)
        .await?;
    require(retry == "off", "data_sync_retry", retry, "off")?;
    let encoding: String = sqlx::query_scalar("SHOW server_encoding")
        .fetch_one(&mut *connection)
        .await?;
    require(encoding == "UTF8", "server_encoding", encoding, "UTF8")
}

pub(super) fn require(
    holds: bool,
    name: &'static str,
    value: String,
    wanted: &'static str,
) -> Result<(), ConnectError> {
    if holds {
        Ok(())
    } else {
        Err(ConnectError::Unsafe { name, value, wanted })
    }
}

async fn open_sqlite(path: &std::path::Path) -> Result<Pools, ConnectError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        // What is erased is overwritten, not only let go.
        .pragma("secure_delete", "ON")
        .statement_cache_capacity(256);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        // SQLite rolls back by itself when the disk is full, and the driver does not notice: it would take every transaction
        // after that for one inside the first.
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        .connect_with(options.clone())
        .await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(4)
        .connect_with(options.create_if_missing(false).pragma("query_only", "ON"))
        .await?;
    Ok(Pools::Sqlite { readers, writer })
}

async fn open_postgres(options: &PgConnectOptions) -> Result<Pools, ConnectError> {
    let options = options
        .clone()
        .application_name("lienthong")
        .statement_cache_capacity(256)
        .options([
            ("statement_timeout", STATEMENT_LIMIT_MILLIS),
            ("idle_in_transaction_session_timeout", STALL_LIMIT_MILLIS),
            ("default_transaction_isolation", "read committed"),
        ]);
    // A pool would try again and again and then tell of its own time limit instead of the cause.
    let first = tokio::time::timeout(CONNECT_LIMIT, PgConnection::connect_with(&options));
    first.await.or(Err(ConnectError::NoAnswer))??.close().await?;
    let sized = |connections| {
        PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(CONNECT_LIMIT)
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(async { Ok(answers(connection).await) }))
            // The driver's own look at a connection that comes back waits for ever for an answer.
            .after_release(|connection, _| Box::pin(async { Ok(answers(connection).await) }))
            .connect_with(options.clone())
    };
    let (pool, writer) = (sized(12).await?, sized(WRITER_CONNECTIONS).await?);
    Ok(Pools::Postgres { pool, writer })
}

/// Whether it answers, and soon.
async fn answers(connection: &mut PgConnection) -> bool {
    matches!(tokio::time::timeout(PING_LIMIT, connection.ping()).await, Ok(Ok(())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_databases_are_accepted() {
        assert!(matches!("sqlite:hub.db".parse(), Ok(Database::Sqlite(_))));
        assert!(matches!(
            "postgres://hub@localhost/hub".parse(),
            Ok(Database::Postgres(_))
        ));
        for url in ["", "hub.db", "sqlite:", "mysql://localhost/hub"] {
            assert!(url.parse::<Database>().is_err(), "{url}");
        }
        for url in ["sqlite::memory:", "sqlite:hub.db?mode=ro", "sqlite:file:hub.db"] {
            assert!(
                matches!(url.parse::<Database>(), Err(ConnectError::SqlitePath)),
                "{url}"
            );
        }
        let wrong_port = "postgres://hub@localhost:99999/hub".parse::<Database>();
        assert!(
            matches!(wrong_port, Err(ConnectError::PostgresUrl(_))),
            "{wrong_port:?}"
        );
    }
}
