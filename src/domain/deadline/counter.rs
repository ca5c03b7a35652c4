//! The counting itself; the rules stand in `compute`.

use jiff::civil::{Date, Time};

use super::compute::due;
use super::limit::{Limit, Suspension, span_en, span_vi, target_of};
use super::trace::{Recorder, StepKind, TraceStep, step};
use crate::domain::calendar::{Calendar, CalendarMissing, date_en, date_vi};
use crate::domain::catalogue::rule::{ServiceLevel, Span, TimeUnit, Window};
use crate::domain::time::Timestamp;

/// Which way a limit is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forwards,
    Backwards,
}

const BASIS_START: &str = "Bộ luật Dân sự 91/2015/QH13, Điều 147";
const BASIS_END: &str = "Bộ luật Dân sự 91/2015/QH13, Điều 148";
const MICROS_PER_HOUR: i64 = 3_600_000_000;

/// One count: the calendar, the pauses that are over, and the trace as it grows.
pub(super) struct Counter<'a> {
    pub(super) calendar: &'a Calendar,
    pub(super) suspensions: &'a [Suspension],
    pub(super) trace: Recorder,
}

impl<'a> Counter<'a> {
    pub(super) fn limit(&mut self, limit: &Limit, start: Timestamp) -> Result<Timestamp, CalendarMissing> {
        let level = match limit {
            Limit::Span(span) => return self.span(*span, start, Direction::Forwards),
            Limit::Immediate(level) => level,
        };
        if let Some(window) = level.window {
            return self.windowed(*level, window, start);
        }
        let (calendar, suspensions) = (self.calendar, self.suspensions);
        let target = Limit::Span(target_of(*level));
        let shorter = match level.cap.map(Limit::Span) {
            Some(cap) if due(&cap, start, suspensions, calendar)? < due(&target, start, suspensions, calendar)? => cap,
            _ => target,
        };
        self.trace.add(|| {
            let vi = format!("{}; áp dụng: {}", limit.label_vi(), shorter.label_vi());
            let en = format!("{}; applied: {}", limit.label_en(), shorter.label_en());
            step(StepKind::Start, start.date(), vi, en)
        });
        self.limit(&shorter, start)
    }

    pub(super) fn span(
        &mut self,
        span: Span,
        start: Timestamp,
        direction: Direction,
    ) -> Result<Timestamp, CalendarMissing> {
        self.trace.add(|| start_step(span, start, direction));
        let due = match span.unit {
            TimeUnit::Hours => self.hours(hours(span), start, direction),
            TimeUnit::WorkingHours => self.working_hours(hours(span), start, direction)?,
            TimeUnit::WorkingDays => end_of_day(self.working_days(span.amount, start.date(), direction)?),
            TimeUnit::Days | TimeUnit::Months | TimeUnit::Years => {
                let nominal = nominal_end(span, start.date(), direction)?;
                let end = self.past_pauses(nominal, start.date())?;
                let missing = missing_day(span, start.date(), nominal);
                self.trace.add(|| span_step(span, end, missing, direction));
                end_of_day(self.roll(end, direction)?)
            }
        };
        self.trace_due(due);
        Ok(due)
    }

    /// A target that holds for receipts within hours of a working day.
    fn windowed(
        &mut self,
        level: ServiceLevel,
        window: Window,
        start: Timestamp,
    ) -> Result<Timestamp, CalendarMissing> {
        let (today, time) = (start.date(), start.civil().time());
        let label = Limit::Immediate(level);
        self.trace.add(|| {
            let received = time.strftime("%H:%M:%S").to_string();
            let vi = format!("{received} {}: {}", date_vi(today), label.label_vi());
            let en = format!("{} {received}: {}", date_en(today), label.label_en());
            step(StepKind::Start, today, vi, en)
        });
        let works_today = self.calendar.is_working(today)?;
        if works_today && window.opens <= time && time <= window.closes {
            if level.amount == 0 {
                self.trace.add_day(self.calendar, StepKind::Counted, today, 1)?;
            }
            return self.within_window(level, start);
        }
        let mut day = today;
        if !works_today || time > window.closes {
            if works_today {
                self.trace.add(|| {
                    let closes = window.closes.strftime("%H:%M");
                    let vi = format!("{}: nhận sau {closes}, không tính", date_vi(day));
                    let en = format!("{}: received after {closes}, not counted", date_en(day));
                    step(StepKind::Skipped, day, vi, en)
                });
            } else {
                self.trace.add_day(self.calendar, StepKind::Skipped, day, 0)?;
            }
            day = neighbour(day, Direction::Forwards)?;
            while !self.calendar.is_working(day)? {
                self.trace.add_day(self.calendar, StepKind::Skipped, day, 0)?;
                day = neighbour(day, Direction::Forwards)?;
            }
        }
        self.trace.add_day(self.calendar, StepKind::Counted, day, 1)?;
        match window.otherwise {
            Some(time) => {
                let due = Timestamp::from_civil(day.to_datetime(time));
                self.trace_due(due);
                Ok(due)
            }
            None => self.within_window(level, Timestamp::from_civil(day.to_datetime(window.opens))),
        }
    }

