//! Identity at work: keys, authorities and lists that change under load, revocation on every hub within 5 seconds, and a
//! corpus of bad certificates and tokens against every method.

mod bad_certificates;
pub(crate) mod bad_tokens;
mod kept;
mod lists;
mod reload;
mod revocation;
mod rotation;
mod signal;
mod world;
