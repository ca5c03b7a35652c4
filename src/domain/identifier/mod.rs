//! Identifiers of people, organisations, places and documents: pure checks that say what is wrong and what was expected,
//! and never repeat the value (LAW section 6).

pub mod bank;
pub mod document_number;
pub mod person_id;
pub mod place;
pub mod tax_code;

use crate::domain::error::Localized;
use crate::domain::text::is_bidi_control;

/// Why a text is not an identifier of its sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A short stable reason, for example `check_digit`.
    pub reason: &'static str,
    /// What is wrong and what was expected. Never repeats the value, which may be personal data.
    pub text: Localized,
}

impl Fault {
    fn new(reason: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            reason,
            text: Localized::new(vi, en),
        }
    }
}

/// A check of one sort of identifier.
pub type Check = fn(&str) -> Result<(), Fault>;

/// The formats that the catalogue's schemas may name, and their checks.
pub const FORMATS: &[(&str, Check)] = &[
    ("vn-person-id", person_id::check),
    ("vn-old-id", person_id::check_old),
    ("vn-tax-code", tax_code::check),
    ("vn-bank-bin", bank::check_bin),
    ("vn-province-code", place::check_province),
    ("vn-commune-code", place::check_commune),
    ("vn-document-number", document_number::check),
];

/// What a number is called in texts.
#[derive(Debug, Clone, Copy)]
struct Name {
    /// In Vietnamese, in lower case.
    vi: &'static str,
    /// In English, in lower case.
    en: &'static str,
}

/// Checks that `text` is `count` digits 0-9 and nothing else.
fn check_digits(text: &str, count: usize, name: Name) -> Result<(), Fault> {
    let Name { vi, en } = name;
    if text.is_empty() {
        return Err(Fault::new(
            "empty",
            format!("Chưa nhập {vi}."),
            format!("The {en} is empty."),
        ));
    }
    check_visible(text)?;
    let length = text.chars().count();
    let is_separator = |c: char| c.is_whitespace() || matches!(c, '.' | '-' | '‐' | '–' | '_' | ',' | '\'');
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        if length == count {
            return Ok(());
        }
        return Err(Fault::new(
            "length",
            format!("Phải có đúng {count} chữ số ({vi}); giá trị này có {length} chữ số."),
            format!("Must have exactly {count} digits ({en}); this has {length}."),
        ));
    }
    if text.chars().all(|c| c.is_ascii_digit() || is_separator(c)) {
        return Err(Fault::new(
            "separator",
            format!("Phải viết liền {count} chữ số ({vi}), không có dấu cách, dấu chấm, dấu gạch."),
            format!("Must be written as {count} digits ({en}) without spaces, dots or dashes."),
        ));
    }
    Err(Fault::new(
        "not_digits",
        format!(
            "Chỉ gồm {count} chữ số 0-9 ({vi}); giá trị này có chữ cái hoặc ký tự khác (ví dụ chữ O thay cho số 0)."
        ),
        format!("Must be {count} digits 0-9 ({en}); this has letters or other characters (for example O for 0)."),
    ))
}

/// Checks that nothing in `text` is hidden from a reader.
fn check_visible(text: &str) -> Result<(), Fault> {
    if text.chars().any(|c| c.is_control() || is_bidi_control(c)) {
        return Err(Fault::new(
            "control_character",
            "Có ký tự điều khiển không nhìn thấy được; hãy nhập lại.",
            "Has a control character that cannot be seen; type it again.",
        ));
    }
    Ok(())
}
