//! What happened to a request: its events, and the documents that came with them.

use bytes::Bytes;

use super::list::Page;
use crate::app::App;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::event::EventDetails;
use crate::domain::ids::{AgencyCode, RequestId};
use crate::domain::request::EnforcementRequest;
use crate::domain::viewer::Viewer;
use crate::domain::workflow::Action;
use crate::evidence::Digest;
use crate::evidence::jws::document_in;
use crate::evidence::leaf::content_sha256;
use crate::store::rows::{Body, EventRow};

/// The media type of messages of steps without a document.
pub(crate) const PROTOBUF: &str = "application/protobuf";
/// Bodies that are read from the store at a time.
const BODIES_AT_ONCE: usize = 8;
/// Events that are read from the store at a time.
const EVENTS_AT_ONCE: i64 = 500;
/// The most bytes of documents in one answer: less than what gRPC clients take by default (4 MiB).
const MAX_DOCUMENT_BYTES: usize = 3 * 1024 * 1024;

/// An event as a party sees it.
#[derive(Debug, Clone)]
pub struct EventView {
    /// The event, without where it stands in the other party's mailbox.
    pub event: EventRow,
    /// SHA-256 of what was accepted; `None` if it brought nothing or the bytes were erased.
    pub content_sha256: Option<Digest>,
    /// The message of a step that has no document.
    pub message: Option<Bytes>,
}

/// A document as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentDocument {
    /// Its log entry.
    pub log_index: i64,
    /// What it was sent for.
    pub action: Action,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub content: Bytes,
    /// The salt of its digest in the log.
    pub salt: Vec<u8>,
}

/// The documents of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SentDocuments {
    /// Oldest first.
    pub documents: Vec<SentDocument>,
    /// How many were left off, because all of them together are too large.
    pub left_off: usize,
}

impl App {
    /// The events of a request that `viewer` may see, oldest first, after version `after`.
    pub async fn events(&self, viewer: &Viewer, id: &RequestId, after: i64, limit: usize) -> Result<Page<EventView>> {
        let request = self.store.request_of(viewer, id).await?;
        let request = request.ok_or_else(|| Error::new(ErrorCode::RequestNotFound))?;
        self.events_for(&viewer.agency, &request, after, limit).await
    }

    /// The events of a request that `reader` was allowed to read, as that agency sees them.
    pub(in crate::app) async fn events_for(
        &self,
        reader: &AgencyCode,
        request: &EnforcementRequest,
        after: i64,
        limit: usize,
    ) -> Result<Page<EventView>> {
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut events = self.store.events_of(request, after, one_more).await?;
        let more = events.len() > limit;
        events.truncate(limit);
        let mut items = Vec::with_capacity(events.len());
        while !events.is_empty() {
            let rest = events.split_off(events.len().min(BODIES_AT_ONCE));
            self.show_events(reader, request, std::mem::replace(&mut events, rest), &mut items)
                .await?;
        }
        Ok(Page { items, more })
    }

    async fn show_events(
        &self,
        agency: &AgencyCode,
        request: &EnforcementRequest,
        events: Vec<EventRow>,
        shown: &mut Vec<EventView>,
    ) -> Result<()> {
        let index_of = |event: &EventRow| body_index(request, event.log_index);
        let indexes: Vec<i64> = events.iter().map(index_of).collect();
        let bodies = self.store.bodies(&indexes).await?;
        for event in events {
            let body = bodies.iter().find(|body| body.log_index == index_of(&event));
            let content = body.and_then(|body| body.content.as_ref());
            let is_message = body.is_some_and(|body| body.media_type == PROTOBUF);
            shown.push(EventView {
                content_sha256: body.and_then(document_sha256).transpose()?,
                message: content.filter(|_| is_message).cloned(),
                event: without_others(event, agency)?,
            });
        }
        Ok(())
    }

    /// The documents of a request that the caller was allowed to read: its order, and of the others the newest that fit.
    pub(super) async fn documents(&self, request: &EnforcementRequest) -> Result<SentDocuments> {
        let stated = self.documents_stated(request).await?;
        let wanted: Vec<_> = stated
            .iter()
            .take(1)
            .chain(stated.iter().skip(1).rev())
            .copied()
            .collect();
        let mut found = SentDocuments::default();
        let mut bytes: usize = 0;
        for chunk in wanted.chunks(BODIES_AT_ONCE) {
            if found.left_off > 0 {
                found.left_off += chunk.len();
                continue;
            }
            let indexes: Vec<i64> = chunk.iter().map(|(index, _)| body_index(request, *index)).collect();
            let bodies = self.store.bodies(&indexes).await?;
            for (log_index, action) in chunk {
                let body = bodies
                    .iter()
                    .find(|body| body.log_index == body_index(request, *log_index));
                // Bytes that were erased are no document any more.
                let Some((body, content)) = body.and_then(|body| Some((body, body.content.clone()?))) else {
                    continue;
                };
                bytes = bytes.saturating_add(content.len());
                if found.left_off > 0 || bytes > MAX_DOCUMENT_BYTES {
                    found.left_off += 1;
                    continue;
                }
                found.documents.push(SentDocument {
                    log_index: *log_index,
                    action: *action,
                    media_type: body.media_type.clone(),
                    content,
                    salt: body.salt.clone().unwrap_or_default(),
                });
            }
        }
        found.documents.sort_unstable_by_key(|document| document.log_index);
        Ok(found)
    }

    /// Log index and action of every document, oldest first; the first is the order.
    async fn documents_stated(&self, request: &EnforcementRequest) -> Result<Vec<(i64, Action)>> {
        let mut stated = Vec::new();
        let mut after = 0;
        loop {
            let events = self.store.events_of(request, after, EVENTS_AT_ONCE).await?;
            let Some(last) = events.last() else { return Ok(stated) };
            after = last.version;
            let documents = events
                .iter()
                .filter_map(|event| Some((event.log_index, event.action.parse::<Action>().ok()?)));
            stated.extend(documents.filter(|(_, action)| action.has_document()));
        }
    }
}

/// SHA-256 of what was accepted: of a signed document its payload's; `None` once the bytes are erased.
pub(in crate::app) fn document_sha256(body: &Body) -> Option<Result<Digest>> {
    let content = body.content.as_ref()?;
    let document = document_in(&body.media_type, content).map_err(Error::internal);
    Some(document.map(|document| content_sha256(&document)))
}

/// Where the bytes of an entry stand: a broadcast keeps its order once, under its first entry.
pub(in crate::app) fn body_index(request: &EnforcementRequest, log_index: i64) -> i64 {
    if log_index == request.submit_index {
        request.body_index
    } else {
        log_index
    }
}

/// The event without the other party's mailbox positions, which tell how much that party receives, and without what is for the
/// verifier alone.
fn without_others(mut event: EventRow, reader: &AgencyCode) -> Result<EventRow> {
    let mut details: EventDetails = serde_json::from_str(&event.details).map_err(Error::internal)?;
    details.beside = None;
    details.entered.retain(|entered| entered.agency == *reader);
    event.details = serde_json::to_string(&details).map_err(Error::internal)?;
    Ok(event)
}
