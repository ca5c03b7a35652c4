//! Mailbox, agency and catalogue services end to end below the connection: a real ledger and database, the services called
//! as the auth layer calls them.

use std::sync::Arc;
use std::time::Duration;

use lienthong_proto::v1;
use lienthong_proto::v1::agency_service_server::AgencyService as _;
use lienthong_proto::v1::catalogue_service_server::CatalogueService as _;
use lienthong_proto::v1::mailbox_service_server::MailboxService as _;
use lienthong_proto::v1::subscribe_response::Content;
use lienthong_proto::v1::validate_request::Document;
use tokio_stream::StreamExt as _;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use super::agency_service::AgencyService;
use super::catalogue_service::CatalogueService;
use super::mailbox_service::MailboxService;
use super::subscription::Feed;
use crate::app::ledger::LedgerSettings;
use crate::app::requests::Arrived;
use crate::app::{App, Parts};
use crate::auth::principal::Principal;
use crate::auth::test_registry::{Counter, HUB, Member, Registry};
use crate::domain::agency::{Agency, Role};
use crate::domain::calendar::Calendar;
use crate::domain::catalogue::Catalogue;
use crate::domain::catalogue::definition::OutcomeDefinition;
use crate::domain::viewer::Viewer;

struct Hub {
    registry: Registry,
    app: App,
    mailbox: MailboxService,
    agencies: AgencyService,
    sender: Agency,
}

impl Hub {
    async fn new() -> Self {
        let registry = Registry::new().await;
        // The court stands in for the enforcement agency, which may send account freezes.
        let sender = Agency {
            role: Role::Enforcement,
            ..registry.court.agency.clone()
        };
        registry.put(std::slice::from_ref(&sender), &[], &[]).await;
        let (app, _writer) = App::start(Parts {
            hub_id: HUB.into(),
            store: registry.store.clone(),
            catalogue: Catalogue::embedded().unwrap(),
            calendar: Arc::new(Calendar::embedded().unwrap()),
            clock: registry.clock.clone(),
            ids: Arc::new(Counter::default()),
            signer: crate::signing::Signer::of_a_test("hub"),
            ledger: LedgerSettings::default(),
            trust: None,
        });
        let mailbox = MailboxService::new(app.clone(), Arc::clone(&registry.authenticator), Duration::from_mins(1));
        let agencies = AgencyService::new(app.clone());
        Self {
            registry,
            app,
            mailbox,
            agencies,
            sender,
        }
    }

    async fn call<T>(&self, member: &Member, message: T) -> Request<T> {
        let bearer = member.bearer(&self.registry.clock);
        let principal: Arc<Principal> = self
            .registry
            .authenticator
            .authenticate(&member.peer(), Some(&bearer))
            .await
            .unwrap();
        let mut request = Request::new(message);
        request.extensions_mut().insert(principal);
        request
    }

    /// Sends an enquiry to the bank.
    async fn submit(&self, key: &str) {
        let kind = self
            .app
            .catalogue
            .kinds()
            .find(|kind| kind.code().as_str() == "account-information")
            .unwrap();
        let mut order: serde_json::Value = serde_json::from_str(&kind.order_example).unwrap();
        order["idempotency_key"] = key.into();
        order["agency"] = self.sender.code.as_str().into();
        order["recipients"] = serde_json::json!([self.registry.bank.agency.code.as_str()]);
        order["relations"] = serde_json::json!([]);
        order["attachments"] = serde_json::json!([]);
        let officer = self.registry.court.officer.id.clone();
        let viewer = Viewer {
            officer,
            ..Viewer::whole(&self.sender.code)
        };
        let arrived = Arrived::Document(order.to_string().into());
        self.app.submit(&viewer, arrived, None).await.unwrap();
    }

    async fn pull(&self, message: v1::PullRequest) -> v1::PullResponse {
        let request = self.call(&self.registry.bank, message).await;
        self.mailbox.pull(request).await.unwrap().into_inner()
    }

