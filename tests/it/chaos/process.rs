//! A hub in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use lienthong::client::pki::KeyedCertificate;
use tempfile::TempDir;

use crate::kit::{HUB_ID, Keys};

/// How to start the hub, again and again, at the same place.
pub(crate) struct HubProgram {
    folder: TempDir,
    url: String,
    port: u16,
}

impl HubProgram {
    /// The hub on the database at `url` with the keys as files, on a port that is free now.
    pub(crate) fn new(keys: &Keys, url: String) -> Self {
        Self::with(&keys.server, &keys.ca, url)
    }

    /// The same with the hub's own certificate and the CA of its clients.
    pub(crate) fn with(server: &KeyedCertificate, ca: &str, url: String) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [
            ("server.pem", server.certificate.as_str()),
            ("server.key", server.key.as_str()),
            ("ca.pem", ca),
        ] {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        Self { folder, url, port }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// A file beside the keys.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts it and waits until it listens. `wrapper` comes before the program, for example `strace …`.
    pub(crate) fn start(&self, wrapper: &[&str]) -> HubProcess {
        let program = env!("CARGO_BIN_EXE_lienthong");
        let mut command = match wrapper {
            [] => Command::new(program),
            [first, rest @ ..] => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
        };
        let mut child = command
            .args(["serve", "--database", &self.url, "--hub-id", HUB_ID])
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .arg("--documents")
            .arg(self.path("documents"))
            .arg("--tls-cert")
            .arg(self.path("server.pem"))
            .arg("--tls-key")
            .arg(self.path("server.key"))
            .arg("--client-ca")
            .arg(self.path("ca.pem"))
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the hub starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let ready = lines
            .by_ref()
            .map_while(Result::ok)
            .any(|line| line.starts_with("listening on"));
        assert!(ready, "the hub listens");
        let pid = child.id();
        let hub = if wrapper.is_empty() {
            pid.to_string()
        } else {
            only_child(pid)
        };
        HubProcess { child, hub }
    }
}

/// The process that `parent` has started. A wrapper such as strace passes no signal on to it.
fn only_child(parent: u32) -> String {
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).expect("Linux");
    children.split_whitespace().next().expect("the wrapped hub").to_owned()
}

/// What a process holds in memory, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    /// Its data, now. The program's own code, of which a debug build has many times as much, is left out.
    pub(crate) data: u64,
    /// The most that it ever held, code included.
    pub(crate) peak: u64,
}

/// A running hub. Dropping it kills it.
pub(crate) struct HubProcess {
    child: Child,
    hub: String,
}

impl HubProcess {
    /// What it holds in memory, in bytes.
    pub(crate) fn memory(&self) -> Memory {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.hub)).expect("Linux");
        let line = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line");
            let kib = line.split_whitespace().next().expect("a number");
            kib.parse::<u64>().expect("a number") * 1024
        };
        Memory {
            data: line("RssAnon:"),
            peak: line("VmHWM:"),
        }
    }

    /// kill -9.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the hub dies");
        self.child.wait().expect("the hub is gone");
    }

    /// SIGHUP.
    pub(crate) fn hang_up(&self) {
        let sent = Command::new("kill")
            .args(["-HUP", &self.hub])
            .status()
            .expect("kill runs");
        assert!(sent.success(), "the signal is sent");
    }

    /// SIGTERM; gives whether it ended in order.
    pub(crate) fn terminate(mut self) -> bool {
        let sent = Command::new("kill")
            .args(["-TERM", &self.hub])
            .status()
            .expect("kill runs");
        assert!(sent.success(), "the signal is sent");
        self.child.wait().expect("the hub ends").success()
    }
}

impl Drop for HubProcess {
    fn drop(&mut self) {
        // Already gone after `kill` and `terminate`; then there is nothing to kill.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
