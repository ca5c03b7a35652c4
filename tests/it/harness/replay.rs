//! The projections, made anew from the events alone, against the tables.

use std::collections::BTreeMap;

use lienthong::app::ledger::calendar::CalendarDetails;
use lienthong::app::ledger::hub_key::{HubKeyDetails, hub_key_subject};
use lienthong::domain::agency::{Agency, Officer};
use lienthong::domain::catalogue::definition::Register;
use lienthong::domain::deadline::{Deadline, cancel_open};
use lienthong::domain::event::{EventDetails, Measure, Relation};
use lienthong::domain::ids::{OfficerId, RequestId, UnitId};
use lienthong::domain::mailbox::{Lane, LaneHead};
use lienthong::domain::register::running_number;
use lienthong::domain::request::{EnforcementRequest, Step};
use lienthong::domain::workflow::Action;
use lienthong::evidence::hub_key::HubKey;
use lienthong::evidence::leaf::EntryType;
use lienthong::store::rows::EventRow;
use lienthong_proto::v1;
use prost::Message as _;
use serde::Deserialize;

use super::raw::{Raw, Row, Value, row};
use super::replayed_rows::{
    agency_row, counter_row, credential_row, deadline_row, head_row, measure_row, officer_row, relation_row,
    request_row,
};

/// Rebuilds every projection and compares it with its table.
pub(crate) async fn check(raw: &Raw, events: &[EventRow]) {
    let mut replayed = Replay::default();
    let bodies: Bodies = raw
        .table("body")
        .await
        .into_iter()
        .map(|body| (body["log_index"].integer(), body["content"].bytes().to_vec()))
        .collect();
    for event in events {
        match EntryType::from_code(event.entry_type).expect("a type") {
            EntryType::Request => replayed.request(event),
            EntryType::Registry => replayed.registry(event),
            EntryType::Delivery => replayed.delivery(event),
            EntryType::Calendar => replayed.calendar(event),
            EntryType::Document => replayed.document(event, &bodies),
            EntryType::Measure => replayed.measure(event),
            EntryType::HubKey => replayed.hub_key(event),
        }
    }
    for (table, mut expected) in replayed.tables() {
        expected.sort();
        let stored = raw.table(table).await;
        for (stored, expected) in stored.iter().zip(&expected) {
            assert_eq!(stored, expected, "a row of {table}: stored, replayed");
        }
        assert_eq!(stored.len(), expected.len(), "rows of {table}: stored, replayed");
    }
}

#[derive(Debug, Default)]
struct Replay {
    requests: BTreeMap<RequestId, EnforcementRequest>,
    relations: Vec<(RequestId, Relation)>,
    deadlines: BTreeMap<(RequestId, String, u32), Deadline>,
    measures: BTreeMap<String, Measure>,
    counters: BTreeMap<(String, Register, i64), i64>,
    mailbox: Vec<Row>,
    heads: BTreeMap<(String, Lane), LaneHead>,
    agencies: BTreeMap<String, (i64, Agency)>,
    officers: BTreeMap<(String, String), Officer>,
    credentials: BTreeMap<(String, String), (String, CredentialDetails)>,
    calendar_version: i64,
    calendar_days: Vec<Row>,
    attachments: Vec<Row>,
    request_attachments: Vec<Row>,
    hub_keys: Vec<Row>,
}

/// What came with each entry.
type Bodies = BTreeMap<i64, Vec<u8>>;

#[derive(Debug, Deserialize)]
struct UploadDetails {
    owner: String,
    media_type: String,
    size: i64,
    sha256: String,
}

#[derive(Debug, Deserialize)]
struct DeliveryDetails {
    lane: Lane,
    from: i64,
    to: i64,
}

#[derive(Debug, Deserialize)]
struct RegistryDetails {
    agency: Option<Agency>,
    officer: Option<Officer>,
    #[serde(default)]
    credentials: Vec<CredentialDetails>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CredentialDetails {
    pub(super) sha256: String,
    pub(super) purpose: String,
    #[serde(default)]
    pub(super) officer: Option<String>,
    pub(super) certificate: String,
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    pub(super) registered_time: i64,
    pub(super) revoked_time: Option<i64>,
}

impl Replay {
    fn hub_key(&mut self, event: &EventRow) {
        let details: HubKeyDetails = serde_json::from_str(&event.details).expect("details");
        let key: HubKey = details.public_keys.parse().expect("keys");
        assert_eq!((event.version, event.subject.clone()), (1, hub_key_subject(&key)));
        self.hub_keys.push(row([
            ("public_keys", details.public_keys.into()),
            ("registered_index", event.log_index.into()),
            ("registered_time", event.hub_time.micros().into()),
            ("retired_index", Value::Null),
            ("retired_time", Value::Null),
        ]));
    }

