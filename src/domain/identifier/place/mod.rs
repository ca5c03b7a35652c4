//! Provinces and communes by their statistical codes, as data with dates (`catalogue/places`): those in force since
//! 01/07/2025, and those before them with what they became part of.

mod commune;
mod csv;

use std::sync::LazyLock;

use jiff::civil::Date;

pub use commune::{
    Commune, check_commune, commune, communes_named, communes_of, current_communes, known_commune, province_of_commune,
};
use csv::{check_source, day, records};

use super::{Fault, Name, check_digits};
use crate::domain::text::fold;

const PROVINCE: Name = Name {
    vi: "mã tỉnh, thành phố",
    en: "province code",
};

const TEXT: &str = include_str!("../../../../catalogue/places/provinces.csv");

/// The embedded file. A test keeps it sound; a hub with a broken one would know no province.
static PROVINCES: LazyLock<Vec<Province>> = LazyLock::new(|| read(TEXT).unwrap_or_default());

/// A province in the time in which it had this code, name and territory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Province {
    /// Two digits.
    pub code: String,
    /// In Vietnamese, without “tỉnh” or “thành phố”.
    pub name: String,
    /// Its first day; none: from before the list begins.
    pub valid_from: Option<Date>,
    /// Its last day; none: still in force.
    pub valid_to: Option<Date>,
    /// The code of the province that it became part of; none while it is in force.
    pub successor: Option<String>,
}

impl Province {
    /// Whether it is in force, going by the data (which has a last day for every former one).
    pub fn is_current(&self) -> bool {
        self.valid_to.is_none()
    }

    /// Whether it was in force on `date`.
    pub fn is_in_force(&self, date: Date) -> bool {
        self.valid_from.is_none_or(|first| first <= date) && self.valid_to.is_none_or(|last| date <= last)
    }
}

/// The province that had `code` on a day.
pub fn province(code: &str, on: Date) -> Option<&'static Province> {
    with_code(code).find(|province| province.is_in_force(on))
}

/// The province with this code, the one in force before a former one.
pub fn known_province(code: &str) -> Option<&'static Province> {
    with_code(code)
        .find(|province| province.is_current())
        .or_else(|| with_code(code).last())
}

/// The province in force that has `code`, or that the former province with `code` became part of.
pub fn current_province(code: &str) -> Option<&'static Province> {
    let current = |code: &str| with_code(code).find(|province| province.is_current());
    current(code).or_else(|| {
        let successor = with_code(code).last()?.successor.as_deref()?;
        current(successor)
    })
}

/// The province in force of a place that is given as a province code (2 digits) or a commune code (5 digits), in force
/// or former: what decides which office is competent.
pub fn territory(code: &str) -> Option<&'static Province> {
    match code.len() {
        2 => current_province(code),
        5 => province_of_commune(code),
        _ => None,
    }
}

/// The province of that name, in force before former ones. Letter case, diacritics, punctuation and “tỉnh”, “thành phố”,
/// “TP” before the name do not count.
pub fn province_named(name: &str) -> Option<&'static Province> {
    let wanted = folded_name(name);
    let named = || {
        PROVINCES
            .iter()
            .filter(|province| folded_name(&province.name) == wanted)
    };
    named()
        .find(|province| province.is_current())
        .or_else(|| named().next_back())
}

/// All provinces that are in force, by code.
pub fn provinces() -> impl Iterator<Item = &'static Province> {
    PROVINCES.iter().filter(|province| province.is_current())
}

/// Whether a province has, or had, this code.
pub(super) fn is_known_province(code: &str) -> bool {
    with_code(code).next().is_some()
}

/// Checks a province code: two digits, of a province in force or a former one.
///
/// # Errors
/// What is wrong: reasons `empty`, `control_character`, `separator`, `not_digits`, `length`, `unknown`.
pub fn check_province(code: &str) -> Result<(), Fault> {
    check_digits(code, 2, PROVINCE)?;
    if is_known_province(code) {
        return Ok(());
    }
    Err(Fault::new(
        "unknown",
        "Không có tỉnh, thành phố nào có mã này, kể cả các mã trước ngày 01/7/2025.",
        "No province has this code, nor had one before 1 July 2025.",
    ))
}

fn with_code(code: &str) -> impl Iterator<Item = &'static Province> {
    PROVINCES.iter().filter(move |province| province.code == code)
}

fn folded_name(name: &str) -> String {
    let folded = fold(name);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let name = match words.as_slice() {
        ["tinh" | "tp", name @ ..] | ["thanh", "pho", name @ ..] if !name.is_empty() => name,
        name => name,
    };
    match name {
        ["hcm" | "tphcm"] => "ho chi minh".to_owned(),
        name => name.join(" "),
    }
}

fn read(text: &str) -> Result<Vec<Province>, String> {
    let lines = records(text, "code,name,valid_from,valid_to,successor,source,certainty")?;
    lines.into_iter().map(read_province).collect()
}

