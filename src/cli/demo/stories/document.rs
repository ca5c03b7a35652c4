//! The documents of a story, made of the catalogue's own examples.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::dates::Shift;
use super::facts::{Facts, Known};
use super::file::{Answer, Send, StoryFile};
use crate::cli::demo::cast::CastAgency;
use crate::cli::demo::outcome::{Outcome, needed};
use crate::domain::catalogue::{Catalogue, Kind};
use crate::domain::ids::KindCode;
use crate::domain::time::Timestamp;

/// Makes them.
pub(super) struct Maker<'s> {
    pub(super) catalogue: &'s Catalogue,
    pub(super) story: &'s StoryFile,
    pub(super) facts: &'s Facts,
}

/// Who says it, and the key that makes it safe to retry.
#[derive(Clone, Copy)]
pub(super) struct Speaker<'s> {
    pub(super) agency: &'s CastAgency,
    pub(super) key: &'s str,
}

/// What a step changes in an example.
struct Changes<'s> {
    set: &'s BTreeMap<String, Value>,
    remove: &'s [String],
}

impl Maker<'_> {
    /// The kind called `code`.
    pub(super) fn kind(&self, code: &str) -> Outcome<Arc<Kind>> {
        let known = KindCode::parse(code)
            .ok()
            .and_then(|code| self.catalogue.newest(&code).cloned());
        needed(known, &format!("the catalogue has the kind {code}"))
    }

    /// The order that `asked` describes.
    pub(super) fn order(&self, speaker: Speaker<'_>, asked: &Send) -> Outcome<String> {
        let kind = self.kind(&asked.kind)?;
        let mut document = example(&kind.order_example)?;
        let then = head_date(&document)?;
        let shift = Shift {
            sent_then: then,
            said_then: then,
            sent: self.facts.now.date(),
            now: self.facts.now,
        };
        self.tell_anew(&mut document, shift);
        let recipients = asked.to.iter().map(|name| self.facts.codes.get(name));
        let recipients: Option<Vec<&String>> = recipients.collect();
        put(
            &mut document,
            "/recipients",
            json!(needed(recipients, "the recipients are in the cast")?),
        )?;
        if let Some(members) = document.as_object_mut() {
            members.shift_remove("relations");
        }
        let unit = &speaker.agency.officer.unit;
        if !unit.is_empty() {
            put(&mut document, "/unit", unit.as_str().into())?;
        }
        let mut relations = Vec::new();
        for (relation, name) in &asked.cites {
            let id = &self.facts.request(name)?.id;
            relations.push(json!({ "type": relation, "enforcement_request_id": id }));
        }
        if !relations.is_empty() {
            put(&mut document, "/relations", Value::Array(relations))?;
        }
        let changes = Changes {
            set: &asked.set,
            remove: &asked.remove,
        };
        self.whole(document, speaker, &changes)
    }

    /// The answer to `request` that `said` describes.
    pub(super) fn answer(&self, speaker: Speaker<'_>, request: &Known, said: &Answer) -> Outcome<String> {
        let document = self.result(request, said)?;
        self.about(document, speaker, request, said)
    }

    /// The same as a report.
    pub(super) fn report(&self, speaker: Speaker<'_>, request: &Known, said: &Answer) -> Outcome<String> {
        let mut document = self.result(request, said)?;
        put(&mut document, "/schema", "lienthong/report/1".into())?;
        if let Some(members) = document.as_object_mut() {
            members.shift_remove("final");
        }
        self.about(document, speaker, request, said)
    }

    /// A small document about `request`: its members beside those that all have.
    pub(super) fn small(&self, name: &str, speaker: Speaker<'_>, request: &Known, own: Value) -> Outcome<String> {
        let mut document = json!({
            "schema": format!("lienthong/{name}/1"),
            "idempotency_key": "",
            "agency": "",
            "enforcement_request_id": request.id,
        });
        if let (Value::Object(members), Value::Object(own)) = (&mut document, own) {
            members.extend(own);
        }
        let changes = Changes {
            set: &BTreeMap::new(),
            remove: &[],
        };
        self.whole(document, speaker, &changes)
    }

    fn result(&self, request: &Known, said: &Answer) -> Outcome<Value> {
        let kind = self.kind(&request.kind)?;
        let mut examples = kind.answer_examples.iter();
        let found = examples.find(|(code, _)| code.as_str() == said.outcome);
        let (_, text) = needed(found, &format!("{} has the outcome {}", request.kind, said.outcome))?;
        let mut document = example(text)?;
        let sent_then = head_date(&example(&kind.order_example)?)?;
        let shift = Shift {
            sent_then,
            said_then: said_date(&document).unwrap_or(sent_then).max(sent_then),
            sent: request.sent.date(),
            now: self.facts.now,
        };
        self.tell_anew(&mut document, shift);
        Ok(document)
    }

    fn about(&self, mut document: Value, speaker: Speaker<'_>, request: &Known, said: &Answer) -> Outcome<String> {
        put(
            &mut document,
            "/enforcement_request_id",
            Value::String(request.id.clone()),
        )?;
        let changes = Changes {
            set: &said.set,
            remove: &said.remove,
        };
        self.whole(document, speaker, &changes)
    }

    /// The story's own names and numbers for the example's, and its days.
    fn tell_anew(&self, document: &mut Value, shift: Shift) {
        let mut replaced: Vec<(&String, &String)> = self.story.replace.iter().collect();
        replaced.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
        each_text(document, &mut |text| {
            let told = replaced
                .iter()
                .fold(text.to_owned(), |told, (from, to)| told.replace(*from, to));
            shift.text(&told)
        });
    }

    fn whole(&self, mut document: Value, speaker: Speaker<'_>, changes: &Changes<'_>) -> Outcome<String> {
        let agency = speaker.agency;
        put(&mut document, "/idempotency_key", speaker.key.into())?;
        put(&mut document, "/agency", agency.code.as_str().into())?;
        if document.pointer("/head/signer").is_some() {
            let officer = &agency.officer;
            let signer = json!({
                "officer_id": officer.id,
                "full_name": officer.full_name,
                "position": officer.position,
            });
            put(&mut document, "/head/signer", signer)?;
        }
        for (pointer, value) in changes.set {
            put(&mut document, pointer, value.clone())?;
        }
        for pointer in changes.remove {
            needed(
                take(&mut document, pointer).then_some(()),
                &format!("an example has {pointer}"),
            )?;
        }
        fill(&mut document, self.facts)?;
        Ok(document.to_string())
    }
}

