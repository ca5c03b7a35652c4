//! Documents of a backup: out of the hub's folder, checked, and into another hub's folder.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use super::fault::Faults;
use super::files::{Line, TableReader, copy_to, digest_of, make_folder};
use super::manifest::{DOCUMENTS, DocumentsManifest, Manifest};
use super::{KeepError, Progress, Result, at};
use crate::blobs::{BeginFault, Blobs, DocumentPlace, UploadName, UploadSpace};
use crate::domain::ids::DocumentId;
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
}

impl Registered {
    pub(super) fn of(table: &KeptTable, row: &[Value]) -> Option<Self> {
        let id = table.value(row, "id").text()?;
        Some(Self {
            id: DocumentId::parse(id).ok()?,
            size: u64::try_from(table.value(row, "size").integer()?).ok()?,
            sha256: table.value(row, "sha256").bytes()?.to_vec(),
        })
    }

    fn is(&self, (size, sha256): (u64, [u8; 32])) -> bool {
        self.size == size && self.sha256 == sha256
    }
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

/// Copies every document that the backup's table names out of the hub's folder.
pub(super) async fn copy_out(
    backup: &Path,
    from: &DocumentPlace,
    progress: &dyn Progress,
) -> Result<DocumentsManifest> {
    let to = backup.join(DOCUMENTS);
    make_folder(&to).await.map_err(at(&to))?;
    let elsewhere = |error| at(Path::new(&from.to_string()))(error);
    let blobs = Blobs::for_reading(from).map_err(elsewhere)?;
    let mut told = DocumentsManifest::default();
    let mut listed = Listed::open(backup).await?;
    while let Some((number, document)) = listed.next().await? {
        let path = to.join(document.id.as_str());
        let copied = match blobs.read(&document.id).await {
            Ok((reader, _)) => Some(copy_to(reader, &path).await.map_err(at(&path))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(elsewhere(error)),
        };
        match copied {
            Some(copied) if document.is(copied) => {
                told.count += 1;
                told.bytes += copied.0;
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
    Ok(told)
}

const CHANGED: (&str, &str) = (
    "tài liệu không đúng với mã băm hoặc kích thước đã ghi",
    "the document is not of the size or digest that is registered",
);
const GONE: (&str, &str) = ("thiếu tài liệu", "the document is missing");
const NOT_OURS: (&str, &str) = ("tệp không thuộc bản sao lưu", "the file does not belong to the backup");

/// Checks every document of a backup.
pub(super) async fn check(
    backup: &Path,
    manifest: &Manifest,
    faults: &mut Faults,
    progress: &dyn Progress,
) -> Result<()> {
    let place = backup.join(DOCUMENTS);
    let mut unseen = names(&place).await.map_err(at(&place))?;
    let (mut count, mut bytes) = (0, 0);
    let mut listed = Listed::open(backup).await?;
    while let Some((number, document)) = listed.next().await? {
        let name = format!("{DOCUMENTS}/{}", document.id);
        let was_missing = manifest.documents.missing.iter().any(|id| id == document.id.as_str());
        let path = backup.join(&name);
        let is_there = unseen.remove(document.id.as_str());
        if is_there && !was_missing {
            let found = match File::open(&path).await {
                Ok(file) => digest_of(file).await.map_err(at(&path))?,
                Err(error) => return Err(at(&path)(error)),
            };
            count += 1;
            bytes += found.0;
            if !document.is(found) {
                faults.add(name, None, CHANGED);
            }
        } else if is_there {
            faults.add(name, None, NOT_OURS);
        } else if !was_missing {
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

fn not_begun(fault: BeginFault) -> io::Error {
    match fault {
        BeginFault::Io(error) => error,
        BeginFault::NoRoom => io::ErrorKind::StorageFull.into(),
        BeginFault::Busy | BeginFault::Offset { .. } | BeginFault::TooMuch => {
            io::Error::new(io::ErrorKind::ResourceBusy, format!("{fault:?}"))
        }
    }
}

/// Copies the documents of a backup to where a hub's stand. One that is there already, the very same, is let be; so a
/// restore that was cut short can be done again.
pub(super) async fn copy_in(backup: &Path, manifest: &Manifest, into: &Blobs, progress: &dyn Progress) -> Result<u64> {
    let mut listed = Listed::open(backup).await?;
    let mut count = 0;
    while let Some((number, document)) = listed.next().await? {
        let id = &document.id;
        if manifest.documents.missing.iter().any(|missing| missing == id.as_str()) {
            continue;
        }
        let path = backup.join(DOCUMENTS).join(id.as_str());
        count += 1;
        if let Ok((reader, _)) = into.read(id).await {
            if !document.is(digest_of(reader).await.map_err(at(&path))?) {
                return Err(KeepError::DocumentInTheWay(id.to_string()));
            }
            continue;
        }
        let faulty = |what| KeepError::Damaged(Faults::one(&format!("{DOCUMENTS}/{id}"), None, what));
        let mut file = match File::open(&path).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(faulty(GONE)),
            opened => opened.map_err(at(&path))?,
        };
        let upload = UploadName::local(id.as_str());
        let begun = into
            .spool()
            .begin(&upload, 0, UploadSpace::unlimited(document.size))
            .await;
        let mut draft = begun.map_err(|fault| at(&path)(not_begun(fault)))?;
        let mut piece = vec![0; 256 * 1024];
        loop {
            let read = file.read(&mut piece).await.map_err(at(&path))?;
            if read == 0 {
                break;
            }
            let bytes = piece.get(..read).unwrap_or_default();
            draft.write(bytes).await.map_err(at(&path))?;
        }
        if !document.is((draft.size(), draft.sha256())) {
            return Err(faulty(CHANGED));
        }
        let stored = into.store(draft, id).await.map_err(at(&path))?;
        stored.accepted().await.map_err(at(&path))?;
        if number % STEP == 0 {
            progress.step(DOCUMENTS, number);
        }
    }
    Ok(count)
}
