//! Wrong input: each is told in both languages, names the place, and ends with the status that scripts can tell apart.

use serde_json::Value;

use super::Desk;
use crate::harness::agencies::{BANK, LAND_OFFICE, THADS};

const UNKNOWN: &str = "req_019aa9c0a1007000800000000000abcd";

backends! {
    async fn a_missing_connection_is_named_with_how_to_give_it(database) {
        let desk = Desk::open(&database).await;
        let none = desk.bare(&["list"]).await;
        assert_eq!(none.status, 2);
        for part in ["--hub", "LIENTHONG_HUB", "--profile", "Thiếu", "missing"] {
            assert!(none.stderr.contains(part), "{part}: {}", none.stderr);
        }
        let absent = desk.bare(&["list", "--profile", "none.toml"]).await;
        assert!(absent.status == 2 && absent.stderr.contains("none.toml"), "{}", absent.stderr);
        let profile = format!("{}.toml", THADS.code_text());
        let nobody = desk.bare(&["list", "--profile", &profile, "--hub", "https://localhost:1"]).await;
        assert!(nobody.status == 1 && nobody.stderr.contains("https://localhost:1"), "{}", nobody.stderr);
        let stranger = desk.bare(&["list", "--profile", &profile, "--as-officer", "nobody"]).await;
        assert!(stranger.status == 1 && stranger.stdout.is_empty(), "{}", stranger.stderr);
        desk.close().await;
    }

    async fn an_invalid_document_shows_every_wrong_place(database) {
        let desk = Desk::open(&database).await;
        let to = LAND_OFFICE.code_text();
        desk.text(THADS, &["template", "land-information", "order", "--to", to, "-O", "order.json"]).await;
        let mut order = desk.json("order.json");
        order["head"]["date"] = "20/11/2026".into();
        order["payload"]["scope"] = "SOMETHING".into();
        desk.write("wrong.json", &order.to_string());
        let refused = desk.run(THADS, &["send", "wrong.json"]).await;
        assert!(refused.status == 1 && refused.stderr.contains("\n  /head/date: "), "{}", refused.stderr);
        order["head"]["date"] = desk.json("order.json")["head"]["date"].clone();
        order["payload"]["requested_information"] = "ALL".into();
        desk.write("wrong.json", &order.to_string());
        let refused = desk.run(THADS, &["send", "wrong.json"]).await;
        let checked = desk.run(THADS, &["send", "wrong.json", "--check"]).await;
        assert_eq!((refused.status, checked.status), (1, 1));
        for pointer in ["/payload/scope", "/payload/requested_information"] {
            assert!(refused.stderr.contains(&format!("\n  {pointer}: ")), "{pointer}: {}", refused.stderr);
            assert!(checked.stdout.contains(pointer), "{pointer}: {}", checked.stdout);
        }
        let list = desk.ask(THADS, &["list"]).await;
        assert_eq!(list["enforcement_requests"], Value::Array(Vec::new()), "nothing was stored");
        desk.close().await;
    }

    async fn a_key_that_was_used_is_told_and_a_missing_one_is_made_on_request(database) {
        let desk = Desk::open(&database).await;
        desk.order("land-information", THADS, LAND_OFFICE, "order.json").await;
        let mut order = desk.json("order.json");
        order["payload"]["note"] = "Nội dung khác.".into();
        desk.write("other.json", &order.to_string());
        let reused = desk.run(THADS, &["send", "other.json"]).await;
        assert!(reused.status == 1 && reused.stderr.contains("KEY_REUSED"), "{}", reused.stderr);
        order.as_object_mut().expect("an object").remove("idempotency_key");
        desk.write("keyless.json", &order.to_string());
        let keyless = desk.run(THADS, &["send", "keyless.json"]).await;
        assert!(keyless.status == 2 && keyless.stderr.contains("--new-key"), "{}", keyless.stderr);
        let send = ["send", "keyless.json", "--new-key", "keyed.json"];
        let order_sent = desk.ask(THADS, &send).await;
        assert_eq!(desk.ask(THADS, &["send", "keyed.json"]).await["receipts"], order_sent["receipts"]);
        assert_eq!(desk.run(THADS, &send).await.status, 2, "the copy is not overwritten");
        desk.close().await;
    }

    async fn what_is_not_there_or_not_allowed_is_refused(database) {
        let desk = Desk::open(&database).await;
        for arguments in [["get", UNKNOWN], ["track", UNKNOWN], ["ack", UNKNOWN]] {
            let refused = desk.run(BANK, &arguments).await;
            assert!(refused.status == 1 && refused.stderr.contains("NOT_FOUND"), "{}", refused.stderr);
        }
        desk.write("broken.json", "{");
        desk.write("empty.json", "");
        for file in ["broken.json", "empty.json", "none.json"] {
            let refused = desk.run(THADS, &["send", file]).await;
            assert!(refused.status == 2 && refused.stderr.contains("Lỗi: FILE"), "{file}: {}", refused.stderr);
        }
        let id = desk.order("land-information", THADS, LAND_OFFICE, "land.json").await;
        let foreign = desk.run(BANK, &["get", &id]).await;
        let missing = desk.run(BANK, &["get", UNKNOWN]).await;
        assert_eq!(foreign.stderr, missing.stderr, "another's request answers as a missing one");
        let early = desk.run(THADS, &["close", &id]).await;
        assert!(early.status == 1 && early.stderr.contains("TRANSITION_NOT_ALLOWED"), "{}", early.stderr);
        let state = desk.run(THADS, &["list", "--state", "SLEEPING"]).await;
        assert!(state.status == 2 && state.stderr.contains("SUBMITTED"), "{}", state.stderr);
        let outcome = desk.run(THADS, &["template", "account-freeze", "answer", "NONSENSE"]).await;
        assert!(outcome.status == 2 && outcome.stderr.contains("HELD_FULL"), "{}", outcome.stderr);
        desk.close().await;
    }
}
