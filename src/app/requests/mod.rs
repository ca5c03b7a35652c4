//! Requests: sending, answering, following.
//!
//! [`accept`] is the way of every write to the ledger (promise 2 stands there); [`submit`] opens requests, [`check`] tries that, [`state`] takes
//! steps that a document states, [`instruct`] those without a document; [`detail`], [`list`] and [`history`] read.

pub(in crate::app) mod accept;
pub mod check;
pub mod detail;
mod documents;
pub mod filter;
pub mod history;
pub mod instruct;
pub mod list;
pub mod state;
mod step;
pub mod submit;

pub use accept::Arrived;
