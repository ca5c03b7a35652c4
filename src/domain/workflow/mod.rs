//! The workflow (DESIGN section 4): one table for every kind, applied by a pure, total function.
//!
//! Start at [`table::TABLE`]. [`decide()`] finds the one row that fits and says what follows; [`render`] makes
//! `docs/workflow.md` from the same rows. Storing what was decided is the ledger's work.

pub mod decide;
pub mod guard;
pub mod rejection;
pub mod render;
pub mod table;
pub mod vocabulary;

#[cfg(test)]
mod tests;

pub use decide::{Decision, allowed_actions, decide};
pub use guard::{Facts, Guard};
pub use rejection::Rejection;
pub use vocabulary::{Action, ClockEffect, Party, StartingPoint, State};
