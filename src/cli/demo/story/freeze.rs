//! One freeze order to two banks: one holds all that is owed, the other asks first and holds what there is.

use lienthong_proto::v1;
use prost::Message as _;

use super::{Freezes, Story};
use crate::cli::demo::outcome::{NotHeld, Outcome, check, present, refused};
use crate::cli::demo::partner::Partner;
use crate::cli::demo::tell::{deadlines, dong, event, time};

/// Obligation and costs in the order, đồng.
const ORDERED: &str = "153500000";
/// What Bank B finds, and what is missing then.
const FOUND_BY_B: &str = "41200000";
const SHORTFALL_OF_B: &str = "112300000";
/// What Bank B holds after its report.
const HELD_BY_B_LATER: &str = "60000000";

impl Story {
    pub(super) async fn send_freeze(&mut self) -> Outcome<Freezes> {
        self.tell.step(
            "Chấp hành viên gửi một Quyết định phong tỏa tài khoản đến hai ngân hàng",
            "The enforcement officer sends one freeze decision to two banks",
        );
        let recipients = format!("[\"{}\", \"{}\"]", self.bank_a.agency.code, self.bank_b.agency.code);
        let order = self
            .office
            .draft("freeze.order", "freeze")?
            .with("recipients", &recipients)
            .text()?;
        let answer = self.office.submit(&order).await?.into_inner();
        check(
            !answer.broadcast_id.is_empty(),
            "an order to two recipients is a broadcast",
        )?;
        let [at_a, at_b] = answer.receipts.as_slice() else {
            return Err(NotHeld::new("a broadcast has one receipt per recipient").into());
        };
        for receipt in [at_a, at_b] {
            check(
                receipt.state() == v1::State::Submitted && receipt.version == 1,
                "a submit leads to SUBMITTED",
            )?;
        }
        event(
            &format!(
                "Số tiền phải phong tỏa: {}. Cổng cấp hai biên nhận điện tử.",
                dong(ORDERED)
            ),
            &format!(
                "To be held: {ORDERED} VND. The hub gives two receipts: {}, {}",
                at_a.log_index, at_b.log_index
            ),
        );
        deadlines(&self.office.envelope(&at_a.enforcement_request_id).await?);
        Ok(Freezes {
            order,
            at_a: at_a.enforcement_request_id.clone(),
            at_b: at_b.enforcement_request_id.clone(),
            reply: answer,
        })
    }

    pub(super) async fn lose_a_reply(&mut self, freezes: &Freezes) -> Outcome<()> {
        self.tell.step(
            "Mạng đứt, chấp hành viên không nhận được trả lời nên gửi lại cùng văn bản",
            "The reply is lost on the way; the officer's system sends the same document again",
        );
        for _ in 0..2 {
            let again = self.office.submit(&freezes.order).await?.into_inner();
            check(
                again.encode_to_vec() == freezes.reply.encode_to_vec(),
                "every retry gets the first reply's bytes",
            )?;
        }
        let asked = v1::GetBroadcastRequest {
            broadcast_id: freezes.reply.broadcast_id.clone(),
        };
        let members = self.office.requests().get_broadcast(asked).await?.into_inner().members;
        check(
            members.len() == 2 && members.iter().all(|member| member.version == 1),
            "it acted once",
        )?;
        let other = self.office.submit(&freezes.order.replace("\"125\"", "\"126\"")).await;
        let refusal = refused(
            other,
            tonic::Code::AlreadyExists,
            "the same key with other content is refused",
        )?;
        event(
            "Cổng trả lại đúng biên nhận đầu tiên, đến từng byte; mỗi ngân hàng chỉ có một yêu cầu.",
            "The hub returns the first receipts, byte for byte; each bank has one request.",
        );
        event(
            &format!(
                "Cùng khóa mà khác nội dung thì bị từ chối: “{}” ({})",
                refusal.text_vi, refusal.reason
            ),
            &format!("The same key with other content is refused: “{}”", refusal.text),
        );
        Ok(())
    }

