//! Who looked: told to the parties of a request, and to those who watch over the supervisors.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::civil::Date;

use crate::app::App;
use crate::app::requests::list::Page;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{AgencyCode, OfficerId, RequestId};
use crate::domain::supervision::untold_roles;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::store::ReadFilter;
use crate::store::rows::{ReadCount, ReadRow};

/// The longest stretch of days that is counted at once.
const MAX_DAYS: i64 = 366;
/// A day in microseconds, and how far Viet Nam is ahead of UTC.
const DAY: i64 = 86_400_000_000;
const AHEAD: i64 = 25_200_000_000;

/// A read through supervision, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadView {
    /// Who, when and what.
    pub read: ReadRow,
    /// The message that asked; none once it is erased.
    pub message: Option<Bytes>,
    /// The requests that it showed; told to those who watch over the reader alone.
    pub shown: Vec<RequestId>,
}

/// A stretch of days in Viet Nam, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    first: i64,
    last: i64,
}

impl Days {
    /// From `first` to `last`.
    ///
    /// # Errors
    /// `FIELD_INVALID` on `to_date` if it is before the first or more than a year after it.
    pub fn new(first: Date, last: Date) -> Result<Self> {
        let (first, last) = (day_of(first), day_of(last));
        if first > last || last - first >= MAX_DAYS {
            let (vi, en) = (
                format!("Phải từ ngày đầu đến không quá {MAX_DAYS} ngày."),
                format!("Expected the first day or later, at most {MAX_DAYS} days altogether."),
            );
            return Err(Error::field("to_date", "out_of_range", vi, en));
        }
        Ok(Self { first, last })
    }
}

/// Days since 1970-01-01.
fn day_of(date: Date) -> i64 {
    (Timestamp::from_civil(date.at(0, 0, 0, 0)).micros() + AHEAD).div_euclid(DAY)
}

impl ReadCount {
    /// Its day.
    pub fn date(&self) -> Date {
        Timestamp::from_micros(self.day.saturating_mul(DAY).saturating_sub(AHEAD)).date()
    }
}

impl App {
    /// Who looked at a request that `viewer` may see, newest first, before the log index `before`. Reads of agencies whose role
    /// the table does not tell of are left out.
    ///
    /// # Errors
    /// `REQUEST_NOT_FOUND`.
    pub async fn reads_of_request(
        &self,
        viewer: &Viewer,
        id: &RequestId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Page<ReadView>> {
        let request = self.store.request_of(viewer, id).await?;
        let request = request.ok_or_else(|| Error::new(ErrorCode::RequestNotFound))?;
        let reads = self
            .store
            .reads_of_request(&request, untold_roles(), before, one_more(limit))
            .await?;
        self.read_views(reads, limit, BTreeMap::new()).await
    }

    /// What an agency looked at, newest first: for its own officers of scope ALL and those of agencies above it.
    ///
    /// # Errors
    /// `AGENCY_NOT_FOUND` alike for a missing agency and one that is not below the viewer's.
    pub async fn reads_of_agency(
        &self,
        viewer: &Viewer,
        agency: &AgencyCode,
        filter: &ReadFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Page<ReadView>> {
        self.require_watched(viewer, agency).await?;
        let mut reads = self
            .store
            .reads_of_agency(agency, filter, before, one_more(limit))
            .await?;
        let more = reads.len() > limit;
        reads.truncate(limit);
        let shown = self.store.shown_by(&reads).await?;
        let page = self.read_views(reads, limit, shown).await?;
        Ok(Page { more, ..page })
    }

    /// What the officers of an agency looked at, by day and officer, after the line `after`.
    ///
    /// # Errors
    /// As [`App::reads_of_agency`].
    pub async fn read_statistics(
        &self,
        viewer: &Viewer,
        agency: &AgencyCode,
        days: Days,
        after: Option<(i64, OfficerId)>,
        limit: usize,
    ) -> Result<Page<ReadCount>> {
        self.require_watched(viewer, agency).await?;
        let days = (days.first, days.last);
        let mut items = self.store.read_counts(agency, days, after, one_more(limit)).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(Page { items, more })
    }

    async fn require_watched(&self, viewer: &Viewer, agency: &AgencyCode) -> Result<()> {
        let is_watched = viewer.agency == *agency || self.hierarchy().await?.1.below(&viewer.agency).contains(agency);
        is_watched
            .then_some(())
            .ok_or_else(|| Error::new(ErrorCode::AgencyNotFound))
    }

    async fn read_views(
        &self,
        mut reads: Vec<ReadRow>,
        limit: usize,
        mut shown: BTreeMap<i64, Vec<RequestId>>,
    ) -> Result<Page<ReadView>> {
        let more = reads.len() > limit;
        reads.truncate(limit);
        let indexes: Vec<i64> = reads.iter().map(|read| read.log_index).collect();
        let bodies = self.store.bodies(&indexes).await?;
        let mut messages: BTreeMap<i64, Bytes> = bodies
            .into_iter()
            .filter_map(|body| Some((body.log_index, body.content?)))
            .collect();
        let view = |read: ReadRow| ReadView {
            message: messages.remove(&read.log_index),
            shown: shown.remove(&read.log_index).unwrap_or_default(),
            read,
        };
        Ok(Page {
            items: reads.into_iter().map(view).collect(),
            more,
        })
    }
}

fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_is_that_of_viet_nam_and_comes_back() {
        let day = date(2026, 11, 24);
        let count = ReadCount {
            day: day_of(day),
            officer: OfficerId::parse("an").unwrap(),
            reads: 1,
            shown: 1,
            off_hours: 0,
            hours_unknown: 0,
            not_cited: 0,
            in_vain: 0,
        };
        assert_eq!(count.date(), day);
        let last = Timestamp::parse_rfc3339("2026-11-24T23:59:59+07:00").unwrap();
        assert_eq!((last.micros() + AHEAD).div_euclid(DAY), day_of(day));
        assert_eq!((last.micros() + 1_000_000 + AHEAD).div_euclid(DAY), day_of(day) + 1);
    }

    #[test]
    fn at_most_a_year_is_counted_and_never_backwards() {
        let first = date(2026, 1, 1);
        assert!(Days::new(first, first).is_ok());
        assert!(Days::new(first, date(2027, 1, 1)).is_ok());
        assert!(Days::new(first, date(2027, 1, 2)).is_err());
        assert!(Days::new(first, date(2025, 12, 31)).is_err());
    }
}
