//! Text as people write it: one Unicode form (NFC), no hidden characters, and a folded form for searching without
//! diacritics.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Whether `text` is in Unicode normal form C, the form in which the hub takes and keeps every text.
pub fn is_nfc(text: &str) -> bool {
    text.is_ascii() || unicode_normalization::is_nfc(text)
}

/// `text` in Unicode normal form C.
pub fn to_nfc(text: &str) -> String {
    text.nfc().collect()
}

/// For searching: lower case, no diacritics, `đ` as `d`. `Nguyễn Đức` becomes `nguyen duc`.
pub fn fold(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
}

/// Whether two titles are the same words: letter case and the amount of white space do not count, diacritics do.
pub fn same_words(left: &str, right: &str) -> bool {
    let words = |text: &str| {
        text.split_whitespace()
            .map(|word| to_nfc(&word.to_lowercase()))
            .collect::<Vec<_>>()
    };
    words(left) == words(right)
}

/// A control character other than line feed and tab. NUL is one.
pub fn is_forbidden_control(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
}

/// A character that turns the direction of what follows (Unicode UAX #9), so that a reader sees something else than a
/// program does.
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A code point that Unicode reserves for no character.
pub fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fold_drops_vietnamese_marks_in_both_forms() {
        assert_eq!(fold("Nguyễn Thị Đào"), "nguyen thi dao");
        assert_eq!(fold("Nguye\u{302}\u{303}n ĐỨC"), "nguyen duc");
        assert_eq!(fold("Ủy ban nhân dân"), "uy ban nhan dan");
    }

    #[test]
    fn decomposed_vietnamese_is_not_nfc() {
        assert!(is_nfc("Chấp hành viên"));
        assert!(!is_nfc(&"Chấp hành viên".nfd().collect::<String>()));
        assert_eq!(to_nfc(&"Tòa án".nfd().collect::<String>()), "Tòa án");
    }

    #[test]
    fn same_words_ignores_case_and_spaces_but_not_marks() {
        assert!(same_words("chấp  hành viên", "Chấp hành viên"));
        assert!(!same_words("Chap hanh vien", "Chấp hành viên"));
    }

    #[test]
    fn hidden_characters_are_known() {
        assert!(is_forbidden_control('\0') && is_forbidden_control('\u{85}') && is_forbidden_control('\r'));
        assert!(!is_forbidden_control('\n') && !is_forbidden_control('ấ'));
        assert!(is_bidi_control('\u{202E}') && is_bidi_control('\u{2066}') && !is_bidi_control('a'));
        assert!(is_noncharacter('\u{FFFE}') && is_noncharacter('\u{1FFFF}') && is_noncharacter('\u{FDD0}'));
        assert!(!is_noncharacter('\u{FFFD}'));
    }
}
