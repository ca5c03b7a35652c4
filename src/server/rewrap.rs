//! Wrapping the keys of content anew after a master key was put before the others: at the start, in pieces, until the old ones
//! wrap nothing any more and can be taken out.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::task::AbortOnDropHandle;

use super::trouble::{Trouble, tell};
use crate::domain::error::Result;
use crate::domain::ids::IdSource;
use crate::store::Store;

/// How long to wait after a fault of the database.
const AGAIN: Duration = Duration::from_secs(5);

/// Starts it; it ends by itself, or when the handle is dropped.
pub(super) fn start(store: Store, ids: Arc<dyn IdSource>) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        let mut trouble = Trouble::default();
        loop {
            let outcome = rewrap_all(&store, &*ids).await;
            let is_done = outcome.is_ok();
            tell!(trouble, outcome, "content.rewrap");
            if is_done {
                return;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }))
}

async fn rewrap_all(store: &Store, ids: &dyn IdSource) -> Result<()> {
    let (mut from, mut keys, mut unreadable) = (0, 0, 0);
    // What is sealed from now on is sealed by the newest.
    let end = i64::try_from(store.head().await?.frontier.size()).unwrap_or(i64::MAX);
    let nonce = || {
        let mut nonce = [0; 12];
        ids.fill(&mut nonce);
        nonce
    };
    while from < end {
        let done = store.rewrap(from, nonce).await?;
        from = done.next;
        keys += done.keys;
        unreadable += done.unreadable;
    }
    let (webhooks, sealed_otherwise) = store.rewrap_webhooks(nonce).await?;
    let (accounts, unread) = store.rewrap_account_key(nonce).await?;
    keys += webhooks + accounts;
    unreadable += sealed_otherwise + unread;
    if keys > 0 {
        tracing::info!(keys, "content.rewrapped");
    }
    if unreadable > 0 {
        tracing::error!(keys = unreadable, "content.master_key.missing");
    }
    Ok(())
}
