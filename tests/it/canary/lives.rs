//! Every kind with every outcome, and every step, with marks wherever something can be said; and those whom it concerns
//! read it.

use lienthong_proto::{Rpc, v1};
use prost::Message as _;
use serde_json::{Value, json};

use super::desk::Desk;
use super::envelope::mark;
use super::fields::Marker;
use super::marks::Sort;
use super::papers::PAPERS;
use super::world::World;
use crate::harness::Fixture;
use crate::harness::agencies::{BANK, BANK_2, OPERATOR, PAPER_BANK, THADS};
use crate::harness::seals;

/// What came to be: requests with their parties, uploads with their owner.
#[derive(Default)]
pub(super) struct Made {
    pub(super) requests: Vec<(String, Fixture, Fixture)>,
    pub(super) documents: Vec<(String, Fixture)>,
    pub(super) broadcasts: Vec<(String, Fixture)>,
}

/// One order to two banks.
async fn broadcast(world: &World, made: &mut Made) {
    let desk = Desk::open(world, "account-freeze");
    let mut order = desk.order(made).await;
    order["recipients"] = json!([BANK.code_text(), BANK_2.code_text()]);
    order["payload"]["scope"] = "WHOLE_CLIENT".into();
    order["payload"].as_object_mut().expect("an object").remove("accounts");
    let content = seals::submit_now(&order.to_string());
    let sent = world
        .call(desk.sender, Rpc::RequestServiceSubmit, &v1::SubmitRequest { content })
        .await;
    let reply = v1::SubmitResponse::decode(sent.expect("sent").as_slice()).expect("a reply");
    made.broadcasts.push((reply.broadcast_id, desk.sender));
}

/// The account that the freezes name.
pub(super) fn account() -> String {
    let freeze = PAPERS
        .0
        .iter()
        .find(|papers| papers.kind.code().as_str() == "account-freeze");
    let order = &freeze.expect("a freeze").orders[0];
    let number = order["payload"]["accounts"][0]["number"].as_str();
    number.expect("an account").to_owned()
}

/// What is said of agencies, officers and measures.
async fn registry(world: &World) {
    let measure = v1::NewMeasure {
        kind: "account-freeze".to_owned(),
        holder_agency_code: BANK.code_text().to_owned(),
        issuer_agency_code: THADS.code_text().to_owned(),
        decision_number: Sort::PaperNumber.mark(5, 100),
        decision_date: "2025-03-10".to_owned(),
        decision_office: Sort::Words.mark(5, 200),
        held: vec![v1::Amount {
            value: "1187850000000".to_owned(),
            unit: "VND".to_owned(),
        }],
        start_time: Some(prost_types::Timestamp {
            seconds: 1_741_600_000,
            nanos: 0,
        }),
        accounts: vec![Sort::Account.mark(5, 34)],
    };
    let message = v1::RegisterMeasuresRequest {
        idempotency_key: world.key(),
        measures: vec![measure],
    };
    world
        .call(THADS, Rpc::RequestServiceRegisterMeasures, &message)
        .await
        .expect("registered");
    let officer = v1::Officer {
        officer_id: "chv.moi".to_owned(),
        full_name: Sort::Words.mark(6, 120),
        position: Sort::Words.mark(7, 120),
        valid_from: "2026-01-01".to_owned(),
        ..Default::default()
    };
    let message = v1::RegisterOfficerRequest {
        idempotency_key: world.key(),
        agency_code: String::new(),
        officer: Some(officer),
    };
    world
        .call(THADS, Rpc::AgencyServiceRegisterOfficer, &message)
        .await
        .expect("registered");
    for suspended in [true, false] {
        let message = v1::SuspendAgencyRequest {
            idempotency_key: world.key(),
            code: PAPER_BANK.code_text().to_owned(),
            suspended,
            reason: Sort::Words.mark(8, 2_000),
        };
        world
            .call(OPERATOR, Rpc::AgencyServiceSuspendAgency, &message)
            .await
            .expect("done");
    }
    let message = v1::RevokeCredentialRequest {
        idempotency_key: world.key(),
        agency_code: THADS.code_text().to_owned(),
        sha256: vec![7; 32].into(),
        reason: Sort::Words.mark(9, 2_000),
        ..Default::default()
    };
    world
        .call(OPERATOR, Rpc::AgencyServiceRevokeCredential, &message)
        .await
        .expect_err("there is none");
}

