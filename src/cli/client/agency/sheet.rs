//! The sheets of an import: their names and columns, in English and as people write them in Vietnamese.

use crate::domain::text::fold;

/// A column.
#[derive(Debug)]
pub(super) struct Column {
    /// Its name in the heading.
    pub(super) name: &'static str,
    /// Its names in Vietnamese; letter case and diacritics do not count.
    also: &'static [&'static str],
    /// Whether every row must fill it.
    pub(super) is_required: bool,
}

/// What a sheet tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sheet {
    /// The agencies themselves.
    Agencies,
    /// Their units.
    Units,
    /// Their former names.
    Aliases,
    /// Their officers.
    Officers,
    /// Their certificates.
    Credentials,
}

const fn must(name: &'static str, also: &'static [&'static str]) -> Column {
    Column {
        name,
        also,
        is_required: true,
    }
}

const fn may(name: &'static str, also: &'static [&'static str]) -> Column {
    Column {
        name,
        also,
        is_required: false,
    }
}

const AGENCY: &[&str] = &["mã cơ quan", "cơ quan"];

const AGENCIES: &[Column] = &[
    must("code", &["mã cơ quan", "mã định danh", "mã"]),
    must("role", &["loại cơ quan", "loại"]),
    must("name", &["tên cơ quan", "tên"]),
    may("name_en", &["tên tiếng Anh"]),
    may("province_code", &["mã tỉnh", "mã tỉnh, thành phố"]),
    may("commune_code", &["mã xã", "mã xã, phường, đặc khu"]),
    may("parent", &["cơ quan cấp trên", "cấp trên"]),
    may("successor", &["cơ quan kế thừa", "kế thừa"]),
    may("channel", &["kênh kết nối", "kênh"]),
    may("territory", &["địa bàn"]),
];

const UNITS: &[Column] = &[
    must("agency", AGENCY),
    must("id", &["mã đơn vị", "mã"]),
    must("name", &["tên đơn vị", "tên"]),
    may("territory", &["địa bàn"]),
];

const ALIASES: &[Column] = &[
    must("agency", AGENCY),
    must("name", &["tên cũ", "tên"]),
    may("valid_from", &["từ ngày"]),
    may("valid_to", &["đến ngày"]),
];

const OFFICERS: &[Column] = &[
    must("agency", AGENCY),
    must("id", &["mã cán bộ", "mã"]),
    must("full_name", &["họ và tên", "họ tên"]),
    must("position", &["chức vụ"]),
    may("unit", &["mã đơn vị", "đơn vị"]),
    may("scope", &["phạm vi quyền", "phạm vi"]),
    must("valid_from", &["từ ngày"]),
];

const CREDENTIALS: &[Column] = &[
    must("agency", AGENCY),
    may("officer", &["mã cán bộ", "cán bộ"]),
    must("purposes", &["mục đích", "mục đích sử dụng"]),
    must("certificate_file", &["tệp chứng thư số", "chứng thư số"]),
];

impl Sheet {
    /// Every sheet, in the order in which they are read and sent.
    pub(super) const ALL: [Self; 5] = [
        Self::Agencies,
        Self::Units,
        Self::Aliases,
        Self::Officers,
        Self::Credentials,
    ];

    /// The name of the sheet; of the file, with `.csv`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Agencies => "agencies",
            Self::Units => "units",
            Self::Aliases => "aliases",
            Self::Officers => "officers",
            Self::Credentials => "credentials",
        }
    }

    /// The columns, in the order of the template.
    pub(super) const fn columns(self) -> &'static [Column] {
        match self {
            Self::Agencies => AGENCIES,
            Self::Units => UNITS,
            Self::Aliases => ALIASES,
            Self::Officers => OFFICERS,
            Self::Credentials => CREDENTIALS,
        }
    }

    /// The column with this heading.
    pub(super) fn column(self, heading: &str) -> Option<&'static Column> {
        let wanted = fold(heading.trim());
        let is_it = |name: &&str| fold(name) == wanted;
        self.columns()
            .iter()
            .find(|column| fold(column.name) == wanted || column.also.iter().any(&is_it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_found_by_each_of_its_names_and_none_by_that_of_another() {
        for sheet in Sheet::ALL {
            for column in sheet.columns() {
                for name in std::iter::once(&column.name).chain(column.also) {
                    let found = sheet.column(&name.to_uppercase()).map(|found| found.name);
                    assert_eq!(found, Some(column.name), "{} {name}", sheet.name());
                }
            }
            assert!(sheet.column("something").is_none());
        }
    }
}
