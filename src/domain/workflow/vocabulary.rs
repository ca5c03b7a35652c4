//! States, actions and parties of the workflow, with their Vietnamese labels (GLOSSARY).

use crate::domain::macros::text_enum;

text_enum! {
    /// Where a request stands. Delivered, late and silent are facts, never states.
    pub enum State {
        /// Đã gửi.
        Submitted => "SUBMITTED",
        /// Đã tiếp nhận (vào sổ).
        Acknowledged => "ACKNOWLEDGED",
        /// Chờ làm rõ.
        Clarifying => "CLARIFYING",
        /// Đã trả lời.
        Answered => "ANSWERED",
        /// Đã trả lại.
        Returned => "RETURNED",
        /// Chờ đồng ý lấy lại.
        WithdrawalPending => "WITHDRAWAL_PENDING",
        /// Đã lấy lại.
        Withdrawn => "WITHDRAWN",
        /// Đã đóng.
        Closed => "CLOSED",
    }
}

impl State {
    /// Whether the recipient still has to act on it.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Submitted | Self::Acknowledged | Self::Clarifying | Self::WithdrawalPending => true,
            Self::Answered | Self::Returned | Self::Withdrawn | Self::Closed => false,
        }
    }

    /// The label on pages and forms.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Submitted => "Đã gửi",
            Self::Acknowledged => "Đã tiếp nhận",
            Self::Clarifying => "Chờ làm rõ",
            Self::Answered => "Đã trả lời",
            Self::Returned => "Đã trả lại",
            Self::WithdrawalPending => "Chờ đồng ý lấy lại",
            Self::Withdrawn => "Đã lấy lại",
            Self::Closed => "Đã đóng",
        }
    }
}

text_enum! {
    /// What a party does to a request.
    pub enum Action {
        /// Gửi.
        Submit => "submit",
        /// Tiếp nhận, vào sổ.
        Acknowledge => "acknowledge",
        /// Trả lại, nêu rõ lý do.
        SendBack => "send_back",
        /// Đề nghị làm rõ.
        AskClarification => "ask_clarification",
        /// Làm rõ.
        Clarify => "clarify",
        /// Gia hạn.
        Extend => "extend",
        /// Thông báo tiến độ.
        AnswerInterim => "answer_interim",
        /// Trả lời kết quả.
        AnswerFinal => "answer_final",
        /// Phân công.
        Assign => "assign",
        /// Chuyển xử lý.
        Forward => "forward",
        /// Giao văn bản giấy.
        Serve => "serve",
        /// Nhập trả lời bằng giấy.
        RecordAnswer => "record_answer",
        /// Thông báo phát sinh.
        Report => "report",
        /// Đính chính.
        Correct => "correct",
        /// Đề nghị trả lời lại.
        Dispute => "dispute",
        /// Đề nghị lấy lại.
        Withdraw => "withdraw",
        /// Đồng ý lấy lại.
        AcceptWithdrawal => "accept_withdrawal",
        /// Không đồng ý lấy lại.
        RefuseWithdrawal => "refuse_withdrawal",
        /// Đóng yêu cầu.
        Close => "close",
        /// Tính lại thời hạn.
        Recompute => "recompute",
        /// Chuyển cho cơ quan kế thừa.
        Succeed => "succeed",
        /// Tạm dừng tính thời hạn.
        SuspendClocks => "suspend_clocks",
        /// Hết tạm dừng tính thời hạn.
        ReleaseClocks => "release_clocks",
        /// Thông báo về việc thi hành án.
        CaseNotice => "case_notice",
        /// Đã có văn bản tiếp theo.
        FollowUp => "follow_up",
        /// Văn bản tiếp theo đã bị trả lại hoặc lấy lại.
        FollowUpLost => "follow_up_lost",
        /// Nhắc trước hạn.
        Remind => "remind",
        /// Báo quá hạn.
        Overdue => "overdue",
        /// Báo cấp trên.
        Escalate => "escalate",
        /// Lập dự thảo báo cáo cấp có thẩm quyền.
        DraftNotice => "draft_notice",
        /// Xác nhận gửi báo cáo.
        ConfirmNotice => "confirm_notice",
        /// Bỏ dự thảo báo cáo.
        DiscardNotice => "discard_notice",
        /// Tiếp tục tính thời hạn.
        ResumeClocks => "resume_clocks",
    }
}

