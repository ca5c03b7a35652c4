//! A hub in a process of its own.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;

use lienthong::client::pki::KeyedCertificate;
use tempfile::TempDir;

use crate::harness::watch;
use crate::kit::{HUB_ID, Keys, content_keys};

/// How to start the hub, again and again, at the same place.
pub(crate) struct HubProgram {
    folder: TempDir,
    hub_id: &'static str,
    url: String,
    port: u16,
    documents: PathBuf,
    options: Vec<String>,
    variables: Vec<(String, String)>,
    writes_log: bool,
    watched_at: Option<SocketAddr>,
}

impl HubProgram {
    /// The hub on the database at `url` with the keys as files, on a port that is free now.
    pub(crate) fn new(keys: &Keys, url: String) -> Self {
        Self::of(HUB_ID, &keys.server, &keys.ca, url)
    }

    /// The hub with this name, its keys and the CA of its clients.
    pub(crate) fn of(hub_id: &'static str, server: &KeyedCertificate, ca: &str, url: String) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [
            ("server.pem", server.certificate.as_str()),
            ("server.key", &server.key),
            ("ca.pem", ca),
        ] {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        let documents = folder.path().join("documents");
        Self {
            folder,
            hub_id,
            url,
            port: free_address().port(),
            documents,
            options: Vec::new(),
            variables: Vec::new(),
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

    /// The same with a variable of its environment.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
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

    /// How it is started; `wrapper` comes before the program.
    pub(crate) fn command(&self, wrapper: &[&str]) -> Command {
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
            .args(["serve", "--database", &self.url, "--hub-id", self.hub_id])
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .arg("--documents")
            .arg(&self.documents)
            .arg("--signer")
            .arg(self.path("signer"))
            .arg("--new-signer")
            .arg("--tls-cert")
            .arg(self.path("server.pem"))
            .arg("--tls-key")
            .arg(self.path("server.key"))
            .arg("--client-ca")
            .arg(self.path("ca.pem"))
            .args(&self.options)
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts it and waits until it listens. `wrapper` comes before the program, for example `strace …`.
    pub(crate) fn start(&self, wrapper: &[&str]) -> HubProcess {
        self.start_with(wrapper, &[])
    }

    /// The same with more arguments.
    pub(crate) fn start_with(&self, wrapper: &[&str], more: &[&str]) -> HubProcess {
        let mut file = self.writes_log.then(|| {
            let file = File::options().append(true).create(true).open(self.path("log"));
            file.expect("a log")
        });
        let mut child = self
            .command(wrapper)
            .args(more)
            .env("LIENTHONG_CONTENT_KEYS", content_keys())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the hub starts");
        // What is quiet by itself is shown; what was asked to be loud is only kept.
        let shown = more.is_empty();
        let log = keep(child.stderr.take().expect("its log"), move |line| {
            watch::line(line);
            if let Some(file) = &mut file {
                file.write_all(line).expect("the log takes a line");
            } else if shown {
                std::io::stderr().write_all(line).expect("stderr takes a line");
            }
        });
        let (tell, told) = mpsc::channel();
        let output = keep(child.stdout.take().expect("its output"), move |line| {
            // Nobody asks any more after the start.
            drop(tell.send(String::from_utf8_lossy(line).trim_end().to_owned()));
        });
        let mut metrics = None;
        let mut listens = false;
        let ready = told.iter().any(|line| {
            metrics = line.strip_prefix("metrics on ").map(str::to_owned).or(metrics.take());
            listens |= line.starts_with("listening on");
            listens && (metrics.is_some() || !more.contains(&"--metrics-listen"))
        });
        assert!(ready, "the hub listens");
        let pid = child.id();
        let hub = if wrapper.is_empty() {
            pid.to_string()
        } else {
            only_child(pid)
        };
        HubProcess {
            child,
            hub,
            metrics,
            written: [output, log],
        }
    }
}

fn free_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address")
}

/// Reads lines to the end in a thread of its own, shows each to `look`, and keeps them.
fn keep(from: impl Read + Send + 'static, mut look: impl FnMut(&[u8]) + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let (mut from, mut kept) = (BufReader::new(from), Vec::new());
        loop {
            let before = kept.len();
            if from.read_until(b'\n', &mut kept).expect("a line") == 0 {
                return kept;
            }
            look(&kept[before..]);
        }
    })
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
    metrics: Option<String>,
    /// Its stdout and its stderr.
    written: [JoinHandle<Vec<u8>>; 2],
}

impl HubProcess {
    /// Where its metrics are, if they are open.
    pub(crate) fn metrics(&self) -> Option<&str> {
        self.metrics.as_deref()
    }

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

    /// Its process.
    pub(crate) fn pid(&self) -> &str {
        &self.hub
    }

    /// Whether it is gone already.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child of ours").is_some()
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
    pub(crate) fn terminate(self) -> bool {
        self.end().0
    }

    /// SIGTERM; gives whether it ended in order, its stdout and its stderr.
    pub(crate) fn end(mut self) -> (bool, [Vec<u8>; 2]) {
        let sent = Command::new("kill")
            .args(["-TERM", &self.hub])
            .status()
            .expect("kill runs");
        assert!(sent.success(), "the signal is sent");
        let ended = self.child.wait().expect("the hub ends").success();
        let nothing = [(); 2].map(|()| std::thread::spawn(Vec::new));
        let written = std::mem::replace(&mut self.written, nothing);
        (ended, written.map(|thread| thread.join().expect("its lines")))
    }
}

impl Drop for HubProcess {
    fn drop(&mut self) {
        // Already gone after `kill` and `terminate`; then there is nothing to kill.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
