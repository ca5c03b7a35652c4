//! Keeping to the signed log. Before it decides anything, a batch makes sure that the head goes on from what this hub has signed;
//! what it writes is signed before it is committed. If the log does not go on, this hub writes nothing any more: it serves
//! reads, says what is missing, and looks again at each write whether that has come back.

use tokio::task::JoinHandle;

use super::state::State;
use super::writer::Writer;
use crate::evidence::leaf::leaf_hash;
use crate::evidence::nodes::{Growth, Nodes as _, between};
use crate::signing::{LogBreak, Signer};
use crate::store::Store;
use crate::store::rows::{Checkpoint, Head};
use crate::store::write::LedgerTx;

/// Whether the log in `store` goes on from what `signer` has signed.
///
/// # Errors
/// The database's; [`LogBreak`] if it does not.
pub async fn check_log(store: &Store, signer: &mut Signer) -> Result<Result<(), LogBreak>, sqlx::Error> {
    let (mut tx, head) = store.begin_ledger().await?;
    note_retirement(&mut tx, signer).await?;
    follow(&mut tx, &head, signer).await
}

/// Whether the log retires the hub's keys. Only another hub's entry can, so it is asked where others have written.
async fn note_retirement(tx: &mut LedgerTx, signer: &mut Signer) -> Result<(), sqlx::Error> {
    let keys = tx.hub_keys().await?;
    if keys.iter().any(|row| row.retired.is_some() && row.key == *signer.key()) {
        signer.retire();
    }
    Ok(())
}

pub(super) async fn follow(
    tx: &mut LedgerTx,
    head: &Head,
    signer: &mut Signer,
) -> Result<Result<(), LogBreak>, sqlx::Error> {
    if let Some(pending) = signer.pending() {
        // The hub or its connection ended between signing and the reply to COMMIT.
        let size = i64::try_from(pending.size).map_err(|error| sqlx::Error::Decode(error.into()))?;
        let found = tx.checkpoint_at(size).await?;
        signer.settle(found.is_some_and(|checkpoint| checkpoint.root_hash == pending.root));
    }
    let pieces = between(signer.confirmed().size(), head.frontier.size());
    let mut hashes = Vec::new();
    if !pieces.is_empty() {
        note_retirement(tx, signer).await?;
        let mut known = tx.tree_pieces(&pieces).await?;
        for (level, positions) in pieces {
            hashes.extend(positions.filter_map(|position| Some((level, known.perfect(level, position)?))));
        }
    }
    Ok(signer.follow(&head.frontier, hashes))
}

/// What a batch appends, signed and on its way to the disk.
pub(super) struct Signed {
    pub(super) growth: Growth,
    pub(super) checkpoint: Checkpoint,
    remembered: JoinHandle<std::io::Result<()>>,
}

impl Signed {
    /// Waits until the hub will remember what it has signed: before that the batch must not be committed.
    pub(super) async fn remembered(self) -> Result<(Growth, Checkpoint), sqlx::Error> {
        let written = self
            .remembered
            .await
            .map_err(|error| std::io::Error::other(error.to_string()));
        if let Err(error) = written.flatten() {
            tracing::error!(%error, "signer.state.not_written");
            return Err(error.into());
        }
        Ok((self.growth, self.checkpoint))
    }
}

impl Writer {
    /// Makes the tree of what the batch appends and signs it.
    pub(super) fn sign(&mut self, head: &Head, state: &State) -> Result<Signed, sqlx::Error> {
        let leaves = state
            .appended
            .entries
            .iter()
            .map(|entry| leaf_hash(&entry.leaf))
            .collect();
        let growth = Growth::new(head.frontier.clone(), leaves);
        let mut checkpoint = Checkpoint {
            tree_size: state.next_index,
            root_hash: growth.after().root(),
            hub_time: state.hub_time,
            hub_id: self.environment.hub_id.clone(),
            note_signature: None,
            seal_signature: None,
        };
        let signed = self.signer.sign(&growth, &checkpoint.stated());
        let (signatures, pending) = signed.map_err(|log_break| sqlx::Error::Protocol(log_break.to_string()))?;
        checkpoint.note_signature = Some(signatures.note);
        checkpoint.seal_signature = Some(signatures.seal);
        Ok(Signed {
            growth,
            checkpoint,
            remembered: tokio::task::spawn_blocking(move || pending.write()),
        })
    }

    /// Notes whether the log goes on from what this hub has signed; said once, when it changes.
    pub(super) fn note_log(&self, followed: Result<(), LogBreak>) -> Result<(), LogBreak> {
        let log_break = followed.err();
        if self.log_break.send_replace(log_break) != log_break {
            if let Some(log_break) = log_break {
                tracing::error!(reason = %log_break, "ledger.read_only");
            } else {
                tracing::info!("ledger.writes.resumed");
            }
        }
        followed
    }
}
