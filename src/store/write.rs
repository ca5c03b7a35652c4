//! The ledger's transaction: lock the head, read what a batch touches, write final rows, commit.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::backend::{Pools, Tx, on_tx};
use super::bulk::{Rows, write_rows, write_together};
use super::rows::{
    CalendarDayRow, Checkpoint, ConnectedAgency, CredentialRow, CursorRow, Head, HeadRow, HistogramRow, OfficerRow,
    RegisterCounter, StoredDeadline, UsedKey,
};
use super::{Store, json_list, json_pairs, sql, sql_tracking};
use crate::domain::calendar::DayState;
use crate::domain::deadline::Deadline;
use crate::domain::event::Measure;
use crate::domain::ids::{AgencyCode, CursorName, IdempotencyKey, MeasureId, OfficerId, RequestId};
use crate::domain::mailbox::{Lane, LaneHead};
use crate::domain::request::EnforcementRequest;
use crate::domain::response_time::TallyKey;
use crate::evidence::Digest;

/// The subject of delivery entries: one lane of one mailbox.
pub fn mailbox_subject(agency: &AgencyCode, lane: Lane) -> String {
    format!("{agency}/{lane}")
}

/// A transaction that holds the lock on the head.
#[derive(Debug)]
pub(crate) struct LedgerTx {
    pub(super) tx: Tx,
}

type Read<T> = Result<T, sqlx::Error>;

impl Store {
    /// Begins the transaction of a batch and takes the lock on the head: from here to the commit no other hub writes.
    pub(crate) async fn begin_ledger(&self) -> Read<(LedgerTx, Head)> {
        let mut tx = match &self.pools {
            Pools::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres { writer, .. } => Tx::Postgres(writer.begin().await?),
        };
        let head = on_tx!(&mut tx, sql::HEAD_LOCK, |sql, connection| sqlx::query_as(sql)
            .fetch_one(connection))?;
        Ok((LedgerTx { tx }, head))
    }

    /// Begins a transaction that sees all that a batch would see and locks nothing. It must not be committed.
    pub(crate) async fn begin_trial(&self) -> Read<(LedgerTx, Head)> {
        let mut tx = match &self.pools {
            Pools::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
            Pools::Postgres { pool, .. } => Tx::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                    .await?,
            ),
        };
        let head = on_tx!(&mut tx, sql::HEAD_READ, |sql, connection| sqlx::query_as(sql)
            .fetch_one(connection))?;
        Ok((LedgerTx { tx }, head))
    }
}

impl Store {
    /// Makes a write durable that leaves everything as it was, to find out whether the database takes any.
    pub(crate) async fn try_writing(&self) -> Read<()> {
        let (mut tx, _head) = self.begin_ledger().await?;
        // There and back: an equal value alone would not reach the disk.
        for step in [1_i64, -1] {
            let _time: i64 = on_tx!(&mut tx.tx, sql::HEAD_TOUCH, |sql, connection| sqlx::query_scalar(sql)
                .bind(step)
                .fetch_one(connection))?;
        }
        tx.commit().await
    }
}

macro_rules! read {
    ($self:ident, $text:ident, $list:expr) => {{
        let list = $list;
        on_tx!(&mut $self.tx, sql::$text, |sql, connection| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(connection))
    }};
}

