//! Finds values in bytes, in whatever form they come: composed or not, without diacritics, in capitals, escaped, encoded,
//! digits in groups.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use lienthong::domain::text::fold;
use unicode_normalization::UnicodeNormalization as _;

use super::marks::Sort;

/// What was found where it must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leak {
    /// The sort of the value.
    pub(crate) sort: String,
    /// In what form it stood there.
    pub(crate) form: &'static str,
    /// The bytes around it, as far as they are text.
    pub(crate) around: String,
}

/// Looks for values.
pub(crate) struct Scanner {
    plain: Needles,
    /// Digits alone, for a text whose separators between digits were taken out.
    digits: Needles,
}

/// Patterns, and for each its sort and form.
struct Needles {
    automaton: AhoCorasick,
    labels: Vec<(String, &'static str)>,
}

/// How many forms of a value are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forms {
    /// All of them.
    All,
    /// Those in which a log would hold it: as it is, folded, escaped.
    Log,
}

/// The least digits of a value that are looked for behind separators: fewer would be met by chance.
const MIN_GROUPED_DIGITS: usize = 10;
/// Bytes shown on each side of a leak.
const AROUND: usize = 60;

/// Looks for every mark.
static MARKS: LazyLock<Scanner> = LazyLock::new(|| {
    let values = Sort::ALL
        .iter()
        .map(|sort| (format!("{sort:?}"), sort.sentinel().to_owned()));
    Scanner::new(values, Forms::All)
});

/// Every mark in `bytes`.
pub(crate) fn leaks(bytes: &[u8]) -> Vec<Leak> {
    MARKS.leaks(bytes)
}

impl Scanner {
    /// For these values, each with its sort.
    pub(crate) fn new(values: impl IntoIterator<Item = (String, String)>, forms: Forms) -> Self {
        let (mut plain, mut digits) = (Vec::new(), Vec::new());
        for (sort, value) in values {
            for (form, bytes) in written(&value, forms) {
                plain.push(((sort.clone(), form), bytes));
            }
            if value.len() >= MIN_GROUPED_DIGITS && value.bytes().all(|byte| byte.is_ascii_digit()) {
                digits.push(((sort, "digits in groups"), value.into_bytes()));
            }
        }
        Self {
            plain: Needles::new(plain),
            digits: Needles::new(digits),
        }
    }

    /// Every value in `bytes`.
    pub(crate) fn leaks(&self, bytes: &[u8]) -> Vec<Leak> {
        let mut found = self.plain.find(bytes);
        found.extend(self.digits.find(&joined(bytes)));
        found
    }
}

impl Needles {
    fn new(patterns: Vec<((String, &'static str), Vec<u8>)>) -> Self {
        let (labels, patterns): (Vec<_>, Vec<_>) = patterns.into_iter().unzip();
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(patterns);
        Self {
            automaton: automaton.expect("patterns fit in memory"),
            labels,
        }
    }

    fn find(&self, bytes: &[u8]) -> Vec<Leak> {
        let hits = self.automaton.find_iter(bytes);
        hits.map(|hit| {
            let (sort, form) = &self.labels[hit.pattern().as_usize()];
            let shown = &bytes[hit.start().saturating_sub(AROUND)..(hit.end() + AROUND).min(bytes.len())];
            Leak {
                sort: sort.clone(),
                form,
                around: String::from_utf8_lossy(shown).into_owned(),
            }
        })
        .collect()
    }
}

/// `bytes` without what separates digits: `12.34-5 6` is `123456`.
fn joined(bytes: &[u8]) -> Vec<u8> {
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let mut kept = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        let separates = b" .,-_/".contains(byte) && digit(at.checked_sub(1)) && digit(Some(at + 1));
        if !separates {
            kept.push(*byte);
        }
    }
    kept
}

/// How `value` may stand in bytes.
fn written(value: &str, forms: Forms) -> BTreeSet<(&'static str, Vec<u8>)> {
    let composed: String = value.nfc().collect();
    let decomposed: String = value.nfd().collect();
    let mut texts = vec![
        ("as it is", composed.clone()),
        ("decomposed", decomposed.clone()),
        ("in capitals", composed.to_uppercase()),
        ("in small letters", composed.to_lowercase()),
    ];
    let folded = fold(value);
    for separator in [" ", "", ".", "-", "_"] {
        texts.push(("without diacritics", folded.replace(' ', separator)));
    }
    if forms == Forms::All {
        texts.push(("in capitals, decomposed", decomposed.to_uppercase()));
        texts.push(("in small letters, decomposed", decomposed.to_lowercase()));
    }
    let mut written = BTreeSet::new();
    for (name, text) in texts {
        written.insert(("escaped as in JSON", json_escaped(&text)));
        written.insert((
            "escaped as in Rust",
            format!("{text:?}").trim_matches('"').as_bytes().to_vec(),
        ));
        if forms == Forms::All {
            written.extend(base64(text.as_bytes()).map(|bytes| ("base64", bytes)));
            written.insert(("hex", hex(text.as_bytes())));
            written.insert((
                "bytes as Rust shows them",
                text.as_bytes().escape_ascii().to_string().into_bytes(),
            ));
            written.insert(("a list of bytes", listed(text.as_bytes())));
            let percent = percent(text.as_bytes());
            written.insert(("in a form", percent.replace("%20", "+").into_bytes()));
            written.insert(("in a URL", percent.into_bytes()));
        }
        written.insert((name, text.into_bytes()));
    }
    written
}

fn json_escaped(text: &str) -> Vec<u8> {
    let mut escaped = String::new();
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => escaped.push(char::from(byte)),
            _ => write!(escaped, "\\u{unit:04x}").expect("a text takes more"),
        }
    }
    escaped.into_bytes()
}

