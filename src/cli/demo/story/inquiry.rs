//! The officer asks where the debtor's property is: accounts at three institutions, land at the competent office.

use lienthong_proto::v1;
use prost::Message as _;

use super::{Story, check_clock};
use crate::cli::demo::outcome::{Outcome, check, present, refused};
use crate::cli::demo::paper::Paper;
use crate::cli::demo::partner::Order;
use crate::cli::demo::script::DIRECTIVE;
use crate::cli::demo::tell::{deadlines, deadlines_and_why, dong, event, vnd};

/// What the banks find, đồng.
const FOUND_AT_A: &str = "98000000";
const FOUND_AT_B: &str = "41200000";

/// The directive as it is attached.
const PAPER: Paper = Paper {
    name: "Chỉ thị số 02-CT-UBND ngày 10-01-2017 của UBND tỉnh Hà Nam.txt",
    sort: "OTHER",
    media_type: "text/plain",
    content: DIRECTIVE,
};

impl Story {
    pub(super) async fn accounts_are_asked_for(&mut self) -> Outcome<()> {
        self.tell.step(
            "Chấp hành viên hỏi thông tin về tài khoản ở hai ngân hàng và Kho bạc, kèm Chỉ thị số 02/CT-UBND",
            "The officer asks two banks and the treasury for accounts, with Directive 02/CT-UBND attached",
        );
        let attachment = self.office.upload(&PAPER).await?;
        let recipients = [&self.bank_a, &self.bank_b, &self.treasury];
        let places = [("attachment", attachment.as_str())];
        let order = self.office.send("accounts.order", &recipients, &places).await?;
        deadlines(&self.office.envelope(&order.id(0)?).await?);
        self.reply_is_lost(&order).await?;
        for (index, (partner, answer)) in recipients
            .into_iter()
            .zip(["accounts.found-a", "accounts.found-b", "accounts.not-found"])
            .enumerate()
        {
            let id = order.id(index)?;
            partner.take_in(&id, &order.document).await?;
            let digest = partner.download(&id, &PAPER).await?;
            let registered = partner.registers(&id).await?;
            partner.answers(answer, &id, &[]).await?;
            let (number, start) = (registered.registry_number, digest.get(..16).unwrap_or_default());
            event(
                &format!(
                    "{}: số vào sổ {number}; đã tải Chỉ thị xuống, SHA-256 {start}… khớp từng byte; đã trả lời.",
                    partner.agency.short
                ),
                &format!(
                    "{}: registry number {number}; downloaded the directive, SHA-256 {start}… equal byte for byte; answered.",
                    partner.agency.short_en
                ),
            );
        }
        let asked = v1::GetBroadcastRequest {
            broadcast_id: order.reply.broadcast_id.clone(),
        };
        let members = self.office.requests().get_broadcast(asked).await?.into_inner().members;
        let outcomes: Vec<&str> = members.iter().map(|member| member.outcome.as_str()).collect();
        check(
            outcomes == ["FOUND", "FOUND", "NOT_FOUND"],
            "the sender sees each recipient's outcome",
        )?;
        event(
            &format!(
                "Ngân hàng A: {}; Ngân hàng B: {}; Kho bạc: không có tài khoản.",
                dong(FOUND_AT_A),
                dong(FOUND_AT_B)
            ),
            &format!(
                "Bank A: {}; Bank B: {}; treasury: no account.",
                vnd(FOUND_AT_A),
                vnd(FOUND_AT_B)
            ),
        );
        Ok(())
    }

    /// The reply was lost on the way: the officer's system sends the same document again, and another under the same key.
    async fn reply_is_lost(&self, order: &Order) -> Outcome<()> {
        let again = self.office.submit(&order.document).await?.into_inner();
        check(
            again.encode_to_vec() == order.reply.encode_to_vec(),
            "every retry gets the first reply's bytes",
        )?;
        let other = self.office.submit(&order.document.replace("\"453\"", "\"454\"")).await;
        let refusal = refused(
            other,
            tonic::Code::AlreadyExists,
            "the same key with other content is refused",
        )?;
        event(
            &format!(
                "Mạng đứt nên gửi lại: cổng trả đúng biên nhận đầu tiên, đến từng byte. Cùng khóa mà khác nội dung: “{}”",
                refusal.vi
            ),
            &format!(
                "Sent again after a break: the first receipts, byte for byte. The same key with other content: “{}”",
                refusal.en
            ),
        );
        Ok(())
    }

    pub(super) async fn land_is_asked_for(&mut self) -> Outcome<()> {
        self.tell.step(
            "Hỏi thông tin đất ở phường Phủ Lý: gửi nhầm nơi thì cổng nêu đúng nơi có thẩm quyền",
            "A land enquiry for Phủ Lý ward: sent to the wrong office, the hub names the right one",
        );
        let wrong = self
            .office
            .order_to("land.order", &[&self.land_elsewhere.agency.code], &[])?;
        let refusal = refused(
            self.office.submit(&wrong).await,
            tonic::Code::FailedPrecondition,
            "a parcel outside the recipient's territory is refused",
        )?;
        let field = present(refusal.fields.first(), "the parcel is named")?;
        check(
            refusal.reason == "WRONG_OFFICE" && field.vi.contains(&self.land_here.agency.code),
            "the competent office is named",
        )?;
        event(
            &format!("{} – {}: “{}”", refusal.reason, field.field, field.vi),
            &format!("“{}”", field.en),
        );
        let order = self.office.send("land.order", &[&self.land_here], &[]).await?;
        let id = order.id(0)?;
        deadlines_and_why(&self.office.envelope(&id).await?);
        let unit = &self.land_here.agency.officer.unit;
        let entry = self.land_here.take_in(&id, &order.document).await?;
        check(
            entry.unit_id == *unit,
            "the entry names the branch whose territory it is",
        )?;
        let registered = self.land_here.registers(&id).await?;
        self.land_here.answers("land.found", &id, &[]).await?;
        let envelope = self.office.envelope(&id).await?;
        check(envelope.outcome == "FOUND", "the enquiry is answered")?;
        check_clock(
            &envelope,
            "answer",
            v1::DeadlineStatus::Met,
            "an answer in time meets its deadline",
        )?;
        event(
            &format!(
                "{}, {}: số vào sổ {}; đã cung cấp thông tin trong hạn.",
                self.land_here.agency.short,
                self.land_here.agency.unit_name(),
                registered.registry_number
            ),
            &format!(
                "{}, its branch for the ward: registry number {}; the information is here, in time.",
                self.land_here.agency.short_en, registered.registry_number
            ),
        );
        Ok(())
    }
}
