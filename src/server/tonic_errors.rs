//! Errors that tonic itself answers before a handler runs (a message too large, not protobuf, compressed) say no code of
//! the hub and no Vietnamese. Here they are said as every other error is.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use lienthong_proto::Rpc;
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service};

use crate::grpc::refusal::refusal;
use crate::grpc::status::to_status;

/// Rewrites tonic's own refusals. Stands inside the layer that puts [`Rpc`] into the extensions.
#[derive(Debug, Clone, Copy)]
pub(super) struct TonicErrorsLayer {
    /// Most bytes of one message, for the error that says so.
    pub(super) message_bytes: usize,
}

impl<S> Layer<S> for TonicErrorsLayer {
    type Service = TonicErrors<S>;

    fn layer(&self, inner: S) -> TonicErrors<S> {
        TonicErrors { inner, layer: *self }
    }
}

/// See [`TonicErrorsLayer`].
#[derive(Debug, Clone)]
pub(super) struct TonicErrors<S> {
    inner: S,
    layer: TonicErrorsLayer,
}

impl<S> Service<http::Request<Body>> for TonicErrors<S>
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
        let is_of_hub = request.extensions().get::<Rpc>().is_some();
        let answered = self.inner.call(request);
        let layer = self.layer;
        Box::pin(async move {
            let response = answered.await?;
            let status = Status::from_header_map(response.headers()).filter(|_| is_of_hub);
            let said = status.and_then(|status| refusal(&status, layer.message_bytes));
            Ok(said.map_or(response, |error| to_status(&error).into_http()))
        })
    }
}
