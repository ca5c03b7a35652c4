//! A kind's JSON Schemas (2020-12): compiled once, looked into for titles, and their errors put in words.

use std::sync::OnceLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::Value;

use super::basis::{self, Basis};
use super::definitions::{Definitions, Fault};
use super::pattern::{Pattern, Segment};
use crate::domain::error::FieldViolation;
use crate::domain::identifier;
use crate::domain::pointer::{push_member, push_shown};

/// A schema that compiles, with its text. A hub has many kinds and an agency's day few, so what is read from the text, and what that
/// compiles to, is made when the first document of the kind comes and kept from then on.
#[derive(Debug)]
pub struct Schema {
    text: String,
    document: OnceLock<Value>,
    validator: OnceLock<Option<Validator>>,
}

impl Schema {
    /// Compiles `text`, with what it takes from the `shared` definitions put into it.
    ///
    /// # Errors
    /// What is wrong, in English, with the place in the schema.
    pub fn compile(text: &str, shared: &Definitions) -> Result<Self, Vec<Fault>> {
        let fault = |place: &str, what: String| vec![(place.to_owned(), what)];
        let mut document: Value = serde_json::from_str(text).map_err(|error| fault("", error.to_string()))?;
        let names_draft =
            document.get("$schema").and_then(Value::as_str) == Some("https://json-schema.org/draft/2020-12/schema");
        if !names_draft {
            let expected = "must be https://json-schema.org/draft/2020-12/schema".to_owned();
            return Err(fault("/$schema", expected));
        }
        let text = if shared.bundle(&mut document)? {
            serde_json::to_string_pretty(&document).map_err(|error| fault("", error.to_string()))?
        } else {
            text.to_owned()
        };
        jsonschema::draft202012::meta::validate(&document)
            .map_err(|error| fault(error.instance_path().as_str(), error.to_string()))?;
        validator(&document).map_err(|error| fault(error.instance_path().as_str(), error.to_string()))?;
        Ok(Self {
            text,
            document: document.into(),
            validator: OnceLock::new(),
        })
    }

    /// Gives back the room of what was read and what it compiles to, until it is needed.
    pub(super) fn put_away(&mut self) {
        self.document.take();
        self.validator.take();
    }

    /// The schema as it is served: as it was written, or with the shared definitions that it uses.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The schema parsed, for the pages and forms that derive from it.
    pub fn document(&self) -> &Value {
        // It was read before, when the catalogue was.
        self.document
            .get_or_init(|| serde_json::from_str(&self.text).unwrap_or_default())
    }

    /// Everything that is wrong with `payload`, by pointer after `prefix`, at most `limit` of it.
    pub fn violations(&self, payload: &Value, prefix: &str, limit: usize) -> Vec<FieldViolation> {
        // It compiled before, when the catalogue was read.
        let Some(validator) = self.validator.get_or_init(|| validator(self.document()).ok()) else {
            return vec![FieldViolation::new(
                prefix,
                "schema",
                "Không đọc được mẫu của loại yêu cầu.",
                "The kind's schema does not compile.",
            )];
        };
        if validator.is_valid(payload) {
            return Vec::new();
        }
        let mut found: Vec<FieldViolation> = Vec::new();
        for error in validator.iter_errors(payload).take(limit) {
            let at = format!("{prefix}{}", error.instance_path().as_str());
            let title = self.title_at(error.instance_path().as_str());
            describe(&error, &at, title, &mut |violation| {
                if !found.contains(&violation) {
                    found.push(violation);
                }
            });
        }
        found.truncate(limit);
        found
    }

    /// Whether a payload could have values at `pattern`.
    pub fn knows(&self, pattern: &Pattern) -> bool {
        let steps = pattern.segments().iter().map(|segment| match segment {
            Segment::Member(name) => Step::Member(name),
            Segment::Each => Step::Item,
        });
        self.find(steps).is_some()
    }

    /// The Vietnamese title of the member at a JSON pointer of an instance.
    pub(super) fn title_at(&self, pointer: &str) -> Option<&str> {
        title(self.member_at(pointer)?)
    }

    /// The member at a JSON pointer of an instance.
    pub(super) fn member_at(&self, pointer: &str) -> Option<&Value> {
        let names: Vec<String> = pointer
            .split('/')
            .skip(1)
            .map(|name| name.replace("~1", "/").replace("~0", "~"))
            .collect();
        let steps = names.iter().map(|name| Step::MemberOrItem(name));
        self.find(steps)
    }

