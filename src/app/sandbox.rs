//! The clock of a sandbox, moved for everybody who tries things on it.

use bytes::Bytes;

use super::App;
use super::ledger::clock::{ADVANCE_CLOCK, ClockAdvance, ClockStep};
use super::ledger::{Actor, Command, Operation, Receipt};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::IdempotencyKey;
use crate::evidence::leaf::{Leaf, content_sha256};

impl App {
    /// Moves the clock ahead, and lets the hub's own work begin at once. `content` is what the key is bound to; `advance` is an
    /// error if a check before this one failed.
    ///
    /// # Errors
    /// METHOD_NOT_ALLOWED where the hub is no sandbox; FIELD_INVALID backwards or more than 366 days at once.
    pub async fn advance_clock(
        &self,
        actor: Actor,
        key: IdempotencyKey,
        content: Bytes,
        advance: Result<ClockAdvance>,
    ) -> Result<Receipt> {
        let receipts = match advance {
            Ok(advance) => {
                let operation = Operation::Clocks(Box::new(ClockStep::Advance(advance)));
                self.execute(Command::new(actor, key, "application/protobuf", content, operation))
                    .await?
            }
            Err(failure) => {
                self.replay_or(&actor.agency, &key, content_sha256(&content), failure)
                    .await?
            }
        };
        let receipt = receipts.into_iter().next();
        let receipt = receipt.ok_or_else(|| Error::internal("an advance without a receipt"))?;
        let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
        if leaf.action != ADVANCE_CLOCK {
            return Err(Error::new(ErrorCode::KeyReused));
        }
        self.clock_moved.send_modify(|moves| *moves = moves.wrapping_add(1));
        Ok(receipt)
    }

    /// Goes on from where another hub of the same sandbox has moved the clock.
    ///
    /// # Errors
    /// The database's.
    pub async fn follow_clock(&self) -> Result<()> {
        if self.clock.is_sandbox() {
            self.clock.follow(self.store.head().await?.hub_time);
        }
        Ok(())
    }
}