impl LedgerTx {
    pub(crate) async fn used_keys<'a>(
        &mut self,
        keys: impl Iterator<Item = (&'a AgencyCode, &'a IdempotencyKey)>,
    ) -> Read<Vec<UsedKey>> {
        read!(
            self,
            IDEMPOTENCY_BY_KEYS,
            json_pairs(keys.map(|(agency, key)| (agency.as_str(), key.as_str())))
        )
    }

    pub(crate) async fn requests<'a>(
        &mut self,
        ids: impl Iterator<Item = &'a RequestId>,
    ) -> Read<Vec<EnforcementRequest>> {
        read!(self, REQUESTS_BY_IDS, json_list(ids.map(RequestId::as_str)))
    }

    pub(crate) async fn deadlines<'a>(
        &mut self,
        ids: impl Iterator<Item = &'a RequestId>,
    ) -> Read<BTreeMap<RequestId, Vec<Deadline>>> {
        let rows: Vec<StoredDeadline> = read!(self, DEADLINES_BY_REQUESTS, json_list(ids.map(RequestId::as_str)))?;
        let mut deadlines = BTreeMap::<_, Vec<_>>::new();
        for row in rows {
            deadlines.entry(row.request_id).or_default().push(row.deadline);
        }
        Ok(deadlines)
    }

    pub(crate) async fn measures<'a>(&mut self, ids: impl Iterator<Item = &'a RequestId>) -> Read<Vec<Measure>> {
        read!(self, MEASURES_BY_REQUESTS, json_list(ids.map(RequestId::as_str)))
    }

    pub(crate) async fn measures_by_id<'a>(&mut self, ids: impl Iterator<Item = &'a MeasureId>) -> Read<Vec<Measure>> {
        read!(self, MEASURES_BY_IDS, json_list(ids.map(MeasureId::as_str)))
    }

    /// The measures of these holders by decisions of these days; their numbers may be written in several ways.
    pub(crate) async fn measures_by_decision<'a>(
        &mut self,
        keys: impl Iterator<Item = (&'a AgencyCode, Date)>,
    ) -> Read<Vec<Measure>> {
        read!(
            self,
            MEASURES_BY_DECISIONS,
            json_pairs(keys.map(|(holder, date)| (holder.as_str(), date.to_string())))
        )
    }

    /// The requests that these agencies registered under these numbers, in any register and year.
    pub(crate) async fn requests_by_registry_number<'a>(
        &mut self,
        keys: impl Iterator<Item = (&'a AgencyCode, &'a str)>,
    ) -> Read<Vec<EnforcementRequest>> {
        read!(
            self,
            REQUESTS_BY_REGISTRY_NUMBERS,
            json_pairs(keys.map(|(agency, number)| (agency.as_str(), number)))
        )
    }

    pub(crate) async fn register_counters<'a>(
        &mut self,
        keys: impl Iterator<Item = (&'a AgencyCode, i64)>,
    ) -> Read<Vec<RegisterCounter>> {
        read!(
            self,
            REGISTER_COUNTERS,
            json_pairs(keys.map(|(agency, year)| (agency.as_str(), year)))
        )
    }

    pub(crate) async fn mailbox_heads<'a>(
        &mut self,
        agencies: impl Iterator<Item = &'a AgencyCode>,
    ) -> Read<Vec<((AgencyCode, Lane), LaneHead)>> {
        let rows: Vec<HeadRow> = read!(self, MAILBOX_HEADS, json_list(agencies.map(AgencyCode::as_str)))?;
        Ok(rows.into_iter().map(|row| ((row.agency, row.lane), row.head)).collect())
    }

    pub(crate) async fn cursors<'a>(
        &mut self,
        keys: impl Iterator<Item = (&'a AgencyCode, &'a CursorName)>,
    ) -> Read<Vec<CursorRow>> {
        read!(
            self,
            CURSORS_BY_NAMES,
            json_pairs(keys.map(|(agency, name)| (agency.as_str(), name.as_str())))
        )
    }

    pub(crate) async fn agencies<'a>(
        &mut self,
        codes: impl Iterator<Item = &'a AgencyCode>,
    ) -> Read<Vec<ConnectedAgency>> {
        read!(self, AGENCIES_BY_CODES, json_list(codes.map(AgencyCode::as_str)))
    }

    pub(crate) async fn officers<'a>(
        &mut self,
        keys: impl Iterator<Item = (&'a AgencyCode, &'a OfficerId)>,
    ) -> Read<Vec<OfficerRow>> {
        read!(
            self,
            OFFICERS_BY_IDS,
            json_pairs(keys.map(|(agency, id)| (agency.as_str(), id.as_str())))
        )
    }

    pub(crate) async fn agency_count(&mut self) -> Read<i64> {
        on_tx!(&mut self.tx, sql::AGENCY_COUNT, |sql, connection| sqlx::query_scalar(
            sql
        )
        .fetch_one(connection))
    }

    /// The histograms of these sums, as far as there are any.
    pub(crate) async fn histograms<'a>(
        &mut self,
        keys: impl Iterator<Item = &'a TallyKey>,
    ) -> Read<BTreeMap<TallyKey, HistogramRow>> {
        let list = keys.map(|key| {
            let month = key.month.to_string();
            let parts = [key.level.as_str(), key.agency.as_str(), &month];
            let parts = parts
                .into_iter()
                .chain([&*key.counterparty, &*key.unit, &*key.kind, &*key.province]);
            parts.map(serde_json::Value::from).collect::<serde_json::Value>()
        });
        let list = list.collect::<serde_json::Value>().to_string();
        let rows: Vec<HistogramRow> = on_tx!(&mut self.tx, sql_tracking::HISTOGRAMS_BY_KEYS, |sql, connection| {
            sqlx::query_as(sql).bind(&list).fetch_all(connection)
        })?;
        Ok(rows.into_iter().map(|row| (row.key.clone(), row)).collect())
    }

    /// Every officer of an agency.
    pub(crate) async fn officers_of(&mut self, agency: &AgencyCode) -> Read<Vec<OfficerRow>> {
        read!(self, OFFICERS_OF_AGENCY, agency.to_string())
    }

    /// Every credential of an agency.
    pub(crate) async fn credentials_of(&mut self, agency: &AgencyCode) -> Read<Vec<CredentialRow>> {
        read!(self, CREDENTIALS_OF_AGENCY, agency.to_string())
    }

    /// Every state of every day of the calendar.
    pub(crate) async fn calendar_days(&mut self) -> Read<Vec<DayState>> {
        let rows: Vec<CalendarDayRow> =
            on_tx!(&mut self.tx, sql::CALENDAR_DAYS, |sql, connection| sqlx::query_as(sql)
                .fetch_all(connection))?;
        Ok(rows.into_iter().map(|row| row.state).collect())
    }

    /// The checkpoint of a tree of exactly this size.
    pub(crate) async fn checkpoint_at(&mut self, tree_size: i64) -> Read<Option<Checkpoint>> {
        on_tx!(&mut self.tx, sql::CHECKPOINT_AT, |sql, connection| sqlx::query_as(sql)
            .bind(tree_size)
            .fetch_optional(connection))
    }

    pub(crate) async fn credentials<'a>(
        &mut self,
        fingerprints: impl Iterator<Item = &'a Digest>,
    ) -> Read<Vec<CredentialRow>> {
        let hex = fingerprints.map(|bytes| {
            bytes
                .iter()
                .fold(String::with_capacity(64), |text, byte| format!("{text}{byte:02x}"))
        });
        read!(self, CREDENTIALS_BY_FINGERPRINTS, json_list(hex))
    }

    pub(crate) async fn write(&mut self, rows: &dyn Rows) -> Read<()> {
        write_rows(&mut self.tx, rows).await
    }

    /// Writes the tables of `schema::TOGETHER`, given in that order.
    pub(crate) async fn write_together(&mut self, tables: &[&dyn Rows]) -> Read<()> {
        write_together(&mut self.tx, tables).await
    }

    pub(crate) async fn write_head(&mut self, head: &Head) -> Read<()> {
        let size = i64::try_from(head.frontier.size()).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let frontier = head.frontier.to_bytes();
        let _size: i64 = on_tx!(&mut self.tx, sql::HEAD_WRITE, |sql, connection| sqlx::query_scalar(sql)
            .bind(size)
            .bind(head.root.as_slice())
            .bind(&frontier)
            .bind(head.hub_time.micros())
            .bind(head.registry_version)
            .bind(head.calendar_version)
            .fetch_one(connection))?;
        Ok(())
    }

    pub(crate) async fn commit(self) -> Read<()> {
        match self.tx {
            Tx::Sqlite(transaction) => transaction.commit().await,
            Tx::Postgres(transaction) => transaction.commit().await,
        }
    }
}
