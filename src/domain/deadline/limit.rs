//! How long a clock runs, and when it stood still.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::domain::catalogue::rule::{ServiceLevel, Span, TimeUnit};
use crate::domain::ids::SuspensionId;
use crate::domain::suspension::Cause;
use crate::domain::time::Timestamp;
use crate::domain::workflow::Action;

/// The budget of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// A number that the law or a policy states.
    Span(Span),
    /// "Ngay": the law states no number; the hub's own target gives the due time and is always policy.
    Immediate(ServiceLevel),
}

impl Limit {
    /// As printed beside a deadline, Vietnamese: "3 ngày làm việc", or "ngay" with the hub's target.
    pub fn label_vi(&self) -> String {
        match self {
            Self::Span(span) => span_vi(*span),
            Self::Immediate(level) => {
                format!("ngay (chỉ tiêu nội bộ: {})", target_vi(*level))
            }
        }
    }

    /// As printed beside a deadline, English.
    pub fn label_en(&self) -> String {
        match self {
            Self::Span(span) => span_en(*span),
            Self::Immediate(level) => {
                format!("immediately (internal target: {})", target_en(*level))
            }
        }
    }
}

fn target_vi(level: ServiceLevel) -> String {
    let target = match level.amount {
        0 => "trong ngày làm việc".to_owned(),
        _ => span_vi(target_of(level)),
    };
    let Some(window) = level.window else {
        let cap = level.cap.map(span_vi);
        return cap.map_or_else(|| target.clone(), |cap| format!("{target}, không quá {cap}"));
    };
    let early = if window.opens == Time::midnight() {
        ""
    } else {
        "; nhận trước giờ đó thì trong cùng ngày"
    };
    let late = window
        .otherwise
        .map_or_else(|| "trong".to_owned(), |time| format!("{} của", hour(time)));
    let late = format!(", ngoài giờ đó: {late} ngày làm việc tiếp theo{early}");
    format!(
        "{target}, nếu nhận từ {} đến {}{late}",
        hour(window.opens),
        hour(window.closes)
    )
}

fn target_en(level: ServiceLevel) -> String {
    let target = match level.amount {
        0 => "the same working day".to_owned(),
        _ => span_en(target_of(level)),
    };
    let Some(window) = level.window else {
        let cap = level.cap.map(span_en);
        return cap.map_or_else(|| target.clone(), |cap| format!("{target}, at most {cap}"));
    };
    let early = if window.opens == Time::midnight() {
        ""
    } else {
        " (before it opens: the same day)"
    };
    let late = window
        .otherwise
        .map_or_else(|| "on".to_owned(), |time| format!("at {} of", hour(time)));
    let late = format!(", otherwise {late} the next working day{early}");
    format!(
        "{target}, if received from {} to {}{late}",
        hour(window.opens),
        hour(window.closes)
    )
}

fn hour(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

/// A service level without its cap.
pub(super) fn target_of(level: ServiceLevel) -> Span {
    Span {
        amount: level.amount,
        unit: level.unit,
    }
}

pub(super) fn span_vi(span: Span) -> String {
    let unit = match span.unit {
        TimeUnit::Hours => "giờ",
        TimeUnit::WorkingHours => "giờ làm việc",
        TimeUnit::WorkingDays => "ngày làm việc",
        TimeUnit::Days => "ngày",
        TimeUnit::Months => "tháng",
        TimeUnit::Years => "năm",
    };
    format!("{} {unit}", span.amount)
}

pub(super) fn span_en(span: Span) -> String {
    let unit = match span.unit {
        TimeUnit::Hours => "hour",
        TimeUnit::WorkingHours => "working hour",
        TimeUnit::WorkingDays => "working day",
        TimeUnit::Days => "day",
        TimeUnit::Months => "month",
        TimeUnit::Years => "year",
    };
    let plural = if span.amount == 1 { "" } else { "s" };
    format!("{} {unit}{plural}", span.amount)
}

/// A stretch during which a clock stood still (tạm dừng tính thời hạn).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// The clock stopped.
    pub from: Timestamp,
    /// The clock ran again; none while it stands still.
    pub to: Option<Timestamp>,
    /// The action that paused it.
    pub cause: Action,
    /// What was decided for many requests together; none: a step of this request paused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
}

/// Why a clock stands still together with those of other requests, as printed beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Which suspension.
    pub id: SuspensionId,
    /// Why.
    pub cause: Cause,
    /// The article or policy.
    pub basis: String,
    /// The text that decides it, or the evidence.
    pub document: String,
}

impl Decided {
    /// As printed, Vietnamese.
    pub fn told_vi(&self) -> String {
        format!("{} ({})", self.cause.label_vi(), self.document)
    }

    /// As printed, English.
    pub fn told_en(&self) -> String {
        format!("{} ({})", self.cause.label_en(), self.document)
    }
}

impl Suspension {
    /// Whether a step of the request began it and none has ended it.
    pub(super) fn is_own_and_open(&self) -> bool {
        self.to.is_none() && self.decided.is_none()
    }

    /// Both ends, if it is over and took any time.
    pub(super) fn closed(&self) -> Option<(Timestamp, Timestamp)> {
        self.to.filter(|to| *to > self.from).map(|to| (self.from, to))
    }
}
