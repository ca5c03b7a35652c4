//! How it ends: the money is debited at one bank, the other's freeze is released, and only then can the requests be closed.

use lienthong_proto::v1;

use super::{Freezes, OWED, Story, check_clock};
use crate::cli::demo::outcome::{Outcome, check, present, refused};
use crate::cli::demo::tell::{deadlines, dong, event, vnd};

impl Story {
    pub(super) async fn closing_waits(&mut self, freezes: &Freezes) -> Outcome<()> {
        self.tell.step(
            "Chưa đóng được yêu cầu phong tỏa khi biện pháp đang có hiệu lực",
            "A freeze cannot be closed while its measure is in force",
        );
        let mut told = None;
        for id in [&freezes.at_a, &freezes.at_b] {
            let refusal = refused(
                self.office.close(id).await,
                tonic::Code::FailedPrecondition,
                "a measure in force keeps a request open",
            )?;
            check(refusal.reason == "MEASURE_IN_FORCE", "the reason is the measure")?;
            told = Some(refusal);
        }
        if let Some(refusal) = told {
            event(&format!("“{}”", refusal.vi), &format!("“{}”", refusal.en));
        }
        Ok(())
    }

    pub(super) async fn bank_a_debits(&mut self, freezes: &Freezes) -> Outcome<()> {
        self.tell.step(
            "Quyết định khấu trừ tiền trong tài khoản ở Ngân hàng A; khấu trừ xong thì chấm dứt phong tỏa",
            "A decision to debit the accounts at Bank A; when all is debited, its freeze ends",
        );
        let places = [("related", freezes.at_a.as_str())];
        let order = self.office.send("debit.order", &[&self.bank_a], &places).await?;
        let id = order.id(0)?;
        deadlines(&self.office.envelope(&id).await?);
        self.copy_is_received(&order).await?;
        self.bank_a.take_in(&id, &order.document).await?;
        self.bank_a.registers(&id).await?;
        self.bank_a.answers("debit.debited", &id, &[]).await?;
        let answer = self.office.get(&id).await?;
        let text = answer.documents.last().map(|document| document.content.as_ref());
        let names_payment = text.is_some_and(|text| String::from_utf8_lossy(text).contains("FT-GIALAP-000123"));
        check(names_payment, "the answer states the payment's reference")?;
        event(
            &format!(
                "Đã khấu trừ, đã chuyển tiền: {}; số chứng từ FT-GIALAP-000123.",
                dong(OWED)
            ),
            &format!(
                "Debited and transferred: {}; payment reference FT-GIALAP-000123.",
                vnd(OWED)
            ),
        );
        self.measure_has_ended(&freezes.at_a, &id).await
    }

    pub(super) async fn release_overtakes(&mut self, freezes: &Freezes) -> Outcome<()> {
        self.tell.step(
            "Nghĩa vụ đã xong: chấm dứt phong tỏa ở Ngân hàng B; quyết định này đi trước việc còn chờ trong hộp thư",
            "All is paid: the freeze at Bank B is ended; the decision overtakes what still waits in the mailbox",
        );
        let enquiry = self.office.send("accounts.again", &[&self.bank_b], &[]).await?;
        let enquiry_id = enquiry.id(0)?;
        let places = [("related", freezes.at_b.as_str())];
        let order = self.office.send("release.order", &[&self.bank_b], &places).await?;
        let id = order.id(0)?;
        self.copy_is_received(&order).await?;

        let pulled = self.bank_b.pull().await?;
        let place = |wanted: &str| {
            pulled
                .entries
                .iter()
                .position(|entry| entry.enforcement_request_id == wanted)
        };
        let (released, waiting) = (place(&id), place(&enquiry_id));
        check(
            released.is_some() && waiting.is_some() && released < waiting,
            "a release is read before an enquiry that was sent earlier",
        )?;
        let urgent: Vec<v1::LanePosition> = pulled
            .advance_to
            .iter()
            .filter(|position| position.lane() == v1::Lane::Urgent)
            .copied()
            .collect();
        self.bank_b.advance(&urgent).await?;
        event(
            "Ngân hàng B đọc làn khẩn trước: quyết định chấm dứt phong tỏa, rồi mới đến yêu cầu sao kê gửi trước đó.",
            "Bank B reads the urgent lane first: the release, and only then the enquiry that was sent before it.",
        );
        self.bank_b.registers(&id).await?;
        self.bank_b.answers("release.released", &id, &[]).await?;
        let envelope = self.office.envelope(&id).await?;
        check_clock(
            &envelope,
            "issue",
            v1::DeadlineStatus::Met,
            "the decision was made in time",
        )?;
        deadlines(&envelope);
        self.measure_has_ended(&freezes.at_b, &id).await?;

        let receipt = self
            .office
            .withdraw(self.office.about("withdraw", &enquiry_id, &[])?)
            .await?
            .into_inner();
        check(
            receipt.state() == v1::State::Withdrawn,
            "a request that nobody has read is withdrawn at once",
        )?;
        let pulled = self.bank_b.pull().await?;
        let mut entries = pulled
            .entries
            .iter()
            .filter(|entry| entry.enforcement_request_id == enquiry_id);
        let entry = present(
            entries.next(),
            "nothing is skipped: the entry still stands in the mailbox",
        )?;
        check(entry.withdrawn, "an entry read after a withdrawal says so")?;
        self.bank_b.advance(&pulled.advance_to).await?;
        event(
            "Yêu cầu sao kê không còn cần: lấy lại được ngay vì chưa ai đọc; mục trong hộp thư ghi rõ đã lấy lại.",
            "The enquiry is not needed any more: withdrawn at once, unread; its entry says so.",
        );
        Ok(())
    }

    pub(super) async fn closing_is_allowed(&mut self, freezes: &Freezes) -> Outcome<()> {
        self.tell.step(
            "Không còn biện pháp nào có hiệu lực: chấp hành viên đóng hai yêu cầu phong tỏa",
            "No measure is in force any more: the officer closes both freezes",
        );
        for id in [&freezes.at_a, &freezes.at_b] {
            let closed = self.office.close(id).await?.into_inner();
            let receipt = present(closed.receipt, "a close is receipted")?;
            check(receipt.state() == v1::State::Closed, "a close leads to CLOSED")?;
        }
        event("Trạng thái: Đã đóng.", "State: CLOSED.");
        Ok(())
    }

    /// The measure of the freeze `id` is over, by the request `by`.
    async fn measure_has_ended(&self, id: &str, by: &str) -> Outcome<()> {
        let envelope = self.office.envelope(id).await?;
        let measure = present(envelope.measures.first(), "an ended measure is still shown")?;
        check(
            !measure.in_force && measure.end_time.is_some() && measure.changed_by_request_id == by,
            "the measure has ended, and it says by what",
        )?;
        event(
            &format!("Biện pháp theo Quyết định số {} đã chấm dứt.", measure.decision_number),
            &format!("The measure of decision {} has ended.", measure.decision_number),
        );
        Ok(())
    }
}
