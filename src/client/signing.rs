//! Signing documents as the hub takes them: JWS with the agency's seal, and with the officer's own signature beside it where
//! the kind asks for it (decision 0019).

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PSS_SHA256, RsaKeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde::Serialize;

use super::pkcs11::TokenFault;
use super::pki::KeyedCertificate;
use crate::domain::ids::IdSource;
use crate::domain::time::Timestamp;
use crate::evidence::digest::sha256;
use crate::evidence::jws::{
    Algorithm, Jws, MAX_PAYLOAD_BYTES, SignatureFault, TYPE, VerificationKey, encode, signing_input,
};

/// How long a signature may be sent for the first time, in seconds: a day. Once accepted it holds for ever.
pub const LIFETIME_SECONDS: i64 = 86_400;
/// Bytes of a nonce.
const NONCE_BYTES: usize = 16;

/// A document could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// There is no certificate in PEM.
    #[error("the certificate is not in PEM")]
    Certificate,
    /// The key is not PKCS #8 in PEM, or neither P-256 nor RSA of 2,048 to 4,096 bits.
    #[error("the key must be a P-256 key or an RSA key of 2,048 to 4,096 bits, in PKCS #8 PEM")]
    Key,
    /// The certificate cannot sign documents.
    #[error("the certificate cannot sign documents: {0}")]
    Unfit(SignatureFault),
    /// The key is not the certificate's.
    #[error("the key does not belong to the certificate")]
    Mismatch,
    /// The key did not sign.
    #[error("the key did not sign: {0}")]
    Refused(String),
    /// The token did not sign: it was taken out, or cannot.
    #[error("{0}")]
    Token(TokenFault),
    /// The document is larger than the hub takes.
    #[error("the document is larger than {MAX_PAYLOAD_BYTES} bytes")]
    TooLarge,
}

/// A private key that signs, wherever it is kept.
pub trait PrivateKey: Send + Sync {
    /// What it signs with.
    fn algorithm(&self) -> Algorithm;

    /// The signature over `message`, as a JWS has it: for ES256 r ‖ s, 64 bytes (RFC 7518 section 3.4).
    ///
    /// # Errors
    /// [`SigningError::Refused`], [`SigningError::Token`].
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError>;
}

/// A key in memory.
enum FileKey {
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl FileKey {
    fn from_pem(pem: &str) -> Result<Self, SigningError> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).or(Err(SigningError::Key))?;
        let der = der.secret_pkcs8_der();
        if let Ok(key) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der) {
            return Ok(Self::P256(key));
        }
        RsaKeyPair::from_pkcs8(der).map(Self::Rsa).or(Err(SigningError::Key))
    }
}

impl PrivateKey for FileKey {
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::P256(_) => Algorithm::Es256,
            Self::Rsa(_) => Algorithm::Ps256,
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a signature's random number is the cryptography's own; nothing may repeat it"
    )]
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let random = SystemRandom::new();
        let refused = |error: aws_lc_rs::error::Unspecified| SigningError::Refused(error.to_string());
        match self {
            Self::P256(key) => Ok(key.sign(&random, message).map_err(refused)?.as_ref().to_vec()),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PSS_SHA256, &random, message, &mut signature)
                    .map_err(refused)?;
                Ok(signature)
            }
        }
    }
}

/// Somebody who signs: a registered certificate and its key.
#[derive(Clone)]
pub struct Signer {
    key_id: String,
    key: Arc<dyn PrivateKey>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// With a key in a file.
    ///
    /// # Errors
    /// [`SigningError`], also if key and certificate do not belong together.
    pub fn of_file(keys: &KeyedCertificate) -> Result<Self, SigningError> {
        Self::new(&keys.certificate, Arc::new(FileKey::from_pem(&keys.key)?))
    }

    /// With any key. It signs once, to see that it is the one of `certificate` (PEM).
    ///
    /// # Errors
    /// [`SigningError`].
    pub fn new(certificate: &str, key: Arc<dyn PrivateKey>) -> Result<Self, SigningError> {
        let der = CertificateDer::from_pem_slice(certificate.as_bytes()).or(Err(SigningError::Certificate))?;
        Self::of_der(&der, key)
    }

    /// The same with a certificate in DER, as tokens have it.
    ///
    /// # Errors
    /// [`SigningError`].
    pub fn of_der(der: &[u8], key: Arc<dyn PrivateKey>) -> Result<Self, SigningError> {
        let public = VerificationKey::of_certificate(der).map_err(SigningError::Unfit)?;
        let signer = Self {
            key_id: encode(&sha256(der)),
            key,
        };
        let probe = signer.protect_and_sign("e30", &Times { issued: 0, expires: 1 }, &[0; NONCE_BYTES])?;
        let probe = [probe.protected.as_str(), "e30", &probe.signature].join(".");
        let is_its_own = |jws: Jws<'_>| {
            jws.signatures()
                .is_ok_and(|found| found.iter().all(|one| one.verify(&public).is_ok()))
        };
        if Jws::open(probe.as_bytes()).is_ok_and(is_its_own) {
            Ok(signer)
        } else {
            Err(SigningError::Mismatch)
        }
    }

    fn protect_and_sign(&self, payload: &str, times: &Times, nonce: &[u8]) -> Result<Part, SigningError> {
        let header = Header {
            alg: self.key.algorithm().as_str(),
            typ: TYPE,
            kid: &self.key_id,
            nonce: encode(nonce),
            iat: times.issued,
            exp: times.expires,
        };
        let header = serde_json::to_vec(&header).map_err(|error| SigningError::Refused(error.to_string()))?;
        let protected = encode(&header);
        let signature = encode(&self.key.sign(signing_input(&protected, payload).as_bytes())?);
        Ok(Part { protected, signature })
    }
}

