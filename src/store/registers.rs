//! Reading registers, and measures by party.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use super::backend::on_pool;
use super::rows::{ConnectedAgency, EventRow, OfficerRow};
use super::{Store, json_list, json_pairs, sql, store_error};
use crate::domain::agency::Officer;
use crate::domain::catalogue::definition::Register;
use crate::domain::error::{Error, Result};
use crate::domain::event::{EventDetails, Measure, Served};
use crate::domain::ids::{AgencyCode, MeasureId, OfficerId, RequestId, UnitId};
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;

/// A place in a register: after the line of this request. Those registered at the same instant stand by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterPosition {
    time: Timestamp,
    id: String,
    number: String,
}

impl RegisterPosition {
    /// Before every line from `time` on.
    pub const fn before(time: Timestamp) -> Self {
        Self {
            time,
            id: String::new(),
            number: String::new(),
        }
    }

    /// After a request; none if it is not registered.
    pub fn of(request: &EnforcementRequest) -> Option<Self> {
        Some(Self {
            time: request.registered_time?,
            id: request.id.to_string(),
            number: request.registry_number.clone()?,
        })
    }
}

impl fmt::Display for RegisterPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.time.micros(), self.id, self.number)
    }
}

/// A text that is not a place in a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a register")]
pub struct MalformedPosition;

impl FromStr for RegisterPosition {
    type Err = MalformedPosition;

    fn from_str(text: &str) -> Result<Self, MalformedPosition> {
        let (time, rest) = text.split_once('/').ok_or(MalformedPosition)?;
        let (id, number) = rest.split_once('/').ok_or(MalformedPosition)?;
        Ok(Self {
            time: Timestamp::from_micros(time.parse().or(Err(MalformedPosition))?),
            id: id.to_owned(),
            number: number.to_owned(),
        })
    }
}

/// Which measures to list. Empty texts do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeasureFilter {
    /// The kind.
    pub kind: String,
    /// The other party.
    pub counterparty: String,
    /// Only those that still bind.
    pub in_force_only: bool,
}

impl Store {
    /// A page of the register of `owner`: what it registered after `after` and before `end`, at most `limit`. A viewer who sees
    /// all of his agency reads the whole book, others the lines of the requests that they may see.
    pub async fn register_page(
        &self,
        viewer: &Viewer,
        owner: &AgencyCode,
        register: Register,
        after: &RegisterPosition,
        end: Timestamp,
        limit: i64,
    ) -> Result<Vec<EnforcementRequest>> {
        let number_length = i64::try_from(after.number.chars().count()).unwrap_or(i64::MAX);
        on_pool!(self, sql::REGISTER_PAGE, |sql, pool| sqlx::query_as(sql)
            .bind(owner.as_str())
            .bind(register.as_str())
            .bind(after.time.micros())
            .bind(end.micros())
            .bind(number_length)
            .bind(&after.number)
            .bind(&after.id)
            .bind(limit)
            .bind(viewer.agency.as_str())
            .bind(viewer.scope.as_str())
            .bind(viewer.officer.as_str())
            .bind(viewer.unit_reached().map(UnitId::as_str))
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// How the papers of requests were served, those that were.
    pub async fn services_of<'a>(
        &self,
        requests: impl IntoIterator<Item = &'a RequestId>,
    ) -> Result<BTreeMap<String, Served>> {
        let list = json_list(requests.into_iter().map(RequestId::as_str));
        let events: Vec<EventRow> = on_pool!(self, sql::SERVICES_OF_REQUESTS, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        let mut services = BTreeMap::new();
        for event in events {
            let details: EventDetails = serde_json::from_str(&event.details).map_err(Error::internal)?;
            if let Some(served) = details.served {
                services.insert(event.subject, served);
            }
        }
        Ok(services)
    }

    /// The names of agencies.
    pub async fn agency_names<'a>(
        &self,
        agencies: impl IntoIterator<Item = &'a AgencyCode>,
    ) -> Result<BTreeMap<AgencyCode, String>> {
        let agencies: BTreeSet<&AgencyCode> = agencies.into_iter().collect();
        let list = json_list(agencies.into_iter().map(AgencyCode::as_str));
        let rows: Vec<ConnectedAgency> = on_pool!(self, sql::AGENCIES_BY_CODES, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        let agencies = rows.into_iter().map(|row| row.registered.agency);
        Ok(agencies.map(|agency| (agency.code, agency.name)).collect())
    }

    /// Some officers of agencies.
    pub async fn officers_named<'a>(
        &self,
        officers: impl IntoIterator<Item = (&'a AgencyCode, &'a OfficerId)>,
    ) -> Result<Vec<Officer>> {
        let officers: BTreeSet<(&AgencyCode, &OfficerId)> = officers.into_iter().collect();
        let pairs = json_pairs(
            officers
                .into_iter()
                .map(|(agency, officer)| (agency.as_str(), officer.as_str())),
        );
        let rows: Vec<OfficerRow> = on_pool!(self, sql::OFFICERS_BY_IDS, |sql, pool| sqlx::query_as(sql)
            .bind(&pairs)
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| row.officer).collect())
    }

    /// A page of the measures that the viewer's agency holds or issued and that `viewer` may see, newest entry first, below
    /// `before` (none: the first page).
    pub async fn measure_page(
        &self,
        viewer: &Viewer,
        filter: &MeasureFilter,
        before: Option<&MeasureId>,
        limit: i64,
    ) -> Result<Vec<Measure>> {
        // "~" sorts after every id.
        let before = before.map_or("~", MeasureId::as_str);
        on_pool!(self, sql::MEASURE_PAGE, |sql, pool| sqlx::query_as(sql)
            .bind(viewer.agency.as_str())
            .bind(before)
            .bind(&filter.kind)
            .bind(&filter.counterparty)
            .bind(i64::from(filter.in_force_only))
            .bind(limit)
            .bind(viewer.scope.as_str())
            .bind(viewer.officer.as_str())
            .bind(viewer.unit_reached().map(UnitId::as_str))
            .fetch_all(pool))
        .map_err(store_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_register_is_read_as_it_was_written_whatever_the_number() {
        let position = RegisterPosition {
            time: Timestamp::from_micros(-5),
            id: "req_1".to_owned(),
            number: "12/a/2026".to_owned(),
        };
        assert_eq!(position.to_string().parse(), Ok(position));
        assert_eq!("5/req_1".parse::<RegisterPosition>(), Err(MalformedPosition));
        assert_eq!("x//".parse::<RegisterPosition>(), Err(MalformedPosition));
    }
}