fn example(text: &str) -> Outcome<Value> {
    needed(serde_json::from_str(text).ok(), "an example is JSON")
}

fn head_date(document: &Value) -> Outcome<Date> {
    let date = document.pointer("/head/date").and_then(Value::as_str);
    needed(
        date.and_then(|date| date.parse().ok()),
        "an example has the date of its paper",
    )
}

/// The date of an answer's paper; without one, of the last time that it states.
fn said_date(document: &Value) -> Option<Date> {
    let mut last = None;
    each(document, &mut |text| {
        last = Timestamp::parse_rfc3339(text).map(Timestamp::date).max(last);
    });
    head_date(document).ok().or(last)
}

/// Writes `value` at `pointer`: a member of an object, or an item of a list, at most one behind its end.
fn put(document: &mut Value, pointer: &str, value: Value) -> Outcome<()> {
    let place = pointer
        .rsplit_once('/')
        .and_then(|(parent, last)| Some((document.pointer_mut(parent)?, last)));
    let done = match place {
        Some((Value::Object(members), last)) => {
            members.insert(last.to_owned(), value);
            true
        }
        Some((Value::Array(items), last)) => match last.parse::<usize>() {
            Ok(index) if index == items.len() => {
                items.push(value);
                true
            }
            Ok(index) => items.get_mut(index).map(|item| *item = value).is_some(),
            Err(_) => false,
        },
        _ => false,
    };
    needed(done.then_some(()), &format!("an example has the place {pointer}"))
}

/// Takes out what stands at `pointer`.
fn take(document: &mut Value, pointer: &str) -> bool {
    let place = pointer
        .rsplit_once('/')
        .and_then(|(parent, last)| Some((document.pointer_mut(parent)?, last)));
    match place {
        Some((Value::Object(members), last)) => members.shift_remove(last).is_some(),
        Some((Value::Array(items), last)) => match last.parse::<usize>() {
            Ok(index) if index < items.len() => {
                items.remove(index);
                true
            }
            _ => false,
        },
        _ => false,
    }
}

/// Changes every text in it.
fn each_text(value: &mut Value, change: &mut dyn FnMut(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        Value::Object(members) => members.values_mut().for_each(|member| each_text(member, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Fills in the places in all its texts.
fn fill(document: &mut Value, facts: &Facts) -> Outcome<()> {
    match document {
        Value::String(text) => {
            *document = match facts.number(text) {
                Some(number) => number.into(),
                None => facts.filled(text)?.into(),
            };
        }
        Value::Array(items) => {
            for item in items {
                fill(item, facts)?;
            }
        }
        Value::Object(members) => {
            for member in members.values_mut() {
                fill(member, facts)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

/// Looks at every text in it.
fn each(value: &Value, look: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter().for_each(|item| each(item, look)),
        Value::Object(members) => members.values().for_each(|member| each(member, look)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