    fn find<'s, 'n>(&'s self, steps: impl Iterator<Item = Step<'n>>) -> Option<&'s Value> {
        let mut node = self.document();
        for step in steps {
            let object = self.follow(node);
            let member = |name: &str| object.get("properties").and_then(|properties| properties.get(name));
            node = match step {
                Step::Member(name) => member(name)?,
                Step::Item => object.get("items")?,
                Step::MemberOrItem(name) => member(name).or_else(|| object.get("items"))?,
            };
        }
        Some(node)
    }

    /// The schema that `$ref` leads to, within this document.
    pub(crate) fn follow<'s>(&'s self, node: &'s Value) -> &'s Value {
        follow(self.document(), node)
    }

    /// The rules of the house for schemas: objects are closed, members have titles, those at the top state their basis.
    /// Pushes what is wrong; the `shared` definitions are checked once, in their own file.
    pub(super) fn check_style(&self, shared: &Definitions, problems: &mut Vec<Fault>) {
        check_shape(self.document(), "", problems);
        let members = self.document().get("properties").and_then(Value::as_object);
        for (name, member) in members.into_iter().flatten() {
            if member.get(basis::KEY).is_none() {
                let mut at = "/properties".to_owned();
                push_member(&mut at, name);
                problems.push((
                    at,
                    "a member of the payload must state its basis in \"x-basis\"".to_owned(),
                ));
            }
        }
        let definitions = self.document().get("$defs").and_then(Value::as_object);
        let definitions = definitions.into_iter().flatten();
        for (name, definition) in definitions.filter(|(name, definition)| !shared.has(name, definition)) {
            let mut at = "/$defs".to_owned();
            push_member(&mut at, name);
            check_shape(definition, &at, problems);
        }
    }
}

/// The schema compiled.
fn validator(document: &Value) -> Result<Validator, ValidationError<'static>> {
    let mut options = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false);
    for (name, check) in identifier::FORMATS {
        options = options.with_format(*name, move |value: &str| check(value).is_ok());
    }
    options.build(document)
}

/// The schema that `$ref` leads to, within `document`.
pub(crate) fn follow<'s>(document: &'s Value, node: &'s Value) -> &'s Value {
    let mut node = node;
    for _ in 0..8 {
        let target = node
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|target| target.strip_prefix('#'));
        match target.and_then(|pointer| document.pointer(pointer)) {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}

enum Step<'n> {
    Member(&'n str),
    Item,
    MemberOrItem(&'n str),
}

fn title(node: &Value) -> Option<&str> {
    node.get("title").and_then(Value::as_str)
}

/// The Vietnamese label of an enum's value, from the annotation `x-labels`.
pub(crate) fn label<'s>(node: &'s Value, option: &str) -> Option<&'s str> {
    node.get("x-labels")?.get(option)?.as_str()
}

/// Checks a schema that describes a value (not one that only restricts another, as in `then`).
pub(super) fn check_shape(node: &Value, at: &str, problems: &mut Vec<Fault>) {
    let has = |key: &str| node.get(key).is_some();
    let is_object = node.get("type").and_then(Value::as_str) == Some("object");
    if has("properties") && !is_object {
        problems.push((
            at.to_owned(),
            "a schema with properties must say \"type\": \"object\"".to_owned(),
        ));
    }
    if is_object && node.get("additionalProperties") != Some(&Value::Bool(false)) {
        problems.push((
            at.to_owned(),
            "an object must say \"additionalProperties\": false".to_owned(),
        ));
    }
    if !has("type") && !has("$ref") && !has("enum") && !has("const") {
        problems.push((
            at.to_owned(),
            "a schema must say its type, $ref, enum or const".to_owned(),
        ));
    }
    let options = node.get("enum").and_then(Value::as_array);
    let unlabelled = |option: &Value| option.as_str().is_none_or(|option| label(node, option).is_none());
    if options.into_iter().flatten().any(unlabelled) {
        problems.push((
            at.to_owned(),
            "every value of an enum must be a text with a label in \"x-labels\"".to_owned(),
        ));
    }
    let properties = node.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let mut at = format!("{at}/properties");
        push_member(&mut at, name);
        if title(property).is_none_or(|title| title.trim().is_empty()) {
            problems.push((at.clone(), "a property must have a Vietnamese title".to_owned()));
        }
        if let Some(Err(what)) = Basis::of(property) {
            problems.push((format!("{at}/{}", basis::KEY), what));
        }
        check_shape(property, &at, problems);
    }
    if let Some(items) = node.get("items") {
        check_shape(items, &format!("{at}/items"), problems);
    }
}

