//! Set-based writes. A table is described once; the texts are made from the description when the hub starts: one
//! `UNNEST` statement on PostgreSQL, multi-row `VALUES` in powers of two on SQLite.

use std::collections::BTreeMap;
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
    /// The new row's numbers are added to it: every column beside the key is a number.
    Add,
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

/// Rows of one table.
pub(crate) trait Rows: Sync {
    fn table(&self) -> &'static Table;
    fn cells_of(&self, index: usize) -> Option<Vec<Cell<'_>>>;
    fn count(&self) -> usize;
}

impl<R: Row + Sync> Rows for Vec<R> {
    fn table(&self) -> &'static Table {
        R::TABLE
    }

    fn cells_of(&self, index: usize) -> Option<Vec<Cell<'_>>> {
        self.get(index).map(Row::cells)
    }

    fn count(&self) -> usize {
        self.len()
    }
}

/// Rows per statement on SQLite, largest first. 64 rows of the widest table stay far below its limit of parameters.
const SQLITE_SIZES: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

/// The texts that write rows of one table.
pub(super) struct BulkTexts {
    postgres: &'static str,
    sqlite: [&'static str; 7],
}

static TEXTS: LazyLock<BTreeMap<&'static str, BulkTexts>> = LazyLock::new(|| {
    schema::WRITTEN
        .iter()
        .map(|table| (table.name, BulkTexts::of(table)))
        .collect()
});

/// The one statement that writes what nearly every batch writes, on PostgreSQL: one round trip instead of ten.
static TOGETHER: LazyLock<&'static str> = LazyLock::new(|| {
    let mut first_parameter = 1;
    let inserts: Vec<String> = schema::TOGETHER
        .iter()
        .map(|table| {
            let text = format!("{}_rows AS ({})", table.name, postgres_text(table, first_parameter));
            first_parameter += table.columns.len();
            text
        })
        .collect();
    String::leak(format!("WITH {} SELECT 1", inserts.join(", ")))
});

impl BulkTexts {
    pub(super) fn of(table: &Table) -> Self {
        Self {
            postgres: String::leak(postgres_text(table, 1)),
            sqlite: SQLITE_SIZES.map(|rows| &*String::leak(sqlite_text(table, rows))),
        }
    }

    /// Each text under a name, for the catalogue test.
    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (String, Sql)> + 'a {
        SQLITE_SIZES
            .iter()
            .zip(self.sqlite)
            .map(move |(rows, sqlite)| (format!("{name} x{rows}"), Sql::pair(sqlite, self.postgres)))
    }
}

/// Every bulk text, for the catalogue test: name, SQL. `None` where a database does not use it.
pub(crate) fn texts() -> Vec<(String, Sql)> {
    let single = TEXTS
        .iter()
        .flat_map(|(name, texts)| texts.named(&format!("bulk {name}")).collect::<Vec<_>>());
    single
        .chain([("bulk together".to_owned(), Sql::pair("SELECT 1", *TOGETHER))])
        .collect()
}

pub(super) fn column_list(table: &Table) -> String {
    table
        .columns
        .iter()
        .map(|(name, _)| *name)
        .collect::<Vec<_>>()
        .join(", ")
}

fn on_conflict(table: &Table) -> String {
    let update = |name: &str| match table.on_existing {
        OnExisting::Fail => None,
        OnExisting::Replace => Some(format!("{name} = excluded.{name}")),
        OnExisting::Add => Some(format!("{name} = {table}.{name} + excluded.{name}", table = table.name)),
    };
    let beside_key = table.columns.iter().filter(|(name, _)| !table.key.contains(name));
    let updates: Vec<String> = beside_key.filter_map(|(name, _)| update(name)).collect();
    let key = table.key.join(", ");
    match table.on_existing {
        OnExisting::Fail => String::new(),
        OnExisting::Replace | OnExisting::Add if updates.is_empty() => format!(" ON CONFLICT ({key}) DO NOTHING"),
        OnExisting::Replace | OnExisting::Add => {
            format!(" ON CONFLICT ({key}) DO UPDATE SET {}", updates.join(", "))
        }
    }
}

fn postgres_text(table: &Table, first_parameter: usize) -> String {
    let arrays: Vec<String> = table
        .columns
        .iter()
        .zip(first_parameter..)
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
    let one_row = format!("({})", vec!["?"; table.columns.len()].join(", "));
    let all_rows = vec![one_row; rows].join(", ");
    format!(
        "INSERT INTO {} ({}) VALUES {all_rows}{}",
        table.name,
        column_list(table),
        on_conflict(table)
    )
}

