//! When the database takes no write: it is away, or its disk is full. Who waits and who comes is told at once to come again,
//! instead of each finding it out for itself, while the writer tries until a write gets through.

use std::time::Duration;

use super::writer::{Exit, Queued, Writer};
use crate::domain::error::{Error, ErrorCode};
use crate::store::{Outage, Shown};

/// How long after a failure it is tried again. Callers are told to come again a little later.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// How long a full disk is left alone before each trial: a trial needs less room than an order, so it may get through where
/// the next order does not, and the hub would refuse and resume in one breath.
const FULL_PAUSE: Duration = Duration::from_secs(2);

/// The longest that a trial may take. Another hub's batch may hold the lock meanwhile.
const TRIAL_LIMIT: Duration = Duration::from_secs(3);

/// The answer to a command of which nobody knows whether it was carried out.
pub(super) fn come_again() -> Error {
    Error::new(ErrorCode::Unavailable).retry_after_millis(1_000)
}

/// The answer to a command that was not tried.
pub(super) fn not_tried() -> Error {
    come_again().with_nothing_done()
}

/// Whether the database has said nothing at all.
pub(super) fn is_silence(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::PoolTimedOut)
        || matches!(error, sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut)
}

/// Tells each of these to come again.
pub(super) fn refuse(queued: impl IntoIterator<Item = Queued>) -> usize {
    queued.into_iter().map(|queued| queued.answer(Err(not_tried()))).count()
}

impl Writer {
    pub(super) fn is_refusing(&self) -> bool {
        self.outage.borrow().is_some()
    }

    /// Notes that the database takes no write, if the error says so. Written down once, when it begins.
    pub(super) fn note_outage(&self, error: &sqlx::Error) -> bool {
        let outage = Outage::of(error).filter(|outage| outage.lasts());
        if let Some(outage) = outage
            && self.outage.send_replace(Some(outage)) != Some(outage)
        {
            tracing::error!(reason = outage.as_str(), error = %Shown(error), "ledger.writes.refused");
        }
        outage.is_some()
    }

    /// Refuses what comes until a write gets through, or until nobody is left who could ask.
    pub(super) async fn refuse_until_it_writes(&self, exit: &Exit, batch: usize) {
        let began = tokio::time::Instant::now();
        let mut refused = 0;
        while self.is_refusing() {
            let mut trial = std::pin::pin!(self.try_again());
            loop {
                tokio::select! {
                    () = &mut trial => break,
                    queued = exit.0.take(batch) => match queued {
                        Some(queued) => refused += refuse(queued),
                        None => return,
                    },
                }
            }
        }
        let seconds = began.elapsed().as_secs();
        tracing::info!(seconds, refused, "ledger.writes.resumed");
    }

    /// Writes something that changes nothing; waits a little if that fails.
    async fn try_again(&self) {
        let is_full = *self.outage.borrow() == Some(Outage::StorageFull);
        if is_full {
            tokio::time::sleep(FULL_PAUSE).await;
        }
        match tokio::time::timeout(TRIAL_LIMIT, self.store.try_writing()).await {
            // It takes longer than it may: as it was.
            Err(_elapsed) => {}
            Ok(Err(error)) if self.note_outage(&error) => {}
            // Any other fault is a command's own.
            Ok(Ok(()) | Err(_)) => {
                self.outage.send_replace(None);
                return;
            }
        }
        tokio::time::sleep(TRY_AGAIN_AFTER).await;
    }
}
