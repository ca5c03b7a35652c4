//! Tokens as an agency makes them: signed with its TOKEN key, bound to the certificate of its connection.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

use super::pki::{KeyedCertificate, PkiError, encode_fingerprint, fingerprint};
use crate::domain::ids::{AgencyCode, IdSource, OfficerId};
use crate::domain::time::{Clock, Timestamp};

/// Life of a token, in seconds: the longest that the hub takes.
const LIFETIME_SECONDS: i64 = 300;
/// A token is made anew this long before it ends, in seconds.
const RENEW_BEFORE_SECONDS: i64 = 30;

/// A token could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    /// The certificates could not be read.
    #[error("a certificate could not be read")]
    Certificate(#[from] PkiError),
    /// The key is not a P-256 key in PKCS #8 PEM, or signing failed.
    #[error("the token could not be signed; the key must be P-256 in PKCS #8 PEM")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// Whom tokens are for.
#[derive(Debug, Clone)]
pub struct TokenSubject {
    /// The agency (`iss`).
    pub agency: AgencyCode,
    /// The officer (`sub`).
    pub officer: OfficerId,
    /// The officer's roles, as the agency states them (`roles`).
    pub roles: Vec<String>,
    /// Id of the hub (`aud`).
    pub hub_id: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
    roles: &'a [String],
    cnf: Confirmation<'a>,
}

#[derive(Serialize)]
struct Confirmation<'a> {
    #[serde(rename = "x5t#S256")]
    thumbprint: &'a str,
}

/// Makes tokens for one officer on one connection and keeps each until shortly before it ends.
pub struct TokenMinter {
    subject: TokenSubject,
    header: Header,
    key: EncodingKey,
    thumbprint: String,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    current: Mutex<Option<Minted>>,
}

#[derive(Clone)]
struct Minted {
    token: Arc<str>,
    renew: Timestamp,
}

impl fmt::Debug for TokenMinter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenMinter")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

impl TokenMinter {
    /// Tokens signed with the key of `token_certificate` for connections made with `tls_certificate` (PEM).
    pub fn new(
        subject: TokenSubject,
        token_certificate: &KeyedCertificate,
        tls_certificate: &str,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, MintError> {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("lienthong+jwt".to_owned());
        header.kid = Some(encode_fingerprint(&fingerprint(&token_certificate.certificate)?));
        Ok(Self {
            subject,
            header,
            key: EncodingKey::from_ec_pem(token_certificate.key.as_bytes())?,
            thumbprint: encode_fingerprint(&fingerprint(tls_certificate)?),
            clock,
            ids,
            current: Mutex::new(None),
        })
    }

    /// A token that is valid for at least the next 30 seconds.
    pub fn token(&self) -> Result<Arc<str>, MintError> {
        let now = self.clock.now();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(minted) = current.as_ref().filter(|minted| now < minted.renew) {
            return Ok(Arc::clone(&minted.token));
        }
        let token: Arc<str> = self.mint(now)?.into();
        let renew = now.plus_micros((LIFETIME_SECONDS - RENEW_BEFORE_SECONDS) * 1_000_000);
        *current = Some(Minted {
            token: Arc::clone(&token),
            renew,
        });
        Ok(token)
    }

    fn mint(&self, now: Timestamp) -> Result<String, MintError> {
        let mut nonce = [0_u8; 32];
        self.ids.fill(&mut nonce);
        let claims = Claims {
            iss: self.subject.agency.as_str(),
            sub: self.subject.officer.as_str(),
            aud: &self.subject.hub_id,
            iat: now.seconds(),
            nbf: now.seconds(),
            exp: now.seconds() + LIFETIME_SECONDS,
            jti: encode_fingerprint(&nonce),
            roles: &self.subject.roles,
            cnf: Confirmation {
                thumbprint: &self.thumbprint,
            },
        };
        Ok(jsonwebtoken::encode(&self.header, &claims, &self.key)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::pki::{Authority, Validity};
    use crate::domain::time::ManualClock;

    struct Counter(Mutex<u8>);
    impl IdSource for Counter {
        fn fill(&self, buffer: &mut [u8]) {
            let mut count = self.0.lock().unwrap();
            *count += 1;
            buffer.fill(*count);
        }
    }

    #[test]
    fn a_token_is_kept_until_30_seconds_before_its_end() {
        let start = Timestamp::parse_rfc3339("2026-11-22T10:00:00Z").unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let authority = Authority::new("test CA", Validity::days(start, 10)).unwrap();
        let pem = authority.issue_client("A", Validity::days(start, 10)).unwrap();
        let subject = TokenSubject {
            agency: AgencyCode::parse("A").unwrap(),
            officer: OfficerId::parse("o1").unwrap(),
            roles: vec![],
            hub_id: "hub".into(),
        };
        let ids = Arc::new(Counter(Mutex::new(0)));
        let minter = TokenMinter::new(subject, &pem, &pem.certificate, clock.clone(), ids).unwrap();
        let first = minter.token().unwrap();
        clock.advance_micros(269_999_999);
        assert_eq!(minter.token().unwrap(), first);
        clock.advance_micros(1);
        assert_ne!(minter.token().unwrap(), first);
    }
}