    async fn subscribe(&self) -> Feed {
        let request = self.call(&self.registry.bank, v1::SubscribeRequest::default()).await;
        self.mailbox.subscribe(request).await.unwrap().into_inner()
    }
}

async fn next(stream: &mut Feed) -> Result<Content, Status> {
    let message = tokio::time::timeout(Duration::from_secs(5), stream.next())
        .await
        .expect("a message in time");
    message.expect("a message").map(|message| message.content.unwrap())
}

fn reason(status: &Status) -> String {
    status.get_details_error_info().unwrap().reason
}

#[tokio::test]
async fn a_page_holds_entries_in_order_with_documents_and_where_to_advance() {
    let hub = Hub::new().await;
    for key in ["order-001", "order-002", "order-003"] {
        hub.submit(key).await;
    }
    let read = hub
        .pull(v1::PullRequest {
            max_entries: 2,
            include_documents: true,
            ..Default::default()
        })
        .await;
    assert!(read.more);
    assert_eq!(
        read.entries.iter().map(|entry| entry.position).collect::<Vec<_>>(),
        [1, 2]
    );
    for entry in &read.entries {
        let envelope = entry.enforcement_request.as_ref().unwrap();
        assert_eq!(envelope.enforcement_request_id, entry.enforcement_request_id);
        assert!(!envelope.delivered && envelope.deadlines.is_empty());
        assert!(entry.document.as_ref().unwrap().content.starts_with(b"{"));
        assert!(!entry.lifted && !entry.withdrawn);
    }
    let ask = v1::AdvanceRequest {
        cursor: String::new(),
        positions: read.advance_to,
    };
    let request = hub.call(&hub.registry.bank, ask.clone()).await;
    let advanced = hub.mailbox.advance(request).await.unwrap().into_inner();
    assert_eq!((advanced.receipts.len(), advanced.positions.len()), (1, 2));
    let request = hub.call(&hub.registry.bank, ask).await;
    assert!(
        hub.mailbox
            .advance(request)
            .await
            .unwrap()
            .into_inner()
            .receipts
            .is_empty(),
        "delivered once"
    );
    let rest = hub.pull(v1::PullRequest::default()).await;
    assert_eq!(rest.entries.iter().map(|entry| entry.position).collect::<Vec<_>>(), [3]);
    assert!(!rest.more && rest.entries[0].document.is_none());
}

