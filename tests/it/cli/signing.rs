//! Signing from the command line: by itself where the kind asks, a file alone, and what is told when keys are missing.

use super::{Desk, id_of};
use crate::harness::agencies::{BANK, LAND_OFFICE, OPERATOR, THADS};

backends! {
    async fn what_must_be_signed_is_signed_and_delivered_and_printed_as_it_came(database) {
        let desk = Desk::open(&database).await;
        let id = desk.order("account-freeze", THADS, BANK, "order.json").await;
        let request = desk.ask(BANK, &["get", &id, "--documents", "case"]).await;
        let file = request["files"][0].as_str().expect("a file");
        assert!(std::path::Path::new(file).extension().is_some_and(|ending| ending == "jws"), "{file}");
        let jws = std::fs::read_to_string(desk.path(file)).expect("the order");
        assert_eq!(jws.split('.').count(), 3);
        let page = desk.text(BANK, &["print", &id, "order"]).await;
        assert!(page.contains("<html") && page.contains("Nguyễn Văn Giả"), "{page}");
        // What need not be signed goes as it is.
        let id = desk.order("land-information", THADS, LAND_OFFICE, "land.json").await;
        let request = desk.ask(LAND_OFFICE, &["get", &id, "--documents", "land"]).await;
        let file = request["files"][0].as_str().expect("a file");
        assert_eq!(desk.json(file)["kind"], "land-information");
        desk.close().await;
    }

    async fn a_file_is_signed_alone_and_sent_later_and_the_officer_signs_too_where_the_kind_asks(database) {
        let desk = Desk::open(&database).await;
        let to = BANK.code_text();
        desk.text(THADS, &["template", "account-freeze", "order", "--to", to, "-O", "order.json"]).await;
        desk.text(THADS, &["sign", "order.json", "-O", "order.jws"]).await;
        let sent = desk.ask(THADS, &["send", "order.jws"]).await;
        let again = desk.ask(THADS, &["send", "order.json"]).await;
        assert_eq!(again["receipts"], sent["receipts"], "signed anew it is the same order");
        let twice = desk.run(THADS, &["sign", "order.jws"]).await;
        assert_eq!(twice.status, 2, "{}", twice.stderr);

        desk.text(THADS, &["template", "account-debit", "order", "--to", to, "-O", "debit.json"]).await;
        let mut debit = desk.json("debit.json");
        debit["relations"] = serde_json::json!([]);
        desk.write("debit.json", &debit.to_string());
        let by_seal_alone = desk.text(THADS, &["sign", "debit.json"]).await;
        desk.write("debit.jws", by_seal_alone.trim());
        let refused = desk.run(THADS, &["send", "debit.jws"]).await;
        assert!(refused.status == 1 && refused.stderr.contains("SIGNATURE_REQUIRED"), "{}", refused.stderr);
        let id = id_of(&desk.ask(THADS, &["send", "debit.json"]).await);
        let request = desk.ask(BANK, &["get", &id, "--documents", "debit"]).await;
        let signed = desk.json(request["files"][0].as_str().expect("a file"));
        assert_eq!(signed["signatures"].as_array().map(Vec::len), Some(2));
        desk.close().await;
    }

    async fn missing_and_mixed_keys_are_told_before_anything_is_sent(database) {
        let desk = Desk::open(&database).await;
        desk.write("order.json", "{}");
        let without = desk.bare(&["sign", "order.json"]).await;
        assert!(without.status == 2 && without.stderr.contains("--seal-cert"), "{}", without.stderr);
        let seal = format!("{}.seal.pem", THADS.code_text());
        let half = desk.bare(&["sign", "order.json", "--seal-cert", &seal]).await;
        assert!(half.status == 2 && half.stderr.contains("--seal-key"), "{}", half.stderr);
        let foreign = format!("{}.seal.key", BANK.code_text());
        let mixed = desk.bare(&["sign", "order.json", "--seal-cert", &seal, "--seal-key", &foreign]).await;
        assert!(mixed.status == 2 && mixed.stderr.contains("does not belong"), "{}", mixed.stderr);
        let missing = desk.run(OPERATOR, &["sign", "no-such-file.json"]).await;
        assert_eq!(missing.status, 2, "{}", missing.stderr);
        desk.close().await;
    }
}
