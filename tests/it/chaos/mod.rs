//! The hub as a process: killed under load, and watched while it writes.

mod fsync;
mod kills;
pub(crate) mod process;
