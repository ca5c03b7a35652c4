//! The court transfers a judgment late; it is registered, and explained.

use lienthong_proto::v1;

use super::{Story, check_clock};
use crate::cli::demo::outcome::{Outcome, check, present};
use crate::cli::demo::partner::Order;
use crate::cli::demo::tell::{deadlines, deadlines_and_why, event, instant, record, time};
use crate::cli::output::date;

impl Story {
    pub(super) async fn court_transfers_late(&mut self) -> Outcome<Order> {
        self.tell.step(
            "Tòa án chuyển giao bản án đã có hiệu lực pháp luật, nhưng chậm",
            "The court transfers a judgment that has taken effect, but late",
        );
        let order = self.court.send("judgment.order", &[&self.office], &[]).await?;
        let envelope = self.court.envelope(&order.id(0)?).await?;
        deadlines_and_why(&envelope);
        check_clock(
            &envelope,
            "transfer",
            v1::DeadlineStatus::Breached,
            "the court's own clock is shown as missed",
        )?;
        let mut clocks = envelope.deadlines.iter().filter(|deadline| deadline.name == "transfer");
        check(
            clocks.all(|clock| clock.obligor() == v1::Party::Sender),
            "the missed clock is the court's, not the recipient's",
        )?;
        event(
            "Thời hạn chuyển giao tính vào Tòa án (nơi gửi), không tính vào cơ quan thi hành án.",
            "The missed deadline counts against the court (the sender), not against the enforcement agency.",
        );
        Ok(order)
    }

    pub(super) async fn judgment_is_registered(&mut self, judgment: &Order) -> Outcome<()> {
        self.tell.step(
            "Cơ quan thi hành án dân sự nhận, vào sổ nhận bản án, quyết định",
            "The enforcement agency takes it in and enters it in its register of judgments",
        );
        let id = judgment.id(0)?;
        let entry = self.office.take_in(&id, &judgment.document).await?;
        let received = present(entry.hub_time, "an entry says when it came")?;
        let envelope = self.office.registers(&id).await?;
        check(
            envelope.assigned_unit_id == self.office.agency.officer.unit,
            "the unit that deals with it is known",
        )?;
        let places = [
            ("received_time", instant(received).to_rfc3339()),
            ("registry_number", envelope.registry_number.clone()),
        ];
        let places = places.each_ref().map(|(place, value)| (*place, value.as_str()));
        self.office.answers("judgment.received", &id, &places).await?;
        let lines = self.office.register(v1::Register::Judgments).await?;
        let mut lines = lines.iter().filter(|line| line.enforcement_request_id == id);
        let line = present(lines.next(), "the judgment stands in the register of judgments")?;
        check(
            line.registry_number == envelope.registry_number && line.parties.len() == 2 && line.outcome == "RECEIVED",
            "the register has the columns of Decree 152 Art. 7.4",
        )?;
        print_judgment(line);
        deadlines(&self.court.envelope(&id).await?);
        Ok(())
    }

    pub(super) async fn judgment_is_explained(&mut self, judgment: &Order) -> Outcome<()> {
        self.tell.step(
            "Phần quyết định về lãi chưa rõ: cơ quan thi hành án yêu cầu giải thích, Tòa án giải thích",
            "The operative part on interest is unclear: the agency asks, the court explains",
        );
        let judgment_id = judgment.id(0)?;
        let places = [("related", judgment_id.as_str())];
        let order = self.office.send("clarification.order", &[&self.court], &places).await?;
        let id = order.id(0)?;
        let envelope = self.office.envelope(&id).await?;
        deadlines_and_why(&envelope);
        self.court.take_in(&id, &order.document).await?;
        self.court.registers(&id).await?;
        self.court.answers("clarification.explained", &id, &[]).await?;
        let envelope = self.office.envelope(&id).await?;
        check_clock(
            &envelope,
            "answer",
            v1::DeadlineStatus::Met,
            "an answer in time meets its deadline",
        )?;
        event(
            "Đã giải thích bản án: mức lãi suất áp dụng đối với nợ gốc quá hạn là 10,5%/năm.",
            "Explained: the rate on overdue principal is 10.5 % a year.",
        );
        Ok(())
    }
}

/// A line of the register of judgments, with the columns of Decree 152/2026 Art. 7.4.
fn print_judgment(line: &v1::RegisterEntry) {
    let judgment = line.judgment.clone().unwrap_or_default();
    let paper = line.paper.clone().unwrap_or_default();
    let parties: Vec<String> = line
        .parties
        .iter()
        .map(|party| format!("{}, {}", party.full_name, party.address))
        .collect();
    record(&[
        ("Số thứ tự", &line.registry_number),
        ("Ngày nhận", &line.received_time.map(time).unwrap_or_default()),
        ("Nơi gửi", &line.sender_name),
        (
            "Số, ngày, trích yếu văn bản",
            &numbered(&paper.number, &paper.date, &paper.subject),
        ),
        (
            "Bản án, quyết định",
            &numbered(&judgment.number, &judgment.date, &judgment.court),
        ),
        ("Đương sự", &parties.join("; ")),
        ("Đơn vị, cán bộ", &format!("{}, {}", line.unit_name, line.officer_name)),
        ("Kết quả", &line.outcome_title),
    ]);
}

fn numbered(number: &str, day: &str, what: &str) -> String {
    format!("{number} ngày {}, {what}", date(day))
}
