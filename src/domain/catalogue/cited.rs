//! Whether an order that another one cites covers it: the same person or body, no more money, and an earlier date. Which of
//! these a kind asks is data (`same_party`, `at_most` of `[[relation]]`); the date is asked always.

use serde_json::Value;

use super::definition::RelationDefinition;
use super::kind::Kind;
use crate::domain::document::OrderDocument;
use crate::domain::error::FieldViolation;
use crate::domain::money::{Money, Totals};
use crate::domain::text::same_words;

/// An order that is cited, as it was accepted.
#[derive(Debug)]
pub struct Cited<'a> {
    /// Its kind, in the revision it was submitted under.
    pub kind: &'a Kind,
    /// The order.
    pub order: &'a OrderDocument,
    /// Its payload.
    pub payload: &'a Value,
}

impl Kind {
    /// Everything by which `cited` does not cover an order of this kind; `index` is the number of the relation that cites it.
    pub fn cited_violations(
        &self,
        relation: &RelationDefinition,
        index: usize,
        (order, payload): (&OrderDocument, &Value),
        cited: &Cited<'_>,
    ) -> Vec<FieldViolation> {
        let mut found = Vec::new();
        if cited.order.head.date > order.head.date {
            found.push(FieldViolation::new(
                "/head/date",
                "before_cited",
                "Ngày của văn bản không được trước ngày của văn bản được viện dẫn.",
                "The date must not be before the date of the order that is cited.",
            ));
        }
        if relation.same_party && !shares_party(&parties(self, payload), &parties(cited.kind, cited.payload)) {
            found.push(FieldViolation::new(
                format!("/relations/{index}"),
                "other_party",
                "Văn bản được viện dẫn không phải về người, tổ chức này.",
                "The order that is cited is not about this person or body.",
            ));
        }
        for pattern in &relation.at_most {
            let total = |payload| total(pattern.matches(payload, "").into_iter().map(|(_, value)| value));
            // An order without an amount, such as one for named assets, sets no limit.
            let limit = total(cited.payload).filter(|_| !pattern.matches(cited.payload, "").is_empty());
            let (Some(own), Some(limit)) = (total(payload), limit) else {
                continue;
            };
            if !own.is_at_most(&limit) {
                found.push(FieldViolation::new(
                    format!("/payload{pattern}"),
                    "exceeds_cited",
                    "Số tiền không được nhiều hơn số tiền trong văn bản được viện dẫn.",
                    "The amount must not be more than in the order that is cited.",
                ));
            }
        }
        found
    }
}

impl Kind {
    /// Whether a payload of this kind and one of another are about the same person or body, and not about what belongs to one recipient and
    /// differs, such as other accounts (`recipient_specific`).
    pub fn is_about_the_same(&self, one: &Value, (kind, other): (&Self, &Value)) -> bool {
        if !shares_party(&parties(self, one), &parties(kind, other)) {
            return false;
        }
        let specific = |payload| -> Vec<&Value> {
            let patterns = self.definition.recipient_specific.iter();
            let found = patterns.flat_map(|pattern| pattern.matches(payload, ""));
            let items = found.flat_map(|(_, value)| {
                value
                    .as_array()
                    .map_or_else(|| vec![value], |items| items.iter().collect())
            });
            items.collect()
        };
        let (mine, theirs) = (specific(one), specific(other));
        let shared = || {
            mine.iter()
                .any(|one| theirs.iter().any(|other| is_same_thing(one, other)))
        };
        mine.is_empty() || theirs.is_empty() || shared()
    }
}

/// By all the numbers that both state, such as those of an account or of a sheet and a parcel; without one, if they are equal.
fn is_same_thing(one: &Value, other: &Value) -> bool {
    let (Value::Object(mine), Value::Object(theirs)) = (one, other) else {
        return one == other;
    };
    let is_number = |name: &str| name == "number" || name.ends_with("_number");
    let both = mine.iter().filter(|(name, _)| is_number(name));
    let pairs: Vec<(&Value, &Value)> = both
        .filter_map(|(name, value)| Some((value, theirs.get(name)?)))
        .collect();
    if pairs.is_empty() {
        one == other
    } else {
        pairs.iter().all(|(mine, theirs)| mine == theirs)
    }
}

fn total<'v>(values: impl Iterator<Item = &'v Value>) -> Option<Totals> {
    let mut totals = Totals::default();
    for value in values {
        totals = totals.add(Money::from_json(value)?, false)?;
    }
    Some(totals)
}

fn parties<'v>(kind: &Kind, payload: &'v Value) -> Vec<&'v Value> {
    let patterns = kind.definition.parties.iter();
    patterns
        .flat_map(|pattern| pattern.matches(payload, ""))
        .map(|(_, party)| party)
        .collect()
}

fn shares_party(own: &[&Value], cited: &[&Value]) -> bool {
    own.iter()
        .any(|one| cited.iter().any(|other| is_same_party(one, other)))
}

