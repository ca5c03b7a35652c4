//! The rows as the ledger writes them and as queries read them.

use sqlx::Row as _;

use super::backend::{digest, from_row, json, parsed, parsed_optional};
use super::bulk::{Cell, Row, Table};
use super::schema;
use crate::domain::agency::{Agency, Credential, Officer};
use crate::domain::deadline::Deadline;
use crate::domain::event::{Measure, Relation};
use crate::domain::ids::{AgencyCode, CursorName, IdempotencyKey, OfficerId, RequestId};
use crate::domain::mailbox::{Lane, LaneHead, MailboxEntry};
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::workflow::{Party, State};
use crate::evidence::{
    Digest,
    digest::RowDigest,
    merkle::Frontier,
};

fn text(value: &str) -> Cell<'_> {
    Cell::Text(Some(value))
}

fn integer<'a>(value: i64) -> Cell<'a> {
    Cell::Integer(Some(value))
}

fn time<'a>(value: Option<Timestamp>) -> Cell<'a> {
    Cell::Integer(value.map(Timestamp::micros))
}

macro_rules! row {
    ($type:ty, $table:ident, |$row:ident| [$($cell:expr),* $(,)?]) => {
        impl Row for $type {
            const TABLE: &'static Table = &schema::$table;
            fn cells(&self) -> Vec<Cell<'_>> {
                let $row = self;
                vec![$($cell),*]
            }
        }
    };
}

/// The head of the ledger: the tree so far, the latest time, the version of the registry.
#[derive(Debug, Clone)]
pub struct Head {
    /// Size and frontier of the tree.
    pub frontier: Frontier,
    /// The root, as stored.
    pub root: Digest,
    /// The time of the latest entry.
    pub hub_time: Timestamp,
    /// Counts changes of agencies, officers and credentials.
    pub registry_version: i64,
}

from_row!(Head, |row| {
    let size: i64 = row.try_get("tree_size")?;
    let frontier: Vec<u8> = row.try_get("frontier")?;
    let size = u64::try_from(size).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(Self {
        frontier: Frontier::from_bytes(size, &frontier).map_err(|error| sqlx::Error::Decode(error.into()))?,
        root: digest(row, "root_hash")?,
        hub_time: Timestamp::from_micros(row.try_get("hub_time")?),
        registry_version: row.try_get("registry_version")?,
    })
});

/// The exact bytes of a log entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its index.
    pub log_index: i64,
    /// Its leaf.
    pub leaf: Vec<u8>,
}

row!(LogEntry, LOG_ENTRY, |row| [integer(row.log_index), Cell::Bytes(Some(&row.leaf))]);
from_row!(LogEntry, |row| Ok(Self { log_index: row.try_get("log_index")?, leaf: row.try_get("leaf")? }));

/// The tree after a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Number of entries.
    pub tree_size: i64,
    /// The root.
    pub root_hash: Digest,
    /// The time of the batch.
    pub hub_time: Timestamp,
    /// The hub's name (origin of the log).
    pub hub_id: String,
}

row!(Checkpoint, CHECKPOINT, |row| [
    integer(row.tree_size),
    Cell::Bytes(Some(&row.root_hash)),
    integer(row.hub_time.micros()),
    text(&row.hub_id),
]);
from_row!(Checkpoint, |row| {
    Ok(Self {
        tree_size: row.try_get("tree_size")?,
        root_hash: digest(row, "root_hash")?,
        hub_time: Timestamp::from_micros(row.try_get("hub_time")?),
        hub_id: row.try_get("hub_id")?,
    })
});

/// An event as stored. `details` is the JSON text whose bytes the row digest covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its log index.
    pub log_index: i64,
    /// `EntryType::code`.
    pub entry_type: u8,
    /// The request, agency or mailbox it is about.
    pub subject: String,
    /// The subject's version after it.
    pub version: i64,
    /// What was done.
    pub action: String,
    /// State before.
    pub from_state: Option<State>,
    /// State after.
    pub to_state: Option<State>,
    /// The agency that acted.
    pub agency: AgencyCode,
    /// The officer that acted.
    pub officer: OfficerId,
    /// As which party.
    pub party: Option<Party>,
    /// The other party.
    pub counterparty: Option<AgencyCode>,
    /// When.
    pub hub_time: Timestamp,
    /// `EventDetails` or what the registry says, as JSON.
    pub details: String,
}

