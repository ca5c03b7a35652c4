//! The figures of cases, kept by the month and never totalled anew: each change of a case moves a few lines of the books
//! ([`count()`]), and a period is the sum of its months on top of all months before it ([`Book`]). What moves when is told in
//! [decision 0032](../../../../docs/decisions/0032-reports.md).

pub mod book;
pub mod booking;
pub mod case_figure;
pub mod count;
pub mod period_book;
pub mod period_figures;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod provinces;
#[cfg(test)]
mod reference;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use book::{Book, BookedMonth};
pub use booking::{Booking, Movement, movements};
pub use count::{Key, count};
pub use period_book::PeriodBook;
pub use period_figures::PeriodFigures;

use super::super::enforcement_case::CaseStatus;
use super::super::macros::text_enum;

text_enum! {
    /// A line of the books. The first thirteen are flows within a month, the last five say how a stock changed in it.
    pub enum Line {
        /// Cũ chuyển sang, from books before the hub's.
        Brought => "brought",
        /// Thụ lý mới.
        Opened => "opened",
        /// Thụ lý lại: an end fell away.
        Reopened => "reopened",
        /// Từ sổ theo dõi riêng trở lại.
        FromSeparate => "from_separate",
        /// Chuyển sổ theo dõi riêng.
        ToSeparate => "to_separate",
        /// Nhận, chuyển giữa các đơn vị, chấp hành viên; also marks given and taken. Nothing in the sum of all.
        Moved => "moved",
        /// Tăng, giảm số tiền phải thi hành.
        Amended => "amended",
        /// Ủy thác đi.
        Entrusted => "entrusted",
        /// Thu hồi, hủy quyết định thi hành án.
        Revoked => "revoked",
        /// Gửi lại yêu cầu thi hành án.
        SentBack => "sent_back",
        /// Thi hành xong; in money what was collected.
        Completed => "completed",
        /// Đình chỉ; in money what was still owed.
        Discontinued => "discontinued",
        /// Miễn, giảm, đình chỉ một phần; money alone.
        Discharged => "discharged",
        /// Đang thi hành.
        InProgress => "in_progress",
        /// Hoãn.
        Postponed => "postponed",
        /// Tạm đình chỉ.
        Suspended => "suspended",
        /// Chưa có điều kiện.
        NoConditions => "no_conditions",
        /// Chưa có điều kiện, đã chuyển sổ theo dõi riêng.
        Separate => "separate",
    }
}

/// Where a case of a status stands in the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Among those to enforce, in this stock.
    Within(Line),
    /// In the register of its own.
    Separate,
    /// Gone, by this flow.
    Gone(Line),
}

impl Place {
    /// Of a status.
    pub(super) const fn of(status: CaseStatus) -> Self {
        match status {
            CaseStatus::InProgress => Self::Within(Line::InProgress),
            CaseStatus::Postponed => Self::Within(Line::Postponed),
            CaseStatus::Suspended => Self::Within(Line::Suspended),
            CaseStatus::NoConditions => Self::Within(Line::NoConditions),
            CaseStatus::SeparateRegister => Self::Separate,
            CaseStatus::Completed => Self::Gone(Line::Completed),
            CaseStatus::Discontinued => Self::Gone(Line::Discontinued),
            CaseStatus::Entrusted => Self::Gone(Line::Entrusted),
            CaseStatus::Revoked => Self::Gone(Line::Revoked),
            CaseStatus::RequestSentBack => Self::Gone(Line::SentBack),
        }
    }

    /// The stock it is counted in, if in any.
    pub(super) const fn stock(self) -> Option<Line> {
        match self {
            Self::Within(line) => Some(line),
            Self::Separate => Some(Line::Separate),
            Self::Gone(_) => None,
        }
    }
}

/// So many cases and so much money: về việc, về tiền. Either may be negative in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount {
    /// Cases.
    pub cases: i64,
    /// Đồng.
    pub dong: i128,
}

impl Amount {
    /// Of both.
    pub const fn new(cases: i64, dong: i128) -> Self {
        Self { cases, dong }
    }

    /// Money alone.
    pub const fn dong(dong: i128) -> Self {
        Self { cases: 0, dong }
    }

    /// This and `other`. Stays at the ends of the range, which 9·10¹⁸ cases do not reach.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            cases: self.cases.saturating_add(other.cases),
            dong: self.dong.saturating_add(other.dong),
        }
    }

    /// This less `other`.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        self.plus(other.negated())
    }

    /// The other way.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self {
            cases: self.cases.saturating_neg(),
            dong: self.dong.saturating_neg(),
        }
    }

    const fn is_nothing(self) -> bool {
        self.cases == 0 && self.dong == 0
    }
}

/// In JSON a pair, the money as a decimal text: `[3,"1500000"]`.
impl Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.cases, self.dong.to_string()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (cases, dong) = <(i64, String)>::deserialize(deserializer)?;
        let dong = dong.parse().map_err(serde::de::Error::custom)?;
        Ok(Self { cases, dong })
    }
}

/// What stands on the lines, of a month or of many. A line with nothing on it is not there, so that equal figures are
/// written alike.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Figures(BTreeMap<Line, Amount>);

impl Figures {
    /// What stands on a line.
    pub fn get(&self, line: Line) -> Amount {
        self.0.get(&line).copied().unwrap_or_default()
    }

    /// Adds to a line.
    pub fn add(&mut self, line: Line, amount: Amount) {
        let sum = self.get(line).plus(amount);
        if sum.is_nothing() {
            self.0.remove(&line);
        } else {
            self.0.insert(line, sum);
        }
    }

    /// Adds all lines of `other`.
    pub fn add_all(&mut self, other: &Self) {
        for (line, amount) in &other.0 {
            self.add(*line, *amount);
        }
    }

    /// Whether nothing stands on any line.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lines with something on them, in order.
    pub fn lines(&self) -> impl Iterator<Item = (Line, Amount)> {
        self.0.iter().map(|(line, amount)| (*line, *amount))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} việc/{} đồng", self.cases, self.dong)
    }
}
