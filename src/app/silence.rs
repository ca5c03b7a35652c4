//! Certificates of silence: that an answer clock passed, and nothing came. Made of what stands in the log alone, so it is the same bytes
//! each time.

use super::App;
use crate::domain::deadline::Deadline;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::RequestId;
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::domain::workflow::Party;
use crate::evidence::silence::{MAX_BYTES, OVERDUE, SilenceFile, is_answer, is_dispute, over_clock};
use crate::store::rows::{Checkpoint, EventRow};

/// Events that are read at a time.
const PAGE: i64 = 100;

/// A certificate, and the entry of which it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilenceCertificate {
    /// The bytes of the file.
    pub file: Vec<u8>,
    /// The entry that says OVERDUE.
    pub log_index: i64,
    /// In which all its entries are proved: the first that covers that entry.
    pub checkpoint: Checkpoint,
}

impl App {
    /// Certifies that the last answer clock of a request which was entered as overdue passed with no answer, and that none has come since.
    ///
    /// # Errors
    /// REQUEST_NOT_FOUND; REQUEST_ANSWERED if there is an answer that nobody disputed, late or not; CLOCK_NOT_OVERDUE.
    pub async fn silence(&self, viewer: &Viewer, id: &RequestId) -> Result<SilenceCertificate> {
        let request = self.store.request_of(viewer, id).await?;
        let request = request.ok_or_else(|| Error::new(ErrorCode::RequestNotFound))?;
        let events = self.all_events(&request).await?;
        let (entries, last) = silent(&events)?;
        self.still_over(&request, last).await?;
        let checkpoint = self.checkpoint(Some(last.log_index + 1)).await?;
        let indexes: Vec<i64> = entries.iter().map(|event| event.log_index).collect();
        let proofs = self
            .inclusion_proofs(indexes.iter().copied(), checkpoint.tree_size)
            .await?;
        let mut logged = self.store.entries_at(&indexes).await?;
        if logged.len() != indexes.len() {
            return Err(Error::internal("an entry was lost"));
        }
        logged.sort_by_key(|entry| entry.log_index);
        let leaves = logged.into_iter().map(|entry| entry.leaf);
        let note = checkpoint.note();
        let file = SilenceFile::new(
            note.ok_or_else(|| Error::internal("a checkpoint that nobody signed"))?,
            leaves.zip(proofs),
            last.party.map(Party::as_str).map(str::to_owned),
            last.details.clone(),
        );
        let file = file.bytes().filter(|bytes| bytes.len() <= MAX_BYTES);
        Ok(SilenceCertificate {
            file: file.ok_or_else(|| Error::internal("a certificate of silence that is too long"))?,
            log_index: last.log_index,
            checkpoint,
        })
    }

    /// Whether the clock of which the entry speaks is still over: what was recorded later, an outage or a decision, may have moved it.
    async fn still_over(&self, request: &EnforcementRequest, last: &EventRow) -> Result<()> {
        let told = over_clock(&last.details, last.hub_time.micros()).map_err(Error::internal)?;
        let deadlines = self.store.deadlines_of([request]).await?;
        let mut clocks = deadlines.get(&request.id).into_iter().flatten();
        let now = self.clock.now();
        let is_told = |clock: &Deadline| {
            (clock.name.as_str(), clock.occurrence) == (told.name.as_str(), told.occurrence)
                && clock.due.map(Timestamp::micros) == told.due
                && clock.is_overdue(now)
        };
        if clocks.any(is_told) {
            Ok(())
        } else {
            Err(Error::new(ErrorCode::ClockNotOverdue))
        }
    }

    async fn all_events(&self, request: &EnforcementRequest) -> Result<Vec<EventRow>> {
        let mut events: Vec<EventRow> = Vec::new();
        loop {
            let after = events.last().map_or(0, |event| event.version);
            let page = self.store.events_of(request, after, PAGE).await?;
            if page.is_empty() {
                return Ok(events);
            }
            events.extend(page);
        }
    }
}

/// The events up to the last OVERDUE of an answer clock after which, as before, no answer stands; and that one.
fn silent(events: &[EventRow]) -> Result<(&[EventRow], &EventRow)> {
    let disputed = events.iter().rposition(|event| is_dispute(&event.action));
    let owed = events.get(disputed.map_or(0, |place| place + 1)..).unwrap_or_default();
    if owed.iter().any(|event| is_answer(&event.action)) {
        return Err(Error::new(ErrorCode::RequestAnswered));
    }
    let is_overdue =
        |event: &&EventRow| event.action == OVERDUE && over_clock(&event.details, event.hub_time.micros()).is_ok();
    let last = owed.iter().rev().find(is_overdue);
    let last = last.ok_or_else(|| Error::new(ErrorCode::ClockNotOverdue))?;
    let until = events.iter().take_while(|event| event.version <= last.version).count();
    Ok((events.get(..until).unwrap_or_default(), last))
}
