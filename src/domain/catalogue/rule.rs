//! A legal clock as the catalogue states it (`[[deadline]]` in `kind.toml`).

use jiff::civil::Time;
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

impl Certainty {
    /// The label on pages.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Verified => "đã đối chiếu văn bản",
            Self::Partly => "đối chiếu một phần",
            Self::Recalled => "theo trí nhớ, chưa đối chiếu",
            Self::Derived => "do cổng đề xuất, không phải luật",
        }
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

text_enum! {
    /// Where a stated starting moment stands.
    pub enum StatedIn {
        /// In the order's payload.
        Order => "order",
        /// In the order's head: `/date` is the date of issue.
        Head => "head",
        /// In the payload of an interim answer.
        Interim => "interim",
        /// In the payload of the final answer.
        Answer => "answer",
        /// In the payload of a report.
        Report => "report",
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
    /// How many; at least 1. With a window, 0 working days means the end of the same working day.
    pub amount: u32,
    /// Of what.
    pub unit: TimeUnit,
    /// Never later than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Span>,
    /// The hours of receipt for which the target holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

/// The hours of a working day within which a receipt counts at once (LAW section 7: debits; registration holds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// First moment, for example 07:30.
    pub opens: Time,
    /// Last moment, still within it.
    pub closes: Time,
    /// What comes outside the window is due at this time of the next working day (of the same one if it came before
    /// `opens`). Without it, such a receipt counts as if it had come when the window opens next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Time>,
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

impl Condition {
    /// Whether the order's payload has the value.
    pub fn holds(&self, order_payload: &serde_json::Value) -> bool {
        order_payload.pointer(&self.pointer) == Some(&self.equals)
    }
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
    /// Begins only with an answer whose payload has something at this JSON pointer, such as what was found. For ANSWERED.
    pub if_answered: Option<String>,
    /// From when it counts.
    pub starts_on: StartingPoint,
    /// For STATED and BEFORE: JSON pointer of the time or date in the part that `stated_in` names.
    pub pointer: Option<String>,
    /// For STATED and BEFORE: where the time stands; the order's payload if absent.
    pub stated_in: Option<StatedIn>,
    /// The clock begins with one statement and is stopped by the next: a pay period that an answer announces is reported
    /// later. Otherwise a clock whose own statement stops it gets its verdict at once.
    #[serde(default)]
    pub recurring: bool,
    /// JSON pointer, in the order's payload, of a date that decides the regime instead of the clock's start: what arose
    /// in a case that ended under the 2008 law stays under it (Law 106/2025 Art. 116.1).
    pub regime_pointer: Option<String>,
    /// The actions that stop it.
    pub stops_on: Vec<Action>,
    /// For an act whose moment the answer states: JSON pointer of that time in the answer's payload. The duty was then met
    /// at that time, not when the answer came (a freeze executed at 9:00 and reported at 15:00 was executed at 9:00).
    pub done_at: Option<String>,
    /// Whether an answer that does not state `done_at` leaves the clock running: a duty beside the answer (a report to a
    /// superior) is not met by answering. Interim answers and reports leave it running in any case.
    #[serde(default)]
    pub done_at_required: bool,
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
    /// The clock of refusing with reasons (Decree 152/2026 Art. 21.6a).
    pub const REFUSE: &str = "refuse";

    /// The clock of registering.
    pub const ACKNOWLEDGE: &str = "acknowledge";

    /// The clocks of the act itself, which a refusal in time takes the place of.
    pub const ACTS: [&str; 3] = ["answer", "execute", "report"];

    /// Whether the law says "ngay" (immediately) instead of a number.
    pub fn is_immediate(&self) -> bool {
        self.limit.is_none()
    }

    /// Where its starting moment is stated.
    pub fn stated_in(&self) -> StatedIn {
        self.stated_in.unwrap_or(StatedIn::Order)
    }
}
