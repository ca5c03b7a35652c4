//! Numbers of judgments and decisions: `123/2026/DS-ST`, `436/QĐST-HNGĐ`, `21101/QĐ-THADS`. Offices write them in many
//! ways, so they are read loosely and kept as written; the key tells whether two mean the same document.

use super::{Fault, check_visible};
use crate::domain::text::fold;

/// A document's number, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentNumber {
    /// The number with a letter after it, if any: `123`, `06`, `12a`.
    pub number: String,
    /// The year, if the number has one.
    pub year: Option<u16>,
    /// The rest, which says what document it is and whose: `DS-ST`, `QĐ-THADS`. May be empty.
    pub symbol: String,
}

impl DocumentNumber {
    /// Reads a number as written.
    ///
    /// # Errors
    /// What is wrong: reasons `empty`, `control_character`, `no_digit`.
    pub fn parse(written: &str) -> Result<Self, Fault> {
        if written.trim().is_empty() {
            return Err(Fault::new(
                "empty",
                "Chưa nhập số, ký hiệu văn bản.",
                "The document number is empty.",
            ));
        }
        check_visible(written)?;
        let mut parts = written.split('/').map(str::trim).filter(|part| !part.is_empty());
        let mut before = Vec::new();
        let (lead, number, tail) = loop {
            match parts.next() {
                Some(part) => match split_number(part) {
                    Some(found) => break found,
                    None => before.push(part),
                },
                None => {
                    return Err(Fault::new(
                        "no_digit",
                        "Số văn bản phải có chữ số, ví dụ 123/2026/DS-ST hoặc 21101/QĐ-THADS.",
                        "A document number has a digit, for example 123/2026/DS-ST or 21101/QĐ-THADS.",
                    ));
                }
            }
        };
        let mut year = None;
        let mut symbols = before;
        symbols.extend(lead);
        symbols.extend((!tail.is_empty()).then_some(tail));
        for part in parts {
            match year_of(part) {
                Some(found) if year.is_none() => year = Some(found),
                _ => symbols.push(part),
            }
        }
        Ok(Self {
            number: number.to_owned(),
            year,
            symbol: symbols.join("/"),
        })
    }

    /// The same for every way of writing one number: leading zeros, letter case, diacritics, spaces and dashes do not
    /// count. For comparing, not for showing.
    pub fn key(&self) -> String {
        let bare = |text: &str| fold(text).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let number = bare(&self.number);
        let number = match number.trim_start_matches('0') {
            "" => "0",
            number => number,
        };
        let year = self.year.map(|year| year.to_string()).unwrap_or_default();
        format!("{number}/{year}/{}", bare(&self.symbol))
    }
}

/// Checks the number of a judgment or decision, and no more than a loose reader needs.
///
/// # Errors
/// As [`DocumentNumber::parse`].
pub fn check(written: &str) -> Result<(), Fault> {
    DocumentNumber::parse(written).map(|_| ())
}

/// Splits a part at its first run of digits: a symbol before it (words like “Số”, “Bản án số” are none), the digits
/// with the letter that is attached to them, the rest. None without a digit.
fn split_number(part: &str) -> Option<(Option<&str>, &str, &str)> {
    let start = part.find(|c: char| c.is_ascii_digit())?;
    let (before, rest) = part.split_at_checked(start)?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let after = rest.get(digits..)?;
    let mut letters = after.chars();
    let has_letter =
        letters.next().is_some_and(char::is_alphabetic) && !letters.next().is_some_and(char::is_alphanumeric);
    let letter = if has_letter {
        after.chars().next().map_or(0, char::len_utf8)
    } else {
        0
    };
    let (number, tail) = rest.split_at_checked(digits + letter)?;
    let is_separator = |c: char| c.is_whitespace() || matches!(c, '-' | '–' | ':' | '.' | ',');
    let before = before.trim_matches(is_separator);
    let is_heading = fold(before)
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| word == "so");
    let lead = (!before.is_empty() && !is_heading).then_some(before);
    Some((lead, number, tail.trim_matches(is_separator)))
}

