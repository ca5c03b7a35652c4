//! The hub as a program at its most talkative, its agencies at work, and for each of them a stranger of the same role.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use lienthong::app::ledger::LedgerSettings;
use lienthong::client::channel::{HubAddress, connect};
use lienthong::client::pki::{Authority, KeyedCertificate, Validity, fingerprint};
use lienthong::domain::agency::{Credential, Purpose};
use lienthong::domain::catalogue::Kind;
use lienthong::domain::time::{Clock as _, ManualClock, Timestamp};
use lienthong::evidence::digest::{hex, sha256};
use lienthong::server::clock::SystemClock;
use lienthong_proto::v1::upload_request::Content;
use lienthong_proto::{Rpc, v1};
use prost::Message;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};
use tonic::Status;
use tonic::metadata::MetadataMap;

use super::marks::Sort;
use super::scan::leaks;
use crate::chaos::process::{HubProcess, HubProgram};
use crate::harness::agencies::{ALL, Fixture, OPERATOR};
use crate::harness::hub::{Client, authorized, minter};
use crate::harness::ledger::HUB;
use crate::harness::wire::{Heard, hear};
use crate::harness::{TestDatabase, TestLedger, documents, seals};

/// Entries of a stream that stays open which are waited for.
const ENTRIES: usize = 10;

/// A hub, and what it said.
pub(super) struct World {
    process: HubProcess,
    // Its folder goes with it.
    _program: HubProgram,
    pub(super) address: HubAddress,
    pub(super) keys: BTreeMap<&'static str, KeyedCertificate>,
    /// The agencies as they are registered: their officers bear marked names.
    registered: BTreeMap<&'static str, Fixture>,
    clients: BTreeMap<&'static str, Client>,
    strangers: Vec<Fixture>,
    /// What no mark may stand in, and what it is: refusals and metadata to anybody, and every byte to strangers.
    said: RefCell<Vec<(String, Vec<u8>)>>,
    /// How many replies of each method brought marks to those whom they concern.
    brought: RefCell<BTreeMap<&'static str, u32>>,
    numbers: Cell<u32>,
    /// In which positions officers stand that are not in their first.
    positions: RefCell<BTreeMap<&'static str, String>>,
}

impl World {
    pub(super) async fn start(database: &TestDatabase) -> Self {
        let now = SystemClock.now();
        let validity = Validity::days(now, 30);
        let authority = Authority::new("CA giả lập", validity).expect("an authority");
        let strangers: Vec<Fixture> = ALL
            .iter()
            .filter(|agency| agency.is_digital() && **agency != OPERATOR)
            .map(|agency| agency.stranger())
            .collect();
        let ledger =
            TestLedger::start_bare(database, Arc::new(ManualClock::new(now)), 1, LedgerSettings::default()).await;
        let (mut keys, mut registered_as) = (BTreeMap::new(), BTreeMap::new());
        for (number, agency) in ALL.iter().chain(&strangers).enumerate() {
            let pair = authority
                .issue_client(agency.code_text(), validity)
                .expect("a certificate");
            let registered = if agency.is_digital() {
                let seals = seals::credentials(*agency);
                credentials(*agency, &pair, now, validity)
                    .into_iter()
                    .chain(seals)
                    .collect()
            } else {
                Vec::new()
            };
            let is_stranger = strangers.contains(agency);
            let agency = if is_stranger {
                *agency
            } else {
                agency.whose_officer_is(Sort::Words.mark(number, 120))
            };
            ledger.done(agency.registration(registered)).await;
            keys.insert(agency.code_text(), pair);
            registered_as.insert(agency.code_text(), agency);
        }
        ledger.stop().await;

        let server = authority.issue_server(validity).expect("a certificate");
        let program = HubProgram::of(
            HUB,
            &server,
            &(authority.certificate_pem() + &seals::authority_pem()),
            database.url(),
        );
        let loud = [
            "--log-format",
            "json",
            "--log-filter",
            "trace",
            "--metrics-listen",
            "127.0.0.1:0",
        ];
        let process = program.start_with(&[], &loud);
        let address = HubAddress {
            uri: format!("https://localhost:{}", program.port()),
            server_name: None,
            ca: authority.certificate_pem(),
        };
        let mut world = Self {
            process,
            _program: program,
            address,
            keys,
            registered: registered_as,
            clients: BTreeMap::new(),
            strangers,
            said: RefCell::default(),
            brought: RefCell::default(),
            numbers: Cell::default(),
            positions: RefCell::default(),
        };
        let strangers = world.strangers.clone();
        for agency in ALL.iter().chain(&strangers).filter(|agency| agency.is_digital()) {
            let keys = &world.keys[agency.code_text()];
            let channel = connect(&world.address, keys, Arc::new(SystemClock))
                .await
                .expect("a connection");
            let client = Client::new(channel, minter(*agency, HUB, keys, keys, Arc::new(SystemClock)));
            world.clients.insert(agency.code_text(), client);
        }
        world
    }

