//! Số định danh cá nhân (12 digits) and the old identity card's number (9 digits). Neither has a check digit: only the
//! structure is checked.

use super::place;
use super::{Fault, Name, check_digits};

const NAME: Name = Name {
    vi: "số định danh cá nhân",
    en: "personal identity number",
};

const OLD_NAME: Name = Name {
    vi: "số chứng minh nhân dân",
    en: "old identity card number",
};

/// The fourth digit of the number says century and sex. Those of the 22nd century and after are not given to anybody yet.
const CENTURIES: &[(char, i16, Sex)] = &[
    ('0', 1900, Sex::Male),
    ('1', 1900, Sex::Female),
    ('2', 2000, Sex::Male),
    ('3', 2000, Sex::Female),
];

/// What a personal identity number says of its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonId {
    /// The year of birth.
    pub year_of_birth: i16,
    /// The sex that was registered.
    pub sex: Sex,
}

/// The sex that a personal identity number states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Nam.
    Male,
    /// Nữ.
    Female,
}

impl PersonId {
    /// Reads a personal identity number: three digits for the place where the birth was registered (one of the 63 former
    /// provinces, or a country from 100), one for century and sex, two for the year, six at random.
    ///
    /// # Errors
    /// What is wrong: reasons `empty`, `control_character`, `separator`, `not_digits`, `length`, `old_id`, `place`,
    /// `century`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Fault::new(
                "old_id",
                "9 chữ số là số chứng minh nhân dân cũ; số định danh cá nhân có 12 chữ số. Hãy chọn đúng loại giấy tờ.",
                "9 digits are an old identity card number; a personal identity number has 12. State the right type.",
            ));
        }
        check_digits(text, 12, NAME)?;
        let (place, rest) = text.split_at_checked(3).unwrap_or_default();
        if !is_place(place) {
            return Err(Fault::new(
                "place",
                "3 chữ số đầu không phải mã tỉnh, thành phố hoặc mã quốc gia nơi đăng ký khai sinh; hãy kiểm tra lại.",
                "The first 3 digits are no code of a province or country where births are registered; check them.",
            ));
        }
        let (century, rest) = rest.split_at_checked(1).unwrap_or_default();
        let Some((_, century, sex)) = CENTURIES.iter().find(|(digit, _, _)| century.starts_with(*digit)) else {
            return Err(Fault::new(
                "century",
                "Chữ số thứ 4 (thế kỷ sinh và giới tính) phải từ 0 đến 3: 0, 1 sinh thế kỷ 20; 2, 3 sinh thế kỷ 21.",
                "The 4th digit (century of birth and sex) must be 0 to 3: 0, 1 for 19xx; 2, 3 for 20xx.",
            ));
        };
        let year: i16 = rest.get(..2).and_then(|year| year.parse().ok()).unwrap_or_default();
        Ok(Self {
            year_of_birth: century + year,
            sex: *sex,
        })
    }
}

/// A place where a birth can be registered: one of the former provinces after a zero, or a country, from 100.
fn is_place(code: &str) -> bool {
    code.strip_prefix('0').is_none_or(place::is_known_province)
}

/// Checks a personal identity number, for example `001085012345`.
///
/// # Errors
/// As [`PersonId::parse`].
pub fn check(text: &str) -> Result<(), Fault> {
    PersonId::parse(text).map(|_| ())
}

/// Checks the number of an old identity card: nine digits.
///
/// # Errors
/// What is wrong: reasons `empty`, `control_character`, `separator`, `not_digits`, `length`, `person_id`.
pub fn check_old(text: &str) -> Result<(), Fault> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::new(
            "person_id",
            "12 chữ số là số định danh cá nhân; số chứng minh nhân dân cũ có 9 chữ số. Hãy chọn đúng loại giấy tờ.",
            "12 digits are a personal identity number; an old identity card number has 9. State the right type.",
        ));
    }
    check_digits(text, 9, OLD_NAME)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_states_year_and_sex() {
        let read = |text: &str| PersonId::parse(text).map(|id| (id.year_of_birth, id.sex)).unwrap();
        assert_eq!(read("001085012345"), (1985, Sex::Male));
        assert_eq!(read("079199000001"), (1999, Sex::Female));
        assert_eq!(read("037200999999"), (2000, Sex::Male));
        assert_eq!(read("096325123456"), (2025, Sex::Female));
        assert_eq!(read("001000000000"), (1900, Sex::Male));
    }

    #[test]
    fn former_provinces_and_countries_are_places_of_birth() {
        for place in ["001", "035", "036", "037", "060", "067", "093", "101", "245", "999"] {
            assert_eq!(check(&format!("{place}085012345")), Ok(()), "{place}");
        }
        for place in ["000", "003", "005", "028", "097", "099"] {
            assert_eq!(
                check(&format!("{place}085012345")).unwrap_err().reason,
                "place",
                "{place}"
            );
        }
    }

    #[test]
    fn each_mistake_has_its_reason() {
        let cases = [
            ("", "empty"),
            ("00108501234", "length"),
            ("0010850123456", "length"),
            ("012345678", "old_id"),
            ("001 085 012 345", "separator"),
            ("001085012345 ", "separator"),
            ("001.085.012345", "separator"),
            ("OO1085012345", "not_digits"),
            ("00108501234٥", "not_digits"),
            ("số 1", "not_digits"),
            ("00108501234\u{7}", "control_character"),
            ("\u{202E}001085012345", "control_character"),
            ("001485012345", "century"),
            ("001985012345", "century"),
        ];
        for (number, expected) in cases {
            assert_eq!(check(number).unwrap_err().reason, expected, "{number}");
        }
    }

    #[test]
    fn an_old_number_has_nine_digits() {
        for number in ["012345678", "225123456"] {
            assert_eq!(check_old(number), Ok(()), "{number}");
        }
        let cases = [
            ("", "empty"),
            ("01234567", "length"),
            ("0123456789", "length"),
            ("001085012345", "person_id"),
            ("012 345 678", "separator"),
            ("B1234567", "not_digits"),
        ];
        for (number, expected) in cases {
            assert_eq!(check_old(number).unwrap_err().reason, expected, "{number}");
        }
    }

    proptest! {
        #[test]
        fn a_text_is_never_repeated(text in "[0-9A-Z]{7,13}") {
            for fault in [check(&text).err(), check_old(&text).err()].into_iter().flatten() {
                prop_assert!(!fault.text.vi.contains(&text) && !fault.text.en.contains(&text));
            }
        }

        #[test]
        fn what_is_accepted_has_twelve_digits(text in ".{0,14}") {
            if check(&text).is_ok() {
                prop_assert!(text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()));
            }
        }
    }
}