#[tokio::test]
async fn a_waiting_pull_wakes_when_something_comes() {
    let hub = Hub::new().await;
    assert!(hub.pull(v1::PullRequest::default()).await.entries.is_empty());
    let started = std::time::Instant::now();
    let (read, ()) = tokio::join!(
        hub.pull(v1::PullRequest {
            wait_seconds: 30,
            ..Default::default()
        }),
        async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            hub.submit("order-001").await;
        }
    );
    assert_eq!(read.entries.len(), 1);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_stream_brings_what_stands_then_what_comes_and_ends_when_its_certificate_is_revoked() {
    let hub = Hub::new().await;
    hub.submit("order-001").await;
    let mut stream = hub.subscribe().await;
    assert!(matches!(next(&mut stream).await, Ok(Content::Heartbeat(_))));
    let Ok(Content::Entry(first)) = next(&mut stream).await else {
        panic!("no entry")
    };
    hub.submit("order-002").await;
    let Ok(Content::Entry(second)) = next(&mut stream).await else {
        panic!("no entry")
    };
    assert_eq!((first.position, second.position), (1, 2));

    let credentials = hub
        .registry
        .store
        .credentials_of(&hub.registry.bank.agency.code)
        .await
        .unwrap();
    for purpose in [v1::CredentialPurpose::Tls, v1::CredentialPurpose::Token] {
        let name = purpose.as_str_name().trim_start_matches("CREDENTIAL_PURPOSE_");
        let credential = credentials
            .iter()
            .find(|credential| credential.purpose.as_str() == name)
            .unwrap();
        let revoke = v1::RevokeCredentialRequest {
            idempotency_key: format!("revoke-{name}"),
            agency_code: hub.registry.bank.agency.code.to_string(),
            sha256: credential.fingerprint.to_vec().into(),
            purposes: vec![purpose.into()],
            reason: "Lộ khóa".into(),
        };
        let request = hub.call(&hub.registry.operator, revoke).await;
        hub.agencies.revoke_credential(request).await.unwrap();
    }
    hub.registry
        .authenticator
        .observe_registry_version(hub.registry.store.registry_version().await.unwrap());
    let end = next(&mut stream).await.expect_err("the stream ends");
    assert_eq!(
        (end.code(), reason(&end).as_str()),
        (Code::Unauthenticated, "CERTIFICATE_NOT_REGISTERED")
    );
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_stream_cannot_start_beyond_the_last_entry() {
    let hub = Hub::new().await;
    let start_after = vec![v1::LanePosition {
        lane: v1::Lane::Urgent.into(),
        position: 1,
    }];
    let request = hub
        .call(
            &hub.registry.bank,
            v1::SubscribeRequest {
                start_after,
                ..Default::default()
            },
        )
        .await;
    let status = hub.mailbox.subscribe(request).await.unwrap_err();
    assert_eq!(reason(&status), "POSITION_OUT_OF_RANGE");
}

#[tokio::test]
async fn a_registry_write_acts_once_and_its_retry_gets_the_same_bytes() {
    use prost::Message as _;
    let hub = Hub::new().await;
    let message = v1::CreateAgencyRequest {
        idempotency_key: "create-001".into(),
        agency: Some(v1::Agency {
            code: "LAND.1".into(),
            role: v1::Role::LandOffice.into(),
            name: "Văn phòng đăng ký đất đai".into(),
            channel: v1::Channel::Paper.into(),
            ..Default::default()
        }),
        first_officer: None,
        credentials: Vec::new(),
    };
    let create = async |message: v1::CreateAgencyRequest| {
        let request = hub.call(&hub.registry.operator, message).await;
        hub.agencies
            .create_agency(request)
            .await
            .map(|response| response.into_inner().encode_to_vec())
    };
    let first = create(message.clone()).await.unwrap();
    assert_eq!(create(message.clone()).await.unwrap(), first);
    let mut other = message.clone();
    other.agency.as_mut().unwrap().name = "Khác".into();
    assert_eq!(reason(&create(other).await.unwrap_err()), "KEY_REUSED");
    let again = v1::CreateAgencyRequest {
        idempotency_key: "create-002".into(),
        ..message
    };
    assert_eq!(reason(&create(again).await.unwrap_err()), "ALREADY_REGISTERED");
}

#[tokio::test]
async fn an_agency_administers_itself_and_sees_of_others_the_public_part() {
    let hub = Hub::new().await;
    let end = |agency: &str| v1::EndOfficerRequest {
        idempotency_key: "end-00001".into(),
        agency_code: agency.into(),
        officer_id: "officer.1".into(),
        valid_to: "2026-12-01".into(),
    };
    for code in ["COURT.1", "NOBODY"] {
        let request = hub.call(&hub.registry.bank, end(code)).await;
        let status = hub.agencies.end_officer(request).await.unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::NotFound, "AGENCY_NOT_FOUND"),
            "{code}"
        );
    }
    let request = hub.call(&hub.registry.bank, end("")).await;
    assert!(
        hub.agencies
            .end_officer(request)
            .await
            .unwrap()
            .into_inner()
            .receipt
            .is_some()
    );

    let get = async |member: &Member, code: &str| {
        let request = hub.call(member, v1::GetAgencyRequest { code: code.into() }).await;
        hub.agencies.get_agency(request).await.unwrap().into_inner()
    };
    let own = get(&hub.registry.court, "COURT.1").await;
    assert_eq!((own.officers.len(), own.credentials.len()), (1, 2));
    let others = get(&hub.registry.court, "BANK.1").await;
    assert!(others.agency.is_some() && others.officers.is_empty() && others.credentials.is_empty());
    assert_eq!(get(&hub.registry.operator, "BANK.1").await.credentials.len(), 2);
}