/// When a document is signed, and until when it may be sent for the first time: seconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// `iat`.
    pub issued: i64,
    /// `exp`.
    pub expires: i64,
}

impl Times {
    /// Signed now, for [`LIFETIME_SECONDS`].
    pub const fn at(now: Timestamp) -> Self {
        Self {
            issued: now.seconds(),
            expires: now.seconds().saturating_add(LIFETIME_SECONDS),
        }
    }
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    kid: &'a str,
    nonce: String,
    iat: i64,
    exp: i64,
}

#[derive(Serialize)]
struct Part {
    protected: String,
    signature: String,
}

#[derive(Serialize)]
struct General<'a> {
    payload: &'a str,
    signatures: &'a [Part],
}

/// Who signs for an agency.
#[derive(Debug, Clone)]
pub struct Sealer {
    /// The agency's seal.
    pub seal: Signer,
    /// The officer's own signature.
    pub officer: Option<Signer>,
}

impl Sealer {
    /// Signs `document`, to the byte: in compact form with the seal alone, in general form if the officer signs too.
    ///
    /// # Errors
    /// [`SigningError::TooLarge`], [`SigningError::Refused`], [`SigningError::Token`].
    pub fn sign(
        &self,
        document: &[u8],
        with_officer: bool,
        times: Times,
        ids: &dyn IdSource,
    ) -> Result<String, SigningError> {
        if document.len() > MAX_PAYLOAD_BYTES {
            return Err(SigningError::TooLarge);
        }
        let payload = encode(document);
        let part = |signer: &Signer| {
            let mut nonce = [0; NONCE_BYTES];
            ids.fill(&mut nonce);
            signer.protect_and_sign(&payload, &times, &nonce)
        };
        let seal = part(&self.seal)?;
        match self.officer.as_ref().filter(|_| with_officer) {
            None => Ok([seal.protected.as_str(), &payload, &seal.signature].join(".")),
            Some(officer) => {
                let signatures = [seal, part(officer)?];
                let general = General {
                    payload: &payload,
                    signatures: &signatures,
                };
                serde_json::to_string(&general).map_err(|error| SigningError::Refused(error.to_string()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256};

    use super::*;
    use crate::client::pki::{Authority, Leaf, Usage, Validity};
    use crate::evidence::jws::Format;
    use crate::server::random::OsRandom;

    fn now() -> Timestamp {
        Timestamp::parse_rfc3339("2026-11-22T10:00:00Z").unwrap()
    }

    fn keys(algorithm: &'static rcgen::SignatureAlgorithm) -> KeyedCertificate {
        let validity = Validity::days(now(), 10);
        let leaf = Leaf {
            common_name: "A",
            hosts: &[],
            usage: Usage::Client,
            validity,
        };
        let authority = Authority::new("CA", validity).unwrap();
        let key = KeyPair::generate_for(algorithm).unwrap();
        authority.sign(&leaf.params().unwrap(), &key).unwrap()
    }

    fn public(keys: &KeyedCertificate) -> VerificationKey {
        let der = CertificateDer::from_pem_slice(keys.certificate.as_bytes()).unwrap();
        VerificationKey::of_certificate(&der).unwrap()
    }

    #[test]
    fn both_algorithms_sign_what_the_hub_takes() {
        for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_RSA_SHA256] {
            let keys = keys(algorithm);
            let seal = Signer::of_file(&keys).unwrap();
            let sealer = Sealer {
                seal: seal.clone(),
                officer: Some(seal),
            };
            for (with_officer, format) in [(false, Format::Compact), (true, Format::General)] {
                let text = sealer
                    .sign(b"{\"a\":1}", with_officer, Times::at(now()), &OsRandom)
                    .unwrap();
                let jws = Jws::open(text.as_bytes()).unwrap();
                assert_eq!((jws.format, jws.payload.as_slice()), (format, b"{\"a\":1}".as_slice()));
                for signature in jws.signatures().unwrap() {
                    signature.verify(&public(&keys)).unwrap();
                    signature.header.check_time(now().seconds()).unwrap();
                }
            }
        }
    }

    #[test]
    fn no_two_signatures_are_alike() {
        let sealer = Sealer {
            seal: Signer::of_file(&keys(&PKCS_ECDSA_P256_SHA256)).unwrap(),
            officer: None,
        };
        let sign = || sealer.sign(b"{}", false, Times::at(now()), &OsRandom).unwrap();
        assert_ne!(sign(), sign());
    }

    #[test]
    fn a_key_of_another_certificate_is_told_before_anything_is_signed() {
        let (mine, other) = (keys(&PKCS_ECDSA_P256_SHA256), keys(&PKCS_ECDSA_P256_SHA256));
        let mixed = KeyedCertificate { key: other.key, ..mine };
        assert!(matches!(Signer::of_file(&mixed), Err(SigningError::Mismatch)));
        let broken = KeyedCertificate {
            key: "no key".to_owned(),
            ..mixed
        };
        assert!(matches!(Signer::of_file(&broken), Err(SigningError::Key)));
    }
}
