//! Letting the clocks of open requests follow what was entered about suspensions, entry by entry.

use super::{PIECE, PIECE_LIMIT, Recomputed};
use crate::app::App;
use crate::app::ledger::Actor;
use crate::app::ledger::clock::ClockStep;
use crate::app::ledger::command::{Command, Operation, SweptRequest};
use crate::app::ledger::suspension::{Piece, SUSPEND_JOB, SuspensionStep};
use crate::domain::error::Result;
use crate::domain::ids::{RequestId, SuspensionId};
use crate::domain::request::EnforcementRequest;
use crate::domain::suspension::Scope;
use crate::domain::suspension::known::{Known, KnownSuspensions};
use crate::evidence::leaf::NO_CONTENT;

impl App {
    /// Does at most `pieces` pieces of the work; `more` says whether any is left.
    ///
    /// # Errors
    /// The database's and the ledger's. What was done stays.
    pub async fn follow_suspensions(&self, pieces: usize) -> Result<Recomputed> {
        let mut moved = 0;
        for _ in 0..pieces {
            let known = self.store.suspensions().await?;
            let Some((entry, after)) = self.next_suspension(&known).await? else {
                return Ok(Recomputed { moved, more: false });
            };
            let (id, scope) = (&entry.suspension.id, &entry.suspension.scope);
            moved += self.follow_suspension(id, entry.changed_index, scope, after).await?;
        }
        Ok(Recomputed { moved, more: true })
    }

    /// The entry that is under way or comes next, and the last request that followed it.
    async fn next_suspension<'a>(&self, known: &'a KnownSuspensions) -> Result<Option<(&'a Known, Option<RequestId>)>> {
        let job = self.store.job(SUSPEND_JOB).await?;
        if let Some(job) = job.as_ref().filter(|job| job.position.is_some())
            && let Some(entry) = known.iter().find(|known| known.changed_index == job.version)
        {
            return Ok(Some((entry, job.position.clone())));
        }
        let done = job.map_or(-1, |job| job.version);
        let waiting = known.iter().filter(|known| known.changed_index > done);
        Ok(waiting.min_by_key(|known| known.changed_index).map(|next| (next, None)))
    }

    /// The next piece after `after` in which there is something to do. Requests that the scope cannot mean are passed over without
    /// a write.
    async fn follow_suspension(
        &self,
        id: &SuspensionId,
        entry: i64,
        scope: &Scope,
        mut after: Option<RequestId>,
    ) -> Result<usize> {
        loop {
            let found = self.store.requests_with_clocks(after.as_ref(), PIECE_LIMIT).await?;
            let (is_last, last) = (found.len() < PIECE, found.last().map(|request| request.id.clone()));
            let meant: Vec<SweptRequest> = found
                .into_iter()
                .filter(|request| may_mean(scope, request))
                .map(swept)
                .collect();
            let moved = if meant.is_empty() {
                0
            } else {
                self.follow_piece(id, entry, meant).await?
            };
            if is_last {
                return Ok(moved + self.follow_piece(id, entry, Vec::new()).await?);
            }
            if moved > 0 {
                return Ok(moved);
            }
            after = last;
        }
    }

    async fn follow_piece(&self, id: &SuspensionId, entry: i64, requests: Vec<SweptRequest>) -> Result<usize> {
        let (id, step) = (id.clone(), SuspensionStep::Follow);
        let command = Command {
            actor: Actor::hub(),
            key: None,
            content_sha256: NO_CONTENT,
            body: None,
            verified: None,
            operation: Operation::Clocks(Box::new(ClockStep::Suspend(step(Piece { id, entry, requests })))),
        };
        Ok(self.execute(command).await?.len())
    }
}

/// Whether the scope may mean a clock of the request, as far as the request itself tells; the ledger decides.
fn may_mean(scope: &Scope, request: &EnforcementRequest) -> bool {
    let is_agency = || scope.agencies.contains(&request.sender) || scope.agencies.contains(&request.recipient);
    (scope.kinds.is_empty() || scope.kinds.contains(&request.kind)) && (scope.agencies.is_empty() || is_agency())
}

fn swept(request: EnforcementRequest) -> SweptRequest {
    SweptRequest {
        id: request.id,
        sender: request.sender,
        recipient: request.recipient,
    }
}
