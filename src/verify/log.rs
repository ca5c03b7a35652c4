//! The log from its first entry to its last: dense, each leaf that of its event, each checkpoint that of the tree; and what
//! the entries say of everything that follows from them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::beside::{Side, own};
use super::bodies::{Contents, Own, check_attachment, check_body, check_key};
use super::cases::Orders;
use super::entry::Event;
use super::fault::What;
use super::measures::Measures;
use super::note::Known;
use super::operator::Operators;
use super::registry::Registry;
use super::reports::Reports;
use super::row::{Row, Value};
use super::rows::{ByOwner, Rows};
use super::select::{ATTACHMENT, CHECKPOINT, EVENT, LOG_ENTRY};
use super::signed::{Keys, Notes, Tiles};
use super::source::Source;
use super::{Outside, Progress, Result, STEP, Verdict, erasures, reads, trust, webhooks};
use crate::domain::calendar::{CalendarDay, DayOrigin};
use crate::domain::catalogue::definition::Register;
use crate::domain::enforcement_case::Dong;
use crate::domain::event::{self, Entered, Measure, OpenedCase};
use crate::domain::ids::RequestId;
use crate::domain::mailbox::{Lane, LaneHead};
use crate::domain::response_time::Tallies;
use crate::domain::sandbox::is_sandbox;
use crate::domain::suspension::known::{self, KnownSuspensions};
use crate::domain::workflow::Action;
use crate::evidence::checkpoint::Checkpoint;
use crate::evidence::leaf::{EntryType, Leaf, leaf_hash};
use crate::evidence::merkle::Frontier;
use crate::evidence::proof::TreeRoot;

/// What a step of one request does to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Effect {
    /// The other.
    pub(super) request: RequestId,
    /// The entry of the step.
    pub(super) index: i64,
    pub(super) what: Done,
}

/// What is done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Done {
    /// Its measure ended for good.
    Ended { by: RequestId, action: Action, at: i64 },
    /// It did not after all.
    Restored,
    /// Its content is erased with all that shares it.
    Erased { body_index: i64 },
    /// Its order is entered again, marked lifted.
    Lifted { entered: Entered, log_index: i64 },
}

/// What the log says.
#[derive(Debug)]
pub(super) struct Log {
    /// Whether every entry was read: the tree and what follows from it are known.
    pub(super) is_dense: bool,
    /// Whether every entry is that of its event, so that a replay means something.
    pub(super) is_sound: bool,
    pub(super) frontier: Frontier,
    pub(super) hub_time: i64,
    pub(super) keys: Keys,
    pub(super) trust: trust::Papers,
    operators: Operators,
    suspensions: KnownSuspensions,
    pub(super) webhooks: webhooks::Webhooks,
    pub(super) tiles: Tiles,
    pub(super) registry: Registry,
    pub(super) calendar_version: i64,
    pub(super) calendar_rows: Vec<Row>,
    pub(super) lanes: BTreeMap<(String, Lane), LaneHead>,
    pub(super) measures: Measures,
    pub(super) orders: Orders,
    pub(super) reports: Reports,
    pub(super) effects: Vec<Effect>,
    /// The last number of each book of an agency and year; the replay of the requests fills it.
    pub(super) counters: BTreeMap<(String, Register, i64), i64>,
    /// What the steps of requests count; the replay of the requests fills it too.
    pub(super) tallies: Tallies,
    hub_id: Option<Value>,
    last_checkpoint: i64,
    contents: Contents,
}

pub(super) async fn read(
    source: &mut Source,
    outside: Outside<'_>,
    verdict: &mut Verdict,
    progress: &dyn Progress,
    notes: &mut Notes,
) -> Result<Log> {
    let mut entries = source.rows(&LOG_ENTRY).await?;
    let mut side = Side::open(source).await?;
    let mut log = Log::empty(Contents::opened_by(outside.masters));
    while let Some(leaf) = log.next_leaf(&mut entries, verdict).await? {
        log.entry(leaf, &mut side, verdict).await?;
        log.checkpoint(&mut side.checkpoints, verdict, notes).await?;
        log.compare_known(outside.known, verdict);
        if log.frontier.size().is_multiple_of(STEP) {
            progress.step("log", log.frontier.size());
        }
    }
    if log.is_dense {
        side.rest(&mut verdict.faults).await?;
        log.end(outside.known, verdict);
    }
    verdict.size = log.frontier.size();
    verdict.root = log.frontier.root();
    verdict.hub_time = log.hub_time;
    verdict.hub_keys = log.keys.published();
    verdict.hub_id = log.hub_id.as_ref().and_then(Value::text).map(str::to_owned);
    Ok(log)
}

