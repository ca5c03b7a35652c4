//! What stands in the way of erasing orders, as of now. The ledger asks the same rule again under its lock.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::app::App;
use crate::domain::erasure::{Candidate, Hindered, hindrances, kept_through, order_name};
use crate::domain::error::{Error, Result};
use crate::domain::ids::RequestId;
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;

/// A request of an order that is to be erased.
#[derive(Debug, Clone)]
pub struct Due {
    /// The request.
    pub request: EnforcementRequest,
    /// Its broadcast, or the request of its order: what is erased together has one name.
    pub order: String,
    /// How long its kind keeps content, in years.
    pub retention_years: u32,
    /// The last day on which it is kept, counted from its last entry.
    pub kept_through: Date,
    /// What keeps the order from being erased, at any of its requests.
    pub hindered: Vec<Hindered>,
}

impl App {
    /// The requests of the orders under these log indexes, by that index.
    pub(super) async fn due_of(
        &self,
        bodies: impl IntoIterator<Item = i64>,
        now: Timestamp,
    ) -> Result<BTreeMap<i64, Vec<Due>>> {
        let requests = self.store.requests_of_bodies(bodies).await?;
        let measures = self.store.measures_of(&requests).await?;
        let ids = requests.iter().map(|request| &request.id);
        let mut open = BTreeMap::<RequestId, Vec<RequestId>>::new();
        for relation in self.store.open_relations(ids).await? {
            open.entry(relation.request_id).or_default().push(relation.open_id);
        }
        let unsealed = self.store.unsealed(requests.iter().map(|request| &request.id)).await?;
        let mut orders = BTreeMap::<i64, Vec<&EnforcementRequest>>::new();
        for request in &requests {
            orders.entry(request.body_index).or_default().push(request);
        }
        let mut due = BTreeMap::new();
        for (body_index, order) in orders {
            let name = order_name(order.iter().copied());
            let name = name.ok_or_else(|| Error::internal("an order without its request"))?;
            let mut candidates = Vec::with_capacity(order.len());
            for request in &order {
                let id = &request.id;
                candidates.push(Candidate {
                    request,
                    retention_years: self.retention_of(request)?,
                    measures: measures.get(id).into_iter().flatten().collect(),
                    open: open.get(id).into_iter().flatten().collect(),
                    sealed: !unsealed.contains(id),
                });
            }
            let hindered = hindrances(&candidates, now);
            let of_one = |candidate: &Candidate<'_>| Due {
                request: candidate.request.clone(),
                order: name.clone(),
                retention_years: candidate.retention_years,
                kept_through: kept_through(candidate.request.update_time, candidate.retention_years),
                hindered: hindered.clone(),
            };
            due.insert(body_index, candidates.iter().map(of_one).collect());
        }
        Ok(due)
    }
}
