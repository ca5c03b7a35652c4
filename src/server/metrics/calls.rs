//! Every call is counted, timed and named.
//!
//! The outer layer stands around all others, so it sees what they refuse; the inner one stands behind the one that finds
//! out who is calling, and tells the outer one the caller's role. A call has ended when the last byte of its answer has gone,
//! or when the caller has gone away.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use lienthong_proto::Rpc;
use opentelemetry::Context as TraceContext;
use opentelemetry::trace::{SpanContext, TraceContextExt as _};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tonic::body::Body;
use tower::{Layer, Service};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::RequestIds;
use super::caller::CallerInfo;
use super::code::{CANCELLED, UNKNOWN, code_in, is_fault};
use crate::app::TRACE;

/// Seconds from the headers of a call to the end of its answer.
const DURATION_BUCKETS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 60.0,
];
/// The caller was refused before it was known who it is, or needs no token.
const NOBODY: &str = "none";
/// The header with the call's name.
const REQUEST_ID: &str = "x-request-id";
/// The target of the line at the end of a call.
const CALLS: &str = "lienthong::calls";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    rpc: &'static str,
    code: &'static str,
    role: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Method {
    rpc: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Way {
    way: &'static str,
}

/// The counters. Every clone counts into the same ones.
#[derive(Debug, Clone)]
pub(super) struct CallMeter {
    ended: Family<Ended, Counter>,
    duration: Family<Method, Histogram>,
    in_flight: Family<Method, Gauge>,
    readers: Family<Way, Gauge>,
}

impl Default for CallMeter {
    fn default() -> Self {
        Self {
            ended: Family::default(),
            duration: Family::new_with_constructor(|| Histogram::new(DURATION_BUCKETS)),
            in_flight: Family::default(),
            readers: Family::default(),
        }
    }
}

impl CallMeter {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "calls",
            "Calls that have ended, by method, gRPC status code and role of the caller",
            self.ended.clone(),
        );
        registry.register(
            "call_duration_seconds",
            "Time from a call's headers to the end of its answer, by method",
            self.duration.clone(),
        );
        registry.register("calls_in_flight", "Calls under way, by method", self.in_flight.clone());
        registry.register(
            "mailbox_readers",
            "Readers that wait for or follow a mailbox, by way",
            self.readers.clone(),
        );
    }
}

#[cfg(test)]
impl CallMeter {
    /// One Pull that has ended.
    pub(super) fn count_one_for_a_test(&self) {
        Call::begin(self, Rpc::MailboxServicePull.path(), "test", None).end(UNKNOWN);
    }
}

/// The method as a label: `RequestService/Submit`.
fn label(path: &str) -> &'static str {
    match Rpc::from_path(path) {
        Some(rpc) => rpc.path().strip_prefix("/lienthong.hub.v1.").unwrap_or(rpc.path()),
        None if path.starts_with("/grpc.health.") => "health",
        None if path.starts_with("/grpc.reflection.") => "reflection",
        None => "unknown",
    }
}

/// How a mailbox is read by this method.
fn way(path: &str) -> Option<&'static str> {
    match Rpc::from_path(path) {
        Some(Rpc::MailboxServicePull) => Some("pull"),
        Some(Rpc::MailboxServiceSubscribe) => Some("subscribe"),
        Some(_) | None => None,
    }
}

/// One call, from its headers to its end. It is counted exactly once.
struct Call {
    meter: CallMeter,
    method: &'static str,
    way: Option<&'static str>,
    started: Instant,
    span: Span,
    /// What is traced of it: `span` is the log's.
    trace: Span,
    role: &'static str,
    code: &'static str,
}

