//! A replay of the requests, one after the other, beside the tables that are made of them.

use std::collections::BTreeMap;
use std::iter::Peekable;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::compare::compare;
use super::entry::Event;
use super::expected::{deadline_row, notice_row, relation_row, request_row};
use super::fault::{Faults, What};
use super::log::{Done, Effect, Log};
use super::row::{Row, Value};
use super::rows::{ByOwner, Rows};
use super::select::{
    DEADLINE, ENFORCEMENT_REQUEST, EVENT, MAILBOX_ENTRY, NOTICE, REQUEST_ATTACHMENT, REQUEST_EVENT, REQUEST_RELATION,
    Select,
};
use super::source::Source;
use super::{Progress, Result, STEP, Verdict};
use crate::domain::catalogue::definition::Register;
use crate::domain::deadline::{Deadline, cancel_open};
use crate::domain::event::{Entered, EventDetails};
use crate::domain::ids::{AgencyCode, OfficerId, RequestId, UnitId};
use crate::domain::register::running_number;
use crate::domain::request::{EnforcementRequest, Step};
use crate::domain::time::Timestamp;
use crate::domain::timer::{Notice, NoticeState};
use crate::domain::workflow::Action;

/// The tables of a request, each in the order of requests.
struct Side(Vec<ByOwner>);

impl Side {
    async fn open(source: &mut Source) -> Result<Self> {
        let mut tables = Vec::new();
        for (select, column) in [
            (&ENFORCEMENT_REQUEST, "id"),
            (&REQUEST_RELATION, "enforcement_request_id"),
            (&REQUEST_ATTACHMENT, "enforcement_request_id"),
            (&DEADLINE, "enforcement_request_id"),
            (&NOTICE, "enforcement_request_id"),
            (&MAILBOX_ENTRY, "enforcement_request_id"),
        ] {
            tables.push(ByOwner::of(source.rows(select).await?, column));
        }
        Ok(Self(tables))
    }

    /// Compares every table with what a life made.
    async fn compare(&mut self, id: &str, life: Option<&Life>, faults: &mut Faults) -> Result<()> {
        for table in &mut self.0 {
            let taken = table.take(&id.into()).await?;
            faults.added(table.select(), &taken.strays);
            if let Some(life) = life {
                compare(table.select(), life.rows(table.select()), taken.own, faults);
            }
        }
        Ok(())
    }

    async fn rest(&mut self, faults: &mut Faults) -> Result<()> {
        for table in &mut self.0 {
            let strays = table.rest().await?;
            faults.added(table.select(), &strays);
        }
        Ok(())
    }
}

pub(super) async fn check(
    source: &mut Source,
    log: &mut Log,
    verdict: &mut Verdict,
    progress: &dyn Progress,
) -> Result<()> {
    let mut events = source.rows(&REQUEST_EVENT).await?;
    let mut side = Side::open(source).await?;
    let mut effects = std::mem::take(&mut log.effects);
    effects.sort_by(|left, right| (&left.request, left.index).cmp(&(&right.request, right.index)));
    let mut effects = effects.into_iter().peekable();
    while let Some(rows) = next_request(&mut events).await? {
        let id = rows
            .first()
            .and_then(|row| row.at(2).text())
            .unwrap_or_default()
            .to_owned();
        without_request(&mut effects, &id, &mut verdict.faults);
        let mut own = Vec::new();
        while let Some(effect) = effects.next_if(|effect| effect.request.as_str() == id) {
            own.push(effect);
        }
        let life = live(&rows, own, log, &mut verdict.faults);
        side.compare(&id, life.as_ref(), &mut verdict.faults).await?;
        verdict.requests += 1;
        if verdict.requests.is_multiple_of(STEP) {
            progress.step("requests", verdict.requests);
        }
    }
    without_request(&mut effects, "\u{10ffff}", &mut verdict.faults);
    side.rest(&mut verdict.faults).await
}

/// What was done to requests before `id` was done to none.
fn without_request(effects: &mut Peekable<std::vec::IntoIter<Effect>>, id: &str, faults: &mut Faults) {
    while let Some(effect) = effects.next_if(|effect| effect.request.as_str() < id) {
        faults.place(&EVENT, format!("log_index={}", effect.index), What::DoesNotFollow);
    }
}

/// The events of the next request.
async fn next_request(events: &mut Rows) -> Result<Option<Vec<Row>>> {
    let Some(first) = events.next().await? else {
        return Ok(None);
    };
    let subject = first.at(2).clone();
    let mut rows = vec![first];
    while events.peek().await?.is_some_and(|row| *row.at(2) == subject) {
        rows.extend(events.next().await?);
    }
    Ok(Some(rows))
}

