//! Why a change does not fit its case: which member of the change is wrong, and what its sender should do.

use crate::domain::error::FieldViolation;

/// A change that does not fit. Nothing of it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub enum Rejection {
    /// A case is opened once, and first.
    NotOpened,
    /// It is open already.
    AlreadyOpened,
    /// Nothing is owed, or an obligation stands twice.
    Obligations,
    /// Money without an amount, an amount of what is no money, or more settled before than is owed.
    Amounts,
    /// Only a case that was carried over begins in another status, and never in one that ends it.
    OpeningStatus,
    /// There is no such obligation.
    NoObligation,
    /// The obligation is no money.
    NotMoney,
    /// The obligation is money: it is fulfilled by what is collected.
    Money,
    /// An amount of nothing.
    Nothing,
    /// More than the rest of the obligation.
    AboveRest,
    /// More than was entered before.
    AboveEntered,
    /// Less than what has been collected and has fallen away.
    BelowSettled,
    /// From this status a case does not go there.
    Transition,
    /// The ground is not one for this.
    Ground,
    /// The date is before the case, or before its last change of status.
    TooEarly,
    /// The date has not come yet.
    Future,
    /// Something is still owed.
    StillOwed,
    /// The two years have not passed (L106 Art. 38.4; D152 Art. 22).
    TwoYears,
    /// The separate register takes cases of the agency's own initiative, and only requests can be sent back (D152 Art. 22).
    WrongInitiative,
    /// The case has ended.
    Ended,
    /// Only a case without conditions is verified again.
    NotWithoutConditions,
    /// Coercion has grounds only while the case is in progress.
    NotInProgress,
    /// There are grounds for coercion already on which nothing was decided.
    CoercionOpen,
    /// No grounds for coercion were stated.
    NoCoercion,
    /// A mark comes that it has, or goes that it has not.
    Tags,
}

