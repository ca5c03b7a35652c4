//! What comes of an attempt, and when the next one is made: the schedule that Standard Webhooks 1.0.0 gives as its example, some
//! three days long.

use std::time::Duration;

use crate::domain::macros::text_enum;
use crate::domain::time::Timestamp;

/// How long to wait after the first, second, … attempt that failed. After the last there is no other.
const DELAYS: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

/// The longest that a receiver may ask to be waited for.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

text_enum! {
    /// What came of an attempt.
    pub enum Outcome {
        /// Answered with 200 to 299.
        Delivered => "DELIVERED",
        /// Answered with another status.
        Status => "STATUS",
        /// Answered with a redirect, which is never followed.
        Redirect => "REDIRECT",
        /// Answered 410.
        Gone => "GONE",
        /// No answer in time.
        Timeout => "TIMEOUT",
        /// The name has no address.
        Name => "NAME",
        /// The address may not be called.
        Address => "ADDRESS",
        /// No connection.
        Connection => "CONNECTION",
        /// TLS failed.
        Tls => "TLS",
        /// The answer is not HTTP/1.1.
        Protocol => "PROTOCOL",
    }
}

/// An attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// What came of it.
    pub outcome: Outcome,
    /// The status that was answered.
    pub status: Option<u16>,
    /// How long the receiver asks to be waited for.
    pub retry_after: Option<Duration>,
}

impl Attempt {
    /// One that got no answer.
    pub fn failed(outcome: Outcome) -> Self {
        Self {
            outcome,
            status: None,
            retry_after: None,
        }
    }

    /// One that was answered.
    pub fn answered(status: u16, retry_after: Option<Duration>) -> Self {
        let outcome = match status {
            200..=299 => Outcome::Delivered,
            300..=399 => Outcome::Redirect,
            410 => Outcome::Gone,
            _ => Outcome::Status,
        };
        Self {
            outcome,
            status: Some(status),
            retry_after,
        }
    }
}

/// What follows from an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It has arrived: on to the next entry.
    Pass,
    /// Again, not before this instant.
    Again(Timestamp),
    /// Never again: the receiver does not want it.
    Gone,
    /// Never again: it was the last attempt.
    GiveUp,
}

/// What follows from an attempt at `now`, the `failed`th (from 1) that failed if it did. `random` spreads attempts: up to a fifth of the
/// delay is added.
pub fn next(attempt: &Attempt, failed: u32, now: Timestamp, random: u8) -> Next {
    match attempt.outcome {
        Outcome::Delivered => return Next::Pass,
        Outcome::Gone => return Next::Gone,
        Outcome::Status
        | Outcome::Redirect
        | Outcome::Timeout
        | Outcome::Name
        | Outcome::Address
        | Outcome::Connection
        | Outcome::Tls
        | Outcome::Protocol => {}
    }
    let index = usize::try_from(failed.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(delay) = DELAYS.get(index) else {
        return Next::GiveUp;
    };
    let delay = *delay + *delay * u32::from(random) / (5 * 255);
    let asked = attempt.retry_after.unwrap_or_default().min(LONGEST_WAIT);
    Next::Again(now.plus(delay.max(asked)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000);

    fn failed() -> Attempt {
        Attempt::answered(500, None)
    }

    #[test]
    fn ten_attempts_take_three_days_and_then_it_is_given_up() {
        let mut whole = Duration::ZERO;
        for number in 1..=9 {
            let Next::Again(least) = next(&failed(), number, NOW, 0) else {
                panic!("attempt {number} is followed by another")
            };
            let Next::Again(most) = next(&failed(), number, NOW, 255) else {
                panic!("attempt {number} is followed by another")
            };
            let delay = Duration::from_micros((least.micros() - NOW.micros()).unsigned_abs());
            assert_eq!(most, NOW.plus(delay + delay / 5), "a fifth at most");
            whole += delay;
        }
        // 75:35:05, as the specification has it.
        assert_eq!(whole, Duration::from_secs(75 * 3_600 + 35 * 60 + 5));
        for number in [10, 11, u32::MAX] {
            assert_eq!(next(&failed(), number, NOW, 0), Next::GiveUp);
        }
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_up_to_a_day_and_never_for_less() {
        let asking = |seconds| Attempt::answered(503, Some(Duration::from_secs(seconds)));
        for (asked, waited) in [(0, 5), (3, 5), (60, 60), (86_400, 86_400), (10_000_000, 86_400)] {
            let again = NOW.plus(Duration::from_secs(waited));
            assert_eq!(next(&asking(asked), 1, NOW, 0), Next::Again(again), "{asked}");
        }
    }

    #[test]
    fn a_status_says_what_came_of_it() {
        for (status, outcome) in [
            (200, Outcome::Delivered),
            (204, Outcome::Delivered),
            (299, Outcome::Delivered),
            (199, Outcome::Status),
            (301, Outcome::Redirect),
            (304, Outcome::Redirect),
            (400, Outcome::Status),
            (404, Outcome::Status),
            (410, Outcome::Gone),
            (429, Outcome::Status),
            (500, Outcome::Status),
        ] {
            assert_eq!(Attempt::answered(status, None).outcome, outcome, "{status}");
        }
        assert_eq!(next(&Attempt::answered(204, None), 1, NOW, 0), Next::Pass);
        assert_eq!(next(&Attempt::answered(410, None), 1, NOW, 0), Next::Gone);
    }
}
