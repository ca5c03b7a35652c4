//! One freeze order to two banks: one holds all that is owed, the other what there is, and more when more comes in. The
//! procuracy has its copy from the same write.

use lienthong_proto::v1;

use super::{Freezes, OWED, Story, check_clock};
use crate::cli::demo::outcome::{Outcome, check, present, refused};
use crate::cli::demo::partner::{Order, Partner};
use crate::cli::demo::tell::{deadlines, dong, event, vnd};

/// What Bank B finds, and what is missing then.
const FOUND_BY_B: &str = "41200000";
const SHORTFALL_OF_B: &str = "112300000";
/// What Bank B holds later, and what it then holds in all.
const FURTHER_OF_B: &str = "18800000";
const HELD_BY_B_LATER: &str = "60000000";

impl Story {
    pub(super) async fn freeze_is_sent(&mut self) -> Outcome<Freezes> {
        self.tell.step(
            "Chấp hành viên gửi một Quyết định phong tỏa tài khoản đến hai ngân hàng",
            "The enforcement officer sends one freeze decision to two banks",
        );
        let recipients = [&self.bank_a, &self.bank_b];
        let order = self.office.send("freeze.order", &recipients, &[]).await?;
        let freezes = Freezes {
            at_a: order.id(0)?,
            at_b: order.id(1)?,
            order,
        };
        event(
            &format!(
                "Số tiền phải phong tỏa: {}. Cổng cấp hai biên nhận điện tử.",
                dong(OWED)
            ),
            &format!("To be held: {}. The hub gives two receipts.", vnd(OWED)),
        );
        deadlines(&self.office.envelope(&freezes.at_a).await?);
        Ok(freezes)
    }

    pub(super) async fn procuracy_has_its_copy(&mut self, order: &Order) -> Outcome<()> {
        self.tell.step(
            "Viện kiểm sát nhân dân khu vực đã có bản sao quyết định: cổng tự gửi trong cùng một lần ghi",
            "The regional procuracy has its copy of the decision: made by the hub in the same write",
        );
        deadlines(&self.copy_is_received(order).await?);
        let area = &self.office.agency.units;
        let communes = area.first().map_or(0, |unit| unit.territory.len());
        event(
            &format!(
                "Nơi nhận bản sao theo địa bàn của đơn vị gửi ({}: {communes} xã, phường): {}.",
                self.office.agency.unit_name(),
                self.procuracy_region.agency.short
            ),
            &format!(
                "Which procuracy: by the territory of the sending unit ({communes} communes): {}.",
                self.procuracy_region.agency.short_en
            ),
        );
        let copy = &order.copy()?.enforcement_request_id;
        check(
            self.procuracy.envelope(copy).await.is_err(),
            "the provincial procuracy, which is not the closest, has no copy",
        )
    }

    /// The regional procuracy finds a copy of `order` in its mailbox, from the same write, and confirms it.
    pub(super) async fn copy_is_received(&self, order: &Order) -> Outcome<v1::EnforcementRequest> {
        let receipt = order.copy()?;
        let (id, copied) = (&receipt.enforcement_request_id, order.id(0)?);
        let envelope = self.procuracy_region.envelope(id).await?;
        let is_copy = |relation: &v1::Relation| {
            relation.r#type() == v1::RelationType::CopyOf && relation.enforcement_request_id == copied
        };
        check(
            envelope.kind == "decision-copy" && envelope.relations.iter().any(is_copy),
            "the copy says what it is a copy of",
        )?;
        let written = order
            .reply
            .receipts
            .first()
            .and_then(|receipt| receipt.checkpoint.as_ref());
        check(
            written.is_some() && written == receipt.checkpoint.as_ref(),
            "the copy is of the same write as the decision: one checkpoint holds both",
        )?;
        self.procuracy_region.take_in(id, &order.document).await?;
        check_clock(
            &envelope,
            "transfer",
            v1::DeadlineStatus::Met,
            "a copy made at once is in time",
        )?;
        self.procuracy_region.answers("copy.received", id, &[]).await?;
        event(
            "Viện kiểm sát nhân dân khu vực đã nhận bản sao quyết định, khớp từng byte.",
            "The regional procuracy has its copy of the decision, byte for byte.",
        );
        Ok(envelope)
    }