/// Those whom it concerns read what there is: the marks are there.
async fn read(world: &World, made: &Made) {
    for (id, sender, recipient) in &made.requests {
        for party in [sender, recipient].into_iter().filter(|party| party.is_digital()) {
            let get = v1::GetRequest {
                enforcement_request_id: id.clone(),
                include_documents: true,
            };
            world
                .call(*party, Rpc::RequestServiceGet, &get)
                .await
                .expect("a request");
        }
    }
    let (id, sender, recipient) = &made.requests[0];
    let events = v1::ListEventsRequest {
        enforcement_request_id: id.clone(),
        ..Default::default()
    };
    world
        .call(*sender, Rpc::RequestServiceListEvents, &events)
        .await
        .expect("events");
    for party in [*sender, *recipient, THADS, BANK] {
        let pull = v1::PullRequest {
            max_entries: 1_000,
            include_documents: true,
            ..Default::default()
        };
        world
            .call(party, Rpc::MailboxServicePull, &pull)
            .await
            .expect("entries");
        let subscribe = v1::SubscribeRequest {
            include_documents: true,
            ..Default::default()
        };
        world
            .call(party, Rpc::MailboxServiceSubscribe, &subscribe)
            .await
            .expect("an entry");
        world
            .call(party, Rpc::RequestServiceList, &v1::ListRequest::default())
            .await
            .expect("a list");
        for register in [v1::Register::Incoming, v1::Register::Judgments] {
            let ask = v1::ListRegisterRequest {
                register: register.into(),
                ..Default::default()
            };
            world
                .call(party, Rpc::RequestServiceListRegister, &ask)
                .await
                .expect("a register");
        }
        world
            .call(
                party,
                Rpc::RequestServiceListMeasures,
                &v1::ListMeasuresRequest::default(),
            )
            .await
            .expect("a list");
        let ask = v1::ListAccountHoldsRequest {
            account: account(),
            ..Default::default()
        };
        world
            .call(party, Rpc::RequestServiceListAccountHolds, &ask)
            .await
            .expect("a list");
        let ask = v1::GetAgencyRequest {
            code: party.code_text().to_owned(),
        };
        world
            .call(party, Rpc::AgencyServiceGetAgency, &ask)
            .await
            .expect("oneself");
    }
    for (id, owner) in &made.documents {
        let ask = v1::DownloadRequest {
            document_id: id.clone(),
            offset: 0,
        };
        world
            .call(*owner, Rpc::DocumentServiceDownload, &ask)
            .await
            .expect("its bytes");
        let ask = v1::GetDocumentRequest {
            document_id: id.clone(),
        };
        world
            .call(*owner, Rpc::DocumentServiceGetDocument, &ask)
            .await
            .expect("a description");
    }
    for (id, sender) in &made.broadcasts {
        let ask = v1::GetBroadcastRequest {
            broadcast_id: id.clone(),
        };
        world
            .call(*sender, Rpc::RequestServiceGetBroadcast, &ask)
            .await
            .expect("a broadcast");
    }
}

/// Everything that agencies do with each other.
pub(super) async fn live(world: &World) -> Made {
    let mut made = Made::default();
    for papers in &PAPERS.0 {
        let code = papers.kind.code().as_str();
        let desk = Desk::open(world, code);
        desk.outcomes(&mut made).await;
        desk.others(&mut made).await;
        desk.quarrel(&mut made).await;
    }
    Desk::open(world, "account-freeze").paper(&mut made).await;
    broadcast(world, &mut made).await;
    registry(world).await;
    read(world, &made).await;
    made
}

/// An order of a kind, as `live` sends it, for others to spoil.
pub(super) async fn order(world: &World, code: &str) -> (Value, Fixture) {
    let desk = Desk::open(world, code);
    let dressed = desk.order(&mut Made::default()).await;
    let mut order = dressed.clone();
    mark(&mut order, &mut Marker::default());
    // Its signer is registered, and an order that cites another is about the same person; both bear marks of their own.
    order["head"]["signer"] = dressed["head"]["signer"].clone();
    if dressed["relations"].as_array().is_some_and(|cited| !cited.is_empty()) {
        order["payload"] = dressed["payload"].clone();
    }
    (order, desk.sender)
}
