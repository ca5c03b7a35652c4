//! Reading entries after a position, each with its request as it stands now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::Notify;

use crate::app::App;
use crate::app::notices::NoticeView;
use crate::app::requests::history::SentDocument;
use crate::app::views::RequestView;
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, RequestId};
use crate::domain::mailbox::{Lane, MailboxEntry};
use crate::domain::viewer::Viewer;
use crate::domain::workflow::State;
use crate::store::Cursors;
use crate::store::rows::{DeliveredEvent, EventRow};

/// An entry as its reader gets it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The entry.
    pub entry: MailboxEntry,
    /// The event that it announces.
    pub event: EventRow,
    /// The request as it stood when the entry was read, without clocks and measures.
    pub view: Option<RequestView>,
    /// The document that the event brought, or the message of a step without one, if it was asked for.
    pub document: Option<SentDocument>,
    /// What is told of a clock. Who is no party of the request gets this and nothing else of it.
    pub notice: Option<NoticeView>,
}

impl Entry {
    /// Whether the request has been withdrawn since: by a later event than this one.
    pub fn is_withdrawn_since(&self) -> bool {
        let request = self.view.as_ref().map(|view| &view.request);
        request.is_some_and(|request| request.state == State::Withdrawn && request.version > self.event.version)
    }
}

/// Reads an agency's mailbox, all of it, from a position in each lane on. Reading moves nothing; [`Reader::pass`] does, in memory.
#[derive(Debug)]
pub struct Reader {
    app: App,
    agency: AgencyCode,
    positions: Cursors,
    include_documents: bool,
}

impl Reader {
    pub(super) fn new(app: App, agency: AgencyCode, positions: Cursors, include_documents: bool) -> Self {
        Self {
            app,
            agency,
            positions,
            include_documents,
        }
    }

    /// The agency whose mailbox it is.
    pub fn agency(&self) -> &AgencyCode {
        &self.agency
    }

    /// The bell that rings when something comes. Whoever waits must arm it before looking, or may miss a ring.
    pub fn bell(&self) -> Arc<Notify> {
        self.app.wakeups.bell(&self.agency)
    }

    /// Starts the next read of the entry's lane after it.
    pub fn pass(&mut self, entry: &MailboxEntry) {
        self.positions.insert(entry.lane, entry.position);
    }

    /// The position in a lane after which the next read starts.
    pub fn position(&self, lane: Lane) -> i64 {
        self.positions.get(&lane).copied().unwrap_or(0)
    }

    /// Whether the entry is the one to read next in its lane.
    pub fn is_next(&self, entry: &MailboxEntry) -> bool {
        self.position(entry.lane) + 1 == entry.position
    }

    /// The next entries of one lane, at most `limit`; fewer if their documents are large.
    pub async fn lane(&self, lane: Lane, limit: usize) -> Result<Vec<Entry>> {
        let _turn = self.app.turns.take(&self.agency).await;
        let mut events = self.events(lane, limit).await?;
        self.complete(&mut events).await
    }

    /// The next entries, URGENT before NORMAL, at most `limit`; fewer if their documents are large. Says whether there
    /// are more.
    pub(super) async fn page(&self, limit: usize) -> Result<(Vec<Entry>, bool)> {
        let _turn = self.app.turns.take(&self.agency).await;
        let mut events = self.events(Lane::Urgent, limit.saturating_add(1)).await?;
        let rest = limit.saturating_add(1).saturating_sub(events.len());
        if rest > 0 {
            events.extend(self.events(Lane::Normal, rest).await?);
        }
        let found = events.len();
        events.truncate(limit);
        let entries = self.complete(&mut events).await?;
        let more = found > entries.len();
        Ok((entries, more))
    }

    async fn events(&self, lane: Lane, limit: usize) -> Result<Vec<DeliveredEvent>> {
        let after = self.positions.get(&lane).copied().unwrap_or(0);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.app.store.mailbox_page(&self.agency, lane, after, limit).await
    }

    /// Completes entries by requests and documents: as many queries for all as for one.
    async fn complete(&self, events: &mut Vec<DeliveredEvent>) -> Result<Vec<Entry>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let mut documents = if self.include_documents {
            self.app.attach_documents(events).await?
        } else {
            BTreeMap::new()
        };
        let ids: BTreeSet<&RequestId> = events.iter().map(|delivered| &delivered.entry.request_id).collect();
        let requests = self.app.store.requests_of(&Viewer::whole(&self.agency), ids).await?;
        let views = self.app.envelopes(requests).await?;
        let views: BTreeMap<RequestId, RequestView> =
            views.into_iter().map(|view| (view.request.id.clone(), view)).collect();
        let complete = |DeliveredEvent { entry, event }| {
            Ok(Entry {
                view: views.get(&entry.request_id).cloned(),
                document: documents.remove(&event.log_index),
                notice: self.app.notice_in(&event)?,
                entry,
                event,
            })
        };
        events.drain(..).map(complete).collect()
    }
}
