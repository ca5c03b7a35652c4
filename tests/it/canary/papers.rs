//! The documents of the run: every example of the catalogue, grown by whatever its schema allows besides, and marked.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use lienthong::domain::catalogue::Kind;
use lienthong::domain::document::{AnswerDocument, OrderDocument, ReportDocument, parse};
use lienthong::domain::error::FieldViolation;
use serde_json::{Value, json};

use super::envelope;
use super::fields::{Marker, Node};
use super::scan::leaks;
use crate::harness::commands::CATALOGUE;

/// The documents of one kind.
pub(super) struct Papers {
    pub(super) kind: Arc<Kind>,
    /// The example's order, and others that hold what it cannot.
    pub(super) orders: Vec<Value>,
    /// An answer for each outcome, or a report where only a report may state it; and others, as of orders. All answer the
    /// first order.
    pub(super) answers: Vec<Value>,
    /// Fields of its schemas that no document could be made to hold: `answer /lines/*/note`.
    missing: BTreeSet<String>,
}

/// The documents of every kind, and the amounts in them.
pub(super) static PAPERS: LazyLock<(Vec<Papers>, BTreeSet<String>)> = LazyLock::new(|| {
    let mut marker = Marker::default();
    let papers = CATALOGUE.kinds().map(|kind| papers(kind, &mut marker)).collect();
    (papers, marker.amounts)
});

/// Fields that no document holds, and why.
const UNREACHED: &[(&str, &str)] = &[
    (
        "account-freeze answer /further/lines/*/account",
        "lines must add up to what was added; their definition is that of /lines/*",
    ),
    (
        "account-freeze answer /further/lines/*/note",
        "lines must add up to what was added; their definition is that of /lines/*",
    ),
    ("urgent-freeze answer /further/lines/*/account", "as account-freeze"),
    ("urgent-freeze answer /further/lines/*/note", "as account-freeze"),
    (
        "exit-suspension order /organisation/address",
        "only of a legal representative; the definition is that of /subject",
    ),
    (
        "exit-suspension order /organisation/full_name",
        "only of a legal representative; the definition is that of /subject",
    ),
    (
        "exit-suspension order /organisation/identifiers/*/issued_by",
        "only of a legal representative; the definition is that of /subject",
    ),
    (
        "exit-suspension order /organisation/identifiers/*/number",
        "only of a legal representative; the definition is that of /subject",
    ),
    (
        "exit-suspension order /organisation/other_names/*",
        "only of a legal representative; the definition is that of /subject",
    ),
    (
        "exit-suspension-change order /changes/*",
        "only of an adjustment; the example extends",
    ),
    (
        "commune-verification order /other_content",
        "only of contents that the list does not have; the example asks for those of the list",
    ),
    (
        "verification-entrustment order /tasks/*/account/branch",
        "only of tasks about accounts; the definition is the shared one",
    ),
    (
        "verification-entrustment order /tasks/*/account/holder_name",
        "only of tasks about accounts; the definition is the shared one",
    ),
    (
        "verification-entrustment order /tasks/*/account/number",
        "only of tasks about accounts; the definition is the shared one",
    ),
];

fn wrong_in_order(kind: &Kind, order: &Value) -> Vec<FieldViolation> {
    match parse::<OrderDocument>(order.to_string().as_bytes()) {
        Ok(order) => kind.check_order(&order).err().unwrap_or_default(),
        Err(error) => error.fields().to_vec(),
    }
}

fn wrong_in_answer(kind: &Kind, order: &OrderDocument, answer: &Value) -> Vec<FieldViolation> {
    let text = answer.to_string();
    let found = if answer["schema"] == "lienthong/report/1" {
        parse::<ReportDocument>(text.as_bytes()).map(|report| kind.check_report(order, &report).err())
    } else {
        parse::<AnswerDocument>(text.as_bytes()).map(|answer| kind.check_answer(order, &answer).err())
    };
    match found {
        Ok(found) => found.unwrap_or_default(),
        Err(error) => error.fields().to_vec(),
    }
}

