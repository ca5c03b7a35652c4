//! A hub with an enforcement agency of two persons, and orders whose retention is over.

use std::cell::Cell;

use lienthong::domain::time::{Clock as _, Timestamp};
use lienthong_proto::{Rpc, v1};
use prost::Message;
use serde_json::Value;
use tonic::Status;

use crate::documents::exchange::{attachment, uploaded};
use crate::harness::agencies::{LAND_OFFICE, THADS};
use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::{Fixture, TestDatabase, TestHub, documents};
use crate::rpc::same_key::submit;

/// The second person of the agency.
pub(super) const SECOND: &str = "chv.nguoi.thu.hai";

pub(super) struct World {
    pub(super) hub: TestHub,
    /// The first person.
    pub(super) first: Client,
    /// The second.
    pub(super) second: Client,
    pub(super) land: Client,
    keys: Cell<u32>,
}

/// Calls a method and reads its reply.
pub(super) async fn ask<A: Message + Default>(client: &Client, rpc: Rpc, message: &impl Message) -> Result<A, Status> {
    let bytes = client.send(rpc, message).await?;
    Ok(A::decode(bytes.as_slice()).expect("a reply"))
}

/// An officer of scope ALL or narrower.
pub(super) async fn register(client: &Client, id: &str, scope: v1::OfficerScope) {
    let officer = v1::Officer {
        officer_id: id.to_owned(),
        full_name: "Nguyễn Văn Giả".to_owned(),
        position: "Chấp hành viên".to_owned(),
        unit_id: String::new(),
        valid_from: "2026-01-01".to_owned(),
        valid_to: String::new(),
        scope: scope.into(),
    };
    let message = v1::RegisterOfficerRequest {
        idempotency_key: format!("officer-{id}"),
        agency_code: String::new(),
        officer: Some(officer),
    };
    client.agencies().register_officer(message).await.expect("registered");
}

impl World {
    pub(super) async fn start(database: &TestDatabase) -> Self {
        let hub = TestHub::start_for_years(database, 30).await;
        let first = hub.client(THADS).await;
        register(&first, SECOND, v1::OfficerScope::All).await;
        Self {
            second: hub.officer(THADS, SECOND).await,
            land: hub.client(LAND_OFFICE).await,
            first,
            hub,
            keys: Cell::new(0),
        }
    }

    /// A key that was never used.
    pub(super) fn key(&self) -> String {
        self.keys.set(self.keys.get() + 1);
        format!("erasure-{:06}", self.keys.get())
    }

    /// Sets the clock, which only goes forward: `2037-01-02T09:00`, as it is in Viet Nam.
    pub(super) fn at(&self, moment: &str) {
        let moment = Timestamp::parse_rfc3339(&format!("{moment}:00+07:00")).expect("a moment");
        let by = moment.micros() - self.hub.clock.now().micros();
        assert!(by >= 0, "time goes forward");
        self.hub.clock.advance_micros(by);
    }

    /// Submits an order, changed by `change`; the requests that it opened, copies by right last.
    pub(super) async fn send(&self, code: &str, to: &[Fixture], change: impl FnOnce(&mut Value)) -> Vec<String> {
        self.try_send(code, to, change).await.expect("accepted")
    }

    async fn try_send(
        &self,
        code: &str,
        to: &[Fixture],
        change: impl FnOnce(&mut Value),
    ) -> Result<Vec<String>, Status> {
        let mut order = documents::order(&kind(code), &self.key(), THADS, to);
        change(&mut order);
        let reply = self.first.requests().submit(submit(&order)).await?;
        let receipts = reply.into_inner().receipts.into_iter();
        Ok(receipts.map(|receipt| receipt.enforcement_request_id).collect())
    }

    /// An enquiry at the land office that names these uploaded documents.
    pub(super) async fn enquiry(&self, attached: &[&[u8]]) -> String {
        self.try_enquiry(attached).await.expect("accepted")
    }

    pub(super) async fn try_enquiry(&self, attached: &[&[u8]]) -> Result<String, Status> {
        let attachments: Vec<Value> = attached.iter().map(|content| attachment(content)).collect();
        let attach = |order: &mut Value| order["attachments"] = attachments.into();
        Ok(self
            .try_send("land-information", &[LAND_OFFICE], attach)
            .await?
            .remove(0))
    }

