//! The hub's TLS: version 1.3 only, a client certificate from everyone, no resumption.
//!
//! tonic's own TLS has no handshake timeout and no control over sessions, and a resumed session would keep a client in
//! whose certificate is no longer accepted; so the hub accepts connections itself and hands them to tonic. A handshake
//! proves that the client CA signed the certificate and has not revoked it; whether it is registered is asked anew for every
//! call, because a check at the handshake would not end a live connection. [`super::connections`] ends those.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::time_provider::TimeProvider;
use rustls::{CertificateError, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::Stream;
use tokio_util::task::AbortOnDropHandle;

use super::connections::{Connections, Owner};
use super::hub_stream::HubStream;
use super::metrics::AcceptMeter;
use super::server_certificate;
use super::socket::Socket;
use crate::auth::peer::PeerIdentity;
use crate::auth::trust::anchor::Anchor;
use crate::auth::trust::book::CrlBook;
use crate::auth::trust::crl::CrlFault;
use crate::auth::trust::verifier::{ClientVerifier, VerifierError};
use crate::domain::time::{Clock, Timestamp};
use crate::evidence::digest::sha256;

/// HTTP/2, the only protocol spoken here (RFC 7540 section 3.1).
const ALPN_H2: &[u8] = b"h2";
/// First and longest pause after an accept that failed for lack of resources.
const ACCEPT_PAUSE: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));
/// While more than half of the places for handshakes are taken, a new handshake has this part of its time: enough for
/// whoever means it, and others wait less for those who do not.
const CROWDED: u32 = 6;

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
    /// What those have revoked.
    ClientCrl,
}

