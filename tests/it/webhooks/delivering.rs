//! Each entry arrives at least once, in its order, with the same id however often; what fails is tried again on the clock.

use std::collections::BTreeSet;

use lienthong_proto::v1;
use lienthong_proto::v1::{WebhookOutcome, WebhookReason, WebhookSigning, WebhookState};

use super::receiver::{Answer, Got};
use super::until;
use super::world::{HOUR, SECOND, World, registration, url};
use crate::harness::agencies::{BANK, LAND_OFFICE, THADS};
use crate::harness::audit::audit;

fn positions(got: &[Got], lane: &str) -> Vec<i64> {
    let places = got.iter().map(Got::place).filter(|(at, _)| at == lane);
    places.map(|(_, position)| position).collect()
}

backends! {
    async fn every_entry_arrives_in_the_order_of_its_lane_and_says_where_it_stands(database) {
        let world = World::start(&database).await;
        let (bank, receiver) = (world.partner(BANK).await, world.partners.receiver().await);
        let before = world.freeze("freeze-0000").await;
        let endpoint = bank.register(&receiver, "register-0001", WebhookSigning::Ed25519).await.endpoint.expect("one");
        let mut sent = Vec::new();
        for number in 1..=40 {
            sent.push(world.freeze(&format!("freeze-{number:04}")).await);
        }
        let got = receiver.wait_for(40).await;
        assert_eq!(positions(&got, "NORMAL"), (2..=41).collect::<Vec<i64>>(), "what comes after the registration");
        for (got, id) in got.iter().zip(&sent) {
            assert_eq!(got.line, "POST /hook HTTP/1.1");
            assert_eq!(got.headers["content-type"], "application/json");
            assert_eq!(got.headers["host"], format!("localhost:{}", receiver.address.port()));
            let event = got.json();
            assert_eq!(event["type"], "lienthong.mailbox.submit");
            let data = &event["data"];
            assert_eq!((&data["enforcement_request_id"], &data["kind"]), (&id.as_str().into(), &"account-freeze".into()));
            assert_eq!((&data["state"], &data["action"]), (&"SUBMITTED".into(), &"submit".into()));
            assert!(data["due_time"].is_string() && data["log_index"].is_i64());
            let names: BTreeSet<&str> = data.as_object().expect("an object").keys().map(String::as_str).collect();
            let told = ["action", "due_time", "enforcement_request_id", "kind", "lane", "log_index", "position", "state"];
            assert_eq!(names, told.into(), "and nothing else");
        }
        assert!(!got.iter().any(|got| String::from_utf8_lossy(&got.body).contains(&before)));
        until("the cursor follows", || async {
            bank.endpoint().await.positions.iter().any(|place| place.position == 41)
        }).await;
        let deliveries = bank.deliveries(&endpoint.endpoint_id).await;
        assert_eq!(deliveries.len(), 40);
        assert!(deliveries.windows(2).all(|pair| pair[0].log_index > pair[1].log_index), "newest first");
        assert!(deliveries.iter().all(|delivery| delivery.delivered && delivery.attempts == 1));
        let ids: BTreeSet<&str> = got.iter().map(Got::id).collect();
        let listed: BTreeSet<&str> = deliveries.iter().map(|delivery| delivery.webhook_id.as_str()).collect();
        assert_eq!((ids.len(), &ids), (40, &listed));
        audit(&database).await;
    }

    async fn nothing_counts_as_delivered_by_it(database) {
        let world = World::start(&database).await;
        let (bank, receiver) = (world.partner(BANK).await, world.partners.receiver().await);
        bank.register(&receiver, "register-0001", WebhookSigning::Hmac).await;
        world.freeze("freeze-0001").await;
        receiver.wait_for(1).await;
        let heads = database.raw().await.table("mailbox_head").await;
        let of_bank = heads.iter().find(|row| row["agency"] == BANK.code_text().into() && row["lane"] == "NORMAL".into());
        assert_eq!(of_bank.expect("a lane")["delivered_position"].integer(), 0);
        let pulled = bank.0.mailbox().pull(v1::PullRequest::default()).await.expect("a page").into_inner();
        assert_eq!(pulled.entries.len(), 1, "Pull is as ever");
    }

    async fn lanes_and_actions_that_are_not_wanted_are_passed_over(database) {
        let world = World::start(&database).await;
        let (bank, land) = (world.partner(BANK).await, world.partner(LAND_OFFICE).await);
        let sender = world.partner(THADS).await;
        let receivers = [world.partners.receiver().await, world.partners.receiver().await, world.partners.receiver().await];
        let wanting = |number: usize, lanes: &[v1::Lane], actions: &[v1::Action]| v1::RegisterEndpointRequest {
            lanes: lanes.iter().map(|lane| (*lane).into()).collect(),
            actions: actions.iter().map(|action| (*action).into()).collect(),
            ..registration(&url(&receivers[number]), "register-0001", WebhookSigning::Ed25519)
        };
        bank.try_register(wanting(0, &[v1::Lane::Urgent], &[])).await.expect("registered");
        land.try_register(wanting(1, &[], &[v1::Action::Withdraw])).await.expect("registered");
        sender.try_register(wanting(2, &[], &[v1::Action::Submit, v1::Action::SendBack])).await.expect("registered");
        world.freeze("freeze-0001").await;
        let id = world.land("land-0001").await;
        let withdraw = v1::withdraw_request::Content::Document(
            crate::harness::documents::withdraw("withdraw-0001", THADS, &id).to_string()
        );
        sender.0.requests().withdraw(v1::WithdrawRequest { content: Some(withdraw), ..Default::default() }).await.expect("withdrawn");
        let got = receivers[1].wait_for(1).await;
        assert_eq!(got[0].json()["data"]["action"], "withdraw");
        assert_eq!(got[0].json()["data"]["state"], "WITHDRAWN");
        for (partner, entries) in [(&bank, 1), (&land, 2)] {
            until("what is not wanted is passed", || async {
                partner.endpoint().await.positions.iter().map(|place| place.position).sum::<i64>() == entries
            }).await;
        }
        assert_eq!((receivers[0].got().len(), receivers[1].got().len()), (0, 1));
    }

    async fn what_fails_is_tried_again_by_the_clock_with_the_same_id_before_anything_after_it(database) {
        let world = World::start(&database).await;
        let (bank, receiver) = (world.partner(BANK).await, world.partners.receiver().await);
        receiver.answer(|number| Answer::status(if number < 3 { 503 } else { 200 }));
        let endpoint = bank.register(&receiver, "register-0001", WebhookSigning::Ed25519).await.endpoint.expect("one");
        for number in 1..=3 {
            world.freeze(&format!("freeze-{number:04}")).await;
        }
        // A fifth is added to each delay at most.
        for (count, wait) in [(1, 6 * SECOND), (2, 360 * SECOND), (3, 2_160 * SECOND)] {
            let got = receiver.wait_for(count).await;
            assert_eq!(got.len(), count);
            until("the failure is kept", || async {
                bank.endpoint().await.failed_attempts == i32::try_from(count).expect("small")
            }).await;
            let waiting = bank.endpoint().await.next_attempt_time.expect("a time");
            assert!(waiting.seconds > world.now().seconds(), "{waiting:?}");
            world.pass(wait);
        }
        let got = receiver.wait_for(6).await;
        assert_eq!(positions(&got, "NORMAL"), [1, 1, 1, 1, 2, 3]);
        assert!(got[1..4].iter().all(|again| again.id() == got[0].id() && again.body == got[0].body), "the same id");
        assert_ne!(got[0].headers["webhook-timestamp"], got[1].headers["webhook-timestamp"], "the time of the attempt");
        until("all is kept", || async { bank.deliveries(&endpoint.endpoint_id).await.len() == 3 }).await;
        let deliveries = bank.deliveries(&endpoint.endpoint_id).await;
        let attempts: Vec<_> = deliveries.iter().map(|delivery| (delivery.attempts, delivery.status_code)).collect();
        assert_eq!(attempts, [(1, 200), (1, 200), (4, 200)]);
    }

    async fn a_receiver_may_ask_for_more_time(database) {
        let world = World::start(&database).await;
        let (bank, receiver) = (world.partner(BANK).await, world.partners.receiver().await);
        receiver.answer(|number| if number == 0 {
            Answer::Status(429, "retry-after: 3600\r\n".to_owned())
        } else {
            Answer::status(200)
        });
        bank.register(&receiver, "register-0001", WebhookSigning::Ed25519).await;
        world.freeze("freeze-0001").await;
        receiver.wait_for(1).await;
        until("the failure is kept", || async { bank.endpoint().await.failed_attempts == 1 }).await;
        let next = bank.endpoint().await.next_attempt_time.expect("a time");
        assert!(next.seconds - world.now().seconds() >= 3_600, "an hour, not five seconds");
        world.pass(HOUR);
        receiver.wait_for(2).await;
    }

    async fn after_the_last_attempt_it_is_disabled_and_goes_on_where_it_stopped_when_it_is_enabled(database) {
        let world = World::start(&database).await;
        let (bank, receiver) = (world.partner(BANK).await, world.partners.receiver().await);
        receiver.answer(|number| Answer::status(if number < 10 { 500 } else { 200 }));
        let endpoint = bank.register(&receiver, "register-0001", WebhookSigning::Ed25519).await.endpoint.expect("one");
        world.freeze("freeze-0001").await;
        for count in 1..=10 {
            receiver.wait_for(count).await;
            until("the failure is kept", || async {
                let endpoint = bank.endpoint().await;
                endpoint.failed_attempts == i32::try_from(count).expect("small")
            }).await;
            world.pass(29 * HOUR);
        }
        until("it is disabled", || async { bank.endpoint().await.state() == WebhookState::Disabled }).await;
        let disabled = bank.endpoint().await;
        assert_eq!((disabled.reason(), disabled.version), (WebhookReason::Failed, 2));
        world.freeze("freeze-0002").await;
        world.pass(29 * HOUR);
        let told = bank.test(&endpoint.endpoint_id).await;
        assert_eq!((told.outcome(), told.status_code), (WebhookOutcome::Delivered, 200), "a test is sent all the same");
        assert_eq!(receiver.got().len(), 11, "and nothing else");
        bank.update(&disabled, "enable-0001", true).await.expect("enabled");
        let got = receiver.wait_for(13).await;
        assert_eq!(positions(&got[11..], "NORMAL"), [1, 2]);
        assert_eq!(got[11].id(), got[0].id());
        let enabled = bank.endpoint().await;
        assert_eq!((enabled.state(), enabled.reason()), (WebhookState::Enabled, WebhookReason::Unspecified));
        audit(&database).await;
    }

    async fn a_receiver_that_is_gone_is_not_called_again(database) {
        let world = World::start(&database).await;
        let (bank, receiver) = (world.partner(BANK).await, world.partners.receiver().await);
        receiver.answer(|_| Answer::status(410));
        bank.register(&receiver, "register-0001", WebhookSigning::Ed25519).await;
        world.freeze("freeze-0001").await;
        until("it is disabled", || async { bank.endpoint().await.reason() == WebhookReason::Gone }).await;
        world.freeze("freeze-0002").await;
        world.pass(HOUR);
        // Another receiver of the same agency is called meanwhile.
        let other = world.partners.receiver().await;
        bank.register(&other, "register-0002", WebhookSigning::Ed25519).await;
        world.freeze("freeze-0003").await;
        other.wait_for(1).await;
        assert_eq!(receiver.got().len(), 1);
        audit(&database).await;
    }

    async fn one_that_never_answers_holds_up_no_other(database) {
        let world = World::start(&database).await;
        let (bank, land) = (world.partner(BANK).await, world.partner(LAND_OFFICE).await);
        let (silent, good) = (world.partners.receiver().await, world.partners.receiver().await);
        silent.answer(|_| Answer::Never);
        bank.register(&silent, "register-0001", WebhookSigning::Ed25519).await;
        land.register(&good, "register-0001", WebhookSigning::Ed25519).await;
        world.freeze("freeze-0001").await;
        silent.wait_for(1).await;
        let before = std::time::Instant::now();
        for number in 1..=5 {
            world.land(&format!("land-{number:04}")).await;
            good.wait_for(number).await;
        }
        assert!(before.elapsed() < std::time::Duration::from_secs(13), "long before the silent one is given up");
        until("it is given up", || async { bank.endpoint().await.failed_attempts == 1 }).await;
        let id = bank.endpoint().await.endpoint_id;
        assert_eq!(bank.deliveries(&id).await[0].outcome(), WebhookOutcome::Timeout);
    }
}