    /// The target counted from a receipt in the window: 0 working days are what is left of that day.
    fn within_window(&mut self, level: ServiceLevel, start: Timestamp) -> Result<Timestamp, CalendarMissing> {
        if level.amount > 0 {
            return self.span(target_of(level), start, Direction::Forwards);
        }
        let mut day = start.date();
        while let Some(pause) = self.paused_on(day) {
            self.trace.add_paused(day, pause);
            day = neighbour(day, Direction::Forwards)?;
            while !self.calendar.is_working(day)? {
                self.trace.add_day(self.calendar, StepKind::Skipped, day, 0)?;
                day = neighbour(day, Direction::Forwards)?;
            }
        }
        let due = end_of_day(day);
        self.trace_due(due);
        Ok(due)
    }

    fn trace_due(&mut self, due: Timestamp) {
        self.trace.add(|| {
            let (clock, date) = (due.civil().time(), due.date());
            let time = clock.strftime("%H:%M:%S");
            let vi = format!("Hạn chót: {time} {}", date_vi(date));
            step(StepKind::Due, date, vi, format!("Due: {} {time}", date_en(date)))
        });
    }

    /// Counts working days; a day on which the clock stood still does not count.
    fn working_days(&mut self, amount: u32, start: Date, direction: Direction) -> Result<Date, CalendarMissing> {
        let (mut date, mut counted) = (start, 0_u32);
        while counted < amount {
            date = neighbour(date, direction)?;
            if !self.calendar.is_working(date)? {
                self.trace.add_day(self.calendar, StepKind::Skipped, date, 0)?;
            } else if let Some(pause) = self.paused_on(date) {
                self.trace.add_paused(date, pause);
            } else {
                counted = counted.saturating_add(1);
                self.trace.add_day(self.calendar, StepKind::Counted, date, counted)?;
            }
        }
        Ok(date)
    }

    /// The nominal end, moved by each day up to it on which the clock stood still.
    fn past_pauses(&mut self, nominal: Date, start: Date) -> Result<Date, CalendarMissing> {
        if self.suspensions.is_empty() {
            return Ok(nominal);
        }
        let (mut date, mut end) = (start, nominal);
        while date < end {
            date = neighbour(date, Direction::Forwards)?;
            if let Some(pause) = self.paused_on(date) {
                self.trace.add_paused(date, pause);
                end = neighbour(end, Direction::Forwards)?;
            }
        }
        Ok(end)
    }

    /// Moves an end on a day off to the next working day, or backwards to the one before.
    fn roll(&mut self, end: Date, direction: Direction) -> Result<Date, CalendarMissing> {
        let mut date = end;
        loop {
            if !self.calendar.is_working(date)? {
                let (vi, en) = match direction {
                    Direction::Forwards => (
                        "; chuyển sang ngày làm việc tiếp theo",
                        "; moves to the next working day",
                    ),
                    Direction::Backwards => ("; lùi về ngày làm việc trước đó", "; moves to the working day before"),
                };
                self.trace.add_day(self.calendar, StepKind::Rolled, date, 0)?;
                self.trace.extend(vi, en);
            } else if let Some(pause) = self.paused_on(date) {
                self.trace.add_paused(date, pause);
            } else {
                return Ok(date);
            }
            date = neighbour(date, direction)?;
        }
    }

