//! Provinces and communes by their statistical codes, as data with dates: the 34 provinces in force since 01/07/2025, the
//! 63 before them, and whose communes have which numbers (`catalogue/places`).

use std::sync::LazyLock;

use jiff::civil::Date;

use super::{Fault, Name, check_digits};
use crate::domain::text::fold;

const PROVINCE: Name = Name {
    vi: "mã tỉnh, thành phố",
    en: "province code",
};

const COMMUNE: Name = Name {
    vi: "mã xã, phường, đặc khu",
    en: "commune code",
};

/// How sure a line is: seen in the text, seen partly, recalled, ours.
const CERTAINTIES: [&str; 4] = ["V", "P", "R", "D"];

/// The embedded files. A test keeps them sound; a hub with broken ones would know no province.
static PLACES: LazyLock<Places> = LazyLock::new(|| {
    let provinces = include_str!("../../../catalogue/places/provinces.csv");
    let ranges = include_str!("../../../catalogue/places/commune-ranges.csv");
    Places::read(provinces, ranges).unwrap_or_default()
});

#[derive(Debug, Default)]
struct Places {
    provinces: Vec<Province>,
    /// In ascending order, without overlap.
    ranges: Vec<CommuneRange>,
}

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

/// Numbers of communes that were given out in one province. Communes keep the number of one of those they were formed of.
#[derive(Debug)]
struct CommuneRange {
    first: String,
    last: String,
    /// The code of the province when the numbers were given out.
    province: String,
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

/// The province in force that has `code`, or that the former province with `code` became part of.
pub fn current_province(code: &str) -> Option<&'static Province> {
    let current = |code: &str| with_code(code).find(|province| province.is_current());
    current(code).or_else(|| {
        let successor = with_code(code).last()?.successor.as_deref()?;
        current(successor)
    })
}

/// The province in force in which the commune with this code lies, going by the range of its number. None for a number
/// that was given to no province.
pub fn province_of_commune(code: &str) -> Option<&'static Province> {
    check_commune(code).ok()?;
    let ranges = &PLACES.ranges;
    let after = ranges.partition_point(|range| range.first.as_str() <= code);
    let range = ranges.get(after.checked_sub(1)?)?;
    (code <= range.last.as_str()).then(|| current_province(&range.province))?
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
        PLACES
            .provinces
            .iter()
            .filter(|province| folded_name(&province.name) == wanted)
    };
    named()
        .find(|province| province.is_current())
        .or_else(|| named().next_back())
}

/// All provinces that are in force, by code.
pub fn provinces() -> impl Iterator<Item = &'static Province> {
    PLACES.provinces.iter().filter(|province| province.is_current())
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

/// Checks a commune code: five digits. Which of them are given out is not known here.
///
/// # Errors
/// What is wrong: reasons `empty`, `control_character`, `separator`, `not_digits`, `length`, `unknown`.
pub fn check_commune(code: &str) -> Result<(), Fault> {
    check_digits(code, 5, COMMUNE)?;
    if code == "00000" {
        return Err(Fault::new(
            "unknown",
            "Không có xã, phường, đặc khu nào có mã gồm toàn số 0.",
            "No commune has a code of zeros only.",
        ));
    }
    Ok(())
}

fn with_code(code: &str) -> impl Iterator<Item = &'static Province> {
    PLACES.provinces.iter().filter(move |province| province.code == code)
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

impl Places {
    /// Reads both files. Their fields have neither commas nor quotes.
    ///
    /// # Errors
    /// The first line that is wrong, in English.
    fn read(provinces: &str, ranges: &str) -> Result<Self, String> {
        let provinces = records(provinces, "code,name,valid_from,valid_to,successor,source,certainty")?
            .into_iter()
            .map(|fields: [&str; 7]| read_province(fields))
            .collect::<Result<_, _>>()?;
        let ranges = records(ranges, "first,last,province_code,source,certainty")?
            .into_iter()
            .map(|fields: [&str; 5]| read_range(fields))
            .collect::<Result<_, _>>()?;
        Ok(Self { provinces, ranges })
    }
}

