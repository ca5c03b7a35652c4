//! What the two parties of a kind say to each other.

use jiff::ToSpan as _;
use lienthong::domain::time::{Clock as _, Timestamp};
use lienthong::server::clock::SystemClock;
use lienthong_proto::{Rpc, v1};
use prost::Message as _;
use serde_json::{Value, json};

use super::envelope::Steps;
use super::lives::Made;
use super::marks::Sort;
use super::papers::{PAPERS, Papers};
use super::world::World;
use crate::harness::Fixture;
use crate::harness::agencies::{PAPER_BANK, fixture};
use crate::harness::{documents, seals};

/// No answer of the catalogue's examples states that something was done later than on this day.
const LATEST: jiff::civil::Date = jiff::civil::date(2026, 12, 21);

/// A kind's papers at a hub.
pub(super) struct Desk<'a> {
    world: &'a World,
    papers: &'a Papers,
    pub(super) sender: Fixture,
    recipient: Fixture,
}

fn papers(code: &str) -> &'static Papers {
    let found = PAPERS.0.iter().find(|papers| papers.kind.code().as_str() == code);
    found.expect("a kind of the catalogue")
}

/// Every date and time as many days earlier as makes the latest of them past.
fn moved(value: &mut Value) {
    let days = i64::from((LATEST - (SystemClock.now().date() - 1.day())).get_days());
    let shift = days.max(0).days();
    match value {
        Value::Object(members) => members.values_mut().for_each(moved),
        Value::Array(items) => items.iter_mut().for_each(moved),
        Value::String(text) => {
            let Some((date, rest)) = text.split_at_checked(10) else {
                return;
            };
            if (rest.is_empty() || rest.starts_with('T'))
                && let Ok(date) = date.parse::<jiff::civil::Date>()
            {
                *text = format!("{}{rest}", date - shift);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn request_of(reply: &[u8]) -> String {
    let reply = v1::SubmitResponse::decode(reply).expect("a reply");
    reply.receipts[0].enforcement_request_id.clone()
}

/// A moment some minutes ago, RFC 3339.
fn minutes_ago(minutes: i64) -> String {
    Timestamp::from_micros(SystemClock.now().micros() - minutes * 60_000_000).to_rfc3339()
}

impl<'a> Desk<'a> {
    pub(super) fn open(world: &'a World, code: &str) -> Self {
        let papers = papers(code);
        let party = |text: &Value| fixture(&text.as_str().and_then(|text| text.parse().ok()).expect("a code"));
        Self {
            world,
            papers,
            sender: party(&papers.orders[0]["agency"]),
            recipient: party(&papers.orders[0]["recipients"][0]),
        }
    }

    fn with(self, recipient: Fixture) -> Self {
        Self { recipient, ..self }
    }

    fn code(&self) -> &str {
        self.papers.kind.code().as_str()
    }

    /// What the order relates to: a measure in force.
    async fn relations(&self, made: &mut Made) -> Value {
        let Some(cited) = documents::cited(&self.papers.kind) else {
            return json!([]);
        };
        let first = Desk {
            sender: self.sender,
            recipient: self.recipient,
            ..Desk::open(self.world, cited.kind.as_str())
        };
        let id = Box::pin(first.submit(made)).await;
        if let Some(outcome) = &cited.outcome {
            first.answer(&id, outcome).await.expect("a measure");
        }
        json!([{ "type": cited.relation, "enforcement_request_id": id }])
    }

    pub(super) async fn order(&self, made: &mut Made) -> Value {
        self.dressed(&self.papers.orders[0], made).await
    }

    /// An order of the papers, ready to be sent.
    async fn dressed(&self, order: &Value, made: &mut Made) -> Value {
        let mut order = order.clone();
        order["relations"] = self.relations(made).await;
        let mut attachments = Vec::new();
        for sort in self
            .papers
            .kind
            .definition
            .attachments
            .iter()
            .filter(|sort| sort.required)
        {
            let (attachment, id) = self.world.upload(self.sender, sort.code.as_str()).await;
            attachments.push(attachment);
            made.documents.push((id, self.sender));
        }
        order["attachments"] = attachments.into();
        order["idempotency_key"] = self.world.key().into();
        order["agency"] = self.sender.code_text().into();
        order["recipients"] = json!([self.recipient.code_text()]);
        order["head"]["signer"]["officer_id"] = self.sender.officer_id().as_str().into();
        // What is signed names its signer as he is registered.
        if !self.papers.kind.definition.signed_steps.is_empty() {
            let signer = self.world.registered(self.sender);
            order["head"]["signer"]["full_name"] = signer.full_name().into();
            order["head"]["signer"]["position"] = documents::signing_position(&self.papers.kind, signer).into();
        }
        moved(&mut order);
        order
    }

    async fn submit(&self, made: &mut Made) -> String {
        let order = self.order(made).await;
        self.send(&order, made).await
    }

    async fn send(&self, order: &Value, made: &mut Made) -> String {
        self.world.stand_as_signed(self.sender, &self.papers.kind).await;
        let content = seals::submit_now(&order.to_string());
        let sent = self
            .world
            .call(self.sender, Rpc::RequestServiceSubmit, &v1::SubmitRequest { content })
            .await;
        let id = request_of(&sent.unwrap_or_else(|status| panic!("{}: {status:?} {order}", self.code())));
        made.requests.push((id.clone(), self.sender, self.recipient));
        id
    }

    fn stated(&self, outcome: &str) -> Value {
        let stated = self.papers.answers.iter().find(|answer| answer["outcome"] == outcome);
        self.ready(stated.expect("an answer with this outcome"))
    }

    /// An answer of the papers with its dates and signer as they are here.
    fn ready(&self, answer: &Value) -> Value {
        let mut answer = answer.clone();
        moved(&mut answer);
        if answer.get("head").is_some() {
            answer["head"]["signer"]["officer_id"] = self.recipient.officer_id().as_str().into();
        }
        answer
    }

    async fn answer(&self, id: &str, outcome: &str) -> Result<Vec<u8>, tonic::Status> {
        self.say(id, self.stated(outcome)).await
    }

    async fn say(&self, id: &str, mut answer: Value) -> Result<Vec<u8>, tonic::Status> {
        answer["idempotency_key"] = self.world.key().into();
        answer["agency"] = self.recipient.code_text().into();
        answer["enforcement_request_id"] = id.into();
        let rpc = if answer["schema"] == "lienthong/report/1" {
            Rpc::RequestServiceReport
        } else {
            Rpc::RequestServiceAnswer
        };
        self.world.document(self.recipient, rpc, &answer).await
    }

    /// Takes a step that must succeed.
    async fn step(&self, by: Fixture, rpc: Rpc, document: &Value) {
        let done = self.world.document(by, rpc, document).await;
        done.unwrap_or_else(|status| panic!("{} {rpc:?}: {status:?} {document}", self.code()));
    }

    /// The steps about a request, whose papers come with a scan that `by` has uploaded.
    async fn steps(&self, id: &str, by: Fixture, made: &mut Made) -> Steps<'_> {
        let (scan, document) = self.world.upload(by, "OTHER").await;
        made.documents.push((document, by));
        Steps {
            kind: &self.papers.kind,
            id: id.to_owned(),
            scan,
            key: Box::new(|| self.world.key()),
            date: SystemClock.now().date().to_string(),
        }
    }

    async fn acknowledge(&self, steps: &Steps<'_>) {
        let mut document = steps.acknowledge(self.recipient);
        let number = usize::try_from(self.world.number()).expect("small");
        document["registry_number"] = Sort::Words.mark(number, 50).into();
        self.step(self.recipient, Rpc::RequestServiceAcknowledge, &document)
            .await;
    }

    /// Every outcome, each on a request of its own.
    pub(super) async fn outcomes(&self, made: &mut Made) {
        let definition = &self.papers.kind.definition;
        let measure = definition
            .outcomes
            .iter()
            .find(|outcome| outcome.r#final && outcome.measure);
        for (number, outcome) in definition.outcomes.iter().enumerate() {
            let id = self.submit(made).await;
            let steps = self.steps(&id, self.recipient, made).await;
            if number == 0 || !outcome.r#final {
                self.acknowledge(&steps).await;
            }
            let name = outcome.code.to_string();
            if outcome.is_for_reports_only() {
                let first = measure.expect("an outcome with a measure").code.to_string();
                self.answer(&id, &first)
                    .await
                    .unwrap_or_else(|status| panic!("{first}: {status:?}"));
            }
            let done = self.answer(&id, &name).await;
            done.unwrap_or_else(|status| panic!("{} {name}: {status:?}", self.code()));
            if number == 0 && outcome.r#final {
                let document = steps.correct(self.recipient, &self.stated(&name));
                self.step(self.recipient, Rpc::RequestServiceCorrect, &document).await;
                let message = v1::DisputeRequest {
                    idempotency_key: self.world.key(),
                    enforcement_request_id: id.clone(),
                    reason_code: "INCOMPLETE".to_owned(),
                    reason: Sort::Words.mark(2, 4_000),
                    ..Default::default()
                };
                self.world
                    .call(self.sender, Rpc::RequestServiceDispute, &message)
                    .await
                    .expect("disputed");
            }
        }
    }

    /// The orders and answers besides those of the examples.
    pub(super) async fn others(&self, made: &mut Made) {
        let outcomes = &self.papers.kind.definition.outcomes;
        for order in self.papers.orders.iter().skip(1) {
            let order = self.dressed(order, made).await;
            self.send(&order, made).await;
        }
        for answer in self.papers.answers.iter().skip(outcomes.len()) {
            let id = self.submit(made).await;
            let stated = outcomes
                .iter()
                .find(|outcome| answer["outcome"] == outcome.code.as_str());
            if stated.is_some_and(|outcome| !outcome.r#final) {
                let steps = self.steps(&id, self.recipient, made).await;
                self.acknowledge(&steps).await;
            }
            let done = self.say(&id, self.ready(answer)).await;
            done.unwrap_or_else(|status| panic!("{}: {status:?} {answer}", self.code()));
        }
    }

    /// Questions, returns, withdrawals: everything else that the two can say.
    pub(super) async fn quarrel(&self, made: &mut Made) {
        let id = self.submit(made).await;
        let steps = self.steps(&id, self.recipient, made).await;
        self.acknowledge(&steps).await;
        let reason = Sort::Words.mark(3, 2_000);
        let (idempotency_key, enforcement_request_id) = (self.world.key(), id.clone());
        let ask = v1::AskClarificationRequest {
            idempotency_key,
            enforcement_request_id,
            question: Sort::Words.mark(4, 4_000),
            ..Default::default()
        };
        self.world
            .call(self.recipient, Rpc::RequestServiceAskClarification, &ask)
            .await
            .expect("asked");
        let clarify = self.steps(&id, self.sender, made).await.clarify(self.sender);
        self.step(self.sender, Rpc::RequestServiceClarify, &clarify).await;
        // Not every kind has a clock that can be lengthened.
        let extend = v1::ExtendRequest {
            idempotency_key: self.world.key(),
            enforcement_request_id: id.clone(),
            deadline_name: "answer".to_owned(),
            reason: reason.clone(),
            ..Default::default()
        };
        drop(
            self.world
                .call(self.recipient, Rpc::RequestServiceExtend, &extend)
                .await,
        );
        let returned = steps.send_back(self.recipient, self.sender);
        self.step(self.recipient, Rpc::RequestServiceSendBack, &returned).await;
        let dispute = v1::DisputeRequest {
            idempotency_key: self.world.key(),
            enforcement_request_id: id.clone(),
            reason_code: "UNFOUNDED".to_owned(),
            reason: reason.clone(),
            unfounded_return: true,
            ..Default::default()
        };
        self.world
            .call(self.sender, Rpc::RequestServiceDispute, &dispute)
            .await
            .expect("disputed");
        for accept in [false, true] {
            let withdraw = steps.withdraw(self.sender);
            self.step(self.sender, Rpc::RequestServiceWithdraw, &withdraw).await;
            let decide = v1::DecideWithdrawalRequest {
                idempotency_key: self.world.key(),
                enforcement_request_id: id.clone(),
                accept,
                reason: reason.clone(),
                ..Default::default()
            };
            self.world
                .call(self.recipient, Rpc::RequestServiceDecideWithdrawal, &decide)
                .await
                .expect("decided");
        }
        let id = self.submit(made).await;
        let steps = Steps {
            id: id.clone(),
            ..steps
        };
        let returned = steps.send_back(self.recipient, self.sender);
        self.step(self.recipient, Rpc::RequestServiceSendBack, &returned).await;
        let close = v1::CloseRequest {
            idempotency_key: self.world.key(),
            enforcement_request_id: id,
            reason,
            ..Default::default()
        };
        self.world
            .call(self.sender, Rpc::RequestServiceClose, &close)
            .await
            .expect("closed");
    }

    /// The partner that is not connected: its papers are served and entered for it.
    pub(super) async fn paper(self, made: &mut Made) {
        let desk = self.with(PAPER_BANK);
        for refused in [false, true] {
            let id = desk.submit(made).await;
            let steps = desk.steps(&id, desk.sender, made).await;
            let serve = steps.serve(desk.sender, &minutes_ago(30), refused);
            desk.step(desk.sender, Rpc::RequestServiceServe, &serve).await;
            let mut record = steps.record_answer(PAPER_BANK, &desk.stated("NO_CLIENT"));
            record["agency"] = desk.sender.code_text().into();
            record["head"]["date"] = steps.date.as_str().into();
            desk.step(desk.sender, Rpc::RequestServiceRecordAnswer, &record).await;
        }
    }
}
