//! Computing open clocks again after days of the calendar came to be known.

use super::{PIECE, PIECE_LIMIT, swept};
use crate::app::App;
use crate::app::ledger::command::{Sweep, SweepTask, SweptRequest};
use crate::app::ledger::sweep::RECOMPUTE_JOB;
use crate::domain::error::Result;

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recomputed {
    /// Requests whose clocks moved.
    pub moved: usize,
    /// Whether there is more to do.
    pub more: bool,
}

impl App {
    /// Computes open clocks again, at most `pieces` pieces of requests, from where the last run on any hub has stopped.
    pub async fn recompute_deadlines(&self, pieces: usize) -> Result<Recomputed> {
        let mut moved = 0;
        for _ in 0..pieces {
            let version = self.store.head().await?.calendar_version;
            let job = self
                .store
                .job(RECOMPUTE_JOB)
                .await?
                .filter(|job| job.version >= version);
            let after = match job {
                Some(job) if job.position.is_none() => return Ok(Recomputed { moved, more: false }),
                Some(job) => job.position,
                None => None,
            };
            let found = self
                .store
                .requests_with_open_clocks(after.as_ref(), PIECE_LIMIT)
                .await?;
            // The last piece is an empty one: it says that the job is done.
            let is_last = found.len() < PIECE;
            if !found.is_empty() {
                moved += self.sweep(piece(version, swept(found))).await?;
            }
            if is_last {
                self.sweep(piece(version, Vec::new())).await?;
                return Ok(Recomputed { moved, more: false });
            }
        }
        Ok(Recomputed { moved, more: true })
    }
}

fn piece(version: i64, requests: Vec<SweptRequest>) -> Sweep {
    Sweep {
        task: SweepTask::Recompute { version },
        requests,
        measures: Vec::new(),
    }
}
