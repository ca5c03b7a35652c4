//! One consistent state of a database, read beside a hub that goes on serving: a connection of its own that cannot write.
//!
//! On SQLite the lock beside the file stays with the hub: it keeps a second *writer* away, and this is none. The journal
//! cannot be cut short while a snapshot is open, so it grows with what is written in that time. On PostgreSQL it is one
//! transaction, REPEATABLE READ and READ ONLY, without the time limits that cut a hub's transactions.

use std::pin::Pin;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio_stream::{Stream, StreamExt as _};

use super::connect::{CONNECT_LIMIT, ConnectError, Database, OLDEST_SQLITE, require, require_safe_postgres};
use super::kept::{KeptTable, Value};
use super::migrate::{Applied, SchemaMismatch, judge};
use super::rows::Head;
use super::{DatabaseKind, sql, store_error};
use crate::domain::error::Result;

/// Rows of SQLite that are read ahead: a row may hold a body of megabytes.
const ROWS_AHEAD: usize = 8;

/// Rows of a table, one after the other.
pub type KeptStream<'a> = Pin<Box<dyn Stream<Item = Result<Vec<Value>>> + Send + 'a>>;

#[derive(Debug)]
pub(super) enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// One consistent state of a database.
#[derive(Debug)]
pub struct Snapshot(pub(super) Connection);

/// Runs a query in a snapshot.
macro_rules! on_snapshot {
    ($snapshot:expr, $text:expr, |$sql:ident, $executor:ident| $query:expr) => {
        match &mut $snapshot.0 {
            $crate::store::snapshot::Connection::Sqlite(connection) => {
                let ($sql, $executor) = ($text.sqlite, connection);
                $query.await
            }
            $crate::store::snapshot::Connection::Postgres(connection) => {
                let ($sql, $executor) = ($text.postgres, connection);
                $query.await
            }
        }
    };
}
pub(super) use on_snapshot;

impl Snapshot {
    /// Opens the database as it is now. Nothing is made, changed or locked.
    pub async fn open(database: &Database) -> std::result::Result<Self, ConnectError> {
        database.must_exist()?;
        let connection = match database {
            Database::Sqlite(path) => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .read_only(true)
                    .row_buffer_size(ROWS_AHEAD)
                    .busy_timeout(Duration::from_secs(5));
                let mut connection = options.connect().await?;
                sqlx::raw_sql("BEGIN").execute(&mut connection).await?;
                // The state is the one of the first read.
                sqlx::query("SELECT COUNT(*) FROM sqlite_master")
                    .execute(&mut connection)
                    .await?;
                Connection::Sqlite(connection)
            }
            Database::Postgres(options) => {
                let mut connection = connect(options).await?;
                sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                    .execute(&mut connection)
                    .await?;
                sqlx::query("SELECT 1").execute(&mut connection).await?;
                Connection::Postgres(connection)
            }
        };
        Ok(Self(connection))
    }

    /// Which database this is.
    pub fn database_kind(&self) -> DatabaseKind {
        match self.0 {
            Connection::Sqlite(_) => DatabaseKind::Sqlite,
            Connection::Postgres(_) => DatabaseKind::Postgres,
        }
    }

    /// Whether the schema is exactly the one of this binary.
    pub async fn check_schema(&mut self) -> Result<std::result::Result<(), SchemaMismatch>> {
        let kind = self.database_kind();
        let applied: Vec<Applied> = on_snapshot!(self, sql::MIGRATIONS_APPLIED, |sql, connection| sqlx::query_as(sql)
            .fetch_all(connection))
        .map_err(store_error)?;
        Ok(judge(&applied, kind))
    }

    /// Refuses settings that could lose an acknowledged write, as far as they are the database's own.
    pub async fn require_safe_settings(&mut self) -> std::result::Result<(), ConnectError> {
        match &mut self.0 {
            Connection::Sqlite(connection) => {
                let version: String = sqlx::query_scalar("SELECT sqlite_version()")
                    .fetch_one(&mut *connection)
                    .await?;
                let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
                require(
                    parts.as_slice() >= OLDEST_SQLITE.as_slice(),
                    "SQLite version",
                    version,
                    "3.51.3 or later",
                )?;
                let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(connection).await?;
                require(journal == "wal", "journal_mode", journal, "wal")
            }
            Connection::Postgres(connection) => require_safe_postgres(connection).await,
        }
    }

    /// The name of the hub that this database belongs to; `None` before `init`.
    pub async fn hub_id(&mut self) -> Result<Option<String>> {
        on_snapshot!(self, sql::HUB_ID, |sql, connection| sqlx::query_scalar(sql)
            .fetch_optional(connection))
        .map_err(store_error)
    }

    /// The head of the ledger.
    pub async fn head(&mut self) -> Result<Head> {
        on_snapshot!(self, sql::HEAD_READ, |sql, connection| sqlx::query_as(sql)
            .fetch_one(connection))
        .map_err(store_error)
    }

    /// How many rows a table has.
    pub async fn count(&mut self, table: &KeptTable) -> Result<i64> {
        on_snapshot!(self, table.count, |sql, connection| sqlx::query_scalar(sql)
            .fetch_one(connection))
        .map_err(store_error)
    }

    /// The rows of a table in the order of its key. They come as they are asked for; none is kept.
    pub fn rows<'a>(&'a mut self, table: &'static KeptTable) -> KeptStream<'a> {
        match &mut self.0 {
            Connection::Sqlite(connection) => Box::pin(
                sqlx::query(table.select.sqlite)
                    .fetch(connection)
                    .map(|row| row.and_then(|row| table.read(&row)).map_err(store_error)),
            ),
            Connection::Postgres(connection) => Box::pin(
                sqlx::query(table.select.postgres)
                    .fetch(connection)
                    .map(|row| row.and_then(|row| table.read(&row)).map_err(store_error)),
            ),
        }
    }

    /// Lets go of the state.
    pub async fn close(self) {
        // There is nothing to lose: a connection that cannot say good-bye is cut.
        drop(match self.0 {
            Connection::Sqlite(connection) => connection.close().await,
            Connection::Postgres(connection) => connection.close().await,
        });
    }
}

async fn connect(options: &PgConnectOptions) -> std::result::Result<PgConnection, ConnectError> {
    let options = options
        .clone()
        .application_name("lienthong-keep")
        .options([("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0")]);
    let connecting = tokio::time::timeout(CONNECT_LIMIT, PgConnection::connect_with(&options));
    Ok(connecting.await.or(Err(ConnectError::NoAnswer))??)
}
