//! What is counted, and working hours by hand.

use super::*;
use crate::domain::calendar::Calendar;
use crate::domain::deadline::Suspension;
use crate::domain::time::Timestamp;
use crate::domain::workflow::Action;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(&format!("{text}:00+07:00")).unwrap()
}

fn pause(from: &str, to: &str) -> Suspension {
    Suspension {
        from: at(from),
        to: (!to.is_empty()).then(|| at(to)),
        cause: Action::AskClarification,
        decided: None,
    }
}

/// In minutes.
fn worked(from: &str, to: &str, pauses: &[Suspension]) -> i64 {
    let calendar = Calendar::embedded().unwrap();
    working_seconds(&calendar, at(from), at(to), pauses).unwrap() / 60
}

fn day() -> i64 {
    let calendar = Calendar::embedded().unwrap();
    let sessions = calendar.sessions().iter();
    let seconds = sessions.map(|session| {
        session
            .opens
            .until(session.closes)
            .unwrap()
            .total(jiff::Unit::Second)
            .unwrap()
    });
    let minutes = seconds.sum::<f64>() / 60.0;
    assert!((minutes - 480.0).abs() < f64::EPSILON, "eight hours a day");
    480
}

#[test]
fn nights_noons_weekends_and_days_off_do_not_count_and_make_up_days_do() {
    // A Friday; the weekend; Monday; Tuesday 24/11/2026 is a day off; Wednesday.
    assert_eq!(worked("2026-11-20T00:00", "2026-11-21T00:00", &[]), day());
    assert_eq!(worked("2026-11-20T18:00", "2026-11-23T07:00", &[]), 0);
    assert_eq!(worked("2026-11-20T00:00", "2026-11-26T00:00", &[]), 3 * day());
    assert_eq!(worked("2026-11-24T00:00", "2026-11-25T00:00", &[]), 0);
    // Saturday 10/01/2026 makes up for a day off.
    assert_eq!(worked("2026-01-10T00:00", "2026-01-11T00:00", &[]), day());
    assert_eq!(worked("2026-11-20T12:00", "2026-11-20T12:30", &[]), 0);
    assert_eq!(worked("2026-11-20T09:00", "2026-11-20T10:15", &[]), 75);
    assert_eq!(worked("2026-11-20T10:00", "2026-11-20T09:00", &[]), 0);
}

#[test]
fn pauses_are_left_out_also_open_ones_and_those_that_reach_beyond_the_end() {
    let (from, to) = ("2026-11-20T00:00", "2026-11-26T00:00");
    let monday = pause("2026-11-23T00:00", "2026-11-24T00:00");
    assert_eq!(worked(from, to, std::slice::from_ref(&monday)), 2 * day());
    assert_eq!(
        worked(from, to, &[pause("2026-11-20T00:00", "2026-11-21T00:00"), monday]),
        day()
    );
    assert_eq!(worked(from, to, &[pause("2026-11-23T00:00", "")]), day());
    assert_eq!(
        worked(from, to, &[pause("2026-11-25T00:00", "2026-12-10T00:00")]),
        2 * day()
    );
    assert_eq!(
        worked(from, to, &[pause("2026-12-25T00:00", "2026-12-26T00:00")]),
        3 * day()
    );
}

#[test]
fn a_year_without_data_is_not_guessed() {
    let calendar = Calendar::embedded().unwrap();
    let worked = working_seconds(&calendar, at("2031-01-08T09:00"), at("2031-01-09T09:00"), &[]);
    assert!(worked.is_err());
}

#[test]
fn what_a_step_counts_is_kept_in_its_event_and_comes_back() {
    let counted = Counted {
        agency: AgencyCode::parse("VN.NH").unwrap(),
        counterparty: AgencyCode::parse("VN.THADS").unwrap(),
        unit: None,
        province: "37".to_owned(),
        what: vec![What::AnsweredLate, What::Refused],
        paused_seconds: None,
        working_seconds: Some(75),
        wall_seconds: Some(100),
    };
    let text = serde_json::to_string(&counted).unwrap();
    let told = r#"{"agency":"VN.NH","counterparty":"VN.THADS","province":"37","what":["ANSWERED_LATE","REFUSED"],"#;
    assert_eq!(text, format!(r#"{told}"working_seconds":75,"wall_seconds":100}}"#));
    assert_eq!(serde_json::from_str::<Counted>(&text).unwrap(), counted);
}

#[test]
fn a_sum_stands_on_three_levels_and_is_the_same_on_each() {
    let mut tallies = Tallies::default();
    let counted = |unit: Option<&str>, other: &str| Counted {
        agency: AgencyCode::parse("VN.NH").unwrap(),
        counterparty: AgencyCode::parse(other).unwrap(),
        unit: unit.map(|unit| UnitId::parse(unit).unwrap()),
        province: "37".to_owned(),
        what: vec![What::Received],
        paused_seconds: Some(5),
        working_seconds: None,
        wall_seconds: Some(60),
    };
    let kind = crate::domain::ids::KindCode::parse("account-freeze").unwrap();
    for (unit, other) in [(None, "VN.A"), (Some("p1"), "VN.A"), (Some("p1"), "VN.B")] {
        tallies.add(&kind, at("2026-11-20T09:00"), &counted(unit, other));
    }
    let level = |level: Level| {
        let of: Vec<&Sum> = tallies
            .iter()
            .filter(|(key, _)| key.level == level)
            .map(|(_, sum)| sum)
            .collect();
        let mut all = Sum::default();
        for sum in &of {
            all.merge(sum);
        }
        (of.len(), all)
    };
    let (rows, whole) = level(Level::Agency);
    assert_eq!(
        (rows, whole.of(What::Received), whole.paused_seconds, whole.wall.count()),
        (1, 3, 15, 3)
    );
    assert_eq!(level(Level::Pair), (2, whole.clone()));
    assert_eq!(level(Level::Detail), (3, whole));
}

#[test]
fn the_share_in_time_is_of_answers_that_a_limit_held_for() {
    let mut sum = Sum::default();
    assert_eq!(sum.in_time_permille(), None);
    sum.add(What::AnsweredInTime, 2);
    sum.add(What::AnsweredLate, 1);
    sum.add(What::AnsweredUntimed, 7);
    assert_eq!((sum.in_time_permille(), sum.answered()), (Some(666), 10));
}
