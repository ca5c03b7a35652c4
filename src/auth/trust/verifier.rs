//! The check of a client's certificate in the handshake and, for a connection that is open, whenever authorities or lists
//! change: signature chain, times, purpose, key usage, and revocation of every certificate below the authority.
//!
//! rustls finds the list of an issuer by name alone, and an authority that changes its key keeps its name. So each
//! authority has a check of its own, with its own list and those of other names; a certificate needs to pass one.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::anchor::Anchor;
use super::book::{CrlBook, Standing};
use crate::domain::time::Timestamp;

/// No check can be made of these authorities and lists.
#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    /// A certificate of the client CA cannot serve as one.
    #[error("it holds a certificate that cannot be used: {0}")]
    Authority(Error),
    /// rustls does not take them.
    #[error("it cannot be used: {0}")]
    Build(#[from] rustls::server::VerifierBuilderError),
    /// Every authority is revoked.
    #[error("every authority in it is revoked")]
    NoneLeft,
}

/// See the module.
#[derive(Debug)]
pub struct ClientVerifier {
    first: Arc<dyn ClientCertVerifier>,
    others: Vec<Arc<dyn ClientCertVerifier>>,
    hints: Vec<DistinguishedName>,
}

impl ClientVerifier {
    /// A check by these authorities and lists. An authority that the list of another one names is left out.
    pub fn new(
        anchors: &[Anchor],
        book: &CrlBook,
        provider: &Arc<CryptoProvider>,
        now: Timestamp,
    ) -> Result<Self, VerifierError> {
        let mut verifiers = Vec::new();
        let mut hints = Vec::new();
        for anchor in anchors {
            let verifier = of_one(anchor, book, provider)?;
            let is_revoked = book.standing(Some(&anchor.id), now) == Standing::Revoked;
            if !is_revoked {
                hints.extend_from_slice(verifier.root_hint_subjects());
                verifiers.push(verifier);
            }
        }
        let mut verifiers = verifiers.into_iter();
        Ok(Self {
            first: verifiers.next().ok_or(VerifierError::NoneLeft)?,
            others: verifiers.collect(),
            hints,
        })
    }
}

fn of_one(
    anchor: &Anchor,
    book: &CrlBook,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, VerifierError> {
    let mut roots = RootCertStore::empty();
    roots.add(anchor.der.clone()).map_err(VerifierError::Authority)?;
    let lists = book
        .crls
        .iter()
        .filter(|crl| crl.issuer != anchor.subject || crl.key == anchor.key)
        .map(|crl| crl.der.clone());
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .with_crls(lists)
        .enforce_revocation_expiration();
    let builder = if book.is_required {
        builder
    } else {
        // Only full lists are taken, so what is unknown is a certificate whose issuer has no list.
        builder.allow_unknown_revocation_status()
    };
    Ok(builder.build()?)
}

/// A key usage that is stated must include signatures: that is what the key does in TLS 1.3 (RFC 8446 section 4.4.2.4).
fn check_key_usage(certificate: &CertificateDer<'_>) -> Result<(), Error> {
    let bad = |error: CertificateError| Err(Error::InvalidCertificate(error));
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else {
        return bad(CertificateError::BadEncoding);
    };
    match certificate.key_usage() {
        Ok(Some(usage)) if !usage.value.digital_signature() => bad(CertificateError::InvalidPurpose),
        Ok(_) => Ok(()),
        Err(_) => bad(CertificateError::BadEncoding),
    }
}

impl ClientCertVerifier for ClientVerifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        check_key_usage(certificate)?;
        let mut refusal = match self.first.verify_client_cert(certificate, intermediates, now) {
            Ok(verified) => return Ok(verified),
            Err(error) => error,
        };
        for verifier in &self.others {
            match verifier.verify_client_cert(certificate, intermediates, now) {
                Ok(verified) => return Ok(verified),
                // The authority that knows the certificate says best what is wrong with it.
                Err(error) if refusal == Error::InvalidCertificate(CertificateError::UnknownIssuer) => refusal = error,
                Err(_) => {}
            }
        }
        Err(refusal)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, Error> {
        self.first.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, Error> {
        self.first.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.first.supported_verify_schemes()
    }
}
