//! Whether the clock goes on evenly. What was written because a clock was set a year ahead cannot be taken back, and the log's time
//! would then stand a year ahead for every hub. So a leap is not believed at once: nothing is written until the clock is put right,
//! or has stood by its leap for long.

use std::time::Duration;

use crate::domain::time::Timestamp;

/// Leaps up to here are believed at once: corrections by NTP.
const TOLERATED: Duration = Duration::from_mins(2);

/// A leap that has lasted for so long is true: the machine slept, or the clock was put right by it.
const BELIEVED_AFTER: Duration = Duration::from_mins(15);

/// Remembers where the clock stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClockWatch {
    /// The time that is believed, and the steady count then.
    anchor: Option<(Timestamp, Duration)>,
    /// The steady count when the clock leapt.
    leapt: Option<Duration>,
}

impl ClockWatch {
    /// Looks at the clock: `elapsed` is the steady count since some moment, none if there is no such count. Gives by how much the
    /// clock is ahead of what is believed; none: it is believed.
    pub fn look(&mut self, now: Timestamp, elapsed: Option<Duration>) -> Option<Duration> {
        let elapsed = elapsed?;
        let (wall, count) = *self.anchor.get_or_insert((now, elapsed));
        let expected = wall.plus(elapsed.saturating_sub(count));
        let micros = now.micros().saturating_sub(expected.micros());
        let ahead = Duration::from_micros(u64::try_from(micros).unwrap_or(0));
        let leapt = *self.leapt.get_or_insert(elapsed);
        if ahead <= TOLERATED || elapsed.saturating_sub(leapt) >= BELIEVED_AFTER {
            // Also after a leap backwards: then nothing is early by going on from there.
            *self = Self {
                anchor: Some((now, elapsed)),
                leapt: None,
            };
            return None;
        }
        Some(ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(1_000_000_000_000_000).plus(Duration::from_secs(seconds))
    }

    /// Whether the clock is believed.
    fn look(watch: &mut ClockWatch, wall: u64, steady: u64) -> bool {
        watch.look(at(wall), Some(Duration::from_secs(steady))).is_none()
    }

    #[test]
    fn an_even_clock_and_small_corrections_are_believed() {
        let mut watch = ClockWatch::default();
        for (wall, steady) in [(0, 0), (1, 1), (62, 2), (182, 2), (10_182, 10_002)] {
            assert!(look(&mut watch, wall, steady));
        }
    }

    #[test]
    fn a_leap_ahead_is_held_until_the_clock_is_put_right() {
        let mut watch = ClockWatch::default();
        look(&mut watch, 100, 0);
        assert!(!look(&mut watch, 100_000, 1));
        assert!(!look(&mut watch, 100_600, 601));
        assert_eq!(
            watch.look(at(100_700), Some(Duration::from_secs(701))),
            Some(Duration::from_secs(100_700 - 801)),
            "ahead of the steady count"
        );
        assert!(look(&mut watch, 802, 702), "it was put right");
        assert!(!look(&mut watch, 90_000, 703), "the next leap is held for itself");
    }

    #[test]
    fn a_leap_that_lasts_is_believed() {
        let mut watch = ClockWatch::default();
        look(&mut watch, 0, 0);
        let (leap, last) = (2 * HOUR.as_secs(), BELIEVED_AFTER.as_secs());
        assert!(!look(&mut watch, leap, 1));
        assert!(!look(&mut watch, leap + last - 1, last));
        assert!(look(&mut watch, leap + last, last + 1));
        assert!(look(&mut watch, leap + last + 1, last + 2));
    }

    #[test]
    fn a_leap_back_is_believed_and_a_clock_without_a_steady_count_too() {
        let mut watch = ClockWatch::default();
        look(&mut watch, 10_000, 0);
        assert!(look(&mut watch, 50, 1));
        assert!(look(&mut watch, 51, 2));
        assert_eq!(watch.look(at(9_000_000), None), None);
    }
}
