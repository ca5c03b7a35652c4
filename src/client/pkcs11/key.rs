//! A private key in a token, as something that signs.

use std::sync::{Mutex, PoisonError};

use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::ObjectHandle;
use cryptoki::session::Session;

use super::fault::TokenFault;
use crate::client::signing::{PrivateKey, SigningError};
use crate::evidence::digest::sha256;
use crate::evidence::jws::Algorithm;

/// How the token signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// `CKM_ECDSA` over the digest; gives r ‖ s.
    Ecdsa,
    /// `CKM_SHA256_RSA_PKCS_PSS` over the message.
    PssOfMessage,
    /// `CKM_RSA_PKCS_PSS` over the digest, where the token does not make it.
    PssOfDigest,
}

impl Way {
    fn of(algorithm: Algorithm, known: &[MechanismType]) -> Result<Self, TokenFault> {
        let ways: &[_] = match algorithm {
            Algorithm::Es256 => &[(MechanismType::ECDSA, Self::Ecdsa)],
            Algorithm::Ps256 => &[
                (MechanismType::SHA256_RSA_PKCS_PSS, Self::PssOfMessage),
                (MechanismType::RSA_PKCS_PSS, Self::PssOfDigest),
            ],
        };
        let way = ways.iter().find(|(mechanism, _)| known.contains(mechanism));
        let (_, way) = way.ok_or(TokenFault::Mechanism(match algorithm {
            Algorithm::Es256 => "CKM_ECDSA (ES256)",
            Algorithm::Ps256 => "CKM_SHA256_RSA_PKCS_PSS (PS256)",
        }))?;
        Ok(*way)
    }

    fn mechanism(self) -> Mechanism<'static> {
        let pss = PkcsPssParams {
            hash_alg: MechanismType::SHA256,
            mgf: PkcsMgfType::MGF1_SHA256,
            s_len: 32.into(),
        };
        match self {
            Self::Ecdsa => Mechanism::Ecdsa,
            Self::PssOfMessage => Mechanism::Sha256RsaPkcsPss(pss),
            Self::PssOfDigest => Mechanism::RsaPkcsPss(pss),
        }
    }
}

/// A private key that never leaves its token.
#[derive(Debug)]
pub struct TokenKey {
    session: Mutex<Session>,
    key: ObjectHandle,
    algorithm: Algorithm,
    way: Way,
}

impl TokenKey {
    pub(super) fn new(
        session: Session,
        key: ObjectHandle,
        algorithm: Algorithm,
        known: &[MechanismType],
    ) -> Result<Self, TokenFault> {
        Ok(Self {
            session: Mutex::new(session),
            key,
            algorithm,
            way: Way::of(algorithm, known)?,
        })
    }
}

impl PrivateKey for TokenKey {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let digest = sha256(message);
        let data = if self.way == Way::PssOfMessage {
            message
        } else {
            &digest
        };
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let signed = session.sign(&self.way.mechanism(), self.key, data);
        signed.map_err(|error| SigningError::Token(TokenFault::of(&error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_hashes_itself_is_preferred_and_one_that_cannot_sign_is_told() {
        let both = [MechanismType::RSA_PKCS_PSS, MechanismType::SHA256_RSA_PKCS_PSS];
        assert_eq!(Way::of(Algorithm::Ps256, &both), Ok(Way::PssOfMessage));
        assert_eq!(Way::of(Algorithm::Ps256, &both[..1]), Ok(Way::PssOfDigest));
        assert!(matches!(
            Way::of(Algorithm::Es256, &both),
            Err(TokenFault::Mechanism(_))
        ));
    }
}
