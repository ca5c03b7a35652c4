//! Who may have endpoints, what may stand in them, and what the log says of them.

use lienthong_proto::v1;
use lienthong_proto::v1::replay_deliveries_request::Target;
use lienthong_proto::v1::{WebhookOutcome, WebhookReason, WebhookSigning, WebhookState};
use tonic::Code;

use super::receiver::{Answer, Got};
use super::world::{HOUR, World, registration, url};
use crate::harness::agencies::{BANK, BANK_2, LAND_OFFICE};
use crate::harness::audit::audit;
use crate::harness::wire::{fields, reason};

const PLACE: &str = "https://hooks.example.vn/hook";

backends! {
    async fn an_agency_has_so_many_endpoints_and_no_other_sees_them(database) {
        let world = World::start(&database).await;
        let (bank, stranger) = (world.partner(BANK).await, world.partner(BANK_2).await);
        let mut ids = Vec::new();
        for number in 1..=5 {
            world.pass(1);
            let message = registration(PLACE, &format!("register-{number:04}"), WebhookSigning::Ed25519);
            let told = bank.try_register(message).await.expect("registered");
            ids.push(told.endpoint.expect("one").endpoint_id);
        }
        let sixth = registration(PLACE, "register-0006", WebhookSigning::Ed25519);
        assert_eq!(reason(&bank.try_register(sixth.clone()).await.expect_err("too many")), "WEBHOOK_LIMIT");
        let listed: Vec<String> = bank.endpoints().await.into_iter().map(|endpoint| endpoint.endpoint_id).collect();
        assert_eq!(listed, ids);
        assert!(stranger.endpoints().await.is_empty());
        let remove = |key: &str| v1::RemoveEndpointRequest {
            idempotency_key: key.to_owned(),
            endpoint_id: ids[0].clone(),
        };
        let missing = v1::RemoveEndpointRequest {
            endpoint_id: "whe_019aa9c0a1007000800000000000abcd".to_owned(),
            ..remove("missing-0001")
        };
        let told = |status: tonic::Status| (status.code(), status.message().to_owned(), status.details().to_vec());
        let foreign = stranger.service().remove_endpoint(remove("foreign-0001")).await.expect_err("not his");
        let missing = stranger.service().remove_endpoint(missing).await.expect_err("not there");
        assert_eq!(told(foreign), told(missing));
        let first = bank.service().remove_endpoint(remove("remove-0001")).await.expect("removed").into_inner();
        let again = bank.service().remove_endpoint(remove("remove-0001")).await.expect("told again").into_inner();
        assert_eq!(first, again);
        assert_eq!(first.receipt.expect("a receipt").action(), v1::Action::RemoveWebhook);
        let gone = bank.service().remove_endpoint(remove("remove-0002")).await.expect_err("gone");
        assert_eq!(reason(&gone), "WEBHOOK_NOT_FOUND");
        bank.try_register(sixth).await.expect("there is room again");
        let raw = database.raw().await;
        for table in ["webhook_key", "webhook_cursor"] {
            let rows = raw.table(table).await;
            assert!(rows.iter().all(|row| row["endpoint_id"] != ids[0].as_str().into()), "{table}");
        }
        audit(&database).await;
    }

    async fn wrong_addresses_are_refused_and_the_field_is_named(database) {
        let world = World::start_with(&database, |webhooks| {
            webhooks.limits.rules.networks.clear();
            webhooks.limits.rules.ports = "443".parse().expect("ports");
        }).await;
        let bank = world.partner(BANK).await;
        for (number, (address, why)) in [
            ("", "required"),
            ("hooks.example.vn", "format"),
            ("ftp://hooks.example.vn/", "format"),
            ("https://user:word@hooks.example.vn/", "secret"),
            ("https://hooks.example.vn/?token=1", "secret"),
            ("http://hooks.example.vn/", "not_https"),
            ("https://hooks.example.vn:8443/", "port_not_allowed"),
            ("https://127.0.0.1/", "address_not_allowed"),
            ("https://2130706433/", "address_not_allowed"),
            ("https://169.254.169.254/latest/meta-data/", "address_not_allowed"),
            ("https://[::ffff:10.0.0.1]/", "address_not_allowed"),
            ("https://[fd00:ec2::254]/", "address_not_allowed"),
        ].into_iter().enumerate() {
            let message = registration(address, &format!("register-{number:04}"), WebhookSigning::Ed25519);
            let status = bank.try_register(message).await.expect_err(address);
            assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "FIELD_INVALID"), "{address}");
            assert_eq!(fields(&status), ["url"], "{address}");
            assert!(format!("{status:?}").contains(why), "{address}: {why}");
        }
        assert!(bank.endpoints().await.is_empty());
    }

    async fn a_hub_without_webhooks_says_so_and_calls_nobody(database) {
        let world = World::start_with(&database, |webhooks| webhooks.limits.on = false).await;
        let (bank, receiver) = (world.partner(BANK).await, world.partners.receiver().await);
        let message = registration(&url(&receiver), "register-0001", WebhookSigning::Ed25519);
        let off = bank.try_register(message).await.expect_err("off");
        assert_eq!((off.code(), reason(&off).as_str()), (Code::FailedPrecondition, "WEBHOOKS_OFF"));
    }

    async fn what_the_agency_disables_is_not_called_until_it_enables_it(database) {
        let world = World::start(&database).await;
        let (bank, receiver) = (world.partner(BANK).await, world.partners.receiver().await);
        let endpoint = bank.register(&receiver, "register-0001", WebhookSigning::Ed25519).await.endpoint.expect("one");
        let disabled = bank.update(&endpoint, "disable-0001", false).await.expect("disabled");
        assert_eq!((disabled.state(), disabled.reason()), (WebhookState::Disabled, WebhookReason::ByAgency));
        let other = world.partner(LAND_OFFICE).await;
        let witness = world.partners.receiver().await;
        other.register(&witness, "register-0001", WebhookSigning::Ed25519).await;
        world.freeze("freeze-0001").await;
        world.land("land-0001").await;
        // The lane beside it has been worked on since, so this one was passed over.
        witness.wait_for(1).await;
        assert!(receiver.got().is_empty());
        bank.update(&endpoint, "enable-0001", true).await.expect("enabled");
        let got = receiver.wait_for(1).await;
        assert_eq!(got[0].place(), ("NORMAL".to_owned(), 1), "nothing is left out");
        audit(&database).await;
    }

    async fn what_was_sent_is_sent_again_from_a_position_from_a_time_or_alone(database) {
        let world = World::start(&database).await;
        let (bank, receiver) = (world.partner(BANK).await, world.partners.receiver().await);
        let endpoint = bank.register(&receiver, "register-0001", WebhookSigning::Ed25519).await.endpoint.expect("one");
        let mut times = Vec::new();
        for number in 1..=3 {
            world.pass(HOUR);
            times.push(world.now());
            world.freeze(&format!("freeze-{number:04}")).await;
        }
        let first = receiver.wait_for(3).await;
        let place = |position| v1::LanePosition { lane: v1::Lane::Normal.into(), position };
        let replay = async |target| {
            let message = v1::ReplayDeliveriesRequest {
                endpoint_id: endpoint.endpoint_id.clone(),
                target: Some(target),
            };
            bank.service().replay_deliveries(message).await.map(tonic::Response::into_inner)
        };
        let after = |position| Target::Positions(v1::LanePositions { positions: vec![place(position)] });
        replay(after(1)).await.expect("again");
        let got = receiver.wait_for(5).await;
        assert_eq!(got[3..].iter().map(Got::id).collect::<Vec<_>>(), first[1..].iter().map(Got::id).collect::<Vec<_>>());
        let time = prost_types::Timestamp { seconds: times[2].seconds(), nanos: 0 };
        replay(Target::Time(time)).await.expect("again");
        let got = receiver.wait_for(6).await;
        assert_eq!(got[5].id(), first[2].id());
        receiver.answer(|_| Answer::status(503));
        let one = replay(Target::Delivery(place(2))).await.expect("sent");
        assert_eq!((one.outcome(), one.status_code), (WebhookOutcome::Status, 503));
        assert_eq!(receiver.wait_for(7).await[6].id(), first[1].id());
        assert_eq!(reason(&replay(after(4)).await.expect_err("beyond")), "POSITION_OUT_OF_RANGE");
        assert_eq!(reason(&replay(Target::Delivery(place(4))).await.expect_err("beyond")), "POSITION_OUT_OF_RANGE");
        let kept = bank.deliveries(&endpoint.endpoint_id).await;
        let attempts: Vec<_> = kept.iter().map(|delivery| (delivery.position, delivery.attempts, delivery.delivered)).collect();
        assert_eq!(attempts, [(3, 3, true), (2, 3, true), (1, 1, true)], "what has arrived has arrived");
        let pages = v1::ListDeliveriesRequest {
            endpoint_id: endpoint.endpoint_id.clone(),
            page_size: 2,
            ..Default::default()
        };
        let page = bank.service().list_deliveries(pages.clone()).await.expect("a page").into_inner();
        let next = v1::ListDeliveriesRequest { page_token: page.next_page_token.clone(), ..pages };
        let last = bank.service().list_deliveries(next).await.expect("a page").into_inner();
        let positions = |page: &v1::ListDeliveriesResponse| page.deliveries.iter().map(|found| found.position).collect::<Vec<_>>();
        assert_eq!((positions(&page), positions(&last), last.next_page_token.as_str()), (vec![3, 2], vec![1], ""));
    }

    async fn a_test_says_what_came_of_it_and_moves_nothing(database) {
        let world = World::start(&database).await;
        let (bank, receiver) = (world.partner(BANK).await, world.partners.receiver().await);
        let endpoint = bank.register(&receiver, "register-0001", WebhookSigning::Ed25519).await.endpoint.expect("one");
        let told = bank.test(&endpoint.endpoint_id).await;
        assert_eq!((told.outcome(), told.status_code), (WebhookOutcome::Delivered, 204));
        let got = receiver.wait_for(1).await.remove(0);
        assert_eq!(got.id(), told.webhook_id);
        assert_eq!(got.json()["type"], "lienthong.test");
        assert_eq!(got.json()["data"]["endpoint_id"], endpoint.endpoint_id.as_str());
        assert!(bank.deliveries(&endpoint.endpoint_id).await.is_empty());
    }
}
