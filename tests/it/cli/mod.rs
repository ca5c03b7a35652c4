//! The client commands as programs of their own, against a real hub over real mTLS. Hub and programs go by the machine's
//! clock here, since a program takes no other.

mod agencies;
mod catalogue;
mod demo;
mod interchange;
mod life;
mod papers;
mod pkcs11;
mod report;
mod retire;
mod signing;
mod soft_token;
mod standing;
mod stories;
mod supervise;
mod wrong;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use lienthong::app::ledger::LedgerSettings;
use lienthong::client::pki::{Authority, KeyedCertificate, Validity, fingerprint};
use lienthong::domain::agency::{Credential, Purpose};
use lienthong::domain::time::{Clock as _, ManualClock, Timestamp};
use lienthong::server::clock::SystemClock;
use lienthong::server::run::{Hub, Running};
use lienthong::server::settings::HubSettings;
use lienthong::server::start_error::StartError;
use lienthong::store::ConnectError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::agencies::{ALL, Fixture};
use crate::harness::hub::{settings, texts};
use crate::harness::ids::SeededIds;
use crate::harness::ledger::HUB;
use crate::harness::{TestDatabase, TestLedger, seals};

/// A hub, and a folder with the profile of each agency, in which the programs run.
pub(crate) struct Desk {
    /// None: it has been stopped.
    running: Option<Running>,
    address: SocketAddr,
    settings: HubSettings,
    signer: PathBuf,
    folder: TempDir,
}

