//! The write path (DESIGN section 7): one writer takes whatever has queued and commits it as one transaction.
//!
//! [`command`] says what can be asked, [`writer`] takes batches, [`commit`] is the transaction of one, [`outage`] what
//! happens when the database takes none, [`signed`] what the hub signs and when it refuses to; [`state`] is what a batch reads and changes, [`decide`]
//! takes single commands over that state to [`submit`], [`step`], [`registry`], [`calendar`], [`sweep`], [`reads`] and others,
//! [`record`] writes entries.

mod books;
pub mod calendar;
mod case_needs;
mod case_notices;
pub mod case_orders;
pub mod cases;
pub mod catalogue;
pub mod clock;
pub mod command;
mod commit;
mod decide;
mod delivery;
mod environment;
pub mod erasure;
mod follow_up;
pub mod hub_key;
pub(crate) mod measures;
mod meter;
mod needs;
pub mod notices;
mod operator;
mod outage;
mod pace;
mod queue;
mod reads;
mod record;
mod registry;
mod relations;
pub mod reports;
mod signed;
mod state;
mod steady;
mod step;
mod submit;
pub mod suspension;
pub mod sweep;
mod sweep_task;
mod tally;
pub mod timers;
mod trial;
pub mod trust;
mod upload;
mod wakeup;
pub mod webhook;
mod writer;

pub use command::{Actor, Command, Operation, Outcome, Receipt};
pub use environment::CurrentCalendar;
pub use meter::LedgerMeter;
pub use signed::check_log;
pub use steady::{MAX_SKEW_MICROS, SteadyClock};
pub use trial::Tried;
pub use wakeup::Wakeups;
pub use writer::{Ledger, LedgerParts, LedgerSettings};
