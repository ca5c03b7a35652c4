//! A small certificate authority for development and tests. Nothing it makes belongs in a repository or in service.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevocationReason, RevokedCertParams,
    SerialNumber, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::domain::time::Timestamp;
use crate::evidence::digest::sha256;

/// Certificates could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// The certificate could not be made.
    #[error("the certificate could not be made")]
    Generate(#[from] rcgen::Error),
    /// The text holds no certificate in PEM.
    #[error("there is no PEM certificate in the text")]
    Pem(#[from] rustls::pki_types::pem::Error),
    /// The PEM text is of no certificate.
    #[error("the certificate cannot be read")]
    Unreadable,
}

/// When a certificate is valid, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First instant.
    pub not_before: Timestamp,
    /// Last instant.
    pub not_after: Timestamp,
}

impl Validity {
    /// From an hour before `now`, for clocks that differ, to `days` days after it.
    pub const fn days(now: Timestamp, days: i64) -> Self {
        Self {
            not_before: now.plus_hours(-1),
            not_after: now.plus_hours(days.saturating_mul(24)),
        }
    }
}

/// What the holder of a certificate may do with it (extended key usage).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Serve TLS: the hub's certificate.
    Server,
    /// Open TLS connections, sign tokens and seal documents: an agency's certificates.
    Client,
}

/// What to put into a certificate.
#[derive(Debug, Clone)]
pub struct Leaf<'a> {
    /// Common name of the subject.
    pub common_name: &'a str,
    /// DNS names and IP addresses; for servers.
    pub hosts: &'a [&'a str],
    /// Extended key usage.
    pub usage: Usage,
    /// When it is valid.
    pub validity: Validity,
}

impl Leaf<'_> {
    /// As rcgen takes it.
    pub fn params(&self) -> Result<CertificateParams, PkiError> {
        let hosts: Vec<String> = self.hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params = params(self.common_name, self.validity);
        params.subject_alt_names = CertificateParams::new(hosts)?.subject_alt_names;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![match self.usage {
            Usage::Server => ExtendedKeyUsagePurpose::ServerAuth,
            Usage::Client => ExtendedKeyUsagePurpose::ClientAuth,
        }];
        Ok(params)
    }
}

/// A certificate and its private key (PKCS #8, P-256), both PEM. Files with the key get mode 0600.
#[derive(Clone)]
pub struct KeyedCertificate {
    /// The certificate, PEM.
    pub certificate: String,
    /// The private key, PEM.
    pub key: String,
}

impl fmt::Debug for KeyedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedCertificate")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

