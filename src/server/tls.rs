//! The hub's TLS: version 1.3 only, a client certificate from everyone, no resumption.
//!
//! tonic's own TLS has no handshake timeout and no control over sessions, and a resumed session would keep a client in
//! whose certificate is no longer accepted; so the hub accepts connections itself and hands them to tonic. A handshake
//! proves that the client CA signed the certificate; whether it is registered is asked anew for every call, because a
//! check at the handshake would not end a live connection.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::time_provider::TimeProvider;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_stream::Stream;
use tokio_util::task::AbortOnDropHandle;

use super::hub_stream::HubStream;
use super::metrics::AcceptMeter;
use super::server_certificate;
use crate::auth::peer::PeerIdentity;
use crate::domain::time::{Clock, Timestamp};
use crate::evidence::digest::sha256;

/// HTTP/2, the only protocol spoken here (RFC 7540 section 3.1).
const ALPN_H2: &[u8] = b"h2";
/// First and longest pause after an accept that failed for lack of resources.
const ACCEPT_PAUSE: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));

/// The three PEM texts that TLS needs.
#[derive(Clone, Copy)]
pub struct ServerPems<'a> {
    /// The hub's certificate, followed by intermediate ones.
    pub certificate: &'a [u8],
    /// Its private key: PKCS #8, SEC 1 or PKCS #1.
    pub key: &'a [u8],
    /// The CAs that sign clients' certificates.
    pub client_ca: &'a [u8],
}

impl fmt::Debug for ServerPems<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerPems")
    }
}

/// Which of the PEM texts is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PemInput {
    /// The hub's certificate.
    Certificate,
    /// The hub's private key.
    Key,
    /// The CAs of clients.
    ClientCa,
}

impl fmt::Display for PemInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "server certificate",
            Self::Key => "server private key",
            Self::ClientCa => "client CA",
        })
    }
}

/// The TLS settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsConfigError {
    /// A text is not PEM or holds nothing of the expected sort.
    #[error("the {input} file is not usable PEM: {source}")]
    Pem {
        /// Which text.
        input: PemInput,
        /// What is wrong.
        source: rustls::pki_types::pem::Error,
    },
    /// A text holds no certificate.
    #[error("the {input} file holds no certificate")]
    Empty {
        /// Which text.
        input: PemInput,
    },
    /// A certificate of the client CA cannot serve as one.
    #[error("the client CA file holds a certificate that cannot be used: {0}")]
    ClientCa(rustls::Error),
    /// The verifier of client certificates cannot be made.
    #[error("the client CA file cannot be used: {0}")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
    /// The hub's certificate is no longer valid.
    #[error("the server certificate expired at {}", .not_after.to_rfc3339())]
    Expired {
        /// End of its validity.
        not_after: Timestamp,
    },
    /// The hub's certificate is not valid yet, or the hub's clock is wrong.
    #[error("the server certificate is not valid before {}; is the clock right?", .not_before.to_rfc3339())]
    NotYetValid {
        /// Start of its validity.
        not_before: Timestamp,
    },
    /// The hub's certificate is for something else.
    #[error("the server certificate may not identify a server: its extended key usage lacks serverAuth")]
    NotForServers,
    /// Certificate and key are unusable or do not belong together.
    #[error("the server certificate and private key cannot be used together: {0}")]
    KeyPair(rustls::Error),
    /// The crypto provider cannot do TLS 1.3.
    #[error("TLS 1.3 is not available: {0}")]
    Version(rustls::Error),
}

/// The TLS settings of the hub. `clock` decides whether the hub's certificate is valid now, and a client's at the
/// handshake.
pub fn server_config(pems: &ServerPems<'_>, clock: Arc<dyn Clock>) -> Result<Arc<ServerConfig>, TlsConfigError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    for certificate in certificates(PemInput::ClientCa, pems.client_ca)? {
        roots.add(certificate).map_err(TlsConfigError::ClientCa)?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
    let chain = certificates(PemInput::Certificate, pems.certificate)?;
    if let Some(certificate) = chain.first() {
        server_certificate::check(certificate, clock.now())?;
    }
    let key = PrivateKeyDer::from_pem_slice(pems.key).map_err(|source| TlsConfigError::Pem {
        input: PemInput::Key,
        source,
    })?;
    let mut config = ServerConfig::builder_with_details(provider, Arc::new(ClockTime(clock)))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(TlsConfigError::Version)?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .map_err(TlsConfigError::KeyPair)?;
    config.alpn_protocols = vec![ALPN_H2.to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    Ok(Arc::new(config))
}

/// The TLS settings that hold for new connections, and the way to replace them while the hub serves.
#[derive(Debug)]
pub(super) struct CurrentTls {
    config: watch::Sender<Arc<ServerConfig>>,
    clock: ClockTime,
}

impl CurrentTls {
    /// Begins with `pems`. For `clock` see [`server_config`].
    pub(super) fn new(pems: &ServerPems<'_>, clock: Arc<dyn Clock>) -> Result<Self, TlsConfigError> {
        let config = watch::Sender::new(server_config(pems, Arc::clone(&clock))?);
        Ok(Self {
            config,
            clock: ClockTime(clock),
        })
    }

    /// For [`Incoming::start`].
    pub(super) fn subscribe(&self) -> watch::Receiver<Arc<ServerConfig>> {
        self.config.subscribe()
    }

    /// Takes `pems` for the connections that come from now on. If they cannot be used, nothing changes.
    pub(super) fn replace(&self, pems: &ServerPems<'_>) -> Result<(), TlsConfigError> {
        self.config
            .send_replace(server_config(pems, Arc::clone(&self.clock.0))?);
        Ok(())
    }
}

pub(super) fn certificates(input: PemInput, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsConfigError> {
    let certificates = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| TlsConfigError::Pem { input, source })?;
    if certificates.is_empty() {
        Err(TlsConfigError::Empty { input })
    } else {
        Ok(certificates)
    }
}

struct ClockTime(Arc<dyn Clock>);

impl fmt::Debug for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClockTime")
    }
}

