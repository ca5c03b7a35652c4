//! Loading a catalogue: every file of every kind is checked before anything is used, and every problem is reported with
//! its file and place. A hub with a broken catalogue does not start.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;

use super::DEFINITIONS;
use super::definition::{KindDefinition, OutcomeDefinition};
use super::definitions::Definitions;
use super::file::{check_text, parse_toml};
use super::kind::Kind;
use super::rules::check_definition;
use super::schema::Schema;
use crate::domain::document::parts::Code;
use crate::domain::document::{self, AnswerDocument, Document, OrderDocument, ReportDocument};
use crate::domain::error::FieldViolation;

/// One thing that is wrong in a catalogue. For operators and authors of kinds, English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, relative to the catalogue's folder.
    pub file: String,
    /// The key (`outcome.HELD_FULL.required`) or JSON pointer in it; empty for the whole file.
    pub place: String,
    /// What is wrong.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            write!(f, "{}: {}", self.file, self.text)
        } else {
            write!(f, "{} at {}: {}", self.file, self.place, self.text)
        }
    }
}

/// Everything that is wrong in a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the catalogue is broken:\n  {}", self.lines())]
pub struct BrokenCatalogue {
    /// The problems, by file.
    pub problems: Vec<Problem>,
}

impl BrokenCatalogue {
    fn lines(&self) -> String {
        let lines: Vec<String> = self.problems.iter().map(Problem::to_string).collect();
        lines.join("\n  ")
    }
}

/// Collects the problems of one kind's folder.
pub(crate) struct Problems {
    folder: String,
    pub(super) list: Vec<Problem>,
}

impl Problems {
    pub(super) fn of(folder: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            list: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, file: &str, place: impl Into<String>, text: impl Into<String>) {
        let file = format!("kinds/{}/{file}", self.folder);
        self.list.push(Problem {
            file,
            place: place.into(),
            text: text.into(),
        });
    }

    fn add_violations(&mut self, file: &str, violations: &[FieldViolation]) {
        for violation in violations {
            self.add(file, violation.field.clone(), violation.text.en.clone());
        }
    }
}

/// The files of one kind's folder, by name.
pub(super) type Folder<'f> = BTreeMap<&'f str, &'f [u8]>;

pub(super) const DEFINITION: &str = "kind.toml";
const ORDER_SCHEMA: &str = "order.schema.json";
const ANSWER_SCHEMA: &str = "answer.schema.json";
const ORDER_EXAMPLE: &str = "order.example.json";

/// Loads the kind in `folder`; pushes what is wrong. Gives the kind only if nothing is.
pub(super) fn load_kind(
    name: &str,
    folder: &Folder<'_>,
    shared: &Definitions,
    all_problems: &mut Vec<Problem>,
) -> Option<Kind> {
    let mut problems = Problems::of(name);
    let kind = read_kind(name, folder, shared, &mut problems);
    let is_sound = problems.list.is_empty();
    all_problems.append(&mut problems.list);
    kind.filter(|_| is_sound)
}

fn read_kind(name: &str, folder: &Folder<'_>, shared: &Definitions, problems: &mut Problems) -> Option<Kind> {
    let definition: Option<KindDefinition> = read_toml(folder, DEFINITION, problems);
    let order_schema = read_schema(folder, ORDER_SCHEMA, shared, problems);
    let answer_schema = read_schema(folder, ANSWER_SCHEMA, shared, problems);
    let order_example = read_text(folder, ORDER_EXAMPLE, problems);
    let definition = definition?;
    let (order_schema, answer_schema) = (order_schema?, answer_schema?);
    check_folder_name(name, &definition, problems);
    check_definition(&definition, &order_schema, &answer_schema, problems);
    let mut answer_examples = BTreeMap::new();
    for outcome in &definition.outcomes {
        if let Some(text) = read_text(folder, &example_file(&outcome.code), problems) {
            answer_examples.insert(outcome.code.clone(), text.to_owned());
        }
    }
    check_no_stray_files(folder, &definition, problems);
    let order_example = order_example?.to_owned();
    let mut kind = Kind {
        definition,
        order_schema,
        answer_schema,
        order_example,
        answer_examples,
    };
    check_examples(&kind, problems);
    kind.order_schema.put_away();
    kind.answer_schema.put_away();
    Some(kind)
}

fn example_file(outcome: &Code) -> String {
    format!("answer.{outcome}.example.json")
}

