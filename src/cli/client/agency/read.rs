//! Reading the files of an import into rows of cells: a folder of CSV files, one file of agencies, or a workbook.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _, Xlsx};

use super::faults::{Faults, Place};
use super::sheet::Sheet;
use crate::cli::args::read;
use crate::cli::failure::Failure;
use crate::domain::report::table::text_of;
use crate::domain::text::to_nfc;

/// Largest file that is read, in bytes.
const MAX_BYTES: usize = 64 << 20;

/// A row that says something.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Where it stands.
    pub(super) place: Place,
    /// Its cells by column, trimmed and in NFC; a column that the file does not have is missing.
    cells: BTreeMap<&'static str, String>,
}

impl Row {
    /// The cell; empty if there is none.
    pub(super) fn cell(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// The cell, if the file has this column.
    pub(super) fn stated(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }
}

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// The rows of each sheet that is there.
    sheets: BTreeMap<Sheet, Vec<Row>>,
    /// What paths in cells are relative to.
    pub(super) folder: PathBuf,
}

impl Files {
    /// The rows of a sheet.
    pub(super) fn rows(&self, sheet: Sheet) -> &[Row] {
        self.sheets.get(&sheet).map_or(&[], Vec::as_slice)
    }
}

/// Reads what `path` names. What is wrong in rows goes to `faults`.
///
/// # Errors
/// Files that cannot be read at all.
pub(super) fn read_files(path: &Path, faults: &mut Faults) -> Result<Files, Failure> {
    let mut files = Files {
        folder: if path.is_dir() {
            path.to_owned()
        } else {
            path.parent().map(Path::to_owned).unwrap_or_default()
        },
        ..Files::default()
    };
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if ending.eq_ignore_ascii_case("xlsx") {
        workbook(&bytes_of(path)?, &mut files, faults).map_err(|error| {
            unreadable(
                path,
                &error,
                "không đọc được sổ tính XLSX",
                "the workbook cannot be read",
            )
        })?;
    } else if path.is_dir() {
        for sheet in Sheet::ALL {
            let file = path.join(format!("{}.csv", sheet.name()));
            if sheet == Sheet::Agencies || file.exists() {
                csv_file(&file, sheet, &mut files, faults)?;
            }
        }
    } else {
        csv_file(path, Sheet::Agencies, &mut files, faults)?;
    }
    Ok(files)
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = read("PATH", path)?;
    if bytes.len() > MAX_BYTES {
        return Err(unreadable(
            path,
            &"64 MiB",
            "tệp quá lớn, tối đa",
            "the file is too large, at most",
        ));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, why: &dyn std::fmt::Display, vi: &str, en: &str) -> Failure {
    let path = path.display();
    Failure::configuration(
        format!("PATH: {path}: {vi}: {why}"),
        format!("PATH: {path}: {en}: {why}"),
    )
}

fn csv_file(path: &Path, sheet: Sheet, files: &mut Files, faults: &mut Faults) -> Result<(), Failure> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let text = String::from_utf8(bytes_of(path)?).map_err(|error| {
        let (vi, en) = ("tệp không phải văn bản UTF-8", "the file is not UTF-8");
        unreadable(path, &error.utf8_error(), vi, en)
    })?;
    let lines =
        csv_lines(&text).map_err(|error| unreadable(path, &error, "không đọc được CSV", "the CSV cannot be read"))?;
    files.sheets.insert(sheet, rows(sheet, name, lines, faults));
    Ok(())
}

/// The lines of a CSV file with their numbers; the separator is the one that its heading has more of.
fn csv_lines(text: &str) -> Result<Vec<(u64, Vec<String>)>, csv::Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let heading = text.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    let count = |wanted: char| heading.chars().filter(|c| *c == wanted).count();
    let separator = if count(';') > count(',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .comment(Some(b'#'))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut lines = Vec::new();
    let (mut at, mut number) = (0, 1);
    for record in reader.records() {
        let record = record?;
        let read_from = record
            .position()
            .map_or(at, |position| usize::try_from(position.byte()).unwrap_or(at));
        let start = start_of_record(text.as_bytes(), read_from);
        let passed = text.as_bytes().get(at..start).unwrap_or_default();
        number += passed.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        at = start;
        let cells = record.iter().map(|cell| text_of(cell).to_owned());
        lines.push((number, cells.collect()));
    }
    Ok(lines)
}

