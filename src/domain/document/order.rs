//! `OrderDocument`: what a sender submits (văn bản yêu cầu).

use serde_json::value::RawValue;

use super::Document;
use super::member::object;
use super::parts::{Attachment, CaseRef, Contact, Head, Relation, Text};
use crate::domain::error::FieldViolation;
use crate::domain::identifier::document_number;
use crate::domain::ids::{AgencyCode, IdempotencyKey, KindCode, RequestId, UnitId};

object! {
    /// An order to one recipient or to several (a broadcast).
    pub struct OrderDocument {
        /// `lienthong/order/1`.
        pub schema: Text<50>,
        /// The sender's key that makes it safe to retry, for ever.
        pub idempotency_key: IdempotencyKey,
        /// The agency that sends it.
        pub agency: AgencyCode,
        /// What sort of request it is.
        pub kind: KindCode,
        /// Whom it is for (nơi nhận): 1 to 200 agencies, each once.
        pub recipients: Vec<AgencyCode>,
        /// The paper's head.
        pub head: Head,
        /// The grounds as printed (căn cứ).
        pub legal_basis: Vec<Text<500>>,
        /// The case that it belongs to.
        pub case: CaseRef,
        /// When it takes effect, if not on the date of issue (ngày có hiệu lực).
        pub effective_date: Option<jiff::civil::Date>,
        /// Earlier requests that it relates to.
        pub relations: Vec<Relation>,
        /// What comes with it.
        pub attachments: Vec<Attachment>,
        /// The unit of the sender that deals with it (đơn vị); decides which office gets copies by right.
        pub unit: Option<UnitId>,
        /// Whom to ask.
        pub contact: Option<Contact>,
        /// The content, by the kind's `order.schema.json`. Kept as it arrived.
        pub payload: Box<RawValue>,
    }
}

impl Document for OrderDocument {
    const SCHEMA: &'static str = "lienthong/order/1";

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
        if self.recipients.is_empty() {
            found.push(super::required(
                "/recipients",
                "Phải có ít nhất một nơi nhận.",
                "At least one recipient is required.",
            ));
        }
        report_repeats(&self.recipients, "/recipients", found);
        if self.recipients.contains(&self.agency) {
            found.push(FieldViolation::new(
                "/recipients",
                "own_agency",
                "Cơ quan gửi không được là nơi nhận.",
                "The sender cannot be a recipient.",
            ));
        }
        if self.effective_date.is_some_and(|date| date < self.head.date) {
            found.push(FieldViolation::new(
                "/effective_date",
                "before_issue",
                "Ngày có hiệu lực không được trước ngày ban hành.",
                "The effective date cannot be before the date of issue.",
            ));
        }
        let judgment = self.case.judgment.as_ref().map(|judgment| &judgment.number);
        let decision = self.case.enforcement_decision.as_ref().map(|decision| &decision.number);
        for (pointer, number) in [
            ("/case/judgment/number", judgment),
            ("/case/enforcement_decision/number", decision),
        ] {
            if let Some(Err(fault)) = number.map(|number| document_number::check(number.as_str())) {
                found.push(FieldViolation::new(pointer, fault.reason, fault.text.vi, fault.text.en));
            }
        }
        for (index, relation) in self.relations.iter().enumerate() {
            if relation.related().is_none() {
                found.push(FieldViolation::new(
                    format!("/relations/{index}"),
                    "one_of",
                    "Phải nêu đúng một trong hai: enforcement_request_id hoặc measure_id.",
                    "Exactly one of enforcement_request_id and measure_id must be named.",
                ));
            }
        }
        let related: Vec<_> = self
            .relations
            .iter()
            .map(|relation| (relation.r#type, relation.related()))
            .collect();
        report_repeats(&related, "/relations", found);
        report_repeats(&self.case.obligations, "/case/obligations", found);
        if self.case.case_id.is_none() && !self.case.obligations.is_empty() {
            found.push(super::required(
                "/case/case_id",
                "Nêu nghĩa vụ thì phải nêu việc thi hành án.",
                "Obligations are those of a case, which must be named.",
            ));
        }
        let attached: Vec<_> = self.attachments.iter().map(|attachment| &attachment.sha256).collect();
        report_repeats(&attached, "/attachments", found);
    }
}

/// Reports every item that stands in the list before.
fn report_repeats<T: Ord>(items: &[T], pointer: &str, found: &mut Vec<FieldViolation>) {
    let mut seen = std::collections::BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        if !seen.insert(item) {
            found.push(FieldViolation::new(
                format!("{pointer}/{index}"),
                "repeated",
                "Mục này đã có trong danh sách.",
                "This item is already in the list.",
            ));
        }
    }
}
