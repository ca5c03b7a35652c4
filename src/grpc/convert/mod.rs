//! Between the hub's types and the wire.

pub(crate) mod agency;
pub(crate) mod calendar;
pub(crate) mod case;
pub mod check;
mod credential;
pub(crate) mod deadlines;
pub(crate) mod erasure;
pub mod event;
pub mod failure;
pub(crate) mod fields;
pub(crate) mod instruction;
pub(crate) mod kind;
pub(crate) mod mailbox;
pub(crate) mod measure;
pub(crate) mod notice;
pub(crate) mod operator;
pub mod print;
pub mod receipt;
pub(crate) mod register;
pub mod report;
pub(crate) mod report_book;
pub mod request;
pub(crate) mod response_times;
pub(crate) mod supervision;
pub(crate) mod suspension;
pub(crate) mod timeline;
pub(crate) mod tracking;
pub(crate) mod upload;
pub mod vocabulary;
pub(crate) mod webhook;

#[cfg(test)]
mod agency_tests;

use lienthong_proto::v1;
use prost_types::Timestamp as WireTime;

use crate::domain::time::Timestamp;

/// An instant on the wire, to the microsecond.
pub fn time(instant: Timestamp) -> WireTime {
    let nanos = instant.micros().rem_euclid(1_000_000) * 1_000;
    WireTime {
        seconds: instant.seconds(),
        // Below 1,000,000,000, so it always fits.
        nanos: i32::try_from(nanos).unwrap_or_default(),
    }
}

/// The years that a time from the wire may lie in, in seconds since 1970: 1900 to 9999.
const SECONDS: std::ops::Range<i64> = -2_208_988_800..253_402_300_800;

/// An instant from the wire, to the microsecond; none if it is no time or lies outside the years 1900 to 9999.
pub(crate) fn instant(wire: &WireTime) -> Option<Timestamp> {
    let is_time = SECONDS.contains(&wire.seconds) && (0..1_000_000_000).contains(&wire.nanos);
    is_time.then(|| Timestamp::from_micros(wire.seconds * 1_000_000 + i64::from(wire.nanos / 1_000)))
}

/// A text for people in both languages.
pub fn localized(vi: impl Into<String>, en: impl Into<String>) -> v1::LocalizedText {
    v1::LocalizedText {
        vi: vi.into(),
        en: en.into(),
    }
}

/// An identifier that may be missing; empty on the wire.
pub fn text_or_empty<T: AsRef<str>>(text: Option<T>) -> String {
    text.map(|text| text.as_ref().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_microseconds_before_and_after_1970() {
        let at = |micros| {
            let wire = time(Timestamp::from_micros(micros));
            (wire.seconds, wire.nanos)
        };
        assert_eq!(at(1_795_000_000_123_456), (1_795_000_000, 123_456_000));
        assert_eq!(at(-1), (-1, 999_999_000));
        for micros in [1_795_000_000_123_456, -1, 0] {
            assert_eq!(
                instant(&time(Timestamp::from_micros(micros))),
                Some(Timestamp::from_micros(micros))
            );
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for (seconds, nanos) in [(0, -1), (0, 1_000_000_000), (i64::MAX, 0), (i64::MIN, 0)] {
            assert_eq!(instant(&WireTime { seconds, nanos }), None, "{seconds} {nanos}");
        }
    }
}
