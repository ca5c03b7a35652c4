//! The projections, made anew from the events alone, against the tables.

use std::collections::BTreeMap;

use base64::Engine as _;
use lienthong::domain::agency::{Agency, Officer};
use lienthong::domain::deadline::Deadline;
use lienthong::domain::event::{EventDetails, Measure, Relation};
use lienthong::domain::ids::{AgencyCode, BroadcastId, OfficerId, RequestId, UnitId};
use lienthong::domain::mailbox::{Lane, LaneHead};
use lienthong::domain::request::{EnforcementRequest, Step};
use lienthong::domain::time::Timestamp;
use lienthong::domain::workflow::Action;
use lienthong::evidence::leaf::EntryType;
use lienthong::store::rows::EventRow;
use serde::Deserialize;

use super::raw::{Raw, Row, Value, row};

/// Rebuilds every projection and compares it with its table.
pub(crate) async fn check(raw: &Raw, events: &[EventRow]) {
    let mut replayed = Replay::default();
    for event in events {
        match EntryType::from_code(event.entry_type).expect("a type") {
            EntryType::Request => replayed.request(event),
            EntryType::Registry => replayed.registry(event),
            EntryType::Delivery => replayed.delivery(event),
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
    measures: BTreeMap<String, (RequestId, Measure)>,
    counters: BTreeMap<(String, i64), i64>,
    mailbox: Vec<Row>,
    heads: BTreeMap<(String, Lane), LaneHead>,
    agencies: BTreeMap<String, (i64, Agency)>,
    officers: BTreeMap<(String, String), Officer>,
    credentials: BTreeMap<(String, String), (String, CredentialDetails)>,
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
struct CredentialDetails {
    sha256: String,
    purpose: String,
    certificate: String,
    not_before: i64,
    not_after: i64,
    registered_time: i64,
    revoked_time: Option<i64>,
}

impl Replay {
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
                self.requests.insert(id.clone(), opened(event, &id, &details));
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
                    let last = self.counters.entry((request.recipient.to_string(), year)).or_default();
                    *last = number.max(*last);
                }
            }
        }
        self.enter_mailboxes(event, &id, &details);
        for deadline in details.deadlines {
            self.deadlines
                .insert((id.clone(), deadline.name.clone(), deadline.occurrence), deadline);
        }
        for measure in details.measures {
            self.measures.insert(measure.id.to_string(), (id.clone(), measure));
        }
    }

    fn enter_mailboxes(&mut self, event: &EventRow, id: &RequestId, details: &EventDetails) {
        for entered in &details.entered {
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
                ("log_index", event.log_index.into()),
                ("enforcement_request_id", id.as_str().into()),
                ("unit", unit.map(UnitId::as_str).into()),
                ("officer", officer.map(OfficerId::as_str).into()),
                ("lifted", false.into()),
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
            (
                "measure",
                self.measures
                    .values()
                    .map(|(id, measure)| measure_row(&self.requests[id], measure))
                    .collect(),
            ),
            ("register_counter", self.counters.iter().map(counter_row).collect()),
            ("mailbox_entry", self.mailbox.clone()),
            ("mailbox_head", self.heads.iter().map(head_row).collect()),
            ("agency", self.agencies.values().map(agency_row).collect()),
            ("officer", self.officers.values().map(officer_row).collect()),
            ("credential", self.credentials.values().map(credential_row).collect()),
        ]
    }
}

/// The number that a register goes on from, if `text` has the register's own form: `12/2026`.
fn running_number(text: &str, year: i64) -> Option<i64> {
    let number: i64 = text.split_once('/')?.0.parse().ok()?;
    (text == format!("{number}/{year}") && (1..=999_999_999).contains(&number)).then_some(number)
}

fn opened(event: &EventRow, id: &RequestId, details: &EventDetails) -> EnforcementRequest {
    let opened = details.opened.clone().expect("a submit opens");
    let recipient = event.counterparty.clone().expect("a recipient");
    let entered = details.entered.iter().find(|entered| entered.agency == recipient);
    EnforcementRequest {
        id: id.clone(),
        broadcast_id: opened.broadcast_id,
        kind: opened.kind,
        kind_revision: opened.kind_revision,
        sender: event.agency.clone(),
        recipient,
        channel: opened.channel,
        lane: opened.lane,
        recipient_position: entered.map_or(0, |entered| entered.position),
        submit_index: event.log_index,
        body_index: opened.body_index,
        submit_time: event.hub_time,
        state: event.to_state.expect("a state"),
        version: 1,
        update_time: event.hub_time,
        registry_number: None,
        registered_time: None,
        assigned_unit: None,
        assigned_officer: None,
        extended: false,
        outcome: None,
        answer_index: None,
        answer_count: 0,
        due_time: details.due_time,
    }
}

fn micros(time: Option<Timestamp>) -> Value {
    time.map(Timestamp::micros).into()
}

fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_string(value).expect("JSON").into()
}

