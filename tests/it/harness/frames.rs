//! HTTP/2 written by hand over a real mTLS connection: what no well-behaved client library would send.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use prost::Message;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::task::AbortOnDropHandle;

use crate::kit::{Keys, Member};

/// Types of frames (RFC 9113 section 6), and one that does not exist.
pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const PRIORITY: u8 = 2;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;
pub(crate) const UNKNOWN: u8 = 0xfa;

/// Flags of frames. ACK and END_STREAM are the same bit of different frames.
pub(crate) const ACK: u8 = 1;
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

/// SETTINGS_INITIAL_WINDOW_SIZE.
pub(crate) const INITIAL_WINDOW: u16 = 4;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEAD: usize = 9;

/// One frame.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// A SETTINGS frame.
pub(crate) fn settings(values: &[(u16, u32)]) -> Vec<u8> {
    let pairs = values.iter().flat_map(|(id, value)| {
        let (id, value) = (id.to_be_bytes(), value.to_be_bytes());
        id.into_iter().chain(value)
    });
    frame(SETTINGS, 0, 0, &pairs.collect::<Vec<u8>>())
}

/// A message of gRPC, not compressed.
pub(crate) fn message(content: &impl Message) -> Vec<u8> {
    let content = content.encode_to_vec();
    let mut message = vec![0];
    message.extend(u32::try_from(content.len()).expect("short").to_be_bytes());
    message.extend(content);
    message
}

/// Appends a number with a prefix of seven bits (RFC 7541 section 5.1).
fn number(into: &mut Vec<u8>, mut value: usize) {
    if value < 127 {
        into.push(u8::try_from(value).expect("short"));
        return;
    }
    into.push(127);
    value -= 127;
    while value >= 128 {
        into.push(u8::try_from(value % 128 + 128).expect("a byte"));
        value /= 128;
    }
    into.push(u8::try_from(value).expect("a byte"));
}

/// Appends a header as a literal with a new name. `first` is 0x10 (never indexed) or 0x40 (goes into the table).
pub(crate) fn literal(into: &mut Vec<u8>, first: u8, name: &str, value: &str) {
    into.push(first);
    for text in [name, value] {
        number(into, text.len());
        into.extend(text.as_bytes());
    }
}

/// Who attacks, and whom: an agency with its registered certificate and a good token.
pub(crate) struct Attacker {
    address: SocketAddr,
    config: Arc<ClientConfig>,
    authorization: String,
}

impl Attacker {
    pub(crate) fn new(keys: &Keys, member: &Member, port: u16) -> Self {
        let mut roots = RootCertStore::empty();
        let ca = CertificateDer::from_pem_slice(keys.ca.as_bytes()).expect("a certificate");
        roots.add(ca).expect("a CA");
        let own = CertificateDer::from_pem_slice(member.keys.certificate.as_bytes()).expect("a certificate");
        let key = PrivateKeyDer::from_pem_slice(member.keys.key.as_bytes()).expect("a key");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS 1.3")
            .with_root_certificates(roots)
            .with_client_auth_cert(vec![own], key)
            .expect("certificate and key");
        config.alpn_protocols = vec![b"h2".to_vec()];
        let token = member.minter().expect("a minter").token().expect("a token");
        Self {
            address: ([127, 0, 0, 1], port).into(),
            config: Arc::new(config),
            authorization: format!("Bearer {token}"),
        }
    }

    /// A connection on which nothing has been sent.
    pub(crate) async fn tcp(&self) -> io::Result<TcpStream> {
        TcpStream::connect(self.address).await
    }

    /// A connection after the handshake, on which nothing else has been sent.
    pub(crate) async fn tls(&self) -> io::Result<TlsStream<TcpStream>> {
        let tcp = self.tcp().await?;
        tcp.set_nodelay(true)?;
        let name = ServerName::try_from("localhost").expect("a name");
        TlsConnector::from(Arc::clone(&self.config)).connect(name, tcp).await
    }

    /// A connection of HTTP/2. Whoever is attentive reads what comes and answers the hub's probes.
    pub(crate) async fn open(&self, own: &[(u16, u32)], is_attentive: bool) -> io::Result<Wire> {
        let (reader, mut writer) = tokio::io::split(self.tls().await?);
        writer.write_all(PREFACE).await?;
        writer.write_all(&settings(own)).await?;
        writer.write_all(&frame(SETTINGS, ACK, 0, &[])).await?;
        writer.flush().await?;
        let writer = Arc::new(Mutex::new(writer));
        let state = Arc::new(State::default());
        let reading = if is_attentive {
            let task = read(reader, Arc::clone(&writer), Arc::clone(&state));
            Reading::Going {
                _task: AbortOnDropHandle::new(tokio::spawn(task)),
            }
        } else {
            Reading::Not { _reader: reader }
        };
        Ok(Wire {
            writer,
            state,
            _reading: reading,
        })
    }

