//! An agency as the demo plays it: its own connection with its own certificate, its own tokens, and nothing else of the
//! hub than the protocol.

use std::sync::Arc;

use lienthong_proto::v1;
use lienthong_proto::v1::admin_service_client::AdminServiceClient;
use lienthong_proto::v1::agency_service_client::AgencyServiceClient;
use lienthong_proto::v1::mailbox_service_client::MailboxServiceClient;
use lienthong_proto::v1::request_service_client::RequestServiceClient;

use super::cast::CastAgency;
use super::folder::Folder;
use super::outcome::{Outcome, check, present};
use super::script::Draft;
use crate::cli::failure::Failure;
use crate::client::channel::{HubAddress, HubChannel, connect, with_tokens};
use crate::client::token::{TokenMinter, TokenSubject};
use crate::domain::ids::{AgencyCode, IdSource, OfficerId};
use crate::domain::time::Clock;

/// What every partner needs to reach the hub.
pub(super) struct Outside {
    pub(super) hub: HubAddress,
    pub(super) hub_id: String,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn IdSource>,
    /// Makes the keys of this run differ from those of the last.
    pub(super) run: String,
}

/// One agency at the hub.
pub(super) struct Partner {
    pub(super) agency: CastAgency,
    outside: Arc<Outside>,
    certificate: String,
    channel: HubChannel,
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
        let (clock, ids) = (Arc::clone(&outside.clock), Arc::clone(&outside.ids));
        let channel = connect(&outside.hub, &certificate, Arc::clone(&clock))
            .await
            .map_err(|error| cannot(&error))?;
        let minter = TokenMinter::new(subject, &certificate, &certificate.certificate, clock, ids);
        let minter = Arc::new(minter.map_err(|error| cannot(&error))?);
        Ok(Self {
            channel: with_tokens(channel, minter),
            outside: Arc::clone(outside),
            certificate: certificate.certificate,
            agency,
        })
    }

    /// Its certificate, PEM.
    pub(super) fn certificate(&self) -> &str {
        &self.certificate
    }

    pub(super) fn requests(&self) -> RequestServiceClient<HubChannel> {
        RequestServiceClient::new(self.channel.clone())
    }

    pub(super) fn mailbox(&self) -> MailboxServiceClient<HubChannel> {
        MailboxServiceClient::new(self.channel.clone())
    }

    pub(super) fn agencies(&self) -> AgencyServiceClient<HubChannel> {
        AgencyServiceClient::new(self.channel.clone())
    }

    pub(super) fn admin(&self) -> AdminServiceClient<HubChannel> {
        AdminServiceClient::new(self.channel.clone())
    }

    /// A key for `name`, of this run.
    pub(super) fn key(&self, name: &str) -> String {
        format!("{name}-{}", self.outside.run)
    }

    /// The document `name` under a key of this run.
    pub(super) fn draft(&self, name: &str, key: &str) -> Outcome<Draft> {
        Draft::new(name, &self.agency, &self.key(key), self.outside.clock.now())
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

    /// Everything in the mailbox after the cursor, without moving it.
    pub(super) async fn pull(&self) -> Outcome<v1::PullResponse> {
        let asked = v1::PullRequest {
            include_documents: true,
            wait_seconds: 5,
            max_entries: 1_000,
            ..Default::default()
        };
        Ok(self.mailbox().pull(asked).await?.into_inner())
    }

    /// Moves the cursor past what was pulled.
    pub(super) async fn advance(&self, pulled: &v1::PullResponse) -> Outcome<v1::AdvanceResponse> {
        let asked = v1::AdvanceRequest {
            cursor: String::new(),
            positions: pulled.advance_to.clone(),
        };
        Ok(self.mailbox().advance(asked).await?.into_inner())
    }

    /// Takes in the submit of request `id`: pulls it, holds its bytes against `sent`, and moves the cursor past it.
    pub(super) async fn take_in(&self, id: &str, sent: &str) -> Outcome<v1::MailboxEntry> {
        let pulled = self.pull().await?;
        let mut entries = pulled.entries.iter().filter(|entry| entry.enforcement_request_id == id);
        let entry = present(entries.next(), "the order stands in the recipient's mailbox")?.clone();
        check(entry.action() == v1::Action::Submit, "the entry tells of the submit")?;
        let document = present(entry.document.as_ref(), "the entry carries the document")?;
        check(
            document.content == sent.as_bytes(),
            "the recipient reads the very bytes that the sender sent",
        )?;
        self.advance(&pulled).await?;
        Ok(entry)
    }

    /// Registers the request `id`; the hub gives the next registry number of the year.
    pub(super) async fn acknowledge(&self, id: &str) -> Outcome<v1::EnforcementRequest> {
        let document = self
            .draft("acknowledge", &format!("ack-{id}"))?
            .with("request", id)
            .text()?;
        let content = Some(v1::acknowledge_request::Content::Document(document));
        let answer = self
            .requests()
            .acknowledge(v1::AcknowledgeRequest {
                content,
                expected_version: 0,
            })
            .await?;
        let receipt = present(answer.into_inner().receipt, "an acknowledge is receipted")?;
        check(
            receipt.state() == v1::State::Acknowledged,
            "an acknowledge leads to ACKNOWLEDGED",
        )?;
        let envelope = self.envelope(id).await?;
        check(!envelope.registry_number.is_empty(), "the hub gives a registry number")?;
        Ok(envelope)
    }

    /// Sends the answer in `document`.
    pub(super) async fn answer(&self, document: String) -> Result<tonic::Response<v1::AnswerResponse>, tonic::Status> {
        let content = Some(v1::answer_request::Content::Document(document));
        self.requests()
            .answer(v1::AnswerRequest {
                content,
                expected_version: 0,
            })
            .await
    }

    /// Sends the order in `document`.
    pub(super) async fn submit(&self, document: &str) -> Result<tonic::Response<v1::SubmitResponse>, tonic::Status> {
        let content = Some(v1::submit_request::Content::Document(document.to_owned()));
        self.requests().submit(v1::SubmitRequest { content }).await
    }
}
