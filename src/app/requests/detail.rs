//! One request with everything that hangs on it.

use std::sync::Arc;

use super::history::SentDocuments;
use crate::app::App;
use crate::app::views::RequestView;
use crate::domain::catalogue::Kind;
use crate::domain::deadline::TraceStep;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::event::Relation;
use crate::domain::ids::RequestId;
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::domain::workflow::State;
use crate::store::rows::NamedAttachment;

/// One request with everything that hangs on it.
#[derive(Debug, Clone)]
pub struct RequestDetail {
    /// Envelope, measures, and clocks in the kind's order.
    pub view: RequestView,
    /// Its kind, in the revision that it keeps.
    pub kind: Arc<Kind>,
    /// Why each clock is due when it is, in the order of the clocks; empty without a calendar for it.
    pub traces: Vec<Vec<TraceStep>>,
    /// When the recipient's `intake` cursor passed it.
    pub delivered_time: Option<Timestamp>,
    /// Ties to other requests.
    pub relations: Vec<Relation>,
    /// The uploaded documents that its order and steps name, in their order.
    pub attachments: Vec<NamedAttachment>,
    /// Its documents, if they were asked for.
    pub documents: SentDocuments,
    /// The kinds that may follow it, while it is answered.
    pub follow_ups: Vec<Arc<Kind>>,
    /// As of when this is told.
    pub now: Timestamp,
}

impl App {
    /// A request that `viewer` may see. REQUEST_NOT_FOUND alike for a missing one and for any other.
    pub async fn request(&self, viewer: &Viewer, id: &RequestId, with_documents: bool) -> Result<RequestDetail> {
        let request = self.store.request_of(viewer, id).await?;
        let request = request.ok_or_else(|| Error::new(ErrorCode::RequestNotFound))?;
        self.detail(request, with_documents).await
    }

    /// A request that the caller was allowed to read, with everything that hangs on it.
    pub(in crate::app) async fn detail(
        &self,
        request: EnforcementRequest,
        with_documents: bool,
    ) -> Result<RequestDetail> {
        let kind = self
            .kind_of(&request)
            .ok_or_else(|| Error::internal("the catalogue has lost a kind in use"))?;
        let kind = Arc::clone(kind);
        let view = self.views(vec![request]).await?.pop();
        let mut view = view.ok_or_else(|| Error::internal("a view was lost"))?;
        let rules = &kind.definition.deadlines;
        // What a regulation added comes last.
        let place = |name: &str| rules.iter().position(|rule| rule.name == name).unwrap_or(rules.len());
        view.deadlines.sort_by_key(|deadline| place(&deadline.name));
        let calendar = self.calendar.get();
        let traces = view
            .deadlines
            .iter()
            .map(|deadline| deadline.trace(&calendar).unwrap_or_default())
            .collect();
        let delivered_time = match view.request.served_time {
            None if view.delivered => self.store.delivered_time(&view.request).await?,
            served => served,
        };
        let documents = if with_documents {
            self.documents(&view.request).await?
        } else {
            SentDocuments::default()
        };
        let follow_ups = if view.request.state == State::Answered {
            let codes = kind.definition.follow_ups.iter();
            codes.filter_map(|code| self.catalogue.newest(code).cloned()).collect()
        } else {
            Vec::new()
        };
        Ok(RequestDetail {
            follow_ups,
            kind,
            traces,
            delivered_time,
            relations: self.store.relations_of(&view.request).await?,
            attachments: self.store.attachments_of(&view.request).await?,
            documents,
            now: self.clock.now(),
            view,
        })
    }
}
