//! The documents that the log tells of, against the table that says what each document is. So a document and its row
//! cannot both be changed without the log telling.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::fault::Faults;
use super::files::{Line, TableReader};
use super::{KeepError, Result, at, documents};
use crate::evidence::Digest;
use crate::evidence::digest::{hex, sha256};
use crate::store::{KeptTable, Value};

const CHANGED: (&str, &str) = (
    "tài liệu không đúng với mục nhật ký của lần tải lên",
    "the document is not the one of the entry of its upload",
);

/// What an upload's entry says.
#[derive(Deserialize)]
struct Uploaded {
    owner: String,
    media_type: String,
    size: i64,
    sha256: String,
}

/// Digests of what the table says of each document, by log index, with the number of the row: 48 bytes for each.
pub(super) struct Uploads(BTreeMap<i64, (u64, Digest)>);

fn digest(id: &str, told: &Uploaded) -> Digest {
    let Uploaded {
        owner,
        media_type,
        size,
        sha256: content,
    } = told;
    sha256(format!("{id}\n{owner}\n{media_type}\n{size}\n{content}").as_bytes())
}

fn of_row(table: &KeptTable, row: &[Value]) -> Option<(i64, Digest)> {
    let text = |column| table.value(row, column).text().map(str::to_owned);
    let content: Digest = table.value(row, "sha256").bytes()?.try_into().ok()?;
    let told = Uploaded {
        owner: text("owner")?,
        media_type: text("media_type")?,
        size: table.value(row, "size").integer()?,
        sha256: hex(&content),
    };
    let log_index = table.value(row, "log_index").integer()?;
    Some((log_index, digest(&text("id")?, &told)))
}

impl Uploads {
    pub(super) async fn read(backup: &Path, faults: &mut Faults) -> Result<Self> {
        let mut known = BTreeMap::new();
        let Some(table) = documents::table() else {
            return Ok(Self(known));
        };
        let reader = TableReader::open(backup, table).await;
        let mut reader = reader.map_err(|(path, source)| KeepError::File { path, source })?;
        while let Some(line) = reader.next().await.map_err(at(backup))? {
            let Line::Row(row) = line else { continue };
            let told = of_row(table, &row);
            let is_new = told.is_some_and(|(index, digest)| known.insert(index, (reader.number, digest)).is_none());
            if !is_new {
                faults.add(table.name(), Some(reader.number), CHANGED);
            }
        }
        Ok(Self(known))
    }

    /// Compares what the entry `log_index` says of the document `id`.
    pub(super) fn compare(&mut self, log_index: i64, id: &str, details: &str, event: u64, faults: &mut Faults) {
        let told = serde_json::from_str::<Uploaded>(details).ok();
        match (self.0.remove(&log_index), told) {
            (Some((_, known)), Some(told)) if known == digest(id, &told) => {}
            (Some((row, _)), _) => faults.add("attachment", Some(row), CHANGED),
            (None, _) => faults.add("event", Some(event), CHANGED),
        }
    }

    /// What no entry told of.
    pub(super) fn rest(self, faults: &mut Faults) {
        for (row, _) in self.0.into_values() {
            faults.add("attachment", Some(row), CHANGED);
        }
    }
}
