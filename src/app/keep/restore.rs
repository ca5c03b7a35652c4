//! A backup brought into an empty database: documents first, then all rows in one transaction. What is cut short leaves a
//! database without an operator, which no hub serves from, and it can be done again.

use std::path::Path;

use super::check::{CHANGED_FILE, CHANGED_ROW};
use super::files::{Line, TableReader};
use super::intake::Intake;
use super::manifest::{CHANGED_MANIFEST, MANIFEST, Manifest};
use super::{Faults, KeepError, Progress, Result, TreeHead, at, documents};
use crate::blobs::Blobs;
use crate::domain::operator::{Facts, Occasion, Restore};
use crate::evidence::digest::hex;
use crate::store::{Store, kept_tables};

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// The head in the new database.
    pub head: TreeHead,
    /// Rows brought in.
    pub rows: u64,
    /// Documents that stand in the folder.
    pub documents: u64,
}

fn damaged(place: &str, row: Option<u64>, what: (&'static str, &'static str)) -> KeepError {
    KeepError::Damaged(Faults::one(place, row, what))
}

/// Reads what a backup says of itself; refuses what is no whole backup of this program's schema.
///
/// # Errors
/// [`KeepError`].
pub async fn manifest(from: &Path) -> Result<Manifest> {
    let (manifest, fits) = Manifest::read(from).await?;
    if !fits {
        return Err(damaged(MANIFEST, None, CHANGED_MANIFEST));
    }
    Ok(manifest)
}

/// Brings the backup in `from` into `store`, which is migrated and empty, and its documents into `blobs`. Every file and
/// row is compared with its digest on the way. The database says then who restored it on this `occasion`.
///
/// # Errors
/// [`KeepError`]; the database is empty then.
pub async fn restore(
    from: &Path,
    store: &Store,
    blobs: &Blobs,
    occasion: &Occasion,
    progress: &dyn Progress,
) -> Result<Restored> {
    let manifest = manifest(from).await?;
    let documents = documents::copy_in(from, &manifest, blobs, progress).await?;
    let mut intake = Intake::begin(store, progress).await?;
    for (table, stated) in kept_tables().iter().zip(&manifest.tables) {
        let reader = TableReader::open(from, table).await;
        let mut reader = reader.map_err(|(path, source)| KeepError::File { path, source })?;
        while let Some(line) = reader.next().await.map_err(at(from))? {
            match line {
                Line::Row(row) => intake.take(table, row).await?,
                Line::Broken => return Err(damaged(table.name(), Some(reader.number), CHANGED_ROW)),
            }
        }
        if !reader.is(stated) {
            return Err(damaged(table.name(), None, CHANGED_FILE));
        }
        intake.end_table(table).await?;
    }
    let line = |head: TreeHead, rows| {
        occasion.line(Facts::Restore(Restore {
            tree_size: head.size,
            root_hash: hex(&head.root),
            rows,
            documents,
            manifest_sha256: manifest.sha256(),
            made_time: manifest.made_time.clone(),
            made_by: manifest.program_version.clone(),
            made_from: manifest.made_from.clone(),
        }))
    };
    let (head, rows) = intake.commit(line).await?;
    Ok(Restored {
        manifest,
        head,
        rows,
        documents,
    })
}
