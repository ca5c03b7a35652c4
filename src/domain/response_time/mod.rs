//! Response times: what each step of a request counts, for whom, and what is kept of it
//! ([decision 0029](../../../docs/decisions/0029-response-times.md)).
//!
//! `counting` decides, when a step is taken, what it counts; the event of the step says so ([`Counted`]). What is kept are sums of
//! those (`tally`), so that a replay needs neither calendar nor catalogue.

mod age;
mod counting;
mod histogram;
mod hours;
mod month;
mod scorecard;
mod tally;
#[cfg(test)]
mod tests;

pub use age::AgeLimits;
pub use counting::{Counting, count, handed_over};
pub use histogram::{Histogram, MalformedHistogram};
pub use hours::working_seconds;
pub use month::{MalformedMonth, Month};
pub use scorecard::{Overdue, Percentiles};
pub use tally::{Level, Sum, Tallies, TallyKey};

use serde::{Deserialize, Serialize};

use super::ids::{AgencyCode, UnitId};
use super::macros::text_enum;

text_enum! {
    /// What is counted. Each is a column of the table of counts.
    pub enum What {
        /// Đã nhận: a request was sent to it.
        Received => "RECEIVED",
        /// Tiếp quản: an open request passed to it from an agency that has ended.
        TakenOver => "TAKEN_OVER",
        /// Bàn giao: an open request passed from it to its successor.
        HandedOver => "HANDED_OVER",
        /// Vào sổ đúng hạn.
        RegisteredInTime => "REGISTERED_IN_TIME",
        /// Vào sổ quá hạn.
        RegisteredLate => "REGISTERED_LATE",
        /// Vào sổ, where no limit holds or the calendar could not tell.
        RegisteredUntimed => "REGISTERED_UNTIMED",
        /// Thông báo tiến độ: an interim answer.
        Interim => "INTERIM",
        /// Trả lời đúng hạn: the first final answer.
        AnsweredInTime => "ANSWERED_IN_TIME",
        /// Trả lời quá hạn: the first final answer.
        AnsweredLate => "ANSWERED_LATE",
        /// The first final answer where no limit holds or the calendar could not tell.
        AnsweredUntimed => "ANSWERED_UNTIMED",
        /// Từ chối: a first final answer that is a refusal; it is among the answers too.
        Refused => "REFUSED",
        /// Trả lời lại: a final answer after the first, in time or not.
        AnsweredAgain => "ANSWERED_AGAIN",
        /// One of those that came late.
        AnsweredAgainLate => "ANSWERED_AGAIN_LATE",
        /// Trả lại.
        SentBack => "SENT_BACK",
        /// A return that came late.
        SentBackLate => "SENT_BACK_LATE",
        /// Bị đề nghị trả lời lại: the sender disputed an answer or a return.
        Disputed => "DISPUTED",
        /// Đính chính.
        Corrected => "CORRECTED",
        /// Được lấy lại: the sender took the request back.
        Withdrawn => "WITHDRAWN",
        /// Gia hạn.
        Extended => "EXTENDED",
        /// Tạm dừng: its clocks were halted.
        Paused => "PAUSED",
        /// A later duty of the recipient done in time, such as a report of a pay period; one for each clock.
        DutyInTime => "DUTY_IN_TIME",
        /// One done late.
        DutyLate => "DUTY_LATE",
        /// A duty of the sender's own done in time: transfer, issue, release; one for each clock.
        OwnInTime => "OWN_IN_TIME",
        /// One done late.
        OwnLate => "OWN_LATE",
    }
}

impl What {
    /// Its column in the table of counts.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::TakenOver => "taken_over",
            Self::HandedOver => "handed_over",
            Self::RegisteredInTime => "registered_in_time",
            Self::RegisteredLate => "registered_late",
            Self::RegisteredUntimed => "registered_untimed",
            Self::Interim => "interim",
            Self::AnsweredInTime => "answered_in_time",
            Self::AnsweredLate => "answered_late",
            Self::AnsweredUntimed => "answered_untimed",
            Self::Refused => "refused",
            Self::AnsweredAgain => "answered_again",
            Self::AnsweredAgainLate => "answered_again_late",
            Self::SentBack => "sent_back",
            Self::SentBackLate => "sent_back_late",
            Self::Disputed => "disputed",
            Self::Corrected => "corrected",
            Self::Withdrawn => "withdrawn",
            Self::Extended => "extended",
            Self::Paused => "paused",
            Self::DutyInTime => "duty_in_time",
            Self::DutyLate => "duty_late",
            Self::OwnInTime => "own_in_time",
            Self::OwnLate => "own_late",
        }
    }
}

/// What a step counts for one of the agencies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// In whose statistics.
    pub agency: AgencyCode,
    /// The other side.
    pub counterparty: AgencyCode,
    /// The unit that has the request there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unit: Option<UnitId>,
    /// The sender's province, 2 digits; empty for an agency of the whole country.
    pub province: String,
    /// What, each once for each time that it counts.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub what: Vec<What>,
    /// How long pauses lasted that are over, by the wall clock: one of the request's own when it ends, what was decided for many when
    /// the clock ends.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub paused_seconds: Option<i64>,
    /// A first final answer: working hours from the beginning of its clock, pauses left out; none without a calendar.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub working_seconds: Option<i64>,
    /// The same by the wall clock, nights, days off and pauses included.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub wall_seconds: Option<i64>,
}
