//! The land office does not answer an enquiry. The clock of the sandbox is moved ahead, and the hub does by itself what comes with time.

use lienthong_proto::v1;

use super::Story;
use crate::cli::demo::outcome::{Outcome, check, present};
use crate::cli::demo::sandbox::{DAY, NOT_YET, PATIENCE, at, tell_notice};
use crate::cli::demo::tell::{basis, event, time};
use crate::grpc::convert;

/// The clock of which it is told.
const CLOCK: &str = "answer";
/// What no notice may name: the debtor, and the number of the identity card.
const SEALED: [&str; 2] = ["Nguyễn Văn Giả", "035085012345"];
/// A week, microseconds.
const WEEK: i64 = 7 * DAY;

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
        let told = self
            .land_here
            .is_told(&id, CLOCK, v1::NoticeTell::Remind, PATIENCE)
            .await?;
        let reminder = present(
            told.first(),
            "the hub reminds whoever owes the answer, before it is due",
        )?;
        check(
            told.len() == 1 && reminder.tell() == v1::NoticeTell::Remind,
            "before the due time there is a reminder and nothing else",
        )?;
        tell_notice(&self.land_here, reminder);
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
            let told = side.is_told(id, CLOCK, v1::NoticeTell::Overdue, PATIENCE).await?;
            let overdue = told.iter().filter(|notice| notice.tell() == v1::NoticeTell::Overdue);
            check(overdue.count() == 1, "both sides are told once that the time is over")?;
            tell_notice(side, present(told.last(), "a notice says what it is of")?);
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
            told.extend(self.office.is_told(id, CLOCK, v1::NoticeTell::Draft, NOT_YET).await?);
            if !told.is_empty() {
                break;
            }
        }
        check(
            told.iter().any(|notice| notice.tell() == v1::NoticeTell::HeadOfUnit),
            "the head of the unit is told before anybody above the office",
        )?;
        for notice in &told {
            tell_notice(&self.office, notice);
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
