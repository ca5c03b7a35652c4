//! The rules for JSON text here, checked on the raw bytes before anything else reads them: what two programs could read
//! differently is refused. Duplicate members (RFC 8259 section 4 leaves them open) are refused at every depth; texts
//! must be NFC and without hidden characters.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::error::FieldViolation;
use super::pointer::Place;
use super::text;

/// The largest document, in bytes: 256 KiB. Larger things are attachments.
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

/// What a document may be at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes.
    pub bytes: usize,
    /// Objects and arrays inside each other; a bare number has depth 0.
    pub depth: usize,
    /// Violations that are reported; the rest is not looked for.
    pub violations: usize,
}

impl Limits {
    /// The limits of a document (DESIGN section 9: bad input gets a clear error).
    pub const DOCUMENT: Self = Self {
        bytes: MAX_DOCUMENT_BYTES,
        depth: 32,
        violations: 100,
    };
}

/// Checks `bytes` in one pass, without copying them, and reports everything that is wrong, up to the limit.
///
/// # Errors
/// The violations, each with a JSON pointer. A text that is not JSON at all gives one, where reading stopped.
pub fn guard(bytes: &[u8], limits: &Limits) -> Result<(), Vec<FieldViolation>> {
    if bytes.len() > limits.bytes {
        return Err(vec![too_large(limits.bytes)]);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(vec![FieldViolation::new(
            "",
            "utf8",
            "Văn bản phải là UTF-8 hợp lệ.",
            "The document must be valid UTF-8.",
        )]);
    };
    let mut state = State {
        limits,
        found: Vec::new(),
        stopped_at: None,
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let walk = Walk {
        state: &mut state,
        place: &Place::ROOT,
        depth: 0,
    };
    let outcome = walk.deserialize(&mut reader).and_then(|()| reader.end());
    if let Err(error) = outcome {
        let pointer = state.stopped_at.take().unwrap_or_default();
        state.found.push(FieldViolation::new(
            pointer,
            "malformed",
            format!(
                "Không phải JSON hợp lệ (dòng {}, cột {}).",
                error.line(),
                error.column()
            ),
            format!("Not valid JSON (line {}, column {}).", error.line(), error.column()),
        ));
    }
    if state.found.is_empty() {
        Ok(())
    } else {
        Err(state.found)
    }
}

/// The violation of a document above the size limit of `limit` bytes.
fn too_large(limit: usize) -> FieldViolation {
    FieldViolation::new(
        "",
        "too_large",
        format!("Văn bản không được quá {} KiB.", limit / 1024),
        format!("The document must not exceed {} KiB.", limit / 1024),
    )
}

struct State<'l> {
    limits: &'l Limits,
    found: Vec<FieldViolation>,
    stopped_at: Option<String>,
}

impl State<'_> {
    fn report(&mut self, place: &Place<'_>, reason: &str, vi: &str, en: &str) {
        if self.found.len() < self.limits.violations {
            self.found.push(FieldViolation::new(place.pointer(), reason, vi, en));
        }
    }

    /// Remembers where reading stopped: the innermost place reports first.
    fn stopped<E>(&mut self, place: &Place<'_>, error: E) -> E {
        self.stopped_at.get_or_insert_with(|| place.pointer());
        error
    }

    fn check_text(&mut self, place: &Place<'_>, value: &str) {
        if value.bytes().all(|b| (0x20..0x7F).contains(&b)) {
            return;
        }
        if value.chars().any(text::is_forbidden_control) {
            self.report(
                place,
                "control_character",
                "Không được có ký tự NUL hoặc ký tự điều khiển (trừ xuống dòng và tab).",
                "NUL and control characters are not allowed (except line feed and tab).",
            );
        }
        if value.chars().any(text::is_bidi_control) {
            self.report(
                place,
                "bidi_control",
                "Không được có ký tự đảo chiều chữ.",
                "Characters that turn the direction of text are not allowed.",
            );
        }
        if value.chars().any(text::is_noncharacter) {
            self.report(
                place,
                "noncharacter",
                "Không được có mã không phải ký tự Unicode.",
                "Unicode noncharacters are not allowed.",
            );
        }
        if !text::is_nfc(value) {
            self.report(
                place,
                "not_nfc",
                "Chữ phải ở dạng Unicode dựng sẵn (NFC).",
                "Text must be in Unicode normal form C (NFC).",
            );
        }
    }

    fn check_duplicates(&mut self, place: &Place<'_>, mut names: Vec<Cow<'_, str>>) {
        names.sort_unstable();
        let mut last_reported: Option<&str> = None;
        for pair in names.windows(2) {
            if let [first, second] = pair
                && first == second
                && last_reported != Some(first)
            {
                last_reported = Some(first);
                self.report(
                    &place.member(first),
                    "duplicate_member",
                    "Trường này xuất hiện nhiều lần.",
                    "This member stands more than once.",
                );
            }
        }
    }
}

struct Walk<'s, 'l, 'p> {
    state: &'s mut State<'l>,
    place: &'p Place<'p>,
    depth: usize,
}

