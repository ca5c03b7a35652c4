//! When a case without conditions must be looked at again (L106 Art. 38.3, 38.4; D152 Art. 22). Months and years end on the
//! corresponding date (BLDS Art. 148.3); purely on the calendar, so that a replay needs no days off.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::state::EnforcementCase;
use super::status::CaseStatus;
use super::vocabulary::Initiative;
use crate::domain::macros::text_enum;

text_enum! {
    /// What is due in a case.
    pub enum DueKind {
        /// Xác minh lại điều kiện thi hành án (L106 Art. 38.3).
        Verify => "VERIFY",
        /// Gửi lại yêu cầu thi hành án (D152 Art. 22.2).
        SendBack => "SEND_BACK",
        /// Chuyển sổ theo dõi riêng (D152 Art. 22.1).
        SeparateRegister => "SEPARATE_REGISTER",
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

/// After how many years without conditions a case leaves the current books.
const YEARS_WITHOUT_CONDITIONS: i32 = 2;

/// The day on which two years have passed since the decision that there are no conditions.
pub(super) fn two_years_after(decided: Date) -> Date {
    decided.saturating_add(YEARS_WITHOUT_CONDITIONS.years())
}

impl EnforcementCase {
    /// What is due next, if anything: of a case without conditions the next verification or, if that comes first, what follows
    /// after two years.
    pub fn due(&self) -> Option<Due> {
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