impl fmt::Display for PemInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "server certificate",
            Self::Key => "server private key",
            Self::ClientCa => "client CA",
            Self::ClientCrl => "revocation list",
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
    /// A certificate of the client CA cannot be read.
    #[error("the client CA file holds a certificate that cannot be used: {0}")]
    ClientCa(rustls::Error),
    /// The check of client certificates cannot be made.
    #[error("the client CA file: {0}")]
    Verifier(#[from] VerifierError),
    /// A file cannot be read.
    #[error("the {input} file cannot be read: {path}: {source}")]
    File {
        /// Which file.
        input: PemInput,
        /// Where it should be.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file of revocation lists is not taken.
    #[error("the revocation list {path}: {fault}")]
    Crl {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: CrlFault,
    },
    /// An authority has no revocation list, and one is required.
    #[error("an authority of the client CA file has no revocation list, and --require-crl asks for one of each")]
    CrlMissing,
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

/// What the PEM texts hold, checked as far as they can be without revocation lists.
#[derive(Debug)]
pub(super) struct HubKeys {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    pub(super) anchors: Vec<Anchor>,
}

impl HubKeys {
    /// Reads them; the hub's certificate must be valid at `now`.
    pub(super) fn read(pems: &ServerPems<'_>, now: Timestamp) -> Result<Self, TlsConfigError> {
        let unreadable = || TlsConfigError::ClientCa(CertificateError::BadEncoding.into());
        let anchors = certificates(PemInput::ClientCa, pems.client_ca)?
            .into_iter()
            .map(|der| Anchor::read(der).ok_or_else(unreadable))
            .collect::<Result<_, _>>()?;
        let keys = Self {
            chain: certificates(PemInput::Certificate, pems.certificate)?,
            key: PrivateKeyDer::from_pem_slice(pems.key).map_err(|source| TlsConfigError::Pem {
                input: PemInput::Key,
                source,
            })?,
            anchors,
        };
        keys.check_time(now)?;
        Ok(keys)
    }

    /// When the first of the hub's own certificates and the first of the clients' CAs end.
    pub(super) fn ends(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let own = self.chain.iter().filter_map(|own| server_certificate::end(own));
        let authorities = self
            .anchors
            .iter()
            .filter_map(|anchor| server_certificate::end(&anchor.der));
        (own.min(), authorities.min())
    }

    /// Refuses a certificate of the hub that is not valid at `now`.
    pub(super) fn check_time(&self, now: Timestamp) -> Result<(), TlsConfigError> {
        let certificate = self.chain.first();
        certificate.map_or(Ok(()), |certificate| server_certificate::check(certificate, now))
    }

    /// The settings with these keys, and `clients` as the check of clients' certificates.
    pub(super) fn config(
        &self,
        clients: Arc<ClientVerifier>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<ServerConfig>, TlsConfigError> {
        let mut config = ServerConfig::builder_with_details(provider(), Arc::new(ClockTime(clock)))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(TlsConfigError::Version)?
            .with_client_cert_verifier(clients)
            .with_single_cert(self.chain.clone(), self.key.clone_key())
            .map_err(TlsConfigError::KeyPair)?;
        config.alpn_protocols = vec![ALPN_H2.to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config.max_early_data_size = 0;
        Ok(Arc::new(config))
    }

    /// The check of clients' certificates with these authorities and the lists in `book`.
    pub(super) fn clients(&self, book: &CrlBook, now: Timestamp) -> Result<Arc<ClientVerifier>, TlsConfigError> {
        let verifier = ClientVerifier::new(&self.anchors, book, &provider(), now)?;
        Ok(Arc::new(verifier))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// The TLS settings of a hub without revocation lists. `clock` decides whether the hub's certificate is valid now, and a
/// client's at the handshake.
pub fn server_config(pems: &ServerPems<'_>, clock: Arc<dyn Clock>) -> Result<Arc<ServerConfig>, TlsConfigError> {
    let now = clock.now();
    let keys = HubKeys::read(pems, now)?;
    keys.config(keys.clients(&CrlBook::default(), now)?, clock)
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
    /// How long a handshake may take, and how long after it the client's first frame may come.
    pub handshake_timeout: Duration,
    /// Most handshakes at a time; more connections wait in the kernel's queue.
    pub handshakes: usize,
    /// Most open connections, handshakes included.
    pub connections: usize,
    /// Most open connections of one agency; certificates that are registered to nobody have one such share together.
    pub connections_per_agency: usize,
    /// Frames a second that ask for nothing, of one connection in the long run; one that sends more is cut.
    pub frames_per_second: u32,
    /// How long a reader may take nothing: the reader of a stream, or a whole socket. Then it is cut.
    pub stalled_reader: Duration,
}

impl Default for AcceptLimits {
    fn default() -> Self {
        Self {
            handshake_timeout: Duration::from_secs(3),
            handshakes: 256,
            connections: 10_000,
            connections_per_agency: 128,
            frames_per_second: 1_000,
            stalled_reader: Duration::from_mins(1),
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
        Self::start_watched(listener, config, limits, Connections::default(), AcceptMeter::default())
    }

    /// Like [`Incoming::start`]; each connection is entered in `connections` as long as it is open, and counted in `meter`.
    pub(super) fn start_watched(
        listener: TcpListener,
        config: watch::Receiver<Arc<ServerConfig>>,
        limits: AcceptLimits,
        connections: Connections,
        meter: AcceptMeter,
    ) -> Self {
        let (sender, accepted) = mpsc::channel(1);
        let accept_loop = tokio::spawn(accept_loop(listener, config, limits, connections, sender, meter));
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
    connections: Connections,
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
        let newcomer = Newcomer {
            remote,
            place,
            connections: connections.clone(),
            meter: meter.clone(),
            limits,
        };
        let meter = meter.clone();
        let is_crowded = handshakes.available_permits() < limits.handshakes / 2;
        let time = limits.handshake_timeout / if is_crowded { CROWDED } else { 1 };
        running.spawn(async move {
            let stream = match handshake(&acceptor, tcp, time, limits.stalled_reader).await {
                Ok(tls) => newcomer.admit(tls).await,
                Err(error) => Err(error),
            };
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
    time: Duration,
    patience: Duration,
) -> io::Result<TlsStream<Socket>> {
    tcp.set_nodelay(true)?;
    let accepted = acceptor.accept(Socket::new(tcp, patience));
    tokio::time::timeout(time, accepted).await?
}

/// A connection on its way in.
struct Newcomer {
    remote: SocketAddr,
    place: OwnedSemaphorePermit,
    connections: Connections,
    meter: AcceptMeter,
    limits: AcceptLimits,
}

impl Newcomer {
    /// Lets a connection in whose handshake succeeded, if it speaks HTTP/2, its certificate is not revoked and its agency has
    /// room for one more.
    async fn admit(self, tls: TlsStream<Socket>) -> io::Result<HubStream> {
        let refused = |kind, why: &'static str| Err(io::Error::new(kind, why));
        let session = tls.get_ref().1;
        if session.alpn_protocol() != Some(ALPN_H2) {
            return refused(io::ErrorKind::InvalidData, "the client did not ask for h2");
        }
        let chain = session.peer_certificates().unwrap_or_default();
        let Some(certificate) = chain.first() else {
            return refused(io::ErrorKind::InvalidData, "the client sent no certificate");
        };
        let peer = PeerIdentity {
            certificate_fingerprint: sha256(certificate),
            remote: self.remote,
        };
        let owner = self.connections.owner(&peer).await;
        if owner == Owner::Revoked {
            return refused(io::ErrorKind::PermissionDenied, "the certificate is revoked");
        }
        let most = self.limits.connections_per_agency;
        let Some(open) = self.connections.enter(peer, chain, owner, most) else {
            return refused(
                io::ErrorKind::QuotaExceeded,
                "the agency has as many connections as it may",
            );
        };
        Ok(HubStream::new(
            tls,
            peer,
            self.place,
            open,
            self.meter.opened(),
            &self.limits,
        ))
    }
}
