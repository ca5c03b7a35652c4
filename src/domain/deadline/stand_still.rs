//! A clock that stands still with those of other requests.

use super::ledger::Deadline;
use super::limit::Suspension;
use crate::domain::calendar::Calendar;

impl Deadline {
    /// Lets the open clock stand still for those of `wanted`, by their beginning, that move it, and for no others that were decided
    /// before. What a step of the request paused stays. Returns whether anything changed.
    pub(crate) fn let_stand_still(&mut self, wanted: &[Suspension], calendar: &Calendar) -> bool {
        if wanted.is_empty() && self.suspensions.iter().all(|pause| pause.decided.is_none()) {
            return false;
        }
        let mut again = self.clone();
        again.suspensions.retain(|pause| pause.decided.is_none());
        again.refresh(calendar);
        for pause in wanted {
            let mut paused = again.clone();
            let place = paused.suspensions.partition_point(|other| other.from <= pause.from);
            paused.suspensions.insert(place, pause.clone());
            paused.refresh(calendar);
            // What takes no time off the clock, for it is over before, or all of it counts already, is not carried.
            if (paused.status, paused.due) != (again.status, again.due) {
                again = paused;
            }
        }
        let changes = (again.status, again.due, &again.suspensions) != (self.status, self.due, &self.suspensions);
        if changes {
            *self = again;
        }
        changes
    }
}