fn request_row(request: &EnforcementRequest) -> Row {
    row([
        ("id", request.id.as_str().into()),
        (
            "broadcast_id",
            request.broadcast_id.as_ref().map(BroadcastId::as_str).into(),
        ),
        ("kind", request.kind.as_str().into()),
        ("kind_revision", request.kind_revision.into()),
        ("sender", request.sender.as_str().into()),
        ("recipient", request.recipient.as_str().into()),
        ("channel", request.channel.as_str().into()),
        ("lane", request.lane.as_str().into()),
        ("recipient_position", request.recipient_position.into()),
        ("submit_index", request.submit_index.into()),
        ("body_index", request.body_index.into()),
        ("submit_time", request.submit_time.micros().into()),
        ("state", request.state.as_str().into()),
        ("version", request.version.into()),
        ("update_time", request.update_time.micros().into()),
        ("registry_number", request.registry_number.clone().into()),
        ("registered_time", micros(request.registered_time)),
        (
            "assigned_unit",
            request.assigned_unit.as_ref().map(UnitId::as_str).into(),
        ),
        (
            "assigned_officer",
            request.assigned_officer.as_ref().map(OfficerId::as_str).into(),
        ),
        ("extended", request.extended.into()),
        ("outcome", request.outcome.clone().into()),
        ("answer_index", request.answer_index.into()),
        ("answer_count", request.answer_count.into()),
        ("due_time", micros(request.due_time)),
    ])
}

fn relation_row((id, relation): &(RequestId, Relation)) -> Row {
    row([
        ("enforcement_request_id", id.as_str().into()),
        ("relation", relation.relation.as_str().into()),
        ("related_id", relation.related_id.as_str().into()),
    ])
}

fn deadline_row(id: &RequestId, deadline: &Deadline) -> Row {
    row([
        ("enforcement_request_id", id.as_str().into()),
        ("name", deadline.name.as_str().into()),
        ("occurrence", i64::from(deadline.occurrence).into()),
        ("status", deadline.status.as_str().into()),
        ("due_time", micros(deadline.due)),
        ("state", json(deadline)),
    ])
}

fn measure_row(request: &EnforcementRequest, measure: &Measure) -> Row {
    row([
        ("id", measure.id.as_str().into()),
        ("enforcement_request_id", request.id.as_str().into()),
        ("holder", request.recipient.as_str().into()),
        ("sender", request.sender.as_str().into()),
        ("kind", request.kind.as_str().into()),
        ("in_force", measure.in_force.into()),
        ("amounts", json(&measure.amounts)),
        ("since_time", measure.since.micros().into()),
        ("ended_time", micros(measure.ended)),
    ])
}

fn counter_row(((agency, year), last): (&(String, i64), &i64)) -> Row {
    row([
        ("agency", agency.as_str().into()),
        ("year", (*year).into()),
        ("last_number", (*last).into()),
    ])
}

fn head_row(((agency, lane), head): (&(String, Lane), &LaneHead)) -> Row {
    row([
        ("agency", agency.as_str().into()),
        ("lane", lane.as_str().into()),
        ("last_position", head.last_position.into()),
        ("delivered_position", head.delivered_position.into()),
    ])
}

fn agency_row((version, agency): &(i64, Agency)) -> Row {
    row([
        ("code", agency.code.as_str().into()),
        ("role", agency.role.as_str().into()),
        ("name", agency.name.as_str().into()),
        ("name_en", agency.name_en.as_str().into()),
        ("province_code", agency.province_code.as_str().into()),
        ("commune_code", agency.commune_code.as_str().into()),
        ("parent", agency.parent.as_ref().map(AgencyCode::as_str).into()),
        ("successor", agency.successor.as_ref().map(AgencyCode::as_str).into()),
        ("channel", agency.channel.as_str().into()),
        ("suspended", agency.suspended.into()),
        ("aliases", json(&agency.aliases)),
        ("units", json(&agency.units)),
        ("version", (*version).into()),
    ])
}

fn officer_row(officer: &Officer) -> Row {
    row([
        ("agency", officer.agency.as_str().into()),
        ("id", officer.id.as_str().into()),
        ("full_name", officer.full_name.as_str().into()),
        ("position", officer.position.as_str().into()),
        ("unit", officer.unit.as_ref().map(UnitId::as_str).into()),
        ("valid_from", officer.valid_from.to_string().into()),
        ("valid_to", officer.valid_to.map(|date| date.to_string()).into()),
    ])
}

fn credential_row((agency, credential): &(String, CredentialDetails)) -> Row {
    let pairs = credential.sha256.as_bytes().chunks(2);
    let digits = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex"));
    let certificate = base64::engine::general_purpose::STANDARD
        .decode(&credential.certificate)
        .expect("base64");
    row([
        ("fingerprint", Value::Bytes(digits.collect())),
        ("purpose", credential.purpose.as_str().into()),
        ("agency", agency.as_str().into()),
        ("certificate", Value::Bytes(certificate)),
        ("not_before", credential.not_before.into()),
        ("not_after", credential.not_after.into()),
        ("registered_time", credential.registered_time.into()),
        ("revoked_time", credential.revoked_time.into()),
    ])
}
