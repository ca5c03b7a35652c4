//! Cases over real mTLS on both databases: whole lives, what their orders may ask for, who sees them, and what holders are told.

mod books;
mod closing;
mod life;
mod notices;
mod orders;
mod province;
mod rights;
mod seeds;
mod steps;

use lienthong_proto::{Rpc, v1};
use prost::Message;
use serde_json::{Value, json};
use tonic::Status;

use crate::harness::Fixture;
use crate::harness::hub::Client;
use crate::lives::world::World;

/// Calls a method and reads its reply.
async fn ask<A: Message + Default>(client: &Client, rpc: Rpc, message: &impl Message) -> Result<A, Status> {
    let bytes = client.send(rpc, message).await?;
    Ok(A::decode(bytes.as_slice()).expect("a reply"))
}

/// The number of the enforcement decision that the examples' orders state, and its date.
const DECISION: (&str, &str) = ("21101/QĐ-THADS", "2026-09-07");

/// A case of one obligation of 150,000,000 đồng, as the examples' orders state it.
pub(crate) fn item() -> Value {
    json!({
        "decision_number": DECISION.0, "decision_date": DECISION.1, "initiative": "ON_REQUEST",
        "obligations": [{
            "id": "1", "kind": "MONEY", "amount": "150000000",
            "debtors": [{ "name": "Nguyễn Văn Giả", "identifier": "001085012345" }],
            "creditors": [{ "name": "Trần Thị Mẫu" }],
        }],
        "tags": ["CREDIT"],
    })
}

fn cases(key: &str, agency: Fixture, cases: &[Value]) -> Value {
    json!({ "schema": "lienthong/case/1", "idempotency_key": key, "agency": agency.code_text(), "cases": cases })
}

fn progress(key: &str, agency: Fixture, steps: &[Value]) -> Value {
    json!({ "schema": "lienthong/case-progress/1", "idempotency_key": key, "agency": agency.code_text(), "steps": steps })
}

async fn register(client: &Client, document: &Value) -> Result<v1::RegisterCasesResponse, Status> {
    let document = document.to_string();
    ask(
        client,
        Rpc::CaseServiceRegisterCases,
        &v1::RegisterCasesRequest { document },
    )
    .await
}

async fn record(client: &Client, document: &Value) -> Result<v1::RecordProgressResponse, Status> {
    let document = document.to_string();
    ask(
        client,
        Rpc::CaseServiceRecordProgress,
        &v1::RecordProgressRequest { document },
    )
    .await
}

async fn get(client: &Client, id: &str) -> Result<v1::GetCaseResponse, Status> {
    let case_id = id.to_owned();
    ask(client, Rpc::CaseServiceGetCase, &v1::GetCaseRequest { case_id }).await
}

/// The ids of the cases that are listed, with spaces between.
async fn list(client: &Client, filter: &str) -> String {
    let message = v1::ListCasesRequest {
        filter: filter.to_owned(),
        ..Default::default()
    };
    let page: Result<v1::ListCasesResponse, Status> = ask(client, Rpc::CaseServiceListCases, &message).await;
    let ids: Vec<String> = page.expect("a list").cases.into_iter().map(|case| case.id).collect();
    ids.join(" ")
}

async fn drafts(client: &Client, id: &str) -> Vec<v1::ReleaseDraft> {
    let message = v1::ListReleaseDraftsRequest { case_id: id.to_owned() };
    let reply: Result<v1::ListReleaseDraftsResponse, Status> =
        ask(client, Rpc::CaseServiceListReleaseDrafts, &message).await;
    reply.expect("drafts").drafts
}

/// A case of an agency in a hub.
pub(crate) struct Case<'a> {
    world: &'a World,
    agency: Fixture,
    id: String,
}

impl<'a> Case<'a> {
    pub(crate) async fn open(world: &'a World, agency: Fixture, item: Value) -> Self {
        let document = cases(&world.key(), agency, &[item]);
        let reply = register(world.client(agency), &document).await.expect("registered");
        let id = reply.case_ids.first().expect("an id").clone();
        Self { world, agency, id }
    }

    async fn try_record(&self, steps: &[Value]) -> Result<v1::RecordProgressResponse, Status> {
        let with_case = steps.iter().map(|step| {
            let mut step = step.clone();
            step["case_id"] = self.id.clone().into();
            step
        });
        let steps: Vec<Value> = with_case.collect();
        record(
            self.world.client(self.agency),
            &progress(&self.world.key(), self.agency, &steps),
        )
        .await
    }

    pub(crate) async fn record(&self, steps: &[Value]) -> v1::RecordProgressResponse {
        self.try_record(steps).await.expect("recorded")
    }

    async fn get(&self) -> v1::GetCaseResponse {
        get(self.world.client(self.agency), &self.id).await.expect("a case")
    }

    async fn money(&self) -> v1::CaseMoney {
        self.get().await.money.expect("its money")
    }

    async fn status(&self) -> String {
        self.get().await.case.expect("the case").status
    }

    async fn events(&self) -> Vec<v1::CaseHistoryEvent> {
        let message = v1::ListCaseEventsRequest {
            case_id: self.id.clone(),
            ..Default::default()
        };
        let reply: Result<v1::ListCaseEventsResponse, Status> =
            ask(self.world.client(self.agency), Rpc::CaseServiceListCaseEvents, &message).await;
        reply.expect("events").events
    }

    /// Lets an order name the case.
    pub(crate) fn named(&self) -> impl FnOnce(&mut Value) + use<> {
        let id = self.id.clone();
        move |order| order["case"]["case_id"] = id.into()
    }
}

/// A change of status on a day.
fn to(status: &str, ground: &str, date: &str) -> Value {
    json!({ "change": "status_changed", "date": date, "to": status, "ground": ground })
}

fn collected(amount: &str, date: &str) -> Value {
    json!({ "change": "collected", "date": date, "obligation": "1", "amount": amount, "source": "VOLUNTARY" })
}
