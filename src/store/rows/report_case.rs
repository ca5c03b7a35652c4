//! Rows of cases behind reports: without conditions, published, and what is said of them.

use jiff::civil::Date;
use sqlx::Row as _;

use crate::domain::enforcement_case::{CaseEvent, CaseStatus, Ground};
use crate::domain::report::publications::{Publicity, PublicityCount};
use crate::store::backend::{decode_error, from_row, json, parsed, parsed_optional};

/// Cases without conditions of one ground.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroundCount {
    /// Which; none: none was stated.
    pub ground: Option<Ground>,
    /// How many.
    pub cases: i64,
    /// What is owed in them, đồng.
    pub dong: i64,
    /// In how many something is overdue.
    pub overdue: i64,
}

from_row!(GroundCount, |row| {
    Ok(Self {
        ground: parsed_optional(row, "ground")?,
        cases: row.try_get("cases")?,
        dong: row.try_get("dong")?,
        overdue: row.try_get("overdue")?,
    })
});

/// Cases of a division that stand alike to their publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DividedPublicity {
    /// The division; none: of no unit or officer.
    pub division: Option<String>,
    /// How they stand.
    pub publicity: Publicity,
    /// How many.
    pub count: PublicityCount,
}

from_row!(DividedPublicity, |row| {
    Ok(Self {
        division: row.try_get("division")?,
        publicity: parsed(row, "publicity")?,
        count: PublicityCount {
            cases: row.try_get("cases")?,
            sent_late: row.try_get("sent_late")?,
            posted_late: row.try_get("posted_late")?,
        },
    })
});

/// A case with its publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicityRow {
    /// Its id.
    pub id: String,
    /// Number of the enforcement decision.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// Where it stands.
    pub status: CaseStatus,
    /// Why.
    pub ground: Option<Ground>,
    /// Since when.
    pub since: Date,
    /// How it stands to its publication.
    pub publicity: Publicity,
    /// Whether it was sent late.
    pub is_sent_late: bool,
    /// Whether it was published late.
    pub is_posted_late: bool,
    /// The last request to publish it; none if there is none.
    pub request: Option<String>,
}

from_row!(PublicityRow, |row| {
    let day = |column: &'static str| -> Result<Date, sqlx::Error> {
        let text: String = row.try_get(column)?;
        text.parse().map_err(|error| decode_error(column, error))
    };
    let is_late = |column: &'static str| -> Result<bool, sqlx::Error> {
        let late: i64 = row.try_get(column)?;
        Ok(late > 0)
    };
    Ok(Self {
        id: row.try_get("id")?,
        number: row.try_get("decision_number")?,
        date: day("decision_date")?,
        status: parsed(row, "status")?,
        ground: parsed_optional(row, "ground")?,
        since: day("since_date")?,
        publicity: parsed(row, "publicity")?,
        is_sent_late: is_late("sent_late")?,
        is_posted_late: is_late("posted_late")?,
        request: row.try_get("request")?,
    })
});

/// One of the last entries of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseEntry {
    /// The case.
    pub case: String,
    /// What it says.
    pub event: CaseEvent,
}

from_row!(CaseEntry, |row| {
    Ok(Self {
        case: row.try_get("subject")?,
        event: json(row, "details")?,
    })
});

/// How many requests of a case are overdue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverdueInCase {
    /// The case.
    pub case: String,
    /// How many.
    pub overdue: i64,
}

from_row!(OverdueInCase, |row| {
    Ok(Self {
        case: row.try_get("case_id")?,
        overdue: row.try_get("overdue")?,
    })
});
