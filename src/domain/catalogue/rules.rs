//! What must hold in a kind's definition beyond its types. Pushes every problem with its key.

use std::collections::BTreeSet;
use std::fmt::Display;

use super::attachment::check_documents;
use super::definition::{KindDefinition, OutcomeDefinition, RelatedEffect, StatedBy};
use super::load::{DEFINITION, Problems};
use super::pattern::Pattern;
use super::rows::is_row;
use super::schema::Schema;
use super::sums::{Source, Subject, Term};

/// Checks `definition` against itself and the schemas.
pub(super) fn check_definition(definition: &KindDefinition, order: &Schema, answer: &Schema, problems: &mut Problems) {
    let mut checker = Checker {
        order,
        answer,
        problems,
    };
    checker.check_head(definition);
    checker.check_codes(definition);
    for outcome in &definition.outcomes {
        checker.check_outcome(definition, outcome);
    }
    checker.check_deadlines(&definition.deadlines);
    checker.check_follow_ups(definition);
    for (index, copy) in definition.copies.iter().enumerate() {
        if let Some(clock) = &copy.clock
            && definition.deadlines.iter().all(|rule| rule.name != *clock)
        {
            checker.add(format!("copy[{index}].clock"), "no deadline has that name");
        }
    }
    checker.check_sums(definition);
    check_documents(definition, problems);
}

/// A definition's checks in progress.
pub(super) struct Checker<'c> {
    order: &'c Schema,
    answer: &'c Schema,
    problems: &'c mut Problems,
}

