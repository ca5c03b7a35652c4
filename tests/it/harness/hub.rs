//! A whole hub over real mTLS on a clock that the test moves, and clients for every agency.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use lienthong::app::ledger::LedgerSettings;
use lienthong::client::channel::{ConnectError, HubAddress, HubChannel, connect, with_tokens};
use lienthong::client::pki::{Authority, KeyedCertificate, Validity, fingerprint};
use lienthong::client::token::{TokenMinter, TokenSubject};
use lienthong::domain::agency::{Credential, Purpose};
use lienthong::domain::ids::OfficerId;
use lienthong::domain::time::{Clock, ManualClock};
use lienthong::server::follow_tls::TlsState;
use lienthong::server::masters::MasterSource;
use lienthong::server::run::{Hub, Running, Stopped};
use lienthong::server::settings::{HubSettings, ServerLimits, SignerPlace, TimerSettings, TlsPems};
use lienthong::server::webhooks::WebhookSettings;
use lienthong_proto::Rpc;
use lienthong_proto::v1::agency_service_client::AgencyServiceClient;
use lienthong_proto::v1::document_service_client::DocumentServiceClient;
use lienthong_proto::v1::mailbox_service_client::MailboxServiceClient;
use lienthong_proto::v1::report_service_client::ReportServiceClient;
use lienthong_proto::v1::request_service_client::RequestServiceClient;
use lienthong_proto::v1::webhook_service_client::WebhookServiceClient;
use prost::Message;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tonic::transport::Channel;
use tonic::{Request, Status};

use super::agencies::{ALL, Fixture};
use super::database::TestDatabase;
use super::ids::{SeededIds, clock, start};
use super::ledger::{HUB, TestLedger};
use super::seals;
use super::wire::call;
use crate::kit::content_keys;

/// A hub that serves, its agencies registered.
#[derive(Debug)]
pub(crate) struct TestHub {
    running: Running,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) authority: Arc<Authority>,
    address: HubAddress,
    hub_id: String,
    keys: Arc<BTreeMap<&'static str, KeyedCertificate>>,
}

/// A year of validity around the start of the tests.
pub(crate) fn validity() -> Validity {
    Validity::days(start(), 365)
}

/// What the hub keeps of a certificate of this validity.
pub(crate) fn credentials(agency: Fixture, keys: &KeyedCertificate, validity: Validity) -> Vec<Credential> {
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
        registered_time: start(),
        revoked_time: None,
    };
    vec![credential(Purpose::Tls), credential(Purpose::Token)]
}

impl TestHub {
    /// A hub on this database.
    pub(crate) async fn start(database: &TestDatabase) -> Self {
        Self::start_as(database, |authority| settings(database, authority)).await
    }

    /// A hub on this database with other settings.
    pub(crate) async fn start_with(database: &TestDatabase, change: impl FnOnce(&mut HubSettings)) -> Self {
        Self::start_as(database, |authority| {
            let mut settings = settings(database, authority);
            change(&mut settings);
            settings
        })
        .await
    }

    /// A hub on this database, started as `settings` says.
    pub(crate) async fn start_as(database: &TestDatabase, settings: impl FnOnce(&Authority) -> HubSettings) -> Self {
        Self::start_lasting(database, validity(), settings).await
    }

    /// A hub whose certificates, and those of its agencies, are good for so many years: for what happens years later.
    pub(crate) async fn start_for_years(database: &TestDatabase, years: i64) -> Self {
        let lasting = Validity::days(start(), years * 366);
        Self::start_lasting(database, lasting, |authority| {
            settings_lasting(database, authority, lasting)
        })
        .await
    }

    async fn start_lasting(
        database: &TestDatabase,
        validity: Validity,
        settings: impl FnOnce(&Authority) -> HubSettings,
    ) -> Self {
        let clock = clock();
        let authority = Authority::new("CA giả lập", validity).expect("an authority");
        let settings = settings(&authority);
        let (name, sized) = (settings.hub_id.as_str(), LedgerSettings::default());
        let ledger = TestLedger::start_as(name, database, Arc::clone(&clock), 1, sized).await;
        let (mut keys, mut registrations) = (BTreeMap::new(), Vec::new());
        for agency in ALL {
            let pair = authority
                .issue_client(agency.code().as_str(), validity)
                .expect("a certificate");
            let registered = if agency.is_digital() {
                let seals = seals::credentials(*agency);
                credentials(*agency, &pair, validity).into_iter().chain(seals).collect()
            } else {
                Vec::new()
            };
            registrations.push(agency.registration(registered));
            keys.insert(agency.code_text(), pair);
        }
        ledger.all_done(registrations).await;
        ledger.stop().await;
        Self::serve(settings, clock, Arc::new(authority), Arc::new(keys), 3).await
    }

