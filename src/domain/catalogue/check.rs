//! Checks of documents against their kind: the schema, and the kind's rules. All problems at once.

use serde_json::Value;

use super::definition::{OutcomeDefinition, ReasonDefinition, StatedBy};
use super::kind::{AnswerFacts, Kind, MeasureFacts, OrderFacts, RelatedFacts};
use super::pattern::Pattern;
use super::sums::{Payloads, Subject};
use crate::domain::document::parts::{Attachment, Code, Reason};
use crate::domain::document::{
    AnswerDocument, ClarifyDocument, CorrectDocument, OrderDocument, RecordAnswerDocument, ReportDocument,
    SendBackDocument, ServeDocument,
};
use crate::domain::error::FieldViolation;
use crate::domain::json::Limits;
use crate::domain::money::Money;
use crate::domain::pointer::push_member;
use crate::domain::time::Timestamp;

/// Where a document's payload stands in it.
const PAYLOAD: &str = "/payload";

/// What an answer, a report and a correction have in common.
struct Statement<'d> {
    by: StatedBy,
    outcome: &'d Code,
    reasons: &'d [Reason],
    attachments: &'d [Attachment],
    payload: &'d str,
}

impl Kind {
    /// Checks an order against this kind: its payload by the schema, and the kind's rules.
    ///
    /// # Errors
    /// Everything that is wrong, by JSON pointer into the document.
    pub fn check_order(&self, order: &OrderDocument) -> Result<OrderFacts, Vec<FieldViolation>> {
        let mut found = self.envelope_violations(order);
        let payload = match parse_payload(order.payload.get()) {
            Ok(payload) => payload,
            Err(violation) => return Err(vec![violation]),
        };
        let wrong = self
            .order_schema
            .violations(&payload, PAYLOAD, Limits::DOCUMENT.violations);
        if wrong.is_empty() {
            self.check_rules(
                Subject::Order,
                None,
                Payloads {
                    order: &payload,
                    answer: None,
                },
                &mut found,
            );
        }
        found.extend(wrong);
        for pattern in &self.definition.recipient_specific {
            if order.recipients.len() > 1
                && let Some((pointer, _)) = pattern.matches(&payload, PAYLOAD).into_iter().next()
            {
                found.push(FieldViolation::new(
                    pointer,
                    "one_recipient_only",
                    "Trường này chỉ dùng khi gửi cho một nơi nhận.",
                    "This member is for an order to one recipient only.",
                ));
            }
        }
        finish(found, OrderFacts { payload })
    }

