//! The keys of content: reading them, and wrapping them anew.

use std::collections::BTreeMap;

use super::backend::{on_pool, on_tx};
use super::rows::ContentKeyRow;
use super::{Store, sql, store_error};
use crate::domain::error::{Error, Result};
use crate::sealing::{MasterId, entry_place};

/// How many keys a master key wraps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterUse {
    /// The id of the master key.
    pub master: String,
    /// Keys that it wraps.
    pub keys: i64,
}

/// A piece of wrapping anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewrapped {
    /// How many keys were wrapped anew.
    pub keys: usize,
    /// Of how many the old master key is not known, or something was changed.
    pub unreadable: usize,
    /// The entry to go on from.
    pub next: i64,
}

/// Entries that are looked through at a time, without the lock.
const WINDOW: i64 = 100_000;
/// Keys that are wrapped anew at a time, under the lock.
const PIECE: i64 = 500;

impl Store {
    /// The keys of the content of these entries, by entry; none of those whose content is not sealed.
    ///
    /// # Errors
    /// The database's.
    pub async fn content_keys(&self, indexes: &[i64]) -> Result<BTreeMap<i64, ContentKeyRow>> {
        let list = serde_json::Value::from(indexes.to_vec()).to_string();
        let rows: Vec<ContentKeyRow> = on_pool!(self, sql::CONTENT_KEYS_BY_INDEXES, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| (row.log_index, row)).collect())
    }

    /// The id of the master key that wrapped the newest key; none if nothing is sealed yet.
    ///
    /// # Errors
    /// The database's.
    pub async fn newest_master(&self) -> Result<Option<String>> {
        on_pool!(self, sql::NEWEST_MASTER, |sql, pool| sqlx::query_scalar(sql)
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// What each master key wraps. Reads the whole table.
    ///
    /// # Errors
    /// The database's.
    pub async fn master_uses(&self) -> Result<Vec<MasterUse>> {
        let rows: Vec<(String, i64)> =
            on_pool!(self, sql::MASTER_USES, |sql, pool| sqlx::query_as(sql).fetch_all(pool)).map_err(store_error)?;
        Ok(rows
            .into_iter()
            .map(|(master, keys)| MasterUse { master, keys })
            .collect())
    }

    /// Wraps keys of entries from `from` on anew by the newest master key, some of those that another one wraps; that under the
    /// lock of the ledger, so that no key comes back that is being destroyed. `nonce` gives random bytes. A key that cannot be
    /// opened stays as it is.
    ///
    /// # Errors
    /// The database's; INTERNAL if no master key is known.
    pub async fn rewrap(&self, from: i64, mut nonce: impl FnMut() -> [u8; 12] + Send) -> Result<Rewrapped> {
        let newest = self.masters.newest().map(MasterId::as_str).unwrap_or_default();
        let end = from.saturating_add(WINDOW);
        let old: Vec<i64> = on_pool!(self, sql::KEYS_OF_OTHER_MASTERS, |sql, pool| sqlx::query_scalar(sql)
            .bind(newest)
            .bind(from)
            .bind(end)
            .bind(PIECE)
            .fetch_all(pool))
        .map_err(store_error)?;
        let is_all = i64::try_from(old.len()).unwrap_or(i64::MAX) < PIECE;
        let last = old.last().copied().filter(|_| !is_all);
        let mut done = Rewrapped {
            keys: 0,
            unreadable: 0,
            next: last.map_or(end, |last| last + 1),
        };
        if old.is_empty() {
            return Ok(done);
        }
        let (mut tx, _head) = self.begin_ledger().await.map_err(store_error)?;
        let indexes = serde_json::Value::from(old).to_string();
        let old: Vec<ContentKeyRow> = on_tx!(&mut tx.tx, sql::CONTENT_KEYS_BY_INDEXES, |sql, connection| {
            sqlx::query_as(sql).bind(&indexes).fetch_all(connection)
        })
        .map_err(store_error)?;
        let mut rows = Vec::with_capacity(old.len());
        for row in &old {
            match row.open(&self.masters) {
                Ok(Some(key)) => {
                    let wrapped = self.masters.wrap(&entry_place(row.log_index), &key, nonce());
                    rows.push(ContentKeyRow::new(row.log_index, wrapped.map_err(Error::internal)?));
                }
                // Destroyed meanwhile.
                Ok(None) => {}
                Err(_told) => done.unreadable += 1,
            }
        }
        tx.write(&rows).await.map_err(store_error)?;
        tx.commit().await.map_err(store_error)?;
        done.keys = rows.len();
        Ok(done)
    }
}
