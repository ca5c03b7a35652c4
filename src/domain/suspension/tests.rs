use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::apply::stand_still;
use super::known::{KnownSuspensions, SuspensionAction, SuspensionDetails, Told};
use super::*;
use crate::domain::agency::Role;
use crate::domain::calendar::Calendar;
use crate::domain::deadline::DeadlineStatus;
use crate::domain::error::ErrorCode;

const HOUR: i64 = 3_600_000_000;

fn start() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-20T09:00:00+07:00").unwrap()
}

fn code(text: &str) -> AgencyCode {
    AgencyCode::parse(text).unwrap()
}

fn calendar() -> Calendar {
    Calendar::embedded().unwrap()
}

fn deadline(amount: u32, unit: &str, nature: &str) -> Deadline {
    let value = json!({
        "name": "answer", "occurrence": 1, "obligor": "RECIPIENT", "status": "RUNNING", "starts_on": "AVAILABLE",
        "start": start().micros(), "limit": { "span": { "amount": amount, "unit": unit } }, "basis": "Điều 1",
        "nature": nature, "certainty": "V", "regime": "2025",
    });
    let mut deadline: Deadline = serde_json::from_value(value).unwrap();
    deadline.recompute(&calendar());
    deadline
}

fn suspension(number: u32, cause: Cause, from: i64, to: Option<i64>) -> ClockSuspension {
    ClockSuspension {
        id: SuspensionId::parse(&format!("sus_{number:032x}")).unwrap(),
        cause,
        from: start().plus_micros(from),
        to: to.map(|to| start().plus_micros(to)),
        scope: Scope::default(),
        basis: "Luật Phòng thủ dân sự".to_owned(),
        document: format!("{number}/QĐ-UBND"),
        reason: "Bão".to_owned(),
        agency: code("GIA-LAP.OP"),
    }
}

fn known(all: &[ClockSuspension]) -> KnownSuspensions {
    let mut known = KnownSuspensions::default();
    for (index, suspension) in all.iter().enumerate() {
        enter(&mut known, i64::try_from(index).unwrap(), suspension);
    }
    known
}

fn enter(known: &mut KnownSuspensions, log_index: i64, suspension: &ClockSuspension) {
    let details = SuspensionDetails {
        suspension: Some(suspension.clone()),
        to: None,
    };
    let told = Told {
        log_index,
        subject: suspension.id.as_str(),
        version: 1,
        action: SuspensionAction::entering(suspension).as_str(),
        details: &serde_json::to_string(&details).unwrap(),
    };
    known.follow(&told).unwrap();
}

fn end(known: &mut KnownSuspensions, log_index: i64, suspension: &ClockSuspension, to: Timestamp) -> Option<()> {
    let details = SuspensionDetails {
        suspension: None,
        to: Some(to),
    };
    known.follow(&Told {
        log_index,
        subject: suspension.id.as_str(),
        version: 2,
        action: "end_suspension",
        details: &serde_json::to_string(&details).unwrap(),
    })
}

fn halted(deadline: &Deadline, known: &KnownSuspensions) -> Deadline {
    let (kind, sender, recipient) = (KindCode::parse("k").unwrap(), code("GIA-LAP.S"), code("GIA-LAP.R"));
    let subject = Subject {
        kind: &kind,
        sender: Side {
            code: &sender,
            province: "01",
        },
        recipient: Side {
            code: &recipient,
            province: "37",
        },
    };
    let mut deadlines = [deadline.clone()];
    stand_still(&mut deadlines, known, &subject, &calendar());
    let [deadline] = deadlines;
    deadline
}

fn stretches() -> impl Strategy<Value = Vec<ClockSuspension>> {
    let stretch = (
        0_i64..400,
        1_i64..200,
        prop::sample::select(&[Cause::Outage, Cause::Decree][..]),
    );
    prop::collection::vec(stretch, 1..6).prop_map(|stretches| {
        let numbered = (1_u32..).zip(stretches);
        numbered
            .map(|(number, (from, length, cause))| suspension(number, cause, from * HOUR, Some((from + length) * HOUR)))
            .collect()
    })
}

/// How much of the time from the start to `until` lies in none of the stretches.
fn counted(all: &[ClockSuspension], until: Timestamp) -> i64 {
    let (mut counted, mut hour) = (0, start());
    while hour < until {
        let next = hour.plus_micros(HOUR);
        let stands = all.iter().any(|one| one.from < next && one.to.unwrap() > hour);
        counted += i64::from(!stands);
        hour = next;
    }
    counted
}

