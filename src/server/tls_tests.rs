//! Real handshakes over loopback, good and bad, at a time that the test states.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_stream::StreamExt as _;
use tonic::transport::server::Connected as _;

use super::current_tls::CurrentTls;
use super::hub_stream::HubStream;
use super::settings::TlsPems;
use super::tls::{AcceptLimits, Incoming, ServerPems, TlsConfigError, server_config};
use crate::client::pki::{Authority, KeyedCertificate, Leaf, Usage, Validity, fingerprint, self_signed};
use crate::domain::time::{Clock, ManualClock, Timestamp};

/// In the future of every machine, so that the machine's clock would refuse what is valid here.
fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2090-01-01T00:00:00Z").unwrap()
}

struct Hub {
    incoming: Incoming,
    address: std::net::SocketAddr,
    clients: Authority,
    server_ca: String,
    clock: Arc<ManualClock>,
    config: watch::Sender<Arc<rustls::ServerConfig>>,
}

fn config_from(server: &KeyedCertificate, client_ca: &str, clock: Arc<dyn Clock>) -> Arc<rustls::ServerConfig> {
    let pems = ServerPems {
        certificate: server.certificate.as_bytes(),
        key: server.key.as_bytes(),
        client_ca: client_ca.as_bytes(),
    };
    server_config(&pems, clock).unwrap()
}

async fn hub(limits: AcceptLimits) -> Hub {
    let clock = Arc::new(ManualClock::new(now()));
    // The test's client has the machine's clock, so the hub's own certificate is valid for long.
    let long = Validity {
        not_before: Timestamp::from_micros(0),
        not_after: now().plus_hours(24 * 365),
    };
    let clients = Authority::new("client CA", long).unwrap();
    let servers = Authority::new("server CA", long).unwrap();
    let server = servers.issue_server(long).unwrap();
    let config = config_from(&server, &clients.certificate_pem(), clock.clone());
    let (config, receiver) = watch::channel(config);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let incoming = Incoming::start(listener, receiver, limits);
    Hub {
        incoming,
        address,
        clients,
        server_ca: servers.certificate_pem(),
        clock,
        config,
    }
}

impl Hub {
    fn client(&self, days: i64) -> KeyedCertificate {
        self.clients.issue_client("TEST", Validity::days(now(), days)).unwrap()
    }

    /// The accepted connection; fails if none comes in time.
    async fn accept(&mut self) -> HubStream {
        tokio::time::timeout(Duration::from_secs(5), self.incoming.next())
            .await
            .unwrap()
            .unwrap()
            .unwrap()
    }

    /// A TLS 1.3 client learns that its certificate is refused only when it reads.
    async fn is_refused(&self, identity: Option<&KeyedCertificate>, alpn: &[&str]) -> bool {
        match connect(self, identity, alpn).await {
            Ok(mut stream) => !matches!(stream.read(&mut [0]).await, Ok(1..)),
            Err(_) => true,
        }
    }

    /// Nothing has been accepted, and a good client still gets in.
    async fn still_serves(&mut self) {
        let good = self.client(1);
        let mut client = connect(self, Some(&good), &["h2"]).await.unwrap();
        let mut server = self.accept().await;
        assert_eq!(
            server.connect_info().certificate_fingerprint,
            fingerprint(&good.certificate).unwrap()
        );
        server.write_all(b"x").await.unwrap();
        server.flush().await.unwrap();
        assert_eq!(client.read_u8().await.unwrap(), b'x');
    }
}

async fn connect(
    hub: &Hub,
    identity: Option<&KeyedCertificate>,
    alpn: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(hub.server_ca.as_bytes()).unwrap())
        .unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match identity {
        Some(pem) => builder
            .with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(pem.certificate.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(pem.key.as_bytes()).unwrap(),
            )
            .unwrap(),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let tcp = TcpStream::connect(hub.address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, tcp).await
}

#[tokio::test]
async fn a_good_certificate_is_accepted_and_identifies_the_connection() {
    let mut hub = hub(AcceptLimits::default()).await;
    hub.still_serves().await;
}

