//! What is looked at now and then: by every check of readiness, and at every reading of the metrics.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::domain::time::Timestamp;
use crate::store::PoolUse;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Certificate {
    certificate: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Connections {
    pool: &'static str,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Checked {
    check: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Build {
    version: &'static str,
}

/// What ends some day and must be renewed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Ends {
    /// The hub's certificate.
    Server,
    /// The first of the clients' CAs.
    ClientCa,
    /// The revocation list that is due to be replaced first.
    ClientCrl,
}

impl Ends {
    fn label(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::ClientCa => "client_ca",
            Self::ClientCrl => "client_crl",
        }
    }
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct Gauges {
    ready: Gauge,
    checks: Family<Checked, Gauge>,
    head: Gauge,
    clock_skew: Gauge<f64, AtomicU64>,
    ends: Family<Certificate, Gauge>,
    connections: Family<Connections, Gauge>,
    pending_calendar: Gauge,
}

impl Gauges {
    pub(super) fn register(&self, registry: &mut Registry) {
        let version = env!("CARGO_PKG_VERSION");
        registry.register("build", "Version of the program", Info::new(Build { version }));
        registry.register("ready", "1 if the hub is ready, 0 if not", self.ready.clone());
        registry.register(
            "check_ok",
            "1 if this check of readiness holds, 0 if not",
            self.checks.clone(),
        );
        registry.register("ledger_head", "Number of entries in the log", self.head.clone());
        registry.register(
            "clock_skew_seconds",
            "How far the clock stands behind the log's last entry; from 2 on writes are refused",
            self.clock_skew.clone(),
        );
        registry.register(
            "certificate_end_timestamp_seconds",
            "When a certificate ends, in seconds since 1970",
            self.ends.clone(),
        );
        registry.register(
            "database_connections",
            "Connections to the database, by pool and state; most is the limit",
            self.connections.clone(),
        );
        registry.register(
            "deadlines_pending_calendar",
            "Deadlines that cannot be computed before days of the calendar are imported",
            self.pending_calendar.clone(),
        );
    }

    /// The outcome of a look at readiness.
    pub(in crate::server) fn checked(&self, checks: impl Iterator<Item = (&'static str, bool)>) {
        let mut is_ready = true;
        for (check, holds) in checks {
            self.checks.get_or_create(&Checked { check }).set(i64::from(holds));
            is_ready &= holds;
        }
        self.ready.set(i64::from(is_ready));
    }

    /// The log's size, and how far (in microseconds) the clock stands behind its last entry.
    pub(in crate::server) fn head(&self, size: u64, skew_micros: i64) {
        self.head.set(i64::try_from(size).unwrap_or(i64::MAX));
        let millis = u32::try_from(skew_micros.max(0) / 1_000).unwrap_or(u32::MAX);
        self.clock_skew.set(f64::from(millis) / 1_000.0);
    }

    /// When something ends.
    pub(in crate::server) fn ends(&self, what: Ends, when: Option<Timestamp>) {
        let labels = Certificate {
            certificate: what.label(),
        };
        match when {
            Some(when) => {
                self.ends.get_or_create(&labels).set(when.seconds());
            }
            None => {
                self.ends.remove(&labels);
            }
        }
    }

    /// The database's connections.
    pub(in crate::server) fn pools(&self, pools: &[PoolUse]) {
        for used in pools {
            for (state, count) in [("in_use", used.in_use), ("idle", used.idle), ("most", used.most)] {
                let labels = Connections { pool: used.pool, state };
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                self.connections.get_or_create(&labels).set(count);
            }
        }
    }

    /// Deadlines that wait for the calendar.
    pub(in crate::server) fn pending_calendar(&self, count: i64) {
        self.pending_calendar.set(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_check_that_fails_makes_the_hub_not_ready() {
        let gauges = Gauges::default();
        gauges.checked([("a", true), ("b", true)].into_iter());
        assert_eq!(gauges.ready.get(), 1);
        gauges.checked([("a", true), ("b", false)].into_iter());
        assert_eq!(gauges.ready.get(), 0);
        assert_eq!(gauges.checks.get_or_create(&Checked { check: "b" }).get(), 0);
    }

    #[test]
    fn only_a_clock_that_is_behind_is_skewed() {
        let gauges = Gauges::default();
        gauges.head(3, -9_000_000);
        assert!(gauges.clock_skew.get().abs() < f64::EPSILON);
        gauges.head(3, 2_500_000);
        assert!((gauges.clock_skew.get() - 2.5).abs() < f64::EPSILON);
    }
}
