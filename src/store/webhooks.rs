//! Webhooks: the registry of endpoints, and what delivering keeps. What is written here is operational: it needs no lock of the
//! ledger, so it waits for no hub and holds none up for longer than a short transaction.

use std::collections::BTreeSet;

use super::backend::{Pools, Tx, on_pool, on_tx};
use super::rows::{DeliveryRow, WebhookCursorRow, WebhookKeyRow};
use super::write::LedgerTx;
use super::{Store, json_list, sql_webhook as sql, store_error};
use crate::domain::error::{Error, Result};
use crate::domain::ids::{AgencyCode, WebhookId};
use crate::domain::mailbox::Lane;
use crate::domain::time::Timestamp;
use crate::domain::webhook::{Endpoint, EndpointState, key_place};
use crate::sealing::MasterId;

/// A lane of an endpoint that this hub is at work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedLane {
    /// The endpoint as it stands.
    pub endpoint: Endpoint,
    /// Where its lane stands.
    pub cursor: WebhookCursorRow,
}

/// What a piece of work came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Where the lane stands now.
    pub cursor: WebhookCursorRow,
    /// What was tried.
    pub deliveries: Vec<DeliveryRow>,
}

/// How delivering goes, for whoever operates the hub.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WebhookHealth {
    /// Since when the entry waits that has waited longest.
    pub oldest: Option<Timestamp>,
    /// Endpoints that are called.
    pub enabled: i64,
    /// Endpoints that are not.
    pub disabled: i64,
}

async fn end(tx: Tx) -> Result<()> {
    match tx {
        Tx::Sqlite(tx) => tx.commit().await,
        Tx::Postgres(tx) => tx.commit().await,
    }
    .map_err(store_error)
}

async fn record(tx: &mut Tx, row: &DeliveryRow) -> Result<()> {
    let _position: i64 = on_tx!(tx, sql::WEBHOOK_RECORD, |sql, connection| sqlx::query_scalar(sql)
        .bind(row.endpoint.as_str())
        .bind(row.lane.as_str())
        .bind(row.position)
        .bind(row.log_index)
        .bind(row.delivered)
        .bind(row.attempts)
        .bind(row.first.micros())
        .bind(row.last.micros())
        .bind(row.outcome.as_str())
        .bind(row.status)
        .fetch_one(connection))
    .map_err(store_error)?;
    Ok(())
}

