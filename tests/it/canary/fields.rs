//! Fills documents with marks. What the fields are is read in the schemas of the kinds, and in the documents' own types; so
//! a field that comes in later is either marked, or said here to name nobody, or the tests stop.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::marks::{AMOUNT_FACTOR, Sort};

/// What a field of a payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// It gets a mark.
    Marked(Sort),
    /// An amount or a quantity: the example's times [`AMOUNT_FACTOR`].
    Amount,
    /// It names nobody by itself.
    Plain(&'static str),
}

/// Patterns of fields that are no free text.
const PATTERNS: &[(&str, Field)] = &[
    ("^(0|[1-9][0-9]{0,17})([.][0-9]{1,2})?$", Field::Amount),
    ("^(0[.]0*[1-9][0-9]*|[1-9][0-9]{0,17}([.][0-9]{1,2})?)$", Field::Amount),
    ("^(0|[1-9][0-9]{0,17})$", Field::Amount),
    ("^(0|[1-9][0-9]{0,17})([.][0-9]{1,18})?$", Field::Amount),
    ("^[0-9A-Z][0-9A-Z.-]{3,33}$", Field::Marked(Sort::Account)),
    // The code of a denunciation's file, by which the person who denounces is found.
    ("^[0-9A-Z][0-9A-Z./-]{2,39}$", Field::Marked(Sort::Account)),
    (
        "^(0|[1-9][0-9]{0,2})([.][0-9]{1,4})?$",
        Field::Plain("a rate in per cent"),
    ),
    (
        "^(100([.]0{1,4})?|[1-9]?[0-9]([.][0-9]{1,4})?)$",
        Field::Plain("a share in per cent"),
    ),
    (
        "^((0[6-9]|1[0-9]|2[01]):[0-5][0-9]|22:00)$",
        Field::Plain("a time of day"),
    ),
    ("^(0[6-9]|1[0-9]|2[01]):[0-5][0-9]$", Field::Plain("a time of day")),
    ("^([01][0-9]|2[0-3]):[0-5][0-9]$", Field::Plain("a time of day")),
    ("^[0-9]{4}-(0[1-9]|1[0-2])(-[0-3][0-9])?$", Field::Plain("a pay period")),
    ("^[0-9]{4}-(0[1-9]|1[0-2])$", Field::Plain("a month")),
    ("^[A-Z0-9]{3,12}$", Field::Plain("the public code of a security")),
    ("^req_[0-9a-f]{32}$", Field::Plain("an id of the hub")),
];

/// Formats of fields.
const FORMATS: &[(&str, Field)] = &[
    ("date", Field::Plain("a date")),
    ("date-time", Field::Plain("a moment")),
    ("vn-commune-code", Field::Plain("the public code of a commune")),
    ("vn-province-code", Field::Plain("the public code of a province")),
    ("vn-bank-bin", Field::Plain("the public code of a bank")),
    ("vn-person-id", Field::Marked(Sort::PersonId)),
    ("vn-old-id", Field::Marked(Sort::OldId)),
    ("vn-tax-code", Field::Marked(Sort::TaxCode)),
    ("vn-document-number", Field::Marked(Sort::PaperNumber)),
];

/// What `number` is, by the `type` beside it.
const IDENTIFIERS: &[(&str, Sort)] = &[
    ("CITIZEN_ID", Sort::PersonId),
    ("OLD_ID_CARD", Sort::OldId),
    ("PASSPORT", Sort::Passport),
    ("ENTERPRISE_CODE", Sort::TaxCode),
    ("TAX_CODE", Sort::TaxCode),
    ("SOCIAL_INSURANCE", Sort::SocialInsurance),
];