    pub(super) async fn upload(&self, content: &[u8]) -> String {
        uploaded(&self.first, &self.key(), content).await
    }

    pub(super) async fn answer(&self, client: &Client, code: &str, outcome: &str, by: Fixture, id: &str) {
        let answer = documents::answer(&kind(code), outcome, &self.key(), by, id);
        let message = v1::AnswerRequest {
            content: Some(v1::answer_request::Content::Document(answer.to_string())),
            expected_version: 0,
        };
        client.requests().answer(message).await.expect("answered");
    }

    pub(super) async fn close(&self, id: &str) {
        let message = v1::CloseRequest {
            idempotency_key: self.key(),
            enforcement_request_id: id.to_owned(),
            ..Default::default()
        };
        self.first.requests().close(message).await.expect("closed");
    }

    /// Takes back what nobody has read yet.
    pub(super) async fn withdraw(&self, id: &str) {
        let message = v1::WithdrawRequest {
            content: Some(v1::withdraw_request::Content::Document(
                documents::withdraw(&self.key(), THADS, id).to_string(),
            )),
            ..Default::default()
        };
        self.first.requests().withdraw(message).await.expect("withdrawn");
    }

    /// An enquiry that was answered and closed.
    pub(super) async fn closed_enquiry(&self, attached: &[&[u8]]) -> String {
        let id = self.enquiry(attached).await;
        self.answer(&self.land, "land-information", "FOUND", LAND_OFFICE, &id)
            .await;
        self.close(&id).await;
        id
    }

    pub(super) async fn propose(&self, client: &Client, id: &str) -> Result<v1::ProposeErasureResponse, Status> {
        propose(client, &self.key(), id).await
    }

    pub(super) async fn decide(
        &self,
        client: &Client,
        proposal_index: i64,
        decision: v1::ErasureDecision,
    ) -> Result<v1::DecideErasureResponse, Status> {
        let message = v1::DecideErasureRequest {
            idempotency_key: self.key(),
            proposal_index,
            decision: decision.into(),
            reason: String::new(),
        };
        ask(client, Rpc::EvidenceServiceDecideErasure, &message).await
    }

    /// Both persons have their say; the erasure.
    pub(super) async fn erase(&self, id: &str) -> v1::Erasure {
        let proposed = self.propose(&self.first, id).await.expect("proposed");
        let index = proposed.erasure.expect("a proposal").proposal_index;
        let decided = self.decide(&self.second, index, v1::ErasureDecision::Confirm).await;
        decided.expect("confirmed").erasure.expect("an erasure")
    }

    pub(super) async fn get(&self, client: &Client, id: &str) -> v1::GetResponse {
        let message = v1::GetRequest {
            enforcement_request_id: id.to_owned(),
            include_documents: true,
        };
        client.requests().get(message).await.expect("a request").into_inner()
    }

    pub(super) async fn due(&self, client: &Client) -> Vec<v1::ErasableRequest> {
        let message = v1::ListErasableRequest::default();
        let page: v1::ListErasableResponse = ask(client, Rpc::EvidenceServiceListErasable, &message)
            .await
            .expect("a page");
        page.requests
    }

    pub(super) async fn erasures(&self, client: &Client, pending_only: bool) -> Vec<v1::Erasure> {
        let message = v1::ListErasuresRequest {
            pending_only,
            ..Default::default()
        };
        let page: v1::ListErasuresResponse = ask(client, Rpc::EvidenceServiceListErasures, &message)
            .await
            .expect("a page");
        page.erasures
    }
}

pub(super) async fn propose(client: &Client, key: &str, id: &str) -> Result<v1::ProposeErasureResponse, Status> {
    let message = v1::ProposeErasureRequest {
        idempotency_key: key.to_owned(),
        enforcement_request_id: id.to_owned(),
        reason: "Hết thời hạn lưu".to_owned(),
    };
    ask(client, Rpc::EvidenceServiceProposeErasure, &message).await
}
