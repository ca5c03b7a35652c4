//! What stands around a payload, and the small documents. The documents' own types say which members there are: a test
//! reads them back from the parsed document, so that a new one is marked or said to name nobody.

use std::collections::BTreeMap;

use lienthong::domain::catalogue::Kind;
use serde_json::{Value, json};

use super::fields::Marker;
use super::marks::Sort;
use crate::harness::Fixture;
use crate::harness::documents::small;

/// A member that bears a mark, and its most characters.
const MARKED: &[(&str, Sort, usize)] = &[
    ("/head/number", Sort::PaperNumber, 20),
    ("/head/symbol", Sort::Words, 50),
    ("/head/place", Sort::Words, 100),
    ("/head/subject", Sort::Words, 500),
    ("/head/form_code", Sort::Words, 50),
    ("/head/form_version", Sort::Words, 100),
    ("/head/signer/full_name", Sort::Words, 120),
    ("/legal_basis/*", Sort::Words, 500),
    ("/case/judgment/number", Sort::PaperNumber, 100),
    ("/case/judgment/court", Sort::Words, 200),
    ("/case/enforcement_decision/number", Sort::PaperNumber, 100),
    ("/case/enforcement_decision/agency_name", Sort::Words, 200),
    ("/attachments/*/name", Sort::Words, 200),
    ("/contact/full_name", Sort::Words, 120),
    ("/contact/phone", Sort::Phone, 30),
    ("/contact/email", Sort::Email, 200),
    ("/reason/text", Sort::Words, 2_000),
    ("/reasons/*/text", Sort::Words, 2_000),
    ("/text", Sort::Words, 4_000),
    ("/explanation", Sort::Words, 2_000),
    ("/registry_number", Sort::Words, 50),
    ("/receiver/full_name", Sort::Words, 120),
    ("/receiver/position", Sort::Words, 120),
    ("/refusal/explanation", Sort::Words, 2_000),
    ("/refusal/witness", Sort::Words, 120),
];

/// Members that name nobody, and why.
const PLAIN: &[(&str, &str)] = &[
    ("/schema", "the document's sort"),
    (
        "/idempotency_key",
        "the sender's key; a key that holds personal data is the sender's own fault, yet it is shown to nobody",
    ),
    ("/agency", "an agency's code"),
    ("/recipients/*", "an agency's code"),
    ("/competent_agency", "an agency's code"),
    ("/kind", "a word of the catalogue"),
    ("/outcome", "a word of the catalogue"),
    ("/reason/code", "a word of the catalogue"),
    ("/reasons/*/code", "a word of the catalogue"),
    ("/attachments/*/type", "a word of the catalogue"),
    ("/attachments/*/media_type", "a media type"),
    ("/attachments/*/sha256", "a digest"),
    ("/enforcement_request_id", "an id of the hub"),
    ("/relations/*/enforcement_request_id", "an id of the hub"),
    ("/relations/*/measure_id", "an id of the hub"),
    ("/relations/*/type", "a word of the catalogue"),
    ("/head/date", "a date"),
    ("/head/urgency", "a word of the catalogue"),
    ("/head/secrecy", "must be absent"),
    (
        "/head/signer/officer_id",
        "the hub's id of an officer; the registry test of the suite's log looks for it",
    ),
    ("/head/signer/position", "an office, which the registry must know"),
    ("/case/judgment/date", "a date"),
    ("/case/enforcement_decision/date", "a date"),
    ("/case/case_id", "an id of the hub"),
    (
        "/case/obligations/*",
        "an id within the case, too short for a number of a person",
    ),
    ("/effective_date", "a date"),
    ("/unit", "the hub's id of a unit"),
    (
        "/officer_id",
        "the hub's id of an officer; the registry test of the suite's log looks for it",
    ),
    ("/way", "a word of the catalogue"),
];

/// Marks everything but the payload, what could be there and is not yet included.
pub(super) fn mark(document: &mut Value, marker: &mut Marker) {
    if document["schema"] == "lienthong/order/1" && document.get("contact").is_none() {
        document["contact"] = json!({});
    }
    for (pattern, sort, longest) in MARKED {
        let steps: Vec<&str> = pattern.split('/').skip(1).collect();
        put(document, &steps, &mut |old| {
            marker.mark(*sort, old.as_str().unwrap_or(pattern), *longest)
        });
    }
}

