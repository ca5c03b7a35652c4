//! Reading deadlines across requests: soonest first, from an index. The viewer is an argument of every query, as of those that
//! read requests.

use std::fmt;
use std::str::FromStr;

use super::backend::on_pool;
use super::rows::ListedDeadline;
use super::{Store, sql_tracking, store_error};
use crate::domain::deadline::DeadlineStatus;
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, KindCode, OfficerId, UnitId};
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;

/// Whose duties to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What the viewer's agency owes.
    OwedByUs,
    /// What is owed to it.
    OwedToUs,
}

/// Which deadlines to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineFilter {
    /// Where they stand. Those that were met or cancelled are in no list.
    pub status: DeadlineStatus,
    /// Due at this time or later.
    pub due_from: Option<Timestamp>,
    /// Due before this time.
    pub due_before: Option<Timestamp>,
    /// The kind.
    pub kind: Option<KindCode>,
    /// The other agency.
    pub counterparty: Option<AgencyCode>,
    /// The unit that has it on the viewer's side.
    pub unit: Option<UnitId>,
    /// The officer who has it there.
    pub officer: Option<OfficerId>,
}

/// A place in a list of deadlines: after this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlinePosition {
    due: i64,
    request: String,
    name: String,
    occurrence: i64,
}

impl DeadlinePosition {
    /// Before everything that is due at `due` or later.
    fn before(due: Option<Timestamp>) -> Self {
        Self {
            due: due.map_or(i64::MIN, Timestamp::micros),
            request: String::new(),
            name: String::new(),
            occurrence: 0,
        }
    }
}

impl From<&ListedDeadline> for DeadlinePosition {
    fn from(listed: &ListedDeadline) -> Self {
        Self {
            due: listed.deadline.due.map_or(i64::MAX, Timestamp::micros),
            request: listed.request.id.to_string(),
            name: listed.deadline.name.clone(),
            occurrence: listed.deadline.occurrence.into(),
        }
    }
}

impl fmt::Display for DeadlinePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.due, self.occurrence, self.request, self.name)
    }
}

/// A text that is not a place in a list of deadlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a list of deadlines")]
pub struct MalformedDeadlinePosition;

impl FromStr for DeadlinePosition {
    type Err = MalformedDeadlinePosition;

    fn from_str(text: &str) -> Result<Self, MalformedDeadlinePosition> {
        let mut parts = text.splitn(4, '/');
        let mut next = || parts.next().ok_or(MalformedDeadlinePosition);
        let number = |text: &str| text.parse().or(Err(MalformedDeadlinePosition));
        Ok(Self {
            due: number(next()?)?,
            occurrence: number(next()?)?,
            request: next()?.to_owned(),
            name: next()?.to_owned(),
        })
    }
}

impl Store {
    /// A page of deadlines of requests that `viewer` may see, soonest first, after `after` (none: the first page).
    pub async fn deadline_page(
        &self,
        viewer: &Viewer,
        side: Side,
        filter: &DeadlineFilter,
        after: Option<DeadlinePosition>,
        limit: i64,
    ) -> Result<Vec<ListedDeadline>> {
        let text = match side {
            Side::OwedByUs => sql_tracking::DEADLINES_OWED_BY,
            Side::OwedToUs => sql_tracking::DEADLINES_OWED_TO,
        };
        let after = after.unwrap_or_else(|| DeadlinePosition::before(filter.due_from));
        // A clock without a due time stands at the end of time.
        let last = filter
            .due_before
            .map_or(i64::MAX, |before| before.micros().saturating_sub(1));
        on_pool!(self, text, |sql, pool| sqlx::query_as(sql)
            .bind(viewer.agency.as_str())
            .bind(viewer.scope.as_str())
            .bind(viewer.officer.as_str())
            .bind(viewer.unit_reached().map(UnitId::as_str))
            .bind(filter.status.as_str())
            .bind(after.due)
            .bind(&after.request)
            .bind(&after.name)
            .bind(after.occurrence)
            .bind(last)
            .bind(filter.kind.as_ref().map_or("", KindCode::as_str))
            .bind(filter.counterparty.as_ref().map_or("", AgencyCode::as_str))
            .bind(filter.unit.as_ref().map_or("", UnitId::as_str))
            .bind(filter.officer.as_ref().map_or("", OfficerId::as_str))
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_from_its_text_whatever_the_clock_is_called() {
        let place = DeadlinePosition {
            due: -1,
            request: "req_1".to_owned(),
            name: "a/b".to_owned(),
            occurrence: 2,
        };
        assert_eq!(place.to_string().parse(), Ok(place));
        for wrong in ["", "1", "1/2/3", "x/1/req/name"] {
            assert_eq!(
                wrong.parse::<DeadlinePosition>(),
                Err(MalformedDeadlinePosition),
                "{wrong}"
            );
        }
    }
}
