//! The service over a real ledger and database, from message to message. Who calls stands in a header, in place of the
//! auth layer.

mod reads;
mod stream;
mod writes;

use std::sync::{Arc, LazyLock, Mutex};

use lienthong_proto::v1;
use lienthong_proto::v1::request_service_client::RequestServiceClient;
use lienthong_proto::v1::request_service_server::RequestServiceServer;
use serde_json::{Value, json};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel as Transport, Endpoint, Server};
use tonic::{Request, Status};
use tonic_types::StatusExt as _;

use super::RequestService;
use crate::app::ledger::command::RegistryChange;
use crate::app::ledger::{Actor, Command, LedgerSettings, Operation};
use crate::app::{App, Parts};
use crate::auth::admission::{Admission, AdmissionLimits};
use crate::auth::directory::Authenticator;
use crate::auth::principal::Principal;
use crate::auth::test_registry;
use crate::client::pki::{Authority, KeyedCertificate, Validity};
use crate::client::signing::{Sealer, Signer, Times};
use crate::domain::agency::{Agency, Channel, Credential, Officer, Purpose, Role, Scope, Unit};
use crate::domain::calendar::Calendar;
use crate::domain::catalogue::{Catalogue, Kind};
use crate::domain::ids::{AgencyCode, IdSource, IdempotencyKey, KindCode, OfficerId, UnitId};
use crate::domain::time::{ManualClock, Timestamp};
use crate::evidence::digest::sha256;
use crate::sealing::MasterKeys;
use crate::server::random::OsRandom;
use crate::store::{Database, Store};

const OPERATOR: &str = "GIA-LAP.CONG.00";
const THADS: &str = "GIA-LAP.THADS.01";
const BANK: &str = "GIA-LAP.NH.970999";
const BANK_2: &str = "GIA-LAP.NH.970998";
const AGENCIES: &[(&str, Role, &str)] = &[
    (OPERATOR, Role::Operator, "vh.le.van.mau"),
    (THADS, Role::Enforcement, "chv.tran.thi.lap"),
    (BANK, Role::Bank, "nh.vu.thi.thu"),
    (BANK_2, Role::Bank, "nh.do.van.thu"),
];

/// Ids that differ, without randomness.
struct Counter(Mutex<u64>);

impl IdSource for Counter {
    fn fill(&self, buffer: &mut [u8]) {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        for (place, byte) in buffer.iter_mut().zip(count.to_be_bytes().iter().rev().cycle()) {
            *place = *byte;
        }
    }
}

fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-23T09:00:00+07:00").unwrap()
}

fn agency(code: &str, role: Role) -> Agency {
    Agency {
        code: AgencyCode::parse(code).unwrap(),
        role,
        name: "Cơ quan giả lập".to_owned(),
        name_en: String::new(),
        province_code: String::new(),
        commune_code: String::new(),
        parent: None,
        successor: None,
        channel: Channel::Digital,
        suspended: false,
        aliases: Vec::new(),
        units: vec![Unit {
            id: UnitId::parse("branch").unwrap(),
            name: "Chi nhánh".to_owned(),
            territory: Vec::new(),
        }],
        territory: Vec::new(),
    }
}

fn officer(code: &str, id: &str) -> Officer {
    Officer {
        agency: AgencyCode::parse(code).unwrap(),
        id: OfficerId::parse(id).unwrap(),
        full_name: "Trần Thị Lập".to_owned(),
        position: "Chấp hành viên".to_owned(),
        unit: None,
        valid_from: jiff::civil::date(2026, 1, 1),
        valid_to: None,
        scope: Scope::All,
    }
}

fn credentials(code: &str) -> Vec<Credential> {
    let credential = |purpose| Credential {
        agency: AgencyCode::parse(code).unwrap(),
        fingerprint: sha256(code.as_bytes()),
        purpose,
        officer: None,
        certificate: code.as_bytes().to_vec(),
        not_before: now().plus_hours(-24),
        not_after: now().plus_hours(24 * 300),
        registered_time: now(),
        revoked_time: None,
    };
    let seal = test_registry::credential(&AgencyCode::parse(code).unwrap(), &SEAL.0, Purpose::Seal, validity());
    let seal = (code == THADS).then_some(seal);
    let others = [credential(Purpose::Tls), credential(Purpose::Token)];
    others.into_iter().chain(seal).collect()
}