    /// Another hub for the same agencies; `seed` is for its ids.
    pub(crate) async fn beside(&self, settings: HubSettings, seed: u64) -> Self {
        let (authority, keys) = (Arc::clone(&self.authority), Arc::clone(&self.keys));
        Self::serve(settings, Arc::clone(&self.clock), authority, keys, seed).await
    }

    /// The same hub after a stop, with these settings.
    pub(crate) async fn again(self, settings: HubSettings) -> Self {
        self.again_after(settings, || ()).await
    }

    /// The same, `between` being done while no hub runs.
    pub(crate) async fn again_after<T>(self, settings: HubSettings, between: impl FnOnce() -> T) -> Self {
        let (authority, keys, clock) = (
            Arc::clone(&self.authority),
            Arc::clone(&self.keys),
            Arc::clone(&self.clock),
        );
        self.stop().await;
        between();
        Self::serve(settings, clock, authority, keys, 5).await
    }

    async fn serve(
        settings: HubSettings,
        clock: Arc<ManualClock>,
        authority: Arc<Authority>,
        keys: Arc<BTreeMap<&'static str, KeyedCertificate>>,
        seed: u64,
    ) -> Self {
        let hub_id = settings.hub_id.clone();
        let running = Box::pin(Hub::start(settings, clock.clone(), SeededIds::new(seed))).await;
        let running = running.expect("the hub starts");
        let address = HubAddress {
            uri: format!("https://localhost:{}", running.address().port()),
            server_name: None,
            ca: authority.certificate_pem(),
        };
        Self {
            running,
            clock,
            authority,
            address,
            hub_id,
            keys,
        }
    }

    /// Its use cases.
    pub(crate) fn app(&self) -> &lienthong::app::App {
        self.running.app()
    }

    /// How many connections are open.
    pub(crate) fn connections(&self) -> usize {
        self.running.connections()
    }

    /// What has become of its files of TLS.
    pub(crate) fn tls_state(&self) -> TlsState {
        self.running.tls_state().borrow().clone()
    }

    /// The keys of an agency: one certificate for connections and tokens.
    pub(crate) fn keys(&self, agency: Fixture) -> &KeyedCertificate {
        &self.keys[agency.code_text()]
    }

    /// A connection with any certificate.
    pub(crate) async fn channel(&self, keys: &KeyedCertificate) -> Result<Channel, ConnectError> {
        connect(&self.address, keys, self.clock.clone()).await
    }

    /// Who makes the tokens of an agency for connections with `tls`.
    pub(crate) fn minter(&self, agency: Fixture, token: &KeyedCertificate, tls: &KeyedCertificate) -> Arc<TokenMinter> {
        minter(agency, &self.hub_id, token, tls, self.clock.clone())
    }

    /// A client with the agency's registered certificate.
    pub(crate) async fn client(&self, agency: Fixture) -> Client {
        self.client_with(agency, self.keys(agency)).await
    }

    /// A client of the agency with this certificate, for connections and tokens.
    pub(crate) async fn client_with(&self, agency: Fixture, keys: &KeyedCertificate) -> Client {
        let channel = self.channel(keys).await.expect("a connection");
        Client {
            channel,
            minter: self.minter(agency, keys, keys),
        }
    }

    /// A client of another officer of the agency, with the agency's registered certificate.
    pub(crate) async fn officer(&self, agency: Fixture, officer: &str) -> Client {
        self.officer_with(agency, officer, self.keys(agency)).await
    }

    /// The same with this certificate.
    pub(crate) async fn officer_with(&self, agency: Fixture, officer: &str, keys: &KeyedCertificate) -> Client {
        let subject = TokenSubject {
            officer: OfficerId::parse(officer).expect("an officer id"),
            ..subject(agency, &self.hub_id)
        };
        Client {
            channel: self.channel(keys).await.expect("a connection"),
            minter: minter_for(subject, keys, keys, self.clock.clone()),
        }
    }

    /// Where it listens for agencies.
    pub(crate) fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// Opens its listener for metrics and health; gives where it is.
    pub(crate) async fn open_metrics(&mut self) -> SocketAddr {
        let anywhere = ([127, 0, 0, 1], 0).into();
        self.running.open_metrics(anywhere).await.expect("a free port")
    }

    /// Ends it in order.
    pub(crate) async fn stop(self) -> Stopped {
        self.running.stop().await
    }
}

