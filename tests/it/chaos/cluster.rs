//! A PostgreSQL server of a test's own, to be killed, frozen and left without room.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use tempfile::TempDir;

use crate::harness::Backend;
use crate::harness::database::{setting, skipped};

/// The folder of the server's programs, the user who runs them (nothing: oneself), a folder that this user can reach.
const PROGRAMS: &str = "LIENTHONG_TEST_POSTGRES_BIN";
const USER: &str = "LIENTHONG_TEST_POSTGRES_USER";
const FOLDER: &str = "LIENTHONG_TEST_POSTGRES_FOLDER";

const PASSWORD: &str = "gia-lap";

/// The server and its data. Dropping it kills the one and removes the other.
pub(crate) struct Cluster {
    folder: TempDir,
    port: u16,
    server: Option<Child>,
}

/// Whether a test can have a server of its own here; says loudly that it is left out, if not.
pub(crate) fn is_possible() -> bool {
    if !Backend::Postgres.is_available() {
        return false;
    }
    let is_told = setting(PROGRAMS).is_some();
    if !is_told {
        skipped(&format!(
            "a PostgreSQL that is killed or frozen, because {PROGRAMS} is not set (make test sets it)"
        ));
    }
    is_told
}

impl Cluster {
    /// A new one that runs, with its data below `parent`, or wherever there is room.
    pub(crate) async fn start(parent: Option<&Path>) -> Self {
        let parent = parent.map_or_else(|| setting(FOLDER).expect("a folder").into(), Path::to_owned);
        let folder = tempfile::tempdir_in(parent).expect("a folder");
        let words = folder.path().join("password");
        std::fs::write(&words, PASSWORD).expect("a file");
        if let Some(user) = setting(USER) {
            run(Command::new("chown").arg("-R").arg(user).arg(folder.path()));
        }
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).expect("its own");
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        drop(listener);
        let mut this = Self {
            folder,
            port,
            server: None,
        };
        let mut initdb = this.program("initdb");
        initdb
            .arg("--pgdata")
            .arg(this.folder.path().join("data"))
            .arg("--pwfile")
            .arg(words)
            .args([
                "--username=lienthong",
                "--no-sync",
                "--wal-segsize=1",
                "--encoding=UTF8",
                "--locale=C",
            ])
            .args(["--auth=scram-sha-256"]);
        run(initdb.stdout(Stdio::null()));
        this.restart().await;
        this
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.current_dir(self.folder.path()).arg("--pdeathsig=KILL");
        if let Some(user) = setting(USER) {
            let group = Command::new("id")
                .args(["-g", &user])
                .output()
                .expect("its group")
                .stdout;
            let group = String::from_utf8(group).expect("a number");
            command.args(["--reuid", &user, "--regid", group.trim(), "--clear-groups"]);
        }
        command.arg(Path::new(&setting(PROGRAMS).expect("programs")).join(name));
        command
    }

    /// Starts the server that has ended, and waits until it takes connections.
    pub(crate) async fn restart(&mut self) {
        let began = Instant::now();
        loop {
            if self.has_ended() {
                self.spawn();
            }
            if PgConnection::connect_with(&self.options()).await.is_ok() {
                return;
            }
            // What is left of the one before may still hold its memory.
            assert!(began.elapsed() < Duration::from_mins(1), "PostgreSQL does not start");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn spawn(&mut self) {
        let log = self.folder.path().join("log");
        let log = File::options().append(true).create(true).open(log).expect("a log");
        let mut server = self.program("postgres");
        server.arg("-D").arg(self.folder.path().join("data"));
        let socket = self.folder.path().display();
        for setting in [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
            format!("unix_socket_directories={socket}"),
            "shared_buffers=16MB".to_owned(),
            "min_wal_size=2MB".to_owned(),
            "max_wal_size=8MB".to_owned(),
        ] {
            server.args(["-c", &setting]);
        }
        let started = server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
        self.server = Some(started.expect("PostgreSQL starts"));
    }

    /// Where it is.
    pub(crate) fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username("lienthong")
            .password(PASSWORD)
            .database("postgres")
            .ssl_mode(PgSslMode::Disable)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether no server runs.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.server
            .as_mut()
            .is_none_or(|server| server.try_wait().expect("its state").is_some())
    }

    /// kill -9 of the server's first process; the others end when they see it.
    pub(crate) fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().expect("PostgreSQL dies");
            server.wait().expect("PostgreSQL is gone");
        }
    }

    /// Stops all its processes where they are.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets them go on.
    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    /// The first process before the others, so that it makes no more.
    fn signal(&self, signal: &str) {
        let first = self.server.as_ref().expect("a server").id();
        run(Command::new("kill").args([signal, &first.to_string()]));
        let children = std::fs::read_to_string(format!("/proc/{first}/task/{first}/children")).expect("Linux");
        for child in children.split_whitespace() {
            // It may have ended meanwhile.
            drop(
                Command::new("kill")
                    .args([signal, child])
                    .stderr(Stdio::null())
                    .status(),
            );
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let first = server.id();
            let children = std::fs::read_to_string(format!("/proc/{first}/task/{first}/children"));
            drop(server.kill());
            drop(server.wait());
            for child in children.unwrap_or_default().split_whitespace() {
                drop(
                    Command::new("kill")
                        .args(["-KILL", child])
                        .stderr(Stdio::null())
                        .status(),
                );
            }
        }
    }
}

fn run(command: &mut Command) {
    let status = command.status().expect("it runs");
    assert!(status.success(), "{command:?}: {status}");
}