fn papers(kind: &Arc<Kind>, marker: &mut Marker) -> Papers {
    let code = kind.code().as_str();
    let read = |text: &str| -> Value { serde_json::from_str(text).expect("JSON") };
    let (order_schema, answer_schema) = (
        Node::root(kind.order_schema.document()),
        Node::root(kind.answer_schema.document()),
    );
    let mut missing = BTreeSet::new();

    let mut wanted = order_schema.all_sensitive();
    let mut order = read(&kind.order_example);
    let wrong = |order: &Value| wrong_in_order(kind, order);
    grow(order_schema, &mut order, &mut wanted, &wrong);
    let mut orders = reach(order_schema, &order, &mut wanted, &wrong);
    missing.extend(wanted.into_iter().map(|at| format!("{code} order {at}")));
    let sent: OrderDocument = parse(order.to_string().as_bytes()).expect("an order");
    orders.insert(0, order);

    let mut wanted = answer_schema.all_sensitive();
    let wrong = |answer: &Value| wrong_in_answer(kind, &sent, answer);
    let mut answers: Vec<Value> = kind.answer_examples.values().map(|text| read(text)).collect();
    for answer in &mut answers {
        grow(answer_schema, answer, &mut wanted, &wrong);
    }
    for index in 0..answers.len() {
        let more = reach(answer_schema, &answers[index], &mut wanted, &wrong);
        answers.extend(more);
    }
    missing.extend(wanted.into_iter().map(|at| format!("{code} answer {at}")));

    for order in &mut orders {
        mark(order_schema, order, marker);
        assert_eq!(wrong_in_order(kind, order), [], "{code}");
    }
    let sent: OrderDocument = parse(orders[0].to_string().as_bytes()).expect("an order");
    for answer in &mut answers {
        mark(answer_schema, answer, marker);
        assert_eq!(wrong_in_answer(kind, &sent, answer), [], "{code} {}", answer["outcome"]);
    }
    Papers {
        kind: Arc::clone(kind),
        orders,
        answers,
        missing,
    }
}

/// Marks a whole document with a payload.
pub(super) fn mark(schema: Node<'_>, document: &mut Value, marker: &mut Marker) {
    marker.payload(schema, &mut document["payload"]);
    envelope::mark(document, marker);
}

/// Says what is wrong with a document.
type Wrong<'a> = &'a dyn Fn(&Value) -> Vec<FieldViolation>;

/// Adds to the payload what is wanted and still missing, member by member, as long as nothing is wrong with the document.
/// What it then holds is no longer wanted.
fn grow(schema: Node<'_>, document: &mut Value, wanted: &mut BTreeSet<String>, wrong: Wrong<'_>) {
    held(schema, "", &document["payload"], wanted);
    let mut tried = BTreeSet::new();
    loop {
        let mut gaps = Vec::new();
        absent(schema, "", "", &document["payload"], wanted, &mut gaps);
        let gap = gaps
            .into_iter()
            .find(|(pointer, name, _)| tried.insert((pointer.clone(), name.clone())));
        let Some((pointer, name, member)) = gap else { return };
        for whole in [true, false] {
            let mut grown = document.clone();
            let place = grown["payload"].pointer_mut(&pointer).expect("an object");
            place[&name] = member.sample(whole);
            if wrong(&grown).is_empty() {
                *document = grown;
                held(schema, "", &document["payload"], wanted);
                break;
            }
        }
    }
}

/// Other documents of the same sort that hold what is still wanted: a choice made otherwise, what then must be there added,
/// what then must not be there left out.
fn reach(schema: Node<'_>, document: &Value, wanted: &mut BTreeSet<String>, wrong: Wrong<'_>) -> Vec<Value> {
    let mut others = Vec::new();
    let mut gaps = Vec::new();
    absent(schema, "", "", &document["payload"], wanted, &mut gaps);
    for (pointer, name, member) in gaps {
        let mut holds = BTreeSet::new();
        let at: String = pointer
            .split('/')
            .skip(1)
            .map(|step| match step.parse::<usize>() {
                Ok(_) => "/*".to_owned(),
                Err(_) => format!("/{step}"),
            })
            .collect();
        member.sensitive(&format!("{at}/{name}"), &mut holds);
        let mut choices = vec![None];
        for place in BTreeSet::from(["", &pointer]) {
            choices.extend(choices_at(schema, &document["payload"], place).into_iter().map(Some));
        }
        let tries = choices
            .into_iter()
            .flat_map(|choice| [true, false].map(|whole| (choice.clone(), whole)));
        for (choice, whole) in tries {
            if holds.is_disjoint(wanted) {
                break;
            }
            let mut other = document.clone();
            if let Some((place, value)) = choice {
                *other["payload"].pointer_mut(&place).expect("a choice") = value;
            }
            other["payload"].pointer_mut(&pointer).expect("an object")[&name] = member.sample(whole);
            if mended(schema, &mut other, &format!("{pointer}/{name}"), wrong) {
                grow(schema, &mut other, wanted, wrong);
                others.push(other);
            }
        }
    }
    others
}

