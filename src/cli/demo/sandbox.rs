//! The clock of the sandbox is moved ahead, and the hub does by itself what comes with time: what an agency is told of a clock.

use std::time::Duration;

use lienthong_proto::v1;
use lienthong_proto::v1::advance_clock_request::Advance;
use prost_types::Timestamp;
use tokio::time::Instant;

use super::outcome::{Outcome, check, present};
use super::partner::Partner;
use super::tell::{basis, event, instant, time};
use crate::grpc::convert;

/// How long to wait for what the hub does by itself; it looks every second.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait before the clock is moved on: a holiday may lie in between.
pub(super) const NOT_YET: Duration = Duration::from_secs(4);
/// A day, microseconds.
pub(super) const DAY: i64 = 86_400 * 1_000_000;

impl Partner {
    /// Goes on from where the hub's clock is.
    pub(super) async fn follows_the_hub(&self) -> Outcome<()> {
        let info = self.admin().get_server_info(v1::GetServerInfoRequest {}).await?;
        let hub_time = present(info.into_inner().hub_time, "the hub tells its time")?;
        self.goes_on_from(hub_time);
        Ok(())
    }

    /// Moves the hub's clock to `moment`, for everybody.
    pub(super) async fn moves_the_clock(&self, moment: Timestamp) -> Outcome<()> {
        let asked = v1::AdvanceClockRequest {
            idempotency_key: self.key(&format!("advance-{}", moment.seconds)),
            advance: Some(Advance::To(moment)),
        };
        let moved = self.sandbox().advance_clock(asked).await?.into_inner();
        let hub_time = present(moved.hub_time, "the sandbox says where its clock goes on")?;
        check(
            instant(hub_time) >= instant(moment),
            "the clock goes to the moment that was asked for",
        )?;
        self.goes_on_from(hub_time);
        event(
            &format!("Đồng hồ của môi trường thử nghiệm được chuyển đến {}.", time(hub_time)),
            &format!("The clock of the sandbox is moved to {}.", time(hub_time)),
        );
        Ok(())
    }

    /// Reads its mailbox until it is told so of the clock `clock` of `request`; gives all that it is told of it on the way. Empty: nothing came
    /// in time.
    pub(super) async fn is_told(
        &self,
        request: &str,
        clock: &str,
        tell: v1::NoticeTell,
        patience: Duration,
    ) -> Outcome<Vec<v1::Notice>> {
        let until = Instant::now() + patience;
        let mut told = Vec::new();
        while Instant::now() < until {
            let pulled = self.pull_for(1).await?;
            if !pulled.advance_to.is_empty() {
                self.advance(&pulled.advance_to).await?;
            }
            let of_it = pulled
                .entries
                .into_iter()
                .filter(|entry| entry.enforcement_request_id == request);
            let notices = of_it.filter_map(|entry| entry.notice);
            told.extend(notices.filter(|notice| notice.clock == clock));
            if told.iter().any(|notice| notice.tell() == tell) {
                return Ok(told);
            }
        }
        Ok(Vec::new())
    }
}

/// What an agency is told of a clock.
pub(super) fn tell_notice(reader: &Partner, notice: &v1::Notice) {
    let text = notice.text.clone().unwrap_or_default();
    let kind = notice.kind_title.clone().unwrap_or_default();
    let (late_vi, late_en) = match notice.late_working_days {
        0 => (String::new(), String::new()),
        late => (
            format!(", quá {late} ngày làm việc"),
            format!(", {late} working days late"),
        ),
    };
    event(
        &format!("{} đọc: {} – {}{late_vi}", reader.agency.short, text.vi, kind.vi),
        &format!("Read by {}: {} – {}{late_en}", reader.agency.short_en, text.en, kind.en),
    );
    basis(&notice.article);
}

/// So many microseconds after `time`.
pub(super) fn at(time: Timestamp, plus: i64) -> Timestamp {
    convert::time(instant(time).plus_micros(plus))
}
