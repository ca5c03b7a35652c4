//! Rows of the books of cases.

use sqlx::Row as _;

use super::{integer, row, text};
use crate::domain::enforcement_case::{DecisionNumber, Tag};
use crate::domain::ids::{OfficerId, UnitId};
use crate::domain::report::figures::{Amount, Booking, Key, Line, Movement};
use crate::domain::report::period::Month;
use crate::store::backend::{decode_error, from_row, parsed};
use crate::store::bulk::Cell;

/// Đồng as a database has them; 9.2·10¹⁸ at most.
fn dong(amount: Amount) -> Result<i64, sqlx::Error> {
    i64::try_from(amount.dong).map_err(|error| sqlx::Error::Encode(error.into()))
}

fn unit(key: &Key) -> Cell<'_> {
    text(key.unit.as_ref().map_or("", UnitId::as_str))
}

fn officer(key: &Key) -> Cell<'_> {
    text(key.officer.as_ref().map_or("", OfficerId::as_str))
}

fn tag(key: &Key) -> Cell<'_> {
    text(key.tag.map_or("", Tag::as_str))
}

/// What a batch adds to a sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BookRow {
    place: Booking,
    month: String,
    cases: i64,
    dong: i64,
}

impl BookRow {
    pub(crate) fn new(place: &Booking, sum: Amount) -> Result<Self, sqlx::Error> {
        Ok(Self {
            place: place.clone(),
            month: place.month.to_string(),
            cases: sum.cases,
            dong: dong(sum)?,
        })
    }
}

row!(BookRow, CASE_BOOK, |row| [
    text(row.place.key.agency.as_str()),
    tag(&row.place.key),
    text(&row.month),
    text(row.place.line.as_str()),
    unit(&row.place.key),
    officer(&row.place.key),
    text(row.place.key.initiative.as_str()),
    integer(row.cases),
    integer(row.dong),
]);

/// What an entry moves on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MovementRow {
    movement: Movement,
    month: String,
    date: String,
    dong: i64,
}

impl MovementRow {
    pub(crate) fn new(movement: &Movement) -> Result<Self, sqlx::Error> {
        Ok(Self {
            month: movement.booking.month.to_string(),
            date: movement.date.to_string(),
            dong: dong(movement.amount)?,
            movement: movement.clone(),
        })
    }
}

row!(MovementRow, CASE_MOVEMENT, |row| [
    text(row.movement.case_id.as_str()),
    integer(row.movement.version),
    integer(row.movement.ordinal),
    text(row.movement.booking.key.agency.as_str()),
    unit(&row.movement.booking.key),
    officer(&row.movement.booking.key),
    text(row.movement.booking.key.initiative.as_str()),
    tag(&row.movement.booking.key),
    text(row.movement.booking.line.as_str()),
    text(&row.month),
    text(&row.date),
    Cell::Flag(row.movement.is_late()),
    integer(row.movement.amount.cases),
    integer(row.dong),
]);

/// A text column in which nothing stands for none.
fn unless_empty<'r, R, T>(row: &'r R, column: &'static str) -> Result<Option<T>, sqlx::Error>
where
    R: sqlx::Row,
    &'static str: sqlx::ColumnIndex<R>,
    String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.try_get(column)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| decode_error(column, error))
}

macro_rules! key {
    ($row:ident) => {
        Key {
            agency: parsed($row, "agency")?,
            unit: unless_empty($row, "unit")?,
            officer: unless_empty($row, "officer")?,
            initiative: parsed($row, "initiative")?,
            tag: unless_empty($row, "tag")?,
        }
    };
}

macro_rules! amount {
    ($row:ident) => {
        Amount::new($row.try_get("cases")?, i128::from($row.try_get::<i64, _>("dong")?))
    };
}

/// A sum as it is read, over the months that its query puts together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredBookSum {
    pub(crate) key: Key,
    pub(crate) month: Month,
    pub(crate) line: Line,
    pub(crate) amount: Amount,
}

from_row!(StoredBookSum, |row| {
    Ok(Self {
        key: key!(row),
        month: parsed(row, "month")?,
        line: parsed(row, "line")?,
        amount: amount!(row),
    })
});

/// A movement behind a figure, and which case it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMovement {
    /// What was moved.
    pub movement: Movement,
    /// The enforcement decision of the case.
    pub decision: DecisionNumber,
}

from_row!(StoredMovement, |row| {
    Ok(Self {
        movement: Movement {
            case_id: parsed(row, "case_id")?,
            version: row.try_get("version")?,
            ordinal: row.try_get("ordinal")?,
            booking: Booking {
                key: key!(row),
                month: parsed(row, "month")?,
                line: parsed(row, "line")?,
            },
            date: parsed(row, "change_date")?,
            amount: amount!(row),
        },
        decision: DecisionNumber {
            number: row.try_get("decision_number")?,
            date: parsed(row, "decision_date")?,
        },
    })
});