fn validity() -> Validity {
    Validity::days(now(), 300)
}

/// The seal of the enforcement agency.
static SEAL: LazyLock<(KeyedCertificate, Sealer)> = LazyLock::new(|| {
    let authority = Authority::new("CA", validity()).unwrap();
    let keys = authority.issue_client(THADS, validity()).unwrap();
    let seal = Signer::of_file(&keys).unwrap();
    (keys, Sealer { seal, officer: None })
});

/// The order as it is sent: sealed.
fn sealed(order: &str) -> String {
    SEAL.1
        .sign(order.as_bytes(), false, Times::at(now()), &OsRandom)
        .unwrap()
}

/// Puts the principal of the agency in the header into the request, as the auth layer does.
fn principal_of(mut request: Request<()>) -> Result<Request<()>, Status> {
    let named = request.metadata().get("agency").and_then(|code| code.to_str().ok());
    let found = AGENCIES.iter().find(|(code, _, _)| named == Some(code));
    let (code, role, id) = *found.ok_or_else(|| Status::unauthenticated("no such agency"))?;
    request.extensions_mut().insert(Arc::new(Principal {
        agency: Arc::new(agency(code, role)),
        officer: Arc::new(officer(code, id)),
        roles: Arc::new([]),
        certificate_fingerprint: sha256(code.as_bytes()),
        token_key: sha256(code.as_bytes()),
        token_certificate: None,
        token_id: "1".into(),
        expires: now().plus_hours(1),
        registry_version: 0,
    }));
    Ok(request)
}

/// tonic's own limit, which holds here.
const MESSAGE_BYTES: usize = 4 * 1024 * 1024;

struct Hub {
    client: RequestServiceClient<Transport>,
    app: App,
    authenticator: Arc<Authenticator>,
    _folder: tempfile::TempDir,
}

impl Hub {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::connect(&Database::Sqlite(folder.path().join("hub.db")))
            .await
            .unwrap()
            .with_masters(MasterKeys::one());
        store.migrate().await.unwrap();
        let clock = Arc::new(ManualClock::new(now()));
        let (app, _writer) = App::start(Parts {
            hub_id: "hub.lienthong.test".into(),
            store: store.clone(),
            catalogue: Catalogue::embedded().unwrap(),
            calendar: Arc::new(Calendar::embedded().unwrap()),
            clock: clock.clone(),
            ids: Arc::new(Counter(Mutex::new(0))),
            signer: crate::signing::Signer::of_a_test("hub"),
            ledger: LedgerSettings::default(),
            trust: None,
        });
        for (code, role, id) in AGENCIES {
            register(&app, code, *role, id).await;
        }
        let authenticator = Arc::new(Authenticator::new(store, clock, "hub.lienthong.test".into()));
        let service = RequestService::new(
            app.clone(),
            Arc::clone(&authenticator),
            Admission::new(AdmissionLimits::default()),
            MESSAGE_BYTES,
        );
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = incoming.local_addr().unwrap();
        let server = Server::builder().add_service(RequestServiceServer::with_interceptor(service, principal_of));
        tokio::spawn(server.serve_with_incoming(incoming));
        let channel = Endpoint::from_shared(format!("http://{address}"))
            .unwrap()
            .connect()
            .await
            .unwrap();
        Self {
            client: RequestServiceClient::new(channel),
            app,
            authenticator,
            _folder: folder,
        }
    }

    fn client(&self) -> RequestServiceClient<Transport> {
        self.client.clone()
    }

    async fn submit(&self, order: &Value) -> Result<v1::SubmitResponse, Status> {
        let content = Some(v1::submit_request::Content::Jws(sealed(&order.to_string())));
        let request = by(THADS, v1::SubmitRequest { content });
        self.client().submit(request).await.map(tonic::Response::into_inner)
    }

    /// Submits to one bank; gives the id.
    async fn open(&self, key: &str) -> String {
        let response = self.submit(&order(key)).await.unwrap();
        response.receipts[0].enforcement_request_id.clone()
    }

    async fn acknowledge(&self, id: &str, key: &str) -> Result<v1::AcknowledgeResponse, Status> {
        let document = about("acknowledge", BANK, id, key, json!({"officer_id": "nh.vu.thi.thu"}));
        let content = Some(v1::acknowledge_request::Content::Document(document));
        let request = v1::AcknowledgeRequest {
            content,
            expected_version: 0,
        };
        self.client()
            .acknowledge(by(BANK, request))
            .await
            .map(tonic::Response::into_inner)
    }

    async fn answer(&self, id: &str, key: &str, outcome: &str) -> Result<v1::AnswerResponse, Status> {
        let content = Some(v1::answer_request::Content::Document(example_answer(id, key, outcome)));
        let request = v1::AnswerRequest {
            content,
            expected_version: 0,
        };
        self.client()
            .answer(by(BANK, request))
            .await
            .map(tonic::Response::into_inner)
    }

    async fn get(&self, agency: &'static str, id: &str) -> Result<v1::GetResponse, Status> {
        let request = v1::GetRequest {
            enforcement_request_id: id.to_owned(),
            include_documents: true,
        };
        self.client()
            .get(by(agency, request))
            .await
            .map(tonic::Response::into_inner)
    }
}

