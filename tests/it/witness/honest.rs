//! What happens to honest hubs raises no alarm.

use std::process::Stdio;
use std::time::Duration;

use lienthong::server::settings::{HubSettings, SignerPlace};

use super::{WATCHES, hub_keys, look, look_well, published, read, sent, witnessed};
use crate::harness::Backend;
use crate::harness::agencies::THADS;

backends! {
    async fn restart_second_hub_and_new_keys_raise_no_alarm(database) {
        let (mut desk, witness) = witnessed(&database).await;
        let first = look_well(&desk, &[]).await;
        let note = read(&desk.path("witness/checkpoint"));
        let note = lienthong::evidence::note::Note::parse(&note).expect("a note");
        assert_eq!(note.signatures.len(), 3, "two of the hub, one of the witness");
        witness.cosigned(&note).expect("cosigned");
        sent(&desk, "first.json").await;
        assert!(look_well(&desk, &[]).await.tree.size > first.tree.size);
        let own = desk.settings().clone();
        desk.stop_hub().await;
        desk.start_hub(own.clone(), 11).await;
        sent(&desk, "after-restart.json").await;
        look_well(&desk, &[]).await;

        if database.backend() == Backend::Postgres {
            let beside = HubSettings {
                listen: ([127, 0, 0, 1], 0).into(),
                signer: SignerPlace { folder: database.fresh_signer(), may_be_new: true },
                ..own.clone()
            };
            let second = lienthong::server::run::Hub::start(
                beside,
                std::sync::Arc::new(lienthong::server::clock::SystemClock),
                crate::harness::ids::SeededIds::new(12),
            );
            let second = second.await.expect("a second hub");
            let address = format!("https://localhost:{}", second.address().port());
            sent(&desk, "beside.json").await;
            look_well(&desk, &["--also-hub", &address]).await;
            let done = super::send(&desk, "by-the-second.json", &["--hub", &address]).await;
            assert_eq!(done.status, 0, "{}", done.stderr);
            look_well(&desk, &["--also-hub", &address]).await;
            second.stop().await;
        }

        // The hub's keys are lost; it goes on with new ones. Whoever trusts published keys alone waits for them to be published.
        let old = desk.text(THADS, &["evidence", "keys"]).await;
        desk.write("published.keys", &old);
        desk.stop_hub().await;
        let renewed = HubSettings {
            signer: SignerPlace { folder: database.fresh_signer(), may_be_new: true },
            ..own
        };
        desk.start_hub(renewed, 13).await;
        sent(&desk, "new-keys.json").await;
        let before = published(&desk);
        let waits = look(&desk, &["--hub-keys", "published.keys"]).await;
        assert!(waits.status == 1 && waits.stderr.contains("--hub-keys"), "{}", waits.stderr);
        assert!(!desk.path("witness/alarm").exists(), "unknown keys are no split view");
        assert_eq!(published(&desk), before);
        let new = desk.text(THADS, &["evidence", "keys"]).await;
        desk.write("published.keys", &new);
        let after = look_well(&desk, &["--hub-keys", "published.keys"]).await;
        assert!(after.tree.size > before.tree.size);
        look_well(&desk, &[]).await;
        assert!(hub_keys(&desk).await.len() > old.lines().count());
        desk.close().await;
    }

    async fn a_hub_that_is_away_is_looked_at_again_and_a_command_is_not_failed_by_a_memory_out_of_reach(database) {
        let (mut desk, _) = witnessed(&database).await;
        let own = desk.settings().clone();
        desk.stop_hub().await;
        let away = look(&desk, &[]).await;
        assert!(away.status == 1 && away.stderr.contains("--hub"), "{}", away.stderr);
        let profile = format!("{}.toml", WATCHES.code_text());
        let mut following = desk.program(&["witness", "--state", "witness", "--interval", "1", "--profile", &profile]);
        let mut following = following.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        desk.start_hub(own, 11).await;
        let file = desk.path("witness/checkpoint");
        until(|| file.exists()).await;
        let size = published(&desk).tree.size;
        sent(&desk, "more.json").await;
        until(|| published(&desk).tree.size > size).await;
        let second = look(&desk, &[]).await;
        assert!(second.status == 2 && second.stderr.contains("in use"), "one folder, one process: {}", second.stderr);
        following.kill().expect("it is stopped");
        following.wait().expect("it ends");

        std::fs::write(desk.path("no-folder"), "a file").expect("a file");
        let done = super::send(&desk, "no-memory.json", &["--log-memory", "no-folder"]).await;
        assert_eq!(done.status, 0, "{}", done.stderr);
        assert!(done.stderr.contains("was not compared"), "{}", done.stderr);
        desk.close().await;
    }
}

async fn until(mut holds: impl FnMut() -> bool) {
    let waited = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waited)
        .await
        .expect("within a minute");
}