proptest! {
    #[test]
    fn the_budget_is_conserved_and_where_stretches_overlap_time_stands_still_once(all in stretches(), hours in 1_u32..300) {
        let due = halted(&deadline(hours, "hours", "law"), &known(&all)).due.unwrap();
        prop_assert_eq!(counted(&all, due), i64::from(hours));
    }

    #[test]
    fn the_order_in_which_they_come_to_be_known_does_not_matter(
        all in stretches(), unit in prop::sample::select(&["hours", "working_hours", "working_days", "days"][..]), turn in 0_usize..6,
    ) {
        let plain = deadline(7, unit, "law");
        let at_once = halted(&plain, &known(&all));
        let mut turned = all.clone();
        turned.rotate_left(turn % all.len());
        let mut one_by_one = plain;
        for count in 1..=turned.len() {
            one_by_one = halted(&one_by_one, &known(&turned[..count]));
        }
        prop_assert_eq!(&at_once, &one_by_one);
        let mut again = at_once.clone();
        prop_assert!(!again.recompute(&calendar()), "computed again it stays");
        prop_assert_eq!(halted(&again, &known(&all)), at_once, "and following twice changes nothing");
    }

    #[test]
    fn a_suspension_never_brings_a_due_time_forward(all in stretches(), days in 1_u32..20) {
        let plain = deadline(days, "working_days", "law");
        prop_assert!(halted(&plain, &known(&all)).due >= plain.due);
    }
}

#[test]
fn a_day_of_which_no_office_hour_is_lost_counts() {
    let plain = deadline(3, "working_days", "law");
    // 23/11, 01:00 to 03:00.
    let night = suspension(1, Cause::Outage, 64 * HOUR, Some(66 * HOUR));
    assert_eq!(halted(&plain, &known(&[night])), plain);
    let day = suspension(2, Cause::Outage, 72 * HOUR, Some(74 * HOUR));
    let moved = halted(&plain, &known(std::slice::from_ref(&day)));
    assert_eq!(moved.due.unwrap().date().to_string(), "2026-11-27");
    let trace = moved.trace(&calendar()).unwrap();
    let told = trace.iter().find(|step| step.vi.contains("Sự cố của cổng")).unwrap();
    assert_eq!(told.basis.as_deref(), Some(day.basis.as_str()));
}

#[test]
fn maintenance_explains_to_the_law_and_moves_policy() {
    let maintenance = suspension(1, Cause::Maintenance, HOUR, Some(9 * HOUR));
    let all = known(&[maintenance]);
    let law = deadline(24, "hours", "law");
    assert_eq!(halted(&law, &all), law);
    let policy = halted(&deadline(24, "hours", "policy"), &all);
    assert_eq!(policy.due, Some(start().plus_micros(32 * HOUR)));
}

#[test]
fn an_open_one_has_no_due_time_until_it_is_ended_and_a_clock_that_ends_meanwhile_keeps_its_verdict() {
    let decree = suspension(1, Cause::Decree, 0, None);
    let mut all = known(std::slice::from_ref(&decree));
    let plain = deadline(10, "hours", "law");
    let paused = halted(&plain, &all);
    assert_eq!((paused.status, paused.due), (DeadlineStatus::Paused, None));
    assert_eq!(end(&mut all, 1, &decree, start().plus_micros(5 * HOUR)), Some(()));
    let goes_on = halted(&paused, &all);
    assert_eq!(
        (goes_on.status, goes_on.due),
        (DeadlineStatus::Running, Some(start().plus_micros(15 * HOUR)))
    );
    assert_eq!(
        end(&mut all, 2, &decree, start().plus_micros(9 * HOUR)),
        None,
        "never longer than it was"
    );
    let mut taken_back = known(std::slice::from_ref(&decree));
    end(&mut taken_back, 1, &decree, decree.from).unwrap();
    assert_eq!(halted(&paused, &taken_back), plain, "as if it had never been");
}

#[test]
fn a_scope_means_whose_duty_it_is() {
    let plain = deadline(10, "hours", "law");
    let moves = |scope: Scope| {
        let decree = ClockSuspension {
            scope,
            ..suspension(1, Cause::Decree, 0, Some(5 * HOUR))
        };
        halted(&plain, &known(&[decree])) != plain
    };
    let texts = |text: &str| BTreeSet::from([text.to_owned()]);
    let provinces = |text: &str| Scope {
        provinces: texts(text),
        ..Scope::default()
    };
    let agencies = |text: &str| Scope {
        agencies: BTreeSet::from([code(text)]),
        ..Scope::default()
    };
    let clocks = |text: &str| Scope {
        clocks: texts(text),
        ..Scope::default()
    };
    let kinds = |text: &str| Scope {
        kinds: BTreeSet::from([KindCode::parse(text).unwrap()]),
        ..Scope::default()
    };
    assert!(moves(Scope::default()) && moves(provinces("37")) && moves(agencies("GIA-LAP.R")));
    assert!(moves(clocks("answer")) && moves(kinds("k")));
    assert!(
        !moves(provinces("01")) && !moves(agencies("GIA-LAP.S")) && !moves(clocks("execute")) && !moves(kinds("other"))
    );
}

