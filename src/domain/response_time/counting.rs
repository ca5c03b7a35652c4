//! What a step counts, for whom. Decided once, when it is taken: the same state of things in two places cannot be counted in two
//! ways, and nothing that is learnt later changes what was counted.

use super::{Counted, What, working_seconds};
use crate::domain::calendar::Calendar;
use crate::domain::deadline::{Deadline, DeadlineStatus, Duty, Suspension};
use crate::domain::event::Succession;
use crate::domain::ids::{AgencyCode, UnitId};
use crate::domain::request::EnforcementRequest;
use crate::domain::workflow::{Action, Party, State};

/// What acts count for the recipient by themselves, whatever the clocks say.
const OF_ACTIONS: [(Action, What); 5] = [
    (Action::Submit, What::Received),
    (Action::AnswerInterim, What::Interim),
    (Action::Dispute, What::Disputed),
    (Action::Correct, What::Corrected),
    (Action::Extend, What::Extended),
];

/// A step, as far as it is counted.
#[derive(Debug, Clone, Copy)]
pub struct Counting<'a> {
    /// The request as the step leaves it.
    pub request: &'a EnforcementRequest,
    /// What the step counts as (the workflow's `counts_as`).
    pub action: Action,
    /// Whether it enters the request in the recipient's book.
    pub registers: bool,
    /// Whether it brings the first final answer, if it brings one.
    pub is_first_answer: bool,
    /// Whether the final answer that it brings is a refusal.
    pub refused: bool,
    /// The clocks before it.
    pub before: &'a [Deadline],
    /// The clocks after it.
    pub after: &'a [Deadline],
    /// The calendar of working hours.
    pub calendar: &'a Calendar,
    /// The sender's province.
    pub province: &'a str,
}

/// What the step counts: at most one entry for the recipient and one for the sender.
pub fn count(step: &Counting<'_>) -> Vec<Counted> {
    let request = step.request;
    let ended: Vec<&Deadline> = step.after.iter().filter(|clock| step.ends(clock)).collect();
    let mut recipient = entry(
        step,
        &request.recipient,
        &request.sender,
        request.assigned_unit.as_ref(),
    );
    let mut sender = entry(step, &request.sender, &request.recipient, request.sender_unit.as_ref());
    sender.what.extend(ended.iter().filter_map(|clock| {
        let is_own = clock.duty() == Duty::Own;
        is_own.then(|| verdict(clock, What::OwnInTime, What::OwnLate)).flatten()
    }));
    recipient.what.extend(step.of_recipient(&ended));
    step.count_pauses(&mut recipient);
    if step.action == Action::AnswerFinal && step.is_first_answer {
        step.measure(&ended, &mut recipient);
    }
    [recipient, sender].into_iter().filter(says_anything).collect()
}

/// What it counts that a successor takes the recipient's place: for whoever had it and for whoever has it now. Only of requests
/// that the recipient still has to act on; the sender's place counts nothing.
pub fn handed_over(request: &EnforcementRequest, succession: &Succession, province: &str) -> Vec<Counted> {
    if succession.party != Party::Recipient || !request.state.is_open() {
        return Vec::new();
    }
    let of = |agency: &AgencyCode, unit: Option<&UnitId>, what: What| Counted {
        agency: agency.clone(),
        counterparty: request.sender.clone(),
        unit: unit.cloned(),
        province: province.to_owned(),
        what: vec![what],
        paused_seconds: None,
        working_seconds: None,
        wall_seconds: None,
    };
    vec![
        of(&succession.from, request.assigned_unit.as_ref(), What::HandedOver),
        of(&succession.to, None, What::TakenOver),
    ]
}

fn entry(step: &Counting<'_>, agency: &AgencyCode, counterparty: &AgencyCode, unit: Option<&UnitId>) -> Counted {
    Counted {
        agency: agency.clone(),
        counterparty: counterparty.clone(),
        unit: unit.cloned(),
        province: step.province.to_owned(),
        what: Vec::new(),
        paused_seconds: None,
        working_seconds: None,
        wall_seconds: None,
    }
}

fn says_anything(counted: &Counted) -> bool {
    !counted.what.is_empty() || counted.paused_seconds.is_some()
}

fn verdict(clock: &Deadline, in_time: What, late: What) -> Option<What> {
    match clock.status {
        DeadlineStatus::Met => Some(in_time),
        DeadlineStatus::Breached => Some(late),
        DeadlineStatus::Running
        | DeadlineStatus::Paused
        | DeadlineStatus::PendingCalendar
        | DeadlineStatus::Cancelled => None,
    }
}

/// The verdict over several clocks: late if one is, in time if one is met, else none.
fn verdict_of<'a>(clocks: impl Iterator<Item = &'a &'a Deadline>, [in_time, late, untimed]: [What; 3]) -> What {
    let verdicts: Vec<What> = clocks.filter_map(|clock| verdict(clock, in_time, late)).collect();
    if verdicts.contains(&late) {
        late
    } else if verdicts.contains(&in_time) {
        in_time
    } else {
        untimed
    }
}

/// Whether both are the same pause, whatever its end.
fn is_same(one: &Suspension, other: &Suspension) -> bool {
    match (&one.decided, &other.decided) {
        (Some(one), Some(other)) => one.id == other.id,
        (None, None) => one.from == other.from,
        _ => false,
    }
}

