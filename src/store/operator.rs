//! The outbox of what operators did: commands write lines, a hub takes each out in the transaction that enters it.

use sqlx::Row as _;

use super::backend::{Pools, Tx, from_row, on_pool, on_tx};
use super::loading::Loading;
use super::rows::EventRow;
use super::write::LedgerTx;
use super::{Store, json_list, sql_operator as sql, store_error};
use crate::domain::error::{Error, Result};
use crate::domain::operator::{LineId, OperatorLine};

/// A line of the outbox as it stands: it may be of a later version of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Which.
    pub id: String,
    action: String,
    details: String,
}

from_row!(OutboxRow, |row| Ok(Self {
    id: row.try_get("id")?,
    action: row.try_get("action")?,
    details: row.try_get("details")?,
}));

impl OutboxRow {
    /// What it says. None: nothing that this program knows.
    pub fn line(&self) -> Option<OperatorLine> {
        OperatorLine::parse(&self.id, &self.action, &self.details)
    }
}

/// Adds a line; one that is there stays as it is.
async fn add(tx: &mut Tx, line: &OperatorLine) -> Result<()> {
    let details = serde_json::to_string(&line.details).map_err(Error::internal)?;
    let _added: Option<String> = on_tx!(tx, sql::OPERATOR_LINE_ADD, |sql, connection| sqlx::query_scalar(sql)
        .bind(line.id.as_str())
        .bind(line.action().as_str())
        .bind(&details)
        .fetch_optional(connection))
    .map_err(store_error)?;
    Ok(())
}

impl Store {
    /// Notes what an operator does in the outbox, durably. Needs no lock of the ledger, so it waits for no hub.
    pub async fn note_operator_line(&self, line: &OperatorLine) -> Result<()> {
        let tx = match &self.pools {
            Pools::Sqlite { writer, .. } => writer.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite),
            Pools::Postgres { writer, .. } => writer.begin().await.map(Tx::Postgres),
        };
        let mut tx = tx.map_err(store_error)?;
        add(&mut tx, line).await?;
        match tx {
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Postgres(tx) => tx.commit().await,
        }
        .map_err(store_error)
    }

    /// Lines of the outbox after the id `after`, in the order in which things were done.
    pub async fn outbox(&self, after: &str, limit: i64) -> Result<Vec<OutboxRow>> {
        on_pool!(self, sql::OPERATOR_LINES_AFTER, |sql, pool| sqlx::query_as(sql)
            .bind(after)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Entries about what operators did before the log index `before`, newest first.
    pub async fn operator_entries(&self, before: i64, limit: i64) -> Result<Vec<EventRow>> {
        on_pool!(self, sql::OPERATOR_ENTRIES, |sql, pool| sqlx::query_as(sql)
            .bind(before)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }
}

impl Loading {
    /// Notes what brings the rows in, in the same transaction.
    pub async fn note_operator_line(&mut self, line: &OperatorLine) -> Result<()> {
        add(&mut self.tx, line).await
    }
}

impl LedgerTx {
    /// Those of these lines that nobody has taken out yet.
    pub(crate) async fn outbox_lines<'a>(
        &mut self,
        ids: impl Iterator<Item = &'a LineId>,
    ) -> std::result::Result<Vec<OutboxRow>, sqlx::Error> {
        let list = json_list(ids.map(LineId::as_str));
        on_tx!(&mut self.tx, sql::OPERATOR_LINES_BY_IDS, |sql, connection| {
            sqlx::query_as(sql).bind(&list).fetch_all(connection)
        })
    }

    /// Takes lines out.
    pub(crate) async fn take_outbox_lines(&mut self, ids: &[LineId]) -> std::result::Result<(), sqlx::Error> {
        if ids.is_empty() {
            return Ok(());
        }
        let list = json_list(ids.iter().map(LineId::as_str));
        let _taken: Vec<String> = on_tx!(&mut self.tx, sql::OPERATOR_LINES_TAKE, |sql, connection| {
            sqlx::query_scalar(sql).bind(&list).fetch_all(connection)
        })?;
        Ok(())
    }
}
