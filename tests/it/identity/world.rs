//! Hubs that look at files, calls and streams that go on meanwhile, and the 5 seconds of DESIGN section 9.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use lienthong::client::pki::{Authority, KeyedCertificate, Validity, fingerprint};
use lienthong::server::settings::{HubSettings, TlsSource};
use lienthong::server::tls_files::TlsFiles;
use lienthong_proto::{Rpc, v1};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tonic::{Code, Status};

use crate::harness::agencies::OPERATOR;
use crate::harness::hub::{Client, settings, validity};
use crate::harness::ids::start;
use crate::harness::wire::{call, reason};
use crate::harness::{Backend, Fixture, TestDatabase, TestHub};

/// DESIGN section 9: how soon every hub follows.
pub(super) const WITHIN: Duration = Duration::from_secs(5);
/// How often a test looks whether it has come.
const LOOK: Duration = Duration::from_millis(50);

/// A method that answers at once.
pub(super) const ASK: Rpc = Rpc::AdminServiceGetServerInfo;

/// The files of TLS of one or more hubs.
pub(super) struct Files(TempDir);

impl Files {
    /// A certificate of the hub, and `authority` as the CA of clients.
    pub(super) fn new(authority: &Authority) -> Self {
        let files = Self(tempfile::tempdir().expect("a temporary folder"));
        files.put_server(&authority.issue_server(validity()).expect("a certificate"));
        files.put("ca.pem", &authority.certificate_pem());
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes beside the file and renames, as an operator should.
    pub(super) fn put(&self, name: &str, text: &str) {
        let draft = self.path(&format!("{name}.new"));
        std::fs::write(&draft, text).expect("a file");
        std::fs::rename(draft, self.path(name)).expect("the file is in its place");
    }

    pub(super) fn put_server(&self, keys: &KeyedCertificate) {
        self.put("server.key", &keys.key);
        self.put("server.pem", &keys.certificate);
    }

    pub(super) fn remove(&self, name: &str) {
        std::fs::remove_file(self.path(name)).expect("the file goes");
    }

    /// What a hub is told of them; `crls` are names of files here.
    pub(super) fn source(&self, crls: &[&str], require_crl: bool) -> TlsSource {
        TlsSource::Files(TlsFiles {
            certificate: self.path("server.pem"),
            key: self.path("server.key"),
            client_ca: self.path("ca.pem"),
            client_crls: crls.iter().map(|name| self.path(name)).collect(),
            require_crl,
        })
    }
}

/// Settings of a hub that looks at these files.
pub(super) fn looking_at(database: &TestDatabase, authority: &Authority, source: TlsSource) -> HubSettings {
    HubSettings {
        tls: source,
        ..settings(database, authority)
    }
}

/// The list number `number` of `authority`, in force from an hour before the start of the tests to `hours` after it.
pub(super) fn list(authority: &Authority, revoked: &[&KeyedCertificate], number: u64, hours: i64) -> String {
    let validity = Validity {
        not_before: start().plus_hours(-1),
        not_after: start().plus_hours(hours),
    };
    authority.revocation_list(revoked, number, validity).expect("a list")
}

/// A hub that looks at files, with one list; on PostgreSQL two of them.
pub(super) struct World {
    pub(super) hubs: Vec<TestHub>,
    pub(super) files: Files,
    /// The list that they started with; it revokes nothing.
    pub(super) first_list: String,
}

impl World {
    pub(super) async fn start(database: &TestDatabase) -> Self {
        let mut made = None;
        let first = TestHub::start_as(database, |authority| {
            let (files, first_list) = made.insert((Files::new(authority), list(authority, &[], 1, 24 * 30)));
            files.put("crl.pem", first_list);
            looking_at(database, authority, files.source(&["crl.pem"], true))
        })
        .await;
        let (files, first_list) = made.expect("the files are there");
        let mut hubs = vec![first];
        if database.backend() == Backend::Postgres {
            let source = files.source(&["crl.pem"], true);
            let second = looking_at(database, &hubs[0].authority, source);
            hubs.push(hubs[0].beside(second, 4).await);
        }
        Self {
            hubs,
            files,
            first_list,
        }
    }

    pub(super) async fn stop(self) {
        for hub in self.hubs {
            hub.stop().await;
        }
    }
}

/// Between two calls of a load: at most 500 a second, of the 1,000 that an agency may make.
const LOAD_PAUSE: Duration = Duration::from_millis(2);

/// Waits until `is_so`; fails if that takes more than 5 seconds. Gives how long it took.
pub(super) async fn soon(what: &str, mut is_so: impl AsyncFnMut() -> bool) -> Duration {
    let begun = Instant::now();
    loop {
        if is_so().await {
            let took = begun.elapsed();
            assert!(took <= WITHIN, "{what}: only after {took:?}");
            return took;
        }
        assert!(begun.elapsed() <= WITHIN, "{what}: not within 5 seconds");
        tokio::time::sleep(LOOK).await;
    }
}

/// Calls one after another, well below the rate of its agency, until it is told to stop.
pub(super) struct Load {
    is_over: Arc<AtomicBool>,
    calls: Arc<AtomicU32>,
    task: JoinHandle<Vec<Status>>,
}

impl Load {
    pub(super) fn of(client: Client) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let calls = Arc::new(AtomicU32::new(0));
        let (until, count) = (Arc::clone(&is_over), Arc::clone(&calls));
        let task = tokio::spawn(async move {
            let mut lost = Vec::new();
            while !until.load(Ordering::SeqCst) {
                count.fetch_add(1, Ordering::SeqCst);
                lost.extend(client.raw(ASK, Vec::new()).await.err());
                tokio::time::sleep(LOAD_PAUSE).await;
            }
            lost
        });
        Self { is_over, calls, task }
    }

