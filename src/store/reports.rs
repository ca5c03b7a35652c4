//! Reading what reports are made of. Whose they may be is decided before, in `app::reports`.

use jiff::civil::Date;

use super::backend::on_pool;
use super::rows::{
    CaseAgeRow, CaseEntry, CountedAct, CountedCase, GroundCount, OpenCaseRow, OverdueInCase, OverdueOfKind,
    OverdueRequest, TransferCount, TransferRow,
};
use super::{Store, json_list, sql_report, store_error};
use crate::domain::agency::Role;
use crate::domain::enforcement_case::{Initiative, Tag};
use crate::domain::error::Result;
use crate::domain::ids::AgencyCode;
use crate::domain::report::Month;
use crate::domain::report::figures::case_figure::CaseFigure;
use crate::domain::time::Timestamp;
use crate::domain::workflow::Party;

/// From an instant to before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first instant.
    pub from: Timestamp,
    /// The instant after the last.
    pub to: Timestamp,
}

/// Which overdue requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverdueFilter<'a> {
    /// Who owes.
    pub agency: &'a AgencyCode,
    /// To whom; none: to anyone.
    pub counterparty: Option<&'a AgencyCode>,
    /// Overdue at this instant.
    pub now: Timestamp,
    /// Due in it.
    pub due: Span,
    /// Those alone whose answer is overdue.
    pub silent: bool,
    /// The kinds, each between commas; empty: any.
    pub kinds: String,
}

/// Which transfers of judgments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferFilter<'a> {
    /// Whose: a court's own, of every other agency those that it received.
    pub agency: &'a AgencyCode,
    /// Its role.
    pub role: Role,
    /// The kind of transfers.
    pub kind: &'a str,
    /// Registered in it.
    pub span: Span,
    /// The other side; none: any.
    pub partner: Option<&'a AgencyCode>,
}

/// Which cases. Texts are empty for any; `-` for none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenCaseFilter {
    /// A pattern of the text of its marks.
    pub tag: String,
    /// On whose initiative.
    pub initiative: String,
    /// The unit.
    pub unit: String,
    /// The officer.
    pub officer: String,
    /// The ground, where cases are listed or counted by it.
    pub ground: String,
}

/// By what cases that are not done are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Division {
    /// Nothing.
    Whole,
    /// The unit.
    Unit,
    /// The officer.
    Officer,
    /// On whose initiative.
    Initiative,
}

/// Whose cases stand behind a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureOf<'a> {
    /// Of this agency.
    pub agency: &'a AgencyCode,
    /// Under this tag; none: all cases.
    pub tag: Option<Tag>,
    /// The months, first and last.
    pub months: (Month, Month),
    /// Of these units, the empty text for none; of any if the list is empty.
    pub units: Vec<String>,
    /// Of these officers, likewise.
    pub officers: Vec<String>,
    /// On whose initiative; none: either.
    pub initiative: Option<Initiative>,
}