impl Log {
    fn empty(contents: Contents) -> Self {
        Self {
            is_dense: true,
            is_sound: true,
            frontier: Frontier::default(),
            hub_time: 0,
            keys: Keys::default(),
            trust: trust::Papers::default(),
            operators: Operators::default(),
            suspensions: KnownSuspensions::default(),
            webhooks: webhooks::Webhooks::default(),
            tiles: Tiles::default(),
            registry: Registry::default(),
            calendar_version: 0,
            calendar_rows: Vec::new(),
            lanes: BTreeMap::new(),
            measures: Measures::default(),
            orders: Orders::default(),
            reports: Reports::default(),
            effects: Vec::new(),
            counters: BTreeMap::new(),
            tallies: Tallies::default(),
            hub_id: None,
            last_checkpoint: 0,
            contents,
        }
    }

    /// How many entries were read.
    fn size(&self) -> i64 {
        i64::try_from(self.frontier.size()).unwrap_or(i64::MAX)
    }

    /// The bytes of the next entry. Where an index is missing or stands twice nothing after it can be told.
    async fn next_leaf(&mut self, entries: &mut Rows, verdict: &mut Verdict) -> Result<Option<Row>> {
        let Some(row) = entries.next().await? else {
            return Ok(None);
        };
        if *row.at(0) == Value::Integer(self.size()) && row.at(1).bytes().is_some() {
            return Ok(Some(row));
        }
        (self.is_dense, self.is_sound) = (false, false);
        match row.at(0) {
            Value::Integer(index) if *index > self.size() => {
                let missing = format!("log_index={}", self.size());
                verdict.faults.place(&LOG_ENTRY, missing, What::NotDense);
            }
            Value::Integer(index) if *index == self.size() => {
                verdict.faults.columns(&LOG_ENTRY, &row, vec!["leaf"], What::NoEntry);
            }
            Value::Integer(_) | Value::Null | Value::Text(_) | Value::Bytes(_) | Value::Strange => {
                verdict.faults.row(&LOG_ENTRY, &row, What::NotDense);
            }
        }
        Ok(None)
    }

    async fn entry(&mut self, row: Row, side: &mut Side, verdict: &mut Verdict) -> Result<()> {
        let index = self.size();
        let bytes = row.at(1).bytes().unwrap_or_default();
        self.frontier.append(leaf_hash(bytes));
        self.tiles.append(leaf_hash(bytes));
        let events = own(&mut side.events, index, &mut verdict.faults).await?;
        let beside = side.of_entry(index, &mut verdict.faults).await?;
        let Some((event_row, more)) = events.split_first() else {
            self.is_sound = false;
            verdict
                .faults
                .place(&EVENT, format!("log_index={index}"), What::Missing);
            return Ok(());
        };
        verdict.faults.added(&EVENT, more);
        self.is_sound &= more.is_empty();
        let Ok(leaf) = Leaf::decode(bytes) else {
            self.is_sound = false;
            verdict.faults.columns(&LOG_ENTRY, &row, vec!["leaf"], What::NoEntry);
            return Ok(());
        };
        let different = match Event::of(event_row) {
            Some(event) => event.different(event_row, &leaf),
            None => vec!["details"],
        };
        let event = Event::of(event_row).filter(|_| different.is_empty());
        let Some(event) = event else {
            self.is_sound = false;
            verdict.faults.columns(&EVENT, event_row, different, What::EntryDiffers);
            return Ok(());
        };
        self.time(&event, verdict);
        self.told(&event, &leaf, &beside, verdict);
        Ok(())
    }

    /// Time never goes back, and where it moves a batch has ended: a checkpoint stands there.
    fn time(&mut self, event: &Event<'_>, verdict: &mut Verdict) {
        let faults = &mut verdict.faults;
        if event.index > 0 && event.hub_time < self.hub_time {
            faults.place(&EVENT, format!("log_index={}", event.index), What::DoesNotFollow);
        }
        if event.index > 0 && event.hub_time > self.hub_time && self.last_checkpoint != event.index {
            faults.place(&CHECKPOINT, format!("tree_size={}", event.index), What::Missing);
        }
        self.hub_time = event.hub_time;
    }

