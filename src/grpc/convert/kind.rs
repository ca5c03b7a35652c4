//! Kinds on the wire.

use std::sync::Arc;

use jiff::civil::Date;
use lienthong_proto::v1;

use super::failure::violation;
use super::fields::Fields;
use super::vocabulary::{OnWire as _, number_of};
use super::{localized, text_or_empty};
use crate::app::kinds::{AgainstKind, Draft, Validated};
use crate::domain::catalogue::Kind;
use crate::domain::catalogue::definition::{
    AttachmentDefinition, CopyDefinition, KindDefinition, OutcomeDefinition, ReasonDefinition,
};
use crate::domain::catalogue::rule::{DeadlineRule, Regime, Span};
use crate::domain::error::Result;
use crate::domain::ids::KindCode;
use crate::domain::workflow::StartingPoint;

/// The day that ListKinds asks for; none for every kind.
pub(crate) fn effective_on(message: &v1::ListKindsRequest) -> Result<Option<Date>> {
    let mut fields = Fields::default();
    let date = fields.optional_date("effective_on", &message.effective_on);
    fields.finish(Some(date))
}

/// The kind that GetKind asks for.
pub(crate) fn kind_asked(message: &v1::GetKindRequest) -> Result<(KindCode, Option<u32>)> {
    let mut fields = Fields::default();
    let code = fields.id("code", &message.code);
    let revision = revision(&mut fields, "revision", message.revision);
    fields.finish(code.map(|code| (code, revision)))
}

/// What Validate asks for.
pub(crate) fn draft(message: v1::ValidateRequest) -> Result<(AgainstKind, Draft)> {
    use v1::validate_request::Document;
    let mut fields = Fields::default();
    let code = fields.optional_id("kind", &message.kind);
    let revision = revision(&mut fields, "kind_revision", message.kind_revision);
    let draft = message.document.map(|document| match document {
        Document::Order(text) => Draft::Order(text),
        Document::Answer(text) => Draft::Answer(text),
        Document::Acknowledge(text) => Draft::Acknowledge(text),
        Document::SendBack(text) => Draft::SendBack(text),
        Document::Clarify(text) => Draft::Clarify(text),
        Document::Withdraw(text) => Draft::Withdraw(text),
        Document::Report(text) => Draft::Report(text),
    });
    if draft.is_none() {
        fields.missing("document");
    }
    fields.finish(draft.map(|draft| (AgainstKind { code, revision }, draft)))
}

/// A revision; none for 0. One that no kind can have is asked for all the same, and not found.
fn revision(fields: &mut Fields, field: &str, number: i64) -> Option<u32> {
    if number < 0 {
        fields.push(field, "out_of_range", "Không được là số âm.", "It cannot be negative.");
    }
    (number != 0).then(|| u32::try_from(number).unwrap_or(u32::MAX))
}

/// What Validate found.
pub(crate) fn validated(validated: &Validated) -> v1::ValidateResponse {
    let kind = validated.kind.as_ref();
    v1::ValidateResponse {
        violations: validated.violations.iter().map(violation).collect(),
        kind: text_or_empty(kind.map(|kind| kind.code().as_str())),
        kind_revision: kind.map_or(0, |kind| kind.revision().into()),
    }
}

/// The heads of kinds.
pub(crate) fn summaries(kinds: &[Arc<Kind>]) -> Vec<v1::KindSummary> {
    kinds.iter().map(|kind| summary(&kind.definition)).collect()
}

fn summary(definition: &KindDefinition) -> v1::KindSummary {
    v1::KindSummary {
        code: definition.code.to_string(),
        revision: definition.revision.into(),
        title: Some(localized(&*definition.title_vi, &*definition.title_en)),
        sender_roles: definition.sender_roles.iter().map(|role| role.to_wire()).collect(),
        recipient_roles: definition.recipient_roles.iter().map(|role| role.to_wire()).collect(),
        lane: definition.lane.to_wire(),
        effective_from: definition.effective_from.to_string(),
        effective_to: text_or_empty(definition.effective_to.map(|date| date.to_string())),
    }
}

/// A kind whole.
pub(crate) fn kind(kind: &Kind) -> v1::Kind {
    let definition = &kind.definition;
    v1::Kind {
        summary: Some(summary(definition)),
        legal_basis: definition.legal_basis.clone(),
        certainty: definition.certainty.to_wire(),
        signer_positions: definition.signer_positions.clone(),
        signed_actions: definition.signed_steps.iter().map(|action| action.to_wire()).collect(),
        broadcast_allowed: definition.broadcast,
        confidential: definition.confidential,
        retention_years: number(definition.retention_years),
        quiet_period_days: number(definition.quiet_period_days),
        effect: definition.effect.to_wire(),
        required_attachments: definition
            .attachments
            .iter()
            .filter(|attachment| attachment.required)
            .map(attachment)
            .collect(),
        outcomes: definition
            .outcomes
            .iter()
            .map(|definition| outcome(kind, definition))
            .collect(),
        refusal_reasons: definition.refuse_reasons.iter().map(reason).collect(),
        return_reasons: definition.send_back_reasons.iter().map(reason).collect(),
        clocks: definition.deadlines.iter().map(clock).collect(),
        copies: definition.copies.iter().map(copy).collect(),
        follow_up_kinds: definition.follow_ups.iter().map(ToString::to_string).collect(),
        order_schema: kind.order_schema.text().to_owned(),
        answer_schema: kind.answer_schema.text().to_owned(),
        order_example: kind.order_example.clone(),
        answer_examples: kind
            .answer_examples
            .iter()
            .map(|(outcome, document)| v1::AnswerExample {
                outcome: outcome.to_string(),
                document: document.clone(),
            })
            .collect(),
    }
}

