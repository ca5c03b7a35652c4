//! Cases: a replay of their events, one case after the other, beside their table and what each moved in the books; the sums of that; and
//! the orders that name one.

use std::collections::BTreeMap;

use super::compare::compare;
use super::entry::Event;
use super::expected::{book_row, case_request_row, case_row, movement_row};
use super::fault::{Faults, What};
use super::log::Log;
use super::reports::Reports;
use super::row::{Row, Value};
use super::rows::{ByOwner, Rows};
use super::select::{CASE_BOOK, CASE_EVENT, CASE_MOVEMENT, CASE_REQUEST, ENFORCEMENT_CASE, EVENT};
use super::source::Source;
use super::{Result, Verdict};
use crate::domain::enforcement_case::record::At;
use crate::domain::enforcement_case::{CaseChange, CaseEvent, CaseRecord, CaseRequest, Dong};
use crate::domain::event::OpenedCase;
use crate::domain::ids::{AgencyCode, CaseId, RequestId};
use crate::domain::report::figures::Amount;
use crate::domain::report::figures::booking::{Booking, Movement, is_booked_in_order, movements, sums};
use crate::domain::time::Timestamp;

/// What an event says, if it is that of a case.
fn told(event: &Event<'_>) -> Option<CaseEvent> {
    let told: CaseEvent = serde_json::from_str(event.details).ok()?;
    let by_hub = told.change.is_none();
    let is_case = told.action() == Some(event.action)
        && by_hub == (event.agency == AgencyCode::hub().as_str())
        && (event.version == 1) == matches!(told.change, Some(CaseChange::Opened(_)));
    is_case.then_some(told)
}

/// Orders that name a case, and what came of them.
#[derive(Debug, Default)]
pub(super) struct Orders {
    named: BTreeMap<String, CaseRequest>,
    /// Whether an entry was counted: from then on every one is that moves anything.
    has_books: bool,
}

impl Orders {
    /// An order that names a case is opened.
    pub(super) fn open(&mut self, request: &RequestId, named: &OpenedCase) {
        let row = CaseRequest::new(request.clone(), named.clone());
        self.named.insert(request.to_string(), row);
    }

    /// An answer says what it debited. None: its order names no case.
    pub(super) fn debit(&mut self, request: &RequestId, amount: Dong, at: i64) -> Option<()> {
        let row = self.named.get_mut(request.as_str())?;
        row.debited = Some((amount, Timestamp::from_micros(at)));
        Some(())
    }

    /// An entry of a case. None: it does not say what one must.
    pub(super) fn follow(&mut self, event: &Event<'_>, reports: &Reports) -> Option<()> {
        let told = told(event)?;
        if !reports.may_count(event.agency, told.booked) {
            return None;
        }
        let moves = told.change.is_some() || told.successor.is_some();
        if self.has_books && moves && told.booked.is_none() {
            return None;
        }
        self.has_books |= told.booked.is_some();
        let change = told.change;
        let Some((request, amount, comes)) = change.as_ref().and_then(CaseChange::arrival) else {
            return Some(());
        };
        let row = self.named.get_mut(request.as_str())?;
        row.arrived = if comes {
            row.arrived.plus(amount)?
        } else {
            row.arrived.minus(amount)?
        };
        (row.named.case_id.as_str() == event.subject).then_some(())
    }

    fn rows(&self) -> Vec<Row> {
        self.named.values().map(case_request_row).collect()
    }
}

/// The tables against the events of a sound log.
pub(super) async fn check(source: &mut Source, log: &Log, verdict: &mut Verdict) -> Result<()> {
    let faults = &mut verdict.faults;
    let mut events = source.rows(&CASE_EVENT).await?;
    let mut stored = ByOwner::of(source.rows(&ENFORCEMENT_CASE).await?, "id");
    let mut moved = ByOwner::of(source.rows(&CASE_MOVEMENT).await?, "case_id");
    let mut book: BTreeMap<Booking, Amount> = BTreeMap::new();
    while let Some(rows) = next_case(&mut events).await? {
        let id = rows.first().and_then(|row| row.at(2).text()).unwrap_or_default();
        let taken = stored.take(&Value::from(id)).await?;
        faults.added(&ENFORCEMENT_CASE, &taken.strays);
        let beside = moved.take(&Value::from(id)).await?;
        faults.added(&CASE_MOVEMENT, &beside.strays);
        if let Some(life) = live(&rows, faults) {
            compare(&ENFORCEMENT_CASE, vec![case_row(&life.record)], taken.own, faults);
            let expected = life.moved.iter().map(movement_row).collect();
            compare(&CASE_MOVEMENT, expected, beside.own, faults);
            for (place, sum) in sums(&life.moved) {
                let total = book.entry(place).or_default();
                *total = total.plus(sum);
            }
        }
    }
    for table in [&mut stored, &mut moved] {
        let strays = table.rest().await?;
        faults.added(table.select(), &strays);
    }
    source.settle().await?;
    let rows = source.rows(&CASE_BOOK).await?.rest().await?;
    let expected = book.iter().map(|(place, sum)| book_row(place, *sum)).collect();
    compare(&CASE_BOOK, expected, rows, faults);
    log.reports.check(&book, faults);
    source.settle().await?;
    let rows = source.rows(&CASE_REQUEST).await?.rest().await?;
    compare(&CASE_REQUEST, log.orders.rows(), rows, faults);
    source.settle().await
}

/// The events of the next case.
async fn next_case(events: &mut Rows) -> Result<Option<Vec<Row>>> {
    let Some(first) = events.next().await? else {
        return Ok(None);
    };
    let subject = first.at(2).clone();
    let mut rows = vec![first];
    while events.peek().await?.is_some_and(|row| *row.at(2) == subject) {
        rows.extend(events.next().await?);
    }
    Ok(Some(rows))
}

/// A case as its events made it, and all that they moved.
struct Life {
    record: CaseRecord,
    moved: Vec<Movement>,
}

/// Replays one case. None: an event cannot follow, which is told.
fn live(rows: &[Row], faults: &mut Faults) -> Option<Life> {
    let mut life: Option<Life> = None;
    for (row, version) in rows.iter().zip(1..) {
        let followed = Event::of(row)
            .filter(|event| event.version == version)
            .and_then(|event| step(life.take(), &event));
        if followed.is_none() {
            faults.row(&EVENT, row, What::DoesNotFollow);
            return None;
        }
        life = followed;
    }
    life
}

fn step(life: Option<Life>, event: &Event<'_>) -> Option<Life> {
    let before = life.as_ref().map(|life| &life.record);
    let told = told(event)?;
    let id = CaseId::parse(event.subject).ok()?;
    let agency = AgencyCode::parse(event.agency).ok()?;
    let is_owner = before.is_none_or(|before| told.change.is_none() || before.agency == agency);
    let at = At {
        id: &id,
        agency: &agency,
        time: Timestamp::from_micros(event.hub_time),
    };
    let record = CaseRecord::follow(before, at, &told).ok()?;
    let more = movements(before, &record, &told);
    let follows = is_owner && is_booked_in_order(before, &record, &told);
    let mut moved = life.map_or_else(Vec::new, |life| life.moved);
    moved.extend(more);
    follows.then_some(Life { record, moved })
}
