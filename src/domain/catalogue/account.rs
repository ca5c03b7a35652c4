//! Accounts in documents: where a payload names them, as its schema says.

use std::collections::BTreeSet;

use serde_json::Value;

use super::kind::Kind;
use super::schema::Schema;
use crate::domain::account::AccountNumber;

/// The shared definitions that every number of a debtor's account refers to. A payee's account is none of these.
const ACCOUNT_NUMBERS: [&str; 2] = ["account_number", "securities_account_number"];
/// The shared definitions of another authority's hold.
const PRIOR_HOLDS: [&str; 2] = ["prior_hold", "restriction"];

/// Which of a kind's documents a payload is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadOf {
    /// The order.
    Order,
    /// An answer, a report or a correction.
    Answer,
}

/// An object of a payload, such as a line of an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line<'k, 'v> {
    /// Its node of the schema.
    pub node: &'k Value,
    /// The object.
    pub value: &'v Value,
}

/// What a payload says of one account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SaidOfAccount<'k, 'v> {
    /// The objects that name it.
    pub lines: Vec<Line<'k, 'v>>,
    /// Whether one of them names another authority's hold.
    pub has_prior_hold: bool,
}

impl Kind {
    /// The schema of its payloads.
    pub fn schema_of(&self, payload_of: PayloadOf) -> &Schema {
        match payload_of {
            PayloadOf::Order => &self.order_schema,
            PayloadOf::Answer => &self.answer_schema,
        }
    }

    /// The accounts that a payload names.
    pub fn accounts_in(&self, payload_of: PayloadOf, payload: &Value) -> BTreeSet<AccountNumber> {
        let named = self.schema_of(payload_of).defined(&ACCOUNT_NUMBERS, payload);
        named.into_iter().filter_map(|(_, number)| number_of(number)).collect()
    }

    /// What a payload says of an account.
    pub fn said_of_account<'k, 'v>(
        &'k self,
        payload_of: PayloadOf,
        payload: &'v Value,
        account: &AccountNumber,
    ) -> SaidOfAccount<'k, 'v> {
        let schema = self.schema_of(payload_of);
        let mut said = SaidOfAccount::default();
        for (line, number) in schema.defined(&ACCOUNT_NUMBERS, payload) {
            if number_of(number).as_ref() == Some(account) {
                said.lines.push(line);
            }
        }
        let holds = schema.defined(&PRIOR_HOLDS, payload);
        said.has_prior_hold = holds
            .iter()
            .any(|(of, _)| said.lines.iter().any(|line| std::ptr::eq(line.value, of.value)));
        said
    }
}

fn number_of(value: &Value) -> Option<AccountNumber> {
    AccountNumber::parse(value.as_str()?).ok()
}

impl Schema {
    /// Every value in `payload` that refers to one of these definitions, with the object that has it.
    fn defined<'k, 'v>(&'k self, definitions: &[&str], payload: &'v Value) -> Vec<(Line<'k, 'v>, &'v Value)> {
        let is_one = |target: &str| {
            target
                .strip_prefix("#/$defs/")
                .is_some_and(|name| definitions.contains(&name))
        };
        let mut found = Vec::new();
        let whole = Line {
            node: self.document(),
            value: payload,
        };
        // A value with its node, and the object around it.
        let mut open = vec![(whole, whole)];
        while let Some((at, around)) = open.pop() {
            if at.node.get("$ref").and_then(Value::as_str).is_some_and(is_one) {
                found.push((around, at.value));
            }
            let node = self.follow(at.node);
            match at.value {
                Value::Object(members) => {
                    let own = Line { node, value: at.value };
                    let properties = node.get("properties");
                    open.extend(members.iter().rev().filter_map(|(name, value)| {
                        let node = properties?.get(name)?;
                        Some((Line { node, value }, own))
                    }));
                }
                Value::Array(items) => {
                    let of_items = node.get("items").into_iter();
                    let inner = of_items.flat_map(|node| items.iter().rev().map(move |value| Line { node, value }));
                    open.extend(inner.map(|line| (line, around)));
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        found
    }
}
