//! `make load`: what the hub does with more than it can carry. Each scenario runs against a hub in a process of its own, on
//! SQLite, over real mTLS on loopback, states a promise, and says what was measured; the status is 0 if all promises held.
//!
//! `cargo bench --bench load -- [--seconds N]`. Client and hub share the machine, so read the ratios.

#![expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "figures for people, of a few digits"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "a benchmark that is set up wrongly may end at once"
)]

mod hub;
#[path = "../../tests/kit/mod.rs"]
mod kit;
mod quota;
mod readers;
mod saturation;
mod stream_of_calls;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use kit::{Failure, Keys, Orders};

#[derive(Debug, Parser)]
#[command(about = "More work than the hub can carry, one agency over its quota, readers that do not read")]
struct Arguments {
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// `cargo bench` passes this.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What a scenario promises, and whether it held.
struct Promise {
    what: &'static str,
    measured: String,
    held: bool,
}

fn main() -> Result<ExitCode, Failure> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let promises = runtime.block_on(run(Duration::from_secs(arguments.seconds)))?;
    let mut out = std::io::stdout();
    writeln!(out)?;
    for Promise { what, measured, held } in &promises {
        let word = if *held { "held" } else { "NOT HELD" };
        writeln!(out, "{word:<9} {what}: {measured}")?;
    }
    Ok(ExitCode::from(u8::from(promises.iter().any(|promise| !promise.held))))
}

async fn run(duration: Duration) -> Result<Vec<Promise>, Failure> {
    let keys = Keys::generate()?;
    let orders = Orders::new(&keys, "account-freeze", true)?;
    let mut promises = saturation::run(&keys, &orders, duration).await?;
    promises.extend(quota::run(&keys, &orders, duration).await?);
    promises.extend(readers::run(&keys, &orders).await?);
    Ok(promises)
}
