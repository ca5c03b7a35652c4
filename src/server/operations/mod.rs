//! What an operator watches: readiness with reasons, and the listener for metrics and health.

mod http;
mod readiness;
mod verdict;

pub(super) use http::Listener;
pub(super) use readiness::{Parts, Readiness};
