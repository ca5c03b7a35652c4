//! What a batch reads and changes: an overlay over the database, held only while the head is locked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::ser::Error as _;

use super::books::Books;
use super::command::Actor;
use super::erasure::ErasureFacts;
use super::reports::ReportFacts;
use super::timers::Retimed;
use super::webhook::WebhookFacts;
use crate::domain::agency::{Agency, Credential, Officer, Purpose};
use crate::domain::calendar::DayState;
use crate::domain::catalogue::definition::Register;
use crate::domain::deadline::Deadline;
use crate::domain::enforcement_case::{CaseRecord, CaseRequest};
use crate::domain::erasure::Erasure;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::event::{Entered, Measure};
use crate::domain::ids::{AgencyCode, CaseId, CursorName, IdempotencyKey, MeasureId, OfficerId, RelatedId, RequestId};
use crate::domain::mailbox::{Lane, LaneHead, MailboxEntry};
use crate::domain::operator::{LineId, OperatorLine};
use crate::domain::register::running_number;
use crate::domain::regulation::Pair;
use crate::domain::request::EnforcementRequest;
use crate::domain::response_time::Tallies;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::evidence::Digest;
use crate::store::rows::{
    AccountDocumentRow, AttachmentRow, BodyRow, CaseRequestRow, CaseRow, ConnectedAgency, ContentKeyRow, CredentialRow,
    CursorRow, DeadlineRow, ErasedContentRow, EventRow, HeadRow, HubKeyRow, JobRow, LogEntry, MeasureRow, NoticeRow,
    ReadRow, RegisterCounter, RelationRow, RequestAttachmentRow, ShownRow, TrustPaperRow, UsedKey,
};

/// A map that remembers which entries a batch has changed.
#[derive(Debug)]
pub(super) struct Tracked<K, V> {
    values: BTreeMap<K, V>,
    changed: BTreeSet<K>,
}

impl<K: Ord + Clone, V> Default for Tracked<K, V> {
    fn default() -> Self {
        Self {
            values: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }
}

impl<K: Ord + Clone, V> Tracked<K, V> {
    pub(super) fn load(&mut self, rows: impl IntoIterator<Item = (K, V)>) {
        self.values.extend(rows);
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.values.values()
    }

    pub(super) fn set(&mut self, key: K, value: V) {
        self.changed.insert(key.clone());
        self.values.insert(key, value);
    }

    /// Every changed entry as it finally stands: one row per key.
    pub(super) fn changes(&self) -> impl Iterator<Item = (&K, &V)> {
        self.changed.iter().filter_map(|key| self.values.get_key_value(key))
    }
}

/// Agencies and officers, kept between batches as long as the head's registry version stays the same: under the lock
/// of the head nobody else can have changed them.
#[derive(Debug, Default)]
pub(super) struct Registry {
    pub(super) version: i64,
    pub(super) agencies: BTreeMap<AgencyCode, Option<ConnectedAgency>>,
    pub(super) officers: BTreeMap<(AgencyCode, OfficerId), Option<Officer>>,
}

/// The most agencies or officers kept between batches.
const REGISTRY_LIMIT: usize = 20_000;

impl Registry {
    /// Forgets everything if the registry has moved, or if there is too much.
    pub(super) fn follow(&mut self, version: i64) {
        let too_large = self.agencies.len() > REGISTRY_LIMIT || self.officers.len() > REGISTRY_LIMIT;
        if self.version != version || too_large {
            *self = Self {
                version,
                ..Self::default()
            };
        }
    }

    pub(super) fn agency(&self, code: &AgencyCode) -> Option<&Agency> {
        self.connected(code).map(|connected| &connected.registered.agency)
    }

    /// The province of an agency, 2 digits; empty if it has none.
    pub(super) fn province(&self, code: &AgencyCode) -> &str {
        self.agency(code).map_or("", |agency| &agency.province_code)
    }

