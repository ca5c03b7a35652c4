//! An authority in whose name certificates are believed, and what a certificate says of who issued it.

use bytes::Bytes;
use rustls::pki_types::CertificateDer;
use x509_parser::extensions::{ParsedExtension, X509Extension};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::app::ledger::command::TrustPaper;
use crate::app::signatures::Paper;
use crate::domain::time::Timestamp;
use crate::domain::trust::TrustKind;
use crate::evidence::Digest;
use crate::evidence::digest::sha256;

/// An authority of `--client-ca`.
#[derive(Debug, Clone)]
pub struct Anchor {
    /// Its certificate.
    pub der: CertificateDer<'static>,
    sha256: Digest,
    /// Its name (DER).
    pub(super) subject: Vec<u8>,
    /// Its key (subjectPublicKeyInfo, DER).
    pub(super) key: Vec<u8>,
    /// What its certificates call its key (subjectKeyIdentifier).
    pub(super) key_id: Option<Vec<u8>>,
    /// What a list of whoever issued this authority would call it.
    pub(super) id: CertificateId,
    /// First and last instant of its validity, seconds since 1970-01-01 UTC.
    valid: (i64, i64),
}

impl Anchor {
    /// Reads the certificate of an authority; none if it cannot be read.
    pub fn read(der: CertificateDer<'static>) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(&der).ok()?;
        let subject = certificate.subject().as_raw().to_vec();
        let key = certificate.public_key().raw.to_vec();
        let key_id = certificate.extensions().iter().find_map(|extension| {
            let ParsedExtension::SubjectKeyIdentifier(id) = extension.parsed_extension() else {
                return None;
            };
            Some(id.0.to_vec())
        });
        let id = CertificateId::of(&certificate);
        let validity = certificate.validity();
        let valid = (validity.not_before.timestamp(), validity.not_after.timestamp());
        Some(Self {
            sha256: sha256(&der),
            der,
            subject,
            key,
            key_id,
            id,
            valid,
        })
    }

    /// Whether it is valid at `now`.
    pub(super) fn is_valid_at(&self, now: Timestamp) -> bool {
        let (first, last) = self.valid;
        (first..=last).contains(&now.seconds())
    }

    /// The last instant of its validity, whose second counts as a whole.
    pub(super) fn last_instant(&self) -> Timestamp {
        let (_, last) = self.valid;
        Timestamp::from_micros(last.saturating_add(1).saturating_mul(1_000_000).saturating_sub(1))
    }

    /// What a list of whoever issued it would call it.
    pub(super) const fn id(&self) -> &CertificateId {
        &self.id
    }
}

impl Paper for Anchor {
    fn sha256(&self) -> Digest {
        self.sha256
    }

    fn content(&self) -> (TrustPaper, Bytes) {
        let (first, last) = self.valid;
        let paper = TrustPaper {
            kind: TrustKind::Authority,
            authority_key: sha256(&self.key),
            valid_from: Timestamp::from_micros(first.saturating_mul(1_000_000)),
            valid_to: Timestamp::from_micros(last.saturating_mul(1_000_000)),
        };
        (paper, Bytes::copy_from_slice(&self.der))
    }
}

/// A certificate as a revocation list names it: by its issuer and its number there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateId {
    /// The issuer's name (DER).
    pub(super) issuer: Vec<u8>,
    /// The serial number, without leading zeros.
    pub(super) serial: Vec<u8>,
    /// What the certificate calls its issuer's key (authorityKeyIdentifier): an authority that changes its key keeps its
    /// name, and each key has a list of its own.
    pub(super) issuer_key_id: Option<Vec<u8>>,
}

impl CertificateId {
    /// Reads it in a certificate (DER); none if that cannot be read.
    pub fn read(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        Some(Self::of(&certificate))
    }

    fn of(certificate: &X509Certificate<'_>) -> Self {
        Self {
            issuer: certificate.issuer().as_raw().to_vec(),
            serial: without_leading_zeros(certificate.raw_serial()).to_vec(),
            issuer_key_id: authority_key_id(certificate.extensions()),
        }
    }
}

/// What a certificate calls the key that signed it.
fn authority_key_id(extensions: &[X509Extension<'_>]) -> Option<Vec<u8>> {
    extensions.iter().find_map(|extension| {
        let ParsedExtension::AuthorityKeyIdentifier(id) = extension.parsed_extension() else {
            return None;
        };
        id.key_identifier.as_ref().map(|id| id.0.to_vec())
    })
}

pub(super) fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    number.get(start..).unwrap_or_default()
}
