//! Reading how cases stand to their publication. Whose they may be is decided before, in `app::reports`.

use jiff::civil::Date;

use super::backend::on_pool;
use super::rows::{DividedPublicity, PublicityRow};
use super::{Division, Store, sql_publication, store_error};
use crate::domain::error::Result;
use crate::domain::ids::AgencyCode;
use crate::domain::report::publications::Lateness;

/// Which cases. Texts are empty for any; `-` for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicityFilter<'a> {
    /// Whose.
    pub agency: &'a AgencyCode,
    /// What is so since this day still has time.
    pub since: Date,
    /// The unit.
    pub unit: String,
    /// The officer.
    pub officer: String,
}

impl Store {
    /// How many cases stand how to their publication, by unit or officer.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn publicities(&self, filter: &PublicityFilter<'_>, division: Division) -> Result<Vec<DividedPublicity>> {
        let text = match division {
            Division::Officer => sql_publication::PUBLICITIES_BY_OFFICER,
            Division::Whole | Division::Unit | Division::Initiative => sql_publication::PUBLICITIES_BY_UNIT,
        };
        on_pool!(self, text, |sql, pool| sqlx::query_as(sql)
            .bind(filter.agency.as_str())
            .bind(filter.since.to_string())
            .bind(&filter.unit)
            .bind(&filter.officer)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Cases by id after `after`, in one of `publicities` (each between commas); `lateness`: those alone of which that was late.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn publicity_page(
        &self,
        filter: &PublicityFilter<'_>,
        (publicities, lateness): (&str, Option<Lateness>),
        after: &str,
        limit: i64,
    ) -> Result<Vec<PublicityRow>> {
        on_pool!(self, sql_publication::PUBLICITY_PAGE, |sql, pool| sqlx::query_as(sql)
            .bind(filter.agency.as_str())
            .bind(filter.since.to_string())
            .bind(&filter.unit)
            .bind(&filter.officer)
            .bind(publicities)
            .bind(lateness.map_or("", Lateness::as_str))
            .bind(after)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// How many requests of an agency to publish a debtor name no case.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn publications_of_no_case(&self, agency: &AgencyCode) -> Result<i64> {
        on_pool!(self, sql_publication::PUBLICATIONS_OF_NO_CASE, |sql, pool| {
            sqlx::query_scalar(sql).bind(agency.as_str()).fetch_one(pool)
        })
        .map_err(store_error)
    }
}