/// A folder is named after its kind; a former revision stays beside it as `code@revision`.
fn check_folder_name(name: &str, definition: &KindDefinition, problems: &mut Problems) {
    let code = definition.code.as_str();
    let former = format!("{code}@{}", definition.revision);
    if name != code && name != former {
        problems.add(
            DEFINITION,
            "code",
            format!("the folder must be named {code} (or {former} for a former revision)"),
        );
    }
}

fn check_no_stray_files(folder: &Folder<'_>, definition: &KindDefinition, problems: &mut Problems) {
    let examples: Vec<String> = definition
        .outcomes
        .iter()
        .map(|outcome| example_file(&outcome.code))
        .collect();
    let fixed = [DEFINITION, ORDER_SCHEMA, ANSWER_SCHEMA, ORDER_EXAMPLE];
    for file in folder.keys() {
        if !fixed.contains(file) && !examples.iter().any(|example| example == file) {
            problems.add(file, "", "no file of that name belongs to a kind; a spelling mistake?");
        }
    }
}

/// Reads the shared definitions, if the catalogue has them; pushes what is wrong.
pub(super) fn load_definitions(content: Option<&[u8]>, problems: &mut Vec<Problem>) -> Definitions {
    let Some(content) = content else {
        return Definitions::default();
    };
    let (definitions, faults) = match check_text(content) {
        Ok(text) => Definitions::parse(text),
        Err(what) => (Definitions::default(), vec![(String::new(), what)]),
    };
    problems.extend(faults.into_iter().map(|(place, text)| Problem {
        file: DEFINITIONS.to_owned(),
        place,
        text,
    }));
    definitions
}

fn read_text<'f>(folder: &Folder<'f>, file: &str, problems: &mut Problems) -> Option<&'f str> {
    let Some(bytes) = folder.get(file) else {
        problems.add(file, "", "the file is missing");
        return None;
    };
    check_text(bytes).map_err(|what| problems.add(file, "", what)).ok()
}

fn read_toml<T: DeserializeOwned>(folder: &Folder<'_>, file: &str, problems: &mut Problems) -> Option<T> {
    let Some(bytes) = folder.get(file) else {
        problems.add(file, "", "the file is missing");
        return None;
    };
    parse_toml(bytes)
        .map_err(|(place, what)| problems.add(file, place, what))
        .ok()
}

fn read_schema(folder: &Folder<'_>, file: &str, shared: &Definitions, problems: &mut Problems) -> Option<Schema> {
    let text = read_text(folder, file, problems)?;
    let (schema, faults) = match Schema::compile(text, shared) {
        Ok(schema) => {
            let mut style = Vec::new();
            schema.check_style(shared, &mut style);
            (Some(schema), style)
        }
        Err(faults) => (None, faults),
    };
    for (place, what) in faults {
        problems.add(file, place, what);
    }
    schema
}

/// Every example must be accepted by the very checks that documents pass.
fn check_examples(kind: &Kind, problems: &mut Problems) {
    let Some(order) = parse_example::<OrderDocument>(&kind.order_example, ORDER_EXAMPLE, problems) else {
        return;
    };
    if order.kind != *kind.code() {
        problems.add(ORDER_EXAMPLE, "/kind", "the example is of another kind");
    }
    if let Err(violations) = kind.check_order(&order) {
        problems.add_violations(ORDER_EXAMPLE, &violations);
        return;
    }
    for (code, text) in &kind.answer_examples {
        let file = example_file(code);
        let by_report = kind.outcome(code).is_some_and(OutcomeDefinition::is_for_reports_only);
        let checked = if by_report {
            parse_example::<ReportDocument>(text, &file, problems)
                .map(|report| (report.outcome.clone(), kind.check_report(&order, &report)))
        } else {
            parse_example::<AnswerDocument>(text, &file, problems)
                .map(|answer| (answer.outcome.clone(), kind.check_answer(&order, &answer)))
        };
        let Some((outcome, checked)) = checked else { continue };
        if outcome != *code {
            problems.add(
                &file,
                "/outcome",
                "the example states another outcome than its file name",
            );
        }
        if let Err(violations) = checked {
            problems.add_violations(&file, &violations);
        }
    }
}

fn parse_example<D: Document>(text: &str, file: &str, problems: &mut Problems) -> Option<D> {
    match document::parse(text.as_bytes()) {
        Ok(document) => Some(document),
        Err(error) => {
            problems.add_violations(file, error.fields());
            if error.fields().is_empty() {
                problems.add(file, "", error.text().en);
            }
            None
        }
    }
}
