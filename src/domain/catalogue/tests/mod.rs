//! The catalogue as a whole: what is embedded is sound, what is broken is named, and documents that do not fit their
//! kind are refused at the right place.

mod account;
mod account_debit;
mod account_freeze;
mod account_information;
mod assets;
mod attachments;
mod broken;
mod coercion_consultation;
mod complaints;
mod decision_copy;
mod diff;
mod enquiries;
mod entrustment;
mod freeze_release;
mod golden;
mod hand_overs;
mod income_deduction;
mod income_information;
mod judgment_clarification;
mod judgment_transfer;
mod labels;
mod land_information;
mod measures;
mod procuracy;
mod publication;
mod registration_release;
mod registration_suspension;
mod residence_information;
mod shared_definitions;
mod title_and_recommendation;
mod urgent_freeze;

use serde_json::Value;

use super::*;
use crate::domain::document::{self, AnswerDocument, Document as _, OrderDocument, ReportDocument};
use crate::domain::error::FieldViolation;

/// A change that makes an example wrong.
type Change = fn(&mut Value);

fn catalogue() -> Arc<Catalogue> {
    match Catalogue::embedded() {
        Ok(catalogue) => catalogue,
        Err(broken) => panic!("{broken}"),
    }
}

fn kind(code: &str) -> Arc<Kind> {
    static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(catalogue);
    let code = KindCode::parse(code).unwrap();
    Arc::clone(CATALOGUE.newest(&code).unwrap())
}

fn places(found: &[FieldViolation]) -> Vec<&str> {
    found.iter().map(|violation| violation.field.as_str()).collect()
}

/// The pointers at which the order is refused after `change`; none if it is accepted.
fn order_refused_at(kind: &Kind, change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut order: Value = serde_json::from_str(&kind.order_example).unwrap();
    change(&mut order);
    let found = match document::parse::<OrderDocument>(order.to_string().as_bytes()) {
        Ok(order) => kind.check_order(&order).err().unwrap_or_default(),
        Err(error) => error.fields().to_vec(),
    };
    assert_bilingual(&found);
    places(&found).into_iter().map(str::to_owned).collect()
}

/// The pointers at which the answer is refused after `change`; none if it is accepted.
fn answer_refused_at(kind: &Kind, outcome: &str, change: impl FnOnce(&mut Value)) -> Vec<String> {
    match changed_answer(kind, outcome, change) {
        Ok(_) => Vec::new(),
        Err(found) => places(&found).into_iter().map(str::to_owned).collect(),
    }
}

/// The example of `outcome` after `change`, checked as the document that its `schema` names: an answer or a report.
fn changed_answer(
    kind: &Kind,
    outcome: &str,
    change: impl FnOnce(&mut Value),
) -> Result<AnswerFacts, Vec<FieldViolation>> {
    let order = document::parse::<OrderDocument>(kind.order_example.as_bytes()).unwrap();
    let (_, text) = kind
        .answer_examples
        .iter()
        .find(|(code, _)| code.as_str() == outcome)
        .unwrap();
    let mut answer: Value = serde_json::from_str(text).unwrap();
    change(&mut answer);
    let bytes = answer.to_string();
    let checked = if answer["schema"] == ReportDocument::SCHEMA {
        document::parse::<ReportDocument>(bytes.as_bytes())
            .map_err(|error| error.fields().to_vec())
            .and_then(|report| kind.check_report(&order, &report))
    } else {
        document::parse::<AnswerDocument>(bytes.as_bytes())
            .map_err(|error| error.fields().to_vec())
            .and_then(|answer| kind.check_answer(&order, &answer))
    };
    if let Err(found) = &checked {
        assert_bilingual(found);
    }
    checked
}

fn assert_bilingual(found: &[FieldViolation]) {
    for violation in found {
        assert!(
            !violation.text.vi.is_empty() && !violation.text.en.is_empty(),
            "{violation:?}"
        );
        assert!(!violation.reason.is_empty());
    }
}

fn remove(value: &mut Value, member: &str) {
    value.as_object_mut().unwrap().remove(member).unwrap();
}

#[test]
fn the_embedded_catalogue_is_sound() {
    let catalogue = catalogue();
    assert!(catalogue.kinds().count() >= 2);
    assert_eq!(catalogue.revision().len(), 64);
}

#[test]
fn every_outcome_has_an_accepted_example() {
    for kind in catalogue().kinds() {
        for outcome in &kind.definition.outcomes {
            let facts = changed_answer(kind, outcome.code.as_str(), |_| {}).unwrap();
            assert_eq!((facts.outcome, facts.is_final), (outcome.code.clone(), outcome.r#final));
            assert_eq!(facts.is_refusal, outcome.refusal);
        }
    }
}

#[test]
fn every_kind_has_clocks_under_both_regimes() {
    for kind in catalogue().kinds() {
        for regime in rule::Regime::ALL {
            let has = kind
                .definition
                .deadlines
                .iter()
                .any(|rule| rule.regimes.contains(regime));
            assert!(has, "{} under {regime}", kind.code());
        }
    }
}

#[test]
fn a_kind_is_found_only_while_it_is_in_effect() {
    let catalogue = catalogue();
    let code = KindCode::parse("account-freeze").unwrap();
    let day = |text: &str| text.parse::<Date>().unwrap();
    assert!(catalogue.kind(&code, day("2026-11-22")).is_some());
    assert!(catalogue.kind(&code, day("2019-12-31")).is_none());
    assert!(catalogue.kind_revision(&code, 1).is_some() && catalogue.kind_revision(&code, 2).is_none());
    assert!(
        catalogue
            .kind(&KindCode::parse("no-such-kind").unwrap(), day("2026-11-22"))
            .is_none()
    );
}

#[test]
fn no_error_text_repeats_a_value() {
    let secret = "XX-SECRET-99";
    for kind in catalogue().kinds() {
        let mut order: Value = serde_json::from_str(&kind.order_example).unwrap();
        poison(&mut order["payload"], secret);
        let order = document::parse::<OrderDocument>(order.to_string().as_bytes()).unwrap();
        for violation in kind.check_order(&order).unwrap_err() {
            assert!(
                !violation.text.vi.contains(secret) && !violation.text.en.contains(secret),
                "{violation:?}"
            );
        }
    }
}

/// Replaces every leaf by a text.
fn poison(value: &mut Value, text: &str) {
    match value {
        Value::Object(members) => members.values_mut().for_each(|member| poison(member, text)),
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, text)),
        leaf @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => *leaf = text.into(),
    }
}
