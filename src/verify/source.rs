//! Where rows come from: a database, or tables held in memory, which a test has changed row by row.

use std::collections::BTreeMap;

use super::database::{Place, Reader};
use super::row::{Row, Value};
use super::rows::Rows;
use super::select::Select;
use super::{Result, VERIFIED};

/// Tables held in memory: the rows of each in the columns of its `Select`, in any order.
pub type Tables = BTreeMap<&'static str, Vec<Row>>;

/// Where the verifier reads.
#[derive(Debug)]
pub struct Source(Inner);

#[derive(Debug)]
enum Inner {
    Database(Reader),
    Memory(Tables),
}

impl Source {
    /// Opens a database as it is now. Nothing is made, changed or locked.
    ///
    /// # Errors
    /// It is not there, cannot be read, or its tables are not those that this program knows.
    pub async fn open(place: &Place) -> Result<Self> {
        Ok(Self(Inner::Database(Reader::open(place).await?)))
    }

    /// Tables as they stand in memory.
    pub fn held(tables: Tables) -> Self {
        Self(Inner::Memory(tables))
    }

    pub(super) async fn rows(&mut self, select: &'static Select) -> Result<Rows> {
        match &mut self.0 {
            Inner::Database(reader) => reader.rows(select).await,
            Inner::Memory(tables) => Ok(Rows::held(select, in_order(select, tables))),
        }
    }

    /// Every stream that was given out is done with.
    pub(super) async fn settle(&mut self) -> Result<()> {
        match &mut self.0 {
            Inner::Database(reader) => reader.settle().await,
            Inner::Memory(_) => Ok(()),
        }
    }

    /// Reads every table that is verified into memory.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn tables(&mut self) -> Result<Tables> {
        let mut tables = Tables::new();
        for select in VERIFIED {
            let mut rows = self.rows(select).await?;
            tables.insert(select.table, rows.rest().await?);
            self.settle().await?;
        }
        Ok(tables)
    }

    /// Lets go of the database.
    pub async fn close(self) {
        match self.0 {
            Inner::Database(reader) => reader.close().await,
            Inner::Memory(_) => {}
        }
    }
}

/// What a database would give for the text.
fn in_order(select: &'static Select, tables: &Tables) -> Vec<Row> {
    let (order, filter) = (select.places(&select.order()), select.places(&["entry_type"]));
    let is_asked_for = |row: &&Row| {
        select
            .entry_type
            .is_none_or(|code| row.part(&filter).eq([&Value::Integer(i64::from(code))]))
    };
    let rows = tables.get(select.table).into_iter().flatten();
    let mut rows: Vec<Row> = rows.filter(is_asked_for).cloned().collect();
    rows.sort_by(|left, right| left.part(&order).cmp(right.part(&order)));
    rows
}
