//! A token in software (SoftHSM), in a folder of its own, so that no test sees another's keys or wrong PINs.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use lienthong::client::pki::KeyedCertificate;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tempfile::TempDir;

use crate::harness::database::skipped;

/// Where distributions put the module.
const MODULES: [&str; 4] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];

pub(super) const PIN: &str = "271828";
/// Its label.
pub(super) const LABEL: &str = "Con dau";

pub(super) struct SoftToken {
    folder: TempDir,
    module: &'static str,
}

impl SoftToken {
    /// A fresh token. None: there is no SoftHSM here, and it was said loudly that `what` is left out.
    pub(super) fn new(what: &str) -> Option<Self> {
        let module = MODULES.into_iter().find(|path| std::fs::exists(path).unwrap_or(false));
        let tools = ["softhsm2-util", "pkcs11-tool"].map(|tool| {
            let ran = Command::new(tool)
                .arg("--help")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            ran.is_ok()
        });
        let (Some(module), [true, true]) = (module, tools) else {
            skipped(&format!(
                "{what}, because there is no SoftHSM or pkcs11-tool here (make test installs them)"
            ));
            return None;
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("tokens")).expect("a folder");
        let tokens = folder.path().join("tokens");
        let settings = format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display());
        std::fs::write(folder.path().join("softhsm2.conf"), settings).expect("a file");
        let token = Self { folder, module };
        token.add(LABEL);
        Some(token)
    }

    /// One more token of the module.
    pub(super) fn add(&self, label: &str) {
        let made = [
            "--init-token",
            "--free",
            "--label",
            label,
            "--so-pin",
            "314159",
            "--pin",
            PIN,
        ];
        self.run("softhsm2-util", &made);
    }

    /// What a program that uses it needs in its environment.
    pub(super) fn environment(&self) -> [(&'static str, PathBuf); 1] {
        [("SOFTHSM2_CONF", self.folder.path().join("softhsm2.conf"))]
    }

    pub(super) fn module(&self) -> &'static str {
        self.module
    }

    /// Brings in a key, and its certificate too.
    pub(super) fn keep(&self, keys: &KeyedCertificate, label: &str, id: &str) {
        self.keep_key(keys, label, id);
        let der = CertificateDer::from_pem_slice(keys.certificate.as_bytes()).expect("a certificate");
        let file = self.folder.path().join("certificate.der");
        std::fs::write(&file, &der).expect("a file");
        let file = file.display().to_string();
        let arguments = [
            "--module",
            self.module,
            "--token-label",
            LABEL,
            "--login",
            "--pin",
            PIN,
            "--write-object",
            &file,
            "--type",
            "cert",
            "--label",
            label,
            "--id",
            id,
        ];
        self.run("pkcs11-tool", &arguments);
    }

    /// Brings in a key alone.
    pub(super) fn keep_key(&self, keys: &KeyedCertificate, label: &str, id: &str) {
        let file = self.folder.path().join("key.pem");
        std::fs::write(&file, &keys.key).expect("a file");
        let file = file.display().to_string();
        let arguments = [
            "--import", &file, "--token", LABEL, "--label", label, "--id", id, "--pin", PIN,
        ];
        self.run("softhsm2-util", &arguments);
        std::fs::remove_file(file).expect("a file");
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(program);
        let output = command
            .args(arguments)
            .envs(self.environment())
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {said}");
    }
}