async fn register(app: &App, code: &str, role: Role, id: &str) {
    let (agency, officer, credentials) = (agency(code, role), officer(code, id), credentials(code));
    let change = if role == Role::Operator {
        RegistryChange::Init {
            agency,
            officer,
            credentials,
        }
    } else {
        RegistryChange::CreateAgency {
            agency,
            officer: Some(officer),
            credentials,
        }
    };
    change_registry(app, &format!("register:{code}"), change).await;
}

async fn change_registry(app: &App, key: &str, change: RegistryChange) {
    let (code, _, officer) = AGENCIES[0];
    let actor = Actor {
        agency: AgencyCode::parse(code).unwrap(),
        officer: OfficerId::parse(officer).unwrap(),
    };
    let content = key.to_owned().into();
    let key = IdempotencyKey::parse(key).unwrap();
    let command = Command::new(
        actor,
        key,
        "application/protobuf",
        content,
        Operation::Registry(Box::new(change)),
    );
    app.execute(command).await.unwrap();
}

fn by<T>(agency: &'static str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("agency", agency.parse().unwrap());
    request
}

fn freeze() -> &'static Kind {
    static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| Catalogue::embedded().unwrap());
    CATALOGUE.newest(&KindCode::parse("account-freeze").unwrap()).unwrap()
}

fn order(key: &str) -> Value {
    let mut order: Value = serde_json::from_str(&freeze().order_example).unwrap();
    order["idempotency_key"] = key.into();
    order
}

/// An order to both banks, which may not name accounts.
fn broadcast(key: &str) -> Value {
    let mut order = order(key);
    order["recipients"] = json!([BANK_2, BANK]);
    let payload = order["payload"].as_object_mut().unwrap();
    payload.remove("accounts");
    payload["scope"] = "WHOLE_CLIENT".into();
    order
}

fn example_answer(id: &str, key: &str, outcome: &str) -> String {
    let kind = freeze();
    let (_, text) = kind
        .answer_examples
        .iter()
        .find(|(code, _)| code.as_str() == outcome)
        .unwrap();
    let mut answer: Value = serde_json::from_str(text).unwrap();
    answer["idempotency_key"] = key.into();
    answer["agency"] = BANK.into();
    answer["enforcement_request_id"] = id.into();
    answer.to_string()
}

fn about(schema: &str, agency: &str, id: &str, key: &str, rest: Value) -> String {
    let mut document = json!({
        "schema": format!("lienthong/{schema}/1"),
        "idempotency_key": key,
        "agency": agency,
        "enforcement_request_id": id,
    });
    let Value::Object(rest) = rest else { panic!("an object") };
    document.as_object_mut().unwrap().extend(rest);
    document.to_string()
}

fn reason(status: &Status) -> String {
    status.get_error_details().error_info().unwrap().reason.clone()
}

fn fields(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    let found = details
        .bad_request()
        .map(|bad| bad.field_violations.clone())
        .unwrap_or_default();
    found.into_iter().map(|violation| violation.field).collect()
}
