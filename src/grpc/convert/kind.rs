//! Kinds on the wire.

use std::sync::Arc;

use jiff::civil::{Date, Time};
use lienthong_proto::v1;

use super::failure::violation;
use super::fields::Fields;
use super::vocabulary::{OnWire as _, number_of};
use super::{localized, text_or_empty};
use crate::app::kinds::{AgainstKind, Draft, Validated};
use crate::domain::catalogue::Kind;
use crate::domain::catalogue::attachment::DocumentLimits;
use crate::domain::catalogue::definition::{
    CopyDefinition, KindDefinition, OutcomeDefinition, ReasonDefinition, RelatedEffect, RelationDefinition, StatedBy,
};
use crate::domain::catalogue::pattern::Pattern;
use crate::domain::catalogue::rule::{DeadlineRule, Regime, Span, Window};
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
pub(crate) fn revision(fields: &mut Fields, field: &str, number: i64) -> Option<u32> {
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
        officer_signed_actions: definition
            .officer_signed_steps
            .iter()
            .map(|action| action.to_wire())
            .collect(),
        broadcast_allowed: definition.broadcast,
        confidential: definition.confidential,
        retention_years: number(definition.retention_years),
        quiet_period_days: number(definition.quiet_period_days),
        effect: definition.effect.to_wire(),
        required_attachments: attachments(definition, true),
        optional_attachments: attachments(definition, false),
        register: definition.register.to_wire(),
        parties: texts(&definition.parties),
        territory: texts(&definition.territory),
        relations: definition.relations.iter().map(relation).collect(),
        clarification_amount: definition.clarification_limit.amount.into(),
        clarification_unit: definition.clarification_limit.unit.to_wire(),
        recipient_specific: texts(&definition.recipient_specific),
        documents: Some(documents(definition.document_limits(None))),
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

fn attachments(definition: &KindDefinition, required: bool) -> Vec<v1::KindAttachment> {
    let attachments = definition.attachments.iter();
    attachments
        .filter(|attachment| attachment.required == required)
        .map(|attachment| v1::KindAttachment {
            code: attachment.code.to_string(),
            title: Some(localized(&attachment.title_vi, &attachment.title_en)),
            documents: Some(documents(definition.document_limits(Some(attachment)))),
        })
        .collect()
}

fn documents(limits: DocumentLimits<'_>) -> v1::DocumentRule {
    v1::DocumentRule {
        media_types: limits.media_types.iter().map(ToString::to_string).collect(),
        max_bytes: i64::try_from(limits.max_bytes()).unwrap_or(i64::MAX),
    }
}

fn texts(patterns: &[Pattern]) -> Vec<String> {
    patterns.iter().map(ToString::to_string).collect()
}

fn relation(relation: &RelationDefinition) -> v1::KindRelation {
    v1::KindRelation {
        r#type: relation.r#type.to_wire(),
        kinds: relation.kinds.iter().map(ToString::to_string).collect(),
        required: relation.required,
        measure_required: relation.measure,
        same_party_required: relation.same_party,
        at_most: texts(&relation.at_most),
    }
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
        stated_by: outcome
            .stated_by
            .iter()
            .copied()
            .map(StatedBy::as_str)
            .map(str::to_owned)
            .collect(),
        begins_measure: outcome.measure,
        begins_measure_if: text_or_empty(outcome.measure_if.as_ref().map(ToString::to_string)),
        ends_measure: outcome.ends_measure,
        related_effect: outcome.related.as_ref().map(related_effect),
    }
}

fn related_effect(effect: &RelatedEffect) -> v1::RelatedEffect {
    let condition = effect.end_if.as_ref();
    v1::RelatedEffect {
        relation_type: effect.r#type.to_wire(),
        reduce_by: text_or_empty(effect.reduce_by.as_ref().map(ToString::to_string)),
        ends: effect.end,
        end_pointer: text_or_empty(condition.map(|condition| &*condition.pointer)),
        end_value: text_or_empty(condition.map(|condition| condition.equals.to_string())),
    }
}

fn copy(copy: &CopyDefinition) -> v1::KindCopy {
    v1::KindCopy {
        role: copy.role.to_wire(),
        basis: copy.basis.clone(),
        clock_name: text_or_empty(copy.clock.as_deref()),
        kind: copy.kind.to_string(),
        certainty: copy.certainty.to_wire(),
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
        StartingPoint::Stated | StartingPoint::Before => Some(rule.stated_in().as_str()),
        StartingPoint::Available
        | StartingPoint::Acknowledged
        | StartingPoint::Answered
        | StartingPoint::Disputed
        | StartingPoint::Served
        | StartingPoint::Reported => None,
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
        answered_pointer: text_or_empty(rule.if_answered.as_deref()),
        source: rule.nature.to_wire(),
        basis: rule.basis.clone(),
        certainty: rule.certainty.to_wire(),
        note: text_or_empty(rule.note.as_deref()),
        recurring: rule.recurring,
        regime_pointer: text_or_empty(rule.regime_pointer.as_deref()),
        done_at: text_or_empty(rule.done_at.as_deref()),
        window: level.and_then(|level| level.window).map(window),
    }
}

