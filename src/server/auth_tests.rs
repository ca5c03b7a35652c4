//! The whole way in over real mutual TLS: client, listener, layer, service.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use super::tls::{AcceptLimits, Incoming, ServerPems, server_config};
use crate::auth::test_registry::{Registry, credential, start};
use crate::client::channel::{HubAddress, connect, with_tokens};
use crate::client::pki::{Authority, Validity};
use crate::domain::agency::Credential;
use crate::domain::agency::Purpose;
use crate::grpc::auth_layer::AuthLayer;

#[tokio::test]
async fn a_live_connection_is_refused_from_the_moment_its_certificate_is_revoked() {
    let registry = Registry::new().await;
    let validity = Validity::days(start(), 30);
    let servers = Authority::new("server CA", validity).unwrap();
    let server = servers.issue_server(validity).unwrap();
    let client_ca = registry.authority.certificate_pem();
    let pems = ServerPems {
        certificate: server.certificate.as_bytes(),
        key: server.key.as_bytes(),
        client_ca: client_ca.as_bytes(),
    };
    let (_sender, config) = watch::channel(server_config(&pems, registry.clock.clone()).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let incoming = Incoming::start(listener, config, AcceptLimits::default());
    let (_reporter, health) = tonic_health::server::health_reporter();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(
        tonic::transport::Server::builder()
            .layer(AuthLayer::new(Arc::clone(&registry.authenticator)))
            .add_service(health)
            .serve_with_incoming_shutdown(incoming, async { drop(stopped.await) }),
    );

    let hub = HubAddress {
        uri,
        server_name: None,
        ca: servers.certificate_pem(),
    };
    let bank = &registry.bank;
    let channel = connect(&hub, &bank.tls, registry.clock.clone()).await.unwrap();
    let minter = Arc::new(bank.minter(&registry.clock));
    let mut client = HealthClient::new(with_tokens(channel, minter));
    client.check(HealthCheckRequest::default()).await.unwrap();

    let pem = credential(&bank.agency.code, &bank.tls, Purpose::Tls, Validity::days(start(), 300));
    registry
        .put(
            &[],
            &[],
            &[Credential {
                revoked_time: Some(start()),
                ..pem
            }],
        )
        .await;
    let refused = client.check(HealthCheckRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    assert_eq!(refused.message(), "The connection's certificate is not registered.");

    let unregistered = registry.authority.issue_client("BANK.1", validity).unwrap();
    let channel = connect(&hub, &unregistered, registry.clock.clone()).await.unwrap();
    let refused = HealthClient::new(channel)
        .check(HealthCheckRequest::default())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);

    // The client judges the hub's certificate by the same injected clock.
    registry.clock.advance_micros(31 * 86_400_000_000);
    assert!(
        connect(&hub, &registry.court.tls, registry.clock.clone())
            .await
            .is_err()
    );

    drop(client);
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}
