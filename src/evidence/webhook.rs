//! Signatures of webhooks by Standard Webhooks 1.0.0: over `ID.TIMESTAMP.BODY`, by HMAC-SHA256 (`v1`) or Ed25519 (`v1a`), several of
//! them in one header while a key is changed. Keys are written with a prefix (`whsec_`, `whpk_`) and base64.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Digest;
use super::digest::{hex, sha256};

/// The header with the id of the message: the same in every attempt.
pub const ID: &str = "webhook-id";
/// The header with the time of the attempt, whole seconds since 1970-01-01 UTC.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures.
pub const SIGNATURE: &str = "webhook-signature";

/// How far the time of an attempt may be off for a receiver.
pub const TOLERANCE: Duration = Duration::from_mins(5);

const SECRET: &str = "whsec_";
const PUBLIC: &str = "whpk_";
/// Bytes of a secret that a receiver brings: the specification's 192 to 512 bits.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Hex digits of an id.
const ID_DIGITS: usize = 32;

/// The id of the message of this name: what has the same name has the same id. No full stop is in it.
pub fn message_id(name: &str) -> String {
    let mut digits = hex(&sha256(name.as_bytes()));
    digits.truncate(ID_DIGITS);
    format!("msg_{digits}")
}

/// What is signed.
fn signed(id: &str, seconds: i64, body: &[u8]) -> Vec<u8> {
    [format!("{id}.{seconds}.").as_bytes(), body].concat()
}

/// A key that signs. It does not show.
pub enum SigningKey {
    /// Ed25519.
    Ed25519(Box<Ed25519KeyPair>),
    /// HMAC-SHA256.
    Hmac(Box<hmac::Key>),
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

impl SigningKey {
    /// The pair that grows from these random bytes; none if they are refused.
    pub fn ed25519(seed: &Digest) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        Some(Self::Ed25519(Box::new(pair)))
    }

    /// These random bytes as a secret.
    pub fn hmac(secret: &Digest) -> Self {
        Self::Hmac(Box::new(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }

    /// `whpk_…`; none for a secret.
    pub fn public(&self) -> Option<String> {
        match self {
            Self::Ed25519(pair) => Some(format!("{PUBLIC}{}", STANDARD.encode(pair.public_key().as_ref()))),
            Self::Hmac(_) => None,
        }
    }

    /// One signature for the header.
    pub fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let content = signed(id, seconds, body);
        match self {
            Self::Ed25519(pair) => format!("v1a,{}", STANDARD.encode(pair.sign(&content).as_ref())),
            Self::Hmac(key) => format!("v1,{}", STANDARD.encode(hmac::sign(key, &content).as_ref())),
        }
    }
}

/// `whsec_…` of a secret.
pub fn secret_text(secret: &Digest) -> String {
    format!("{SECRET}{}", STANDARD.encode(secret))
}

/// What a receiver checks with.
pub enum VerifyingKey {
    /// Ed25519, `whpk_…`.
    Ed25519(Vec<u8>),
    /// HMAC-SHA256, `whsec_…`.
    Hmac(Box<hmac::Key>),
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyingKey")
    }
}

/// Why a call is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookFault {
    /// The key has another form.
    #[error("the key is neither whpk_ and 32 bytes in base64 nor whsec_ and 24 to 64 bytes")]
    Key,
    /// A header is missing or has another form.
    #[error("the header {0} is missing or has another form")]
    Header(&'static str),
    /// Too old or from the future.
    #[error("webhook-timestamp is more than five minutes off")]
    Time,
    /// No signature of the key's sort.
    #[error("webhook-signature holds no signature of this key's sort")]
    Sort,
    /// None of them is by this key over these bytes.
    #[error("no signature is by this key over this id, time and body")]
    Signature,
}

impl VerifyingKey {
    /// Reads `whpk_…` or `whsec_…`.
    ///
    /// # Errors
    /// [`WebhookFault::Key`].
    pub fn parse(text: &str) -> Result<Self, WebhookFault> {
        let decoded = |base64: &str| STANDARD.decode(base64).map_err(|_no_base64| WebhookFault::Key);
        if let Some(base64) = text.strip_prefix(PUBLIC) {
            let key = decoded(base64)?;
            return (key.len() == 32).then_some(Self::Ed25519(key)).ok_or(WebhookFault::Key);
        }
        let secret = decoded(text.strip_prefix(SECRET).ok_or(WebhookFault::Key)?)?;
        let is_secret = SECRET_BYTES.contains(&secret.len());
        let key = is_secret.then(|| Box::new(hmac::Key::new(hmac::HMAC_SHA256, &secret)));
        key.map(Self::Hmac).ok_or(WebhookFault::Key)
    }

    fn version(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "v1a",
            Self::Hmac(_) => "v1",
        }
    }

    fn has_signed(&self, content: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(content, signature).is_ok(),
            Self::Hmac(key) => hmac::verify(key, content, signature).is_ok(),
        }
    }
}

/// A call as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Arrived<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`.
    pub timestamp: &'a str,
    /// `webhook-signature`.
    pub signature: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

