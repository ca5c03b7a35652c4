//! What the hub counts, in one registry, shown as Prometheus text. Labels come from closed lists: methods, status codes,
//! roles, reasons. No agency, officer or request ever is one.

mod calls;
mod code;
mod connections;
mod gauges;
mod jobs;
mod request_id;

use prometheus_client::encoding::prometheus_text;
use prometheus_client::registry::Registry;

pub(super) use calls::{CallerLayer, MeterLayer};
pub(super) use connections::{AcceptMeter, OpenConnection};
pub(super) use gauges::{Ends, Gauges};
pub(super) use jobs::JobMeter;
pub(super) use request_id::RequestIds;

use crate::app::ledger::LedgerMeter;
use calls::CallMeter;

/// What every metric's name begins with.
const PREFIX: &str = "lienthong";

/// Everything that is counted.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    /// Calls.
    calls: CallMeter,
    /// The hub's own work.
    pub(super) jobs: JobMeter,
    /// What is looked at now and then.
    pub(super) gauges: Gauges,
}

impl Metrics {
    /// `accept` and `ledger` count already.
    pub(super) fn new(accept: &AcceptMeter, ledger: &LedgerMeter) -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let (calls, jobs, gauges) = (CallMeter::default(), JobMeter::default(), Gauges::default());
        calls.register(&mut registry);
        accept.register(&mut registry);
        ledger.register(&mut registry);
        jobs.register(&mut registry);
        gauges.register(&mut registry);
        Self {
            registry,
            calls,
            jobs,
            gauges,
        }
    }

    /// All of it, as Prometheus reads it (text exposition format 0.0.4).
    pub(super) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_named_and_explained_and_in_the_operations_page() {
        let metrics = Metrics::new(&AcceptMeter::default(), &LedgerMeter::default());
        let page = include_str!("../../../docs/operations.md");
        let text = metrics.text().unwrap();
        let names: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
            .collect();
        assert!(names.len() > 15, "{names:?}");
        for name in names {
            assert!(name.starts_with("lienthong_"), "{name}");
            let shown = page.contains(&format!("`{name}`")) || page.contains(&format!("`{name}_total`"));
            assert!(shown, "docs/operations.md does not explain {name}");
        }
    }
}