    /// The two sides of a request, as far as they are known.
    pub(super) fn pair<'a>(&'a self, sender: &'a AgencyCode, recipient: &'a AgencyCode) -> Option<Pair<'a>> {
        Some(Pair {
            sender,
            sender_province: self.province(sender),
            recipient,
            recipient_province: self.province(recipient),
            recipient_role: self.agency(recipient)?.role,
        })
    }

    pub(super) fn connected(&self, code: &AgencyCode) -> Option<&ConnectedAgency> {
        self.agencies.get(code).and_then(Option::as_ref)
    }

    pub(super) fn officer(&self, agency: &AgencyCode, id: &OfficerId) -> Option<&Officer> {
        self.officers
            .get(&(agency.clone(), id.clone()))
            .and_then(Option::as_ref)
    }

    /// Whoever acts is in office at an agency that may act, with the rights that the officer has, all as of this very batch.
    pub(super) fn viewer(&self, actor: &Actor, today: Date) -> Result<Viewer> {
        let agency = self
            .agency(&actor.agency)
            .ok_or_else(|| Error::new(ErrorCode::AgencyNotFound))?;
        if agency.suspended {
            return Err(Error::new(ErrorCode::AgencySuspended));
        }
        match self.officer(&actor.agency, &actor.officer) {
            Some(officer) if officer.is_in_office(today) => Ok(Viewer::of(officer)),
            Some(_) | None => Err(Error::new(ErrorCode::OfficerNotActive)),
        }
    }
}

/// Rows that a batch only adds.
#[derive(Debug, Default)]
pub(super) struct Appended {
    pub(super) entries: Vec<LogEntry>,
    pub(super) events: Vec<EventRow>,
    pub(super) bodies: Vec<BodyRow>,
    pub(super) content_keys: Vec<ContentKeyRow>,
    pub(super) keys: Vec<UsedKey>,
    pub(super) mailbox: Vec<MailboxEntry>,
    pub(super) relations: Vec<RelationRow>,
    pub(super) attachments: Vec<AttachmentRow>,
    pub(super) request_attachments: Vec<RequestAttachmentRow>,
    pub(super) hub_keys: Vec<HubKeyRow>,
    pub(super) trust_papers: Vec<TrustPaperRow>,
    pub(super) reads: Vec<ReadRow>,
    pub(super) shown: Vec<ShownRow>,
    pub(super) erasures: Vec<Erasure>,
    pub(super) erased_content: Vec<ErasedContentRow>,
    /// The entries that erase.
    pub(super) erased_by: Vec<i64>,
    pub(super) notices: Vec<NoticeRow>,
    pub(super) account_documents: Vec<AccountDocumentRow>,
}

/// The state of one batch.
#[derive(Debug)]
pub(super) struct State {
    /// The time of every entry of this batch.
    pub(super) hub_time: Timestamp,
    /// The time by which certificates and signatures are judged: another one in a sandbox alone.
    pub(super) machine_time: Timestamp,
    /// The first free log index.
    pub(super) next_index: i64,
    /// Counts registry changes.
    pub(super) registry_version: i64,
    /// Whether the hub has any agency.
    pub(super) has_agencies: bool,
    pub(super) used_keys: BTreeMap<(AgencyCode, IdempotencyKey), UsedKey>,
    pub(super) requests: Tracked<RequestId, EnforcementRequest>,
    pub(super) deadlines: BTreeMap<RequestId, Vec<Deadline>>,
    pub(super) measures: Tracked<MeasureId, Measure>,
    pub(super) cases: Tracked<CaseId, CaseRecord>,
    /// Orders that name a case.
    pub(super) case_requests: Tracked<RequestId, CaseRequest>,
    pub(super) changed_deadlines: BTreeSet<RequestId>,
    pub(super) counters: Tracked<(AgencyCode, Register, i64), i64>,
    /// Requests that stand in a register under a number that this batch states.
    pub(super) numbered: Vec<EnforcementRequest>,
    pub(super) heads: Tracked<(AgencyCode, Lane), LaneHead>,
    pub(super) cursors: Tracked<(AgencyCode, CursorName, Lane), i64>,
    pub(super) changed_agencies: BTreeSet<AgencyCode>,
    pub(super) changed_officers: BTreeSet<(AgencyCode, OfficerId)>,
    pub(super) credentials: Tracked<(Digest, Purpose), Credential>,
    /// Officers and credentials of an agency that ends or revokes one.
    pub(super) staff: BTreeMap<AgencyCode, (Vec<Officer>, Vec<Credential>)>,
    /// Orders entered again because the order under way lifts them.
    pub(super) lifted: Vec<Entered>,
    /// Days of the calendar that the batch takes in.
    pub(super) calendar_days: Vec<DayState>,
    /// Every hub's public keys, if the batch asks for them.
    pub(super) hub_keys: Vec<HubKeyRow>,
    /// Of the subjects that the batch asks for, those that have entries.
    pub(super) known_subjects: BTreeSet<String>,
    /// SHA-256 of the authorities' papers that the log has, if the batch asks for them.
    pub(super) trusted: BTreeSet<Digest>,
    /// Of the lines of the outbox that the batch asks for, those that are still there.
    pub(super) outbox: BTreeMap<LineId, OperatorLine>,
    /// Lines that the batch takes out.
    pub(super) taken_lines: Vec<LineId>,
    /// What the batch must know of erasures.
    pub(super) erasure: ErasureFacts,
    /// Endpoints of webhooks.
    pub(super) webhooks: WebhookFacts,
    /// Requests whose timers the batch finds out again.
    pub(super) retimed: Retimed,
    /// Drafted notices that the batch asks for.
    pub(super) notices: BTreeMap<i64, NoticeRow>,
    /// How far one of the hub's own jobs has come.
    pub(super) job: Option<JobRow>,
    /// What the batch counts.
    pub(super) tallies: Tallies,
    /// What it moves in the books of cases.
    pub(super) books: Books,
    /// Closed books, targets and campaigns.
    pub(super) reports: ReportFacts,
    /// What the batch appends to the log and beside it.
    pub(super) appended: Appended,
}

