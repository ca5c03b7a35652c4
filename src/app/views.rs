//! Requests as they are shown: envelope, clocks, measures, delivery. Set-based: a page costs as many queries as one.

use std::collections::BTreeMap;

use super::App;
use crate::domain::deadline::Deadline;
use crate::domain::error::Result;
use crate::domain::event::Measure;
use crate::domain::ids::{AgencyCode, RequestId};
use crate::domain::mailbox::{Lane, LaneHead};
use crate::domain::request::EnforcementRequest;

/// A request as a party sees it.
#[derive(Debug, Clone)]
pub struct RequestView {
    /// The envelope.
    pub request: EnforcementRequest,
    /// Its clocks.
    pub deadlines: Vec<Deadline>,
    /// Its measures.
    pub measures: Vec<Measure>,
    /// The recipient's `intake` cursor has passed it, or it was served on paper.
    pub delivered: bool,
    /// It must not become known to the debtor.
    pub confidential: bool,
}

impl App {
    /// Completes envelopes that the caller was allowed to read, clocks and measures included.
    pub(crate) async fn views(&self, requests: Vec<EnforcementRequest>) -> Result<Vec<RequestView>> {
        let mut deadlines: BTreeMap<RequestId, Vec<Deadline>> = self.store.deadlines_of(&requests).await?;
        let mut measures: BTreeMap<RequestId, Vec<Measure>> = self.store.measures_of(&requests).await?;
        let mut views = self.envelopes(requests).await?;
        for view in &mut views {
            view.deadlines = deadlines.remove(&view.request.id).unwrap_or_default();
            view.measures = measures.remove(&view.request.id).unwrap_or_default();
        }
        Ok(views)
    }

    /// Completes envelopes that the caller was allowed to read, without clocks and measures, as lists show them.
    pub(crate) async fn envelopes(&self, requests: Vec<EnforcementRequest>) -> Result<Vec<RequestView>> {
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let heads: BTreeMap<(AgencyCode, Lane), LaneHead> = self
            .store
            .heads_of(requests.iter().map(|request| &request.recipient))
            .await?;
        Ok(requests
            .into_iter()
            .map(|request| {
                let head = heads
                    .get(&(request.recipient.clone(), request.lane))
                    .copied()
                    .unwrap_or_default();
                RequestView {
                    deadlines: Vec::new(),
                    measures: Vec::new(),
                    delivered: request.is_delivered(head.delivered_position),
                    confidential: self.kind_of(&request).is_none_or(|kind| kind.definition.confidential),
                    request,
                }
            })
            .collect())
    }

    /// The kind of a request in the revision that it was submitted under; `None` if the catalogue has lost it.
    pub(crate) fn kind_of(
        &self,
        request: &EnforcementRequest,
    ) -> Option<&std::sync::Arc<crate::domain::catalogue::Kind>> {
        let revision = u32::try_from(request.kind_revision).ok()?;
        self.catalogue.kind_revision(&request.kind, revision)
    }
}
