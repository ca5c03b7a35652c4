//! Erasures: what may be erased, what was proposed and decided, and the keys that go.

use std::collections::BTreeSet;

use super::backend::{Pools, on_pool, on_tx};
use super::rows::{EventRow, OpenRelation};
use super::write::LedgerTx;
use super::{Store, json_list, sql_erasure, store_error};
use crate::domain::erasure::Erasure;
use crate::domain::error::{Error, Result};
use crate::domain::ids::{AgencyCode, DocumentId, KindCode, RequestId};
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;

/// Numbers as one JSON parameter.
fn json_numbers(numbers: impl IntoIterator<Item = i64>) -> String {
    numbers.into_iter().collect::<serde_json::Value>().to_string()
}

/// The newest end at which the content of a kind, in a revision, is kept no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptUntil {
    /// The kind.
    pub kind: KindCode,
    /// Its revision.
    pub revision: i64,
    /// Requests that ended before it may be due.
    pub before: Timestamp,
}

impl Store {
    /// All requests whose orders stand under these log indexes, in the order of the log.
    pub async fn requests_of_bodies(&self, indexes: impl IntoIterator<Item = i64>) -> Result<Vec<EnforcementRequest>> {
        let list = json_numbers(indexes);
        on_pool!(self, sql_erasure::REQUESTS_OF_BODIES, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Open requests that relate to these, or to measures that came of them.
    pub async fn open_relations<'a>(
        &self,
        requests: impl IntoIterator<Item = &'a RequestId>,
    ) -> Result<Vec<OpenRelation>> {
        let list = json_list(requests.into_iter().map(RequestId::as_str));
        on_pool!(self, sql_erasure::OPEN_RELATIONS, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Those of the requests that have content which is not sealed.
    pub async fn unsealed<'a>(&self, requests: impl IntoIterator<Item = &'a RequestId>) -> Result<BTreeSet<RequestId>> {
        let list = json_list(requests.into_iter().map(RequestId::as_str));
        let found: Vec<String> = on_pool!(self, sql_erasure::UNSEALED, |sql, pool| sqlx::query_scalar(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        let parse = |id: &String| RequestId::parse(id).map_err(Error::internal);
        found.iter().map(parse).collect()
    }

    /// Requests of these senders that have ended, of kinds whose content is kept no more, oldest first, after `after`.
    pub async fn due_requests<'a>(
        &self,
        senders: impl IntoIterator<Item = &'a AgencyCode>,
        kinds: &[KeptUntil],
        after: Option<&RequestId>,
        limit: i64,
    ) -> Result<Vec<EnforcementRequest>> {
        let senders = json_list(senders.into_iter().map(AgencyCode::as_str));
        let line = |kept: &KeptUntil| serde_json::json!([kept.kind.as_str(), kept.revision, kept.before.micros()]);
        let kinds = kinds.iter().map(line).collect::<serde_json::Value>().to_string();
        on_pool!(self, sql_erasure::DUE_REQUESTS, |sql, pool| sqlx::query_as(sql)
            .bind(&senders)
            .bind(&kinds)
            .bind(after.map_or("", RequestId::as_str))
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// What an agency proposed at this entry.
    pub async fn erasure_of(&self, agency: &AgencyCode, proposed_index: i64) -> Result<Option<Erasure>> {
        on_pool!(self, sql_erasure::ERASURE_BY_INDEX, |sql, pool| sqlx::query_as(sql)
            .bind(proposed_index)
            .bind(agency.as_str())
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// What an agency proposed, newest first, with entries before `before`; `pending_since`: only what is not decided and was
    /// proposed since then.
    pub async fn erasures_of(
        &self,
        agency: &AgencyCode,
        pending_since: Option<Timestamp>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Erasure>> {
        let only_pending = if pending_since.is_some() { "PROPOSED" } else { "" };
        on_pool!(self, sql_erasure::ERASURES_OF_AGENCY, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(before.unwrap_or(i64::MAX))
            .bind(only_pending)
            .bind(pending_since.map_or(0, Timestamp::micros))
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Which of these documents are erased.
    pub async fn erased_documents(&self, ids: &BTreeSet<DocumentId>) -> Result<BTreeSet<DocumentId>> {
        let list = json_list(ids.iter().map(DocumentId::as_str));
        let found: Vec<String> = on_pool!(self, sql_erasure::ERASED_DOCUMENTS, |sql, pool| sqlx::query_scalar(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        let parse = |id: &String| DocumentId::parse(id).map_err(Error::internal);
        found.iter().map(parse).collect()
    }

    /// The documents erased by entries after `index`, with those entries.
    pub async fn documents_erased_after(&self, index: i64) -> Result<Vec<(i64, DocumentId)>> {
        let found: Vec<(i64, String)> =
            on_pool!(self, sql_erasure::DOCUMENTS_ERASED_AFTER, |sql, pool| sqlx::query_as(
                sql
            )
            .bind(index)
            .fetch_all(pool))
            .map_err(store_error)?;
        let parse = |(index, id): &(i64, String)| Ok((*index, DocumentId::parse(id).map_err(Error::internal)?));
        found.iter().map(parse).collect()
    }

    /// The newest entry that erased anything; -1 if there is none.
    pub async fn last_erasure(&self) -> Result<i64> {
        on_pool!(self, sql_erasure::LAST_ERASURE, |sql, pool| sqlx::query_scalar(sql)
            .fetch_one(pool))
        .map_err(store_error)
    }

    /// The erasures that destroyed the content of these entries.
    pub async fn erasures_of_entries(&self, indexes: &BTreeSet<i64>) -> Result<BTreeSet<i64>> {
        let list = json_numbers(indexes.iter().copied());
        let found: Vec<i64> = on_pool!(self, sql_erasure::ERASURES_OF_ENTRIES, |sql, pool| sqlx::query_scalar(
            sql
        )
        .bind(&list)
        .fetch_all(pool))
        .map_err(store_error)?;
        Ok(found.into_iter().collect())
    }

    /// The entries whose content an erasure destroyed, in the order of the log.
    pub async fn erased_with(&self, erasure_index: i64) -> Result<Vec<i64>> {
        on_pool!(self, sql_erasure::ERASED_WITH, |sql, pool| sqlx::query_scalar(sql)
            .bind(erasure_index)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The event of an entry that the caller was allowed to learn of.
    pub async fn event_at(&self, index: i64) -> Result<Option<EventRow>> {
        on_pool!(self, sql_erasure::EVENT_BY_INDEX, |sql, pool| sqlx::query_as(sql)
            .bind(index)
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// Destroys again what the log says was destroyed: keys that came back with older data. Gives how many.
    pub async fn destroy_again(&self) -> Result<usize> {
        self.destroy_keys_again().await.map_err(store_error)
    }

    async fn destroy_keys_again(&self) -> Result<usize, sqlx::Error> {
        let (mut tx, _head) = self.begin_ledger().await?;
        let destroyed: Vec<i64> = on_tx!(&mut tx.tx, sql_erasure::DESTROY_KEYS_AGAIN, |sql, connection| {
            sqlx::query_scalar(sql).fetch_all(connection)
        })?;
        let _named: Vec<i64> = on_tx!(&mut tx.tx, sql_erasure::FORGET_NAMES_AGAIN, |sql, connection| {
            sqlx::query_scalar(sql).fetch_all(connection)
        })?;
        tx.forget_accounts_again().await?;
        tx.commit().await?;
        Ok(destroyed.len())
    }

    /// Empties the write-ahead log of SQLite: what was destroyed still stands in it till then. Nothing on PostgreSQL, whose
    /// VACUUM does it in its own time.
    pub async fn forget_overwritten(&self) -> Result<()> {
        if let Pools::Sqlite { writer, .. } = &self.pools {
            let emptied = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(writer).await;
            emptied.map_err(store_error)?;
        }
        Ok(())
    }
}

type Read<T> = Result<T, sqlx::Error>;

impl LedgerTx {
    /// Open requests that relate to these, or to measures that came of them.
    pub(crate) async fn open_relations<'a>(
        &mut self,
        requests: impl Iterator<Item = &'a RequestId>,
    ) -> Read<Vec<OpenRelation>> {
        let list = json_list(requests.map(RequestId::as_str));
        on_tx!(&mut self.tx, sql_erasure::OPEN_RELATIONS, |sql, connection| {
            sqlx::query_as(sql).bind(&list).fetch_all(connection)
        })
    }

    /// Those of the requests that have content which is not sealed.
    pub(crate) async fn unsealed<'a>(
        &mut self,
        requests: impl Iterator<Item = &'a RequestId>,
    ) -> Read<BTreeSet<RequestId>> {
        let list = json_list(requests.map(RequestId::as_str));
        let found: Vec<String> = on_tx!(&mut self.tx, sql_erasure::UNSEALED, |sql, connection| {
            sqlx::query_scalar(sql).bind(&list).fetch_all(connection)
        })?;
        let parse = |id: &String| RequestId::parse(id).map_err(|error| sqlx::Error::Decode(error.into()));
        found.iter().map(parse).collect()
    }

    /// What was ever proposed about these orders.
    pub(crate) async fn erasures<'a>(&mut self, subjects: impl Iterator<Item = &'a str>) -> Read<Vec<Erasure>> {
        let list = json_list(subjects);
        on_tx!(&mut self.tx, sql_erasure::ERASURES_OF_SUBJECTS, |sql, connection| {
            sqlx::query_as(sql).bind(&list).fetch_all(connection)
        })
    }

    /// The entries whose keys go with the content of these requests, in the order of the log.
    pub(crate) async fn keys_of_requests<'a>(
        &mut self,
        requests: impl Iterator<Item = &'a RequestId>,
    ) -> Read<Vec<i64>> {
        let list = json_list(requests.map(RequestId::as_str));
        on_tx!(&mut self.tx, sql_erasure::KEYS_OF_REQUESTS, |sql, connection| {
            sqlx::query_scalar(sql).bind(&list).fetch_all(connection)
        })
    }

    /// Which of these documents are erased.
    pub(crate) async fn erased_among<'a>(
        &mut self,
        documents: impl Iterator<Item = &'a DocumentId>,
    ) -> Read<Vec<String>> {
        let list = json_list(documents.map(DocumentId::as_str));
        on_tx!(&mut self.tx, sql_erasure::ERASED_DOCUMENTS, |sql, connection| {
            sqlx::query_scalar(sql).bind(&list).fetch_all(connection)
        })
    }

    /// Destroys the keys that the rows of this erasure name, and the names of its documents. Gives how many keys.
    pub(crate) async fn destroy_keys(&mut self, erasure_index: i64) -> Read<usize> {
        let destroyed: Vec<i64> = on_tx!(&mut self.tx, sql_erasure::DESTROY_KEYS, |sql, connection| {
            sqlx::query_scalar(sql).bind(erasure_index).fetch_all(connection)
        })?;
        let _named: Vec<i64> = on_tx!(&mut self.tx, sql_erasure::FORGET_NAMES, |sql, connection| {
            sqlx::query_scalar(sql).bind(erasure_index).fetch_all(connection)
        })?;
        self.forget_accounts(erasure_index).await?;
        Ok(destroyed.len())
    }
}
