//! Reading what was counted, and what is overdue now. Whose statistics may be read is decided before, by the rule in
//! `app::tracking::scorecards`.

use super::backend::on_pool;
use super::rows::{OverdueOf, StoredSum, TimedAnswers};
use super::{Store, json_list, sql_tracking, store_error};
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, KindCode, UnitId};
use crate::domain::response_time::{AgeLimits, Month};

/// Months, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first.
    pub first: Month,
    /// The last.
    pub last: Month,
}

/// Which sums in detail. What is absent does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SumFilter {
    /// The agency whose statistics they are.
    pub agency: Option<AgencyCode>,
    /// The unit.
    pub unit: Option<UnitId>,
    /// The kind.
    pub kind: Option<KindCode>,
    /// The sender's province.
    pub province: Option<String>,
}

/// Whose statistics are read.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// All that these agencies count.
    Of(&'a [&'a AgencyCode]),
    /// What others count of their requests with this agency.
    With(&'a AgencyCode),
}

impl Store {
    /// The sums of each month: of agencies, whatever they are about, or of those that deal with an agency.
    pub async fn sums(&self, whose: Whose<'_>, period: Period) -> Result<Vec<StoredSum>> {
        let (text, subject) = match whose {
            Whose::Of(agencies) => (
                sql_tracking::SUMS_OF,
                json_list(agencies.iter().map(|code| code.as_str())),
            ),
            Whose::With(agency) => (sql_tracking::SUMS_WITH, agency.to_string()),
        };
        on_pool!(self, text, |sql, pool| sqlx::query_as(sql)
            .bind(&subject)
            .bind(period.first.to_string())
            .bind(period.last.to_string())
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Of the answers of agencies, those that a limit held for, over all months.
    pub async fn timed_answers(&self, agencies: &[&AgencyCode], period: Period) -> Result<Vec<TimedAnswers>> {
        let codes = json_list(agencies.iter().map(|code| code.as_str()));
        on_pool!(self, sql_tracking::TIMED_OF, |sql, pool| sqlx::query_as(sql)
            .bind(&codes)
            .bind(period.first.to_string())
            .bind(period.last.to_string())
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The sums of each month, unit, kind and province, at most `limit`.
    pub async fn sums_in_detail(
        &self,
        whose: Whose<'_>,
        period: Period,
        filter: &SumFilter,
        limit: i64,
    ) -> Result<Vec<StoredSum>> {
        let (text, subject) = match whose {
            Whose::Of(agencies) => (
                sql_tracking::DETAILS_OF,
                json_list(agencies.iter().map(|code| code.as_str())),
            ),
            Whose::With(agency) => (sql_tracking::DETAILS_WITH, agency.to_string()),
        };
        on_pool!(self, text, |sql, pool| sqlx::query_as(sql)
            .bind(&subject)
            .bind(period.first.to_string())
            .bind(period.last.to_string())
            .bind(filter.agency.as_ref().map_or("", AgencyCode::as_str))
            .bind(filter.unit.as_ref().map_or("", UnitId::as_str))
            .bind(filter.kind.as_ref().map_or("", KindCode::as_str))
            .bind(filter.province.as_deref().unwrap_or_default())
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// What is overdue of the duties of agencies, or of those that they owe to one, by age.
    pub async fn overdue(&self, whose: Whose<'_>, limits: AgeLimits) -> Result<Vec<OverdueOf>> {
        let (text, subject) = match whose {
            Whose::Of(agencies) => (
                sql_tracking::OVERDUE_OF,
                json_list(agencies.iter().map(|code| code.as_str())),
            ),
            Whose::With(agency) => (sql_tracking::OVERDUE_WITH, agency.to_string()),
        };
        on_pool!(self, text, |sql, pool| sqlx::query_as(sql)
            .bind(&subject)
            .bind(limits.now.micros())
            .bind(limits.day.micros())
            .bind(limits.week.micros())
            .bind(limits.month.micros())
            .fetch_all(pool))
        .map_err(store_error)
    }
}
