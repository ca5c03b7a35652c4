//! Putting a cursor anywhere, to read again or to leave out.

use std::collections::BTreeMap;

use crate::app::App;
use crate::app::ledger::Actor;
use crate::app::ledger::command::{Advance, Way};
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, CursorName};
use crate::domain::mailbox::Lane;
use crate::domain::time::Timestamp;
use crate::store::Cursors;

/// Where a cursor is put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// After these positions; lanes that are not named stay where they are.
    After(Cursors),
    /// Before the first entry at or after this time, in both lanes.
    Time(Timestamp),
    /// Before the first entry of both lanes.
    First,
    /// After the last entry of both lanes.
    Last,
}

impl App {
    /// Puts a cursor of the actor's agency where `target` says; gives where it stands now. `content` is the message, encoded
    /// again.
    ///
    /// # Errors
    /// POSITION_OUT_OF_RANGE beyond the last entry.
    pub async fn seek(&self, actor: Actor, cursor: CursorName, target: Target, content: &[u8]) -> Result<Cursors> {
        let positions = self.positions(&actor.agency, target).await?;
        let advance = Advance {
            cursor,
            positions,
            way: Way::Anywhere,
        };
        let (cursor, _) = self.advance(actor, advance, content).await?;
        Ok(cursor)
    }

    /// The positions after which a reader starts who is to start at `target`.
    pub(in crate::app) async fn positions(&self, agency: &AgencyCode, target: Target) -> Result<Cursors> {
        match target {
            Target::After(positions) => Ok(positions),
            Target::First => Ok(Lane::ALL.iter().map(|lane| (*lane, 0)).collect()),
            Target::Last => self.last_positions(agency).await,
            Target::Time(time) => self.positions_before(agency, time).await,
        }
    }

    /// The last position of each lane before `time`. Positions and times go up together, so it is found by halving.
    async fn positions_before(&self, agency: &AgencyCode, time: Timestamp) -> Result<BTreeMap<Lane, i64>> {
        let mut positions = self.last_positions(agency).await?;
        for (lane, position) in &mut positions {
            let (mut before, mut after) = (0, position.saturating_add(1));
            while after - before > 1 {
                let middle = before + (after - before) / 2;
                let page = self.store.mailbox_page(agency, *lane, middle - 1, 1).await?;
                match page.first() {
                    Some(entry) if entry.event.hub_time < time => before = middle,
                    _ => after = middle,
                }
            }
            *position = before;
        }
        Ok(positions)
    }
}
