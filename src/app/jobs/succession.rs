//! Passing what an agency had to the one that took over from it.

use std::collections::BTreeMap;

use super::{PIECE, PIECE_LIMIT, swept};
use crate::app::App;
use crate::app::ledger::cases::CaseWork;
use crate::app::ledger::command::{Sweep, SweepTask, SweptRequest};
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, CaseId, MeasureId};

impl App {
    /// Passes open requests and measures in force of every agency that has a successor; gives how many entries that made.
    pub async fn pass_to_successors(&self) -> Result<usize> {
        let successions = self.store.successions().await?;
        let mut passed = 0;
        for from in successions.keys() {
            if let Some(to) = last_successor(&successions, from) {
                passed += self.pass_requests(from, to).await?;
                passed += self.pass_measures(from, to).await?;
                passed += self.pass_cases(from, to).await?;
            }
        }
        Ok(passed)
    }

    async fn pass_requests(&self, from: &AgencyCode, to: &AgencyCode) -> Result<usize> {
        let (mut passed, mut after) = (0, None);
        loop {
            let found = self
                .store
                .requests_to_pass_on(from, to, after.as_ref(), PIECE_LIMIT)
                .await?;
            let (count, last) = (found.len(), found.last().map(|request| request.id.clone()));
            if count > 0 {
                passed += self.sweep(piece(from, to, swept(found), Vec::new())).await?;
            }
            if count < PIECE {
                return Ok(passed);
            }
            after = last;
        }
    }

    async fn pass_measures(&self, from: &AgencyCode, to: &AgencyCode) -> Result<usize> {
        let (mut passed, mut after): (usize, Option<MeasureId>) = (0, None);
        loop {
            let found = self
                .store
                .measures_to_pass_on(from, after.as_ref(), PIECE_LIMIT)
                .await?;
            let (count, last) = (found.len(), found.last().cloned());
            if count > 0 {
                passed += self.sweep(piece(from, to, Vec::new(), found)).await?;
            }
            if count < PIECE {
                return Ok(passed);
            }
            after = last;
        }
    }
}

impl App {
    async fn pass_cases(&self, from: &AgencyCode, to: &AgencyCode) -> Result<usize> {
        let (mut passed, mut after): (usize, Option<CaseId>) = (0, None);
        loop {
            let found = self.store.cases_to_pass_on(from, after.as_ref(), PIECE_LIMIT).await?;
            let (count, last) = (found.len(), found.last().cloned());
            if count > 0 {
                let (from, to) = (from.clone(), to.clone());
                let cases = found;
                passed += self.work_on_cases(CaseWork::Succeed { from, to, cases }).await?;
            }
            if count < PIECE {
                return Ok(passed);
            }
            after = last;
        }
    }
}

fn piece(from: &AgencyCode, to: &AgencyCode, requests: Vec<SweptRequest>, measures: Vec<MeasureId>) -> Sweep {
    Sweep {
        task: SweepTask::Succeed {
            from: from.clone(),
            to: to.clone(),
        },
        requests,
        measures,
    }
}

/// Who has what `from` had: the last in the row of its successors. `None` if they run in a circle.
pub(crate) fn last_successor<'a>(
    successions: &'a BTreeMap<AgencyCode, AgencyCode>,
    from: &AgencyCode,
) -> Option<&'a AgencyCode> {
    let mut to = successions.get(from)?;
    for _ in 0..successions.len() {
        match successions.get(to) {
            Some(next) => to = next,
            None => return Some(to),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_in_a_row_of_successors_has_it_and_nobody_in_a_circle() {
        let code = |text: &str| AgencyCode::parse(text).unwrap();
        let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(from, to)| (code(from), code(to))).collect();
        let row: BTreeMap<_, _> = pairs(&[("A", "B"), ("B", "C")]);
        assert_eq!(last_successor(&row, &code("A")), Some(&code("C")));
        assert_eq!(last_successor(&row, &code("C")), None);
        let circle: BTreeMap<_, _> = pairs(&[("A", "B"), ("B", "A")]);
        assert_eq!(last_successor(&circle, &code("A")), None);
    }
}
