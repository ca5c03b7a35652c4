//! What is told of a clock. Agencies, provisions and times: never a person, an account, a document or its words, so that it may
//! be shown to an agency that is no party.

use serde::{Deserialize, Serialize};

use crate::domain::agency::Role;
use crate::domain::catalogue::rule::{Certainty, Nature};
use crate::domain::escalation::Tell;
use crate::domain::ids::{AgencyCode, KindCode};
use crate::domain::macros::text_enum;
use crate::domain::time::Timestamp;
use crate::domain::workflow::Party;

text_enum! {
    /// Where a drafted notice stands.
    pub enum NoticeState {
        /// Chờ quyết định: the sender's head has not decided.
        Drafted => "DRAFTED",
        /// Đã gửi: it went to the addressee.
        Confirmed => "CONFIRMED",
        /// Đã bỏ: it was not sent.
        Discarded => "DISCARDED",
    }
}

impl NoticeState {
    /// The label on pages.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Drafted => "Chờ xác nhận",
            Self::Confirmed => "Đã gửi",
            Self::Discarded => "Đã bỏ",
        }
    }
}

/// What a reminder, a report of lateness or a notice says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The rung of the ladder.
    pub rung: String,
    /// What it does, Vietnamese, as the ladder said when it fired.
    pub text_vi: String,
    /// The same in English.
    pub text_en: String,
    /// Who is told.
    pub tell: Tell,
    /// The moment from which on it was to be told; later than that, a hub was not running.
    pub moment: Timestamp,
    /// The kind.
    pub kind: KindCode,
    /// Its revision.
    pub kind_revision: i64,
    /// The clock.
    pub clock: String,
    /// Which of that name.
    pub occurrence: u32,
    /// Whose duty it is.
    pub obligor: Party,
    /// The article that the clock rests on.
    pub article: String,
    /// When it was due.
    pub due: Timestamp,
    /// How many working days are over since; 0 while it is not over, or less than one is.
    pub late_working_days: u32,
    /// Who sent the request.
    pub sender: AgencyCode,
    /// Who must answer it.
    pub recipient: AgencyCode,
    /// The provision that the rung rests on.
    pub basis: String,
    /// Law or policy.
    pub nature: Nature,
    /// How sure that is.
    pub certainty: Certainty,
    /// What had come of it by then.
    pub received: Received,
    /// The agency beside the parties that it is for, if one is registered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub addressee: Option<AgencyCode>,
    /// The role of the agency that it is for, if the ladder names a role.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<Role>,
    /// Nobody is registered for whom it is meant: the sender sees to it on paper.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub missing: bool,
    /// Of a decision on a draft: the log index of the draft.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub draft: Option<i64>,
}

/// What had come of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Received {
    /// The order had reached the recipient.
    pub delivered: bool,
    /// The recipient had registered it.
    pub registered: bool,
    /// How many answers there were, interim ones included.
    pub answers: i64,
}