/// Where the record begins that the reader found from `at` on: it passes the end of the line before, empty lines and comments.
fn start_of_record(text: &[u8], mut at: usize) -> usize {
    while let Some(byte) = text.get(at) {
        at += match byte {
            b'\r' | b'\n' => 1,
            b'#' => text.iter().skip(at).take_while(|byte| **byte != b'\n').count(),
            _ => break,
        };
    }
    at
}

fn workbook(bytes: &[u8], files: &mut Files, faults: &mut Faults) -> Result<(), calamine::XlsxError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes))?;
    let names = book.sheet_names();
    for sheet in Sheet::ALL {
        let Some(name) = names.iter().find(|name| name.trim().eq_ignore_ascii_case(sheet.name())) else {
            if sheet == Sheet::Agencies {
                faults.add(
                    &Place::new(sheet.name(), 1),
                    "*",
                    "sổ tính phải có trang tính tên agencies",
                    "the workbook must have a sheet named agencies",
                );
            }
            continue;
        };
        let range = book.worksheet_range(name)?;
        let first = u64::from(range.start().map_or(0, |(row, _)| row)) + 1;
        let mut lines = Vec::new();
        for (number, cells) in (first..).zip(range.rows()) {
            if cells.iter().any(|cell| matches!(cell, Data::Error(_))) {
                let (vi, en) = ("một ô có công thức bị lỗi", "a cell holds the error of a formula");
                faults.add(&Place::new(sheet.name(), number), "*", vi, en);
            }
            let cells: Vec<String> = cells.iter().map(words).collect();
            if !cells.first().is_some_and(|cell| cell.starts_with('#')) {
                lines.push((number, cells));
            }
        }
        files.sheets.insert(sheet, rows(sheet, sheet.name(), lines, faults));
    }
    Ok(())
}

/// A cell of a workbook as people see it: whole numbers without a point, days as YYYY-MM-DD.
fn words(cell: &Data) -> String {
    match cell {
        Data::DateTime(time) if time.is_datetime() => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::Int(_)
        | Data::Float(_)
        | Data::String(_)
        | Data::Bool(_)
        | Data::DateTime(_)
        | Data::DateTimeIso(_)
        | Data::DurationIso(_)
        | Data::Error(_)
        | Data::Empty => cell.to_string(),
    }
}

/// The rows below the heading.
fn rows(sheet: Sheet, file: &str, lines: Vec<(u64, Vec<String>)>, faults: &mut Faults) -> Vec<Row> {
    let mut lines = lines.into_iter().map(|(number, cells)| {
        let cells: Vec<String> = cells.iter().map(|cell| to_nfc(cell.trim())).collect();
        (number, cells)
    });
    let (number, heading) = lines.next().unwrap_or((1, Vec::new()));
    let place = Place::new(file, number);
    let columns = columns(sheet, &place, &heading, faults);
    let found: BTreeSet<&str> = columns.iter().flatten().copied().collect();
    let mut rows = Vec::new();
    for (number, cells) in lines.filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())) {
        let place = Place::new(file, number);
        if cells.iter().skip(heading.len()).any(|cell| !cell.is_empty()) {
            let (vi, en) = ("nhiều ô hơn dòng tiêu đề", "more cells than the heading");
            faults.add(&place, "*", vi, en);
        }
        let named = columns
            .iter()
            .zip(cells.into_iter().chain(std::iter::repeat(String::new())));
        let cells: BTreeMap<&'static str, String> = named
            .filter_map(|(column, cell)| column.map(|column| (column, cell)))
            .collect();
        let row = Row { place, cells };
        for column in sheet.columns() {
            if column.is_required && found.contains(column.name) && row.cell(column.name).is_empty() {
                faults.add(&row.place, column.name, "không được để trống", "must not be empty");
            }
        }
        rows.push(row);
    }
    rows
}

