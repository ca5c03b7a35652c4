//! Properties that hold for every limit, start and pause within the calendar's years.

use jiff::civil::{Date, Time, date};
use proptest::prelude::*;

use super::compute::{compute, compute_before, compute_paused};
use super::counter::end_of_day;
use super::limit::{Limit, Suspension};
use crate::domain::calendar::Calendar;
use crate::domain::catalogue::rule::{ServiceLevel, Span, TimeUnit, Window};
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
        decided: None,
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

/// A day that the calendar does not mention, from 2024-02-01 to the middle of 2027.
fn plain_days() -> impl Strategy<Value = Date> {
    (0_i64..1200)
        .prop_map(|days| date(2024, 2, 1) + jiff::Span::new().days(days))
        .prop_filter("the calendar mentions it", |day| {
            calendar().days().all(|known| known.date != *day)
        })
}

/// The embedded calendar and one more day of that kind.
fn calendar_with(day: Date, kind: &str) -> Calendar {
    let days = include_str!("../../../catalogue/calendar/vn-holidays.csv");
    let hours = include_str!("../../../catalogue/calendar/working-hours.csv");
    Calendar::parse(&format!("{}\n{day},{kind},test,test,test\n", days.trim_end()), hours).unwrap()
}

/// The service levels of the catalogue: with hours of receipt, with a cap.
fn service_levels() -> impl Strategy<Value = ServiceLevel> {
    let window = |opens, closes, otherwise: bool| {
        let [opens, closes] = [opens, closes].map(|hour: i8| Time::constant(hour, 0, 0, 0));
        let otherwise = otherwise.then(|| Time::constant(9, 0, 0, 0));
        Window {
            opens,
            closes,
            otherwise,
        }
    };
    let level = |amount, unit| ServiceLevel {
        amount,
        unit,
        cap: None,
        window: None,
    };
    let cap = Span {
        amount: 1,
        unit: TimeUnit::WorkingDays,
    };
    prop::sample::select(vec![
        level(2, TimeUnit::Hours),
        ServiceLevel {
            cap: Some(cap),
            ..level(4, TimeUnit::WorkingHours)
        },
        ServiceLevel {
            window: Some(window(8, 17, true)),
            ..level(2, TimeUnit::Hours)
        },
        ServiceLevel {
            window: Some(window(0, 15, false)),
            ..level(0, TimeUnit::WorkingDays)
        },
    ])
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

    #[test]
    fn counting_n_and_then_m_is_counting_both(first in 1_u32..=40, second in 1_u32..=40, start in starts()) {
        let calendar = calendar();
        for unit in [TimeUnit::Hours, TimeUnit::WorkingHours, TimeUnit::WorkingDays] {
            let due = |amount, start| compute(Span { amount, unit }, start, &calendar).unwrap().due;
            prop_assert_eq!(due(second, due(first, start)), due(first + second, start), "{}", unit);
        }
        // The first limit may have moved to a working day, which the whole would not have done.
        let days = |amount, start| compute(Span { amount, unit: TimeUnit::Days }, start, &calendar).unwrap().due;
        prop_assert!(days(second, days(first, start)) >= days(first + second, start));
    }

    #[test]
    fn working_days_counted_back_and_forth_reach_the_event(amount in 1_u32..=20, event in starts()) {
        let calendar = calendar();
        let span = Span { amount, unit: TimeUnit::WorkingDays };
        let latest = compute_before(span, event, &calendar).unwrap().due;
        let again = compute(span, latest, &calendar).unwrap().due;
        prop_assert_eq!(again.date(), naive_roll(event.date(), &calendar));
    }

    #[test]
    fn a_day_imported_as_a_holiday_never_ends_a_limit_earlier(span in spans(), start in starts(), day in plain_days()) {
        let (plain, imported) = (calendar(), calendar_with(day, "holiday"));
        let due = |calendar| compute(span, start, calendar).unwrap().due;
        prop_assert!(due(&imported) >= due(&plain));
        let latest = |calendar| compute_before(span, start, calendar).map(|found| found.due);
        if let (Ok(imported), Ok(plain)) = (latest(&imported), latest(&plain)) {
            prop_assert!(imported <= plain, "counted back, there is not less notice");
        }
    }

    #[test]
    fn a_day_imported_as_make_up_never_ends_a_limit_later(span in spans(), start in starts(), day in plain_days()) {
        let (plain, imported) = (calendar(), calendar_with(day, "makeup_working_day"));
        let due = |calendar| compute(span, start, calendar).unwrap().due;
        prop_assert!(due(&imported) <= due(&plain));
    }

    #[test]
    fn a_later_receipt_is_never_due_earlier_by_a_service_level(
        level in service_levels(), start in starts(), later in 0..5 * DAY,
    ) {
        let calendar = calendar();
        let due = |start| compute_paused(&Limit::Immediate(level), start, &[], &calendar).unwrap().due;
        prop_assert!(due(start) >= start);
        prop_assert!(due(start.plus_micros(later)) >= due(start));
    }
}