impl Counting<'_> {
    fn before(&self, clock: &Deadline) -> Option<&Deadline> {
        let is_same = |other: &&Deadline| (&other.name, other.occurrence) == (&clock.name, clock.occurrence);
        self.before.iter().find(is_same)
    }

    /// Whether the step ended the clock, verdict or none; one that it began and ended counts too.
    fn ends(&self, clock: &Deadline) -> bool {
        clock.stopped.is_some() && self.before(clock).is_none_or(Deadline::is_open)
    }

    fn of_recipient(&self, ended: &[&Deadline]) -> Vec<What> {
        let of = |duties: &'static [Duty]| ended.iter().filter(move |clock| duties.contains(&clock.duty()));
        let is_late = |duties| {
            let mut clocks = of(duties);
            clocks.any(|clock| clock.status == DeadlineStatus::Breached)
        };
        let mut what = Vec::new();
        if self.registers {
            let verdicts = [What::RegisteredInTime, What::RegisteredLate, What::RegisteredUntimed];
            what.push(verdict_of(of(&[Duty::Register]), verdicts));
        }
        let is_answer = self.action == Action::AnswerFinal;
        if is_answer && self.is_first_answer {
            let verdicts = [What::AnsweredInTime, What::AnsweredLate, What::AnsweredUntimed];
            what.push(verdict_of(of(&[Duty::Answer, Duty::Refuse]), verdicts));
            what.extend(self.refused.then_some(What::Refused));
        } else if is_answer {
            what.push(What::AnsweredAgain);
            what.extend(is_late(&[Duty::Answer, Duty::Refuse]).then_some(What::AnsweredAgainLate));
        } else if self.action == Action::SendBack {
            what.push(What::SentBack);
            what.extend(is_late(&[Duty::Register, Duty::Answer, Duty::Refuse]).then_some(What::SentBackLate));
        } else if matches!(self.action, Action::Withdraw | Action::AcceptWithdrawal) {
            what.extend((self.request.state == State::Withdrawn).then_some(What::Withdrawn));
        } else {
            what.extend(
                OF_ACTIONS
                    .iter()
                    .find(|(action, _)| *action == self.action)
                    .map(|(_, what)| *what),
            );
        }
        // What an answer or a return ends is told by it; what anything else ends is a duty of its own.
        let beside: &[Duty] = if is_answer || self.action == Action::SendBack {
            &[Duty::FollowUp]
        } else {
            &[Duty::Answer, Duty::Refuse, Duty::FollowUp]
        };
        what.extend(of_verdicts(ended, beside));
        what
    }

    /// A pause that begins, or is known to, is counted once, however many clocks stand still; one that is over lasted as long as the
    /// longest.
    fn count_pauses(&self, counted: &mut Counted) {
        let of_recipient = || self.after.iter().filter(|clock| clock.duty() != Duty::Own);
        let begins = |clock: &Deadline| {
            let before = self
                .before(clock)
                .map_or(&[][..], |before| before.suspensions.as_slice());
            let is_new = |pause: &Suspension| !before.iter().any(|known| is_same(known, pause));
            clock.suspensions.iter().any(is_new)
        };
        if of_recipient().any(begins) {
            counted.what.push(What::Paused);
        }
        let lasted = of_recipient().filter_map(|clock| {
            let parts = [self.own_pause_over(clock), self.halted(clock)];
            parts.into_iter().flatten().reduce(i64::saturating_add)
        });
        counted.paused_seconds = lasted.max().map(|micros| micros / 1_000_000);
    }

    /// How long a pause of the request's own lasted that the step has ended; microseconds.
    fn own_pause_over(&self, clock: &Deadline) -> Option<i64> {
        let from = self.before(clock)?.pause_of_its_own()?.from;
        let mut pauses = clock.suspensions.iter();
        let pause = pauses.find(|pause| pause.decided.is_none() && pause.from == from)?;
        Some(pause.to?.micros().saturating_sub(from.micros()).max(0))
    }

    /// What was decided for many may be ended earlier than it was known to, so how long a clock stood still by it is counted when the
    /// clock ends; microseconds.
    fn halted(&self, clock: &Deadline) -> Option<i64> {
        let ended = Some(clock).filter(|clock| self.ends(clock));
        ended.map(Deadline::halted_micros).filter(|micros| *micros > 0)
    }

    /// How long the first final answer took: by the clock that began first, of equals the one that was paused most; where no clock
    /// was, from the moment at which the order was there.
    fn measure(&self, ended: &[&Deadline], counted: &mut Counted) {
        let acts = ended
            .iter()
            .filter(|clock| matches!(clock.duty(), Duty::Answer | Duty::Refuse));
        let deciding = acts.min_by_key(|clock| (clock.start, std::cmp::Reverse(clock.suspensions.len()), &clock.name));
        let request = self.request;
        let (from, to, suspensions) = match deciding {
            Some(clock) => (
                clock.start,
                clock.stopped.unwrap_or(request.update_time),
                clock.suspensions.as_slice(),
            ),
            None => (
                request.served_time.unwrap_or(request.submit_time),
                request.update_time,
                &[][..],
            ),
        };
        counted.wall_seconds = Some((to.micros() - from.micros()).max(0) / 1_000_000);
        counted.working_seconds = working_seconds(self.calendar, from, to, suspensions).ok();
    }
}

fn of_verdicts(ended: &[&Deadline], duties: &[Duty]) -> Vec<What> {
    let clocks = ended.iter().filter(|clock| duties.contains(&clock.duty()));
    clocks
        .filter_map(|clock| verdict(clock, What::DutyInTime, What::DutyLate))
        .collect()
}
