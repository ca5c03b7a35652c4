//! The listener for metrics and health: plain HTTP/1.1, read-only, for this machine or a management network. It knows no
//! one and shows nobody's data.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use super::readiness::Readiness;
use crate::server::start_error::StartError;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Most connections at a time: a few readers of metrics and a balancer.
const CONNECTIONS: usize = 32;
/// A connection that sends no request for so long is closed.
const IDLE: Duration = Duration::from_secs(75);
/// The pause after an accept that failed for lack of resources.
const PAUSE: Duration = Duration::from_millis(200);

/// A listener that serves until it is dropped.
#[derive(Debug)]
pub(in crate::server) struct Listener {
    /// Where it listens.
    pub(in crate::server) address: SocketAddr,
    _serving: AbortOnDropHandle<()>,
}

impl Listener {
    /// Listens at `address`.
    pub(in crate::server) async fn open(address: SocketAddr, readiness: Arc<Readiness>) -> Result<Self, StartError> {
        let cannot_listen = |source| StartError::ListenMetrics { address, source };
        let listener = TcpListener::bind(address).await.map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        Ok(Self {
            address,
            _serving: AbortOnDropHandle::new(tokio::spawn(serve(listener, readiness))),
        })
    }
}

async fn serve(listener: TcpListener, readiness: Arc<Readiness>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        // The semaphore is never closed.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let readiness = Arc::clone(&readiness);
        connections.spawn(async move {
            let answer = service_fn(move |request| {
                let readiness = Arc::clone(&readiness);
                async move { Ok::<_, Infallible>(answer(&request, &readiness).await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(IDLE)
                .serve_connection(TokioIo::new(stream), answer);
            // How a reader ends its connection is its own business.
            drop(connection.await);
            drop(place);
        });
    }
}

async fn answer(request: &Request<Incoming>, readiness: &Readiness) -> Response<Full<Bytes>> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut refusal = reply(StatusCode::METHOD_NOT_ALLOWED, TEXT, "GET\n".to_owned());
        refusal
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refusal;
    }
    match request.uri().path() {
        "/metrics" => match readiness.metrics() {
            Ok(text) => reply(StatusCode::OK, TEXT, text),
            Err(_) => reply(StatusCode::INTERNAL_SERVER_ERROR, TEXT, String::new()),
        },
        "/healthz/live" => {
            let is_alive = readiness.is_alive();
            reply(status(is_alive), JSON, format!("{}\n", json!({ "live": is_alive })))
        }
        "/healthz/ready" => {
            let verdict = readiness.look().await;
            reply(status(verdict.is_ready()), JSON, format!("{}\n", verdict.json()))
        }
        _ => reply(
            StatusCode::NOT_FOUND,
            TEXT,
            "/metrics\n/healthz/live\n/healthz/ready\n".to_owned(),
        ),
    }
}

fn status(is_good: bool) -> StatusCode {
    if is_good {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

fn reply(status: StatusCode, media_type: HeaderValue, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
