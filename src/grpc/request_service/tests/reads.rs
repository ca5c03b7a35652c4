//! What readers see, and what they do not.

use lienthong_proto::v1;
use lienthong_proto::v1::Action::{Acknowledge, AnswerFinal, AnswerInterim, Submit};
use tonic::Code;

use super::{BANK, BANK_2, Hub, THADS, broadcast, by, fields, order, reason};
use crate::evidence::digest::sha256;
use crate::evidence::jws::document_in;

#[tokio::test]
async fn a_request_goes_from_submit_to_its_answer_and_is_told_to_its_parties_only() {
    let hub = Hub::start().await;
    let id = hub.open("order-0001").await;
    hub.acknowledge(&id, "ack-00001").await.unwrap();
    let interim = hub
        .answer(&id, "answer-001", "IN_PROGRESS")
        .await
        .unwrap()
        .receipt
        .unwrap();
    assert_eq!(
        (interim.action(), interim.state()),
        (AnswerInterim, v1::State::Acknowledged)
    );
    let done = hub
        .answer(&id, "answer-002", "HELD_FULL")
        .await
        .unwrap()
        .receipt
        .unwrap();
    assert_eq!(
        (done.action(), done.state(), done.version),
        (AnswerFinal, v1::State::Answered, 4)
    );

    let got = hub.get(THADS, &id).await.unwrap();
    let request = got.enforcement_request.unwrap();
    assert_eq!(
        (request.outcome.as_str(), request.answer_count, request.regime.as_str()),
        ("HELD_FULL", 2, "2025")
    );
    assert!(request.registry_number.ends_with("/2026") && !request.delivered && request.confidential);
    assert!(!request.deadlines.is_empty() && request.deadlines.iter().all(|clock| !clock.trace.is_empty()));
    let measure = &request.measures[0];
    assert_eq!(
        (measure.decision_number.as_str(), measure.in_force),
        ("125/QĐ-THADS", true)
    );
    assert_eq!(measure.held[0].unit, "VND");
    let actions: Vec<_> = got.documents.iter().map(v1::Document::action).collect();
    assert_eq!(actions, [Submit, Acknowledge, AnswerInterim, AnswerFinal]);
    let sent = &got.documents[0];
    let document = document_in(&sent.media_type, &sent.content).unwrap();
    assert_eq!(document, order("order-0001").to_string().as_bytes());
    assert_eq!(sent.sha256, sha256(&document).as_slice());
    assert_eq!(sent.signature_format(), v1::SignatureFormat::JwsCompact);
    assert_eq!(got.documents[1].signature_format(), v1::SignatureFormat::Unspecified);

    let foreign = hub.get(BANK_2, &id).await.unwrap_err();
    let missing = hub.get(BANK_2, &format!("req_{}", "0".repeat(32))).await.unwrap_err();
    assert_eq!((foreign.code(), foreign.message()), (Code::NotFound, missing.message()));
    assert_eq!(foreign.details(), missing.details());
}

#[tokio::test]
async fn lists_come_in_pages_newest_first_under_one_filter() {
    let hub = Hub::start().await;
    for number in 0..5 {
        hub.open(&format!("order-000{number}")).await;
    }
    let list = async |agency, filter: &str, page_token: &str| {
        let request = v1::ListRequest {
            page_size: 2,
            page_token: page_token.into(),
            filter: filter.into(),
        };
        hub.client()
            .list(by(agency, request))
            .await
            .map(tonic::Response::into_inner)
    };
    let mut seen = Vec::new();
    let mut token = String::new();
    loop {
        let page = list(BANK, "state = SUBMITTED", &token).await.unwrap();
        seen.extend(
            page.enforcement_requests
                .into_iter()
                .map(|request| request.enforcement_request_id),
        );
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
        assert_eq!(fields(&list(BANK, "", &token).await.unwrap_err()), ["page_token"]);
        assert_eq!(
            fields(&list(THADS, "state = SUBMITTED", &token).await.unwrap_err()),
            ["page_token"]
        );
    }
    assert!(seen.len() == 5 && seen.is_sorted_by(|newer, older| newer > older));
    assert!(
        list(BANK, "direction = OUT", "")
            .await
            .unwrap()
            .enforcement_requests
            .is_empty()
    );
    assert!(list(BANK_2, "", "").await.unwrap().enforcement_requests.is_empty());
    assert_eq!(fields(&list(BANK, "color = RED", "").await.unwrap_err()), ["filter"]);
}

#[tokio::test]
async fn events_come_in_pages_with_the_digest_of_what_was_accepted() {
    let hub = Hub::start().await;
    let id = hub.open("order-0001").await;
    hub.acknowledge(&id, "ack-00001").await.unwrap();
    let events = async |agency, page_token: String| {
        let request = v1::ListEventsRequest {
            enforcement_request_id: id.clone(),
            page_size: 1,
            page_token,
        };
        hub.client()
            .list_events(by(agency, request))
            .await
            .map(tonic::Response::into_inner)
    };
    let first = events(THADS, String::new()).await.unwrap();
    let second = events(THADS, first.next_page_token).await.unwrap();
    assert_eq!(second.next_page_token, "");
    assert_eq!(
        (first.events[0].action(), second.events[0].action()),
        (Submit, Acknowledge)
    );
    assert_eq!(
        first.events[0].content_sha256.as_ref(),
        sha256(order("order-0001").to_string().as_bytes())
    );
    // Where it stands in the bank's mailbox is the bank's to know.
    let told: serde_json::Value = serde_json::from_str(&first.events[0].details).unwrap();
    let entered = told["entered"].as_array();
    assert!(entered.is_none_or(|entered| entered.iter().all(|place| place["agency"] != "GIA-LAP.NH.970999")));
    assert_eq!(events(BANK_2, String::new()).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_broadcast_is_told_to_its_sender_in_the_order_of_its_recipients() {
    let hub = Hub::start().await;
    let submitted = hub.submit(&broadcast("order-0001")).await.unwrap();
    let request = v1::GetBroadcastRequest {
        broadcast_id: submitted.broadcast_id.clone(),
    };
    let told = hub
        .client()
        .get_broadcast(by(THADS, request.clone()))
        .await
        .unwrap()
        .into_inner();
    let recipients: Vec<_> = told
        .members
        .iter()
        .map(|member| member.recipient_agency_code.as_str())
        .collect();
    assert_eq!((told.kind.as_str(), recipients), ("account-freeze", vec![BANK_2, BANK]));
    let refused = hub.client().get_broadcast(by(BANK, request)).await.unwrap_err();
    assert_eq!(reason(&refused), "BROADCAST_NOT_FOUND");
    // Its order is kept once; every recipient reads it.
    for (receipt, bank) in submitted.receipts.iter().zip([BANK_2, BANK]) {
        let got = hub.get(bank, &receipt.enforcement_request_id).await.unwrap();
        let sent = &got.documents[0];
        let document = document_in(&sent.media_type, &sent.content).unwrap();
        assert_eq!(document, broadcast("order-0001").to_string().as_bytes());
    }
}
