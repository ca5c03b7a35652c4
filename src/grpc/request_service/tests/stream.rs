//! SubmitStream.

use lienthong_proto::v1;
use lienthong_proto::v1::submit_stream_response::Result::{Accepted, Rejected};
use tokio_stream::StreamExt as _;
use tonic_types::StatusExt as _;

use super::{Hub, MESSAGE_BYTES, THADS, by, change_registry, order, reason, sealed};
use crate::app::ledger::command::RegistryChange;
use crate::domain::ids::AgencyCode;

#[tokio::test]
async fn a_stream_answers_every_submit_by_its_sequence_and_ends_with_its_caller() {
    let hub = Hub::start().await;
    let message = |sequence: i64, document: String| v1::SubmitStreamRequest {
        sequence,
        content: Some(v1::submit_stream_request::Content::Jws(sealed(&document))),
    };
    let mut messages: Vec<_> = (0..150)
        .map(|number| message(number, order(&format!("order-{number:04}")).to_string()))
        .collect();
    messages.push(message(150, "{".into()));
    let stream = tokio_stream::iter(messages);
    let mut answers = hub
        .client()
        .submit_stream(by(THADS, stream))
        .await
        .unwrap()
        .into_inner();
    let mut sequences = Vec::new();
    while let Some(answer) = answers.next().await {
        let answer = answer.unwrap();
        match answer.result.unwrap() {
            Accepted(response) => assert_eq!(response.receipts.len(), 1),
            Rejected(failure) => assert_eq!((answer.sequence, failure.reason.as_str()), (150, "DOCUMENT_MALFORMED")),
        }
        sequences.push(answer.sequence);
    }
    sequences.sort_unstable();
    assert_eq!(sequences, (0..=150).collect::<Vec<i64>>());

    let (sender, stream) = tokio::sync::mpsc::channel(1);
    let stream = tokio_stream::wrappers::ReceiverStream::new(stream);
    let mut answers = hub
        .client()
        .submit_stream(by(THADS, stream))
        .await
        .unwrap()
        .into_inner();
    sender.send(message(1, order("order-9001").to_string())).await.unwrap();
    answers.next().await.unwrap().unwrap();
    let change = RegistryChange::SuspendAgency {
        code: AgencyCode::parse(THADS).unwrap(),
        suspended: true,
    };
    change_registry(&hub.app, "suspend-thads", change).await;
    let version = *hub.app.ledger.registry_version().borrow();
    hub.authenticator.observe_registry_version(version);
    sender.send(message(2, order("order-9002").to_string())).await.unwrap();
    let end = answers.next().await.unwrap().unwrap_err();
    assert_eq!(reason(&end), "AGENCY_SUSPENDED");
    assert!(answers.next().await.is_none());
}

#[tokio::test]
async fn a_message_that_is_too_large_ends_the_stream_with_an_error_of_the_hub() {
    let hub = Hub::start().await;
    let message = |sequence: i64, document: String| v1::SubmitStreamRequest {
        sequence,
        content: Some(v1::submit_stream_request::Content::Jws(document)),
    };
    let messages = [
        message(1, sealed(&order("order-0001").to_string())),
        message(2, " ".repeat(MESSAGE_BYTES)),
    ];
    let mut answers = hub
        .client()
        .submit_stream(by(THADS, tokio_stream::iter(messages)))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answers.next().await.unwrap().unwrap().sequence, 1);
    let end = answers.next().await.unwrap().unwrap_err();
    let details = end.get_error_details();
    let info = details.error_info().unwrap();
    assert_eq!(
        (info.reason.as_str(), info.metadata["max_message_bytes"].as_str()),
        ("DOCUMENT_TOO_LARGE", "4194304")
    );
    assert_eq!(details.localized_message().unwrap().locale, "vi");
}
