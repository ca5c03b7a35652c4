//! `ProgressDocument`: what happened in cases, a step a line. Which members a change has is one table.

use jiff::civil::Date;

use super::Document;
use super::member::{choice_member, object};
use super::parts::Text;
use crate::domain::enforcement_case::{
    CaseChange, CaseStatus, CollectionSource, Dong, Ground, ObligationId, Tag, VerifyEvery,
};
use crate::domain::error::FieldViolation;
use crate::domain::ids::{AgencyCode, CaseId, IdempotencyKey, OfficerId, RequestId, UnitId};
use crate::domain::macros::text_enum;

text_enum! {
    /// What can be stated of a case after it was opened.
    pub enum StepKind {
        /// Trạng thái.
        StatusChanged => "status_changed",
        /// Xác minh lại, vẫn chưa có điều kiện.
        Verified => "verified",
        /// Có căn cứ cưỡng chế.
        CoercionGround => "coercion_ground",
        /// Đã quyết định việc cưỡng chế.
        CoercionDecided => "coercion_decided",
        /// Đã thu.
        Collected => "collected",
        /// Giảm trừ.
        Discharged => "discharged",
        /// Hủy bút toán thu.
        CollectionReversed => "collection_reversed",
        /// Hủy bút toán giảm trừ.
        DischargeReversed => "discharge_reversed",
        /// Số tiền phải thi hành thay đổi.
        AmountChanged => "amount_changed",
        /// Đã thực hiện nghĩa vụ không phải tiền.
        Performed => "performed",
        /// Phân công.
        Assigned => "assigned",
        /// Nhãn.
        Tagged => "tagged",
    }
}
choice_member!(StepKind);
choice_member!(CollectionSource);

impl StepKind {
    /// The members that it has beside `case_id`, `expected_version`, `change`, `date` and `note`; those before the bar are required.
    const fn members(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::StatusChanged => (&["to", "ground"], &["verified", "verify_every"]),
            Self::Verified => (&[], &["verify_every"]),
            Self::CoercionGround | Self::CoercionDecided => (&[], &[]),
            Self::Collected => (&["obligation", "amount", "source"], &["enforcement_request_id"]),
            Self::Discharged => (&["obligation", "amount", "ground"], &[]),
            Self::CollectionReversed => (&["obligation", "amount"], &["enforcement_request_id"]),
            Self::DischargeReversed => (&["obligation", "amount"], &[]),
            Self::AmountChanged => (&["obligation", "amount", "ground"], &["interest_until"]),
            Self::Performed => (&["obligation", "done"], &[]),
            Self::Assigned => (&[], &["unit", "officer_id"]),
            Self::Tagged => (&[], &["add", "remove"]),
        }
    }
}

object! {
    /// States what happened in cases: all of it or nothing, in this order.
    pub struct ProgressDocument {
        /// `lienthong/case-progress/1`.
        pub schema: Text<50>,
        /// The agency's key that makes it safe to retry, for ever.
        pub idempotency_key: IdempotencyKey,
        /// The agency that has the cases.
        pub agency: AgencyCode,
        /// The steps: 1 to 200, of one case or of several.
        pub steps: Vec<StepItem>,
    }
}

object! {
    /// One step of one case.
    pub struct StepItem {
        /// Which case.
        pub case_id: CaseId,
        /// The version of the case that was seen, before any step of this document; absent: it is not checked.
        pub expected_version: Option<u64>,
        /// What happened.
        pub change: StepKind,
        /// From which day on.
        pub date: Date,
        /// The status.
        pub to: Option<CaseStatus>,
        /// Why.
        pub ground: Option<Ground>,
        /// When conditions were last verified.
        pub verified: Option<Date>,
        /// How often they are verified again.
        pub verify_every: Option<VerifyEvery>,
        /// Of which obligation.
        pub obligation: Option<ObligationId>,
        /// How much in đồng: a decimal text.
        pub amount: Option<Dong>,
        /// Where money came from.
        pub source: Option<CollectionSource>,
        /// The request whose answer sent the money.
        pub enforcement_request_id: Option<RequestId>,
        /// Until when interest is in the amount.
        pub interest_until: Option<Date>,
        /// Whether it is done.
        pub done: Option<bool>,
        /// The unit.
        pub unit: Option<UnitId>,
        /// The enforcement officer.
        pub officer_id: Option<OfficerId>,
        /// Marks that come.
        pub add: Vec<Tag>,
        /// Marks that go.
        pub remove: Vec<Tag>,
        /// In words.
        pub note: Option<Text<2000>>,
    }
}

