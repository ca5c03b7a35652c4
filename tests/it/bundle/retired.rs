//! Keys that a published list calls retired: what they signed before stays good, a tree that holds the retirement is not theirs to sign.

use lienthong::server::settings::{HubSettings, SignerPlace};

use super::{both, export, freeze};
use crate::cli::Desk;
use crate::harness::agencies::THADS;
use crate::harness::ledger::HUB;
use crate::verify::second::ask_second;

backends! {
    async fn what_retired_keys_signed_before_holds_and_what_they_sign_of_a_later_tree_is_refused_by_both(database) {
        let mut desk = Desk::open(&database).await;
        let id = freeze(&desk).await;
        let (folder, old_list) = export(&desk, &id, "chung-cu").await;
        desk.text(THADS, &["evidence", "receipt", &id, "-O", "receipt.json"]).await;
        let old_text = std::fs::read_to_string(&old_list).expect("a list");
        let own = old_text.lines().last().expect("the hub's own keys").to_owned();
        desk.stop_hub().await;

        let renewed = HubSettings {
            signer: SignerPlace { folder: database.fresh_signer(), may_be_new: true },
            ..desk.settings().clone()
        };
        desk.start_hub(renewed.clone(), 11).await;
        desk.stop_hub().await;
        let signer = renewed.signer.folder.display().to_string();
        let name = own.split('+').take(2).collect::<Vec<_>>().join("+");
        let url = database.url();
        let done = desk.bare(&["retire-signer", &name, "--database", &url, "--hub-id", HUB, "--signer", &signer]).await;
        assert_eq!(done.status, 0, "{}", done.stderr);
        desk.start_hub(renewed, 12).await;
        let list = desk.text(THADS, &["evidence", "keys"]).await;
        let of_retired = list.lines().filter(|line| line.starts_with("#! retired "));
        let [statement] = of_retired.collect::<Vec<_>>().try_into().expect("one statement");
        assert!(statement.ends_with(&name), "{statement}");
        desk.stop_hub().await;
        desk.write("new.keys", &list);
        desk.write("early.keys", &list.replace(statement, &format!("#! retired 7 {name}")));
        desk.write("strange.keys", &list.replace("#! retired", "#! revoked"));
        desk.write("nobody.keys", &list.replace(statement, &format!("{statement}0")));

        let at = desk.path("");
        for (keys, status, code) in [
            ("hub.keys", 0, "HELD"),
            ("new.keys", 0, "HELD"),
            ("early.keys", 1, "KEY_RETIRED"),
            ("strange.keys", 2, ""),
            ("nobody.keys", 2, ""),
        ] {
            let asked = ["receipt", "receipt.json", "--hub-keys", keys];
            let ours = desk.bare(&[&["verify"], &asked[..], &["-o", "json"]].concat()).await;
            assert!(ours.status == status && ours.stdout.contains(code), "{keys}: {}{}", ours.stdout, ours.stderr);
            let (theirs, said) = ask_second(&at, &asked);
            assert!(theirs == Some(status) && said.contains(code), "{keys}: {said}");
        }
        assert!(both(&folder, Some(&desk.path("new.keys")), "signed before").held);
        let refused = both(&folder, Some(&desk.path("early.keys")), "signed later");
        assert_eq!(refused.first, Some(("checkpoint.txt".to_owned(), "KEY_RETIRED".to_owned())));

        for (keys, status) in [("new.keys", 0), ("hub.keys", 1), ("early.keys", 1)] {
            let judged = desk.bare(&["verify", "database", &url, "--hub-keys", keys]).await;
            assert_eq!(judged.status, status, "{keys}: {}{}", judged.stdout, judged.stderr);
        }
        desk.close().await;
    }
}
