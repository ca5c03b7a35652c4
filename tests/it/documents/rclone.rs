//! A server of another house that speaks the S3 protocol, over files of a temporary folder (`rclone serve s3`).

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use lienthong::blobs::{BucketAddress, DocumentPlace};
use tempfile::TempDir;

use crate::harness::TestDatabase;

/// Where the program is.
const PROGRAM: &str = "LIENTHONG_TEST_RCLONE";
/// With `1` a missing program is a failure.
const REQUIRED: &str = "LIENTHONG_REQUIRE_RCLONE";
/// The keys, as every client of S3 reads them.
const KEYS: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

static SKIPPED: Once = Once::new();

#[expect(clippy::disallowed_methods, reason = "the test runner has no other way to be told")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The server. It goes when this is dropped.
#[derive(Debug)]
pub(crate) struct Rclone {
    program: String,
    keys: [String; 2],
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Rclone {
    /// A server that answers; none, loudly, if there is no such program here.
    pub(crate) async fn start() -> Option<Self> {
        let (Some(program), [Some(id), Some(secret)]) = (setting(PROGRAM), KEYS.map(setting)) else {
            assert!(
                setting(REQUIRED).as_deref() != Some("1"),
                "{REQUIRED}=1, but {PROGRAM} or {KEYS:?} are not set"
            );
            SKIPPED.call_once(|| {
                let text = format!(
                    "\n=== SKIPPED: every test of a bucket, because {PROGRAM} is not set (make test sets it) ===\n"
                );
                std::io::stderr()
                    .write_all(text.as_bytes())
                    .expect("stderr takes a line");
            });
            return None;
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("tai-lieu")).expect("a bucket");
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        drop(listener);
        let mut this = Self {
            program,
            keys: [id, secret],
            folder,
            port,
            child: None,
        };
        this.go_on().await;
        Some(this)
    }

    /// Starts it, at the same place.
    pub(crate) async fn go_on(&mut self) {
        let address = format!("127.0.0.1:{}", self.port);
        let child = Command::new(&self.program)
            .env_clear()
            .env("HOME", self.folder.path())
            .args(["serve", "s3", "--addr", &address, "--auth-key", &self.keys.join(",")])
            // Files are written straight.
            .args(["--vfs-cache-mode", "off", "--config", ""])
            .arg(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.expect("rclone starts"));
        while tokio::net::TcpStream::connect(&address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Makes it see what another hand did to its files: it remembers what it saw of folders.
    pub(crate) async fn look_again(&mut self) {
        self.kill();
        self.go_on().await;
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("killed");
            child.wait().expect("gone");
        }
    }

    /// The address of its bucket.
    pub(crate) fn address(&self) -> BucketAddress {
        let text = format!(
            "s3://tai-lieu/hub/a?endpoint=http://127.0.0.1:{}&region=us-east-1",
            self.port
        );
        text.parse().expect("an address")
    }

    /// Documents in the bucket, unfinished uploads beside the database.
    pub(crate) fn place(&self, database: &TestDatabase) -> DocumentPlace {
        DocumentPlace {
            folder: database.documents(),
            bucket: Some(self.address()),
        }
    }

    /// Where the bucket's objects are.
    pub(crate) fn objects(&self) -> PathBuf {
        self.folder.path().join("tai-lieu/hub/a")
    }

    /// The names of the bucket's objects.
    pub(crate) fn names(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.objects()) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("a plain name")
            })
            .collect();
        names.retain(|name| !name.starts_with('.'));
        names.sort();
        names
    }
}

impl Drop for Rclone {
    fn drop(&mut self) {
        self.kill();
    }
}
