//! Properties that hold for every limit, start and pause within the calendar's years.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::compute::{compute, compute_before, compute_paused};
use super::counter::end_of_day;
use super::limit::{Limit, Suspension};
use crate::domain::calendar::Calendar;
use crate::domain::catalogue::rule::{Span, TimeUnit};
use crate::domain::time::Timestamp;
use crate::domain::workflow::Action;

const DAY: i64 = 86_400_000_000;

/// Any instant from 2024-02-01 to early 2027, so that starts and ends keep within the years with data.
fn starts() -> impl Strategy<Value = Timestamp> {
    let first = Timestamp::from_civil(date(2024, 2, 1).at(0, 0, 0, 0)).micros();
    (first..first + 1100 * DAY).prop_map(Timestamp::from_micros)
}

fn units() -> impl Strategy<Value = TimeUnit> {
    prop::sample::select(TimeUnit::ALL)
}

/// A limit of at most about five months.
fn spans() -> impl Strategy<Value = Span> {
    (units(), 1_u32..=60).prop_map(|(unit, amount)| match unit {
        TimeUnit::Months => Span {
            amount: amount % 4 + 1,
            unit,
        },
        TimeUnit::Years => Span {
            amount: 1,
            unit: TimeUnit::Months,
        },
        TimeUnit::Hours | TimeUnit::WorkingHours | TimeUnit::WorkingDays | TimeUnit::Days => Span { amount, unit },
    })
}

fn calendar() -> Calendar {
    Calendar::embedded().unwrap()
}

fn pause(from: Timestamp, length: i64) -> Suspension {
    Suspension {
        from,
        to: Some(from.plus_micros(length)),
        cause: Action::AskClarification,
    }
}

/// The plainest possible count: list the days after the start, keep the working ones, take the last.
fn naive_working_days(amount: usize, start: Date, calendar: &Calendar) -> Date {
    start
        .series(jiff::Span::new().days(1))
        .skip(1)
        .filter(|day| calendar.is_working(*day).unwrap())
        .nth(amount - 1)
        .unwrap()
}

fn naive_roll(end: Date, calendar: &Calendar) -> Date {
    end.series(jiff::Span::new().days(1))
        .find(|day| calendar.is_working(*day).unwrap())
        .unwrap()
}

proptest! {
    #[test]
    fn a_due_day_is_a_working_day_unless_the_limit_is_in_hours(span in spans(), start in starts()) {
        let calendar = calendar();
        let due = compute(span, start, &calendar).unwrap().due;
        prop_assert!(due >= start);
        if span.unit != TimeUnit::Hours {
            prop_assert!(calendar.is_working(due.date()).unwrap());
        }
    }

    #[test]
    fn a_longer_limit_or_a_later_start_never_ends_earlier(
        span in spans(), start in starts(), later in 0..5 * DAY,
    ) {
        let calendar = calendar();
        let due = compute(span, start, &calendar).unwrap().due;
        let longer = Span { amount: span.amount + 1, ..span };
        prop_assert!(compute(longer, start, &calendar).unwrap().due >= due);
        prop_assert!(compute(span, start.plus_micros(later), &calendar).unwrap().due >= due);
    }

    #[test]
    fn counting_agrees_with_a_naive_reference(amount in 1_u32..=60, start in starts()) {
        let calendar = calendar();
        let due = |unit| compute(Span { amount, unit }, start, &calendar).unwrap().due;
        let day = start.date();
        let working = naive_working_days(amount.try_into().unwrap(), day, &calendar);
        prop_assert_eq!(due(TimeUnit::WorkingDays), end_of_day(working));
        let days = naive_roll(day + jiff::Span::new().days(i64::from(amount)), &calendar);
        prop_assert_eq!(due(TimeUnit::Days), end_of_day(days));
        prop_assert_eq!(due(TimeUnit::Hours), start.plus_hours(i64::from(amount)));
    }

    #[test]
    fn a_pause_of_no_length_changes_nothing_and_no_pause_ends_a_clock_earlier(
        span in spans(), start in starts(), after in 0..20 * DAY, length in 0..20 * DAY,
    ) {
        let calendar = calendar();
        let limit = Limit::Span(span);
        let plain = compute(span, start, &calendar).unwrap();
        let from = start.plus_micros(after);
        let due = |pauses: &[Suspension]| compute_paused(&limit, start, pauses, &calendar).unwrap().due;
        prop_assert_eq!(due(&[pause(from, 0)]), plain.due);
        let paused = due(&[pause(from, length)]);
        prop_assert!(paused >= plain.due);
        if from > plain.due {
            prop_assert_eq!(paused, plain.due);
        } else {
            prop_assert!(paused >= from.plus_micros(length), "time is left after a pause");
        }
    }

    #[test]
    fn working_hours_counted_back_from_their_end_reach_the_start(amount in 1_u32..=60, start in starts()) {
        let calendar = calendar();
        let span = Span { amount, unit: TimeUnit::WorkingHours };
        let due = compute(span, start, &calendar).unwrap().due;
        let back = compute_before(span, due, &calendar).unwrap().due;
        prop_assert!(compute(span, back, &calendar).unwrap().due == due);
    }

    #[test]
    fn counting_backwards_leaves_at_least_the_limit(amount in 1_u32..=20, event in starts()) {
        let calendar = calendar();
        for unit in [TimeUnit::WorkingDays, TimeUnit::Days] {
            let span = Span { amount, unit };
            let latest = compute_before(span, event, &calendar).unwrap().due;
            prop_assert!(latest < event && calendar.is_working(latest.date()).unwrap());
            let distance = (event.date() - latest.date()).get_days();
            prop_assert!(distance >= i32::try_from(amount).unwrap());
        }
    }
}
