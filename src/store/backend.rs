//! Two databases behind one enum. Every text is a [`Sql`]; the macros pick the backend, so no query is written twice.

use std::time::Duration;

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

/// A named SQL text, the same for both databases or a pair where they differ.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL.
    pub postgres: &'static str,
}

impl Sql {
    /// One text for both.
    pub(crate) const fn both(text: &'static str) -> Self {
        Self {
            sqlite: text,
            postgres: text,
        }
    }

    /// Two texts that stand side by side.
    pub(crate) const fn pair(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres }
    }
}

/// The pools. SQLite has one writer connection, as the database has one writer.
#[derive(Debug, Clone)]
pub(crate) enum Pools {
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
    },
    /// The ledger has connections of its own, so that no number of reads can keep a write waiting.
    Postgres {
        pool: PgPool,
        writer: PgPool,
    },
}

/// An open transaction of the ledger.
#[derive(Debug)]
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// The longest that a read may take, waiting for a connection included. PostgreSQL itself ends a statement after 10 s; one
/// that has gone without a word ends nothing.
const READ_LIMIT: Duration = Duration::from_secs(12);

/// The outcome of a read that ends in time.
pub(crate) async fn in_time<T>(read: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let cut = |_elapsed| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    tokio::time::timeout(READ_LIMIT, read).await.map_err(cut)?
}

/// Runs a query on the reader pool: `on_pool!(store, sql::NAME, |sql, pool| sqlx::query(sql).bind(x).fetch_all(pool))`.
macro_rules! on_pool {
    ($store:expr, $text:expr, |$sql:ident, $executor:ident| $query:expr) => {
        match &$store.pools {
            $crate::store::backend::Pools::Sqlite { readers, .. } => {
                let ($sql, $executor) = ($text.sqlite, readers);
                $crate::store::backend::in_time($query).await
            }
            $crate::store::backend::Pools::Postgres { pool, .. } => {
                let ($sql, $executor) = ($text.postgres, pool);
                $crate::store::backend::in_time($query).await
            }
        }
    };
}
pub(crate) use on_pool;

/// Runs a query in a transaction.
macro_rules! on_tx {
    ($tx:expr, $text:expr, |$sql:ident, $executor:ident| $query:expr) => {
        match $tx {
            $crate::store::backend::Tx::Sqlite(transaction) => {
                let ($sql, $executor) = ($text.sqlite, &mut **transaction);
                $query.await
            }
            $crate::store::backend::Tx::Postgres(transaction) => {
                let ($sql, $executor) = ($text.postgres, &mut **transaction);
                $query.await
            }
        }
    };
}
pub(crate) use on_tx;

/// Implements `FromRow` for both databases from one body.
macro_rules! from_row {
    ($type:ty, |$row:ident| $body:expr) => {
        impl sqlx::FromRow<'_, sqlx::sqlite::SqliteRow> for $type {
            fn from_row($row: &sqlx::sqlite::SqliteRow) -> Result<Self, sqlx::Error> {
                $body
            }
        }
        impl sqlx::FromRow<'_, sqlx::postgres::PgRow> for $type {
            fn from_row($row: &sqlx::postgres::PgRow) -> Result<Self, sqlx::Error> {
                $body
            }
        }
    };
}
pub(crate) use from_row;

/// Reads a text column and parses it: rows are parsed, not trusted.
pub(crate) fn parsed<'r, R, T>(row: &'r R, column: &'static str) -> Result<T, sqlx::Error>
where
    R: sqlx::Row,
    &'static str: sqlx::ColumnIndex<R>,
    String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.try_get(column)?;
    text.parse().map_err(|error| decode_error(column, error))
}

/// Like [`parsed`] for a column that may be NULL.
pub(crate) fn parsed_optional<'r, R, T>(row: &'r R, column: &'static str) -> Result<Option<T>, sqlx::Error>
where
    R: sqlx::Row,
    &'static str: sqlx::ColumnIndex<R>,
    Option<String>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: Option<String> = row.try_get(column)?;
    text.map(|text| text.parse().map_err(|error| decode_error(column, error)))
        .transpose()
}

/// Reads a JSON column.
pub(crate) fn json<'r, R, T>(row: &'r R, column: &'static str) -> Result<T, sqlx::Error>
where
    R: sqlx::Row,
    &'static str: sqlx::ColumnIndex<R>,
    String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    T: serde::de::DeserializeOwned,
{
    let text: String = row.try_get(column)?;
    serde_json::from_str(&text).map_err(|error| decode_error(column, error))
}

/// Reads a 32-byte column.
pub(crate) fn digest<'r, R>(row: &'r R, column: &'static str) -> Result<[u8; 32], sqlx::Error>
where
    R: sqlx::Row,
    &'static str: sqlx::ColumnIndex<R>,
    Vec<u8>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    let bytes: Vec<u8> = row.try_get(column)?;
    <[u8; 32]>::try_from(bytes).map_err(|bytes| {
        decode_error(
            column,
            std::io::Error::other(format!("{} bytes instead of 32", bytes.len())),
        )
    })
}

pub(crate) fn decode_error(
    column: &'static str,
    source: impl std::error::Error + Send + Sync + 'static,
) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: Box::new(source),
    }
}
