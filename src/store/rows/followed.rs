//! Rows of requests that are followed to their end.

use sqlx::Row as _;

use crate::domain::ids::AgencyCode;
use crate::domain::report::followed::Standing;
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::store::backend::{from_row, parsed};

/// How many requests of an agency, kind and outcome stand how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedCount {
    /// The agency by which they are told apart.
    pub agency: AgencyCode,
    /// The kind.
    pub kind: String,
    /// How they stand.
    pub standing: Standing,
    /// What was answered; empty without an answer.
    pub outcome: String,
    /// How many.
    pub requests: i64,
    /// When the first was sent.
    pub first: Timestamp,
}

from_row!(FollowedCount, |row| {
    Ok(Self {
        agency: parsed(row, "agency")?,
        kind: row.try_get("kind")?,
        standing: parsed(row, "standing")?,
        outcome: row.try_get("outcome")?,
        requests: row.try_get("requests")?,
        first: Timestamp::from_micros(row.try_get("first")?),
    })
});

/// A request with how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct FollowedRow {
    /// The request.
    pub request: EnforcementRequest,
    /// How it stands.
    pub standing: Standing,
    /// When its duty was due at the latest.
    pub due: Option<Timestamp>,
}

from_row!(FollowedRow, |row| {
    let due: Option<i64> = row.try_get("duty_due")?;
    Ok(Self {
        request: EnforcementRequest::from_row(row)?,
        standing: parsed(row, "standing")?,
        due: due.map(Timestamp::from_micros),
    })
});