impl Call {
    fn begin(meter: &CallMeter, path: &str, request_id: &str, parent: Option<SpanContext>) -> Self {
        let (method, way) = (label(path), way(path));
        meter.in_flight.get_or_create(&Method { rpc: method }).inc();
        if let Some(way) = way {
            meter.readers.get_or_create(&Way { way }).inc();
        }
        let trace = tracing::info_span!(
            target: TRACE,
            "rpc",
            otel.name = method,
            otel.kind = "server",
            rpc.system = "grpc",
            request_id,
            agency = Empty,
            role = Empty,
            code = Empty,
            otel.status_code = Empty,
        );
        if let Some(parent) = parent {
            // There is nothing to go on with where nothing is traced.
            drop(trace.set_parent(TraceContext::new().with_remote_span_context(parent)));
        }
        let span = trace.in_scope(|| tracing::info_span!("call", request_id, rpc = method, agency = Empty));
        Self {
            meter: meter.clone(),
            method,
            way,
            started: Instant::now(),
            span,
            trace,
            role: NOBODY,
            code: CANCELLED,
        }
    }
}

impl Call {
    /// It has ended with this status.
    fn end(mut self, code: &'static str) {
        self.code = code;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let Self { method, role, code, .. } = *self;
        let method_label = Method { rpc: method };
        self.meter.in_flight.get_or_create(&method_label).dec();
        if let Some(way) = self.way {
            self.meter.readers.get_or_create(&Way { way }).dec();
        }
        let took = self.started.elapsed();
        self.meter
            .duration
            .get_or_create(&method_label)
            .observe(took.as_secs_f64());
        self.meter
            .ended
            .get_or_create(&Ended {
                rpc: method,
                code,
                role,
            })
            .inc();
        self.trace.record("role", role);
        self.trace.record("code", code);
        if is_fault(code) {
            self.trace.record("otel.status_code", "ERROR");
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.span.in_scope(|| {
            if is_fault(code) {
                tracing::error!(target: CALLS, code, role, micros, "call.failed");
            } else {
                tracing::debug!(target: CALLS, code, role, micros, "call.ended");
            }
        });
    }
}

/// The outer layer: counts, times and names.
#[derive(Debug, Clone)]
pub(in crate::server) struct MeterLayer {
    meter: CallMeter,
    ids: Arc<RequestIds>,
}

impl MeterLayer {
    pub(in crate::server) fn new(metrics: &super::Metrics, ids: RequestIds) -> Self {
        Self {
            meter: metrics.calls.clone(),
            ids: Arc::new(ids),
        }
    }
}

impl<S> Layer<S> for MeterLayer {
    type Service = Metered<S>;

    fn layer(&self, inner: S) -> Metered<S> {
        Metered {
            inner,
            layer: self.clone(),
        }
    }
}

/// See [`MeterLayer`].
#[derive(Debug, Clone)]
pub(in crate::server) struct Metered<S> {
    inner: S,
    layer: MeterLayer,
}

impl<S> Service<http::Request<Body>> for Metered<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible> + Send,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let (id, parent) = self.layer.ids.of_call(request.headers());
        let mut call = Call::begin(&self.layer.meter, request.uri().path(), &id, parent);
        let (trace, span) = (call.trace.clone(), call.span.clone());
        let answered = trace.in_scope(|| span.in_scope(|| self.inner.call(request)));
        let answered = answered.instrument(span).instrument(trace);
        Box::pin(async move {
            let mut response = answered.await?;
            if let Some(CallerInfo { role, agency }) = response.extensions_mut().remove() {
                call.role = role;
                call.trace.record("agency", agency.as_str());
            }
            if let Ok(id) = id.parse() {
                response.headers_mut().insert(REQUEST_ID, id);
            }
            if let Some(code) = code_in(response.headers()) {
                call.end(code);
                return Ok(response);
            }
            Ok(response.map(|inner| {
                Body::new(MeteredBody {
                    inner,
                    call: Some(call),
                })
            }))
        })
    }
}

/// An answer whose end is waited for.
struct MeteredBody {
    inner: Body,
    /// None: it has ended.
    call: Option<Call>,
}

impl MeteredBody {
    fn end(&mut self, code: &'static str) {
        if let Some(call) = self.call.take() {
            call.end(code);
        }
    }
}