#[tokio::test]
async fn bad_certificates_are_refused_and_the_hub_goes_on() {
    let mut hub = hub(AcceptLimits::default()).await;
    let today = Validity::days(now(), 1);
    let past = Validity {
        not_before: now().plus_hours(-48),
        not_after: now().plus_micros(-2_000_000),
    };
    let future = Validity {
        not_before: now().plus_hours(1),
        not_after: now().plus_hours(48),
    };
    let client = Leaf {
        common_name: "TEST",
        hosts: &[],
        usage: Usage::Client,
        validity: today,
    };
    let other = Authority::new("client CA", Validity::days(now(), 10)).unwrap();
    let bad = [
        ("expired", hub.clients.issue_client("TEST", past).unwrap()),
        ("not yet valid", hub.clients.issue_client("TEST", future).unwrap()),
        (
            "wrong usage",
            hub.clients
                .issue(&Leaf {
                    usage: Usage::Server,
                    ..client.clone()
                })
                .unwrap(),
        ),
        ("a server's", hub.clients.issue_server(today).unwrap()),
        (
            "another CA of the same name",
            other.issue_client("TEST", today).unwrap(),
        ),
        ("self-signed", self_signed(&client).unwrap()),
    ];
    for (what, identity) in &bad {
        assert!(hub.is_refused(Some(identity), &["h2"]).await, "{what}");
    }
    assert!(hub.is_refused(None, &["h2"]).await);
    assert!(hub.is_refused(Some(&hub.client(1)), &["http/1.1"]).await);
    assert!(hub.is_refused(Some(&hub.client(1)), &[]).await);
    hub.still_serves().await;
}

#[tokio::test]
async fn the_injected_clock_decides_expiry() {
    let hub = hub(AcceptLimits::default()).await;
    let identity = hub.client(1);
    hub.clock.advance_micros(25 * 3_600_000_000);
    assert!(hub.is_refused(Some(&identity), &["h2"]).await);
}

#[tokio::test]
async fn tls_1_2_is_refused() {
    let mut hub = hub(AcceptLimits::default()).await;
    // A ClientHello of TLS 1.2: no supported_versions, one ECDHE suite, curve P-256, ECDSA with SHA-256.
    let mut hello = vec![0x03, 0x03];
    hello.extend([9; 32]);
    hello.extend([0, 0, 2, 0xc0, 0x2b, 1, 0]);
    let extensions = [0, 10, 0, 4, 0, 2, 0, 23, 0, 13, 0, 4, 0, 2, 4, 3];
    hello.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
    hello.extend(extensions);
    let length = u16::try_from(hello.len()).unwrap();
    let mut record = vec![22, 3, 1];
    record.extend((length + 4).to_be_bytes());
    record.extend([1, 0]);
    record.extend(length.to_be_bytes());
    record.extend(hello);
    let mut tcp = TcpStream::connect(hub.address).await.unwrap();
    tcp.write_all(&record).await.unwrap();
    let mut answer = Vec::new();
    tcp.read_to_end(&mut answer).await.unwrap();
    // One alert record: fatal, protocol_version (70).
    assert_eq!((answer[0], &answer[5..]), (21, &[2, 70][..]));
    hub.still_serves().await;
}

#[tokio::test]
async fn a_session_is_never_resumed() {
    let hub = hub(AcceptLimits::default()).await;
    let config = hub.config.borrow().clone();
    assert_eq!((config.send_tls13_tickets, config.max_early_data_size), (0, 0));
    assert!(!config.session_storage.can_cache() && !config.ticketer.enabled());
}