    /// What an entry says of the rows beside it and of what follows from it.
    fn told(&mut self, event: &Event<'_>, leaf: &Leaf, own: &Own, verdict: &mut Verdict) {
        let told = if event.entry_type == EntryType::Request {
            serde_json::from_str(event.details)
        } else {
            event::Beside::of(event.details).map(Told::only)
        };
        let Ok(told) = told else {
            return self.does_not_follow(event, verdict);
        };
        let beside = &told.beside;
        let shared = told.opened.as_ref().map(|opened| opened.body_index);
        let salt = check_body((event, leaf, shared), beside, own, &mut self.contents, verdict);
        check_key(event, beside, own, verdict);
        if event.entry_type != EntryType::Document {
            verdict.faults.added(&ATTACHMENT, &own.attachments);
        }
        let follows = match event.entry_type {
            EntryType::Request => self.request(event, told),
            EntryType::Registry => self.registry.follow(event),
            EntryType::Delivery => self.delivery(event),
            EntryType::Calendar => self.calendar(event),
            EntryType::Measure => self.measures.follow(event),
            EntryType::Read => reads::is_read(event),
            EntryType::Erasure => erasures::effects(event).map(|effects| self.effects.extend(effects)),
            EntryType::Catalogue => trust::catalogue(event, own),
            EntryType::Operator => self.operators.follow(event, leaf),
            EntryType::HubKey => self.keys.follow(event),
            EntryType::Webhook => self.webhooks.follow(event),
            EntryType::Trust => self.trust.follow(event, own),
            EntryType::Suspension => self.suspension(event),
            EntryType::Clock => self.clock(event),
            EntryType::Case => self.orders.follow(event, &self.reports),
            EntryType::Report => self.reports.follow(event),
            EntryType::Document => check_attachment(event, own, salt.as_deref(), verdict),
        };
        if follows.is_none() {
            self.does_not_follow(event, verdict);
        }
    }

    fn does_not_follow(&mut self, event: &Event<'_>, verdict: &mut Verdict) {
        self.is_sound = false;
        let faults = &mut verdict.faults;
        faults.place(&EVENT, format!("log_index={}", event.index), What::DoesNotFollow);
    }

    /// The places in mailboxes, the measures, and what is done to other requests; the rest is for the replay.
    fn request(&mut self, event: &Event<'_>, told: Told) -> Option<()> {
        let by = RequestId::parse(event.subject).ok()?;
        let action: Action = event.action.parse().ok()?;
        for entered in told.entered {
            let lane = self
                .lanes
                .entry((entered.agency.to_string(), entered.lane))
                .or_default();
            lane.last_position += 1;
            if entered.position != lane.last_position {
                return None;
            }
            if let Some(lifted) = entered.lifted.clone() {
                self.effect(
                    &lifted.request_id,
                    event,
                    Done::Lifted {
                        log_index: lifted.log_index,
                        entered,
                    },
                );
            }
        }
        for measure in &told.measures {
            self.measures.state(measure);
        }
        if let Some(named) = told.opened.as_ref().and_then(|opened| opened.case.as_ref()) {
            self.orders.open(&by, named);
        }
        if let Some(debited) = told.debited {
            self.orders.debit(&by, debited, event.hub_time)?;
        }
        for restored in &told.restored {
            self.effect(restored, event, Done::Restored);
        }
        for ended in &told.ended {
            let (by, at) = (by.clone(), event.hub_time);
            self.effect(ended, event, Done::Ended { by, action, at });
        }
        Some(())
    }

    fn effect(&mut self, request: &RequestId, event: &Event<'_>, what: Done) {
        self.effects.push(Effect {
            request: request.clone(),
            index: event.index,
            what,
        });
    }

    fn delivery(&mut self, event: &Event<'_>) -> Option<()> {
        let told: Delivered = serde_json::from_str(event.details).ok()?;
        let lane = self.lanes.entry((event.agency.to_owned(), told.lane)).or_default();
        let follows = told.from == lane.delivered_position
            && told.to > told.from
            && told.to <= lane.last_position
            && event.version == told.to
            && event.subject == format!("{}/{}", event.agency, told.lane);
        lane.delivered_position = told.to;
        follows.then_some(())
    }

    fn suspension(&mut self, event: &Event<'_>) -> Option<()> {
        self.suspensions.follow(&known::Told {
            log_index: event.index,
            subject: event.subject,
            version: event.version,
            action: event.action,
            details: event.details,
        })
    }

    /// The clock of a sandbox, and of nothing else, was moved ahead to the time of the entry.
    fn clock(&self, event: &Event<'_>) -> Option<()> {
        let told: ClockDetails = serde_json::from_str(event.details).ok()?;
        let is_move = told.from < told.to && told.to == event.hub_time && event.action == "advance_clock";
        let is_of_sandbox = self.keys.hub_id().is_some_and(is_sandbox);
        (is_move && is_of_sandbox && event.version == 1 && event.subject == "clock").then_some(())
    }

