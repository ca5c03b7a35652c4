//! An agency's connection, as a command uses it.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use lienthong_proto::v1;
use lienthong_proto::v1::admin_service_client::AdminServiceClient;
use lienthong_proto::v1::agency_service_client::AgencyServiceClient;
use lienthong_proto::v1::calendar_service_client::CalendarServiceClient;
use lienthong_proto::v1::case_service_client::CaseServiceClient;
use lienthong_proto::v1::catalogue_service_client::CatalogueServiceClient;
use lienthong_proto::v1::document_service_client::DocumentServiceClient;
use lienthong_proto::v1::evidence_service_client::EvidenceServiceClient;
use lienthong_proto::v1::mailbox_service_client::MailboxServiceClient;
use lienthong_proto::v1::notice_service_client::NoticeServiceClient;
use lienthong_proto::v1::report_book_service_client::ReportBookServiceClient;
use lienthong_proto::v1::report_service_client::ReportServiceClient;
use lienthong_proto::v1::request_service_client::RequestServiceClient;
use lienthong_proto::v1::sandbox_service_client::SandboxServiceClient;
use lienthong_proto::v1::supervision_service_client::SupervisionServiceClient;
use lienthong_proto::v1::suspension_service_client::SuspensionServiceClient;
use lienthong_proto::v1::tracking_service_client::TrackingServiceClient;
use lienthong_proto::v1::webhook_service_client::WebhookServiceClient;

use super::log_memory::LogMemory;
use super::signing::SigningArgs;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::client::call::{Refusal, WrongField};
use crate::client::channel::{HubAddress, HubChannel, connect, with_tokens};
use crate::client::pki::KeyedCertificate;
use crate::client::token::{TokenMinter, TokenSubject};
use crate::domain::ids::IdSource;
use crate::domain::time::{Clock, Timestamp};
use crate::evidence::digest::hex;
use crate::server::random::OsRandom;

/// A connection to the hub as one officer of one agency.
#[derive(Clone)]
pub(in crate::cli) struct Session {
    channel: HubChannel,
    subject: TokenSubject,
    clock: Arc<dyn Clock>,
    signing: Arc<SigningArgs>,
    memory: Option<Arc<LogMemory>>,
}

impl Session {
    pub(super) async fn open(
        address: &HubAddress,
        subject: TokenSubject,
        tls: &KeyedCertificate,
        token: &KeyedCertificate,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let minter = TokenMinter::new(
            subject.clone(),
            token,
            &tls.certificate,
            Arc::clone(&clock),
            Arc::new(OsRandom),
        );
        let minter = minter.map_err(|error| {
            Failure::configuration(
                format!("--token-cert, --token-key: không ký được mã truy cập: {error}"),
                format!("--token-cert, --token-key: no token can be signed: {error}"),
            )
        })?;
        let channel = connect(address, tls, Arc::clone(&clock)).await.map_err(|error| {
            let mut why = error.to_string();
            let mut cause = error.source();
            while let Some(deeper) = cause {
                why = format!("{why}: {deeper}");
                cause = deeper.source();
            }
            Failure::failed(
                format!("--hub: không kết nối được với {}: {why}", address.uri),
                format!("--hub: {} cannot be reached: {why}", address.uri),
            )
        })?;
        Ok(Self {
            channel: with_tokens(channel, Arc::new(minter)),
            subject,
            clock,
            signing: Arc::default(),
            memory: None,
        })
    }

    /// The same, signing with these keys.
    pub(super) fn with_signing(self, signing: SigningArgs) -> Self {
        let signing = Arc::new(signing);
        Self { signing, ..self }
    }

    /// The same, remembering the hub's log.
    pub(super) fn with_memory(self, memory: Option<LogMemory>) -> Self {
        let memory = memory.map(Arc::new);
        Self { memory, ..self }
    }

    /// Holds a checkpoint that the hub has just shown against what is remembered of its log.
    ///
    /// # Errors
    /// The hub has shown two logs, or has lost entries. Where nothing can be compared, that is said on stderr.
    pub(super) async fn hold(&self, checkpoint: Option<&v1::Checkpoint>) -> Result<(), Failure> {
        match (&self.memory, checkpoint) {
            (Some(memory), Some(checkpoint)) if !checkpoint.note.is_empty() => {
                memory.hold(self.evidence(), &checkpoint.note, self.now()).await
            }
            _ => Ok(()),
        }
    }

    /// The hub's name.
    pub(in crate::cli) fn hub_id(&self) -> &str {
        &self.subject.hub_id
    }

    /// What it signs with.
    pub(super) fn signing(&self) -> &SigningArgs {
        &self.signing
    }

    /// Code of the agency that acts.
    pub(in crate::cli) fn agency(&self) -> &str {
        self.subject.agency.as_str()
    }