/// What a program did.
pub(crate) struct Done {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    fn of(output: std::process::Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Self {
            status: output.status.code().expect("an exit status"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Desk {
    pub(crate) async fn open(database: &TestDatabase) -> Self {
        Self::open_with(database, Vec::new()).await
    }

    /// The same, with more certificates of its agencies.
    pub(crate) async fn open_with(database: &TestDatabase, more: Vec<Credential>) -> Self {
        Self::open_after(database, more, 0, async |_| ()).await.0
    }

    /// The same after something that happened so many years ago.
    pub(crate) async fn open_after<T>(
        database: &TestDatabase,
        more: Vec<Credential>,
        years: i64,
        happened: impl AsyncFnOnce(&TestLedger) -> T,
    ) -> (Self, T) {
        let now = SystemClock.now();
        let years = years * 366 * 24;
        let validity = Validity::days(now, 30);
        let authority = Authority::new("CA giả lập", validity).expect("an authority");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(ManualClock::new(now.plus_hours(-years)));
        let ledger = TestLedger::start_bare(database, clock, 1, LedgerSettings::default()).await;
        let mut profiles = Vec::new();
        for agency in ALL {
            let code = agency.code_text();
            let keys = authority.issue_client(code, validity).expect("a certificate");
            let registered = if agency.is_digital() {
                let seals = seals::credentials(*agency);
                credentials(*agency, &keys, now, validity)
                    .into_iter()
                    .chain(seals)
                    .chain(more.iter().filter(|one| one.agency == agency.code()).cloned())
                    .collect()
            } else {
                Vec::new()
            };
            let registration = if years == 0 {
                agency.registration(registered)
            } else {
                agency.registration_of_old(registered)
            };
            ledger.done(registration).await;
            write(folder.path(), &format!("{code}.pem"), &keys.certificate);
            write(folder.path(), &format!("{code}.key"), &keys.key);
            let own = seals::of_code(code);
            for (name, keys) in [("seal", &own.seal), ("officer", &own.officer)] {
                write(folder.path(), &format!("{code}.{name}.pem"), &keys.certificate);
                write(folder.path(), &format!("{code}.{name}.key"), &keys.key);
            }
            profiles.push(*agency);
        }
        let what = happened(&ledger).await;
        ledger.stop().await;
        let mut settings = settings(database, &authority);
        let server = authority.issue_server(validity).expect("a certificate");
        write(folder.path(), "server.pem", &server.certificate);
        write(folder.path(), "server.key", &server.key);
        settings.tls = texts(&server, &authority).into();
        let signer = settings.signer.folder.clone();
        let running = Hub::start(settings.clone(), Arc::new(SystemClock), SeededIds::new(3)).await;
        let running = running.expect("the hub starts");
        write(
            folder.path(),
            "ca.pem",
            &(authority.certificate_pem() + &seals::authority_pem()),
        );
        for agency in profiles {
            let profile = format!(
                "hub = \"https://localhost:{port}\"\nhub_id = \"{HUB}\"\nhub_ca = \"ca.pem\"\nagency = \"{code}\"\n\
                 officer = \"{officer}\"\ntls_cert = \"{code}.pem\"\ntls_key = \"{code}.key\"\n\
                 seal_cert = \"{code}.seal.pem\"\nseal_key = \"{code}.seal.key\"\n\
                 officer_cert = \"{code}.officer.pem\"\nofficer_key = \"{code}.officer.key\"\n",
                port = running.address().port(),
                code = agency.code_text(),
                officer = agency.officer_id(),
            );
            write(folder.path(), &format!("{}.toml", agency.code_text()), &profile);
        }
        let desk = Self {
            address: running.address(),
            settings: HubSettings {
                listen: running.address(),
                ..settings
            },
            running: Some(running),
            signer,
            folder,
        };
        (desk, what)
    }

    pub(crate) async fn close(mut self) {
        self.stop_hub().await;
    }

    /// Stops the hub, so that a program can serve in its place; its folder stays.
    pub(crate) async fn stop_hub(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// How its hub was started, at the address that it has.
    pub(crate) fn settings(&self) -> &HubSettings {
        &self.settings
    }

    /// Starts a hub in the place of the one that was stopped; `seed` is for its ids.
    pub(crate) async fn start_hub(&mut self, settings: HubSettings, seed: u64) {
        let running = loop {
            let started = Hub::start(settings.clone(), Arc::new(SystemClock), SeededIds::new(seed)).await;
            match started {
                // A program that another test starts at this moment has the lock of the hub that was stopped until it begins.
                Err(StartError::Database(ConnectError::InUse(_))) => tokio::task::yield_now().await,
                started => break started.expect("the hub starts"),
            }
        };
        self.running = Some(running);
    }

    /// Where its hub listens.
    pub(crate) fn listens_at(&self) -> SocketAddr {
        self.address
    }

    /// The folder of its hub's keys.
    fn signer(&self) -> &Path {
        &self.signer
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, text: &str) {
        write(self.folder.path(), name, text);
    }

    /// A JSON file of the folder.
    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&std::fs::read_to_string(self.path(name)).expect("a file")).expect("JSON")
    }

    /// The program in the folder, with nothing of this environment.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lienthong"));
        command
            .args(arguments)
            .env_clear()
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs a program without a profile.
    pub(crate) async fn bare(&self, arguments: &[&str]) -> Done {
        self.with_environment(arguments, &[]).await
    }

    /// The same with something in the environment.
    async fn with_environment(&self, arguments: &[&str], environment: &[(&str, PathBuf)]) -> Done {
        let mut command = self.program(arguments);
        command.envs(environment.iter().map(|(name, value)| (*name, value)));
        let output = tokio::task::spawn_blocking(move || command.output());
        Done::of(output.await.expect("the thread ends").expect("the program runs"))
    }

    /// Runs a program as `agency`.
    pub(crate) async fn run(&self, agency: Fixture, arguments: &[&str]) -> Done {
        let profile = format!("{}.toml", agency.code_text());
        self.bare(&[arguments, &["--profile", &profile]].concat()).await
    }

    /// Runs a program that must succeed; gives what it printed.
    pub(crate) async fn text(&self, agency: Fixture, arguments: &[&str]) -> String {
        let done = self.run(agency, arguments).await;
        assert_eq!(done.status, 0, "{arguments:?}: {}", done.stderr);
        done.stdout
    }

    /// Runs a program that must succeed with `-o json`; gives the value that it printed.
    pub(crate) async fn ask(&self, agency: Fixture, arguments: &[&str]) -> Value {
        let text = self.text(agency, &[arguments, &["-o", "json"]].concat()).await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"))
    }

    /// Sends an order of `kind` made by `template`, kept as `file`; gives the request's id.
    pub(crate) async fn order(&self, kind: &str, sender: Fixture, recipient: Fixture, file: &str) -> String {
        let to = recipient.code_text();
        self.text(sender, &["template", kind, "order", "--to", to, "-O", file])
            .await;
        let sent = self.ask(sender, &["send", file]).await;
        id_of(&sent)
    }
}

/// The request that was sent.
fn id_of(sent: &Value) -> String {
    sent["requests"][0]["enforcement_request_id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a file");
}

fn credentials(agency: Fixture, keys: &KeyedCertificate, now: Timestamp, validity: Validity) -> Vec<Credential> {
    let credential = |purpose| Credential {
        agency: agency.code(),
        fingerprint: fingerprint(&keys.certificate).expect("a certificate"),
        purpose,
        officer: None,
        certificate: CertificateDer::from_pem_slice(keys.certificate.as_bytes())
            .expect("a certificate")
            .to_vec(),
        not_before: validity.not_before,
        not_after: validity.not_after,
        registered_time: now,
        revoked_time: None,
    };
    vec![credential(Purpose::Tls), credential(Purpose::Token)]
}
