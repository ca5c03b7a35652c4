//! The payload of account-information as XML: auth.001 and auth.002 have no elements for most of it, and take any XML where
//! they have none. Members become elements of the same name, items of a list elements `item`; nothing is lost.

use serde_json::{Map, Number, Value};

use super::Fault;
use super::xml_at::{At, Ignored};
use super::xml_write::XmlWriter;

/// The namespace of the payload's elements. Ours: no standard has it.
pub const NAMESPACE: &str = "urn:vn:lienthong:account-information:1";

/// The most characters of a text.
const MOST_CHARACTERS: usize = 4000;

/// What a member is. Says only what XML does not: the schemas of the kind say what is allowed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Text,
    Integer,
    Flag,
    List(&'static Shape),
    Object(&'static [(&'static str, Shape)]),
}

use Shape::{Flag, Integer, List, Object, Text};

const MONEY: Shape = Object(&[("amount", Text), ("currency", Text)]);

const IDENTIFIER: Shape = Object(&[
    ("type", Text),
    ("number", Text),
    ("issue_date", Text),
    ("issued_by", Text),
    ("valid_to", Text),
]);

const PERSON: Shape = Object(&[
    ("type", Text),
    ("full_name", Text),
    ("other_names", List(&Text)),
    ("date_of_birth", Text),
    ("year_of_birth", Integer),
    ("identifiers", List(&IDENTIFIER)),
    ("address", Text),
]);

const ACCOUNT: Shape = Object(&[("number", Text), ("holder_name", Text), ("branch", Text)]);

/// The payload of the order.
pub(super) const ORDER: Shape = Object(&[
    ("person", PERSON),
    ("scope", Text),
    ("accounts", List(&ACCOUNT)),
    ("requested_information", List(&Text)),
    ("period", Object(&[("from", Text), ("to", Text)])),
    ("purpose", Text),
    ("reply_place", Text),
    ("requested_due_date", Text),
    ("note", Text),
]);

const HOLD: Shape = Object(&[
    ("authority", Text),
    ("document_number", Text),
    ("date", Text),
    ("amount", MONEY),
]);

const ASSET: Shape = Object(&[
    ("description", Text),
    ("quantity", Object(&[("amount", Text), ("unit", Text)])),
]);

const STATEMENT: Shape = Object(&[
    ("opening", MONEY),
    ("credits", MONEY),
    ("debits", MONEY),
    ("closing", MONEY),
]);

const LINE: Shape = Object(&[
    ("account", Text),
    ("branch", Text),
    ("account_type", Text),
    ("status", Text),
    ("salary", Flag),
    ("joint_owners", Integer),
    ("pledged", Flag),
    ("maturity_date", Text),
    ("closed_date", Text),
    ("balance", MONEY),
    ("available", MONEY),
    ("balance_missing", Flag),
    ("holds", List(&HOLD)),
    ("assets", List(&ASSET)),
    ("statement", STATEMENT),
    ("note", Text),
]);

/// The payload of the answer.
pub(super) const ANSWER: Shape = Object(&[
    ("as_of", Text),
    ("lines", List(&LINE)),
    ("totals", List(&MONEY)),
    ("nothing_for", List(&Text)),
    ("missing", Text),
    ("searched_by", List(&Text)),
    ("hits", Integer),
    ("needed", Text),
    ("progress", Text),
    ("expected_date", Text),
    ("note", Text),
]);

/// Reasons of a refusal.
pub(super) const REASONS: Shape = List(&Object(&[("code", Text), ("text", Text)]));

