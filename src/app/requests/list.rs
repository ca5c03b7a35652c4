//! Lists of requests, newest first.

use super::filter::Filter;
use crate::app::App;
use crate::app::views::RequestView;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{AgencyCode, BroadcastId, RequestId};
use crate::domain::request::EnforcementRequest;

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// What stands on it.
    pub items: Vec<T>,
    /// Whether there is another page after it.
    pub more: bool,
}

impl App {
    /// The requests that `agency` is party to, newest first, after `after` (none for the first page).
    pub async fn requests(
        &self,
        agency: &AgencyCode,
        filter: &Filter,
        after: Option<&RequestId>,
        limit: usize,
    ) -> Result<Page<RequestView>> {
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut found: Vec<EnforcementRequest> = Vec::new();
        for (side, filter) in filter.sides(agency) {
            found.extend(self.store.request_page(agency, side, &filter, after, one_more).await?);
        }
        found.sort_unstable_by(|left, right| right.id.cmp(&left.id));
        let more = found.len() > limit;
        found.truncate(limit);
        Ok(Page {
            items: self.envelopes(found).await?,
            more,
        })
    }

    /// The requests of a broadcast that `agency` sent, in the order's own sequence. BROADCAST_NOT_FOUND alike for a
    /// missing one and for somebody else's.
    pub async fn broadcast(&self, agency: &AgencyCode, id: &BroadcastId) -> Result<Vec<RequestView>> {
        let mut requests = self.store.broadcast_of(agency, id).await?;
        if requests.is_empty() {
            return Err(Error::new(ErrorCode::BroadcastNotFound));
        }
        requests.sort_unstable_by_key(|request| request.submit_index);
        self.envelopes(requests).await
    }
}