impl TimeProvider for ClockTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().seconds()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// Limits on connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcceptLimits {
    /// How long a handshake may take.
    pub handshake_timeout: Duration,
    /// Most handshakes at a time; more connections wait in the kernel's queue.
    pub handshakes: usize,
    /// Most open connections, handshakes included.
    pub connections: usize,
}

impl Default for AcceptLimits {
    fn default() -> Self {
        Self {
            handshake_timeout: Duration::from_secs(3),
            handshakes: 256,
            connections: 10_000,
        }
    }
}

/// The stream of accepted connections, for tonic's `serve_with_incoming_shutdown`. Dropping it closes the listener and
/// gives up handshakes under way; connections already handed out live on.
#[derive(Debug)]
pub struct Incoming {
    accepted: mpsc::Receiver<io::Result<HubStream>>,
    _accept_loop: AbortOnDropHandle<()>,
}

impl Incoming {
    /// Starts accepting on `listener`. A new value in `config` holds for the connections that come after it, so that
    /// certificate, key and client CA can be replaced without a restart. Needs a tokio runtime.
    pub fn start(listener: TcpListener, config: watch::Receiver<Arc<ServerConfig>>, limits: AcceptLimits) -> Self {
        Self::metered(listener, config, limits, AcceptMeter::default())
    }

    /// As [`Incoming::start`], and counts in `meter`.
    pub(super) fn metered(
        listener: TcpListener,
        config: watch::Receiver<Arc<ServerConfig>>,
        limits: AcceptLimits,
        meter: AcceptMeter,
    ) -> Self {
        let (sender, accepted) = mpsc::channel(1);
        let accept_loop = tokio::spawn(accept_loop(listener, config, limits, sender, meter));
        Self {
            accepted,
            _accept_loop: AbortOnDropHandle::new(accept_loop),
        }
    }
}

impl Stream for Incoming {
    type Item = io::Result<HubStream>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().accepted.poll_recv(cx)
    }
}

/// Runs until it is dropped; no connection and no error ends it. The handshakes are its own and end with it.
async fn accept_loop(
    listener: TcpListener,
    config: watch::Receiver<Arc<ServerConfig>>,
    limits: AcceptLimits,
    sender: mpsc::Sender<io::Result<HubStream>>,
    meter: AcceptMeter,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let handshakes = Arc::new(Semaphore::new(limits.handshakes));
    let mut running = JoinSet::new();
    let mut pause = ACCEPT_PAUSE.0;
    loop {
        // Neither semaphore is ever closed.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let Ok(turn) = Arc::clone(&handshakes).acquire_owned().await else {
            return;
        };
        let (tcp, remote) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                if !is_of_one_connection(&error) {
                    tracing::warn!(%error, "connections cannot be accepted; trying again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(ACCEPT_PAUSE.1);
                }
                continue;
            }
        };
        pause = ACCEPT_PAUSE.0;
        while running.try_join_next().is_some() {}
        let acceptor = TlsAcceptor::from(Arc::clone(&config.borrow()));
        let sender = sender.clone();
        let meter = meter.clone();
        running.spawn(async move {
            let stream = handshake(&acceptor, tcp, remote, place, &meter, limits.handshake_timeout).await;
            drop(turn);
            match stream {
                // A send fails only when the receiver is gone; then the connection is closed.
                Ok(stream) => drop(sender.send(Ok(stream)).await),
                Err(error) => {
                    meter.failed(&error);
                    tracing::debug!(%error, "a TLS handshake failed");
                }
            }
        });
    }
}

/// Errors that belong to the connection that was about to be accepted, not to the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

async fn handshake(
    acceptor: &TlsAcceptor,
    tcp: TcpStream,
    remote: SocketAddr,
    place: OwnedSemaphorePermit,
    meter: &AcceptMeter,
    timeout: Duration,
) -> io::Result<HubStream> {
    tcp.set_nodelay(true)?;
    let tls = tokio::time::timeout(timeout, acceptor.accept(tcp)).await??;
    let session = tls.get_ref().1;
    if session.alpn_protocol() != Some(ALPN_H2) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the client did not ask for h2",
        ));
    }
    let certificate = session
        .peer_certificates()
        .and_then(<[_]>::first)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the client sent no certificate"))?;
    let peer = PeerIdentity {
        certificate_fingerprint: sha256(certificate),
        remote,
    };
    Ok(HubStream::new(tls, peer, place, meter.opened()))
}
