//! The tables that are read beside the log, a row at a time, in its order.

use super::Result;
use super::bodies::Own;
use super::fault::Faults;
use super::row::Row;
use super::rows::ByOwner;
use super::select::{ATTACHMENT, BODY, CHECKPOINT, CONTENT_KEY, EVENT, IDEMPOTENCY};
use super::source::Source;

/// What stands beside the log, in its order.
pub(super) struct Side {
    pub(super) events: ByOwner,
    bodies: ByOwner,
    content_keys: ByOwner,
    keys: ByOwner,
    attachments: ByOwner,
    pub(super) checkpoints: ByOwner,
}

impl Side {
    pub(super) async fn open(source: &mut Source) -> Result<Self> {
        Ok(Self {
            events: ByOwner::of(source.rows(&EVENT).await?, "log_index"),
            bodies: ByOwner::of(source.rows(&BODY).await?, "log_index"),
            content_keys: ByOwner::of(source.rows(&CONTENT_KEY).await?, "log_index"),
            keys: ByOwner::of(source.rows(&IDEMPOTENCY).await?, "log_index"),
            attachments: ByOwner::of(source.rows(&ATTACHMENT).await?, "log_index"),
            checkpoints: ByOwner::of(source.rows(&CHECKPOINT).await?, "tree_size"),
        })
    }

    pub(super) async fn of_entry(&mut self, index: i64, faults: &mut Faults) -> Result<Own> {
        Ok(Own {
            bodies: own(&mut self.bodies, index, faults).await?,
            content_keys: own(&mut self.content_keys, index, faults).await?,
            keys: own(&mut self.keys, index, faults).await?,
            attachments: own(&mut self.attachments, index, faults).await?,
        })
    }

    /// What comes behind the last entry.
    pub(super) async fn rest(self, faults: &mut Faults) -> Result<()> {
        let all = [
            self.events,
            self.bodies,
            self.content_keys,
            self.keys,
            self.attachments,
            self.checkpoints,
        ];
        for mut rows in all {
            let strays = rows.rest().await?;
            faults.added(rows.select(), &strays);
        }
        Ok(())
    }
}

/// The rows of an entry; those before it belong to none.
pub(super) async fn own(rows: &mut ByOwner, index: i64, faults: &mut Faults) -> Result<Vec<Row>> {
    let taken = rows.take(&index.into()).await?;
    faults.added(rows.select(), &taken.strays);
    Ok(taken.own)
}
