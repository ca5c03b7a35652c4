//! The time that entries bear. It never goes back, and it is not taken from a clock that stands back or has leapt ahead: what was
//! entered under a wrong time would stand so for ever.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::domain::steadiness::ClockWatch;
use crate::domain::time::{Clock, Timestamp};

/// Writes are refused while the clock stands this far behind the latest entry, in microseconds.
pub const MAX_SKEW_MICROS: i64 = 2_000_000;

/// The hub's clock and whether it goes on evenly.
pub struct SteadyClock {
    clock: Arc<dyn Clock>,
    watch: Mutex<ClockWatch>,
}

impl std::fmt::Debug for SteadyClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SteadyClock")
    }
}

impl SteadyClock {
    /// Over the machine's clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            watch: Mutex::default(),
        }
    }

    /// What the clock shows.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The machine's time, by which certificates are judged ([`Clock::machine_now`]).
    pub fn machine_now(&self) -> Timestamp {
        self.clock.machine_now()
    }

    /// Whether it may be moved.
    pub fn is_sandbox(&self) -> bool {
        self.clock.is_sandbox()
    }

    /// Lets the clock of a sandbox go on from the latest entry.
    pub fn follow(&self, latest: Timestamp) {
        self.clock.follow(latest);
    }

    /// By how much the clock has leapt ahead; none: it is believed.
    pub fn leapt(&self) -> Option<Duration> {
        self.look().1
    }

    /// The time of the next entry, if the latest one is of `latest`; none: the clock is off.
    pub(super) fn time_after(&self, latest: Timestamp) -> Option<Timestamp> {
        let (now, leapt) = self.look();
        let is_behind = latest.micros().saturating_sub(now.micros()) > MAX_SKEW_MICROS;
        (leapt.is_none() && !is_behind).then(|| now.max(latest))
    }

    fn look(&self) -> (Timestamp, Option<Duration>) {
        // Nothing panics with it.
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        (now, watch.look(now, self.clock.elapsed()))
    }
}
