//! What heads sign off and assign, under the lock of the head: a period closes with the figures as they stand between two entries, so
//! that a change of a case lies before it, in the figures, or after it, and then counts in the first month that is open.

use std::collections::{BTreeMap, BTreeSet};

use super::command::{Command, Operation};
use super::environment::Environment;
use super::record::{NewEntry, details_text};
use super::state::{Registry, State};
use crate::domain::agency::{Role, Scope};
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::ids::{AgencyCode, OfficerId, UnitId};
use crate::domain::report::entry::{ClosedPeriod, NamedCampaign, ReportEvent, YearTargets};
use crate::domain::report::figures::PeriodBook;
use crate::domain::report::period::{Month, Period};
use crate::evidence::Digest;
use crate::evidence::digest::{hex, sha256, unhex};
use crate::evidence::leaf::EntryType;
use crate::store::BookSums;
use crate::store::rows::{CampaignRow, ClosedBooksRow, ClosingRow, StatedBy, TargetsRow};
use crate::store::write::LedgerTx;

/// What is to be entered about reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportStep {
    /// A period closes.
    Close(PeriodToClose),
    /// Targets are set.
    SetTargets(YearTargets),
    /// A campaign is set.
    SetCampaign(NamedCampaign),
}

impl ReportStep {
    /// The version of the registry on which it rests, if on any.
    pub(super) const fn registry_version(&self) -> Option<i64> {
        match self {
            Self::Close(close) => Some(close.registry_version),
            Self::SetTargets(_) | Self::SetCampaign(_) => None,
        }
    }
}

/// A period that is to close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodToClose {
    /// Which.
    pub period: Period,
    /// Whose books close with it, in order.
    pub agencies: Vec<AgencyCode>,
    /// The version of the registry that says who stands below whom.
    pub registry_version: i64,
    /// SHA-256 of the figures that the head has seen; none: whatever they are.
    pub seen: Option<Digest>,
}

/// What a batch knows and changes of closed books, targets and campaigns. A step about reports stands alone in its batch.
#[derive(Debug, Default)]
pub(super) struct ReportFacts {
    closed: BTreeMap<AgencyCode, Month>,
    is_closed: bool,
    sums: BookSums,
    version: i64,
    closings: Vec<ClosingRow>,
    closed_rows: Vec<ClosedBooksRow>,
    targets: Vec<TargetsRow>,
    campaigns: Vec<CampaignRow>,
}

/// What a batch has to read of them.
#[derive(Debug, Default)]
pub(super) struct ReportNeeds<'a> {
    /// Agencies whose cases change.
    booked: BTreeSet<&'a AgencyCode>,
    step: Option<(&'a AgencyCode, &'a ReportStep)>,
}