impl Rejection {
    /// The member of the change that is wrong.
    pub const fn member(self) -> &'static str {
        match self {
            Self::NotOpened
            | Self::AlreadyOpened
            | Self::Ended
            | Self::NotWithoutConditions
            | Self::NotInProgress
            | Self::CoercionOpen
            | Self::NoCoercion => "change",
            Self::Obligations | Self::Amounts => "obligations",
            Self::OpeningStatus => "status",
            Self::NoObligation | Self::NotMoney | Self::Money => "obligation",
            Self::Nothing | Self::AboveRest | Self::AboveEntered | Self::BelowSettled => "amount",
            Self::Transition | Self::StillOwed | Self::WrongInitiative => "to",
            Self::Ground => "ground",
            Self::TooEarly | Self::Future | Self::TwoYears => "date",
            Self::Tags => "add",
        }
    }

    /// Its stable name.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotOpened => "not_opened",
            Self::AlreadyOpened => "already_opened",
            Self::Obligations => "obligations",
            Self::Amounts => "amounts",
            Self::OpeningStatus => "opening_status",
            Self::NoObligation => "no_such_obligation",
            Self::NotMoney => "not_money",
            Self::Money => "money",
            Self::Nothing => "nothing",
            Self::AboveRest => "above_rest",
            Self::AboveEntered => "above_entered",
            Self::BelowSettled => "below_settled",
            Self::Transition => "transition",
            Self::Ground => "ground",
            Self::TooEarly => "too_early",
            Self::Future => "future",
            Self::StillOwed => "still_owed",
            Self::TwoYears => "two_years",
            Self::WrongInitiative => "wrong_initiative",
            Self::Ended => "case_ended",
            Self::NotWithoutConditions => "not_without_conditions",
            Self::NotInProgress => "not_in_progress",
            Self::CoercionOpen => "coercion_open",
            Self::NoCoercion => "no_coercion",
            Self::Tags => "tags",
        }
    }

    /// The texts for people, Vietnamese and English.
    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::NotOpened => ("Việc thi hành án chưa được lập.", "The case has not been opened."),
            Self::AlreadyOpened => ("Việc thi hành án đã được lập.", "The case is open already."),
            Self::Obligations => (
                "Phải có ít nhất một nghĩa vụ, mỗi mã nghĩa vụ một lần.",
                "At least one obligation is required, each id once.",
            ),
            Self::Amounts => (
                "Nghĩa vụ về tiền phải có số tiền lớn hơn 0; nghĩa vụ khác không có số tiền; phần đã giải quyết trước không được vượt số tiền.",
                "Money has an amount above nothing, other obligations have none; what was settled before is not above the amount.",
            ),
            Self::OpeningStatus => (
                "Việc mới thụ lý ở trạng thái đang thi hành; chỉ việc cũ chuyển sang mới có trạng thái khác (chưa kết thúc), kèm căn cứ.",
                "A new case is in progress; only one that was carried over begins in another status that is no end, with its ground.",
            ),
            Self::NoObligation => (
                "Việc không có nghĩa vụ mang mã này.",
                "The case has no obligation of this id.",
            ),
            Self::NotMoney => ("Nghĩa vụ này không phải là tiền.", "This obligation is no money."),
            Self::Money => (
                "Nghĩa vụ về tiền hoàn thành theo số tiền đã thu.",
                "An obligation of money is fulfilled by what is collected.",
            ),
            Self::Nothing => ("Số tiền phải lớn hơn 0.", "The amount must be above nothing."),
            Self::AboveRest => (
                "Số tiền vượt phần nghĩa vụ còn lại.",
                "The amount is above the rest of the obligation.",
            ),
            Self::AboveEntered => (
                "Số tiền vượt số đã ghi nhận trước đó.",
                "The amount is above what was entered before.",
            ),
            Self::BelowSettled => (
                "Số tiền thấp hơn phần đã thu và đã giảm trừ.",
                "The amount is below what has been collected and has fallen away.",
            ),
            Self::Transition => (
                "Việc không được chuyển từ trạng thái hiện tại sang trạng thái này.",
                "The case does not go from its status to this one.",
            ),
            Self::Ground => (
                "Căn cứ này không dùng cho thay đổi này.",
                "This is no ground for this change.",
            ),
            Self::TooEarly => (
                "Ngày không được trước ngày lập việc hoặc trước lần thay đổi trạng thái gần nhất.",
                "The date is before the case or before its last change of status.",
            ),
            Self::Future => ("Ngày không được ở tương lai.", "The date has not come yet."),
            Self::StillOwed => (
                "Còn nghĩa vụ chưa thi hành xong.",
                "There is an obligation that is not fulfilled.",
            ),
            Self::TwoYears => (
                "Chưa hết 02 năm kể từ ngày có quyết định về việc chưa có điều kiện thi hành án.",
                "Two years have not passed since the decision that there are no conditions.",
            ),
            Self::WrongInitiative => (
                "Việc chủ động thì chuyển sổ theo dõi riêng; việc theo yêu cầu thì gửi lại yêu cầu.",
                "A case of the agency's own initiative goes to the separate register, a request is sent back.",
            ),
            Self::Ended => ("Việc đã kết thúc.", "The case has ended."),
            Self::NotWithoutConditions => (
                "Chỉ xác minh định kỳ đối với việc chưa có điều kiện thi hành.",
                "Only a case without conditions is verified again.",
            ),
            Self::NotInProgress => (
                "Chỉ việc đang thi hành mới ghi căn cứ cưỡng chế.",
                "Only a case in progress has grounds for coercion.",
            ),
            Self::CoercionOpen => (
                "Đã ghi căn cứ cưỡng chế mà chưa quyết định; ghi bước coercion_decided trước.",
                "There are grounds for coercion already on which nothing was decided; state coercion_decided first.",
            ),
            Self::NoCoercion => ("Chưa ghi căn cứ cưỡng chế.", "No grounds for coercion were stated."),
            Self::Tags => (
                "Nhãn thêm đã có, hoặc nhãn bỏ không có, hoặc không nêu nhãn nào.",
                "A mark that comes is there, or one that goes is not, or none is named.",
            ),
        }
    }

    /// As what is wrong with the change at `pointer` of a document.
    pub fn violation(self, pointer: &str) -> FieldViolation {
        let (vi, en) = self.texts();
        FieldViolation::new(format!("{pointer}/{}", self.member()), self.reason(), vi, en)
    }
}
