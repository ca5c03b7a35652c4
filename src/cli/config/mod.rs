//! `lienthong config`, and the settings of `lienthong serve`: one table ([`table`]) from which options, environment, file,
//! example and checks are made.

mod check;
mod check_database;
mod example;
mod fault;
mod file;
mod options;
mod resolve;
mod setting;
mod show;
mod table;

use clap::Subcommand;

use super::failure::Failure;
use super::output;
pub(super) use options::Options;
pub(super) use resolve::{Resolved, tls_files};

/// See the commands' help.
#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// Tệp cấu hình mẫu: prints a configuration file with every setting, its meaning and its default.
    Example,
    /// Kiểm tra cấu hình: checks everything that can be checked without serving, and tells every fault at once. Status 2 if
    /// there is any.
    Check(check::Check),
    /// Xem cấu hình: every setting and its value; passwords are hidden.
    Show(show::Show),
}

impl Config {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Example => {
                output::text(&example::example());
                Ok(())
            }
            Self::Check(command) => command.run().await,
            Self::Show(command) => command.run(),
        }
    }
}