    pub(super) async fn bank_a_holds_in_full(&mut self, freezes: &Freezes) -> Outcome<()> {
        self.tell.step(
            "Ngân hàng A nhận, vào sổ, thông báo tiến độ rồi trả lời kết quả: đã phong tỏa đủ",
            "Bank A takes the order in, registers it, reports progress, then answers: held in full",
        );
        self.take_in(&self.bank_a, freezes, &freezes.at_a).await?;
        let interim = self
            .bank_a
            .draft("freeze.interim", "freeze-a-interim")?
            .with("request", &freezes.at_a)
            .text()?;
        let receipt = present(
            self.bank_a.answer(interim).await?.into_inner().receipt,
            "an answer is receipted",
        )?;
        check(
            receipt.state() == v1::State::Acknowledged,
            "an interim answer leaves the request open",
        )?;
        event(
            "Thông báo tiến độ: đã phong tỏa tài khoản thanh toán; đang kiểm tra tài khoản tiền gửi có kỳ hạn.",
            "Progress: the payment account is held; the term deposit is being checked.",
        );
        let last = self
            .bank_a
            .draft("freeze.held-full", "freeze-a-final")?
            .with("request", &freezes.at_a)
            .text()?;
        let receipt = present(
            self.bank_a.answer(last).await?.into_inner().receipt,
            "an answer is receipted",
        )?;
        check(
            receipt.state() == v1::State::Answered,
            "the final answer leads to ANSWERED",
        )?;
        let envelope = self.office.envelope(&freezes.at_a).await?;
        check(
            envelope.outcome == "HELD_FULL" && envelope.answer_count == 2,
            "the sender sees the outcome",
        )?;
        check_held(&envelope, ORDERED)?;
        event(
            &format!("Đã phong tỏa đủ nghĩa vụ và chi phí thi hành án: {}.", dong(ORDERED)),
            &format!("Held in full: {ORDERED} VND. The measure is in force until it is released."),
        );
        deadlines(&envelope);
        Ok(())
    }

    pub(super) async fn bank_b_asks(&mut self, freezes: &Freezes) -> Outcome<()> {
        self.tell.step(
            "Ngân hàng B vào sổ rồi đề nghị làm rõ, vì có khách hàng trùng họ tên và ngày sinh",
            "Bank B registers and asks for clarification: a client has the same name and date of birth",
        );
        self.take_in(&self.bank_b, freezes, &freezes.at_b).await?;
        let asked = v1::AskClarificationRequest {
            idempotency_key: self.bank_b.key("freeze-b-ask"),
            enforcement_request_id: freezes.at_b.clone(),
            expected_version: 0,
            question: "Đề nghị cho biết số chứng minh nhân dân cũ của người phải thi hành án.".to_owned(),
        };
        let receipt = self
            .bank_b
            .requests()
            .ask_clarification(asked)
            .await?
            .into_inner()
            .receipt;
        let receipt = present(receipt, "a question is receipted")?;
        check(
            receipt.state() == v1::State::Clarifying,
            "a question leads to CLARIFYING",
        )?;
        event("Trạng thái: Chờ làm rõ.", "State: CLARIFYING.");
        Ok(())
    }

    pub(super) async fn office_clarifies(&mut self, freezes: &Freezes) -> Outcome<()> {
        self.tell.step("Chấp hành viên làm rõ", "The officer clarifies");
        let pulled = self.office.pull().await?;
        let has_question = pulled.entries.iter().any(|entry| {
            entry.enforcement_request_id == freezes.at_b && entry.action() == v1::Action::AskClarification
        });
        check(has_question, "the question stands in the sender's mailbox")?;
        let document = self
            .office
            .draft("freeze.clarify", "freeze-b-clarify")?
            .with("request", &freezes.at_b)
            .text()?;
        let content = Some(v1::clarify_request::Content::Document(document));
        let answer = self
            .office
            .requests()
            .clarify(v1::ClarifyRequest {
                content,
                expected_version: 0,
            })
            .await?;
        let receipt = present(answer.into_inner().receipt, "a clarification is receipted")?;
        check(
            receipt.state() == v1::State::Acknowledged,
            "a clarification leads back to ACKNOWLEDGED",
        )?;
        event("Trạng thái: Đã tiếp nhận.", "State: ACKNOWLEDGED again.");
        Ok(())
    }

