//! What comes with time: rungs of ladders, clocks that resume, requests that close. With every change of a request the batch
//! writes when it must be looked at again; a job finds what is due and asks for it here, where it is decided again.
//!
//! Of each request a piece does one thing, the earliest; what else is due comes with the next piece, in the order of moments over
//! all requests. So late timers fire in their order, and no piece grows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::command::{Actor, Command, SweptRequest};
use super::environment::Environment;
use super::notices::{self, NoticeDecision};
use super::record::enter_mailboxes;
use super::state::{Registry, State};
use super::suspension::{self, stand_still};
use super::sweep::append;
use crate::app::places::most_competent;
use crate::domain::agency::{Agency, Role};
use crate::domain::calendar::Calendar;
use crate::domain::deadline::{self, ClockContext, Deadline, FiredRung, earliest_open_due};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::escalation::{Place, Rung, Tell};
use crate::domain::event::{Entered, EventDetails};
use crate::domain::ids::{AgencyCode, RequestId};
use crate::domain::mailbox::MailboxEntry;
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::timer::{self, Due, Notice, NoticeState, Received, Timed};
use crate::domain::workflow::{self, Action, Decision, Facts, Party, State as RequestState};
use crate::store::NOT_BEFORE_A_CHANGE;
use crate::store::rows::{JobRow, NoticeRow, TimerRow};

/// How many steps above an agency its line is climbed at most (`level` of a rung).
pub(super) const HIGHEST_LEVEL: u8 = 3;

/// What cannot be done is tried again after so many microseconds: an hour.
const TRY_AGAIN: i64 = 3_600_000_000;

/// Working days that are counted as late at most.
const MOST_LATE_DAYS: i32 = 4_000;

/// Work that comes with time.
#[derive(Debug, Clone)]
pub enum TimerWork {
    /// Do what is due, of each request one thing.
    Fire(Fire),
    /// Let a drafted notice go, or not.
    Decide(Box<NoticeDecision>),
}

impl TimerWork {
    /// The requests that it is about.
    pub(super) fn requests(&self) -> &[SweptRequest] {
        match self {
            Self::Fire(fire) => &fire.requests,
            Self::Decide(decision) => std::slice::from_ref(&decision.request),
        }
    }

    /// Whether it takes a transaction for itself, for its size.
    pub(super) fn stands_alone(&self) -> bool {
        matches!(self, Self::Fire(_))
    }
}

/// A piece of what may be due.
#[derive(Debug, Clone)]
pub struct Fire {
    /// The requests, the one that has waited longest first.
    pub requests: Vec<SweptRequest>,
    /// Nothing that is due later is done, though the clock may be further on.
    pub until: Timestamp,
    /// Who may be addressed, by role.
    pub addressees: Addressees,
    /// How far the job has come that looks at all timers.
    pub job: Option<JobRow>,
}

/// Agencies by role.
pub type Addressees = BTreeMap<Role, Arc<Vec<Arc<Agency>>>>;

/// Requests whose timers are found out again beside those that change.
#[derive(Debug, Default)]
pub(super) struct Retimed {
    again: BTreeSet<RequestId>,
    /// Of these the hub could not do what was due.
    failed: BTreeSet<RequestId>,
}

impl Retimed {
    pub(super) fn again(&mut self, id: &RequestId) {
        self.again.insert(id.clone());
    }
}

/// Timers as they must be after a batch.
#[derive(Debug, Default)]
pub(super) struct TimerRows {
    pub(super) set: Vec<TimerRow>,
    pub(super) removed: Vec<RequestId>,
}

/// The timers of all requests that a batch has touched.
pub(super) fn rows(state: &State, registry: &Registry, environment: &Environment) -> TimerRows {
    let measured = state
        .measures
        .changes()
        .filter_map(|(_, measure)| measure.request_id.as_ref());
    let changed = state.requests.changes().map(|(id, _)| id);
    let touched: BTreeSet<&RequestId> = changed.chain(measured).chain(&state.retimed.again).collect();
    let mut rows = TimerRows::default();
    for request in touched.into_iter().filter_map(|id| state.requests.get(id)) {
        let is_over = matches!(request.state, RequestState::Withdrawn | RequestState::Closed);
        let due_time = match timed(state, registry, environment, request).map(|timed| timer::next(&timed)) {
            _ if state.retimed.failed.contains(&request.id) => state.hub_time.plus_micros(TRY_AGAIN).micros(),
            Some(Some((at, _))) => at.micros(),
            Some(None) if is_over => {
                rows.removed.push(request.id.clone());
                continue;
            }
            Some(None) => NOT_BEFORE_A_CHANGE,
            // Not all of it was read: it is looked at by itself.
            None => 0,
        };
        rows.set.push(TimerRow {
            request_id: request.id.clone(),
            due_time,
        });
    }
    rows
}