/// Replays one request. None: an event cannot follow, which is told.
fn live(rows: &[Row], effects: Vec<Effect>, log: &mut Log, faults: &mut Faults) -> Option<Life> {
    let mut life: Option<Life> = None;
    let mut effects = effects.into_iter().peekable();
    for row in rows {
        let index = row.at(0).integer().unwrap_or(i64::MAX);
        while let Some(effect) = effects.next_if(|effect| effect.index < index) {
            suffer(life.as_mut(), &effect, faults)?;
        }
        let event = Event::of(row);
        let followed = event.and_then(|event| match life.take() {
            None => Life::open(&event, log),
            Some(life) => life.step(&event, log),
        });
        if followed.is_none() {
            faults.row(&EVENT, row, What::DoesNotFollow);
            return None;
        }
        life = followed;
    }
    for effect in effects {
        suffer(life.as_mut(), &effect, faults)?;
    }
    life
}

fn suffer(life: Option<&mut Life>, effect: &Effect, faults: &mut Faults) -> Option<()> {
    let suffered = life.and_then(|life| life.suffer(effect));
    if suffered.is_none() {
        faults.place(&EVENT, format!("log_index={}", effect.index), What::DoesNotFollow);
    }
    suffered
}

/// A clock and its text as its event or the hub wrote it.
struct Clock {
    deadline: Deadline,
    text: String,
}

/// The texts of an event's clocks.
#[derive(Deserialize)]
struct ClockTexts<'a> {
    #[serde(borrow, default)]
    deadlines: Vec<&'a RawValue>,
}

/// A request and all that is made of its events.
struct Life {
    request: EnforcementRequest,
    clocks: BTreeMap<(String, u32), Clock>,
    relations: Vec<Row>,
    attachments: Vec<Row>,
    mailbox: Vec<Row>,
    notices: BTreeMap<i64, Row>,
}

impl Life {
    /// A request begins with its submit.
    fn open(event: &Event<'_>, log: &mut Log) -> Option<Self> {
        let details: EventDetails = serde_json::from_str(event.details).ok()?;
        let action: Action = event.action.parse().ok()?;
        let opened = details.opened.clone()?;
        if (action, event.version) != (Action::Submit, 1) || event.from_state.is_some() {
            return None;
        }
        let recipient: AgencyCode = event.counterparty?.parse().ok()?;
        let now = Timestamp::from_micros(event.hub_time);
        let request = EnforcementRequest {
            id: RequestId::parse(event.subject).ok()?,
            broadcast_id: opened.broadcast_id,
            kind: opened.kind,
            kind_revision: opened.kind_revision,
            sender: event.agency.parse().ok()?,
            sender_officer: Some(event.officer.parse().ok()?),
            sender_unit: log.registry.unit_before(event.agency, event.officer, event.index),
            recipient_position: details.position_of(&recipient).unwrap_or(0),
            recipient,
            channel: opened.channel,
            lane: opened.lane,
            submit_index: event.index,
            body_index: opened.body_index,
            submit_time: now,
            state: event.to_state?.parse().ok()?,
            version: 1,
            update_time: now,
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
            erased_index: None,
            first_answer_index: None,
        };
        let relations = opened.relations.iter();
        let mut life = Self {
            relations: relations.map(|relation| relation_row(&request.id, relation)).collect(),
            request,
            clocks: BTreeMap::new(),
            attachments: Vec::new(),
            mailbox: Vec::new(),
            notices: BTreeMap::new(),
        };
        life.take(event, details, log)?;
        Some(life)
    }

    /// One step more.
    fn step(mut self, event: &Event<'_>, log: &mut Log) -> Option<Self> {
        let details: EventDetails = serde_json::from_str(event.details).ok()?;
        let request = &mut self.request;
        let follows = event.from_state == Some(request.state.as_str()) && event.version == request.version + 1;
        if !follows || details.opened.is_some() {
            return None;
        }
        let at = Timestamp::from_micros(event.hub_time);
        request.apply(&Step {
            log_index: event.index,
            action: event.action.parse().ok()?,
            to: event.to_state?.parse().ok()?,
            at,
            details: &details,
        });
        let year = i64::from(at.date().year());
        let number = details.registry_number.as_deref();
        if let Some(number) = number.and_then(|text| running_number(text, year)) {
            let register = details.register.unwrap_or(Register::Incoming);
            let last = log
                .counters
                .entry((request.recipient.to_string(), register, year))
                .or_default();
            *last = number.max(*last);
        }
        self.take(event, details, log)?;
        Some(self)
    }

