//! Mailboxes: reading them from a position on, waiting for what comes, moving cursors (DESIGN, promise 4).

mod documents;
mod pull;
mod read;
mod seek;
mod turns;

pub(crate) use pull::LOOK_EVERY;
pub use pull::{Pull, Pulled};
pub use read::{Entry, Reader};
pub use seek::Target;
pub(crate) use turns::Turns;

use std::collections::BTreeMap;

use super::App;
use super::ledger::command::Advance;
use super::ledger::{Actor, Command, Operation, Receipt};
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::ids::{AgencyCode, CursorName};
use crate::domain::mailbox::Lane;
use crate::evidence::leaf::content_sha256;
use crate::store::Cursors;

impl App {
    /// Moves a cursor of the actor's agency. Gives where it stands now and a receipt for each range that became
    /// delivered by it. `content` is the message, encoded again.
    pub async fn advance(&self, actor: Actor, advance: Advance, content: &[u8]) -> Result<(Cursors, Vec<Receipt>)> {
        let (agency, cursor) = (actor.agency.clone(), advance.cursor.clone());
        let command = Command {
            actor,
            key: None,
            content_sha256: content_sha256(content),
            body: None,
            verified: None,
            operation: Operation::Advance(advance),
        };
        let receipts = self.execute(command).await?;
        Ok((self.store.cursor(&agency, &cursor).await?, receipts))
    }

    /// A reader of the agency's mailbox that starts after `start_after`, or after the cursor in lanes not named there.
    pub async fn reader(
        &self,
        agency: &AgencyCode,
        cursor: &CursorName,
        start_after: &Cursors,
        include_documents: bool,
    ) -> Result<Reader> {
        let mut positions = self.store.cursor(agency, cursor).await?;
        if !start_after.is_empty() {
            self.check_start(agency, start_after).await?;
            positions.extend(start_after);
        }
        Ok(Reader::new(self.clone(), agency.clone(), positions, include_documents))
    }

    /// Whoever starts beyond the last entry would never see what comes in between.
    async fn check_start(&self, agency: &AgencyCode, start_after: &Cursors) -> Result<()> {
        let last = self.last_positions(agency).await?;
        for (lane, position) in start_after {
            let last = last.get(lane).copied().unwrap_or(0);
            if !(0..=last).contains(position) {
                let field = FieldViolation::new(
                    "start_after",
                    "out_of_range",
                    format!("Hộp thư {lane} mới có đến vị trí {last}."),
                    format!("Lane {lane} goes only up to position {last}."),
                );
                return Err(Error::invalid(ErrorCode::PositionOutOfRange, vec![field])
                    .with("lane", lane.as_str())
                    .with("last_position", last.to_string()));
            }
        }
        Ok(())
    }

    /// The last position of each lane of the agency's mailbox.
    pub async fn last_positions(&self, agency: &AgencyCode) -> Result<BTreeMap<Lane, i64>> {
        let heads = self.store.mailbox_heads(agency).await?;
        Ok(Lane::ALL
            .iter()
            .map(|lane| (*lane, heads.get(lane).map_or(0, |head| head.last_position)))
            .collect())
    }
}
