//! What the hub counts, in one registry, shown as Prometheus text. Labels come from closed lists: methods, status codes,
//! roles, reasons. No agency, officer or request ever is one.

mod caller;
mod calls;
mod code;
mod connections;
mod gauges;
mod jobs;
mod request_id;
mod timers;
mod webhooks;

use prometheus_client::encoding::prometheus_text;
use prometheus_client::registry::Registry;

pub(super) use caller::CallerLayer;
pub(super) use calls::MeterLayer;
pub(super) use connections::{AcceptMeter, Cut, OpenConnection};
pub(super) use gauges::{Ends, Gauges};
pub(super) use jobs::JobMeter;
pub(super) use request_id::RequestIds;
pub(super) use timers::TimerMeter;
pub(super) use webhooks::WebhookMeter;

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
    /// Calls of webhooks.
    pub(super) webhooks: WebhookMeter,
    /// What comes with time.
    pub(super) timers: TimerMeter,
    /// What is looked at now and then.
    pub(super) gauges: Gauges,
}

impl Metrics {
    /// `accept` and `ledger` count already.
    pub(super) fn new(accept: &AcceptMeter, ledger: &LedgerMeter) -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let (calls, jobs, gauges) = (CallMeter::default(), JobMeter::default(), Gauges::default());
        let webhooks = WebhookMeter::default();
        let timers = TimerMeter::default();
        timers.register(&mut registry);
        calls.register(&mut registry);
        accept.register(&mut registry);
        ledger.register(&mut registry);
        jobs.register(&mut registry);
        webhooks.register(&mut registry);
        gauges.register(&mut registry);
        Self {
            registry,
            calls,
            jobs,
            webhooks,
            timers,
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
    use std::collections::BTreeSet;
    use std::io;

    use super::*;
    use crate::domain::time::Timestamp;
    use crate::domain::webhook::Attempt;
    use crate::store::{PoolUse, WebhookHealth};

    /// A metric with labels is there from its first value on.
    async fn each_with_a_value() -> Metrics {
        let (accept, ledger) = (AcceptMeter::default(), LedgerMeter::default());
        let metrics = Metrics::new(&accept, &ledger);
        metrics.calls.count_one_for_a_test();
        accept.failed(&io::ErrorKind::TimedOut.into());
        accept.opened().cut(Cut::Flood);
        ledger.refused("OVERLOADED");
        metrics.jobs.run("recompute", async { Ok(()) }).await.unwrap();
        metrics.webhooks.tried(&Attempt::answered(200, None));
        metrics
            .webhooks
            .counted(WebhookHealth::default(), Timestamp::from_micros(1));
        metrics.gauges.checked([("database", true)].into_iter());
        metrics.gauges.ends(Ends::Server, Some(Timestamp::from_micros(1)));
        metrics.gauges.pools(&[PoolUse {
            pool: "readers",
            in_use: 1,
            idle: 0,
            most: 4,
        }]);
        metrics
    }

    #[tokio::test]
    async fn the_operations_page_explains_every_metric_and_no_other() {
        let text = each_with_a_value().await.text().unwrap();
        let names: BTreeSet<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
            .collect();
        let page = include_str!("../../../docs/operations.md");
        let explained: BTreeSet<&str> = page
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
            .filter(|word| word.starts_with("lienthong_") && !word.contains([' ', '{', '=']))
            .collect();
        assert_eq!(names, explained);
    }
}
