//! What a clock is about, for lists and counts: whoever is late with what.

use super::ledger::Deadline;
use crate::domain::catalogue::rule::DeadlineRule;
use crate::domain::macros::text_enum;
use crate::domain::workflow::{Action, Party};

text_enum! {
    /// What a clock waits for.
    pub enum Duty {
        /// Vào sổ: the recipient registers.
        Register => "REGISTER",
        /// The recipient's act itself, which a final answer tells.
        Answer => "ANSWER",
        /// The limit within which a recipient may still refuse. Nothing is owed when it has passed: the act is.
        Refuse => "REFUSE",
        /// The recipient's later duties, such as a report each pay period.
        FollowUp => "FOLLOW_UP",
        /// The sender's own duties.
        Own => "OWN",
    }
}

impl Duty {
    /// The label on pages.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Register => "Vào sổ",
            Self::Answer => "Trả lời kết quả",
            Self::Refuse => "Từ chối",
            Self::FollowUp => "Báo cáo tiếp theo",
            Self::Own => "Việc của bên gửi",
        }
    }
}

impl Deadline {
    /// What it waits for.
    pub fn duty(&self) -> Duty {
        match self.obligor {
            Party::Sender => Duty::Own,
            Party::Recipient | Party::Hub if self.name == DeadlineRule::ACKNOWLEDGE => Duty::Register,
            Party::Recipient | Party::Hub if self.name == DeadlineRule::REFUSE => Duty::Refuse,
            Party::Recipient | Party::Hub if self.stops_on.contains(&Action::AnswerFinal) => Duty::Answer,
            Party::Recipient | Party::Hub => Duty::FollowUp,
        }
    }
}
