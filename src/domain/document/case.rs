//! `CaseDocument` and `ProgressDocument`: what an enforcement agency states of its cases. Parties and words stand here alone; what
//! is counted and decided goes on as changes of the case.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Document;
use super::member::{choice_member, object};
use super::parts::{JudgmentRef, Text};
use crate::domain::enforcement_case::{
    CaseStatus, DecisionNumber, Dong, Ground, Initiative, Obligation, ObligationId, ObligationKind, Opened, Tag,
    VerifyEvery,
};
use crate::domain::error::FieldViolation;
use crate::domain::identifier::document_number;
use crate::domain::ids::{AgencyCode, IdempotencyKey, OfficerId, RequestId, UnitId};

choice_member!(CaseStatus);
choice_member!(Ground);
choice_member!(Initiative);
choice_member!(ObligationKind);
choice_member!(Tag);
choice_member!(VerifyEvery);

object! {
    /// Registers cases (lập việc thi hành án): all of them or none.
    pub struct CaseDocument {
        /// `lienthong/case/1`.
        pub schema: Text<50>,
        /// The agency's key that makes it safe to retry, for ever.
        pub idempotency_key: IdempotencyKey,
        /// The agency that has the cases.
        pub agency: AgencyCode,
        /// The cases: 1 to 200.
        pub cases: Vec<CaseItem>,
    }
}

object! {
    /// One case, by its enforcement decision.
    pub struct CaseItem {
        /// Number and symbol of the enforcement decision as printed, for example 21101/QĐ-THADS.
        pub decision_number: Text<100>,
        /// The date of the enforcement decision.
        pub decision_date: Date,
        /// The judgment.
        pub judgment: Option<JudgmentRef>,
        /// The judgment transfer by which it came, if it came through the hub.
        pub judgment_transfer: Option<RequestId>,
        /// On whose initiative.
        pub initiative: Initiative,
        /// What is owed.
        pub obligations: Vec<ObligationItem>,
        /// Its marks.
        pub tags: Vec<Tag>,
        /// The unit that has it.
        pub unit: Option<UnitId>,
        /// The enforcement officer who has it.
        pub officer_id: Option<OfficerId>,
        /// Of a case from earlier books: their last day. It was unfinished then.
        pub carried_over_from: Option<Date>,
        /// Of a case from earlier books: the day on which it is taken on here; absent: the day after those books.
        pub taken_on: Option<Date>,
        /// Of a case from earlier books: where it stands; absent: in progress.
        pub status: Option<CaseStatus>,
        /// Why it stands there.
        pub ground: Option<Ground>,
        /// Since when it stands there.
        pub since: Option<Date>,
        /// Of a case without conditions: when they were last verified.
        pub verified: Option<Date>,
        /// Of a case without conditions: how often they are verified again.
        pub verify_every: Option<VerifyEvery>,
        /// In words.
        pub note: Option<Text<2000>>,
    }
}

object! {
    /// An obligation with its parties.
    pub struct ObligationItem {
        /// Its id within the case.
        pub id: ObligationId,
        /// What is owed.
        pub kind: ObligationKind,
        /// How much in đồng, if it is money: a decimal text.
        pub amount: Option<Dong>,
        /// Whether the debtors owe it jointly (liên đới).
        pub joint: Option<bool>,
        /// Who owes it (người phải thi hành án).
        pub debtors: Vec<CaseParty>,
        /// To whom (người được thi hành án).
        pub creditors: Vec<CaseParty>,
        /// Until when interest is in the amount.
        pub interest_until: Option<Date>,
        /// How interest goes on, in words.
        pub interest_note: Option<Text<500>>,
        /// What was settled before the hub knew the case, in đồng.
        pub settled_before: Option<Dong>,
        /// In words: the act, the land, the vehicle.
        pub description: Option<Text<1000>>,
    }
}

object! {
    /// A party (đương sự).
    pub struct CaseParty {
        /// Its name.
        pub name: Text<200>,
        /// Its personal, tax or business number.
        pub identifier: Option<Text<50>>,
        /// Its address.
        pub address: Option<Text<300>>,
    }
}

impl CaseItem {
    /// The enforcement decision.
    pub fn decision(&self) -> DecisionNumber {
        DecisionNumber {
            number: self.decision_number.as_str().to_owned(),
            date: self.decision_date,
        }
    }

    /// What the case is opened with. What does not fit is found by the case itself.
    pub fn opened(&self) -> Opened {
        let books_end = self.carried_over_from.and_then(|day| day.tomorrow().ok());
        let taken_on = self.taken_on.or(books_end);
        Opened {
            date: taken_on.unwrap_or(self.decision_date),
            initiative: self.initiative,
            status: self.status.unwrap_or(CaseStatus::InProgress),
            ground: self.ground,
            since: self.since,
            obligations: self.obligations.iter().map(ObligationItem::obligation).collect(),
            tags: self.tags.iter().copied().collect(),
            unit: self.unit.clone(),
            officer: self.officer_id.clone(),
            carried_over_from: self.carried_over_from,
            verified: self.verified,
            verify_every: self.verify_every,
            transfer: self.judgment_transfer.clone(),
        }
    }
}

impl ObligationItem {
    fn obligation(&self) -> Obligation {
        Obligation {
            id: self.id.clone(),
            kind: self.kind,
            amount: self.amount,
            joint: self.joint.unwrap_or(false),
            interest_until: self.interest_until,
            settled_before: self.settled_before.unwrap_or_default(),
        }
    }
}

impl Document for CaseDocument {
    const SCHEMA: &'static str = "lienthong/case/1";

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
        if self.cases.is_empty() {
            found.push(super::required(
                "/cases",
                "Phải có ít nhất một việc.",
                "At least one case is required.",
            ));
        }
        let mut decisions = BTreeSet::new();
        for (index, case) in self.cases.iter().enumerate() {
            let at = format!("/cases/{index}");
            if let Err(fault) = document_number::check(case.decision_number.as_str()) {
                let place = format!("{at}/decision_number");
                found.push(FieldViolation::new(place, fault.reason, fault.text.vi, fault.text.en));
            }
            if !decisions.insert(case.decision()) {
                found.push(repeated(&format!("{at}/decision_number")));
            }
            if case.taken_on.is_some() && case.carried_over_from.is_none() {
                found.push(FieldViolation::new(
                    format!("{at}/taken_on"),
                    "not_carried_over",
                    "Chỉ nêu ngày này cho việc cũ chuyển sang (có carried_over_from).",
                    "Only a case that was carried over (carried_over_from) states this day.",
                ));
            }
            let marks: BTreeSet<_> = case.tags.iter().collect();
            if marks.len() != case.tags.len() {
                found.push(repeated(&format!("{at}/tags")));
            }
            for (place, obligation) in case.obligations.iter().enumerate() {
                if obligation.joint == Some(true) && obligation.debtors.len() < 2 {
                    found.push(FieldViolation::new(
                        format!("{at}/obligations/{place}/debtors"),
                        "joint",
                        "Nghĩa vụ liên đới phải có từ hai người phải thi hành án trở lên.",
                        "What is owed jointly has two debtors at least.",
                    ));
                }
            }
        }
    }
}

/// A violation of what may stand in its list once only.
pub(super) fn repeated(pointer: &str) -> FieldViolation {
    FieldViolation::new(
        pointer,
        "repeated",
        "Mục này đã có trong danh sách.",
        "This item is already in the list.",
    )
}