    /// The agency as it is registered.
    pub(super) fn registered(&self, agency: Fixture) -> Fixture {
        self.registered[agency.code_text()]
    }

    /// Whether the officer stands in the position in which orders of this kind are signed.
    pub(super) fn stands_as_signed(&self, agency: Fixture, kind: &Kind) -> bool {
        let registered = self.registered(agency);
        let positions = self.positions.borrow();
        let present = positions.get(agency.code_text()).map(String::as_str);
        kind.definition.signed_steps.is_empty()
            || present.unwrap_or(registered.position()) == documents::signing_position(kind, registered)
    }

    /// Lets him stand so.
    pub(super) async fn stand_as_signed(&self, agency: Fixture, kind: &Kind) {
        if self.stands_as_signed(agency, kind) {
            return;
        }
        let registered = self.registered(agency);
        let position = documents::signing_position(kind, registered);
        let message = documents::in_position(registered, position, self.key());
        self.call(agency, Rpc::AgencyServiceRegisterOfficer, &message)
            .await
            .expect("registered");
        self.positions
            .borrow_mut()
            .insert(agency.code_text(), position.to_owned());
    }

    /// A number that was never given.
    pub(super) fn number(&self) -> u32 {
        self.numbers.set(self.numbers.get() + 1);
        self.numbers.get()
    }

    /// A key that was never used.
    pub(super) fn key(&self) -> String {
        format!("canary-{:06}", self.number())
    }

    pub(super) fn client(&self, agency: Fixture) -> &Client {
        &self.clients[agency.code_text()]
    }

    pub(super) fn strangers(&self) -> &[Fixture] {
        &self.strangers
    }

    /// Keeps what must hold no mark.
    pub(super) fn keep(&self, what: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.said.borrow_mut().push((what.into(), bytes.into()));
    }

    /// Sends messages with more metadata; keeps what must hold no mark.
    pub(super) async fn hear(
        &self,
        by: Fixture,
        path: &str,
        messages: Vec<Vec<u8>>,
        most: usize,
        more: impl FnOnce(&mut MetadataMap),
    ) -> Heard {
        let client = self.client(by);
        let mut request = authorized(messages, Some(&client.bearer()));
        more(request.metadata_mut());
        let heard = hear(client.channel.clone(), path, request, most).await;
        self.keep_refusal(&format!("{path} to {}", by.code_text()), &heard);
        if self.strangers.contains(&by) {
            for message in &heard.messages {
                self.keep(format!("a reply of {path} to {}", by.code_text()), message.clone());
            }
        }
        heard
    }

    /// Keeps the metadata and the refusal of a call.
    pub(super) fn keep_refusal(&self, what: &str, heard: &Heard) {
        for metadata in &heard.metadata {
            for (name, value) in &metadata.clone().into_headers() {
                let line = [name.as_str().as_bytes(), b": ", value.as_bytes()].concat();
                self.keep(format!("metadata of {what}"), line);
            }
        }
        if let Err(status) = &heard.end {
            let text = [status.message().as_bytes(), status.details()].concat();
            self.keep(format!("a refusal of {what}"), text);
        }
    }

