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
    /// By what the certificate was judged: the authority that signed it, then the one that signed that, as far as the hub believed
    /// them. Empty: the log does not tell (it is from before it did), or the hub asks no authorities.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub chain: Vec<ChainLink>,
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
    /// By what the certificate was judged: the authority that signed it, then the one that signed that, as far as the hub believed
    /// them. Empty: the log does not tell (it is from before it did), or the hub asks no authorities.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub chain: Vec<ChainLink>,
}

/// An authority that stood behind a certificate as its signature was found good. Both papers are entries of the log from before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainLink {
    /// SHA-256 of the authority's certificate (DER), 64 lower-case hex digits.
    pub authority_sha256: String,
    /// SHA-256 of its list of revocations (DER) in which what it had signed was looked up; absent: none was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub revocation_list_sha256: Option<String>,
}

impl Signed {
    /// Each signer's certificate (SHA-256, hex) with what it was judged by, the seal first; and the name of its member.
    pub fn judged(&self) -> impl Iterator<Item = (&'static str, &str, &[ChainLink])> {
        let seal = (
            "seal",
            self.seal.certificate_sha256.as_str(),
            self.seal.chain.as_slice(),
        );
        let own = self.officer.as_ref();
        let own = own.map(|own| ("officer", own.certificate_sha256.as_str(), own.chain.as_slice()));
        std::iter::once(seal).chain(own)
    }

    /// What the document itself tells of its signatures.
    #[must_use]
    pub fn without_chains(mut self) -> Self {
        self.seal.chain.clear();
        if let Some(own) = &mut self.officer {
            own.chain.clear();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_older_logs_tell_of_signatures_is_read_and_written_to_the_byte() {
        let old = r#"{"format":"JWS_GENERAL","seal":{"algorithm":"ES256","certificate_sha256":"aa"},"officer":{"officer_id":"an","algorithm":"PS256","certificate_sha256":"bb"}}"#;
        let signed: Signed = serde_json::from_str(old).unwrap();
        assert_eq!(serde_json::to_string(&signed).unwrap(), old);
        let link = |list: Option<&str>| ChainLink {
            authority_sha256: "cc".to_owned(),
            revocation_list_sha256: list.map(str::to_owned),
        };
        let mut told = signed.clone();
        told.seal.chain = vec![link(Some("dd")), link(None)];
        let text = serde_json::to_string(&told).unwrap();
        assert!(text.contains(
            r#""chain":[{"authority_sha256":"cc","revocation_list_sha256":"dd"},{"authority_sha256":"cc"}]"#
        ));
        assert_eq!(serde_json::from_str::<Signed>(&text).unwrap(), told);
        assert_eq!(told.without_chains(), signed);
    }
}
