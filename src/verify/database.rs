//! One state of a database, read over several connections at a time that cannot write. A hub may go on serving beside it.
//!
//! On PostgreSQL the connections share an exported snapshot. On SQLite each opens the file for itself; they begin again until
//! all of them stand at the same state, which the head tells.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Column as _, ConnectOptions as _, Connection as _, Row as _, TypeInfo as _, ValueRef as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::StreamExt as _;

use super::row::{Row, Value};
use super::rows::{Fetched, Rows};
use super::select::{POSTGRES_COLUMNS, SQLITE_COLUMNS, STATE, Select, VERIFIED};
use super::{Result, VerifyError};

/// Streams that are read side by side.
const CONNECTIONS: usize = 7;

/// How often connections of SQLite begin again while a hub writes.
const ATTEMPTS: usize = 500;

/// How long to wait for PostgreSQL.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// How long to wait for a lock of SQLite.
const BUSY_LIMIT: Duration = Duration::from_secs(5);

/// Where a database is.
#[derive(Debug, Clone)]
pub enum Place {
    /// A file of SQLite.
    File(PathBuf),
    /// A server.
    Postgres(Box<PgConnectOptions>),
}

impl Place {
    /// Reads `postgres://USER@HOST/NAME`, `sqlite:PATH` or a plain path.
    ///
    /// # Errors
    /// A URL of PostgreSQL that cannot be read, or an empty path.
    pub fn parse(text: &str) -> Result<Self> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let options = text.parse::<PgConnectOptions>().map_err(VerifyError::Database)?;
            return Ok(Self::Postgres(Box::new(options)));
        }
        let path = text.strip_prefix("sqlite:").unwrap_or(text);
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.contains("://") {
            return Err(VerifyError::Place);
        }
        Ok(Self::File(path.into()))
    }
}

#[derive(Debug)]
enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Runs a query on either.
macro_rules! on {
    ($connection:expr, |$inner:ident| $query:expr) => {
        match $connection {
            Connection::Sqlite($inner) => $query,
            Connection::Postgres($inner) => $query,
        }
    };
}

/// The connections. Those that read are given back when their rows are at an end or dropped.
#[derive(Debug)]
pub(super) struct Reader {
    idle: Vec<Connection>,
    busy: Vec<JoinHandle<Connection>>,
}

impl Reader {
    pub(super) async fn open(place: &Place) -> Result<Self> {
        let idle = match place {
            Place::File(path) => {
                if !path.is_file() {
                    return Err(VerifyError::NoFile(path.clone()));
                }
                open_file(path).await?
            }
            Place::Postgres(options) => open_server(options).await?,
        };
        let mut reader = Self { idle, busy: Vec::new() };
        reader.check_columns().await?;
        Ok(reader)
    }

    /// The rows of a table.
    pub(super) async fn rows(&mut self, select: &'static Select) -> Result<Rows> {
        let mut connection = match self.idle.pop() {
            Some(connection) => connection,
            None => self.given_back().await?,
        };
        let (sender, receiver) = mpsc::channel(2);
        self.busy.push(tokio::spawn(async move {
            match &mut connection {
                Connection::Sqlite(inner) => {
                    send(select, sqlx::query(select.text).fetch(inner), sqlite_row, sender).await;
                }
                Connection::Postgres(inner) => {
                    send(select, sqlx::query(select.text).fetch(inner), postgres_row, sender).await;
                }
            }
            connection
        }));
        Ok(Rows::coming(select, receiver))
    }

    /// The connection that has been busy for longest. Whoever asks has no more than [`CONNECTIONS`] tables open.
    async fn given_back(&mut self) -> Result<Connection> {
        if self.busy.is_empty() {
            return Err(VerifyError::Database(sqlx::Error::PoolClosed));
        }
        let oldest = self.busy.remove(0);
        oldest
            .await
            .map_err(|_stopped| VerifyError::Database(sqlx::Error::WorkerCrashed))
    }

