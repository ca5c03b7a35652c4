//! What a backup says of itself, and the names of its files.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::files::read_small;
use super::{Faults, KeepError, Result};
use crate::evidence::digest::{hex, sha256};
use crate::store::{KeptTable, kept_tables, schema_version};

/// What every manifest of ours begins with.
pub const FORMAT: &str = "lienthong-backup";
/// The version of the format that this program writes and reads.
pub const FORMAT_VERSION: u32 = 2;

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const SUMS: &str = "SHA256SUMS";
pub(super) const TABLES: &str = "tables";
pub(super) const DOCUMENTS: &str = "documents";
pub(super) const DOCUMENT_SUMS: &str = "documents.sha256";

/// `manifest.json`: written last, so that a folder with one is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The hub whose data this is.
    pub hub_id: String,
    /// The number of the newest migration of the database.
    pub schema_version: i64,
    /// The program that wrote it.
    pub program_version: String,
    /// `sqlite` or `postgres`; the files are the same for both.
    pub made_from: String,
    /// When it was begun, RFC 3339.
    pub made_time: String,
    /// The number of entries in the log.
    pub tree_size: u64,
    /// The root of the log's tree, hex.
    pub root_hash: String,
    /// The time of the latest entry, microseconds since 1970-01-01 UTC.
    pub hub_time: i64,
    /// Every table.
    pub tables: Vec<TableManifest>,
    /// The documents.
    pub documents: DocumentsManifest,
}

/// One table's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableManifest {
    /// The table.
    pub name: String,
    /// Names and types of the columns, in the order of a row.
    pub columns: Vec<(String, String)>,
    /// How many rows.
    pub rows: u64,
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of the file, hex.
    pub sha256: String,
}

/// The documents' files, sealed as they stand at the hub. Which they are stands in the table `attachment`, with the digests
/// of their content; documents that were erased have no file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentsManifest {
    /// How many files.
    pub count: u64,
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of `documents.sha256`, the list of the digests of the files, hex.
    pub sha256: String,
    /// How many could not be compared with the digest of their content, for want of a master key.
    pub unopened: u64,
    /// Documents whose bytes were missing or not as registered when the backup was made.
    pub missing: Vec<String>,
}

/// The name of a table's file below the backup's folder.
pub(super) fn table_file(name: &str) -> String {
    format!("{TABLES}/{name}.jsonl")
}

/// Names and types of a table's columns.
pub(super) fn columns(table: &KeptTable) -> Vec<(String, String)> {
    let column =
        |(name, column_type): &(&str, crate::store::KeptType)| ((*name).to_owned(), column_type.as_str().to_owned());
    table.columns().iter().map(column).collect()
}

impl Manifest {
    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// SHA-256 of `manifest.json`, hex: whoever keeps it elsewhere can tell this backup from any other.
    pub fn sha256(&self) -> String {
        hex(&sha256(self.to_text().as_bytes()))
    }

    /// The exact text of `manifest.json`.
    pub(super) fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The exact text of `SHA256SUMS`, as `sha256sum -c` reads it.
    pub(super) fn sums(&self) -> String {
        let own = format!("{}  {MANIFEST}\n", hex(&sha256(self.to_text().as_bytes())));
        let tables = self
            .tables
            .iter()
            .map(|table| format!("{}  {}\n", table.sha256, table_file(&table.name)));
        let documents = format!("{}  {DOCUMENT_SUMS}\n", self.documents.sha256);
        tables.fold(own, |text, line| text + &line) + &documents
    }

    /// Reads the manifest of a backup, and whether its files fit it to the byte.
    ///
    /// # Errors
    /// `NotABackup` if there is none or it cannot be read; `OtherSchema` if its tables are not those of this program.
    pub(super) async fn read(folder: &Path) -> Result<(Self, bool)> {
        let not_a_backup = |reason: String| KeepError::NotABackup {
            path: folder.to_owned(),
            reason,
        };
        let text = read_small(&folder.join(MANIFEST))
            .await
            .map_err(|error| not_a_backup(format!("{MANIFEST}: {error}")))?;
        let sums = read_small(&folder.join(SUMS)).await.unwrap_or_default();
        let own = format!("{}  {MANIFEST}\n", hex(&sha256(&text)));
        let is_sealed = sums.starts_with(own.as_bytes());
        match Self::parse(&text) {
            Ok(manifest) => {
                let fits = text == manifest.to_text().as_bytes() && sums == manifest.sums().as_bytes();
                Ok((manifest, fits))
            }
            // A manifest that was changed is that, whatever became of it.
            Err(_) if !is_sealed => Err(KeepError::Damaged(Faults::one(MANIFEST, None, CHANGED_MANIFEST))),
            Err(Unfit::Schema(backup)) => Err(KeepError::OtherSchema {
                backup,
                program: schema_version(),
            }),
            Err(Unfit::Form(reason)) => Err(not_a_backup(format!("{MANIFEST}: {reason}"))),
        }
    }

    fn parse(text: &[u8]) -> std::result::Result<Self, Unfit> {
        let manifest: Self = serde_json::from_slice(text).map_err(|error| Unfit::Form(error.to_string()))?;
        if manifest.format != FORMAT || manifest.format_version != FORMAT_VERSION {
            return Err(Unfit::Form(format!(
                "format {} {} is unknown",
                manifest.format, manifest.format_version
            )));
        }
        if manifest.schema_version != schema_version() {
            return Err(Unfit::Schema(manifest.schema_version));
        }
        let stated = manifest
            .tables
            .iter()
            .map(|table| (table.name.as_str(), table.columns.clone()));
        let known = kept_tables().iter().map(|table| (table.name(), columns(table)));
        if stated.eq(known) {
            Ok(manifest)
        } else {
            Err(Unfit::Form("the tables are not those of the schema".to_owned()))
        }
    }
}

/// Why a manifest is of no use to this program.
enum Unfit {
    Form(String),
    Schema(i64),
}

/// What is said of a manifest that was changed.
pub(super) const CHANGED_MANIFEST: (&str, &str) = (
    "manifest.json và SHA256SUMS không khớp nhau",
    "manifest.json and SHA256SUMS do not fit each other",
);
