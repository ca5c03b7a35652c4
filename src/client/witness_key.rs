//! The private key of a witness: Ed25519, PKCS #8 in PEM, in a file that only its user may read. Its name stands in the public key
//! beside it.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;

use crate::domain::time::Timestamp;
use crate::evidence::cosignature::{WitnessKey, signed_message};
use crate::evidence::note::Note;

const PRIVATE: &str = "witness.key";
const PUBLIC: &str = "witness.pub";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum WitnessKeyError {
    /// There is one already.
    #[error("there is a key in {0} already")]
    Exists(PathBuf),
    /// There is none.
    #[error("there is no key in {0}")]
    Missing(PathBuf),
    /// It is not the name of a key.
    #[error("not the name of a key: no spaces and no plus sign may stand in it")]
    Name,
    /// The file is not a key, or the public one beside it is of another.
    #[error("{0} is damaged")]
    Damaged(PathBuf),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// A witness's key.
#[derive(Debug)]
pub struct Cosigner {
    pair: Ed25519KeyPair,
    public: WitnessKey,
}

impl Cosigner {
    /// Makes the key of the witness `name` in `folder`, which is made if it is missing.
    ///
    /// # Errors
    /// [`WitnessKeyError`]; a key that is there is never overwritten.
    pub fn create(folder: &Path, name: &str) -> Result<Self, WitnessKeyError> {
        WitnessKey::new(name, [0; 32]).map_err(|_malformed| WitnessKeyError::Name)?;
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(at(folder))?;
        let path = folder.join(PRIVATE);
        if Self::stands_in(folder) {
            return Err(WitnessKeyError::Exists(folder.to_owned()));
        }
        let damaged = || WitnessKeyError::Damaged(path.clone());
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).map_err(|_failed| damaged())?;
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pair.serialize_der()).map_err(|_rejected| damaged())?;
        let public = public_of(name, &key).ok_or_else(damaged)?;
        let new = |path: &Path, mode: u32, text: &str| {
            let opened = File::options().write(true).create_new(true).mode(mode).open(path);
            let written = opened.and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            });
            written.map_err(at(path))
        };
        // The private key last: without it there is no key yet, and the command can be given again.
        let beside = folder.join(PUBLIC);
        if beside.exists() {
            fs::remove_file(&beside).map_err(at(&beside))?;
        }
        new(&beside, 0o644, &format!("{public}\n"))?;
        new(&path, 0o600, &pair.serialize_pem())?;
        let synced = File::open(folder).and_then(|opened| opened.sync_all());
        synced.map_err(at(folder))?;
        Ok(Self { pair: key, public })
    }

    /// Whether there is a key in `folder`.
    pub fn stands_in(folder: &Path) -> bool {
        folder.join(PRIVATE).exists()
    }

    /// Opens the key in `folder`.
    ///
    /// # Errors
    /// [`WitnessKeyError`].
    pub fn open(folder: &Path) -> Result<Self, WitnessKeyError> {
        let path = folder.join(PRIVATE);
        if !path.exists() {
            return Err(WitnessKeyError::Missing(folder.to_owned()));
        }
        let pem = fs::read(&path).map_err(at(&path))?;
        let der = PrivatePkcs8KeyDer::from_pem_slice(&pem).ok();
        let pair = der.and_then(|der| Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()).ok());
        let pair = pair.ok_or(WitnessKeyError::Damaged(path))?;
        let beside = folder.join(PUBLIC);
        let stated = fs::read_to_string(&beside).map_err(at(&beside))?;
        let stated: Option<WitnessKey> = stated.trim_end().parse().ok();
        let public = stated.filter(|key| public_of(key.name(), &pair).as_ref() == Some(key));
        Ok(Self {
            pair,
            public: public.ok_or(WitnessKeyError::Damaged(beside))?,
        })
    }

    /// The public key.
    pub fn public(&self) -> &WitnessKey {
        &self.public
    }

    /// The note with this witness's signature of `now` behind those that it has.
    pub fn cosign(&self, mut note: Note, now: Timestamp) -> Note {
        let seconds = u64::try_from(now.seconds()).unwrap_or(0);
        let signature = self.pair.sign(signed_message(seconds, &note.text).as_bytes());
        note.signatures
            .push(self.public.cosignature(seconds, signature.as_ref()));
        note
    }
}

fn public_of(name: &str, pair: &Ed25519KeyPair) -> Option<WitnessKey> {
    let key = pair.public_key().as_ref().try_into().ok()?;
    WitnessKey::new(name, key).ok()
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> WitnessKeyError {
    let path = path.to_owned();
    move |source| WitnessKeyError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_never_overwritten_and_signs_for_its_public_half() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            Cosigner::open(folder.path()),
            Err(WitnessKeyError::Missing(_))
        ));
        assert!(matches!(
            Cosigner::create(folder.path(), "a b"),
            Err(WitnessKeyError::Name)
        ));
        let made = Cosigner::create(folder.path(), "witness.test").unwrap();
        assert!(matches!(
            Cosigner::create(folder.path(), "witness.test"),
            Err(WitnessKeyError::Exists(_))
        ));
        let opened = Cosigner::open(folder.path()).unwrap();
        assert_eq!(opened.public(), made.public());
        let note = Note {
            text: "hub.test\n1\nAAAA\n".to_owned(),
            signatures: Vec::new(),
        };
        let cosigned = opened.cosign(note, Timestamp::from_micros(1_795_000_000_000_000));
        assert_eq!(made.public().cosigned(&cosigned), Ok(1_795_000_000));
    }

    #[test]
    fn a_public_key_of_another_is_damage() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        drop(Cosigner::create(one.path(), "witness.test").unwrap());
        drop(Cosigner::create(other.path(), "witness.test").unwrap());
        fs::copy(other.path().join(PUBLIC), one.path().join(PUBLIC)).unwrap();
        assert!(matches!(Cosigner::open(one.path()), Err(WitnessKeyError::Damaged(_))));
    }
}