/// The characters of its base64 that do not depend on what stands before and behind it, for each place it can begin at.
fn base64(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let shifted = move |shift: usize| {
        let padded = [&vec![0; shift], bytes].concat();
        let (first, end) = ((shift * 8).div_ceil(6), padded.len() * 8 / 6);
        [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)]
            .map(|text| text.as_bytes()[first..end].to_vec())
    };
    (0..3).flat_map(shifted)
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    let mut digits = String::new();
    for byte in bytes {
        write!(digits, "{byte:02x}").expect("a text takes more");
    }
    digits.into_bytes()
}

fn listed(bytes: &[u8]) -> Vec<u8> {
    let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
    numbers.join(", ").into_bytes()
}

fn percent(bytes: &[u8]) -> String {
    let mut escaped = String::new();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            escaped.push(char::from(*byte));
        } else {
            write!(escaped, "%{byte:02X}").expect("a text takes more");
        }
    }
    escaped
}

#[test]
fn a_mark_is_found_in_every_form_and_at_every_place() {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    for sort in Sort::ALL {
        let mark = sort.mark(42, 200);
        let mut planted = vec![
            mark.clone(),
            mark.nfc().collect(),
            mark.nfd().collect(),
            mark.to_uppercase(),
            mark.nfd().collect::<String>().to_uppercase(),
            fold(&mark),
            fold(&mark).to_uppercase(),
            fold(&mark).replace(' ', "_"),
            fold(&mark).replace(' ', ""),
            format!("{mark:?}"),
            format!("{:?}", mark.nfd().collect::<String>()),
            format!("{:?}", mark.as_bytes()),
            format!("{:?}", bytes::Bytes::from(mark.clone())),
            String::from_utf8(hex(mark.as_bytes())).expect("ASCII"),
            String::from_utf8(hex(mark.as_bytes())).expect("ASCII").to_uppercase(),
            String::from_utf8(json_escaped(&mark)).expect("ASCII"),
            String::from_utf8(json_escaped(&mark))
                .expect("ASCII")
                .replace("\\u1e", "\\u1E"),
            url::form_urlencoded::byte_serialize(mark.as_bytes()).collect(),
            percent(mark.as_bytes()).to_lowercase(),
        ];
        for before in ["", "a", "ab", "abc"] {
            let text = format!("{before}{mark} và còn nữa");
            planted.extend([STANDARD.encode(&text), URL_SAFE.encode(&text)]);
        }
        for text in planted {
            let line = format!("2026-11-20T09:00:00Z INFO x{text}y");
            assert!(!leaks(line.as_bytes()).is_empty(), "{sort:?} is not found in {line}");
        }
    }
}

#[test]
fn digits_are_found_in_groups_and_cut_marks_too() {
    for sort in [
        Sort::PersonId,
        Sort::TaxCode,
        Sort::SocialInsurance,
        Sort::Account,
        Sort::Phone,
    ] {
        let mark = sort.mark(7, 200);
        for (size, separator) in [(3, "."), (4, " "), (2, "-"), (1, ","), (3, "/")] {
            let groups: Vec<&str> = mark
                .as_bytes()
                .chunks(size)
                .map(|group| std::str::from_utf8(group).expect("digits"))
                .collect();
            let text = format!("số {};", groups.join(separator));
            assert!(!leaks(text.as_bytes()).is_empty(), "{text}");
        }
    }
    assert!(!leaks("Ngưỡng Mặc Thưởng…".as_bytes()).is_empty());
}

#[test]
fn honest_texts_hold_no_mark() {
    let texts = [
        "{\"timestamp\":\"2026-11-20T02:00:00.771933Z\",\"level\":\"DEBUG\",\"micros\":10937719}",
        "lienthong_calls_total{rpc=\"RequestService/Submit\",code=\"OK\",role=\"BANK\"} 771933",
        "Thi hành án dân sự tỉnh Ninh Bình (giả lập)",
        "",
    ];
    for text in texts {
        assert_eq!(leaks(text.as_bytes()), [], "{text}");
    }
}
