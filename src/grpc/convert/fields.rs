//! Reading the fields of a message: every wrong one is reported, by its name in the message, in both languages, and
//! never with its value.

use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::civil::Date;

use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::identifier::Fault;
use crate::domain::ids::MalformedId;
use crate::domain::text::{is_bidi_control, is_nfc, is_noncharacter};

/// The violations found so far.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<FieldViolation>);

impl Fields {
    /// Reports a field.
    pub(crate) fn push(&mut self, field: &str, reason: &str, vi: &str, en: &str) {
        self.0.push(FieldViolation::new(field, reason, vi, en));
    }

    /// Adds what another check found.
    pub(crate) fn extend(&mut self, found: impl IntoIterator<Item = FieldViolation>) {
        self.0.extend(found);
    }

    /// Reports a field that must be there.
    pub(crate) fn missing(&mut self, field: &str) {
        self.push(
            field,
            "required",
            "Bắt buộc phải có trường này.",
            "This field is required.",
        );
    }

    /// Text on one line of so many characters; with 0 among them it may be empty.
    pub(crate) fn line(&mut self, field: &str, value: &str, chars: RangeInclusive<usize>) {
        self.text(field, value, chars, false);
    }

    /// Text that may have several lines.
    pub(crate) fn paragraph(&mut self, field: &str, value: &str, chars: RangeInclusive<usize>) {
        self.text(field, value, chars, true);
    }

    fn text(&mut self, field: &str, value: &str, chars: RangeInclusive<usize>, several_lines: bool) {
        if value.trim().is_empty() && (!value.is_empty() || !chars.contains(&0)) {
            return self.missing(field);
        }
        if value.chars().count() > *chars.end() {
            let max = chars.end();
            self.push(
                field,
                "too_long",
                &format!("Không được quá {max} ký tự."),
                &format!("At most {max} characters."),
            );
        }
        if value.chars().any(|c| c.is_control() && !(several_lines && c == '\n')) {
            self.push(
                field,
                "control_character",
                "Không được có ký tự NUL hoặc ký tự điều khiển.",
                "NUL and control characters are not allowed.",
            );
        }
        if value.chars().any(|c| is_bidi_control(c) || is_noncharacter(c)) {
            self.push(
                field,
                "hidden_character",
                "Không được có ký tự đảo chiều chữ hoặc mã không phải ký tự Unicode.",
                "Characters that turn the direction of text and Unicode noncharacters are not allowed.",
            );
        }
        if !is_nfc(value) {
            self.push(
                field,
                "not_nfc",
                "Chữ phải ở dạng Unicode dựng sẵn (NFC).",
                "Text must be in Unicode normal form C (NFC).",
            );
        }
    }

    /// An identifier that must be there.
    pub(crate) fn id<T: FromStr<Err = MalformedId>>(&mut self, field: &str, value: &str) -> Option<T> {
        if value.is_empty() {
            self.missing(field);
        }
        self.optional_id(field, value)
    }

    /// An identifier, none if the field is empty.
    pub(crate) fn optional_id<T: FromStr<Err = MalformedId>>(&mut self, field: &str, value: &str) -> Option<T> {
        if value.is_empty() {
            return None;
        }
        match value.parse() {
            Ok(id) => Some(id),
            Err(MalformedId { expects }) => {
                self.push(field, "format", "Mã không đúng dạng.", &format!("Expected {expects}."));
                None
            }
        }
    }

    /// An identifier that passes its check, or nothing.
    pub(crate) fn identifier(&mut self, field: &str, value: &str, check: impl FnOnce(&str) -> Result<(), Fault>) {
        if value.is_empty() {
            return;
        }
        if let Err(fault) = check(value) {
            self.push(field, fault.reason, &fault.text.vi, &fault.text.en);
        }
    }

    /// A day that must be there.
    pub(crate) fn date(&mut self, field: &str, value: &str) -> Option<Date> {
        if value.is_empty() {
            self.missing(field);
        }
        self.optional_date(field, value)
    }

    /// A day as `YYYY-MM-DD`, none if the field is empty.
    pub(crate) fn optional_date(&mut self, field: &str, value: &str) -> Option<Date> {
        if value.is_empty() {
            return None;
        }
        let date = value.parse::<Date>().ok().filter(|date| date.to_string() == value);
        if date.is_none() {
            self.push(
                field,
                "format",
                "Ngày phải có dạng YYYY-MM-DD.",
                "Expected a date in the form YYYY-MM-DD.",
            );
        }
        date
    }

    /// The last day is not before the first.
    pub(crate) fn in_order(&mut self, field: &str, first: Option<Date>, last: Option<Date>) {
        if let (Some(first), Some(last)) = (first, last)
            && last < first
        {
            self.push(
                field,
                "before_start",
                "Ngày cuối không được trước ngày đầu.",
                "The last day cannot be before the first.",
            );
        }
    }

