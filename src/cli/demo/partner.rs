//! An agency as the demo plays it: its own connection with its own certificate, its own tokens, and nothing else of the
//! hub than the protocol.

use std::sync::Arc;

use lienthong_proto::v1;
use lienthong_proto::v1::admin_service_client::AdminServiceClient;
use lienthong_proto::v1::agency_service_client::AgencyServiceClient;
use lienthong_proto::v1::document_service_client::DocumentServiceClient;
use lienthong_proto::v1::evidence_service_client::EvidenceServiceClient;
use lienthong_proto::v1::mailbox_service_client::MailboxServiceClient;
use lienthong_proto::v1::notice_service_client::NoticeServiceClient;
use lienthong_proto::v1::request_service_client::RequestServiceClient;
use lienthong_proto::v1::sandbox_service_client::SandboxServiceClient;
use lienthong_proto::v1::tracking_service_client::TrackingServiceClient;
use tonic::{Response, Status};

use super::cast::CastAgency;
use super::folder::Folder;
use super::outcome::{Outcome, check, present};
use super::script::Draft;
use super::tell::instant;
use crate::cli::failure::Failure;
use crate::client::channel::{HubAddress, HubChannel, connect, with_tokens};
use crate::client::signing::{Sealer, Signer, Times};
use crate::client::token::{TokenMinter, TokenSubject};
use crate::domain::ids::{AgencyCode, IdSource, OfficerId};
use crate::domain::sandbox::SandboxClock;
use crate::domain::time::{Clock, Timestamp};
use crate::evidence::jws::document_in;
use crate::server::clock::SystemClock;

/// What every partner needs to reach the hub.
pub(super) struct Outside {
    pub(super) hub: HubAddress,
    pub(super) hub_id: String,
    /// The hub's clock: ahead of the machine's by as much as the story has moved it.
    pub(super) clock: Arc<SandboxClock>,
    pub(super) ids: Arc<dyn IdSource>,
    /// Makes the keys of this run differ from those of the last.
    pub(super) run: String,
}

/// One agency at the hub.
pub(super) struct Partner {
    pub(super) agency: CastAgency,
    outside: Arc<Outside>,
    /// When the story began.
    start: Timestamp,
    /// Its certificates: of connections and tokens, of its seal, of its officer.
    certificates: [String; 3],
    sealer: Sealer,
    channel: HubChannel,
}

/// An order that was accepted.
pub(super) struct Order {
    /// Its exact text.
    pub(super) document: String,
    /// How many agencies it is for.
    recipients: usize,
    /// What the hub replied.
    pub(super) reply: v1::SubmitResponse,
}

impl Order {
    /// The request at its recipient number `index`, from 0.
    pub(super) fn id(&self, index: usize) -> Outcome<String> {
        let receipt = present(self.reply.receipts.get(index), "an order has one receipt per recipient")?;
        Ok(receipt.enforcement_request_id.clone())
    }

    /// The receipt of the copy that the hub made of it: after those of the recipients.
    pub(super) fn copy(&self) -> Outcome<&v1::Receipt> {
        present(
            self.reply.receipts.get(self.recipients),
            "a copy by right has its own receipt",
        )
    }
}

/// Steps whose content is a document: each gives its receipt.
macro_rules! document_steps {
    ($($step:ident: $input:ident, $content:ident;)+) => {
        impl Partner { $(
            pub(super) async fn $step(&self, document: String) -> Result<Response<v1::Receipt>, Status> {
                let content = Some(v1::$content::Content::Document(document));
                let input = v1::$input { content, expected_version: 0 };
                let answer = self.requests().$step(input).await?;
                Ok(answer.map(|answer| answer.receipt.unwrap_or_default()))
            }
        )+ }
    };
}

