//! What can be asked of the ledger. Signature, token, schema and JSON checks are done before a command is made.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::civil::Date;
use serde_json::Value;

use crate::domain::agency::{Agency, Credential, Officer, Purpose};
use crate::domain::catalogue::Kind;
use crate::domain::event::Relation;
use crate::domain::ids::{AgencyCode, CursorName, IdempotencyKey, OfficerId, RequestId, UnitId};
use crate::domain::mailbox::Lane;
use crate::domain::workflow::Action;
use crate::evidence::Digest;
use crate::evidence::leaf::content_sha256;
use crate::store::rows::Checkpoint;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The agency.
    pub agency: AgencyCode,
    /// Its officer.
    pub officer: OfficerId,
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
    /// What to do.
    pub operation: Operation,
}

/// Bytes that an agency sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBody {
    /// `application/json` for documents, `application/protobuf` for commands.
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
    /// What it states.
    pub statement: Statement,
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
    RegisterOfficer(Officer),
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
            Self::RegisterOfficer(officer) => &officer.agency,
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
    /// The tree after the batch that holds the entry.
    pub checkpoint: Arc<Checkpoint>,
}
