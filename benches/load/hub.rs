//! The hub of one scenario.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use lienthong::client::channel::HubAddress;
use tempfile::TempDir;

use super::kit::{Failure, HUB_ID, Keys, content_keys, initialise, register};

/// A hub with its agencies registered. It ends when this is dropped.
pub(crate) struct Hub {
    child: Child,
    pub(crate) address: HubAddress,
    _folder: TempDir,
}

impl Hub {
    /// A fresh hub with these options beside what it needs.
    pub(crate) async fn start(keys: &Keys, options: &[&str]) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let path = |name: &str| folder.path().join(name);
        for (name, text) in [
            ("server.pem", &keys.server.certificate),
            ("server.key", &keys.server.key),
            ("ca.pem", &keys.ca),
        ] {
            std::fs::write(path(name), text)?;
        }
        let url = format!("sqlite:{}", path("hub.db").display());
        initialise(keys, &url)?;
        let mut child = Command::new(env!("CARGO_BIN_EXE_lienthong"))
            .args([
                "serve",
                "--database",
                &url,
                "--hub-id",
                HUB_ID,
                "--listen",
                "127.0.0.1:0",
                "--new-signer",
            ])
            .args(["--log-filter", "error"])
            .arg("--tls-cert")
            .arg(path("server.pem"))
            .arg("--tls-key")
            .arg(path("server.key"))
            .arg("--client-ca")
            .arg(path("ca.pem"))
            .args(options)
            .env("LIENTHONG_CONTENT_KEYS", content_keys())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("the hub has no output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let port = lines.find_map(|line| line.strip_prefix("listening on 127.0.0.1:")?.parse().ok());
        let this = Self {
            child,
            address: keys.address(port.ok_or("the hub does not listen")?),
            _folder: folder,
        };
        register(keys, &this.address).await?;
        Ok(this)
    }

    /// Its memory now, bytes.
    pub(crate) fn memory(&self) -> Result<u64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?;
        Ok(kib.parse::<u64>()? * 1_024)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
