//! When a case must be looked at again: without conditions (L106 Art. 38.3, 38.4; D152 Art. 22), or with grounds for coercion (L106
//! Art. 66.4). Months and years end on the corresponding date (BLDS Art. 148.3), the day of the ground does not count (Art. 147.2);
//! purely on the calendar, so that a replay needs no days off: a term that ends on one is told a little early (Art. 148.5).

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::state::EnforcementCase;
use super::status::CaseStatus;
use super::vocabulary::Initiative;
use crate::domain::error::Localized;
use crate::domain::macros::text_enum;

text_enum! {
    /// What is due in a case.
    pub enum DueKind {
        /// Cưỡng chế trong 10 ngày kể từ ngày có căn cứ (L106 Art. 66.4).
        Coerce => "COERCE",
        /// Xác minh lại điều kiện thi hành án (L106 Art. 38.3).
        Verify => "VERIFY",
        /// Gửi lại yêu cầu thi hành án (D152 Art. 22.2).
        SendBack => "SEND_BACK",
        /// Chuyển sổ theo dõi riêng (D152 Art. 22.1).
        SeparateRegister => "SEPARATE_REGISTER",
    }
}

impl DueKind {
    /// The label on pages.
    pub fn label(self) -> Localized {
        let (vi, en) = match self {
            Self::Coerce => ("cưỡng chế (khoản 4 Điều 66)", "coerce (Art. 66.4)"),
            Self::Verify => ("xác minh lại điều kiện", "verify conditions again"),
            Self::SendBack => ("gửi lại yêu cầu", "send the request back"),
            Self::SeparateRegister => ("chuyển sổ theo dõi riêng", "move to the separate register"),
        };
        Localized::new(vi, en)
    }
}

/// A day on which something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// The day.
    pub date: Date,
    /// What.
    pub kind: DueKind,
}

/// Within how many days coercion follows its ground (L106 Art. 66.4).
const DAYS_TO_COERCE: i32 = 10;

/// After how many years without conditions a case leaves the current books.
const YEARS_WITHOUT_CONDITIONS: i32 = 2;

/// The day on which two years have passed since the decision that there are no conditions.
pub(super) fn two_years_after(decided: Date) -> Date {
    decided.saturating_add(YEARS_WITHOUT_CONDITIONS.years())
}

impl EnforcementCase {
    /// What is due next, if anything: coercion of which there are grounds; of a case without conditions the next verification or,
    /// if that comes first, what follows after two years.
    pub fn due(&self) -> Option<Due> {
        if let Some(since) = self.coercion {
            return Some(Due {
                date: since.saturating_add(DAYS_TO_COERCE.days()),
                kind: DueKind::Coerce,
            });
        }
        if self.status != CaseStatus::NoConditions {
            return None;
        }
        let verified = self.verified.unwrap_or(self.since);
        let verify = Due {
            date: verified.saturating_add(self.verify_every.months().months()),
            kind: DueKind::Verify,
        };
        let leave = Due {
            date: two_years_after(self.since),
            kind: match self.initiative {
                Initiative::Proactive => DueKind::SeparateRegister,
                Initiative::OnRequest => DueKind::SendBack,
            },
        };
        Some(if verify.date < leave.date { verify } else { leave })
    }
}
