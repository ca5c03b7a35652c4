//! The write path (DESIGN section 7): one writer takes whatever has queued and commits it as one transaction.
//!
//! [`command`] says what can be asked, [`writer`] runs batches, [`state`] is what a batch reads and changes, [`submit`],
//! [`step`], [`registry`] and [`delivery`] decide single commands over that state, [`record`] writes entries.

pub mod command;
mod delivery;
mod environment;
mod needs;
mod record;
mod registry;
mod state;
mod step;
mod submit;
mod wakeup;
mod writer;

pub use command::{Actor, Command, Operation, Outcome, Receipt};
pub use wakeup::Wakeups;
pub use writer::{Ledger, LedgerSettings};
