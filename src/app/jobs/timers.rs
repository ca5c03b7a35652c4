//! What comes with time: finding what is due, requests without a timer, and timers that another ladder moves.

use super::{PIECE, PIECE_LIMIT, swept};
use crate::app::App;
use crate::app::ledger::Actor;
use crate::app::ledger::command::{Command, Operation};
use crate::app::ledger::timers::{Addressees, Fire, TimerWork};
use crate::domain::error::Result;
use crate::domain::ids::RequestId;
use crate::domain::time::Timestamp;
use crate::evidence::leaf::NO_CONTENT;
use crate::store::rows::{JobRow, RequestParties};

/// The job that looks at every timer again when the ladders are others.
const LADDERS_JOB: &str = "ladders";

/// What a piece did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fired {
    /// Entries that it made.
    pub entries: usize,
    /// Whether there may be more to do at once.
    pub more: bool,
}

impl App {
    /// Does one piece of what is due at `until`, the longest overdue first.
    pub async fn fire_timers(&self, until: Timestamp) -> Result<Fired> {
        let found = self.store.timers_due(until, PIECE_LIMIT).await?;
        if found.is_empty() {
            return Ok(Fired::default());
        }
        let entries = self.fire(found, until, None).await?;
        Ok(Fired { entries, more: true })
    }

    /// The earliest timer of all.
    pub async fn oldest_timer(&self) -> Result<Option<Timestamp>> {
        self.store.oldest_timer().await
    }

    /// Gives requests a timer that should have one and have none; gives how many there were.
    pub async fn heal_timers(&self) -> Result<usize> {
        let (mut healed, mut after): (usize, Option<RequestId>) = (0, None);
        loop {
            let found = self.store.requests_without_timer(after.as_ref(), PIECE_LIMIT).await?;
            let (count, last) = (found.len(), found.last().map(|request| request.id.clone()));
            if count > 0 {
                self.fire(found, Timestamp::from_micros(0), None).await?;
                healed += count;
            }
            if count < PIECE {
                return Ok(healed);
            }
            after = last;
        }
    }

    /// Finds all timers out again if the ladders are not those by which they were found, from where the last run on any hub has
    /// stopped; gives how many.
    pub async fn follow_ladders(&self) -> Result<usize> {
        let version = self.catalogue.escalation().version();
        let mut found_again = 0;
        loop {
            let job = self.store.job(LADDERS_JOB).await?.filter(|job| job.version == version);
            let after = match job {
                Some(job) if job.position.is_none() => return Ok(found_again),
                Some(job) => job.position,
                None => None,
            };
            let found = self.store.timed_requests(after.as_ref(), PIECE_LIMIT).await?;
            found_again += found.len();
            // No position: that was all.
            let position = found.last().map(|request| request.id.clone());
            let job = JobRow {
                name: LADDERS_JOB.to_owned(),
                version,
                position: position.filter(|_| found.len() == PIECE),
            };
            self.fire(found, Timestamp::from_micros(0), Some(job)).await?;
        }
    }

    async fn fire(&self, found: Vec<RequestParties>, until: Timestamp, job: Option<JobRow>) -> Result<usize> {
        let mut addressees = Addressees::new();
        for role in self.catalogue.escalation().addressed_roles() {
            addressees.insert(role, self.agencies_of_role(role).await?);
        }
        let fire = Fire {
            requests: swept(found),
            until,
            addressees,
            job,
        };
        let command = Command {
            actor: Actor::hub(),
            key: None,
            content_sha256: NO_CONTENT,
            body: None,
            verified: None,
            operation: Operation::Timers(Box::new(TimerWork::Fire(fire))),
        };
        Ok(self.execute(command).await?.len())
    }
}
