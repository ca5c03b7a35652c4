//! When something is due and why, what happened to it, and how partners keep their times.

mod deadlines;
mod scorecards;
mod timeline;

use jiff::civil::Date;
use serde_json::Value;

use super::App;
use crate::domain::deadline::tracking::{ComputedClock, Question, compute_all};
use crate::domain::error::{Error, ErrorCode, FieldViolation, Localized, Result};
use crate::domain::ids::KindCode;
use crate::domain::time::Timestamp;

pub use deadlines::DeadlinePage;
pub use scorecards::{Group, GroupBy, Scorecard, Scorecards};
pub use timeline::{Timeline, TimelineEntry};

/// What ComputeDeadline asks.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadlineQuestion {
    /// The kind.
    pub kind: KindCode,
    /// Its revision; none: the newest.
    pub revision: Option<u32>,
    /// The moment from which to count.
    pub from: Timestamp,
    /// The clock; none: all.
    pub clock: Option<String>,
    /// The date that decides the body of law.
    pub regime_date: Option<Date>,
    /// As the calendar was known on this date.
    pub as_of: Option<Date>,
    /// The order's payload.
    pub order_payload: Option<Value>,
}

/// What it comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputedDeadlines {
    /// In the kind's order.
    pub clocks: Vec<ComputedClock>,
    /// The revision of the kind.
    pub revision: u32,
    /// The version of the calendar.
    pub calendar_version: i64,
}

impl App {
    /// When the clocks of a kind would be due.
    ///
    /// # Errors
    /// KIND_NOT_FOUND; FIELD_INVALID for a clock that the kind does not have; CALENDAR_MISSING, which names the year.
    pub fn compute_deadlines(&self, asked: &DeadlineQuestion) -> Result<ComputedDeadlines> {
        let kind = self.kind_named(&asked.kind, asked.revision)?;
        let rules = &kind.definition.deadlines;
        if let Some(clock) = &asked.clock
            && !rules.iter().any(|rule| rule.name == *clock)
        {
            let field = FieldViolation {
                field: "deadline_name".to_owned(),
                reason: "not_found".to_owned(),
                text: Localized::new(
                    "Loại yêu cầu này không có thời hạn đó.",
                    "The kind has no such deadline.",
                ),
            };
            return Err(Error::invalid(ErrorCode::FieldInvalid, vec![field]));
        }
        let question = Question {
            from: asked.from,
            clock: asked.clock.as_deref(),
            regime_date: asked.regime_date,
            order_payload: asked.order_payload.as_ref(),
        };
        let current = self.calendar.get();
        let known = asked.as_of.map(|date| current.as_of(date));
        let calendar = known.as_ref().unwrap_or(&current);
        let clocks = compute_all(rules, &question, calendar).map_err(|missing| {
            let year = missing.0;
            Error::new(ErrorCode::CalendarMissing)
                .with_detail(
                    format!("Chưa có lịch làm việc của năm {year}."),
                    format!("There is no calendar for the year {year}."),
                )
                .with("year", year.to_string())
        })?;
        Ok(ComputedDeadlines {
            clocks,
            revision: kind.revision(),
            calendar_version: current.version(),
        })
    }
}
