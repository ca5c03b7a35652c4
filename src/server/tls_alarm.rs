//! What an operator must know about keys, authorities and revocation lists. `docs/operations-tls.md` says what to do.

use std::fmt;

use super::tls::{PemInput, TlsConfigError};
use crate::auth::trust::crl::CrlFault;

/// Something about TLS needs a person. What was in force before stays in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsAlarm {
    /// Certificate, key and client CA as they are in the files are not taken.
    SetRefused(SetFault),
    /// A file of revocation lists is not taken.
    CrlRefused {
        /// Its place among `--client-crl`, from 1 on.
        file: usize,
        /// Why.
        fault: CrlFault,
    },
    /// Lists in force have expired: certificates of their authorities are refused.
    CrlExpired {
        /// How many.
        lists: usize,
    },
    /// The hub's certificate in force is no longer valid: clients turn away.
    CertificateExpired,
}

/// Why certificate, key and client CA are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetFault {
    /// A file cannot be read or is not PEM of the right sort.
    Unusable(PemInput),
    /// Certificate and key do not belong together.
    KeyOfAnother,
    /// The hub's certificate has expired.
    Expired,
    /// The hub's certificate is not valid yet.
    NotYetValid,
    /// The hub's certificate may not identify a server.
    NotForServers,
    /// An authority has no revocation list, and one is required.
    CrlMissing,
}

impl SetFault {
    const fn reason(self) -> &'static str {
        match self {
            Self::Unusable(PemInput::Certificate) => "certificate_unusable",
            Self::Unusable(PemInput::Key) => "key_unusable",
            Self::Unusable(PemInput::ClientCa) => "client_ca_unusable",
            Self::Unusable(PemInput::ClientCrl) => "crl_unusable",
            Self::KeyOfAnother => "key_of_another_certificate",
            Self::Expired => "certificate_expired",
            Self::NotYetValid => "certificate_not_yet_valid",
            Self::NotForServers => "certificate_not_for_servers",
            Self::CrlMissing => "crl_missing",
        }
    }
}

impl From<&TlsConfigError> for SetFault {
    fn from(error: &TlsConfigError) -> Self {
        match error {
            TlsConfigError::Pem { input, .. }
            | TlsConfigError::Empty { input }
            | TlsConfigError::File { input, .. } => Self::Unusable(*input),
            TlsConfigError::ClientCa(_) | TlsConfigError::Verifier(_) => Self::Unusable(PemInput::ClientCa),
            TlsConfigError::Crl { .. } => Self::Unusable(PemInput::ClientCrl),
            TlsConfigError::CrlMissing => Self::CrlMissing,
            TlsConfigError::Expired { .. } => Self::Expired,
            TlsConfigError::NotYetValid { .. } => Self::NotYetValid,
            TlsConfigError::NotForServers => Self::NotForServers,
            TlsConfigError::KeyPair(_) | TlsConfigError::Version(_) => Self::KeyOfAnother,
        }
    }
}

impl TlsAlarm {
    /// The event's name and the reason, for logs.
    pub const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::SetRefused(fault) => ("tls.set.refused", fault.reason()),
            Self::CrlRefused { fault, .. } => ("tls.crl.refused", fault.reason()),
            Self::CrlExpired { .. } => ("tls.crl.expired", "expired"),
            Self::CertificateExpired => ("tls.certificate.expired", "expired"),
        }
    }
}

impl fmt::Display for TlsAlarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (event, reason) = self.describe();
        write!(f, "{event}: {reason}")?;
        match self {
            Self::CrlRefused { file, .. } => write!(f, " (--client-crl no. {file})"),
            Self::CrlExpired { lists } => write!(f, " ({lists})"),
            Self::SetRefused(_) | Self::CertificateExpired => Ok(()),
        }
    }
}
