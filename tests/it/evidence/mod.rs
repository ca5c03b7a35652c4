//! What the log proves: receipts that are checked without the hub, proofs that hold, and a hub that writes nothing to a log
//! that does not go on from what it has signed.

pub(crate) mod broken_log;
mod proofs;
mod receipts;
mod retired_key;

use lienthong::client::receipts::kept;
use lienthong::evidence::hub_key::HubKey;
use lienthong::evidence::published::PublishedKey;
use lienthong::evidence::receipt::Receipt;
use lienthong_proto::v1::get_receipt_request::Entry;
use lienthong_proto::{Rpc, v1};
use prost::Message;
use serde_json::Value;
use tonic::Status;

use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::{Fixture, documents};

/// Calls a method and reads its reply.
async fn ask<A: Message + Default>(client: &Client, rpc: Rpc, message: &impl Message) -> Result<A, Status> {
    let bytes = client.send(rpc, message).await?;
    Ok(A::decode(bytes.as_slice()).expect("a reply"))
}

/// An enquiry of `sender`.
fn enquiry(key: &str, sender: Fixture, recipients: &[Fixture]) -> Value {
    documents::order(&kind("land-information"), key, sender, recipients)
}

/// The public keys that the hub tells.
pub(crate) async fn keys(client: &Client) -> Vec<HubKey> {
    let listed: v1::ListHubKeysResponse = ask(client, Rpc::EvidenceServiceListHubKeys, &v1::ListHubKeysRequest {})
        .await
        .expect("the keys");
    listed
        .keys
        .iter()
        .map(|key| key.public_keys.parse().expect("keys"))
        .collect()
}

/// The same as a published list.
pub(crate) async fn published(client: &Client) -> Vec<PublishedKey> {
    keys(client).await.into_iter().map(PublishedKey::from).collect()
}

/// The receipts of entries, as a partner keeps them.
async fn receipts(client: &Client, entry: Entry) -> Result<Vec<Receipt>, Status> {
    let message = v1::GetReceiptRequest { entry: Some(entry) };
    let told: v1::GetReceiptResponse = ask(client, Rpc::EvidenceServiceGetReceipt, &message).await?;
    let kept = told.receipts.iter().map(|told| {
        let receipt = told.receipt.as_ref().expect("a receipt");
        kept(receipt, &told.content_salt).expect("a receipt that can be kept")
    });
    Ok(kept.collect())
}
