//! Instants. Everything is microseconds since 1970-01-01 UTC; the law counts in Asia/Ho_Chi_Minh (+07:00, no daylight
//! saving since 1975).

use std::time::Duration;

use jiff::civil;
use jiff::tz::{Offset, TimeZone};

/// An instant in microseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// The time zone of Viet Nam's law.
pub fn viet_nam() -> TimeZone {
    TimeZone::fixed(Offset::constant(7))
}

impl Timestamp {
    /// From microseconds since the Unix epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This instant moved by `micros` (saturating at the ends of the range).
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// This instant moved forwards.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        self.plus_micros(i64::try_from(span.as_micros()).unwrap_or(i64::MAX))
    }

    /// This instant moved backwards.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        self.plus_micros(i64::try_from(span.as_micros()).map_or(i64::MIN, |micros| -micros))
    }

    /// This instant moved by whole hours.
    #[must_use]
    pub const fn plus_hours(self, hours: i64) -> Self {
        self.plus_micros(hours.saturating_mul(3_600_000_000))
    }

    /// Date and time on the clock in Viet Nam; instants outside the civil range (years -9999..9999) are clamped.
    pub fn civil(self) -> civil::DateTime {
        let instant = jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        });
        viet_nam().to_datetime(instant)
    }

    /// The date in Viet Nam.
    pub fn date(self) -> civil::Date {
        self.civil().date()
    }

    /// The instant at which `datetime` is on the clock in Viet Nam.
    pub fn from_civil(datetime: civil::DateTime) -> Self {
        viet_nam()
            .to_timestamp(datetime)
            .map_or(Self(i64::MAX), |instant| Self(instant.as_microsecond()))
    }

    /// RFC 3339 with the offset +07:00, to the microsecond if there are any.
    pub fn to_rfc3339(self) -> String {
        let datetime = self.civil();
        format!("{datetime}+07:00")
    }

    /// Parses RFC 3339. The offset must be stated.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>()
            .ok()
            .map(|instant| Self(instant.as_microsecond()))
    }
}

/// The only source of time. The system's clock in service, a hand-moved one in tests, one that is ahead in a sandbox.
pub trait Clock: Send + Sync {
    /// The instant now.
    fn now(&self) -> Timestamp;

    /// How much time has passed since some moment, by a count that nobody sets; `None`: this clock has no such count.
    fn elapsed(&self) -> Option<Duration> {
        None
    }

    /// The machine's time, by which certificates, tokens and signatures are judged. Another one in a sandbox alone.
    fn machine_now(&self) -> Timestamp {
        self.now()
    }

    /// Whether it may be moved ([`super::sandbox`]).
    fn is_sandbox(&self) -> bool {
        false
    }

    /// Goes on from `hub_time` if it is behind it. A sandbox alone does so: every other clock stays right, and what is ahead of
    /// it is a fault.
    fn follow(&self, _hub_time: Timestamp) {}
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock {
    now: std::sync::atomic::AtomicI64,
    passed: std::sync::atomic::AtomicI64,
}

impl ManualClock {
    /// A clock standing at `start`.
    pub const fn new(start: Timestamp) -> Self {
        Self {
            now: std::sync::atomic::AtomicI64::new(start.0),
            passed: std::sync::atomic::AtomicI64::new(0),
        }
    }

    /// Moves the clock by `micros`, forwards or backwards: so much time passes.
    pub fn advance_micros(&self, micros: i64) {
        self.passed.fetch_add(micros, std::sync::atomic::Ordering::SeqCst);
        self.leap_micros(micros);
    }

    /// Sets the clock ahead or back by `micros`, without any time passing: a fault.
    pub fn leap_micros(&self, micros: i64) {
        self.now.fetch_add(micros, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.load(std::sync::atomic::Ordering::SeqCst))
    }

    fn elapsed(&self) -> Option<Duration> {
        let passed = self.passed.load(std::sync::atomic::Ordering::SeqCst);
        Some(Duration::from_micros(u64::try_from(passed).unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_shows_the_viet_nam_offset() {
        let instant = Timestamp::parse_rfc3339("2026-11-22T10:00:00Z").unwrap();
        assert_eq!(instant.to_rfc3339(), "2026-11-22T17:00:00+07:00");
        assert_eq!(instant.date().to_string(), "2026-11-22");
        assert_eq!(Timestamp::from_civil(instant.civil()), instant);
    }
}
