//! What stands behind certificates: the authorities that a hub believes, and their lists of revocations.

use super::macros::text_enum;

/// Most bytes of such a paper: 16 MiB, a list of about 400,000 revoked certificates.
pub const MAX_PAPER_BYTES: u64 = 16 * 1024 * 1024;

text_enum! {
    /// What a paper of an authority is.
    pub enum TrustKind {
        /// Its certificate (DER).
        Authority => "AUTHORITY",
        /// Its list of revocations, whole and as it is signed (DER, RFC 5280 section 5).
        RevocationList => "REVOCATION_LIST",
    }
}

impl TrustKind {
    /// The media type of its bytes (RFC 2585, RFC 5280).
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Authority => "application/pkix-cert",
            Self::RevocationList => "application/pkix-crl",
        }
    }

    /// The action of the entry by which a hub begins to rely on it.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Authority => "trust_authority",
            Self::RevocationList => "take_revocation_list",
        }
    }
}