    /// Ends it, once there was a load at all; no call may have been lost.
    pub(super) async fn nothing_lost(self) {
        soon("the load runs", async || self.calls.load(Ordering::SeqCst) > 20).await;
        self.is_over.store(true, Ordering::SeqCst);
        let lost = self.task.await.expect("the load ends");
        let calls = self.calls.load(Ordering::SeqCst);
        assert!(
            lost.is_empty(),
            "{} of {calls} calls lost: {:?}",
            lost.len(),
            lost.first()
        );
    }
}

/// A Subscribe stream that is read until it ends.
pub(super) struct LiveStream(JoinHandle<Option<Status>>);

impl LiveStream {
    pub(super) async fn of(client: &Client) -> Self {
        let mut stream = client
            .mailbox()
            .subscribe(v1::SubscribeRequest::default())
            .await
            .expect("a stream")
            .into_inner();
        stream.message().await.expect("no fault").expect("a first message");
        Self(tokio::spawn(async move {
            loop {
                match stream.message().await {
                    Ok(Some(_)) => {}
                    Ok(None) => return None,
                    Err(status) => return Some(status),
                }
            }
        }))
    }

    pub(super) fn has_ended(&self) -> bool {
        self.0.is_finished()
    }
}

/// What a new connection with these keys comes to: no connection at all, or the reason of the refusal of its first call.
pub(super) async fn refusal(hub: &TestHub, keys: &KeyedCertificate, rpc: Rpc, bearer: &str) -> String {
    let Ok(channel) = hub.channel(keys).await else {
        return "NO CONNECTION".to_owned();
    };
    verdict(&call(channel, rpc.path(), Some(bearer), Vec::new()).await)
}

/// The reason of a refusal; `NO CONNECTION` if it came from below gRPC.
pub(super) fn verdict(reply: &Result<Vec<u8>, Status>) -> String {
    match reply {
        Ok(_) => "ACCEPTED".to_owned(),
        // In TLS 1.3 a client learns only with the first call that its certificate was not taken.
        Err(status) if reason(status).is_empty() => "NO CONNECTION".to_owned(),
        Err(status) => {
            assert!(
                matches!(status.code(), Code::Unauthenticated | Code::PermissionDenied),
                "{status:?}"
            );
            reason(status)
        }
    }
}

/// Registers a certificate of `agency` for these purposes.
pub(super) async fn register(
    hub: &TestHub,
    agency: Fixture,
    keys: &KeyedCertificate,
    purposes: &[v1::CredentialPurpose],
) {
    let print = fingerprint(&keys.certificate).expect("a certificate");
    let message = v1::RegisterCredentialRequest {
        idempotency_key: format!(
            "register-{:02x}{:02x}{:02x}{:02x}",
            print[0], print[1], print[2], print[3]
        ),
        agency_code: agency.code_text().to_owned(),
        credential: Some(v1::NewCredential {
            certificate_pem: keys.certificate.clone(),
            purposes: purposes.iter().map(|purpose| (*purpose).into()).collect(),
            officer_id: String::new(),
        }),
    };
    let operator = hub.client(OPERATOR).await;
    operator
        .agencies()
        .register_credential(message)
        .await
        .expect("registered");
}

/// Revokes a certificate of `agency` for every purpose.
pub(super) async fn revoke(hub: &TestHub, agency: Fixture, keys: &KeyedCertificate) {
    let print = fingerprint(&keys.certificate).expect("a certificate");
    let message = v1::RevokeCredentialRequest {
        idempotency_key: format!(
            "revoke-{:02x}{:02x}{:02x}{:02x}",
            print[0], print[1], print[2], print[3]
        ),
        agency_code: agency.code_text().to_owned(),
        sha256: print.to_vec().into(),
        purposes: Vec::new(),
        reason: "Lộ khóa".to_owned(),
    };
    let operator = hub.client(OPERATOR).await;
    operator.agencies().revoke_credential(message).await.expect("revoked");
}

/// Suspends `agency`.
pub(super) async fn suspend(hub: &TestHub, agency: Fixture) {
    let message = v1::SuspendAgencyRequest {
        idempotency_key: format!("suspend-{}", agency.code_text()),
        code: agency.code_text().to_owned(),
        suspended: true,
        reason: "Kiểm tra".to_owned(),
    };
    let operator = hub.client(OPERATOR).await;
    operator.agencies().suspend_agency(message).await.expect("suspended");
}

/// Ends the office of the one officer of `agency`, yesterday.
pub(super) async fn end_officer(hub: &TestHub, agency: Fixture) {
    let message = v1::EndOfficerRequest {
        idempotency_key: format!("end-{}", agency.code_text()),
        agency_code: agency.code_text().to_owned(),
        officer_id: agency.officer_id().to_string(),
        valid_to: "2026-11-19".to_owned(),
    };
    let operator = hub.client(OPERATOR).await;
    operator.agencies().end_officer(message).await.expect("ended");
}
