//! Uploaded documents and the kinds that name them: what the hub takes, a kind may not take.

use lienthong::evidence::digest::{hex, sha256};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::exchange::{of, pdf, upload};
use crate::harness::agencies::{BANK, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::wire::{fields, reason};
use crate::harness::{TestHub, documents};
use crate::rpc::same_key::submit;

const MIB: usize = 1024 * 1024;

/// What an order says of an uploaded document.
fn named(sort: &str, header: &v1::UploadHeader, content: &[u8]) -> Value {
    json!({
        "name": header.name, "type": sort, "sha256": hex(&sha256(content)), "size": content.len(),
        "media_type": header.media_type,
    })
}

fn freeze(key: &str, attachment: &Value) -> v1::SubmitRequest {
    let mut order = documents::order(&kind("account-freeze"), key, THADS, &[BANK]);
    order["attachments"] = json!([attachment]);
    submit(&order)
}

backends! {
    async fn what_was_uploaded_is_named_only_as_its_kind_and_sort_allow(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let png = b"\x89PNG\r\n\x1a\n and what follows".to_vec();
        let scan = v1::UploadHeader {
            name: "Biên bản.png".to_owned(),
            media_type: "image/png".to_owned(),
            sha256: sha256(&png).to_vec().into(),
            ..of("a-scan-as-png", &png)
        };
        upload(&sender, scan.clone(), &png).await.expect("the hub takes it");
        let large = pdf(u32::try_from(20 * MIB + 4).expect("small"));
        let file = of("large-file", &large);
        upload(&sender, file.clone(), &large).await.expect("the hub takes it");

        let before = database.raw().await.counts().await;
        for (key, attachment, pointer) in [
            ("a-decision-as-image", named("DECISION", &scan, &png), "/attachments/0/media_type"),
            ("a-large-decision", named("DECISION", &file, &large), "/attachments/0/size"),
        ] {
            let refusal = sender.requests().submit(freeze(key, &attachment)).await.expect_err(key);
            assert_eq!(
                (reason(&refusal).as_str(), fields(&refusal)),
                ("DOCUMENT_INVALID", vec![pointer.to_owned()])
            );
        }
        assert_eq!(database.raw().await.counts().await, before, "nothing was stored");
        // The refusals used up no key.
        for (key, attachment) in [
            ("a-decision-as-image", named("MINUTES", &scan, &png)),
            ("a-large-decision", named("OTHER", &file, &large)),
        ] {
            sender.requests().submit(freeze(key, &attachment)).await.expect("accepted");
        }
        hub.stop().await;
        audit(&database).await;
    }
}