/// Puts a value where `steps` lead, if the object that holds it is there.
fn put(value: &mut Value, steps: &[&str], make: &mut dyn FnMut(&Value) -> Value) {
    match (steps, value) {
        (["*"], Value::Array(items)) => items.iter_mut().for_each(|item| *item = make(item)),
        (["*", rest @ ..], Value::Array(items)) => items.iter_mut().for_each(|item| put(item, rest, make)),
        // At the top stand only members that the document has: the documents are of many sorts.
        ([name], Value::Object(members)) if members.contains_key("schema") => {
            if let Some(old) = members.get_mut(*name) {
                *old = make(old);
            }
        }
        ([name], Value::Object(members)) => {
            let old = members.get(*name).cloned().unwrap_or_default();
            members.insert((*name).to_owned(), make(&old));
        }
        ([name, rest @ ..], Value::Object(members)) => {
            if let Some(below) = members.get_mut(*name) {
                put(below, rest, make);
            }
        }
        _ => {}
    }
}

/// The small documents, each with everything that it can hold. `answer` is a marked answer of the kind, whose parts a
/// report, a correction and an entered answer state anew; `scan` is an attachment that was uploaded.
pub(super) struct Steps<'a> {
    pub(super) kind: &'a Kind,
    pub(super) id: String,
    pub(super) scan: Value,
    /// Makes keys.
    pub(super) key: Box<dyn Fn() -> String + 'a>,
    /// The date on the papers, `YYYY-MM-DD`.
    pub(super) date: String,
}

impl Steps<'_> {
    fn small(&self, name: &str, by: Fixture, own: &Value) -> Value {
        let mut document = small(name, &(self.key)(), by, &self.id, own);
        mark(&mut document, &mut Marker::default());
        document
    }

    fn head(&self, by: Fixture) -> Value {
        let order: Value = serde_json::from_str(&self.kind.order_example).expect("JSON");
        let mut head = order["head"].clone();
        head["date"] = self.date.as_str().into();
        head["signer"]["officer_id"] = by.officer_id().as_str().into();
        head["signer"]["position"] = by.officer().position.into();
        head
    }

    pub(super) fn acknowledge(&self, by: Fixture) -> Value {
        let own = json!({ "officer_id": by.officer_id().as_str(), "registry_number": "" });
        self.small("acknowledge", by, &own)
    }

    pub(super) fn send_back(&self, by: Fixture, competent: Fixture) -> Value {
        let reason = &self.kind.definition.send_back_reasons[0].code;
        let own = json!({
            "reason": { "code": reason }, "competent_agency": competent.code_text(), "head": self.head(by),
            "attachments": [self.scan],
        });
        self.small("send-back", by, &own)
    }

    pub(super) fn clarify(&self, by: Fixture) -> Value {
        let own = json!({ "text": "", "head": self.head(by), "attachments": [self.scan] });
        self.small("clarify", by, &own)
    }

    pub(super) fn withdraw(&self, by: Fixture) -> Value {
        self.small("withdraw", by, &json!({ "explanation": "", "head": self.head(by) }))
    }

    pub(super) fn serve(&self, by: Fixture, time: &str, refused: bool) -> Value {
        let mut own = json!({
            "served_time": time, "way": if refused { "POSTING" } else { "BY_HAND" }, "head": self.head(by),
            "attachments": [self.scan],
        });
        own[if refused { "refusal" } else { "receiver" }] = json!({});
        self.small("serve", by, &own)
    }

    fn restated(&self, name: &str, by: Fixture, answer: &Value, more: &[(&str, Value)]) -> Value {
        let mut own = json!({ "outcome": answer["outcome"], "payload": answer["payload"], "attachments": [self.scan] });
        own["head"] = answer.get("head").cloned().unwrap_or_else(|| self.head(by));
        for (member, value) in more {
            own[*member] = value.clone();
        }
        self.small(name, by, &own)
    }

    pub(super) fn report(&self, by: Fixture, answer: &Value) -> Value {
        self.restated("report", by, answer, &[])
    }

    fn reasons(answer: &Value) -> Option<(&'static str, Value)> {
        answer.get("reasons").map(|reasons| ("reasons", reasons.clone()))
    }

    pub(super) fn correct(&self, by: Fixture, answer: &Value) -> Value {
        let more: Vec<_> = [("explanation", "".into())]
            .into_iter()
            .chain(Self::reasons(answer))
            .collect();
        self.restated("correct", by, answer, &more)
    }

    pub(super) fn record_answer(&self, by: Fixture, answer: &Value) -> Value {
        let more: Vec<_> = Self::reasons(answer).into_iter().collect();
        self.restated("record-answer", by, answer, &more)
    }
}

