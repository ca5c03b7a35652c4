//! The timeline of a request: every event, and what it did to the clocks.

use std::collections::BTreeMap;

use crate::app::App;
use crate::app::requests::list::Page;
use crate::domain::deadline::{ClockChange, Deadline, clock_changes};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::event::EventDetails;
use crate::domain::ids::RequestId;
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::timer::Notice;
use crate::domain::viewer::Viewer;
use crate::store::rows::EventRow;

/// Events that are read from the store at a time.
const EVENTS_AT_ONCE: i64 = 500;

/// An event with what it did to the clocks.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineEntry {
    /// Who did what and when.
    pub event: EventRow,
    /// Each clock that it touched, as it stood after it, and what became of it.
    pub clocks: Vec<(Deadline, Vec<ClockChange>)>,
    /// The code of the reason that it states.
    pub reason: Option<String>,
    /// What was told of one of the clocks.
    pub notice: Option<Box<Notice>>,
}

/// A page of a timeline.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// Oldest first.
    pub page: Page<TimelineEntry>,
    /// The clocks as they stand now: another request's step may have ended one.
    pub deadlines: Vec<Deadline>,
    /// The instant as of which they are late or not.
    pub now: Timestamp,
}

impl App {
    /// The timeline of a request that `viewer` may see, oldest first, after version `after`.
    ///
    /// # Errors
    /// REQUEST_NOT_FOUND.
    pub async fn timeline(&self, viewer: &Viewer, id: &RequestId, after: i64, limit: usize) -> Result<Timeline> {
        let request = self.store.request_of(viewer, id).await?;
        let request = request.ok_or_else(|| Error::new(ErrorCode::RequestNotFound))?;
        self.timeline_of(&request, after, limit).await
    }

    /// The timeline of a request that the caller was allowed to read. How the clocks stood before a page is known from the events
    /// before it, so those are read too.
    pub(in crate::app) async fn timeline_of(
        &self,
        request: &EnforcementRequest,
        after: i64,
        limit: usize,
    ) -> Result<Timeline> {
        let mut clocks: BTreeMap<(String, u32), Deadline> = BTreeMap::new();
        let (mut items, mut read, mut more) = (Vec::new(), 0, true);
        while more && items.len() <= limit {
            let events = self.store.events_of(request, read, EVENTS_AT_ONCE).await?;
            more = i64::try_from(events.len()).unwrap_or(i64::MAX) == EVENTS_AT_ONCE;
            for event in events {
                read = event.version;
                let entry = entry(&mut clocks, event)?;
                if read > after && items.len() <= limit {
                    items.push(entry);
                }
            }
        }
        let more = items.len() > limit;
        items.truncate(limit);
        let mut deadlines = self.store.deadlines_of([request]).await?;
        Ok(Timeline {
            page: Page { items, more },
            deadlines: deadlines.remove(&request.id).unwrap_or_default(),
            now: self.clock.now(),
        })
    }
}

fn entry(clocks: &mut BTreeMap<(String, u32), Deadline>, event: EventRow) -> Result<TimelineEntry> {
    let details: EventDetails = serde_json::from_str(&event.details).map_err(Error::internal)?;
    let touched = details.deadlines.into_iter().map(|after| {
        let before = clocks.insert((after.name.clone(), after.occurrence), after.clone());
        let changes = clock_changes(before.as_ref(), &after);
        (after, changes)
    });
    Ok(TimelineEntry {
        clocks: touched.collect(),
        reason: details.reason,
        notice: details.notice,
        event,
    })
}
