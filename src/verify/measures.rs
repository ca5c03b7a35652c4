//! Measures: the last entry that states one says how its row must be. Only a digest of that row is held.

use std::collections::BTreeMap;

use super::Result;
use super::entry::Event;
use super::expected::measure_row;
use super::fault::{Faults, What};
use super::row::Value;
use super::rows::Rows;
use super::select::MEASURE;
use crate::domain::event::Measure;
use crate::evidence::Digest;

/// Digests of rows by the measure's id.
#[derive(Debug, Default)]
pub(super) struct Measures(BTreeMap<String, Digest>);

impl Measures {
    pub(super) fn state(&mut self, measure: &Measure) {
        self.0.insert(measure.id.to_string(), measure_row(measure).digest());
    }

    /// An entry about a measure that no request carries. None: it is none.
    pub(super) fn follow(&mut self, event: &Event<'_>) -> Option<()> {
        let mut details: serde_json::Map<String, serde_json::Value> = serde_json::from_str(event.details).ok()?;
        details.remove("beside");
        let measure: Measure = serde_json::from_value(details.into()).ok()?;
        let is_first = !self.0.contains_key(event.subject);
        if measure.id.as_str() != event.subject || is_first != (event.version == 1) {
            return None;
        }
        self.state(&measure);
        Some(())
    }

    /// Compares the table.
    pub(super) async fn compare(&self, mut rows: Rows, faults: &mut Faults) -> Result<()> {
        let mut unseen = self.0.iter().peekable();
        while let Some(row) = rows.next().await? {
            let id = row.at(0).text().unwrap_or_default();
            while let Some((missing, _)) = unseen.next_if(|(known, _)| known.as_str() < id) {
                faults.place(&MEASURE, format!("id={missing}"), What::Missing);
            }
            match unseen.next_if(|(known, _)| known.as_str() == id && *row.at(0) != Value::Null) {
                Some((_, digest)) if *digest == row.digest() => {}
                Some(_) => faults.row(&MEASURE, &row, What::Differs),
                None => faults.row(&MEASURE, &row, What::Added),
            }
        }
        for (missing, _) in unseen {
            faults.place(&MEASURE, format!("id={missing}"), What::Missing);
        }
        Ok(())
    }
}