#[tokio::test]
async fn agencies_are_listed_page_by_page() {
    let hub = Hub::new().await;
    let mut codes = Vec::new();
    let mut page_token = String::new();
    loop {
        let ask = v1::ListAgenciesRequest {
            page_size: 1,
            page_token,
            ..Default::default()
        };
        let request = hub.call(&hub.registry.bank, ask).await;
        let page = hub.agencies.list_agencies(request).await.unwrap().into_inner();
        codes.extend(page.agencies.into_iter().map(|agency| agency.code));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(codes, ["BANK.1", "COURT.1", "OPERATOR"]);
}

impl Hub {
    /// Fields and reasons of what Validate finds.
    async fn validate(&self, kind: &str, document: Document) -> Result<Vec<String>, Status> {
        let message = v1::ValidateRequest {
            kind: kind.into(),
            kind_revision: 0,
            document: Some(document),
        };
        let request = self.call(&self.registry.bank, message).await;
        let found = CatalogueService::new(self.app.clone())
            .validate(request)
            .await?
            .into_inner();
        Ok(found
            .violations
            .into_iter()
            .map(|violation| format!("{} {}", violation.field, violation.reason))
            .collect())
    }
}

#[tokio::test]
async fn the_examples_of_every_kind_are_valid() {
    let hub = Hub::new().await;
    for kind in hub.app.kinds(None) {
        let order = Document::Order(kind.order_example.clone());
        assert_eq!(hub.validate("", order).await.unwrap(), [""; 0]);
        for (outcome, text) in &kind.answer_examples {
            let only_reported = |known: &&OutcomeDefinition| known.code == *outcome && known.is_for_reports_only();
            let document = match kind.definition.outcomes.iter().find(only_reported) {
                Some(_) => Document::Report(text.clone()),
                None => Document::Answer(text.clone()),
            };
            assert_eq!(
                hub.validate(kind.code().as_str(), document).await.unwrap(),
                [""; 0],
                "{outcome}"
            );
        }
    }
}

#[tokio::test]
async fn validate_tells_everything_at_once_and_asks_for_a_kind() {
    let hub = Hub::new().await;
    let kind = hub.app.kinds(None).remove(0);
    let mut order: serde_json::Value = serde_json::from_str(&kind.order_example).unwrap();
    order["head"]["number"] = 1.into();
    order["payload"]["extra"] = true.into();
    let found = hub
        .validate("other-kind", Document::Order(order.to_string()))
        .await
        .unwrap();
    assert_eq!(found.first().map(String::as_str), Some("/kind other_kind"));
    assert!(
        found.iter().any(|fault| fault.starts_with("/head/number ")),
        "{found:?}"
    );
    assert!(found.iter().any(|fault| fault.starts_with("/payload")), "{found:?}");

    order["kind"] = "no-such-kind".into();
    let found = hub.validate("", Document::Order(order.to_string())).await.unwrap();
    assert!(found.contains(&"/kind unknown_code".to_owned()), "{found:?}");
    assert!(!hub.validate("", Document::Order("{".into())).await.unwrap().is_empty());

    let answer = || Document::Answer("{}".into());
    assert_eq!(reason(&hub.validate("", answer()).await.unwrap_err()), "FIELD_INVALID");
    assert_eq!(
        reason(&hub.validate("no-such-kind", answer()).await.unwrap_err()),
        "KIND_NOT_FOUND"
    );
    let large = Document::Order(" ".repeat(300 * 1024));
    assert_eq!(
        reason(&hub.validate("", large).await.unwrap_err()),
        "DOCUMENT_TOO_LARGE"
    );
}
