//! What the hub keeps of the signatures on a document. The signatures themselves stand in its bytes, and the certificate in
//! the entry that registered it: with both and the log's time anybody can check them again, years later.

use serde::{Deserialize, Serialize};

use super::ids::OfficerId;
use super::macros::text_enum;

text_enum! {
    /// How a document is signed. An enumerated field: another format is another value beside these (decision 0007).
    pub enum SignatureFormat {
        /// JWS, compact form: one signature.
        JwsCompact => "JWS_COMPACT",
        /// JWS, general JSON form: one signature or two.
        JwsGeneral => "JWS_GENERAL",
    }
}

impl SignatureFormat {
    /// The format of a document with this media type; `None`: it is not signed.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.media_type() == media_type)
    }

    /// The media type of documents that are signed so.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::JwsCompact => "application/jose",
            Self::JwsGeneral => "application/jose+json",
        }
    }
}

/// The signatures that a document came with, as they were when it was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// How.
    pub format: SignatureFormat,
    /// The agency's seal.
    pub seal: SignatureFact,
    /// The officer's own signature beside it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub officer: Option<OfficerSignature>,
}

/// A signature that was found good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureFact {
    /// ES256 or PS256.
    pub algorithm: String,
    /// SHA-256 of the registered certificate (DER), 64 lower-case hex digits.
    pub certificate_sha256: String,
}

/// An officer's own signature that was found good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerSignature {
    /// Whose.
    pub officer_id: OfficerId,
    /// ES256 or PS256.
    pub algorithm: String,
    /// SHA-256 of the registered certificate (DER), 64 lower-case hex digits.
    pub certificate_sha256: String,
}
