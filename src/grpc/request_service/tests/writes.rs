//! What writes promise: retries, refusals, the workflow.

use lienthong_proto::v1;
use prost::Message as _;
use serde_json::{Value, json};
use tonic::Code;

use super::{BANK, BANK_2, Hub, THADS, about, broadcast, by, fields, freeze, order, reason};

#[tokio::test]
async fn a_retry_gets_the_same_bytes_and_other_content_is_refused() {
    let hub = Hub::start().await;
    for order in [order("order-0001"), broadcast("order-0002")] {
        let first = hub.submit(&order).await.unwrap();
        let retry = hub.submit(&order).await.unwrap();
        assert_eq!(first.encode_to_vec(), retry.encode_to_vec());
        assert_eq!(first.receipts.len() > 1, first.broadcast_id.starts_with("brd_"));

        let mut other = order.clone();
        other["head"]["number"] = "126".into();
        assert_eq!(reason(&hub.submit(&other).await.unwrap_err()), "KEY_REUSED");
        // Even if it would not pass the checks: the key comes first.
        other["head"]["signer"]["position"] = "Kế toán".into();
        assert_eq!(reason(&hub.submit(&other).await.unwrap_err()), "KEY_REUSED");
    }
}

#[tokio::test]
async fn a_retry_succeeds_though_the_checks_would_now_fail() {
    let hub = Hub::start().await;
    let id = hub.open("order-0001").await;
    let first = hub.acknowledge(&id, "ack-00001").await.unwrap();
    hub.answer(&id, "answer-001", "NO_CLIENT").await.unwrap();
    assert_eq!(hub.acknowledge(&id, "ack-00001").await.unwrap(), first);
    let refused = hub.acknowledge(&id, "ack-00002").await.unwrap_err();
    assert_eq!(reason(&refused), "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn the_same_bytes_under_another_method_are_other_content() {
    let hub = Hub::start().await;
    let id = hub.open("order-0001").await;
    let assign = v1::AssignRequest {
        idempotency_key: "step-00001".into(),
        enforcement_request_id: id.clone(),
        expected_version: 0,
        unit_id: "branch".into(),
        officer_id: String::new(),
    };
    let forward = v1::ForwardRequest {
        idempotency_key: "step-00001".into(),
        enforcement_request_id: id.clone(),
        expected_version: 0,
        unit_id: "branch".into(),
    };
    assert_eq!(assign.encode_to_vec(), forward.encode_to_vec());
    let first = hub
        .client()
        .assign(by(BANK, assign.clone()))
        .await
        .unwrap()
        .into_inner();
    let retry = hub.client().assign(by(BANK, assign)).await.unwrap().into_inner();
    assert_eq!(first, retry);
    assert_eq!(
        reason(&hub.client().forward(by(BANK, forward)).await.unwrap_err()),
        "KEY_REUSED"
    );
    let unknown = v1::AssignRequest {
        idempotency_key: "step-00002".into(),
        enforcement_request_id: id,
        expected_version: 0,
        unit_id: "nowhere".into(),
        officer_id: String::new(),
    };
    let refused = hub.client().assign(by(BANK, unknown)).await.unwrap_err();
    assert_eq!(
        (reason(&refused).as_str(), fields(&refused)),
        ("UNIT_NOT_FOUND", vec!["unit_id".to_owned()])
    );
}

#[tokio::test]
async fn bad_orders_are_refused_by_field_and_nothing_is_stored() {
    let hub = Hub::start().await;
    let refuse = async |change: &dyn Fn(&mut Value)| {
        let mut order = order("order-0001");
        change(&mut order);
        let status = hub.submit(&order).await.unwrap_err();
        (reason(&status), fields(&status).first().cloned().unwrap_or_default())
    };
    let is = |found: (String, String), reason: &str, field: &str| assert_eq!(found, (reason.into(), field.into()));
    is(
        refuse(&|order| order["kind"] = "no-such-kind".into()).await,
        "KIND_UNKNOWN",
        "/kind",
    );
    is(
        refuse(&|order| order["agency"] = BANK_2.into()).await,
        "AGENCY_MISMATCH",
        "",
    );
    is(
        refuse(&|order| order["head"]["secrecy"] = "MẬT".into()).await,
        "DOCUMENT_INVALID",
        "/head/secrecy",
    );
    is(
        refuse(&|order| order["recipients"] = json!([THADS])).await,
        "DOCUMENT_INVALID",
        "/recipients",
    );
    let attachment = json!({"name": "a.pdf", "sha256": "0".repeat(64), "size": 1, "media_type": "application/pdf"});
    let attach = |order: &mut Value| order["attachments"] = json!([attachment]);
    is(refuse(&attach).await, "REFERENCE_NOT_FOUND", "/attachments/0");
    let relation = json!({"type": "in_reply_to", "enforcement_request_id": format!("req_{}", "0".repeat(32))});
    let relate = |order: &mut Value| order["relations"] = json!([relation]);
    // A freeze replies to nothing. What is not there: `tests/it/rpc/bad_input.rs`.
    is(refuse(&relate).await, "DOCUMENT_INVALID", "/relations/0/type");

    let list = hub
        .client()
        .list(by(THADS, v1::ListRequest::default()))
        .await
        .unwrap()
        .into_inner();
    assert!(list.enforcement_requests.is_empty());
    // The key of a refused submit is free.
    hub.open("order-0001").await;
}

#[tokio::test]
async fn steps_without_a_document_go_through_the_workflow() {
    let hub = Hub::start().await;
    let id = hub.open("order-0001").await;
    hub.acknowledge(&id, "ack-00001").await.unwrap();
    let mut client = hub.client();
    let ask = v1::AskClarificationRequest {
        idempotency_key: "step-00001".into(),
        enforcement_request_id: id.clone(),
        expected_version: 1,
        question: "Số tài khoản nào?".into(),
    };
    let stale = client.ask_clarification(by(BANK, ask.clone())).await.unwrap_err();
    assert_eq!(
        (stale.code(), reason(&stale).as_str()),
        (Code::Aborted, "VERSION_CONFLICT")
    );
    let ask = v1::AskClarificationRequest {
        expected_version: 2,
        ..ask
    };
    let asked = client
        .ask_clarification(by(BANK, ask))
        .await
        .unwrap()
        .into_inner()
        .receipt
        .unwrap();
    assert_eq!(asked.state(), v1::State::Clarifying);
    let document = about(
        "clarify",
        THADS,
        &id,
        "step-00002",
        json!({"text": "Tài khoản thứ nhất."}),
    );
    let content = Some(v1::clarify_request::Content::Document(document));
    client
        .clarify(by(
            THADS,
            v1::ClarifyRequest {
                content,
                expected_version: 3,
            },
        ))
        .await
        .unwrap();
    let extend = v1::ExtendRequest {
        idempotency_key: "step-00003".into(),
        enforcement_request_id: id.clone(),
        expected_version: 0,
        deadline_name: "answer".into(),
        reason: "Cần thêm thời gian".into(),
    };
    assert_eq!(
        fields(&client.extend(by(BANK, extend)).await.unwrap_err()),
        ["deadline_name"]
    );
    let document = about(
        "withdraw",
        THADS,
        &id,
        "step-00004",
        json!({"explanation": "Gửi nhầm nơi nhận."}),
    );
    let content = Some(v1::withdraw_request::Content::Document(document));
    let withdrawn = client
        .withdraw(by(
            THADS,
            v1::WithdrawRequest {
                content,
                expected_version: 0,
            },
        ))
        .await
        .unwrap();
    assert_eq!(
        withdrawn.into_inner().receipt.unwrap().state(),
        v1::State::WithdrawalPending
    );
    let refuse = v1::DecideWithdrawalRequest {
        idempotency_key: "step-00005".into(),
        enforcement_request_id: id.clone(),
        expected_version: 0,
        accept: false,
        reason: "Đã thực hiện".into(),
    };
    client.decide_withdrawal(by(BANK, refuse)).await.unwrap();
    let reason_given =
        json!({"reason": {"code": freeze().definition.send_back_reasons[0].code, "text": "Sai nơi nhận"}});
    let document = about("send-back", BANK, &id, "step-00006", reason_given);
    let content = Some(v1::send_back_request::Content::Document(document));
    client
        .send_back(by(
            BANK,
            v1::SendBackRequest {
                content,
                expected_version: 0,
            },
        ))
        .await
        .unwrap();
    let close = v1::CloseRequest {
        idempotency_key: "step-00007".into(),
        enforcement_request_id: id,
        expected_version: 0,
        reason: String::new(),
    };
    let closed = client
        .close(by(THADS, close))
        .await
        .unwrap()
        .into_inner()
        .receipt
        .unwrap();
    assert_eq!(closed.state(), v1::State::Closed);
}
