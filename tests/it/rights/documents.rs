//! Uploaded documents: who may read them, and attach them.

use lienthong::domain::agency::Scope;
use lienthong::evidence::digest::{hex, sha256};
use lienthong_proto::v1;
use serde_json::json;
use tonic::Status;

use super::staff::{STAFF, World, assign};
use crate::documents::exchange::{of, upload};
use crate::harness::agencies::{BANK, THADS};
use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::wire::{fields, reason};
use crate::harness::{Refusal, documents};
use crate::rpc::same_key::submit;

const CONTENT: &[u8] = b"%PDF-1.7 rights";
const MISSING: &str = "doc_019aa9c0a1007000800000000000abcd";

async fn read(client: &Client, id: &str) -> Result<v1::GetDocumentResponse, Status> {
    let ask = v1::GetDocumentRequest {
        document_id: id.to_owned(),
    };
    Ok(client.documents().get_document(ask).await?.into_inner())
}

async fn download(client: &Client, id: &str) -> Result<(), Status> {
    let ask = v1::DownloadRequest {
        document_id: id.to_owned(),
        offset: 0,
    };
    let mut messages = client.documents().download(ask).await?.into_inner();
    while messages.message().await?.is_some() {}
    Ok(())
}

/// A freeze that names the document.
async fn send(client: &Client, key: &str) -> Result<v1::SubmitResponse, Status> {
    let mut order = documents::order(&kind("account-freeze"), key, THADS, &[BANK]);
    order["attachments"] = json!([{
        "name": "a.pdf", "sha256": hex(&sha256(CONTENT)), "size": CONTENT.len(), "media_type": "application/pdf",
    }]);
    Ok(client.requests().submit(submit(&order)).await?.into_inner())
}

backends! {
    async fn a_document_is_read_and_attached_by_its_uploader_and_those_who_see_a_request_that_names_it(database) {
        let world = World::start(&database).await;
        let uploader = world.client(THADS, "own.1");
        let id = upload(uploader, of("upload-0001", CONTENT), CONTENT).await.expect("accepted").document_id;
        for person in STAFF {
            let client = world.client(THADS, person.id);
            if person.id == "own.1" || person.scope == Scope::All {
                read(client, &id).await.expect(person.id);
                download(client, &id).await.expect(person.id);
            } else {
                for (hidden, missing) in [
                    (read(client, &id).await.map(drop), read(client, MISSING).await.map(drop)),
                    (download(client, &id).await, download(client, MISSING).await),
                ] {
                    assert_eq!(Refusal::of(&hidden.expect_err("hidden")), Refusal::of(&missing.expect_err("missing")), "{}", person.id);
                }
                let refusal = send(client, &format!("attach-{}", person.id)).await.expect_err("not his to attach");
                assert_eq!(reason(&refusal), "REFERENCE_NOT_FOUND", "{}", person.id);
                assert_eq!(fields(&refusal), ["/attachments/0"]);
            }
        }

        let sent = send(uploader, "attach-0001").await.expect("accepted");
        let request = &sent.receipts[0].enforcement_request_id;
        for person in STAFF {
            // Sent by an officer of p1.
            let is_read = read(world.client(THADS, person.id), &id).await.is_ok();
            assert_eq!(is_read, person.sees("own.1", "p1"), "{} of the sender", person.id);
            let is_read = read(world.client(BANK, person.id), &id).await.is_ok();
            assert_eq!(is_read, person.sees("", ""), "{} of the recipient, not assigned", person.id);
        }
        let given = assign("assign-0001", request, "own.3", "p2");
        world.client(BANK, "").requests().assign(given).await.expect("assigned");
        for person in STAFF {
            let reply = read(world.client(BANK, person.id), &id).await;
            assert_eq!(reply.is_ok(), person.sees("own.3", "p2"), "{} of the recipient", person.id);
            if let Ok(document) = reply {
                assert_eq!(document.enforcement_request_ids, std::slice::from_ref(request));
            }
        }
        // Whoever may read it may attach it: the colleague of the unit sees the request that names it.
        send(world.client(THADS, "unit.1"), "attach-0002").await.expect("accepted");
        world.hub.stop().await;
    }
}
