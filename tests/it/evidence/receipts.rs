//! Receipts.

use lienthong::evidence::receipt::{Receipt, ReceiptError};
use lienthong_proto::v1::get_receipt_request::Entry;
use lienthong_proto::{Rpc, v1};
use prost::Message as _;

use super::{ask, enquiry, published, receipts};
use crate::harness::agencies::{BANK, LAND_37, LAND_OFFICE, THADS};
use crate::harness::audit::audit;
use crate::harness::hub::settings;
use crate::harness::wire::reason;
use crate::harness::{Backend, TestHub};
use crate::rpc::same_key::submit;

backends! {
    async fn a_receipt_is_checked_without_the_hub_and_proves_its_content(database) {
        let hub = TestHub::start(&database).await;
        let (sender, recipient, stranger) = (hub.client(THADS).await, hub.client(LAND_OFFICE).await, hub.client(BANK).await);
        let order = enquiry("receipt-0001", THADS, &[LAND_OFFICE]);
        let sent: v1::SubmitResponse = ask(&sender, Rpc::RequestServiceSubmit, &submit(&order)).await.expect("accepted");
        let request = sent.receipts[0].enforcement_request_id.clone();
        let index = sent.receipts[0].log_index;
        let by_key = receipts(&sender, Entry::IdempotencyKey("receipt-0001".to_owned())).await.expect("its receipts");
        let by_index = receipts(&sender, Entry::LogIndex(index)).await.expect("its receipt");
        let by_request = receipts(&recipient, Entry::EnforcementRequestId(request.clone())).await.expect("its receipt");
        assert_eq!(by_key, by_index);
        assert_eq!(by_key, by_request, "both parties hold the same");
        for entry in [
            Entry::IdempotencyKey("receipt-0001".to_owned()),
            Entry::LogIndex(index),
            Entry::LogIndex(1_000_000),
            Entry::LogIndex(-1),
        ] {
            let refusal = receipts(&stranger, entry).await.expect_err("not a party");
            assert_eq!(reason(&refusal), "ENTRY_NOT_FOUND");
        }
        let refusal = receipts(&stranger, Entry::EnforcementRequestId(request)).await.expect_err("not a party");
        assert_eq!(reason(&refusal), "REQUEST_NOT_FOUND");

        let trusted = published(&stranger).await;
        // From here on nothing is asked of the hub.
        hub.stop().await;
        let json = serde_json::to_vec(&by_key[0].file().expect("a file")).expect("JSON");
        let receipt = Receipt::read(&json).expect("a receipt");
        let proved = receipt.verify(&trusted).expect("it holds");
        assert_eq!((proved.leaf.action.as_str(), proved.leaf.agency.as_str()), ("submit", THADS.code_text()));
        receipt.verify_content(&proved.leaf, order.to_string().as_bytes()).expect("the order that was sent");
        let another = enquiry("receipt-0001", THADS, &[LAND_37]).to_string();
        let refused = receipt.verify_content(&proved.leaf, another.as_bytes());
        assert_eq!(refused, Err(ReceiptError::WrongContent));
        audit(&database).await;
    }

    async fn no_receipt_with_a_changed_bit_holds(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        // Enough leaves for proofs with several hashes.
        for number in 0..5 {
            let order = enquiry(&format!("bits-{number:04}"), THADS, &[LAND_OFFICE]);
            ask::<v1::SubmitResponse>(&sender, Rpc::RequestServiceSubmit, &submit(&order)).await.expect("accepted");
        }
        let trusted = published(&sender).await;
        let good = receipts(&sender, Entry::IdempotencyKey("bits-0003".to_owned())).await.expect("its receipts").remove(0);
        good.verify(&trusted).expect("it holds");
        let mut tried = 0;
        for byte in 0..good.leaf.len() {
            let mut changed = good.clone();
            changed.leaf[byte] ^= 1 << (byte % 8);
            changed.verify(&trusted).expect_err("another leaf");
            tried += 1;
        }
        for hash in 0..good.proof.len() {
            for byte in 0..32 {
                let mut changed = good.clone();
                changed.proof[hash][byte] ^= 1 << (byte % 8);
                changed.verify(&trusted).expect_err("another proof");
                tried += 1;
            }
        }
        for place in 0..good.checkpoint.len() {
            let mut bytes = good.checkpoint.clone().into_bytes();
            bytes[place] ^= 1 << (place % 7);
            if let Ok(checkpoint) = String::from_utf8(bytes) {
                let changed = Receipt { checkpoint, ..good.clone() };
                changed.verify(&trusted).expect_err("another checkpoint");
                tried += 1;
            }
        }
        assert!(tried > 600, "{tried}");
        good.verify(&[]).expect_err("no key is trusted");
        audit(&database).await;
    }

    async fn the_same_key_gives_the_same_bytes_on_every_hub_and_after_a_restart(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let order = submit(&enquiry("same-bytes-1", THADS, &[LAND_OFFICE]));
        let first = sender.send(Rpc::RequestServiceSubmit, &order).await.expect("accepted");
        let receipt = v1::SubmitResponse::decode(first.as_slice()).expect("a reply").receipts.remove(0);
        assert!(!receipt.checkpoint.expect("a checkpoint").note.is_empty());
        // The log grows past the end of a tile.
        for number in 0..300 {
            let order = submit(&enquiry(&format!("growth-{number:04}"), THADS, &[LAND_OFFICE]));
            sender.send(Rpc::RequestServiceSubmit, &order).await.expect("accepted");
        }
        if database.backend() == Backend::Postgres {
            let second = hub.beside(settings(&database, &hub.authority), 9).await;
            let replayed = second.client(THADS).await.send(Rpc::RequestServiceSubmit, &order).await.expect("accepted");
            assert_eq!(replayed, first, "on another hub");
            second.stop().await;
        }
        let again = settings(&database, &hub.authority);
        let hub = hub.again(again).await;
        let replayed = hub.client(THADS).await.send(Rpc::RequestServiceSubmit, &order).await.expect("accepted");
        assert_eq!(replayed, first, "after a restart");
        audit(&database).await;
    }
}
