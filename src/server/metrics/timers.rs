//! What is counted of what comes with time.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::domain::time::Timestamp;

/// See the module.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct TimerMeter {
    fired: Counter,
    behind: Gauge,
    held: Gauge,
}

impl TimerMeter {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "timers_fired",
            "Entries made because a moment had come",
            self.fired.clone(),
        );
        registry.register(
            "timers_behind_seconds",
            "For how long the oldest moment that has come waits to be worked off",
            self.behind.clone(),
        );
        registry.register(
            "timers_held",
            "1 while the clock has leapt ahead: nothing is written, and what would be due by it is held back",
            self.held.clone(),
        );
    }

    /// So many entries were made.
    pub(in crate::server) fn fired(&self, entries: usize) {
        self.fired.inc_by(u64::try_from(entries).unwrap_or(u64::MAX));
    }

    /// The earliest timer of all, at `now`.
    pub(in crate::server) fn behind(&self, oldest: Option<Timestamp>, now: Timestamp) {
        let seconds = oldest.map_or(0, |oldest| now.seconds().saturating_sub(oldest.seconds()));
        self.behind.set(seconds.max(0));
    }

    /// Whether timers are held back; says whether that is new.
    pub(in crate::server) fn held(&self, held: bool) -> bool {
        let before = self.held.set(i64::from(held));
        before != i64::from(held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_moment_that_has_come_is_behind() {
        let meter = TimerMeter::default();
        let now = Timestamp::from_micros(10_000_000);
        for (oldest, behind) in [(None, 0), (Some(4_000_000), 6), (Some(99_000_000), 0)] {
            meter.behind(oldest.map(Timestamp::from_micros), now);
            assert_eq!(meter.behind.get(), behind);
        }
    }

    #[test]
    fn holding_back_is_told_once() {
        let meter = TimerMeter::default();
        let told: Vec<bool> = [false, true, true, false].map(|held| meter.held(held)).into();
        assert_eq!(told, [false, true, false, true]);
    }
}