/// A certificate authority with its key in memory.
#[derive(Debug)]
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// A new authority with a new key.
    pub fn new(common_name: &str, validity: Validity) -> Result<Self, PkiError> {
        let mut params = params(common_name, validity);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(Self(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?))
    }

    /// A new authority with a new key, whose certificate this one has signed.
    pub fn subordinate(&self, common_name: &str, validity: Validity) -> Result<Self, PkiError> {
        let mut params = params(common_name, validity);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.use_authority_key_identifier_extension = true;
        Ok(Self(CertifiedIssuer::signed_by(params, KeyPair::generate()?, &self.0)?))
    }

    /// The authority's certificate, PEM.
    pub fn certificate_pem(&self) -> String {
        self.0.pem()
    }

    /// The authority itself: for development, where its key is kept beside what it signed.
    pub fn keyed_certificate(&self) -> KeyedCertificate {
        KeyedCertificate {
            certificate: self.0.pem(),
            key: self.0.key().serialize_pem(),
        }
    }

    /// A certificate from this authority with a new key.
    pub fn issue(&self, leaf: &Leaf<'_>) -> Result<KeyedCertificate, PkiError> {
        let key = KeyPair::generate()?;
        let certificate = leaf.params()?.signed_by(&key, &self.0)?.pem();
        Ok(KeyedCertificate {
            certificate,
            key: key.serialize_pem(),
        })
    }

    /// A certificate with `params` for `key`: for tests that need one that is wrong in its own way.
    pub fn sign(&self, params: &CertificateParams, key: &KeyPair) -> Result<KeyedCertificate, PkiError> {
        Ok(KeyedCertificate {
            certificate: params.clone().signed_by(key, &self.0)?.pem(),
            key: key.serialize_pem(),
        })
    }

    /// The list number `number` of what this authority has revoked, PEM; `validity` gives this update and the next.
    pub fn revocation_list(
        &self,
        revoked: &[&KeyedCertificate],
        number: u64,
        validity: Validity,
    ) -> Result<String, PkiError> {
        let mut serials = Vec::new();
        for pem in revoked {
            let der = CertificateDer::from_pem_slice(pem.certificate.as_bytes())?;
            let (_, certificate) = X509Certificate::from_der(&der).or(Err(PkiError::Unreadable))?;
            serials.push(certificate.raw_serial().to_vec());
        }
        self.revocation_list_of(&serials, number, validity)
    }

    /// The same of certificates by their serial numbers, big-endian.
    pub fn revocation_list_of(&self, serials: &[Vec<u8>], number: u64, validity: Validity) -> Result<String, PkiError> {
        let at = |instant| date_time_ymd(1970, 1, 1) + since_epoch(instant);
        let revoked = serials.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from_slice(serial),
            revocation_time: at(validity.not_before),
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: at(validity.not_before),
            next_update: at(validity.not_after),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        self.sign_list(&list)
    }

    /// A list with `params`, PEM: for tests that need one that is wrong in its own way.
    pub fn sign_list(&self, params: &CertificateRevocationListParams) -> Result<String, PkiError> {
        Ok(params.signed_by(&self.0)?.pem()?)
    }

    /// A certificate for a hub on this machine (`localhost`, 127.0.0.1, ::1).
    pub fn issue_server(&self, validity: Validity) -> Result<KeyedCertificate, PkiError> {
        let hosts = ["localhost", "127.0.0.1", "::1"];
        self.issue(&Leaf {
            common_name: "lienthong hub",
            hosts: &hosts,
            usage: Usage::Server,
            validity,
        })
    }

    /// A certificate for an agency: for TLS, TOKEN or SEAL, as it is registered.
    pub fn issue_client(&self, common_name: &str, validity: Validity) -> Result<KeyedCertificate, PkiError> {
        self.issue(&Leaf {
            common_name,
            hosts: &[],
            usage: Usage::Client,
            validity,
        })
    }
}

/// A certificate that no authority has signed.
pub fn self_signed(leaf: &Leaf<'_>) -> Result<KeyedCertificate, PkiError> {
    let key = KeyPair::generate()?;
    let certificate = leaf.params()?.self_signed(&key)?.pem();
    Ok(KeyedCertificate {
        certificate,
        key: key.serialize_pem(),
    })
}

/// SHA-256 of the DER of the first certificate in a PEM text: its identity in the registry.
pub fn fingerprint(certificate_pem: &str) -> Result<[u8; 32], PkiError> {
    Ok(sha256(&CertificateDer::from_pem_slice(certificate_pem.as_bytes())?))
}

/// A fingerprint as tokens carry it (`kid`, `cnf.x5t#S256`): base64url without padding.
pub fn encode_fingerprint(fingerprint: &[u8; 32]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(fingerprint)
}

fn params(common_name: &str, validity: Validity) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    let at = |instant| date_time_ymd(1970, 1, 1) + since_epoch(instant);
    params.not_before = at(validity.not_before);
    params.not_after = at(validity.not_after);
    params
}

/// Whole seconds from 1970 to before the year 4096, where the date type cannot overflow.
fn since_epoch(instant: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(instant.seconds()).unwrap_or(0).min(67_090_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_carry_the_validity_that_was_asked_for() {
        let now = Timestamp::parse_rfc3339("2026-11-22T10:00:00Z").unwrap();
        let authority = Authority::new("test CA", Validity::days(now, 10)).unwrap();
        let pem = authority.issue_client("G05.TEST", Validity::days(now, 2)).unwrap();
        let der = CertificateDer::from_pem_slice(pem.certificate.as_bytes()).unwrap();
        let (_, parsed) = x509_parser::parse_x509_certificate(&der).unwrap();
        assert_eq!(parsed.validity().not_before.timestamp(), now.seconds() - 3_600);
        assert_eq!(parsed.validity().not_after.timestamp(), now.seconds() + 2 * 86_400);
        assert_eq!(fingerprint(&pem.certificate).unwrap(), sha256(&der));
    }

    #[test]
    fn the_private_key_does_not_show_in_debug_output() {
        let now = Timestamp::from_micros(0);
        let authority = Authority::new("test CA", Validity::days(now, 1)).unwrap();
        let pem = authority.issue_client("A", Validity::days(now, 1)).unwrap();
        assert!(pem.key.contains("PRIVATE KEY"));
        assert!(!format!("{pem:?}").contains("PRIVATE KEY"));
    }
}