    /// Id of the officer who acts.
    pub(super) fn officer(&self) -> &str {
        self.subject.officer.as_str()
    }

    /// The time on this machine.
    pub(in crate::cli) fn now(&self) -> Timestamp {
        self.clock.now()
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

    pub(super) fn catalogue(&self) -> CatalogueServiceClient<HubChannel> {
        CatalogueServiceClient::new(self.channel.clone())
    }

    pub(super) fn agencies(&self) -> AgencyServiceClient<HubChannel> {
        AgencyServiceClient::new(self.channel.clone())
    }

    pub(in crate::cli) fn evidence(&self) -> EvidenceServiceClient<HubChannel> {
        EvidenceServiceClient::new(self.channel.clone())
    }

    pub(super) fn admin(&self) -> AdminServiceClient<HubChannel> {
        AdminServiceClient::new(self.channel.clone())
    }

    pub(super) fn notices(&self) -> NoticeServiceClient<HubChannel> {
        NoticeServiceClient::new(self.channel.clone())
    }

    pub(super) fn cases(&self) -> CaseServiceClient<HubChannel> {
        CaseServiceClient::new(self.channel.clone())
    }

    pub(super) fn report_books(&self) -> ReportBookServiceClient<HubChannel> {
        ReportBookServiceClient::new(self.channel.clone())
    }

    pub(super) fn reports(&self) -> ReportServiceClient<HubChannel> {
        ReportServiceClient::new(self.channel.clone())
    }

    pub(super) fn supervision(&self) -> SupervisionServiceClient<HubChannel> {
        SupervisionServiceClient::new(self.channel.clone())
    }

    pub(super) fn calendar(&self) -> CalendarServiceClient<HubChannel> {
        CalendarServiceClient::new(self.channel.clone())
    }

    pub(super) fn suspensions(&self) -> SuspensionServiceClient<HubChannel> {
        SuspensionServiceClient::new(self.channel.clone())
    }

    pub(super) fn sandbox(&self) -> SandboxServiceClient<HubChannel> {
        SandboxServiceClient::new(self.channel.clone())
    }

    pub(super) fn webhooks(&self) -> WebhookServiceClient<HubChannel> {
        WebhookServiceClient::new(self.channel.clone())
    }

    pub(in crate::cli) fn tracking(&self) -> TrackingServiceClient<HubChannel> {
        TrackingServiceClient::new(self.channel.clone())
    }
}

/// Calls the hub, again if it sheds the call; `$attempt` is an async closure.
macro_rules! ask {
    ($attempt:expr) => {
        $crate::client::call::call($crate::cli::client::session::tell_wait, $attempt)
            .await
            .map_err($crate::cli::client::session::refused)
    };
}
pub(in crate::cli) use ask;

/// Says on stderr that a call is tried again.
pub(in crate::cli) fn tell_wait(refusal: &Refusal, wait: Duration) {
    let seconds = wait.as_secs_f32();
    output::error(&format!(
        "{} Thử lại sau {seconds:.1} giây…\n{} Trying again in {seconds:.1} s…\n",
        refusal.vi, refusal.en
    ));
}

/// What the hub refused, as the failure of the command: each wrong field on a line of its own.
pub(in crate::cli) fn refused(refusal: Refusal) -> Failure {
    let reason = if refusal.reason.is_empty() {
        format!("{:?}", refusal.code)
    } else {
        refusal.reason
    };
    let more = refusal.more_fields;
    let lines = |text: fn(&WrongField) -> &str, rest: &str| {
        let mut lines: String = refusal
            .fields
            .iter()
            .flat_map(|field| ["\n  ", &field.field, ": ", text(field)])
            .collect();
        if more > 0 {
            lines.extend(["\n  … ", &more.to_string(), " ", rest]);
        }
        lines
    };
    let vi = lines(|field| &field.vi, "lỗi nữa; --check nêu tất cả");
    let en = lines(|field| &field.en, "more; --check tells all of them");
    Failure::failed(
        format!("{} ({reason}){vi}", refusal.vi),
        format!("{} ({reason}){en}", refusal.en),
    )
}

/// A stream's break, as a failure.
pub(super) fn broken(status: impl Into<Refusal>) -> Failure {
    refused(status.into())
}

/// An answer of the hub without what it must have.
pub(super) fn incomplete(what: &str) -> Failure {
    Failure::failed(
        format!("Cổng trả lời thiếu {what}; có thể cổng mới hơn chương trình này."),
        format!("The hub's answer has no {what}; the hub may be newer than this program."),
    )
}

/// A fresh idempotency key: `cli-` and 32 random hex digits.
pub(super) fn fresh_key() -> String {
    let mut bytes = [0_u8; 32];
    OsRandom.fill(&mut bytes);
    let digits: String = hex(&bytes).chars().take(32).collect();
    format!("cli-{digits}")
}
