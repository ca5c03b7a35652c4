//! One request with everything that hangs on it.

use std::sync::Arc;

use jiff::civil::Date;

use super::history::SentDocuments;
use crate::app::App;
use crate::app::views::RequestView;
use crate::domain::catalogue::Kind;
use crate::domain::deadline::TraceStep;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::event::Relation;
use crate::domain::ids::{AgencyCode, RequestId};
use crate::domain::time::Timestamp;

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
    /// The paper behind its measures; read only if it has any.
    pub decision: Option<Decision>,
    /// Its documents, if they were asked for.
    pub documents: SentDocuments,
    /// As of when this is told.
    pub now: Timestamp,
}

/// The paper behind a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Số, ký hiệu, for example 125/QĐ-THADS.
    pub number: String,
    /// Its date.
    pub date: Date,
}

impl App {
    /// A request that `agency` is party to. REQUEST_NOT_FOUND alike for a missing one and for somebody else's.
    pub async fn request(&self, agency: &AgencyCode, id: &RequestId, with_documents: bool) -> Result<RequestDetail> {
        let request = self.store.request_of(agency, id).await?;
        let request = request.ok_or_else(|| Error::new(ErrorCode::RequestNotFound))?;
        let kind = self
            .kind_of(&request)
            .ok_or_else(|| Error::internal("the catalogue has lost a kind in use"))?;
        let kind = Arc::clone(kind);
        let view = self.views(vec![request]).await?.pop();
        let mut view = view.ok_or_else(|| Error::internal("a view was lost"))?;
        let rules = &kind.definition.deadlines;
        view.deadlines
            .sort_by_key(|deadline| rules.iter().position(|rule| rule.name == deadline.name));
        let traces = view
            .deadlines
            .iter()
            .map(|deadline| deadline.trace(&self.calendar).unwrap_or_default())
            .collect();
        let delivered_time = if view.delivered {
            self.store.delivered_time(&view.request).await?
        } else {
            None
        };
        let decision = if view.measures.is_empty() {
            None
        } else {
            self.decision(&view).await?
        };
        let documents = if with_documents {
            self.documents(&view.request).await?
        } else {
            SentDocuments::default()
        };
        Ok(RequestDetail {
            kind,
            traces,
            delivered_time,
            relations: self.store.relations_of(&view.request).await?,
            decision,
            documents,
            now: self.clock.now(),
            view,
        })
    }

    async fn decision(&self, view: &RequestView) -> Result<Option<Decision>> {
        let order = self.kept_order_of(&view.request).await?;
        Ok(order.map(|order| Decision {
            number: format!("{}/{}", order.head.number.as_str(), order.head.symbol.as_str()),
            date: order.head.date,
        }))
    }
}
