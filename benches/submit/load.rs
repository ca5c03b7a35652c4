//! One measurement: a fixed number of calls under way for a fixed time, each call counted and timed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use lienthong::domain::time::Clock as _;
use lienthong::server::clock::SystemClock;

use super::hubs::Contender;
use super::kit::{Failure, Keys, Orders, submitter};

/// The most connections that the calls are spread over.
const CONNECTIONS: usize = 8;

/// What came of one measurement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// Calls per second that were answered without an error.
    pub(crate) per_second: f64,
    /// Median time of a call, milliseconds.
    pub(crate) p50: f64,
    /// 99th percentile, milliseconds.
    pub(crate) p99: f64,
}

pub(crate) async fn measure(
    keys: &Keys,
    orders: &Orders,
    contender: &Contender,
    in_flight: usize,
    duration: Duration,
) -> Result<Measured, Failure> {
    // No earlier measurement used these keys.
    let run = format!("{:x}", SystemClock.now().micros());
    let mut clients = Vec::new();
    for _ in 0..in_flight.min(CONNECTIONS) {
        clients.push(submitter(keys, &contender.address).await?);
    }
    let counter = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let end = start + duration;
    let mut callers = Vec::with_capacity(in_flight);
    for caller in 0..in_flight {
        let mut client = clients[caller % clients.len()].clone();
        let (orders, run, counter) = (orders.clone(), run.clone(), Arc::clone(&counter));
        callers.push(tokio::spawn(async move {
            let mut times = Histogram::<u64>::new(3)?;
            while Instant::now() < end {
                let number = counter.fetch_add(1, Ordering::Relaxed);
                let request = orders.submit(&format!("bench-{run}-{number}"));
                let begin = Instant::now();
                client.submit(request).await?;
                times.record(u64::try_from(begin.elapsed().as_micros())?)?;
            }
            Ok::<_, Failure>(times)
        }));
    }
    let mut times = Histogram::<u64>::new(3)?;
    for caller in callers {
        times.add(caller.await??)?;
    }
    let elapsed = start.elapsed().as_secs_f64();
    let millis = |quantile: f64| times.value_at_quantile(quantile) as f64 / 1_000.0;
    Ok(Measured {
        per_second: times.len() as f64 / elapsed,
        p50: millis(0.5),
        p99: millis(0.99),
    })
}
