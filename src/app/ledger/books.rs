//! The books of cases under the lock of the head: each entry states the month in which it is counted, what it moves is written down
//! line by line, and the sums are added to as they stand, without reading them.

use super::state::State;
use crate::domain::enforcement_case::{CaseEvent, CaseRecord};
use crate::domain::report::figures::Movement;
use crate::domain::report::figures::booking::{booked_month, movements, sums};
use crate::store::rows::{BookRow, MovementRow};
use crate::store::write::LedgerTx;

/// What the entries of a batch move.
#[derive(Debug, Default)]
pub(super) struct Books {
    moved: Vec<Movement>,
}

impl State {
    /// Lets an entry that makes `after` of `before` say in which month it is counted.
    pub(super) fn book(&self, before: Option<&CaseRecord>, after: &mut CaseRecord, event: &mut CaseEvent) {
        let former = before.map_or(&after.agency, |before| &before.agency);
        let first_open = self.first_open(&[former, &after.agency]);
        event.booked = booked_month(before, after, event, first_open);
        after.booked = event.booked.or(after.booked);
    }

    /// Takes down what it moves.
    pub(super) fn move_books(&mut self, before: Option<&CaseRecord>, after: &CaseRecord, event: &CaseEvent) {
        self.books.moved.extend(movements(before, after, event));
    }
}

/// Writes the movements, and adds their sums to the books.
pub(super) async fn write(tx: &mut LedgerTx, books: &Books) -> Result<(), sqlx::Error> {
    let rows: Result<Vec<MovementRow>, _> = books.moved.iter().map(MovementRow::new).collect();
    tx.write(&rows?).await?;
    let sums = sums(&books.moved);
    let rows: Result<Vec<BookRow>, _> = sums.iter().map(|(place, sum)| BookRow::new(place, *sum)).collect();
    tx.write(&rows?).await
}
