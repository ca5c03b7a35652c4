//! One kind, ready for use: its definition, compiled schemas and examples.

use std::collections::BTreeMap;

use serde_json::Value;

use super::definition::{KindDefinition, OutcomeDefinition, RelationDefinition};
use super::load::Problems;
use super::pattern::Pattern;
use super::rule::DeadlineRule;
use super::rules::check_definition;
use super::schema::Schema;
use super::sums::Subject;
use crate::domain::document::parts::{Code, RelationType};
use crate::domain::ids::KindCode;
use crate::domain::mailbox::Lane;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// A kind of request, in one revision.
#[derive(Debug)]
pub struct Kind {
    /// What `kind.toml` says.
    pub definition: KindDefinition,
    /// JSON Schema of the order's payload.
    pub order_schema: Schema,
    /// JSON Schema of the answer's payload.
    pub answer_schema: Schema,
    /// A valid `OrderDocument`, JSON text.
    pub order_example: String,
    /// A valid `AnswerDocument` per outcome, JSON text.
    pub answer_examples: BTreeMap<Code, String>,
}

/// What the hub takes from an order that fits its kind.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderFacts {
    /// The payload, parsed: conditions and stated times of clocks are read in it.
    pub payload: Value,
}

/// What the hub takes from an answer (or report, or correction) that fits its kind.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerFacts {
    /// The outcome's code.
    pub outcome: Code,
    /// Whether the outcome is final.
    pub is_final: bool,
    /// Whether it is a refusal.
    pub is_refusal: bool,
    /// When the recipient executed the order, if the answer states it (Decree 152/2026 Art. 43.2c counts from it).
    pub executed_time: Option<Timestamp>,
    /// The measure that is in force after it, if there is one.
    pub measure: Option<MeasureFacts>,
    /// Whether the request's own measure is over with it.
    pub ends_measure: bool,
    /// What it does to the measure of an earlier request.
    pub related: Option<RelatedFacts>,
    /// The payload, parsed: stated times of clocks are read in it.
    pub payload: Value,
}

/// A measure as an answer states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeasureFacts {
    /// How much is bound, if the kind states an amount.
    pub amount: Option<Money>,
}

/// What an answer does to the measure that the order's relation names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelatedFacts {
    /// The relation that names the measure.
    pub relation: RelationType,
    /// By how much it holds less.
    pub reduce_by: Option<Money>,
    /// Whether it is over.
    pub ends: bool,
}

impl Kind {
    /// What is wrong in clocks and outcomes that are to be added to it: the key and what.
    pub(crate) fn problems_of(
        &self,
        deadlines: &[DeadlineRule],
        outcomes: &[OutcomeDefinition],
    ) -> Vec<(String, String)> {
        let own = &self.definition;
        let mut definition = own.clone();
        definition.deadlines = deadlines.to_vec();
        definition.outcomes.extend(outcomes.iter().cloned());
        definition.copies.clear();
        let mut problems = Problems::of(own.code.as_str());
        check_definition(&definition, &self.order_schema, &self.answer_schema, &mut problems);
        let mut found: Vec<(String, String)> = problems
            .list
            .into_iter()
            .map(|problem| (problem.place, problem.text))
            .collect();
        for (index, rule) in deadlines.iter().enumerate() {
            let has_it = |known: &DeadlineRule| {
                known.name == rule.name && known.regimes.iter().any(|regime| rule.regimes.contains(regime))
            };
            if own.deadlines.iter().any(has_it) {
                let at = format!("deadline[{index}] ({})", rule.name);
                found.push((at, "it has this clock already: [[shorten]] makes it shorter".to_owned()));
            }
        }
        found
    }

    /// Whether its orders lift what holds somebody: they go first, and no flood of others may keep them out.
    pub fn lifts(&self) -> bool {
        let definition = &self.definition;
        let lets_go = |relation: &RelationDefinition| relation.r#type == RelationType::Releases || relation.measure;
        definition.lane == Lane::Urgent && !definition.effect.is_measure() && definition.relations.iter().any(lets_go)
    }

    /// What it says of relations of that sort.
    pub fn relation(&self, relation: RelationType) -> Option<&RelationDefinition> {
        self.definition.relations.iter().find(|known| known.r#type == relation)
    }

    /// Its code.
    pub fn code(&self) -> &KindCode {
        &self.definition.code
    }

    /// Its revision.
    pub fn revision(&self) -> u32 {
        self.definition.revision
    }

    /// The outcome with that code.
    pub fn outcome(&self, code: &Code) -> Option<&OutcomeDefinition> {
        self.definition.outcomes.iter().find(|outcome| &outcome.code == code)
    }

    /// Whether an answer with this outcome must have result lines.
    pub fn lines_required(&self, outcome: &OutcomeDefinition) -> bool {
        let lines = self.definition.lines.as_ref().and_then(Pattern::first_member);
        lines.is_some() && outcome.required.iter().any(|pattern| pattern.first_member() == lines)
    }

    /// Whether an answer with this outcome states sums that the hub checks.
    pub fn sums_required(&self, outcome: &OutcomeDefinition) -> bool {
        self.definition.sums.iter().any(|rule| {
            let applies = rule.outcomes.is_empty() || rule.outcomes.contains(&outcome.code);
            let stated = |pattern: &Pattern| pattern.first_member() == rule.at.first_member();
            applies && rule.on == Subject::Answer && outcome.required.iter().any(stated)
        })
    }
}