/// The request with all that its timers depend on; `None` if the batch has not read all of it.
fn timed<'a>(
    state: &'a State,
    registry: &'a Registry,
    environment: &'a Environment,
    request: &'a EnforcementRequest,
) -> Option<Timed<'a>> {
    let revision = u32::try_from(request.kind_revision).ok()?;
    let kind = environment.catalogue.kind_revision(&request.kind, revision)?;
    let deadlines = match state.deadlines.get(&request.id) {
        Some(deadlines) => deadlines.as_slice(),
        None if state.retimed.again.contains(&request.id) => &[],
        None => return None,
    };
    Some(Timed {
        request,
        kind: &kind.definition,
        deadlines,
        measure: state.measure_of(&request.id),
        sender: registry.agency(&request.sender)?,
        recipient: registry.agency(&request.recipient)?,
        escalation: environment.catalogue.escalation(),
        calendar: &environment.calendar,
    })
}

/// Does the work.
pub(super) fn work(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    command: &Command,
    work: &TimerWork,
) -> Result<()> {
    match work {
        TimerWork::Fire(_) if !command.actor.is_hub() => Err(Error::new(ErrorCode::MethodNotAllowed)),
        TimerWork::Fire(fire) => {
            let piece = Piece {
                registry,
                environment,
                actor: &command.actor,
                fire,
            };
            for swept in &fire.requests {
                piece.look_at(state, swept)?;
            }
            state.job.clone_from(&fire.job);
            Ok(())
        }
        TimerWork::Decide(decision) => notices::decide(state, registry, environment, command, decision),
    }
}

/// One thing that is due.
enum Thing {
    Resume,
    Rung(usize, Rung),
    Close,
}

/// A piece under way.
struct Piece<'a> {
    registry: &'a Registry,
    environment: &'a Environment,
    actor: &'a Actor,
    fire: &'a Fire,
}