    /// Waits until every connection is given back: their rows are at an end, or were dropped.
    pub(super) async fn settle(&mut self) -> Result<()> {
        while !self.busy.is_empty() {
            let connection = self.given_back().await?;
            self.idle.push(connection);
        }
        Ok(())
    }

    /// Refuses a database whose tables are not those that this program knows, column by column.
    async fn check_columns(&mut self) -> Result<()> {
        let Some(first) = self.idle.first_mut() else {
            return Err(VerifyError::Database(sqlx::Error::PoolClosed));
        };
        let there: Vec<(String, String)> = match first {
            Connection::Sqlite(inner) => sqlx::query_as(SQLITE_COLUMNS).fetch_all(inner).await,
            Connection::Postgres(inner) => sqlx::query_as(POSTGRES_COLUMNS).fetch_all(inner).await,
        }
        .map_err(VerifyError::Database)?;
        let is_ours = |table: &str| VERIFIED.iter().any(|select| select.table == table);
        let there: BTreeSet<(&str, &str)> = there
            .iter()
            .map(|(table, column)| (table.as_str(), column.as_str()))
            .filter(|(table, _)| is_ours(table))
            .collect();
        let known: BTreeSet<(&str, &str)> = VERIFIED
            .iter()
            .flat_map(|select| select.columns().into_iter().map(|column| (select.table, column)))
            .collect();
        match known.symmetric_difference(&there).next() {
            None => Ok(()),
            Some((table, column)) => Err(VerifyError::OtherSchema {
                column: format!("{table}.{column}"),
                is_there: there.contains(&(table, column)),
            }),
        }
    }

    pub(super) async fn close(mut self) {
        // There is nothing to lose: a connection that cannot say good-bye is cut.
        if self.settle().await.is_err() {
            return;
        }
        for connection in self.idle {
            drop(on!(connection, |inner| inner.close().await));
        }
    }
}

async fn open_file(path: &std::path::Path) -> Result<Vec<Connection>> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .row_buffer_size(8)
        .busy_timeout(BUSY_LIMIT);
    let mut connections = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        connections.push(options.connect().await.map_err(VerifyError::Database)?);
    }
    for _ in 0..ATTEMPTS {
        let mut states = BTreeSet::new();
        for connection in &mut connections {
            begin(connection, "BEGIN").await?;
            let state: Option<(i64, i64)> = sqlx::query_as(STATE)
                .fetch_optional(&mut *connection)
                .await
                .map_err(not_ours)?;
            states.insert(state);
        }
        if states.len() == 1 {
            return Ok(connections.into_iter().map(Connection::Sqlite).collect());
        }
        for connection in &mut connections {
            begin(connection, "ROLLBACK").await?;
        }
    }
    Err(VerifyError::Restless)
}

async fn begin(connection: &mut SqliteConnection, text: &'static str) -> Result<()> {
    sqlx::raw_sql(text)
        .execute(connection)
        .await
        .map_err(VerifyError::Database)?;
    Ok(())
}

/// A file without our head is no database of ours.
fn not_ours(error: sqlx::Error) -> VerifyError {
    match error.as_database_error() {
        Some(refusal) if refusal.message().contains("no such") => VerifyError::NoHub,
        Some(_) | None => VerifyError::Database(error),
    }
}

