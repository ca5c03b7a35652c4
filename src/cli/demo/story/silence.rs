//! The land office does not answer an enquiry. The clock of the sandbox is moved ahead, and the hub does by itself what comes with time.

use std::time::Duration;

use lienthong_proto::v1;
use lienthong_proto::v1::advance_clock_request::Advance;
use prost_types::Timestamp;
use tokio::time::Instant;

use super::Story;
use crate::cli::demo::outcome::{Outcome, check, present};
use crate::cli::demo::partner::Partner;
use crate::cli::demo::tell::{basis, event, instant, time};
use crate::grpc::convert;

/// The clock of which it is told.
const CLOCK: &str = "answer";
/// What no notice may name: the debtor, and the number of the identity card.
const SEALED: [&str; 2] = ["Nguyễn Văn Giả", "035085012345"];
/// How long to wait for what the hub does by itself; it looks every second.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait before the clock is moved on: a holiday may lie in between.
const NOT_YET: Duration = Duration::from_secs(4);
/// A week, microseconds.
const WEEK: i64 = 7 * 86_400 * 1_000_000;

impl Partner {
    /// Goes on from where the hub's clock is.
    pub(in crate::cli::demo) async fn follows_the_hub(&self) -> Outcome<()> {
        let info = self.admin().get_server_info(v1::GetServerInfoRequest {}).await?;
        let hub_time = present(info.into_inner().hub_time, "the hub tells its time")?;
        self.goes_on_from(hub_time);
        Ok(())
    }

    /// Moves the hub's clock to `moment`, for everybody.
    async fn moves_the_clock(&self, moment: Timestamp) -> Outcome<()> {
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

    /// Reads its mailbox until it is told so of the clock of `request`; gives all that it is told of it on the way. Empty: nothing came
    /// in time.
    async fn is_told(&self, request: &str, tell: v1::NoticeTell, patience: Duration) -> Outcome<Vec<v1::Notice>> {
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
            told.extend(notices.filter(|notice| notice.clock == CLOCK));
            if told.iter().any(|notice| notice.tell() == tell) {
                return Ok(told);
            }
        }
        Ok(Vec::new())
    }
}

impl Story {
    /// Gives the enquiry that stays unanswered; nothing if the calendar does not reach so far that its due time is known.
    pub(in crate::cli::demo) async fn land_office_is_reminded(&mut self) -> Outcome<Option<String>> {
        self.tell.step(
            "Hỏi lại biến động của thửa đất: văn phòng đăng ký đất đai không trả lời. Chuyển đồng hồ tới; cổng tự nhắc trước hạn",
            "Once more about the parcel: the land office does not answer. The clock is moved ahead, and the hub reminds by itself",
        );
        let order = self.office.send("land.unanswered", &[&self.land_here], &[]).await?;
        let id = order.id(0)?;
        let envelope = self.office.envelope(&id).await?;
        let answer = envelope.deadlines.iter().find(|deadline| deadline.name == CLOCK);
        let answer = present(answer, "an enquiry has a time to answer")?;
        let Some(due) = answer.due_time else {
            event(
                "Chưa có lịch làm việc của năm đó nên chưa biết hạn: phần này dừng ở đây.",
                "The calendar of that year is not known yet, so nothing is due: this part ends here.",
            );
            return Ok(None);
        };
        event(
            &format!("Phải trả lời trước {}.", time(due)),
            &format!("Due by {}.", time(due)),
        );
        basis(&answer.basis);
        self.operator.moves_the_clock(at(due, -3_600_000_000)).await?;
        let told = self.land_here.is_told(&id, v1::NoticeTell::Remind, PATIENCE).await?;
        let reminder = present(
            told.first(),
            "the hub reminds whoever owes the answer, before it is due",
        )?;
        check(
            told.len() == 1 && reminder.tell() == v1::NoticeTell::Remind,
            "before the due time there is a reminder and nothing else",
        )?;
        tell(&self.land_here, reminder);
        Ok(Some(id))
    }

