//! A synthetic national set: provinces and communes are the real ones, everything else is invented and says so. No code, name,
//! number of offices in a province or border of a region is an official one (docs/law.md: 34 provincial and 355 regional courts, 355
//! regional enforcement offices).

use super::sheet::Sheet;
use crate::domain::agency::Role;
use crate::domain::identifier::place::{Province, communes_of, provinces};
use crate::domain::report::table::text_line;

/// Regional courts, and regional offices of enforcement.
pub(super) const REGIONS: usize = 355;
/// Banks.
pub(super) const BANKS: usize = 40;

/// What every synthetic name ends in.
pub(super) const MARK: &str = "(giả lập)";
/// What every synthetic code begins with.
pub(super) const PREFIX: &str = "GIA-LAP.";

/// Provinces that are cities under the centre.
const CITIES: [&str; 6] = ["01", "31", "46", "48", "79", "92"];

/// A region of a province: some of its communes.
struct Region {
    number: usize,
    communes: Vec<&'static str>,
}

/// Every file of the set with its text.
pub(super) fn files() -> Vec<(Sheet, String)> {
    let mut agencies = Lines::of(Sheet::Agencies);
    let mut units = Lines::of(Sheet::Units);
    top(&mut agencies);
    for (province, regions) in regions() {
        let (code, place, en) = (&province.code, full_name(province), &province.name);
        let mut add = |ending: &str, role: Role, name: &str, name_en: &str, parent: &str, territory: &str| {
            agencies.agency(ending, role, name, name_en, code, parent, territory);
        };
        let court = format!("TAND.{code}");
        add(
            &court,
            Role::Court,
            &format!("Tòa án nhân dân {place}"),
            &format!("People's Court of {en}"),
            "TANDTC",
            "",
        );
        for Region { number, communes } in &regions {
            let name = format!("Tòa án nhân dân khu vực {number} - {}", province.name);
            let name_en = format!("Regional People's Court {number}, {en}");
            add(
                &format!("{court}.{number}"),
                Role::Court,
                &name,
                &name_en,
                &court,
                &communes.join(" "),
            );
        }
        let enforcement = format!("THADS.{code}");
        let name_en = format!("Civil judgment enforcement of {en}");
        add(
            &enforcement,
            Role::Enforcement,
            &format!("Thi hành án dân sự {place}"),
            &name_en,
            "CQLTHADS",
            "",
        );
        add(
            &format!("VPDKDD.{code}"),
            Role::LandOffice,
            &format!("Văn phòng đăng ký đất đai {place}"),
            &format!("Land registration office of {en}"),
            "",
            "",
        );
        add(
            &format!("CA.{code}"),
            Role::Police,
            &format!("Công an {place}"),
            &format!("Police of {en}"),
            "",
            "",
        );
        for Region { number, communes } in &regions {
            let name = format!("Phòng Thi hành án dân sự khu vực {number} - {} {MARK}", province.name);
            units.line(&[
                &format!("{PREFIX}{enforcement}"),
                &format!("pkv.{number}"),
                &name,
                &communes.join(" "),
            ]);
        }
    }
    for number in 1..=BANKS {
        let (name, name_en) = (
            format!("Ngân hàng TMCP Thử Nghiệm {number:02}"),
            format!("Test Bank {number:02}"),
        );
        agencies.agency(&format!("NH.{number:02}"), Role::Bank, &name, &name_en, "", "NHNN", "");
    }
    vec![(Sheet::Agencies, agencies.0), (Sheet::Units, units.0)]
}

/// The agencies above the provinces.
fn top(agencies: &mut Lines) {
    for (ending, role, name, name_en) in [
        (
            "TANDTC",
            Role::Court,
            "Tòa án nhân dân tối cao",
            "Supreme People's Court",
        ),
        (
            "CQLTHADS",
            Role::EnforcementAdmin,
            "Cục Quản lý thi hành án dân sự",
            "Department of civil judgment enforcement",
        ),
        (
            "NHNN",
            Role::StateBank,
            "Ngân hàng Nhà nước Việt Nam",
            "State Bank of Viet Nam",
        ),
    ] {
        agencies.agency(ending, role, name, name_en, "", "", "");
    }
}

