//! One database into another, without files between.

use tokio_stream::StreamExt as _;

use super::intake::Intake;
use super::{KeepError, Progress, Result, TreeHead};
use crate::store::{Snapshot, Store, kept_tables};

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
/// before it is made durable, and the log's tree is computed again.
///
/// # Errors
/// [`KeepError`]; the target is empty then.
pub async fn copy(source: &mut Snapshot, target: &Store, progress: &dyn Progress) -> Result<Copied> {
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
    let (to, rows) = intake.commit().await?;
    Ok(Copied { from, to, rows })
}
