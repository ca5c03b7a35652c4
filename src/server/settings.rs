//! What a hub is started with.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::masters::MasterSource;
use super::tls::{AcceptLimits, ServerPems};
use super::tls_files::TlsFiles;
use super::webhooks::WebhookSettings;
use crate::app::documents::UploadLimits;
use crate::app::ledger::LedgerSettings;
use crate::auth::admission::AdmissionLimits;
use crate::blobs::DocumentPlace;
use crate::evidence::Digest;
use crate::store::Database;

/// Everything that is decided from outside, once, before the hub starts.
#[derive(Debug, Clone)]
pub struct HubSettings {
    /// Where everything is kept.
    pub database: Database,
    /// The hub's name: the audience (`aud`) of tokens and the origin of the log.
    pub hub_id: String,
    /// Whether it is a sandbox, whose clock may be moved. Its name says so too, or it does not start.
    pub sandbox: bool,
    /// Where to listen. Port 0 takes a free one; [`super::run::Running::address`] tells which.
    pub listen: SocketAddr,
    /// Certificate, key, client CA and revocation lists.
    pub tls: TlsSource,
    /// Where the bytes of uploaded documents stand. Hubs that share a database share it too.
    pub documents: DocumentPlace,
    /// The keys with which this hub signs the log, and what it remembers of that.
    pub signer: SignerPlace,
    /// The master keys that open and seal content. Hubs that share a database have the same.
    pub masters: MasterSource,
    /// A folder with `kinds/` that is used instead of the catalogue in the binary.
    pub catalogue: Option<PathBuf>,
    /// Whether to bring the schema up to date first.
    pub migrate: bool,
    /// How the ledger is sized.
    pub ledger: LedgerSettings,
    /// Limits on connections, calls and messages.
    pub limits: ServerLimits,
    /// How it calls its agencies.
    pub webhooks: WebhookSettings,
    /// Whether the hub does by itself what comes with time.
    pub timers: TimerSettings,
    /// SHA-256 of all that was set, for the log; of nothing secret. None: a program of another runs the hub.
    pub settings_sha256: Option<Digest>,
}

/// What comes with time: reminders, what follows them, clocks that resume, requests that close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimerSettings {
    /// The hub looks about every second.
    #[default]
    Running,
    /// Nothing comes by itself: for programs that move the hub's clock and ask [`App::fire_timers`](crate::app::App::fire_timers)
    /// themselves, so that what they see does not depend on how fast they are.
    Still,
}

/// Where a hub's signing keys are. No two hubs share them.
#[derive(Debug, Clone)]
pub struct SignerPlace {
    /// The folder.
    pub folder: PathBuf,
    /// Whether keys may be made and registered if there are none: a hub that joins others, or one that lost its keys.
    pub may_be_new: bool,
}

/// Where the keys of TLS come from.
#[derive(Debug, Clone)]
pub enum TlsSource {
    /// Given once, without revocation lists; [`super::run::Running::replace_tls`] gives others.
    Texts(TlsPems),
    /// Files that are looked at again while the hub serves.
    Files(TlsFiles),
}

impl From<TlsPems> for TlsSource {
    fn from(pems: TlsPems) -> Self {
        Self::Texts(pems)
    }
}

/// The PEM texts of TLS, owned. See [`ServerPems`].
#[derive(Clone)]
pub struct TlsPems {
    /// The hub's certificate, followed by intermediate ones.
    pub certificate: Vec<u8>,
    /// Its private key.
    pub key: Vec<u8>,
    /// The CAs that sign clients' certificates.
    pub client_ca: Vec<u8>,
}

impl TlsPems {
    pub(super) fn borrowed(&self) -> ServerPems<'_> {
        ServerPems {
            certificate: &self.certificate,
            key: &self.key,
            client_ca: &self.client_ca,
        }
    }
}

/// The key does not show.
impl std::fmt::Debug for TlsPems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsPems")
    }
}

/// Limits on connections, calls and messages.
#[derive(Debug, Clone, Copy)]
pub struct ServerLimits {
    /// On connections.
    pub accept: AcceptLimits,
    /// On what one agency may ask for.
    pub admission: AdmissionLimits,
    /// Most calls at a time on one connection that the client may open, streams included.
    pub streams_per_connection: u32,
    /// Most calls at a time on one connection that are worked on; the others wait.
    pub calls_per_connection: usize,
    /// Longest time from a call's headers to its answer's headers; longer than the longest wait of Pull (30 s).
    pub call_timeout: Duration,
    /// Most bytes of one message to the hub: a document of 256 KiB as JSON text, with room for a signature.
    pub message_bytes: usize,
    /// On uploads.
    pub uploads: UploadLimits,
    /// Most bytes of a call's headers.
    pub header_bytes: u32,
    /// Most bytes of bodies on one connection that the hub has not looked at yet: about the largest message.
    pub window: u32,
    /// Calls on one connection that its client has given up before the hub looked at them; with more it is cut.
    pub early_resets: usize,
    /// Calls on one connection that ended because its client broke the rules of HTTP/2; with more it is cut.
    pub faulty_streams: usize,
    /// An idle connection is probed this often, and closed if it does not answer for `keep_alive_timeout`.
    pub keep_alive: Duration,
    /// See `keep_alive`.
    pub keep_alive_timeout: Duration,
    /// How long calls under way may take to finish when the hub stops.
    pub drain: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            accept: AcceptLimits::default(),
            admission: AdmissionLimits::default(),
            streams_per_connection: 256,
            calls_per_connection: 256,
            call_timeout: Duration::from_mins(1),
            message_bytes: 1024 * 1024,
            uploads: UploadLimits {
                bytes: 200 * 1024 * 1024,
                unfinished: 128,
                unfinished_bytes: 4 * 1024 * 1024 * 1024,
                lifetime: Duration::from_hours(24),
                orphan_lifetime: Duration::from_hours(7 * 24),
            },
            header_bytes: 16 * 1024,
            window: 1024 * 1024,
            early_resets: 20,
            faulty_streams: 256,
            keep_alive: Duration::from_secs(30),
            keep_alive_timeout: Duration::from_secs(10),
            drain: Duration::from_secs(25),
        }
    }
}
