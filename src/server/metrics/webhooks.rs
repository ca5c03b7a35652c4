//! What is counted of webhooks. No endpoint and no host is a label.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::domain::time::Timestamp;
use crate::domain::webhook::Attempt;
use crate::store::WebhookHealth;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Tried {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Endpoints {
    state: &'static str,
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct WebhookMeter {
    attempts: Family<Tried, Counter>,
    oldest: Gauge,
    endpoints: Family<Endpoints, Gauge>,
}

impl WebhookMeter {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "webhook_attempts",
            "Calls of webhooks, by outcome",
            self.attempts.clone(),
        );
        registry.register(
            "webhook_oldest_waiting_seconds",
            "How long the entry has waited that has waited longest for an enabled endpoint; 0 if none waits",
            self.oldest.clone(),
        );
        registry.register(
            "webhook_endpoints",
            "Endpoints of webhooks, enabled and disabled",
            self.endpoints.clone(),
        );
    }

    /// An attempt was made.
    pub(in crate::server) fn tried(&self, attempt: &Attempt) {
        let outcome = attempt.outcome.as_str();
        self.attempts.get_or_create(&Tried { outcome }).inc();
    }

    /// How delivering goes.
    pub(in crate::server) fn counted(&self, health: WebhookHealth, now: Timestamp) {
        let waited = health.oldest.map_or(0, |oldest| now.seconds() - oldest.seconds());
        self.oldest.set(waited.max(0));
        for (state, count) in [("enabled", health.enabled), ("disabled", health.disabled)] {
            self.endpoints.get_or_create(&Endpoints { state }).set(count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::webhook::Outcome;

    #[test]
    fn attempts_and_what_waits_are_counted() {
        let meter = WebhookMeter::default();
        meter.tried(&Attempt::failed(Outcome::Timeout));
        meter.tried(&Attempt::answered(200, None));
        let tried = |outcome| meter.attempts.get_or_create(&Tried { outcome }).get();
        assert_eq!((tried("TIMEOUT"), tried("DELIVERED"), tried("TLS")), (1, 1, 0));
        let health = WebhookHealth {
            oldest: Some(Timestamp::from_micros(1_000_000)),
            enabled: 3,
            disabled: 1,
        };
        meter.counted(health, Timestamp::from_micros(61_000_000));
        assert_eq!(meter.oldest.get(), 60);
        meter.counted(WebhookHealth::default(), Timestamp::from_micros(61_000_000));
        assert_eq!(meter.oldest.get(), 0);
    }
}
