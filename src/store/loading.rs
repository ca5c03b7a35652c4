//! Rows brought into an empty database, all in one transaction: what is cut short leaves it empty.

use super::backend::{Pools, Tx, on_pool, on_tx};
use super::bulk::write_with;
use super::kept::{KeptRows, KeptTable, Value, kept_tables};
use super::rows::Head;
use super::schema::TABLES;
use super::{Store, sql, store_error};
use crate::domain::error::Result;

/// The transaction that brings rows in. Nothing of it stays unless it is committed.
#[derive(Debug)]
pub struct Loading {
    pub(super) tx: Tx,
}

impl Store {
    /// A table that keeps this database from being filled: one that is not ours, or one of ours with rows in it.
    pub async fn occupied_by(&self) -> Result<Option<String>> {
        let present: Vec<String> = on_pool!(self, sql::TABLES_PRESENT, |sql, pool| sqlx::query_scalar(sql)
            .fetch_all(pool))
        .map_err(store_error)?;
        for name in present {
            if !TABLES.iter().any(|(known, _)| *known == name) {
                return Ok(Some(name));
            }
            let Some(table) = kept_tables().iter().find(|table| table.name() == name) else {
                continue;
            };
            let some: i64 = on_pool!(self, table.holds_rows, |sql, pool| sqlx::query_scalar(sql)
                .fetch_one(pool))
            .map_err(store_error)?;
            if some > 0 {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// Begins to bring rows in. The lock on the head keeps every other writer away until the end.
    pub async fn begin_loading(&self) -> Result<Loading> {
        let tx = match &self.pools {
            Pools::Sqlite { writer, .. } => writer.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite),
            Pools::Postgres { writer, .. } => writer.begin().await.map(Tx::Postgres),
        };
        let mut loading = Loading {
            tx: tx.map_err(store_error)?,
        };
        // What is brought in may come slowly; no hub waits for it.
        if let Tx::Postgres(transaction) = &mut loading.tx {
            for text in [sql::NO_STATEMENT_LIMIT, sql::NO_IDLE_LIMIT] {
                let done = sqlx::query(text.postgres).execute(&mut **transaction).await;
                done.map_err(store_error)?;
            }
        }
        loading.lock().await?;
        Ok(loading)
    }
}

impl Loading {
    async fn lock(&mut self) -> Result<Head> {
        on_tx!(&mut self.tx, sql::HEAD_LOCK, |sql, connection| sqlx::query_as(sql)
            .fetch_one(connection))
        .map_err(store_error)
    }

    /// Brings rows of a table in.
    pub async fn write(&mut self, table: &'static KeptTable, rows: &[Vec<Value>]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let rows = KeptRows { kept: table, rows };
        write_with(&mut self.tx, table.insert(), &rows)
            .await
            .map_err(store_error)
    }

    /// How many rows a table has now.
    pub async fn count(&mut self, table: &KeptTable) -> Result<i64> {
        on_tx!(&mut self.tx, table.count, |sql, connection| sqlx::query_scalar(sql)
            .fetch_one(connection))
        .map_err(store_error)
    }

    /// The head as it stands now.
    pub async fn head(&mut self) -> Result<Head> {
        on_tx!(&mut self.tx, sql::HEAD_READ, |sql, connection| sqlx::query_as(sql)
            .fetch_one(connection))
        .map_err(store_error)
    }

    /// Makes it durable.
    pub async fn commit(self) -> Result<()> {
        match self.tx {
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Postgres(tx) => tx.commit().await,
        }
        .map_err(store_error)
    }
}
