//! Timers (DESIGN section 6): when the hub must look at a request again, and what is to be done then. Pure: the ledger asks
//! [`next`] with every change of a request, to know when to look, and again under its lock, to know what to do.
//!
//! Three things come with time: a rung of a running clock's ladder, the end of the kind's limit for a clarification, and the
//! end of the quiet period after which an answered or returned request is closed. A moment is the first microsecond at which the
//! thing is to be done; it is never done before. What cannot be counted yet, for want of a calendar, waits.

mod moment;
mod notice;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod suspended;
#[cfg(test)]
mod tests;

use super::agency::Agency;
use super::calendar::Calendar;
use super::catalogue::definition::KindDefinition;
use super::deadline::{Deadline, DeadlineStatus};
use super::escalation::{Escalation, Rung, Subject, Tell};
use super::event::Measure;
use super::request::EnforcementRequest;
use super::time::Timestamp;
use super::workflow::{Action, Party, State};

pub use notice::{Notice, NoticeState, Received};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// A request with all that its timers depend on.
#[derive(Debug, Clone, Copy)]
pub struct Timed<'a> {
    /// The request.
    pub request: &'a EnforcementRequest,
    /// Its kind, in its revision.
    pub kind: &'a KindDefinition,
    /// Its clocks.
    pub deadlines: &'a [Deadline],
    /// The measure that its answer made: the one in force, else the last.
    pub measure: Option<&'a Measure>,
    /// Who sent it.
    pub sender: &'a Agency,
    /// Who must answer it.
    pub recipient: &'a Agency,
    /// The ladders.
    pub escalation: &'a Escalation,
    /// The calendar.
    pub calendar: &'a Calendar,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due<'a> {
    /// Clocks that a clarification stopped run again.
    Resume,
    /// A rung fires.
    Rung {
        /// Of which clock; an index.
        clock: usize,
        /// Which.
        rung: &'a Rung,
    },
    /// The request is closed.
    Close,
}

impl<'a> Timed<'a> {
    /// The agency whose duty a clock is.
    pub fn obligor(&self, clock: &Deadline) -> &'a Agency {
        match clock.obligor {
            Party::Sender => self.sender,
            Party::Recipient | Party::Hub => self.recipient,
        }
    }

    /// What the ladder of a clock depends on.
    pub fn subject(&self, clock: &'a Deadline) -> Subject<'a> {
        let obligor = self.obligor(clock);
        Subject {
            obligor: clock.obligor,
            role: obligor.role,
            province: &obligor.province_code,
            clock: &clock.name,
            kind: &self.request.kind,
            sender: &self.request.sender,
            recipient: &self.request.recipient,
        }
    }
}

/// What is to be done next, and from which moment on. `None`: nothing, unless something happens before.
pub fn next<'a>(timed: &Timed<'a>) -> Option<(Timestamp, Due<'a>)> {
    let resume = resume_at(timed).map(|at| (at, Due::Resume));
    let mut rungs: Vec<(Timestamp, Due<'a>)> = Vec::new();
    let mut waits = false;
    for (index, clock) in timed.deadlines.iter().enumerate() {
        match clock.status {
            DeadlineStatus::Running => match next_rung(timed, clock) {
                Ok(found) => rungs.extend(found.map(|(at, rung)| (at, Due::Rung { clock: index, rung }))),
                Err(Waits) => waits = true,
            },
            DeadlineStatus::Paused | DeadlineStatus::PendingCalendar => waits = true,
            DeadlineStatus::Met | DeadlineStatus::Breached | DeadlineStatus::Cancelled => {}
        }
    }
    // A request that still has something to be told of is not quiet.
    let is_quiet = rungs.is_empty() && !waits;
    let close = quiet_at(timed).filter(|_| is_quiet).map(|at| (at, Due::Close));
    // Of equal moments the first: clocks that resume come before what they have to tell.
    let all = resume.into_iter().chain(rungs).chain(close);
    all.min_by_key(|(at, _)| *at)
}

/// A moment that cannot be counted before the calendar is known.
struct Waits;

/// The next rung of a running clock: the first of its ladder behind all that have fired. Each fires once, with one exception: what was
/// told of a clock that is over is told again when it is over by another due time, to which it was moved since.
fn next_rung<'a>(timed: &Timed<'a>, clock: &'a Deadline) -> Result<Option<(Timestamp, &'a Rung)>, Waits> {
    let Some(due) = clock.due else { return Err(Waits) };
    let ladder = timed.escalation.ladder(&timed.subject(clock));
    let moment_of = |rung: &Rung| moment::of(rung, due, timed.calendar).map_err(|_missing| Waits);
    let fired_at = |rung: &Rung| {
        clock
            .fired
            .iter()
            .filter(|fired| fired.rung == rung.name)
            .map(|fired| fired.at)
            .max()
    };
    if let Some(overdue) = ladder.iter().find(|rung| rung.tell == Tell::Overdue)
        && let Some(told) = fired_at(overdue)
    {
        let at = moment_of(overdue)?;
        if told < at {
            return Ok(Some((clock.runs_again(at), *overdue)));
        }
    }
    let behind = ladder
        .iter()
        .rposition(|rung| fired_at(rung).is_some())
        .map_or(0, |last| last + 1);
    for rung in ladder.into_iter().skip(behind) {
        // A clock that stands still tells nothing before it runs again.
        let at = clock.runs_again(moment_of(rung)?);
        if rung.before.is_none() || at > begun(timed, clock) {
            return Ok(Some((at, rung)));
        }
    }
    Ok(None)
}

/// Since when a clock is known: a reminder from before then would remind of what has not come yet.
fn begun(timed: &Timed<'_>, clock: &Deadline) -> Timestamp {
    timed
        .request
        .submit_time
        .max(clock.known_since().unwrap_or(timed.request.submit_time))
}

/// When clocks that a clarification stopped run again by themselves.
fn resume_at(timed: &Timed<'_>) -> Option<Timestamp> {
    let asked = timed
        .deadlines
        .iter()
        .filter(|clock| clock.status == DeadlineStatus::Paused)
        .filter_map(Deadline::pause_of_its_own)
        .filter(|pause| pause.cause == Action::AskClarification)
        .map(|pause| pause.from);
    let waits = matches!(timed.request.state, State::Clarifying | State::WithdrawalPending);
    moment::after(
        timed.kind.clarification_limit,
        asked.min().filter(|_| waits)?,
        timed.calendar,
    )
    .ok()
}

/// When the quiet period is over: nothing happened for so long since the answer or the return, and nothing binds a holder.
fn quiet_at(timed: &Timed<'_>) -> Option<Timestamp> {
    let request = timed.request;
    let days = i64::from(timed.kind.quiet_period_days);
    let binds = timed.measure.is_some_and(|measure| measure.in_force);
    let ended = timed.measure.and_then(|measure| measure.ended);
    let closes = matches!(request.state, State::Answered | State::Returned) && days > 0 && !binds;
    let since = request.update_time.max(ended.unwrap_or(request.update_time));
    closes.then(|| since.plus_micros(days.saturating_mul(DAY)))
}
