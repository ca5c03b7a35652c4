//! The exchange under real conditions: what an agency may ask for, mailboxes that resume, several hubs.

mod abuse;
mod admission;
mod interleavings;
mod load;
mod mailbox;
pub(crate) mod storm;
