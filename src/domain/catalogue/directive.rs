//! What a province's directive asks of partners: the items by which its six-month report is told.

use crate::domain::macros::text_enum;

text_enum! {
    /// An item of directive 02/CT-UBND of Hà Nam (10/01/2017), in its order; the last is for what none names.
    pub enum DirectiveItem {
        /// Item 2.1: police, justice, finance and land offices.
        OnRequest => "2.1",
        /// Item 2.2a: what banks, social insurance and depositories know.
        Information => "2.2a",
        /// Item 2.2b.
        Freezes => "2.2b",
        /// Item 2.2c.
        Deductions => "2.2c",
        /// Item 3a.
        JudgmentsTransferred => "3a",
        /// Item 3b.
        JudgmentsExplained => "3b",
        /// Item 3c.
        Exemptions => "3c",
        /// Item 3d.
        Supervision => "3d",
        /// Of no item.
        Other => "Khác",
    }
}

impl DirectiveItem {
    /// What the directive asks for.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::OnRequest => "Công an, Tư pháp, Tài chính, Tài nguyên môi trường phối hợp khi có yêu cầu",
            Self::Information => "Cung cấp thông tin về tài khoản, các khoản thu nhập",
            Self::Freezes => "Phong tỏa, giải tỏa việc phong tỏa tài khoản, tài sản",
            Self::Deductions => "Thực hiện quyết định trừ thu nhập, khấu trừ tài khoản, trừ vào tiền",
            Self::JudgmentsTransferred => "Tòa án chuyển giao bản án, quyết định đã có hiệu lực",
            Self::JudgmentsExplained => "Sửa chữa, bổ sung, giải thích bản án, quyết định, trả lời kiến nghị",
            Self::Exemptions => "Xem xét miễn, giảm các khoản phải thi hành nộp ngân sách nhà nước",
            Self::Supervision => "Kiểm sát công tác thi hành án dân sự",
            Self::Other => "Phối hợp khác",
        }
    }

    pub(super) const fn other() -> Self {
        Self::Other
    }
}