    /// The pause for which the day does not count. Of one that was decided for many, some office hours of the day must lie in it: an
    /// hour at night takes no day off.
    fn paused_on(&self, date: Date) -> Option<&'a Suspension> {
        let sessions = self.calendar.sessions();
        let mut pauses = self.suspensions.iter();
        pauses.find(|pause| {
            let Some((from, to)) = pause.closed() else { return false };
            let is_within = from.date() <= date && date <= to.date();
            let in_office_hours = || {
                sessions.iter().any(|session| {
                    let opens = Timestamp::from_civil(date.to_datetime(session.opens));
                    from < Timestamp::from_civil(date.to_datetime(session.closes)) && opens < to
                })
            };
            is_within && (pause.decided.is_none() || in_office_hours())
        })
    }

    /// Runs through the wall clock, standing still during each pause.
    fn hours(&mut self, micros: i64, start: Timestamp, direction: Direction) -> Timestamp {
        if direction == Direction::Backwards {
            return start.plus_micros(micros.saturating_neg());
        }
        let mut due = start.plus_micros(micros);
        // The end of the pauses so far: where they overlap, time stands still once.
        let mut counted = start;
        for pause in self.suspensions {
            let Some((from, to)) = pause.closed() else { continue };
            let (from, to) = (from.max(counted), to.max(counted));
            if from <= due {
                due = due.plus_micros(to.micros().saturating_sub(from.micros()));
                counted = to;
                self.trace.add_paused(from.date(), pause);
            }
        }
        due
    }

    /// Runs through the sessions of working days, standing still during each pause.
    fn working_hours(
        &mut self,
        micros: i64,
        start: Timestamp,
        direction: Direction,
    ) -> Result<Timestamp, CalendarMissing> {
        let (mut date, mut left) = (start.date(), micros);
        loop {
            let before = left;
            if self.calendar.is_working(date)? {
                for (from, to) in self.stretches(date, start, direction) {
                    let length = to.micros().saturating_sub(from.micros());
                    if length >= left {
                        self.trace_hours(date, before);
                        return Ok(match direction {
                            Direction::Forwards => from.plus_micros(left),
                            Direction::Backwards => to.plus_micros(left.saturating_neg()),
                        });
                    }
                    left = left.saturating_sub(length);
                }
            }
            if before == left {
                self.trace_without_hours(date)?;
            } else {
                self.trace_hours(date, before.saturating_sub(left));
            }
            date = neighbour(date, direction)?;
        }
    }

    /// The working time of a day on the right side of `start`, without pauses, in the order of counting.
    fn stretches(&self, date: Date, start: Timestamp, direction: Direction) -> Vec<(Timestamp, Timestamp)> {
        let mut stretches = Vec::new();
        for session in self.calendar.sessions() {
            let opens = Timestamp::from_civil(date.to_datetime(session.opens));
            let closes = Timestamp::from_civil(date.to_datetime(session.closes));
            let (mut from, until) = match direction {
                Direction::Forwards => (opens.max(start), closes),
                Direction::Backwards => (opens, closes.min(start)),
            };
            for (paused, resumed) in self.suspensions.iter().filter_map(Suspension::closed) {
                stretches.push((from, paused.min(until)));
                from = from.max(resumed);
            }
            stretches.push((from, until));
        }
        stretches.retain(|(from, to)| from < to);
        if direction == Direction::Backwards {
            stretches.reverse();
        }
        stretches
    }

    /// A day of which no time counts: it is off, or its working hours were over (or had not begun, counted backwards).
    fn trace_without_hours(&mut self, date: Date) -> Result<(), CalendarMissing> {
        if !self.calendar.is_working(date)? {
            return self.trace.add_day(self.calendar, StepKind::Skipped, date, 0);
        }
        self.trace.add(|| {
            let vi = format!("{}: ngoài giờ làm việc, không tính", date_vi(date));
            let en = format!("{}: outside working hours, not counted", date_en(date));
            step(StepKind::Skipped, date, vi, en)
        });
        Ok(())
    }

    fn trace_hours(&mut self, date: Date, micros: i64) {
        let seconds = micros / 1_000_000;
        let parts = [
            (seconds / 3600, "giờ", "h"),
            (seconds / 60 % 60, "phút", "min"),
            (seconds % 60, "giây", "s"),
        ];
        self.trace.add(|| {
            let told = |label: fn(&(i64, &'static str, &'static str)) -> &'static str| {
                let parts = parts.iter().filter(|part| part.0 > 0);
                let parts: Vec<String> = parts.map(|part| format!("{} {}", part.0, label(part))).collect();
                parts.join(" ")
            };
            let vi = format!("{}: tính {} làm việc", date_vi(date), told(|part| part.1));
            let en = format!("{}: {} of work counted", date_en(date), told(|part| part.2));
            step(StepKind::Counted, date, vi, en)
        });
    }
}

