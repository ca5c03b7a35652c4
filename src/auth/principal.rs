//! Who is calling.

use std::sync::Arc;

use jiff::civil::Date;

use super::trust::anchor::CertificateId;
use crate::domain::agency::{Agency, Credential, Officer};
use crate::domain::time::Timestamp;

/// An agency known by its connection alone: enough for health checks and reflection, not for any method of the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The agency to which the connection's certificate is registered.
    pub agency: Arc<Agency>,
    /// The registered certificate.
    pub credential: Credential,
    /// How a revocation list would name that certificate; none if it cannot be read.
    pub certificate: Option<CertificateId>,
    /// The registry version under which this was read.
    pub registry_version: i64,
}

/// An officer of an agency, known by connection and token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The agency.
    pub agency: Arc<Agency>,
    /// The officer, in office when the token was verified.
    pub officer: Arc<Officer>,
    /// The token's `roles`, as the agency states them; the hub only records them.
    pub roles: Arc<[String]>,
    /// SHA-256 of the connection's certificate.
    pub certificate_fingerprint: [u8; 32],
    /// SHA-256 of the certificate whose key signed the token.
    pub token_key: [u8; 32],
    /// How a revocation list would name that certificate; none if it cannot be read.
    pub token_certificate: Option<Arc<CertificateId>>,
    /// The token's `jti`, for the record.
    pub token_id: Arc<str>,
    /// From this instant on the token must be verified again: the earliest end of the token and of both certificates.
    pub expires: Timestamp,
    /// The registry version under which this was read.
    pub registry_version: i64,
}

impl Principal {
    /// Whether a cached principal still stands at `now`, the hub's day being `today`, without a look at the registry.
    pub fn is_current(&self, now: Timestamp, today: Date) -> bool {
        now < self.expires && self.officer.is_in_office(today)
    }
}
