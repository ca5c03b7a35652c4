//! Where the demo keeps its certificates and its database.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::cli::args;
use crate::cli::certs::write_dev_certificates;
use crate::cli::failure::Failure;
use crate::client::pki::KeyedCertificate;
use crate::domain::ids::IdSource;
use crate::server::masters::MasterSource;
use crate::server::settings::SignerPlace;

/// The file that marks a folder as the demo's.
const MARK: &str = "lienthong-demo.txt";
const MARK_TEXT: &str = "Thư mục dữ liệu của `lienthong demo`; xóa được. / Data of `lienthong demo`; may be deleted.\n";

/// The demo's folder. A private one is removed when it is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    is_private: bool,
}

impl Folder {
    /// A new private folder in the system's place for such.
    pub(super) fn private(ids: &dyn IdSource) -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("lienthong-demo-{}", random_hex(ids)));
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|error| Failure::file("TMPDIR", &path, &error))?;
        let folder = Self { path, is_private: true };
        folder.prepare()?;
        Ok(folder)
    }

    /// The folder `path`: new, empty, or the demo's from an earlier run.
    pub(super) fn kept(path: &Path) -> Result<Self, Failure> {
        let wrong = |error| Failure::file("--data", path, &error);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(wrong)?;
        let folder = Self {
            path: path.to_owned(),
            is_private: false,
        };
        let is_empty = fs::read_dir(path).map_err(wrong)?.next().is_none();
        let is_ours = is_empty || path.join(MARK).exists();
        if is_ours && !folder.certificates().exists() {
            folder.prepare()?;
        } else if !is_ours {
            return Err(Failure::configuration(
                format!(
                    "--data: {} không trống và không phải thư mục của lienthong demo",
                    path.display()
                ),
                format!(
                    "--data: {} is neither empty nor a folder of lienthong demo",
                    path.display()
                ),
            ));
        }
        Ok(folder)
    }

    /// The mark is written first, and the certificates get their name last: a folder that was interrupted half-way is
    /// taken again and not for a whole one.
    fn prepare(&self) -> Result<(), Failure> {
        let wrong = |path: &Path| {
            let path = path.to_owned();
            move |error| Failure::file("--data", &path, &error)
        };
        let mark = self.path.join(MARK);
        fs::write(&mark, MARK_TEXT).map_err(wrong(&mark))?;
        let (draft, whole) = (self.path.join("certs.new"), self.certificates());
        write_dev_certificates(&draft, true)?;
        fs::rename(&draft, &whole).map_err(wrong(&whole))
    }

    /// The folder itself.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the certificates.
    pub(super) fn certificates(&self) -> PathBuf {
        self.path.join("certs")
    }

    /// The database's file.
    pub(super) fn database(&self) -> PathBuf {
        self.path.join("hub.db")
    }

    /// The folder of uploaded documents.
    pub(super) fn documents(&self) -> PathBuf {
        self.path.join("documents")
    }

    /// The keys that sign the log.
    pub(super) fn signer(&self) -> SignerPlace {
        SignerPlace {
            folder: self.path.join("signer"),
            may_be_new: true,
        }
    }

    /// The master keys of content.
    pub(super) fn masters(&self) -> MasterSource {
        MasterSource::File(self.path.join("master.keys"))
    }

    /// The profile of the agency with the certificate `name`, for the client commands.
    pub(super) fn profile(&self, name: &str) -> PathBuf {
        self.path.join(format!("{name}.toml"))
    }

    /// The certificate and key called `name`.
    pub(super) fn certificate(&self, name: &str) -> Result<KeyedCertificate, Failure> {
        let read = |ending| args::read_text("--data", &self.certificates().join(format!("{name}.{ending}")));
        Ok(KeyedCertificate {
            certificate: read("pem")?,
            key: read("key")?,
        })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_private
            && let Err(error) = fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, path = %self.path.display(), "the demo's folder could not be removed");
        }
    }
}

/// 16 random hex digits.
pub(super) fn random_hex(ids: &dyn IdSource) -> String {
    let mut bytes = [0_u8; 8];
    ids.fill(&mut bytes);
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::random::OsRandom;

    #[test]
    fn a_foreign_folder_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.txt"), "x").unwrap();
        assert!(Folder::kept(folder.path()).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_kept_folder_is_taken_again_with_its_certificates() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("data");
        let first = Folder::kept(&path).unwrap().certificate("bank-a").unwrap();
        assert_eq!(
            Folder::kept(&path).unwrap().certificate("bank-a").unwrap().certificate,
            first.certificate
        );
    }

    #[test]
    fn a_folder_that_was_interrupted_is_taken_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(MARK), "").unwrap();
        fs::create_dir(folder.path().join("certs.new")).unwrap();
        fs::write(folder.path().join("certs.new/ca.pem"), "half").unwrap();
        Folder::kept(folder.path()).unwrap().certificate("bank-a").unwrap();
    }

    #[test]
    fn a_private_folder_goes_with_the_demo() {
        let folder = Folder::private(&OsRandom).unwrap();
        let path = folder.path.clone();
        assert!(path.exists());
        drop(folder);
        assert!(!path.exists());
    }
}
