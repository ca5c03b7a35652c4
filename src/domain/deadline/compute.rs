//! When a limit ends, and why. Civil Code 91/2015/QH13 (BLDS) Art. 145–148; LAW section 7.
//!
//! - **hours** run by the wall clock, over nights and days off; they never move.
//! - **working_hours** run only inside the sessions of working days.
//! - **working_days, days, months, years** do not count the first day (Art. 147) and end at the end of the last day
//!   (Art. 148.1). That "24:00" is stored as the last microsecond of the day, 23:59:59.999999 +07:00, so that the due
//!   time carries the date that people read, and an act at exactly the due time is in time.
//! - An end of days, months or years on a day off moves to the end of the next working day (Art. 148.5).
//! - A month without the corresponding date ends on its last day (Art. 148.3–148.4).
//! - A request that comes after hours or on a day off bears the date of that day; since the first day never counts, no
//!   further rule is needed.
//!
//! Pauses (policy, LAW section 7, certainty D): clocks in hours stop and run on to the microsecond. Clocks in days count
//! only whole days: a day on which the clock stood still for any time does not count, so counting goes on the day
//! after the pause ends, as Art. 147 would have it. A pause of no length changes nothing.

use super::counter::{Counter, Direction};
use super::limit::{Limit, Suspension};
use super::trace::{Recorder, TraceStep};
use crate::domain::calendar::{Calendar, CalendarMissing};
use crate::domain::catalogue::rule::Span;
use crate::domain::time::Timestamp;

/// A due time and its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    /// The last moment in time.
    pub due: Timestamp,
    /// Day by day, why.
    pub trace: Vec<TraceStep>,
}

/// When `limit`, counted from `start`, ends, with the trace. Fails for a year that the calendar does not know.
pub fn compute(limit: Span, start: Timestamp, calendar: &Calendar) -> Result<Computed, CalendarMissing> {
    compute_paused(&Limit::Span(limit), start, &[], calendar)
}

/// Like [`compute`], for any limit and with the pauses that are over (an open one is left out).
pub fn compute_paused(
    limit: &Limit,
    start: Timestamp,
    suspensions: &[Suspension],
    calendar: &Calendar,
) -> Result<Computed, CalendarMissing> {
    traced(calendar, suspensions, |counter| counter.limit(limit, start))
}

/// The latest moment to act at least `limit` before `event`: days are counted backwards, the day of the event not
/// included, to the end of the last one; an end on a day off moves to the working day before it, so that whoever is to
/// be protected never gets less time than the limit (Art. 148.5 read backwards; certainty D).
pub fn compute_before(limit: Span, event: Timestamp, calendar: &Calendar) -> Result<Computed, CalendarMissing> {
    traced(calendar, &[], |counter| {
        counter.span(limit, event, Direction::Backwards)
    })
}

/// The due time alone, without the texts of a trace.
pub fn due(
    limit: &Limit,
    start: Timestamp,
    suspensions: &[Suspension],
    calendar: &Calendar,
) -> Result<Timestamp, CalendarMissing> {
    Counter {
        calendar,
        suspensions,
        trace: Recorder::silent(),
    }
    .limit(limit, start)
}

/// The due time alone of a limit counted backwards.
pub fn due_before(limit: Span, event: Timestamp, calendar: &Calendar) -> Result<Timestamp, CalendarMissing> {
    let mut counter = Counter {
        calendar,
        suspensions: &[],
        trace: Recorder::silent(),
    };
    counter.span(limit, event, Direction::Backwards)
}