impl Piece<'_> {
    /// Does the first thing that is due at a request, and finds out when to look at it next.
    fn look_at(&self, state: &mut State, swept: &SweptRequest) -> Result<()> {
        let request = match state.requests.get(&swept.id) {
            // Another party's mailboxes were not read: it is found again.
            Some(request) if (&request.sender, &request.recipient) == (&swept.sender, &swept.recipient) => {
                request.clone()
            }
            Some(_) | None => return Ok(()),
        };
        state.retimed.again(&request.id);
        // Clocks that stand still tell nothing, also if the hub has not come to this request yet.
        if suspension::catch_up(state, self.registry, self.environment, self.actor, &request, None)? {
            return Ok(());
        }
        let until = state.hub_time.min(self.fire.until);
        let due = timed(state, self.registry, self.environment, &request).and_then(|timed| timer::next(&timed));
        let (at, thing) = match due {
            Some((at, due)) if at <= until => match due {
                Due::Resume => (at, Thing::Resume),
                Due::Close => (at, Thing::Close),
                Due::Rung { clock, rung } => (at, Thing::Rung(clock, rung.clone())),
            },
            Some(_) | None => return Ok(()),
        };
        let done = match thing {
            Thing::Resume => self.end_clocks(state, &request, Action::ResumeClocks, at)?,
            Thing::Close => self.end_clocks(state, &request, Action::Close, state.hub_time)?,
            Thing::Rung(index, rung) => self.tell(state, &request, index, &rung, at)?,
        };
        if !done {
            tracing::error!(enforcement_request_id = %request.id, "timers.refused");
            state.retimed.failed.insert(request.id);
        }
        Ok(())
    }

    /// Resumes clocks as of the end of the limit, or closes. `false`: the workflow refuses.
    fn end_clocks(
        &self,
        state: &mut State,
        request: &EnforcementRequest,
        action: Action,
        at: Timestamp,
    ) -> Result<bool> {
        let facts = Facts {
            quiet_period_over: true,
            measure_in_force: state.measure_of(&request.id).is_some_and(|measure| measure.in_force),
            ..Facts::default()
        };
        let Ok(decision) = workflow::decide(Some(request.state), action, Party::Hub, &facts) else {
            return Ok(false);
        };
        let mut deadlines = state.deadlines.get(&request.id).cloned().unwrap_or_default();
        let context = ClockContext {
            rules: &[],
            calendar: &self.environment.calendar,
            order_payload: &Value::Null,
            issue_date: None,
            answer_payload: None,
            refused: None,
            extended_clock: None,
        };
        let mut changed: BTreeSet<usize> =
            deadline::apply(&mut deadlines, decision.counts_as, decision.clocks, at, &context)
                .into_iter()
                .collect();
        // A clock that runs again may stand still by what was decided for many.
        changed.extend(stand_still(&mut deadlines, self.registry, self.environment, request));
        let mut details = EventDetails {
            deadlines: changed
                .into_iter()
                .filter_map(|index| deadlines.get(index).cloned())
                .collect(),
            ..EventDetails::default()
        };
        let counted = (decision.counts_as, deadlines.as_slice());
        state.count_clocks(self.registry, self.environment, request, counted, &mut details);
        self.enter(state, request, (action, decision), deadlines, details)?;
        Ok(true)
    }

    /// A rung fires. `false`: the workflow refuses.
    fn tell(
        &self,
        state: &mut State,
        request: &EnforcementRequest,
        index: usize,
        rung: &Rung,
        moment: Timestamp,
    ) -> Result<bool> {
        let mut deadlines = state.deadlines.get(&request.id).cloned().unwrap_or_default();
        let Some(clock) = deadlines.get_mut(index) else {
            return Ok(false);
        };
        clock.fired.push(FiredRung {
            rung: rung.name.clone(),
            at: state.hub_time,
        });
        let clock = clock.clone();
        let facts = Facts {
            senders_clock: clock.obligor == Party::Sender,
            ..Facts::default()
        };
        let action = rung.tell.action();
        let Ok(decision) = workflow::decide(Some(request.state), action, Party::Hub, &facts) else {
            return Ok(false);
        };
        let notice = self.notice(state, request, &clock, rung, moment);
        let mut details = EventDetails::default();
        match rung.tell {
            Tell::Superior => {
                let superior = notice.addressee.as_ref().filter(|code| request.side_of(code).is_none());
                details
                    .entered
                    .extend(superior.map(|code| enter_at(state, request, code)));
            }
            Tell::Draft => state.appended.notices.push(NoticeRow {
                drafted_index: state.next_index,
                request_id: request.id.clone(),
                state: NoticeState::Drafted,
                addressee: notice.addressee.clone(),
                decided_index: None,
            }),
            Tell::Remind | Tell::Overdue | Tell::HeadOfUnit => {}
        }
        details.notice = Some(Box::new(notice));
        details.deadlines = vec![clock];
        self.enter(state, request, (action, decision), deadlines, details)?;
        Ok(true)
    }

    /// What is told.
    fn notice(
        &self,
        state: &State,
        request: &EnforcementRequest,
        clock: &Deadline,
        rung: &Rung,
        moment: Timestamp,
    ) -> Notice {
        let due = clock.due.unwrap_or(moment);
        let obligor = match clock.obligor {
            Party::Sender => &request.sender,
            Party::Recipient | Party::Hub => &request.recipient,
        };
        let is_meant_for_another = matches!(rung.tell, Tell::Superior | Tell::Draft);
        let addressee = match (rung.level(), rung.role) {
            (Some(level), _) => superior(self.registry, obligor, level),
            (None, Some(role)) => self.competent(request, obligor, role, rung.place),
            (None, None) => None,
        };
        Notice {
            rung: rung.name.clone(),
            text_vi: rung.text_vi.clone(),
            text_en: rung.text_en.clone(),
            tell: rung.tell,
            moment,
            kind: request.kind.clone(),
            kind_revision: request.kind_revision,
            clock: clock.name.clone(),
            occurrence: clock.occurrence,
            obligor: clock.obligor,
            article: clock.basis.clone(),
            due,
            late_working_days: late_working_days(&self.environment.calendar, due, state.hub_time),
            sender: request.sender.clone(),
            recipient: request.recipient.clone(),
            basis: rung.basis.clone(),
            nature: rung.nature,
            certainty: rung.certainty,
            received: Received {
                delivered: request.is_delivered(state.head(&request.recipient, request.lane).delivered_position),
                registered: request.registry_number.is_some(),
                answers: request.answer_count,
            },
            missing: is_meant_for_another && addressee.is_none(),
            addressee,
            role: rung.role,
            draft: None,
        }
    }

    /// The agency of a role that is competent, by the place of one party, else of the other.
    fn competent(
        &self,
        request: &EnforcementRequest,
        obligor: &AgencyCode,
        role: Role,
        place: Place,
    ) -> Option<AgencyCode> {
        let agencies = self.fire.addressees.get(&role)?;
        let first = match place {
            Place::Sender => &request.sender,
            Place::Obligor => obligor,
        };
        let parties = [first, &request.sender, obligor];
        let places = parties.map(|code| self.registry.agency(code).map_or(&[][..], Agency::effective_territory));
        let found = most_competent(agencies, &places);
        found.map(|agency| agency.code.clone())
    }

    /// Writes the entry down.
    fn enter(
        &self,
        state: &mut State,
        request: &EnforcementRequest,
        (action, decision): (Action, Decision),
        deadlines: Vec<Deadline>,
        mut details: EventDetails,
    ) -> Result<()> {
        details.due_time = earliest_open_due(&deadlines);
        details
            .entered
            .extend(enter_mailboxes(state, request, decision.notifies));
        if !details.deadlines.is_empty() {
            state.changed_deadlines.insert(request.id.clone());
            state.deadlines.insert(request.id.clone(), deadlines);
        }
        append(state, self.actor, request, action, decision, &details)
    }
}

