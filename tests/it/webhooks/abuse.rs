//! What a receiver may do wrong, and addresses by which somebody would have the hub reach what only the hub can reach.

use lienthong::domain::time::Clock as _;
use lienthong_proto::v1;
use lienthong_proto::v1::{WebhookOutcome, WebhookSigning};

use super::receiver::{Answer, Receiver};
use super::world::{Partners, World, registration, url, validity};
use crate::harness::agencies::BANK;

/// What comes of a test that is sent to this address.
async fn outcome(world: &World, address: &str, number: usize) -> (WebhookOutcome, i32) {
    let bank = world.partner(BANK).await;
    let message = registration(address, &format!("register-{number:04}"), WebhookSigning::Ed25519);
    let told = bank.try_register(message).await.expect("registered");
    let id = told.endpoint.expect("one").endpoint_id;
    let told = bank.test(&id).await;
    let remove = v1::RemoveEndpointRequest {
        idempotency_key: format!("remove-{number:04}"),
        endpoint_id: id,
    };
    bank.service().remove_endpoint(remove).await.expect("removed");
    (told.outcome(), told.status_code)
}

backends! {
    async fn whatever_a_receiver_answers_the_hub_reads_its_status_and_goes_on(database) {
        let world = World::start(&database).await;
        let inner = world.partners.receiver().await;
        let to_inner = format!("location: {}\r\n", url(&inner));
        let to_metadata = "location: http://169.254.169.254/latest/meta-data/\r\n".to_owned();
        let before = std::time::Instant::now();
        for (number, (answer, expected)) in [
            (Answer::Status(301, to_inner.clone()), (WebhookOutcome::Redirect, 301)),
            (Answer::Status(302, to_metadata), (WebhookOutcome::Redirect, 302)),
            (Answer::Status(307, to_inner), (WebhookOutcome::Redirect, 307)),
            (Answer::status(404), (WebhookOutcome::Status, 404)),
            (Answer::status(500), (WebhookOutcome::Status, 500)),
            (Answer::SlowBody, (WebhookOutcome::Delivered, 200)),
            (Answer::HugeBody, (WebhookOutcome::Delivered, 200)),
            (Answer::HugeHead, (WebhookOutcome::Protocol, 0)),
            (Answer::Garbage, (WebhookOutcome::Protocol, 0)),
            (Answer::Close, (WebhookOutcome::Connection, 0)),
        ].into_iter().enumerate() {
            let receiver = world.partners.receiver().await;
            let shown = format!("{answer:?}");
            receiver.answer(move |_| answer.clone());
            assert_eq!(outcome(&world, &url(&receiver), number).await, expected, "{shown}");
        }
        assert!(before.elapsed() < std::time::Duration::from_secs(14), "no body was waited for");
        assert!(inner.got().is_empty(), "no redirect was followed");
        let silent = world.partners.receiver().await;
        silent.answer(|_| Answer::Never);
        assert_eq!(outcome(&world, &url(&silent), 99).await, (WebhookOutcome::Timeout, 0));
    }

    async fn a_receiver_whose_certificate_is_not_good_is_told_nothing(database) {
        let world = World::start(&database).await;
        let foreign = Partners::new();
        let ended = lienthong::client::pki::Validity::days(lienthong::server::clock::SystemClock.now().plus_hours(-24 * 30), 2);
        let ended = world.partners.authority.issue_server(ended).expect("a certificate");
        let client = world.partners.authority.issue_client("khác", validity()).expect("a certificate");
        for (number, keys) in [foreign.keys(), ended, client].iter().enumerate() {
            let receiver = Receiver::start(Some(keys)).await;
            assert_eq!(outcome(&world, &url(&receiver), number).await, (WebhookOutcome::Tls, 0), "{number}");
            assert!(receiver.got().is_empty());
        }
        // Good for localhost, and called by another name.
        let receiver = world.partners.receiver().await;
        world.partners.names.set("khac.example.vn", &["127.0.0.1"]);
        let address = format!("https://khac.example.vn:{}/", receiver.address.port());
        assert_eq!(outcome(&world, &address, 10).await, (WebhookOutcome::Tls, 0));
        // No TLS at all.
        let plain = Receiver::start(None).await;
        assert_eq!(outcome(&world, &url(&plain), 11).await, (WebhookOutcome::Tls, 0));
        assert!(receiver.got().is_empty() && plain.got().is_empty());
    }

    async fn a_name_is_judged_by_every_address_that_it_has_at_every_call(database) {
        let world = World::start_with(&database, |webhooks| {
            webhooks.limits.rules.networks = vec!["127.0.0.1/32".parse().expect("a network")];
        }).await;
        let receiver = world.partners.receiver().await;
        let names = &world.partners.names;
        let port = receiver.address.port();
        for (number, addresses) in [
            &["10.0.0.1"][..], &["169.254.169.254"], &["127.0.0.2"], &["::1"], &["fd00::1"], &["::ffff:192.168.1.1"],
            &["64:ff9b::a9fe:a9fe"], &["100.64.0.1"], &["0.0.0.0"], &["224.0.0.1"],
            // One of them would do.
            &["127.0.0.1", "10.0.0.1"], &["10.0.0.1", "127.0.0.1"],
        ].into_iter().enumerate() {
            let name = format!("n{number}.example.vn");
            names.set(&name, addresses);
            let told = outcome(&world, &format!("https://{name}:{port}/"), number).await;
            assert_eq!(told, (WebhookOutcome::Address, 0), "{addresses:?}");
        }
        assert!(receiver.got().is_empty());
        // A name that meant something else when it was registered (rebinding).
        let bank = world.partner(BANK).await;
        let endpoint = bank.register(&receiver, "register-0090", WebhookSigning::Ed25519).await.endpoint.expect("one");
        assert_eq!(bank.test(&endpoint.endpoint_id).await.outcome(), WebhookOutcome::Delivered);
        names.set("localhost", &["10.0.0.1"]);
        assert_eq!(bank.test(&endpoint.endpoint_id).await.outcome(), WebhookOutcome::Address);
        assert_eq!(receiver.got().len(), 1);
        // No such name.
        assert_eq!(outcome(&world, &format!("https://khong-co.example.vn:{port}/"), 91).await, (WebhookOutcome::Name, 0));
        // Nobody listens there.
        names.set("localhost", &["127.0.0.1"]);
        assert_eq!(outcome(&world, "https://localhost:1/", 92).await, (WebhookOutcome::Connection, 0));
    }
}