/// By a number that both papers state; if they state none of the same sort, by name.
fn is_same_party(one: &Value, other: &Value) -> bool {
    let numbers = |party: &Value| -> Vec<(String, String)> {
        let list = party.get("identifiers").and_then(Value::as_array);
        let text = |item: &Value, member: &str| item.get(member).and_then(Value::as_str).map(str::to_owned);
        list.into_iter()
            .flatten()
            .filter_map(|item| Some((text(item, "type")?, text(item, "number")?)))
            .collect()
    };
    let (mine, theirs) = (numbers(one), numbers(other));
    let shared = |(sort, _): &&(String, String)| theirs.iter().any(|(other, _)| other == sort);
    let comparable: Vec<_> = mine.iter().filter(shared).collect();
    if !comparable.is_empty() {
        return comparable.iter().any(|number| theirs.contains(number));
    }
    let name = |party: &Value| {
        party
            .get("full_name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    !name(one).is_empty() && same_words(&name(one), &name(other))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::catalogue::Catalogue;
    use crate::domain::document::parse;
    use crate::domain::document::parts::RelationType;
    use crate::domain::ids::KindCode;

    fn against(change: impl FnOnce(&mut Value), change_cited: impl FnOnce(&mut Value)) -> Vec<(String, String)> {
        let catalogue = Catalogue::embedded().unwrap();
        let kind = |code: &str| catalogue.newest(&KindCode::parse(code).unwrap()).unwrap().clone();
        let (debit, freeze) = (kind("account-debit"), kind("account-freeze"));
        let read = |kind: &Kind, change: &mut dyn FnMut(&mut Value)| -> (OrderDocument, Value) {
            let mut value: Value = serde_json::from_str(&kind.order_example).unwrap();
            change(&mut value);
            let order: OrderDocument = parse(value.to_string().as_bytes()).unwrap();
            (order, value["payload"].clone())
        };
        let (mut change, mut change_cited) = (Some(change), Some(change_cited));
        let (order, payload) = read(&debit, &mut |value| change.take().unwrap()(value));
        let (cited, cited_payload) = read(&freeze, &mut |value| change_cited.take().unwrap()(value));
        let cited = Cited {
            kind: &freeze,
            order: &cited,
            payload: &cited_payload,
        };
        let relation = debit.relation(RelationType::Follows).unwrap();
        let found = debit.cited_violations(relation, 0, (&order, &payload), &cited);
        found
            .into_iter()
            .map(|violation| (violation.field, violation.reason))
            .collect()
    }

    fn one(field: &str, reason: &str) -> Vec<(String, String)> {
        vec![(field.to_owned(), reason.to_owned())]
    }

    #[test]
    fn orders_about_the_same_person_are_the_same_unless_they_name_other_accounts() {
        let catalogue = Catalogue::embedded().unwrap();
        let freeze = catalogue
            .newest(&KindCode::parse("account-freeze").unwrap())
            .unwrap()
            .clone();
        let example: Value = serde_json::from_str(&freeze.order_example).unwrap();
        let with = |accounts: &[&str]| {
            let mut payload = example["payload"].clone();
            payload["accounts"] = accounts
                .iter()
                .map(|number| json!({ "number": number, "branch": format!("nơi ghi {number}") }))
                .collect();
            if accounts.is_empty() {
                payload.as_object_mut().unwrap().remove("accounts");
            }
            payload
        };
        let is_same = |one: &[&str], other: &[&str]| freeze.is_about_the_same(&with(one), (&freeze, &with(other)));
        assert!(is_same(&["1"], &["1"]) && is_same(&["1", "2"], &["2"]) && is_same(&[], &["2"]));
        assert!(!is_same(&["1"], &["2"]));
        let mut somebody_else = with(&["1"]);
        somebody_else["debtor"]["identifiers"] = json!([{ "type": "CITIZEN_ID", "number": "001085099999" }]);
        assert!(!freeze.is_about_the_same(&with(&["1"]), (&freeze, &somebody_else)));
    }

    #[test]
    fn a_debit_is_covered_by_the_freeze_that_it_cites() {
        let set =
            |pointer: &'static str, value: Value| move |order: &mut Value| *order.pointer_mut(pointer).unwrap() = value;
        let nothing = |_: &mut Value| {};
        assert_eq!(against(nothing, nothing), []);
        let total = "/payload/amounts/total/amount";
        assert_eq!(
            against(set(total, json!("153500001")), nothing),
            one("/payload/amounts/total", "exceeds_cited")
        );
        assert_eq!(against(set(total, json!("1")), nothing), []);
        assert_eq!(
            against(nothing, set("/head/date", json!("2026-11-24"))),
            one("/head/date", "before_cited")
        );
        let number = "/payload/debtor/identifiers/0/number";
        assert_eq!(
            against(nothing, set(number, json!("001085099999"))),
            one("/relations/0", "other_party")
        );
        let name = "/payload/debtor/full_name";
        assert_eq!(
            against(nothing, set(name, json!("Người Khác"))),
            [],
            "the number says who it is"
        );
        let unnumbered = |name: &'static str| {
            move |order: &mut Value| {
                order["payload"]["debtor"]["full_name"] = name.into();
                order["payload"]["debtor"]
                    .as_object_mut()
                    .unwrap()
                    .remove("identifiers");
            }
        };
        assert_eq!(
            against(unnumbered("Nguyễn Văn Giả"), nothing),
            [],
            "without a number the name"
        );
        assert_eq!(
            against(unnumbered("Nguyễn Văn Gia"), nothing),
            one("/relations/0", "other_party")
        );
    }
}
