//! Listeners, TLS, admission, start and stop.

pub mod hub_stream;
pub mod tls;

#[cfg(test)]
mod auth_tests;
#[cfg(test)]
mod tls_tests;
