//! Writing what a batch counted: counts are added to their rows as they stand, without reading them; histograms are read under the
//! lock, merged and replaced.

use std::collections::BTreeMap;

use super::environment::Environment;
use super::state::{Registry, State};
use crate::domain::deadline::Deadline;
use crate::domain::event::EventDetails;
use crate::domain::ids::KindCode;
use crate::domain::request::EnforcementRequest;
use crate::domain::response_time::{self, Counted, Counting, Tallies, TallyKey};
use crate::domain::workflow::Action;
use crate::store::rows::{CountRow, HistogramRow};
use crate::store::write::LedgerTx;

impl State {
    /// Lets an event of the hub's own work say what it counts: clocks that are halted, or run again.
    pub(super) fn count_clocks(
        &mut self,
        registry: &Registry,
        environment: &Environment,
        request: &EnforcementRequest,
        (action, after): (Action, &[Deadline]),
        details: &mut EventDetails,
    ) {
        let counted = response_time::count(&Counting {
            request,
            action,
            registers: false,
            is_first_answer: false,
            refused: false,
            before: self.deadlines.get(&request.id).map_or(&[], Vec::as_slice),
            after,
            calendar: &environment.calendar,
            province: registry.province(&request.sender),
        });
        self.count(&request.kind, details, counted);
    }

    /// Lets an event say what its step counts, and adds it up.
    pub(super) fn count(&mut self, kind: &KindCode, details: &mut EventDetails, counted: Vec<Counted>) {
        for counted in &counted {
            self.tallies.add(kind, self.hub_time, counted);
        }
        details.counted = counted;
    }
}

/// Adds what the batch counted to what was counted before: one row for each sum.
pub(super) async fn write(tx: &mut LedgerTx, tallies: &Tallies) -> Result<(), sqlx::Error> {
    if tallies.is_empty() {
        return Ok(());
    }
    let counts: Vec<CountRow> = tallies.iter().map(|(key, sum)| CountRow::new(key, sum)).collect();
    tx.write(&counts).await?;
    let timed: Vec<_> = tallies.iter().filter(|(_, sum)| sum.has_durations()).collect();
    if timed.is_empty() {
        return Ok(());
    }
    let known: BTreeMap<TallyKey, HistogramRow> = tx.histograms(timed.iter().map(|(key, _)| *key)).await?;
    let rows: Vec<HistogramRow> = timed
        .into_iter()
        .map(|(key, sum)| HistogramRow::merged(key, sum, known.get(key)))
        .collect();
    tx.write(&rows).await
}