document_steps! {
    acknowledge: AcknowledgeRequest, acknowledge_request;
    answer: AnswerRequest, answer_request;
    report: ReportRequest, report_request;
    withdraw: WithdrawRequest, withdraw_request;
    serve: ServeRequest, serve_request;
    record_answer: RecordAnswerRequest, record_answer_request;
    clarify: ClarifyRequest, clarify_request;
    send_back: SendBackRequest, send_back_request;
}

impl Partner {
    /// Connects `agency` with its certificate from `folder`.
    pub(super) async fn connect(agency: CastAgency, folder: &Folder, outside: &Arc<Outside>) -> Result<Self, Failure> {
        let certificate = folder.certificate(&agency.certificate)?;
        let cannot = |error: &dyn std::fmt::Display| {
            Failure::failed(
                format!("{} không kết nối được: {error}", agency.short),
                format!("{} cannot connect: {error}", agency.short_en),
            )
        };
        let subject = TokenSubject {
            agency: AgencyCode::parse(&agency.code).map_err(|error| cannot(&error))?,
            officer: OfficerId::parse(&agency.officer.id).map_err(|error| cannot(&error))?,
            roles: vec![agency.role.clone()],
            hub_id: outside.hub_id.clone(),
        };
        let seal = folder.certificate(&format!("{}.seal", agency.certificate))?;
        let own = folder.certificate(&format!("{}.officer", agency.certificate))?;
        let sealer = Sealer {
            seal: Signer::of_file(&seal).map_err(|error| cannot(&error))?,
            officer: Some(Signer::of_file(&own).map_err(|error| cannot(&error))?),
        };
        // Certificates and tokens go by the machine's time.
        let (clock, ids): (Arc<dyn Clock>, _) = (Arc::new(SystemClock), Arc::clone(&outside.ids));
        let channel = connect(&outside.hub, &certificate, Arc::clone(&clock))
            .await
            .map_err(|error| cannot(&error))?;
        let minter = TokenMinter::new(subject, &certificate, &certificate.certificate, clock, ids);
        let minter = Arc::new(minter.map_err(|error| cannot(&error))?);
        Ok(Self {
            channel: with_tokens(channel, minter),
            start: outside.clock.now(),
            outside: Arc::clone(outside),
            certificates: [certificate.certificate, seal.certificate, own.certificate],
            sealer,
            agency,
        })
    }

    /// What it registers: its certificates, and what each is for.
    pub(super) fn credentials(&self) -> Vec<v1::NewCredential> {
        use v1::CredentialPurpose::{Officer, Seal, Tls, Token};
        let [connection, seal, own] = &self.certificates;
        let new = |certificate: &str, purposes: &[v1::CredentialPurpose], officer_id: &str| v1::NewCredential {
            certificate_pem: certificate.to_owned(),
            purposes: purposes.iter().map(|purpose| (*purpose).into()).collect(),
            officer_id: officer_id.to_owned(),
        };
        vec![
            new(connection, &[Tls, Token], ""),
            new(seal, &[Seal], ""),
            new(own, &[Officer], &self.agency.officer.id),
        ]
    }

    pub(super) fn requests(&self) -> RequestServiceClient<HubChannel> {
        RequestServiceClient::new(self.channel.clone())
    }

    pub(super) fn mailbox(&self) -> MailboxServiceClient<HubChannel> {
        MailboxServiceClient::new(self.channel.clone())
    }

    pub(super) fn documents(&self) -> DocumentServiceClient<HubChannel> {
        DocumentServiceClient::new(self.channel.clone())
    }

    pub(super) fn tracking(&self) -> TrackingServiceClient<HubChannel> {
        TrackingServiceClient::new(self.channel.clone())
    }

    pub(super) fn evidence(&self) -> EvidenceServiceClient<HubChannel> {
        EvidenceServiceClient::new(self.channel.clone())
    }

    pub(super) fn agencies(&self) -> AgencyServiceClient<HubChannel> {
        AgencyServiceClient::new(self.channel.clone())
    }

