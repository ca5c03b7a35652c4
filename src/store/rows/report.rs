//! Rows behind reports.

use jiff::civil::Date;
use sqlx::Row as _;

use crate::domain::deadline::DeadlineStatus;
use crate::domain::enforcement_case::{CaseStatus, Ground};
use crate::domain::event::EventDetails;
use crate::domain::ids::AgencyCode;
use crate::domain::report::Amount;
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::workflow::Action;
use crate::store::backend::{decode_error, from_row, json, parsed, parsed_optional};

/// An event that counts something, with its request.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedAct {
    /// The request as it stands now.
    pub request: EnforcementRequest,
    /// The version that the event made.
    pub version: i64,
    /// When.
    pub at: Timestamp,
    /// What was done; none if it is no act of the workflow.
    pub action: Option<Action>,
    /// What it says.
    pub details: EventDetails,
}

from_row!(CountedAct, |row| {
    let action: String = row.try_get("event_action")?;
    Ok(Self {
        request: EnforcementRequest::from_row(row)?,
        version: row.try_get("event_version")?,
        at: Timestamp::from_micros(row.try_get("event_time")?),
        action: action.parse().ok(),
        details: json(row, "event_details")?,
    })
});

/// A request of which something is overdue.
#[derive(Debug, Clone, PartialEq)]
pub struct OverdueRequest {
    /// The request.
    pub request: EnforcementRequest,
    /// When its oldest duty was due.
    pub due: Timestamp,
}

from_row!(OverdueRequest, |row| {
    Ok(Self {
        request: EnforcementRequest::from_row(row)?,
        due: Timestamp::from_micros(row.try_get("due")?),
    })
});

/// What of an agency's requests of a kind is overdue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverdueOfKind {
    /// Who owes it.
    pub agency: AgencyCode,
    /// The kind.
    pub kind: String,
    /// How many requests.
    pub overdue: i64,
    /// Those whose answer is overdue.
    pub silent: i64,
}

from_row!(OverdueOfKind, |row| {
    Ok(Self {
        agency: parsed(row, "agency")?,
        kind: row.try_get("kind")?,
        overdue: row.try_get("overdue")?,
        silent: row.try_get("silent")?,
    })
});

/// How many judgments went between two agencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferCount {
    /// The other side.
    pub partner: AgencyCode,
    /// All.
    pub transferred: i64,
    /// Within the limit.
    pub in_time: i64,
    /// After it.
    pub late: i64,
}

from_row!(TransferCount, |row| {
    Ok(Self {
        partner: parsed(row, "partner")?,
        transferred: row.try_get("transferred")?,
        in_time: row.try_get("in_time")?,
        late: row.try_get("late")?,
    })
});

/// A transfer of a judgment with its clock.
#[derive(Debug, Clone, PartialEq)]
pub struct TransferRow {
    /// The request.
    pub request: EnforcementRequest,
    /// How the clock ended; none if there is none.
    pub status: Option<DeadlineStatus>,
    /// When it was due.
    pub due: Option<Timestamp>,
}

from_row!(TransferRow, |row| {
    let due: Option<i64> = row.try_get("transfer_due")?;
    Ok(Self {
        request: EnforcementRequest::from_row(row)?,
        status: parsed_optional(row, "transfer_status")?,
        due: due.map(Timestamp::from_micros),
    })
});

/// Cases that are not done, of one division, age and status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseAgeRow {
    /// The division; none: of no unit or officer.
    pub division: Option<String>,
    /// The age: 0 for the youngest.
    pub age: i64,
    /// The status.
    pub status: CaseStatus,
    /// How many.
    pub cases: i64,
    /// What is owed in them, đồng.
    pub dong: i64,
}

from_row!(CaseAgeRow, |row| {
    Ok(Self {
        division: row.try_get("division")?,
        age: row.try_get("age")?,
        status: parsed(row, "status")?,
        cases: row.try_get("cases")?,
        dong: row.try_get("dong")?,
    })
});

/// A case that is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCaseRow {
    /// Its id.
    pub id: String,
    /// Number of the enforcement decision.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// Since when it is enforced.
    pub opened: Date,
    /// Where it stands.
    pub status: CaseStatus,
    /// Why.
    pub ground: Option<Ground>,
    /// Since when.
    pub since: Date,
    /// Its unit.
    pub unit: Option<String>,
    /// Its officer.
    pub officer: Option<String>,
    /// What is owed, đồng.
    pub rest: i64,
}

from_row!(OpenCaseRow, |row| {
    let day = |column: &'static str| -> Result<Date, sqlx::Error> {
        let text: String = row.try_get(column)?;
        text.parse().map_err(|error| decode_error(column, error))
    };
    Ok(Self {
        id: row.try_get("id")?,
        number: row.try_get("decision_number")?,
        date: day("decision_date")?,
        opened: day("opened_date")?,
        status: parsed(row, "status")?,
        ground: parsed_optional(row, "ground")?,
        since: day("since_date")?,
        unit: row.try_get("unit")?,
        officer: row.try_get("officer")?,
        rest: row.try_get("rest")?,
    })
});

/// A case behind a figure of the books, and what it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedCase {
    /// Its id.
    pub id: String,
    /// Number of the enforcement decision.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// Where it stands now.
    pub status: CaseStatus,
    /// What it counts.
    pub amount: Amount,
}

from_row!(CountedCase, |row| {
    let date: String = row.try_get("decision_date")?;
    let dong: i64 = row.try_get("dong")?;
    Ok(Self {
        id: row.try_get("case_id")?,
        number: row.try_get("decision_number")?,
        date: date.parse().map_err(|error| decode_error("decision_date", error))?,
        status: parsed(row, "status")?,
        amount: Amount::new(row.try_get("cases")?, dong.into()),
    })
});
