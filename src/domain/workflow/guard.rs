//! What a row of the table may ask about a request before it applies.

use crate::domain::macros::text_enum;

/// The facts that guards ask about, as they stand just before the step.
///
/// The default is a digital request that nothing has happened to yet, of a kind without a measure or an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each asked for by one guard and its opposite"
)]
pub struct Facts {
    /// The recipient's `intake` cursor has passed the entry that brought the request; on paper: it was served.
    pub delivered: bool,
    /// The request has a registry number (số vào sổ), in whatever state it stands now.
    pub registered: bool,
    /// A clock of this request was extended before.
    pub extended: bool,
    /// The kind states a limit for an extension (`extendable_to`).
    pub extendable: bool,
    /// The recipient is on the paper channel (not connected).
    pub paper: bool,
    /// The kind leaves a measure at the holder (`effect` periodic or until released).
    pub measure_kind: bool,
    /// A measure made under this request is still in force.
    pub measure_in_force: bool,
    /// The kind's quiet period since the answer or the return is over.
    pub quiet_period_over: bool,
    /// The sender disputes the return as unfounded (this step's own statement; read by `dispute` from RETURNED only).
    pub unfounded_return: bool,
    /// What is told is of a clock that is the sender's duty (this step's own statement; read by the hub's reminders).
    pub senders_clock: bool,
    /// The notice that the step names is drafted and not decided yet.
    pub notice_drafted: bool,
}

text_enum! {
    /// A condition of a row. All conditions of a row must hold.
    pub enum Guard {
        /// The recipient has taken the request from its mailbox.
        Delivered => "DELIVERED",
        /// The recipient has not taken it yet.
        NotDelivered => "NOT_DELIVERED",
        /// It has a registry number.
        Registered => "REGISTERED",
        /// It was never registered.
        NeverRegistered => "NEVER_REGISTERED",
        /// The recipient is on the paper channel.
        PaperRecipient => "PAPER_RECIPIENT",
        /// The recipient is on the digital channel.
        DigitalRecipient => "DIGITAL_RECIPIENT",
        /// The kind allows an extension.
        Extendable => "EXTENDABLE",
        /// No extension was taken yet.
        NotYetExtended => "NOT_YET_EXTENDED",
        /// The kind has a measure.
        MeasureKind => "MEASURE_KIND",
        /// A measure made under this request is in force.
        MeasureInForce => "MEASURE_IN_FORCE",
        /// Nothing remains in force at the holder.
        NoMeasureInForce => "NO_MEASURE_IN_FORCE",
        /// The quiet period is over.
        QuietPeriodOver => "QUIET_PERIOD_OVER",
        /// The return is disputed as unfounded.
        UnfoundedReturn => "UNFOUNDED_RETURN",
        /// The return was right; what it lacked is put right.
        FoundedReturn => "FOUNDED_RETURN",
        /// The clock is the sender's duty.
        SendersClock => "SENDERS_CLOCK",
        /// The clock is the recipient's duty.
        RecipientsClock => "RECIPIENTS_CLOCK",
        /// The notice is drafted and not decided.
        NoticeDrafted => "NOTICE_DRAFTED",
    }
}

impl Guard {
    /// Whether the condition holds.
    pub const fn holds(self, facts: &Facts) -> bool {
        match self {
            Self::Delivered => facts.delivered,
            Self::NotDelivered => !facts.delivered,
            Self::Registered => facts.registered,
            Self::NeverRegistered => !facts.registered,
            Self::PaperRecipient => facts.paper,
            Self::DigitalRecipient => !facts.paper,
            Self::Extendable => facts.extendable,
            Self::NotYetExtended => !facts.extended,
            Self::MeasureKind => facts.measure_kind,
            Self::MeasureInForce => facts.measure_in_force,
            Self::NoMeasureInForce => !facts.measure_in_force,
            Self::QuietPeriodOver => facts.quiet_period_over,
            Self::UnfoundedReturn => facts.unfounded_return,
            Self::FoundedReturn => !facts.unfounded_return,
            Self::SendersClock => facts.senders_clock,
            Self::RecipientsClock => !facts.senders_clock,
            Self::NoticeDrafted => facts.notice_drafted,
        }
    }

    /// The condition in Vietnamese, to follow "khi".
    pub const fn text_vi(self) -> &'static str {
        match self {
            Self::Delivered => "văn bản đã đến nơi nhận",
            Self::NotDelivered => "văn bản chưa đến nơi nhận",
            Self::Registered => "yêu cầu đã vào sổ",
            Self::NeverRegistered => "yêu cầu chưa vào sổ",
            Self::PaperRecipient => "nơi nhận chưa kết nối, nhận văn bản giấy",
            Self::DigitalRecipient => "nơi nhận đã kết nối",
            Self::Extendable => "loại yêu cầu cho phép gia hạn",
            Self::NotYetExtended => "chưa gia hạn lần nào",
            Self::MeasureKind => "loại yêu cầu có biện pháp",
            Self::MeasureInForce => "còn biện pháp đang có hiệu lực",
            Self::NoMeasureInForce => "không còn biện pháp đang có hiệu lực",
            Self::QuietPeriodOver => "đã hết thời gian chờ trước khi đóng",
            Self::UnfoundedReturn => "việc trả lại không có căn cứ",
            Self::FoundedReturn => "việc trả lại có căn cứ",
            Self::SendersClock => "thời hạn thuộc nơi gửi",
            Self::RecipientsClock => "thời hạn thuộc nơi nhận",
            Self::NoticeDrafted => "dự thảo báo cáo chưa được quyết định",
        }
    }

    /// The condition in English, to follow "if".
    pub const fn text_en(self) -> &'static str {
        match self {
            Self::Delivered => "the request has reached the recipient",
            Self::NotDelivered => "the request has not reached the recipient yet",
            Self::Registered => "the request was registered",
            Self::NeverRegistered => "the request was never registered",
            Self::PaperRecipient => "the recipient is on the paper channel",
            Self::DigitalRecipient => "the recipient is on the digital channel",
            Self::Extendable => "the kind allows an extension",
            Self::NotYetExtended => "it was not extended before",
            Self::MeasureKind => "the kind has a measure",
            Self::MeasureInForce => "a measure is in force",
            Self::NoMeasureInForce => "no measure is in force any more",
            Self::QuietPeriodOver => "the quiet period is over",
            Self::UnfoundedReturn => "the return was unfounded",
            Self::FoundedReturn => "the return was right",
            Self::SendersClock => "the clock is the sender's",
            Self::RecipientsClock => "the clock is the recipient's",
            Self::NoticeDrafted => "the drafted notice is not decided yet",
        }
    }
}
