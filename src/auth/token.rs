//! Tokens: a JWT (RFC 7519) signed with an agency's registered TOKEN key and bound to its connection (RFC 8705).
//!
//! Header and claims are parsed here, strictly, and times are compared with the injected clock. jsonwebtoken does the
//! signature and nothing else: it treats most claims as optional, and a wrongly typed `exp` once counted as absent
//! (CVE-2026-25537). Nothing in this file does I/O.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::token_fault::TokenFault;
use crate::domain::certificate::p256_point;
use crate::domain::ids::{AgencyCode, OfficerId};
use crate::domain::time::Timestamp;

/// The header's `typ`.
pub const TOKEN_TYPE: &str = "lienthong+jwt";
/// Longest token, in bytes.
pub const MAX_TOKEN_BYTES: usize = 4_096;
/// Longest life of a token (`exp` − `iat`), in seconds.
pub const MAX_LIFETIME_SECONDS: i64 = 300;
/// How far an agency's clock may run ahead of the hub's, in seconds. For `nbf` and `iat` only: `exp` has no leeway.
pub const LEEWAY_SECONDS: i64 = 30;

/// Most roles in a token.
const MAX_ROLES: usize = 16;
/// Longest `jti` and longest role, in characters.
const MAX_TEXT_CHARS: usize = 128;
/// The last second of the year 9999.
const MAX_SECONDS: i64 = 253_402_300_799;

/// What a token claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// `iss`: the agency.
    pub issuer: AgencyCode,
    /// `sub`: the officer.
    pub subject: OfficerId,
    /// `aud`: the hub.
    pub audience: String,
    /// `iat`, seconds since the Unix epoch.
    pub issued: i64,
    /// `nbf`, seconds since the Unix epoch.
    pub not_before: i64,
    /// `exp`, seconds since the Unix epoch.
    pub expires: i64,
    /// `jti`.
    pub token_id: String,
    /// `roles`.
    pub roles: Vec<String>,
    /// `cnf.x5t#S256`: SHA-256 of the connection's certificate.
    pub certificate_fingerprint: [u8; 32],
}

/// A token in the right form. Nothing it says is proved before [`Token::verify_signature`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    /// Header and claims as signed.
    message: &'a str,
    signature: &'a str,
    /// `kid`: SHA-256 of the certificate whose key signed.
    pub key_id: [u8; 32],
    /// What it claims.
    pub claims: Claims,
}

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    typ: Option<Cow<'a, str>>,
    #[serde(borrow)]
    alg: Option<Cow<'a, str>>,
    #[serde(borrow)]
    kid: Option<Cow<'a, str>>,
    #[serde(flatten)]
    other: serde_json::Map<String, serde_json::Value>,
}

/// Each claim once, raw, so that a missing one and a wrongly typed one can be told apart. Other claims are ignored.
#[derive(Deserialize)]
struct RawClaims<'a> {
    #[serde(borrow)]
    iss: Option<&'a RawValue>,
    #[serde(borrow)]
    sub: Option<&'a RawValue>,
    #[serde(borrow)]
    aud: Option<&'a RawValue>,
    #[serde(borrow)]
    iat: Option<&'a RawValue>,
    #[serde(borrow)]
    nbf: Option<&'a RawValue>,
    #[serde(borrow)]
    exp: Option<&'a RawValue>,
    #[serde(borrow)]
    jti: Option<&'a RawValue>,
    #[serde(borrow)]
    roles: Option<&'a RawValue>,
    #[serde(borrow)]
    cnf: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    #[serde(rename = "x5t#S256")]
    thumbprint: String,
}

/// The token in the value of an `authorization` header.
pub fn bearer(authorization: Option<&str>) -> Result<&str, TokenFault> {
    let (scheme, token) = authorization
        .ok_or(TokenFault::Missing)?
        .split_once(' ')
        .ok_or(TokenFault::WrongScheme)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(TokenFault::WrongScheme);
    }
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenFault::TooLarge);
    }
    Ok(token)
}

