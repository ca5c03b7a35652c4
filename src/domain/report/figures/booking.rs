//! What an entry of a case writes into the books: nothing that does not follow from what the entry says and how the case stood.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::period::Month;
use super::book::BookedMonth;
use super::count::{Key, Moves, brought, count, passed};
use super::{Amount, Line};
use crate::domain::enforcement_case::{CaseChange, CaseEvent, CaseRecord};
use crate::domain::ids::CaseId;

/// Where a sum of the books stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Booking {
    /// Whose.
    pub key: Key,
    /// When.
    pub month: Month,
    /// On which line.
    pub line: Line,
}

/// What an entry moves on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The case.
    pub case_id: CaseId,
    /// The version of the case that the entry made.
    pub version: i64,
    /// Its place among the movements of the entry, from 0.
    pub ordinal: i64,
    /// Where it is counted.
    pub booking: Booking,
    /// The day on which the change took effect.
    pub date: Date,
    /// How much.
    pub amount: Amount,
}

impl Movement {
    /// Whether it counts in another month than its own.
    pub fn is_late(&self) -> bool {
        self.booking.month != Month::of(self.date)
    }
}

/// The day on which an entry takes effect: that of its change; what the hub does takes effect when it is done.
fn date(after: &CaseRecord, event: &CaseEvent) -> Date {
    let change = event.change.as_ref();
    change.map_or_else(|| after.update_time.date(), CaseChange::date)
}

/// In which month an entry that makes `after` of `before` is counted; none: it moves nothing. `first_open` is the first month whose
/// books are open at every agency concerned.
pub fn booked_month(
    before: Option<&CaseRecord>,
    after: &CaseRecord,
    event: &CaseEvent,
    first_open: Option<Month>,
) -> Option<Month> {
    let moves = event.change.is_some() || event.successor.is_some();
    let last = before.and_then(|before| before.booked);
    moves.then(|| BookedMonth::of(date(after, event), last, first_open).month)
}

/// Whether the month that an entry states can be: whatever moves is counted from the first counted entry of its case on, and the
/// books of one case run forwards.
pub fn is_booked_in_order(before: Option<&CaseRecord>, after: &CaseRecord, event: &CaseEvent) -> bool {
    let earliest = booked_month(before, after, event, None);
    match (event.booked, earliest) {
        (Some(booked), Some(earliest)) => booked >= earliest,
        (Some(_), None) => false,
        (None, earliest) => earliest.is_none() || before.is_none_or(|before| before.booked.is_none()),
    }
}

/// What the entry that made `after` of `before` moves, by division and line; nothing if it states no month. A case that the books do
/// not have yet, since it was opened before there were any, comes into them as it stood before.
pub fn movements(before: Option<&CaseRecord>, after: &CaseRecord, event: &CaseEvent) -> Vec<Movement> {
    let Some(month) = event.booked else {
        return Vec::new();
    };
    let mut moves = Moves::new();
    let unknown = before.filter(|before| before.booked.is_none());
    let comes_in = unknown.map(|before| brought(&before.agency, &before.case));
    let changes = match (&event.change, before) {
        (Some(change), _) => count(&after.agency, before.map(|before| &before.case), &after.case, change),
        (None, Some(before)) => passed((&before.agency, &before.case), (&after.agency, &after.case)),
        (None, None) => Moves::new(),
    };
    for (key, figures) in comes_in.into_iter().flatten().chain(changes) {
        moves.entry(key).or_default().add_all(&figures);
    }
    let lines = moves
        .iter()
        .flat_map(|(key, figures)| figures.lines().map(move |(line, amount)| (key, line, amount)));
    let movements = lines.zip(0_i64..).map(|((key, line, amount), ordinal)| Movement {
        case_id: after.id.clone(),
        version: after.version,
        ordinal,
        booking: Booking {
            key: key.clone(),
            month,
            line,
        },
        date: date(after, event),
        amount,
    });
    movements.collect()
}

/// The sums of movements: one for whatever any of them names, also if they come to nothing.
pub fn sums<'a>(movements: impl IntoIterator<Item = &'a Movement>) -> BTreeMap<Booking, Amount> {
    let mut sums: BTreeMap<Booking, Amount> = BTreeMap::new();
    for movement in movements {
        let sum = sums.entry(movement.booking.clone()).or_default();
        *sum = sum.plus(movement.amount);
    }
    sums
}
