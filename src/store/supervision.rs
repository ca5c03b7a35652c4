//! Reading through supervision, and who read. The set of agencies that a reader supervises is an argument of every query that
//! finds a request.

use std::collections::BTreeMap;

use super::backend::on_pool;
use super::rows::{ReadCount, ReadRow, RegisteredAgency, ShownRow};
use super::{Store, json_list, sql, sql_supervision, store_error};
use crate::domain::agency::{Agency, Role};
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, OfficerId, RequestId};
use crate::domain::request::EnforcementRequest;
use crate::domain::supervision::Supervised;

/// Which supervised requests to list. Empty texts do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SupervisedFilter {
    /// The state.
    pub state: String,
    /// The kind.
    pub kind: String,
    /// Its sender.
    pub sender: String,
    /// Its recipient.
    pub recipient: String,
}

/// Which reads of an agency to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadFilter {
    /// Of this officer.
    pub officer: Option<OfficerId>,
    /// That showed this request.
    pub request: Option<RequestId>,
}

/// After every index of the log.
const NEWEST: i64 = i64::MAX;

impl Store {
    /// Every agency, in order of code.
    pub async fn all_agencies(&self) -> Result<Vec<Agency>> {
        let no_limit = i64::MAX;
        let rows: Vec<RegisteredAgency> = on_pool!(self, sql::AGENCY_PAGE, |sql, pool| sqlx::query_as(sql)
            .bind("")
            .bind("")
            .bind("")
            .bind(no_limit)
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| row.agency).collect())
    }

    /// A request of which a party is supervised.
    pub async fn supervised_request(
        &self,
        supervised: &Supervised,
        id: &RequestId,
    ) -> Result<Option<EnforcementRequest>> {
        let list = json_list(supervised.agencies().map(AgencyCode::as_str));
        on_pool!(self, sql_supervision::SUPERVISED_REQUEST, |sql, pool| sqlx::query_as(
            sql
        )
        .bind(&list)
        .bind(id.as_str())
        .fetch_optional(pool))
        .map_err(store_error)
    }

    /// A page of the requests of which a party is supervised, newest first, with ids below `before` (none: the first page).
    pub async fn supervised_page(
        &self,
        supervised: &Supervised,
        filter: &SupervisedFilter,
        before: Option<&RequestId>,
        limit: i64,
    ) -> Result<Vec<EnforcementRequest>> {
        let list = json_list(supervised.agencies().map(AgencyCode::as_str));
        // "~" sorts after every id.
        let before = before.map_or("~", RequestId::as_str);
        on_pool!(self, sql_supervision::SUPERVISED_PAGE, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .bind(before)
            .bind(&filter.state)
            .bind(&filter.kind)
            .bind(&filter.sender)
            .bind(&filter.recipient)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Who looked at a request, agencies of the roles `untold` left out; newest first, with log indexes below `before`.
    pub async fn reads_of_request(
        &self,
        request: &EnforcementRequest,
        untold: impl IntoIterator<Item = Role>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<ReadRow>> {
        let list = json_list(untold.into_iter().map(Role::as_str));
        on_pool!(self, sql_supervision::READS_OF_REQUEST, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .bind(request.id.as_str())
            .bind(before.unwrap_or(NEWEST))
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// What an agency looked at, newest first, with log indexes below `before`.
    pub async fn reads_of_agency(
        &self,
        agency: &AgencyCode,
        filter: &ReadFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<ReadRow>> {
        on_pool!(self, sql_supervision::READS_OF_AGENCY, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(before.unwrap_or(NEWEST))
            .bind(filter.officer.as_ref().map_or("", OfficerId::as_str))
            .bind(filter.request.as_ref().map_or("", RequestId::as_str))
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The requests that reads showed, by log index.
    pub async fn shown_by(&self, reads: &[ReadRow]) -> Result<BTreeMap<i64, Vec<RequestId>>> {
        let indexes: Vec<i64> = reads.iter().map(|read| read.log_index).collect();
        let list = serde_json::Value::from(indexes).to_string();
        let rows: Vec<ShownRow> = on_pool!(self, sql_supervision::SHOWN_BY_READS, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        let mut shown = BTreeMap::<_, Vec<_>>::new();
        for row in rows {
            shown.entry(row.log_index).or_default().push(row.request_id);
        }
        Ok(shown)
    }

    /// What the officers of an agency looked at from day `first` to day `last` (days since 1970-01-01), after the line `after`.
    pub async fn read_counts(
        &self,
        agency: &AgencyCode,
        (first, last): (i64, i64),
        after: Option<(i64, OfficerId)>,
        limit: i64,
    ) -> Result<Vec<ReadCount>> {
        let day = after.as_ref().map_or(i64::MIN, |(day, _)| *day);
        let officer = after.as_ref().map_or("", |(_, officer)| officer.as_str());
        on_pool!(self, sql_supervision::READ_COUNTS, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(first)
            .bind(last)
            .bind(day)
            .bind(officer)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }
}
