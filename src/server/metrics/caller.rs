//! Who called, told by the layer that stands behind the one that finds it out to the one that stands around all.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tonic::body::Body;
use tower::{Layer, Service};
use tracing::Span;

use crate::auth::principal::Principal;
use crate::domain::ids::AgencyCode;

/// Who called, on its way out.
#[derive(Debug, Clone)]
pub(super) struct CallerInfo {
    pub(super) role: &'static str,
    pub(super) agency: AgencyCode,
}

/// The inner layer: tells the caller's role to the outer one, and its agency to the log.
#[derive(Debug, Clone, Copy)]
pub(in crate::server) struct CallerLayer;

impl<S> Layer<S> for CallerLayer {
    type Service = Caller<S>;

    fn layer(&self, inner: S) -> Caller<S> {
        Caller { inner }
    }
}

/// See [`CallerLayer`].
#[derive(Debug, Clone)]
pub(in crate::server) struct Caller<S> {
    inner: S,
}

impl<S> Service<http::Request<Body>> for Caller<S>
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
        let caller = request.extensions().get::<Arc<Principal>>().map(|principal| {
            Span::current().record("agency", principal.agency.code.as_str());
            CallerInfo {
                role: principal.agency.role.as_str(),
                agency: principal.agency.code.clone(),
            }
        });
        let answered = self.inner.call(request);
        Box::pin(async move {
            let mut response = answered.await?;
            if let Some(caller) = caller {
                response.extensions_mut().insert(caller);
            }
            Ok(response)
        })
    }
}
