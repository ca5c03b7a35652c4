//! Rows of a table, one after the other: from a database as they are asked for, or held in memory.

use tokio::sync::mpsc;

use super::row::{Row, Value};
use super::{Result, Select, VerifyError};

/// What a reader of a database sends: a few rows, or why there are no more.
pub(super) type Fetched = std::result::Result<Vec<Row>, sqlx::Error>;

/// Rows of a table in the order of its `Select`.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) select: &'static Select,
    ready: std::vec::IntoIter<Row>,
    more: Option<mpsc::Receiver<Fetched>>,
    ahead: Option<Row>,
}

impl Rows {
    pub(super) fn held(select: &'static Select, rows: Vec<Row>) -> Self {
        Self {
            select,
            ready: rows.into_iter(),
            more: None,
            ahead: None,
        }
    }

    pub(super) fn coming(select: &'static Select, more: mpsc::Receiver<Fetched>) -> Self {
        Self {
            more: Some(more),
            ..Self::held(select, Vec::new())
        }
    }

    async fn fetch(&mut self) -> Result<Option<Row>> {
        loop {
            if let Some(row) = self.ready.next() {
                return Ok(Some(row));
            }
            let Some(more) = &mut self.more else { return Ok(None) };
            match more.recv().await {
                Some(rows) => self.ready = rows.map_err(VerifyError::Database)?.into_iter(),
                None => self.more = None,
            }
        }
    }

    /// The next row, which stays the next.
    pub(super) async fn peek(&mut self) -> Result<Option<&Row>> {
        if self.ahead.is_none() {
            self.ahead = self.fetch().await?;
        }
        Ok(self.ahead.as_ref())
    }

    /// The next row.
    pub(super) async fn next(&mut self) -> Result<Option<Row>> {
        match self.ahead.take() {
            Some(row) => Ok(Some(row)),
            None => self.fetch().await,
        }
    }

    /// All the rest.
    pub(super) async fn rest(&mut self) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        while let Some(row) = self.next().await? {
            rows.push(row);
        }
        Ok(rows)
    }
}

/// Rows that belong to things which come in the same order: to entries of the log, or to requests.
#[derive(Debug)]
pub(super) struct ByOwner {
    rows: Rows,
    place: usize,
}

/// The rows of one thing, and rows before it that belong to none.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) own: Vec<Row>,
    pub(super) strays: Vec<Row>,
}

impl ByOwner {
    /// By the column that names what a row belongs to.
    pub(super) fn of(rows: Rows, column: &str) -> Self {
        let place = rows.select.places(&[column]).first().copied().unwrap_or_default();
        Self { rows, place }
    }

    pub(super) fn select(&self) -> &'static Select {
        self.rows.select
    }

    /// Takes the rows of `owner`. All that come before it belong to nothing.
    pub(super) async fn take(&mut self, owner: &Value) -> Result<Taken> {
        let mut taken = Taken::default();
        while let Some(next) = self.rows.peek().await? {
            let order = next.at(self.place).cmp(owner);
            if order.is_gt() {
                break;
            }
            let Some(row) = self.rows.next().await? else { break };
            if order.is_eq() {
                &mut taken.own
            } else {
                &mut taken.strays
            }
            .push(row);
        }
        Ok(taken)
    }

    /// All the rest: it belongs to nothing.
    pub(super) async fn rest(&mut self) -> Result<Vec<Row>> {
        self.rows.rest().await
    }
}