    fn calendar(&mut self, event: &Event<'_>) -> Option<()> {
        let told: Imported = serde_json::from_str(event.details).ok()?;
        self.calendar_version += 1;
        let rows = told.days.iter().map(|day| {
            Row::from([
                day.date.to_string().into(),
                event.version.into(),
                day.kind.as_str().into(),
                day.name.as_str().into(),
                day.basis.as_str().into(),
                day.certainty.as_str().into(),
                day.known_from.map(|date| date.to_string()).into(),
                told.origin.as_str().into(),
            ])
        });
        self.calendar_rows.extend(rows);
        (event.version == self.calendar_version).then_some(())
    }

    /// The checkpoint of the tree up to here, if one was signed off.
    async fn checkpoint(&mut self, checkpoints: &mut ByOwner, verdict: &mut Verdict, notes: &mut Notes) -> Result<()> {
        let rows = own(checkpoints, self.size(), &mut verdict.faults).await?;
        let Some((row, more)) = rows.split_first() else {
            return Ok(());
        };
        verdict.faults.added(&CHECKPOINT, more);
        self.last_checkpoint = self.size();
        let name = match self.keys.hub_id() {
            Some(name) => Value::from(name),
            None => self.hub_id.clone().unwrap_or_else(|| row.at(3).clone()),
        };
        self.hub_id.get_or_insert_with(|| name.clone());
        let root = self.frontier.root();
        let stated = Checkpoint {
            origin: name.text().unwrap_or_default().to_owned(),
            tree: TreeRoot {
                size: self.frontier.size(),
                root,
            },
            hub_time: self.hub_time,
        };
        let must = [
            (1, "root_hash", Value::from(root.as_slice())),
            (2, "hub_time", Value::Integer(self.hub_time)),
            (3, "hub_id", name),
        ];
        let wrong = must.iter().filter(|(place, _, must)| row.at(*place) != must);
        let wrong: Vec<&'static str> = wrong.map(|(_, column, _)| *column).collect();
        if wrong.contains(&"root_hash") {
            verdict.faults.columns(&CHECKPOINT, row, wrong, What::Root);
        } else if !wrong.is_empty() {
            verdict.faults.columns(&CHECKPOINT, row, wrong, What::Differs);
        } else if !self.keys.have_signed(&stated, [row.at(4), row.at(5)], notes) {
            let columns = vec!["note_signature", "seal_signature"];
            verdict.faults.columns(&CHECKPOINT, row, columns, What::Signature);
        } else {
            verdict.checkpoints += 1;
        }
        Ok(())
    }

    /// The tree at the size of the checkpoint from outside.
    fn compare_known(&self, known: Option<&Known>, verdict: &mut Verdict) {
        let Some(known) = known.filter(|known| known.size == self.frontier.size()) else {
            return;
        };
        if known.root == self.frontier.root() {
            verdict.contains = Some(known.size);
        } else {
            let place = format!("tree_size={}", known.size);
            verdict.faults.place(&LOG_ENTRY, place, What::Rewritten);
        }
    }

    /// What can only be said of the whole log.
    fn end(&self, known: Option<&Known>, verdict: &mut Verdict) {
        let faults = &mut verdict.faults;
        if self.last_checkpoint != self.size() {
            faults.place(&CHECKPOINT, format!("tree_size={}", self.size()), What::Missing);
        }
        let Some(known) = known else { return };
        if known.size > self.frontier.size() {
            faults.place(&LOG_ENTRY, format!("log_index={}", self.size()), What::CutOff);
        } else if known.size == 0 {
            verdict.contains = (known.root == Frontier::default().root()).then_some(0);
        }
        let is_ours = self
            .hub_id
            .as_ref()
            .is_none_or(|name| name.text() == Some(&known.origin));
        if !is_ours {
            faults.place(&CHECKPOINT, format!("tree_size={}", known.size), What::OtherHub);
        }
    }
}

/// What a step says beyond its own request.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    beside: event::Beside,
    opened: Option<Opened>,
    entered: Vec<Entered>,
    measures: Vec<Measure>,
    ended: Vec<RequestId>,
    restored: Vec<RequestId>,
    debited: Option<Dong>,
}

impl Told {
    fn only(beside: event::Beside) -> Self {
        Self {
            beside,
            ..Self::default()
        }
    }
}

#[derive(Debug, Deserialize)]
struct Opened {
    body_index: i64,
    #[serde(default)]
    case: Option<OpenedCase>,
}

#[derive(Debug, Deserialize)]
struct ClockDetails {
    from: i64,
    to: i64,
}

#[derive(Debug, Deserialize)]
struct Delivered {
    lane: Lane,
    from: i64,
    to: i64,
}

#[derive(Debug, Deserialize)]
struct Imported {
    origin: DayOrigin,
    days: Vec<CalendarDay>,
}
