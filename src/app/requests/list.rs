//! Lists of requests, newest first.

use super::filter::Filter;
use crate::app::App;
use crate::app::views::RequestView;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{BroadcastId, RequestId};
use crate::domain::request::EnforcementRequest;
use crate::domain::viewer::Viewer;

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// What stands on it.
    pub items: Vec<T>,
    /// Whether there is another page after it.
    pub more: bool,
}

impl App {
    /// The requests that `viewer` may see, newest first, after `after` (none for the first page).
    pub async fn requests(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        after: Option<&RequestId>,
        limit: usize,
    ) -> Result<Page<RequestView>> {
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut found: Vec<EnforcementRequest> = Vec::new();
        for (side, filter) in filter.sides(&viewer.agency) {
            found.extend(self.store.request_page(viewer, side, &filter, after, one_more).await?);
        }
        found.sort_unstable_by(|left, right| right.id.cmp(&left.id));
        let more = found.len() > limit;
        found.truncate(limit);
        Ok(Page {
            items: self.envelopes(found).await?,
            more,
        })
    }

    /// The requests of a broadcast of the viewer's agency that `viewer` may see, in the order's own sequence.
    /// BROADCAST_NOT_FOUND alike for a missing one and for one of which he sees none.
    pub async fn broadcast(&self, viewer: &Viewer, id: &BroadcastId) -> Result<Vec<RequestView>> {
        let mut requests = self.store.broadcast_of(viewer, id).await?;
        if requests.is_empty() {
            return Err(Error::new(ErrorCode::BroadcastNotFound));
        }
        requests.sort_unstable_by_key(|request| request.submit_index);
        self.envelopes(requests).await
    }
}
