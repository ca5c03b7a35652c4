//! One database into another, without files between.

use tokio_stream::StreamExt as _;

use super::intake::Intake;
use super::noted::{Noted, note};
use super::{KeepError, Progress, Result, TreeHead};
use crate::domain::operator::{CopyIn, CopyOut, Facts, Occasion};
use crate::evidence::digest::hex;
use crate::store::{Database, DatabaseKind, Snapshot, Store, kept_tables};

/// What was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// The head of the source, as it was read.
    pub from: TreeHead,
    /// The head of the target.
    pub to: TreeHead,
    /// Rows in each of both.
    pub rows: u64,
}

/// Copies the state of `source` into `target`, which is migrated and empty. The rows of every table are counted in the target
/// before it is made durable, and the log's tree is computed again. The target says then that it is a copy made on this
/// `occasion`; that the source says so too is up to [`note_source`].
///
/// # Errors
/// [`KeepError`]; the target is empty then.
pub async fn copy(
    source: &mut Snapshot,
    target: &Store,
    occasion: &Occasion,
    progress: &dyn Progress,
) -> Result<Copied> {
    source.check_schema().await.map_err(KeepError::NoSchema)??;
    source.hub_id().await?.ok_or(KeepError::NotInitialised)?;
    let from = TreeHead::of(&source.head().await?);
    let mut intake = Intake::begin(target, progress).await?;
    for table in kept_tables() {
        let mut rows = source.rows(table);
        while let Some(row) = rows.next().await {
            intake.take(table, row?).await?;
        }
        drop(rows);
        intake.end_table(table).await?;
    }
    let kind = source.database_kind();
    let line = |head: TreeHead, rows| {
        occasion.line(Facts::CopyIn(CopyIn {
            tree_size: head.size,
            root_hash: hex(&head.root),
            rows,
            from: name(kind).to_owned(),
        }))
    };
    let (to, rows) = intake.commit(line).await?;
    Ok(Copied { from, to, rows })
}

/// Notes in the source that it was copied.
pub async fn note_source(source: &Database, copied: &Copied, to: &Database, occasion: &Occasion) -> Noted {
    let line = occasion.line(Facts::CopyOut(CopyOut {
        tree_size: copied.from.size,
        root_hash: hex(&copied.from.root),
        rows: copied.rows,
        to: to.name().to_owned(),
    }));
    note(source, &line).await
}

fn name(kind: DatabaseKind) -> &'static str {
    match kind {
        DatabaseKind::Sqlite => "sqlite",
        DatabaseKind::Postgres => "postgres",
    }
}
