//! One call: HTTP/1.1 over TLS 1.3, to an address that was judged before, without proxies, redirects and cookies. Of the answer the
//! status and `retry-after` are read and nothing else: its body stays where it is.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, Request};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_util::task::AbortOnDropHandle;

use super::WebhookSettings;
use super::resolver::Resolver;
use crate::app::webhooks::{Courier, Outgoing};
use crate::domain::webhook::address::AddressRules;
use crate::domain::webhook::{Attempt, Outcome, WebhookUrl};

/// The longest that a call may take, from the name on.
const LIMIT: Duration = Duration::from_secs(15);
/// The longest that a connection to one address may take: another one may answer.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Addresses of a name that are tried.
const MOST_ADDRESSES: usize = 3;
/// Most bytes of the head of an answer, and how many headers.
const HEAD_BYTES: usize = 16 * 1_024;
const HEADERS: usize = 64;

/// Why no calls can be made.
#[derive(Debug, thiserror::Error)]
pub enum CourierFault {
    /// The file of authorities cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Where.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// No certificate of an authority is in it.
    #[error("no certificate of an authority was found in {0}")]
    Empty(String),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// Makes calls over the network.
pub struct HttpCourier {
    rules: AddressRules,
    resolver: Arc<dyn Resolver>,
    tls: TlsConnector,
}

impl fmt::Debug for HttpCourier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpCourier")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

impl HttpCourier {
    /// By these settings. A hub that sends nothing needs no authorities.
    ///
    /// # Errors
    /// [`CourierFault`].
    pub fn new(settings: &WebhookSettings) -> Result<Self, CourierFault> {
        let roots = match &settings.authorities {
            _ if !settings.limits.on => RootCertStore::empty(),
            Some(path) => from_file(path)?,
            None => from_machine()?,
        };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            rules: settings.limits.rules.clone(),
            resolver: Arc::clone(&settings.resolver),
            tls: TlsConnector::from(Arc::new(config)),
        })
    }

    /// The addresses of the host, each of them judged: a name that stands for one address that may not be called is not called.
    async fn addresses(&self, url: &WebhookUrl) -> Result<Vec<IpAddr>, Outcome> {
        let addresses = match url.host().ok_or(Outcome::Name)? {
            url::Host::Ipv4(address) => vec![IpAddr::V4(address)],
            url::Host::Ipv6(address) => vec![IpAddr::V6(address)],
            url::Host::Domain(name) => self.resolver.addresses(name).await.map_err(|_unknown| Outcome::Name)?,
        };
        if addresses.is_empty() {
            return Err(Outcome::Name);
        }
        let are_good = addresses.iter().all(|address| self.rules.allow(*address));
        are_good.then_some(addresses).ok_or(Outcome::Address)
    }

    async fn connect(&self, url: &WebhookUrl) -> Result<TcpStream, Outcome> {
        for address in self.addresses(url).await?.into_iter().take(MOST_ADDRESSES) {
            let connecting = TcpStream::connect(SocketAddr::new(address, url.port()));
            if let Ok(Ok(stream)) = tokio::time::timeout(CONNECT_LIMIT, connecting).await {
                return Ok(stream);
            }
        }
        Err(Outcome::Connection)
    }

    async fn make(&self, outgoing: Outgoing) -> Result<Attempt, Outcome> {
        let stream = self.connect(&outgoing.url).await?;
        if outgoing.url.is_plain() {
            return exchange(stream, outgoing).await;
        }
        let name = match outgoing.url.host().ok_or(Outcome::Name)? {
            url::Host::Ipv4(address) => ServerName::from(IpAddr::V4(address)),
            url::Host::Ipv6(address) => ServerName::from(IpAddr::V6(address)),
            url::Host::Domain(name) => ServerName::try_from(name.to_owned()).map_err(|_no_name| Outcome::Name)?,
        };
        let stream = self.tls.connect(name, stream).await.map_err(|_refused| Outcome::Tls)?;
        exchange(stream, outgoing).await
    }
}

impl Courier for HttpCourier {
    fn call(&self, outgoing: Outgoing) -> Pin<Box<dyn Future<Output = Attempt> + Send + '_>> {
        Box::pin(async move {
            match tokio::time::timeout(LIMIT, self.make(outgoing)).await {
                Ok(Ok(attempt)) => attempt,
                Ok(Err(outcome)) => Attempt::failed(outcome),
                Err(_elapsed) => Attempt::failed(Outcome::Timeout),
            }
        })
    }
}

/// Sends the request and reads the head of the answer. The connection ends with it.
async fn exchange<S>(stream: S, outgoing: Outgoing) -> Result<Attempt, Outcome>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut request = Request::post(outgoing.url.path())
        .header(HOST, outgoing.url.authority())
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("lienthong/", env!("CARGO_PKG_VERSION")));
    for (name, value) in outgoing.headers {
        request = request.header(name, value);
    }
    let request = request
        .body(Full::<Bytes>::new(outgoing.body))
        .map_err(|_malformed| Outcome::Protocol)?;
    let handshake = http1::Builder::new()
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS)
        .handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(|_broken| Outcome::Protocol)?;
    let _connection = AbortOnDropHandle::new(tokio::spawn(connection));
    let answer = sender.send_request(request).await.map_err(|error| fault(&error))?;
    Ok(Attempt::answered(
        answer.status().as_u16(),
        retry_after(answer.headers()),
    ))
}

fn fault(error: &hyper::Error) -> Outcome {
    if error.is_parse() || error.is_parse_too_large() || error.is_parse_status() {
        Outcome::Protocol
    } else {
        Outcome::Connection
    }
}

/// Whole seconds alone: the other form, a date, would be read by the clock of another machine.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

fn from_file(path: &Path) -> Result<RootCertStore, CourierFault> {
    let text = std::fs::read(path).map_err(|source| CourierFault::File {
        path: path.to_owned(),
        source,
    })?;
    let certificates = CertificateDer::pem_slice_iter(&text).filter_map(Result::ok);
    require(certificates, &path.display().to_string())
}

fn from_machine() -> Result<RootCertStore, CourierFault> {
    let found = rustls_native_certs::load_native_certs();
    require(found.certs.into_iter(), "the machine's store of certificates")
}

fn require(
    certificates: impl Iterator<Item = CertificateDer<'static>>,
    place: &str,
) -> Result<RootCertStore, CourierFault> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    if roots.is_empty() {
        return Err(CourierFault::Empty(place.to_owned()));
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_states_a_wait_in_whole_seconds() {
        let read = |text: &str| {
            let headers = [(RETRY_AFTER, text.parse().unwrap())].into_iter().collect();
            retry_after(&headers)
        };
        assert_eq!(read("120"), Some(Duration::from_mins(2)));
        assert_eq!(read(" 0 "), Some(Duration::ZERO));
        for text in [
            "",
            "-1",
            "1.5",
            "soon",
            "Fri, 20 Nov 2026 09:00:00 GMT",
            "99999999999999999999",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