#[test]
fn each_cause_has_its_limits() {
    let now = start();
    let own = |from: i64, to: i64| ClockSuspension {
        scope: Scope {
            agencies: BTreeSet::from([code("GIA-LAP.OP")]),
            ..Scope::default()
        },
        ..suspension(9, Cause::Maintenance, from * HOUR, Some(to * HOUR))
    };
    let refused = |suspension: &ClockSuspension, role: Role, all: &KnownSuspensions| {
        let error = limits::check(suspension, role, all, now).err()?;
        Some(match error.fields().first() {
            Some(field) => field.reason.clone(),
            None => error.code().as_str().to_owned(),
        })
    };
    let none = KnownSuspensions::default();
    let bank = |suspension: &ClockSuspension| refused(suspension, Role::Bank, &none);
    assert_eq!(bank(&own(72, 120)), None);
    assert_eq!(bank(&own(71, 80)).as_deref(), Some("short_notice"));
    assert_eq!(bank(&own(72, 121)).as_deref(), Some("too_long"));
    assert_eq!(bank(&own(80, 80)).as_deref(), Some("before_start"));
    let earlier = |number: u32, from: i64| ClockSuspension {
        id: suspension(number, Cause::Maintenance, 0, None).id,
        ..own(from, from + 40)
    };
    let all = known(&[earlier(1, 100), earlier(2, 200)]);
    assert_eq!(refused(&own(300, 316), Role::Bank, &all), None);
    assert_eq!(refused(&own(300, 317), Role::Bank, &all).as_deref(), Some("too_much"));
    assert_eq!(
        refused(&own(300 + 24 * 40, 317 + 24 * 40), Role::Bank, &all),
        None,
        "in another month"
    );
    let two_days = |number: u32, day: i64| ClockSuspension {
        id: suspension(number, Cause::Maintenance, 0, None).id,
        ..own(day * 24, day * 24 + 48)
    };
    let all = known(&[two_days(1, 10), two_days(2, 55)]);
    assert_eq!(
        refused(&two_days(9, 32), Role::Bank, &all),
        None,
        "no 30 days hold all three"
    );
    assert_eq!(
        refused(
            &two_days(9, 27),
            Role::Bank,
            &known(&[two_days(1, 10), two_days(2, 37)])
        )
        .as_deref(),
        Some("too_much")
    );
    let short = ClockSuspension {
        to: Some(own(72, 73).from.plus(std::time::Duration::from_mins(14))),
        ..own(72, 73)
    };
    assert_eq!(bank(&short).as_deref(), Some("too_short"));
    let others = suspension(3, Cause::Maintenance, 100 * HOUR, Some(101 * HOUR));
    assert_eq!(bank(&others).as_deref(), Some(ErrorCode::MethodNotAllowed.as_str()));

    let operator = |suspension: &ClockSuspension| refused(suspension, Role::Operator, &none);
    let outage = |from: i64, to: Option<i64>| suspension(4, Cause::Outage, from * HOUR, to.map(|to| to * HOUR));
    assert_eq!(operator(&outage(-5, Some(0))), None);
    assert_eq!(operator(&outage(-5, Some(1))).as_deref(), Some("in_future"));
    assert_eq!(operator(&outage(-5, None)).as_deref(), Some("in_future"));
    assert_eq!(
        operator(&outage(-24 * 31, Some(-24 * 30))).as_deref(),
        Some("too_early")
    );
    assert_eq!(
        bank(&outage(-5, Some(0))).as_deref(),
        Some(ErrorCode::MethodNotAllowed.as_str())
    );
    let decree = |from: i64| suspension(5, Cause::Decree, from * HOUR, None);
    assert_eq!(operator(&decree(-100)), None);
    assert_eq!(operator(&decree(24 * 367)).as_deref(), Some("out_of_range"));
}

#[test]
fn what_is_urgent_or_holds_an_asset_never_waits_for_maintenance() {
    let catalogue = crate::domain::catalogue::Catalogue::embedded().unwrap();
    let waits: BTreeSet<&str> = catalogue
        .kinds()
        .filter(|kind| may_wait_for_maintenance(&kind.definition))
        .map(|kind| kind.definition.code.as_str())
        .collect();
    for never in [
        "account-freeze",
        "freeze-release",
        "registration-suspension",
        "registration-release",
    ] {
        assert!(!waits.contains(never), "{never}");
    }
    assert!(
        waits.contains("account-information") && waits.contains("land-information"),
        "{waits:?}"
    );
}
