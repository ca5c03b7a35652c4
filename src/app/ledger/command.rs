//! What can be asked of the ledger. Signature, token, schema and JSON checks are done before a command is made.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::civil::Date;
use serde_json::Value;

use super::case_orders::NamedCase;
use super::cases::CaseWork;
use super::catalogue::StatedKind;
use super::clock::ClockStep;
use super::erasure::ErasureStep;
pub use super::reads::SupervisedRead;
use super::timers::TimerWork;
use crate::domain::agency::{Agency, Credential, Officer, Purpose, Role};
use crate::domain::calendar::CalendarDay;
use crate::domain::catalogue::{Kind, RelatedFacts};
use crate::domain::event::{DecisionRef, Measure, Relation, Served};
use crate::domain::ids::{AgencyCode, CursorName, DocumentId, IdempotencyKey, OfficerId, RelatedId, RequestId, UnitId};
use crate::domain::mailbox::Lane;
use crate::domain::operator::LineId;
use crate::domain::signature::Signed;
use crate::domain::time::Timestamp;
use crate::domain::trust::TrustKind;
use crate::domain::viewer::Viewer;
use crate::domain::workflow::Action;
use crate::evidence::Digest;
use crate::evidence::hub_key::HubKey;
use crate::evidence::leaf::content_sha256;
use crate::sealing::{AccountDigest, DataKey};
use crate::store::rows::Checkpoint;

pub use super::sweep_task::{Sweep, SweepTask, SweptRequest};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The agency.
    pub agency: AgencyCode,
    /// Its officer.
    pub officer: OfficerId,
}

impl Actor {
    /// The hub itself.
    pub fn hub() -> Self {
        Self {
            agency: AgencyCode::hub(),
            officer: OfficerId::hub(),
        }
    }

    /// The officer who looks, as the one who acts.
    pub fn of(viewer: &Viewer) -> Self {
        Self {
            agency: viewer.agency.clone(),
            officer: viewer.officer.clone(),
        }
    }

    /// Whether it is the hub itself.
    pub fn is_hub(&self) -> bool {
        self.agency == AgencyCode::hub()
    }
}

/// One write.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who acts.
    pub actor: Actor,
    /// The key that makes it safe to retry. Moving a cursor needs none: it only goes forward.
    pub key: Option<IdempotencyKey>,
    /// What the key is bound to.
    pub content_sha256: Digest,
    /// The bytes to keep.
    pub body: Option<NewBody>,
    /// The signatures on those bytes, if there are any.
    pub verified: Option<Box<Verified>>,
    /// What to do.
    pub operation: Operation,
}

/// Signatures that were checked before the queue, and for how long that check holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The version of the registry that the check saw at least: certificates, officers and their positions.
    pub registry_version: i64,
    /// The last instant at which they may be taken: certificates expire, and so do signatures.
    pub good_until: Timestamp,
    /// What they come to.
    pub signed: Signed,
}

impl Verified {
    /// Whether the check still holds for a batch at this version of the registry and this time. If not it must be made
    /// again: a certificate may have been revoked since.
    pub fn stands(&self, registry_version: i64, now: Timestamp) -> bool {
        self.registry_version == registry_version && now <= self.good_until
    }
}

/// Bytes that an agency sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBody {
    /// `application/json` for documents, `application/jose` or `application/jose+json` for signed ones,
    /// `application/protobuf` for commands.
    pub media_type: &'static str,
    /// The bytes as they arrived.
    pub content: Bytes,
}

impl Command {
    /// A command whose content is exactly `content`.
    pub fn new(
        actor: Actor,
        key: IdempotencyKey,
        media_type: &'static str,
        content: Bytes,
        operation: Operation,
    ) -> Self {
        Self {
            actor,
            key: Some(key),
            content_sha256: content_sha256(&content),
            body: Some(NewBody { media_type, content }),
            verified: None,
            operation,
        }
    }
}

/// What to do.
#[derive(Debug, Clone)]
pub enum Operation {
    /// Open requests.
    Submit(Submit),
    /// Take a step of the workflow.
    Step(Box<Step>),
    /// Move a mailbox cursor.
    Advance(Advance),
    /// Change agencies, officers or credentials.
    Registry(Box<RegistryChange>),
    /// Take in days of the calendar.
    Calendar(CalendarImport),
    /// The hub's own work over requests, a piece at a time.
    Sweep(Sweep),
    /// What comes with time.
    Timers(Box<TimerWork>),
    /// Register measures from before or outside the hub.
    Measures(Vec<NewMeasure>),
    /// Enter an uploaded document.
    Upload(Box<Upload>),
    /// Enter that a supervisor looks at requests.
    Read(Box<SupervisedRead>),
    /// Enter that content is to be erased, is erased, or stays.
    Erasure(Box<ErasureStep>),
    /// State the catalogue by which the hub judges; its files are the command's body.
    Catalogue(CatalogueStatement),
    /// Register the keys with which a hub signs the log.
    HubKey(HubKey),
    /// Retire the keys of a hub: from then on they sign nothing that is believed.
    RetireHubKey(HubKey),
    /// Keep the certificate or the list of an authority, which is the command's body.
    Trust(TrustPaper),
    /// Enter lines of the outbox, as far as nobody has yet.
    Operator(Vec<LineId>),
    /// Move the clock of a sandbox, or let clocks of requests stand still.
    Clocks(Box<ClockStep>),
    /// Change an endpoint of webhooks.
    Webhook(Box<super::webhook::WebhookStep>),
    /// Open and change cases.
    Cases(CaseWork),
    /// Close a period, or set targets or a campaign.
    Reports(Box<super::reports::ReportStep>),
}