/// Writes the rows of one table, set-based. Nothing is sent for no rows.
pub(crate) async fn write_rows(tx: &mut Tx, rows: &dyn Rows) -> Result<(), sqlx::Error> {
    if rows.count() == 0 {
        return Ok(());
    }
    let Some(texts) = TEXTS.get(rows.table().name) else {
        return Err(sqlx::Error::Protocol(format!(
            "table {} is not listed for writing",
            rows.table().name
        )));
    };
    write_with(tx, texts, rows).await
}

/// Writes rows by the texts of their table.
pub(super) async fn write_with(tx: &mut Tx, texts: &BulkTexts, rows: &dyn Rows) -> Result<(), sqlx::Error> {
    match tx {
        Tx::Postgres(transaction) => {
            bind_columns(sqlx::query(texts.postgres), rows)
                .execute(&mut **transaction)
                .await?;
        }
        Tx::Sqlite(transaction) => {
            let mut written = 0;
            for (size, text) in SQLITE_SIZES.iter().zip(texts.sqlite) {
                while rows.count() - written >= *size {
                    let mut query = sqlx::query(text);
                    let chunk = written..written + size;
                    for cell in chunk.filter_map(|index| rows.cells_of(index)).flatten() {
                        query = match cell {
                            Cell::Text(value) => query.bind(value),
                            Cell::Integer(value) => query.bind(value),
                            Cell::Bytes(value) => query.bind(value),
                            Cell::Flag(value) => query.bind(value),
                        };
                    }
                    query.execute(&mut **transaction).await?;
                    written += size;
                }
            }
        }
    }
    Ok(())
}

/// Writes the rows of the tables in `schema::TOGETHER`, in that order: one statement on PostgreSQL.
pub(crate) async fn write_together(tx: &mut Tx, tables: &[&dyn Rows]) -> Result<(), sqlx::Error> {
    let in_order = tables
        .iter()
        .map(|rows| rows.table().name)
        .eq(schema::TOGETHER.iter().map(|table| table.name));
    if !in_order {
        return Err(sqlx::Error::Protocol(
            "the tables are not those of schema::TOGETHER".to_owned(),
        ));
    }
    match tx {
        Tx::Postgres(transaction) => {
            let query = tables
                .iter()
                .fold(sqlx::query(*TOGETHER), |query, rows| bind_columns(query, *rows));
            query.execute(&mut **transaction).await?;
        }
        Tx::Sqlite(_) => {
            for rows in tables {
                write_rows(tx, *rows).await?;
            }
        }
    }
    Ok(())
}

type PgQuery<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

/// Binds each column of the rows as one array.
fn bind_columns<'q>(query: PgQuery<'q>, rows: &'q dyn Rows) -> PgQuery<'q> {
    columns(rows).into_iter().fold(query, |query, column| match column {
        Column::Text(values) => query.bind(values),
        Column::Integer(values) => query.bind(values),
        Column::Bytes(values) => query.bind(values),
        Column::Flag(values) => query.bind(values),
    })
}

enum Column<'a> {
    Text(Vec<Option<&'a str>>),
    Integer(Vec<Option<i64>>),
    Bytes(Vec<Option<&'a [u8]>>),
    Flag(Vec<bool>),
}

/// Turns rows into columns.
fn columns(rows: &dyn Rows) -> Vec<Column<'_>> {
    let count = rows.count();
    let mut columns: Vec<Column<'_>> = rows
        .table()
        .columns
        .iter()
        .map(|(_, column_type)| match column_type {
            ColumnType::Text => Column::Text(Vec::with_capacity(count)),
            ColumnType::Integer => Column::Integer(Vec::with_capacity(count)),
            ColumnType::Bytes => Column::Bytes(Vec::with_capacity(count)),
            ColumnType::Flag => Column::Flag(Vec::with_capacity(count)),
        })
        .collect();
    for cells in (0..count).filter_map(|index| rows.cells_of(index)) {
        for (column, cell) in columns.iter_mut().zip(cells) {
            match (column, cell) {
                (Column::Text(values), Cell::Text(value)) => values.push(value),
                (Column::Integer(values), Cell::Integer(value)) => values.push(value),
                (Column::Bytes(values), Cell::Bytes(value)) => values.push(value),
                (Column::Flag(values), Cell::Flag(value)) => values.push(value),
                (Column::Text(_) | Column::Integer(_) | Column::Bytes(_) | Column::Flag(_), _) => {
                    debug_assert!(false, "a row of {} does not fit its table", rows.table().name);
                }
            }
        }
    }
    columns
}
