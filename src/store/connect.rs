//! Opening a database by URL, and refusing unsafe settings.

use std::fs::File;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::Store;
use super::backend::Pools;

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
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

/// A lock holder that stalls is cut by the server after this many milliseconds.
const STALL_LIMIT_MILLIS: &str = "10000";

impl FromStr for Database {
    type Err = ConnectError;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() { Err(ConnectError::Url) } else { Ok(Self::Sqlite(path.into())) };
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url)?;
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
        let Self::Sqlite(path) = self else { return Ok(None) };
        let mut lock_path = path.clone().into_os_string();
        lock_path.push(".lock");
        let lock_path = PathBuf::from(lock_path);
        let file = File::create(&lock_path)
            .map_err(|source| ConnectError::Lock { path: lock_path.clone(), source })?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Arc::new(file))),
            Err(std::fs::TryLockError::WouldBlock) => Err(ConnectError::InUse(path.clone())),
            Err(std::fs::TryLockError::Error(source)) => Err(ConnectError::Lock { path: lock_path, source }),
        }
    }
}

impl Store {
    /// Opens the database and checks that its settings are safe.
    pub async fn connect(database: &Database) -> Result<Self, ConnectError> {
        let store = match database {
            Database::Sqlite(path) => Self { pools: open_sqlite(path).await? },
            Database::Postgres(options) => Self { pools: open_postgres(options).await? },
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
            Pools::Postgres { pool } => pool.close().await,
        }
    }

    async fn refuse_unsafe_settings(&self) -> Result<(), ConnectError> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => {
                let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(writer).await?;
                let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
                require(parts.as_slice() >= OLDEST_SQLITE.as_slice(), "SQLite version", version, "3.51.3 or later")?;
                let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(writer).await?;
                require(journal == "wal", "journal_mode", journal, "wal")?;
                let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(writer).await?;
                require(synchronous >= 2, "synchronous", synchronous.to_string(), "2 (FULL)")
            }
            Pools::Postgres { pool } => {
                for (name, text) in [
                    ("fsync", "SHOW fsync"),
                    ("full_page_writes", "SHOW full_page_writes"),
                    ("synchronous_commit", "SHOW synchronous_commit"),
                ] {
                    let value: String = sqlx::query_scalar(text).fetch_one(pool).await?;
                    require(value != "off", name, value, "on")?;
                }
                let retry: String = sqlx::query_scalar("SHOW data_sync_retry").fetch_one(pool).await?;
                require(retry == "off", "data_sync_retry", retry, "off")?;
                let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(pool).await?;
                require(encoding == "UTF8", "server_encoding", encoding, "UTF8")
            }
        }
    }
}

fn require(holds: bool, name: &'static str, value: String, wanted: &'static str) -> Result<(), ConnectError> {
    if holds { Ok(()) } else { Err(ConnectError::Unsafe { name, value, wanted }) }
}

async fn open_sqlite(path: &std::path::Path) -> Result<Pools, ConnectError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .statement_cache_capacity(256);
    let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
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
            ("statement_timeout", STALL_LIMIT_MILLIS),
            ("idle_in_transaction_session_timeout", STALL_LIMIT_MILLIS),
            ("default_transaction_isolation", "read committed"),
        ]);
    let pool = PgPoolOptions::new()
        .max_connections(12)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options)
        .await?;
    Ok(Pools::Postgres { pool })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_databases_are_accepted() {
        assert!(matches!("sqlite:hub.db".parse(), Ok(Database::Sqlite(_))));
        assert!(matches!("postgres://hub@localhost/hub".parse(), Ok(Database::Postgres(_))));
        for url in ["", "hub.db", "sqlite:", "mysql://localhost/hub"] {
            assert!(url.parse::<Database>().is_err(), "{url}");
        }
    }
}
