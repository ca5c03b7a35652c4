//! Communes, wards and special zones by their five-digit codes: the 3,321 in force since 01/07/2025, and those of the day
//! before with what became of them.

use std::sync::LazyLock;

use jiff::civil::Date;

use super::csv::{check_source, day, records};
use super::{Fault, Name, Province, check_digits, current_province, folded_name};

const COMMUNE: Name = Name {
    vi: "mã xã, phường, đặc khu",
    en: "commune code",
};

const TEXT: &str = include_str!("../../../../catalogue/places/communes.csv");

/// The embedded file. A test keeps it sound; a hub with a broken one would know no commune.
static COMMUNES: LazyLock<Vec<Commune>> = LazyLock::new(|| read(TEXT).unwrap_or_default());

/// A commune, ward, township or special zone in the time in which it had this code, name and territory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commune {
    /// Five digits.
    pub code: &'static str,
    /// In Vietnamese, with its rank: “Phường Phủ Lý”.
    pub name: &'static str,
    /// The code of the province that it lay in then.
    pub province: &'static str,
    /// Its first day; none: from before the list begins.
    pub valid_from: Option<Date>,
    /// Its last day; none: still in force.
    pub valid_to: Option<Date>,
    /// The codes of the communes in force that its territory is part of, ascending: its own while it is in force, more than
    /// one if it was divided.
    pub now: Vec<&'static str>,
}

impl Commune {
    /// Whether it is in force, going by the data (which has a last day for every former one).
    pub fn is_current(&self) -> bool {
        self.valid_to.is_none()
    }

    /// Whether it was in force on `date`.
    pub fn is_in_force(&self, date: Date) -> bool {
        self.valid_from.is_none_or(|first| first <= date) && self.valid_to.is_none_or(|last| date <= last)
    }

    /// The province in force in which its territory lies.
    pub fn current_province(&self) -> Option<&'static Province> {
        current_province(self.province)
    }
}

/// The commune that had `code` on a day.
pub fn commune(code: &str, on: Date) -> Option<&'static Commune> {
    with_code(code).iter().find(|commune| commune.is_in_force(on))
}

/// The commune with this code, the one in force before a former one.
pub fn known_commune(code: &str) -> Option<&'static Commune> {
    let all = with_code(code);
    all.iter().find(|commune| commune.is_current()).or(all.last())
}

/// The codes of the communes in force that `code` stands for: itself, or what a former one became part of. Empty if no
/// commune has or had it.
pub fn current_communes(code: &str) -> &'static [&'static str] {
    known_commune(code).map_or(&[], |commune| &commune.now)
}

/// The province in force in which the commune with this code lies or lay.
pub fn province_of_commune(code: &str) -> Option<&'static Province> {
    known_commune(code)?.current_province()
}

/// The communes in force of a province in force, in the order of their codes.
pub fn communes_of(province: &str) -> impl Iterator<Item = &'static Commune> {
    COMMUNES
        .iter()
        .filter(move |commune| commune.is_current() && commune.province == province)
}

/// Communes whose name has all the words of `name`, in force and former, in the order of their codes. Letter case, diacritics
/// and punctuation do not count; nor does a rank, unless `name` states one.
pub fn communes_named(name: &str) -> impl Iterator<Item = &'static Commune> {
    let folded = folded_name(name);
    let wanted: Vec<String> = folded.split(' ').map(str::to_owned).collect();
    COMMUNES.iter().filter(move |commune| {
        let own = folded_name(commune.name);
        let words: Vec<&str> = own.split(' ').collect();
        words.windows(wanted.len()).any(|window| window == wanted)
    })
}

/// Checks a commune code: five digits, of a commune in force or one of those of 30/06/2025.
///
/// # Errors
/// What is wrong: reasons `empty`, `control_character`, `separator`, `not_digits`, `length`, `unknown`.
pub fn check_commune(code: &str) -> Result<(), Fault> {
    check_digits(code, 5, COMMUNE)?;
    if known_commune(code).is_some() {
        return Ok(());
    }
    Err(Fault::new(
        "unknown",
        "Không có xã, phường, đặc khu nào có mã này, kể cả các mã trước ngày 01/7/2025. Tra mã theo tên: lienthong place TÊN.",
        "No commune has this code, nor had one on 30 June 2025. To look a code up by name: lienthong place NAME.",
    ))
}

/// All that have or had the code, in the order of time.
fn with_code(code: &str) -> &'static [Commune] {
    let all = COMMUNES.as_slice();
    let first = all.partition_point(|commune| commune.code < code);
    let after = all.partition_point(|commune| commune.code <= code);
    all.get(first..after).unwrap_or_default()
}

/// Reads the file, in the order of codes and days.
fn read(text: &'static str) -> Result<Vec<Commune>, String> {
    let lines = records(
        text,
        "code,name,province_code,valid_from,valid_to,successors,source,certainty",
    )?;
    lines.into_iter().map(read_commune).collect()
}

