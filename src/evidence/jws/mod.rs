//! Signed documents: JWS (RFC 7515) in compact form, or in general JSON form with one or two signatures. Pure.
//!
//! The payload is the document, to the byte. JOSE's traps are closed by construction (decision 0007, 0019): the algorithm
//! follows from the registered key, the key is found by `kid` alone, and a header has six members and no others. Nothing
//! is read from a payload before its form is right, and nothing that it says is proved before [`Signature::verify`].

mod fault;
mod header;
mod key;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;

pub use fault::SignatureFault;
pub use header::{Header, LEEWAY_SECONDS, MAX_HEADER_BYTES, MAX_LIFETIME_SECONDS, NONCE_BYTES, TYPE};
pub use key::VerificationKey;

/// The largest JWS, in bytes: 512 KiB. A document of 256 KiB takes two thirds of it.
pub const MAX_JWS_BYTES: usize = 512 * 1024;
/// The largest payload, in bytes: the largest document.
pub const MAX_PAYLOAD_BYTES: usize = 256 * 1024;
/// The media type of the compact form (RFC 7515 section 9.2.1).
pub const COMPACT: &str = "application/jose";
/// The media type of the general JSON form.
pub const GENERAL: &str = "application/jose+json";

/// A form of a JWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Three parts with dots between them; one signature.
    Compact,
    /// A JSON object; one or two signatures.
    General,
}

impl Format {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Compact => COMPACT,
            Self::General => GENERAL,
        }
    }
}

/// An algorithm of signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256; a signature is r ‖ s, 64 bytes.
    Es256,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256, salt of 32 bytes.
    Ps256,
}

impl Algorithm {
    /// As `alg` names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Ps256 => "PS256",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Es256, Self::Ps256]
            .into_iter()
            .find(|algorithm| algorithm.as_str() == text)
    }
}

/// A JWS whose form is right and whose payload is read. Of its signatures nothing is known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jws<'a> {
    /// Its form.
    pub format: Format,
    /// The document's bytes.
    pub payload: Vec<u8>,
    encoded_payload: &'a str,
    parts: Vec<Part<'a>>,
}

/// A signature as it stands in a JWS, both parts in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part<'a> {
    // Borrowed: a text with escapes is no base64url.
    protected: &'a str,
    signature: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct General<'a> {
    payload: &'a str,
    #[serde(borrow)]
    signatures: Vec<Part<'a>>,
}

/// A signature whose header is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature<'a> {
    /// What its header says. Not proved before [`Signature::verify`].
    pub header: Header,
    protected: &'a str,
    encoded_payload: &'a str,
    bytes: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Takes `bytes` apart and decodes the payload. Headers and signatures are not looked at: a document that came before
    /// is told by its payload alone, however its signature stands now.
    ///
    /// # Errors
    /// `TOO_LARGE`, `MALFORMED`, `NOT_BASE64URL`, `PAYLOAD_TOO_LARGE`, `SIGNATURE_COUNT`.
    pub fn open(bytes: &'a [u8]) -> Result<Self, SignatureFault> {
        if bytes.len() > MAX_JWS_BYTES {
            return Err(SignatureFault::TooLarge);
        }
        let text = std::str::from_utf8(bytes).or(Err(SignatureFault::Malformed))?;
        let (format, encoded_payload, parts) = if text.trim_start().starts_with('{') {
            let general: General<'a> = serde_json::from_str(text).or(Err(SignatureFault::Malformed))?;
            (Format::General, general.payload, general.signatures)
        } else {
            let mut parts = text.split('.');
            let (Some(protected), Some(payload), Some(signature), None) =
                (parts.next(), parts.next(), parts.next(), parts.next())
            else {
                return Err(SignatureFault::Malformed);
            };
            (Format::Compact, payload, vec![Part { protected, signature }])
        };
        if !(1..=2).contains(&parts.len()) {
            return Err(SignatureFault::SignatureCount);
        }
        let payload = decode(encoded_payload)?;
        if payload.len() > MAX_PAYLOAD_BYTES {
            return Err(SignatureFault::PayloadTooLarge);
        }
        Ok(Self {
            format,
            payload,
            encoded_payload,
            parts,
        })
    }

    /// Its signatures, one or two, with their headers read.
    ///
    /// # Errors
    /// The number of the signature (0 or 1), and what is wrong with its form.
    pub fn signatures(&self) -> Result<Vec<Signature<'a>>, (usize, SignatureFault)> {
        let read = |(number, part): (usize, &Part<'a>)| self.signature(part).map_err(|fault| (number, fault));
        self.parts.iter().enumerate().map(read).collect()
    }

    fn signature(&self, part: &Part<'a>) -> Result<Signature<'a>, SignatureFault> {
        Ok(Signature {
            header: Header::parse(part.protected)?,
            protected: part.protected,
            encoded_payload: self.encoded_payload,
            bytes: decode(part.signature)?,
        })
    }
}

impl Signature<'_> {
    /// Checks it with `key`, which must be the one of the certificate that `header.key_id` names.
    ///
    /// # Errors
    /// `ALGORITHM_MISMATCH`, `BAD_SIGNATURE`.
    pub fn verify(&self, key: &VerificationKey) -> Result<(), SignatureFault> {
        if key.algorithm() != self.header.algorithm {
            return Err(SignatureFault::AlgorithmMismatch);
        }
        let message = signing_input(self.protected, self.encoded_payload);
        key.verify(message.as_bytes(), &self.bytes)
    }
}

/// What is signed: both parts in base64url, and a dot between them (RFC 7515 section 5.1).
pub fn signing_input(protected: &str, payload: &str) -> String {
    [protected, ".", payload].concat()
}

/// The document inside bytes of this media type: of a JWS its payload, of all else the bytes themselves.
///
/// # Errors
/// As [`Jws::open`].
pub fn document_in<'a>(media_type: &str, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, SignatureFault> {
    match media_type {
        COMPACT | GENERAL => Ok(Cow::Owned(Jws::open(bytes)?.payload)),
        _ => Ok(Cow::Borrowed(bytes)),
    }
}

/// Bytes in base64url without padding (RFC 7515 section 2).
pub fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Padding, other characters and bits left over are refused: there is one way to write each payload.
fn decode(text: &str) -> Result<Vec<u8>, SignatureFault> {
    BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .or(Err(SignatureFault::NotBase64Url))
}