/// What the field of this schema is; `beside` are the members of its object.
fn field(name: &str, node: &Value, beside: &Map<String, Value>) -> Field {
    let text = |key: &str| node.get(key).and_then(Value::as_str);
    let known = |table: &[(&str, Field)], key: &str| {
        let found = table.iter().find(|(known, _)| *known == key);
        found
            .unwrap_or_else(|| panic!("{name}: say in the tables of fields.rs what {key} is"))
            .1
    };
    if node.get("enum").is_some() || node.get("const").is_some() {
        return Field::Plain("a word of the catalogue");
    }
    match text("type") {
        Some("string") => {}
        Some("integer" | "boolean") => return Field::Plain("a count, a year, a yes or no"),
        other => panic!("{name}: say in fields.rs what a field of the type {other:?} is"),
    }
    if let Some(format) = text("format") {
        return known(FORMATS, format);
    }
    if let Some(pattern) = text("pattern") {
        return known(PATTERNS, pattern);
    }
    let sort = beside.get("type").and_then(Value::as_str).filter(|_| name == "number");
    let sort = sort.and_then(|sort| IDENTIFIERS.iter().find(|(known, _)| *known == sort));
    Field::Marked(sort.map_or(Sort::Words, |(_, sort)| *sort))
}

/// A schema with the document that its references point into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'s> {
    document: &'s Value,
    node: &'s Value,
}

impl<'s> Node<'s> {
    pub(super) fn root(document: &'s Value) -> Self {
        Self {
            document,
            node: document,
        }
        .followed()
    }

    fn followed(self) -> Self {
        let mut node = self.node;
        while let Some(target) = node.get("$ref").and_then(Value::as_str) {
            let target = target.strip_prefix('#').expect("a reference within the schema");
            node = self.document.pointer(target).expect("a definition");
        }
        Self { node, ..self }
    }

    fn at(self, node: &'s Value) -> Self {
        Self { node, ..self }.followed()
    }

    pub(super) fn members(self) -> impl Iterator<Item = (&'s String, Self)> {
        let members = self.node.get("properties").and_then(Value::as_object);
        members
            .into_iter()
            .flatten()
            .map(move |(name, node)| (name, self.at(node)))
    }

    pub(super) fn member(self, name: &str) -> Option<Self> {
        Some(self.at(self.node.get("properties")?.get(name)?))
    }

    pub(super) fn items(self) -> Option<Self> {
        self.node.get("items").map(|items| self.at(items))
    }

    fn is_required(self, name: &str) -> bool {
        let required = self.node.get("required").and_then(Value::as_array);
        required.is_some_and(|names| names.iter().any(|known| known == name))
    }

    /// Every field below, by its pattern (`/lines/*/account`), that must bear a mark.
    pub(super) fn sensitive(self, at: &str, found: &mut BTreeSet<String>) {
        if let Some(items) = self.items() {
            items.sensitive(&format!("{at}/*"), found);
        } else if self.node.get("properties").is_some() {
            self.members()
                .for_each(|(name, member)| member.sensitive(&format!("{at}/{name}"), found));
        } else if matches!(field(at, self.node, &Map::new()), Field::Marked(_)) {
            found.insert(at.to_owned());
        }
    }

    pub(super) fn all_sensitive(self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.sensitive("", &mut found);
        found
    }

    /// The schema at a JSON pointer of an instance.
    pub(super) fn below(self, pointer: &str) -> Option<Self> {
        pointer
            .split('/')
            .skip(1)
            .try_fold(self, |node, step| match step.parse::<usize>() {
                Ok(_) => node.items(),
                Err(_) => node.member(step),
            })
    }

    /// The values of a choice.
    pub(super) fn options(self) -> Vec<Value> {
        if self.node.get("type").is_some_and(|sort| sort == "boolean") {
            return vec![true.into(), false.into()];
        }
        let options = self.node.get("enum").and_then(Value::as_array);
        options.cloned().unwrap_or_default()
    }

