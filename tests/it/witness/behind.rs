//! A folder that has lost its memory, and hubs that lag behind another one of their log.

use std::sync::Arc;

use lienthong::server::clock::SystemClock;
use lienthong::server::run::{Hub, Running};
use lienthong::server::settings::HubSettings;

use super::{Keys, copied, look, look_well, over, published, send, sent, witnessed};
use crate::cli::Desk;
use crate::harness::ids::SeededIds;

/// Another hub of the desk's settings; gives its address too.
async fn beside(settings: HubSettings) -> (Running, String) {
    let settings = HubSettings {
        listen: ([127, 0, 0, 1], 0).into(),
        ..settings
    };
    let hub = Hub::start(settings, Arc::new(SystemClock), SeededIds::new(23)).await;
    let hub = hub.expect("a second hub");
    let address = format!("https://localhost:{}", hub.address().port());
    (hub, address)
}

fn has_alarm(desk: &Desk) -> bool {
    desk.path("witness/alarm").exists()
}

backends! {
    async fn a_witness_without_its_memory_signs_nothing_and_says_what_to_do(database) {
        let (desk, _) = witnessed(&database).await;
        look_well(&desk, &[]).await;
        let memory = desk.path("witness/memory.json");
        let kept = super::read(&memory);
        std::fs::remove_file(&memory).expect("it stood there");
        std::fs::remove_file(desk.path("witness/checkpoint")).expect("it stood there");
        let refused = look(&desk, &[]).await;
        assert_eq!(refused.status, 2, "{}", refused.stderr);
        assert!(refused.stderr.contains("memory.json") && refused.stderr.contains("--new-key"), "{}", refused.stderr);
        // A second key does not make the folder forget that the first one has signed.
        let made = desk.bare(&["witness", "--state", "witness", "--new-key", "witness.test/w2"]).await;
        assert_eq!(made.status, 2, "{}", made.stderr);
        assert_eq!(look(&desk, &[]).await.status, 2);
        assert!(!desk.path("witness/checkpoint").exists(), "nothing was signed");
        desk.write("witness/memory.json", &kept);
        look_well(&desk, &[]).await;

        // Before the first look nothing is remembered, and that is known as well.
        let made = desk.bare(&["witness", "--state", "fresh", "--new-key", "witness.test/w3"]).await;
        assert_eq!(made.status, 0, "{}", made.stderr);
        std::fs::remove_file(desk.path("fresh/memory.json")).expect("it stood there");
        let refused = desk.run(super::WATCHES, &["witness", "--state", "fresh", "--once"]).await;
        assert!(refused.status == 2 && refused.stderr.contains("memory.json"), "{}", refused.stderr);
        desk.close().await;
    }

    async fn keys_that_are_published_are_told_as_such(database) {
        let (desk, _) = witnessed(&database).await;
        let keys = desk.text(super::WATCHES, &["evidence", "keys"]).await;
        desk.write("published.keys", &keys);
        let first = look(&desk, &["--hub-keys", "published.keys"]).await;
        assert_eq!(first.status, 0, "{}", first.stderr);
        assert!(first.stdout.contains("--hub-keys") && !first.stdout.contains("compare"), "{}", first.stdout);
        let other = desk.bare(&["witness", "--state", "other", "--new-key", "witness.test/w2"]).await;
        assert_eq!(other.status, 0, "{}", other.stderr);
        let met = desk.run(super::WATCHES, &["witness", "--state", "other", "--once"]).await;
        assert!(met.status == 0 && met.stdout.contains("compare with those published"), "{}{}", met.stdout, met.stderr);
        desk.close().await;
    }

    async fn a_hub_that_lags_is_no_alarm_while_another_one_proves_what_it_shows(database) {
        let (mut desk, _) = witnessed(&database).await;
        sent(&desk, "shared.json").await;
        desk.stop_hub().await;
        let copy = copied(&desk, &database).await;
        let own = desk.settings().clone();
        desk.start_hub(own.clone(), 11).await;
        sent(&desk, "newer.json").await;
        let signed = look_well(&desk, &[]).await;
        // It knows that it has signed more, so it serves what it has and writes nothing.
        let (lagging, address) = beside(over(&own, &copy, Keys::Same)).await;

        let told = look(&desk, &["--also-hub", &address]).await;
        assert!(told.status == 0 && told.stdout.contains("lags behind"), "{}{}", told.stdout, told.stderr);
        let told = look(&desk, &["--hub", &address, "--also-hub", &own_address(&desk)]).await;
        assert!(told.status == 0 && told.stdout.contains("lags behind"), "{}{}", told.stdout, told.stderr);
        assert_eq!(published(&desk), signed);

        // Nobody can say whether it lags or has lost entries: nothing is signed, and it is looked at again.
        let from = own_address(&desk);
        desk.stop_hub().await;
        let unsure = look(&desk, &["--hub", &address, "--also-hub", &from]).await;
        assert!(unsure.status == 1 && unsure.stderr.contains("could not be asked"), "{}", unsure.stderr);
        assert!(!has_alarm(&desk));
        desk.start_hub(own, 12).await;

        look_well(&desk, &["--also-hub", &address]).await;
        lagging.stop().await;
        desk.close().await;
    }

    async fn a_fork_that_is_shorter_is_found_by_the_longer_one_and_a_log_that_all_lost_is_named_so(database) {
        let (mut desk, _) = witnessed(&database).await;
        sent(&desk, "shared.json").await;
        desk.stop_hub().await;
        let own = desk.settings().clone();
        let copies = [copied(&desk, &database).await, copied(&desk, &database).await, copied(&desk, &database).await];
        let [fork, older, as_old] = copies.each_ref().map(|copy| over(&own, copy, Keys::Same));
        desk.start_hub(own.clone(), 11).await;
        for number in 0..4 {
            sent(&desk, &format!("newer-{number}.json")).await;
        }
        look_well(&desk, &[]).await;
        let (forked, address) = beside(fork).await;
        let done = send(&desk, "other.json", &["--hub", &address, "--no-log-memory"]).await;
        assert_eq!(done.status, 0, "{}", done.stderr);
        let alarmed = look(&desk, &["--also-hub", &address]).await;
        assert!(alarmed.status == 1 && alarmed.stderr.contains("ALARM (NOT_CONTINUED)"), "{}", alarmed.stderr);
        forked.stop().await;
        let done = desk.bare(&["witness", "--state", "witness", "--acknowledge"]).await;
        assert_eq!(done.status, 0, "{}", done.stderr);

        let (second, address) = beside(as_old).await;
        desk.stop_hub().await;
        desk.start_hub(older, 12).await;
        let alarmed = look(&desk, &["--also-hub", &address]).await;
        assert!(alarmed.status == 1 && alarmed.stderr.contains("ALARM (SHORTER)"), "{}", alarmed.stderr);
        second.stop().await;
        desk.close().await;
    }
}

fn own_address(desk: &Desk) -> String {
    format!("https://localhost:{}", desk.settings().listen.port())
}
