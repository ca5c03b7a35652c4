//! What the ledger counts of its own work. No command is decided by it.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::command::Outcome;
use crate::domain::error::Result;

/// Commands in one transaction.
const BATCH_BUCKETS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Seconds from the lock of the head to the end of the COMMIT.
const COMMIT_BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refusal {
    reason: &'static str,
}

/// The counters. Every clone counts into the same ones.
#[derive(Debug, Clone)]
pub struct LedgerMeter {
    waiting: Gauge,
    commands: Counter,
    refusals: Family<Refusal, Counter>,
    batch: Histogram,
    commit: Histogram,
}

impl Default for LedgerMeter {
    fn default() -> Self {
        Self {
            waiting: Gauge::default(),
            commands: Counter::default(),
            refusals: Family::default(),
            batch: Histogram::new(BATCH_BUCKETS),
            commit: Histogram::new(COMMIT_BUCKETS),
        }
    }
}

impl LedgerMeter {
    /// Shows the counters in `registry`.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "ledger_waiting",
            "Commands whose callers wait for the ledger",
            self.waiting.clone(),
        );
        registry.register(
            "ledger_commands",
            "Commands that the ledger carried out, or had carried out before",
            self.commands.clone(),
        );
        registry.register(
            "ledger_refusals",
            "Commands that did not succeed, by error code",
            self.refusals.clone(),
        );
        registry.register(
            "ledger_batch_commands",
            "Commands in one transaction",
            self.batch.clone(),
        );
        registry.register(
            "ledger_commit_duration_seconds",
            "Time of one transaction, from the lock of the head to the end of its COMMIT",
            self.commit.clone(),
        );
    }

    /// A caller waits from now on, until the returned value is dropped.
    pub(super) fn waiting(&self) -> Waiting {
        self.waiting.inc();
        Waiting(self.clone())
    }

    /// Whether a caller waits.
    pub fn is_busy(&self) -> bool {
        self.waiting.get() > 0
    }

    /// A command did not succeed.
    pub(crate) fn refused(&self, reason: &'static str) {
        self.refusals.get_or_create(&Refusal { reason }).inc();
    }

    /// A transaction has ended, one way or the other.
    pub(super) fn batch(&self, commands: usize, took: Duration) {
        self.batch
            .observe(f64::from(u32::try_from(commands).unwrap_or(u32::MAX)));
        self.commit.observe(took.as_secs_f64());
    }
}

/// A caller that waits.
#[derive(Debug)]
pub(super) struct Waiting(LedgerMeter);

impl Waiting {
    /// The caller is told its outcome.
    pub(super) fn told(self, outcome: &Result<Outcome>) {
        match outcome {
            Ok(_) => {
                self.0.commands.inc();
            }
            Err(error) => self.0.refused(error.code().as_str()),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::{Error, ErrorCode};

    #[test]
    fn a_caller_waits_until_it_is_told_or_goes_away() {
        let meter = LedgerMeter::default();
        let (told, gone) = (meter.waiting(), meter.waiting());
        assert_eq!(meter.waiting.get(), 2);
        told.told(&Err(Error::new(ErrorCode::Overloaded)));
        assert_eq!(meter.waiting.get(), 1);
        drop(gone);
        assert_eq!(meter.waiting.get(), 0);
        let reason = ErrorCode::Overloaded.as_str();
        assert_eq!(meter.refusals.get_or_create(&Refusal { reason }).get(), 1);
        assert_eq!(meter.commands.get(), 0);
    }
}
