//! One case with all that hangs on it.

use serde_json::value::RawValue;

use crate::app::App;
use crate::app::views::RequestView;
use crate::domain::enforcement_case::{CaseRecord, CaseRequest, MoneyLoop, ObligationId, Orders};
use crate::domain::error::{Error, Result};
use crate::domain::event::Measure;
use crate::domain::ids::CaseId;
use crate::domain::request::EnforcementRequest;
use crate::domain::viewer::Viewer;
use crate::evidence::jws::document_in;

/// A measure in force of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveMeasure {
    /// The measure.
    pub measure: Measure,
    /// The obligations for which it is; none: all.
    pub obligations: Vec<ObligationId>,
    /// Whether a debit or a release of it was ordered.
    pub decided: bool,
}

/// One case with all that hangs on it.
#[derive(Debug, Clone)]
pub struct CaseDetail {
    /// The case.
    pub record: CaseRecord,
    /// Its item of the document that registered it, as it was stated; none if its bytes are gone.
    pub statement: Option<String>,
    /// The requests of its orders that the viewer sees, oldest first.
    pub requests: Vec<RequestView>,
    /// Measures in force.
    pub measures: Vec<LiveMeasure>,
    /// The way of its money.
    pub money: MoneyLoop,
}

/// A case with its orders and measures, as they are read together.
pub(super) struct Whole {
    pub(super) record: CaseRecord,
    pub(super) requests: Vec<EnforcementRequest>,
    pub(super) orders: Vec<CaseRequest>,
    pub(super) in_force: Vec<Measure>,
    decided: std::collections::BTreeSet<String>,
}

impl Whole {
    pub(super) fn orders(&self) -> Orders<'_> {
        Orders {
            requests: &self.orders,
            measures: &self.in_force,
            decided: &self.decided,
        }
    }
}

impl App {
    /// A case that `viewer` sees. CASE_NOT_FOUND alike for a missing one and for any other.
    pub async fn case(&self, viewer: &Viewer, id: &CaseId) -> Result<CaseDetail> {
        let whole = self.whole_case(viewer, id).await?;
        let orders = whole.orders();
        let live = |measure: &Measure| LiveMeasure {
            obligations: orders
                .order_of(measure)
                .map(|order| order.named.obligations.clone())
                .unwrap_or_default(),
            decided: orders.is_decided(measure),
            measure: measure.clone(),
        };
        let measures = whole.in_force.iter().map(live).collect();
        let money = orders.money(&whole.record.case);
        let statement = self.statement_of(&whole.record).await?;
        let seen = |request: &EnforcementRequest| request.party_of(viewer).is_some();
        let requests = whole.requests.into_iter().filter(seen).collect();
        Ok(CaseDetail {
            statement,
            requests: self.envelopes(requests).await?,
            measures,
            money,
            record: whole.record,
        })
    }

    pub(super) async fn whole_case(&self, viewer: &Viewer, id: &CaseId) -> Result<Whole> {
        let record = self.seen_case(viewer, id).await?;
        let ids = [&record.id];
        let requests = self.store.requests_of_cases(&ids).await?;
        let orders = self.store.case_requests(&ids).await?;
        let measures = self.store.measures_of_cases(&ids).await?;
        let decided = self.store.decided_in_cases(&ids).await?;
        Ok(Whole {
            requests,
            orders,
            in_force: measures.into_iter().filter(|measure| measure.in_force).collect(),
            decided,
            record,
        })
    }

    /// The item of the document that registered the case: the bytes of that item alone, since others may not be the viewer's.
    async fn statement_of(&self, record: &CaseRecord) -> Result<Option<String>> {
        #[derive(serde::Deserialize)]
        struct Items<'a> {
            #[serde(borrow)]
            cases: Vec<&'a RawValue>,
        }
        let body = self.store.bodies(&[record.stated.body_index]).await?.pop();
        let Some((body, content)) = body.and_then(|body| Some((body.media_type, body.content?))) else {
            return Ok(None);
        };
        let document = document_in(&body, &content).map_err(Error::internal)?;
        let items: Items<'_> = serde_json::from_slice(&document).map_err(Error::internal)?;
        let place = usize::try_from(record.stated.item).map_err(Error::internal)?;
        Ok(items.cases.get(place).map(|item| item.get().to_owned()))
    }
}