/// The provinces with their regions: as many as fall to each by its number of communes, communes in the order of their codes.
fn regions() -> Vec<(&'static Province, Vec<Region>)> {
    let communes: Vec<(&Province, Vec<&str>)> = provinces()
        .map(|province| {
            (
                province,
                communes_of(&province.code).map(|commune| commune.code).collect(),
            )
        })
        .collect();
    let total: usize = communes.iter().map(|(_, communes)| communes.len()).sum();
    let share = |count: usize| count.saturating_mul(REGIONS).checked_div(total).unwrap_or(0);
    let rest = |count: usize| count.saturating_mul(REGIONS).checked_rem(total).unwrap_or(0);
    // What is left over after whole shares goes to the largest remainders.
    let mut left = REGIONS.saturating_sub(communes.iter().map(|(_, communes)| share(communes.len())).sum());
    let mut by_rest: Vec<usize> = (0..communes.len()).collect();
    by_rest.sort_by_key(|index| {
        let count = communes.get(*index).map_or(0, |(_, communes)| communes.len());
        std::cmp::Reverse(rest(count))
    });
    let mut more = vec![0; communes.len()];
    for index in by_rest {
        if let Some(one) = more.get_mut(index).filter(|_| left > 0) {
            *one = 1;
            left -= 1;
        }
    }
    communes
        .into_iter()
        .zip(more)
        .map(|((province, communes), more)| (province, divided(&communes, share(communes.len()) + more)))
        .collect()
}

