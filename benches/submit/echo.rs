//! The bare echo: same TLS, same tokens and their cache, same message in; an empty reply, nothing stored.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use lienthong::auth::directory::Authenticator;
use lienthong::domain::time::Clock;
use lienthong::grpc::auth_layer::AuthLayer;
use lienthong::server::clock::SystemClock;
use lienthong::server::tls::{AcceptLimits, Incoming, ServerPems, server_config};
use lienthong_proto::v1;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::{Request, Response, Status};

use super::kit::{Failure, Keys};

/// Answers every Submit with an empty reply.
#[derive(Clone)]
struct Echo;

impl NamedService for Echo {
    const NAME: &'static str = "lienthong.hub.v1.RequestService";
}

impl UnaryService<v1::SubmitRequest> for Echo {
    type Response = v1::SubmitResponse;
    type Future = Ready<Result<Response<v1::SubmitResponse>, Status>>;

    fn call(&mut self, _request: Request<v1::SubmitRequest>) -> Self::Future {
        ready(Ok(Response::new(v1::SubmitResponse::default())))
    }
}

impl tower::Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let codec = tonic_prost::ProstCodec::<v1::SubmitResponse, v1::SubmitRequest>::default();
            Ok(Grpc::new(codec).unary(Echo, request).await)
        })
    }
}

/// Serves the echo for as long as the process lives; agencies are looked up by `authenticator`.
pub(crate) async fn serve(keys: &Keys, authenticator: Arc<Authenticator>) -> Result<SocketAddr, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let pems = ServerPems {
        certificate: keys.server.certificate.as_bytes(),
        key: keys.server.key.as_bytes(),
        client_ca: keys.ca.as_bytes(),
    };
    let config = server_config(&pems, clock)?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let (configs, following) = watch::channel(config);
    let incoming = Incoming::start(listener, following, AcceptLimits::default());
    let server = tonic::transport::Server::builder()
        .layer(AuthLayer::new(authenticator))
        .add_service(Echo)
        .serve_with_incoming(incoming);
    tokio::spawn(async move {
        let _configs = configs;
        server.await
    });
    Ok(address)
}