impl Store {
    /// The cases behind a figure of the books, by id after `after`. They add up to it.
    pub async fn cases_behind(
        &self,
        of: &FigureOf<'_>,
        figure: CaseFigure,
        after: &str,
        limit: i64,
    ) -> Result<Vec<CountedCase>> {
        let terms = figure.terms().into_iter();
        let terms: serde_json::Value = terms
            .map(|(line, when, factor)| serde_json::json!([line.as_str(), when.as_str(), factor]))
            .collect();
        let terms = terms.to_string();
        let [units, officers] = [&of.units, &of.officers].map(|list| json_list(list.iter().map(String::as_str)));
        on_pool!(self, sql_report::CASES_BEHIND, |sql, pool| sqlx::query_as(sql)
            .bind(of.agency.as_str())
            .bind(of.tag.map_or("", Tag::as_str))
            .bind(of.months.0.to_string())
            .bind(of.months.1.to_string())
            .bind(&units)
            .bind(&officers)
            .bind(of.initiative.map_or("*", Initiative::as_str))
            .bind(after)
            .bind(limit)
            .bind(&terms)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Events on requests in which `agency` is `side`, within `span`, whose details hold a text that `pattern` (SQL LIKE) fits, after a request
    /// and version: by request, then by version.
    pub async fn counted_acts(
        &self,
        (agency, side): (&AgencyCode, Party),
        span: Span,
        pattern: &str,
        (id, version): (&str, i64),
        limit: i64,
    ) -> Result<Vec<CountedAct>> {
        let text = if side == Party::Sender {
            sql_report::COUNTED_ACTS_AT_SENDER
        } else {
            sql_report::COUNTED_ACTS_AT_RECIPIENT
        };
        on_pool!(self, text, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(span.from.micros())
            .bind(span.to.micros())
            .bind(pattern)
            .bind(id)
            .bind(version)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Overdue requests, the oldest first, after a due time and request.
    pub async fn overdue_page(
        &self,
        filter: &OverdueFilter<'_>,
        (due, id): (i64, &str),
        limit: i64,
    ) -> Result<Vec<OverdueRequest>> {
        on_pool!(self, sql_report::OVERDUE_PAGE, |sql, pool| sqlx::query_as(sql)
            .bind(filter.agency.as_str())
            .bind(filter.now.micros())
            .bind(filter.counterparty.map_or("", AgencyCode::as_str))
            .bind(filter.due.from.micros())
            .bind(filter.due.to.micros())
            .bind(i64::from(filter.silent))
            .bind(due)
            .bind(id)
            .bind(&filter.kinds)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// What is overdue at `now` of the duties that others owe to `agency`, by them and by kind.
    pub async fn overdue_by_kind(&self, agency: &AgencyCode, now: Timestamp) -> Result<Vec<OverdueOfKind>> {
        on_pool!(self, sql_report::OVERDUE_BY_KIND, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(now.micros())
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// How many judgments went, by the other side.
    pub async fn transfer_counts(&self, filter: &TransferFilter<'_>) -> Result<Vec<TransferCount>> {
        let text = if filter.role == Role::Court {
            sql_report::TRANSFER_COUNTS_AT_SENDER
        } else {
            sql_report::TRANSFER_COUNTS_AT_RECIPIENT
        };
        on_pool!(self, text, |sql, pool| sqlx::query_as(sql)
            .bind(filter.agency.as_str())
            .bind(filter.kind)
            .bind(filter.span.from.micros())
            .bind(filter.span.to.micros())
            .bind(filter.partner.map_or("", AgencyCode::as_str))
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Transfers of judgments by id after `after`; `status`: how the clock ended, empty for any, `-` for no verdict.
    pub async fn transfer_page(
        &self,
        filter: &TransferFilter<'_>,
        status: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<TransferRow>> {
        let text = if filter.role == Role::Court {
            sql_report::TRANSFERS_AT_SENDER
        } else {
            sql_report::TRANSFERS_AT_RECIPIENT
        };
        on_pool!(self, text, |sql, pool| sqlx::query_as(sql)
            .bind(filter.agency.as_str())
            .bind(filter.kind)
            .bind(filter.span.from.micros())
            .bind(filter.span.to.micros())
            .bind(filter.partner.map_or("", AgencyCode::as_str))
            .bind(status)
            .bind(after)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Cases of an agency that are not done, by division, age and status. `latest`: the last days on which the ages began, the oldest first.
    pub async fn case_ages(
        &self,
        agency: &AgencyCode,
        filter: &OpenCaseFilter,
        latest: [Date; 4],
        division: Division,
    ) -> Result<Vec<CaseAgeRow>> {
        let text = match division {
            Division::Whole => sql_report::CASE_AGES,
            Division::Unit => sql_report::CASE_AGES_BY_UNIT,
            Division::Officer => sql_report::CASE_AGES_BY_OFFICER,
            Division::Initiative => sql_report::CASE_AGES_BY_INITIATIVE,
        };
        let latest = latest.map(|day| day.to_string());
        on_pool!(self, text, |sql, pool| {
            let query = sqlx::query_as(sql)
                .bind(agency.as_str())
                .bind(&filter.tag)
                .bind(&filter.initiative)
                .bind(&filter.unit)
                .bind(&filter.officer);
            latest.iter().fold(query, sqlx::query::QueryAs::bind).fetch_all(pool)
        })
        .map_err(store_error)
    }

    /// Cases of an agency that are not done, in one of `statuses` (each between commas), opened after the first day and not after the second,
    /// the oldest first, after a day and id.
    pub async fn open_cases(
        &self,
        agency: &AgencyCode,
        filter: &OpenCaseFilter,
        (opened_after, opened_until): (&str, &str),
        statuses: &str,
        (day, id): (&str, &str),
        limit: i64,
    ) -> Result<Vec<OpenCaseRow>> {
        on_pool!(self, sql_report::OPEN_CASES, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(&filter.tag)
            .bind(&filter.initiative)
            .bind(&filter.unit)
            .bind(&filter.officer)
            .bind(opened_after)
            .bind(opened_until)
            .bind(statuses)
            .bind(day)
            .bind(id)
            .bind(limit)
            .bind(&filter.ground)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Cases of an agency that are without conditions, by ground. `today`: what was due before is overdue.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn no_condition_grounds(
        &self,
        agency: &AgencyCode,
        filter: &OpenCaseFilter,
        today: Date,
    ) -> Result<Vec<GroundCount>> {
        on_pool!(self, sql_report::NO_CONDITION_GROUNDS, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .bind(&filter.tag)
            .bind(&filter.initiative)
            .bind(&filter.unit)
            .bind(&filter.officer)
            .bind(today.to_string())
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// How many requests are overdue in each of these cases that has any.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn overdue_in_cases(&self, cases: &[&str], now: Timestamp) -> Result<Vec<OverdueInCase>> {
        let cases = json_list(cases);
        on_pool!(self, sql_report::OVERDUE_IN_CASES, |sql, pool| sqlx::query_as(sql)
            .bind(&cases)
            .bind(now.micros())
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The last `most` entries of each of these cases, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn last_entries_of_cases(&self, cases: &[&str], most: i64) -> Result<Vec<CaseEntry>> {
        let cases = json_list(cases);
        on_pool!(self, sql_report::LAST_ENTRIES_OF_CASES, |sql, pool| sqlx::query_as(sql)
            .bind(&cases)
            .bind(most)
            .fetch_all(pool))
        .map_err(store_error)
    }
}