    fn measure(&mut self, event: &EventRow) {
        let measure: Measure = serde_json::from_str(&event.details).expect("a measure");
        assert_eq!((event.version, event.subject.as_str()), (1, measure.id.as_str()));
        self.measures.insert(measure.id.to_string(), measure);
    }

    fn request(&mut self, event: &EventRow) {
        let id = RequestId::parse(&event.subject).expect("a request id");
        let action: Action = event.action.parse().expect("an action");
        let details: EventDetails = serde_json::from_str(&event.details).expect("details");
        match self.requests.get_mut(&id) {
            None => {
                assert_eq!(
                    (action, event.version),
                    (Action::Submit, 1),
                    "a request begins with its submit"
                );
                let submitter = (event.agency.to_string(), event.officer.to_string());
                // The unit that the officer has at this point of the log.
                let unit = self.officers.get(&submitter).and_then(|officer| officer.unit.clone());
                self.requests.insert(id.clone(), opened(event, &id, &details, unit));
                let relations = details.opened.iter().flat_map(|opened| opened.relations.clone());
                self.relations.extend(relations.map(|relation| (id.clone(), relation)));
            }
            Some(request) => {
                assert_eq!(
                    Some(request.state),
                    event.from_state,
                    "the event starts where the last one ended"
                );
                assert_eq!(event.version, request.version + 1, "versions are dense");
                let to = event.to_state.expect("a state");
                request.apply(&Step {
                    log_index: event.log_index,
                    action,
                    to,
                    at: event.hub_time,
                    details: &details,
                });
                let year = i64::from(event.hub_time.date().year());
                if let Some(number) = details
                    .registry_number
                    .as_deref()
                    .and_then(|text| running_number(text, year))
                {
                    let register = details.register.unwrap_or(Register::Incoming);
                    let last = self
                        .counters
                        .entry((request.recipient.to_string(), register, year))
                        .or_default();
                    *last = number.max(*last);
                }
            }
        }
        self.enter_mailboxes(event, &id, &details);
        let named = details.attachments.iter().zip(0_i64..).map(|(document, position)| {
            row([
                ("enforcement_request_id", id.as_str().into()),
                ("log_index", event.log_index.into()),
                ("position", position.into()),
                ("document_id", document.as_str().into()),
            ])
        });
        self.request_attachments.extend(named);
        for deadline in details.deadlines {
            self.deadlines
                .insert((id.clone(), deadline.name.clone(), deadline.occurrence), deadline);
        }
        for measure in details.measures {
            self.measures.insert(measure.id.to_string(), measure);
        }
        for restored in &details.restored {
            let request = self.requests.get_mut(restored).expect("a request that was opened");
            request.measure_ended_by = None;
        }
        for ended in details.ended {
            let request = self.requests.get_mut(&ended).expect("a request that was opened");
            request.measure_ended_by = Some(id.clone());
            if request.state.is_open() {
                continue;
            }
            let clocks = self.deadlines.iter_mut().filter(|((of, _, _), _)| *of == ended);
            for (_, clock) in clocks {
                if cancel_open(std::slice::from_mut(clock), action, event.hub_time) {
                    request.due_time = None;
                }
            }
        }
    }

    fn enter_mailboxes(&mut self, event: &EventRow, id: &RequestId, details: &EventDetails) {
        for entered in &details.entered {
            let (id, log_index) = match &entered.lifted {
                Some(lifted) => (&lifted.request_id, lifted.log_index),
                None => (id, event.log_index),
            };
            let request = self
                .requests
                .get(id)
                .filter(|request| request.recipient == entered.agency);
            let unit = request.and_then(|request| request.assigned_unit.as_ref());
            let officer = request.and_then(|request| request.assigned_officer.as_ref());
            self.mailbox.push(row([
                ("agency", entered.agency.as_str().into()),
                ("lane", entered.lane.as_str().into()),
                ("position", entered.position.into()),
                ("log_index", log_index.into()),
                ("enforcement_request_id", id.as_str().into()),
                ("unit", unit.map(UnitId::as_str).into()),
                ("officer", officer.map(OfficerId::as_str).into()),
                ("lifted", entered.lifted.is_some().into()),
            ]));
            let head = self
                .heads
                .entry((entered.agency.to_string(), entered.lane))
                .or_default();
            head.last_position += 1;
            assert_eq!(
                entered.position, head.last_position,
                "positions come in the order of the log"
            );
        }
    }

    fn delivery(&mut self, event: &EventRow) {
        let details: DeliveryDetails = serde_json::from_str(&event.details).expect("details");
        let head = self.heads.entry((event.agency.to_string(), details.lane)).or_default();
        assert_eq!(
            details.from, head.delivered_position,
            "a delivery goes on where the last one ended"
        );
        assert!(details.to > details.from && details.to <= head.last_position && event.version == details.to);
        head.delivered_position = details.to;
    }

