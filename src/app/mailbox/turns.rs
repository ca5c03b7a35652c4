//! Whose turn it is to read a page of a mailbox. A page may be megabytes, and an agency may ask for hundreds at a time: all at
//! once they would take the memory of the hub, and every connection to the database from whoever else wants to read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::ids::AgencyCode;

/// Pages of one mailbox that are read at a time: fewer than the readers of SQLite (`store/connect.rs`).
const AT_A_TIME: usize = 2;

/// The turns of all agencies. There is an entry for each that ever read; the registry bounds them.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    by_agency: Mutex<BTreeMap<AgencyCode, Arc<Semaphore>>>,
}

impl Turns {
    /// Waits for a turn, first come, first served within an agency. It lasts until what is returned is dropped.
    pub(super) async fn take(&self, agency: &AgencyCode) -> Option<OwnedSemaphorePermit> {
        let turns = {
            let mut by_agency = self.by_agency.lock().unwrap_or_else(PoisonError::into_inner);
            let turns = by_agency.entry(agency.clone());
            Arc::clone(turns.or_insert_with(|| Arc::new(Semaphore::new(AT_A_TIME))))
        };
        // Never closed.
        turns.acquire_owned().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    #[tokio::test]
    async fn an_agency_waits_for_its_own_readers_alone() {
        let (turns, mut cx) = (Turns::default(), Context::from_waker(Waker::noop()));
        let (bank, other) = (AgencyCode::parse("NH.1").unwrap(), AgencyCode::parse("NH.2").unwrap());
        let first = turns.take(&bank).await;
        let _second = turns.take(&bank).await;
        let mut third = pin!(turns.take(&bank));
        assert!(third.as_mut().poll(&mut cx).is_pending());
        assert!(turns.take(&other).await.is_some());
        drop(first);
        assert!(third.poll(&mut cx).is_ready());
    }
}
