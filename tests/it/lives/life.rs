//! A request that lives at a hub: the steps of its parties, and what can be seen of it.

use std::sync::Arc;

use lienthong::domain::catalogue::Kind;
use lienthong::domain::time::Timestamp;
use lienthong::evidence::digest::sha256;
use lienthong_proto::{Rpc, v1};
use prost::Message as _;
use serde_json::{Value, json};
use tonic::Status;

use crate::harness::wire::reason;
use crate::harness::{Fixture, documents};

use super::world::World;

/// A request and its two parties.
#[derive(Clone)]
pub(crate) struct Life<'a> {
    pub(crate) world: &'a World,
    pub(crate) id: String,
    pub(crate) kind: Arc<Kind>,
    pub(crate) sender: Fixture,
    pub(crate) recipient: Fixture,
}

/// What came of a step.
pub(crate) type Done = Result<v1::Receipt, Status>;

impl Life<'_> {
    /// The request as its sender sees it; the recipient, if it is connected, sees the same.
    pub(crate) async fn get(&self) -> v1::EnforcementRequest {
        let ask = v1::GetRequest {
            enforcement_request_id: self.id.clone(),
            include_documents: false,
        };
        let mut seen = Vec::new();
        for party in [self.sender, self.recipient]
            .into_iter()
            .filter(|party| party.is_digital())
        {
            let reply = self.world.client(party).requests().get(ask.clone()).await;
            seen.push(
                reply
                    .expect("a request")
                    .into_inner()
                    .enforcement_request
                    .expect("a request"),
            );
        }
        assert!(
            seen.windows(2).all(|pair| pair[0] == pair[1]),
            "both parties see the same"
        );
        seen.pop().expect("a connected party")
    }

    /// State and outcome: `ANSWERED FOUND`.
    pub(crate) async fn state(&self) -> String {
        let request = self.get().await;
        let state = request.state().as_str_name().trim_start_matches("STATE_").to_owned();
        format!("{state} {}", request.outcome).trim_end().to_owned()
    }

    /// The clocks of that name, oldest first: `MET 2026-11-26 23:59`, or without due time `PAUSED`.
    pub(crate) async fn clocks(&self, name: &str) -> Vec<String> {
        let request = self.get().await;
        let named = request.deadlines.iter().filter(|deadline| deadline.name == name);
        named
            .map(|deadline| {
                let status = deadline.status().as_str_name().trim_start_matches("DEADLINE_STATUS_");
                let due = deadline.due_time.as_ref().map(|due| {
                    let civil = Timestamp::from_micros(due.seconds * 1_000_000).civil();
                    civil.strftime(" %F %H:%M").to_string()
                });
                format!("{status}{}", due.unwrap_or_default())
            })
            .collect()
    }

    /// The only clock of that name.
    pub(crate) async fn clock(&self, name: &str) -> String {
        let mut clocks = self.clocks(name).await;
        assert_eq!(clocks.len(), 1, "clocks named {name}: {clocks:?}");
        clocks.remove(0)
    }

    /// What its measure holds: `VND 41200000` while in force, `ended` after, `none` if there never was one.
    pub(crate) async fn held(&self) -> String {
        match self.get().await.measures.as_slice() {
            [] => "none".to_owned(),
            [measure] if measure.in_force => {
                assert_eq!(measure.holder_agency_code, self.recipient.code_text());
                assert_eq!(measure.issuer_agency_code, self.sender.code_text());
                let held = measure
                    .held
                    .iter()
                    .map(|amount| format!("{} {}", amount.unit, amount.value));
                let held = held.collect::<Vec<_>>().join(", ");
                if held.is_empty() { "in force".to_owned() } else { held }
            }
            [_] => "ended".to_owned(),
            several => panic!("{} measures", several.len()),
        }
    }

    /// Takes a step that a document states. All messages of such steps have the same form.
    pub(crate) async fn document(&self, rpc: Rpc, by: Fixture, document: &Value) -> Done {
        let message = v1::AnswerRequest {
            content: Some(v1::answer_request::Content::Document(document.to_string())),
            expected_version: 0,
        };
        let receipt = self.receipt(&self.world.client(by).send(rpc, &message).await?);
        assert_eq!(receipt.content_sha256, sha256(document.to_string().as_bytes()).to_vec());
        Ok(receipt)
    }

    /// The receipt in a reply, whose messages all have the same form.
    fn receipt(&self, reply: &[u8]) -> v1::Receipt {
        let reply = v1::AnswerResponse::decode(reply).expect("a reply");
        let receipt = reply.receipt.expect("a receipt");
        assert_eq!(receipt.enforcement_request_id, self.id);
        assert!(
            receipt
                .checkpoint
                .as_ref()
                .is_some_and(|tree| tree.tree_size > receipt.log_index)
        );
        receipt
    }

    /// Takes a step by a message without a document.
    pub(crate) async fn command<Q: prost::Message>(&self, rpc: Rpc, by: Fixture, message: &Q) -> Done {
        Ok(self.receipt(&self.world.client(by).send(rpc, message).await?))
    }

    pub(crate) fn small(&self, name: &str, by: Fixture, own: &Value) -> Value {
        documents::small(name, &self.world.key(), by, &self.id, own)
    }

    pub(crate) async fn acknowledge(&self) -> v1::Receipt {
        let document = documents::acknowledge(&self.world.key(), self.recipient, &self.id);
        let done = self
            .document(Rpc::RequestServiceAcknowledge, self.recipient, &document)
            .await;
        done.expect("acknowledged")
    }

    /// The example's answer with this outcome.
    pub(crate) async fn answer(&self, outcome: &str) -> v1::Receipt {
        self.answer_with(outcome, |_| {}).await.expect("answered")
    }

    pub(crate) async fn answer_with(&self, outcome: &str, change: impl FnOnce(&mut Value)) -> Done {
        let mut answer = documents::answer(&self.kind, outcome, &self.world.key(), self.recipient, &self.id);
        change(&mut answer);
        self.document(Rpc::RequestServiceAnswer, self.recipient, &answer).await
    }

    /// The example's outcome as a report.
    pub(crate) async fn report(&self, outcome: &str, change: impl FnOnce(&mut Value)) -> Done {
        self.report_by(self.recipient, outcome, change).await
    }

    pub(crate) async fn report_by(&self, by: Fixture, outcome: &str, change: impl FnOnce(&mut Value)) -> Done {
        let example = documents::answer(&self.kind, outcome, "none", by, &self.id);
        let mut own = json!({ "outcome": outcome, "payload": example["payload"] });
        change(&mut own);
        self.document(Rpc::RequestServiceReport, by, &self.small("report", by, &own))
            .await
    }

    /// The example's answer with this outcome in place of the one before.
    pub(crate) async fn correct_by(&self, by: Fixture, outcome: &str) -> Done {
        self.corrected(by, outcome, |_| {}).await
    }

    pub(crate) async fn correct_with(&self, outcome: &str, change: impl FnOnce(&mut Value)) -> Done {
        self.corrected(self.recipient, outcome, change).await
    }

    async fn corrected(&self, by: Fixture, outcome: &str, change: impl FnOnce(&mut Value)) -> Done {
        let example = documents::answer(&self.kind, outcome, "none", self.recipient, &self.id);
        let mut own = json!({
            "outcome": outcome, "head": example["head"], "payload": example["payload"],
            "explanation": "Đính chính do nhầm lẫn khi nhập.",
        });
        if example.get("reasons").is_some() {
            own["reasons"] = example["reasons"].clone();
        }
        change(&mut own);
        self.document(Rpc::RequestServiceCorrect, by, &self.small("correct", by, &own))
            .await
    }

    pub(crate) async fn correct(&self, outcome: &str) -> v1::Receipt {
        self.correct_by(self.recipient, outcome).await.expect("corrected")
    }

    pub(crate) async fn send_back(&self, by: Fixture, own: &Value) -> Done {
        self.document(Rpc::RequestServiceSendBack, by, &self.small("send-back", by, own))
            .await
    }

    pub(crate) async fn ask(&self) -> v1::Receipt {
        let message = v1::AskClarificationRequest {
            idempotency_key: self.world.key(),
            enforcement_request_id: self.id.clone(),
            question: "Đề nghị làm rõ thông tin của người phải thi hành án.".to_owned(),
            ..Default::default()
        };
        let done = self
            .command(Rpc::RequestServiceAskClarification, self.recipient, &message)
            .await;
        done.expect("asked")
    }

    pub(crate) async fn clarify(&self) -> v1::Receipt {
        let document = documents::clarify(&self.world.key(), self.sender, &self.id);
        let done = self.document(Rpc::RequestServiceClarify, self.sender, &document).await;
        done.expect("clarified")
    }

    pub(crate) async fn extend(&self, clock: &str) -> Done {
        let message = v1::ExtendRequest {
            idempotency_key: self.world.key(),
            enforcement_request_id: self.id.clone(),
            deadline_name: clock.to_owned(),
            reason: "Vụ việc phức tạp, cần thêm thời gian.".to_owned(),
            ..Default::default()
        };
        self.command(Rpc::RequestServiceExtend, self.recipient, &message).await
    }

    pub(crate) async fn dispute(&self, unfounded_return: bool) -> Done {
        let message = v1::DisputeRequest {
            idempotency_key: self.world.key(),
            enforcement_request_id: self.id.clone(),
            reason_code: if unfounded_return { "UNFOUNDED" } else { "INCOMPLETE" }.to_owned(),
            reason: "Chưa trả lời đủ nội dung yêu cầu.".to_owned(),
            unfounded_return,
            ..Default::default()
        };
        self.command(Rpc::RequestServiceDispute, self.sender, &message).await
    }

    pub(crate) async fn withdraw(&self) -> v1::Receipt {
        let document = documents::withdraw(&self.world.key(), self.sender, &self.id);
        let done = self.document(Rpc::RequestServiceWithdraw, self.sender, &document).await;
        done.expect("asked back")
    }

    pub(crate) async fn decide(&self, by: Fixture, accept: bool) -> Done {
        let message = v1::DecideWithdrawalRequest {
            idempotency_key: self.world.key(),
            enforcement_request_id: self.id.clone(),
            accept,
            reason: if accept { "" } else { "Đã thực hiện xong." }.to_owned(),
            ..Default::default()
        };
        self.command(Rpc::RequestServiceDecideWithdrawal, by, &message).await
    }

    pub(crate) async fn try_close(&self) -> Done {
        let message = v1::CloseRequest {
            idempotency_key: self.world.key(),
            enforcement_request_id: self.id.clone(),
            reason: "Đã xong.".to_owned(),
            ..Default::default()
        };
        self.command(Rpc::RequestServiceClose, self.sender, &message).await
    }

    pub(crate) async fn close(&self) {
        let receipt = self.try_close().await.expect("closed");
        assert_eq!(receipt.state(), v1::State::Closed);
    }

    /// The events, oldest first; their versions are dense.
    pub(crate) async fn events(&self) -> Vec<v1::Event> {
        let ask = v1::ListEventsRequest {
            enforcement_request_id: self.id.clone(),
            page_size: 100,
            ..Default::default()
        };
        let reply = self.world.client(self.sender).requests().list_events(ask).await;
        let events = reply.expect("a page").into_inner().events;
        let versions: Vec<i64> = events.iter().map(|event| event.version).collect();
        assert_eq!(versions, (1..=self.get().await.version).collect::<Vec<_>>());
        events
    }

    /// What happened, and that each side's mailbox told it of what the other did: `submit acknowledge answer_final`.
    pub(crate) async fn told(&self) -> String {
        let events = self.events().await;
        for (party, side) in [(self.sender, v1::Party::Recipient), (self.recipient, v1::Party::Sender)] {
            if !party.is_digital() {
                continue;
            }
            let entries = self.world.entries(party, &self.id).await;
            let entered: Vec<i64> = entries.iter().map(|entry| entry.log_index).collect();
            for event in events.iter().filter(|event| event.party() == side) {
                assert!(
                    entered.contains(&event.log_index),
                    "{} was not told of {:?}",
                    party.code_text(),
                    event.action()
                );
            }
        }
        self.names().await
    }

    /// What happened: `submit acknowledge answer_final`.
    pub(crate) async fn names(&self) -> String {
        let events = self.events().await;
        events
            .iter()
            .map(|event| name(event.action()))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

fn name(action: v1::Action) -> String {
    action.as_str_name().trim_start_matches("ACTION_").to_lowercase()
}

/// The reason of a refusal.
pub(crate) fn refused(done: Done) -> String {
    reason(&done.expect_err("the step should have been refused"))
}
