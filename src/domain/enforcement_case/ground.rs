//! The grounds of a change, each with its article. Of Art. 46–48 of the law only the articles are verified, so their points are not
//! codes: a document states them in words.

use super::status::CaseStatus;
use crate::domain::macros::text_enum;

text_enum! {
    /// Why a status or an amount changed.
    pub enum Ground {
        /// L106 Art. 38.1 point a.
        NoConditionsA => "L106_38_1_A",
        /// L106 Art. 38.1 point b.
        NoConditionsB => "L106_38_1_B",
        /// L106 Art. 38.1 point c.
        NoConditionsC => "L106_38_1_C",
        /// L106 Art. 38.1 point d.
        NoConditionsD => "L106_38_1_D",
        /// L106 Art. 38.1 point đ.
        NoConditionsDd => "L106_38_1_DD",
        /// L106 Art. 38.1 point e.
        NoConditionsE => "L106_38_1_E",
        /// L106 Art. 38.1 point g.
        NoConditionsG => "L106_38_1_G",
        /// L106 Art. 38.1 point h.
        NoConditionsH => "L106_38_1_H",
        /// There are conditions again: verify and enforce (L106 Art. 38.2; D152 Art. 22.1).
        ConditionsFound => "L106_38_2",
        /// Postponed (L106 Art. 46).
        Postponed => "L106_46",
        /// Suspended (L106 Art. 47).
        Suspended => "L106_47",
        /// Discontinued (L106 Art. 48).
        Discontinued => "L106_48",
        /// The creditor has no heir (D152 Art. 25.1b with L106 Art. 48).
        NoHeir => "D152_25_1_B",
        /// Enforcement goes on (quyết định tiếp tục thi hành án).
        Continued => "CONTINUED",
        /// After two years without conditions, on the agency's own initiative: the separate register (D152 Art. 22.1).
        SeparateRegister => "D152_22_1",
        /// After two years without conditions, on request: the request goes back (L106 Art. 38.4; D152 Art. 22.2).
        RequestSentBack => "D152_22_2",
        /// Every obligation is fulfilled (L106 Art. 55.3).
        Fulfilled => "L106_55_3",
        /// Ended: only a measure was annulled, or a provisional measure carried out (D152 Art. 32.1a).
        EndedA => "D152_32_1_A",
        /// Ended by the law on recovery and bankruptcy (D152 Art. 32.1b).
        EndedB => "D152_32_1_B",
        /// Ended: papers or notes that cannot be returned (D152 Art. 32.1c).
        EndedC => "D152_32_1_C",
        /// Ended: visiting rights that have lapsed (D152 Art. 32.1đ).
        EndedDd => "D152_32_1_DD",
        /// Ended: prosecution for not obeying the judgment (D152 Art. 32.1e).
        EndedE => "D152_32_1_E",
        /// Entrusted to another agency (L106 Art. 49; D152 Art. 26).
        Entrusted => "L106_49",
        /// The enforcement decision is revoked (thu hồi).
        DecisionRevoked => "DECISION_REVOKED",
        /// The enforcement decision is annulled (hủy).
        DecisionAnnulled => "DECISION_ANNULLED",
        /// The decision that ended the case has fallen.
        EndAnnulled => "END_ANNULLED",
        /// A mistake is set right (đính chính).
        Correction => "CORRECTION",
        /// Exempted or reduced by the court (L106 Art. 42–45).
        Exempted => "L106_42",
        /// Set off (D152 Art. 31).
        SetOff => "D152_31",
        /// Agreed between the parties (D152 Art. 14).
        Agreement => "D152_14",
        /// Interest for late performance reckoned anew.
        Interest => "INTEREST",
        /// The judgment was corrected, explained or changed (L106 Art. 13).
        JudgmentChanged => "L106_13",
    }
}

impl Ground {
    /// Whether it is a ground for a case to go to `status`.
    pub const fn leads_to(self, status: CaseStatus) -> bool {
        match status {
            CaseStatus::InProgress => matches!(
                self,
                Self::ConditionsFound | Self::Continued | Self::EndAnnulled | Self::Correction
            ),
            CaseStatus::Postponed => matches!(self, Self::Postponed),
            CaseStatus::Suspended => matches!(self, Self::Suspended),
            CaseStatus::NoConditions => matches!(
                self,
                Self::NoConditionsA
                    | Self::NoConditionsB
                    | Self::NoConditionsC
                    | Self::NoConditionsD
                    | Self::NoConditionsDd
                    | Self::NoConditionsE
                    | Self::NoConditionsG
                    | Self::NoConditionsH
            ),
            CaseStatus::SeparateRegister => matches!(self, Self::SeparateRegister),
            CaseStatus::Completed => matches!(
                self,
                Self::Fulfilled | Self::EndedA | Self::EndedB | Self::EndedC | Self::EndedDd | Self::EndedE
            ),
            CaseStatus::Discontinued => matches!(self, Self::Discontinued | Self::NoHeir),
            CaseStatus::Entrusted => matches!(self, Self::Entrusted),
            CaseStatus::Revoked => matches!(self, Self::DecisionRevoked | Self::DecisionAnnulled),
            CaseStatus::RequestSentBack => matches!(self, Self::RequestSentBack),
        }
    }

    /// Whether a case that has ended may go on for it.
    pub const fn reopens(self) -> bool {
        matches!(self, Self::EndAnnulled | Self::Correction)
    }

    /// Whether part of an obligation can fall away for it.
    pub const fn discharges(self) -> bool {
        matches!(
            self,
            Self::Exempted | Self::Discontinued | Self::NoHeir | Self::SetOff | Self::Agreement | Self::Entrusted
        )
    }

    /// Whether the amount of an obligation can change for it.
    pub const fn changes_amount(self) -> bool {
        matches!(self, Self::Interest | Self::JudgmentChanged | Self::Correction)
    }
}
