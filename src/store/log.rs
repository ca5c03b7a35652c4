//! Reading the log: head, entries, checkpoints, events and bodies.

use std::collections::BTreeMap;

use super::backend::on_pool;
use super::rows::{Body, Checkpoint, EventRow, Head, KeptBody, LogEntry, UsedKey};
use super::{Store, json_pairs, sql, store_error};
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, IdempotencyKey};
use crate::domain::request::EnforcementRequest;

impl Store {
    /// The head of the ledger as committed last.
    pub async fn head(&self) -> Result<Head> {
        on_pool!(self, sql::HEAD_READ, |sql, pool| sqlx::query_as(sql).fetch_one(pool)).map_err(store_error)
    }

    /// What `agency` used `key` for, if it did.
    pub async fn used_key(&self, agency: &AgencyCode, key: &IdempotencyKey) -> Result<Option<UsedKey>> {
        let pairs = json_pairs([(agency.as_str(), key.as_str())]);
        on_pool!(self, sql::IDEMPOTENCY_BY_KEYS, |sql, pool| sqlx::query_as(sql)
            .bind(&pairs)
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// The log entries from `first`, `count` of them.
    pub async fn log_entries(&self, first: i64, count: i64) -> Result<Vec<LogEntry>> {
        let end = first.saturating_add(count);
        on_pool!(self, sql::LOG_RANGE, |sql, pool| sqlx::query_as(sql)
            .bind(first)
            .bind(end)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The checkpoint of the batch that holds the entry `log_index`.
    pub async fn checkpoint_covering(&self, log_index: i64) -> Result<Option<Checkpoint>> {
        on_pool!(self, sql::CHECKPOINT_COVERING, |sql, pool| sqlx::query_as(sql)
            .bind(log_index)
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// The name of the hub that this database belongs to: the one in its first checkpoint.
    pub async fn hub_id(&self) -> Result<Option<String>> {
        on_pool!(self, sql::HUB_ID, |sql, pool| sqlx::query_scalar(sql)
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// The events of a request after version `after`, at most `limit`.
    pub async fn events_of(&self, request: &EnforcementRequest, after: i64, limit: i64) -> Result<Vec<EventRow>> {
        on_pool!(self, sql::EVENTS_OF_SUBJECT, |sql, pool| sqlx::query_as(sql)
            .bind(request.id.as_str())
            .bind(after)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The entries that changed an agency, its officers or credentials after its version `after`, at most `limit`.
    pub async fn registry_events(&self, agency: &AgencyCode, after: i64, limit: i64) -> Result<Vec<EventRow>> {
        on_pool!(self, sql::EVENTS_OF_SUBJECT, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(after)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The first entry about a subject: the upload of a document, the paper of an authority.
    pub async fn first_event(&self, subject: &str) -> Result<Option<EventRow>> {
        on_pool!(self, sql::EVENTS_OF_SUBJECT, |sql, pool| sqlx::query_as(sql)
            .bind(subject)
            .bind(0_i64)
            .bind(1_i64)
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// The checkpoint of a batch that ended with so many entries, if one did.
    pub async fn checkpoint_at(&self, tree_size: i64) -> Result<Option<Checkpoint>> {
        on_pool!(self, sql::CHECKPOINT_AT, |sql, pool| sqlx::query_as(sql)
            .bind(tree_size)
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// The bodies under these log indexes, in no particular order, opened.
    ///
    /// # Errors
    /// INTERNAL if one cannot be opened.
    pub async fn bodies(&self, indexes: &[i64]) -> Result<Vec<Body>> {
        let list = serde_json::Value::from(indexes.to_vec()).to_string();
        let kept: Vec<KeptBody> = on_pool!(self, sql::BODIES_BY_INDEXES, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        kept.into_iter().map(|kept| kept.open(&self.masters)).collect()
    }

    /// How many bytes the bodies under these log indexes take, sealed.
    pub async fn body_sizes(&self, indexes: &[i64]) -> Result<BTreeMap<i64, i64>> {
        let list = serde_json::Value::from(indexes.to_vec()).to_string();
        let rows: Vec<(i64, i64)> = on_pool!(self, sql::BODY_SIZES_BY_INDEXES, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(rows.into_iter().collect())
    }
}