    pub(super) fn notices(&self) -> NoticeServiceClient<HubChannel> {
        NoticeServiceClient::new(self.channel.clone())
    }

    pub(super) fn sandbox(&self) -> SandboxServiceClient<HubChannel> {
        SandboxServiceClient::new(self.channel.clone())
    }

    pub(super) fn admin(&self) -> AdminServiceClient<HubChannel> {
        AdminServiceClient::new(self.channel.clone())
    }

    /// A key for `name`, of this run.
    pub(super) fn key(&self, name: &str) -> String {
        format!("{name}-{}", self.outside.run)
    }

    /// The time on the hub's clock.
    pub(super) fn now(&self) -> Timestamp {
        self.outside.clock.now()
    }

    /// When the story began.
    pub(super) fn start(&self) -> Timestamp {
        self.start
    }

    /// The document `name` about the request `id`.
    pub(super) fn about(&self, name: &str, id: &str, places: &[(&str, &str)]) -> Outcome<String> {
        let key = self.key(&format!("{name}-{id}"));
        let draft = Draft::new(name, &self.agency, &key, self.start(), self.now())?;
        draft.with("request", id).with_all(places).text()
    }

    /// The order `name` to `recipients`.
    pub(super) fn order_to(&self, name: &str, recipients: &[&str], places: &[(&str, &str)]) -> Outcome<String> {
        let key = self.key(&format!("{name}-{}", recipients.first().unwrap_or(&"")));
        let draft = Draft::new(name, &self.agency, &key, self.start(), self.now())?;
        let recipients = format!("[\"{}\"]", recipients.join("\", \""));
        draft.with("recipients", &recipients).with_all(places).text()
    }

    /// Sends the order in `document`, sealed by the agency and signed by its officer.
    pub(super) async fn submit(&self, document: &str) -> Result<Response<v1::SubmitResponse>, Status> {
        let times = Times::at(self.outside.clock.machine_now());
        let signed = self.sealer.sign(document.as_bytes(), true, times, &*self.outside.ids);
        let jws = signed.map_err(|error| Status::internal(error.to_string()))?;
        let content = Some(v1::submit_request::Content::Jws(jws));
        self.requests().submit(v1::SubmitRequest { content }).await
    }

    /// Sends the order `name` to `recipients`.
    pub(super) async fn send(&self, name: &str, recipients: &[&Self], places: &[(&str, &str)]) -> Outcome<Order> {
        let codes: Vec<&str> = recipients.iter().map(|partner| partner.agency.code.as_str()).collect();
        self.send_to_codes(name, &codes, places).await
    }

    /// Sends the order `name` to the agencies with these codes.
    pub(super) async fn send_to_codes(&self, name: &str, codes: &[&str], places: &[(&str, &str)]) -> Outcome<Order> {
        self.send_document(self.order_to(name, codes, places)?, codes.len())
            .await
    }

    /// Sends the order in `document` to so many agencies.
    pub(super) async fn send_document(&self, document: String, recipients: usize) -> Outcome<Order> {
        let reply = self.submit(&document).await?.into_inner();
        check(
            reply.receipts.len() >= recipients && reply.broadcast_id.is_empty() == (recipients == 1),
            "an order has one receipt per recipient, and is a broadcast if it has several",
        )?;
        let is_submitted = |receipt: &v1::Receipt| receipt.state() == v1::State::Submitted && receipt.version == 1;
        check(reply.receipts.iter().all(is_submitted), "a submit leads to SUBMITTED")?;
        Ok(Order {
            document,
            recipients,
            reply,
        })
    }

    /// Sends the final answer `name` to the request `id`.
    pub(super) async fn answers(&self, name: &str, id: &str, places: &[(&str, &str)]) -> Outcome<()> {
        let receipt = self.answer(self.about(name, id, places)?).await?.into_inner();
        check(
            receipt.state() == v1::State::Answered,
            "the final answer leads to ANSWERED",
        )
    }