/// The communes in so many parts of nearly the same size.
fn divided(communes: &[&'static str], parts: usize) -> Vec<Region> {
    let bound = |part: usize| (communes.len() * part).checked_div(parts).unwrap_or(0);
    (0..parts)
        .map(|part| Region {
            number: part + 1,
            communes: communes.get(bound(part)..bound(part + 1)).unwrap_or_default().to_vec(),
        })
        .collect()
}

fn full_name(province: &Province) -> String {
    let rank = if CITIES.contains(&province.code.as_str()) {
        "thành phố"
    } else {
        "tỉnh"
    };
    format!("{rank} {}", province.name)
}

/// A file that grows.
struct Lines(String);

impl Lines {
    /// With the heading of a sheet, and the mark by which spreadsheets know UTF-8.
    fn of(sheet: Sheet) -> Self {
        let heading = text_line(sheet.columns().iter().map(|column| column.name));
        Self(format!("\u{feff}{heading}"))
    }

    fn line(&mut self, cells: &[&str]) {
        self.0.push_str(&text_line(cells.iter().copied()));
    }

    /// An agency without a channel: a new one is on paper, one that the hub has stays as it is. `ending` and `parent` are codes without the prefix.
    #[expect(clippy::too_many_arguments, reason = "the cells of a line")]
    fn agency(
        &mut self,
        ending: &str,
        role: Role,
        name: &str,
        name_en: &str,
        province: &str,
        parent: &str,
        territory: &str,
    ) {
        let parent = if parent.is_empty() {
            String::new()
        } else {
            format!("{PREFIX}{parent}")
        };
        self.line(&[
            &format!("{PREFIX}{ending}"),
            role.as_str(),
            &format!("{name} {MARK}"),
            &format!("{name_en} (synthetic)"),
            province,
            "",
            &parent,
            "",
            "",
            territory,
        ]);
    }
}

/// A heading and an example, commented out, for each sheet.
pub(super) fn templates() -> Vec<(Sheet, String)> {
    let example: fn(Sheet) -> &'static [&'static str] = |sheet| match sheet {
        Sheet::Agencies => &[
            "GIA-LAP.TAND.37.1",
            "COURT",
            "Tòa án nhân dân khu vực 1 - Ninh Bình (giả lập)",
            "Regional People's Court 1, Ninh Bình (synthetic)",
            "37",
            "",
            "GIA-LAP.TAND.37",
            "",
            "DIGITAL",
            "13285 13291",
        ],
        Sheet::Units => &["GIA-LAP.TAND.37.1", "van-phong", "Văn phòng (giả lập)", "13285"],
        Sheet::Aliases => &[
            "GIA-LAP.TAND.37.1",
            "Tòa án nhân dân thành phố Phủ Lý (giả lập)",
            "",
            "2025-06-30",
        ],
        Sheet::Officers => &[
            "GIA-LAP.TAND.37.1",
            "tp.gia.lap",
            "Nguyễn Thị Giả Lập",
            "Thẩm phán",
            "van-phong",
            "ALL",
            "2025-07-01",
        ],
        Sheet::Credentials => &["GIA-LAP.TAND.37.1", "", "TLS TOKEN", "chung-thu-so.pem"],
    };
    Sheet::ALL
        .into_iter()
        .map(|sheet| {
            let mut lines = Lines::of(sheet);
            lines.line(example(sheet));
            // The example is the last line; it says nothing until its # is taken away.
            let text = lines.0.replacen("\r\nGIA-LAP.", "\r\n#GIA-LAP.", 1);
            (sheet, text)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::cli::client::agency::faults::Faults;
    use crate::cli::client::agency::plan::{Known, Planned, plan};
    use crate::cli::client::agency::read::read_files;
    use crate::cli::client::agency::wanted::wanted;
    use crate::domain::time::Timestamp;

    fn planned(files: &[(Sheet, String)]) -> BTreeMap<String, Planned> {
        let folder = tempfile::tempdir().unwrap();
        for (sheet, text) in files {
            std::fs::write(folder.path().join(format!("{}.csv", sheet.name())), text).unwrap();
        }
        let mut faults = Faults::default();
        let files = read_files(folder.path(), &mut faults).unwrap();
        let all = wanted(&files, &mut faults);
        let planned = plan(&all, &Known::default(), Timestamp::from_micros(0), &mut faults);
        faults.finish().unwrap();
        planned
    }

    #[test]
    fn the_set_is_the_whole_country_every_row_is_valid_and_says_that_it_is_synthetic() {
        let planned = planned(&files());
        let count = |role: Role| {
            use crate::grpc::convert::vocabulary::OnWire as _;
            planned.values().filter(|one| one.agency.role == role.to_wire()).count()
        };
        assert_eq!(count(Role::Court), 1 + 34 + REGIONS);
        assert_eq!(
            (count(Role::Enforcement), count(Role::LandOffice), count(Role::Police)),
            (34, 34, 34)
        );
        assert_eq!(count(Role::Bank), BANKS);
        let offices: usize = planned.values().map(|one| one.agency.units.len()).sum();
        assert_eq!(offices, REGIONS);
        let provinces: BTreeSet<&str> = planned.values().map(|one| one.agency.province_code.as_str()).collect();
        assert_eq!(provinces.len(), 34 + 1, "and none for those of the whole country");
        for (code, one) in &planned {
            assert!(
                one.is_new && code.starts_with(PREFIX) && one.agency.name.ends_with(MARK),
                "{code}"
            );
            assert!(one.agency.units.iter().all(|unit| unit.name.ends_with(MARK)), "{code}");
            assert!(one.credentials.is_empty() && one.officers.is_empty());
        }
    }

    #[test]
    fn every_commune_has_one_regional_court_and_one_office() {
        let planned = planned(&files());
        let mut courts: Vec<&String> = planned.values().flat_map(|one| &one.agency.territory).collect();
        let units = planned.values().flat_map(|one| &one.agency.units);
        let mut offices: Vec<&String> = units.flat_map(|unit| &unit.territory).collect();
        courts.sort();
        offices.sort();
        assert_eq!(courts, offices);
        assert_eq!(courts.len(), 3_321);
        courts.dedup();
        assert_eq!(courts.len(), 3_321);
    }

    #[test]
    fn templates_say_nothing_until_their_examples_are_uncommented() {
        assert!(planned(&templates()).is_empty());
        let paper: Vec<(Sheet, String)> = templates()
            .into_iter()
            .filter(|(sheet, _)| *sheet != Sheet::Credentials)
            .map(|(sheet, text)| {
                let text = text
                    .replace('#', "")
                    .replace("DIGITAL", "PAPER")
                    .replace("GIA-LAP.TAND.37,", ",");
                (sheet, text)
            })
            .collect();
        let planned = planned(&paper);
        let one = &planned["GIA-LAP.TAND.37.1"];
        assert_eq!(
            (one.agency.units.len(), one.agency.aliases.len(), one.officers.len()),
            (1, 1, 1)
        );
    }
}
