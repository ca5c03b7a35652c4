//! One clock of a request.
//!
//! What happened is stored (start, pauses, extension, end); status and due time follow from it and are stored beside it
//! for search. A clock carries what it needs of its rule, so a later revision of the kind never changes it.

use serde::{Deserialize, Serialize};

use super::compute::{compute_before, compute_paused, due, due_before};
use super::limit::{Limit, Suspension};
use super::trace::{StepKind, TraceStep, step};
use crate::domain::calendar::{Calendar, CalendarMissing, date_en, date_vi};
use crate::domain::catalogue::rule::{Certainty, DeadlineRule, Nature, Regime, Span};
use crate::domain::macros::text_enum;
use crate::domain::time::Timestamp;
use crate::domain::workflow::{Action, Party, StartingPoint};

text_enum! {
    /// Where a clock stands. Late is a fact about a running clock, not a status.
    pub enum DeadlineStatus {
        /// Đang tính: it runs; it may be past its due time.
        Running => "RUNNING",
        /// Tạm dừng: it stands still and has no due time until it runs again.
        Paused => "PAUSED",
        /// Đúng hạn: the act was done at or before the due time.
        Met => "MET",
        /// Quá hạn: the act was done after the due time, or the clock was over before it could start.
        Breached => "BREACHED",
        /// Chờ lịch: the calendar has no data for a year that it needs.
        PendingCalendar => "PENDING_CALENDAR",
        /// Đã hủy: ended without a verdict.
        Cancelled => "CANCELLED",
    }
}

impl DeadlineStatus {
    /// The label on pages.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Running => "Đang tính",
            Self::Paused => "Tạm dừng",
            Self::Met => "Đúng hạn",
            Self::Breached => "Quá hạn",
            Self::PendingCalendar => "Chờ lịch",
            Self::Cancelled => "Đã hủy",
        }
    }
}

/// A rung of a ladder that has fired: it never fires again for this clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiredRung {
    /// The rung.
    pub rung: String,
    /// When.
    pub at: Timestamp,
}

/// A legal clock on a request (thời hạn). Its key within the request is `name` and `occurrence`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// Name of the clock, as in its rule.
    pub name: String,
    /// 1 for the first clock of that name on the request, 2 for the next (a new clock after a dispute), …
    pub occurrence: u32,
    /// Whose duty it is.
    pub obligor: Party,
    /// Where it stands; derived.
    pub status: DeadlineStatus,
    /// From what it counts.
    pub starts_on: StartingPoint,
    /// The moment from which it counts; for BEFORE, the event towards which it is counted backwards.
    pub start: Timestamp,
    /// The last moment in time; derived. None while paused or without a calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// When the act was done, the clock was cancelled, or it was found to be over before it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Timestamp>,
    /// The action that stopped it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<Action>,
    /// The budget.
    pub limit: Limit,
    /// The longest total limit that an extension may give, in the limit's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extendable_to: Option<u32>,
    /// The total limit after an extension, in the limit's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_to: Option<u32>,
    /// The actions that stop it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stops_on: Vec<Action>,
    /// JSON pointer, in the payload of the answer that stops it, of the moment at which the act was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<String>,
    /// Whether only an answer that states that moment stops it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done_at_required: bool,
    /// The actions that pause it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses_on: Vec<Action>,
    /// The rungs of its ladder that have fired, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fired: Vec<FiredRung>,
    /// The pauses, by their beginning; they may overlap, and count once where they do. They never move a clock counted back from a
    /// fixed event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspensions: Vec<Suspension>,
    /// The article.
    pub basis: String,
    /// Law or policy. "Ngay" is always policy as to its due time.
    pub nature: Nature,
    /// How sure the rule is.
    pub certainty: Certainty,
    /// The body of law it falls under.
    pub regime: Regime,
    /// The version of the calendar on which it was counted last; 0: before the calendar had versions.
    #[serde(default)]
    pub calendar_version: i64,
}

impl Deadline {
    /// A clock of `rule` from `start`. None for a rule without limit and service level, which the catalogue refuses.
    pub(super) fn new(
        rule: &DeadlineRule,
        regime: Regime,
        occurrence: u32,
        start: Timestamp,
        calendar: &Calendar,
    ) -> Option<Self> {
        let (limit, nature) = match (rule.limit, rule.service_level) {
            (Some(span), _) => (Limit::Span(span), rule.nature),
            (None, Some(level)) => (Limit::Immediate(level), Nature::Policy),
            (None, None) => return None,
        };
        let mut deadline = Self {
            name: rule.name.clone(),
            occurrence,
            obligor: rule.obligor,
            status: DeadlineStatus::Running,
            starts_on: rule.starts_on,
            start,
            due: None,
            stopped: None,
            stopped_by: None,
            limit,
            extendable_to: rule.extendable_to,
            extended_to: None,
            stops_on: rule.stops_on.clone(),
            done_at: rule.done_at.clone(),
            done_at_required: rule.done_at_required,
            pauses_on: rule.pauses_on.clone(),
            fired: Vec::new(),
            suspensions: Vec::new(),
            basis: rule.basis.clone(),
            nature,
            certainty: rule.certainty,
            regime,
            calendar_version: calendar.version(),
        };
        deadline.refresh(calendar);
        Some(deadline)
    }

    /// Whether the law says "ngay" (immediately) instead of a number.
    pub fn is_immediate(&self) -> bool {
        matches!(self.limit, Limit::Immediate(_))
    }

    /// Whether it still waits for the act.
    pub fn is_open(&self) -> bool {
        self.stopped.is_none()
    }