/// Writes `value` as the element `name`.
///
/// # Errors
/// `shape` if the value is of another sort than the kind's payload has there.
pub(super) fn write(xml: &mut XmlWriter, name: &str, value: &Value, shape: Shape) -> Result<(), Fault> {
    match (shape, value) {
        (Text, Value::String(text)) => xml.leaf(name, text),
        (Integer, Value::Number(number)) if number.is_u64() => xml.leaf(name, &number.to_string()),
        (Flag, Value::Bool(flag)) => xml.leaf(name, if *flag { "true" } else { "false" }),
        (List(item), Value::Array(values)) => {
            xml.open(name)?;
            for value in values {
                write(xml, "item", value, *item)?;
            }
            xml.close()
        }
        (Object(members), Value::Object(values)) => {
            xml.open(name)?;
            if let Some(unknown) = values.keys().find(|key| !members.iter().any(|(known, _)| known == key)) {
                return Err(misshapen(&format!("{}/{unknown}", xml.path())));
            }
            for (member, shape) in members {
                if let Some(value) = values.get(*member) {
                    write(xml, member, value, *shape)?;
                }
            }
            xml.close()
        }
        _ => Err(misshapen(&format!("{}/{name}", xml.path()))),
    }
}

/// Reads an element back.
///
/// # Errors
/// `shape` if its text is not of the sort that the kind's payload has there; `too_long`, `repeated`.
pub(super) fn read(at: &At<'_>, shape: Shape, ignored: &mut Ignored) -> Result<Value, Fault> {
    let text = at.own_text(MOST_CHARACTERS)?.unwrap_or_default();
    match shape {
        Text => Ok(Value::String(text)),
        Integer => match text.parse::<u64>() {
            Ok(number) => Ok(Value::Number(Number::from(number))),
            Err(_) => Err(misshapen(at.path())),
        },
        Flag => match text.as_str() {
            "true" | "1" => Ok(Value::Bool(true)),
            "false" | "0" => Ok(Value::Bool(false)),
            _ => Err(misshapen(at.path())),
        },
        List(item) => {
            at.note_unknown(&["item"], ignored);
            let items = at.children("item");
            let values: Result<Vec<Value>, Fault> = items.iter().map(|one| read(one, *item, ignored)).collect();
            Ok(Value::Array(values?))
        }
        Object(members) => {
            let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
            at.note_unknown(&names, ignored);
            let mut values = Map::new();
            for (name, shape) in members {
                if let Some(child) = at.child(name)? {
                    values.insert((*name).to_owned(), read(&child, *shape, ignored)?);
                }
            }
            Ok(Value::Object(values))
        }
    }
}

fn misshapen(path: &str) -> Fault {
    Fault::new(
        path,
        "shape",
        "Nội dung không đúng kiểu của loại yêu cầu account-information.",
        "The content is not what the kind account-information has there.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    /// Holds `shape` against `schema`, its own definitions and the shared ones.
    fn compare(shape: Shape, schema: &Value, own: &Value, shared: &Value, at: &str) {
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let name = target.strip_prefix("#/$defs/").unwrap();
            let definition = own["$defs"].get(name).unwrap_or(&shared["$defs"][name]);
            return compare(shape, definition, own, shared, at);
        }
        match shape {
            Text => assert_eq!(schema["type"], "string", "{at}"),
            Integer => assert_eq!(schema["type"], "integer", "{at}"),
            Flag => assert_eq!(schema["type"], "boolean", "{at}"),
            List(item) => compare(*item, &schema["items"], own, shared, &format!("{at}/*")),
            Object(members) => {
                let properties = schema["properties"].as_object().unwrap();
                let mut named: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
                let mut expected: Vec<&str> = properties.keys().map(String::as_str).collect();
                named.sort_unstable();
                expected.sort_unstable();
                assert_eq!(named, expected, "{at}");
                for (name, shape) in members {
                    compare(*shape, &properties[*name], own, shared, &format!("{at}/{name}"));
                }
            }
        }
    }

    #[test]
    fn the_shapes_are_those_of_the_kind_s_schemas() {
        let shared = json(include_str!("../../catalogue/definitions.json"));
        let order = json(include_str!(
            "../../catalogue/kinds/account-information/order.schema.json"
        ));
        let answer = json(include_str!(
            "../../catalogue/kinds/account-information/answer.schema.json"
        ));
        compare(ORDER, &order, &order, &shared, "order");
        compare(ANSWER, &answer, &answer, &shared, "answer");
    }
}