    pub(in crate::cli::demo) async fn land_office_is_late(&mut self, id: &str) -> Outcome<()> {
        self.tell.step(
            "Hết hạn, vẫn im lặng: cổng báo quá hạn cho cả hai bên",
            "The time is over, and nothing came: the hub tells both sides",
        );
        let envelope = self.office.envelope(id).await?;
        let due = envelope.deadlines.iter().find(|deadline| deadline.name == CLOCK);
        let due = present(due.and_then(|deadline| deadline.due_time), "the due time stands")?;
        self.operator.moves_the_clock(at(due, 1_000_000)).await?;
        for side in [&self.land_here, &self.office] {
            let told = side.is_told(id, v1::NoticeTell::Overdue, PATIENCE).await?;
            let overdue = told.iter().filter(|notice| notice.tell() == v1::NoticeTell::Overdue);
            check(overdue.count() == 1, "both sides are told once that the time is over")?;
            tell(side, present(told.last(), "a notice says what it is of")?);
        }
        Ok(())
    }

    pub(in crate::cli::demo) async fn committee_is_told(&mut self, id: &str) -> Outcome<()> {
        self.tell.step(
            "Vẫn im lặng: báo lên từng cấp; lên trên ngành thì cổng chỉ lập dự thảo, thủ trưởng cơ quan gửi xác nhận",
            "Still nothing: it goes up rung by rung; above the land office's own line the hub drafts, and the sender's head confirms",
        );
        let mut told = Vec::new();
        // Five working days; Tết lasts longer.
        for _ in 0..4 {
            let now = convert::time(self.operator.now().plus_micros(WEEK));
            self.operator.moves_the_clock(now).await?;
            told.extend(self.office.is_told(id, v1::NoticeTell::Draft, NOT_YET).await?);
            if !told.is_empty() {
                break;
            }
        }
        check(
            told.iter().any(|notice| notice.tell() == v1::NoticeTell::HeadOfUnit),
            "the head of the unit is told before anybody above the office",
        )?;
        for notice in &told {
            tell(&self.office, notice);
        }
        let drafted = self.draft(id).await?;
        let page = &drafted.page_html;
        check(
            page.contains("Điều 103") && !SEALED.iter().any(|sealed| page.contains(sealed)),
            "the notice names kind, article and lateness, and neither person nor asset",
        )?;
        let asked = v1::ConfirmNoticeRequest {
            idempotency_key: self.office.key("confirm-notice"),
            notice_index: drafted.notice_index,
        };
        let confirmed = self.office.notices().confirm_notice(asked).await?.into_inner();
        present(confirmed.receipt, "the confirmation is receipted")?;
        let pulled = self.committee.pull().await?;
        let arrived = pulled.entries.iter().find(|entry| entry.enforcement_request_id == id);
        let arrived = present(arrived, "the confirmed notice stands in the mailbox of the committee")?;
        check(
            arrived.notice.is_some() && arrived.enforcement_request.is_none() && arrived.document.is_none(),
            "who is no party gets the notice and nothing of the request",
        )?;
        self.committee.advance(&pulled.advance_to).await?;
        event(
            &format!(
                "{} ({}) xác nhận; {} nhận báo cáo: loại yêu cầu, điều luật, mức chậm, không có tên người, giấy tờ hay tài sản.",
                self.office.agency.officer.full_name, self.office.agency.officer.position, self.committee.agency.short
            ),
            "The head confirms; the committee has the notice: kind, article and lateness, no person, no asset.",
        );
        Ok(())
    }

    /// The draft to the committee.
    async fn draft(&self, id: &str) -> Outcome<v1::DraftedNotice> {
        let asked = v1::ListNoticesRequest {
            drafted_only: true,
            page_size: 200,
            page_token: String::new(),
        };
        let drafts = self.office.notices().list_notices(asked).await?.into_inner().notices;
        let to_committee = |notice: &v1::Notice| notice.addressee_agency_code == self.committee.agency.code;
        let draft = drafts
            .into_iter()
            .filter(|draft| draft.enforcement_request_id == id)
            .find(|draft| draft.notice.as_ref().is_some_and(to_committee));
        present(draft, "a report to the steering committee is drafted")
    }
}

/// What an agency is told of a clock.
fn tell(reader: &Partner, notice: &v1::Notice) {
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

fn at(time: Timestamp, plus: i64) -> Timestamp {
    convert::time(instant(time).plus_micros(plus))
}