    pub(super) async fn bank_b_holds_in_part(&mut self, freezes: &Freezes) -> Outcome<()> {
        self.tell.step(
            "Ngân hàng B trả lời kết quả: đã phong tỏa toàn bộ số tiền có, chưa đủ",
            "Bank B answers: all there is was held, not enough",
        );
        let answer = |key: &str, shortfall: &str| {
            let draft = self.bank_b.draft("freeze.held-partial", key)?;
            draft.with("request", &freezes.at_b).with("shortfall", shortfall).text()
        };
        let wrong = self.bank_b.answer(answer("freeze-b-wrong", "1")?).await;
        let refusal = refused(
            wrong,
            tonic::Code::InvalidArgument,
            "sums that do not add up are refused",
        )?;
        check(refusal.fields == ["/payload/shortfall"], "the wrong field is named")?;
        let envelope = self.bank_b.envelope(&freezes.at_b).await?;
        check(
            envelope.state() == v1::State::Acknowledged,
            "a refused answer changes nothing",
        )?;
        event(
            &format!(
                "Số tiền còn thiếu tính sai: cổng từ chối và nêu trường {} ({})",
                refusal.fields.join(", "),
                refusal.reason
            ),
            "A wrong shortfall is refused, the field is named, nothing is stored.",
        );
        let right = answer("freeze-b-final", SHORTFALL_OF_B)?;
        let receipt = present(
            self.bank_b.answer(right).await?.into_inner().receipt,
            "an answer is receipted",
        )?;
        check(
            receipt.state() == v1::State::Answered,
            "the final answer leads to ANSWERED",
        )?;
        let envelope = self.office.envelope(&freezes.at_b).await?;
        check(envelope.outcome == "HELD_PARTIAL", "the sender sees the outcome")?;
        check_held(&envelope, FOUND_BY_B)?;
        event(
            &format!(
                "Đã phong tỏa {}; còn thiếu {}; tiếp tục phong tỏa khi phát sinh.",
                dong(FOUND_BY_B),
                dong(SHORTFALL_OF_B)
            ),
            &format!(
                "Held {FOUND_BY_B} VND, {SHORTFALL_OF_B} VND short; what comes in is held too (Decree 152, Art. 43.2b)."
            ),
        );
        Ok(())
    }

    pub(super) async fn bank_b_reports(&mut self, freezes: &Freezes) -> Outcome<()> {
        self.tell.step(
            "Có tiền về tài khoản: Ngân hàng B thông báo phát sinh",
            "Money comes in: Bank B reports that more is held",
        );
        let document = self
            .bank_b
            .draft("freeze.report", "freeze-b-report")?
            .with("request", &freezes.at_b)
            .text()?;
        let content = Some(v1::report_request::Content::Document(document));
        self.bank_b
            .requests()
            .report(v1::ReportRequest {
                content,
                expected_version: 0,
            })
            .await?;
        let envelope = self.office.envelope(&freezes.at_b).await?;
        check_held(&envelope, HELD_BY_B_LATER)?;
        event(
            &format!("Biện pháp đang có hiệu lực: {}.", dong(HELD_BY_B_LATER)),
            &format!("The measure now holds {HELD_BY_B_LATER} VND."),
        );
        event(
            "Hai ngân hàng giữ nhiều hơn số phải thi hành án; chấp hành viên phải chấm dứt phong tỏa phần vượt (loại yêu cầu này có ở bản sau).",
            "Together the banks hold more than is owed; the officer must release the surplus (that kind comes in a later version).",
        );
        Ok(())
    }

    /// The bank pulls the order, moves its cursor past it and registers it.
    async fn take_in(&self, bank: &Partner, freezes: &Freezes, id: &str) -> Outcome<()> {
        check(
            !self.office.envelope(id).await?.delivered,
            "an order that nobody has read is not delivered",
        )?;
        bank.take_in(id, &freezes.order).await?;
        let envelope = self.office.envelope(id).await?;
        check(
            envelope.delivered,
            "an order whose entry the recipient has passed is delivered",
        )?;
        let delivered = envelope.delivered_time.map(time).unwrap_or_default();
        let envelope = bank.acknowledge(id).await?;
        event(
            &format!(
                "{}: đã đến lúc {delivered}; số vào sổ {}.",
                bank.agency.short, envelope.registry_number
            ),
            &format!(
                "{}: delivered {delivered}; registry number {}.",
                bank.agency.short_en, envelope.registry_number
            ),
        );
        Ok(())
    }
}

fn check_held(envelope: &v1::EnforcementRequest, amount: &str) -> Outcome<()> {
    let measure = present(envelope.measures.first(), "the answer opens a measure")?;
    check(measure.in_force, "the measure is in force")?;
    let held = measure
        .held
        .iter()
        .any(|held| held.value == amount && held.unit == "VND");
    check(held, "the measure holds what the bank stated")
}