impl Store {
    async fn short(&self) -> Result<Tx> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => writer.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite),
            Pools::Postgres { writer, .. } => writer.begin().await.map(Tx::Postgres),
        }
        .map_err(store_error)
    }

    /// The endpoints of an agency that are not removed, oldest first.
    pub async fn webhooks_of(&self, agency: &AgencyCode) -> Result<Vec<Endpoint>> {
        let list = json_list([agency.as_str()]);
        on_pool!(self, sql::WEBHOOKS_OF_AGENCIES, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// An endpoint, whosever it is.
    pub async fn webhook(&self, id: &WebhookId) -> Result<Option<Endpoint>> {
        on_pool!(self, sql::WEBHOOK_BY_ID, |sql, pool| sqlx::query_as(sql)
            .bind(id.as_str())
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// The wrapped keys of an endpoint.
    pub async fn webhook_keys(&self, id: &WebhookId) -> Result<Vec<WebhookKeyRow>> {
        on_pool!(self, sql::WEBHOOK_KEYS, |sql, pool| sqlx::query_as(sql)
            .bind(id.as_str())
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Where the lanes of endpoints stand.
    pub async fn webhook_cursors<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a WebhookId>,
    ) -> Result<Vec<WebhookCursorRow>> {
        let list = json_list(ids.into_iter().map(WebhookId::as_str));
        on_pool!(self, sql::WEBHOOK_CURSORS, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Lanes that have something to send at `now` and that nobody is at work on, at most `limit`.
    pub async fn webhooks_due(&self, now: Timestamp, limit: i64) -> Result<Vec<WebhookCursorRow>> {
        on_pool!(self, sql::WEBHOOKS_DUE, |sql, pool| sqlx::query_as(sql)
            .bind(now.micros())
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Takes lanes for `owner` until `until`, as far as nobody else was faster.
    pub async fn claim_webhooks(
        &self,
        due: &[WebhookCursorRow],
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<WebhookCursorRow>> {
        let mut tx = self.short().await?;
        let mut claimed = Vec::with_capacity(due.len());
        for row in due {
            let found: Option<WebhookCursorRow> =
                on_tx!(&mut tx, sql::WEBHOOK_CLAIM, |sql, connection| sqlx::query_as(sql)
                    .bind(owner)
                    .bind(until.micros())
                    .bind(row.endpoint.as_str())
                    .bind(row.lane.as_str())
                    .bind(now.micros())
                    .fetch_optional(connection))
                .map_err(store_error)?;
            claimed.extend(found);
        }
        end(tx).await?;
        Ok(claimed)
    }

    /// Says where a lane stands and what was tried, and lets go of it. Whether it was still the owner's: else nothing is kept.
    pub async fn settle_webhook(&self, settled: &Settled, owner: &str) -> Result<bool> {
        let (mut tx, cursor) = (self.short().await?, &settled.cursor);
        let kept: Option<i64> = on_tx!(&mut tx, sql::WEBHOOK_SETTLE, |sql, connection| sqlx::query_scalar(sql)
            .bind(cursor.position)
            .bind(cursor.failed)
            .bind(cursor.next.micros())
            .bind(cursor.endpoint.as_str())
            .bind(cursor.lane.as_str())
            .bind(owner)
            .fetch_optional(connection))
        .map_err(store_error)?;
        if kept.is_some() {
            for row in &settled.deliveries {
                record(&mut tx, row).await?;
            }
        }
        end(tx).await?;
        Ok(kept.is_some())
    }

    /// Keeps what came of an attempt beside the order of its lane.
    pub async fn record_webhook(&self, row: &DeliveryRow) -> Result<()> {
        let mut tx = self.short().await?;
        record(&mut tx, row).await?;
        end(tx).await
    }

    /// Lets the lanes of an endpoint go on after these positions, at once.
    pub async fn seek_webhook(&self, id: &WebhookId, positions: &super::Cursors) -> Result<()> {
        let mut tx = self.short().await?;
        for (lane, position) in positions {
            let _moved: Option<i64> = on_tx!(&mut tx, sql::WEBHOOK_SEEK, |sql, connection| sqlx::query_scalar(sql)
                .bind(*position)
                .bind(id.as_str())
                .bind(lane.as_str())
                .fetch_optional(connection))
            .map_err(store_error)?;
        }
        end(tx).await
    }

    /// What was sent to an endpoint, newest entry first, after the entry and lane `after`.
    pub async fn webhook_deliveries(
        &self,
        id: &WebhookId,
        undelivered_only: bool,
        after: Option<(i64, Lane)>,
        limit: i64,
    ) -> Result<Vec<DeliveryRow>> {
        let (index, lane) = after.map_or((i64::MAX, ""), |(index, lane)| (index, lane.as_str()));
        on_pool!(self, sql::WEBHOOK_DELIVERIES, |sql, pool| sqlx::query_as(sql)
            .bind(id.as_str())
            .bind(index)
            .bind(lane)
            .bind(!undelivered_only)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Forgets what was sent before `before`. Gives how much.
    pub async fn prune_webhooks(&self, before: Timestamp) -> Result<usize> {
        let mut tx = self.short().await?;
        let pruned: Vec<i64> = on_tx!(&mut tx, sql::WEBHOOK_PRUNE, |sql, connection| sqlx::query_scalar(sql)
            .bind(before.micros())
            .fetch_all(connection))
        .map_err(store_error)?;
        end(tx).await?;
        Ok(pruned.len())
    }

    /// How delivering goes.
    pub async fn webhook_health(&self) -> Result<WebhookHealth> {
        let oldest: Option<i64> = on_pool!(self, sql::WEBHOOK_OLDEST, |sql, pool| sqlx::query_scalar(sql)
            .fetch_one(pool))
        .map_err(store_error)?;
        let states: Vec<(String, i64)> = on_pool!(self, sql::WEBHOOK_STATES, |sql, pool| sqlx::query_as(sql)
            .fetch_all(pool))
        .map_err(store_error)?;
        let count = |state: EndpointState| {
            let found = states.iter().find(|(stored, _)| stored == state.as_str());
            found.map_or(0, |(_, count)| *count)
        };
        Ok(WebhookHealth {
            oldest: oldest.map(Timestamp::from_micros),
            enabled: count(EndpointState::Enabled),
            disabled: count(EndpointState::Disabled),
        })
    }

    /// Wraps the keys of endpoints anew by the newest master key, those that another one wraps; that under the lock of the ledger, so
    /// that no key comes back that is being taken away. Gives how many, and how many could not be opened.
    pub async fn rewrap_webhooks(&self, mut nonce: impl FnMut() -> [u8; 12] + Send) -> Result<(usize, usize)> {
        let newest = self.masters.newest().map(MasterId::as_str).unwrap_or_default();
        let old: Vec<WebhookKeyRow> = on_pool!(self, sql::WEBHOOK_OTHER_MASTERS, |sql, pool| sqlx::query_as(sql)
            .bind(newest)
            .fetch_all(pool))
        .map_err(store_error)?;
        if old.is_empty() {
            return Ok((0, 0));
        }
        let (mut tx, _head) = self.begin_ledger().await.map_err(store_error)?;
        let old: Vec<WebhookKeyRow> = on_tx!(&mut tx.tx, sql::WEBHOOK_OTHER_MASTERS, |sql, connection| {
            sqlx::query_as(sql).bind(newest).fetch_all(connection)
        })
        .map_err(store_error)?;
        let (mut rows, mut unreadable) = (Vec::with_capacity(old.len()), 0);
        for row in &old {
            let Ok(key) = row.open(&self.masters) else {
                unreadable += 1;
                continue;
            };
            let wrapped = self.masters.wrap(&key_place(&row.endpoint, row.number), &key, nonce());
            rows.push(WebhookKeyRow::new(
                row.endpoint.clone(),
                row.number,
                wrapped.map_err(Error::internal)?,
            ));
        }
        tx.write(&rows).await.map_err(store_error)?;
        tx.commit().await.map_err(store_error)?;
        Ok((rows.len(), unreadable))
    }
}

type Written = std::result::Result<(), sqlx::Error>;

impl LedgerTx {
    /// The endpoints of these agencies that are not removed.
    pub(crate) async fn webhooks_of(
        &mut self,
        agencies: &BTreeSet<&AgencyCode>,
    ) -> std::result::Result<Vec<Endpoint>, sqlx::Error> {
        let list = json_list(agencies.iter().map(|agency| agency.as_str()));
        on_tx!(&mut self.tx, sql::WEBHOOKS_OF_AGENCIES, |sql, connection| {
            sqlx::query_as(sql).bind(&list).fetch_all(connection)
        })
    }

    /// Lets an endpoint be tried again from its first attempt on, and at once.
    pub(crate) async fn revive_webhook(&mut self, id: &WebhookId) -> Written {
        let _positions: Vec<i64> = on_tx!(&mut self.tx, sql::WEBHOOK_REVIVE, |sql, connection| {
            sqlx::query_scalar(sql).bind(id.as_str()).fetch_all(connection)
        })?;
        Ok(())
    }

    /// Takes away the keys of an endpoint with lower numbers than this.
    pub(crate) async fn forget_webhook_keys(&mut self, id: &WebhookId, number: i64) -> Written {
        let _numbers: Vec<i64> = on_tx!(&mut self.tx, sql::WEBHOOK_FORGET_KEYS, |sql, connection| {
            sqlx::query_scalar(sql)
                .bind(id.as_str())
                .bind(number)
                .fetch_all(connection)
        })?;
        Ok(())
    }

    /// Takes away all that delivering keeps of an endpoint.
    pub(crate) async fn forget_webhook(&mut self, id: &WebhookId) -> Written {
        for text in [sql::WEBHOOK_FORGET_CURSORS, sql::WEBHOOK_FORGET_DELIVERIES] {
            let _positions: Vec<i64> = on_tx!(&mut self.tx, text, |sql, connection| {
                sqlx::query_scalar(sql).bind(id.as_str()).fetch_all(connection)
            })?;
        }
        self.forget_webhook_keys(id, i64::MAX).await
    }
}
