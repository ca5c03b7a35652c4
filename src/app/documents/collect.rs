//! What uploads left behind: unfinished ones that nobody goes on with, and bytes that no entry of the log tells of.

use std::collections::BTreeSet;

use super::Documents;
use super::incoming::place_failed;
use crate::domain::error::Result;
use crate::domain::ids::DocumentId;

impl Documents {
    /// Forgets unfinished uploads to which nothing was added for their lifetime; gives how many.
    ///
    /// # Errors
    /// `UNAVAILABLE` if the folder cannot be read or written.
    pub async fn expire_uploads(&self) -> Result<u64> {
        let before = self.app.clock.now().minus(self.limits.lifetime);
        self.blobs.spool().expire(before).await.map_err(place_failed)
    }

    /// Removes bytes that no entry tells of, some time after they came: a crash, or a write whose end nobody learnt, left
    /// them. Ids tell when they came. Gives how many.
    ///
    /// # Errors
    /// `UNAVAILABLE` if the place or the database fails. What was removed till then was an orphan.
    pub async fn collect_orphans(&self) -> Result<u64> {
        let before = self.app.clock.now().minus(self.limits.orphan_lifetime);
        let mut listing = self.blobs.list().await.map_err(place_failed)?;
        let mut removed = 0;
        loop {
            let names = listing.next().await.map_err(place_failed)?;
            if names.is_empty() {
                return Ok(removed);
            }
            let old: BTreeSet<DocumentId> = names
                .iter()
                .filter_map(|name| DocumentId::parse(name).ok())
                .filter(|id| id.made_at() < before)
                .collect();
            let known = self.app.store.documents_among(&old).await?;
            for id in old.difference(&known) {
                self.blobs.remove(id).await.map_err(place_failed)?;
                tracing::info!(document = %id, "document.orphan.removed");
                removed += 1;
            }
        }
    }
}
