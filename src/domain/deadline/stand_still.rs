//! A clock that stands still with those of other requests.

use super::ledger::Deadline;
use super::limit::Suspension;
use crate::domain::calendar::Calendar;
use crate::domain::time::Timestamp;

impl Deadline {
    /// Lets the open clock stand still for those of `wanted`, by their beginning, that move it, and for no others that were decided
    /// before. What a step of the request paused stays. Returns whether anything changed.
    pub(crate) fn let_stand_still(&mut self, wanted: &[Suspension], calendar: &Calendar) -> bool {
        if wanted.is_empty() && self.suspensions.iter().all(|pause| pause.decided.is_none()) {
            return false;
        }
        let mut again = self.clone();
        // What moves it is told apart as if it ran now: a pause of its own hides nothing of it.
        again
            .suspensions
            .retain(|pause| pause.decided.is_none() && pause.to.is_some());
        again.refresh(calendar);
        for pause in wanted {
            let mut paused = again.clone();
            paused.insert_pause(pause.clone());
            paused.refresh(calendar);
            // What takes no time off the clock, for it is over before, or all of it counts already, is not carried.
            let is_over = again.due.is_some_and(|due| due < pause.from);
            if !is_over && (paused.status, paused.due) != (again.status, again.due) {
                again = paused;
            }
        }
        if let Some(own) = self.pause_of_its_own() {
            again.insert_pause(own.clone());
            again.refresh(calendar);
        }
        let changes = (again.status, again.due, &again.suspensions) != (self.status, self.due, &self.suspensions);
        if changes {
            *self = again;
        }
        changes
    }

    /// Puts a pause where it belongs: they stand by their beginning.
    pub(super) fn insert_pause(&mut self, pause: Suspension) {
        let place = self.suspensions.partition_point(|other| other.from <= pause.from);
        self.suspensions.insert(place, pause);
    }

    /// The moment itself, or when the clock runs again if it stands still then, as far as that is known.
    pub fn runs_again(&self, moment: Timestamp) -> Timestamp {
        let pauses = self.suspensions.iter().filter_map(Suspension::closed);
        pauses.fold(moment, |at, (from, to)| if from <= at { at.max(to) } else { at })
    }

    /// For how long it stood still by what was decided for many, until it ended, beside the pauses of its own; microseconds.
    pub fn halted_micros(&self) -> i64 {
        self.covered(|_| true) - self.covered(|pause| pause.decided.is_none())
    }

    /// The time between its start and its end that lies in such pauses; once where they overlap.
    fn covered(&self, counts: impl Fn(&Suspension) -> bool) -> i64 {
        let end = self.stopped.unwrap_or(Timestamp::from_micros(i64::MAX));
        let (mut at, mut micros) = (self.start, 0_i64);
        for pause in self.suspensions.iter().filter(|pause| counts(pause)) {
            let from = pause.from.max(at).min(end);
            let to = pause.to.unwrap_or(end).min(end).max(from);
            micros = micros.saturating_add(to.micros().saturating_sub(from.micros()));
            at = at.max(to);
        }
        micros
    }
}
