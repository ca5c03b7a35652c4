//! Who is calling is found out before any handler runs or any byte of the body is read.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::AUTHORIZATION;
use lienthong_proto::Rpc;
use tonic::body::Body;
use tower::{Layer, Service};

use tracing::Instrument as _;

use super::status::to_status;
use crate::app::TRACE;
use crate::auth::directory::Authenticator;
use crate::auth::peer::PeerIdentity;
use crate::auth::policy;
use crate::auth::token_fault::TokenFault;
use crate::domain::error::{Error, ErrorCode, Result};

/// Services outside the hub's own package that a registered connection may call without a token.
const TOKENLESS: &[&str] = &[
    "/grpc.health.v1.Health/",
    "/grpc.reflection.v1.ServerReflection/",
    "/grpc.reflection.v1alpha.ServerReflection/",
];

/// Puts an `Arc<Principal>` and the [`Rpc`] into the extensions of every request to a method of the hub, and an `Arc<Party>` into
/// those of health and reflection, or refuses it.
#[derive(Debug, Clone)]
pub struct AuthLayer {
    authenticator: Arc<Authenticator>,
}

impl AuthLayer {
    /// Asks `authenticator` about every request.
    pub fn new(authenticator: Arc<Authenticator>) -> Self {
        Self { authenticator }
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> AuthService<S> {
        AuthService {
            inner,
            authenticator: Arc::clone(&self.authenticator),
        }
    }
}

/// See [`AuthLayer`].
#[derive(Debug, Clone)]
pub struct AuthService<S> {
    inner: S,
    authenticator: Arc<Authenticator>,
}

impl<S> Service<http::Request<Body>> for AuthService<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        // The service that was polled ready takes the request; its clone stays for the next one.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let authenticator = Arc::clone(&self.authenticator);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let span = tracing::info_span!(target: TRACE, "authenticate");
            match admit(&authenticator, &mut parts).instrument(span).await {
                Ok(()) => inner.call(http::Request::from_parts(parts, body)).await,
                Err(error) => {
                    tracing::debug!(code = error.code().as_str(), facts = ?error.metadata(), "a call was refused");
                    Ok(to_status(&error).into_http())
                }
            }
        })
    }
}

async fn admit(authenticator: &Authenticator, parts: &mut http::request::Parts) -> Result<()> {
    // Only the hub's own listener gives requests this extension; without it there was no handshake to trust.
    let peer = *parts
        .extensions
        .get::<PeerIdentity>()
        .ok_or_else(|| Error::new(ErrorCode::CertificateNotRegistered).with("reason", "no_certificate"))?;
    let path = parts.uri.path();
    let Some(rpc) = Rpc::from_path(path) else {
        let caller = authenticator.authenticate_connection(&peer).await?;
        let is_tokenless = TOKENLESS.iter().any(|service| path.starts_with(service));
        if !is_tokenless {
            return Err(Error::new(ErrorCode::MethodUnknown));
        }
        parts.extensions.insert(caller);
        return Ok(());
    };
    let principal = authenticator
        .authenticate(&peer, authorization(&parts.headers)?)
        .await?;
    policy::admit(rpc, &principal)?;
    parts.extensions.insert(principal);
    parts.extensions.insert(rpc);
    Ok(())
}

/// The value of the only `authorization` header. With several, a proxy and the hub could read different ones.
fn authorization(headers: &http::HeaderMap) -> Result<Option<&str>, TokenFault> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(TokenFault::WrongScheme);
    }
    value.to_str().map(Some).or(Err(TokenFault::WrongScheme))
}