impl<'a> ReportNeeds<'a> {
    /// Adds what a command needs; gives the officers that it names.
    pub(super) fn add(&mut self, command: &'a Command) -> Vec<&'a OfficerId> {
        if let Operation::Cases(work) = &command.operation {
            self.booked.insert(&command.actor.agency);
            self.booked.extend(work.agencies());
        }
        let Operation::Reports(step) = &command.operation else {
            return Vec::new();
        };
        self.step = Some((&command.actor.agency, step));
        match &**step {
            ReportStep::Close(close) => {
                self.booked.extend(&close.agencies);
                Vec::new()
            }
            ReportStep::SetTargets(set) => set.targets.officers.iter().map(|target| &target.officer).collect(),
            ReportStep::SetCampaign(_) => Vec::new(),
        }
    }

    pub(super) async fn read(&self, tx: &mut LedgerTx, state: &mut State) -> Result<(), sqlx::Error> {
        let facts = &mut state.reports;
        if !self.booked.is_empty() {
            let closed = tx.closed_books(self.booked.iter().copied()).await?;
            facts.closed = closed.into_iter().map(|row| (row.agency, row.last)).collect();
        }
        match self.step {
            Some((agency, ReportStep::Close(close))) => {
                facts.is_closed = tx.closing_of(agency, close.period).await?.is_some();
                facts.sums = tx.sums_of_period(&close.agencies, close.period).await?;
            }
            Some((agency, ReportStep::SetTargets(set))) => {
                let known = tx.targets_of(agency, set.year.into()).await?;
                facts.version = known.map_or(0, |known| known.version);
            }
            Some((agency, ReportStep::SetCampaign(set))) => {
                let known = tx.campaign_of(agency, &set.code).await?;
                facts.version = known.map_or(0, |known| known.version);
            }
            None => {}
        }
        Ok(())
    }
}

impl State {
    /// The first month whose books are open at all of these agencies; none: none of them has closed any.
    pub(super) fn first_open(&self, agencies: &[&AgencyCode]) -> Option<Month> {
        let closed = agencies.iter().filter_map(|agency| self.reports.closed.get(*agency));
        closed.max().map(|last| last.plus(1))
    }
}

/// Enters the step, or says why not.
pub(super) fn enter(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    command: &Command,
    step: &ReportStep,
) -> Result<()> {
    let agency = &command.actor.agency;
    registry
        .viewer(&command.actor, state.hub_time.date())?
        .scope
        .require(Scope::All)?;
    let has_cases = registry
        .agency(agency)
        .is_some_and(|agency| Role::WITH_CASES.contains(&agency.role));
    if !has_cases {
        return Err(Error::new(ErrorCode::MethodNotAllowed));
    }
    let event = match step {
        ReportStep::Close(close) => ReportEvent {
            closed: Some(closed(state, close)?),
            ..ReportEvent::default()
        },
        ReportStep::SetTargets(set) => {
            check_targets(registry, agency, set)?;
            ReportEvent {
                targets: Some(set.clone()),
                ..ReportEvent::default()
            }
        }
        ReportStep::SetCampaign(set) => {
            check_campaign(registry, agency, set)?;
            ReportEvent {
                campaign: Some(set.clone()),
                ..ReportEvent::default()
            }
        }
    };
    let (action, subject) = event
        .told(agency)
        .ok_or_else(|| Error::internal("an entry about reports that says nothing"))?;
    let content_digest = state.keep_body(command.body.as_ref(), environment)?.digest;
    let version = state.reports.version + 1;
    let entry = NewEntry {
        entry_type: EntryType::Report,
        subject,
        version,
        action: action.as_str(),
        from_state: None,
        to_state: None,
        party: None,
        counterparty: None,
        details: details_text(&event)?,
        content_digest,
    };
    let log_index = state.append(&command.actor, entry);
    let by = StatedBy {
        officer: command.actor.officer.clone(),
        time: state.hub_time,
        log_index,
    };
    keep(state, agency, event, version, by)
}

/// The figures as they stand, if the period may close.
fn closed(state: &State, close: &PeriodToClose) -> Result<ClosedPeriod> {
    if state.hub_time.date() <= close.period.to() {
        return Err(Error::new(ErrorCode::PeriodNotOver).with("period", close.period.to_string()));
    }
    if state.reports.is_closed {
        return Err(Error::new(ErrorCode::PeriodAlreadyClosed).with("period", close.period.to_string()));
    }
    let sums = state.reports.sums.iter().map(|(place, sum)| (place, *sum));
    let book = PeriodBook::of(close.period, &close.agencies, sums);
    let digest = sha256(book.text(close.period, &close.agencies).as_bytes());
    if close.seen.is_some_and(|seen| seen != digest) {
        return Err(Error::new(ErrorCode::PeriodFiguresChanged).with("figures_digest", hex(&digest)));
    }
    Ok(ClosedPeriod {
        period: close.period,
        agencies: close.agencies.clone(),
        digest: hex(&digest),
    })
}

fn is_unit(registry: &Registry, agency: &AgencyCode, unit: &UnitId) -> bool {
    let own = registry.agency(agency);
    own.is_some_and(|agency| agency.units.iter().any(|known| known.id == *unit))
}

fn no_unit(field: String) -> FieldViolation {
    FieldViolation::new(field, "not_found", "Không có đơn vị này.", "There is no such unit.")
}

fn check_targets(registry: &Registry, agency: &AgencyCode, set: &YearTargets) -> Result<()> {
    let mut wrong = Vec::new();
    for (target, place) in set.targets.units.iter().zip(0_usize..) {
        let missing = target.unit.as_ref().filter(|unit| !is_unit(registry, agency, unit));
        wrong.extend(missing.map(|_| no_unit(format!("units[{place}].unit_id"))));
    }
    for (target, place) in set.targets.officers.iter().zip(0_usize..) {
        if registry.officer(agency, &target.officer).is_none() {
            let (vi, en) = ("Không có cán bộ này.", "There is no such officer.");
            wrong.push(FieldViolation::new(
                format!("officers[{place}].officer_id"),
                "not_found",
                vi,
                en,
            ));
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(ErrorCode::FieldInvalid, wrong))
    }
}

fn check_campaign(registry: &Registry, agency: &AgencyCode, set: &NamedCampaign) -> Result<()> {
    let units = set.campaign.units.iter().zip(0_usize..);
    let missing = units.filter(|(unit, _)| !is_unit(registry, agency, unit));
    let wrong: Vec<FieldViolation> = missing
        .map(|(_, place)| no_unit(format!("campaign.unit_ids[{place}]")))
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(ErrorCode::FieldInvalid, wrong))
    }
}

/// The rows that follow from an entry.
fn keep(state: &mut State, agency: &AgencyCode, event: ReportEvent, version: i64, by: StatedBy) -> Result<()> {
    let facts = &mut state.reports;
    let agency = agency.clone();
    if let Some(closed) = event.closed {
        let (_, last) = closed.period.touched();
        for code in &closed.agencies {
            if facts.closed.get(code).is_none_or(|known| *known < last) {
                facts.closed.insert(code.clone(), last);
                facts
                    .closed_rows
                    .push(ClosedBooksRow::new(code.clone(), last, by.log_index));
            }
        }
        let digest = unhex(&closed.digest).and_then(|bytes| bytes.try_into().ok());
        let digest = digest.ok_or_else(|| Error::internal("a digest that is none"))?;
        let row = ClosingRow::new(agency, closed.period, closed.agencies, digest, by);
        facts.closings.push(row.map_err(Error::internal)?);
    } else if let Some(set) = event.targets {
        let row = TargetsRow::new(agency, set.year.into(), set.targets, version, by);
        facts.targets.push(row.map_err(Error::internal)?);
    } else if let Some(set) = event.campaign {
        let row = CampaignRow::new(agency, set.code, set.campaign, version, by);
        facts.campaigns.push(row.map_err(Error::internal)?);
    }
    Ok(())
}

/// Writes the rows.
pub(super) async fn write(tx: &mut LedgerTx, facts: &ReportFacts) -> Result<(), sqlx::Error> {
    tx.write(&facts.closings).await?;
    tx.write(&facts.closed_rows).await?;
    tx.write(&facts.targets).await?;
    tx.write(&facts.campaigns).await
}
