//! Canaries: marked personal data in every sensitive field of every kind, document and message, and none of it in any log,
//! metric, error or another agency's bytes. [`scan::leaks`] finds a mark in any bytes.

mod around;
mod desk;
mod envelope;
mod fields;
mod lives;
pub(crate) mod marks;
mod messages;
pub(crate) mod papers;
mod refusals;
mod run;
pub(crate) mod scan;
mod strangers;
mod world;
mod wrong_messages;
