//! The hub as a process: killed under load, watched while it writes, and left without room or without its database.

mod callers;
mod cluster;
mod database_away;
mod disk_full;
mod fsync;
mod kills;
pub(crate) mod process;
mod proxy;
mod signing;
mod small_disk;
