//! Reading the log's tree for proofs, and the hubs' public keys.

use std::ops::Range;

use super::backend::{on_pool, on_tx};
use super::rows::{HubKeyRow, LogEntry, TreeNodeRow, TrustPaperRow};
use super::write::LedgerTx;
use super::{Store, json_list, sql, store_error};
use crate::domain::error::Result;
use crate::evidence::leaf::leaf_hash;
use crate::evidence::merkle::Frontier;
use crate::evidence::nodes::{Growth, Known, STEP, Wanted};

/// Ranges as one JSON parameter.
fn ranges(leaves: &[Range<u64>]) -> String {
    let ranges: Vec<_> = leaves.iter().map(|range| [range.start, range.end]).collect();
    serde_json::json!(ranges).to_string()
}

/// Ranges of nodes as one JSON parameter.
fn node_ranges(nodes: &[(u32, Range<u64>)]) -> String {
    let ranges: Vec<_> = nodes
        .iter()
        .map(|(level, range)| [u64::from(*level), range.start, range.end])
        .collect();
    serde_json::json!(ranges).to_string()
}

fn known(leaves: &[LogEntry], nodes: &[TreeNodeRow]) -> Known {
    let mut known = Known::default();
    // Indexes and positions are not negative.
    let place = |place: i64| u64::try_from(place).unwrap_or_default();
    for leaf in leaves {
        known.insert(0, place(leaf.log_index), leaf_hash(&leaf.leaf));
    }
    for node in nodes {
        known.insert(node.level, place(node.position), node.hash);
    }
    known
}

