//! The machine's clock, the one place that reads it.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use crate::domain::time::{Clock, Timestamp};

/// A moment of this process from which the steady count goes.
static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The time of the machine, which its operator keeps right (NTP).
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the only real implementation of Clock")]
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
    }

    fn elapsed(&self) -> Option<Duration> {
        Some(BEGAN.elapsed())
    }
}