impl Action {
    /// Whether it comes with a document; the others come as messages.
    pub const fn has_document(self) -> bool {
        match self {
            Self::Submit
            | Self::Acknowledge
            | Self::SendBack
            | Self::Clarify
            | Self::AnswerInterim
            | Self::AnswerFinal
            | Self::Report
            | Self::Correct
            | Self::Serve
            | Self::RecordAnswer
            | Self::Withdraw => true,
            Self::AskClarification
            | Self::Extend
            | Self::Assign
            | Self::Forward
            | Self::Dispute
            | Self::AcceptWithdrawal
            | Self::RefuseWithdrawal
            | Self::Close
            | Self::Recompute
            | Self::Succeed
            | Self::SuspendClocks
            | Self::ReleaseClocks
            | Self::CaseNotice
            | Self::FollowUp
            | Self::FollowUpLost
            | Self::Remind
            | Self::Overdue
            | Self::Escalate
            | Self::DraftNotice
            | Self::ConfirmNotice
            | Self::DiscardNotice
            | Self::ResumeClocks => false,
        }
    }

    /// The label on pages and buttons.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Submit => "Gửi",
            Self::Acknowledge => "Tiếp nhận, vào sổ",
            Self::SendBack => "Trả lại, nêu rõ lý do",
            Self::AskClarification => "Đề nghị làm rõ",
            Self::Clarify => "Làm rõ",
            Self::Extend => "Gia hạn",
            Self::AnswerInterim => "Thông báo tiến độ",
            Self::AnswerFinal => "Trả lời kết quả",
            Self::Assign => "Phân công",
            Self::Forward => "Chuyển xử lý",
            Self::Serve => "Giao văn bản giấy",
            Self::RecordAnswer => "Nhập trả lời bằng giấy",
            Self::Report => "Thông báo phát sinh",
            Self::Correct => "Đính chính",
            Self::Dispute => "Đề nghị trả lời lại",
            Self::Withdraw => "Đề nghị lấy lại",
            Self::AcceptWithdrawal => "Đồng ý lấy lại",
            Self::RefuseWithdrawal => "Không đồng ý lấy lại",
            Self::Close => "Đóng yêu cầu",
            Self::Recompute => "Tính lại thời hạn",
            Self::Succeed => "Chuyển cho cơ quan kế thừa",
            Self::SuspendClocks => "Tạm dừng tính thời hạn",
            Self::ReleaseClocks => "Hết tạm dừng tính thời hạn",
            Self::CaseNotice => "Thông báo về việc thi hành án",
            Self::FollowUp => "Đã có văn bản tiếp theo",
            Self::FollowUpLost => "Văn bản tiếp theo đã bị trả lại hoặc lấy lại",
            Self::Remind => "Nhắc trước hạn",
            Self::Overdue => "Báo quá hạn",
            Self::Escalate => "Báo cấp trên",
            Self::DraftNotice => "Lập dự thảo báo cáo cấp có thẩm quyền",
            Self::ConfirmNotice => "Xác nhận gửi báo cáo",
            Self::DiscardNotice => "Bỏ dự thảo báo cáo",
            Self::ResumeClocks => "Tiếp tục tính thời hạn",
        }
    }
}

text_enum! {
    /// Who acts on a request.
    pub enum Party {
        /// The agency that sent it.
        Sender => "SENDER",
        /// The agency that must answer it.
        Recipient => "RECIPIENT",
        /// The hub itself (timers).
        Hub => "HUB",
    }
}

impl Party {
    /// The label on pages.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Sender => "nơi gửi",
            Self::Recipient => "nơi nhận",
            Self::Hub => "cổng",
        }
    }
}

text_enum! {
    /// The moment from which a legal clock counts (DESIGN section 5).
    pub enum StartingPoint {
        /// The entry stands in the recipient's mailbox (Decree 152/2026 Art. 7.2).
        Available => "AVAILABLE",
        /// The recipient registered the request.
        Acknowledged => "ACKNOWLEDGED",
        /// The recipient gave its final answer.
        Answered => "ANSWERED",
        /// The sender disputed an answer or a return.
        Disputed => "DISPUTED",
        /// A paper partner was served.
        Served => "SERVED",
        /// The recipient reported something that arose.
        Reported => "REPORTED",
        /// A time or date that a document states (at a JSON pointer).
        Stated => "STATED",
        /// Counted backwards from a time or date that the order states (at a JSON pointer).
        Before => "BEFORE",
    }
}

/// What a transition does to the clocks of a request. Which clocks it touches is the kind's to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClockEffect {
    /// Clocks with this starting point begin.
    Start(StartingPoint),
    /// Clocks that the kind lets this action pause are paused.
    Pause,
    /// Paused clocks run again.
    Resume,
    /// The named clock is extended to the kind's limit.
    Extend,
    /// Clocks that the kind stops on this action stop (met or breached).
    Stop,
    /// Clocks still open are cancelled without a verdict.
    Cancel,
    /// The clocks that something else had ended, which is undone now, run as if it had not happened: an unfounded return, an order that
    /// followed and was taken back.
    Restore,
    /// Clocks that wait for what the answer holds are held against it again: they begin or end with it.
    Restate,
}
