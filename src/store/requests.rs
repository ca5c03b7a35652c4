//! Reading requests. The viewer is an argument of every query that finds one; what hangs on a request is read with the request
//! itself, which nobody can have got who may not see it: no one reads what is not theirs.

use std::collections::BTreeMap;

use super::backend::on_pool;
use super::rows::StoredDeadline;
use super::{Store, json_list, sql, store_error};
use crate::domain::deadline::Deadline;
use crate::domain::error::Result;
use crate::domain::event::{Measure, Relation};
use crate::domain::ids::{BroadcastId, MeasureId, RequestId, UnitId};
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;

/// Whose side of a request the caller is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// What the caller received.
    Received,
    /// What the caller sent.
    Sent,
}

/// Which requests to list. Empty texts do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// The state.
    pub state: String,
    /// The kind.
    pub kind: String,
    /// The other party.
    pub counterparty: String,
}

impl Store {
    /// Every kind and revision that a stored request was submitted under: one step in the index for each of them,
    /// however many requests there are.
    pub async fn kinds_in_use(&self) -> Result<Vec<(String, i64)>> {
        let mut kinds: Vec<(String, i64)> = Vec::new();
        loop {
            let (kind, revision) = kinds
                .last()
                .map_or(("", 0), |(kind, revision)| (kind.as_str(), *revision));
            let next = on_pool!(self, sql::NEXT_KIND_IN_USE, |sql, pool| sqlx::query_as(sql)
                .bind(kind)
                .bind(revision)
                .fetch_optional(pool))
            .map_err(store_error)?;
            match next {
                Some(next) => kinds.push(next),
                None => return Ok(kinds),
            }
        }
    }

    /// A request that `viewer` may see.
    pub async fn request_of(&self, viewer: &Viewer, id: &RequestId) -> Result<Option<EnforcementRequest>> {
        on_pool!(self, sql::REQUEST_SEEN, |sql, pool| sqlx::query_as(sql)
            .bind(id.as_str())
            .bind(viewer.agency.as_str())
            .bind(viewer.scope.as_str())
            .bind(viewer.officer.as_str())
            .bind(viewer.unit_reached().map(UnitId::as_str))
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// Those of the requests that `viewer` may see.
    pub async fn requests_of<'a>(
        &self,
        viewer: &Viewer,
        ids: impl IntoIterator<Item = &'a RequestId>,
    ) -> Result<Vec<EnforcementRequest>> {
        let list = json_list(ids.into_iter().map(RequestId::as_str));
        on_pool!(self, sql::REQUESTS_SEEN_BY_IDS, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .bind(viewer.agency.as_str())
            .bind(viewer.scope.as_str())
            .bind(viewer.officer.as_str())
            .bind(viewer.unit_reached().map(UnitId::as_str))
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// A page of the requests that `viewer` may see, newest first, with ids below `before` (empty for the first page).
    pub async fn request_page(
        &self,
        viewer: &Viewer,
        direction: Direction,
        filter: &RequestFilter,
        before: Option<&RequestId>,
        limit: i64,
    ) -> Result<Vec<EnforcementRequest>> {
        let text = match direction {
            Direction::Received => sql::REQUESTS_RECEIVED,
            Direction::Sent => sql::REQUESTS_SENT,
        };
        // "~" sorts after every id.
        let before = before.map_or("~", RequestId::as_str);
        on_pool!(self, text, |sql, pool| sqlx::query_as(sql)
            .bind(viewer.agency.as_str())
            .bind(before)
            .bind(&filter.state)
            .bind(&filter.kind)
            .bind(&filter.counterparty)
            .bind(limit)
            .bind(viewer.scope.as_str())
            .bind(viewer.officer.as_str())
            .bind(viewer.unit_reached().map(UnitId::as_str))
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Those requests of a broadcast of the viewer's agency that `viewer` may see.
    pub async fn broadcast_of(&self, viewer: &Viewer, id: &BroadcastId) -> Result<Vec<EnforcementRequest>> {
        on_pool!(self, sql::REQUESTS_OF_BROADCAST, |sql, pool| sqlx::query_as(sql)
            .bind(id.as_str())
            .bind(viewer.agency.as_str())
            .bind(viewer.scope.as_str())
            .bind(viewer.officer.as_str())
            .bind(viewer.unit_reached().map(UnitId::as_str))
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// What a request relates to.
    pub async fn relations_of(&self, request: &EnforcementRequest) -> Result<Vec<Relation>> {
        let id = &request.id;
        on_pool!(self, sql::RELATIONS_OF_REQUEST, |sql, pool| sqlx::query_as(sql)
            .bind(id.as_str())
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The deadlines of requests.
    pub async fn deadlines_of<'a>(
        &self,
        requests: impl IntoIterator<Item = &'a EnforcementRequest>,
    ) -> Result<BTreeMap<RequestId, Vec<Deadline>>> {
        let list = json_list(requests.into_iter().map(|request| request.id.as_str()));
        let rows: Vec<StoredDeadline> = on_pool!(self, sql::DEADLINES_BY_REQUESTS, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        let mut deadlines = BTreeMap::<_, Vec<_>>::new();
        for row in rows {
            deadlines.entry(row.request_id).or_default().push(row.deadline);
        }
        Ok(deadlines)
    }

    /// The request whose answer made a measure; none for one from before or outside the hub.
    pub async fn request_behind(&self, measure: &MeasureId) -> Result<Option<RequestId>> {
        let found = self.measures_by_ids([measure]).await?.pop();
        Ok(found.and_then(|measure| measure.request_id))
    }

    /// The measures with these ids.
    pub async fn measures_by_ids<'a>(&self, ids: impl IntoIterator<Item = &'a MeasureId>) -> Result<Vec<Measure>> {
        let list = json_list(ids.into_iter().map(MeasureId::as_str));
        on_pool!(self, sql::MEASURES_BY_IDS, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The measures of requests.
    pub async fn measures_of<'a>(
        &self,
        requests: impl IntoIterator<Item = &'a EnforcementRequest>,
    ) -> Result<BTreeMap<RequestId, Vec<Measure>>> {
        let list = json_list(requests.into_iter().map(|request| request.id.as_str()));
        let rows: Vec<Measure> = on_pool!(self, sql::MEASURES_BY_REQUESTS, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        let mut measures = BTreeMap::<_, Vec<_>>::new();
        for measure in rows {
            if let Some(request) = measure.request_id.clone() {
                measures.entry(request).or_default().push(measure);
            }
        }
        Ok(measures)
    }

    /// When the recipient's `intake` cursor passed the order; `None` if it has not.
    pub async fn delivered_time(&self, request: &EnforcementRequest) -> Result<Option<Timestamp>> {
        let subject = super::write::mailbox_subject(&request.recipient, request.lane);
        let time: Option<i64> = on_pool!(self, sql::DELIVERED_TIME, |sql, pool| sqlx::query_scalar(sql)
            .bind(&subject)
            .bind(request.recipient_position)
            .fetch_optional(pool))
        .map_err(store_error)?;
        Ok(time.map(Timestamp::from_micros))
    }
}