impl<'a> Token<'a> {
    /// Takes the compact form apart and checks header and claims for form.
    pub fn parse(text: &'a str) -> Result<Self, TokenFault> {
        if text.len() > MAX_TOKEN_BYTES {
            return Err(TokenFault::TooLarge);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(TokenFault::Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(TokenFault::Malformed)?;
        Ok(Self {
            message,
            signature,
            key_id: parse_header(header)?,
            claims: parse_claims(claims)?,
        })
    }

    /// Checks audience, times and the binding to the connection's certificate.
    pub fn check(&self, now: Timestamp, hub_id: &str, fingerprint: &[u8; 32]) -> Result<(), TokenFault> {
        let claims = &self.claims;
        let latest_start = now.plus_micros(LEEWAY_SECONDS * 1_000_000).seconds();
        if claims.audience != hub_id {
            return Err(TokenFault::WrongAudience);
        }
        if !(1..=MAX_LIFETIME_SECONDS).contains(&(claims.expires - claims.issued)) {
            return Err(TokenFault::LifetimeInvalid);
        }
        if claims.not_before > latest_start || claims.issued > latest_start {
            return Err(TokenFault::NotYetValid);
        }
        if now >= self.expires() {
            return Err(TokenFault::Expired);
        }
        if claims.certificate_fingerprint != *fingerprint {
            return Err(TokenFault::CertificateMismatch);
        }
        Ok(())
    }

    /// The instant from which the token is no longer valid.
    pub fn expires(&self) -> Timestamp {
        Timestamp::from_micros(self.claims.expires * 1_000_000)
    }

    /// Checks the signature with the key in `certificate` (DER), which must be the registered one named by `key_id`.
    pub fn verify_signature(&self, certificate: &[u8]) -> Result<(), TokenFault> {
        let key = verification_key(certificate).ok_or(TokenFault::KeyNotUsable)?;
        match jsonwebtoken::crypto::verify(self.signature, self.message.as_bytes(), &key, Algorithm::ES256) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(TokenFault::BadSignature),
        }
    }
}

/// The P-256 key in a certificate (DER); none if the certificate is not one or has another key. A certificate without
/// one cannot be registered for TOKEN.
pub fn verification_key(certificate: &[u8]) -> Option<DecodingKey> {
    p256_point(certificate).map(|point| DecodingKey::from_ec_der(&point))
}

fn decode(part: &str) -> Result<Vec<u8>, TokenFault> {
    BASE64_URL_SAFE_NO_PAD.decode(part).or(Err(TokenFault::Malformed))
}

fn decode_digest(text: &str) -> Option<[u8; 32]> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

fn parse_header(part: &str) -> Result<[u8; 32], TokenFault> {
    let bytes = decode(part)?;
    let header: Header<'_> = serde_json::from_slice(&bytes).or(Err(TokenFault::Malformed))?;
    if header.alg.as_deref() != Some("ES256") {
        return Err(TokenFault::WrongAlgorithm);
    }
    if header.typ.as_deref() != Some(TOKEN_TYPE) {
        return Err(TokenFault::WrongType);
    }
    if !header.other.is_empty() {
        return Err(TokenFault::HeaderNotAllowed);
    }
    header
        .kid
        .as_deref()
        .and_then(decode_digest)
        .ok_or(TokenFault::UnknownKey)
}

fn parse_claims(part: &str) -> Result<Claims, TokenFault> {
    let bytes = decode(part)?;
    let raw: RawClaims<'_> = serde_json::from_slice(&bytes).or(Err(TokenFault::Malformed))?;
    let confirmation: Confirmation = claim("cnf", raw.cnf)?;
    let roles: Vec<String> = claim("roles", raw.roles)?;
    if roles.len() > MAX_ROLES || !roles.iter().all(|role| is_short_text(role)) {
        return Err(TokenFault::ClaimMalformed("roles"));
    }
    let token_id: String = claim("jti", raw.jti)?;
    if !is_short_text(&token_id) {
        return Err(TokenFault::ClaimMalformed("jti"));
    }
    Ok(Claims {
        issuer: claim("iss", raw.iss)?,
        subject: claim("sub", raw.sub)?,
        audience: claim("aud", raw.aud)?,
        issued: seconds("iat", raw.iat)?,
        not_before: seconds("nbf", raw.nbf)?,
        expires: seconds("exp", raw.exp)?,
        token_id,
        roles,
        certificate_fingerprint: decode_digest(&confirmation.thumbprint).ok_or(TokenFault::ClaimMalformed("cnf"))?,
    })
}

fn claim<T: DeserializeOwned>(name: &'static str, raw: Option<&RawValue>) -> Result<T, TokenFault> {
    let raw = raw.ok_or(TokenFault::ClaimMissing(name))?;
    serde_json::from_str(raw.get()).or(Err(TokenFault::ClaimMalformed(name)))
}

/// A whole, non-negative number of seconds; text, fractions and exponents are refused.
fn seconds(name: &'static str, raw: Option<&RawValue>) -> Result<i64, TokenFault> {
    let seconds: i64 = claim(name, raw)?;
    if (0..=MAX_SECONDS).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(TokenFault::ClaimMalformed(name))
    }
}

fn is_short_text(text: &str) -> bool {
    (1..=MAX_TEXT_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}