impl State {
    pub(super) fn new(hub_time: Timestamp, next_index: i64, registry_version: i64) -> Self {
        Self {
            hub_time,
            machine_time: hub_time,
            next_index,
            registry_version,
            has_agencies: true,
            used_keys: BTreeMap::new(),
            requests: Tracked::default(),
            deadlines: BTreeMap::new(),
            measures: Tracked::default(),
            cases: Tracked::default(),
            case_requests: Tracked::default(),
            changed_deadlines: BTreeSet::new(),
            counters: Tracked::default(),
            numbered: Vec::new(),
            heads: Tracked::default(),
            cursors: Tracked::default(),
            changed_agencies: BTreeSet::new(),
            changed_officers: BTreeSet::new(),
            credentials: Tracked::default(),
            staff: BTreeMap::new(),
            lifted: Vec::new(),
            calendar_days: Vec::new(),
            hub_keys: Vec::new(),
            known_subjects: BTreeSet::new(),
            trusted: BTreeSet::new(),
            outbox: BTreeMap::new(),
            taken_lines: Vec::new(),
            erasure: ErasureFacts::default(),
            webhooks: WebhookFacts::default(),
            retimed: Retimed::default(),
            notices: BTreeMap::new(),
            job: None,
            tallies: Tallies::default(),
            books: Books::default(),
            reports: ReportFacts::default(),
            appended: Appended::default(),
        }
    }

    /// How far a lane goes.
    pub(super) fn head(&self, agency: &AgencyCode, lane: Lane) -> LaneHead {
        self.heads.get(&(agency.clone(), lane)).copied().unwrap_or_default()
    }

    /// Takes the next position of a lane.
    pub(super) fn next_position(&mut self, agency: &AgencyCode, lane: Lane) -> i64 {
        let mut head = self.head(agency, lane);
        head.last_position += 1;
        self.heads.set((agency.clone(), lane), head);
        head.last_position
    }

    /// The measure that an order relates to: the one named, or of the request named the one in force, else its last.
    pub(super) fn related_measure(&self, related: &RelatedId) -> Option<&Measure> {
        match related {
            RelatedId::Measure(id) => self.measures.get(id),
            RelatedId::Request(id) => self.measure_of(id),
        }
    }

    /// The request that an order relates to, itself or by its measure.
    pub(super) fn request_related(&self, related: &RelatedId) -> Option<&EnforcementRequest> {
        match related {
            RelatedId::Request(id) => self.requests.get(id),
            RelatedId::Measure(id) => self.request_of(self.measures.get(id)?),
        }
    }

    /// The request whose answer made a measure.
    pub(super) fn request_of(&self, measure: &Measure) -> Option<&EnforcementRequest> {
        self.requests.get(measure.request_id.as_ref()?)
    }

    /// The measure that a request's answer made: the one in force, else the last.
    pub(super) fn measure_of(&self, request: &RequestId) -> Option<&Measure> {
        self.measures
            .values()
            .filter(|measure| measure.request_id.as_ref() == Some(request))
            .max_by_key(|measure| (measure.in_force, &measure.id))
    }