    pub(super) async fn bank_a_holds_in_full(&mut self, freezes: &Freezes) -> Outcome<()> {
        self.tell.step(
            "Ngân hàng A vào sổ, phong tỏa và thông báo kết quả: đã phong tỏa đủ (vừa có tiền về)",
            "Bank A registers, executes and reports: held in full (money has come in meanwhile)",
        );
        self.bank_takes_in(&self.bank_a, freezes, &freezes.at_a).await?;
        self.bank_a.answers("freeze.held-full", &freezes.at_a, &[]).await?;
        let envelope = self.office.envelope(&freezes.at_a).await?;
        check(envelope.outcome == "HELD_FULL", "the sender sees the outcome")?;
        check_held(&envelope, OWED)?;
        check_clock(
            &envelope,
            "report",
            v1::DeadlineStatus::Met,
            "the result is reported within 24 hours",
        )?;
        event(
            &format!("Đã phong tỏa đủ nghĩa vụ và chi phí thi hành án: {}.", dong(OWED)),
            &format!(
                "Held in full: {}. The measure is in force until it is ended.",
                vnd(OWED)
            ),
        );
        deadlines(&envelope);
        Ok(())
    }

    /// Gives the time at which the bank executed the decision.
    pub(super) async fn bank_b_holds_in_part(&mut self, freezes: &Freezes) -> Outcome<String> {
        self.tell.step(
            "Ngân hàng B phong tỏa toàn bộ số tiền có, chưa đủ",
            "Bank B holds all there is, which is not enough",
        );
        self.bank_takes_in(&self.bank_b, freezes, &freezes.at_b).await?;
        let executed = self.bank_b.now().to_rfc3339();
        let places = |shortfall| [("shortfall", shortfall), ("executed_time", executed.as_str())];
        let wrong = self.bank_b.about("freeze.held-partial", &freezes.at_b, &places("1"))?;
        let refusal = refused(
            self.bank_b.answer(wrong).await,
            tonic::Code::InvalidArgument,
            "sums that do not add up are refused",
        )?;
        let field = present(refusal.fields.first(), "the wrong field is named")?;
        check(field.field == "/payload/shortfall", "the wrong field is named")?;
        let envelope = self.bank_b.envelope(&freezes.at_b).await?;
        check(
            envelope.state() == v1::State::Acknowledged,
            "a refused answer changes nothing",
        )?;
        event(
            &format!(
                "Tính sai số tiền còn thiếu thì cổng từ chối, không lưu gì: {} – “{}”",
                field.field, field.vi
            ),
            &format!("A wrong shortfall is refused and nothing is stored: “{}”", field.en),
        );
        self.bank_b
            .answers("freeze.held-partial", &freezes.at_b, &places(SHORTFALL_OF_B))
            .await?;
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
                "Held {}, {} short; what comes in is held too (Decree 152, Art. 43.2b).",
                vnd(FOUND_BY_B),
                vnd(SHORTFALL_OF_B)
            ),
        );
        Ok(executed)
    }

    pub(super) async fn bank_b_tops_up(&mut self, freezes: &Freezes, executed: &str) -> Outcome<()> {
        self.tell.step(
            "Có tiền về tài khoản: Ngân hàng B phong tỏa tiếp và thông báo phát sinh trong 24 giờ",
            "Money comes in: Bank B holds more and reports it within 24 hours",
        );
        let places = [("executed_time", executed)];
        self.bank_b
            .report(self.bank_b.about("freeze.report", &freezes.at_b, &places)?)
            .await?;
        let envelope = self.office.envelope(&freezes.at_b).await?;
        check_held(&envelope, HELD_BY_B_LATER)?;
        check_clock(
            &envelope,
            "report",
            v1::DeadlineStatus::Met,
            "further money is reported within 24 hours",
        )?;
        event(
            &format!(
                "Phong tỏa tiếp {}; biện pháp đang có hiệu lực: {}.",
                dong(FURTHER_OF_B),
                dong(HELD_BY_B_LATER)
            ),
            &format!(
                "{} more; the measure now holds {}.",
                vnd(FURTHER_OF_B),
                vnd(HELD_BY_B_LATER)
            ),
        );
        deadlines(&envelope);
        Ok(())
    }

    /// The bank pulls the order, moves its cursor past it and registers it.
    async fn bank_takes_in(&self, bank: &Partner, freezes: &Freezes, id: &str) -> Outcome<()> {
        check(
            !self.office.envelope(id).await?.delivered,
            "an order that nobody has read is not delivered",
        )?;
        bank.take_in(id, &freezes.order.document).await?;
        check(
            self.office.envelope(id).await?.delivered,
            "an order whose entry the recipient has passed is delivered",
        )?;
        let registered = bank.registers(id).await?;
        event(
            &format!(
                "{}: đã đến, số vào sổ {}.",
                bank.agency.short, registered.registry_number
            ),
            &format!(
                "{}: delivered, registry number {}.",
                bank.agency.short_en, registered.registry_number
            ),
        );
        Ok(())
    }
}

fn check_held(envelope: &v1::EnforcementRequest, amount: &str) -> Outcome<()> {
    let measure = present(envelope.measures.first(), "the answer opens a measure")?;
    let is_amount = |held: &v1::Amount| held.value == amount && held.unit == "VND";
    check(
        measure.in_force && measure.held.iter().any(is_amount),
        "the measure is in force and holds what the bank stated",
    )
}