fn window(window: Window) -> v1::ReceiptWindow {
    let hour = |time: Time| time.strftime("%H:%M").to_string();
    v1::ReceiptWindow {
        opens: hour(window.opens),
        closes: hour(window.closes),
        otherwise: text_or_empty(window.otherwise.map(hour)),
    }
}

fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;
    use crate::domain::catalogue::definition::Register;
    use crate::domain::catalogue::rule::TimeUnit;
    use crate::domain::document::parts::RelationType;

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
                    (clock.amount > 0 || clock.window.is_some()) && clock.unit > 0 && clock.obligor > 0,
                    "{}",
                    clock.name
                );
                assert!(!clock.regimes.is_empty() && !clock.basis.is_empty() && !clock.stops_on.is_empty());
                let is_stated = ["STATED", "BEFORE"].contains(&clock.starts_on.as_str());
                assert_eq!(is_stated, !clock.stated_in.is_empty());
                assert_eq!(clock.cap_amount > 0, clock.cap_unit > 0);
            }
        }
    }

    #[test]
    fn what_a_kind_says_of_relations_measures_and_registers_is_shown() {
        let catalogue = Catalogue::embedded().unwrap();
        let shown = |code: &str| kind(catalogue.newest(&KindCode::parse(code).unwrap()).unwrap());
        let outcome = |kind: &v1::Kind, code: &str| kind.outcomes.iter().find(|it| it.code == code).unwrap().clone();

        let transfer = shown("judgment-transfer");
        assert_eq!(transfer.register, Register::Judgments.to_wire());
        assert_eq!(transfer.parties, ["/creditors/*", "/debtors/*"]);
        assert_eq!(transfer.clocks[0].condition_pointer, "/judgment_sort");
        assert_eq!(transfer.clocks[0].stated_in, "order");

        let freeze = shown("account-freeze");
        assert_eq!(freeze.register, Register::Incoming.to_wire());
        assert_eq!(freeze.recipient_specific, ["/accounts"]);
        assert!(freeze.required_attachments.is_empty() && !freeze.optional_attachments.is_empty());
        let most = |rule: Option<&v1::DocumentRule>| rule.unwrap().max_bytes;
        assert_eq!(most(freeze.documents.as_ref()), 50 * 1024 * 1024);
        let decision = freeze.optional_attachments[0].documents.as_ref();
        assert_eq!(most(decision), 20 * 1024 * 1024);
        assert_eq!(decision.unwrap().media_types, ["application/pdf"]);
        assert_eq!(
            (freeze.clarification_amount, freeze.clarification_unit),
            (1, TimeUnit::WorkingDays.to_wire())
        );
        let held = outcome(&freeze, "HELD_FULL");
        assert_eq!(held.stated_by, ["answer", "report"]);
        assert!(held.begins_measure && held.begins_measure_if.is_empty());
        let takes_over = held.related_effect.unwrap();
        let supersedes = RelationType::Supersedes.to_wire();
        assert_eq!((takes_over.relation_type, takes_over.ends), (supersedes, true));
        assert_eq!(outcome(&freeze, "WITHDRAWN_BEFORE").begins_measure_if, "/monitoring");
        assert_eq!(freeze.clocks[0].done_at, "/executed_time");
        assert_eq!(
            (freeze.copies[0].kind.as_str(), freeze.copies[0].certainty),
            ("decision-copy", 1)
        );

        let debit = shown("account-debit");
        let follows = RelationType::Follows.to_wire();
        assert_eq!(
            (debit.relations[0].r#type, debit.relations[0].measure_required),
            (follows, true)
        );
        assert_eq!(debit.relations[0].kinds, ["account-freeze"]);
        let effect = outcome(&debit, "DEBITED").related_effect.unwrap();
        assert_eq!(
            (effect.relation_type, effect.reduce_by.as_str(), effect.ends),
            (follows, "/total_debited", false)
        );
        assert_eq!(
            (effect.end_pointer.as_str(), effect.end_value.as_str()),
            ("/after_debit", "\"END\"")
        );
        let window = debit.clocks.iter().find_map(|clock| clock.window.clone()).unwrap();
        assert_eq!(
            [&*window.opens, &window.closes, &window.otherwise],
            ["07:30", "17:00", "09:00"]
        );

        let deduction = shown("income-deduction");
        assert!(
            deduction
                .clocks
                .iter()
                .any(|clock| clock.recurring && clock.stated_in == "report")
        );
        assert!(deduction.outcomes.iter().any(|outcome| outcome.ends_measure));
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