impl Checker<'_> {
    pub(super) fn add(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.problems.add(DEFINITION, place, text);
    }

    pub(super) fn require(&mut self, holds: bool, place: &str, text: &str) {
        if !holds {
            self.add(place, text);
        }
    }

    fn check_head(&mut self, definition: &KindDefinition) {
        let KindDefinition {
            revision,
            title_vi,
            title_en,
            ..
        } = definition;
        self.require(*revision >= 1, "revision", "revisions count from 1");
        self.require(!title_vi.trim().is_empty(), "title_vi", "must not be empty");
        self.require(!title_en.trim().is_empty(), "title_en", "must not be empty");
        self.require(
            !definition.legal_basis.is_empty(),
            "legal_basis",
            "must name at least one provision",
        );
        for row in definition.law_rows.iter().filter(|row| !is_row(row)) {
            self.add("law_rows", format!("the law page has no row {row}"));
        }
        self.require(
            !definition.sender_roles.is_empty(),
            "sender_roles",
            "nobody could send it",
        );
        self.require(
            !definition.recipient_roles.is_empty(),
            "recipient_roles",
            "nobody could receive it",
        );
        self.require(
            !definition.signer_positions.is_empty(),
            "signer_positions",
            "nobody could sign it",
        );
        self.require(
            definition.signed_steps.iter().all(|action| action.has_document()),
            "signed_steps",
            "must be actions that a document states",
        );
        let is_sealed = |action| definition.signed_steps.contains(action);
        self.require(
            definition.officer_signed_steps.iter().all(is_sealed),
            "officer_signed_steps",
            "must be among signed_steps: an officer signs beside the seal",
        );
        self.require(definition.retention_years >= 1, "retention_years", "must be at least 1");
        self.require(
            definition.clarification_limit.amount >= 1,
            "clarification_limit.amount",
            "must be at least 1",
        );
        let ends = definition
            .effective_to
            .is_none_or(|last| definition.effective_from <= last);
        self.require(ends, "effective_to", "must not be before effective_from");
        for (key, patterns) in [
            ("recipient_specific", &definition.recipient_specific),
            ("parties", &definition.parties),
            ("territory", &definition.territory),
        ] {
            for (index, pattern) in patterns.iter().enumerate() {
                self.check_pattern(Subject::Order, pattern, &format!("{key}[{index}]"));
            }
        }
        for (index, relation) in definition.relations.iter().enumerate() {
            self.require(
                !relation.kinds.is_empty(),
                &format!("relation[{index}].kinds"),
                "must name at least one kind",
            );
            self.require(
                !relation.same_party || !definition.parties.is_empty(),
                &format!("relation[{index}].same_party"),
                "has no meaning without parties",
            );
            for (place, pattern) in relation.at_most.iter().enumerate() {
                self.check_pattern(Subject::Order, pattern, &format!("relation[{index}].at_most[{place}]"));
            }
        }
        self.require(
            definition.recipient_specific.is_empty() || definition.broadcast,
            "recipient_specific",
            "has no meaning without broadcast = true",
        );
        let answer_pointers = [
            ("lines", &definition.lines),
            ("executed_time", &definition.executed_time),
            ("measure_amount", &definition.measure_amount),
        ];
        for (key, pattern) in answer_pointers {
            if let Some(pattern) = pattern {
                self.check_pattern(Subject::Answer, pattern, key);
            }
        }
    }

    fn check_codes(&mut self, definition: &KindDefinition) {
        self.check_unique("outcome", definition.outcomes.iter().map(|outcome| &outcome.code));
        self.check_unique(
            "refuse_reason",
            definition.refuse_reasons.iter().map(|reason| &reason.code),
        );
        self.check_unique(
            "send_back_reason",
            definition.send_back_reasons.iter().map(|reason| &reason.code),
        );
        self.check_unique(
            "attachment",
            definition.attachments.iter().map(|attachment| &attachment.code),
        );
        let has_final = definition.outcomes.iter().any(|outcome| outcome.r#final);
        self.require(
            has_final,
            "outcome",
            "no outcome is final: a request could never be answered",
        );
        let refuses = definition.outcomes.iter().any(|outcome| outcome.refusal);
        self.require(
            refuses != definition.refuse_reasons.is_empty(),
            "refuse_reason",
            "reasons for refusing and an outcome with refusal = true need each other",
        );
        self.require(
            !definition.send_back_reasons.is_empty(),
            "send_back_reason",
            "must have at least one",
        );
    }

    fn check_unique<T: Ord + Display>(&mut self, key: &str, codes: impl Iterator<Item = T>) {
        let mut seen = BTreeSet::new();
        for code in codes {
            let place = format!("{key}.{code}");
            if !seen.insert(code) {
                self.add(place, "the code stands twice");
            }
        }
    }

    fn check_outcome(&mut self, definition: &KindDefinition, outcome: &OutcomeDefinition) {
        let at = format!("outcome.{}", outcome.code);
        self.require(
            !outcome.refusal || outcome.r#final,
            &format!("{at}.refusal"),
            "a refusal must be final",
        );
        self.require(
            !outcome.measure || outcome.r#final,
            &format!("{at}.measure"),
            "a measure needs a final outcome",
        );
        self.require(
            !outcome.measure || definition.effect.is_measure(),
            &format!("{at}.measure"),
            "the kind's effect is once: it has no measure",
        );
        if let Some(pattern) = &outcome.measure_if {
            self.check_pattern(Subject::Answer, pattern, &format!("{at}.measure_if"));
            self.require(
                outcome.measure,
                &format!("{at}.measure_if"),
                "has no meaning without measure = true",
            );
        }
        let by_report = outcome.stated_by.contains(&StatedBy::Report);
        self.require(
            !outcome.stated_by.is_empty() && (!by_report || definition.effect.is_measure()),
            &format!("{at}.stated_by"),
            "must name a document; reports are for kinds with a measure",
        );
        self.require(
            !(outcome.measure && outcome.ends_measure),
            &format!("{at}.ends_measure"),
            "an outcome leaves a measure or ends it",
        );
        if let Some(related) = &outcome.related {
            self.check_related(definition, related, &format!("{at}.related"));
        }
        for (key, patterns) in [
            ("required", &outcome.required),
            ("optional", &outcome.optional),
            ("forbidden", &outcome.forbidden),
        ] {
            for pattern in patterns {
                self.check_pattern(Subject::Answer, pattern, &format!("{at}.{key}"));
            }
        }
    }

    fn check_related(&mut self, definition: &KindDefinition, related: &RelatedEffect, at: &str) {
        let names_measure = definition
            .relations
            .iter()
            .any(|relation| relation.r#type == related.r#type && relation.measure);
        self.require(names_measure, at, "the kind has no such relation to a measure");
        if let Some(pattern) = &related.reduce_by {
            self.check_pattern(Subject::Answer, pattern, &format!("{at}.reduce_by"));
        }
        let condition = related.end_if.as_ref().map(|condition| condition.pointer.as_str());
        self.check_pointer(Subject::Order, condition, &format!("{at}.end_if"));
    }

    fn check_pattern(&mut self, subject: Subject, pattern: &Pattern, place: &str) {
        let (schema, file) = match subject {
            Subject::Order => (self.order, "order.schema.json"),
            Subject::Answer => (self.answer, "answer.schema.json"),
        };
        if !schema.knows(pattern) {
            self.add(place, format!("{pattern} does not exist in {file}"));
        }
    }

    pub(super) fn check_pointer(&mut self, subject: Subject, pointer: Option<&str>, place: &str) {
        match pointer.map(Pattern::parse) {
            None => {}
            Some(Ok(pattern)) => self.check_pattern(subject, &pattern, place),
            Some(Err(error)) => self.add(place, error.to_string()),
        }
    }

    fn check_sums(&mut self, definition: &KindDefinition) {
        for (index, rule) in definition.sums.iter().enumerate() {
            let at = format!("sum[{index}]");
            let terms = rule.left.iter().chain(&rule.right);
            self.check_rule(
                definition,
                &at,
                rule.on,
                &rule.outcomes,
                rule.each.as_ref(),
                &rule.at,
                terms,
            );
        }
        for (index, rule) in definition.times.iter().enumerate() {
            let at = format!("time[{index}]");
            let terms = [&rule.earlier, &rule.later].into_iter();
            self.check_rule(
                definition,
                &at,
                rule.on,
                &rule.outcomes,
                rule.each.as_ref(),
                &rule.at,
                terms,
            );
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts that sum and time rules share")]
    fn check_rule<'t>(
        &mut self,
        definition: &KindDefinition,
        at: &str,
        on: Subject,
        outcomes: &[crate::domain::document::parts::Code],
        each: Option<&Pattern>,
        shown_at: &Pattern,
        terms: impl Iterator<Item = &'t Term>,
    ) {
        for code in outcomes {
            let known = definition.outcomes.iter().any(|outcome| outcome.code == *code);
            self.require(
                known,
                &format!("{at}.outcomes"),
                &format!("the kind has no outcome {code}"),
            );
        }
        if let Some(each) = each {
            self.check_pattern(on, each, &format!("{at}.each"));
        }
        let shown = each.map_or_else(|| shown_at.clone(), |each| each.join(shown_at));
        self.check_pattern(on, &shown, &format!("{at}.at"));
        for term in terms {
            let place = format!("{at} term {term}");
            match (term.source, each) {
                (Source::Order, _) => self.check_pattern(Subject::Order, &term.pattern, &place),
                (Source::Answer, _) if on == Subject::Answer => {
                    self.check_pattern(Subject::Answer, &term.pattern, &place);
                }
                (Source::Answer, _) => self.add(place, "an order is checked before there is an answer"),
                (Source::Line, Some(each)) => self.check_pattern(on, &each.join(&term.pattern), &place),
                (Source::Line, None) => self.add(place, "line: needs the rule's key each"),
            }
        }
    }
}
