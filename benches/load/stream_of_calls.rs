//! Calls that come at a rate of their own, whether or not the hub keeps up (an open loop): a hub that slows down is not
//! asked less.

use std::future::Future;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use lienthong::client::call::Refusal;
use tokio::task::JoinSet;
use tonic::Status;

use super::kit::Failure;

/// How often calls are let go.
const SLOT: Duration = Duration::from_millis(10);
/// Most calls under way; more are let go later.
const UNDER_WAY: usize = 20_000;

/// What came of them.
pub(crate) struct Outcome {
    pub(crate) accepted: u64,
    /// Refused with a time to come again.
    pub(crate) shed: u64,
    /// Anything else.
    pub(crate) failed: u64,
    pub(crate) seconds: f64,
    accepted_times: Histogram<u64>,
    shed_times: Histogram<u64>,
}

impl Outcome {
    pub(crate) fn per_second(&self) -> f64 {
        self.accepted as f64 / self.seconds
    }

    /// The 99th percentile of accepted calls, milliseconds.
    pub(crate) fn p99(&self) -> f64 {
        self.accepted_times.value_at_quantile(0.99) as f64 / 1_000.0
    }

    /// The 99th percentile of refusals, milliseconds.
    pub(crate) fn shed_p99(&self) -> f64 {
        self.shed_times.value_at_quantile(0.99) as f64 / 1_000.0
    }
}

/// Makes `per_second` calls a second for `duration`, and waits until all have ended. Only what was accepted within the
/// time counts for the rate.
pub(crate) async fn at_rate<F>(
    per_second: f64,
    duration: Duration,
    mut call: impl FnMut(u64) -> F,
) -> Result<Outcome, Failure>
where
    F: Future<Output = Result<(), Status>> + Send + 'static,
{
    let mut outcome = Outcome {
        accepted: 0,
        shed: 0,
        failed: 0,
        seconds: duration.as_secs_f64(),
        accepted_times: Histogram::new(3)?,
        shed_times: Histogram::new(3)?,
    };
    let (start, mut calls, mut number) = (Instant::now(), JoinSet::new(), 0_u64);
    let mut slots = tokio::time::interval(SLOT);
    while start.elapsed() < duration {
        slots.tick().await;
        let due = start.elapsed().as_secs_f64() * per_second;
        while (number as f64) < due && calls.len() < UNDER_WAY {
            let (call, began) = (call(number), Instant::now());
            calls.spawn(async move { (call.await, began, Instant::now()) });
            number += 1;
        }
        while let Some(ended) = calls.try_join_next() {
            outcome.count(ended?, start + duration)?;
        }
    }
    while let Some(ended) = calls.join_next().await {
        outcome.count(ended?, start + duration)?;
    }
    Ok(outcome)
}

impl Outcome {
    fn count(
        &mut self,
        (ended, began, at): (Result<(), Status>, Instant, Instant),
        end: Instant,
    ) -> Result<(), Failure> {
        let micros = u64::try_from(at.duration_since(began).as_micros())?;
        match ended {
            Ok(()) => {
                self.accepted += u64::from(at <= end);
                self.accepted_times.record(micros)?;
            }
            Err(status) if Refusal::from(status.clone()).retry_after.is_some() => {
                self.shed += 1;
                self.shed_times.record(micros)?;
            }
            Err(_) => self.failed += 1,
        }
        Ok(())
    }
}
