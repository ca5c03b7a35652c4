//! Set-based writes. A table is described once; the texts are made from the description when the hub starts: one
//! `UNNEST` statement on PostgreSQL, multi-row `VALUES` in powers of two on SQLite.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use super::backend::{Sql, Tx};
use super::schema;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnType {
    Text,
    Integer,
    Bytes,
    Flag,
}

/// What happens to a row whose key exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnExisting {
    /// It is an error: evidence is written once.
    Fail,
    /// The new row replaces it: one final row per key.
    Replace,
}

/// A table as the bulk writer sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [(&'static str, ColumnType)],
    pub(crate) key: &'static [&'static str],
    pub(crate) on_existing: OnExisting,
}

/// One value of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    Text(Option<&'a str>),
    Integer(Option<i64>),
    Bytes(Option<&'a [u8]>),
    Flag(bool),
}

/// A row of a table, in the order of its columns.
pub(crate) trait Row {
    const TABLE: &'static Table;
    fn cells(&self) -> Vec<Cell<'_>>;
}

/// Rows per statement on SQLite, largest first. 64 rows of the widest table stay far below its limit of parameters.
const SQLITE_SIZES: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

struct BulkTexts {
    postgres: &'static str,
    sqlite: [&'static str; 7],
}

static TEXTS: LazyLock<BTreeMap<&'static str, BulkTexts>> =
    LazyLock::new(|| schema::WRITTEN.iter().map(|table| (table.name, BulkTexts::of(table))).collect());

impl BulkTexts {
    fn of(table: &Table) -> Self {
        Self {
            postgres: String::leak(postgres_text(table)),
            sqlite: SQLITE_SIZES.map(|rows| &*String::leak(sqlite_text(table, rows))),
        }
    }
}

/// Every bulk text, for the catalogue test: name, SQL.
pub(crate) fn texts() -> Vec<(String, Sql)> {
    TEXTS
        .iter()
        .flat_map(|(name, texts)| {
            SQLITE_SIZES.iter().zip(texts.sqlite).map(move |(rows, sqlite)| {
                (format!("bulk {name} x{rows}"), Sql::pair(sqlite, texts.postgres))
            })
        })
        .collect()
}

fn column_list(table: &Table) -> String {
    table.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn on_conflict(table: &Table) -> String {
    match table.on_existing {
        OnExisting::Fail => String::new(),
        OnExisting::Replace => {
            let updates: Vec<String> = table
                .columns
                .iter()
                .filter(|(name, _)| !table.key.contains(name))
                .map(|(name, _)| format!("{name} = excluded.{name}"))
                .collect();
            format!(" ON CONFLICT ({}) DO UPDATE SET {}", table.key.join(", "), updates.join(", "))
        }
    }
}

fn postgres_text(table: &Table) -> String {
    let arrays: Vec<String> = table
        .columns
        .iter()
        .zip(1..)
        .map(|((_, column_type), number)| {
            let array = match column_type {
                ColumnType::Text => "text[]",
                ColumnType::Integer => "bigint[]",
                ColumnType::Bytes => "bytea[]",
                ColumnType::Flag => "boolean[]",
            };
            format!("${number}::{array}")
        })
        .collect();
    format!(
        "INSERT INTO {} ({}) SELECT * FROM UNNEST({}){}",
        table.name,
        column_list(table),
        arrays.join(", "),
        on_conflict(table)
    )
}

fn sqlite_text(table: &Table, rows: usize) -> String {
    let mut text = format!("INSERT INTO {} ({}) VALUES ", table.name, column_list(table));
    let one_row = format!("({})", vec!["?"; table.columns.len()].join(", "));
    for row in 0..rows {
        let separator = if row == 0 { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{separator}{one_row}");
    }
    text + &on_conflict(table)
}

/// Writes all rows, set-based. Nothing is sent for no rows.
pub(crate) async fn write_rows<R: Row>(tx: &mut Tx, rows: &[R]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let Some(texts) = TEXTS.get(R::TABLE.name) else {
        return Err(sqlx::Error::Protocol(format!("table {} is not listed for writing", R::TABLE.name)));
    };
    match tx {
        Tx::Postgres(transaction) => {
            let mut query = sqlx::query(texts.postgres);
            for column in Columns::collect(rows) {
                query = match column {
                    Column::Text(values) => query.bind(values),
                    Column::Integer(values) => query.bind(values),
                    Column::Bytes(values) => query.bind(values),
                    Column::Flag(values) => query.bind(values),
                };
            }
            query.execute(&mut **transaction).await?;
        }
        Tx::Sqlite(transaction) => {
            let mut rest = rows;
            for (size, text) in SQLITE_SIZES.iter().zip(texts.sqlite) {
                while let Some((chunk, tail)) = rest.split_at_checked(*size) {
                    let mut query = sqlx::query(text);
                    for cell in chunk.iter().flat_map(Row::cells) {
                        query = match cell {
                            Cell::Text(value) => query.bind(value),
                            Cell::Integer(value) => query.bind(value),
                            Cell::Bytes(value) => query.bind(value),
                            Cell::Flag(value) => query.bind(value),
                        };
                    }
                    query.execute(&mut **transaction).await?;
                    rest = tail;
                }
            }
        }
    }
    Ok(())
}

enum Column<'a> {
    Text(Vec<Option<&'a str>>),
    Integer(Vec<Option<i64>>),
    Bytes(Vec<Option<&'a [u8]>>),
    Flag(Vec<bool>),
}

struct Columns;

impl Columns {
    /// Turns rows into columns.
    fn collect<R: Row>(rows: &[R]) -> Vec<Column<'_>> {
        let count = rows.len();
        let mut columns: Vec<Column<'_>> = R::TABLE
            .columns
            .iter()
            .map(|(_, column_type)| match column_type {
                ColumnType::Text => Column::Text(Vec::with_capacity(count)),
                ColumnType::Integer => Column::Integer(Vec::with_capacity(count)),
                ColumnType::Bytes => Column::Bytes(Vec::with_capacity(count)),
                ColumnType::Flag => Column::Flag(Vec::with_capacity(count)),
            })
            .collect();
        for row in rows {
            for (column, cell) in columns.iter_mut().zip(row.cells()) {
                match (column, cell) {
                    (Column::Text(values), Cell::Text(value)) => values.push(value),
                    (Column::Integer(values), Cell::Integer(value)) => values.push(value),
                    (Column::Bytes(values), Cell::Bytes(value)) => values.push(value),
                    (Column::Flag(values), Cell::Flag(value)) => values.push(value),
                    (Column::Text(_) | Column::Integer(_) | Column::Bytes(_) | Column::Flag(_), _) => {
                        debug_assert!(false, "a row of {} does not fit its table", R::TABLE.name);
                    }
                }
            }
        }
        columns
    }
}
