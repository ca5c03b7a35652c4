//! Documents of a backup: out of the hub's folder, checked, and into another hub's folder, always the bytes that stand there.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::Path;

use tokio::fs::File;

use super::at_rest::{AtRest, DocumentKeys, SumsWriter, read_sums};
use super::backup::BackupPlan;
use super::check::CHANGED_FILE;
use super::fault::Faults;
use super::files::{Line, TableReader, copy_to, digest_of, make_folder};
use super::manifest::{DOCUMENT_SUMS, DOCUMENTS, DocumentsManifest, Manifest};
use super::{KeepError, Progress, Result, at};
use crate::blobs::{Blobs, sealed_size};
use crate::domain::ids::DocumentId;
use crate::evidence::Digest;
use crate::evidence::digest::Sha256;
use crate::sealing::{DataKey, MasterKeys};
use crate::store::{KeptTable, Value, kept_tables};

/// How many documents pass between two words about progress.
const STEP: u64 = 100;
/// The table that says which documents there are.
const ATTACHMENT: &str = "attachment";

/// A document as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Registered {
    pub(super) id: DocumentId,
    pub(super) size: u64,
    sha256: Vec<u8>,
    log_index: i64,
}

impl Registered {
    /// None: the row is none of ours, or its document is erased, and with it its name.
    pub(super) fn of(table: &KeptTable, row: &[Value]) -> Option<Self> {
        table.value(row, "name").text().filter(|name| !name.is_empty())?;
        let id = table.value(row, "id").text()?;
        Some(Self {
            id: DocumentId::parse(id).ok()?,
            size: u64::try_from(table.value(row, "size").integer()?).ok()?,
            sha256: table.value(row, "sha256").bytes()?.to_vec(),
            log_index: table.value(row, "log_index").integer()?,
        })
    }

    fn is(&self, (size, sha256): (u64, [u8; 32])) -> bool {
        self.size == size && self.sha256 == sha256
    }

    /// Whether its file may have this length and digest, as far as can be told without its key.
    fn may_be(&self, at_rest: AtRest<'_>, file: (u64, Digest)) -> bool {
        match at_rest {
            AtRest::Plain => self.is(file),
            AtRest::Sealed(_) => file.0 == sealed_size(self.size),
            AtRest::Erased => false,
        }
    }

    /// Whether the content of its file is what was uploaded; none if its key cannot be had.
    async fn opens(&self, at_rest: AtRest<'_>, blobs: &Blobs, masters: &MasterKeys) -> io::Result<Option<bool>> {
        let key = match at_rest {
            AtRest::Plain => None,
            AtRest::Sealed(row) if !masters.knows(&row.master) => return Ok(None),
            AtRest::Sealed(row) => match row.open(masters) {
                Ok(key @ Some(_)) => key,
                _ => return Ok(None),
            },
            AtRest::Erased => return Ok(Some(false)),
        };
        match content_of(blobs, &self.id, key.as_ref()).await {
            Ok(content) => Ok(Some(self.is(content))),
            Err(error) if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof) => Ok(Some(false)),
            Err(error) => Err(error),
        }
    }
}

async fn content_of(blobs: &Blobs, id: &DocumentId, key: Option<&DataKey>) -> io::Result<(u64, Digest)> {
    let mut reader = blobs.read(id, key).await?;
    let mut digest = Sha256::default();
    while let Some(bytes) = reader.next().await? {
        digest.update(&bytes);
    }
    Ok((reader.size(), digest.finish()))
}

pub(super) fn table() -> Option<&'static KeptTable> {
    kept_tables().iter().find(|table| table.name() == ATTACHMENT)
}

/// The documents that a backup's table names, one after the other.
struct Listed(TableReader);

impl Listed {
    async fn open(backup: &Path) -> Result<Self> {
        let Some(table) = table() else {
            return Err(KeepError::NotABackup {
                path: backup.to_owned(),
                reason: "no table of documents".to_owned(),
            });
        };
        let reader = TableReader::open(backup, table).await;
        Ok(Self(reader.map_err(|(path, source)| KeepError::File { path, source })?))
    }

    /// The next that can be read; broken rows are found elsewhere.
    async fn next(&mut self) -> Result<Option<(u64, Registered)>> {
        loop {
            let line = self.0.next().await.map_err(at(Path::new(ATTACHMENT)))?;
            let Some(line) = line else { return Ok(None) };
            if let Line::Row(row) = line
                && let Some(document) = Registered::of(self.0.table, &row)
            {
                return Ok(Some((self.0.number, document)));
            }
        }
    }
}

/// Copies every document that the backup's table names out of the hub's folder, unless it is erased.
pub(super) async fn copy_out(backup: &Path, plan: &BackupPlan, progress: &dyn Progress) -> Result<DocumentsManifest> {
    let (to, from) = (backup.join(DOCUMENTS), &plan.documents);
    make_folder(&to).await.map_err(at(&to))?;
    let elsewhere = |error| at(Path::new(&from.to_string()))(error);
    let blobs = Blobs::for_reading(from).map_err(elsewhere)?;
    let here = Blobs::for_reading(&to.clone().into()).map_err(at(&to))?;
    let keys = DocumentKeys::read(backup).await?;
    let mut sums = SumsWriter::create(backup).await?;
    let mut told = DocumentsManifest::default();
    let mut listed = Listed::open(backup).await?;
    while let Some((number, document)) = listed.next().await? {
        let at_rest = keys.of(document.log_index);
        if matches!(at_rest, AtRest::Erased) {
            continue;
        }
        let path = to.join(document.id.as_str());
        let copied = match blobs.raw(&document.id).await {
            Ok((raw, _)) => Some(copy_to(raw, &path).await.map_err(at(&path))?),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(elsewhere(error)),
        };
        let is_right = match copied {
            Some(file) if document.may_be(at_rest, file) => {
                let opened = document.opens(at_rest, &here, &plan.masters).await;
                let opened = opened.map_err(at(&path))?;
                told.unopened += u64::from(opened.is_none());
                opened.unwrap_or(true)
            }
            _ => false,
        };
        match copied {
            Some((length, digest)) if is_right => {
                told.count += 1;
                told.bytes += length;
                sums.add(&digest, document.id.as_str()).await?;
            }
            other => {
                if other.is_some() {
                    tokio::fs::remove_file(&path).await.map_err(at(&path))?;
                }
                told.missing.push(document.id.to_string());
            }
        }
        if number % STEP == 0 {
            progress.step(DOCUMENTS, number);
        }
    }
    told.sha256 = sums.finish().await?;
    Ok(told)
}