    /// Calls a method as one whom it concerns; counts whether the reply brought marks.
    pub(super) async fn call<Q: Message>(&self, by: Fixture, rpc: Rpc, message: &Q) -> Result<Vec<u8>, Status> {
        let most = if rpc == Rpc::MailboxServiceSubscribe {
            ENTRIES
        } else {
            usize::MAX
        };
        let heard = self
            .hear(by, rpc.path(), vec![message.encode_to_vec()], most, |_| {})
            .await;
        let reply = heard.messages.concat();
        if !leaks(&reply).is_empty() {
            *self.brought.borrow_mut().entry(rpc.method()).or_default() += 1;
        }
        heard.end.map(|()| reply)
    }

    /// Takes a step that a document states. All messages of such steps have the same form.
    pub(super) async fn document(&self, by: Fixture, rpc: Rpc, document: &Value) -> Result<Vec<u8>, Status> {
        let content = Some(v1::answer_request::Content::Document(document.to_string()));
        self.call(
            by,
            rpc,
            &v1::AnswerRequest {
                content,
                expected_version: 0,
            },
        )
        .await
    }

    /// Uploads a paper full of marks; gives what a document says of it, and its id.
    pub(super) async fn upload(&self, owner: Fixture, sort: &str) -> (Value, String) {
        let name = Sort::Words.mark(0, 200);
        let marks: Vec<String> = Sort::ALL.iter().map(|sort| sort.mark(1, 200)).collect();
        let content = format!("%PDF-1.7\n{} {}", self.number(), marks.join(" ")).into_bytes();
        let digest = sha256(&content);
        let header = v1::UploadHeader {
            idempotency_key: self.key(),
            name: name.clone(),
            media_type: "application/pdf".to_owned(),
            size: i64::try_from(content.len()).expect("a small size"),
            sha256: digest.to_vec().into(),
        };
        let attachment = json!({
            "name": name, "type": sort, "sha256": hex(&digest), "size": content.len(), "media_type": "application/pdf",
        });
        let messages = [Content::Header(header), Content::Chunk(content.into())].map(|content| {
            let message = v1::UploadRequest {
                content: Some(content),
                offset: 0,
            };
            message.encode_to_vec()
        });
        let heard = self
            .hear(
                owner,
                Rpc::DocumentServiceUpload.path(),
                messages.to_vec(),
                usize::MAX,
                |_| {},
            )
            .await;
        heard.end.expect("uploaded");
        let reply = v1::UploadResponse::decode(heard.messages.concat().as_slice()).expect("a reply");
        (attachment, reply.document_id)
    }

    /// How many replies of the method brought marks.
    pub(super) fn brought(&self, rpc: Rpc) -> u32 {
        self.brought.borrow().get(rpc.method()).copied().unwrap_or_default()
    }

    /// Where metrics and health are.
    pub(super) fn metrics(&self) -> std::net::SocketAddr {
        self.process
            .metrics()
            .and_then(|text| text.parse().ok())
            .expect("its metrics")
    }

    /// Stops the hub; gives what must hold no mark, and what it wrote to stdout and stderr.
    pub(super) async fn end(self) -> (Vec<(String, Vec<u8>)>, [Vec<u8>; 2]) {
        drop(self.clients);
        // The connections close meanwhile.
        let ended = tokio::task::spawn_blocking(|| self.process.end());
        let (in_order, written) = ended.await.expect("the thread ends");
        assert!(in_order, "the hub ends in order");
        (self.said.into_inner(), written)
    }
}

fn credentials(agency: Fixture, keys: &KeyedCertificate, now: Timestamp, validity: Validity) -> Vec<Credential> {
    [Purpose::Tls, Purpose::Token]
        .map(|purpose| Credential {
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
        })
        .to_vec()
}