row!(EventRow, EVENT, |row| [
    integer(row.log_index),
    integer(i64::from(row.entry_type)),
    text(&row.subject),
    integer(row.version),
    text(&row.action),
    Cell::Text(row.from_state.map(State::as_str)),
    Cell::Text(row.to_state.map(State::as_str)),
    text(row.agency.as_str()),
    text(row.officer.as_str()),
    Cell::Text(row.party.map(Party::as_str)),
    Cell::Text(row.counterparty.as_ref().map(AgencyCode::as_str)),
    integer(row.hub_time.micros()),
    text(&row.details),
]);
from_row!(EventRow, |row| {
    let entry_type: i64 = row.try_get("entry_type")?;
    Ok(Self {
        log_index: row.try_get("log_index")?,
        entry_type: u8::try_from(entry_type).map_err(|error| sqlx::Error::Decode(error.into()))?,
        subject: row.try_get("subject")?,
        version: row.try_get("version")?,
        action: row.try_get("action")?,
        from_state: parsed_optional(row, "from_state")?,
        to_state: parsed_optional(row, "to_state")?,
        agency: parsed(row, "agency")?,
        officer: parsed(row, "officer")?,
        party: parsed_optional(row, "party")?,
        counterparty: parsed_optional(row, "counterparty")?,
        hub_time: Timestamp::from_micros(row.try_get("hub_time")?),
        details: row.try_get("details")?,
    })
});

impl EventRow {
    /// The digest of this row that stands in its leaf.
    pub fn digest(&self) -> Digest {
        let mut digest = RowDigest::default();
        for cell in self.cells() {
            match cell {
                Cell::Text(value) => digest.text(value),
                Cell::Integer(value) => digest.integer(value.unwrap_or_default()),
                Cell::Bytes(value) => digest.bytes(value.unwrap_or_default()),
                Cell::Flag(value) => digest.integer(i64::from(value)),
            }
        }
        digest.finish()
    }
}

/// The bytes that an agency sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The log index of the entry that brought them.
    pub log_index: i64,
    /// Their media type.
    pub media_type: String,
    /// The salt of their digest; `None` after erasure.
    pub salt: Option<Vec<u8>>,
    /// The bytes; `None` after erasure.
    pub content: Option<bytes::Bytes>,
}

row!(Body, BODY, |row| [
    integer(row.log_index),
    text(&row.media_type),
    Cell::Bytes(row.salt.as_deref()),
    Cell::Bytes(row.content.as_deref()),
]);
from_row!(Body, |row| {
    let content: Option<Vec<u8>> = row.try_get("content")?;
    Ok(Self {
        log_index: row.try_get("log_index")?,
        media_type: row.try_get("media_type")?,
        salt: row.try_get("salt")?,
        content: content.map(bytes::Bytes::from),
    })
});

/// A key that was used, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedKey {
    /// Whose key.
    pub agency: AgencyCode,
    /// The key.
    pub key: IdempotencyKey,
    /// What it was used for.
    pub content_sha256: Digest,
    /// The first entry that came of it.
    pub log_index: i64,
    /// How many entries came of it.
    pub entry_count: i64,
}

row!(UsedKey, IDEMPOTENCY, |row| [
    text(row.agency.as_str()),
    text(row.key.as_str()),
    Cell::Bytes(Some(&row.content_sha256)),
    integer(row.log_index),
    integer(row.entry_count),
]);
from_row!(UsedKey, |row| {
    Ok(Self {
        agency: parsed(row, "agency")?,
        key: parsed(row, "key")?,
        content_sha256: digest(row, "content_sha256")?,
        log_index: row.try_get("log_index")?,
        entry_count: row.try_get("entry_count")?,
    })
});