    /// Checks an answer against this kind and the order that it answers.
    ///
    /// # Errors
    /// Everything that is wrong, by JSON pointer into the answer.
    pub fn check_answer(
        &self,
        order: &OrderDocument,
        answer: &AnswerDocument,
    ) -> Result<AnswerFacts, Vec<FieldViolation>> {
        let (outcome, payload) = (&answer.outcome, answer.payload.get());
        let facts = self.check_statement(
            order,
            &Statement {
                by: StatedBy::Answer,
                outcome,
                reasons: &answer.reasons,
                attachments: &answer.attachments,
                payload,
            },
        );
        let agrees = self
            .outcome(outcome)
            .is_none_or(|known| known.r#final == answer.r#final);
        if agrees {
            return facts;
        }
        let mut found = facts.err().unwrap_or_default();
        found.push(FieldViolation::new(
            "/final",
            "outcome_final",
            "Trường này không khớp với kết quả đã chọn.",
            "This does not agree with the outcome.",
        ));
        Err(found)
    }

    /// Checks a report of what arose later: it states the whole state after it.
    ///
    /// # Errors
    /// Everything that is wrong, by JSON pointer into the report.
    pub fn check_report(
        &self,
        order: &OrderDocument,
        report: &ReportDocument,
    ) -> Result<AnswerFacts, Vec<FieldViolation>> {
        let (outcome, payload) = (&report.outcome, report.payload.get());
        self.check_statement(
            order,
            &Statement {
                by: StatedBy::Report,
                outcome,
                reasons: &[],
                attachments: &report.attachments,
                payload,
            },
        )
    }

    /// Checks a correction of a final answer.
    ///
    /// # Errors
    /// Everything that is wrong, by JSON pointer into the correction.
    pub fn check_correct(
        &self,
        order: &OrderDocument,
        correction: &CorrectDocument,
    ) -> Result<AnswerFacts, Vec<FieldViolation>> {
        self.check_final(
            order,
            &Statement {
                by: StatedBy::Answer,
                outcome: &correction.outcome,
                reasons: &correction.reasons,
                attachments: &correction.attachments,
                payload: correction.payload.get(),
            },
        )
    }

    fn check_final(
        &self,
        order: &OrderDocument,
        statement: &Statement<'_>,
    ) -> Result<AnswerFacts, Vec<FieldViolation>> {
        let facts = self.check_statement(order, statement)?;
        if facts.is_final {
            return Ok(facts);
        }
        Err(vec![FieldViolation::new(
            "/outcome",
            "not_final",
            "Phải là kết quả cuối cùng.",
            "The outcome must be a final one.",
        )])
    }

    /// Checks the answer of a partner that is not connected, entered from its paper.
    ///
    /// # Errors
    /// Everything that is wrong, by JSON pointer into the document.
    pub fn check_record_answer(
        &self,
        order: &OrderDocument,
        recorded: &RecordAnswerDocument,
    ) -> Result<AnswerFacts, Vec<FieldViolation>> {
        self.check_final(
            order,
            &Statement {
                by: StatedBy::Answer,
                outcome: &recorded.outcome,
                reasons: &recorded.reasons,
                attachments: &recorded.attachments,
                payload: recorded.payload.get(),
            },
        )
    }

    /// Checks that a return gives a reason of this kind.
    ///
    /// # Errors
    /// What is wrong with the reason and the documents.
    pub fn check_send_back(&self, document: &SendBackDocument) -> Result<(), Vec<FieldViolation>> {
        let mut found = self.attachment_violations(&document.attachments);
        check_reason(
            &document.reason,
            &self.definition.send_back_reasons,
            "/reason",
            &mut found,
        );
        finish(found, ())
    }

    /// Checks a clarification.
    ///
    /// # Errors
    /// What is wrong with its documents.
    pub fn check_clarify(&self, document: &ClarifyDocument) -> Result<(), Vec<FieldViolation>> {
        finish(self.attachment_violations(&document.attachments), ())
    }

    /// Checks the minutes of a service on paper.
    ///
    /// # Errors
    /// What is wrong with their scan.
    pub fn check_serve(&self, document: &ServeDocument) -> Result<(), Vec<FieldViolation>> {
        finish(self.attachment_violations(&document.attachments), ())
    }

    fn check_statement(
        &self,
        order: &OrderDocument,
        statement: &Statement<'_>,
    ) -> Result<AnswerFacts, Vec<FieldViolation>> {
        let Some(outcome) = self.outcome(statement.outcome) else {
            return Err(vec![FieldViolation::new(
                "/outcome",
                "unknown_code",
                "Kết quả không có trong danh mục của loại yêu cầu này.",
                "The kind has no such outcome.",
            )]);
        };
        if !outcome.stated_by.contains(&statement.by) {
            return Err(vec![not_stated_by(statement.by)]);
        }
        let mut found = self.attachment_violations(statement.attachments);
        self.check_reasons(outcome, statement.reasons, &mut found);
        let payload = match parse_payload(statement.payload) {
            Ok(payload) => payload,
            Err(violation) => return Err(vec![violation]),
        };
        let before = found.len();
        found.extend(
            self.answer_schema
                .violations(&payload, PAYLOAD, Limits::DOCUMENT.violations),
        );
        check_members(outcome, &payload, &mut found);
        let order_payload = match parse_payload(order.payload.get()) {
            Ok(payload) => payload,
            Err(violation) => return Err(vec![violation]),
        };
        if found.len() == before {
            let payloads = Payloads {
                order: &order_payload,
                answer: Some(&payload),
            };
            self.check_rules(Subject::Answer, Some(&outcome.code), payloads, &mut found);
        }
        let first = |pattern: Option<&Pattern>| {
            pattern
                .and_then(|pattern| pattern.matches(&payload, "").into_iter().next())
                .map(|(_, value)| value)
        };
        let executed_time =
            first(self.definition.executed_time.as_ref()).and_then(|time| Timestamp::parse_rfc3339(time.as_str()?));
        let amount = first(self.definition.measure_amount.as_ref()).and_then(Money::from_json);
        let facts = AnswerFacts {
            outcome: outcome.code.clone(),
            is_final: outcome.r#final,
            is_refusal: outcome.refusal,
            executed_time,
            measure: outcome.has_measure(&payload).then_some(MeasureFacts { amount }),
            ends_measure: outcome.ends_measure,
            related: outcome.related.as_ref().map(|related| RelatedFacts {
                relation: related.r#type,
                reduce_by: first(related.reduce_by.as_ref()).and_then(Money::from_json),
                ends: related.end
                    || related
                        .end_if
                        .as_ref()
                        .is_some_and(|condition| condition.holds(&order_payload)),
            }),
            payload,
        };
        finish(found, facts)
    }

    fn check_reasons(&self, outcome: &OutcomeDefinition, reasons: &[Reason], found: &mut Vec<FieldViolation>) {
        if outcome.refusal && reasons.is_empty() {
            found.push(FieldViolation::new(
                "/reasons",
                "required",
                "Từ chối phải nêu rõ lý do.",
                "A refusal must give its reasons.",
            ));
        }
        for (index, reason) in reasons.iter().enumerate() {
            let at = format!("/reasons/{index}");
            if outcome.refusal {
                check_reason(reason, &self.definition.refuse_reasons, &at, found);
            } else {
                found.push(FieldViolation::new(
                    at,
                    "not_a_refusal",
                    "Chỉ nêu lý do khi từ chối.",
                    "Reasons are given for a refusal only.",
                ));
            }
        }
    }

    fn check_rules(
        &self,
        subject: Subject,
        outcome: Option<&Code>,
        payloads: Payloads<'_>,
        found: &mut Vec<FieldViolation>,
    ) {
        let applies = |outcomes: &[Code]| outcomes.is_empty() || outcome.is_some_and(|code| outcomes.contains(code));
        let mut wrong = Vec::new();
        for rule in self
            .definition
            .sums
            .iter()
            .filter(|rule| rule.on == subject && applies(&rule.outcomes))
        {
            rule.check(payloads, &mut wrong);
        }
        for rule in self
            .definition
            .times
            .iter()
            .filter(|rule| rule.on == subject && applies(&rule.outcomes))
        {
            rule.check(payloads, &mut wrong);
        }
        for mut violation in wrong {
            violation.field.insert_str(0, PAYLOAD);
            if !found.contains(&violation) {
                found.push(violation);
            }
        }
    }
}

/// Checks which members the outcome's payload must, may and may not have.
fn check_members(outcome: &OutcomeDefinition, payload: &Value, found: &mut Vec<FieldViolation>) {
    for pattern in &outcome.required {
        let whole = format!("{PAYLOAD}{pattern}");
        let pointer = whole.split("/*").next().unwrap_or(PAYLOAD).to_owned();
        if pattern.matches(payload, "").is_empty()
            && !found.iter().any(|violation| violation.field.starts_with(&pointer))
        {
            found.push(FieldViolation::new(
                pointer,
                "required",
                "Kết quả này bắt buộc có trường này.",
                "This outcome requires this member.",
            ));
        }
    }
    let extra = payload
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !outcome.allows_member(name));
    let extra = extra.map(|(name, _)| {
        let mut pointer = PAYLOAD.to_owned();
        push_member(&mut pointer, name);
        pointer
    });
    let forbidden = outcome
        .forbidden
        .iter()
        .flat_map(|pattern| pattern.matches(payload, PAYLOAD));
    for pointer in extra.chain(forbidden.map(|(pointer, _)| pointer)) {
        if !found.iter().any(|violation| violation.field == pointer) {
            found.push(FieldViolation::new(
                pointer,
                "not_for_outcome",
                "Không dùng trường này với kết quả đã chọn.",
                "This member is not used with this outcome.",
            ));
        }
    }
}

