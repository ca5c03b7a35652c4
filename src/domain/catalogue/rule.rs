//! A legal clock as the catalogue states it (`[[deadline]]` in `kind.toml`).

use serde::{Deserialize, Serialize};

use crate::domain::macros::text_enum;
use crate::domain::workflow::{Action, Party, StartingPoint};

text_enum! {
    /// The unit in which a clock counts (Civil Code Art. 145–148).
    pub enum TimeUnit {
        /// Hours by the wall clock, over nights and weekends.
        Hours => "hours",
        /// Hours of the working calendar.
        WorkingHours => "working_hours",
        /// Working days; the first day is not counted.
        WorkingDays => "working_days",
        /// Calendar days; an end on a day off moves to the next working day (Civil Code Art. 148.5).
        Days => "days",
        /// Months to the corresponding date (Civil Code Art. 148.3–148.4).
        Months => "months",
        /// Years to the corresponding date.
        Years => "years",
    }
}

text_enum! {
    /// Whether a limit is law or the hub's policy.
    pub enum Nature {
        /// A statute or decree says it.
        Law => "law",
        /// The hub's own target (chỉ tiêu nội bộ).
        Policy => "policy",
    }
}

text_enum! {
    /// How sure the catalogue is of a rule (LAW.md section 0).
    pub enum Certainty {
        /// Verified in a text read.
        Verified => "V",
        /// Partly verified.
        Partly => "P",
        /// Recalled.
        Recalled => "R",
        /// Derived or a design suggestion, not law.
        Derived => "D",
    }
}

text_enum! {
    /// Which body of law a step falls under, by its own date (Law 106/2025/QH15 Art. 115–116).
    pub enum Regime {
        /// Law 26/2008/QH12 as amended, up to 30/06/2026.
        Law2008 => "2008",
        /// Law 106/2025/QH15, from 01/07/2026.
        Law2025 => "2025",
    }
}

/// An amount of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// How many; at least 1.
    pub amount: u32,
    /// Of what.
    pub unit: TimeUnit,
}

/// The hub's own target for an act that the law wants "ngay" (immediately).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceLevel {
    /// How many; at least 1.
    pub amount: u32,
    /// Of what.
    pub unit: TimeUnit,
    /// Never later than this.
    pub cap: Option<Span>,
}

/// The rule applies only if the order's payload has this value at this pointer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// JSON pointer into the order's payload.
    pub pointer: String,
    /// The value that must stand there.
    pub equals: serde_json::Value,
}

/// One legal clock of a kind under one regime.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadlineRule {
    /// Name of the clock: acknowledge, answer, execute, report, transfer, issue, release, publish, refuse.
    pub name: String,
    /// The regimes under which it applies.
    pub regimes: Vec<Regime>,
    /// Whose duty it is: SENDER or RECIPIENT.
    pub obligor: Party,
    /// Applies only if.
    pub condition: Option<Condition>,
    /// From when it counts.
    pub starts_on: StartingPoint,
    /// For STATED and BEFORE: JSON pointer of the time or date, in the order's payload or (if `stated_in` is "answer") the answer's.
    pub pointer: Option<String>,
    /// For STATED: "order" (default) or "answer".
    pub stated_in: Option<String>,
    /// The actions that stop it.
    pub stops_on: Vec<Action>,
    /// For an act whose moment the answer states: JSON pointer of that time in the answer's payload. The duty was then met
    /// at that time, not when the answer came (a freeze executed at 9:00 and reported at 15:00 was executed at 9:00).
    pub done_at: Option<String>,
    /// The limit. Absent exactly when the law says "ngay".
    pub limit: Option<Span>,
    /// For "ngay": the hub's target. Present exactly when `limit` is absent.
    pub service_level: Option<ServiceLevel>,
    /// The longest total limit after an extension, in the limit's unit.
    pub extendable_to: Option<u32>,
    /// The actions that pause it.
    #[serde(default)]
    pub pauses_on: Vec<Action>,
    /// The article.
    pub basis: String,
    /// Law or policy, as printed beside the date.
    pub nature: Nature,
    /// How sure LAW.md is.
    pub certainty: Certainty,
    /// A note for readers, Vietnamese.
    pub note: Option<String>,
}

impl DeadlineRule {
    /// Whether the law says "ngay" (immediately) instead of a number.
    pub fn is_immediate(&self) -> bool {
        self.limit.is_none()
    }
}
