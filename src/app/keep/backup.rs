//! A backup while the hub serves: one state of the database, then the documents that it names. The folder gets its name
//! when it is whole and durable.

use std::io;
use std::path::{Path, PathBuf};

use tokio_stream::StreamExt as _;

use super::documents::copy_out;
use super::files::{TableWriter, make_folder, sync_folder, write_small};
use super::manifest::{DOCUMENTS, FORMAT, FORMAT_VERSION, MANIFEST, Manifest, SUMS, TABLES};
use super::noted::{Noted, note};
use super::tree::Tree;
use super::{KeepError, Progress, Result, at};
use crate::blobs::DocumentPlace;
use crate::domain::operator::{Backup, Facts, Occasion};
use crate::evidence::digest::hex;
use crate::sealing::MasterKeys;
use crate::store::{Database, Snapshot, kept_tables, schema_version};

/// How many rows pass between two words about progress.
pub(super) const STEP: u64 = 10_000;

/// What is wanted.
#[derive(Debug, Clone)]
pub struct BackupPlan {
    /// Whose data.
    pub database: Database,
    /// Where its documents are.
    pub documents: DocumentPlace,
    /// The master keys: by them each document is compared with the digest of its content. They are not kept in the backup.
    pub masters: MasterKeys,
    /// The folder to make.
    pub out: PathBuf,
    /// When it is made, and by whom.
    pub occasion: Occasion,
}

/// What was made.
#[derive(Debug)]
pub struct BackedUp {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// SHA-256 of the manifest, hex: whoever keeps it elsewhere can tell this backup from any other.
    pub manifest_sha256: String,
    /// Whether the log's entries make the tree of the head. If not, the database was damaged before.
    pub tree_fits: bool,
    /// Whether the database that was read says so.
    pub noted: Noted,
}

/// A folder that goes again unless it is kept.
struct Draft {
    path: PathBuf,
    is_kept: bool,
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_kept
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, "backup.draft.left");
        }
    }
}

fn draft_path(out: &Path) -> Result<PathBuf> {
    let Some(name) = out.file_name() else {
        return Err(KeepError::Exists(out.to_owned()));
    };
    let mut name = name.to_owned();
    name.push(".unfinished");
    Ok(out.with_file_name(name))
}

fn parent_of(path: &Path) -> &Path {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or_else(|| Path::new("."))
}

/// Makes the backup.
///
/// # Errors
/// [`KeepError`]; nothing of it stays then.
pub async fn backup(plan: &BackupPlan, progress: &dyn Progress) -> Result<BackedUp> {
    if plan.out.symlink_metadata().is_ok() {
        return Err(KeepError::Exists(plan.out.clone()));
    }
    let path = draft_path(&plan.out)?;
    let mut snapshot = super::open(&plan.database).await?;
    let hub_id = snapshot.hub_id().await?.ok_or(KeepError::NotInitialised)?;
    let head = snapshot.head().await?;
    make_folder(&path).await.map_err(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            KeepError::Unfinished(path.clone())
        } else {
            at(&path)(error)
        }
    })?;
    let mut draft = Draft { path, is_kept: false };
    let (tables, tree) = tables(&mut snapshot, &draft.path, progress).await?;
    // The documents of this state are never changed, so they need no snapshot.
    snapshot.close().await;
    let documents = copy_out(&draft.path, plan, progress).await?;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        format_version: FORMAT_VERSION,
        hub_id,
        schema_version: schema_version(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        made_from: plan.database.name().to_owned(),
        made_time: plan.occasion.done_time().to_rfc3339(),
        tree_size: head.frontier.size(),
        root_hash: hex(&head.root),
        hub_time: head.hub_time.micros(),
        tables,
        documents,
    };
    finish(&draft.path, &manifest).await?;
    let mut done = BackedUp {
        manifest_sha256: manifest.sha256(),
        tree_fits: tree.is_of(&head),
        manifest,
        noted: Ok(()),
    };
    // Before there is a backup, so that there is none of which the log will never know.
    let line = plan.occasion.line(facts(&done));
    done.noted = note(&plan.database, &line).await;
    tokio::fs::rename(&draft.path, &plan.out).await.map_err(at(&plan.out))?;
    draft.is_kept = true;
    let parent = parent_of(&plan.out);
    sync_folder(parent).await.map_err(at(parent))?;
    Ok(done)
}

fn facts(done: &BackedUp) -> Facts {
    let manifest = &done.manifest;
    Facts::Backup(Backup {
        tree_size: manifest.tree_size,
        root_hash: manifest.root_hash.clone(),
        rows: manifest.rows(),
        documents: manifest.documents.count,
        document_bytes: manifest.documents.bytes,
        documents_missing: u64::try_from(manifest.documents.missing.len()).unwrap_or(u64::MAX),
        tree_fits: done.tree_fits,
        manifest_sha256: done.manifest_sha256.clone(),
    })
}

async fn tables(
    snapshot: &mut Snapshot,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<(Vec<super::manifest::TableManifest>, Tree)> {
    let place = folder.join(TABLES);
    make_folder(&place).await.map_err(at(&place))?;
    let (mut written, mut tree) = (Vec::new(), Tree::default());
    for table in kept_tables() {
        let mut file = TableWriter::create(folder, table).await.map_err(at(&place))?;
        let mut rows = snapshot.rows(table);
        while let Some(row) = rows.next().await {
            let row = row?;
            tree.take(table, &row);
            let number = file.write(&row).await.map_err(at(&place))?;
            if number % STEP == 0 {
                progress.step(table.name(), number);
            }
        }
        drop(rows);
        written.push(file.finish().await.map_err(at(&place))?);
    }
    sync_folder(&place).await.map_err(at(&place))?;
    Ok((written, tree))
}

/// The manifest comes last: a folder without one is no backup.
async fn finish(folder: &Path, manifest: &Manifest) -> Result<()> {
    for (name, text) in [(SUMS, manifest.sums()), (MANIFEST, manifest.to_text())] {
        let path = folder.join(name);
        write_small(&path, &text).await.map_err(at(&path))?;
    }
    for path in [folder.join(DOCUMENTS), folder.to_owned()] {
        sync_folder(&path).await.map_err(at(&path))?;
    }
    Ok(())
}