fn read_province(fields: [&str; 7]) -> Result<Province, String> {
    let [code, name, valid_from, valid_to, successor, source, certainty] = fields;
    check_source(source, certainty)?;
    let day = |text: &str| match text {
        "" => Ok(None),
        text => text
            .parse::<Date>()
            .map(Some)
            .map_err(|error| format!("{code}: {error}")),
    };
    Ok(Province {
        code: code.to_owned(),
        name: name.to_owned(),
        valid_from: day(valid_from)?,
        valid_to: day(valid_to)?,
        successor: (!successor.is_empty()).then(|| successor.to_owned()),
    })
}

fn read_range(fields: [&str; 5]) -> Result<CommuneRange, String> {
    let [first, last, province, source, certainty] = fields;
    check_source(source, certainty)?;
    Ok(CommuneRange {
        first: first.to_owned(),
        last: last.to_owned(),
        province: province.to_owned(),
    })
}

fn check_source(source: &str, certainty: &str) -> Result<(), String> {
    if source.is_empty() || !CERTAINTIES.contains(&certainty) {
        return Err("a line has no source or no certainty of V, P, R, D".to_owned());
    }
    Ok(())
}

fn records<'t, const N: usize>(text: &'t str, header: &str) -> Result<Vec<[&'t str; N]>, String> {
    let mut lines = text.lines();
    if lines.next() != Some(header) {
        return Err(format!("the first line must be {header}"));
    }
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            <[&str; N]>::try_from(fields).map_err(|fields| format!("{} fields instead of {N}: {line}", fields.len()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const BEFORE: Date = date(2025, 6, 30);
    const AFTER: Date = date(2025, 7, 1);

    fn names_on(day: Date) -> Vec<&'static str> {
        let in_force = PLACES.provinces.iter().filter(|province| province.is_in_force(day));
        in_force.map(|province| province.name.as_str()).collect()
    }

    #[test]
    fn the_files_are_sound() {
        let provinces = include_str!("../../../catalogue/places/provinces.csv");
        let ranges = include_str!("../../../catalogue/places/commune-ranges.csv");
        let places = Places::read(provinces, ranges).unwrap();
        assert!(crate::domain::text::is_nfc(provinces));
        for province in &places.provinces {
            assert!(province.code.len() == 2 && province.code.bytes().all(|byte| byte.is_ascii_digit()));
            assert_eq!(
                province.successor.is_some(),
                province.valid_to.is_some(),
                "{province:?}"
            );
            assert!(current_province(&province.code).is_some(), "{province:?}");
        }
        for range in &places.ranges {
            assert!(range.first.len() == 5 && range.last.len() == 5 && range.first <= range.last);
            assert!(province(&range.province, BEFORE).is_some(), "{range:?}");
        }
        let follows = |pair: &[CommuneRange]| pair[0].last < pair[1].first;
        assert!(places.ranges.windows(2).all(follows));
    }

    #[test]
    fn broken_files_are_told() {
        let ranges = "first,last,province_code,source,certainty\n";
        let head = "code,name,valid_from,valid_to,successor,source,certainty\n";
        for line in [
            "01,Hà Nội",
            "01,Hà Nội,,,,,P",
            "01,Hà Nội,,,,QĐ,X",
            "01,Hà Nội,2025-13-01,,,QĐ,P",
        ] {
            assert!(Places::read(&format!("{head}{line}\n"), ranges).is_err(), "{line}");
        }
        assert!(Places::read("code,name\n", ranges).is_err());
        assert!(Places::read(head, ranges).is_ok());
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
    fn communes_lie_in_the_province_of_today() {
        let cases = [
            ("00001", "01"),
            ("00070", "01"),
            ("04930", "01"),
            ("09000", "01"),
            ("13285", "37"),
            ("13636", "37"),
            ("14320", "37"),
            ("08710", "25"),
            ("26732", "79"),
            ("22738", "56"),
            ("21548", "51"),
            ("32248", "96"),
        ];
        for (code, expected) in cases {
            assert_eq!(province_of_commune(code).unwrap().code, expected, "{code}");
        }
        for code in ["00000", "32249", "99001", "1328", "132855", "abcde", ""] {
            assert_eq!(province_of_commune(code), None, "{code}");
        }
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
        let cases = [
            ("", "empty"),
            ("1234", "length"),
            ("123456", "length"),
            ("1328O", "not_digits"),
            ("00000", "unknown"),
        ];
        for (code, expected) in cases {
            assert_eq!(check_commune(code).unwrap_err().reason, expected, "{code}");
        }
        assert_eq!((check_commune("13285"), check_commune("99001")), (Ok(()), Ok(())));
    }
}
