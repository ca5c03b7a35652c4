//! Whether a backup is whole and unchanged: every file, every row, the log with its tree, every document.

use std::io;
use std::path::Path;

use super::fault::Faults;
use super::files::{Line, TableReader};
use super::log_check::{LogVerdict, check_log};
use super::manifest::{
    CHANGED_MANIFEST, DOCUMENT_SUMS, DOCUMENTS, MANIFEST, Manifest, SUMS, TABLES, TableManifest, table_file,
};
use super::{KeepError, Progress, Result, at, backup, documents};
use crate::store::{KeptTable, kept_tables};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// What is wrong with it.
    pub faults: Faults,
    /// What the log says.
    pub log: LogVerdict,
}

pub(super) const CHANGED_ROW: (&str, &str) = ("dòng đã bị thay đổi hoặc đổi chỗ", "the row was changed or moved");
pub(super) const CHANGED_FILE: (&str, &str) = (
    "tệp không đúng với manifest.json (thiếu, thừa hoặc bị thay đổi)",
    "the file is not the one of manifest.json (cut, longer or changed)",
);
const MISSING_FILE: (&str, &str) = ("thiếu tệp", "the file is missing");
const NOT_OURS: (&str, &str) = ("tệp không thuộc bản sao lưu", "the file does not belong to the backup");

/// Checks the backup in `folder`; changes nothing.
///
/// # Errors
/// [`KeepError`] if it cannot be read as a backup at all.
pub async fn check(folder: &Path, progress: &dyn Progress) -> Result<Verdict> {
    let (manifest, fits) = Manifest::read(folder).await?;
    let mut faults = Faults::default();
    if !fits {
        faults.add(MANIFEST, None, CHANGED_MANIFEST);
    }
    for (table, stated) in kept_tables().iter().zip(&manifest.tables) {
        check_table(folder, table, stated, &mut faults, progress).await?;
    }
    // The log is told row by row; there is no sense in it if its rows are not what was written.
    let log = if faults.is_empty() {
        check_log(folder, &manifest, &mut faults, progress).await?
    } else {
        LogVerdict::default()
    };
    documents::check(folder, &manifest, &mut faults, progress).await?;
    strangers(folder, &mut faults).map_err(at(folder))?;
    Ok(Verdict { manifest, faults, log })
}

async fn check_table(
    folder: &Path,
    table: &'static KeptTable,
    stated: &TableManifest,
    faults: &mut Faults,
    progress: &dyn Progress,
) -> Result<()> {
    let name = table.name();
    let mut reader = match TableReader::open(folder, table).await {
        Ok(reader) => reader,
        Err((_, error)) if error.kind() == io::ErrorKind::NotFound => {
            faults.add(name, None, MISSING_FILE);
            return Ok(());
        }
        Err((path, source)) => return Err(KeepError::File { path, source }),
    };
    while let Some(line) = reader.next().await.map_err(at(folder))? {
        if matches!(line, Line::Broken) {
            faults.add(name, Some(reader.number), CHANGED_ROW);
        }
        if reader.number % backup::STEP == 0 {
            progress.step(name, reader.number);
        }
    }
    let read = reader.number;
    if !reader.is(stated) {
        // Named by its first missing row where rows are missing.
        let row = (read < stated.rows).then_some(read + 1);
        faults.add(name, row, CHANGED_FILE);
    }
    Ok(())
}

/// Files that stand in the folder and are no part of the backup.
fn strangers(folder: &Path, faults: &mut Faults) -> io::Result<()> {
    let top = [MANIFEST, SUMS, TABLES, DOCUMENTS, DOCUMENT_SUMS].map(str::to_owned);
    let tables: Vec<String> = kept_tables().iter().map(|table| table_file(table.name())).collect();
    for (below, known) in [("", &top[..]), (TABLES, &tables[..])] {
        for entry in std::fs::read_dir(folder.join(below))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let name = if below.is_empty() {
                name
            } else {
                format!("{below}/{name}")
            };
            if !known.contains(&name) {
                faults.add(name, None, NOT_OURS);
            }
        }
    }
    Ok(())
}
