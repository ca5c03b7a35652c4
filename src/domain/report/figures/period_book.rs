//! All figures of a period in one text that is always the same: what a head signs off.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::period::Period;
use super::booking::Booking;
use super::count::Key;
use super::{Amount, Line};
use crate::domain::ids::AgencyCode;

type Lines = BTreeMap<(Key, Line), Amount>;

/// The stocks at the beginning of a period, and what moved in it, by division, tag and line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeriodBook {
    opening: Lines,
    within: Lines,
}

impl PeriodBook {
    /// Of sums of the books, as far as they are of these agencies and not after the period.
    pub fn of<'a>(
        period: Period,
        agencies: &[AgencyCode],
        sums: impl IntoIterator<Item = (&'a Booking, Amount)>,
    ) -> Self {
        let (first, last) = period.touched();
        let mut book = Self::default();
        for (place, amount) in sums {
            if place.month > last || !agencies.contains(&place.key.agency) {
                continue;
            }
            let lines = if place.month >= first {
                &mut book.within
            } else if place.line.is_stock() {
                &mut book.opening
            } else {
                continue;
            };
            let sum = lines.entry((place.key.clone(), place.line)).or_default();
            *sum = sum.plus(amount);
        }
        book
    }

    /// The text: a JSON object without white space, its members in this order, rows in the order of agency, unit, officer, initiative,
    /// tag and line as the hub's vocabularies have them, nothing before everything else. A row that comes to nothing is left out.
    /// A row: agency, unit or null, officer or null, initiative, tag or null, line, cases, đồng as a text.
    pub fn text(&self, period: Period, agencies: &[AgencyCode]) -> String {
        let rows = |lines: &Lines| -> Value {
            let told = lines.iter().filter(|(_, amount)| **amount != Amount::default());
            told.map(|((key, line), amount)| {
                json!([
                    key.agency,
                    key.unit,
                    key.officer,
                    key.initiative,
                    key.tag,
                    line,
                    amount.cases,
                    amount.dong.to_string()
                ])
            })
            .collect()
        };
        let (period, opening, within) = (period.to_string(), rows(&self.opening), rows(&self.within));
        format!(
            r#"{{"period":{},"agencies":{},"opening":{opening},"within":{within}}}"#,
            json!(period),
            json!(agencies)
        )
    }
}