fn not_stated_by(by: StatedBy) -> FieldViolation {
    let (vi, en) = match by {
        StatedBy::Answer => (
            "Kết quả này chỉ dùng để thông báo phát sinh, không dùng để trả lời.",
            "This outcome is for reports only, not for an answer.",
        ),
        StatedBy::Report => (
            "Kết quả này không dùng để thông báo phát sinh.",
            "This outcome cannot be reported later.",
        ),
    };
    let reason = match by {
        StatedBy::Answer => "report_only",
        StatedBy::Report => "not_reportable",
    };
    FieldViolation::new("/outcome", reason, vi, en)
}

fn check_reason(reason: &Reason, known: &[ReasonDefinition], at: &str, found: &mut Vec<FieldViolation>) {
    match known.iter().find(|known| known.code == reason.code) {
        None => found.push(FieldViolation::new(
            format!("{at}/code"),
            "unknown_code",
            "Lý do không có trong danh mục của loại yêu cầu này.",
            "The kind has no such reason.",
        )),
        Some(known) if known.text_required && reason.text.is_none() => found.push(FieldViolation::new(
            format!("{at}/text"),
            "required",
            "Lý do này phải được giải thích bằng lời.",
            "This reason must be explained in words.",
        )),
        Some(_) => {}
    }
}

fn parse_payload(text: &str) -> Result<Value, FieldViolation> {
    let malformed = |_syntax| FieldViolation::new(PAYLOAD, "malformed", "Không phải JSON hợp lệ.", "Not valid JSON.");
    serde_json::from_str(text).map_err(malformed)
}

fn finish<T>(found: Vec<FieldViolation>, value: T) -> Result<T, Vec<FieldViolation>> {
    if found.is_empty() { Ok(value) } else { Err(found) }
}
