//! What one agency asks for beyond its share is turned away with a hint, releases are not, and the others notice nothing.

use std::num::NonZeroU32;

use lienthong::auth::admission::AdmissionLimits;
use lienthong_proto::v1;
use serde_json::json;
use tokio_stream::StreamExt as _;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::harness::agencies::{BANK, BANK_2, LAND_OFFICE, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::wire::reason;
use crate::harness::{TestDatabase, TestHub, documents, seals};

async fn hub_with(database: &TestDatabase, limits: AdmissionLimits) -> TestHub {
    TestHub::start_with(database, |settings| settings.limits.admission = limits).await
}

fn number(value: u32) -> NonZeroU32 {
    NonZeroU32::new(value).expect("not zero")
}

fn enquiry(key: &str) -> v1::SubmitRequest {
    submit(&documents::order(&kind("land-information"), key, THADS, &[LAND_OFFICE]))
}

fn submit(order: &serde_json::Value) -> v1::SubmitRequest {
    v1::SubmitRequest {
        content: seals::submit(&order.to_string()),
    }
}

/// That the call was turned away, and when to come again.
pub(super) fn overloaded(status: &Status) -> std::time::Duration {
    assert_eq!(
        (status.code(), reason(status).as_str()),
        (Code::ResourceExhausted, "OVERLOADED")
    );
    let details = status.get_error_details();
    assert!(details.localized_message().is_some_and(|text| text.locale == "vi"));
    details
        .retry_info()
        .and_then(|info| info.retry_delay)
        .expect("when to come again")
}

async fn subscribe(client: &Client) -> Result<tonic::Streaming<v1::SubscribeResponse>, Status> {
    let ask = v1::SubscribeRequest::default();
    Ok(client.mailbox().subscribe(ask).await?.into_inner())
}

backends! {
    async fn over_its_rate_an_agency_is_turned_away_but_its_releases_and_the_others_are_not(database) {
        let limits = AdmissionLimits { calls_per_second: number(1), burst: number(6), ..AdmissionLimits::default() };
        let hub = hub_with(&database, limits).await;
        let (office, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        let freeze = documents::order(&kind("account-freeze"), "freeze-0001", THADS, &[BANK]);
        let receipts = office.requests().submit(submit(&freeze)).await.expect("accepted").into_inner().receipts;
        let mut shed = None;
        for n in 0..40 {
            if let Err(status) = office.requests().submit(enquiry(&format!("enquiry-{n:03}"))).await {
                shed = Some(status);
                break;
            }
        }
        let wait = overloaded(&shed.expect("the rate is used up"));
        assert!(wait <= std::time::Duration::from_millis(1_001), "{wait:?}");
        let refused = office.requests().list(v1::ListRequest::default()).await.expect_err("reading counts too");
        overloaded(&refused);

        let mut release = documents::order(&kind("freeze-release"), "release-0001", THADS, &[BANK]);
        let freeze_id = receipts[0].enforcement_request_id.clone();
        release["relations"] = json!([{ "type": "releases", "enforcement_request_id": freeze_id }]);
        release["payload"]["decision"]["number"] = freeze["head"]["number"].clone();
        let passed = office.requests().submit(submit(&release)).await;
        if let Err(status) = passed {
            assert_ne!(status.code(), Code::ResourceExhausted, "a release is never turned away for the rate");
        }
        bank.requests().list(v1::ListRequest::default()).await.expect("another agency has its own rate");
        hub.stop().await;
        audit(&database).await;
    }

    async fn a_stream_of_submits_is_read_at_the_rate_and_nothing_is_refused(database) {
        let limits = AdmissionLimits { calls_per_second: number(200), burst: number(5), ..AdmissionLimits::default() };
        let hub = hub_with(&database, limits).await;
        let office = hub.client(THADS).await;
        let orders = (0..60_i64).map(|n| v1::SubmitStreamRequest {
            sequence: n,
            content: seals::submit_in_stream(&documents::order(&kind("land-information"), &format!("stream-{n:03}"), THADS, &[LAND_OFFICE]).to_string()),
        });
        let answers = office.requests().submit_stream(tokio_stream::iter(orders.collect::<Vec<_>>())).await;
        let answers: Vec<_> = answers.expect("a stream").into_inner().collect().await;
        assert_eq!(answers.len(), 60);
        for answer in answers {
            let answer = answer.expect("an answer").result;
            assert!(matches!(answer, Some(v1::submit_stream_response::Result::Accepted(_))), "{answer:?}");
        }
        hub.stop().await;
        audit(&database).await;
    }

    async fn streams_and_calls_at_a_time_are_bounded_for_each_agency(database) {
        let limits = AdmissionLimits { streams: 2, calls: 3, ..AdmissionLimits::default() };
        let hub = hub_with(&database, limits).await;
        let (bank, other) = (hub.client(BANK).await, hub.client(BANK_2).await);
        let first = subscribe(&bank).await.expect("a stream");
        let _second = subscribe(&bank).await.expect("a stream");
        overloaded(&subscribe(&bank).await.expect_err("one too many"));
        subscribe(&other).await.expect("another agency has its own");
        drop(first);
        let mut again = subscribe(&bank).await;
        for _ in 0..200 {
            if again.is_ok() {
                break;
            }
            // Until the hub has seen that the first one's reader has gone.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            again = subscribe(&bank).await;
        }
        again.expect("there is room again");

        let waits: Vec<_> = (0..3)
            .map(|_| {
                let bank = bank.clone();
                let ask = v1::PullRequest { wait_seconds: 20, ..Default::default() };
                tokio::spawn(async move {
                    // The tries below take places too.
                    while bank.mailbox().pull(ask.clone()).await.is_err() {
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        let mut shed = None;
        for _ in 0..200 {
            match bank.requests().list(v1::ListRequest::default()).await {
                Err(status) => {
                    shed = Some(status);
                    break;
                }
                Ok(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
        }
        overloaded(&shed.expect("three calls wait"));
        other.requests().list(v1::ListRequest::default()).await.expect("another agency has its own");
        for wait in waits {
            wait.abort();
        }
        hub.stop().await;
    }
}
