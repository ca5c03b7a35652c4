//! Proofs from the log, and the keys that it is checked with.

use super::App;
use super::ledger::command::{Command, Operation};
use super::ledger::{Actor, Receipt};
use super::requests::history::document_sha256;
use crate::domain::agency::Scope;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{IdempotencyKey, RequestId};
use crate::domain::request::EnforcementRequest;
use crate::domain::viewer::Viewer;
use crate::evidence::Digest;
use crate::evidence::hub_key::HubKey;
use crate::evidence::leaf::{EntryType, Leaf, NO_CONTENT};
use crate::evidence::nodes::{Nodes, STEP, Wanted};
use crate::evidence::proof::{consistency, inclusion};
use crate::store::rows::{Body, Checkpoint, HubKeyRow};

/// A receipt with what proves its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryReceipt {
    /// The receipt.
    pub receipt: Receipt,
    /// Whether it is known what was accepted; not so if it was asked for by index and the bytes are erased.
    pub has_content: bool,
    /// The salt of the content's digest in the leaf; none for an entry without content, and once it is erased.
    pub salt: Option<Vec<u8>>,
}

/// Hashes in a tile.
const TILE: u64 = 1 << STEP;

impl App {
    /// The receipts of what the viewer's agency did under `key`.
    ///
    /// # Errors
    /// ENTRY_NOT_FOUND.
    pub async fn receipts_of_key(&self, viewer: &Viewer, key: &IdempotencyKey) -> Result<Vec<EntryReceipt>> {
        let used = self.store.used_key(&viewer.agency, key).await?;
        let used = used.ok_or_else(|| Error::new(ErrorCode::EntryNotFound))?;
        let receipts = self
            .receipts(used.content_sha256, used.log_index, used.entry_count)
            .await?;
        // The requests of a broadcast are of one officer and share the body of the first.
        if let Some(first) = receipts.first() {
            self.require_seen(viewer, &first.leaf).await?;
        }
        let body = self.body(used.log_index).await?;
        let told = receipts.into_iter().map(|receipt| EntryReceipt {
            salt: salt_of(&receipt.leaf, body.as_ref()),
            has_content: true,
            receipt,
        });
        Ok(told.collect())
    }

    /// The receipt of an entry that the viewer may see: his agency's own, or one about a request that he may see.
    ///
    /// # Errors
    /// ENTRY_NOT_FOUND.
    pub async fn receipt_of_entry(&self, viewer: &Viewer, index: i64) -> Result<EntryReceipt> {
        let entry = self.store.log_entries(index, 1).await?.pop();
        let leaf = entry.ok_or_else(|| Error::new(ErrorCode::EntryNotFound))?.leaf;
        let seen = self.require_seen(viewer, &leaf).await?;
        let body = match seen.filter(|request| request.submit_index == index) {
            // The requests of a broadcast share the body of the first.
            Some(request) => self.body(request.body_index).await?,
            None => self.body(index).await?,
        };
        let content_sha256 = body.as_ref().and_then(document_sha256).transpose()?;
        let receipt = self
            .receipts(content_sha256.unwrap_or(NO_CONTENT), index, 1)
            .await?
            .pop();
        let receipt = receipt.ok_or_else(|| Error::internal("an entry was lost"))?;
        Ok(EntryReceipt {
            salt: salt_of(&receipt.leaf, body.as_ref()),
            has_content: content_sha256.is_some(),
            receipt,
        })
    }

    /// The receipt of the entry that opened a request.
    ///
    /// # Errors
    /// REQUEST_NOT_FOUND.
    pub async fn receipt_of_request(&self, viewer: &Viewer, id: &RequestId) -> Result<EntryReceipt> {
        let request = self.store.request_of(viewer, id).await?;
        let request = request.ok_or_else(|| Error::new(ErrorCode::RequestNotFound))?;
        self.receipt_of_entry(viewer, request.submit_index).await
    }

    /// Refuses what the viewer may not see; gives the request that the entry is about.
    async fn require_seen(&self, viewer: &Viewer, leaf: &[u8]) -> Result<Option<EnforcementRequest>> {
        let not_found = || Error::new(ErrorCode::EntryNotFound);
        let leaf = Leaf::decode(leaf).map_err(Error::internal)?;
        if leaf.entry_type == EntryType::Request {
            let id = RequestId::parse(&leaf.subject).map_err(Error::internal)?;
            let seen = self.store.request_of(viewer, &id).await?;
            return seen.map(Some).ok_or_else(not_found);
        }
        let is_own = leaf.agency == viewer.agency.as_str()
            && (viewer.scope == Scope::All || leaf.officer == viewer.officer.as_str());
        is_own.then_some(None).ok_or_else(not_found)
    }

    async fn body(&self, index: i64) -> Result<Option<Body>> {
        Ok(self.store.bodies(&[index]).await?.pop())
    }

    /// The hashes of a tile: up to 256 nodes over 256^`level` leaves each, from the 256 × `index`-th on.
    ///
    /// # Errors
    /// POSITION_OUT_OF_RANGE if there is no such tile in the log.
    pub async fn tile(&self, level: i32, index: i64) -> Result<Vec<Digest>> {
        let (level, index) = match (u32::try_from(level), u64::try_from(index)) {
            (Ok(level @ 0..=7), Ok(index)) => (level * STEP, index),
            _ => return Err(out_of_range("level")),
        };
        let nodes = self.store.head().await?.frontier.size() >> level;
        let first = index.checked_mul(TILE).filter(|first| *first < nodes);
        let first = first.ok_or_else(|| out_of_range("index"))?;
        let positions = first..nodes.min(first + TILE);
        let all = |nodes: &mut dyn Nodes| positions.clone().map(|at| nodes.perfect(level, at)).collect();
        self.proved(all).await
    }