row!(EnforcementRequest, ENFORCEMENT_REQUEST, |row| [
    text(row.id.as_str()),
    Cell::Text(row.broadcast_id.as_ref().map(crate::domain::ids::BroadcastId::as_str)),
    text(row.kind.as_str()),
    integer(row.kind_revision),
    text(row.sender.as_str()),
    text(row.recipient.as_str()),
    text(row.channel.as_str()),
    text(row.lane.as_str()),
    integer(row.recipient_position),
    integer(row.submit_index),
    integer(row.body_index),
    integer(row.submit_time.micros()),
    text(row.state.as_str()),
    integer(row.version),
    integer(row.update_time.micros()),
    Cell::Text(row.registry_number.as_deref()),
    time(row.registered_time),
    Cell::Text(row.assigned_unit.as_ref().map(crate::domain::ids::UnitId::as_str)),
    Cell::Text(row.assigned_officer.as_ref().map(OfficerId::as_str)),
    Cell::Flag(row.extended),
    Cell::Text(row.outcome.as_deref()),
    Cell::Integer(row.answer_index),
    integer(row.answer_count),
    time(row.due_time),
]);
from_row!(EnforcementRequest, |row| {
    let registered: Option<i64> = row.try_get("registered_time")?;
    let due: Option<i64> = row.try_get("due_time")?;
    Ok(Self {
        id: parsed(row, "id")?,
        broadcast_id: parsed_optional(row, "broadcast_id")?,
        kind: parsed(row, "kind")?,
        kind_revision: row.try_get("kind_revision")?,
        sender: parsed(row, "sender")?,
        recipient: parsed(row, "recipient")?,
        channel: parsed(row, "channel")?,
        lane: parsed(row, "lane")?,
        recipient_position: row.try_get("recipient_position")?,
        submit_index: row.try_get("submit_index")?,
        body_index: row.try_get("body_index")?,
        submit_time: Timestamp::from_micros(row.try_get("submit_time")?),
        state: parsed(row, "state")?,
        version: row.try_get("version")?,
        update_time: Timestamp::from_micros(row.try_get("update_time")?),
        registry_number: row.try_get("registry_number")?,
        registered_time: registered.map(Timestamp::from_micros),
        assigned_unit: parsed_optional(row, "assigned_unit")?,
        assigned_officer: parsed_optional(row, "assigned_officer")?,
        extended: row.try_get("extended")?,
        outcome: row.try_get("outcome")?,
        answer_index: row.try_get("answer_index")?,
        answer_count: row.try_get("answer_count")?,
        due_time: due.map(Timestamp::from_micros),
    })
});

/// A relation of a request to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RelationRow {
    pub(crate) request_id: RequestId,
    pub(crate) relation: Relation,
}

row!(RelationRow, REQUEST_RELATION, |row| [
    text(row.request_id.as_str()),
    text(&row.relation.relation),
    text(row.relation.related_id.as_str()),
]);
from_row!(Relation, |row| {
    Ok(Self { relation: row.try_get("relation")?, related_id: parsed(row, "related_id")? })
});

/// A deadline of a request; `state` is the whole of it as JSON, the columns beside it are for search.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DeadlineRow {
    pub(crate) request_id: RequestId,
    pub(crate) deadline: Deadline,
    state: String,
}

impl DeadlineRow {
    pub(crate) fn new(request_id: RequestId, deadline: Deadline) -> Result<Self, serde_json::Error> {
        let state = serde_json::to_string(&deadline)?;
        Ok(Self { request_id, deadline, state })
    }
}

row!(DeadlineRow, DEADLINE, |row| [
    text(row.request_id.as_str()),
    text(&row.deadline.name),
    integer(i64::from(row.deadline.occurrence)),
    text(row.deadline.status.as_str()),
    time(row.deadline.due),
    text(&row.state),
]);
from_row!(DeadlineRow, |row| {
    Ok(Self {
        request_id: parsed(row, "enforcement_request_id")?,
        deadline: json(row, "state")?,
        state: row.try_get("state")?,
    })
});

/// A measure with the request it came of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MeasureRow {
    pub(crate) request_id: RequestId,
    pub(crate) holder: AgencyCode,
    pub(crate) sender: AgencyCode,
    pub(crate) kind: String,
    pub(crate) measure: Measure,
    amounts: String,
}

impl MeasureRow {
    pub(crate) fn new(request: &EnforcementRequest, measure: Measure) -> Result<Self, serde_json::Error> {
        Ok(Self {
            request_id: request.id.clone(),
            holder: request.recipient.clone(),
            sender: request.sender.clone(),
            kind: request.kind.to_string(),
            amounts: serde_json::to_string(&measure.amounts)?,
            measure,
        })
    }
}