/// Who makes the tokens of `agency` for `hub_id` by `clock`.
pub(crate) fn minter(
    agency: Fixture,
    hub_id: &str,
    token: &KeyedCertificate,
    tls: &KeyedCertificate,
    clock: Arc<dyn Clock>,
) -> Arc<TokenMinter> {
    minter_for(subject(agency, hub_id), token, tls, clock)
}

fn subject(agency: Fixture, hub_id: &str) -> TokenSubject {
    TokenSubject {
        agency: agency.code(),
        officer: agency.officer_id(),
        roles: Vec::new(),
        hub_id: hub_id.to_owned(),
    }
}

fn minter_for(
    subject: TokenSubject,
    token: &KeyedCertificate,
    tls: &KeyedCertificate,
    clock: Arc<dyn Clock>,
) -> Arc<TokenMinter> {
    let ids = SeededIds::new(0x77);
    Arc::new(TokenMinter::new(subject, token, &tls.certificate, clock, ids).expect("a minter"))
}

/// The PEM texts of a hub with these keys, `authority` being the CA of clients beside that of the seals.
pub(crate) fn texts(server: &KeyedCertificate, authority: &Authority) -> TlsPems {
    TlsPems {
        certificate: server.certificate.clone().into_bytes(),
        key: server.key.clone().into_bytes(),
        client_ca: (authority.certificate_pem() + &seals::authority_pem()).into_bytes(),
    }
}

/// Settings of a hub on this database, with a fresh certificate of `authority`, which is also the CA of clients.
pub(crate) fn settings(database: &TestDatabase, authority: &Authority) -> HubSettings {
    settings_lasting(database, authority, validity())
}

/// The same with a certificate that is good for so long.
pub(crate) fn settings_lasting(database: &TestDatabase, authority: &Authority, validity: Validity) -> HubSettings {
    let server = authority.issue_server(validity).expect("a certificate");
    HubSettings {
        database: database.database().clone(),
        hub_id: HUB.to_owned(),
        sandbox: false,
        listen: ([127, 0, 0, 1], 0).into(),
        tls: texts(&server, authority).into(),
        documents: database.documents().into(),
        signer: SignerPlace {
            folder: database.fresh_signer(),
            may_be_new: true,
        },
        masters: MasterSource::Text(content_keys()),
        catalogue: None,
        migrate: false,
        ledger: LedgerSettings::default(),
        limits: ServerLimits::default(),
        webhooks: WebhookSettings::default(),
        timers: TimerSettings::Still,
        settings_sha256: None,
    }
}

/// One agency's connection with its tokens.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) channel: Channel,
    minter: Arc<TokenMinter>,
}

impl Client {
    pub(crate) fn new(channel: Channel, minter: Arc<TokenMinter>) -> Self {
        Self { channel, minter }
    }

    fn with_tokens(&self) -> HubChannel {
        with_tokens(self.channel.clone(), Arc::clone(&self.minter))
    }

    pub(crate) fn requests(&self) -> RequestServiceClient<HubChannel> {
        RequestServiceClient::new(self.with_tokens())
    }

    pub(crate) fn mailbox(&self) -> MailboxServiceClient<HubChannel> {
        MailboxServiceClient::new(self.with_tokens())
    }

    pub(crate) fn documents(&self) -> DocumentServiceClient<HubChannel> {
        DocumentServiceClient::new(self.with_tokens())
    }

    pub(crate) fn agencies(&self) -> AgencyServiceClient<HubChannel> {
        AgencyServiceClient::new(self.with_tokens())
    }

    pub(crate) fn reports(&self) -> ReportServiceClient<HubChannel> {
        ReportServiceClient::new(self.with_tokens())
    }

    pub(crate) fn webhooks(&self) -> WebhookServiceClient<HubChannel> {
        WebhookServiceClient::new(self.with_tokens())
    }

    /// The value of `authorization` of its calls.
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.minter.token().expect("a token"))
    }

    /// Calls any method with any bytes; gives the bytes of the first reply.
    pub(crate) async fn raw(&self, rpc: Rpc, message: Vec<u8>) -> Result<Vec<u8>, Status> {
        call(self.channel.clone(), rpc.path(), Some(&self.bearer()), message).await
    }

    /// Calls any method with a message.
    pub(crate) async fn send<Q: Message>(&self, rpc: Rpc, message: &Q) -> Result<Vec<u8>, Status> {
        self.raw(rpc, message.encode_to_vec()).await
    }
}

/// A request with its own `authorization`.
pub(crate) fn authorized<T>(message: T, authorization: Option<&str>) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(value) = authorization {
        request
            .metadata_mut()
            .insert("authorization", value.parse().expect("a header value"));
    }
    request
}