/// The column of each place in the heading; none: one that is not ours, which is told.
fn columns(sheet: Sheet, place: &Place, heading: &[String], faults: &mut Faults) -> Vec<Option<&'static str>> {
    let mut found: Vec<Option<&'static str>> = Vec::new();
    for name in heading {
        let column = sheet.column(name).map(|column| column.name);
        if name.is_empty() {
            // Spreadsheets write separators behind the last column.
        } else if column.is_none() {
            let known: Vec<&str> = sheet.columns().iter().map(|column| column.name).collect();
            let known = known.join(", ");
            let (vi, en) = (
                format!("không có cột này; các cột: {known}"),
                format!("there is no such column; the columns are {known}"),
            );
            faults.add(place, name, vi, en);
        } else if found.contains(&column) {
            faults.add(place, name, "cột này có hai lần", "this column stands there twice");
        }
        found.push(column.filter(|_| !found.contains(&column)));
    }
    for column in sheet.columns() {
        if column.is_required && !found.contains(&Some(column.name)) {
            let (vi, en) = ("thiếu cột này trong dòng tiêu đề", "the heading lacks this column");
            faults.add(place, column.name, vi, en);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn told(faults: Faults) -> String {
        faults
            .finish()
            .err()
            .map(|failure| failure.texts().1.to_owned())
            .unwrap_or_default()
    }

    #[test]
    fn both_separators_headings_and_forms_of_unicode_are_read() {
        let folder = folder(&[
            (
                "agencies.csv",
                "\u{feff}Mã cơ quan;Loại;Tên\r\n# ghi chú\r\nA;COURT;To\u{300}a a\u{301}n, 1\r\n\r\n",
            ),
            (
                "units.csv",
                "agency,id,name\nA,u,\"Phòng \"\"1\"\", nhánh\"\n\n# x\nA,v,\"a\nb\"\nA,w,c\n",
            ),
        ]);
        let mut faults = Faults::default();
        let files = read_files(folder.path(), &mut faults).unwrap();
        let [agency] = files.rows(Sheet::Agencies) else {
            panic!("one agency")
        };
        assert_eq!((agency.cell("code"), agency.cell("name")), ("A", "Tòa án, 1"));
        assert_eq!((agency.place.row, agency.stated("parent")), (3, None));
        assert_eq!(files.rows(Sheet::Units)[0].cell("name"), "Phòng \"1\", nhánh");
        let numbers: Vec<u64> = files.rows(Sheet::Units).iter().map(|row| row.place.row).collect();
        assert_eq!(numbers, [2, 5, 7]);
        assert!(files.rows(Sheet::Officers).is_empty());
        assert_eq!(told(faults), "");
    }

    #[test]
    fn faults_of_heading_and_rows_are_told_together() {
        let folder = folder(&[("agencies.csv", "code,name,strange,name\nA,,x,\nB,N,,,more\n")]);
        let mut faults = Faults::default();
        read_files(folder.path(), &mut faults).unwrap();
        let told = told(faults);
        for part in [
            "row 1, column role: the heading lacks",
            "row 1, column strange",
            "row 1, column name: this column stands there twice",
            "row 2, column name: must not be empty",
            "row 3, column *: more cells",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }

    #[test]
    fn a_workbook_says_the_same_as_files() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.set_name("Agencies").unwrap();
        for (column, text) in (0..).zip(["code", "role", "name", "province_code"]) {
            sheet.write_string(0, column, text).unwrap();
        }
        sheet.write_string(1, 0, "A").unwrap();
        sheet.write_string(1, 1, "COURT").unwrap();
        sheet.write_string(1, 2, "Tòa án").unwrap();
        sheet.write_number(1, 3, 37.0).unwrap();
        let sheet = book.add_worksheet();
        sheet.set_name("aliases").unwrap();
        for (column, text) in (0..).zip(["agency", "name", "valid_to"]) {
            sheet.write_string(0, column, text).unwrap();
        }
        sheet.write_string(1, 0, "A").unwrap();
        sheet.write_string(1, 1, "Tên cũ").unwrap();
        let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2025, 6, 30).unwrap();
        let format = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
        sheet.write_datetime_with_format(1, 2, &day, &format).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.xlsx");
        std::fs::write(&path, book.save_to_buffer().unwrap()).unwrap();
        let mut faults = Faults::default();
        let files = read_files(&path, &mut faults).unwrap();
        assert_eq!(told(faults), "");
        assert_eq!(files.rows(Sheet::Agencies)[0].cell("province_code"), "37");
        assert_eq!(files.rows(Sheet::Aliases)[0].cell("valid_to"), "2025-06-30");
        assert_eq!(files.folder, folder.path());
    }

    #[test]
    fn what_is_no_workbook_or_no_utf8_is_told() {
        let folder = folder(&[("a.xlsx", "PK")]);
        std::fs::write(folder.path().join("agencies.csv"), b"code\n\xff").unwrap();
        for path in [
            folder.path().join("a.xlsx"),
            folder.path().to_owned(),
            folder.path().join("none.csv"),
        ] {
            assert!(read_files(&path, &mut Faults::default()).is_err(), "{}", path.display());
        }
    }
}