/// The choices of the object at `pointer`: words of the catalogue, yes or no.
fn choices_at(schema: Node<'_>, payload: &Value, pointer: &str) -> Vec<(String, Value)> {
    let mut choices = Vec::new();
    let object = payload.pointer(pointer).and_then(Value::as_object);
    for name in object.into_iter().flat_map(|members| members.keys()) {
        let place = format!("{pointer}/{name}");
        let options = schema.below(&place).map(Node::options).unwrap_or_default();
        choices.extend(options.into_iter().map(|option| (place.clone(), option)));
    }
    choices
}

/// Mends a document a few times by what is said to be wrong with it; what stands at `kept` stays.
fn mended(schema: Node<'_>, document: &mut Value, kept: &str, wrong: Wrong<'_>) -> bool {
    for _ in 0..6 {
        let found = wrong(document);
        if found.is_empty() {
            return true;
        }
        for violation in found {
            let Some(place) = violation.field.strip_prefix("/payload") else {
                return false;
            };
            let Some((parent, name)) = place.rsplit_once('/') else {
                return false;
            };
            let Some(members) = document["payload"].pointer_mut(parent).and_then(Value::as_object_mut) else {
                return false;
            };
            if violation.reason == "required" {
                let Some(member) = schema.below(place) else {
                    return false;
                };
                members.insert(name.to_owned(), member.sample(false));
            } else if kept == place || kept.starts_with(&format!("{place}/")) {
                return false;
            } else {
                members.remove(name);
            }
        }
    }
    false
}

/// Takes what `value` holds from what is wanted.
fn held(schema: Node<'_>, at: &str, value: &Value, wanted: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let member = schema.member(name).expect("a member of the schema");
                held(member, &format!("{at}/{name}"), value, wanted);
            }
        }
        Value::Array(items) => {
            let schema = schema.items().expect("a list");
            for item in items {
                held(schema, &format!("{at}/*"), item, wanted);
            }
        }
        Value::String(_) => drop(wanted.remove(at)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Members that objects of `value` could have and have not, below which something is wanted.
fn absent<'s>(
    schema: Node<'s>,
    at: &str,
    pointer: &str,
    value: &Value,
    wanted: &BTreeSet<String>,
    gaps: &mut Vec<(String, String, Node<'s>)>,
) {
    match value {
        Value::Object(members) => {
            for (name, member) in schema.members() {
                let below = format!("{at}/{name}");
                // An empty list holds nothing either.
                if let Some(value) = members.get(name).filter(|value| **value != json!([])) {
                    absent(member, &below, &format!("{pointer}/{name}"), value, wanted, gaps);
                    continue;
                }
                let mut holds = BTreeSet::new();
                member.sensitive(&below, &mut holds);
                if !holds.is_disjoint(wanted) {
                    gaps.push((pointer.to_owned(), name.clone(), member));
                }
            }
        }
        Value::Array(items) => {
            let schema = schema.items().expect("a list");
            for (index, item) in items.iter().enumerate() {
                absent(
                    schema,
                    &format!("{at}/*"),
                    &format!("{pointer}/{index}"),
                    item,
                    wanted,
                    gaps,
                );
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Every text of the catalogue's examples that a mark takes the place of.
pub(crate) fn personal_texts() -> Vec<(String, String)> {
    let mut marker = Marker::default();
    for kind in CATALOGUE.kinds() {
        let mut collect = |schema: &Value, text: &str| {
            let mut document: Value = serde_json::from_str(text).expect("JSON");
            mark(Node::root(schema), &mut document, &mut marker);
        };
        collect(kind.order_schema.document(), &kind.order_example);
        for example in kind.answer_examples.values() {
            collect(kind.answer_schema.document(), example);
        }
    }
    let texts = marker.given.into_keys();
    texts.map(|(sort, text)| (format!("{sort:?}"), text)).collect()
}

#[test]
fn every_field_of_every_schema_is_marked_in_some_document() {
    let missing: BTreeSet<&str> = PAPERS
        .0
        .iter()
        .flat_map(|papers| &papers.missing)
        .map(String::as_str)
        .collect();
    let known: BTreeSet<&str> = UNREACHED.iter().map(|(field, _)| *field).collect();
    assert_eq!(missing, known);
    for papers in &PAPERS.0 {
        for document in papers.answers.iter().chain(&papers.orders) {
            let texts = json!([document["payload"]]).to_string();
            assert!(
                !leaks(texts.as_bytes()).is_empty() || document["payload"] == json!({}),
                "{texts}"
            );
        }
    }
    assert!(
        PAPERS.1.iter().all(|amount| amount == "0" || amount.len() >= 4),
        "{:?}",
        PAPERS.1
    );
}