/// A year of four digits, 1900 to 2099.
fn year_of(part: &str) -> Option<u16> {
    let is_year = part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    part.parse().ok().filter(|year| is_year && (1900..=2099).contains(year))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(written: &str) -> (String, Option<u16>, String) {
        let number = DocumentNumber::parse(written).unwrap();
        (number.number, number.year, number.symbol)
    }

    fn key(written: &str) -> String {
        DocumentNumber::parse(written).unwrap().key()
    }

    #[test]
    fn numbers_are_taken_apart() {
        let cases = [
            ("123/2026/DS-ST", "123", Some(2026), "DS-ST"),
            ("06/2012/KDTM-ST", "06", Some(2012), "KDTM-ST"),
            ("196/2012/KDTM-PT", "196", Some(2012), "KDTM-PT"),
            ("436/QĐST-HNGĐ", "436", None, "QĐST-HNGĐ"),
            ("21101/QĐ-THADS", "21101", None, "QĐ-THADS"),
            ("15/QĐ-VKSKV7", "15", None, "QĐ-VKSKV7"),
            ("123/QĐ-CCTHADS", "123", None, "QĐ-CCTHADS"),
            ("12/2026/TLST-DS", "12", Some(2026), "TLST-DS"),
            (" 123 / 2026 / ds - st ", "123", Some(2026), "ds - st"),
            ("Bản án số: 123/2026/DS-ST", "123", Some(2026), "DS-ST"),
            ("Số 12a/2026/QĐ-BPKCTT", "12a", Some(2026), "QĐ-BPKCTT"),
            ("12/98/DSST", "12", None, "98/DSST"),
            ("QĐ-THADS/123", "123", None, "QĐ-THADS"),
            ("KN-12/2026", "12", Some(2026), "KN"),
            ("45-QĐ/THA", "45", None, "QĐ/THA"),
            ("123", "123", None, ""),
            ("123/2026/2025/DS-ST", "123", Some(2026), "2025/DS-ST"),
        ];
        for (written, number, year, symbol) in cases {
            assert_eq!(read(written), (number.to_owned(), year, symbol.to_owned()), "{written}");
        }
    }

    #[test]
    fn ways_of_writing_one_number_have_one_key() {
        let same: &[&[&str]] = &[
            &[
                "123/2026/DS-ST",
                "123/2026/ds-st",
                "0123/2026/DS-ST",
                " 123 / 2026 / DS – ST",
                "123/2026/DSST",
                "Bản án số 123/2026/DS-ST",
            ],
            &["436/QĐST-HNGĐ", "436/QDST-HNGD", "436/qđst - hngđ", "Số: 436/QĐST-HNGĐ"],
            &["21101/QĐ-THADS", "21101/qd-thads", "21101 / QĐ THADS"],
        ];
        for group in same {
            for written in *group {
                assert_eq!(key(written), key(group[0]), "{written}");
            }
        }
    }

    #[test]
    fn other_documents_have_other_keys() {
        let keys: std::collections::BTreeSet<String> = [
            "123/2026/DS-ST",
            "124/2026/DS-ST",
            "123/2025/DS-ST",
            "123/2026/DS-PT",
            "123/DS-ST",
            "123a/2026/DS-ST",
            "1230/2026/DS-ST",
        ]
        .into_iter()
        .map(key)
        .collect();
        assert_eq!(keys.len(), 7);
    }

    #[test]
    fn only_what_names_no_document_is_refused() {
        let cases = [
            ("", "empty"),
            ("  ", "empty"),
            ("/", "no_digit"),
            ("DS-ST", "no_digit"),
            ("không số", "no_digit"),
            ("123/2026/DS-ST\n", "control_character"),
            ("12\u{0}3", "control_character"),
            ("123/\u{202E}2026", "control_character"),
        ];
        for (written, expected) in cases {
            assert_eq!(check(written).unwrap_err().reason, expected, "{written}");
        }
    }

    proptest! {
        #[test]
        fn what_has_a_digit_and_nothing_hidden_is_accepted(written in "[ /A-Za-zĐđ-]{0,10}[0-9][ /A-Za-zĐđ0-9.-]{0,20}") {
            prop_assert!(check(&written).is_ok());
        }

        #[test]
        fn a_key_ignores_letter_case(number in 1_u32..99_999, year in 1990_u16..2030, symbol in "(DS|HS|KDTM|HNGĐ|LĐ|HC)-(ST|PT)") {
            let written = format!("{number}/{year}/{symbol}");
            prop_assert_eq!(key(&written), key(&written.to_lowercase()));
            prop_assert_eq!(key(&written), key(&format!("  {number} /{year}/ {symbol}")));
        }

        #[test]
        fn no_text_makes_it_fail_otherwise(text in ".{0,30}") {
            if let Ok(number) = DocumentNumber::parse(&text) {
                let _ = number.key();
            }
        }
    }
}
