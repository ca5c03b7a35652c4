//! A name for every call, in the log and in its answer (`x-request-id`), so that a partner's question leads to the hub's
//! lines. A partner that traces (W3C `traceparent`) finds its own trace id there.

use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderMap;
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

use crate::domain::time::Timestamp;
use crate::evidence::Digest;
use crate::evidence::digest::sha256;

/// Hexadecimal digits of a trace id.
const DIGITS: usize = 32;

/// Names calls: no two of one hub are the same.
#[derive(Debug)]
pub(in crate::server) struct RequestIds {
    seed: Digest,
    count: AtomicU64,
}

impl RequestIds {
    /// For a hub that has started at `start` and listens at `address`.
    pub(in crate::server) fn new(hub_id: &str, address: std::net::SocketAddr, start: Timestamp) -> Self {
        Self {
            seed: sha256(format!("{hub_id} {address} {}", start.micros()).as_bytes()),
            count: AtomicU64::new(0),
        }
    }

    /// The caller's trace id, or a new one; and the caller's trace, to be gone on with.
    pub(super) fn of_call(&self, headers: &HeaderMap) -> (String, Option<SpanContext>) {
        match traced(headers) {
            Some((id, parent)) => (id.to_owned(), span_context(id, parent)),
            None => (self.next(), None),
        }
    }

    fn next(&self) -> String {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let digest = sha256(&[self.seed.as_slice(), &number.to_be_bytes()].concat());
        let mut id = String::with_capacity(DIGITS);
        for byte in digest.iter().take(DIGITS / 2) {
            id.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0')));
        }
        id
    }
}

fn span_context(trace: &str, parent: &str) -> Option<SpanContext> {
    let trace = TraceId::from_hex(trace).ok()?;
    let parent = SpanId::from_hex(parent).ok()?;
    let context = SpanContext::new(trace, parent, TraceFlags::SAMPLED, true, TraceState::default());
    context.is_valid().then_some(context)
}

/// The ids of trace and span of a `traceparent` (W3C Trace Context, version 00). Anything else is not taken: a header is the caller's
/// text, and what goes into the log must be nobody's name.
fn traced(headers: &HeaderMap) -> Option<(&str, &str)> {
    let value = headers.get("traceparent")?.to_str().ok()?;
    let mut parts = value.split('-');
    let (version, id, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |text: &str, digits: usize| {
        text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_good = version == "00"
        && is_hex(id, DIGITS)
        && is_hex(parent, 16)
        && is_hex(flags, 2)
        && parts.next().is_none()
        && id.bytes().any(|byte| byte != b'0');
    is_good.then_some((id, parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("traceparent", value.parse().unwrap());
        headers
    }

    fn ids() -> RequestIds {
        RequestIds::new("hub.test", ([127, 0, 0, 1], 1).into(), Timestamp::from_micros(7))
    }

    #[test]
    fn ids_never_repeat_and_are_hexadecimal() {
        let ids = ids();
        let (first, second) = (ids.of_call(&HeaderMap::new()).0, ids.of_call(&HeaderMap::new()).0);
        assert_ne!(first, second);
        assert!(first.len() == DIGITS && first.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn a_trace_of_the_caller_goes_on() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let (name, parent) = ids().of_call(&headers(&format!("00-{id}-00f067aa0ba902b7-01")));
        let parent = parent.unwrap();
        assert_eq!(name, id);
        assert_eq!((parent.trace_id().to_string().as_str(), parent.is_remote()), (id, true));
        assert_eq!(parent.span_id().to_string(), "00f067aa0ba902b7");
    }

    #[test]
    fn nothing_else_of_a_caller_reaches_the_log() {
        for value in [
            "Nguyen Van A",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        ] {
            assert_eq!(traced(&headers(value)), None, "{value}");
        }
    }
}
