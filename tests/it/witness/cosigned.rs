//! What a cosigned checkpoint is good for: databases and receipts are held against it.

use super::{look_well, sent, witnessed};
use crate::harness::Backend;
use crate::harness::agencies::THADS;
use crate::verify::second::{ask_second, second};

backends! {
    async fn verifiers_take_cosigned_checkpoints_and_demand_the_witnesses_that_are_named(database) {
        let (mut desk, _) = witnessed(&database).await;
        let id = desk.order("land-information", THADS, super::LAND_OFFICE, "order.json").await;
        let receipt = desk.text(THADS, &["evidence", "receipt", &id, "-O", "receipt.json"]).await;
        assert_eq!(receipt, "");
        sent(&desk, "later.json").await;
        look_well(&desk, &[]).await;
        let checkpoint = "witness/checkpoint";
        desk.text(THADS, &["evidence", "receipt", &id, "--witnessed", checkpoint, "-O", "witnessed.json"]).await;
        let keys = desk.text(THADS, &["evidence", "keys"]).await;
        desk.write("hub.keys", &keys);
        let other = desk.bare(&["witness", "--state", "other", "--new-key", "witness.test/w2"]).await;
        desk.write("other.keys", &other.stdout);
        desk.stop_hub().await;

        let url = database.url();
        let verify = async |arguments: &[&str]| desk.bare(&[&["verify"], arguments].concat()).await;
        for (what, arguments) in [
            ("database", vec!["database", &url, "--checkpoint", checkpoint]),
            ("receipt", vec!["receipt", "witnessed.json"]),
        ] {
            let with = |more: &'static [&'static str]| [arguments.as_slice(), &["--hub-keys", "hub.keys"], more].concat();
            let well = verify(&with(&[])).await;
            assert_eq!(well.status, 0, "{what}: {}", well.stderr);
            let well = verify(&with(&["--witness-keys", "witness.keys"])).await;
            assert_eq!(well.status, 0, "{what}: {}", well.stderr);
            let missing = verify(&with(&["--witness-keys", "other.keys"])).await;
            assert!(missing.status == 1 && missing.stderr.contains("witness.test/w2"), "{what}: {}", missing.stderr);
            let wrong = verify(&with(&["--witness-keys", "hub.keys"])).await;
            assert_eq!(wrong.status, 2, "{what}: {}", wrong.stderr);
        }
        // The second verifier says the same.
        let folder = desk.path("");
        let theirs = |arguments: &[&str], keys| ask_second(&folder, &[arguments, &["--witness-keys", keys]].concat());
        let receipt = ["receipt", "witnessed.json", "--hub-keys", "hub.keys"];
        let sqlite = url.strip_prefix("sqlite:").map(|path| ["database", path, "--checkpoint", checkpoint]);
        for arguments in [Some(receipt), sqlite].into_iter().flatten() {
            assert_eq!(theirs(&arguments, "witness.keys").0, Some(0), "{arguments:?}");
            let (status, said) = theirs(&arguments, "other.keys");
            assert!(status == Some(1) && said.contains("WITNESS_MISSING witness.test/w2"), "{said}");
            assert_eq!(theirs(&arguments, "hub.keys").0, Some(2), "{arguments:?}");
        }
        let (status, said) = theirs(&["receipt", "receipt.json", "--hub-keys", "hub.keys"], "witness.keys");
        assert!(status == Some(1) && said.contains("WITNESS_MISSING"), "{said}");
        if database.backend() == Backend::Sqlite {
            let second = second(&database, Some(&desk.path(checkpoint)));
            assert_eq!(second["verdict"], "SOUND", "{second}");
        }
        // The first receipt is as it was, and no witness had signed it.
        let plain = verify(&["receipt", "receipt.json", "--hub-keys", "hub.keys"]).await;
        assert_eq!(plain.status, 0, "{}", plain.stderr);
        let plain = verify(&["receipt", "receipt.json", "--hub-keys", "hub.keys", "--witness-keys", "witness.keys"]).await;
        assert_eq!(plain.status, 1, "{}", plain.stderr);
        let without = verify(&["database", &url, "--witness-keys", "witness.keys"]).await;
        assert!(without.status == 2 && without.stderr.contains("--checkpoint"), "{}", without.stderr);

        // Another time than the one signed is another statement.
        let note = super::read(&desk.path(checkpoint));
        let mut note = lienthong::evidence::note::Note::parse(&note).expect("a note");
        note.signatures[2].bytes[7] ^= 1;
        desk.write("changed.checkpoint", &note.to_string());
        let changed = ["database", &url, "--checkpoint", "changed.checkpoint", "--witness-keys", "witness.keys"];
        let changed = verify(&changed).await;
        assert!(changed.status == 1 && changed.stderr.contains("not good"), "{}", changed.stderr);
        if let Some([_, path, ..]) = sqlite {
            let (status, said) = theirs(&["database", path, "--checkpoint", "changed.checkpoint"], "witness.keys");
            assert!(status == Some(1) && said.contains("WITNESS_WRONG"), "{said}");
            assert_eq!(theirs(&["database", path], "witness.keys").0, Some(2));
        }
        desk.close().await;
    }
}
