//! The connection to a hub: gRPC over TLS 1.3 with a client certificate, and a fresh token on every call.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, RootCertStore, SignatureScheme};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Request, Status};

use super::pki::KeyedCertificate;
use super::token::TokenMinter;
use crate::domain::time::Clock;

/// How long to wait for TCP and, again, for TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How often an idle connection is probed.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// A channel whose calls carry the agency's token.
pub type HubChannel = InterceptedService<Channel, BearerToken>;

/// The hub could not be reached.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The text of the hub's CA holds no usable certificate in PEM.
    #[error("the hub's CA holds no usable PEM certificate")]
    HubCa,
    /// The address or the client's certificate and key are wrong, or the hub cannot be reached.
    #[error("the hub cannot be reached, or address, certificate or key are wrong")]
    Transport(#[from] tonic::transport::Error),
}

/// Where the hub is and who it must be.
#[derive(Debug, Clone)]
pub struct HubAddress {
    /// For example `https://hub.example.vn:8443`.
    pub uri: String,
    /// The name that the hub's certificate must have, if it differs from the host in `uri`.
    pub server_name: Option<String>,
    /// Certificates of the CA that signs the hub's certificate, PEM.
    pub ca: String,
}

/// Connects with the client certificate `tls`. The validity of the hub's certificate is judged by `clock`.
pub async fn connect(hub: &HubAddress, tls: &KeyedCertificate, clock: Arc<dyn Clock>) -> Result<Channel, ConnectError> {
    let identity = Identity::from_pem(&tls.certificate, &tls.key);
    let mut config = ClientTlsConfig::new().identity(identity).timeout(CONNECT_TIMEOUT);
    if let Some(name) = &hub.server_name {
        config = config.domain_name(name);
    }
    let verifier = ClockedVerifier::new(&hub.ca, clock)?;
    let endpoint = Endpoint::from_shared(hub.uri.clone())?
        .tls_config_with_verifier(config, Arc::new(verifier))?
        .connect_timeout(CONNECT_TIMEOUT)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_while_idle(true);
    Ok(endpoint.connect().await?)
}

/// Adds the agency's token to every call over `channel`.
pub fn with_tokens(channel: Channel, minter: Arc<TokenMinter>) -> HubChannel {
    InterceptedService::new(channel, BearerToken(minter))
}

/// Adds `authorization: Bearer …` to every call.
#[derive(Debug, Clone)]
pub struct BearerToken(Arc<TokenMinter>);

impl Interceptor for BearerToken {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let refused = || Status::unauthenticated("no token could be made for this call");
        let token = self.0.token().map_err(|_error| refused())?;
        let mut value = MetadataValue::<Ascii>::try_from(format!("Bearer {token}")).map_err(|_error| refused())?;
        value.set_sensitive(true);
        request.metadata_mut().insert("authorization", value);
        Ok(request)
    }
}

/// Checks the hub's certificate as usual, at the clock's time instead of the machine's.
struct ClockedVerifier {
    inner: Arc<WebPkiServerVerifier>,
    clock: Arc<dyn Clock>,
}

impl ClockedVerifier {
    fn new(ca: &str, clock: Arc<dyn Clock>) -> Result<Self, ConnectError> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(ca.as_bytes()) {
            let certificate = certificate.or(Err(ConnectError::HubCa))?;
            roots.add(certificate).or(Err(ConnectError::HubCa))?;
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .or(Err(ConnectError::HubCa))?;
        Ok(Self { inner, clock })
    }
}

impl std::fmt::Debug for ClockedVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClockedVerifier")
    }
}

impl ServerCertVerifier for ClockedVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _machine_time: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let seconds = u64::try_from(self.clock.now().seconds()).unwrap_or(0);
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        self.inner
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
