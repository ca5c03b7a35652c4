//! The hub's own messages go to stderr, filtered by `LIENTHONG_LOG_FILTER`; results go to stdout. No personal data is ever in them.

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

use super::failure::Failure;

/// How the hub logs.
#[derive(Debug, Args)]
pub(super) struct LogArgs {
    /// Nhật ký kỹ thuật trên stderr: for people or for machines.
    #[arg(long, env = "LIENTHONG_LOG", value_enum, default_value_t = LogFormat::Text)]
    pub(super) log: LogFormat,
    /// Mức ghi nhật ký: what to log, for example `info` or `warn,lienthong=debug`.
    #[arg(long, env = "LIENTHONG_LOG_FILTER", value_name = "FILTER", default_value = "info")]
    pub(super) log_filter: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// A JSON object per line.
    Json,
    /// A line of text.
    Text,
}

/// Starts logging. A second start in one process changes nothing.
pub(super) fn start(format: LogFormat, filter: &str) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        Failure::configuration(
            format!("--log-filter: bộ lọc nhật ký sai: {error}"),
            format!("--log-filter: not a filter: {error}"),
        )
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    drop(match format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Text => builder.with_ansi(false).try_init(),
    });
    Ok(())
}
