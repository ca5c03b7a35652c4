//! Marks: values that no honest text of the hub can hold, one for each sort of sensitive data and of the form that its
//! field takes. A mark begins with the words or digits of its sort, so that one that was cut at its end is still known, and
//! two marks of a sort differ behind them where there is room.

use std::sync::LazyLock;

use lienthong::domain::identifier::tax_code;

/// A sort of sensitive data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    /// Names of people, addresses, reasons, subjects, file names: everything in words.
    Words,
    /// Số định danh cá nhân.
    PersonId,
    /// Số chứng minh nhân dân.
    OldId,
    /// Mã số thuế, mã số doanh nghiệp.
    TaxCode,
    /// Mã số bảo hiểm xã hội.
    SocialInsurance,
    /// Hộ chiếu.
    Passport,
    /// Số tài khoản.
    Account,
    /// Số điện thoại.
    Phone,
    /// Thư điện tử.
    Email,
    /// Số, ký hiệu of a paper of a case.
    PaperNumber,
}

/// Digits with the check digit that belongs to them.
static TAX_CODE: LazyLock<String> = LazyLock::new(|| {
    let mut codes = (0..100).map(|last| format!("07719377{last:02}"));
    codes
        .find(|code| tax_code::check(code).is_ok())
        .expect("one of them is sound")
});

impl Sort {
    /// Every sort.
    pub(crate) const ALL: &[Self] = &[
        Self::Words,
        Self::PersonId,
        Self::OldId,
        Self::TaxCode,
        Self::SocialInsurance,
        Self::Passport,
        Self::Account,
        Self::Phone,
        Self::Email,
        Self::PaperNumber,
    ];

    /// What every mark of this sort begins with.
    pub(crate) fn sentinel(self) -> &'static str {
        match self {
            Self::Words => "Ngưỡng Mặc Thưởng",
            Self::PersonId => "0010937719",
            Self::OldId => "012771937",
            Self::TaxCode => &TAX_CODE,
            Self::SocialInsurance => "7719330291",
            Self::Passport => "C77193771",
            Self::Account => "771933440508",
            Self::Phone => "0971933771",
            Self::Email => "nguong.mac.thuong@",
            Self::PaperNumber => "77193/2026",
        }
    }

    /// The mark with this number, of at most `longest` characters.
    pub(crate) fn mark(self, number: usize, longest: usize) -> String {
        let sentinel = self.sentinel();
        let whole = match self {
            Self::Words => format!("{sentinel} {number}"),
            Self::PersonId => format!("{sentinel}{:02}", number % 100),
            Self::Account => format!("{sentinel}{number:03}"),
            Self::Email => format!("{sentinel}canary{number}.example"),
            Self::PaperNumber => format!("{sentinel}/QĐ-{number}"),
            Self::OldId | Self::TaxCode | Self::SocialInsurance | Self::Passport | Self::Phone => sentinel.to_owned(),
        };
        if whole.chars().count() <= longest {
            whole
        } else {
            sentinel.to_owned()
        }
    }
}

/// Amounts are the examples' times this number: sums still add up, and no other number looks like one of them.
pub(crate) const AMOUNT_FACTOR: i128 = 7_919;
