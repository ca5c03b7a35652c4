//! What uploads left behind: unfinished ones that nobody goes on with, bytes that no entry of the log tells of, and bytes whose
//! documents are erased.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Documents;
use super::incoming::place_failed;
use crate::domain::error::{Error, Result};
use crate::domain::ids::DocumentId;
use crate::domain::time::Timestamp;
use crate::evidence::digest::hex;

/// How far the log had come whose documents stand at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    tree_size: i64,
    root_hash: String,
}

impl Documents {
    /// Forgets unfinished uploads to which nothing was added for their lifetime; gives how many.
    ///
    /// # Errors
    /// `UNAVAILABLE` if the folder cannot be read or written.
    pub async fn expire_uploads(&self) -> Result<u64> {
        let before = self.app.clock.machine_now().minus(self.limits.lifetime);
        self.blobs.spool().expire(before).await.map_err(place_failed)
    }

    /// Removes bytes that no entry tells of, some time after they came: a crash, or a write whose end nobody learnt, left
    /// them. Ids tell when they came. What is left of documents that were erased goes likewise. Gives how many.
    ///
    /// Nothing is removed unless this log is known to be the one that the place belonged to last time: a database that
    /// was brought back from before would take what was uploaded since for orphans.
    ///
    /// # Errors
    /// `UNAVAILABLE` if the place or the database fails. What was removed till then was an orphan.
    pub async fn collect_orphans(&self) -> Result<u64> {
        let head = self.app.store.head().await?;
        let known_before = self.is_marked_by_this_log().await?;
        if known_before == Some(false) {
            tracing::error!("documents.place.newer_than_database");
            return Ok(0);
        }
        let mark = Mark {
            tree_size: i64::try_from(head.frontier.size()).map_err(Error::internal)?,
            root_hash: hex(&head.root),
        };
        let mark = serde_json::to_vec(&mark).map_err(Error::internal)?;
        let removed = match known_before {
            Some(true) => {
                // A clock that is ahead of the log makes nothing old.
                let now = self.app.clock.machine_now().min(head.hub_time);
                self.remove_orphans(now.minus(self.limits.orphan_lifetime)).await?
            }
            _ => 0,
        };
        self.blobs.mark(mark).await.map_err(place_failed)?;
        Ok(removed)
    }

    /// Removes the bytes of documents that entries after `after` erased; gives the newest of these entries. What cannot be removed now
    /// [`Documents::collect_orphans`] finds later; without their keys nobody can read them.
    ///
    /// # Errors
    /// `UNAVAILABLE` if the database fails.
    pub async fn remove_erased(&self, after: i64) -> Result<i64> {
        let mut newest = after;
        for (index, id) in self.app.store.documents_erased_after(after).await? {
            newest = newest.max(index);
            match self.blobs.remove(&id).await {
                Ok(()) => tracing::info!(document = %id, "document.erased.removed"),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => tracing::warn!(%error, document = %id, "document.erased.left"),
            }
        }
        Ok(newest)
    }

    /// Whether the mark at the place is one of this log; none if there is no mark.
    async fn is_marked_by_this_log(&self) -> Result<Option<bool>> {
        let Some(content) = self.blobs.last_mark().await.map_err(place_failed)? else {
            return Ok(None);
        };
        let Ok(mark) = serde_json::from_slice::<Mark>(&content) else {
            return Ok(Some(false));
        };
        let checkpoint = self.app.store.checkpoint_at(mark.tree_size).await?;
        Ok(Some(checkpoint.is_some_and(|checkpoint| {
            hex(&checkpoint.root_hash) == mark.root_hash
        })))
    }

    async fn remove_orphans(&self, before: Timestamp) -> Result<u64> {
        let mut listing = self.blobs.list().await.map_err(place_failed)?;
        let mut removed = 0;
        loop {
            let names = listing.next().await.map_err(place_failed)?;
            if names.is_empty() {
                return Ok(removed);
            }
            let there: BTreeSet<DocumentId> = names.iter().filter_map(|name| DocumentId::parse(name).ok()).collect();
            let erased = self.app.store.erased_documents(&there).await?;
            let known = self.app.store.documents_among(&there).await?;
            // What is erased goes at once; of the rest the upload may still be under way.
            let goes = |id: &&DocumentId| erased.contains(*id) || id.made_at().is_some_and(|made| made < before);
            for id in there.difference(&known).filter(goes) {
                match self.blobs.remove(id).await {
                    Ok(()) => {
                        tracing::info!(document = %id, "document.orphan.removed");
                        removed += 1;
                    }
                    Err(error) => tracing::warn!(%error, document = %id, "document.orphan.left"),
                }
            }
        }
    }
}
