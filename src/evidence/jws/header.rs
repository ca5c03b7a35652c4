//! The protected header of a signature: six members, each once, and nothing else.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{Algorithm, SignatureFault, decode};

/// The header's `typ`.
pub const TYPE: &str = "lienthong+jws";
/// Longest protected header, in bytes of JSON.
pub const MAX_HEADER_BYTES: usize = 1_024;
/// How many random bytes a nonce has.
pub const NONCE_BYTES: std::ops::RangeInclusive<usize> = 16..=64;
/// Longest life (`exp` − `iat`), in seconds: 30 days. A sealed document may lie on a desk for a while before it is sent.
pub const MAX_LIFETIME_SECONDS: i64 = 30 * 86_400;
/// How far a signer's clock may run ahead of the hub's, in seconds.
pub const LEEWAY_SECONDS: i64 = 300;
/// The last second of the year 9999.
const MAX_SECONDS: i64 = 253_402_300_799;

/// What a protected header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// `alg`.
    pub algorithm: Algorithm,
    /// `kid`: SHA-256 of the certificate (DER) whose key signed.
    pub key_id: [u8; 32],
    /// `nonce`: makes the digest of a guessable document unguessable, and no two signatures alike.
    pub nonce: Vec<u8>,
    /// `iat`: when it was signed, seconds since 1970-01-01 UTC.
    pub issued: i64,
    /// `exp`: from when on it is not taken any more, seconds since 1970-01-01 UTC.
    pub expires: i64,
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    alg: Option<Cow<'a, str>>,
    #[serde(borrow)]
    typ: Option<Cow<'a, str>>,
    #[serde(borrow)]
    kid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    nonce: Option<Cow<'a, str>>,
    // Raw, so that a wrong type is told from text that is no JSON.
    #[serde(borrow)]
    iat: Option<&'a RawValue>,
    #[serde(borrow)]
    exp: Option<&'a RawValue>,
    #[serde(flatten)]
    other: serde_json::Map<String, serde_json::Value>,
}

impl Header {
    /// Reads the header in `protected` (base64url).
    ///
    /// # Errors
    /// `HEADER_*`, `WRONG_TYPE`, `ALGORITHM_NOT_ALLOWED`, `KID_`, `NONCE_` and `TIME_MALFORMED`, `LIFETIME_INVALID`.
    pub(super) fn parse(protected: &str) -> Result<Self, SignatureFault> {
        if protected.len() > MAX_HEADER_BYTES.div_ceil(3) * 4 {
            return Err(SignatureFault::HeaderMalformed);
        }
        let bytes = decode(protected)?;
        if bytes.len() > MAX_HEADER_BYTES {
            return Err(SignatureFault::HeaderMalformed);
        }
        let raw: Raw<'_> = serde_json::from_slice(&bytes).or(Err(SignatureFault::HeaderMalformed))?;
        if !raw.other.is_empty() {
            return Err(SignatureFault::HeaderNotAllowed);
        }
        if raw.typ.as_deref() != Some(TYPE) {
            return Err(SignatureFault::WrongType);
        }
        let algorithm = raw.alg.as_deref().and_then(Algorithm::parse);
        let algorithm = algorithm.ok_or(SignatureFault::AlgorithmNotAllowed)?;
        let bytes_of = |text: Option<Cow<'_, str>>| text.and_then(|text| decode(&text).ok());
        let key_id = bytes_of(raw.kid).and_then(|bytes| bytes.try_into().ok());
        let key_id = key_id.ok_or(SignatureFault::KeyIdMalformed)?;
        let nonce = bytes_of(raw.nonce).filter(|bytes| NONCE_BYTES.contains(&bytes.len()));
        let nonce = nonce.ok_or(SignatureFault::NonceMalformed)?;
        let (issued, expires) = (seconds(raw.iat)?, seconds(raw.exp)?);
        if !(1..=MAX_LIFETIME_SECONDS).contains(&(expires - issued)) {
            return Err(SignatureFault::LifetimeInvalid);
        }
        Ok(Self {
            algorithm,
            key_id,
            nonce,
            issued,
            expires,
        })
    }

    /// Whether it may be taken for the first time at `now` (seconds since 1970-01-01 UTC).
    ///
    /// # Errors
    /// `NOT_YET_VALID`, `EXPIRED`.
    pub fn check_time(&self, now: i64) -> Result<(), SignatureFault> {
        if self.issued > now.saturating_add(LEEWAY_SECONDS) {
            Err(SignatureFault::NotYetValid)
        } else if now >= self.expires {
            Err(SignatureFault::Expired)
        } else {
            Ok(())
        }
    }
}

/// A whole, non-negative number of seconds; text, fractions and exponents are refused.
fn seconds(raw: Option<&RawValue>) -> Result<i64, SignatureFault> {
    fn read<T: DeserializeOwned>(raw: &RawValue) -> Option<T> {
        serde_json::from_str(raw.get()).ok()
    }
    raw.and_then(read::<i64>)
        .filter(|seconds| (0..=MAX_SECONDS).contains(seconds))
        .ok_or(SignatureFault::TimeMalformed)
}