fn attachment(attachment: &AttachmentDefinition) -> v1::CodedText {
    coded(attachment.code.as_str(), &attachment.title_vi, &attachment.title_en)
}

fn reason(reason: &ReasonDefinition) -> v1::CodedText {
    coded(reason.code.as_str(), &reason.title_vi, &reason.title_en)
}

fn coded(code: &str, vi: &str, en: &str) -> v1::CodedText {
    v1::CodedText {
        code: code.to_owned(),
        title: Some(localized(vi, en)),
    }
}

fn outcome(kind: &Kind, outcome: &OutcomeDefinition) -> v1::KindOutcome {
    v1::KindOutcome {
        code: outcome.code.to_string(),
        title: Some(localized(&*outcome.title_vi, &*outcome.title_en)),
        r#final: outcome.r#final,
        lines_required: kind.lines_required(outcome),
        sums_required: kind.sums_required(outcome),
    }
}

fn copy(copy: &CopyDefinition) -> v1::KindCopy {
    v1::KindCopy {
        role: copy.role.to_wire(),
        basis: copy.basis.clone(),
        clock_name: text_or_empty(copy.clock.as_deref()),
    }
}

fn clock(rule: &DeadlineRule) -> v1::KindClock {
    let level = rule.service_level;
    let target = level.map(|level| Span {
        amount: level.amount,
        unit: level.unit,
    });
    let budget = rule.limit.or(target);
    let cap = level.and_then(|level| level.cap);
    let stated_in = match rule.starts_on {
        StartingPoint::Stated => Some(rule.stated_in.as_deref().unwrap_or("order")),
        StartingPoint::Available
        | StartingPoint::Acknowledged
        | StartingPoint::Answered
        | StartingPoint::Disputed
        | StartingPoint::Served
        | StartingPoint::Reported
        | StartingPoint::Before => None,
    };
    v1::KindClock {
        name: rule.name.clone(),
        regimes: rule
            .regimes
            .iter()
            .copied()
            .map(Regime::as_str)
            .map(str::to_owned)
            .collect(),
        obligor: rule.obligor.to_wire(),
        starts_on: rule.starts_on.to_string(),
        pointer: text_or_empty(rule.pointer.as_deref()),
        stated_in: text_or_empty(stated_in),
        stops_on: rule.stops_on.iter().map(|action| action.to_wire()).collect(),
        pauses_on: rule.pauses_on.iter().map(|action| action.to_wire()).collect(),
        immediately: rule.is_immediate(),
        amount: budget.map_or(0, |span| span.amount.into()),
        unit: number_of(budget.map(|span| span.unit)),
        cap_amount: cap.map_or(0, |span| span.amount.into()),
        cap_unit: number_of(cap.map(|span| span.unit)),
        extendable_to: rule.extendable_to.map_or(0, Into::into),
        condition_pointer: text_or_empty(rule.condition.as_ref().map(|condition| &*condition.pointer)),
        condition_value: text_or_empty(rule.condition.as_ref().map(|condition| condition.equals.to_string())),
        source: rule.nature.to_wire(),
        basis: rule.basis.clone(),
        certainty: rule.certainty.to_wire(),
        note: text_or_empty(rule.note.as_deref()),
    }
}

fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;

    #[test]
    fn every_kind_of_the_catalogue_is_shown_whole() {
        for known in Catalogue::embedded().unwrap().kinds() {
            let shown = kind(known);
            let summary = shown.summary.unwrap();
            assert_eq!(
                (summary.code.as_str(), summary.revision),
                (known.code().as_str(), known.revision().into())
            );
            assert!(!summary.sender_roles.is_empty() && !summary.recipient_roles.is_empty() && summary.lane > 0);
            assert!(!summary.title.unwrap().vi.is_empty() && summary.effective_from.len() == 10);
            assert_eq!(shown.outcomes.len(), known.definition.outcomes.len());
            assert_eq!(shown.answer_examples.len(), shown.outcomes.len());
            assert!(!shown.return_reasons.is_empty() && !shown.legal_basis.is_empty());
            for text in [&shown.order_schema, &shown.answer_schema, &shown.order_example] {
                assert!(serde_json::from_str::<serde_json::Value>(text).unwrap().is_object());
            }
            for clock in shown.clocks {
                assert!(
                    clock.amount > 0 && clock.unit > 0 && clock.obligor > 0,
                    "{}",
                    clock.name
                );
                assert!(!clock.regimes.is_empty() && !clock.basis.is_empty() && !clock.stops_on.is_empty());
                assert_eq!(clock.starts_on == "STATED", !clock.stated_in.is_empty());
                assert_eq!(clock.cap_amount > 0, clock.cap_unit > 0);
            }
        }
    }

    #[test]
    fn a_revision_of_zero_is_the_newest_and_a_document_is_required() {
        let ask = |revision| {
            kind_asked(&v1::GetKindRequest {
                code: "account-freeze".into(),
                revision,
            })
        };
        assert_eq!(ask(0).unwrap().1, None);
        assert_eq!(ask(2).unwrap().1, Some(2));
        assert_eq!(ask(i64::MAX).unwrap().1, Some(u32::MAX));
        assert_eq!(ask(-1).unwrap_err().fields()[0].field, "revision");
        let error = draft(v1::ValidateRequest::default()).unwrap_err();
        assert_eq!(error.fields()[0].field, "document");
    }
}
