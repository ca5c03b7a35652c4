//! Reading what heads have signed off and assigned.

use super::backend::{on_pool, on_tx};
use super::rows::{CampaignRow, ClosedBooksRow, ClosingRow, StoredBookSum, TargetsRow};
use super::write::LedgerTx;
use super::{Store, json_list, sql_book as sql, store_error};
use crate::domain::error::Result;
use crate::domain::ids::AgencyCode;
use crate::domain::report::campaign::CampaignCode;
use crate::domain::report::figures::{Amount, Booking};
use crate::domain::report::period::Period;

/// Sums of the books.
pub type BookSums = Vec<(Booking, Amount)>;

fn sums(rows: Vec<StoredBookSum>) -> BookSums {
    let sum = |row: StoredBookSum| {
        let place = Booking {
            key: row.key,
            month: row.month,
            line: row.line,
        };
        (place, row.amount)
    };
    rows.into_iter().map(sum).collect()
}

macro_rules! sums_to_close {
    ($on:ident, $place:expr, $agencies:ident, $period:ident) => {{
        let list = json_list($agencies.iter().map(AgencyCode::as_str));
        let (first, last) = $period.touched();
        $on!($place, sql::SUMS_TO_CLOSE, |sql, place| sqlx::query_as(sql)
            .bind(&list)
            .bind(first.to_string())
            .bind(last.to_string())
            .bind(first.plus(-1).to_string())
            .fetch_all(place))
    }};
}

impl Store {
    /// All figures of a period: of the months before it the stocks, whatever moved in it, under every tag.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sums_of_period(&self, agencies: &[AgencyCode], period: Period) -> Result<BookSums> {
        let rows = sums_to_close!(on_pool, self, agencies, period);
        rows.map(sums).map_err(store_error)
    }

    /// How an agency closed a period, if it has.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn closing_of(&self, agency: &AgencyCode, period: Period) -> Result<Option<ClosingRow>> {
        on_pool!(self, sql::CLOSING_OF_PERIOD, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(period.to_string())
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// The periods that an agency closed, newest first, before the entry `before`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn closings_of(&self, agency: &AgencyCode, before: i64, limit: i64) -> Result<Vec<ClosingRow>> {
        on_pool!(self, sql::CLOSINGS_OF_AGENCY, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(before)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The targets of an agency for a statistical year.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn targets_of(&self, agency: &AgencyCode, year: i64) -> Result<Option<TargetsRow>> {
        on_pool!(self, sql::TARGETS_OF_YEAR, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(year)
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// The targets of an agency, the latest year first, before the year `before`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn all_targets_of(&self, agency: &AgencyCode, before: i64, limit: i64) -> Result<Vec<TargetsRow>> {
        on_pool!(self, sql::TARGETS_OF_AGENCY, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(before)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// A campaign of an agency.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn campaign_of(&self, agency: &AgencyCode, code: &CampaignCode) -> Result<Option<CampaignRow>> {
        on_pool!(self, sql::CAMPAIGN_OF_CODE, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(code.as_str())
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// The campaigns of an agency by code, after `after`; empty: from the first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn campaigns_of(&self, agency: &AgencyCode, after: &str, limit: i64) -> Result<Vec<CampaignRow>> {
        on_pool!(self, sql::CAMPAIGNS_OF_AGENCY, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(after)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }
}

type Read<T> = std::result::Result<T, sqlx::Error>;

impl LedgerTx {
    /// Up to where the books of these agencies are closed.
    pub(crate) async fn closed_books<'a>(
        &mut self,
        agencies: impl Iterator<Item = &'a AgencyCode>,
    ) -> Read<Vec<ClosedBooksRow>> {
        let list = json_list(agencies.map(AgencyCode::as_str));
        on_tx!(&mut self.tx, sql::CLOSED_BOOKS, |sql, connection| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(connection))
    }

    /// All figures of a period, under the lock.
    pub(crate) async fn sums_of_period(&mut self, agencies: &[AgencyCode], period: Period) -> Read<BookSums> {
        sums_to_close!(on_tx, &mut self.tx, agencies, period).map(sums)
    }

    pub(crate) async fn closing_of(&mut self, agency: &AgencyCode, period: Period) -> Read<Option<ClosingRow>> {
        on_tx!(&mut self.tx, sql::CLOSING_OF_PERIOD, |sql, connection| sqlx::query_as(
            sql
        )
        .bind(agency.as_str())
        .bind(period.to_string())
        .fetch_optional(connection))
    }

    pub(crate) async fn targets_of(&mut self, agency: &AgencyCode, year: i64) -> Read<Option<TargetsRow>> {
        on_tx!(&mut self.tx, sql::TARGETS_OF_YEAR, |sql, connection| sqlx::query_as(
            sql
        )
        .bind(agency.as_str())
        .bind(year)
        .fetch_optional(connection))
    }

    pub(crate) async fn campaign_of(&mut self, agency: &AgencyCode, code: &CampaignCode) -> Read<Option<CampaignRow>> {
        on_tx!(&mut self.tx, sql::CAMPAIGN_OF_CODE, |sql, connection| sqlx::query_as(
            sql
        )
        .bind(agency.as_str())
        .bind(code.as_str())
        .fetch_optional(connection))
    }
}