    /// The request `id`, with deadlines, measures and documents.
    pub(super) async fn get(&self, id: &str) -> Outcome<v1::GetResponse> {
        let asked = v1::GetRequest {
            enforcement_request_id: id.to_owned(),
            include_documents: true,
        };
        Ok(self.requests().get(asked).await?.into_inner())
    }

    /// The envelope of the request `id`.
    pub(super) async fn envelope(&self, id: &str) -> Outcome<v1::EnforcementRequest> {
        present(self.get(id).await?.enforcement_request, "Get returns the envelope")
    }

    /// From now on the hub's time is `hub_time` for it, as for all who are connected with it.
    pub(super) fn goes_on_from(&self, hub_time: prost_types::Timestamp) {
        self.outside.clock.follow(instant(hub_time));
    }

    /// Everything in the mailbox after the cursor, without moving it.
    pub(super) async fn pull(&self) -> Outcome<v1::PullResponse> {
        self.pull_for(5).await
    }

    /// The same; waits at most so many seconds if there is nothing.
    pub(super) async fn pull_for(&self, wait_seconds: i32) -> Outcome<v1::PullResponse> {
        let asked = v1::PullRequest {
            include_documents: true,
            wait_seconds,
            max_entries: 1_000,
            ..Default::default()
        };
        Ok(self.mailbox().pull(asked).await?.into_inner())
    }

    /// Moves the cursor to these positions.
    pub(super) async fn advance(&self, positions: &[v1::LanePosition]) -> Outcome<v1::AdvanceResponse> {
        let asked = v1::AdvanceRequest {
            cursor: String::new(),
            positions: positions.to_vec(),
        };
        Ok(self.mailbox().advance(asked).await?.into_inner())
    }

    /// Takes in the submit of request `id`: pulls it, holds its bytes against `sent`, and moves the cursor past it.
    pub(super) async fn take_in(&self, id: &str, sent: &str) -> Outcome<v1::MailboxEntry> {
        let pulled = self.pull().await?;
        let mut entries = pulled.entries.iter().filter(|entry| entry.enforcement_request_id == id);
        let entry = present(entries.next(), "the order stands in the recipient's mailbox")?.clone();
        check_entry(&entry, sent)?;
        self.advance(&pulled.advance_to).await?;
        Ok(entry)
    }

    /// Registers the request `id`; the hub gives the next registry number of the year.
    pub(super) async fn registers(&self, id: &str) -> Outcome<v1::EnforcementRequest> {
        let receipt = self
            .acknowledge(self.about("acknowledge", id, &[])?)
            .await?
            .into_inner();
        check(
            receipt.state() == v1::State::Acknowledged,
            "an acknowledge leads to ACKNOWLEDGED",
        )?;
        let envelope = self.envelope(id).await?;
        check(!envelope.registry_number.is_empty(), "the hub gives a registry number")?;
        Ok(envelope)
    }

    /// Closes the request `id`.
    pub(super) async fn close(&self, id: &str) -> Result<Response<v1::CloseResponse>, Status> {
        // Tried again later, it is another try.
        let key = format!("close-{}-{id}", self.now().micros());
        let asked = v1::CloseRequest {
            idempotency_key: self.key(&key),
            enforcement_request_id: id.to_owned(),
            expected_version: 0,
            reason: String::new(),
        };
        self.requests().close(asked).await
    }
}

/// The entry tells of a submit and carries `sent`.
pub(super) fn check_entry(entry: &v1::MailboxEntry, sent: &str) -> Outcome<()> {
    check(entry.action() == v1::Action::Submit, "the entry tells of the submit")?;
    let document = present(entry.document.as_ref(), "the entry carries the document")?;
    let stated = document_in(&document.media_type, &document.content).ok();
    check(
        stated.is_some_and(|stated| *stated == *sent.as_bytes()),
        "the recipient reads the very bytes that the sender sent",
    )
}