    /// At most so many items.
    pub(crate) fn at_most(&mut self, field: &str, count: usize, max: usize) {
        if count > max {
            self.push(
                field,
                "too_many",
                &format!("Không được quá {max} mục."),
                &format!("At most {max} items."),
            );
        }
    }

    /// A number within its limits.
    pub(crate) fn within(&mut self, field: &str, value: i32, limits: &RangeInclusive<i32>) {
        if !limits.contains(&value) {
            let (first, last) = (limits.start(), limits.end());
            self.push(
                field,
                "out_of_range",
                &format!("Phải từ {first} đến {last}."),
                &format!("Expected {first} to {last}."),
            );
        }
    }

    /// A number of entries per page; 0 means `default`.
    pub(crate) fn page_size(&mut self, field: &str, value: i32, default: i32, max: i32) -> usize {
        self.within(field, value, &(0..=max));
        let size = if value == 0 { default } else { value };
        usize::try_from(size).unwrap_or_default()
    }

    /// What was read, if nothing was wrong; FIELD_INVALID with every violation otherwise.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(Error::invalid(ErrorCode::FieldInvalid, self.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identifier::place;
    use crate::domain::ids::AgencyCode;

    fn reasons<T>(check: impl FnOnce(&mut Fields) -> T) -> Vec<String> {
        let mut fields = Fields::default();
        check(&mut fields);
        let found = fields.finish(Some(())).err();
        found.map_or_else(Vec::new, |error| {
            error.fields().iter().map(|field| field.reason.clone()).collect()
        })
    }

    #[test]
    fn a_name_is_one_line_of_visible_nfc_text() {
        assert!(reasons(|fields| fields.line("name", "Cục Thi hành án dân sự", 1..=300)).is_empty());
        assert!(reasons(|fields| fields.line("name", "", 0..=300)).is_empty());
        assert!(reasons(|fields| fields.line("name", &"ệ".repeat(300), 1..=300)).is_empty());
        assert_eq!(reasons(|fields| fields.line("name", "", 1..=300)), ["required"]);
        assert_eq!(reasons(|fields| fields.line("name", " ", 0..=300)), ["required"]);
        assert_eq!(
            reasons(|fields| fields.line("name", &"a".repeat(301), 1..=300)),
            ["too_long"]
        );
        for control in ["a\0", "a\nb", "a\tb", "a\u{85}"] {
            assert_eq!(
                reasons(|fields| fields.line("name", control, 1..=300)),
                ["control_character"]
            );
        }
        assert_eq!(
            reasons(|fields| fields.line("name", "a\u{202E}b", 1..=300)),
            ["hidden_character"]
        );
        assert_eq!(
            reasons(|fields| fields.line("name", "To\u{300}a a\u{301}n", 1..=300)),
            ["not_nfc"]
        );
    }

    #[test]
    fn a_reason_may_have_several_lines_and_no_other_control() {
        assert!(reasons(|fields| fields.paragraph("reason", "a\nb", 1..=2_000)).is_empty());
        assert_eq!(
            reasons(|fields| fields.paragraph("reason", "a\rb", 1..=2_000)),
            ["control_character"]
        );
    }

    #[test]
    fn ids_and_dates_are_checked_for_form() {
        assert_eq!(reasons(|fields| fields.id::<AgencyCode>("code", "")), ["required"]);
        assert_eq!(reasons(|fields| fields.id::<AgencyCode>("code", "a b")), ["format"]);
        assert!(reasons(|fields| fields.optional_id::<AgencyCode>("code", "")).is_empty());
        for wrong in [
            "2026-2-1",
            "2026-02-30",
            "20260201",
            "01/02/2026",
            "2026-02-01T00:00:00",
        ] {
            assert_eq!(reasons(|fields| fields.date("day", wrong)), ["format"], "{wrong}");
        }
        assert_eq!(reasons(|fields| fields.date("day", "")), ["required"]);
        let checked = |value: &str| reasons(|fields| fields.identifier("province_code", value, place::check_province));
        assert_eq!(checked("1").len(), 1);
        assert!(checked("37").is_empty() && checked("35").is_empty());
        assert!(checked("").is_empty());
    }

    #[test]
    fn a_page_has_a_default_and_a_largest_size() {
        let mut fields = Fields::default();
        assert_eq!(fields.page_size("page_size", 0, 50, 500), 50);
        assert_eq!(fields.page_size("page_size", 500, 50, 500), 500);
        assert!(fields.finish(Some(())).is_ok());
        for wrong in [-1, 501, i32::MIN, i32::MAX] {
            assert_eq!(
                reasons(|fields| fields.page_size("page_size", wrong, 50, 500)),
                ["out_of_range"]
            );
        }
    }
}