impl http_body::Body for MeteredBody {
    type Data = Bytes;
    type Error = <Body as http_body::Body>::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(trailers) = frame.trailers_ref() {
                    self.end(code_in(trailers).unwrap_or(UNKNOWN));
                }
            }
            Poll::Ready(Some(Err(_)) | None) => self.end(UNKNOWN),
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;

    use super::*;
    use crate::domain::ids::AgencyCode;
    use crate::domain::time::Timestamp;

    /// Answers with a body that ends with this status, or with headers alone.
    #[derive(Clone)]
    struct Answers {
        trailers: Option<&'static str>,
    }

    impl Service<http::Request<Body>> for Answers {
        type Response = http::Response<Body>;
        type Error = Infallible;
        type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

        fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _request: http::Request<Body>) -> Self::Future {
            let trailers = self.trailers;
            Box::pin(async move {
                let mut response = http::Response::new(Body::empty());
                response.extensions_mut().insert(CallerInfo {
                    role: "BANK",
                    agency: AgencyCode::parse("B").unwrap(),
                });
                match trailers {
                    Some(status) => *response.body_mut() = Body::new(Trailers(Some(status))),
                    None => drop(response.headers_mut().insert("grpc-status", "5".parse().unwrap())),
                }
                Ok(response)
            })
        }
    }

    struct Trailers(Option<&'static str>);

    impl http_body::Body for Trailers {
        type Data = Bytes;
        type Error = <Body as http_body::Body>::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            Poll::Ready(self.0.take().map(|status| {
                let mut trailers = http::HeaderMap::new();
                trailers.insert("grpc-status", status.parse().unwrap());
                Ok(Frame::trailers(trailers))
            }))
        }
    }

    fn metered(trailers: Option<&'static str>) -> Metered<Answers> {
        let layer = MeterLayer {
            meter: CallMeter::default(),
            ids: Arc::new(RequestIds::new(
                "hub",
                ([127, 0, 0, 1], 1).into(),
                Timestamp::from_micros(1),
            )),
        };
        layer.layer(Answers { trailers })
    }

    fn submit() -> http::Request<Body> {
        let path = Rpc::RequestServiceSubmit.path();
        http::Request::builder().uri(path).body(Body::empty()).unwrap()
    }

    fn count(service: &Metered<Answers>, code: &'static str) -> u64 {
        let labels = Ended {
            rpc: "RequestService/Submit",
            code,
            role: "BANK",
        };
        service.layer.meter.ended.get_or_create(&labels).get()
    }

    fn under_way(service: &Metered<Answers>) -> i64 {
        let labels = Method {
            rpc: "RequestService/Submit",
        };
        service.layer.meter.in_flight.get_or_create(&labels).get()
    }

    #[tokio::test]
    async fn a_call_is_under_way_until_its_answer_has_ended_and_counts_by_its_trailers() {
        let mut service = metered(Some("0"));
        let mut body = service.call(submit()).await.unwrap().into_body();
        assert_eq!((under_way(&service), count(&service, "OK")), (1, 0));
        let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        assert!(frame.unwrap().unwrap().is_trailers());
        assert_eq!((under_way(&service), count(&service, "OK")), (0, 1));
        drop(body);
        assert_eq!((count(&service, "OK"), count(&service, "CANCELLED")), (1, 0));
    }

    #[tokio::test]
    async fn a_refusal_counts_by_its_headers_and_bears_the_name_of_the_call() {
        let mut service = metered(None);
        let response = service.call(submit()).await.unwrap();
        assert_eq!((under_way(&service), count(&service, "NOT_FOUND")), (0, 1));
        assert_eq!(response.headers().get(REQUEST_ID).unwrap().len(), 32);
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_counts_as_cancelled() {
        let mut service = metered(Some("0"));
        let response = service.call(submit()).await.unwrap();
        drop(response);
        assert_eq!((under_way(&service), count(&service, "CANCELLED")), (0, 1));
    }

    #[test]
    fn every_method_is_a_label_of_its_own_and_no_path_of_a_stranger_is_one() {
        for rpc in Rpc::ALL {
            assert_eq!(format!("/lienthong.hub.v1.{}", label(rpc.path())), rpc.path());
        }
        assert_eq!(label("/grpc.health.v1.Health/Check"), "health");
        assert_eq!(label("/Nguyen.Van.A/x"), "unknown");
    }
}
