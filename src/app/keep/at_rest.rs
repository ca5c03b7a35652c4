//! How the documents of a backup stand in it: sealed, erased, or as they came before documents were sealed; and a list of
//! the digests of their files, by which they are checked without any key.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tokio::fs::File;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, BufWriter};

use super::files::{Line, TableReader, create, digest_of};
use super::manifest::{DOCUMENT_SUMS, DOCUMENTS};
use super::{KeepError, Result, at};
use crate::evidence::Digest;
use crate::evidence::digest::{Sha256, hex, unhex};
use crate::store::kept_tables;
use crate::store::rows::ContentKeyRow;

/// No line of the list is longer.
const LONGEST_LINE: u64 = 1_024;

/// How the bytes of a document stand.
#[derive(Debug, Clone, Copy)]
pub(super) enum AtRest<'a> {
    /// As they came.
    Plain,
    /// Sealed with this key.
    Sealed(&'a ContentKeyRow),
    /// Sealed, and the key is destroyed.
    Erased,
}

/// The keys of all documents of a backup, by log index.
pub(super) struct DocumentKeys(BTreeMap<i64, ContentKeyRow>);

async fn open(backup: &Path, name: &str) -> Result<TableReader> {
    let table = kept_tables().iter().find(|table| table.name() == name);
    let table = table.ok_or_else(|| KeepError::NotABackup {
        path: backup.to_owned(),
        reason: format!("no table {name}"),
    })?;
    let reader = TableReader::open(backup, table).await;
    reader.map_err(|(path, source)| KeepError::File { path, source })
}

impl DocumentKeys {
    /// Reads them from the backup's tables. Broken rows are found elsewhere.
    pub(super) async fn read(backup: &Path) -> Result<Self> {
        let mut documents = BTreeSet::new();
        let mut reader = open(backup, "attachment").await?;
        while let Some(line) = reader.next().await.map_err(at(backup))? {
            if let Line::Row(row) = line {
                documents.extend(reader.table.value(&row, "log_index").integer());
            }
        }
        let mut keys = BTreeMap::new();
        let mut reader = open(backup, "content_key").await?;
        while let Some(line) = reader.next().await.map_err(at(backup))? {
            let Line::Row(row) = line else { continue };
            let value = |column| reader.table.value(&row, column);
            if let (Some(log_index), Some(master)) = (value("log_index").integer(), value("master").text())
                && documents.contains(&log_index)
            {
                let row = ContentKeyRow {
                    log_index,
                    master: master.to_owned(),
                    wrapped: value("wrapped").bytes().map(<[u8]>::to_vec),
                };
                keys.insert(log_index, row);
            }
        }
        Ok(Self(keys))
    }

    /// How the document of an entry stands.
    pub(super) fn of(&self, log_index: i64) -> AtRest<'_> {
        match self.0.get(&log_index) {
            None => AtRest::Plain,
            Some(key) if key.wrapped.is_none() => AtRest::Erased,
            Some(key) => AtRest::Sealed(key),
        }
    }
}

/// The list while it is written: a line for each file, as `sha256sum -c` reads it.
pub(super) struct SumsWriter {
    file: BufWriter<File>,
    digest: Sha256,
}

impl SumsWriter {
    pub(super) async fn create(backup: &Path) -> Result<Self> {
        let path = backup.join(DOCUMENT_SUMS);
        let file = create(&path).await.map_err(at(&path))?;
        Ok(Self {
            file: BufWriter::new(file),
            digest: Sha256::default(),
        })
    }

    pub(super) async fn add(&mut self, digest: &Digest, id: &str) -> Result<()> {
        let line = format!("{}  {DOCUMENTS}/{id}\n", hex(digest));
        self.digest.update(line.as_bytes());
        let written = self.file.write_all(line.as_bytes()).await;
        written.map_err(at(Path::new(DOCUMENT_SUMS)))
    }

    /// Makes it durable; gives its digest, hex.
    pub(super) async fn finish(mut self) -> Result<String> {
        let place = Path::new(DOCUMENT_SUMS);
        self.file.flush().await.map_err(at(place))?;
        self.file.get_ref().sync_all().await.map_err(at(place))?;
        Ok(hex(&self.digest.finish()))
    }
}

/// The list as it stands in a backup: digests by id, and that of the list itself, hex.
pub(super) async fn read_sums(backup: &Path) -> Result<(BTreeMap<String, Digest>, String)> {
    let path = backup.join(DOCUMENT_SUMS);
    let open = async || File::open(&path).await.map_err(at(&path));
    let (_, own) = digest_of(open().await?).await.map_err(at(&path))?;
    let mut reader = BufReader::new(open().await?);
    let (mut sums, mut line) = (BTreeMap::new(), String::new());
    loop {
        line.clear();
        // A line that cannot be read was not written by us; the list's own digest tells.
        let read = (&mut reader).take(LONGEST_LINE).read_line(&mut line).await;
        if read.unwrap_or_default() == 0 {
            return Ok((sums, hex(&own)));
        }
        sums.extend(parse(&line));
    }
}

fn parse(line: &str) -> Option<(String, Digest)> {
    let (digest, name) = line.strip_suffix('\n')?.split_once("  ")?;
    let id = name.strip_prefix(DOCUMENTS)?.strip_prefix('/')?;
    Some((id.to_owned(), unhex(digest)?.try_into().ok()?))
}