fn hours(span: Span) -> i64 {
    i64::from(span.amount).saturating_mul(MICROS_PER_HOUR)
}

/// The last microsecond of a day in Viet Nam.
pub(super) fn end_of_day(date: Date) -> Timestamp {
    Timestamp::from_civil(date.at(23, 59, 59, 999_999_000))
}

fn neighbour(date: Date, direction: Direction) -> Result<Date, CalendarMissing> {
    let next = match direction {
        Direction::Forwards => date.tomorrow(),
        Direction::Backwards => date.yesterday(),
    };
    next.map_err(|_out_of_range| CalendarMissing(date.year()))
}

/// The corresponding date; a date beyond the calendar of the world counts as a year without data.
fn nominal_end(span: Span, start: Date, direction: Direction) -> Result<Date, CalendarMissing> {
    let amount = match direction {
        Direction::Forwards => i64::from(span.amount),
        Direction::Backwards => i64::from(span.amount).saturating_neg(),
    };
    let distance = match span.unit {
        TimeUnit::Months => jiff::Span::new().try_months(amount),
        TimeUnit::Years => jiff::Span::new().try_years(amount),
        TimeUnit::Hours | TimeUnit::WorkingHours | TimeUnit::WorkingDays | TimeUnit::Days => {
            jiff::Span::new().try_days(amount)
        }
    };
    distance
        .and_then(|distance| start.checked_add(distance))
        .map_err(|_out_of_range| CalendarMissing(Date::MAX.year()))
}

fn start_step(span: Span, start: Timestamp, direction: Direction) -> TraceStep {
    let (date, time) = (start.date(), start.civil().time());
    let in_hours = matches!(span.unit, TimeUnit::Hours | TimeUnit::WorkingHours);
    // A day that is stated without an hour is its first moment; nobody reads that hour.
    let time = if time == Time::midnight() && !in_hours {
        String::new()
    } else {
        time.strftime("%H:%M:%S").to_string()
    };
    let (before, after) = if time.is_empty() { ("", "") } else { (" ", " ") };
    let (limit_vi, limit_en) = (span_vi(span), span_en(span));
    let (how_vi, how_en) = match (direction, span.unit) {
        (Direction::Backwards, _) => ("tính ngược từ mốc này", "counted backwards from this event"),
        (_, TimeUnit::Hours | TimeUnit::WorkingHours) => ("tính từ thời điểm này", "counted from this moment"),
        _ => ("ngày bắt đầu không tính", "the first day is not counted"),
    };
    TraceStep {
        basis: Some(BASIS_START.into()),
        ..step(
            StepKind::Start,
            date,
            format!("{time}{after}{}: {limit_vi}, {how_vi}", date_vi(date)),
            format!("{}{before}{time}: {limit_en}, {how_en}", date_en(date)),
        )
    }
}

/// The day of the month that the month of the nominal end does not have.
fn missing_day(span: Span, start: Date, nominal: Date) -> Option<i8> {
    let by_date = matches!(span.unit, TimeUnit::Months | TimeUnit::Years);
    (by_date && nominal.day() != start.day()).then_some(start.day())
}

fn span_step(span: Span, end: Date, missing: Option<i8>, direction: Direction) -> TraceStep {
    let (last_vi, last_en) = missing.map_or_else(Default::default, |day| {
        (
            format!(" (tháng không có ngày {day}: lấy ngày cuối tháng)"),
            format!(" (the month has no day {day}: its last day)"),
        )
    });
    let (verb_vi, verb_en) = match direction {
        Direction::Forwards => ("hết", "end of"),
        Direction::Backwards => ("lùi", "back by"),
    };
    TraceStep {
        basis: Some(BASIS_END.into()),
        ..step(
            StepKind::Span,
            end,
            format!("{}: {verb_vi} {}{last_vi}", date_vi(end), span_vi(span)),
            format!("{}: {verb_en} {}{last_en}", date_en(end), span_en(span)),
        )
    }
}