const CHANGED: (&str, &str) = (
    "tài liệu không đúng với mã băm hoặc kích thước đã ghi",
    "the document is not of the size or digest that is registered",
);
const GONE: (&str, &str) = ("thiếu tài liệu", "the document is missing");
const NOT_OURS: (&str, &str) = ("tệp không thuộc bản sao lưu", "the file does not belong to the backup");

/// Checks every document of a backup: its file against the list of digests, and against what is registered as far as that
/// goes without its key.
pub(super) async fn check(
    backup: &Path,
    manifest: &Manifest,
    faults: &mut Faults,
    progress: &dyn Progress,
) -> Result<()> {
    let place = backup.join(DOCUMENTS);
    let mut unseen = names(&place).await.map_err(at(&place))?;
    let (mut count, mut bytes) = (0, 0);
    let keys = DocumentKeys::read(backup).await?;
    let (sums, own) = read_sums(backup).await?;
    if own != manifest.documents.sha256 {
        faults.add(DOCUMENT_SUMS, None, CHANGED_FILE);
    }
    let mut listed = Listed::open(backup).await?;
    while let Some((number, document)) = listed.next().await? {
        let name = format!("{DOCUMENTS}/{}", document.id);
        let was_missing = manifest.documents.missing.iter().any(|id| id == document.id.as_str());
        let path = backup.join(&name);
        let is_there = unseen.remove(document.id.as_str());
        let at_rest = keys.of(document.log_index);
        let is_due = !was_missing && !matches!(at_rest, AtRest::Erased);
        if is_there && is_due {
            let found = match File::open(&path).await {
                Ok(file) => digest_of(file).await.map_err(at(&path))?,
                Err(error) => return Err(at(&path)(error)),
            };
            count += 1;
            bytes += found.0;
            if sums.get(document.id.as_str()) != Some(&found.1) || !document.may_be(at_rest, found) {
                faults.add(name, None, CHANGED);
            }
        } else if is_there {
            faults.add(name, None, NOT_OURS);
        } else if is_due {
            faults.add(name, None, GONE);
        }
        if number % STEP == 0 {
            progress.step(DOCUMENTS, number);
        }
    }
    for name in unseen {
        faults.add(format!("{DOCUMENTS}/{name}"), None, NOT_OURS);
    }
    if faults.is_empty() && (count, bytes) != (manifest.documents.count, manifest.documents.bytes) {
        faults.add(
            DOCUMENTS,
            None,
            (
                "số tài liệu không đúng với manifest.json",
                "the number of documents is not that of manifest.json",
            ),
        );
    }
    Ok(())
}

async fn names(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut entries = tokio::fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        names.insert(entry.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

/// Copies the documents of a backup to where a hub's stand. One that is there already, the very same, is let be; so a
/// restore that was cut short can be done again.
pub(super) async fn copy_in(backup: &Path, manifest: &Manifest, into: &Blobs, progress: &dyn Progress) -> Result<u64> {
    let keys = DocumentKeys::read(backup).await?;
    let (sums, own) = read_sums(backup).await?;
    if own != manifest.documents.sha256 {
        return Err(KeepError::Damaged(Faults::one(DOCUMENT_SUMS, None, CHANGED_FILE)));
    }
    let mut listed = Listed::open(backup).await?;
    let mut count = 0;
    while let Some((number, document)) = listed.next().await? {
        let (id, at_rest) = (&document.id, keys.of(document.log_index));
        let was_missing = manifest.documents.missing.iter().any(|missing| missing == id.as_str());
        if was_missing || matches!(at_rest, AtRest::Erased) {
            continue;
        }
        let path = backup.join(DOCUMENTS).join(id.as_str());
        let stated = sums.get(id.as_str());
        count += 1;
        if let Ok((raw, _)) = into.raw(id).await {
            let (_, digest) = digest_of(raw).await.map_err(at(&path))?;
            if stated != Some(&digest) {
                return Err(KeepError::DocumentInTheWay(id.to_string()));
            }
            continue;
        }
        let faulty = |what| KeepError::Damaged(Faults::one(&format!("{DOCUMENTS}/{id}"), None, what));
        let file = match File::open(&path).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(faulty(GONE)),
            opened => opened.map_err(at(&path))?,
        };
        let found = digest_of(file).await.map_err(at(&path))?;
        if stated != Some(&found.1) || !document.may_be(at_rest, found) {
            return Err(faulty(CHANGED));
        }
        into.bring(&path, id).await.map_err(at(&path))?;
        if number % STEP == 0 {
            progress.step(DOCUMENTS, number);
        }
    }
    Ok(count)
}
