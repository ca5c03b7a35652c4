//! What nobody may see, what the books say, and what the log says.

use std::collections::BTreeMap;

use lienthong_proto::v1;

use super::{Freezes, Story};
use crate::cli::demo::outcome::{Outcome, check, present, refused};
use crate::cli::demo::partner::Partner;
use crate::cli::demo::tell::{dong, event, instant, table, time};
use crate::cli::output::date;
use crate::evidence::digest::hex;

impl Partner {
    /// The lines of its register that were written in this run.
    pub(super) async fn register(&self, register: v1::Register) -> Outcome<Vec<v1::RegisterEntry>> {
        let (mut lines, mut page_token) = (Vec::new(), String::new());
        loop {
            let asked = v1::ListRegisterRequest {
                register: register.into(),
                year: self.start().date().year().into(),
                page_size: 200,
                page_token,
                agency_code: String::new(),
            };
            let page = self.requests().list_register(asked).await?.into_inner();
            let is_new = |line: &v1::RegisterEntry| {
                line.registered_time
                    .is_some_and(|registered| instant(registered) >= self.start())
            };
            lines.extend(page.entries.into_iter().filter(is_new));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(lines);
            }
        }
    }
}

impl Story {
    pub(super) async fn nobody_else_sees(&mut self, freezes: &Freezes) -> Outcome<()> {
        self.tell.step(
            "Ngân hàng B thử xem yêu cầu của Ngân hàng A",
            "Bank B tries to see Bank A's request",
        );
        let ask = async |id: &str| {
            let asked = v1::GetRequest {
                enforcement_request_id: id.to_owned(),
                include_documents: false,
            };
            let answer = self.bank_b.requests().get(asked).await;
            refused(answer, tonic::Code::NotFound, "another agency's request is not shown")
        };
        let foreign = ask(&freezes.at_a).await?;
        let missing = ask("req_00000000000000000000000000000000").await?;
        check(
            foreign == missing,
            "someone else's request answers exactly as a missing one does",
        )?;
        event(
            &format!("“{}” – đúng câu trả lời như khi yêu cầu không tồn tại.", foreign.vi),
            &format!("“{}” – the very answer of a request that does not exist.", foreign.en),
        );
        Ok(())
    }

    pub(super) async fn registers_are_printed(&mut self) -> Outcome<()> {
        self.tell.step(
            "Các sổ và biện pháp, như in ra",
            "The registers and the measures, as printed",
        );
        let judgments = self.office.register(v1::Register::Judgments).await?;
        check(judgments.len() == 1, "the judgment stands in the register once")?;
        event(
            "Sổ nhận bản án, quyết định – THADS tỉnh Ninh Bình",
            "Register of judgments – the enforcement agency",
        );
        print_register(&judgments, ["Số", "Ngày nhận", "Văn bản", "Nội dung", "Kết quả"]);
        let incoming = self.bank_b.register(v1::Register::Incoming).await?;
        check(
            incoming.len() == 3,
            "every request that was registered stands in the register of incoming papers",
        )?;
        event("Sổ văn bản đến – Ngân hàng B", "Register of incoming papers – Bank B");
        print_register(&incoming, ["Số đến", "Ngày nhận", "Văn bản", "Tên loại", "Kết quả"]);
        let asked = v1::ListMeasuresRequest::default();
        let measures = self.office.requests().list_measures(asked).await?.into_inner().measures;
        let is_new = |measure: &v1::Measure| {
            measure
                .start_time
                .is_some_and(|start| instant(start) >= self.office.start())
        };
        let measures: Vec<v1::Measure> = measures.into_iter().filter(is_new).collect();
        check(
            measures.len() == 2 && measures.iter().all(|measure| !measure.in_force),
            "both measures are listed, and both have ended",
        )?;
        event(
            "Biện pháp do THADS tỉnh Ninh Bình áp dụng",
            "Measures ordered by the enforcement agency",
        );
        self.print_measures(&measures);
        Ok(())
    }

