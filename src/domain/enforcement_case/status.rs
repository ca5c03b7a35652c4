//! The status of a case, and from which to which it may go.

use crate::domain::error::Localized;
use crate::domain::macros::text_enum;

text_enum! {
    /// Where a case stands.
    pub enum CaseStatus {
        /// Đang thi hành.
        InProgress => "IN_PROGRESS",
        /// Hoãn thi hành án (L106 Art. 46).
        Postponed => "POSTPONED",
        /// Tạm đình chỉ thi hành án (L106 Art. 47).
        Suspended => "SUSPENDED",
        /// Chưa có điều kiện thi hành (L106 Art. 38).
        NoConditions => "NO_CONDITIONS",
        /// Chưa có điều kiện, đã chuyển sổ theo dõi riêng (D152 Art. 22.1).
        SeparateRegister => "SEPARATE_REGISTER",
        /// Thi hành xong, kết thúc thi hành án (L106 Art. 55.3; D152 Art. 32).
        Completed => "COMPLETED",
        /// Đình chỉ thi hành án (L106 Art. 48).
        Discontinued => "DISCONTINUED",
        /// Ủy thác đi (L106 Art. 49).
        Entrusted => "ENTRUSTED",
        /// Thu hồi, hủy quyết định thi hành án.
        Revoked => "REVOKED",
        /// Đã gửi lại yêu cầu thi hành án (L106 Art. 38.4; D152 Art. 22.2).
        RequestSentBack => "REQUEST_SENT_BACK",
    }
}

text_enum! {
    /// What becomes of a measure in force when its case goes to another status.
    pub enum MeasureFate {
        /// Tiếp tục thực hiện: it stays as it is.
        Keep => "KEEP",
        /// Sẽ chấm dứt bằng quyết định: it stays until a decision ends it.
        EndToFollow => "END_TO_FOLLOW",
        /// Chuyển cho cơ quan nhận ủy thác: it stays; the agency that the case is entrusted to goes on with it.
        HandOver => "HAND_OVER",
    }
}

impl MeasureFate {
    /// What a holder is told.
    pub fn label(self) -> Localized {
        let (vi, en) = match self {
            Self::Keep => ("Tiếp tục thực hiện biện pháp", "The measure goes on"),
            Self::EndToFollow => (
                "Tiếp tục thực hiện cho đến khi có quyết định chấm dứt, sẽ được gửi sau",
                "The measure goes on until the decision that ends it, which will follow",
            ),
            Self::HandOver => (
                "Tiếp tục thực hiện; việc được ủy thác cho cơ quan thi hành án khác",
                "The measure goes on; the case is entrusted to another enforcement agency",
            ),
        };
        Localized::new(vi, en)
    }
}

impl CaseStatus {
    /// What becomes of measures in force. They end by a decision alone (L106 Art. 95; D152 Art. 42.7), never by themselves here.
    pub const fn fate_of_measures(self) -> MeasureFate {
        match self {
            Self::InProgress | Self::Postponed | Self::Suspended | Self::NoConditions | Self::SeparateRegister => {
                MeasureFate::Keep
            }
            Self::Completed | Self::Discontinued | Self::Revoked | Self::RequestSentBack => MeasureFate::EndToFollow,
            Self::Entrusted => MeasureFate::HandOver,
        }
    }

    /// Whether nothing is left to be enforced in it.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Completed | Self::Discontinued | Self::Entrusted | Self::Revoked | Self::RequestSentBack => true,
            Self::InProgress | Self::Postponed | Self::Suspended | Self::NoConditions | Self::SeparateRegister => false,
        }
    }

    /// Whether orders may be made in it that bind somebody anew. Protective and coercive measures need a case that is being
    /// enforced; in a case without conditions the officer still asks and freezes what turns up (L106 Art. 38.2).
    pub const fn takes_orders(self) -> bool {
        match self {
            Self::InProgress | Self::NoConditions | Self::SeparateRegister => true,
            Self::Postponed
            | Self::Suspended
            | Self::Completed
            | Self::Discontinued
            | Self::Entrusted
            | Self::Revoked
            | Self::RequestSentBack => false,
        }
    }

    /// The statuses to which a case may go from this one. From an end it goes back only if the end itself falls
    /// ([`Ground::reopens`](super::ground::Ground::reopens)).
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::InProgress => &[
                Self::Postponed,
                Self::Suspended,
                Self::NoConditions,
                Self::Completed,
                Self::Discontinued,
                Self::Entrusted,
                Self::Revoked,
            ],
            Self::Postponed => &[
                Self::InProgress,
                Self::Suspended,
                Self::NoConditions,
                Self::Completed,
                Self::Discontinued,
                Self::Entrusted,
                Self::Revoked,
            ],
            Self::Suspended => &[Self::InProgress, Self::Discontinued, Self::Revoked],
            Self::NoConditions => &[
                Self::InProgress,
                Self::Postponed,
                Self::Suspended,
                Self::SeparateRegister,
                Self::Completed,
                Self::Discontinued,
                Self::Entrusted,
                Self::Revoked,
                Self::RequestSentBack,
            ],
            Self::SeparateRegister => &[
                Self::InProgress,
                Self::Suspended,
                Self::Completed,
                Self::Discontinued,
                Self::Entrusted,
                Self::Revoked,
            ],
            Self::Completed | Self::Discontinued | Self::Entrusted | Self::Revoked | Self::RequestSentBack => {
                &[Self::InProgress]
            }
        }
    }

    /// Its name for people.
    pub fn label(self) -> Localized {
        let (vi, en) = match self {
            Self::InProgress => ("Đang thi hành", "in progress"),
            Self::Postponed => ("Hoãn thi hành án", "postponed"),
            Self::Suspended => ("Tạm đình chỉ thi hành án", "suspended"),
            Self::NoConditions => ("Chưa có điều kiện thi hành", "no conditions yet"),
            Self::SeparateRegister => (
                "Chưa có điều kiện, đã chuyển sổ theo dõi riêng",
                "in the separate register",
            ),
            Self::Completed => ("Thi hành xong", "completed"),
            Self::Discontinued => ("Đình chỉ thi hành án", "discontinued"),
            Self::Entrusted => ("Ủy thác đi", "entrusted"),
            Self::Revoked => ("Thu hồi, hủy quyết định thi hành án", "decision revoked"),
            Self::RequestSentBack => ("Đã gửi lại yêu cầu thi hành án", "request sent back"),
        };
        Localized::new(vi, en)
    }
}
