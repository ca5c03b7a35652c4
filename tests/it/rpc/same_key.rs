//! The same key many times at once acts once, and every reply is the same, byte for byte.

use lienthong_proto::{Rpc, v1};
use tokio::task::JoinSet;

use crate::harness::agencies::{BANK, BANK_2, LAND_OFFICE, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::wire::reason;
use crate::harness::{TestHub, documents, seals};

/// A submit of this document.
pub(crate) fn submit(document: &serde_json::Value) -> v1::SubmitRequest {
    v1::SubmitRequest {
        content: seals::submit(&document.to_string()),
    }
}

backends! {
    async fn the_same_key_fifty_times_at_once_gets_the_same_bytes(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let order = submit(&documents::order(
            &kind("account-freeze"),
            "fifty-at-once",
            THADS,
            &[BANK, BANK_2],
        ));
        let mut calls = JoinSet::new();
        for _ in 0..50 {
            let (sender, order) = (sender.clone(), order.clone());
            calls.spawn(async move { sender.send(Rpc::RequestServiceSubmit, &order).await });
        }
        let replies: Vec<Vec<u8>> = calls
            .join_all()
            .await
            .into_iter()
            .map(|reply| reply.expect("accepted"))
            .collect();
        assert!(
            replies.iter().all(|reply| *reply == replies[0]),
            "all replies are the same"
        );
        // Days later, over a new connection and with a fresh token, still the same.
        hub.clock.advance_micros(3 * 86_400_000_000);
        let later = hub
            .client(THADS)
            .await
            .send(Rpc::RequestServiceSubmit, &order)
            .await
            .expect("accepted");
        assert_eq!(later, replies[0]);
        // One for each bank and the procuracy's copy.
        assert_eq!(database.raw().await.count("enforcement_request").await, 3);
        let other = submit(&documents::order(
            &kind("land-information"),
            "fifty-at-once",
            THADS,
            &[LAND_OFFICE],
        ));
        let refusal = sender
            .send(Rpc::RequestServiceSubmit, &other)
            .await
            .expect_err("other content");
        assert_eq!(reason(&refusal), "KEY_REUSED");
        audit(&database).await;
    }
}
