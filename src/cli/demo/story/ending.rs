//! What nobody may do, what is still open, and what the log says.

use std::collections::BTreeMap;

use lienthong_proto::v1;

use super::{Freezes, Story};
use crate::cli::demo::outcome::{Outcome, check, present, refused};
use crate::cli::demo::tell::event;

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
            &format!(
                "“{}” – đúng câu trả lời như khi yêu cầu không tồn tại.",
                foreign.text_vi
            ),
            &format!("“{}” – the very answer of a request that does not exist.", foreign.text),
        );
        Ok(())
    }

    pub(super) async fn close(&mut self, freezes: &Freezes, enquiry: &str) -> Outcome<()> {
        self.tell.step(
            "Chấp hành viên đóng yêu cầu về đất; yêu cầu phong tỏa chưa đóng được vì biện pháp đang có hiệu lực",
            "The officer closes the land enquiry; the freeze cannot be closed while its measure is in force",
        );
        let close = async |id: &str| {
            let asked = v1::CloseRequest {
                idempotency_key: self.office.key(&format!("close-{id}")),
                enforcement_request_id: id.to_owned(),
                expected_version: 0,
                reason: String::new(),
            };
            self.office.requests().close(asked).await
        };
        let receipt = present(close(enquiry).await?.into_inner().receipt, "a close is receipted")?;
        check(receipt.state() == v1::State::Closed, "a close leads to CLOSED")?;
        let answer = close(&freezes.at_a).await;
        let refusal = refused(
            answer,
            tonic::Code::FailedPrecondition,
            "a measure in force keeps a request open",
        )?;
        check(refusal.reason == "MEASURE_IN_FORCE", "the reason is the measure")?;
        event(&format!("“{}”", refusal.text_vi), &format!("“{}”", refusal.text));
        Ok(())
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
        let of_a: Vec<v1::Action> = pulled
            .entries
            .iter()
            .filter(|entry| entry.enforcement_request_id == freezes.at_a)
            .map(v1::MailboxEntry::action)
            .collect();
        check(
            of_a == [
                v1::Action::Acknowledge,
                v1::Action::AnswerInterim,
                v1::Action::AnswerFinal,
            ],
            "the sender's mailbox tells of every step of Bank A, once and in order",
        )?;
        self.office.advance(&pulled).await?;
        event(
            &format!("{} mục, không thiếu vị trí nào.", pulled.entries.len()),
            &format!("{} entries, no position missing.", pulled.entries.len()),
        );
        Ok(())
    }

    pub(super) async fn look_at_the_log(&mut self) -> Outcome<()> {
        self.tell.step("Nhật ký của cổng", "The hub's log");
        let info = self
            .office
            .admin()
            .get_server_info(v1::GetServerInfoRequest {})
            .await?
            .into_inner();
        check(info.root_hash.len() == 32, "the log has a root")?;
        let root = info
            .root_hash
            .iter()
            .take(8)
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
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
