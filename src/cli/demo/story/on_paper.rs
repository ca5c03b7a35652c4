//! A partner that is not connected: the order is served on paper, and its answer is entered with a scan.

use lienthong_proto::v1;

use super::{Story, check_clock};
use crate::cli::demo::outcome::{Outcome, check, present};
use crate::cli::demo::paper::Paper;
use crate::cli::demo::script::{MINUTES, PAPER_ANSWER};
use crate::cli::demo::tell::{deadlines, deadlines_and_why, event, instant, time};
use crate::domain::time::Timestamp;

/// The paper was signed for that long before it is entered, if the day is not younger: in microseconds.
const SERVED_BEFORE: i64 = 30 * 60 * 1_000_000;

const SERVICE: Paper = Paper {
    name: "Biên bản giao văn bản.pdf",
    sort: "OTHER",
    media_type: "application/pdf",
    content: MINUTES,
};
const ANSWER: Paper = Paper {
    name: "Công văn trả lời.pdf",
    sort: "OTHER",
    media_type: "application/pdf",
    content: PAPER_ANSWER,
};

impl Story {
    pub(super) async fn police_answer_on_paper(&mut self) -> Outcome<()> {
        self.tell.step(
            "Công an phường chưa kết nối: giao văn bản giấy có biên bản, rồi nhập trả lời kèm bản chụp",
            "The ward police are not connected: the paper is served with minutes, the answer entered with its scan",
        );
        let codes = [self.police.code.as_str()];
        let order = self.office.send_to_codes("residence.order", &codes, &[]).await?;
        let id = order.id(0)?;
        let envelope = self.office.envelope(&id).await?;
        check(
            envelope.channel() == v1::Channel::Paper && envelope.deadlines.is_empty(),
            "no clock of a partner on paper runs before the service",
        )?;
        let served = self.served_time();
        let minutes = self.office.upload(&SERVICE).await?;
        let places = [("served_time", &*served.to_rfc3339()), ("attachment", &minutes)];
        self.office
            .serve(self.office.about("residence.serve", &id, &places)?)
            .await?;
        let envelope = self.office.envelope(&id).await?;
        let clock = present(envelope.deadlines.first(), "the clocks run from the service on")?;
        check(
            clock.start_time.map(instant) == Some(served),
            "the clocks count from the time of service, not from its entry",
        )?;
        event(
            &format!(
                "Trưởng Công an phường ký nhận lúc {}; thời hạn tính từ lúc đó.",
                clock.start_time.map(time).unwrap_or_default()
            ),
            "Signed for by the head of the ward police; the clocks count from then.",
        );
        deadlines_and_why(&envelope);
        let scan = self.office.upload(&ANSWER).await?;
        let places = [("attachment", scan.as_str())];
        let document = self.office.about("residence.answer", &id, &places)?;
        let receipt = self.office.record_answer(document).await?.into_inner();
        check(
            receipt.state() == v1::State::Answered && receipt.action() == v1::Action::RecordAnswer,
            "a paper answer leads to ANSWERED, marked as entered for the recipient",
        )?;
        let envelope = self.office.envelope(&id).await?;
        check_clock(
            &envelope,
            "answer",
            v1::DeadlineStatus::Met,
            "a paper answer in time meets the deadline",
        )?;
        event(
            "Đã nhập trả lời bằng giấy: người phải thi hành án đang cư trú tại phường Phủ Lý.",
            "The paper answer is entered: the debtor lives in Phủ Lý ward.",
        );
        deadlines(&envelope);
        Ok(())
    }

    /// Half an hour ago, or the beginning of the day: never before the date of the paper.
    fn served_time(&self) -> Timestamp {
        let now = self.office.now();
        let midnight = Timestamp::from_civil(now.date().at(0, 0, 0, 0));
        now.plus_micros(-SERVED_BEFORE).max(midnight)
    }
}
