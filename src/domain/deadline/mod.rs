//! Legal clocks (DESIGN section 6): a budget and a ledger of suspensions, from which the due time is derived.
//!
//! `compute` counts on the calendar and says why; `ledger` holds one clock of a request; `apply` lets a workflow step
//! start, pause, extend and stop clocks. All of it is pure.

mod apply;
mod begin;
mod compute;
mod counter;
mod duty;
mod ledger;
mod limit;
#[cfg(test)]
mod properties;
mod stand_still;
#[cfg(test)]
mod tests;
mod timeline;
mod trace;
pub mod tracking;

use jiff::civil::{Date, date};

use crate::domain::catalogue::rule::Regime;
use crate::domain::time::Timestamp;

pub use apply::{ClockContext, apply, cancel_open, needs_order_payload};
pub use compute::{Computed, compute, compute_before, compute_paused, due, due_before};
pub use duty::Duty;
pub use ledger::{Deadline, DeadlineStatus, FiredRung};
pub use limit::{Decided, Limit, Suspension};
pub use timeline::{ClockChange, clock_changes};
pub use trace::{StepKind, TraceStep};

/// The first day of Law 106/2025/QH15 (Art. 115.1).
const LAW_2025_IN_FORCE: Date = date(2026, 7, 1);

impl Regime {
    /// The body of law for a step of that date (Law 106/2025/QH15 Art. 116; LAW section 1).
    pub fn on(date: Date) -> Self {
        if date < LAW_2025_IN_FORCE {
            Self::Law2008
        } else {
            Self::Law2025
        }
    }
}

/// The next due time of the clocks that run.
pub fn earliest_open_due(deadlines: &[Deadline]) -> Option<Timestamp> {
    deadlines
        .iter()
        .filter(|deadline| deadline.status == DeadlineStatus::Running)
        .filter_map(|deadline| deadline.due)
        .min()
}
