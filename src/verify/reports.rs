//! Closed periods, targets and campaigns as the log's entries have made them. The figures that a head signed off are told again from the
//! replayed books: had anything been counted in a closed month afterwards, they would be others.

use std::collections::BTreeMap;

use super::entry::Event;
use super::expected::{bytes_of, json};
use super::fault::{Faults, What};
use super::row::{Row, Value};
use super::select::EVENT;
use crate::domain::ids::AgencyCode;
use crate::domain::report::entry::{ClosedPeriod, NamedCampaign, ReportEvent, YearTargets};
use crate::domain::report::figures::{Amount, Booking, PeriodBook};
use crate::domain::report::period::Month;
use crate::domain::time::Timestamp;
use crate::evidence::digest::{hex, sha256};

/// By whom and when something was stated.
#[derive(Debug, Clone)]
struct By {
    agency: String,
    officer: String,
    time: i64,
    index: i64,
}

impl By {
    fn values(&self) -> [Value; 3] {
        [self.officer.as_str().into(), self.time.into(), self.index.into()]
    }
}

/// What was stated so far.
#[derive(Debug, Default)]
pub(super) struct Reports {
    closings: BTreeMap<String, (By, ClosedPeriod)>,
    closed: BTreeMap<AgencyCode, (Month, i64)>,
    targets: BTreeMap<String, (By, i64, YearTargets)>,
    campaigns: BTreeMap<String, (By, i64, NamedCampaign)>,
}

impl Reports {
    /// Follows an entry. None: it cannot follow what went before.
    pub(super) fn follow(&mut self, event: &Event<'_>) -> Option<()> {
        let told: ReportEvent = serde_json::from_str(event.details).ok()?;
        let agency = AgencyCode::parse(event.agency).ok()?;
        let (action, subject) = told.told(&agency)?;
        if (action.as_str(), subject.as_str()) != (event.action, event.subject) {
            return None;
        }
        let by = By {
            agency: event.agency.to_owned(),
            officer: event.officer.to_owned(),
            time: event.hub_time,
            index: event.index,
        };
        let targets = self.targets.get(&subject).map(|(_, version, _)| *version);
        let campaign = self.campaigns.get(&subject).map(|(_, version, _)| *version);
        let version = targets.or(campaign).unwrap_or_default() + 1;
        if event.version != version {
            return None;
        }
        if let Some(closed) = told.closed {
            let last = closed.period.closes()?;
            let is_over = Timestamp::from_micros(event.hub_time).date() > closed.period.to();
            for code in &closed.agencies {
                let known = self.closed.entry(code.clone()).or_insert((last, event.index));
                if known.0 < last {
                    *known = (last, event.index);
                }
            }
            let is_own = closed.agencies.contains(&agency);
            let before = self.closings.insert(subject, (by, closed));
            return (is_over && is_own && before.is_none()).then_some(());
        }
        if let Some(set) = told.targets {
            set.targets.check(set.year).ok()?;
            self.targets.insert(subject, (by, version, set));
        } else if let Some(set) = told.campaign {
            self.campaigns.insert(subject, (by, version, set));
        }
        Some(())
    }

    /// Whether a change that an agency states may be counted in a month: not where its books are closed.
    pub(super) fn may_count(&self, agency: &str, month: Option<Month>) -> bool {
        let closed = AgencyCode::parse(agency)
            .ok()
            .and_then(|agency| self.closed.get(&agency).copied());
        month.is_none_or(|month| closed.is_none_or(|(last, _)| month > last))
    }

    /// Holds what was signed off against the books.
    pub(super) fn check(&self, book: &BTreeMap<Booking, Amount>, faults: &mut Faults) {
        for (by, closed) in self.closings.values() {
            let sums = book.iter().map(|(place, sum)| (place, *sum));
            let figures = PeriodBook::of(closed.period, &closed.agencies, sums);
            let text = figures.text(closed.period, &closed.agencies);
            if hex(&sha256(text.as_bytes())) != closed.digest {
                faults.place(&EVENT, format!("log_index={}", by.index), What::DoesNotFollow);
            }
        }
    }

    pub(super) fn closing_rows(&self) -> Vec<Row> {
        let row = |(by, closed): &(By, ClosedPeriod)| {
            let digest = bytes_of(&closed.digest).map_or(Value::Strange, Value::Bytes);
            let [officer, time, index] = by.values();
            Row::from([
                by.agency.as_str().into(),
                closed.period.to_string().into(),
                json(&closed.agencies),
                digest,
                officer,
                time,
                index,
            ])
        };
        self.closings.values().map(row).collect()
    }

    pub(super) fn closed_rows(&self) -> Vec<Row> {
        let closed = self.closed.iter();
        closed
            .map(|(agency, (last, index))| {
                Row::from([agency.as_str().into(), last.to_string().into(), (*index).into()])
            })
            .collect()
    }

    pub(super) fn target_rows(&self) -> Vec<Row> {
        let row = |(by, version, set): &(By, i64, YearTargets)| {
            let year = i64::from(set.year);
            stated(by, year.into(), json(&set.targets), *version)
        };
        self.targets.values().map(row).collect()
    }

    pub(super) fn campaign_rows(&self) -> Vec<Row> {
        let row = |(by, version, set): &(By, i64, NamedCampaign)| {
            stated(by, set.code.as_str().into(), json(&set.campaign), *version)
        };
        self.campaigns.values().map(row).collect()
    }
}

fn stated(by: &By, name: Value, text: Value, version: i64) -> Row {
    let [officer, time, index] = by.values();
    Row::from([
        by.agency.as_str().into(),
        name,
        text,
        version.into(),
        officer,
        time,
        index,
    ])
}
