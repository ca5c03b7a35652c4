//! Keeps the authorities and revocation lists in force in the log, from the start on and whenever they change.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use super::trouble::{Trouble, tell};
use crate::app::App;
use crate::app::ledger::command::TrustPaper;
use crate::app::signatures::Paper as _;
use crate::auth::trust::anchor::Anchor;
use crate::auth::trust::book::CrlBook;

/// How long to wait after the ledger refused.
const AGAIN: Duration = Duration::from_secs(5);

/// What the hub relies on, whatever it is at a time.
#[derive(Debug)]
pub(super) struct InForce {
    pub(super) anchors: watch::Receiver<Arc<Vec<Anchor>>>,
    pub(super) crls: watch::Receiver<Arc<CrlBook>>,
}

impl InForce {
    /// The papers in force now.
    pub(super) fn papers(&mut self) -> Vec<(TrustPaper, Bytes)> {
        let anchors = Arc::clone(&self.anchors.borrow_and_update());
        let crls = Arc::clone(&self.crls.borrow_and_update());
        anchors.iter().map(Anchor::content).chain(crls.papers()).collect()
    }

    /// Waits for a change. An error: the hub has ended.
    async fn changed(&mut self) -> Result<(), watch::error::RecvError> {
        tokio::select! {
            changed = self.anchors.changed() => changed,
            changed = self.crls.changed() => changed,
        }
    }
}

/// Starts following; ends when the handle is dropped.
pub(super) fn start(mut in_force: InForce, app: App) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        let mut trouble = Trouble::default();
        loop {
            let kept = app.keep_trust(&in_force.papers()).await;
            let again = kept.is_err();
            tell!(trouble, kept, "trust.keep");
            if again {
                tokio::time::sleep(AGAIN).await;
            } else if in_force.changed().await.is_err() {
                return;
            }
        }
    }))
}
