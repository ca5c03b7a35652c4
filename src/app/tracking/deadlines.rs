//! Lists of deadlines, soonest first: what we owe, and what is owed to us.

use crate::app::App;
use crate::app::requests::list::Page;
use crate::domain::error::Result;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::store::rows::ListedDeadline;
use crate::store::{DeadlineFilter, DeadlinePosition, Side};

/// A page of deadlines and the instant as of which they are late or not.
#[derive(Debug, Clone)]
pub struct DeadlinePage {
    /// Soonest first.
    pub page: Page<ListedDeadline>,
    /// The instant.
    pub now: Timestamp,
}

impl App {
    /// The deadlines of requests that `viewer` may see, soonest first, after `after` (none: the first page). `overdue_only`
    /// leaves of those that run what is past its due time.
    pub async fn deadlines(
        &self,
        viewer: &Viewer,
        side: Side,
        mut filter: DeadlineFilter,
        overdue_only: bool,
        after: Option<DeadlinePosition>,
        limit: usize,
    ) -> Result<DeadlinePage> {
        let now = self.clock.now();
        if overdue_only {
            filter.due_before = Some(filter.due_before.map_or(now, |before| before.min(now)));
        }
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut items = self.store.deadline_page(viewer, side, &filter, after, one_more).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(DeadlinePage {
            page: Page { items, more },
            now,
        })
    }
}
