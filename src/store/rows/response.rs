//! Rows of what was counted.

use sqlx::Row as _;

use super::{integer, row, text};
use crate::domain::ids::AgencyCode;
use crate::domain::response_time::{Histogram, Month, Overdue, Sum, TallyKey, What};
use crate::store::backend::{decode_error, from_row, parsed};
use crate::store::bulk::Cell;

/// The cells of a key, in the order of its columns; `month` is its text.
fn key_cells<'a>(key: &'a TallyKey, month: &'a str) -> Vec<Cell<'a>> {
    vec![
        text(key.level.as_str()),
        text(key.agency.as_str()),
        text(month),
        text(&key.counterparty),
        text(&key.unit),
        text(&key.kind),
        text(&key.province),
    ]
}

/// What a batch adds to the counts of a sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CountRow {
    key: TallyKey,
    month: String,
    counts: Vec<i64>,
}

impl CountRow {
    pub(crate) fn new(key: &TallyKey, sum: &Sum) -> Self {
        let counts = What::ALL.iter().map(|what| sum.of(*what));
        Self {
            key: key.clone(),
            month: key.month.to_string(),
            counts: counts.chain([sum.paused_seconds]).collect(),
        }
    }
}

impl crate::store::bulk::Row for CountRow {
    const TABLE: &'static crate::store::bulk::Table = &crate::store::schema::RESPONSE_COUNT;

    fn cells(&self) -> Vec<Cell<'_>> {
        let mut cells = key_cells(&self.key, &self.month);
        cells.extend(self.counts.iter().map(|count| integer(*count)));
        cells
    }
}

/// The histograms of a sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HistogramRow {
    pub(crate) key: TallyKey,
    month: String,
    working: Vec<u8>,
    wall: Vec<u8>,
    sum: Sum,
}

impl HistogramRow {
    /// What the batch counted together with what was there.
    pub(crate) fn merged(key: &TallyKey, counted: &Sum, known: Option<&Self>) -> Self {
        let mut sum = counted.clone();
        if let Some(known) = known {
            sum.merge(&known.sum);
        }
        Self {
            key: key.clone(),
            month: key.month.to_string(),
            working: sum.working.to_bytes(),
            wall: sum.wall.to_bytes(),
            sum,
        }
    }
}

row!(HistogramRow, RESPONSE_HISTOGRAM, |row| [
    text(row.key.level.as_str()),
    text(row.key.agency.as_str()),
    text(&row.month),
    text(&row.key.counterparty),
    text(&row.key.unit),
    text(&row.key.kind),
    text(&row.key.province),
    Cell::Bytes(Some(&row.working)),
    Cell::Bytes(Some(&row.wall)),
]);
from_row!(HistogramRow, |row| {
    let key = TallyKey {
        level: parsed(row, "level")?,
        agency: parsed(row, "agency")?,
        month: parsed(row, "month")?,
        counterparty: row.try_get("counterparty")?,
        unit: row.try_get("unit")?,
        kind: row.try_get("kind")?,
        province: row.try_get("province")?,
    };
    let (working, wall): (Vec<u8>, Vec<u8>) = (row.try_get("working")?, row.try_get("wall")?);
    let sum = Sum::of_durations(
        Histogram::from_bytes(&working).map_err(|error| decode_error("working", error))?,
        Histogram::from_bytes(&wall).map_err(|error| decode_error("wall", error))?,
    );
    Ok(Self {
        month: key.month.to_string(),
        key,
        working,
        wall,
        sum,
    })
});

/// A sum as it is read, with what of its key its query tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSum {
    /// In whose statistics.
    pub agency: AgencyCode,
    /// When it was counted.
    pub month: Month,
    /// The unit; empty where none is told apart.
    pub unit: String,
    /// The kind.
    pub kind: String,
    /// The sender's province.
    pub province: String,
    /// What was counted.
    pub sum: Sum,
}

from_row!(StoredSum, |row| {
    let mut sum = Sum::default();
    for what in What::ALL {
        sum.add(*what, row.try_get(what.column())?);
    }
    sum.paused_seconds = row.try_get("paused_seconds")?;
    let (working, wall): (Option<Vec<u8>>, Option<Vec<u8>>) = (row.try_get("working")?, row.try_get("wall")?);
    if let Some(working) = working {
        sum.working = Histogram::from_bytes(&working).map_err(|error| decode_error("working", error))?;
    }
    if let Some(wall) = wall {
        sum.wall = Histogram::from_bytes(&wall).map_err(|error| decode_error("wall", error))?;
    }
    Ok(Self {
        agency: parsed(row, "agency")?,
        month: parsed(row, "month")?,
        unit: row.try_get("unit")?,
        kind: row.try_get("kind")?,
        province: row.try_get("province")?,
        sum,
    })
});

/// What of an agency's duties is overdue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverdueOf {
    /// Which.
    pub agency: AgencyCode,
    /// How much.
    pub overdue: Overdue,
}

from_row!(OverdueOf, |row| {
    Ok(Self {
        agency: parsed(row, "agency")?,
        overdue: Overdue {
            day: row.try_get("day")?,
            week: row.try_get("week")?,
            month: row.try_get("month")?,
            older: row.try_get("older")?,
            silent: row.try_get("silent")?,
        },
    })
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema::RESPONSE_COUNT;

    #[test]
    fn each_thing_that_is_counted_is_a_column_in_its_order() {
        let columns: Vec<&str> = RESPONSE_COUNT.columns.iter().skip(7).map(|(name, _)| *name).collect();
        let whats: Vec<&str> = What::ALL
            .iter()
            .map(|what| what.column())
            .chain(["paused_seconds"])
            .collect();
        assert_eq!(columns, whats);
        for what in What::ALL {
            assert_eq!(what.column(), what.as_str().to_lowercase());
        }
    }
}

/// The first final answers of an agency that a limit held for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedAnswers {
    /// Who answered.
    pub agency: AgencyCode,
    /// In time and late, and nothing else.
    pub sum: Sum,
}

from_row!(TimedAnswers, |row| {
    let mut sum = Sum::default();
    sum.add(What::AnsweredInTime, row.try_get("in_time")?);
    sum.add(What::AnsweredLate, row.try_get("late")?);
    Ok(Self {
        agency: parsed(row, "agency")?,
        sum,
    })
});
