//! Land enquiries: to the wrong office, to the right one, and one that is taken back unread.

use lienthong_proto::v1;

use super::Story;
use crate::cli::demo::outcome::{Outcome, check, present};
use crate::cli::demo::partner::Partner;
use crate::cli::demo::tell::{deadlines, event};

impl Story {
    pub(super) async fn wrong_land_office(&mut self) -> Outcome<String> {
        self.tell.step(
            "Chấp hành viên hỏi thông tin đất đai; văn phòng nhận không quản lý địa bàn nên trả lại, nêu rõ lý do",
            "The officer enquires about land; the office is not competent there and sends it back with the reason",
        );
        let (order, id) = self.enquire(&self.land_here, "land-wrong", "[]").await?;
        self.land_here.take_in(&id, &order).await?;
        let draft = self.land_here.draft("land.send-back", "land-send-back")?;
        let document = draft
            .with("request", &id)
            .with("competent", &self.land_there.agency.code)
            .text()?;
        let content = Some(v1::send_back_request::Content::Document(document));
        let asked = v1::SendBackRequest {
            content,
            expected_version: 0,
        };
        let receipt = self.land_here.requests().send_back(asked).await?.into_inner().receipt;
        let receipt = present(receipt, "a return is receipted")?;
        check(receipt.state() == v1::State::Returned, "a return leads to RETURNED")?;
        event(
            &format!(
                "Trả lại: không thuộc địa bàn (WRONG_OFFICE); nơi có thẩm quyền: {}.",
                self.land_there.agency.short
            ),
            &format!(
                "Sent back (WRONG_OFFICE); competent: {}.",
                self.land_there.agency.short_en
            ),
        );
        Ok(id)
    }

    pub(super) async fn right_land_office(&mut self, returned: &str) -> Outcome<String> {
        self.tell.step(
            "Chấp hành viên gửi đến đúng nơi; văn phòng vào sổ, thông báo tiến độ, rồi cung cấp thông tin",
            "The officer sends it to the right office, which registers, reports progress, then gives the information",
        );
        let relations = format!("[{{\"type\": \"supersedes\", \"enforcement_request_id\": \"{returned}\"}}]");
        let (order, id) = self.enquire(&self.land_there, "land-right", &relations).await?;
        deadlines(&self.office.envelope(&id).await?);
        self.land_there.take_in(&id, &order).await?;
        let envelope = self.land_there.acknowledge(&id).await?;
        let interim = self
            .land_there
            .draft("land.interim", "land-interim")?
            .with("request", &id)
            .text()?;
        self.land_there.answer(interim).await?;
        let last = self
            .land_there
            .draft("land.found", "land-final")?
            .with("request", &id)
            .text()?;
        self.land_there.answer(last.clone()).await?;
        let answer = self.office.get(&id).await?;
        let read: Option<&[u8]> = answer.documents.last().map(|document| document.content.as_ref());
        check(
            read == Some(last.as_bytes()),
            "the sender reads the very bytes of the answer",
        )?;
        let answered = present(answer.enforcement_request, "Get returns the envelope")?;
        check(
            answered.state() == v1::State::Answered && answered.outcome == "FOUND",
            "the enquiry is answered",
        )?;
        let is_met = |deadline: &v1::Deadline| deadline.status() == v1::DeadlineStatus::Met;
        check(
            answered.deadlines.iter().all(is_met),
            "an answer in time meets its deadlines",
        )?;
        event(
            &format!(
                "Số vào sổ {}; đã cung cấp thông tin trong hạn.",
                envelope.registry_number
            ),
            &format!(
                "Registry number {}; the information is here, in time.",
                envelope.registry_number
            ),
        );
        Ok(id)
    }

    pub(super) async fn withdraw_unread(&mut self) -> Outcome<()> {
        self.tell.step(
            "Chấp hành viên gửi nhầm một yêu cầu và đề nghị lấy lại khi nơi nhận chưa đọc",
            "The officer sends an enquiry by mistake and takes it back before anyone has read it",
        );
        let (_, id) = self.enquire(&self.land_there, "land-mistake", "[]").await?;
        let document = self
            .office
            .draft("land.withdraw", "land-withdraw")?
            .with("request", &id)
            .text()?;
        let content = Some(v1::withdraw_request::Content::Document(document));
        let asked = v1::WithdrawRequest {
            content,
            expected_version: 0,
        };
        let receipt = self.office.requests().withdraw(asked).await?.into_inner().receipt;
        let receipt = present(receipt, "a withdrawal is receipted")?;
        check(
            receipt.state() == v1::State::Withdrawn,
            "an unread request is withdrawn at once",
        )?;
        let pulled = self.land_there.pull().await?;
        let mut entries = pulled.entries.iter().filter(|entry| entry.enforcement_request_id == id);
        let entry = present(
            entries.next(),
            "nothing is skipped: the entry still stands in the mailbox",
        )?;
        check(entry.withdrawn, "an entry read after a withdrawal says so")?;
        self.land_there.advance(&pulled).await?;
        event(
            "Trạng thái: Đã lấy lại. Nơi nhận đọc sau thì thấy ghi rõ đã lấy lại.",
            "State: WITHDRAWN. Whoever reads the entry later is told so.",
        );
        Ok(())
    }

    /// Sends an enquiry to `office`; gives the document and the request's id.
    async fn enquire(&self, office: &Partner, key: &str, relations: &str) -> Outcome<(String, String)> {
        let recipients = format!("[\"{}\"]", office.agency.code);
        let draft = self.office.draft("land.order", key)?;
        let order = draft
            .with("recipients", &recipients)
            .with("relations", relations)
            .text()?;
        let answer = self.office.submit(&order).await?.into_inner();
        let receipt = present(answer.receipts.first(), "a submit is receipted")?;
        check(
            answer.broadcast_id.is_empty(),
            "an order to one recipient is no broadcast",
        )?;
        Ok((order, receipt.enforcement_request_id.clone()))
    }
}