impl StepItem {
    /// Which of the members that depend on the change are there.
    fn stated(&self) -> [(&'static str, bool); 14] {
        [
            ("to", self.to.is_some()),
            ("ground", self.ground.is_some()),
            ("verified", self.verified.is_some()),
            ("verify_every", self.verify_every.is_some()),
            ("obligation", self.obligation.is_some()),
            ("amount", self.amount.is_some()),
            ("source", self.source.is_some()),
            ("enforcement_request_id", self.enforcement_request_id.is_some()),
            ("interest_until", self.interest_until.is_some()),
            ("done", self.done.is_some()),
            ("unit", self.unit.is_some()),
            ("officer_id", self.officer_id.is_some()),
            ("add", !self.add.is_empty()),
            ("remove", !self.remove.is_empty()),
        ]
    }

    /// What changes; none if a member that it needs is missing, which a check has told.
    pub fn change(&self) -> Option<CaseChange> {
        let date = self.date;
        let obligation = self.obligation.clone();
        Some(match self.change {
            StepKind::StatusChanged => CaseChange::StatusChanged {
                date,
                to: self.to?,
                ground: self.ground?,
                verified: self.verified,
                verify_every: self.verify_every,
            },
            StepKind::Verified => CaseChange::Verified {
                date,
                verify_every: self.verify_every,
            },
            StepKind::CoercionGround => CaseChange::CoercionGround { date },
            StepKind::CoercionDecided => CaseChange::CoercionDecided { date },
            StepKind::Collected => CaseChange::Collected {
                date,
                obligation: obligation?,
                amount: self.amount?,
                source: self.source?,
                request: self.enforcement_request_id.clone(),
            },
            StepKind::Discharged => CaseChange::Discharged {
                date,
                obligation: obligation?,
                amount: self.amount?,
                ground: self.ground?,
            },
            StepKind::CollectionReversed => CaseChange::CollectionReversed {
                date,
                obligation: obligation?,
                amount: self.amount?,
                request: self.enforcement_request_id.clone(),
            },
            StepKind::DischargeReversed => CaseChange::DischargeReversed {
                date,
                obligation: obligation?,
                amount: self.amount?,
            },
            StepKind::AmountChanged => CaseChange::AmountChanged {
                date,
                obligation: obligation?,
                amount: self.amount?,
                ground: self.ground?,
                interest_until: self.interest_until,
            },
            StepKind::Performed => CaseChange::Performed {
                date,
                obligation: obligation?,
                done: self.done?,
            },
            StepKind::Assigned => CaseChange::Assigned {
                date,
                unit: self.unit.clone(),
                officer: self.officer_id.clone(),
            },
            StepKind::Tagged => CaseChange::Tagged {
                date,
                add: self.add.iter().copied().collect(),
                remove: self.remove.iter().copied().collect(),
            },
        })
    }
}

impl Document for ProgressDocument {
    const SCHEMA: &'static str = "lienthong/case-progress/1";

    fn schema(&self) -> &str {
        self.schema.as_str()
    }

    fn idempotency_key(&self) -> &IdempotencyKey {
        &self.idempotency_key
    }

    fn agency(&self) -> &AgencyCode {
        &self.agency
    }

    fn enforcement_request_id(&self) -> Option<&RequestId> {
        None
    }

    fn check(&self, found: &mut Vec<FieldViolation>) {
        if self.steps.is_empty() {
            found.push(super::required(
                "/steps",
                "Phải có ít nhất một bước.",
                "At least one step is required.",
            ));
        }
        for (index, step) in self.steps.iter().enumerate() {
            let (required, optional) = step.change.members();
            for (member, is_stated) in step.stated() {
                let place = format!("/steps/{index}/{member}");
                if required.contains(&member) && !is_stated {
                    found.push(super::required(
                        &place,
                        "Thay đổi này phải có trường này.",
                        "This change requires the member.",
                    ));
                } else if is_stated && !required.contains(&member) && !optional.contains(&member) {
                    found.push(FieldViolation::new(
                        place,
                        "not_of_this_change",
                        "Thay đổi này không có trường này.",
                        "This change has no such member.",
                    ));
                }
            }
        }
    }
}
