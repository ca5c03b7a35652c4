//! Reading the books of cases: figures of a period, and the cases behind each. Whose may be read is decided before, by the rules of
//! reports.

use super::backend::on_pool;
use super::rows::{StoredBookSum, StoredMovement};
use super::{Store, json_list, sql_book, store_error};
use crate::domain::enforcement_case::{Initiative, Tag};
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, CaseId, OfficerId, UnitId};
use crate::domain::report::figures::{Book, Figures, Movement};
use crate::domain::report::period::Month;

/// What the figures are told apart by, beside agency and initiative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookDetail {
    /// Units and officers.
    Division,
    /// Units, officers and the months of the period.
    Month,
}

impl BookDetail {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Division => "DIVISION",
            Self::Month => "MONTH",
        }
    }
}

/// Whose cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Of<T> {
    /// Everybody's.
    #[default]
    Any,
    /// This one's; none: nobody's.
    This(Option<T>),
}

impl<T> Of<T> {
    fn text<'a>(self, text: impl Fn(T) -> &'a str) -> &'a str {
        match self {
            Self::Any => "*",
            Self::This(one) => one.map_or("", text),
        }
    }
}

/// Which cases stand behind a figure.
#[derive(Debug, Clone, Copy, Default)]
pub struct CasesBehind<'a> {
    /// Of these agencies.
    pub agencies: &'a [&'a AgencyCode],
    /// Under this tag; none: all cases.
    pub tag: Option<Tag>,
    /// Of this unit.
    pub unit: Of<&'a UnitId>,
    /// Of this officer.
    pub officer: Of<&'a OfficerId>,
    /// On whose initiative; none: either.
    pub initiative: Option<Initiative>,
}

impl CasesBehind<'_> {
    fn agencies(&self) -> String {
        json_list(self.agencies.iter().map(|code| code.as_str()))
    }

    fn tag(&self) -> &'static str {
        self.tag.map_or("", Tag::as_str)
    }

    fn which(&self) -> [&str; 3] {
        [
            self.unit.text(UnitId::as_str),
            self.officer.text(OfficerId::as_str),
            self.initiative.map_or("*", Initiative::as_str),
        ]
    }
}

/// The place of a movement in a list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovementPosition {
    /// The agency.
    pub agency: AgencyCode,
    /// The month.
    pub month: Month,
    /// The case.
    pub case_id: CaseId,
    /// Its version.
    pub version: i64,
    /// The movement of the entry.
    pub ordinal: i64,
}

impl MovementPosition {
    /// Of a movement.
    pub fn of(movement: &Movement) -> Self {
        Self {
            agency: movement.booking.key.agency.clone(),
            month: movement.booking.month,
            case_id: movement.case_id.clone(),
            version: movement.version,
            ordinal: movement.ordinal,
        }
    }
}

impl Store {
    /// The books of agencies under one tag for the months `first` to `last`: what moved in them, and under the month before the first
    /// the stocks as they were then. Without months in detail what moved stands under the last. [`Book::by`] and [`Book::figures`] of any
    /// period that begins with `first` and ends with `last` read it; with months in detail of any period between them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn case_book(
        &self,
        agencies: &[&AgencyCode],
        tag: Option<Tag>,
        (first, last): (Month, Month),
        detail: BookDetail,
    ) -> Result<Book> {
        let among = json_list(agencies.iter().map(|code| code.as_str()));
        let rows: Vec<StoredBookSum> = on_pool!(self, sql_book::BOOK_OF_PERIOD, |sql, pool| sqlx::query_as(sql)
            .bind(&among)
            .bind(tag.map_or("", Tag::as_str))
            .bind(first.to_string())
            .bind(last.to_string())
            .bind(detail.as_str())
            .bind(first.plus(-1).to_string())
            .fetch_all(pool))
        .map_err(store_error)?;
        let mut book = Book::default();
        for row in rows {
            let mut figures = Figures::default();
            figures.add(row.line, row.amount);
            book.add(row.key, row.month, &figures);
        }
        Ok(book)
    }

    /// A page of what was counted later than its date says in the months `first` to `last`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn late_movements(
        &self,
        behind: &CasesBehind<'_>,
        (first, last): (Month, Month),
        after: Option<&MovementPosition>,
        limit: i64,
    ) -> Result<Vec<StoredMovement>> {
        let [unit, officer, initiative] = behind.which();
        let among = behind.agencies();
        let (first, last) = (first.to_string(), last.to_string());
        let month = after.map_or_else(String::new, |after| after.month.to_string());
        on_pool!(self, sql_book::MOVEMENTS_LATE, |sql, pool| sqlx::query_as(sql)
            .bind(&among)
            .bind(behind.tag())
            .bind(&first)
            .bind(&last)
            .bind(unit)
            .bind(officer)
            .bind(initiative)
            .bind(after.map_or("", |after| after.agency.as_str()))
            .bind(&month)
            .bind(after.map_or("", |after| after.case_id.as_str()))
            .bind(after.map_or(0, |after| after.version))
            .bind(after.map_or(-1, |after| after.ordinal))
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }
}
