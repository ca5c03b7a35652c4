//! Whether the clock goes on evenly. Timers that fire because a clock was set a year ahead cannot be taken back, so a leap is not
//! believed at once: what the hub may fire by then goes on at the pace of the machine's steady count, until the clock is put
//! right, or has stood by its leap for long.

use std::time::Duration;

use crate::domain::time::Timestamp;

/// Leaps up to here are believed at once: corrections by NTP.
const TOLERATED: Duration = Duration::from_mins(2);

/// A leap that has lasted for so long is true: the machine slept, or the clock was put right by it.
const BELIEVED_AFTER: Duration = Duration::from_mins(15);

/// What follows from a look at the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Nothing that is due later may fire.
    pub until: Timestamp,
    /// By how much the clock is ahead of what is believed; none: it is believed.
    pub ahead: Option<Duration>,
}

/// Remembers where the clock stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClockWatch {
    /// The time that is believed, and the steady count then.
    anchor: Option<(Timestamp, Duration)>,
    /// The steady count when the clock leapt.
    leapt: Option<Duration>,
}

impl ClockWatch {
    /// Looks at the clock: `elapsed` is the steady count since some moment, none if there is no such count.
    pub fn look(&mut self, now: Timestamp, elapsed: Option<Duration>) -> Limit {
        let believe = Limit {
            until: now,
            ahead: None,
        };
        let Some(elapsed) = elapsed else { return believe };
        let (wall, count) = *self.anchor.get_or_insert((now, elapsed));
        let expected = wall.plus(elapsed.saturating_sub(count));
        let micros = now.micros().saturating_sub(expected.micros());
        let ahead = Duration::from_micros(u64::try_from(micros).unwrap_or(0));
        let leapt = *self.leapt.get_or_insert(elapsed);
        if ahead <= TOLERATED || elapsed.saturating_sub(leapt) >= BELIEVED_AFTER {
            // Also after a leap backwards: then nothing fires early by going on from there.
            *self = Self {
                anchor: Some((now, elapsed)),
                leapt: None,
            };
            return believe;
        }
        Limit {
            until: expected,
            ahead: Some(ahead),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(1_000_000_000_000_000).plus(Duration::from_secs(seconds))
    }

    fn look(watch: &mut ClockWatch, wall: u64, steady: u64) -> (u64, bool) {
        let limit = watch.look(at(wall), Some(Duration::from_secs(steady)));
        let until = (limit.until.micros() - at(0).micros()) / 1_000_000;
        (u64::try_from(until).unwrap(), limit.ahead.is_some())
    }

    #[test]
    fn an_even_clock_and_small_corrections_are_believed() {
        let mut watch = ClockWatch::default();
        for (wall, steady) in [(0, 0), (1, 1), (62, 2), (182, 2), (10_182, 10_002)] {
            assert_eq!(look(&mut watch, wall, steady), (wall, false));
        }
    }

    #[test]
    fn a_leap_ahead_is_held_at_the_steady_pace_until_the_clock_is_put_right() {
        let mut watch = ClockWatch::default();
        look(&mut watch, 100, 0);
        assert_eq!(look(&mut watch, 100_000, 1), (101, true));
        assert_eq!(
            look(&mut watch, 100_600, 601),
            (701, true),
            "what comes due meanwhile still fires"
        );
        assert_eq!(look(&mut watch, 702, 602), (702, false), "it was put right");
        assert_eq!(
            look(&mut watch, 90_000, 603),
            (703, true),
            "the next leap is held for itself"
        );
    }

    #[test]
    fn a_leap_that_lasts_is_believed() {
        let mut watch = ClockWatch::default();
        look(&mut watch, 0, 0);
        let (leap, last) = (2 * HOUR.as_secs(), BELIEVED_AFTER.as_secs());
        assert!(look(&mut watch, leap, 1).1);
        assert!(look(&mut watch, leap + last - 1, last).1);
        assert_eq!(look(&mut watch, leap + last, last + 1), (leap + last, false));
        assert_eq!(look(&mut watch, leap + last + 1, last + 2), (leap + last + 1, false));
    }

    #[test]
    fn a_leap_back_is_believed_and_a_clock_without_a_steady_count_too() {
        let mut watch = ClockWatch::default();
        look(&mut watch, 10_000, 0);
        assert_eq!(look(&mut watch, 50, 1), (50, false));
        assert_eq!(look(&mut watch, 51, 2), (51, false));
        let limit = watch.look(at(9_000_000), None);
        assert_eq!((limit.until, limit.ahead), (at(9_000_000), None));
    }
}
