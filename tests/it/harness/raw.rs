//! Plain SQL beside the hub, with rows as maps of plain values: what a check needs that must not trust the store.

use std::collections::BTreeMap;

use lienthong::store::Database;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{Column as _, ConnectOptions as _, Row as _, TypeInfo as _, ValueRef as _};

/// A value as both databases have it. Booleans are 0 and 1.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "{value:?}"),
            Self::Bytes(value) => write!(f, "{} bytes {:02x?}", value.len(), value.get(..8).unwrap_or(value)),
        }
    }
}

impl Value {
    pub(crate) fn integer(&self) -> i64 {
        match self {
            Self::Integer(value) => *value,
            Self::Null | Self::Text(_) | Self::Bytes(_) => panic!("an integer was expected, not {self:?}"),
        }
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(value) => value,
            Self::Null | Self::Integer(_) | Self::Bytes(_) => panic!("a text was expected, not {self:?}"),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(value) => value,
            Self::Null | Self::Integer(_) | Self::Text(_) => panic!("bytes were expected, not {self:?}"),
        }
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Integer(i64::from(value))
    }
}

/// A row by column name.
pub(crate) type Row = BTreeMap<String, Value>;

/// A text for sqlx, which takes constants only: the tests make theirs from the names of our own tables.
pub(crate) fn fixed(text: String) -> &'static str {
    String::leak(text)
}

/// A few connections beside the hub. Slow statements of tests hold values, unlike the hub's, and are not logged.
#[derive(Debug, Clone)]
pub(crate) enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Raw {
    pub(crate) async fn connect(database: &Database) -> Self {
        match database {
            Database::Sqlite(path) => {
                let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
                let options = options.disable_statement_logging();
                let pool = SqlitePoolOptions::new().max_connections(2).connect_with(options).await;
                Self::Sqlite(pool.expect("the file opens"))
            }
            Database::Postgres(options) => {
                let pool = PgPoolOptions::new()
                    .max_connections(2)
                    .connect_with((**options).clone().disable_statement_logging())
                    .await;
                Self::Postgres(pool.expect("PostgreSQL answers"))
            }
        }
    }

    /// Runs a statement; gives the database's own words if it refuses.
    pub(crate) async fn execute(&self, text: impl Into<String>) -> Result<u64, String> {
        let text = fixed(text.into());
        let affected = match self {
            Self::Sqlite(pool) => sqlx::raw_sql(text).execute(pool).await.map(|done| done.rows_affected()),
            Self::Postgres(pool) => sqlx::raw_sql(text).execute(pool).await.map(|done| done.rows_affected()),
        };
        affected.map_err(|error| error.to_string())
    }

    /// All rows of a query.
    pub(crate) async fn rows(&self, text: impl Into<String>) -> Vec<Row> {
        let text = fixed(text.into());
        match self {
            Self::Sqlite(pool) => {
                let rows = sqlx::query(text)
                    .fetch_all(pool)
                    .await
                    .unwrap_or_else(|error| panic!("{text}: {error}"));
                rows.iter().map(sqlite_row).collect()
            }
            Self::Postgres(pool) => {
                let rows = sqlx::query(text)
                    .fetch_all(pool)
                    .await
                    .unwrap_or_else(|error| panic!("{text}: {error}"));
                rows.iter().map(postgres_row).collect()
            }
        }
    }

    /// All rows of a table, in an order that does not depend on the database.
    pub(crate) async fn table(&self, name: &str) -> Vec<Row> {
        let mut rows = self.rows(format!("SELECT * FROM {name}")).await;
        rows.sort();
        rows
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, name: &str) -> i64 {
        let rows = self.rows(format!("SELECT COUNT(*) AS count FROM {name}")).await;
        rows[0]["count"].integer()
    }

    /// How many rows each table has: to show that something stored nothing. What the hub's own jobs note of themselves
    /// comes in whenever they look.
    pub(crate) async fn counts(&self) -> BTreeMap<&'static str, i64> {
        let mut counts = BTreeMap::new();
        for (name, _) in lienthong::store::schema::TABLES
            .iter()
            .filter(|(name, _)| *name != "job")
        {
            counts.insert(*name, self.count(name).await);
        }
        counts
    }
}

fn sqlite_row(row: &sqlx::sqlite::SqliteRow) -> Row {
    row.columns()
        .iter()
        .map(|column| {
            let raw = row.try_get_raw(column.ordinal()).expect("a column");
            let type_info = raw.type_info();
            let value = match type_info.name() {
                _ if raw.is_null() => Value::Null,
                "INTEGER" | "BOOLEAN" => Value::Integer(row.get(column.ordinal())),
                "TEXT" => Value::Text(row.get(column.ordinal())),
                "BLOB" => Value::Bytes(row.get(column.ordinal())),
                other => panic!("{}: {other} is no type of ours", column.name()),
            };
            (column.name().to_owned(), value)
        })
        .collect()
}

fn postgres_row(row: &sqlx::postgres::PgRow) -> Row {
    row.columns()
        .iter()
        .map(|column| {
            let is_null = row.try_get_raw(column.ordinal()).expect("a column").is_null();
            let value = match column.type_info().name() {
                _ if is_null => Value::Null,
                "INT8" => Value::Integer(row.get(column.ordinal())),
                "TEXT" | "NAME" | "VARCHAR" => Value::Text(row.get(column.ordinal())),
                "BYTEA" => Value::Bytes(row.get(column.ordinal())),
                "BOOL" => Value::from(row.get::<bool, _>(column.ordinal())),
                other => panic!("{}: {other} is no type of ours", column.name()),
            };
            (column.name().to_owned(), value)
        })
        .collect()
}