/// Enters the step that is about to be appended in the mailbox of an agency that is no party.
pub(super) fn enter_at(state: &mut State, request: &EnforcementRequest, agency: &AgencyCode) -> Entered {
    let position = state.next_position(agency, request.lane);
    state.appended.mailbox.push(MailboxEntry {
        agency: agency.clone(),
        lane: request.lane,
        position,
        log_index: state.next_index,
        request_id: request.id.clone(),
        unit: None,
        officer: None,
        lifted: false,
    });
    Entered {
        agency: agency.clone(),
        lane: request.lane,
        position,
        lifted: None,
    }
}

/// The agency so many steps above another in its own line; who took over from one stands in its place.
fn superior(registry: &Registry, code: &AgencyCode, level: u8) -> Option<AgencyCode> {
    let mut above = code.clone();
    for _ in 0..level {
        above = directly_above(registry, &above)?;
    }
    Some(above)
}

fn directly_above(registry: &Registry, code: &AgencyCode) -> Option<AgencyCode> {
    let parent = registry.agency(code)?.parent.clone()?;
    let successor = registry.agency(&parent).and_then(|parent| parent.successor.clone());
    Some(successor.unwrap_or(parent))
}

/// All that may stand directly above these agencies.
pub(super) fn above<'a>(
    registry: &'a Registry,
    codes: &'a BTreeSet<AgencyCode>,
) -> impl Iterator<Item = AgencyCode> + 'a {
    let known = codes.iter().filter_map(|code| registry.agency(code));
    known
        .flat_map(|agency| [agency.parent.clone(), agency.successor.clone()])
        .flatten()
}

/// How many working days are over between the day of the due time and the day of `now`.
fn late_working_days(calendar: &Calendar, due: Timestamp, now: Timestamp) -> u32 {
    let (mut day, today) = (due.date(), now.date());
    let mut late = 0;
    for _ in 0..MOST_LATE_DAYS {
        let Ok(next) = day.tomorrow() else { break };
        day = next;
        if day >= today {
            break;
        }
        late += u32::from(calendar.is_working(day).unwrap_or(false));
    }
    late
}
