//! A sandbox (môi trường thử nghiệm): a hub to try things on, whose clock may be moved ahead.
//!
//! Its name says that it is one: it begins with [`NAME`]. A hub's name is the origin of its log and never changes, so each receipt,
//! checkpoint and token tells a sandbox from a hub that counts, and neither can ever become the other
//! ([decision 0033](../../docs/decisions/0033-suspensions-sandbox-silence.md)).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::time::{Clock, Timestamp};

/// How the name of a sandbox begins.
pub const NAME: &str = "sandbox.";

/// What every page of a sandbox shows.
pub const MARK_VI: &str = "MÔI TRƯỜNG THỬ NGHIỆM";

/// The longest way that a clock may be moved at once: 366 days, microseconds.
pub const MOST_AT_ONCE: i64 = 366 * 86_400 * 1_000_000;

/// Whether a hub of this name is a sandbox.
pub fn is_sandbox(hub_id: &str) -> bool {
    hub_id.starts_with(NAME)
}

/// A clock that runs as fast as the machine's, ahead of it by as much as it was moved. It never goes back. It has no steady count
/// (`elapsed`): whoever moves it ahead means it, so no leap of it is held back.
pub struct SandboxClock {
    machine: Arc<dyn Clock>,
    ahead: AtomicI64,
}

impl std::fmt::Debug for SandboxClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SandboxClock")
            .field("ahead", &self.ahead)
            .finish_non_exhaustive()
    }
}

impl SandboxClock {
    /// At the machine's time.
    pub fn new(machine: Arc<dyn Clock>) -> Self {
        let ahead = AtomicI64::new(0);
        Self { machine, ahead }
    }
}

impl Clock for SandboxClock {
    fn now(&self) -> Timestamp {
        self.machine.now().plus_micros(self.ahead.load(Ordering::SeqCst))
    }

    fn machine_now(&self) -> Timestamp {
        self.machine.now()
    }

    fn is_sandbox(&self) -> bool {
        true
    }

    fn follow(&self, hub_time: Timestamp) {
        let needed = hub_time.micros().saturating_sub(self.machine.now().micros());
        self.ahead.fetch_max(needed, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::super::time::ManualClock;
    use super::*;

    #[test]
    fn it_goes_on_from_what_it_followed_and_never_back() {
        let machine = Arc::new(ManualClock::new(Timestamp::from_micros(1_000)));
        let clock = SandboxClock::new(machine.clone());
        assert_eq!(clock.now(), Timestamp::from_micros(1_000));
        clock.follow(Timestamp::from_micros(5_000));
        clock.follow(Timestamp::from_micros(2_000));
        assert_eq!(clock.now(), Timestamp::from_micros(5_000));
        machine.advance_micros(10);
        assert_eq!(clock.now(), Timestamp::from_micros(5_010), "it runs");
        assert_eq!(clock.machine_now(), Timestamp::from_micros(1_010));
        assert!(clock.is_sandbox() && !machine.is_sandbox());
        assert_eq!(clock.elapsed(), None, "no leap is held back");
        machine.follow(Timestamp::from_micros(9_000));
        assert_eq!(
            machine.now(),
            Timestamp::from_micros(1_010),
            "the machine's stays right"
        );
    }

    #[test]
    fn its_name_tells_it() {
        assert!(is_sandbox("sandbox.thads.test"));
        for name in ["hub.thads.gov.vn", "sandbox", "hub.sandbox.test", "Sandbox.test"] {
            assert!(!is_sandbox(name), "{name}");
        }
    }
}
