//! Reading the calendar, and what the hub's own jobs have left to do.

use std::collections::BTreeMap;

use super::backend::on_pool;
use super::rows::{CalendarDayRow, JobRow, MeasureIdRow, RequestParties, SuccessionRow};
use super::{Store, sql, store_error};
use crate::domain::calendar::DayState;
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, MeasureId, RequestId};

impl Store {
    /// Every state of every day, by date and version.
    pub async fn calendar_days(&self) -> Result<Vec<DayState>> {
        let rows: Vec<CalendarDayRow> = on_pool!(self, sql::CALENDAR_DAYS, |sql, pool| sqlx::query_as(sql)
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| row.state).collect())
    }

    /// How far a job has come; `None` if it has never begun.
    pub async fn job(&self, name: &str) -> Result<Option<JobRow>> {
        on_pool!(self, sql::JOB, |sql, pool| sqlx::query_as(sql)
            .bind(name)
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// The next requests after `after` (empty: from the beginning) with a clock that is not over.
    pub async fn requests_with_open_clocks(
        &self,
        after: Option<&RequestId>,
        limit: i64,
    ) -> Result<Vec<RequestParties>> {
        on_pool!(self, sql::REQUESTS_WITH_OPEN_CLOCKS, |sql, pool| sqlx::query_as(sql)
            .bind(after.map_or("", RequestId::as_str))
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The next requests after `after` that `from` still has and that can pass to `to`.
    pub async fn requests_to_pass_on(
        &self,
        from: &AgencyCode,
        to: &AgencyCode,
        after: Option<&RequestId>,
        limit: i64,
    ) -> Result<Vec<RequestParties>> {
        on_pool!(self, sql::REQUESTS_TO_PASS_ON, |sql, pool| sqlx::query_as(sql)
            .bind(from.as_str())
            .bind(to.as_str())
            .bind(after.map_or("", RequestId::as_str))
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The next measures in force after `after` that came of no request and that `from` still holds or has issued.
    pub async fn measures_to_pass_on(
        &self,
        from: &AgencyCode,
        after: Option<&MeasureId>,
        limit: i64,
    ) -> Result<Vec<MeasureId>> {
        let rows: Vec<MeasureIdRow> = on_pool!(self, sql::MEASURES_TO_PASS_ON, |sql, pool| sqlx::query_as(sql)
            .bind(from.as_str())
            .bind(after.map_or("", MeasureId::as_str))
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// Every agency that has ended, with who took over from it.
    pub async fn successions(&self) -> Result<BTreeMap<AgencyCode, AgencyCode>> {
        let rows: Vec<SuccessionRow> =
            on_pool!(self, sql::SUCCESSIONS, |sql, pool| sqlx::query_as(sql).fetch_all(pool)).map_err(store_error)?;
        Ok(rows.into_iter().map(|row| (row.from, row.to)).collect())
    }
}
