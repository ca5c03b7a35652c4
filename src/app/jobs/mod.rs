//! The hub's own work over many requests, in pieces through the ledger. Every job finds by itself what is left to do, so it
//! goes on after a stop, on any hub; two hubs at it at once do nothing twice.

mod recompute;
mod succession;
mod suspend;
mod timers;

pub use recompute::Recomputed;
pub(crate) use succession::last_successor;
pub use timers::Fired;

use super::App;
use super::ledger::Actor;
use super::ledger::command::{Command, Operation, Sweep, SweptRequest};
use crate::domain::error::Result;
use crate::evidence::leaf::NO_CONTENT;
use crate::store::rows::RequestParties;

/// Requests (or measures) in one piece.
const PIECE: usize = 500;

/// [`PIECE`] as a limit of a query.
const PIECE_LIMIT: i64 = 500;

impl App {
    /// Carries out a piece; gives how many entries it made.
    async fn sweep(&self, sweep: Sweep) -> Result<usize> {
        let command = Command {
            actor: Actor::hub(),
            key: None,
            content_sha256: NO_CONTENT,
            body: None,
            verified: None,
            operation: Operation::Sweep(sweep),
        };
        Ok(self.execute(command).await?.len())
    }
}

fn swept(requests: Vec<RequestParties>) -> Vec<SweptRequest> {
    requests
        .into_iter()
        .map(|request| SweptRequest {
            id: request.id,
            sender: request.sender,
            recipient: request.recipient,
        })
        .collect()
}