fn read_commune(fields: [&'static str; 8]) -> Result<Commune, String> {
    let [
        code,
        name,
        province,
        valid_from,
        valid_to,
        successors,
        source,
        certainty,
    ] = fields;
    check_source(source, certainty)?;
    let valid_to = day(code, valid_to)?;
    let now: Vec<&str> = if valid_to.is_some() {
        successors.split_ascii_whitespace().collect()
    } else {
        vec![code]
    };
    if now.is_empty() || (valid_to.is_none() && !successors.is_empty()) {
        return Err(format!("{code}: a former commune, and no other, has successors"));
    }
    Ok(Commune {
        code,
        name,
        province,
        valid_from: day(code, valid_from)?,
        valid_to,
        now,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::province;
    use super::*;

    const BEFORE: Date = date(2025, 6, 30);
    const AFTER: Date = date(2025, 7, 1);

    fn count_on(day: Date) -> usize {
        COMMUNES.iter().filter(|commune| commune.is_in_force(day)).count()
    }

    #[test]
    fn the_file_is_sound() {
        let communes = read(TEXT).unwrap();
        assert!(crate::domain::text::is_nfc(TEXT));
        let key = |commune: &Commune| (commune.code, commune.valid_from);
        assert!(communes.windows(2).all(|pair| key(&pair[0]) < key(&pair[1])));
        for commune in &communes {
            assert!(commune.code.len() == 5 && commune.code.bytes().all(|byte| byte.is_ascii_digit()));
            assert!(commune.now.is_sorted(), "{commune:?}");
            let day = if commune.is_current() { AFTER } else { BEFORE };
            assert!(province(commune.province, day).is_some(), "{commune:?}");
            for code in &commune.now {
                let successor = super::commune(code, AFTER).unwrap_or_else(|| panic!("{commune:?}"));
                assert!(successor.is_current());
                assert_eq!(successor.current_province(), commune.current_province(), "{commune:?}");
            }
        }
    }

    #[test]
    fn broken_files_are_told() {
        for text in [
            "code,name\n",
            "code,name,province_code,valid_from,valid_to,successors,source,certainty\n13285,Phường Phủ Lý\n",
            "code,name,province_code,valid_from,valid_to,successors,source,certainty\n13285,Phường Phủ Lý,37,,,,QĐ,X\n",
            "code,name,province_code,valid_from,valid_to,successors,source,certainty\n13285,Phường Phủ Lý,37,,,13285,QĐ,P\n",
            "code,name,province_code,valid_from,valid_to,successors,source,certainty\n13285,Phủ Lý,35,,2025-06-30,,QĐ,P\n",
            "code,name,province_code,valid_from,valid_to,successors,source,certainty\n13285,Phủ Lý,35,,2025-06-31,1,QĐ,P\n",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn there_are_3321_and_were_10035() {
        assert_eq!((count_on(BEFORE), count_on(AFTER)), (10_035, 3_321));
    }

    #[test]
    fn a_code_means_what_it_meant_on_the_day() {
        let name = |code: &str, on: Date| commune(code, on).map(|commune| commune.name);
        assert_eq!(name("13285", BEFORE), Some("Phường Quang Trung"));
        assert_eq!(name("13285", AFTER), Some("Phường Phủ Lý"));
        assert_eq!(
            (name("13636", BEFORE), name("13636", AFTER)),
            (Some("Phường Vị Xuyên"), None)
        );
    }

    #[test]
    fn a_former_code_leads_to_what_it_became_part_of() {
        assert_eq!(current_communes("13636"), ["13669"]);
        // Its code is a commune's of today, which comes first.
        assert_eq!(current_communes("13285"), ["13285"]);
        assert_eq!(commune("13324", BEFORE).unwrap().now, ["13324", "13330"], "divided");
        assert!(current_communes("99001").is_empty());
    }

    #[test]
    fn communes_lie_in_the_province_of_today() {
        let cases = [
            ("00001", "01"),
            ("00070", "01"),
            ("04930", "01"),
            ("13285", "37"),
            ("13636", "37"),
            ("14329", "37"),
            ("08710", "25"),
            ("26732", "79"),
            ("22738", "56"),
            ("21548", "51"),
            ("32248", "96"),
        ];
        for (code, expected) in cases {
            assert_eq!(province_of_commune(code).unwrap().code, expected, "{code}");
        }
        for code in ["00000", "00002", "32249", "99001", "1328", "132855", "abcde", ""] {
            assert_eq!(province_of_commune(code), None, "{code}");
        }
    }

    #[test]
    fn names_are_found_as_people_write_them() {
        let codes = |name: &str| -> Vec<&str> {
            let current = communes_named(name).filter(|commune| commune.is_current());
            current.map(|commune| commune.code).collect()
        };
        for name in ["Phủ Lý", "phu ly", "phường Phủ Lý", "PHU-LY"] {
            assert!(codes(name).contains(&"13285"), "{name}");
        }
        assert_eq!(codes("phường phủ lý"), ["13285"], "with its rank");
        assert!(codes("Sài Gòn Chợ Lớn").is_empty() && codes("").is_empty());
        assert!(communes_named("Vị Xuyên").any(|commune| commune.code == "13636" && !commune.is_current()));
    }

    #[test]
    fn each_mistake_has_its_reason() {
        let cases = [
            ("", "empty"),
            ("1234", "length"),
            ("123456", "length"),
            ("1328O", "not_digits"),
            ("00000", "unknown"),
            ("00002", "unknown"),
            ("99001", "unknown"),
        ];
        for (code, expected) in cases {
            assert_eq!(check_commune(code).unwrap_err().reason, expected, "{code}");
        }
        assert_eq!((check_commune("13285"), check_commune("13636")), (Ok(()), Ok(())));
    }
}
