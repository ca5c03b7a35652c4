//! A log that goes two ways, or has lost its end.

use super::{Keys, copied, evidence, hub_keys, look, look_well, over, published, read, send, sent, witnessed};
use crate::harness::agencies::{BANK, THADS};

backends! {
    async fn a_forked_hub_is_found_out_by_witness_and_client_and_neither_goes_on(database) {
        let (mut desk, _) = witnessed(&database).await;
        sent(&desk, "shared.json").await;
        look_well(&desk, &[]).await;
        desk.stop_hub().await;
        // The database is copied, and the keys with it: from here on the log goes two ways.
        let copy = copied(&desk, &database).await;
        let own = desk.settings().clone();
        let forked = over(&own, &copy, Keys::Same);
        desk.start_hub(own.clone(), 11).await;
        sent(&desk, "one-way.json").await;
        sent(&desk, "one-way-2.json").await;
        let signed = look_well(&desk, &[]).await;
        let honest = read(&desk.path("witness/checkpoint"));
        let keys = hub_keys(&desk).await;
        desk.stop_hub().await;

        desk.start_hub(forked.clone(), 12).await;
        // An agency that remembers nothing is none the wiser; so the other log grows past what the others remember.
        for number in 0..4 {
            let done = send(&desk, &format!("other-{number}.json"), &["--no-log-memory"]).await;
            assert_eq!(done.status, 0, "{}", done.stderr);
        }
        let alarmed = look(&desk, &[]).await;
        assert!(alarmed.status == 1 && alarmed.stderr.contains("BÁO ĐỘNG") && alarmed.stderr.contains("ALARM"), "{}", alarmed.stderr);
        evidence(&desk.path("witness/alarm"), &keys, "NOT_CONTINUED");
        let again = look(&desk, &[]).await;
        assert!(again.status == 1 && again.stderr.contains("--acknowledge"), "{}", again.stderr);
        assert_eq!(read(&desk.path("witness/checkpoint")), honest, "nothing of the other log was signed");

        let caught = send(&desk, "caught.json", &["-o", "json"]).await;
        assert!(caught.status == 1 && caught.stderr.contains("BÁO ĐỘNG (NOT_CONTINUED)"), "{}", caught.stderr);
        assert!(caught.stdout.contains("receipts"), "what the hub gave is shown all the same");
        let memory = desk.path(&format!("log-memory/{}", desk.settings().hub_id));
        evidence(&memory.join("alarm"), &keys, "NOT_CONTINUED");
        let refused = desk.run(THADS, &["list"]).await;
        assert!(refused.status == 1 && refused.stderr.contains("--no-log-memory"), "{}", refused.stderr);
        let urgent = desk.run(THADS, &["list", "--no-log-memory"]).await;
        assert_eq!(urgent.status, 0, "{}", urgent.stderr);
        desk.stop_hub().await;

        // A person has looked. The memory stays: the log that was seen first is the one that is signed.
        let acknowledged = look(&desk, &[]).await;
        assert_eq!(acknowledged.status, 1);
        let done = desk.bare(&["witness", "--state", "witness", "--acknowledge"]).await;
        assert_eq!(done.status, 0, "{}", done.stderr);
        desk.start_hub(own, 13).await;
        let signed_again = look_well(&desk, &[]).await;
        assert!(signed_again.tree.size >= signed.tree.size);
        desk.stop_hub().await;
        desk.start_hub(forked, 14).await;
        let alarmed = look(&desk, &[]).await;
        assert!(alarmed.status == 1 && alarmed.stderr.contains("ALARM (NOT_CONTINUED)"), "{}", alarmed.stderr);
        assert_eq!(published(&desk), signed_again);
        desk.close().await;
    }

    async fn two_roots_of_one_size_prove_the_fork_by_themselves(database) {
        let (mut desk, _) = witnessed(&database).await;
        sent(&desk, "shared.json").await;
        desk.stop_hub().await;
        let copy = copied(&desk, &database).await;
        let own = desk.settings().clone();
        let forked = over(&own, &copy, Keys::Same);
        desk.start_hub(own, 11).await;
        sent(&desk, "one-way.json").await;
        let size = look_well(&desk, &[]).await.tree.size;
        let keys = hub_keys(&desk).await;
        desk.stop_hub().await;
        desk.start_hub(forked, 12).await;
        let done = send(&desk, "other.json", &["--no-log-memory"]).await;
        assert_eq!(done.status, 0, "{}", done.stderr);
        let alarmed = look(&desk, &[]).await;
        assert!(alarmed.status == 1 && alarmed.stderr.contains("ALARM (TWO_ROOTS)"), "{}", alarmed.stderr);
        evidence(&desk.path("witness/alarm"), &keys, "TWO_ROOTS");
        assert_eq!(published(&desk).tree.size, size);
        desk.close().await;
    }

    async fn a_restore_that_lost_entries_is_named_as_such_even_under_new_keys(database) {
        let (mut desk, _) = witnessed(&database).await;
        sent(&desk, "kept.json").await;
        desk.stop_hub().await;
        let older = copied(&desk, &database).await;
        let own = desk.settings().clone();
        desk.start_hub(own.clone(), 11).await;
        for number in 0..4 {
            sent(&desk, &format!("lost-{number}.json")).await;
        }
        let size = look_well(&desk, &[]).await.tree.size;
        let mut keys = hub_keys(&desk).await;
        desk.stop_hub().await;
        desk.start_hub(over(&own, &older, Keys::New), 12).await;
        keys.extend(hub_keys(&desk).await);
        let alarmed = look(&desk, &[]).await;
        assert!(alarmed.status == 1 && alarmed.stderr.contains("ALARM (SHORTER)"), "{}", alarmed.stderr);
        assert!(alarmed.stderr.contains("các mục cuối đã mất"), "{}", alarmed.stderr);
        evidence(&desk.path("witness/alarm"), &keys, "SHORTER");
        let caught = send(&desk, "after.json", &[]).await;
        assert!(caught.status == 1 && caught.stderr.contains("BÁO ĐỘNG (SHORTER)"), "{}", caught.stderr);
        assert_eq!(published(&desk).tree.size, size);
        let unaware = desk.run(BANK, &["list"]).await;
        assert_eq!(unaware.status, 1, "the profiles of this desk share their memory");
        desk.close().await;
    }
}