    /// The moment from which it is known that it runs: its start; none for one that is counted back from an event to come.
    pub fn known_since(&self) -> Option<Timestamp> {
        (self.starts_on != StartingPoint::Before).then_some(self.start)
    }

    /// Whether it runs and its due time has passed.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.status == DeadlineStatus::Running && self.due.is_some_and(|due| due < now)
    }

    /// Whether the recipient may still extend it: its own duty, once, if the rule allows it, while the clock is open and
    /// not over.
    pub fn can_extend(&self, now: Timestamp) -> bool {
        self.is_open()
            && !self.is_overdue(now)
            && self.obligor == Party::Recipient
            && self.extended_to.is_none()
            && self.extendable_to.is_some_and(|longest| longest > self.amount())
    }

    /// Why it is due when it is, on the calendar in the version on which it was counted: days that came to be known after a
    /// clock ended do not change why it ended so. Of a paused clock: the days so far, and the pause last.
    pub fn trace(&self, calendar: &Calendar) -> Result<Vec<TraceStep>, CalendarMissing> {
        let calendar = &*calendar.at_version(self.calendar_version);
        let computed = match (self.starts_on, self.budget()) {
            (StartingPoint::Before, Limit::Span(span)) => compute_before(span, self.start, calendar)?,
            (_, budget) => compute_paused(&budget, self.start, &self.suspensions, calendar)?,
        };
        let mut trace = computed.trace;
        if let Some(open) = self.open_suspension() {
            let date = open.from.date();
            trace.retain(|line| match line.kind {
                StepKind::Start => true,
                StepKind::Due => false,
                StepKind::Counted | StepKind::Skipped | StepKind::Paused | StepKind::Span | StepKind::Rolled => {
                    line.date < date
                }
            });
            let (mut vi, mut en) = (
                format!("Tạm dừng tính thời hạn từ {}", date_vi(date)),
                format!("Clock paused since {}", date_en(date)),
            );
            if let Some(decided) = &open.decided {
                vi = format!("{vi}: {}", decided.told_vi());
                en = format!("{en}: {}", decided.told_en());
            }
            let basis = open.decided.as_ref().map(|decided| decided.basis.clone());
            trace.push(TraceStep {
                basis,
                ..step(StepKind::Paused, date, vi, en)
            });
        }
        Ok(trace)
    }

    /// Computes due time and status again, for example after calendar days were imported. A clock with a verdict and a
    /// cancelled one stay as they are. Returns whether anything changed.
    pub fn recompute(&mut self, calendar: &Calendar) -> bool {
        match self.status {
            DeadlineStatus::Running | DeadlineStatus::Paused | DeadlineStatus::PendingCalendar => {}
            DeadlineStatus::Met | DeadlineStatus::Breached | DeadlineStatus::Cancelled => return false,
        }
        let mut again = self.clone();
        again.refresh(calendar);
        let changes = (again.status, again.due) != (self.status, self.due);
        if changes {
            *self = again;
        }
        changes
    }

    /// Derives due time and status from what happened.
    pub(super) fn refresh(&mut self, calendar: &Calendar) {
        self.calendar_version = calendar.version();
        if self.open_suspension().is_some() {
            (self.status, self.due) = (DeadlineStatus::Paused, None);
            return;
        }
        self.due = self.compute_due(calendar).ok();
        self.status = match (self.due, self.stopped) {
            (None, _) => DeadlineStatus::PendingCalendar,
            (Some(_), None) => DeadlineStatus::Running,
            (Some(due), Some(stopped)) if stopped <= due => DeadlineStatus::Met,
            (Some(_), Some(_)) => DeadlineStatus::Breached,
        };
    }

    pub(super) fn pause(&mut self, cause: Action, at: Timestamp) {
        self.insert_pause(Suspension {
            from: at,
            to: None,
            cause,
            decided: None,
        });
    }

    /// Ends the pause of the request's own, if there is one.
    pub(super) fn resume(&mut self, at: Timestamp) {
        if let Some(open) = self.suspensions.iter_mut().find(|pause| pause.is_own_and_open()) {
            open.to = Some(at.max(open.from));
        }
    }

    /// The open pause that a step of the request began, also where one that was decided for many is open beside it.
    pub fn pause_of_its_own(&self) -> Option<&Suspension> {
        self.suspensions.iter().find(|pause| pause.is_own_and_open())
    }

    /// Ends the clock. The verdict follows from [`Self::refresh`].
    pub(super) fn stop(&mut self, action: Action, at: Timestamp) {
        for open in self.suspensions.iter_mut().filter(|pause| pause.to.is_none()) {
            open.to = Some(at.max(open.from));
        }
        self.stopped = Some(at);
        self.stopped_by = Some(action);
    }

    /// The pause that it stands in; of several the first.
    pub fn open_suspension(&self) -> Option<&Suspension> {
        self.suspensions.iter().find(|pause| pause.to.is_none())
    }

    fn amount(&self) -> u32 {
        match self.limit {
            Limit::Span(span) => span.amount,
            Limit::Immediate(level) => level.amount,
        }
    }

    /// The limit with its extension.
    fn budget(&self) -> Limit {
        match (self.limit, self.extended_to) {
            (Limit::Span(span), Some(amount)) => Limit::Span(Span { amount, ..span }),
            (limit, _) => limit,
        }
    }

    fn compute_due(&self, calendar: &Calendar) -> Result<Timestamp, CalendarMissing> {
        match (self.starts_on, self.budget()) {
            (StartingPoint::Before, Limit::Span(span)) => due_before(span, self.start, calendar),
            (_, budget) => due(&budget, self.start, &self.suspensions, calendar),
        }
    }
}
