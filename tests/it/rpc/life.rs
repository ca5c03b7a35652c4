//! Whole lives over gRPC: what the parties see, in which order, and what stays.

use lienthong_proto::v1;
use lienthong_proto::v1::mailbox_service_client::MailboxServiceClient;
use lienthong_proto::v1::{Action, State};
use serde_json::{Value, json};
use tonic::Code;

use super::same_key::submit;
use crate::harness::agencies::{BANK, BANK_2, LAND_OFFICE, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::wire::reason;
use crate::harness::{TestHub, documents};

/// A message of one step that carries a document.
macro_rules! step {
    ($client:expr, $method:ident, $message:ident, $module:ident, $document:expr) => {
        $client
            .requests()
            .$method(v1::$message {
                content: Some(v1::$module::Content::Document($document.to_string())),
                ..Default::default()
            })
            .await
            .map(|reply| reply.into_inner().receipt.expect("a receipt"))
    };
}

/// Everything new in a mailbox, with documents; the `intake` cursor moves behind it.
async fn take_in(client: &Client) -> Vec<v1::MailboxEntry> {
    let mut mailbox: MailboxServiceClient<_> = client.mailbox();
    let mut entries = Vec::new();
    loop {
        let ask = v1::PullRequest {
            include_documents: true,
            max_entries: 2,
            ..Default::default()
        };
        let page = mailbox.pull(ask).await.expect("a page").into_inner();
        entries.extend(page.entries);
        let advance = v1::AdvanceRequest {
            cursor: "intake".to_owned(),
            positions: page.advance_to,
        };
        mailbox.advance(advance).await.expect("advanced");
        if !page.more {
            return entries;
        }
    }
}

fn actions(entries: &[v1::MailboxEntry]) -> Vec<Action> {
    entries.iter().map(v1::MailboxEntry::action).collect()
}

async fn get(client: &Client, id: &str) -> v1::EnforcementRequest {
    let ask = v1::GetRequest {
        enforcement_request_id: id.to_owned(),
        include_documents: false,
    };
    let reply = client.requests().get(ask).await.expect("a request").into_inner();
    reply.enforcement_request.expect("a request")
}

async fn opened(client: &Client, order: &Value) -> Vec<String> {
    let reply = client
        .requests()
        .submit(submit(order))
        .await
        .expect("accepted")
        .into_inner();
    // After them come the copies by right.
    let recipients = order["recipients"].as_array().map_or(0, Vec::len);
    reply
        .receipts
        .into_iter()
        .take(recipients)
        .map(|receipt| receipt.enforcement_request_id)
        .collect()
}

backends! {
    async fn a_land_enquiry_is_clarified_answered_and_closed(database) {
        let hub = TestHub::start(&database).await;
        let (thads, land) = (hub.client(THADS).await, hub.client(LAND_OFFICE).await);
        let land_information = kind("land-information");
        let order = documents::order(&land_information, "land-life-order", THADS, &[LAND_OFFICE]);
        let id = opened(&thads, &order).await.remove(0);
        assert!(!get(&thads, &id).await.delivered);

        let entries = take_in(&land).await;
        assert_eq!(actions(&entries), [Action::Submit]);
        let document = entries[0].document.as_ref().expect("the order");
        assert_eq!(
            document.content,
            order.to_string().as_bytes(),
            "the exact bytes that were sent"
        );
        assert!(get(&thads, &id).await.delivered);

        step!(
            land,
            acknowledge,
            AcknowledgeRequest,
            acknowledge_request,
            documents::acknowledge("land-life-ack", LAND_OFFICE, &id)
        )
        .expect("acknowledged");
        let request = get(&thads, &id).await;
        assert_eq!(
            (request.state(), request.registry_number.as_str()),
            (State::Acknowledged, "1/2026")
        );
        // Three working days from Friday 20 November: Monday, Wednesday, Thursday. Tuesday 24 November is a holiday.
        let due = request.due_time.expect("a due time").seconds;
        let due = lienthong::domain::time::Timestamp::from_micros(due * 1_000_000).civil();
        assert_eq!(due.date(), jiff::civil::date(2026, 11, 26));

        let ask = v1::AskClarificationRequest {
            idempotency_key: "land-life-ask".to_owned(),
            enforcement_request_id: id.clone(),
            question: "Đề nghị nêu rõ số tờ, số thửa.".to_owned(),
            ..Default::default()
        };
        land.requests().ask_clarification(ask).await.expect("asked");
        assert_eq!(get(&land, &id).await.state(), State::Clarifying);
        hub.clock.advance_micros(4 * 3_600_000_000);
        step!(
            thads,
            clarify,
            ClarifyRequest,
            clarify_request,
            documents::clarify("land-life-clarify", THADS, &id)
        )
        .expect("clarified");
        let progress = documents::answer(&land_information, "IN_PROGRESS", "land-life-progress", LAND_OFFICE, &id);
        step!(land, answer, AnswerRequest, answer_request, progress).expect("answered in part");
        hub.clock.advance_micros(3 * 86_400_000_000);
        let answer = documents::answer(&land_information, "FOUND", "land-life-answer", LAND_OFFICE, &id);
        step!(land, answer, AnswerRequest, answer_request, answer).expect("answered");

        let entries = take_in(&thads).await;
        assert_eq!(
            actions(&entries),
            [
                Action::Acknowledge,
                Action::AskClarification,
                Action::AnswerInterim,
                Action::AnswerFinal
            ]
        );
        assert_eq!(
            entries[3].document.as_ref().expect("the answer").content,
            answer.to_string().as_bytes()
        );
        assert_eq!(entries[1].text, "Đề nghị nêu rõ số tờ, số thửa.", "the question is in the sender's mailbox");
        assert!(entries[1].document.is_none() && entries[0].text.is_empty());
        let close = v1::CloseRequest {
            idempotency_key: "land-life-close".to_owned(),
            enforcement_request_id: id.clone(),
            reason: "Đã nhận đủ thông tin.".to_owned(),
            ..Default::default()
        };
        thads.requests().close(close).await.expect("closed");
        let request = get(&land, &id).await;
        assert_eq!(
            (request.state(), request.outcome.as_str(), request.answer_count),
            (State::Closed, "FOUND", 2)
        );

        let ask = v1::ListEventsRequest {
            enforcement_request_id: id,
            page_size: 3,
            ..Default::default()
        };
        let first = thads
            .requests()
            .list_events(ask.clone())
            .await
            .expect("a page")
            .into_inner();
        let next = v1::ListEventsRequest {
            page_token: first.next_page_token,
            page_size: 50,
            ..ask
        };
        let second = thads.requests().list_events(next).await.expect("a page").into_inner();
        let versions: Vec<i64> = first
            .events
            .iter()
            .chain(&second.events)
            .map(|event| event.version)
            .collect();
        assert_eq!(versions, (1..=request.version).collect::<Vec<_>>());
        hub.stop().await;
        audit(&database).await;
    }

    async fn a_freeze_stays_in_force_until_it_is_ended_and_a_return_is_disputed(database) {
        let hub = TestHub::start(&database).await;
        let (thads, bank, second) = (
            hub.client(THADS).await,
            hub.client(BANK).await,
            hub.client(BANK_2).await,
        );
        let freeze = kind("account-freeze");
        let order = documents::order(&freeze, "freeze-life-order", THADS, &[BANK, BANK_2]);
        let ids = opened(&thads, &order).await;
        let [held, returned] = ids.as_slice() else {
            panic!("two requests")
        };

        hub.clock.advance_micros(3 * 86_400_000_000 + 3_600_000_000);
        take_in(&bank).await;
        let answer = documents::answer(&freeze, "HELD_FULL", "freeze-life-answer", BANK, held);
        step!(bank, answer, AnswerRequest, answer_request, answer).expect("answered, which registers too");
        let request = get(&thads, held).await;
        assert_eq!(
            (request.state(), request.outcome.as_str()),
            (State::Answered, "HELD_FULL")
        );
        assert!(request.measures[0].in_force && !request.measures[0].held.is_empty());

        let close = |key: &str| v1::CloseRequest {
            idempotency_key: key.to_owned(),
            enforcement_request_id: held.clone(),
            ..Default::default()
        };
        let refusal = thads
            .requests()
            .close(close("freeze-life-close-1"))
            .await
            .expect_err("a measure is in force");
        assert_eq!(
            (refusal.code(), reason(&refusal).as_str()),
            (Code::FailedPrecondition, "MEASURE_IN_FORCE")
        );
        let nothing = documents::answer(&freeze, "NO_CLIENT", "unused", BANK, held);
        let correct = json!({
            "outcome": "NO_CLIENT", "head": nothing["head"], "payload": nothing["payload"], "explanation": "Trùng tên chủ tài khoản.",
        });
        let correct = documents::small("correct", "freeze-life-correct", BANK, held, &correct);
        step!(bank, correct, CorrectRequest, correct_request, correct).expect("corrected");
        assert!(!get(&bank, held).await.measures[0].in_force);
        thads
            .requests()
            .close(close("freeze-life-close-2"))
            .await
            .expect("closed");

        take_in(&second).await;
        step!(
            second,
            send_back,
            SendBackRequest,
            send_back_request,
            documents::send_back("freeze-life-return", BANK_2, returned)
        )
        .expect("sent back");
        let stale = v1::DisputeRequest {
            idempotency_key: "freeze-life-dispute-1".to_owned(),
            enforcement_request_id: returned.clone(),
            expected_version: 1,
            reason_code: "UNFOUNDED".to_owned(),
            reason: "Hồ sơ đã đủ.".to_owned(),
            unfounded_return: true,
        };
        let refusal = thads
            .requests()
            .dispute(stale.clone())
            .await
            .expect_err("a stale version");
        assert_eq!(
            (refusal.code(), reason(&refusal).as_str()),
            (Code::Aborted, "VERSION_CONFLICT")
        );
        let dispute = v1::DisputeRequest {
            expected_version: 2,
            idempotency_key: "freeze-life-dispute-2".to_owned(),
            ..stale
        };
        thads.requests().dispute(dispute).await.expect("disputed");
        assert_eq!(get(&second, returned).await.state(), State::Submitted);
        step!(
            thads,
            withdraw,
            WithdrawRequest,
            withdraw_request,
            documents::withdraw("freeze-life-withdraw", THADS, returned)
        )
        .expect("asked back");
        assert_eq!(
            get(&second, returned).await.state(),
            State::WithdrawalPending,
            "it had been delivered"
        );
        let decide = v1::DecideWithdrawalRequest {
            idempotency_key: "freeze-life-decide".to_owned(),
            enforcement_request_id: returned.clone(),
            accept: true,
            ..Default::default()
        };
        second.requests().decide_withdrawal(decide).await.expect("agreed");

        let ask = v1::GetBroadcastRequest {
            broadcast_id: get(&thads, held).await.broadcast_id,
        };
        let broadcast = thads
            .requests()
            .get_broadcast(ask)
            .await
            .expect("a broadcast")
            .into_inner();
        let states: Vec<State> = broadcast.members.iter().map(v1::BroadcastMember::state).collect();
        assert_eq!(states, [State::Closed, State::Withdrawn]);
        hub.stop().await;
        audit(&database).await;
    }
}