/// Puts a schema error in words. Never shows the value.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library's list; keywords that our schemas do without get the general words"
)]
fn describe(error: &ValidationError<'_>, at: &str, title: Option<&str>, push: &mut dyn FnMut(FieldViolation)) {
    use ValidationErrorKind as Kind;
    let kind = error.kind();
    let named = |vi: &str| title.map_or_else(|| vi.to_owned(), |title| format!("{title}: {}", lower_first(vi)));
    let member = |name: &str| {
        let mut pointer = at.to_owned();
        push_shown(&mut pointer, name);
        pointer
    };
    let reason = kind.keyword();
    let mut because = |reason: &str, vi: &str, en: &str| push(FieldViolation::new(at, reason, named(vi), en));
    let mut say = |vi: &str, en: &str| because(reason, vi, en);
    match kind {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let (vi, en) = ("Thiếu trường bắt buộc.", "A required member is missing.");
            push(FieldViolation::new(member(name), reason, vi, en));
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                let (vi, en) = ("Không có trường này trong mẫu.", "There is no such member.");
                push(FieldViolation::new(member(name), "unknown_member", vi, en));
            }
        }
        Kind::Type { .. } => say("Sai kiểu dữ liệu.", "Wrong type."),
        Kind::Enum { options } => {
            let options = choices(options);
            say(
                &format!("Phải là một trong các giá trị: {options}."),
                &format!("Must be one of: {options}."),
            );
        }
        Kind::Constant { expected_value } => {
            say(
                &format!("Phải là {expected_value}."),
                &format!("Must be {expected_value}."),
            );
        }
        Kind::Pattern { .. } => say("Không đúng dạng quy định.", "Not in the required form."),
        Kind::Format { format } => {
            if let Some(fault) = identifier_fault(format, error.instance()) {
                because(fault.reason, &fault.text.vi, &fault.text.en);
            } else {
                let (vi, en) = format_words(format);
                say(&format!("Phải là {vi}."), &format!("Must be {en}."));
            }
        }
        Kind::MinLength { limit } => {
            say(
                &format!("Phải có ít nhất {limit} ký tự."),
                &format!("Must have at least {limit} characters."),
            );
        }
        Kind::MaxLength { limit } => {
            say(
                &format!("Không được quá {limit} ký tự."),
                &format!("Must have at most {limit} characters."),
            );
        }
        Kind::MinItems { limit } => {
            say(
                &format!("Phải có ít nhất {limit} mục."),
                &format!("Must have at least {limit} items."),
            );
        }
        Kind::MaxItems { limit } => {
            say(
                &format!("Không được quá {limit} mục."),
                &format!("Must have at most {limit} items."),
            );
        }
        Kind::UniqueItems => say("Các mục không được trùng nhau.", "Items must be unique."),
        Kind::Minimum { limit } => say(
            &format!("Phải từ {limit} trở lên."),
            &format!("Must be {limit} or more."),
        ),
        Kind::Maximum { limit } => say(
            &format!("Không được quá {limit}."),
            &format!("Must be {limit} or less."),
        ),
        Kind::FalseSchema => say(
            "Không dùng trường này trong trường hợp này.",
            "Not allowed in this case.",
        ),
        _ => say("Không đúng mẫu quy định.", "Does not follow the schema."),
    }
}

/// What is wrong with an identifier, in its own words.
fn identifier_fault(format: &str, value: &Value) -> Option<identifier::Fault> {
    let (_, check) = identifier::FORMATS.iter().find(|(name, _)| *name == format)?;
    check(value.as_str()?).err()
}

fn lower_first(text: &str) -> String {
    let mut rest = text.chars();
    rest.next()
        .map(|first| first.to_lowercase().chain(rest).collect())
        .unwrap_or_default()
}

fn choices(options: &Value) -> String {
    let words = options.as_array().map(Vec::as_slice).unwrap_or_default();
    words
        .iter()
        .map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned))
        .collect::<Vec<_>>()
        .join(", ")
}

fn format_words(format: &str) -> (&'static str, &'static str) {
    match format {
        "date" => ("ngày dạng NNNN-TT-NN (năm-tháng-ngày)", "a date YYYY-MM-DD"),
        "date-time" => (
            "thời điểm theo RFC 3339, ví dụ 2026-11-23T09:15:00+07:00",
            "an RFC 3339 time with offset",
        ),
        _ => ("đúng định dạng quy định", "in the required format"),
    }
}