    /// The file's name stands in no event: the header is kept as the entry's body.
    fn document(&mut self, event: &EventRow, bodies: &Bodies) {
        let details: UploadDetails = serde_json::from_str(&event.details).expect("details");
        let header = v1::UploadHeader::decode(bodies[&event.log_index].as_slice()).expect("a header");
        assert_eq!((event.version, details.owner.as_str()), (1, event.agency.as_str()));
        assert_eq!((details.size, &details.media_type), (header.size, &header.media_type));
        let sha256 = bytes_of(&details.sha256);
        assert_eq!(header.sha256, sha256);
        self.attachments.push(row([
            ("id", event.subject.as_str().into()),
            ("owner", details.owner.into()),
            ("name", header.name.into()),
            ("media_type", details.media_type.into()),
            ("size", details.size.into()),
            ("sha256", Value::Bytes(sha256)),
            ("upload_time", event.hub_time.micros().into()),
            ("log_index", event.log_index.into()),
        ]));
    }

    fn calendar(&mut self, event: &EventRow) {
        let details: CalendarDetails = serde_json::from_str(&event.details).expect("details");
        self.calendar_version += 1;
        assert_eq!(event.version, self.calendar_version, "versions are dense");
        let rows = details.days.iter().map(|day| {
            row([
                ("date", day.date.to_string().into()),
                ("version", event.version.into()),
                ("kind", day.kind.as_str().into()),
                ("name", day.name.as_str().into()),
                ("basis", day.basis.as_str().into()),
                ("certainty", day.certainty.as_str().into()),
                ("known_from", day.known_from.map(|date| date.to_string()).into()),
                ("origin", details.origin.as_str().into()),
            ])
        });
        self.calendar_days.extend(rows);
    }

    fn registry(&mut self, event: &EventRow) {
        let details: RegistryDetails = serde_json::from_str(&event.details).expect("details");
        let current = self.agencies.remove(&event.subject);
        assert_eq!(
            event.version,
            current.as_ref().map_or(0, |(version, _)| *version) + 1,
            "versions are dense"
        );
        let agency = details.agency.or(current.map(|(_, agency)| agency)).expect("an agency");
        self.agencies.insert(event.subject.clone(), (event.version, agency));
        if let Some(officer) = details.officer {
            self.officers
                .insert((officer.agency.to_string(), officer.id.to_string()), officer);
        }
        for credential in details.credentials {
            let key = (credential.sha256.clone(), credential.purpose.clone());
            self.credentials.insert(key, (event.subject.clone(), credential));
        }
    }

    fn tables(&self) -> Vec<(&'static str, Vec<Row>)> {
        vec![
            ("enforcement_request", self.requests.values().map(request_row).collect()),
            ("request_relation", self.relations.iter().map(relation_row).collect()),
            (
                "deadline",
                self.deadlines
                    .iter()
                    .map(|((id, _, _), deadline)| deadline_row(id, deadline))
                    .collect(),
            ),
            ("measure", self.measures.values().map(measure_row).collect()),
            ("calendar_day", self.calendar_days.clone()),
            ("attachment", self.attachments.clone()),
            ("request_attachment", self.request_attachments.clone()),
            ("hub_key", self.hub_keys.clone()),
            ("register_counter", self.counters.iter().map(counter_row).collect()),
            ("mailbox_entry", self.mailbox.clone()),
            ("mailbox_head", self.heads.iter().map(head_row).collect()),
            ("agency", self.agencies.values().map(agency_row).collect()),
            ("officer", self.officers.values().map(officer_row).collect()),
            ("credential", self.credentials.values().map(credential_row).collect()),
        ]
    }
}

fn opened(event: &EventRow, id: &RequestId, details: &EventDetails, unit: Option<UnitId>) -> EnforcementRequest {
    let opened = details.opened.clone().expect("a submit opens");
    let recipient = event.counterparty.clone().expect("a recipient");
    EnforcementRequest {
        id: id.clone(),
        broadcast_id: opened.broadcast_id,
        kind: opened.kind,
        kind_revision: opened.kind_revision,
        sender: event.agency.clone(),
        sender_officer: Some(event.officer.clone()),
        sender_unit: unit,
        recipient_position: details.position_of(&recipient).unwrap_or(0),
        recipient,
        channel: opened.channel,
        lane: opened.lane,
        submit_index: event.log_index,
        body_index: opened.body_index,
        submit_time: event.hub_time,
        state: event.to_state.expect("a state"),
        version: 1,
        update_time: event.hub_time,
        registry_number: None,
        registered_time: None,
        assigned_unit: details.unit.clone(),
        assigned_officer: None,
        extended: false,
        outcome: None,
        answer_index: None,
        answer_count: 0,
        due_time: details.due_time,
        register: None,
        served_time: None,
        measure_ended_by: None,
        registered_by: None,
    }
}

/// The bytes that hex digits stand for.
pub(super) fn bytes_of(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex"))
        .collect()
}
