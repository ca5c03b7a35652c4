//! Accounts in documents: every schema that names a debtor's account says so, and what a document says of one is found.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::domain::account::AccountNumber;
use crate::domain::catalogue::account::PayloadOf;
use crate::domain::document::parts::Code;
use crate::domain::print::in_words;

use super::{catalogue, kind};

fn account(text: &str) -> AccountNumber {
    AccountNumber::parse(text).unwrap()
}

fn code(text: &str) -> Code {
    serde_json::from_value(text.into()).unwrap()
}

fn payload(document: &str) -> Value {
    serde_json::from_str::<Value>(document).unwrap()["payload"].clone()
}

/// Every property of a schema with its place.
fn properties(node: &Value, at: &str, found: &mut Vec<(String, Value)>) {
    if let Some(members) = node.get("properties").and_then(Value::as_object) {
        found.extend(
            members
                .iter()
                .map(|(name, node)| (format!("{at}/{name}"), node.clone())),
        );
    }
    match node {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, child)| properties(child, &format!("{at}/{name}"), found)),
        Value::Array(items) => items.iter().for_each(|child| properties(child, at, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn whatever_is_titled_number_of_an_account_is_one() {
    let catalogue = catalogue();
    let mut seen = BTreeSet::new();
    for kind in catalogue.kinds() {
        for schema in [&kind.order_schema, &kind.answer_schema] {
            let mut all = Vec::new();
            properties(schema.document(), "", &mut all);
            for (at, node) in all {
                let title = node["title"].as_str().unwrap_or_default();
                let is_titled = title.starts_with("Số tài khoản") || title.starts_with("Tài khoản chứng khoán");
                // A payee's account is not the debtor's.
                if !is_titled || at.contains("/receiving_account/") {
                    continue;
                }
                let target = node["$ref"].as_str().unwrap_or_default();
                let definitions = ["#/$defs/account_number", "#/$defs/securities_account_number"];
                assert!(definitions.contains(&target), "{}: {at}", kind.code());
                seen.insert(kind.code().as_str().to_owned());
            }
        }
    }
    let expected = [
        "account-debit",
        "account-freeze",
        "account-information",
        "freeze-release",
        "securities-freeze",
        "securities-information",
        "urgent-freeze",
    ];
    assert!(expected.iter().all(|code| seen.contains(*code)), "{seen:?}");
}

#[test]
fn what_the_shared_definition_takes_is_a_number() {
    let definitions: Value = serde_json::from_str(include_str!("../../../../catalogue/definitions.json")).unwrap();
    let definition = &definitions["$defs"]["account_number"];
    let mut schema = definition.clone();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let long = "9".repeat(34);
    for text in [
        "0011",
        "9527.3.1061234",
        "GK-000817",
        "999C000001",
        "0...",
        "A-.-",
        &long,
    ] {
        assert!(validator.is_valid(&json!(text)), "{text}");
        assert!(AccountNumber::parse(text).is_ok(), "{text}");
    }
    for text in ["001", "-0011", "0011 2233", "abcd", &format!("{long}9")] {
        assert!(!validator.is_valid(&json!(text)), "{text}");
    }
}

#[test]
fn the_accounts_of_the_examples_are_found() {
    let freeze = kind("account-freeze");
    let order = payload(&freeze.order_example);
    assert_eq!(
        freeze.accounts_in(PayloadOf::Order, &order),
        BTreeSet::from([account("0011004001234")])
    );
    let answer = payload(&freeze.answer_examples[&code("HELD_FULL")]);
    let held = BTreeSet::from([account("0011004001234"), account("0011374005678")]);
    assert_eq!(freeze.accounts_in(PayloadOf::Answer, &answer), held);
    let withdrawn = payload(&freeze.answer_examples[&code("WITHDRAWN_BEFORE")]);
    assert_eq!(
        freeze.accounts_in(PayloadOf::Answer, &withdrawn),
        BTreeSet::from([account("0011004001234")])
    );
    // The account to which the money goes is not one that is held.
    let debit = kind("account-debit");
    let order = payload(&debit.order_example);
    assert!(order["receiving_account"]["number"].is_string());
    assert_eq!(
        debit.accounts_in(PayloadOf::Order, &order),
        BTreeSet::from([account("0011004001234")])
    );
    let securities = kind("securities-information");
    let found = payload(&securities.answer_examples[&code("FOUND")]);
    let accounts = securities.accounts_in(PayloadOf::Answer, &found);
    let held = accounts.iter().filter(|account| {
        let said = securities.said_of_account(PayloadOf::Answer, &found, account);
        said.has_prior_hold
    });
    assert_eq!((accounts.len(), held.count()), (1, 1), "{found}");
    let nothing = kind("judgment-transfer");
    assert!(
        nothing
            .accounts_in(PayloadOf::Order, &payload(&nothing.order_example))
            .is_empty()
    );
}

#[test]
fn what_is_said_of_an_account_is_said_in_words_too() {
    let freeze = kind("account-freeze");
    let answer = payload(&freeze.answer_examples[&code("PRIOR_HOLD")]);
    let said = freeze.said_of_account(PayloadOf::Answer, &answer, &account("0011.0040.01234"));
    assert_eq!((said.lines.len(), said.has_prior_hold), (1, true));
    let words = in_words(freeze.answer_schema.document(), said.lines[0].node, said.lines[0].value);
    assert!(words.starts_with("Số tài khoản: 0011004001234; "), "{words}");
    assert!(
        words.contains("Kết quả: Đang bị phong tỏa theo quyết định khác"),
        "{words}"
    );
    assert!(words.contains("Cơ quan ra quyết định: "), "{words}");
    let other = freeze.said_of_account(PayloadOf::Answer, &answer, &account("0011374005678"));
    assert!(
        other.lines.is_empty() && !other.has_prior_hold,
        "another account's hold is none of this"
    );
    let held = payload(&freeze.answer_examples[&code("HELD_FULL")]);
    let second = freeze.said_of_account(PayloadOf::Answer, &held, &account("0011374005678"));
    assert_eq!(second.lines[0].value["account"], "0011374005678");
    assert!(!second.has_prior_hold);
}

#[test]
fn an_order_that_names_accounts_goes_to_one_holder() {
    for kind in catalogue().newest_kinds().filter(|kind| kind.definition.broadcast) {
        let order = payload(&kind.order_example);
        let own = &kind.definition.recipient_specific;
        let names_one = !kind.accounts_in(PayloadOf::Order, &order).is_empty();
        let is_specific = own.iter().any(|pattern| !pattern.matches(&order, "").is_empty());
        assert!(!names_one || is_specific, "{}", kind.code());
    }
}
