//! Moving cursors. Passing an entry with the `intake` cursor is what "delivered" means.

use serde::Serialize;

use super::command::{Actor, Advance, Way};
use super::record::{NewEntry, details_text};
use super::state::State;
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::mailbox::Lane;
use crate::evidence::leaf::{EntryType, NO_CONTENT};
use crate::store::write::mailbox_subject;

/// The action of a delivery entry.
pub(crate) const ADVANCE: &str = "advance";

#[derive(Serialize)]
struct Delivered {
    lane: Lane,
    from: i64,
    to: i64,
}

/// Moves a cursor in the lanes named. Where it may only go forward, going back or standing still is no change and no error, so a
/// retry is safe; going beyond the last entry is refused.
pub(super) fn advance(state: &mut State, actor: &Actor, advance: &Advance) -> Result<()> {
    for (lane, position) in &advance.positions {
        let last = state.head(&actor.agency, *lane).last_position;
        if *position < 0 || *position > last {
            let field = FieldViolation::new(
                "positions",
                "out_of_range",
                format!("Hộp thư {lane} mới có đến vị trí {last}."),
                format!("Lane {lane} goes only up to position {last}."),
            );
            return Err(Error::invalid(ErrorCode::PositionOutOfRange, vec![field])
                .with("lane", lane.as_str())
                .with("last_position", last.to_string()));
        }
    }
    for (lane, position) in &advance.positions {
        let key = (actor.agency.clone(), advance.cursor.clone(), *lane);
        let is_further = *position > state.cursors.get(&key).copied().unwrap_or(0);
        if is_further || advance.way == Way::Anywhere {
            state.cursors.set(key, *position);
        }
        if advance.way == Way::Anywhere {
            continue;
        }
        let mut head = state.head(&actor.agency, *lane);
        if advance.cursor.is_intake() && *position > head.delivered_position {
            let details = Delivered {
                lane: *lane,
                from: head.delivered_position,
                to: *position,
            };
            let entry = NewEntry {
                entry_type: EntryType::Delivery,
                subject: mailbox_subject(&actor.agency, *lane),
                version: *position,
                action: ADVANCE,
                from_state: None,
                to_state: None,
                party: None,
                counterparty: None,
                details: details_text(&details)?,
                content_digest: NO_CONTENT,
            };
            head.delivered_position = *position;
            state.heads.set((actor.agency.clone(), *lane), head);
            state.append(actor, entry);
        }
    }
    Ok(())
}
