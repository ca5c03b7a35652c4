//! The hub's own messages go to stderr, results to stdout. No personal data is ever in them: the hub's own lines hold codes,
//! ids of the hub and counts, and of the libraries beneath it nothing below `info` is let through, since what they trace is
//! the bytes of calls. Nor are warnings that a client could fill the log with.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;

use tracing::{Level, Metadata};
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use super::failure::Failure;
use super::traces::Traces;
use crate::app::TRACE;

/// What a target of our own begins with.
const OWN: &str = "lienthong";

/// Libraries whose warnings a client can cause as often as it likes, by a frame of a few bytes each.
const OF_PEERS: &[&str] = &["h2", "hyper", "rustls", "tonic"];

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LogFormat {
    /// A JSON object per line.
    Json,
    /// A line of text.
    Text,
}

impl LogFormat {
    /// From the setting's word.
    pub(super) fn from_word(word: &str) -> Self {
        if word == "json" { Self::Json } else { Self::Text }
    }
}

/// Starts logging. A second start in one process changes nothing.
pub(super) fn start(format: LogFormat, filter: &str, traces: Option<&Traces>) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        Failure::configuration(
            format!("--log-filter: bộ lọc nhật ký sai: {error}"),
            format!("--log-filter: not a filter: {error}"),
        )
    })?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    // Only the innermost span is written: the call, with its request id and method.
    let lines = match format {
        LogFormat::Json => lines.json().with_span_list(false).boxed(),
        LogFormat::Text => lines.with_ansi(false).boxed(),
    };
    let logging = tracing_subscriber::registry()
        .with(lines.with_filter(filter).with_filter(FilterFn::new(may_be_written)))
        .with(traces.map(Traces::layer));
    if logging.try_init().is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
    Ok(())
}

/// A panic is a line of the log like any other. A text that was put together at run time may hold anybody's data, so only
/// a fixed one is written.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload().downcast_ref::<&'static str>().copied();
    let place = panic.location().map(ToString::to_string);
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    tracing::error!(text = message.unwrap_or("(withheld)"), place, backtrace, "panic");
}

fn may_be_written(metadata: &Metadata<'_>) -> bool {
    if metadata.target() == TRACE {
        return false;
    }
    let crate_name = metadata.target().split("::").next().unwrap_or_default();
    let least = if crate_name == OWN {
        Level::TRACE
    } else if OF_PEERS.contains(&crate_name) {
        Level::ERROR
    } else {
        Level::INFO
    };
    *metadata.level() <= least
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_libraries_trace_is_never_written_however_wide_the_filter() {
        let written = Written::default();
        let writer = written.clone();
        let lines = tracing_subscriber::fmt::layer().with_writer(move || writer.clone());
        let logging = tracing_subscriber::registry()
            .with(EnvFilter::new("trace"))
            .with(lines.with_filter(FilterFn::new(may_be_written)));
        tracing::subscriber::with_default(logging, || {
            tracing::trace!(target: "h2::codec", "bytes-of-a-call");
            tracing::debug!(target: "lienthong_proto", "bytes-of-a-message");
            tracing::warn!(target: "h2::proto::ping_pong", "bytes-of-a-ping");
            tracing::error!(target: "rustls", "kept-three");
            tracing::info!(target: "sqlx", "kept-one");
            tracing::debug!(target: "lienthong::calls", "kept-two");
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(
            ["kept-one", "kept-two", "kept-three"]
                .iter()
                .all(|kept| text.contains(kept)),
            "{text}"
        );
        assert!(!text.contains("bytes-of"), "{text}");
    }
}