impl Arrived<'_> {
    /// Whether the hub that has this key sent it; `now` in seconds since 1970-01-01 UTC, none to leave the time out.
    ///
    /// # Errors
    /// [`WebhookFault`].
    pub fn verify(&self, key: &VerifyingKey, now: Option<i64>) -> Result<(), WebhookFault> {
        if self.id.is_empty() || self.id.contains('.') {
            return Err(WebhookFault::Header(ID));
        }
        let is_digits = !self.timestamp.is_empty() && self.timestamp.bytes().all(|byte| byte.is_ascii_digit());
        let seconds: Option<i64> = self.timestamp.parse().ok().filter(|_| is_digits);
        let seconds = seconds.ok_or(WebhookFault::Header(TIMESTAMP))?;
        if now.is_some_and(|now| now.abs_diff(seconds) > TOLERANCE.as_secs()) {
            return Err(WebhookFault::Time);
        }
        let content = signed(self.id, seconds, self.body);
        let of_sort = |signature: &str| {
            let (version, base64) = signature.split_once(',')?;
            (version == key.version()).then(|| STANDARD.decode(base64).unwrap_or_default())
        };
        let signatures: Vec<Vec<u8>> = self.signature.split(' ').filter_map(of_sort).collect();
        if signatures.is_empty() {
            return Err(WebhookFault::Sort);
        }
        let is_good = signatures.iter().any(|signature| key.has_signed(&content, signature));
        is_good.then_some(()).ok_or(WebhookFault::Signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector that the libraries of Standard Webhooks share.
    const SHARED: Arrived<'static> = Arrived {
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp: "1614265330",
        signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        body: b"{\"test\": 2432232314}",
    };
    const SHARED_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn the_vector_of_the_specification_is_believed_and_nothing_beside_it() {
        let key = VerifyingKey::parse(SHARED_SECRET).unwrap();
        let now = Some(1_614_265_330);
        assert_eq!(SHARED.verify(&key, now), Ok(()));
        let among = "v1,AAAA v2,x v1a,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(
            Arrived {
                signature: among,
                ..SHARED
            }
            .verify(&key, now),
            Ok(())
        );
        let changed = |arrived: Arrived<'_>| arrived.verify(&key, now).unwrap_err();
        assert_eq!(changed(Arrived { id: "msg_x", ..SHARED }), WebhookFault::Signature);
        assert_eq!(
            changed(Arrived {
                timestamp: "1614265331",
                ..SHARED
            }),
            WebhookFault::Signature
        );
        assert_eq!(
            changed(Arrived {
                body: b"{\"test\":2432232314}",
                ..SHARED
            }),
            WebhookFault::Signature
        );
        assert_eq!(
            changed(Arrived {
                signature: "v1a,AAAA",
                ..SHARED
            }),
            WebhookFault::Sort
        );
        assert_eq!(
            changed(Arrived {
                signature: "",
                ..SHARED
            }),
            WebhookFault::Sort
        );
        assert_eq!(
            changed(Arrived {
                signature: "v1,*",
                ..SHARED
            }),
            WebhookFault::Signature
        );
        assert_eq!(changed(Arrived { id: "msg.x", ..SHARED }), WebhookFault::Header(ID));
        for timestamp in ["", "x", "+1614265330", "1614265330.5", "99999999999999999999"] {
            assert_eq!(
                changed(Arrived { timestamp, ..SHARED }),
                WebhookFault::Header(TIMESTAMP),
                "{timestamp}"
            );
        }
        for (now, is_good) in [
            (1_614_265_030, true),
            (1_614_265_029, false),
            (1_614_265_630, true),
            (1_614_265_631, false),
        ] {
            assert_eq!(SHARED.verify(&key, Some(now)).is_ok(), is_good, "{now}");
        }
        assert_eq!(SHARED.verify(&key, None), Ok(()));
    }

    #[test]
    fn what_is_signed_is_believed_by_the_key_told_and_by_no_other() {
        let body = b"{}";
        let pair = SigningKey::ed25519(&[7; 32]).unwrap();
        let cases = [
            (pair.public().unwrap(), pair),
            (secret_text(&[8; 32]), SigningKey::hmac(&[8; 32])),
        ];
        let others = [
            VerifyingKey::parse(&SigningKey::ed25519(&[9; 32]).unwrap().public().unwrap()).unwrap(),
            VerifyingKey::parse(&secret_text(&[9; 32])).unwrap(),
        ];
        for ((told, key), other) in cases.iter().zip(&others) {
            let signature = key.sign("msg_1", 5, body);
            let arrived = Arrived {
                id: "msg_1",
                timestamp: "5",
                signature: &signature,
                body,
            };
            assert_eq!(
                arrived.verify(&VerifyingKey::parse(told).unwrap(), None),
                Ok(()),
                "{told}"
            );
            assert_eq!(arrived.verify(other, None), Err(WebhookFault::Signature));
        }
        // RFC 8032, 7.1, test 1: the public key of that seed.
        let seed: Vec<u8> =
            super::super::digest::unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
        let pair = SigningKey::ed25519(&seed.try_into().unwrap()).unwrap();
        assert_eq!(
            pair.public().unwrap(),
            "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        );
    }

    #[test]
    fn keys_of_another_form_are_refused_and_none_shows() {
        for text in [
            "",
            "whsec_",
            "whsec_AAAA",
            "whpk_AAAA",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_*",
            "whsk_AAAA",
        ] {
            assert_eq!(VerifyingKey::parse(text).err(), Some(WebhookFault::Key), "{text}");
        }
        assert_eq!(
            format!(
                "{:?} {:?}",
                SigningKey::hmac(&[1; 32]),
                VerifyingKey::parse(SHARED_SECRET)
            ),
            "SigningKey Ok(VerifyingKey)"
        );
    }

    #[test]
    fn a_message_has_the_same_id_for_ever() {
        let id = message_id("whe_1/URGENT/7");
        assert_eq!((id.len(), id.contains('.')), (36, false));
        assert_eq!(id, message_id("whe_1/URGENT/7"));
        assert_ne!(id, message_id("whe_1/URGENT/8"));
    }
}
