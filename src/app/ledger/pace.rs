//! How fast the writer works, so that whoever is turned away can be told when to come again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Before anything was measured: a thousand commands a second.
const FIRST_GUESS_MICROS: u64 = 1_000;
/// The shortest and the longest hint, milliseconds.
const HINT: std::ops::RangeInclusive<u64> = 50..=5_000;

/// The time that a command takes, as a moving average.
#[derive(Debug)]
pub(super) struct Pace {
    micros_each: AtomicU64,
    /// Spreads hints, so that those who were turned away together do not come again together.
    asked: AtomicU64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            micros_each: AtomicU64::new(FIRST_GUESS_MICROS),
            asked: AtomicU64::new(0),
        }
    }
}

impl Pace {
    /// A batch of `count` commands took so long.
    pub(super) fn measured(&self, count: usize, took: Duration) {
        let (Ok(count), Ok(micros)) = (u64::try_from(count), u64::try_from(took.as_micros())) else {
            return;
        };
        let Some(each) = micros.checked_div(count) else { return };
        let before = self.micros_each.load(Ordering::Relaxed);
        let after = before.saturating_mul(7).saturating_add(each) / 8;
        self.micros_each.store(after.max(1), Ordering::Relaxed);
    }

    /// Milliseconds until `waiting` commands will be done, and up to half as long again.
    pub(super) fn until_done(&self, waiting: usize) -> u32 {
        let waiting = u64::try_from(waiting).unwrap_or(u64::MAX);
        let millis = self.micros_each.load(Ordering::Relaxed).saturating_mul(waiting) / 1_000;
        let millis = millis.clamp(*HINT.start(), *HINT.end());
        let spread = self.asked.fetch_add(37, Ordering::Relaxed) % 100;
        let millis = millis
            .saturating_add(millis.saturating_mul(spread) / 200)
            .min(*HINT.end());
        u32::try_from(millis).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_follows_what_was_measured_and_stays_in_bounds() {
        let pace = Pace::default();
        assert_eq!(pace.until_done(1_000), 1_000);
        for _ in 0..100 {
            pace.measured(100, Duration::from_millis(200));
        }
        let hints: Vec<u32> = (0..100).map(|_| pace.until_done(1_000)).collect();
        assert!(hints.iter().all(|hint| (1_980..=3_000).contains(hint)), "{hints:?}");
        assert!(hints.iter().any(|hint| *hint != hints[0]), "they are spread");
        assert!((50..=75).contains(&pace.until_done(0)) && pace.until_done(1_000_000) == 5_000);
        pace.measured(0, Duration::ZERO);
    }
}
