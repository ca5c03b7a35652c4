//! What is counted of the hub's own work.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use crate::domain::error::Result;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Run {
    job: &'static str,
    outcome: &'static str,
}

/// Runs of the jobs, by outcome.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct JobMeter {
    runs: Family<Run, Counter>,
}

impl JobMeter {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "job_runs",
            "Runs of the hub's own work, by job and outcome",
            self.runs.clone(),
        );
    }

    /// Does `work` as a run of `job`.
    pub(in crate::server) async fn run<T>(
        &self,
        job: &'static str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let done = work.await;
        let outcome = if done.is_ok() { "done" } else { "failed" };
        self.runs.get_or_create(&Run { job, outcome }).inc();
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::{Error, ErrorCode};

    #[tokio::test]
    async fn runs_are_counted_by_outcome() {
        let meter = JobMeter::default();
        meter.run("x", async { Ok(()) }).await.unwrap();
        let failed: Result<()> = meter.run("x", async { Err(Error::new(ErrorCode::Internal)) }).await;
        assert!(failed.is_err());
        for outcome in ["done", "failed"] {
            assert_eq!(meter.runs.get_or_create(&Run { job: "x", outcome }).get(), 1);
        }
    }
}
