//! Reading cases. The viewer is an argument of every query that finds one.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::backend::{on_pool, on_tx};
use super::rows::EventRow;
use super::write::LedgerTx;
use super::{Store, json_list, json_pairs, sql, sql_case, store_error};
use crate::domain::enforcement_case::{CaseRecord, CaseRequest};
use crate::domain::error::Result;
use crate::domain::event::Measure;
use crate::domain::ids::{AgencyCode, CaseId, RequestId, UnitId};
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;

/// Which cases to list. Empty texts do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// The status.
    pub status: String,
    /// The officer.
    pub officer: String,
    /// The unit.
    pub unit: String,
    /// A pattern of the text of its marks.
    pub tag: String,
    /// The number of the enforcement decision.
    pub number: String,
    /// Opened on this day or before.
    pub opened_until: String,
    /// Something is due on this day or before.
    pub due_until: String,
    /// Money is held since before this instant of which no debit or release was ordered.
    pub held_until: Option<Timestamp>,
    /// Money was debited before this instant that has not arrived.
    pub under_way_until: Option<Timestamp>,
}

impl Store {
    /// A case that `viewer` may see.
    pub async fn case_of(&self, viewer: &Viewer, id: &CaseId) -> Result<Option<CaseRecord>> {
        on_pool!(self, sql_case::CASE_SEEN, |sql, pool| sqlx::query_as(sql)
            .bind(id.as_str())
            .bind(viewer.agency.as_str())
            .bind(viewer.scope.as_str())
            .bind(viewer.officer.as_str())
            .bind(viewer.unit_reached().map(UnitId::as_str))
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// A page of the cases that `viewer` may see, newest first, with ids below `before`.
    pub async fn case_page(
        &self,
        viewer: &Viewer,
        filter: &CaseFilter,
        before: Option<&CaseId>,
        limit: i64,
    ) -> Result<Vec<CaseRecord>> {
        // "~" sorts after every id.
        let before = before.map_or("~", CaseId::as_str);
        on_pool!(self, sql_case::CASES_OF_AGENCY, |sql, pool| sqlx::query_as(sql)
            .bind(viewer.agency.as_str())
            .bind(before)
            .bind(viewer.scope.as_str())
            .bind(viewer.officer.as_str())
            .bind(viewer.unit_reached().map(UnitId::as_str))
            .bind(&filter.status)
            .bind(&filter.officer)
            .bind(&filter.unit)
            .bind(&filter.tag)
            .bind(&filter.number)
            .bind(&filter.opened_until)
            .bind(&filter.due_until)
            .bind(limit)
            .bind(filter.held_until.map_or(0, Timestamp::micros))
            .bind(filter.under_way_until.map_or(0, Timestamp::micros))
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The requests and measures of which a debit or a release was ordered in these cases, by id.
    pub async fn decided_in_cases(&self, cases: &[&CaseId]) -> Result<BTreeSet<String>> {
        let list = json_list(cases.iter().map(|id| id.as_str()));
        let found: Vec<String> = on_pool!(self, sql_case::DECIDED_IN_CASES, |sql, pool| sqlx::query_scalar(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(found.into_iter().collect())
    }

    /// The requests that belong to these cases, which the caller was allowed to read.
    pub async fn requests_of_cases(&self, cases: &[&CaseId]) -> Result<Vec<EnforcementRequest>> {
        let list = json_list(cases.iter().map(|id| id.as_str()));
        on_pool!(self, sql_case::REQUESTS_OF_CASES, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The measures that requests of these cases made.
    pub async fn measures_of_cases(&self, cases: &[&CaseId]) -> Result<Vec<Measure>> {
        let list = json_list(cases.iter().map(|id| id.as_str()));
        on_pool!(self, sql_case::MEASURES_OF_CASES, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// What the orders of these cases say of them.
    pub async fn case_requests(&self, cases: &[&CaseId]) -> Result<Vec<CaseRequest>> {
        let list = json_list(cases.iter().map(|id| id.as_str()));
        on_pool!(self, sql_case::CASE_REQUESTS_BY_CASES, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The events of a case that the caller was allowed to read, after version `after`.
    pub async fn case_events(&self, id: &CaseId, after: i64, limit: i64) -> Result<Vec<EventRow>> {
        on_pool!(self, sql::EVENTS_OF_SUBJECT, |sql, pool| sqlx::query_as(sql)
            .bind(id.as_str())
            .bind(after)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Cases in which something is due on `today` of which the hub has not reminded.
    pub async fn cases_to_remind(&self, today: Date, limit: i64) -> Result<Vec<CaseRecord>> {
        on_pool!(self, sql_case::CASES_TO_REMIND, |sql, pool| sqlx::query_as(sql)
            .bind(today.to_string())
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Cases of an agency, after `after`, to pass to its successor.
    pub async fn cases_to_pass_on(&self, from: &AgencyCode, after: Option<&CaseId>, limit: i64) -> Result<Vec<CaseId>> {
        let found: Vec<String> = on_pool!(self, sql_case::CASES_TO_PASS_ON, |sql, pool| sqlx::query_scalar(sql)
            .bind(from.as_str())
            .bind(after.map_or("", CaseId::as_str))
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)?;
        let parse = |id: &String| CaseId::parse(id).map_err(crate::domain::error::Error::internal);
        found.iter().map(parse).collect()
    }
}

type Read<T> = Result<T, sqlx::Error>;

macro_rules! read {
    ($self:ident, $text:ident, $list:expr) => {{
        let list = $list;
        on_tx!(&mut $self.tx, sql_case::$text, |sql, connection| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(connection))
    }};
}

impl LedgerTx {
    pub(crate) async fn cases<'a>(&mut self, ids: impl Iterator<Item = &'a CaseId>) -> Read<Vec<CaseRecord>> {
        read!(self, CASES_BY_IDS, json_list(ids.map(CaseId::as_str)))
    }

    /// The cases of these agencies under these numbers of decisions, whatever their dates.
    pub(crate) async fn cases_by_decision<'a>(
        &mut self,
        keys: impl Iterator<Item = (&'a AgencyCode, &'a str)>,
    ) -> Read<Vec<CaseRecord>> {
        let pairs = json_pairs(keys.map(|(agency, number)| (agency.as_str(), number)));
        read!(self, CASES_BY_DECISIONS, pairs)
    }

    pub(crate) async fn case_requests<'a>(
        &mut self,
        ids: impl Iterator<Item = &'a RequestId>,
    ) -> Read<Vec<CaseRequest>> {
        read!(self, CASE_REQUESTS_BY_IDS, json_list(ids.map(RequestId::as_str)))
    }

    pub(crate) async fn requests_of_cases<'a>(
        &mut self,
        cases: impl Iterator<Item = &'a CaseId>,
    ) -> Read<Vec<EnforcementRequest>> {
        read!(self, REQUESTS_OF_CASES, json_list(cases.map(CaseId::as_str)))
    }

    pub(crate) async fn measures_of_cases<'a>(
        &mut self,
        cases: impl Iterator<Item = &'a CaseId>,
    ) -> Read<Vec<Measure>> {
        read!(self, MEASURES_OF_CASES, json_list(cases.map(CaseId::as_str)))
    }

    pub(crate) async fn case_requests_of<'a>(
        &mut self,
        cases: impl Iterator<Item = &'a CaseId>,
    ) -> Read<Vec<CaseRequest>> {
        read!(self, CASE_REQUESTS_BY_CASES, json_list(cases.map(CaseId::as_str)))
    }
}