/// A measure from before or outside the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMeasure {
    /// The measure. Its id is made when it is registered.
    pub measure: Measure,
    /// The accounts that it holds, as far as they were stated.
    pub accounts: Vec<AccountDigest>,
}

impl NewMeasure {
    /// A measure that holds these accounts.
    pub fn new(measure: Measure, accounts: Vec<AccountDigest>) -> Self {
        Self { measure, accounts }
    }
}

/// A catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueStatement {
    /// As [`catalogue_subject`](super::catalogue::catalogue_subject) makes it.
    pub subject: String,
    /// Its kinds, in the order of their codes.
    pub kinds: Vec<StatedKind>,
}

/// A paper of an authority, and what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustPaper {
    /// What it is.
    pub kind: TrustKind,
    /// SHA-256 of the authority's subjectPublicKeyInfo (DER).
    pub authority_key: Digest,
    /// From when on it speaks: notBefore, or thisUpdate.
    pub valid_from: Timestamp,
    /// Until when it speaks: notAfter, or nextUpdate.
    pub valid_to: Timestamp,
}

/// A document whose bytes are kept already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id, fresh.
    pub id: DocumentId,
    /// File name as people see it.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub size: i64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// The key that sealed them. It becomes the key of the entry.
    pub data_key: DataKey,
}

/// Days of the calendar, each as it is from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarImport {
    /// The days; one for each date.
    pub days: Vec<CalendarDay>,
}

/// An order, checked against its kind.
#[derive(Debug, Clone)]
pub struct Submit {
    /// The kind.
    pub kind: Arc<Kind>,
    /// To whom; more than one makes a broadcast.
    pub recipients: Vec<AgencyCode>,
    /// What it relates to, each pair once.
    pub relations: Vec<Relation>,
    /// The order's payload, for the clocks.
    pub payload: Value,
    /// The date in the order's head.
    pub issue_date: Date,
    /// The unit of each recipient that deals with the place, as far as its territory says.
    pub units: Vec<Option<UnitId>>,
    /// The documents that its attachments are, in their order.
    pub attachments: Vec<DocumentId>,
    /// Copies by right, made in the same write.
    pub copies: Vec<CopyByRight>,
    /// Roles that are due a copy and that no registered agency has for the place.
    pub copies_missing: Vec<Role>,
    /// The case that it names.
    pub case: Option<Box<NamedCase>>,
    /// The accounts that it names.
    pub accounts: Vec<AccountDigest>,
}

/// A copy of an order that the law gives to another agency.
#[derive(Debug, Clone)]
pub struct CopyByRight {
    /// The kind under which it is sent.
    pub kind: Arc<Kind>,
    /// To whom.
    pub recipient: AgencyCode,
    /// The unit that deals with the place.
    pub unit: Option<UnitId>,
}

/// Whether a step says what came of the order: a final answer, or its correction.
pub fn states_a_result(action: Action) -> bool {
    matches!(action, Action::AnswerFinal | Action::RecordAnswer | Action::Correct)
}

/// A step of a request after submit.
#[derive(Debug, Clone)]
pub struct Step {
    /// Which request.
    pub request_id: RequestId,
    /// Its parties, for reading ahead; they never change.
    pub sender: AgencyCode,
    /// Its recipient.
    pub recipient: AgencyCode,
    /// Its kind, in the revision it was submitted under.
    pub kind: Arc<Kind>,
    /// What to do.
    pub action: Action,
    /// The version that the caller has seen; `None` does not check.
    pub expected_version: Option<i64>,
    /// The order's payload; needed only if `domain::deadline::needs_order_payload` says so, else null.
    pub order_payload: Value,
    /// The payload that this step brings, if it is an answer or a report.
    pub answer_payload: Option<Value>,
    /// What the order relates to, as far as this step changes its measures; for reading ahead.
    pub related: Vec<RelatedId>,
    /// The decision that the order states; needed if this step makes a measure.
    pub decision: Option<DecisionRef>,
    /// When the act was done, if a paper states it; else it is done now.
    pub done: Option<Timestamp>,
    /// What it states.
    pub statement: Statement,
    /// The accounts that its payload names.
    pub accounts: Vec<AccountDigest>,
}