    /// A value of this schema, unmarked still: what it must have, and with `whole` all that must bear a mark.
    pub(super) fn sample(self, whole: bool) -> Value {
        if let Some(items) = self.items() {
            return Value::Array(vec![items.sample(whole)]);
        }
        if self.node.get("properties").is_some() {
            let wanted = self.members().filter(|(name, member)| {
                let mut sensitive = BTreeSet::new();
                member.sensitive("", &mut sensitive);
                self.is_required(name) || whole && !sensitive.is_empty()
            });
            let mut members: Map<String, Value> = wanted
                .map(|(name, member)| (name.clone(), member.sample(whole)))
                .collect();
            if members.get("type").is_some_and(|sort| sort == "CITIZEN_ID") {
                members.insert("number".to_owned(), "001085012345".into());
            }
            return members.into();
        }
        if let Some(options) = self.node.get("enum").and_then(Value::as_array) {
            return options[0].clone();
        }
        let text = |key: &str| self.node.get(key).and_then(Value::as_str);
        match (text("type"), text("format"), text("pattern")) {
            (Some("integer"), ..) => self.node.get("minimum").cloned().unwrap_or_else(|| 1.into()),
            (Some("boolean"), ..) => true.into(),
            // On which the judgments of the examples were issued: not before and not after it.
            (_, Some("date"), _) => "2026-10-05".into(),
            (_, Some("date-time"), _) => "2026-10-01T09:00:00+07:00".into(),
            (_, Some("vn-commune-code"), _) => "13285".into(),
            (_, Some("vn-province-code"), _) => "37".into(),
            (_, Some("vn-bank-bin"), _) => "970999".into(),
            (_, Some("vn-person-id"), _) => "001085012345".into(),
            (_, Some("vn-tax-code"), _) => "0100109106".into(),
            (_, _, Some(pattern)) if pattern.starts_with("^[0-9A-Z]") => "0011004001234".into(),
            (_, _, Some(pattern)) if pattern.starts_with("^[A-Z0-9]") => "GLA".into(),
            (_, _, Some(pattern)) if pattern.contains(':') => "07:30".into(),
            (_, _, Some(pattern)) if pattern.starts_with("^[0-9]{4}") => "2026-10".into(),
            (_, _, Some(pattern)) if pattern.starts_with("^req_") => "req_019aa9c0a1007000800000000000abcd".into(),
            _ => "1".into(),
        }
    }
}

/// Marks documents. The same text becomes the same mark everywhere, so that what must agree still does.
#[derive(Debug, Default)]
pub(super) struct Marker {
    /// The texts that were replaced, with their sort.
    pub(super) given: BTreeMap<(Sort, String), usize>,
    /// Amounts as they stand in the documents.
    pub(super) amounts: BTreeSet<String>,
}

impl Marker {
    /// The mark in place of `text`.
    pub(super) fn mark(&mut self, sort: Sort, text: &str, longest: usize) -> Value {
        let next = self.given.len();
        let number = *self.given.entry((sort, text.to_owned())).or_insert(next);
        sort.mark(number, longest).into()
    }

    /// Marks a payload.
    pub(super) fn payload(&mut self, schema: Node<'_>, value: &mut Value) {
        self.below(schema, "", value, &Map::new());
    }

    fn below(&mut self, schema: Node<'_>, at: &str, value: &mut Value, beside: &Map<String, Value>) {
        match value {
            Value::Object(members) => {
                let beside = members.clone();
                for (name, value) in members {
                    let member = schema
                        .member(name)
                        .unwrap_or_else(|| panic!("{at}/{name} is not in the schema"));
                    self.below(member, &format!("{at}/{name}"), value, &beside);
                }
            }
            Value::Array(items) => {
                let schema = schema.items().expect("a list");
                for item in items {
                    self.below(schema, &format!("{at}/*"), item, beside);
                }
            }
            Value::String(text) => {
                let name = at.rsplit('/').next().unwrap_or_default();
                let new = match field(name, schema.node, beside) {
                    Field::Plain(_) => return,
                    Field::Amount => self.amount(text),
                    Field::Marked(sort) => {
                        let longest = schema.node.get("maxLength").and_then(Value::as_u64);
                        let longest = longest.map_or(usize::MAX, |longest| usize::try_from(longest).expect("small"));
                        self.mark(sort, text, longest)
                    }
                };
                *value = new;
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The amount times the factor, in its own notation.
    fn amount(&mut self, text: &str) -> Value {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let units: i128 = format!("{whole}{part}").parse().expect("an amount");
        let scaled = format!("{:0>1$}", units * AMOUNT_FACTOR, part.len() + 1);
        let (whole, rest) = scaled.split_at(scaled.len() - part.len());
        let scaled = if part.is_empty() {
            whole.to_owned()
        } else {
            format!("{whole}.{rest}")
        };
        self.amounts.insert(scaled.clone());
        scaled.into()
    }
}
