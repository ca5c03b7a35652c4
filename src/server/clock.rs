//! The machine's clock, the one place that reads it.

use crate::domain::time::{Clock, Timestamp};

/// The time of the machine, which its operator keeps right (NTP).
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the only real implementation of Clock")]
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
    }
}
