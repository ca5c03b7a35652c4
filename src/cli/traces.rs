//! Traces over OTLP: one of every call, with the parts that take time, and one of every batch of the ledger. They hold
//! what the log holds of a call: its name, method, agency and end, and nothing of its content.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithTonicConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tonic::transport::ClientTlsConfig;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::registry::LookupSpan;

use super::failure::Failure;
use crate::app::TRACE;
use crate::domain::endpoint::Endpoint;

/// The longest that one parcel of traces may take to the collector.
const SENDING: Duration = Duration::from_secs(10);
/// How long the last ones may take when the hub stops.
const STOPPING: Duration = Duration::from_secs(3);

/// Sends traces to a collector. Must be stopped, so that the last ones arrive.
#[derive(Debug)]
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends them to `endpoint`, `percent` of all. A collector that is away is tried again and never holds up the hub;
    /// what it misses is lost. Must be called in the runtime.
    pub(super) fn start(endpoint: &Endpoint, percent: u32, hub_id: &str) -> Result<Self, Failure> {
        let mut exporter = SpanExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint.to_string())
            .with_timeout(SENDING);
        if !endpoint.is_plain() {
            exporter = exporter.with_tls_config(ClientTlsConfig::new().with_native_roots());
        }
        let exporter = exporter.build().map_err(|error| {
            Failure::configuration(
                format!("--traces-endpoint: không dùng được {endpoint}: {error}"),
                format!("--traces-endpoint: {endpoint} cannot be used: {error}"),
            )
        })?;
        let resource = Resource::builder_empty()
            .with_service_name("lienthong")
            .with_attributes([
                KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
                KeyValue::new("service.namespace", hub_id.to_owned()),
            ])
            .build();
        Ok(Self(
            SdkTracerProvider::builder()
                .with_batch_exporter(exporter)
                .with_sampler(Sampler::TraceIdRatioBased(f64::from(percent) / 100.0))
                .with_resource(resource)
                .build(),
        ))
    }

    /// What writes them.
    pub(super) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("lienthong"))
            .with_location(false)
            .with_threads(false)
            .with_level(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(FilterFn::new(|metadata| {
                metadata.is_span() && metadata.target() == TRACE
            }))
    }

    /// Sends what is left.
    pub(super) async fn stop(self) {
        let stopped = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(STOPPING)).await;
        if let Ok(Err(error)) = stopped {
            tracing::warn!(%error, "traces.left");
        }
    }
}
