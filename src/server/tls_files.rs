//! The files of TLS: each is read whole and with a bound, so that what is judged is what was read.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::settings::TlsPems;
use super::tls::{PemInput, TlsConfigError};
use crate::auth::trust::book::CrlFile;
use crate::auth::trust::crl::CrlFault;
use crate::domain::trust::MAX_PAPER_BYTES;
use crate::evidence::digest::sha256;

/// Most bytes of a file with certificates or a key.
const MAX_PEM_BYTES: u64 = 1024 * 1024;

/// Where certificate, key, client CA and revocation lists are.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The hub's certificate, followed by intermediate ones, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
    /// The CAs that sign clients' certificates, PEM.
    pub client_ca: PathBuf,
    /// What those have revoked, PEM or DER.
    pub client_crls: Vec<PathBuf>,
    /// Whether every CA needs a revocation list.
    pub require_crl: bool,
}

/// What the files held at one look.
pub(super) struct Contents {
    pub(super) pems: Result<TlsPems, TlsConfigError>,
    crls: Vec<Result<Vec<u8>, CrlFault>>,
    /// Over all of it: as long as it stays, nothing was changed.
    pub(super) digest: [u8; 32],
}

impl TlsFiles {
    /// Reads all of them.
    pub(super) fn read(&self) -> Contents {
        let text = |input, path: &Path| {
            read(path, MAX_PEM_BYTES).map_err(|source| TlsConfigError::File {
                input,
                path: path.to_owned(),
                source,
            })
        };
        let certificate = text(PemInput::Certificate, &self.certificate);
        let key = text(PemInput::Key, &self.key);
        let client_ca = text(PemInput::ClientCa, &self.client_ca);
        let crls: Vec<_> = self
            .client_crls
            .iter()
            .map(|path| read(path, MAX_PAPER_BYTES).map_err(|error| fault(&error)))
            .collect();
        let texts = [&certificate, &key, &client_ca].map(|text| text.as_ref().ok());
        let all = texts.into_iter().chain(crls.iter().map(|file| file.as_ref().ok()));
        let digests: Vec<u8> = all.flat_map(digest).collect();
        let pems = certificate.and_then(|certificate| {
            Ok(TlsPems {
                certificate,
                key: key?,
                client_ca: client_ca?,
            })
        });
        Contents {
            pems,
            crls,
            digest: sha256(&digests),
        }
    }
}

impl Contents {
    /// The files of revocation lists.
    pub(super) fn crls(&self) -> Vec<CrlFile<'_>> {
        let crls = self.crls.iter();
        crls.map(|file| file.as_deref().map_err(|fault| *fault)).collect()
    }
}

fn fault(error: &io::Error) -> CrlFault {
    if error.kind() == io::ErrorKind::FileTooLarge {
        CrlFault::TooLarge
    } else {
        CrlFault::Unreadable
    }
}

/// Never that of another content: a file that is there has its digest, one that is not has none.
fn digest(content: Option<&Vec<u8>>) -> Vec<u8> {
    content.map_or_else(|| vec![0], |bytes| [&[1], sha256(bytes).as_slice()].concat())
}

fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut content = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut content)?;
    if u64::try_from(content.len()).is_ok_and(|length| length <= most) {
        Ok(content)
    } else {
        Err(io::ErrorKind::FileTooLarge.into())
    }
}
