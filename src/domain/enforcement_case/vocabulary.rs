//! The words of a case: what is owed, on whose initiative, marks, and where money came from.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::dong::Dong;
use crate::domain::macros::{checked_text, text_enum};

fn is_obligation_id(text: &str) -> bool {
    (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

checked_text! {
    /// The id of an obligation within its case, chosen by the agency. So short that no personal number fits.
    pub struct ObligationId(is_obligation_id, "an obligation id: 1 to 10 letters, digits or hyphens");
}

text_enum! {
    /// On whose initiative the enforcement decision was made.
    pub enum Initiative {
        /// Chủ động (L106 Art. 33.3).
        Proactive => "PROACTIVE",
        /// Theo yêu cầu (L106 Art. 34.3).
        OnRequest => "ON_REQUEST",
    }
}

impl Initiative {
    /// The label on pages.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Proactive => "Chủ động",
            Self::OnRequest => "Theo yêu cầu",
        }
    }
}

text_enum! {
    /// What is owed.
    pub enum ObligationKind {
        /// Tiền.
        Money => "MONEY",
        /// Thực hiện hoặc không được thực hiện công việc.
        Act => "ACT",
        /// Giao quyền sử dụng đất, nhà ở.
        Land => "LAND",
        /// Giao phương tiện.
        Vehicle => "VEHICLE",
        /// Giao, trả tài sản khác, giấy tờ.
        OtherAsset => "OTHER_ASSET",
    }
}

text_enum! {
    /// Marks by which cases are watched and reported (LAW section 11, lines 8, 20, 21, 48, 50).
    pub enum Tag {
        /// Tín dụng, ngân hàng.
        Credit => "CREDIT",
        /// Tham nhũng, kinh tế.
        CorruptionEconomic => "CORRUPTION_ECONOMIC",
        /// Án trọng điểm.
        KeyCase => "KEY_CASE",
        /// Thu hồi tài sản nhà nước.
        StateAssetRecovery => "STATE_ASSET_RECOVERY",
        /// Cấp dưỡng.
        Maintenance => "MAINTENANCE",
        /// Phải cưỡng chế.
        Coercion => "COERCION",
        /// Giá trị thi hành lớn.
        LargeValue => "LARGE_VALUE",
        /// Khó khăn, phức tạp, nhiều đơn thư.
        Complex => "COMPLEX",
    }
}

impl Tag {
    /// The label on pages.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Credit => "Tín dụng, ngân hàng",
            Self::CorruptionEconomic => "Tham nhũng, kinh tế",
            Self::KeyCase => "Án trọng điểm",
            Self::StateAssetRecovery => "Thu hồi tài sản nhà nước",
            Self::Maintenance => "Cấp dưỡng",
            Self::Coercion => "Phải cưỡng chế",
            Self::LargeValue => "Giá trị thi hành lớn",
            Self::Complex => "Khó khăn, phức tạp, nhiều đơn thư",
        }
    }
}

text_enum! {
    /// Where collected money came from.
    pub enum CollectionSource {
        /// Tự nguyện nộp.
        Voluntary => "VOLUNTARY",
        /// Khấu trừ tiền trong tài khoản.
        AccountDebit => "ACCOUNT_DEBIT",
        /// Trừ vào thu nhập.
        IncomeDeduction => "INCOME_DEDUCTION",
        /// Bán đấu giá, bán tài sản.
        Sale => "SALE",
        /// Giao tài sản trừ vào tiền thi hành án.
        AssetInKind => "ASSET_IN_KIND",
        /// Thu giữ, trừ vào tiền; thu từ người thứ ba.
        Seizure => "SEIZURE",
        /// Cơ quan khác chuyển đến: trại giam, cơ quan nhận ủy thác.
        OtherAgency => "OTHER_AGENCY",
        /// Nguồn khác.
        Other => "OTHER",
    }
}

text_enum! {
    /// How often the conditions of a debtor without any are verified again at least (L106 Art. 38.3).
    pub enum VerifyEvery {
        /// Sáu tháng một lần.
        SixMonths => "SIX_MONTHS",
        /// Mười hai tháng một lần: đang chấp hành phạt tù từ 02 năm, chưa xác định được địa chỉ.
        TwelveMonths => "TWELVE_MONTHS",
    }
}

impl VerifyEvery {
    /// In months.
    pub const fn months(self) -> i32 {
        match self {
            Self::SixMonths => 6,
            Self::TwelveMonths => 12,
        }
    }
}

/// An obligation (nghĩa vụ thi hành án) as a case is opened with it. Who owes it to whom stands in the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Obligation {
    /// Its id within the case.
    pub id: ObligationId,
    /// What is owed.
    pub kind: ObligationKind,
    /// How much, if it is money.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub amount: Option<Dong>,
    /// Whether several debtors owe it jointly (liên đới): each of them all of it, together once.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub joint: bool,
    /// Until when interest is in the amount; none: it bears none, or it is not reckoned yet.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub interest_until: Option<Date>,
    /// What of the amount was collected or fell away before the hub knew the case.
    #[serde(skip_serializing_if = "Dong::is_nothing", default)]
    pub settled_before: Dong,
}
