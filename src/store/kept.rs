//! Every table as a backup keeps it: all of its columns, in the order of its key, as plain values that are the same on both
//! databases.

use std::sync::LazyLock;

use sqlx::{ColumnIndex, Decode, Row, Type};

use super::backend::Sql;
use super::bulk::{BulkTexts, Cell, ColumnType, OnExisting, Rows, Table, column_list};
use super::schema;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Yes or no.
    Flag(bool),
}

/// What the values of a column are, NULL aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptType {
    /// Texts.
    Text,
    /// Whole numbers.
    Integer,
    /// Bytes.
    Bytes,
    /// Flags; never NULL.
    Flag,
}

impl KeptType {
    /// The name in a manifest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Bytes => "bytes",
            Self::Flag => "flag",
        }
    }

    const fn of(column_type: ColumnType) -> Self {
        match column_type {
            ColumnType::Text => Self::Text,
            ColumnType::Integer => Self::Integer,
            ColumnType::Bytes => Self::Bytes,
            ColumnType::Flag => Self::Flag,
        }
    }
}

/// A table as it is kept.
pub struct KeptTable {
    table: &'static Table,
    columns: Vec<(&'static str, KeptType)>,
    insert: BulkTexts,
    pub(super) select: Sql,
    pub(super) count: Sql,
    pub(super) holds_rows: Sql,
}

impl std::fmt::Debug for KeptTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("KeptTable").field(&self.table.name).finish()
    }
}

static KEPT: LazyLock<Vec<KeptTable>> = LazyLock::new(|| {
    // The head comes last: it says that the rest is there.
    let tables = schema::WRITTEN.iter().copied().chain([&schema::LEDGER_HEAD]);
    tables.map(KeptTable::of).collect()
});

/// Every table but the migrator's own, in the order in which rows are brought in.
pub fn kept_tables() -> &'static [KeptTable] {
    &KEPT
}

/// Every text of this module by name, for the catalogue test.
pub(super) fn texts() -> impl Iterator<Item = (String, Sql)> {
    KEPT.iter().flat_map(|kept| {
        let name = kept.name();
        let single = [
            (format!("kept {name} select"), kept.select),
            (format!("kept {name} count"), kept.count),
            (format!("kept {name} holds rows"), kept.holds_rows),
        ];
        let inserts: Vec<_> = kept.insert.named(&format!("kept {name} insert")).collect();
        single.into_iter().chain(inserts)
    })
}

impl KeptTable {
    fn of(written: &Table) -> Self {
        let is_head = written.name == schema::LEDGER_HEAD.name;
        let table: &'static Table = Box::leak(Box::new(Table {
            name: written.name,
            columns: written.columns,
            key: written.key,
            on_existing: if is_head { OnExisting::Replace } else { OnExisting::Fail },
        }));
        let text = |text: String| Sql::both(String::leak(text));
        let (name, key) = (table.name, table.key.join(", "));
        // The migrations make a head of the empty tree.
        let some = if is_head { " WHERE tree_size > 0" } else { "" };
        Self {
            table,
            columns: table
                .columns
                .iter()
                .map(|(name, column_type)| (*name, KeptType::of(*column_type)))
                .collect(),
            insert: BulkTexts::of(table),
            select: text(format!("SELECT {} FROM {name} ORDER BY {key}", column_list(table))),
            count: text(format!("SELECT COUNT(*) AS count FROM {name}")),
            holds_rows: text(format!(
                "SELECT COUNT(*) AS count FROM (SELECT 1 FROM {name}{some} LIMIT 1) AS some_rows"
            )),
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.table.name
    }

    /// Its columns in the order of a row.
    pub fn columns(&self) -> &[(&'static str, KeptType)] {
        &self.columns
    }

    /// The value of a column of a row of this table.
    pub fn value<'a>(&self, row: &'a [Value], column: &str) -> &'a Value {
        let place = self.columns.iter().position(|(name, _)| *name == column);
        place.and_then(|place| row.get(place)).unwrap_or(&Value::Null)
    }

    /// The texts that write its rows.
    pub(super) fn insert(&self) -> &BulkTexts {
        &self.insert
    }

    /// Reads a row that `select` gave.
    pub(super) fn read<'r, R>(&self, row: &'r R) -> Result<Vec<Value>, sqlx::Error>
    where
        R: Row,
        usize: ColumnIndex<R>,
        Option<String>: Decode<'r, R::Database> + Type<R::Database>,
        Option<i64>: Decode<'r, R::Database> + Type<R::Database>,
        Option<Vec<u8>>: Decode<'r, R::Database> + Type<R::Database>,
        bool: Decode<'r, R::Database> + Type<R::Database>,
    {
        let value = |(place, (_, column_type)): (usize, &(&'static str, KeptType))| {
            Ok(match column_type {
                KeptType::Text => row
                    .try_get::<Option<String>, _>(place)?
                    .map_or(Value::Null, Value::Text),
                KeptType::Integer => row
                    .try_get::<Option<i64>, _>(place)?
                    .map_or(Value::Null, Value::Integer),
                KeptType::Bytes => row
                    .try_get::<Option<Vec<u8>>, _>(place)?
                    .map_or(Value::Null, Value::Bytes),
                KeptType::Flag => Value::Flag(row.try_get(place)?),
            })
        };
        self.columns.iter().enumerate().map(value).collect()
    }
}

impl Value {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Integer(_) | Self::Bytes(_) | Self::Flag(_) => None,
        }
    }

    /// The number, if it is one.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Null | Self::Text(_) | Self::Bytes(_) | Self::Flag(_) => None,
        }
    }

    /// The bytes, if it is bytes.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Null | Self::Text(_) | Self::Integer(_) | Self::Flag(_) => None,
        }
    }
}

/// Rows of one table on their way in.
pub(super) struct KeptRows<'a> {
    pub(super) kept: &'static KeptTable,
    pub(super) rows: &'a [Vec<Value>],
}

impl Rows for KeptRows<'_> {
    fn table(&self) -> &'static Table {
        self.kept.table
    }

    fn cells_of(&self, index: usize) -> Option<Vec<Cell<'_>>> {
        let row = self.rows.get(index)?;
        Some(
            self.kept
                .columns
                .iter()
                .zip(row)
                .map(|((_, column_type), value)| cell_of(*column_type, value))
                .collect(),
        )
    }

    fn count(&self) -> usize {
        self.rows.len()
    }
}

fn cell_of(column_type: KeptType, value: &Value) -> Cell<'_> {
    match column_type {
        KeptType::Text => Cell::Text(value.text()),
        KeptType::Integer => Cell::Integer(value.integer()),
        KeptType::Bytes => Cell::Bytes(value.bytes()),
        KeptType::Flag => Cell::Flag(matches!(value, Value::Flag(true))),
    }
}
