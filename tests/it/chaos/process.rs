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
    options: Vec<String>,
    writes_log: bool,
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
            options: Vec::new(),
            writes_log: false,
            watched_at: None,
        }
    }

    /// The same with its log in the file `log` beside the keys instead of among the test's lines.
    pub(crate) fn log_to_file(mut self) -> Self {
        self.writes_log = true;
        self
    }

    /// The same with another option of `serve`.
    pub(crate) fn option(mut self, name: &str, value: &str) -> Self {
        self.options.extend([name.to_owned(), value.to_owned()]);
        self
    }

    /// With its documents in another folder.
    pub(crate) fn with_documents(self, documents: PathBuf) -> Self {
        Self { documents, ..self }
    }

    /// With metrics and health, and its log in a file.
    pub(crate) fn watched(self) -> Self {
        let address = free_address();
        let watched = self
            .log_to_file()
            .option("--log-format", "json")
            .option("--metrics-listen", &address.to_string());
        Self {
            watched_at: Some(address),
            ..watched
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
        let log = if self.writes_log {
            let file = File::options().append(true).create(true).open(self.path("log"));
            file.expect("a log").into()
        } else {
            Stdio::inherit()
        };
        let mut child = command
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
            .args(&self.options)
            .stdout(Stdio::piped())
            .stderr(log)
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

fn free_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address")
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

    /// Its memory now (VmRSS), KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.hub)).expect("the hub lives");
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = resident.and_then(|text| text.split_whitespace().next()).expect("Linux");
        number.parse().expect("a number")
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