impl Store {
    /// The hashes that a proof needs. What the database does not have is left out.
    pub async fn tree_hashes(&self, wanted: &Wanted) -> Result<Known> {
        let (leaf_ranges, nodes) = (ranges(&wanted.leaves()), node_ranges(&wanted.nodes()));
        let leaves: Vec<LogEntry> = on_pool!(self, sql::LEAVES_IN_RANGES, |sql, pool| sqlx::query_as(sql)
            .bind(&leaf_ranges)
            .fetch_all(pool))
        .map_err(store_error)?;
        let nodes: Vec<TreeNodeRow> = on_pool!(self, sql::NODES_IN_RANGES, |sql, pool| sqlx::query_as(sql)
            .bind(&nodes)
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(known(&leaves, &nodes))
    }

    /// The log entries with these indexes, in no particular order.
    pub async fn entries_at(&self, indexes: &[i64]) -> Result<Vec<LogEntry>> {
        // Indexes are not negative.
        let index = |index: &i64| u64::try_from(*index).unwrap_or_default();
        let single: Vec<_> = indexes.iter().map(|at| index(at)..index(at) + 1).collect();
        on_pool!(self, sql::LEAVES_IN_RANGES, |sql, pool| sqlx::query_as(sql)
            .bind(ranges(&single))
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The public keys of every hub that ever signed this log, in the order of their registration.
    pub async fn hub_keys(&self) -> Result<Vec<HubKeyRow>> {
        on_pool!(self, sql::HUB_KEYS, |sql, pool| sqlx::query_as(sql).fetch_all(pool)).map_err(store_error)
    }

    /// Whether the log has an entry about this subject.
    pub async fn knows_subject(&self, subject: &str) -> Result<bool> {
        let list = json_list([subject]);
        let found: Vec<String> = on_pool!(self, sql::SUBJECTS_KNOWN, |sql, pool| sqlx::query_scalar(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(!found.is_empty())
    }

    /// The papers of authorities that the log holds, in the order of their entries.
    pub async fn trust_papers(&self) -> Result<Vec<TrustPaperRow>> {
        on_pool!(self, sql::TRUST_PAPERS, |sql, pool| sqlx::query_as(sql).fetch_all(pool)).map_err(store_error)
    }
}

/// Leaves that are read at a time.
const PAGE: i64 = 8_192;

impl Store {
    /// Makes the nodes of a log that was begun before they were stored.
    pub(super) async fn complete_tree(&self) -> std::result::Result<(), sqlx::Error> {
        let (mut tx, head) = self.begin_ledger().await?;
        let end: i64 = on_tx!(&mut tx.tx, sql::TREE_NODES_END, |sql, connection| sqlx::query_scalar(
            sql
        )
        .fetch_one(connection))?;
        if u64::try_from(end) == Ok(head.frontier.size() >> STEP) {
            return Ok(());
        }
        let mut frontier = Frontier::default();
        loop {
            let first = i64::try_from(frontier.size()).map_err(|error| sqlx::Error::Decode(error.into()))?;
            let leaves: Vec<LogEntry> = on_tx!(&mut tx.tx, sql::LOG_RANGE, |sql, connection| sqlx::query_as(sql)
                .bind(first)
                .bind(first + PAGE)
                .fetch_all(connection))?;
            if leaves.is_empty() {
                break;
            }
            let growth = Growth::new(frontier, leaves.iter().map(|entry| leaf_hash(&entry.leaf)).collect());
            tx.write(&nodes_of(&growth)).await?;
            frontier = growth.after().clone();
        }
        tx.commit().await
    }
}

/// The rows of the nodes that a batch has made perfect.
pub(crate) fn nodes_of(growth: &Growth) -> Vec<TreeNodeRow> {
    let nodes = growth.completed().filter_map(|(level, position, hash)| {
        let position = i64::try_from(position).ok()?;
        Some(TreeNodeRow { level, position, hash })
    });
    nodes.collect()
}

impl LedgerTx {
    /// The same under the lock of the head: `pieces` are perfect nodes of stored levels.
    pub(crate) async fn tree_pieces(
        &mut self,
        pieces: &[(u32, Range<u64>)],
    ) -> std::result::Result<Known, sqlx::Error> {
        let is_leaf = |(level, _): &&(u32, Range<u64>)| *level == 0;
        let leaf_ranges: Vec<_> = pieces.iter().filter(is_leaf).map(|(_, range)| range.clone()).collect();
        let nodes: Vec<_> = pieces.iter().filter(|piece| !is_leaf(piece)).cloned().collect();
        let leaves: Vec<LogEntry> = on_tx!(&mut self.tx, sql::LEAVES_IN_RANGES, |sql, connection| sqlx::query_as(
            sql
        )
        .bind(ranges(&leaf_ranges))
        .fetch_all(connection))?;
        let nodes: Vec<TreeNodeRow> = on_tx!(&mut self.tx, sql::NODES_IN_RANGES, |sql, connection| sqlx::query_as(
            sql
        )
        .bind(node_ranges(&nodes))
        .fetch_all(connection))?;
        Ok(known(&leaves, &nodes))
    }

    /// The public keys of every hub that ever signed this log.
    pub(crate) async fn hub_keys(&mut self) -> std::result::Result<Vec<HubKeyRow>, sqlx::Error> {
        on_tx!(&mut self.tx, sql::HUB_KEYS, |sql, connection| sqlx::query_as(sql)
            .fetch_all(connection))
    }

    /// Those of these subjects that have entries.
    pub(crate) async fn known_subjects<'a>(
        &mut self,
        subjects: impl Iterator<Item = &'a str>,
    ) -> std::result::Result<Vec<String>, sqlx::Error> {
        let list = json_list(subjects);
        on_tx!(&mut self.tx, sql::SUBJECTS_KNOWN, |sql, connection| sqlx::query_scalar(
            sql
        )
        .bind(&list)
        .fetch_all(connection))
    }

    /// The papers of authorities that the log holds.
    pub(crate) async fn trust_papers(&mut self) -> std::result::Result<Vec<TrustPaperRow>, sqlx::Error> {
        on_tx!(&mut self.tx, sql::TRUST_PAPERS, |sql, connection| sqlx::query_as(sql)
            .fetch_all(connection))
    }
}