fn traced(
    calendar: &Calendar,
    suspensions: &[Suspension],
    count: impl FnOnce(&mut Counter<'_>) -> Result<Timestamp, CalendarMissing>,
) -> Result<Computed, CalendarMissing> {
    let mut counter = Counter {
        calendar,
        suspensions,
        trace: Recorder::recording(),
    };
    let due = count(&mut counter)?;
    Ok(Computed {
        due,
        trace: counter.trace.into_steps(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::counter::end_of_day;
    use super::super::trace::StepKind::{self, Due, Rolled, Start};
    use super::*;
    use crate::domain::catalogue::rule::{ServiceLevel, TimeUnit};
    use crate::domain::workflow::Action;

    fn at(text: &str) -> Timestamp {
        let full = if text.len() == 10 {
            format!("{text}T09:00:00")
        } else {
            text.to_owned()
        };
        Timestamp::parse_rfc3339(&format!("{full}+07:00")).unwrap()
    }

    fn span(amount: u32, unit: TimeUnit) -> Span {
        Span { amount, unit }
    }

    fn calendar() -> Calendar {
        Calendar::embedded().unwrap()
    }

    #[track_caller]
    fn ends(start: &str, amount: u32, unit: TimeUnit, expected: &str) {
        let computed = compute(span(amount, unit), at(start), &calendar()).unwrap();
        let expected = match expected.len() {
            10 => end_of_day(expected.parse().unwrap()),
            _ => at(expected),
        };
        assert_eq!(computed.due.to_rfc3339(), expected.to_rfc3339());
        assert_eq!(computed.trace.first().unwrap().kind, Start);
        assert_eq!(computed.trace.last().unwrap().kind, Due);
    }

    #[test]
    fn the_test_vectors_of_law_section_7_hold() {
        ends("2026-11-20", 3, TimeUnit::WorkingDays, "2026-11-26");
        ends("2026-11-02", 30, TimeUnit::Days, "2026-12-02");
        ends("2026-01-31", 1, TimeUnit::Months, "2026-03-02");
        ends("2026-01-08", 3, TimeUnit::WorkingDays, "2026-01-12");
        ends("2026-04-22", 3, TimeUnit::WorkingDays, "2026-04-28");
    }

    #[test]
    fn a_day_ends_at_its_last_microsecond() {
        let due = compute(span(1, TimeUnit::WorkingDays), at("2026-11-26"), &calendar())
            .unwrap()
            .due;
        assert_eq!(due.to_rfc3339(), "2026-11-27T23:59:59.999999+07:00");
    }

    #[test]
    fn weekends_tet_and_swapped_days_are_skipped_by_working_days() {
        ends("2026-11-27", 1, TimeUnit::WorkingDays, "2026-11-30");
        ends("2026-02-13", 1, TimeUnit::WorkingDays, "2026-02-23");
        ends("2026-02-12", 3, TimeUnit::WorkingDays, "2026-02-24");
        ends("2026-08-21", 1, TimeUnit::WorkingDays, "2026-08-22");
        ends("2026-08-28", 1, TimeUnit::WorkingDays, "2026-09-03");
        ends("2025-12-31", 2, TimeUnit::WorkingDays, "2026-01-06");
    }

    #[test]
    fn a_request_after_hours_or_on_a_day_off_has_the_next_working_day_as_day_one() {
        ends("2026-11-26T23:59:59", 1, TimeUnit::WorkingDays, "2026-11-27");
        ends("2026-11-28T10:00:00", 1, TimeUnit::WorkingDays, "2026-11-30");
    }

    #[test]
    fn an_end_on_a_day_off_rolls_to_the_next_working_day() {
        ends("2026-10-25", 30, TimeUnit::Days, "2026-11-25");
        ends("2026-01-16", 30, TimeUnit::Days, "2026-02-23");
        ends("2026-08-02", 1, TimeUnit::Months, "2026-09-03");
        ends("2025-05-01", 1, TimeUnit::Years, "2026-05-04");
    }

    #[test]
    fn a_month_without_the_date_ends_on_its_last_day() {
        ends("2026-08-31", 1, TimeUnit::Months, "2026-09-30");
        ends("2024-02-29", 1, TimeUnit::Years, "2025-02-28");
        ends("2025-11-30", 3, TimeUnit::Months, "2026-03-02");
    }

    #[test]
    fn hours_run_over_nights_and_days_off_and_need_no_calendar() {
        ends("2026-11-20T16:30:00", 24, TimeUnit::Hours, "2026-11-21T16:30:00");
        ends("2028-01-01T23:00:00", 2, TimeUnit::Hours, "2028-01-02T01:00:00");
    }

    #[test]
    fn working_hours_run_only_in_sessions_of_working_days() {
        ends("2026-11-23T15:00:00", 4, TimeUnit::WorkingHours, "2026-11-25T10:00:00");
        ends("2026-11-26T08:00:00", 4, TimeUnit::WorkingHours, "2026-11-26T12:00:00");
        ends("2026-11-26T11:00:00", 2, TimeUnit::WorkingHours, "2026-11-26T14:00:00");
        ends("2026-11-27T17:00:00", 1, TimeUnit::WorkingHours, "2026-11-30T09:00:00");
    }

    #[test]
    fn counting_backwards_never_shortens_the_notice() {
        let before =
            |amount, unit, event: &str| compute_before(span(amount, unit), at(event), &calendar()).unwrap().due;
        let day = |text: &str| end_of_day(text.parse().unwrap());
        assert_eq!(before(3, TimeUnit::WorkingDays, "2026-11-26"), day("2026-11-20"));
        assert_eq!(before(4, TimeUnit::Days, "2026-11-26"), day("2026-11-20"));
        assert_eq!(before(24, TimeUnit::Hours, "2026-11-26"), at("2026-11-25"));
        assert_eq!(
            before(3, TimeUnit::WorkingHours, "2026-11-26"),
            at("2026-11-25T15:00:00")
        );
        assert_eq!(before(1, TimeUnit::Months, "2026-03-31"), day("2026-02-27"));
    }

    #[test]
    fn a_year_without_data_is_never_guessed() {
        let days = |amount, unit, start: &str| compute(span(amount, unit), at(start), &calendar());
        assert_eq!(days(3, TimeUnit::WorkingDays, "2027-12-30"), Err(CalendarMissing(2028)));
        assert_eq!(days(30, TimeUnit::Days, "2027-12-30"), Err(CalendarMissing(2028)));
        assert_eq!(
            days(1, TimeUnit::WorkingHours, "2028-03-01"),
            Err(CalendarMissing(2028))
        );
        assert!(days(1, TimeUnit::WorkingDays, "2027-12-30").is_ok());
        for unit in TimeUnit::ALL.iter().filter(|unit| **unit != TimeUnit::Hours) {
            assert!(days(u32::MAX, *unit, "2026-01-05").is_err(), "{unit}");
        }
    }

    #[test]
    fn immediately_has_a_target_with_a_cap_and_prints_as_ngay() {
        let cap = Some(span(1, TimeUnit::WorkingDays));
        let level = |amount, unit, cap| {
            Limit::Immediate(ServiceLevel {
                amount,
                unit,
                cap,
                window: None,
            })
        };
        let due = |limit: &Limit, start: &str| compute_paused(limit, at(start), &[], &calendar()).unwrap().due;
        let information = level(4, TimeUnit::WorkingHours, cap);
        assert_eq!(due(&information, "2026-11-26T09:00:00"), at("2026-11-26T14:00:00"));
        assert_eq!(
            due(&level(20, TimeUnit::WorkingHours, cap), "2026-11-26"),
            at("2026-11-27T23:59:59.999999")
        );
        assert_eq!(
            due(&level(2, TimeUnit::Hours, None), "2026-11-22T23:00:00"),
            at("2026-11-23T01:00:00")
        );
        assert_eq!(
            information.label_vi(),
            "ngay (chỉ tiêu nội bộ: 4 giờ làm việc, không quá 1 ngày làm việc)"
        );
    }

    fn pause(from: &str, to: &str) -> [Suspension; 1] {
        [Suspension {
            from: at(from),
            to: Some(at(to)),
            cause: Action::AskClarification,
            decided: None,
        }]
    }

    #[track_caller]
    fn paused_ends(limit: Span, start: &str, pauses: &[Suspension], expected: Timestamp) {
        let computed = compute_paused(&Limit::Span(limit), at(start), pauses, &calendar()).unwrap();
        assert_eq!(computed.due.to_rfc3339(), expected.to_rfc3339());
    }

    #[test]
    fn a_pause_stops_hours_to_the_microsecond() {
        let pauses = pause("2026-11-20T20:00:00", "2026-11-22T08:30:00");
        paused_ends(
            span(24, TimeUnit::Hours),
            "2026-11-20T16:30:00",
            &pauses,
            at("2026-11-23T05:00:00"),
        );
        let pauses = pause("2026-11-26T11:00:00", "2026-11-26T16:00:00");
        paused_ends(
            span(4, TimeUnit::WorkingHours),
            "2026-11-26T09:00:00",
            &pauses,
            at("2026-11-27T09:00:00"),
        );
    }

    #[test]
    fn a_day_on_which_the_clock_stood_still_does_not_count() {
        let day = |text: &str| end_of_day(text.parse().unwrap());
        let pauses = pause("2026-11-11T10:00:00", "2026-11-12T10:00:00");
        paused_ends(span(3, TimeUnit::WorkingDays), "2026-11-09", &pauses, day("2026-11-16"));
        paused_ends(span(10, TimeUnit::Days), "2026-11-09", &pauses, day("2026-11-23"));
        let last_day = pause("2026-11-12T16:00:00", "2026-11-17T22:00:00");
        paused_ends(
            span(3, TimeUnit::WorkingDays),
            "2026-11-09",
            &last_day,
            day("2026-11-18"),
        );
        let rolled = pause("2026-11-16T08:00:00", "2026-11-19T08:00:00");
        paused_ends(span(5, TimeUnit::Days), "2026-11-09", &rolled, day("2026-11-20"));
    }

    #[test]
    fn the_trace_gives_each_day_and_its_reason() {
        let computed = compute(span(3, TimeUnit::WorkingDays), at("2026-11-20"), &calendar()).unwrap();
        let lines: Vec<_> = computed.trace.iter().map(|step| step.vi.as_str()).collect();
        assert_eq!(
            lines,
            [
                "09:00:00 thứ Sáu 20/11/2026: 3 ngày làm việc, ngày bắt đầu không tính",
                "thứ Bảy 21/11/2026: nghỉ hằng tuần",
                "Chủ nhật 22/11/2026: nghỉ hằng tuần",
                "thứ Hai 23/11/2026: ngày làm việc",
                "thứ Ba 24/11/2026: ngày lễ, Ngày Văn hóa Việt Nam",
                "thứ Tư 25/11/2026: ngày làm việc",
                "thứ Năm 26/11/2026: ngày làm việc",
                "Hạn chót: 23:59:59 thứ Năm 26/11/2026",
            ]
        );
        let month = compute(span(1, TimeUnit::Months), at("2026-01-31"), &calendar()).unwrap();
        let kinds: Vec<_> = month.trace.iter().map(|step| step.kind).collect();
        assert_eq!(kinds, [Start, StepKind::Span, Rolled, Rolled, Due]);
    }
}