/// What a step states, apart from free text, which stays in the body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement {
    /// The recipient's own registry number.
    pub registry_number: Option<String>,
    /// The unit to assign or forward to.
    pub unit: Option<UnitId>,
    /// The officer to assign to.
    pub officer: Option<OfficerId>,
    /// The outcome of an answer.
    pub outcome: Option<String>,
    /// The reason code of a no or a dispute.
    pub reason: Option<String>,
    /// The agency that a return names as competent.
    pub competent: Option<AgencyCode>,
    /// The clock to extend.
    pub clock: Option<String>,
    /// The sender disputes a return as unfounded.
    pub unfounded_return: bool,
    /// What the holder holds from now on: an answer, a correction or a report states it anew.
    pub holding: Option<Holding>,
    /// What it does to the measures that the order relates to.
    pub related: Option<RelatedFacts>,
    /// How the paper was handed over.
    pub served: Option<Served>,
    /// The documents that its attachments are, in their order.
    pub attachments: Vec<DocumentId>,
}

/// What a holder holds after its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// A measure is in force; amounts per currency or unit as far as the kind states them.
    Measure(BTreeMap<String, String>),
    /// Nothing is held.
    Nothing,
}

/// A move of a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    /// Which cursor.
    pub cursor: CursorName,
    /// To where, per lane.
    pub positions: BTreeMap<Lane, i64>,
    /// Which way it may go.
    pub way: Way,
}

/// Which way a cursor may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Forward only; passing entries with `intake` makes them delivered.
    Forward,
    /// Anywhere; delivers nothing.
    Anywhere,
}

/// A change of the registry.
#[derive(Debug, Clone, PartialEq)]
pub enum RegistryChange {
    /// The first agency of an empty hub, by `lienthong init`.
    Init {
        /// The operator.
        agency: Agency,
        /// Its first officer.
        officer: Officer,
        /// Its certificates.
        credentials: Vec<Credential>,
    },
    /// A new agency, with its first officer and credentials if it is connected at once.
    CreateAgency {
        /// The agency.
        agency: Agency,
        /// Its first officer.
        officer: Option<Officer>,
        /// Its certificates.
        credentials: Vec<Credential>,
    },
    /// The whole agency as it is from now on. Its code, role and suspension do not change by this.
    UpdateAgency(Agency),
    /// Stop an agency from acting, or let it act again.
    SuspendAgency {
        /// Which.
        code: AgencyCode,
        /// Whether it is suspended from now on.
        suspended: bool,
    },
    /// A new officer, or the whole of an officer as he is from now on.
    RegisterOfficer {
        /// The officer as he is to be.
        officer: Officer,
        /// Whether the scope was stated. If not, an officer who is registered already keeps his.
        states_scope: bool,
    },
    /// The last day in office.
    EndOfficer {
        /// The agency.
        agency: AgencyCode,
        /// Who.
        officer: OfficerId,
        /// The last day.
        last_day: Date,
    },
    /// A certificate for one or more purposes.
    RegisterCredentials {
        /// The agency.
        agency: AgencyCode,
        /// One for each purpose.
        credentials: Vec<Credential>,
    },
    /// A certificate is no longer good, for these purposes.
    RevokeCredential {
        /// The agency.
        agency: AgencyCode,
        /// Which certificate.
        fingerprint: Digest,
        /// For what; empty means for all.
        purposes: Vec<Purpose>,
    },
}

impl RegistryChange {
    /// The agency that it is about.
    pub fn agency(&self) -> &AgencyCode {
        match self {
            Self::Init { agency, .. } | Self::CreateAgency { agency, .. } | Self::UpdateAgency(agency) => &agency.code,
            Self::SuspendAgency { code, .. } => code,
            Self::RegisterOfficer { officer, .. } => &officer.agency,
            Self::EndOfficer { agency, .. }
            | Self::RegisterCredentials { agency, .. }
            | Self::RevokeCredential { agency, .. } => agency,
        }
    }
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It acted now, or there was nothing left to do (no receipts).
    Done(Vec<Receipt>),
    /// Nothing was done: its signatures or rights were checked under a registry that has moved since. To be checked again.
    Outdated,
    /// The key acted before: these entries are its receipts.
    Replayed {
        /// What the key is bound to.
        content_sha256: Digest,
        /// The first entry.
        log_index: i64,
        /// How many.
        entry_count: i64,
    },
}

/// The proof of one entry. A pure function of the entry, its checkpoint and what the key is bound to, so a retry gets the
/// same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The entry's index.
    pub log_index: i64,
    /// The exact leaf.
    pub leaf: Bytes,
    /// SHA-256 of what was accepted.
    pub content_sha256: Digest,
    /// The hashes from the leaf up to the root of that tree.
    pub proof: Vec<Digest>,
    /// The tree after the batch that holds the entry.
    pub checkpoint: Arc<Checkpoint>,
}