    /// What both have in common.
    fn take(&mut self, event: &Event<'_>, details: EventDetails, log: &mut Log) -> Option<()> {
        for counted in &details.counted {
            let at = Timestamp::from_micros(event.hub_time);
            log.tallies.add(&self.request.kind, at, counted);
        }
        for entered in details.entered.iter().filter(|entered| entered.lifted.is_none()) {
            let row = self.mailbox_row(entered, event.index);
            self.mailbox.push(row);
        }
        let named = details.attachments.iter().zip(0_i64..).map(|(document, position)| {
            Row::from([
                self.request.id.as_str().into(),
                event.index.into(),
                position.into(),
                document.as_str().into(),
            ])
        });
        self.attachments.extend(named);
        if let Some(notice) = &details.notice {
            self.take_notice(event, notice)?;
        }
        let texts: ClockTexts<'_> = serde_json::from_str(event.details).ok()?;
        for (deadline, text) in details.deadlines.into_iter().zip(texts.deadlines) {
            let key = (deadline.name.clone(), deadline.occurrence);
            let text = text.get().to_owned();
            self.clocks.insert(key, Clock { deadline, text });
        }
        Some(())
    }

    /// A draft is decided once, and only a draft is.
    fn take_notice(&mut self, event: &Event<'_>, notice: &Notice) -> Option<()> {
        let action: Action = event.action.parse().ok()?;
        let (draft, state, decided) = if action == Action::DraftNotice {
            (event.index, NoticeState::Drafted, None)
        } else if action == Action::ConfirmNotice {
            (notice.draft?, NoticeState::Confirmed, Some(event.index))
        } else if action == Action::DiscardNotice {
            (notice.draft?, NoticeState::Discarded, Some(event.index))
        } else {
            return Some(());
        };
        let row = notice_row(&self.request.id, draft, state, notice.addressee.as_ref(), decided);
        let before = self.notices.insert(draft, row);
        let was_drafted = before.is_some_and(|row| row.at(4).integer().is_none());
        (was_drafted == decided.is_some()).then_some(())
    }

    /// Takes what another request's step does.
    fn suffer(&mut self, effect: &Effect) -> Option<()> {
        match &effect.what {
            Done::Restored => self.request.measure_ended_by = None,
            Done::Erased { body_index } => {
                self.request.erased_index = Some(effect.index);
                return (self.request.body_index == *body_index).then_some(());
            }
            Done::Lifted { entered, log_index } => {
                let row = self.mailbox_row(entered, *log_index);
                self.mailbox.push(row);
            }
            Done::Ended { by, action, at } => {
                self.request.measure_ended_by = Some(by.clone());
                if !self.request.state.is_open() {
                    self.cancel_clocks(*action, Timestamp::from_micros(*at))?;
                }
            }
        }
        Some(())
    }

    /// With the measure its later duties end.
    fn cancel_clocks(&mut self, action: Action, at: Timestamp) -> Option<()> {
        for clock in self.clocks.values_mut() {
            if cancel_open(std::slice::from_mut(&mut clock.deadline), action, at) {
                clock.text = serde_json::to_string(&clock.deadline).ok()?;
                self.request.due_time = None;
            }
        }
        Some(())
    }

    fn mailbox_row(&self, entered: &Entered, log_index: i64) -> Row {
        let request = &self.request;
        let is_recipient = request.recipient == entered.agency;
        let unit = request.assigned_unit.as_ref().filter(|_| is_recipient);
        let officer = request.assigned_officer.as_ref().filter(|_| is_recipient);
        Row::from([
            request.id.as_str().into(),
            entered.agency.as_str().into(),
            entered.lane.as_str().into(),
            entered.position.into(),
            log_index.into(),
            unit.map(UnitId::as_str).into(),
            officer.map(OfficerId::as_str).into(),
            Value::from(entered.lifted.is_some()),
        ])
    }

    fn rows(&self, select: &Select) -> Vec<Row> {
        match select.table {
            "enforcement_request" => vec![request_row(&self.request)],
            "request_relation" => self.relations.clone(),
            "request_attachment" => self.attachments.clone(),
            "mailbox_entry" => self.mailbox.clone(),
            "notice" => self.notices.values().cloned().collect(),
            "deadline" => {
                let clocks = self.clocks.values();
                clocks
                    .map(|clock| deadline_row(&self.request, &clock.deadline, &clock.text))
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}