row!(MeasureRow, MEASURE, |row| [
    text(row.measure.id.as_str()),
    text(row.request_id.as_str()),
    text(row.holder.as_str()),
    text(row.sender.as_str()),
    text(&row.kind),
    Cell::Flag(row.measure.in_force),
    text(&row.amounts),
    integer(row.measure.since.micros()),
    time(row.measure.ended),
]);

/// A measure as read, keyed by its request.
#[derive(Debug, Clone)]
pub(crate) struct MeasureOf {
    pub(crate) request_id: RequestId,
    pub(crate) measure: Measure,
}

from_row!(MeasureOf, |row| {
    let ended: Option<i64> = row.try_get("ended_time")?;
    Ok(Self {
        request_id: parsed(row, "enforcement_request_id")?,
        measure: Measure {
            id: parsed(row, "id")?,
            in_force: row.try_get("in_force")?,
            amounts: json(row, "amounts")?,
            since: Timestamp::from_micros(row.try_get("since_time")?),
            ended: ended.map(Timestamp::from_micros),
        },
    })
});

/// The last number given in an agency's register of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RegisterCounter {
    pub(crate) agency: AgencyCode,
    pub(crate) year: i64,
    pub(crate) last_number: i64,
}

row!(RegisterCounter, REGISTER_COUNTER, |row| [
    text(row.agency.as_str()),
    integer(row.year),
    integer(row.last_number),
]);
from_row!(RegisterCounter, |row| {
    Ok(Self {
        agency: parsed(row, "agency")?,
        year: row.try_get("year")?,
        last_number: row.try_get("last_number")?,
    })
});

/// How far a lane of a mailbox goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeadRow {
    pub(crate) agency: AgencyCode,
    pub(crate) lane: Lane,
    pub(crate) head: LaneHead,
}

row!(HeadRow, MAILBOX_HEAD, |row| [
    text(row.agency.as_str()),
    text(row.lane.as_str()),
    integer(row.head.last_position),
    integer(row.head.delivered_position),
]);
from_row!(HeadRow, |row| {
    Ok(Self {
        agency: parsed(row, "agency")?,
        lane: parsed(row, "lane")?,
        head: LaneHead {
            last_position: row.try_get("last_position")?,
            delivered_position: row.try_get("delivered_position")?,
        },
    })
});

row!(MailboxEntry, MAILBOX_ENTRY, |row| [
    text(row.agency.as_str()),
    text(row.lane.as_str()),
    integer(row.position),
    integer(row.log_index),
    text(row.request_id.as_str()),
    Cell::Text(row.unit.as_ref().map(crate::domain::ids::UnitId::as_str)),
    Cell::Text(row.officer.as_ref().map(OfficerId::as_str)),
    Cell::Flag(row.lifted),
]);

/// A mailbox entry with the event it announces.
#[derive(Debug, Clone)]
pub struct DeliveredEvent {
    /// The entry.
    pub entry: MailboxEntry,
    /// The event.
    pub event: EventRow,
}

from_row!(DeliveredEvent, |row| {
    let event = EventRow::from_row(row)?;
    Ok(Self {
        entry: MailboxEntry {
            agency: parsed(row, "m_agency")?,
            lane: parsed(row, "m_lane")?,
            position: row.try_get("m_position")?,
            log_index: event.log_index,
            request_id: parsed(row, "subject")?,
            unit: parsed_optional(row, "m_unit")?,
            officer: parsed_optional(row, "m_officer")?,
            lifted: row.try_get("m_lifted")?,
        },
        event,
    })
});

/// A named cursor in one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CursorRow {
    pub(crate) agency: AgencyCode,
    pub(crate) name: CursorName,
    pub(crate) lane: Lane,
    pub(crate) position: i64,
}

row!(CursorRow, MAILBOX_CURSOR, |row| [
    text(row.agency.as_str()),
    text(row.name.as_str()),
    text(row.lane.as_str()),
    integer(row.position),
]);
from_row!(CursorRow, |row| {
    Ok(Self {
        agency: parsed(row, "agency")?,
        name: parsed(row, "name")?,
        lane: parsed(row, "lane")?,
        position: row.try_get("position")?,
    })
});

/// An agency as stored, with what the ledger needs to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredAgency {
    /// The agency.
    pub agency: Agency,
    /// Counts its changes, from 1.
    pub version: i64,
    aliases: String,
    units: String,
}

