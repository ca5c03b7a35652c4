//! What the hub reads in a certificate (X.509, RFC 5280) before it is registered or used. Whether the right authority
//! signed it is checked in the TLS handshake; whose it is, the registry says.

use x509_parser::oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY};
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::time::ASN1Time;

use super::time::Timestamp;

/// The label of a certificate in PEM (RFC 7468 section 5).
const LABEL: &str = "CERTIFICATE";

/// A certificate, as far as the hub looks into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity, included.
    pub not_after: Timestamp,
    /// Whether its extended key usage lets it open TLS connections; a certificate without that extension may.
    pub allows_client_auth: bool,
    /// Whether it may issue other certificates (CA:TRUE): it is an authority's then, and no one's own.
    pub is_ca: bool,
    /// Whether its key is on the curve P-256: only then can it sign tokens (ES256).
    pub has_p256_key: bool,
}

/// Why a text is not one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// It is not PEM, or holds no certificate.
    #[error("the text is not a certificate in PEM")]
    NotPem,
    /// It holds more than one PEM section.
    #[error("the text holds more than one certificate or key")]
    Several,
    /// The section is not a certificate.
    #[error("the certificate cannot be read")]
    Unreadable,
}

impl Certificate {
    /// Reads the one certificate in `text` (PEM).
    pub fn from_pem(text: &str) -> Result<Self, CertificateFault> {
        let mut sections = Pem::iter_from_buffer(text.as_bytes());
        let first = sections.next().and_then(Result::ok).ok_or(CertificateFault::NotPem)?;
        if sections.next().is_some() {
            return Err(CertificateFault::Several);
        }
        if first.label != LABEL {
            return Err(CertificateFault::NotPem);
        }
        Self::from_der(first.contents)
    }

    /// Reads a certificate in DER.
    pub fn from_der(der: Vec<u8>) -> Result<Self, CertificateFault> {
        let (rest, certificate) = X509Certificate::from_der(&der).or(Err(CertificateFault::Unreadable))?;
        let usage = certificate.extended_key_usage().or(Err(CertificateFault::Unreadable))?;
        let constraints = certificate.basic_constraints().or(Err(CertificateFault::Unreadable))?;
        if !rest.is_empty() {
            return Err(CertificateFault::Unreadable);
        }
        let validity = certificate.validity();
        Ok(Self {
            not_before: timestamp(validity.not_before),
            not_after: timestamp(validity.not_after),
            allows_client_auth: usage.is_none_or(|usage| usage.value.client_auth),
            is_ca: constraints.is_some_and(|constraints| constraints.value.ca),
            has_p256_key: point(&certificate).is_some(),
            der,
        })
    }
}

/// The P-256 key in a certificate (DER), as an uncompressed point (SEC 1, 65 bytes); none if the certificate cannot be
/// read or has another key.
pub fn p256_point(der: &[u8]) -> Option<Vec<u8>> {
    let (rest, certificate) = X509Certificate::from_der(der).ok()?;
    let point = point(&certificate)?;
    rest.is_empty().then(|| point.to_vec())
}

fn point<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a [u8]> {
    let key = certificate.public_key();
    let curve = key.algorithm.parameters.as_ref()?.as_oid().ok()?;
    let point = key.subject_public_key.data.as_ref();
    let is_p256 = key.algorithm.algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY && curve == OID_EC_P256;
    let is_uncompressed = point.len() == 65 && point.first() == Some(&4);
    (is_p256 && is_uncompressed).then_some(point)
}

fn timestamp(time: ASN1Time) -> Timestamp {
    Timestamp::from_micros(time.timestamp().saturating_mul(1_000_000))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};

    use super::*;

    fn pem(usages: Vec<ExtendedKeyUsagePurpose>, algorithm: &'static rcgen::SignatureAlgorithm) -> String {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2027, 1, 1);
        params.extended_key_usages = usages;
        params
            .self_signed(&KeyPair::generate_for(algorithm).unwrap())
            .unwrap()
            .pem()
    }

    #[test]
    fn a_certificate_is_read_with_its_days_usage_and_key() {
        let text = pem(
            vec![ExtendedKeyUsagePurpose::ClientAuth],
            &rcgen::PKCS_ECDSA_P256_SHA256,
        );
        let certificate = Certificate::from_pem(&text).unwrap();
        assert_eq!(
            certificate.not_before,
            Timestamp::parse_rfc3339("2026-01-01T00:00:00Z").unwrap()
        );
        assert_eq!(
            certificate.not_after,
            Timestamp::parse_rfc3339("2027-01-01T00:00:00Z").unwrap()
        );
        assert!(certificate.allows_client_auth && certificate.has_p256_key);
        assert_eq!(p256_point(&certificate.der).unwrap().len(), 65);
    }

    #[test]
    fn client_auth_is_refused_only_by_a_usage_that_leaves_it_out() {
        let server = pem(
            vec![ExtendedKeyUsagePurpose::ServerAuth],
            &rcgen::PKCS_ECDSA_P256_SHA256,
        );
        assert!(!Certificate::from_pem(&server).unwrap().allows_client_auth);
        let any = pem(Vec::new(), &rcgen::PKCS_ECDSA_P256_SHA256);
        assert!(Certificate::from_pem(&any).unwrap().allows_client_auth);
    }

    #[test]
    fn only_p256_keys_can_sign_tokens() {
        let other = Certificate::from_pem(&pem(Vec::new(), &rcgen::PKCS_ED25519)).unwrap();
        assert!(!other.has_p256_key && p256_point(&other.der).is_none());
        let other = Certificate::from_pem(&pem(Vec::new(), &rcgen::PKCS_ECDSA_P384_SHA384)).unwrap();
        assert!(!other.has_p256_key);
    }

    #[test]
    fn what_is_not_one_certificate_is_refused() {
        let one = pem(Vec::new(), &rcgen::PKCS_ECDSA_P256_SHA256);
        assert_eq!(Certificate::from_pem(""), Err(CertificateFault::NotPem));
        assert_eq!(Certificate::from_pem("no PEM"), Err(CertificateFault::NotPem));
        assert_eq!(
            Certificate::from_pem(&format!("{one}{one}")),
            Err(CertificateFault::Several)
        );
        assert_eq!(
            Certificate::from_pem(&one.replace("CERTIFICATE", "PRIVATE KEY")),
            Err(CertificateFault::NotPem)
        );
        let broken = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        assert_eq!(Certificate::from_pem(broken), Err(CertificateFault::Unreadable));
        let mut der = Certificate::from_pem(&one).unwrap().der;
        der.push(0);
        assert_eq!(p256_point(&der), None);
        assert_eq!(Certificate::from_der(der), Err(CertificateFault::Unreadable));
    }
}