/// Every member of a parsed document, by pattern, with the text that it holds; empty for one that is not there.
fn members(at: &str, value: &Value, found: &mut BTreeMap<String, Vec<String>>) {
    match value {
        Value::Object(members_) => {
            for (name, value) in members_ {
                if name != "payload" {
                    members(&format!("{at}/{name}"), value, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(&format!("{at}/*"), item, found)),
        Value::String(text) => found.entry(at.to_owned()).or_default().push(text.clone()),
        Value::Null => drop(found.entry(at.to_owned()).or_default()),
        Value::Bool(_) | Value::Number(_) => {}
    }
    if let Value::Array(items) = value
        && items.is_empty()
    {
        found.entry(format!("{at}/*")).or_default();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use lienthong::domain::document::{
        AcknowledgeDocument, AnswerDocument, ClarifyDocument, CorrectDocument, Document, OrderDocument,
        RecordAnswerDocument, ReportDocument, SendBackDocument, ServeDocument, WithdrawDocument, parse,
    };
    use serde::Serialize;
    use serde_json::{Value, json};

    use super::super::papers::PAPERS;
    use super::super::scan::leaks;
    use super::{MARKED, PLAIN, Steps, members};
    use crate::harness::agencies::{BANK, THADS};

    fn read<D: Document + Serialize>(document: &Value, found: &mut BTreeMap<String, Vec<String>>) {
        let parsed: D = parse(document.to_string().as_bytes()).unwrap_or_else(|error| panic!("{document}: {error:?}"));
        members("", &serde_json::to_value(&parsed).expect("JSON"), found);
    }

    #[test]
    fn every_member_of_every_document_is_marked_or_said_to_name_nobody() {
        let scan = json!({
            "name": "a.pdf", "sha256": "0".repeat(64), "size": 1, "media_type": "application/pdf", "type": "OTHER",
        });
        let mut found = BTreeMap::new();
        for papers in &PAPERS.0 {
            let mut order = papers.orders[0].clone();
            order["attachments"] = json!([scan]);
            super::mark(&mut order, &mut super::Marker::default());
            read::<OrderDocument>(&order, &mut found);
            let steps = Steps {
                kind: &papers.kind,
                id: "req_019aa9c0a1007000800000000000abcd".to_owned(),
                scan: scan.clone(),
                key: Box::new(|| "a-key-of-the-test".to_owned()),
                date: "2026-11-20".to_owned(),
            };
            for answer in &papers.answers {
                if answer["schema"] == "lienthong/report/1" {
                    read::<ReportDocument>(answer, &mut found);
                    continue;
                }
                read::<AnswerDocument>(answer, &mut found);
                read::<ReportDocument>(&steps.report(BANK, answer), &mut found);
                read::<CorrectDocument>(&steps.correct(BANK, answer), &mut found);
                read::<RecordAnswerDocument>(&steps.record_answer(BANK, answer), &mut found);
            }
            read::<AcknowledgeDocument>(&steps.acknowledge(BANK), &mut found);
            read::<SendBackDocument>(&steps.send_back(BANK, THADS), &mut found);
            read::<ClarifyDocument>(&steps.clarify(THADS), &mut found);
            read::<WithdrawDocument>(&steps.withdraw(THADS), &mut found);
            for refused in [false, true] {
                read::<ServeDocument>(&steps.serve(THADS, "2026-11-20T08:30:00+07:00", refused), &mut found);
            }
        }
        for (member, texts) in &found {
            // A list that is empty in one document only.
            let is_filled = texts.is_empty() && found.keys().any(|other| other.starts_with(&format!("{member}/")));
            if is_filled || PLAIN.iter().any(|(known, _)| known == member) {
                continue;
            }
            assert!(
                MARKED.iter().any(|(known, ..)| known == member),
                "{member}: mark it, or say in PLAIN why not"
            );
            assert!(!texts.is_empty(), "{member} is in no document");
            for text in texts {
                assert!(!leaks(text.as_bytes()).is_empty(), "{member} holds {text}");
            }
        }
        let known = MARKED
            .iter()
            .map(|(member, ..)| member)
            .chain(PLAIN.iter().map(|(member, _)| member));
        for member in known {
            assert!(found.contains_key(*member), "no document has {member}");
        }
    }
}