    /// Takes the next number of an agency's register of a year.
    pub(super) fn next_registry_number(&mut self, agency: &AgencyCode, register: Register, year: i64) -> String {
        let key = (agency.clone(), register, year);
        let number = self.counters.get(&key).copied().unwrap_or(0) + 1;
        self.counters.set(key, number);
        format!("{number}/{year}")
    }

    /// Lets the register go on after a number that the recipient stated itself, if it has the register's own form:
    /// the hub never gives the same number again, and a replay of the events knows the counter.
    pub(super) fn follow_registry_number(&mut self, agency: &AgencyCode, register: Register, year: i64, stated: &str) {
        let Some(number) = running_number(stated, year) else {
            return;
        };
        let key = (agency.clone(), register, year);
        if number > self.counters.get(&key).copied().unwrap_or(0) {
            self.counters.set(key, number);
        }
    }

    /// Whether another request stands under `number` in the recipient's register of that year.
    pub(super) fn is_number_taken(&self, of: &EnforcementRequest, register: Register, year: i16, number: &str) -> bool {
        let running = |text: &str| running_number(text, year.into());
        let is_same = |text: &str| text == number || (running(text).is_some() && running(text) == running(number));
        self.requests.values().chain(&self.numbered).any(|other| {
            other.id != of.id
                && other.registered_by.as_ref() == Some(&of.recipient)
                && other.register == Some(register)
                && other.registry_number.as_deref().is_some_and(is_same)
                && other.registered_time.is_some_and(|time| time.date().year() == year)
        })
    }

    /// The requests that the batch opened with their clocks, in the order of their entries.
    pub(super) fn opened(&self) -> Vec<(EnforcementRequest, Vec<Deadline>)> {
        let changed = self.requests.changes().filter(|(_, request)| request.version == 1);
        let clocks = |id: &RequestId| self.deadlines.get(id).cloned().unwrap_or_default();
        let mut opened: Vec<_> = changed.map(|(id, request)| (request.clone(), clocks(id))).collect();
        opened.sort_unstable_by_key(|(request, _)| request.submit_index);
        opened
    }

    pub(super) fn request_rows(&self) -> Vec<EnforcementRequest> {
        self.requests.changes().map(|(_, request)| request.clone()).collect()
    }

    pub(super) fn deadline_rows(&self) -> Result<Vec<DeadlineRow>, serde_json::Error> {
        let mut rows = Vec::new();
        for id in &self.changed_deadlines {
            let request = self.requests.get(id);
            let request = request.ok_or_else(|| serde_json::Error::custom("clocks of a request that was not read"))?;
            for deadline in self.deadlines.get(id).into_iter().flatten() {
                rows.push(DeadlineRow::new(request, deadline.clone())?);
            }
        }
        Ok(rows)
    }

    pub(super) fn measure_rows(&self) -> Result<Vec<MeasureRow>, serde_json::Error> {
        self.measures
            .changes()
            .map(|(_, measure)| MeasureRow::new(measure.clone()))
            .collect()
    }

    pub(super) fn case_rows(&self) -> Result<Vec<CaseRow>, serde_json::Error> {
        let changed = self.cases.changes();
        changed.map(|(_, record)| CaseRow::new(record.clone())).collect()
    }

    pub(super) fn case_request_rows(&self) -> Result<Vec<CaseRequestRow>, serde_json::Error> {
        let changed = self.case_requests.changes();
        changed
            .map(|(_, request)| CaseRequestRow::new(request.clone()))
            .collect()
    }

    pub(super) fn counter_rows(&self) -> Vec<RegisterCounter> {
        self.counters
            .changes()
            .map(|((agency, register, year), last)| RegisterCounter {
                agency: agency.clone(),
                register: *register,
                year: *year,
                last_number: *last,
            })
            .collect()
    }

    pub(super) fn head_rows(&self) -> Vec<HeadRow> {
        self.heads
            .changes()
            .map(|((agency, lane), head)| HeadRow {
                agency: agency.clone(),
                lane: *lane,
                head: *head,
            })
            .collect()
    }

    pub(super) fn cursor_rows(&self) -> Vec<CursorRow> {
        self.cursors
            .changes()
            .map(|((agency, name, lane), position)| CursorRow {
                agency: agency.clone(),
                name: name.clone(),
                lane: *lane,
                position: *position,
            })
            .collect()
    }

    pub(super) fn credential_rows(&self) -> Vec<CredentialRow> {
        self.credentials
            .changes()
            .map(|(_, credential)| CredentialRow(credential.clone()))
            .collect()
    }
}