async fn open_server(options: &PgConnectOptions) -> Result<Vec<Connection>> {
    let options = options
        .clone()
        .application_name("lienthong-verify")
        .options([("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0")]);
    let mut connections = Vec::with_capacity(CONNECTIONS);
    let mut exported: Option<String> = None;
    for _ in 0..CONNECTIONS {
        let connecting = tokio::time::timeout(CONNECT_LIMIT, PgConnection::connect_with(&options));
        let connecting = connecting.await.or(Err(VerifyError::NoAnswer))?;
        let mut connection = connecting.map_err(VerifyError::Database)?;
        sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            .execute(&mut connection)
            .await
            .map_err(VerifyError::Database)?;
        if let Some(snapshot) = &exported {
            #[expect(
                clippy::disallowed_methods,
                reason = "the statement takes no parameter; the name comes from the server and is checked"
            )]
            let text = sqlx::AssertSqlSafe(format!("SET TRANSACTION SNAPSHOT '{snapshot}'"));
            sqlx::raw_sql(text)
                .execute(&mut connection)
                .await
                .map_err(VerifyError::Database)?;
        } else {
            let snapshot: String = sqlx::query_scalar("SELECT pg_export_snapshot()")
                .fetch_one(&mut connection)
                .await
                .map_err(VerifyError::Database)?;
            let is_plain = snapshot.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
            if !is_plain {
                return Err(VerifyError::Restless);
            }
            exported = Some(snapshot);
        }
        connections.push(Connection::Postgres(connection));
    }
    Ok(connections)
}

/// Sends the rows on, a few at a time, for as long as somebody takes them.
async fn send<R>(
    select: &Select,
    mut rows: impl tokio_stream::Stream<Item = std::result::Result<R, sqlx::Error>> + Unpin,
    read: fn(&R) -> Row,
    sender: mpsc::Sender<Fetched>,
) {
    let mut few = Vec::with_capacity(select.at_once);
    while let Some(row) = rows.next().await {
        match row {
            Ok(row) => few.push(read(&row)),
            Err(error) => {
                drop(sender.send(Err(error)).await);
                return;
            }
        }
        if few.len() == select.at_once && sender.send(Ok(std::mem::take(&mut few))).await.is_err() {
            return;
        }
    }
    drop(sender.send(Ok(few)).await);
}

fn sqlite_row(row: &sqlx::sqlite::SqliteRow) -> Row {
    let values = row.columns().iter().map(|column| {
        let place = column.ordinal();
        let Ok(raw) = row.try_get_raw(place) else {
            return Value::Strange;
        };
        if raw.is_null() {
            return Value::Null;
        }
        let value = match raw.type_info().name() {
            "INTEGER" => row.try_get(place).map(Value::Integer),
            "TEXT" => row.try_get(place).map(Value::Text),
            "BLOB" => row.try_get(place).map(Value::Bytes),
            _ => Ok(Value::Strange),
        };
        value.unwrap_or(Value::Strange)
    });
    Row::from(values.collect::<Vec<_>>())
}

fn postgres_row(row: &sqlx::postgres::PgRow) -> Row {
    let values = row.columns().iter().map(|column| {
        let place = column.ordinal();
        if row.try_get_raw(place).is_ok_and(|raw| raw.is_null()) {
            return Value::Null;
        }
        let value = match column.type_info().name() {
            "INT8" => row.try_get(place).map(Value::Integer),
            "TEXT" => row.try_get(place).map(Value::Text),
            "BYTEA" => row.try_get(place).map(Value::Bytes),
            "BOOL" => row.try_get::<bool, _>(place).map(Value::from),
            _ => Ok(Value::Strange),
        };
        value.unwrap_or(Value::Strange)
    });
    Row::from(values.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_or_a_url_says_where_a_database_is() {
        for (text, path) in [
            ("hub.db", "hub.db"),
            ("sqlite:hub.db", "hub.db"),
            ("sqlite:///a/b.db", "/a/b.db"),
        ] {
            assert!(
                matches!(Place::parse(text), Ok(Place::File(found)) if found == std::path::Path::new(path)),
                "{text}"
            );
        }
        assert!(matches!(
            Place::parse("postgres://hub@localhost/hub"),
            Ok(Place::Postgres(_))
        ));
        for text in [
            "",
            "sqlite:",
            "mysql://localhost/hub",
            "postgres://hub@localhost:99999/hub",
        ] {
            assert!(Place::parse(text).is_err(), "{text}");
        }
    }
}
