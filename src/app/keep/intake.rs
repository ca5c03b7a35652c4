//! Rows on their way into an empty database, gathered to statements, with the tree computed as entries pass.

use super::tree::Tree;
use super::{KeepError, Progress, Result, TreeHead, backup};
use crate::domain::operator::OperatorLine;
use crate::store::{KeptTable, Loading, Store, Value};

/// Rows in one statement at most.
const MOST_ROWS: usize = 512;
/// Bytes in one statement, about.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// The transaction that takes rows in.
pub(super) struct Intake<'a> {
    loading: Loading,
    tree: Tree,
    progress: &'a dyn Progress,
    gathered: Vec<Vec<Value>>,
    bytes: usize,
    rows: u64,
    counts: Vec<(&'static KeptTable, u64)>,
}

impl<'a> Intake<'a> {
    pub(super) async fn begin(store: &Store, progress: &'a dyn Progress) -> Result<Self> {
        Ok(Self {
            loading: store.begin_loading().await?,
            tree: Tree::default(),
            progress,
            gathered: Vec::with_capacity(MOST_ROWS),
            bytes: 0,
            rows: 0,
            counts: Vec::new(),
        })
    }

    /// Takes a row of `table`; rows of one table come together.
    pub(super) async fn take(&mut self, table: &'static KeptTable, row: Vec<Value>) -> Result<()> {
        self.tree.take(table, &row);
        self.bytes += row.iter().map(size_of).sum::<usize>();
        self.rows += 1;
        self.gathered.push(row);
        if self.gathered.len() >= MOST_ROWS || self.bytes >= MOST_BYTES {
            self.flush(table).await?;
        }
        if self.rows.is_multiple_of(backup::STEP) {
            self.progress.step(table.name(), self.rows);
        }
        Ok(())
    }

    async fn flush(&mut self, table: &'static KeptTable) -> Result<()> {
        self.loading.write(table, &self.gathered).await?;
        self.gathered.clear();
        self.bytes = 0;
        Ok(())
    }

    /// No more rows of `table` come.
    pub(super) async fn end_table(&mut self, table: &'static KeptTable) -> Result<()> {
        self.flush(table).await?;
        self.counts.push((table, self.rows));
        self.rows = 0;
        Ok(())
    }

    /// Makes it durable, if every row is there and the tree is that of the head, with the line that says what brought it in.
    pub(super) async fn commit(mut self, line: impl FnOnce(TreeHead, u64) -> OperatorLine) -> Result<(TreeHead, u64)> {
        let mut faults = super::Faults::default();
        let mut total = 0;
        for (table, rows) in &self.counts {
            total += rows;
            if u64::try_from(self.loading.count(table).await?) != Ok(*rows) {
                faults.add(
                    table.name(),
                    None,
                    ("số dòng ghi vào không đúng", "not every row has arrived"),
                );
            }
        }
        let head = self.loading.head().await?;
        if !self.tree.is_of(&head) {
            faults.add(
                "ledger_head",
                Some(1),
                (
                    "đầu nhật ký không đúng với cây của các mục",
                    "the head is not that of the tree of the entries",
                ),
            );
        }
        if !faults.is_empty() {
            return Err(KeepError::Damaged(faults));
        }
        let head = TreeHead::of(&head);
        self.loading.note_operator_line(&line(head, total)).await?;
        self.loading.commit().await?;
        Ok((head, total))
    }
}

fn size_of(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Null | Value::Integer(_) | Value::Flag(_) => 8,
    }
}
