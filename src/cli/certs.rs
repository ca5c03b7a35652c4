//! `lienthong certs dev`: certificates for development and tests, never for service.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::demo::cast::Cast;
use super::failure::Failure;
use super::init::OPERATOR_OFFICER;
use super::output;
use crate::client::pki::{Authority, KeyedCertificate, PkiError, Validity};
use crate::domain::time::Clock as _;
use crate::server::clock::SystemClock;

/// How long development certificates are valid, in days.
const DAYS: i64 = 825;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(super) enum Certs {
    /// Chứng thư số dùng thử: certificates for development: a throw-away authority, the hub, the operator and each partner of the demo. Files:
    /// ca.pem, and NAME.pem with NAME.key for server, operator, court, enforcement, procuracy, procuracy-region, bank-a, bank-b, treasury,
    /// land-office-a, land-office-b and those of the demo's other stories; and for each agency NAME.seal and NAME.officer to sign with,
    /// and NAME.toml, a profile for the client commands.
    Dev(Dev),
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Dev {
    /// Thư mục: the folder for the files; made when it is missing. Keys get mode 0600.
    #[arg(long, env = "LIENTHONG_OUT", value_name = "DIR")]
    out: PathBuf,
    /// Ghi đè: overwrite files that are there.
    #[arg(long)]
    force: bool,
}

impl Certs {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Self::Dev(dev) = self;
        let names = write_dev_certificates(&dev.out, dev.force)?;
        write_profiles(&dev.out, "https://localhost:8443", "hub.dev")?;
        output::line(&format!(
            "Đã tạo chứng thư số dùng thử trong {folder} (không dùng khi vận hành thật): {names}\n\
             Development certificates are in {folder} (never use them in service): {names}",
            folder = dev.out.display(),
            names = names.join(", "),
        ));
        Ok(())
    }
}

/// Makes an authority and a certificate for everyone in the demo; gives the names of the files.
pub(super) fn write_dev_certificates(folder: &Path, force: bool) -> Result<Vec<String>, Failure> {
    let mut builder = fs::DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| Failure::file("--out", folder, &error))?;
    let validity = Validity::days(SystemClock.now(), DAYS);
    let made = make(validity).map_err(|error| {
        Failure::failed(
            format!("Không tạo được chứng thư số: {error}"),
            format!("Certificates cannot be made: {error}"),
        )
    })?;
    let mut files = Vec::new();
    for (name, pem) in &made {
        files.push((folder.join(format!("{name}.pem")), &pem.certificate));
        files.push((folder.join(format!("{name}.key")), &pem.key));
    }
    if let Some((taken, _)) = files.iter().find(|(path, _)| !force && path.exists()) {
        return Err(Failure::configuration(
            format!("--out: {} đã có; dùng --force để ghi đè", taken.display()),
            format!("--out: {} is there; --force overwrites", taken.display()),
        ));
    }
    for (path, text) in &files {
        write_private(path, text.as_bytes()).map_err(|error| Failure::file("--out", path, &error))?;
    }
    Ok(made.into_iter().map(|(name, _)| name).collect())
}

/// Writes a profile for the client commands beside the certificate of the operator and of each agency, for the hub `hub_id` at `hub`.
pub(super) fn write_profiles(folder: &Path, hub: &str, hub_id: &str) -> Result<(), Failure> {
    let cast = Cast::whole();
    let partners = cast
        .agencies
        .iter()
        .map(|agency| (&*agency.certificate, &*agency.code, &*agency.officer.id, &*agency.name));
    let operator = ("operator", "OPERATOR", OPERATOR_OFFICER, "Đơn vị vận hành");
    for (name, code, officer, comment) in partners.chain([operator]) {
        let text = format!(
            "# {comment}\n\
             hub = \"{hub}\"\nserver_name = \"localhost\"\nhub_id = \"{hub_id}\"\nhub_ca = \"ca.pem\"\n\
             agency = \"{code}\"\nofficer = \"{officer}\"\n\
             tls_cert = \"{name}.pem\"\ntls_key = \"{name}.key\"\n\
             seal_cert = \"{name}.seal.pem\"\nseal_key = \"{name}.seal.key\"\n\
             officer_cert = \"{name}.officer.pem\"\nofficer_key = \"{name}.officer.key\"\n",
        );
        let path = folder.join(format!("{name}.toml"));
        write_private(&path, text.as_bytes()).map_err(|error| Failure::file("--out", &path, &error))?;
    }
    Ok(())
}

fn make(validity: Validity) -> Result<Vec<(String, KeyedCertificate)>, PkiError> {
    let authority = Authority::new("Lien Thong development CA", validity)?;
    let mut made = vec![
        ("ca".to_owned(), authority.keyed_certificate()),
        ("server".to_owned(), authority.issue_server(validity)?),
        ("operator".to_owned(), authority.issue_client("OPERATOR", validity)?),
    ];
    for (ending, name) in [(".seal", "OPERATOR"), (".officer", "operator")] {
        made.push((format!("operator{ending}"), authority.issue_client(name, validity)?));
    }
    for agency in Cast::whole().agencies {
        for (ending, name) in [
            ("", &agency.code),
            (".seal", &agency.code),
            (".officer", &agency.officer.id),
        ] {
            let pem = authority.issue_client(name, validity)?;
            made.push((format!("{}{ending}", agency.certificate), pem));
        }
    }
    Ok(made)
}

/// Writes a file that only its owner can read, from its first byte on.
fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    // A file that is there would keep its own mode.
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_operator_has_a_profile_as_each_agency_has() {
        let folder = tempfile::tempdir().unwrap();
        write_dev_certificates(folder.path(), false).unwrap();
        write_profiles(folder.path(), "https://localhost:8443", "hub.dev").unwrap();
        for (name, own) in [("operator", "OPERATOR"), ("court", "GIA-LAP.TAND.37.1")] {
            let text = fs::read_to_string(folder.path().join(format!("{name}.toml"))).unwrap();
            let profile: toml::Table = text.parse().unwrap();
            assert_eq!(profile["agency"].as_str(), Some(own));
            for key in ["tls_cert", "tls_key", "hub_ca"] {
                assert!(
                    folder.path().join(profile[key].as_str().unwrap()).exists(),
                    "{name}: {key}"
                );
            }
        }
    }

    #[test]
    fn keys_are_private_and_nothing_is_overwritten_without_force() {
        let folder = tempfile::tempdir().unwrap();
        let names = write_dev_certificates(folder.path(), false).unwrap();
        for name in ["server", "operator", "enforcement", "bank-a", "bank-b"] {
            assert!(names.iter().any(|made| made == name), "{name}");
            let key = fs::metadata(folder.path().join(format!("{name}.key"))).unwrap();
            assert_eq!(key.permissions().mode() & 0o777, 0o600);
        }
        let before = fs::read(folder.path().join("ca.pem")).unwrap();
        assert!(write_dev_certificates(folder.path(), false).is_err());
        assert_eq!(fs::read(folder.path().join("ca.pem")).unwrap(), before);
        write_dev_certificates(folder.path(), true).unwrap();
        assert_ne!(fs::read(folder.path().join("ca.pem")).unwrap(), before);
    }
}
