//! What is wrong with the files of an import: every fault with its file, row and column, in both languages.

use std::fmt::Write as _;

use crate::cli::failure::Failure;

/// Most faults that are told.
const MOST_TOLD: usize = 500;

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The file, or the sheet of the workbook.
    pub(super) file: String,
    /// The row from 1, the heading included; of a CSV file the line on which it begins.
    pub(super) row: u64,
}

impl Place {
    /// This row of this file.
    pub(super) fn new(file: &str, row: u64) -> Self {
        Self {
            file: file.to_owned(),
            row,
        }
    }
}

/// The faults found so far.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(Place, String, String, String)>);

impl Faults {
    /// Adds one about a column; `*` is the row.
    pub(super) fn add(&mut self, place: &Place, column: &str, vi: impl Into<String>, en: impl Into<String>) {
        self.0.push((place.clone(), column.to_owned(), vi.into(), en.into()));
    }

    /// Fails if something is wrong, telling all of it in the order of files and rows.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        self.0.sort();
        self.0.dedup();
        let count = self.0.len();
        let mut vi = format!("PATH: có {count} lỗi; chưa gửi gì");
        let mut en = format!("PATH: {count} faults; nothing was sent");
        for (place, column, text_vi, text_en) in self.0.iter().take(MOST_TOLD) {
            let Place { file, row } = place;
            write!(vi, "\n  {file}, dòng {row}, cột {column}: {text_vi}").ok();
            write!(en, "\n  {file}, row {row}, column {column}: {text_en}").ok();
        }
        if count > MOST_TOLD {
            let more = count - MOST_TOLD;
            write!(vi, "\n  … và {more} lỗi nữa").ok();
            write!(en, "\n  … and {more} more").ok();
        }
        Err(Failure::configuration(vi, en))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_once_each_in_the_order_of_rows_in_both_languages() {
        let mut faults = Faults::default();
        faults.add(&Place::new("b.csv", 10), "role", "sai", "wrong");
        faults.add(&Place::new("b.csv", 9), "name", "thiếu", "missing");
        faults.add(&Place::new("b.csv", 9), "name", "thiếu", "missing");
        let failure = faults.finish().unwrap_err();
        let (vi, en) = failure.texts();
        assert_eq!(
            vi,
            "PATH: có 2 lỗi; chưa gửi gì\n  b.csv, dòng 9, cột name: thiếu\n  b.csv, dòng 10, cột role: sai"
        );
        assert!(en.ends_with("\n  b.csv, row 10, column role: wrong"), "{en}");
        assert!(Faults::default().finish().is_ok());
    }
}
