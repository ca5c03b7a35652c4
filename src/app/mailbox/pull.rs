//! Reading a page, and waiting for one.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::Entry;
use crate::app::App;
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, CursorName};
use crate::store::Cursors;

/// How often a reader that waits looks by itself: bells may be missed, above all those of other hubs.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What to read.
#[derive(Debug, Clone)]
pub struct Pull {
    /// Whose mailbox.
    pub agency: AgencyCode,
    /// From which cursor on.
    pub cursor: CursorName,
    /// At most so many entries.
    pub limit: usize,
    /// How long to wait for the first.
    pub wait: Duration,
    /// Whether to read documents too.
    pub include_documents: bool,
}

/// What was read.
#[derive(Debug, Clone)]
pub struct Pulled {
    /// URGENT before NORMAL.
    pub entries: Vec<Entry>,
    /// The last position of each lane that has entries here.
    pub advance_to: Cursors,
    /// Whether there are more.
    pub more: bool,
}

impl App {
    /// Reads what stands after the cursor; waits if there is nothing.
    pub async fn pull(&self, pull: &Pull) -> Result<Pulled> {
        let until = Instant::now() + pull.wait;
        let bell = self.wakeups.bell(&pull.agency);
        loop {
            // Armed before reading, so that nothing can come unnoticed between reading and waiting.
            let mut rung = pin!(bell.notified());
            rung.as_mut().enable();
            let reader = self
                .reader(&pull.agency, &pull.cursor, &Cursors::new(), pull.include_documents)
                .await?;
            let (entries, more) = reader.page(pull.limit).await?;
            let now = Instant::now();
            if !entries.is_empty() || now >= until {
                let advance_to = entries
                    .iter()
                    .map(|entry| (entry.entry.lane, entry.entry.position))
                    .collect();
                return Ok(Pulled {
                    entries,
                    advance_to,
                    more,
                });
            }
            tokio::select! {
                () = rung => {}
                () = sleep_until(until.min(now + LOOK_EVERY)) => {}
            }
        }
    }
}
