//! What can be asked of the hub's own work over requests.

use crate::domain::ids::{AgencyCode, MeasureId, RequestId};

/// A piece of the hub's own work: these requests, as far as they still need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sweep {
    /// What to do with each.
    pub task: SweepTask,
    /// The requests with their parties, for reading ahead.
    pub requests: Vec<SweptRequest>,
    /// Measures that came of no request, to pass on.
    pub measures: Vec<MeasureId>,
}

/// A request that a sweep looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweptRequest {
    /// Which.
    pub id: RequestId,
    /// Who sent it.
    pub sender: AgencyCode,
    /// Who must answer it.
    pub recipient: AgencyCode,
}

/// The hub's own work over requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SweepTask {
    /// Compute open clocks again on the calendar as it is now. No requests: the job is done.
    Recompute {
        /// The version of the calendar for which the job was begun.
        version: i64,
    },
    /// Pass what an agency has to its successor.
    Succeed {
        /// The agency that has ended.
        from: AgencyCode,
        /// Who took over.
        to: AgencyCode,
    },
}