impl RegisteredAgency {
    pub(crate) fn new(agency: Agency, version: i64) -> Result<Self, serde_json::Error> {
        let aliases = serde_json::to_string(&agency.aliases)?;
        let units = serde_json::to_string(&agency.units)?;
        Ok(Self { agency, version, aliases, units })
    }
}

row!(RegisteredAgency, AGENCY, |row| [
    text(row.agency.code.as_str()),
    text(row.agency.role.as_str()),
    text(&row.agency.name),
    text(&row.agency.name_en),
    text(&row.agency.province_code),
    text(&row.agency.commune_code),
    Cell::Text(row.agency.parent.as_ref().map(AgencyCode::as_str)),
    Cell::Text(row.agency.successor.as_ref().map(AgencyCode::as_str)),
    text(row.agency.channel.as_str()),
    Cell::Flag(row.agency.suspended),
    text(&row.aliases),
    text(&row.units),
    integer(row.version),
]);
from_row!(RegisteredAgency, |row| {
    let agency = Agency {
        code: parsed(row, "code")?,
        role: parsed(row, "role")?,
        name: row.try_get("name")?,
        name_en: row.try_get("name_en")?,
        province_code: row.try_get("province_code")?,
        commune_code: row.try_get("commune_code")?,
        parent: parsed_optional(row, "parent")?,
        successor: parsed_optional(row, "successor")?,
        channel: parsed(row, "channel")?,
        suspended: row.try_get("suspended")?,
        aliases: json(row, "aliases")?,
        units: json(row, "units")?,
    };
    Ok(Self {
        agency,
        version: row.try_get("version")?,
        aliases: row.try_get("aliases")?,
        units: row.try_get("units")?,
    })
});

/// An agency and whether it is connected: it has a usable certificate and an officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectedAgency {
    pub(crate) registered: RegisteredAgency,
    pub(crate) connected: bool,
}

from_row!(ConnectedAgency, |row| {
    Ok(Self { registered: RegisteredAgency::from_row(row)?, connected: row.try_get("connected")? })
});

/// An officer as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfficerRow {
    pub(crate) officer: Officer,
    valid_from: String,
    valid_to: Option<String>,
}

impl From<Officer> for OfficerRow {
    fn from(officer: Officer) -> Self {
        Self {
            valid_from: officer.valid_from.to_string(),
            valid_to: officer.valid_to.map(|date| date.to_string()),
            officer,
        }
    }
}

row!(OfficerRow, OFFICER, |row| [
    text(row.officer.agency.as_str()),
    text(row.officer.id.as_str()),
    text(&row.officer.full_name),
    text(&row.officer.position),
    Cell::Text(row.officer.unit.as_ref().map(crate::domain::ids::UnitId::as_str)),
    text(&row.valid_from),
    Cell::Text(row.valid_to.as_deref()),
]);
from_row!(OfficerRow, |row| {
    Ok(Self::from(Officer {
        agency: parsed(row, "agency")?,
        id: parsed(row, "id")?,
        full_name: row.try_get("full_name")?,
        position: row.try_get("position")?,
        unit: parsed_optional(row, "unit")?,
        valid_from: parsed(row, "valid_from")?,
        valid_to: parsed_optional(row, "valid_to")?,
    }))
});

/// A credential as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CredentialRow(pub(crate) Credential);

row!(CredentialRow, CREDENTIAL, |row| [
    Cell::Bytes(Some(&row.0.fingerprint)),
    text(row.0.purpose.as_str()),
    text(row.0.agency.as_str()),
    Cell::Bytes(Some(&row.0.certificate)),
    integer(row.0.not_before.micros()),
    integer(row.0.not_after.micros()),
    integer(row.0.registered_time.micros()),
    time(row.0.revoked_time),
]);
from_row!(CredentialRow, |row| {
    let revoked: Option<i64> = row.try_get("revoked_time")?;
    Ok(Self(Credential {
        agency: parsed(row, "agency")?,
        fingerprint: digest(row, "fingerprint")?,
        purpose: parsed(row, "purpose")?,
        certificate: row.try_get("certificate")?,
        not_before: Timestamp::from_micros(row.try_get("not_before")?),
        not_after: Timestamp::from_micros(row.try_get("not_after")?),
        registered_time: Timestamp::from_micros(row.try_get("registered_time")?),
        revoked_time: revoked.map(Timestamp::from_micros),
    }))
});