    /// The headers of a call, with the agency's token.
    pub(crate) fn call(&self, path: &str) -> Vec<u8> {
        let mut block = Vec::new();
        for (name, value) in [
            (":method", "POST"),
            (":scheme", "https"),
            (":path", path),
            (":authority", "localhost"),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
            ("authorization", &self.authorization),
        ] {
            literal(&mut block, 0x10, name, value);
        }
        block
    }
}

/// A connection of HTTP/2 on which anything can be sent.
pub(crate) struct Wire {
    writer: Writer,
    state: Arc<State>,
    _reading: Reading,
}

type Writer = Arc<Mutex<WriteHalf<TlsStream<TcpStream>>>>;

enum Reading {
    Going { _task: AbortOnDropHandle<()> },
    Not { _reader: ReadHalf<TlsStream<TcpStream>> },
}

/// What was noticed of the hub.
#[derive(Debug)]
struct State {
    has_ended: AtomicBool,
    /// Bytes of DATA that it still takes on this connection.
    room: AtomicI64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            has_ended: AtomicBool::new(false),
            room: AtomicI64::new(65_535),
        }
    }
}

impl Wire {
    /// Sends bytes, at the latest until `end`. Gives whether the connection still stands.
    pub(crate) async fn send(&self, bytes: &[u8], end: Instant) -> bool {
        let sent = timeout_at(end, async {
            let mut writer = self.writer.lock().await;
            writer.write_all(bytes).await?;
            writer.flush().await
        });
        if matches!(sent.await, Ok(Err(_))) {
            self.state.has_ended.store(true, Ordering::Relaxed);
        }
        !self.has_ended()
    }

    /// Sends DATA as soon as the connection's window lets it.
    pub(crate) async fn send_data(&self, stream: u32, bytes: &[u8], end: Instant) {
        let length = i64::try_from(bytes.len()).expect("short");
        while self.state.room.load(Ordering::Relaxed) < length {
            if self.has_ended() || Instant::now() >= end {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.state.room.fetch_sub(length, Ordering::Relaxed);
        self.send(&frame(DATA, 0, stream, bytes), end).await;
    }

    /// Whether the hub has ended the connection, as far as was noticed.
    pub(crate) fn has_ended(&self) -> bool {
        self.state.has_ended.load(Ordering::Relaxed)
    }

    /// Waits until the hub ends the connection, at the latest until `end`.
    pub(crate) async fn ends(&self, end: Instant) {
        while !self.has_ended() && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Whether the hub has ended a connection that is not read: its machine answers the first byte that still comes with a
    /// reset, so that the second cannot be sent.
    pub(crate) async fn was_ended(&self) -> bool {
        for _ in 0..10 {
            let soon = Instant::now() + Duration::from_millis(50);
            self.send(&frame(PING, 0, 0, &[0; 8]), soon).await;
            tokio::time::sleep_until(soon).await;
        }
        self.has_ended()
    }
}

/// Reads to the end, answers the probes of the hub, and notes how much more it takes.
async fn read(mut reader: ReadHalf<TlsStream<TcpStream>>, writer: Writer, state: Arc<State>) {
    let mut head = [0; HEAD];
    let mut payload = Vec::new();
    while reader.read_exact(&mut head).await.is_ok() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        payload.resize(usize::try_from(length).expect("a length"), 0);
        if reader.read_exact(&mut payload).await.is_err() {
            break;
        }
        let (kind, flags, stream) = (head[3], head[4], &head[5..]);
        if kind == PING && flags & ACK == 0 {
            let answer = frame(PING, ACK, 0, &payload);
            let writer = Arc::clone(&writer);
            // Beside the reading, so that a hub that does not read for now is still read from.
            tokio::spawn(async move {
                let mut writer = writer.lock().await;
                // Fails only if the connection is gone, which the next read says.
                drop(writer.write_all(&answer).await);
                drop(writer.flush().await);
            });
        }
        if kind == WINDOW_UPDATE && stream == [0; 4] {
            let more = u32::from_be_bytes(payload[..].try_into().expect("four bytes"));
            state.room.fetch_add(more.into(), Ordering::Relaxed);
        }
    }
    state.has_ended.store(true, Ordering::Relaxed);
}
