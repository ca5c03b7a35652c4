//! What a supervisor is shown: one request, a list, the events of one.

use std::collections::BTreeSet;

use super::{Asked, Reach};
use crate::app::App;
use crate::app::ledger::Receipt;
use crate::app::requests::detail::RequestDetail;
use crate::app::requests::filter::Filter;
use crate::app::requests::history::EventView;
use crate::app::requests::list::Page;
use crate::app::tracking::Timeline;
use crate::app::views::RequestView;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::event::EventDetails;
use crate::domain::ids::RequestId;
use crate::domain::request::EnforcementRequest;
use crate::domain::supervision::{Right, Sight};
use crate::domain::viewer::Viewer;

/// One request, as a supervisor sees it.
#[derive(Debug, Clone)]
pub struct SupervisedDetail {
    /// What is shown.
    pub detail: RequestDetail,
    /// By what right.
    pub right: &'static Right,
    /// The proof that the look was entered.
    pub receipt: Receipt,
}

/// A page of requests, as a supervisor sees it.
#[derive(Debug, Clone)]
pub struct SupervisedPage {
    /// Envelopes, newest first.
    pub page: Page<RequestView>,
    /// The proof that the look was entered.
    pub receipt: Receipt,
}

/// The events of a request, as a supervisor sees them.
#[derive(Debug, Clone)]
pub struct SupervisedEvents {
    /// Oldest first.
    pub page: Page<EventView>,
    /// By what right.
    pub right: &'static Right,
    /// The proof that the look was entered.
    pub receipt: Receipt,
}

impl Reach {
    /// By what right a request that the store found is shown.
    fn right_to(&self, request: &EnforcementRequest) -> Result<&'static Right> {
        let right = self.supervised.right_to(request);
        right.ok_or_else(|| Error::internal("the query found what the rule does not allow"))
    }
}

fn not_found() -> Error {
    Error::new(ErrorCode::RequestNotFound)
}

impl App {
    /// A supervised request. To ask in vain is entered too.
    ///
    /// # Errors
    /// `REQUEST_NOT_FOUND` alike for a missing request and one that is not under the agency; those of the ledger, and then nothing
    /// is shown; `METHOD_NOT_ALLOWED`, `OFFICER_SCOPE_TOO_NARROW`.
    pub async fn supervise_request(
        &self,
        viewer: &Viewer,
        id: &RequestId,
        with_documents: bool,
        asked: Asked,
    ) -> Result<SupervisedDetail> {
        let reach = self.reach(viewer, &asked).await?;
        let found = match self.store.supervised_request(&reach.supervised, id).await? {
            Some(request) => {
                let right = reach.right_to(&request)?;
                let is_whole = right.sight == Sight::Documents;
                let mut detail = self.detail(request, with_documents && is_whole).await?;
                if !is_whole {
                    detail.view.measures.clear();
                    detail.relations.clear();
                    detail.attachments.clear();
                }
                Some((detail, right))
            }
            None => None,
        };
        let receipt = self
            .enter_read(viewer, &reach, asked, shown(id, found.is_some()))
            .await?;
        let (detail, right) = found.ok_or_else(not_found)?;
        Ok(SupervisedDetail { detail, right, receipt })
    }

    /// Supervised requests, newest first, after `after` (none: the first page).
    ///
    /// # Errors
    /// As [`App::supervise_request`]; `FIELD_INVALID`.
    pub async fn supervise_list(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        after: Option<&RequestId>,
        limit: usize,
        asked: Asked,
    ) -> Result<SupervisedPage> {
        let filter = filter.of_others()?;
        let reach = self.reach(viewer, &asked).await?;
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut found = self
            .store
            .supervised_page(&reach.supervised, &filter, after, one_more)
            .await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let shown = found.iter().map(|request| request.id.clone()).collect();
        let items = self.envelopes(found).await?;
        let receipt = self.enter_read(viewer, &reach, asked, shown).await?;
        Ok(SupervisedPage {
            page: Page { items, more },
            receipt,
        })
    }

    /// The events of a supervised request, oldest first, after version `after`.
    ///
    /// # Errors
    /// As [`App::supervise_request`].
    pub async fn supervise_events(
        &self,
        viewer: &Viewer,
        id: &RequestId,
        after: i64,
        limit: usize,
        asked: Asked,
    ) -> Result<SupervisedEvents> {
        let reach = self.reach(viewer, &asked).await?;
        let found = match self.store.supervised_request(&reach.supervised, id).await? {
            Some(request) => {
                let right = reach.right_to(&request)?;
                let mut page = self.events_for(&viewer.agency, &request, after, limit).await?;
                if right.sight == Sight::Envelope {
                    page.items.iter_mut().try_for_each(keep_progress)?;
                }
                Some((page, right))
            }
            None => None,
        };
        let receipt = self
            .enter_read(viewer, &reach, asked, shown(id, found.is_some()))
            .await?;
        let (page, right) = found.ok_or_else(not_found)?;
        Ok(SupervisedEvents { page, right, receipt })
    }
}

/// The timeline of a request, as a supervisor sees it.
#[derive(Debug, Clone)]
pub struct SupervisedTimeline {
    /// What the parties are told of it: nothing in it is content.
    pub timeline: Timeline,
    /// By what right.
    pub right: &'static Right,
    /// The proof that the look was entered.
    pub receipt: Receipt,
}

impl App {
    /// The timeline of a supervised request, oldest first, after version `after`.
    ///
    /// # Errors
    /// As [`App::supervise_request`].
    pub async fn supervise_timeline(
        &self,
        viewer: &Viewer,
        id: &RequestId,
        after: i64,
        limit: usize,
        asked: Asked,
    ) -> Result<SupervisedTimeline> {
        let reach = self.reach(viewer, &asked).await?;
        let found = match self.store.supervised_request(&reach.supervised, id).await? {
            Some(request) => {
                let right = reach.right_to(&request)?;
                Some((self.timeline_of(&request, after, limit).await?, right))
            }
            None => None,
        };
        let entered = shown(id, found.is_some());
        let receipt = self.enter_read(viewer, &reach, asked, entered).await?;
        let (timeline, right) = found.ok_or_else(not_found)?;
        Ok(SupervisedTimeline {
            timeline,
            right,
            receipt,
        })
    }
}

fn shown(id: &RequestId, is_shown: bool) -> BTreeSet<RequestId> {
    is_shown.then(|| id.clone()).into_iter().collect()
}

/// Leaves of an event what says how far a request has come: no words, sums, papers or signers.
fn keep_progress(view: &mut EventView) -> Result<()> {
    let details: EventDetails = serde_json::from_str(&view.event.details).map_err(Error::internal)?;
    let details = EventDetails {
        registry_number: details.registry_number,
        register: details.register,
        unit: details.unit,
        officer: details.officer,
        outcome: details.outcome,
        reason: details.reason,
        competent: details.competent,
        clock: details.clock,
        deadlines: details.deadlines,
        former: details.former,
        succession: details.succession,
        due_time: details.due_time,
        ..EventDetails::default()
    };
    view.event.details = serde_json::to_string(&details).map_err(Error::internal)?;
    view.message = None;
    view.content_sha256 = None;
    Ok(())
}
