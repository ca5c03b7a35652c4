//! The trace: why a deadline falls on that day (cách tính thời hạn).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::limit::Suspension;
use crate::domain::calendar::{Calendar, CalendarMissing, date_en, date_vi};
use crate::domain::macros::text_enum;

text_enum! {
    /// What a step of the trace says.
    pub enum StepKind {
        /// The moment or day from which the clock counts.
        Start => "START",
        /// A day (or part of one, for hours) that counts.
        Counted => "COUNTED",
        /// A day that does not count, because it is off.
        Skipped => "SKIPPED",
        /// A day that does not count, because the clock stood still.
        Paused => "PAUSED",
        /// The nominal end of a span of calendar days, months or years.
        Span => "SPAN",
        /// The end fell on a day off and moves on.
        Rolled => "ROLLED",
        /// The result.
        Due => "DUE",
    }
}

/// One line of the trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceStep {
    /// What the line says.
    pub kind: StepKind,
    /// The day in Viet Nam.
    pub date: Date,
    /// For counted days, the running number of the day, from 1; otherwise 0.
    pub count: u32,
    /// The reason, Vietnamese.
    pub vi: String,
    /// The reason, English.
    pub en: String,
    /// The text or notice behind the reason, if the calendar or the law states one.
    pub basis: Option<String>,
}

/// Collects steps, or nothing when only the due time is wanted (the write path needs no texts).
#[derive(Debug)]
pub(super) struct Recorder(Option<Vec<TraceStep>>);

impl Recorder {
    pub(super) fn recording() -> Self {
        Self(Some(Vec::new()))
    }

    pub(super) fn silent() -> Self {
        Self(None)
    }

    pub(super) fn into_steps(self) -> Vec<TraceStep> {
        self.0.unwrap_or_default()
    }

    /// Adds a step whose texts are only built if anyone wants them.
    pub(super) fn add(&mut self, step: impl FnOnce() -> TraceStep) {
        if let Some(steps) = &mut self.0 {
            steps.push(step());
        }
    }

    /// Adds a day with the calendar's reason.
    pub(super) fn add_day(
        &mut self,
        calendar: &Calendar,
        kind: StepKind,
        date: Date,
        count: u32,
    ) -> Result<(), CalendarMissing> {
        if let Some(steps) = &mut self.0 {
            let status = calendar.is_working_day(date)?;
            let (vi, en) = (status.reason.vi, status.reason.en);
            steps.push(TraceStep {
                kind,
                date,
                count,
                vi,
                en,
                basis: Some(status.basis),
            });
        }
        Ok(())
    }

    /// Adds words to the last step.
    pub(super) fn extend(&mut self, vi: &str, en: &str) {
        if let Some(step) = self.0.as_mut().and_then(|steps| steps.last_mut()) {
            step.vi.push_str(vi);
            step.en.push_str(en);
        }
    }

    /// Adds a day on which the clock stood still.
    pub(super) fn add_paused(&mut self, date: Date, pause: &Suspension) {
        self.add(|| {
            let mut vi = format!("{}: tạm dừng tính thời hạn", date_vi(date));
            let mut en = format!("{}: clock paused", date_en(date));
            let decided = pause.decided.as_ref();
            if let Some(decided) = decided {
                vi = format!("{vi}, {}", decided.told_vi());
                en = format!("{en}, {}", decided.told_en());
            }
            TraceStep {
                basis: decided.map(|decided| decided.basis.clone()),
                ..step(StepKind::Paused, date, vi, en)
            }
        });
    }
}

/// A step without number or basis.
pub(super) fn step(kind: StepKind, date: Date, vi: String, en: String) -> TraceStep {
    TraceStep {
        kind,
        date,
        count: 0,
        vi,
        en,
        basis: None,
    }
}
