//! Rows of what heads have signed off and assigned.

use sqlx::Row as _;

use super::{integer, row, text};
use crate::domain::ids::{AgencyCode, OfficerId};
use crate::domain::report::campaign::{Campaign, CampaignCode};
use crate::domain::report::period::{Month, Period};
use crate::domain::report::targets::Targets;
use crate::domain::time::Timestamp;
use crate::evidence::Digest;
use crate::store::backend::{decode_error, digest, from_row, json, parsed};
use crate::store::bulk::Cell;

/// By whom and when something of reports was stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedBy {
    /// Who.
    pub officer: OfficerId,
    /// When.
    pub time: Timestamp,
    /// The entry.
    pub log_index: i64,
}

/// A closed period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingRow {
    /// Whose head closed it.
    pub agency: AgencyCode,
    /// Which.
    pub period: Period,
    /// Whose books are closed with it.
    pub agencies: Vec<AgencyCode>,
    /// SHA-256 of its figures.
    pub digest: Digest,
    /// By whom.
    pub by: StatedBy,
    texts: [String; 2],
}

impl ClosingRow {
    pub(crate) fn new(
        agency: AgencyCode,
        period: Period,
        agencies: Vec<AgencyCode>,
        digest: Digest,
        by: StatedBy,
    ) -> Result<Self, serde_json::Error> {
        Ok(Self {
            texts: [period.to_string(), serde_json::to_string(&agencies)?],
            agency,
            period,
            agencies,
            digest,
            by,
        })
    }
}

row!(ClosingRow, REPORT_CLOSING, |row| [
    text(row.agency.as_str()),
    text(&row.texts[0]),
    text(&row.texts[1]),
    Cell::Bytes(Some(&row.digest)),
    text(row.by.officer.as_str()),
    integer(row.by.time.micros()),
    integer(row.by.log_index),
]);

macro_rules! by {
    ($row:ident, $time:literal) => {
        StatedBy {
            officer: parsed($row, "officer")?,
            time: Timestamp::from_micros($row.try_get($time)?),
            log_index: $row.try_get("log_index")?,
        }
    };
}

from_row!(ClosingRow, |row| {
    let (agency, period): (AgencyCode, Period) = (parsed(row, "agency")?, parsed(row, "period")?);
    let made = Self::new(
        agency,
        period,
        json(row, "agencies")?,
        digest(row, "digest")?,
        by!(row, "closed_time"),
    );
    made.map_err(|error| decode_error("agencies", error))
});

/// Up to which month the books of an agency are closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClosedBooksRow {
    pub(crate) agency: AgencyCode,
    pub(crate) last: Month,
    log_index: i64,
    month: String,
}

impl ClosedBooksRow {
    pub(crate) fn new(agency: AgencyCode, last: Month, log_index: i64) -> Self {
        Self {
            month: last.to_string(),
            agency,
            last,
            log_index,
        }
    }
}

row!(ClosedBooksRow, CLOSED_BOOKS, |row| [
    text(row.agency.as_str()),
    text(&row.month),
    integer(row.log_index),
]);
from_row!(ClosedBooksRow, |row| Ok(Self::new(
    parsed(row, "agency")?,
    parsed(row, "last_month")?,
    row.try_get("log_index")?
)));

/// The targets of a year as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetsRow {
    /// Whose.
    pub agency: AgencyCode,
    /// Of the statistical year that ends in this year.
    pub year: i64,
    /// All of them.
    pub targets: Targets,
    /// Counts how often they were set, from 1.
    pub version: i64,
    /// By whom.
    pub by: StatedBy,
    text: String,
}

impl TargetsRow {
    pub(crate) fn new(
        agency: AgencyCode,
        year: i64,
        targets: Targets,
        version: i64,
        by: StatedBy,
    ) -> Result<Self, serde_json::Error> {
        Ok(Self {
            text: serde_json::to_string(&targets)?,
            agency,
            year,
            targets,
            version,
            by,
        })
    }
}

row!(TargetsRow, REPORT_TARGETS, |row| [
    text(row.agency.as_str()),
    integer(row.year),
    text(&row.text),
    integer(row.version),
    text(row.by.officer.as_str()),
    integer(row.by.time.micros()),
    integer(row.by.log_index),
]);
from_row!(TargetsRow, |row| {
    let agency: AgencyCode = parsed(row, "agency")?;
    let (year, version): (i64, i64) = (row.try_get("year")?, row.try_get("version")?);
    let made = Self::new(agency, year, json(row, "targets")?, version, by!(row, "set_time"));
    made.map_err(|error| decode_error("targets", error))
});

/// A campaign as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignRow {
    /// Whose.
    pub agency: AgencyCode,
    /// Its code.
    pub code: CampaignCode,
    /// What it is.
    pub campaign: Campaign,
    /// Counts how often it was set, from 1.
    pub version: i64,
    /// By whom.
    pub by: StatedBy,
    text: String,
}

impl CampaignRow {
    pub(crate) fn new(
        agency: AgencyCode,
        code: CampaignCode,
        campaign: Campaign,
        version: i64,
        by: StatedBy,
    ) -> Result<Self, serde_json::Error> {
        Ok(Self {
            text: serde_json::to_string(&campaign)?,
            agency,
            code,
            campaign,
            version,
            by,
        })
    }
}

row!(CampaignRow, REPORT_CAMPAIGN, |row| [
    text(row.agency.as_str()),
    text(row.code.as_str()),
    text(&row.text),
    integer(row.version),
    text(row.by.officer.as_str()),
    integer(row.by.time.micros()),
    integer(row.by.log_index),
]);
from_row!(CampaignRow, |row| {
    let (agency, code): (AgencyCode, CampaignCode) = (parsed(row, "agency")?, parsed(row, "code")?);
    let version: i64 = row.try_get("version")?;
    let made = Self::new(agency, code, json(row, "campaign")?, version, by!(row, "set_time"));
    made.map_err(|error| decode_error("campaign", error))
});
