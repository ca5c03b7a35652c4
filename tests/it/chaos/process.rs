//! A hub in a process of its own.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::kit::{HUB_ID, Keys};

/// How to start the hub, again and again, at the same place.
pub(crate) struct HubProgram {
    folder: TempDir,
    url: String,
    port: u16,
    documents: PathBuf,
    watched_at: Option<SocketAddr>,
}

impl HubProgram {
    /// The hub on the database at `url` with the keys as files, on a port that is free now.
    pub(crate) fn new(keys: &Keys, url: String) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [
            ("server.pem", &keys.server.certificate),
            ("server.key", &keys.server.key),
            ("ca.pem", &keys.ca),
        ] {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        let documents = folder.path().join("documents");
        Self {
            folder,
            url,
            port: free_address().port(),
            documents,
            watched_at: None,
        }
    }

    /// With its documents in another folder.
    pub(crate) fn with_documents(self, documents: PathBuf) -> Self {
        Self { documents, ..self }
    }

    /// With metrics and health, and its log in a file.
    pub(crate) fn watched(self) -> Self {
        Self {
            watched_at: Some(free_address()),
            ..self
        }
    }

    /// Where metrics and health are.
    pub(crate) fn watched_at(&self) -> SocketAddr {
        self.watched_at.expect("a hub that is watched")
    }

    /// The lines of its log that hold `text`.
    pub(crate) fn lines(&self, text: &str) -> Vec<String> {
        let log = std::fs::read_to_string(self.path("log")).expect("a log");
        let lines = log.lines().filter(|line| line.contains(text));
        lines.map(str::to_owned).collect()
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
        command
            .args(["serve", "--database", &self.url, "--hub-id", HUB_ID])
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .arg("--documents")
            .arg(&self.documents)
            .arg("--tls-cert")
            .arg(self.path("server.pem"))
            .arg("--tls-key")
            .arg(self.path("server.key"))
            .arg("--client-ca")
            .arg(self.path("ca.pem"))
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        if let Some(address) = self.watched_at {
            let log = File::options().append(true).create(true).open(self.path("log"));
            command
                .args(["--log-format", "json", "--metrics-listen", &address.to_string()])
                .stderr(log.expect("a log"));
        }
        let mut child = command.spawn().expect("the hub starts");
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

fn free_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address")
}

/// The process that `parent` has started. A wrapper such as strace passes no signal on to it.
fn only_child(parent: u32) -> String {
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).expect("Linux");
    children.split_whitespace().next().expect("the wrapped hub").to_owned()
}

/// A running hub. Dropping it kills it.
pub(crate) struct HubProcess {
    child: Child,
    hub: String,
}

impl HubProcess {
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
