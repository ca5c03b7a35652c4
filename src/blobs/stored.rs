//! A whole document at its place, of which the log does not tell yet.

use std::io;

use super::draft::Draft;
use super::folder::gone_already;
use super::place::Whole;
use crate::domain::ids::DocumentId;

/// A whole document at its place, of which the log does not tell yet. If it is dropped, it stays there: whether the log
/// will tell of it is not known. The upload is locked until then.
#[derive(Debug)]
pub struct Stored {
    whole: Whole,
    id: DocumentId,
    draft: Draft,
}

impl Stored {
    pub(super) fn new(whole: Whole, id: DocumentId, draft: Draft) -> Self {
        Self { whole, id, draft }
    }

    /// The log tells of it: nothing of the upload is needed any more.
    ///
    /// # Errors
    /// What the operating system says; the upload's file stays then, and expires.
    pub async fn accepted(self) -> io::Result<()> {
        match self.whole {
            Whole::Folder(_) => Ok(()),
            Whole::Bucket(_) => tokio::fs::remove_file(self.draft.path()).await.or_else(gone_already),
        }
    }

    /// The log will not tell of it, but the same upload may come again, and then needs no bytes.
    ///
    /// # Errors
    /// What the operating system or the bucket says; the document stays then, and is collected.
    pub async fn refused(mut self) -> io::Result<()> {
        match &self.whole {
            Whole::Folder(folder) => {
                self.draft.put_key_back().await?;
                folder.give_back(&self.id, self.draft.path()).await
            }
            Whole::Bucket(bucket) => bucket.remove(&self.id).await,
        }
    }

    /// The same upload was accepted as another document.
    ///
    /// # Errors
    /// As [`Stored::refused`].
    pub async fn unneeded(self) -> io::Result<()> {
        match &self.whole {
            Whole::Folder(folder) => folder.remove(&self.id).await,
            Whole::Bucket(bucket) => {
                bucket.remove(&self.id).await?;
                self.draft.discard().await
            }
        }
    }
}