impl Walk<'_, '_, '_> {
    fn is_too_deep(&mut self) -> bool {
        let too_deep = self.depth >= self.state.limits.depth;
        if too_deep {
            self.state.report(
                self.place,
                "too_deep",
                "Các trường lồng nhau quá nhiều cấp.",
                "Members are nested too deeply.",
            );
        }
        too_deep
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.state.check_text(self.place, value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        if self.is_too_deep() {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let mut index = 0_usize;
        loop {
            let place = self.place.item(index);
            let child = Walk {
                state: &mut *self.state,
                place: &place,
                depth: self.depth + 1,
            };
            match items.next_element_seed(child) {
                Ok(Some(())) => index += 1,
                Ok(None) => return Ok(()),
                Err(error) => return Err(self.state.stopped(&place, error)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        if self.is_too_deep() {
            while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let mut names = Vec::new();
        loop {
            let name = match members.next_key_seed(Name) {
                Ok(Some(name)) => name,
                Ok(None) => break,
                Err(error) => return Err(self.state.stopped(self.place, error)),
            };
            let place = self.place.member(&name);
            self.state.check_text(&place, &name);
            let child = Walk {
                state: &mut *self.state,
                place: &place,
                depth: self.depth + 1,
            };
            if let Err(error) = members.next_value_seed(child) {
                return Err(self.state.stopped(&place, error));
            }
            names.push(name);
        }
        self.state.check_duplicates(self.place, names);
        Ok(())
    }
}

/// Reads a member's name, borrowed where it has no escapes.
pub(crate) struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn violations(text: &str) -> Vec<(String, String)> {
        guard(text.as_bytes(), &Limits::DOCUMENT)
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|violation| (violation.field, violation.reason))
            .collect()
    }

    fn one(text: &str, field: &str, reason: &str) {
        assert_eq!(violations(text), [(field.to_owned(), reason.to_owned())], "{text}");
    }

    #[test]
    fn duplicate_members_are_refused_at_every_depth() {
        one(r#"{"a":1,"b":2,"a":3}"#, "/a", "duplicate_member");
        one(r#"{"x":[{"y":{"a":1,"a":1}}]}"#, "/x/0/y/a", "duplicate_member");
        one(r#"{"a":1,"\u0061":2}"#, "/a", "duplicate_member");
        one(r#"{"a~/b":1,"a~/b":1,"a~/b":1}"#, "/…", "duplicate_member");
    }

    #[test]
    fn hidden_characters_are_refused_in_texts_and_names() {
        one(r#"{"a":"x\u0000y"}"#, "/a", "control_character");
        one(r#"{"a":"x\u202ey"}"#, "/a", "bidi_control");
        one("{\"a\":\"x\u{2066}y\"}", "/a", "bidi_control");
        one("{\"a\":\"\u{FFFE}\"}", "/a", "noncharacter");
        one("{\"a\":\"e\u{302}\"}", "/a", "not_nfc");
        one("[{\"e\u{301}\":1}]", "/0/…", "not_nfc");
        assert!(violations(r#"{"a":"dòng 1\ndòng 2\tcột"}"#).is_empty());
    }

    #[test]
    fn every_violation_is_reported_up_to_the_limit() {
        let found = violations(r#"{"a":"\u0000","b":"\u202e","c":{"d":1,"d":1}}"#);
        assert_eq!(found.len(), 3);
        let many = format!("[{}]", vec![r#""\u0001""#; 500].join(","));
        assert_eq!(violations(&many).len(), Limits::DOCUMENT.violations);
    }

    #[test]
    fn malformed_text_says_where_reading_stopped() {
        one(r#"{"a":{"b":[1,}]}}"#, "/a/b/1", "malformed");
        one(r#"{"a":1} x"#, "", "malformed");
        one("", "", "malformed");
        one(r#"{"a":"\ud800"}"#, "/a", "malformed");
        one(r#"{"a":1e999}"#, "/a", "malformed");
        assert_eq!(
            guard(b"{\"a\":\"\xff\"}", &Limits::DOCUMENT).unwrap_err()[0].reason,
            "utf8"
        );
    }

    #[test]
    fn depth_and_size_have_limits() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(violations(&nested(32)).is_empty());
        assert_eq!(violations(&nested(33))[0].1, "too_deep");
        assert_eq!(violations(&nested(50_000))[0].1, "too_deep");
        let large = format!("\"{}\"", "a".repeat(MAX_DOCUMENT_BYTES));
        one(&large, "", "too_large");
    }

    /// A reference for the property test: what our rules refuse in a value that `serde_json` accepts.
    fn has_forbidden_text(value: &serde_json::Value) -> bool {
        let bad = |text: &str| {
            !text::is_nfc(text)
                || text
                    .chars()
                    .any(|c| text::is_forbidden_control(c) || text::is_bidi_control(c) || text::is_noncharacter(c))
        };
        match value {
            serde_json::Value::String(text) => bad(text),
            serde_json::Value::Array(items) => items.iter().any(has_forbidden_text),
            serde_json::Value::Object(members) => members
                .iter()
                .any(|(name, value)| bad(name) || has_forbidden_text(value)),
            serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => false,
        }
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(5, 64, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                proptest::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn guard_accepts_what_serde_json_accepts_minus_our_rules(value in any_json()) {
            let text = serde_json::to_string(&value).unwrap();
            let accepted = guard(text.as_bytes(), &Limits::DOCUMENT).is_ok();
            prop_assert_eq!(accepted, !has_forbidden_text(&value));
        }

        #[test]
        fn guard_never_accepts_what_serde_json_refuses(value in any_json(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = serde_json::to_vec(&value).unwrap();
            let index = at.index(bytes.len());
            bytes[index] = byte;
            let parsed = serde_json::from_slice::<serde_json::Value>(&bytes);
            if guard(&bytes, &Limits::DOCUMENT).is_ok() {
                prop_assert!(parsed.is_ok());
            } else if let Ok(parsed) = parsed {
                let duplicates = serde_json::to_vec(&parsed).unwrap().len() != bytes.len();
                prop_assert!(has_forbidden_text(&parsed) || duplicates);
            }
        }
    }
}
