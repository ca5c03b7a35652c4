//! The write path: what the ledger promises whatever queues, fails, leaves or repeats.

mod batches;
mod calendar;
mod clock;
mod cursors;
mod fairness;
mod idempotency;
mod limits;
mod poison;
mod registry;
mod statements;
mod suspension;
mod two_hubs;
pub(crate) mod walk;
