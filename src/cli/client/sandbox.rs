//! `lienthong sandbox`: the clock of a hub to try things on.

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Span};
use lienthong_proto::v1;
use lienthong_proto::v1::advance_clock_request::Advance;
use serde_json::json;

use super::connection::ConnectionArgs;
use super::print::OutputArgs;
use super::session::{ask, incomplete};
use super::steps::key_or_fresh;
use super::{help, view, words};
use crate::cli::failure::Failure;
use crate::domain::time::Timestamp;
use crate::grpc::convert;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Sandbox {
    /// Chuyển đồng hồ đi tới: moves the clock of the sandbox ahead, for everybody on it.
    #[command(after_help = help::SANDBOX_ADVANCE)]
    Advance(AdvanceCommand),
}

impl Sandbox {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Advance(command) => command.run().await,
        }
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct AdvanceCommand {
    /// Bao xa, hoặc đến lúc nào: how far (`6d`, `3h`, `1d 12h`, `90s`), or to which moment (`2026-12-01T08:00:00+07:00`).
    #[arg(value_name = "SPAN|TIME", value_parser = way)]
    way: Advance,
    /// Khóa: makes the retry safe; without it a fresh one is made and told.
    #[arg(long, env = "LIENTHONG_KEY", value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A span of time, or a moment.
fn way(text: &str) -> Result<Advance, String> {
    if let Some(moment) = Timestamp::parse_rfc3339(text) {
        return Ok(Advance::To(convert::time(moment)));
    }
    let span: Option<Span> = text.parse().ok();
    let length = span.and_then(|span| SignedDuration::try_from(span.days_as_hours()?).ok());
    length
        .map(|length| Advance::BySeconds(length.as_secs()))
        .ok_or_else(|| {
            "phải là một khoảng thời gian (6d, 3h, 1d 12h) hoặc một thời điểm có múi giờ (2026-12-01T08:00:00+07:00)\n\
         expected a span of time (6d, 3h, 1d 12h) or a moment with its offset"
                .to_owned()
        })
}

/// A day of a sandbox's clock has 24 hours.
trait DaysAsHours: Sized {
    fn days_as_hours(self) -> Option<Self>;
}

impl DaysAsHours for Span {
    fn days_as_hours(self) -> Option<Self> {
        let days = i64::from(self.get_days()) + i64::from(self.get_weeks()) * 7;
        let hours = i64::from(self.get_hours()) + days * 24;
        (self.get_months() == 0 && self.get_years() == 0)
            .then(|| self.days(0).weeks(0).try_hours(hours).ok())
            .flatten()
    }
}

impl AdvanceCommand {
    async fn run(self) -> Result<(), Failure> {
        let asked = v1::AdvanceClockRequest {
            idempotency_key: key_or_fresh(self.key),
            advance: Some(self.way),
        };
        let session = self.connection.connect().await?;
        let answer = ask!(async || session.sandbox().advance_clock(asked.clone()).await)?;
        let hub_time = answer.hub_time.ok_or_else(|| incomplete("hub_time"))?;
        self.output.print(
            || json!({ "hub_time": view::time(Some(hub_time)), "key": asked.idempotency_key }),
            || {
                format!(
                    "Đồng hồ của môi trường thử nghiệm / the sandbox's clock: {}\n",
                    words::clock(Some(hub_time))
                )
            },
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_is_a_span_or_a_moment() {
        let seconds = |text: &str| match way(text) {
            Ok(Advance::BySeconds(seconds)) => Some(seconds),
            Ok(Advance::To(_)) | Err(_) => None,
        };
        assert_eq!(seconds("6d"), Some(6 * 86_400));
        assert_eq!(seconds("3h"), Some(3 * 3_600));
        assert_eq!(seconds("1d 12h"), Some(36 * 3_600));
        assert_eq!(seconds("90s"), Some(90));
        let to = Timestamp::parse_rfc3339("2026-12-01T08:00:00+07:00").map(convert::time);
        assert_eq!(way("2026-12-01T08:00:00+07:00").ok(), to.map(Advance::To));
        for wrong in ["", "six days", "1mo", "2026-12-01", "2026-12-01T08:00:00"] {
            assert!(way(wrong).is_err(), "{wrong}");
        }
    }
}
