//! Listeners, TLS, start and stop. [`run`] puts a hub together; [`settings`] says from what.

mod admission;
mod call_timeout;
mod catalogue_folder;
mod catch_panic;
pub mod certificates;
pub mod clock;
mod connections;
mod current_tls;
mod drain;
mod follow;
pub mod follow_tls;
mod frame_budget;
mod hints;
pub mod hub_stream;
mod jobs;
mod journal;
mod keep_trust;
pub mod masters;
mod metrics;
mod operations;
pub mod os_user;
pub mod random;
mod rewrap;
pub mod run;
mod sandbox;
mod server_certificate;
mod services;
pub mod settings;
mod socket;
pub mod start_error;
mod timers;
pub mod tls;
pub mod tls_alarm;
pub mod tls_files;
mod tonic_errors;
mod trouble;
pub mod webhooks;

pub use catalogue_folder::{load as load_catalogue, require as require_kinds};

#[cfg(test)]
mod auth_tests;
#[cfg(test)]
mod tls_tests;
