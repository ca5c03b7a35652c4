//! The log's tree, computed from entries as they pass.

use super::TreeHead;
use crate::evidence::leaf::leaf_hash;
use crate::evidence::merkle::Frontier;
use crate::store::rows::Head;
use crate::store::{KeptTable, Value};

/// Computes the tree of the rows of `log_entry` as they come.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) frontier: Frontier,
    is_dense: bool,
    begun: bool,
}

impl Tree {
    /// Takes a row of any table; only entries count.
    pub(super) fn take(&mut self, table: &KeptTable, row: &[Value]) {
        if table.name() != "log_entry" {
            return;
        }
        let next = i64::try_from(self.frontier.size()).ok();
        let is_next = table.value(row, "log_index").integer() == next;
        self.is_dense = is_next && (self.is_dense || !self.begun);
        self.begun = true;
        let leaf = table.value(row, "leaf").bytes().unwrap_or_default();
        self.frontier.append(leaf_hash(leaf));
    }

    /// Whether the entries were those of a dense log with this head.
    pub(super) fn is_of(&self, head: &Head) -> bool {
        (self.is_dense || !self.begun) && self.frontier == head.frontier && self.frontier.root() == head.root
    }
}

impl TreeHead {
    /// Of a stored head.
    pub fn of(head: &Head) -> Self {
        Self {
            size: head.frontier.size(),
            root: head.root,
        }
    }
}