fn read_province(fields: [&str; 7]) -> Result<Province, String> {
    let [code, name, valid_from, valid_to, successor, source, certainty] = fields;
    check_source(source, certainty)?;
    Ok(Province {
        code: code.to_owned(),
        name: name.to_owned(),
        valid_from: day(code, valid_from)?,
        valid_to: day(code, valid_to)?,
        successor: (!successor.is_empty()).then(|| successor.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const BEFORE: Date = date(2025, 6, 30);
    const AFTER: Date = date(2025, 7, 1);

    fn names_on(day: Date) -> Vec<&'static str> {
        let in_force = PROVINCES.iter().filter(|province| province.is_in_force(day));
        in_force.map(|province| province.name.as_str()).collect()
    }

    #[test]
    fn the_file_is_sound() {
        assert!(crate::domain::text::is_nfc(TEXT));
        for province in &read(TEXT).unwrap() {
            assert!(province.code.len() == 2 && province.code.bytes().all(|byte| byte.is_ascii_digit()));
            assert_eq!(
                province.successor.is_some(),
                province.valid_to.is_some(),
                "{province:?}"
            );
            assert!(current_province(&province.code).is_some(), "{province:?}");
        }
    }

    #[test]
    fn broken_files_are_told() {
        let head = "code,name,valid_from,valid_to,successor,source,certainty\n";
        for line in [
            "01,Hà Nội",
            "01,Hà Nội,,,,,P",
            "01,Hà Nội,,,,QĐ,X",
            "01,Hà Nội,2025-13-01,,,QĐ,P",
        ] {
            assert!(read(&format!("{head}{line}\n")).is_err(), "{line}");
        }
        assert!(read("code,name\n").is_err());
        assert!(read(head).is_ok());
    }

    #[test]
    fn there_were_63_provinces_and_are_34() {
        assert_eq!((names_on(BEFORE).len(), names_on(AFTER).len()), (63, 34));
        assert_eq!(names_on(AFTER).len(), provinces().count());
        assert!(names_on(date(2024, 12, 31)).contains(&"Thừa Thiên Huế") && names_on(BEFORE).contains(&"Huế"));
    }

    #[test]
    fn a_code_means_what_it_meant_on_the_day() {
        let name = |code: &str, on: Date| province(code, on).map(|province| province.name.as_str());
        assert_eq!(
            (name("24", BEFORE), name("24", AFTER)),
            (Some("Bắc Giang"), Some("Bắc Ninh"))
        );
        assert_eq!((name("36", BEFORE), name("36", AFTER)), (Some("Nam Định"), None));
        assert_eq!(
            (name("01", BEFORE), name("01", AFTER)),
            (Some("Hà Nội"), Some("Hà Nội"))
        );
        assert_eq!(name("03", AFTER), None);
    }

    #[test]
    fn a_former_code_leads_to_the_successor() {
        let cases = [
            ("35", "37"),
            ("36", "37"),
            ("37", "37"),
            ("17", "25"),
            ("26", "25"),
            ("62", "51"),
            ("10", "15"),
            ("27", "24"),
            ("45", "44"),
            ("64", "52"),
            ("74", "79"),
            ("77", "79"),
            ("72", "80"),
            ("87", "82"),
            ("93", "92"),
            ("95", "96"),
            ("46", "46"),
            ("79", "79"),
        ];
        for (code, successor) in cases {
            assert_eq!(current_province(code).unwrap().code, successor, "{code}");
            assert_eq!(check_province(code), Ok(()), "{code}");
        }
        assert_eq!(current_province("99"), None);
    }

    #[test]
    fn a_place_is_a_province_or_a_commune() {
        assert_eq!(territory("36").unwrap().name, "Ninh Bình");
        assert_eq!(territory("13636").unwrap().name, "Ninh Bình");
        assert_eq!(
            (territory("136"), territory("99"), territory("99001")),
            (None, None, None)
        );
    }

    #[test]
    fn names_are_found_as_people_write_them() {
        let code = |name: &str| province_named(name).map(|province| province.code.as_str());
        for name in [
            "Hồ Chí Minh",
            "TP. Hồ Chí Minh",
            "thành phố ho chi minh",
            "TPHCM",
            "TP.HCM",
            "tp hcm",
        ] {
            assert_eq!(code(name), Some("79"), "{name}");
        }
        for name in ["Bà Rịa - Vũng Tàu", "Ba Ria–Vung Tau", "tỉnh bà rịa vũng tàu"] {
            assert_eq!(code(name), Some("77"), "{name}");
        }
        assert_eq!(
            (code("Bắc Ninh"), code("Đắk Lắk"), code("dak lak")),
            (Some("24"), Some("66"), Some("66"))
        );
        assert_eq!((code("Thái Bình"), code("Sài Gòn"), code("")), (Some("34"), None, None));
    }

    #[test]
    fn each_mistake_has_its_reason() {
        let cases = [
            ("", "empty"),
            ("1", "length"),
            ("001", "length"),
            ("HN", "not_digits"),
            ("03", "unknown"),
            ("0 1", "separator"),
        ];
        for (code, expected) in cases {
            assert_eq!(check_province(code).unwrap_err().reason, expected, "{code}");
        }
    }
}
