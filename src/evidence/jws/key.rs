//! The keys that signatures are checked with. The algorithm follows from the key, never from the header.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use x509_parser::oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_PKCS1_RSAENCRYPTION};
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

use super::{Algorithm, SignatureFault};

/// The sizes of RSA keys that are taken, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=4_096;

/// A public key that can check signatures of documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerificationKey {
    /// P-256: the point, uncompressed (SEC 1, 65 bytes).
    P256(Vec<u8>),
    /// RSA: the key as in PKCS #1 (RFC 8017, RSAPublicKey, DER).
    Rsa(Vec<u8>),
}

impl VerificationKey {
    /// The key in a certificate (DER).
    ///
    /// # Errors
    /// `KEY_NOT_USABLE` if it cannot be read, is of another sort, or may by its key usage not sign.
    pub fn of_certificate(der: &[u8]) -> Result<Self, SignatureFault> {
        Self::read(der).ok_or(SignatureFault::KeyNotUsable)
    }

    fn read(der: &[u8]) -> Option<Self> {
        let (rest, certificate) = X509Certificate::from_der(der).ok()?;
        let usage = certificate.key_usage().ok()?;
        let may_sign = usage.is_none_or(|usage| usage.value.digital_signature() || usage.value.non_repudiation());
        if !rest.is_empty() || !may_sign {
            return None;
        }
        let key = certificate.public_key();
        let bytes = key.subject_public_key.data.as_ref();
        let algorithm = &key.algorithm.algorithm;
        if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
            let curve = key.algorithm.parameters.as_ref()?.as_oid().ok()?;
            let is_uncompressed = bytes.len() == 65 && bytes.first() == Some(&4);
            return (curve == OID_EC_P256 && is_uncompressed).then(|| Self::P256(bytes.to_vec()));
        }
        if *algorithm != OID_PKCS1_RSAENCRYPTION {
            return None;
        }
        let PublicKey::RSA(rsa) = key.parsed().ok()? else {
            return None;
        };
        RSA_BITS.contains(&bits(rsa.modulus)).then(|| Self::Rsa(bytes.to_vec()))
    }

    /// The one algorithm that this key signs with.
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::P256(_) => Algorithm::Es256,
            Self::Rsa(_) => Algorithm::Ps256,
        }
    }

    /// Checks `signature` over `message`.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureFault> {
        let verified = match self {
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point.as_slice()).verify(message, signature)
            }
            Self::Rsa(key) => {
                UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key.as_slice()).verify(message, signature)
            }
        };
        verified.or(Err(SignatureFault::BadSignature))
    }
}

/// How many bits a big-endian number has.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let rest = number.get(zeros..).unwrap_or_default();
    let leading = rest.first().map_or(0, |byte| byte.leading_zeros());
    rest.len() * 8 - usize::try_from(leading).unwrap_or(0)
}