    fn print_measures(&self, measures: &[v1::Measure]) {
        let name = |code: &str| {
            let banks = [&self.bank_a, &self.bank_b];
            let known = banks.into_iter().find(|bank| bank.agency.code == code);
            known.map_or_else(|| code.to_owned(), |bank| bank.agency.short.clone())
        };
        let rows: Vec<Vec<String>> = measures
            .iter()
            .map(|measure| {
                let held: Vec<String> = measure.held.iter().map(|held| dong(&held.value)).collect();
                vec![
                    format!("{} ngày {}", measure.decision_number, date(&measure.decision_date)),
                    name(&measure.holder_agency_code),
                    held.join("; "),
                    measure.start_time.map(time).unwrap_or_default(),
                    measure.end_time.map(time).unwrap_or_default(),
                ]
            })
            .collect();
        table(
            &[
                "Quyết định",
                "Nơi thực hiện",
                "Số tiền khi chấm dứt",
                "Có hiệu lực từ",
                "Chấm dứt lúc",
            ],
            &rows,
        );
    }

    pub(super) async fn officer_reads_the_mailbox(&mut self, freezes: &Freezes) -> Outcome<()> {
        self.tell.step(
            "Chấp hành viên đọc hộp thư: mọi việc nơi nhận đã làm, theo đúng thứ tự",
            "The officer reads the mailbox: everything the recipients did, in order",
        );
        let pulled = self.office.pull().await?;
        let mut last: BTreeMap<i32, i64> = BTreeMap::new();
        for entry in &pulled.entries {
            let before = last.insert(entry.lane, entry.position);
            check(
                before.is_none_or(|before| before + 1 == entry.position),
                "positions in a lane have no gap",
            )?;
        }
        let of_b: Vec<v1::Action> = pulled
            .entries
            .iter()
            .filter(|entry| entry.enforcement_request_id == freezes.at_b)
            .map(v1::MailboxEntry::action)
            .collect();
        check(
            of_b == [v1::Action::Acknowledge, v1::Action::AnswerFinal, v1::Action::Report],
            "the sender's mailbox tells of every step of Bank B, once and in order",
        )?;
        self.office.advance(&pulled.advance_to).await?;
        event(
            &format!("{} mục, không thiếu vị trí nào.", pulled.entries.len()),
            &format!("{} entries, no position missing.", pulled.entries.len()),
        );
        Ok(())
    }

    pub(super) async fn log_is_looked_at(&mut self) -> Outcome<()> {
        self.tell.step("Nhật ký của cổng", "The hub's log");
        let info = self
            .office
            .admin()
            .get_server_info(v1::GetServerInfoRequest {})
            .await?
            .into_inner();
        let root = <&[u8; 32]>::try_from(info.root_hash.as_ref()).ok();
        let root: String = hex(present(root, "the log has a root")?).chars().take(16).collect();
        event(
            &format!(
                "{} mục; gốc cây băm {root}…; sửa một mục là gốc cây thay đổi.",
                info.tree_size
            ),
            &format!(
                "{} entries; Merkle root {root}…; changing any entry changes the root.",
                info.tree_size
            ),
        );
        Ok(())
    }
}

/// A register in short: number, arrival, paper, what it is (the judgment, where the order transfers one), result.
fn print_register(lines: &[v1::RegisterEntry], headings: [&str; 5]) {
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let paper = line.paper.clone().unwrap_or_default();
            let judgment = line.judgment.clone().filter(|_| line.kind == "judgment-transfer");
            vec![
                line.registry_number.clone(),
                line.received_time.map(time).unwrap_or_default(),
                format!("{} ngày {}", paper.number, date(&paper.date)),
                judgment.map_or_else(
                    || line.kind_title.clone(),
                    |judgment| format!("Bản án số {}", judgment.number),
                ),
                line.outcome_title.clone(),
            ]
        })
        .collect();
    table(&headings, &rows);
}