#[tokio::test]
async fn a_stalled_handshake_is_cut_and_does_not_stop_others() {
    let limits = AcceptLimits {
        handshake_timeout: Duration::from_millis(200),
        handshakes: 1,
        connections: 2,
        ..AcceptLimits::default()
    };
    let mut hub = hub(limits).await;
    let mut stalled = TcpStream::connect(hub.address).await.unwrap();
    let mut rubbish = TcpStream::connect(hub.address).await.unwrap();
    rubbish.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    assert_eq!(stalled.read(&mut [0]).await.unwrap(), 0);
    hub.still_serves().await;
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_until_one_ends() {
    let mut hub = hub(AcceptLimits {
        connections: 1,
        ..AcceptLimits::default()
    })
    .await;
    let identity = hub.client(1);
    let first = connect(&hub, Some(&identity), &["h2"]).await.unwrap();
    let accepted = hub.accept().await;
    let mut waiting = Box::pin(connect(&hub, Some(&identity), &["h2"]));
    assert!(
        tokio::time::timeout(Duration::from_millis(200), &mut waiting)
            .await
            .is_err()
    );
    drop((first, accepted));
    let second = waiting.await.unwrap();
    hub.accept().await;
    drop(second);
}

#[tokio::test]
async fn a_new_configuration_holds_for_the_next_connection() {
    let mut hub = hub(AcceptLimits::default()).await;
    let old = hub.client(1);
    let long = Validity {
        not_before: Timestamp::from_micros(0),
        not_after: now().plus_hours(24),
    };
    let servers = Authority::new("server CA 2", long).unwrap();
    hub.clients = Authority::new("client CA 2", long).unwrap();
    hub.server_ca = servers.certificate_pem();
    let server = servers.issue_server(long).unwrap();
    // The connection that the loop was already waiting for reads the settings after it has come.
    hub.config
        .send_replace(config_from(&server, &hub.clients.certificate_pem(), hub.clock.clone()));
    assert!(hub.is_refused(Some(&old), &["h2"]).await);
    hub.still_serves().await;
}

#[test]
fn unusable_settings_say_which_file_is_wrong() {
    let clock: Arc<ManualClock> = Arc::new(ManualClock::new(now()));
    let authority = Authority::new("CA", Validity::days(now(), 1)).unwrap();
    let server = authority.issue_server(Validity::days(now(), 1)).unwrap();
    let other = authority.issue_server(Validity::days(now(), 1)).unwrap();
    let ca = authority.certificate_pem();
    let good = ServerPems {
        certificate: server.certificate.as_bytes(),
        key: server.key.as_bytes(),
        client_ca: ca.as_bytes(),
    };
    let message = |pems: ServerPems<'_>| -> String {
        let error: TlsConfigError = server_config(&pems, clock.clone()).unwrap_err();
        error.to_string()
    };
    assert!(
        message(ServerPems {
            certificate: b"",
            ..good
        })
        .starts_with("the server certificate file holds no")
    );
    assert!(
        message(ServerPems {
            client_ca: b"text",
            ..good
        })
        .starts_with("the client CA file holds no")
    );
    assert!(
        message(ServerPems {
            key: ca.as_bytes(),
            ..good
        })
        .starts_with("the server private key file")
    );
    let broken = b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    assert!(
        message(ServerPems {
            client_ca: broken,
            ..good
        })
        .starts_with("the client CA file is not usable PEM")
    );
    assert!(
        message(ServerPems {
            key: other.key.as_bytes(),
            ..good
        })
        .contains("cannot be used together")
    );
}

/// Certificate and key of the server, and the client CA.
fn pems<'a>(server: &'a KeyedCertificate, client_ca: &'a str) -> ServerPems<'a> {
    ServerPems {
        certificate: server.certificate.as_bytes(),
        key: server.key.as_bytes(),
        client_ca: client_ca.as_bytes(),
    }
}

#[test]
fn a_server_certificate_that_clients_would_refuse_is_refused_at_the_start() {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(now()));
    let authority = Authority::new("CA", Validity::days(now(), 1)).unwrap();
    let ca = authority.certificate_pem();
    let check = |server: &KeyedCertificate| server_config(&pems(server, &ca), Arc::clone(&clock)).map(drop);
    let valid = |from: i64, to: i64| {
        let validity = Validity {
            not_before: now().plus_micros(from * 1_000_000),
            not_after: now().plus_micros(to * 1_000_000),
        };
        authority.issue_server(validity).unwrap()
    };
    check(&valid(-10, 0)).unwrap();
    check(&valid(0, 10)).unwrap();
    assert!(matches!(check(&valid(-10, -1)), Err(TlsConfigError::Expired { .. })));
    assert!(matches!(check(&valid(1, 10)), Err(TlsConfigError::NotYetValid { .. })));
    let client = authority.issue_client("TEST", Validity::days(now(), 1)).unwrap();
    assert!(matches!(check(&client), Err(TlsConfigError::NotForServers)));
}

#[tokio::test]
async fn certificate_key_and_client_ca_are_replaced_together_or_not_at_all() {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(now()));
    let validity = Validity::days(now(), 1);
    let authority = Authority::new("CA", validity).unwrap();
    let ca = authority.certificate_pem();
    let (first, second) = (
        authority.issue_server(validity).unwrap(),
        authority.issue_server(validity).unwrap(),
    );
    let set = |server: &KeyedCertificate| TlsPems {
        certificate: server.certificate.clone().into_bytes(),
        key: server.key.clone().into_bytes(),
        client_ca: ca.clone().into_bytes(),
    };
    let tls = CurrentTls::new(&set(&first).into(), clock).unwrap();
    let mut seen = tls.subscribe();
    let mixed = TlsPems {
        key: first.key.clone().into_bytes(),
        ..set(&second)
    };
    tls.replace(&mixed).unwrap_err();
    assert!(!seen.has_changed().unwrap());
    let before = seen.borrow_and_update().clone();
    tls.replace(&set(&second)).unwrap();
    assert!(!Arc::ptr_eq(&before, &seen.borrow_and_update()));
}
