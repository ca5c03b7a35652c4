//! The two private keys of a hub, as files that only its user may read.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;

use super::{SignerError, at};
use crate::evidence::hub_key::HubKey;
use crate::evidence::note::KeyId;

const NOTE: &str = "note.key";
const SEAL: &str = "seal.key";

/// The signatures of one checkpoint, each after the id of its key: as the database keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatures {
    /// Ed25519.
    pub note: Vec<u8>,
    /// ES256.
    pub seal: Vec<u8>,
}

pub(super) struct HubKeys {
    note: Ed25519KeyPair,
    seal: EcdsaKeyPair,
    public: HubKey,
}

/// The keys do not show.
impl std::fmt::Debug for HubKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HubKeys")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

impl HubKeys {
    pub(super) fn exist(folder: &Path) -> bool {
        folder.join(NOTE).exists() || folder.join(SEAL).exists()
    }

    pub(super) fn create(folder: &Path, name: &str) -> Result<Self, SignerError> {
        for (file, algorithm) in [(NOTE, &rcgen::PKCS_ED25519), (SEAL, &rcgen::PKCS_ECDSA_P256_SHA256)] {
            let path = folder.join(file);
            let pair = rcgen::KeyPair::generate_for(algorithm).map_err(|_failed| SignerError::Damaged {
                path: path.clone(),
                what: "no key could be made",
            })?;
            let written = File::options().write(true).create_new(true).mode(0o600).open(&path);
            let written = written.and_then(|mut file| {
                file.write_all(pair.serialize_pem().as_bytes())?;
                file.sync_all()
            });
            written.map_err(at(&path))?;
        }
        Self::read(folder, name)
    }

    pub(super) fn read(folder: &Path, name: &str) -> Result<Self, SignerError> {
        let pkcs8 = |file: &str| -> Result<Vec<u8>, SignerError> {
            let path = folder.join(file);
            let pem = std::fs::read(&path).map_err(at(&path))?;
            let key = PrivatePkcs8KeyDer::from_pem_slice(&pem);
            Ok(key.map_err(|_wrong| damaged(folder, file))?.secret_pkcs8_der().to_vec())
        };
        let note = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pkcs8(NOTE)?);
        let note = note.map_err(|_rejected| damaged(folder, NOTE))?;
        let seal = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8(SEAL)?);
        let seal = seal.map_err(|_rejected| damaged(folder, SEAL))?;
        let note_key = note.public_key().as_ref().try_into();
        let note_key = note_key.map_err(|_length| damaged(folder, NOTE))?;
        let public = HubKey::new(name, note_key, seal.public_key().as_ref());
        let public = public.map_err(|_malformed| damaged(folder, SEAL))?;
        Ok(Self { note, seal, public })
    }

    pub(super) fn public(&self) -> &HubKey {
        &self.public
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "ECDSA draws its nonce inside the library, which does not look at this argument"
    )]
    pub(super) fn sign(&self, text: &str) -> Signatures {
        let with_id = |id: KeyId, signature: &[u8]| [&id, signature].concat();
        let note = self.note.sign(text.as_bytes());
        let seal = self.seal.sign(&SystemRandom::new(), text.as_bytes());
        Signatures {
            note: with_id(self.public.note_id(), note.as_ref()),
            // Without a signature nothing can be verified: seen at once, and the checkpoint proves nothing.
            seal: seal.map_or_else(
                |_failed| Vec::new(),
                |seal| with_id(self.public.seal_id(), seal.as_ref()),
            ),
        }
    }
}

fn damaged(folder: &Path, file: &str) -> SignerError {
    SignerError::Damaged {
        path: folder.join(file),
        what: if file == NOTE {
            "an Ed25519 private key, PKCS #8 in PEM, is expected"
        } else {
            "a P-256 private key, PKCS #8 in PEM, is expected"
        },
    }
}
