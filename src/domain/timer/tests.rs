//! When the hub looks at a request, and what it does then.

use std::sync::Arc;

use super::*;
use crate::domain::agency::{Channel, Role};
use crate::domain::catalogue::{Catalogue, Kind};
use crate::domain::deadline::{ClockContext, FiredRung, apply};
use crate::domain::ids::{AgencyCode, KindCode, OfficerId, RequestId};
use crate::domain::mailbox::Lane;
use crate::domain::workflow::{ClockEffect, StartingPoint};

pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(&format!("{text}+07:00")).unwrap()
}

fn code(text: &str) -> AgencyCode {
    AgencyCode::parse(text).unwrap()
}

fn agency(text: &str, role: Role) -> Agency {
    Agency {
        code: code(text),
        role,
        name: String::new(),
        name_en: String::new(),
        province_code: "37".to_owned(),
        commune_code: String::new(),
        parent: None,
        successor: None,
        channel: Channel::Digital,
        suspended: false,
        aliases: Vec::new(),
        units: Vec::new(),
        territory: Vec::new(),
    }
}

/// A request whose clocks are moved by hand.
pub(super) struct Case {
    pub(super) request: EnforcementRequest,
    pub(super) kind: Arc<Kind>,
    pub(super) deadlines: Vec<Deadline>,
    pub(super) sender: Agency,
    pub(super) recipient: Agency,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) calendar: Calendar,
}

impl Case {
    /// An enquiry about land, submitted then.
    pub(super) fn submitted(now: Timestamp) -> Self {
        let catalogue = Catalogue::embedded().unwrap();
        let kind = KindCode::parse("land-information").unwrap();
        let kind = Arc::clone(catalogue.newest(&kind).unwrap());
        let (sender, recipient) = (agency("A", Role::Enforcement), agency("B", Role::LandOffice));
        let request = EnforcementRequest {
            id: RequestId::parse("req_00000000000000000000000000000001").unwrap(),
            broadcast_id: None,
            kind: kind.code().clone(),
            kind_revision: 1,
            sender: sender.code.clone(),
            sender_officer: Some(OfficerId::parse("an").unwrap()),
            sender_unit: None,
            recipient: recipient.code.clone(),
            channel: Channel::Digital,
            lane: Lane::Normal,
            recipient_position: 1,
            submit_index: 1,
            body_index: 1,
            submit_time: now,
            state: State::Submitted,
            version: 1,
            update_time: now,
            registry_number: None,
            registered_time: None,
            assigned_unit: None,
            assigned_officer: None,
            extended: false,
            outcome: None,
            answer_index: None,
            first_answer_index: None,
            answer_count: 0,
            due_time: None,
            register: None,
            served_time: None,
            measure_ended_by: None,
            registered_by: None,
            erased_index: None,
        };
        let mut case = Self {
            request,
            kind,
            deadlines: Vec::new(),
            sender,
            recipient,
            catalogue,
            calendar: Calendar::embedded().unwrap(),
        };
        case.effect(Action::Submit, ClockEffect::Start(StartingPoint::Available), now);
        case.deadlines.retain(|clock| clock.name == "answer");
        case
    }

    pub(super) fn effect(&mut self, action: Action, effect: ClockEffect, now: Timestamp) {
        let context = ClockContext {
            rules: &self.kind.definition.deadlines,
            calendar: &self.calendar,
            order_payload: &serde_json::json!({}),
            issue_date: Some(now.date()),
            answer_payload: None,
            refused: None,
            extended_clock: Some("answer"),
        };
        apply(&mut self.deadlines, action, &[effect], now, &context);
    }

    pub(super) fn timed(&self) -> Timed<'_> {
        Timed {
            request: &self.request,
            kind: &self.kind.definition,
            deadlines: &self.deadlines,
            measure: None,
            sender: &self.sender,
            recipient: &self.recipient,
            escalation: self.catalogue.escalation(),
            calendar: &self.calendar,
        }
    }

    /// What comes next, in words.
    pub(super) fn next(&self) -> Option<(Timestamp, String)> {
        let name = |due: Due<'_>| match due {
            Due::Resume => "resume".to_owned(),
            Due::Close => "close".to_owned(),
            Due::Rung { rung, .. } => rung.name.clone(),
        };
        next(&self.timed()).map(|(moment, due)| (moment, name(due)))
    }

    /// Does what is due, as the ledger does.
    pub(super) fn fire(&mut self, now: Timestamp) -> Option<String> {
        let (moment, due) = next(&self.timed())?;
        if moment > now {
            return None;
        }
        let (clock, name) = match due {
            Due::Rung { clock, rung } => (clock, rung.name.clone()),
            Due::Resume => {
                self.effect(Action::ResumeClocks, ClockEffect::Resume, moment);
                return Some("resume".to_owned());
            }
            Due::Close => {
                self.request.state = State::Closed;
                return Some("close".to_owned());
            }
        };
        self.deadlines[clock].fired.push(FiredRung {
            rung: name.clone(),
            at: now,
        });
        self.request.update_time = now;
        Some(name)
    }

    pub(super) fn all_due(&mut self, now: Timestamp) -> Vec<String> {
        std::iter::from_fn(|| self.fire(now)).collect()
    }
}

