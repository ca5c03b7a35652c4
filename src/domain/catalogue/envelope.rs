//! Checks of an order's envelope against its kind: recipients, signer, required parts, relations, attachments.

use super::definition::OrderPart;
use super::kind::Kind;
use crate::domain::document::OrderDocument;
use crate::domain::error::FieldViolation;
use crate::domain::text::same_words;

impl Kind {
    /// Everything that is wrong in the envelope, by JSON pointer into the document.
    pub(super) fn envelope_violations(&self, order: &OrderDocument) -> Vec<FieldViolation> {
        let mut found = Vec::new();
        let definition = &self.definition;
        if order.recipients.len() > 1 && !definition.broadcast {
            found.push(FieldViolation::new(
                "/recipients",
                "one_recipient_only",
                "Loại yêu cầu này chỉ gửi cho một nơi nhận.",
                "This kind goes to one recipient only.",
            ));
        }
        let position = order.head.signer.position.as_str();
        if !definition
            .signer_positions
            .iter()
            .any(|allowed| same_words(allowed, position))
        {
            let allowed = definition.signer_positions.join(", ");
            found.push(FieldViolation::new(
                "/head/signer/position",
                "signer_position",
                format!("Chức vụ này không được ký loại văn bản này; cần: {allowed}."),
                format!("This position may not sign this kind; allowed: {allowed}."),
            ));
        }
        for part in &definition.requires {
            let is_there = match part {
                OrderPart::Judgment => order.case.judgment.is_some(),
                OrderPart::EnforcementDecision => order.case.enforcement_decision.is_some(),
                OrderPart::LegalBasis => !order.legal_basis.is_empty(),
                OrderPart::Contact => order.contact.is_some(),
            };
            if !is_there {
                found.push(FieldViolation::new(
                    part.as_str(),
                    "required",
                    "Loại yêu cầu này bắt buộc có trường này.",
                    "This kind requires this member.",
                ));
            }
        }
        for (index, relation) in order.relations.iter().enumerate() {
            if self.relation(relation.r#type).is_none() {
                found.push(FieldViolation::new(
                    format!("/relations/{index}/type"),
                    "not_for_kind",
                    "Loại yêu cầu này không có quan hệ này.",
                    "This kind has no such relation.",
                ));
            }
        }
        for needed in definition.relations.iter().filter(|relation| relation.required) {
            if !order.relations.iter().any(|relation| relation.r#type == needed.r#type) {
                found.push(FieldViolation::new(
                    "/relations",
                    "required",
                    format!("Phải nêu yêu cầu hoặc biện pháp có liên quan ({}).", needed.r#type),
                    format!("The related request or measure must be named ({}).", needed.r#type),
                ));
            }
        }
        for of_measure in definition.relations.iter().filter(|relation| relation.measure) {
            let named = order.relations.iter().enumerate();
            let mut of_type = named.filter(|(_, relation)| relation.r#type == of_measure.r#type);
            if let Some((index, _)) = of_type.nth(1) {
                found.push(FieldViolation::new(
                    format!("/relations/{index}"),
                    "one_measure_only",
                    "Mỗi văn bản chỉ viện dẫn một biện pháp.",
                    "One order names one measure.",
                ));
            }
        }
        found.extend(self.attachment_violations(&order.attachments));
        found.extend(self.missing_attachments(&order.attachments));
        found
    }
}
