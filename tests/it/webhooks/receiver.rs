//! A receiver as a partner has one, on this machine, over real TLS: it keeps what arrives byte for byte and answers as it is told.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lienthong::client::pki::KeyedCertificate;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;

/// How it answers.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// With this status and more headers, each with its line end.
    Status(u16, String),
    /// With 200 and a body that never ends, a byte a second.
    SlowBody,
    /// With 200 and a body of gigabytes.
    HugeBody,
    /// With headers of megabytes.
    HugeHead,
    /// With what is no HTTP.
    Garbage,
    /// Not at all.
    Never,
    /// By closing the connection.
    Close,
}

impl Answer {
    pub(super) fn status(status: u16) -> Self {
        Self::Status(status, String::new())
    }
}

/// What arrived.
#[derive(Debug, Clone)]
pub(super) struct Got {
    /// The first line.
    pub(super) line: String,
    /// Headers by their lower-case names.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Got {
    pub(super) fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// Lane and position of its entry.
    pub(super) fn place(&self) -> (String, i64) {
        let data = &self.json()["data"];
        let lane = data["lane"].as_str().expect("a lane").to_owned();
        (lane, data["position"].as_i64().expect("a position"))
    }
}

type Script = Box<dyn Fn(usize) -> Answer + Send>;

#[derive(Default)]
struct Shared {
    got: Mutex<Vec<Got>>,
    script: Mutex<Option<Script>>,
}

/// The receiver. Dropping it ends it.
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    shared: Arc<Shared>,
    _task: AbortOnDropHandle<()>,
}

impl Receiver {
    /// With this certificate, or without TLS.
    pub(super) async fn start(keys: Option<&KeyedCertificate>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let (shared, acceptor) = (Arc::new(Shared::default()), keys.map(acceptor));
        let serving = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                let (shared, acceptor) = (Arc::clone(&serving), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, &shared).await;
                            }
                        }
                        None => serve(stream, &shared).await,
                    }
                });
            }
        });
        Self {
            address,
            shared,
            _task: AbortOnDropHandle::new(task),
        }
    }

    /// Answers by the number of the call, from 0.
    pub(super) fn answer(&self, script: impl Fn(usize) -> Answer + Send + 'static) {
        *self.shared.script.lock().expect("whole") = Some(Box::new(script));
    }

    /// What has arrived so far.
    pub(super) fn got(&self) -> Vec<Got> {
        self.shared.got.lock().expect("whole").clone()
    }

    /// Waits until so many calls have arrived; gives all.
    pub(super) async fn wait_for(&self, count: usize) -> Vec<Got> {
        super::until("calls arrive", || async { self.got().len() >= count }).await;
        self.got()
    }
}

fn acceptor(keys: &KeyedCertificate) -> TlsAcceptor {
    let chain = CertificateDer::pem_slice_iter(keys.certificate.as_bytes());
    let chain = chain.collect::<Result<Vec<_>, _>>().expect("certificates");
    let key = PrivateKeyDer::from_pem_slice(keys.key.as_bytes()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a pair");
    TlsAcceptor::from(Arc::new(config))
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(stream: S, shared: &Shared) {
    let mut stream = BufReader::new(stream);
    let Some(got) = read(&mut stream).await else { return };
    let answer = {
        let mut all = shared.got.lock().expect("whole");
        all.push(got);
        let script = shared.script.lock().expect("whole");
        script
            .as_ref()
            .map_or(Answer::status(204), |script| script(all.len() - 1))
    };
    // Whoever called may have gone; that is its business.
    drop(write(stream.get_mut(), answer).await);
}

async fn read<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<Got> {
    // Whoever begins TLS here speaks no HTTP.
    stream.fill_buf().await.ok()?.first().filter(|byte| **byte != 0x16)?;
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let headers: BTreeMap<String, String> = lines
        .iter()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let line = lines.first()?.clone();
    Some(Got { line, headers, body })
}

async fn write<S: AsyncWrite + Unpin>(stream: &mut S, answer: Answer) -> std::io::Result<()> {
    match answer {
        Answer::Status(status, headers) => {
            let text = format!("HTTP/1.1 {status} Told\r\n{headers}content-length: 0\r\n\r\n");
            stream.write_all(text.as_bytes()).await?;
            stream.flush().await
        }
        Answer::SlowBody => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
                .await?;
            loop {
                stream.write_all(b".").await?;
                stream.flush().await?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        Answer::HugeBody => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9000000000\r\n\r\n")
                .await?;
            loop {
                stream.write_all(&[b'.'; 4_096]).await?;
            }
        }
        Answer::HugeHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await?;
            loop {
                stream.write_all(&[b'.'; 4_096]).await?;
            }
        }
        Answer::Garbage => {
            stream.write_all(b"\x00\x01garbage\r\n\r\n").await?;
            stream.flush().await
        }
        Answer::Never => std::future::pending().await,
        Answer::Close => Ok(()),
    }
}
