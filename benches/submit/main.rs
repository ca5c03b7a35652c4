//! `make bench`: durable submits per second over real mTLS with tokens, on both databases, beside the same hub with one
//! transaction per request, beside one whose catalogue has two kinds instead of all, and beside a bare echo with the same TLS, tokens and messages, and the same orders unsigned and
//! signed. All of them run in turn in one process, so their ratios hold on a noisy machine; absolute figures are of this
//! machine and this minute. The clients sign on the same machine: their signing counts against the signed orders too.
//!
//! `cargo bench --bench submit -- [--seconds N] [--rounds N]`. PostgreSQL is taken from `LIENTHONG_TEST_POSTGRES_URL`.

#![expect(
    clippy::indexing_slicing,
    reason = "a benchmark that is set up wrongly may end at once"
)]
#![expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "figures for people, of a few digits"
)]

mod echo;
mod hubs;
#[path = "../../tests/kit/mod.rs"]
mod kit;
mod load;
mod report;

use std::io::Write;
use std::time::Duration;

use clap::Parser;

use kit::{Failure, Keys, Orders};

/// How many calls are under way at a time.
const IN_FLIGHT: [usize; 3] = [1, 64, 256];

#[derive(Debug, Parser)]
#[command(about = "Submits per second, grouped, one transaction each, and a bare echo, in turn")]
struct Arguments {
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Rounds; the median of them is reported.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// `cargo bench` passes this.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(&arguments))
}

async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let keys = Keys::generate()?;
    let unsigned = Orders::new(&keys, "account-information", false)?;
    let signed = Orders::new(&keys, "account-information", true)?;
    let contenders = hubs::start(&keys).await?;
    let duration = Duration::from_secs(arguments.seconds);
    let mut table = report::Table::default();
    let mut runs = Vec::new();
    for contender in &contenders {
        runs.push((contender.name, contender, &unsigned));
        if let Some(name) = hubs::beside(contender.name).map(|on| on.signed) {
            runs.push((name, contender, &signed));
        }
    }
    let steps = IN_FLIGHT.len() * arguments.rounds * runs.len();
    let mut step = 0;
    for in_flight in IN_FLIGHT {
        for _ in 0..arguments.rounds {
            for (name, contender, orders) in &runs {
                step += 1;
                write!(
                    std::io::stderr().lock(),
                    "\r[{step}/{steps}] {} × {in_flight}        ",
                    name
                )?;
                let result = load::measure(&keys, orders, contender, in_flight, duration).await?;
                table.add(name, in_flight, result);
            }
        }
    }
    writeln!(std::io::stderr().lock())?;
    write!(std::io::stdout().lock(), "{table}")?;
    drop(runs);
    for contender in contenders {
        contender.stop().await;
    }
    Ok(())
}