    /// Registers the keys of this hub in the log; nothing happens if they are registered.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn register_hub_key(&self, key: HubKey) -> Result<()> {
        let command = Command {
            actor: Actor::hub(),
            key: None,
            content_sha256: NO_CONTENT,
            body: None,
            verified: None,
            operation: Operation::HubKey(key),
        };
        self.execute(command).await.map(drop)
    }

    /// Retires the keys of another hub, or of this one before it got new ones; gives whether they were in use. What they signed
    /// before stays good.
    ///
    /// # Errors
    /// METHOD_NOT_ALLOWED for this hub's own keys, which sign the entry, and for keys that the log does not know; the ledger's.
    pub async fn retire_hub_key(&self, key: HubKey) -> Result<bool> {
        if key == self.hub_key {
            return Err(Error::new(ErrorCode::MethodNotAllowed));
        }
        let command = Command {
            actor: Actor::hub(),
            key: None,
            content_sha256: NO_CONTENT,
            body: None,
            verified: None,
            operation: Operation::RetireHubKey(key),
        };
        Ok(!self.execute(command).await?.is_empty())
    }

    /// The keys of every hub that ever signed this log.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn hub_keys(&self) -> Result<Vec<HubKeyRow>> {
        self.store.hub_keys().await
    }

    /// The inclusion proofs of these entries in the tree of the first `size`.
    pub(super) async fn inclusion_proofs(
        &self,
        indexes: impl Iterator<Item = i64>,
        size: i64,
    ) -> Result<Vec<Vec<Digest>>> {
        let size = unsigned(size)?;
        let indexes = indexes.map(unsigned).collect::<Result<Vec<_>>>()?;
        let of_each = |nodes: &mut dyn Nodes| -> Option<Vec<_>> {
            indexes.iter().map(|index| inclusion(nodes, *index, size)).collect()
        };
        self.proved(of_each).await
    }

    /// The inclusion proof of the entry `index` in the tree of the first `size` entries.
    ///
    /// # Errors
    /// POSITION_OUT_OF_RANGE if there is no such entry in a tree of that size, or the log is not that long.
    pub async fn inclusion_proof(&self, index: i64, size: i64) -> Result<Vec<Digest>> {
        self.require_tree(size).await?;
        if !(0..size).contains(&index) {
            return Err(out_of_range("log_index"));
        }
        let proofs = self.inclusion_proofs(std::iter::once(index), size).await?;
        proofs
            .into_iter()
            .next()
            .ok_or_else(|| Error::internal("a proof is missing"))
    }

    /// The proof that the tree of the first `old` entries is the beginning of that of the first `new`.
    ///
    /// # Errors
    /// POSITION_OUT_OF_RANGE if the sizes are not in that order, or the log is not that long.
    pub async fn consistency_proof(&self, old: i64, new: i64) -> Result<Vec<Digest>> {
        self.require_tree(new).await?;
        if !(0..=new).contains(&old) {
            return Err(out_of_range("old_tree_size"));
        }
        let (old, new) = (unsigned(old)?, unsigned(new)?);
        self.proved(|nodes: &mut dyn Nodes| consistency(nodes, old, new)).await
    }

    /// The newest checkpoint, or the first that covers `tree_size` entries.
    ///
    /// # Errors
    /// POSITION_OUT_OF_RANGE if the log is not that long.
    pub async fn checkpoint(&self, tree_size: Option<i64>) -> Result<Checkpoint> {
        let size = match tree_size {
            Some(size) if size < 0 => return Err(out_of_range("tree_size")),
            Some(size) => size,
            None => signed(self.store.head().await?.frontier.size())?,
        };
        let found = self.store.checkpoint_covering(size - 1).await?;
        found.ok_or_else(|| out_of_range("tree_size"))
    }

    async fn require_tree(&self, size: i64) -> Result<()> {
        let head = signed(self.store.head().await?.frontier.size())?;
        if (1..=head).contains(&size) {
            Ok(())
        } else {
            Err(out_of_range("tree_size"))
        }
    }

    /// Runs what makes a proof twice: first to learn which hashes it takes, then over those.
    async fn proved<P>(&self, prove: impl Fn(&mut dyn Nodes) -> Option<P>) -> Result<P> {
        let mut wanted = Wanted::default();
        prove(&mut wanted);
        let mut known = self.store.tree_hashes(&wanted).await?;
        prove(&mut known).ok_or_else(|| Error::internal("hashes of the log's tree are missing"))
    }
}

/// The salt of the content that the leaf is made of.
fn salt_of(leaf: &[u8], body: Option<&Body>) -> Option<Vec<u8>> {
    let leaf = Leaf::decode(leaf).ok()?;
    body.filter(|_| leaf.content_digest != NO_CONTENT)?.salt.clone()
}

fn unsigned(number: i64) -> Result<u64> {
    u64::try_from(number).map_err(Error::internal)
}

fn signed(size: u64) -> Result<i64> {
    i64::try_from(size).map_err(Error::internal)
}

fn out_of_range(field: &'static str) -> Error {
    Error::new(ErrorCode::PositionOutOfRange).with("field", field)
}
