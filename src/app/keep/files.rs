//! Files of a backup: written in pieces and made durable, read line by line with bounded memory.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use super::manifest::{TableManifest, columns, table_file};
use super::row;
use crate::evidence::Digest;
use crate::evidence::digest::{Sha256, hex};
use crate::store::{KeptTable, Value};

/// How much is gathered before it is written, and read at a time.
const PIECE: usize = 256 * 1024;
/// No row is longer; a line that is was not written by us.
const LONGEST_LINE: u64 = 256 * 1024 * 1024;
/// No manifest is larger.
const LARGEST_SMALL_FILE: u64 = 64 * 1024 * 1024;

/// Makes a file for its owner alone, which must not be there yet.
pub(super) async fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path).await
}

/// Makes a folder for its owner alone.
pub(super) async fn make_folder(path: &Path) -> io::Result<()> {
    tokio::fs::DirBuilder::new().mode(0o700).create(path).await
}

/// Makes the names in a folder durable.
pub(super) async fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path).await?.sync_all().await
}

/// Writes a small file and makes it durable.
pub(super) async fn write_small(path: &Path, text: &str) -> io::Result<()> {
    let mut file = create(path).await?;
    file.write_all(text.as_bytes()).await?;
    file.sync_all().await
}

/// Reads a small file whole.
pub(super) async fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).await?;
    file.take(LARGEST_SMALL_FILE).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// Hands the bytes of a file on in pieces; gives their number and digest.
pub(super) async fn digest_of(mut file: impl AsyncRead + Unpin) -> io::Result<(u64, Digest)> {
    let mut piece = vec![0; PIECE];
    let (mut size, mut digest) = (0, Sha256::default());
    loop {
        let count = file.read(&mut piece).await?;
        if count == 0 {
            return Ok((size, digest.finish()));
        }
        digest.update(piece.get(..count).unwrap_or_default());
        size += u64::try_from(count).unwrap_or_default();
    }
}

/// Copies an open file to a new one and makes it durable; gives number and digest of the bytes.
pub(super) async fn copy_to(mut from: impl AsyncRead + Unpin, to: &Path) -> io::Result<(u64, Digest)> {
    let mut file = create(to).await?;
    let mut piece = vec![0; PIECE];
    let (mut size, mut digest) = (0, Sha256::default());
    loop {
        let count = from.read(&mut piece).await?;
        if count == 0 {
            file.sync_all().await?;
            return Ok((size, digest.finish()));
        }
        let bytes = piece.get(..count).unwrap_or_default();
        file.write_all(bytes).await?;
        digest.update(bytes);
        size += u64::try_from(count).unwrap_or_default();
    }
}

/// A table's file while it is written.
pub(super) struct TableWriter {
    table: &'static KeptTable,
    file: File,
    gathered: Vec<u8>,
    digest: Sha256,
    rows: u64,
    bytes: u64,
}

impl TableWriter {
    pub(super) async fn create(folder: &Path, table: &'static KeptTable) -> io::Result<Self> {
        Ok(Self {
            table,
            file: create(&folder.join(table_file(table.name()))).await?,
            gathered: Vec::with_capacity(PIECE),
            digest: Sha256::default(),
            rows: 0,
            bytes: 0,
        })
    }

    pub(super) async fn write(&mut self, row: &[Value]) -> io::Result<u64> {
        self.rows += 1;
        let line = row::encode(self.table.name(), self.rows, row);
        self.gathered.extend_from_slice(line.as_bytes());
        if self.gathered.len() >= PIECE {
            self.flush().await?;
        }
        Ok(self.rows)
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.digest.update(&self.gathered);
        self.bytes += u64::try_from(self.gathered.len()).unwrap_or_default();
        self.file.write_all(&self.gathered).await?;
        self.gathered.clear();
        Ok(())
    }

    /// Makes it durable, and says what it is.
    pub(super) async fn finish(mut self) -> io::Result<TableManifest> {
        self.flush().await?;
        self.file.sync_all().await?;
        Ok(TableManifest {
            name: self.table.name().to_owned(),
            columns: columns(self.table),
            rows: self.rows,
            bytes: self.bytes,
            sha256: hex(&self.digest.finish()),
        })
    }
}

/// A line of a table's file.
#[derive(Debug)]
pub(super) enum Line {
    Row(Vec<Value>),
    /// Not what was written.
    Broken,
}

/// A table's file while it is read.
pub(super) struct TableReader {
    pub(super) table: &'static KeptTable,
    file: BufReader<File>,
    line: Vec<u8>,
    digest: Sha256,
    /// The number of the row that came last.
    pub(super) number: u64,
    bytes: u64,
}

impl TableReader {
    pub(super) async fn open(folder: &Path, table: &'static KeptTable) -> Result<Self, (PathBuf, io::Error)> {
        let path = folder.join(table_file(table.name()));
        let file = File::open(&path).await.map_err(|error| (path, error))?;
        Ok(Self {
            table,
            file: BufReader::with_capacity(PIECE, file),
            line: Vec::new(),
            digest: Sha256::default(),
            number: 0,
            bytes: 0,
        })
    }

    /// The next line; `None` at the end.
    pub(super) async fn next(&mut self) -> io::Result<Option<Line>> {
        self.line.clear();
        let mut limited = (&mut self.file).take(LONGEST_LINE);
        let count = limited.read_until(b'\n', &mut self.line).await?;
        if count == 0 {
            return Ok(None);
        }
        self.digest.update(&self.line);
        self.bytes += u64::try_from(count).unwrap_or_default();
        self.number += 1;
        let row = row::decode(self.table, self.number, &self.line);
        Ok(Some(row.map_or(Line::Broken, Line::Row)))
    }

    /// Whether what was read is the file that the manifest tells of.
    pub(super) fn is(self, stated: &TableManifest) -> bool {
        (self.number, self.bytes) == (stated.rows, stated.bytes) && hex(&self.digest.finish()) == stated.sha256
    }
}