/// Submitted on Monday 02/11/2026; the answer is due in three working days, on Thursday 05/11.
pub(super) fn monday() -> Case {
    let case = Case::submitted(at("2026-11-02T09:00:00"));
    assert_eq!(case.deadlines[0].due, Some(at("2026-11-05T23:59:59.999999")));
    case
}

#[test]
fn the_ladder_of_a_land_office_moment_by_moment() {
    let mut case = monday();
    for (moment, name) in [
        ("2026-11-04T00:00:00", "remind"),
        ("2026-11-06T00:00:00", "overdue"),
        ("2026-11-07T00:00:00", "head_of_unit"),
        ("2026-11-11T00:00:00", "superior"),
        ("2026-11-13T00:00:00", "committee"),
        ("2026-11-20T00:00:00", "procuracy"),
        ("2026-11-20T00:00:00", "department"),
    ] {
        let moment = at(moment);
        assert_eq!(case.next(), Some((moment, name.to_owned())));
        assert_eq!(case.fire(moment.plus_micros(-1)), None, "{name}: never early");
        assert_eq!(case.fire(moment), Some(name.to_owned()));
    }
    assert_eq!(case.next(), None, "each once");
}

#[test]
fn late_timers_fire_each_once_and_in_their_order() {
    let mut case = monday();
    let all = [
        "remind",
        "overdue",
        "head_of_unit",
        "superior",
        "committee",
        "procuracy",
        "department",
    ];
    assert_eq!(case.all_due(at("2026-12-24T10:00:00")), all);
    assert_eq!(case.all_due(at("2027-01-24T10:00:00")), [""; 0]);
}

#[test]
fn nobody_is_reminded_of_what_was_not_there_yet() {
    let mut case = monday();
    case.request.submit_time = at("2026-11-04T09:00:00");
    assert_eq!(case.next().unwrap().1, "overdue");
}

#[test]
fn a_paused_clock_tells_nothing_until_it_runs_again() {
    let mut case = monday();
    case.request.state = State::Clarifying;
    for clock in &mut case.deadlines {
        clock.pauses_on = vec![Action::AskClarification];
    }
    case.effect(Action::AskClarification, ClockEffect::Pause, at("2026-11-03T10:00:00"));
    assert_eq!(case.deadlines[0].status, DeadlineStatus::Paused);
    let (limit, what) = case.next().unwrap();
    assert_eq!(what, "resume");
    assert_eq!(case.all_due(limit.plus_micros(-1)), [""; 0]);
    assert_eq!(case.fire(limit), Some("resume".to_owned()));
    assert_eq!(case.deadlines[0].status, DeadlineStatus::Running);
    assert!(case.next().unwrap().0 >= limit);
}

#[test]
fn what_another_calendar_moves_never_fires_again() {
    let mut case = monday();
    assert_eq!(case.all_due(at("2026-11-04T00:00:00")), ["remind"]);
    // The due time moves on by a week: what was told stays told, the rest follows.
    case.deadlines[0].due = Some(at("2026-11-12T23:59:59.999999"));
    assert_eq!(case.next(), Some((at("2026-11-13T00:00:00"), "overdue".to_owned())));
}

#[test]
fn that_a_clock_is_over_is_told_again_when_it_was_moved_since_and_nothing_else() {
    let mut case = monday();
    assert_eq!(
        case.all_due(at("2026-11-07T00:00:00")),
        ["remind", "overdue", "head_of_unit"]
    );
    case.deadlines[0].due = Some(at("2026-11-12T23:59:59.999999"));
    for (moment, name) in [("2026-11-13T00:00:00", "overdue"), ("2026-11-18T00:00:00", "superior")] {
        assert_eq!(case.next(), Some((at(moment), name.to_owned())));
        assert_eq!(case.all_due(at(moment).plus_micros(-1)), [""; 0]);
        assert_eq!(case.all_due(at(moment)), [name]);
    }
    // Moved to an earlier due time, it was over when that was told.
    case.deadlines[0].due = Some(at("2026-11-05T23:59:59.999999"));
    assert_eq!(case.next().unwrap().1, "committee");
}

#[test]
fn without_a_calendar_a_rung_waits() {
    let mut case = Case::submitted(at("2027-12-28T09:00:00"));
    case.deadlines[0].status = DeadlineStatus::Running;
    case.deadlines[0].due = Some(at("2027-12-31T23:59:59.999999"));
    let told = case.all_due(at("2028-06-01T00:00:00"));
    assert_eq!(told, ["remind", "overdue"], "2028 has no data");
    assert_eq!(case.next(), None);
}

#[test]
fn an_answered_request_closes_after_its_quiet_period_unless_something_is_still_to_be_told() {
    let mut case = monday();
    case.request.state = State::Answered;
    assert_eq!(case.next().unwrap().1, "remind", "a clock still runs");
    case.effect(Action::AnswerFinal, ClockEffect::Stop, at("2026-11-03T10:00:00"));
    case.request.update_time = at("2026-11-03T10:00:00");
    let days = i64::from(case.kind.definition.quiet_period_days);
    assert!(days > 0);
    let quiet = at("2026-11-03T10:00:00").plus_hours(24 * days);
    assert_eq!(case.next(), Some((quiet, "close".to_owned())));
    case.request.state = State::Acknowledged;
    assert_eq!(case.next(), None, "only what is answered or returned");
}
