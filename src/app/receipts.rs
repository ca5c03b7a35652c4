//! Carrying out a command and giving its receipts, the same bytes on every retry.

use std::sync::Arc;

use bytes::Bytes;

use super::App;
use super::ledger::{Command, Outcome, Receipt};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{AgencyCode, IdempotencyKey};
use crate::evidence::Digest;

impl App {
    /// Carries out `command`, which has no signature; a key that acted before gives the receipts of that time.
    pub(crate) async fn execute(&self, command: Command) -> Result<Vec<Receipt>> {
        let receipts = self.execute_checked(command).await?;
        receipts.ok_or_else(|| Error::internal("what has no signature was found outdated"))
    }

    /// Likewise for a command that may have one. `None`: nothing was done, its signature must be checked again.
    pub(crate) async fn execute_checked(&self, command: Command) -> Result<Option<Vec<Receipt>>> {
        let key = command.key.clone();
        let (agency, content) = (command.actor.agency.clone(), command.content_sha256);
        let outcome = match (self.ledger.execute(command).await, key) {
            // A log that may not be written is read as ever.
            (Err(error), Some(key)) if error.code() == ErrorCode::LedgerReadOnly => {
                return self.replay_or(&agency, &key, content, error).await.map(Some);
            }
            (outcome, _) => outcome?,
        };
        match outcome {
            Outcome::Done(receipts) => Ok(Some(receipts)),
            Outcome::Outdated => Ok(None),
            Outcome::Replayed {
                content_sha256,
                log_index,
                entry_count,
            } => self.receipts(content_sha256, log_index, entry_count).await.map(Some),
        }
    }

    /// What to answer to a command that failed a check before the ledger: if its key acted before with the same
    /// content, the receipts of that time (so that a retry succeeds even after the kind, the signer or the token has
    /// expired); with other content, KEY_REUSED; else the failure itself.
    pub(crate) async fn replay_or(
        &self,
        agency: &AgencyCode,
        key: &IdempotencyKey,
        content_sha256: Digest,
        failure: Error,
    ) -> Result<Vec<Receipt>> {
        match self.store.used_key(agency, key).await? {
            None => Err(failure),
            Some(used) if used.content_sha256 != content_sha256 => Err(Error::new(ErrorCode::KeyReused)),
            Some(used) => self.receipts(content_sha256, used.log_index, used.entry_count).await,
        }
    }

    pub(super) async fn receipts(
        &self,
        content_sha256: Digest,
        log_index: i64,
        entry_count: i64,
    ) -> Result<Vec<Receipt>> {
        let entries = self.store.log_entries(log_index, entry_count).await?;
        let checkpoint = self.store.checkpoint_covering(log_index).await?;
        let checkpoint = checkpoint.ok_or_else(|| Error::internal("an entry without a checkpoint"))?;
        let checkpoint = Arc::new(checkpoint);
        let proofs = self
            .inclusion_proofs(entries.iter().map(|entry| entry.log_index), checkpoint.tree_size)
            .await?;
        let receipts = entries.into_iter().zip(proofs).map(|(entry, proof)| Receipt {
            log_index: entry.log_index,
            leaf: Bytes::from(entry.leaf),
            content_sha256,
            proof,
            checkpoint: Arc::clone(&checkpoint),
        });
        Ok(receipts.collect())
    }
}
