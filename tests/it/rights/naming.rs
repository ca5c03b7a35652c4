//! Orders that name other requests and measures; and promise 2, whoever of the agency asks.

use lienthong_proto::v1;
use prost::Message as _;
use serde_json::{Value, json};
use tonic::Status;

use super::staff::{World, assign};
use crate::harness::agencies::{BANK, BANK_2, THADS};
use crate::harness::commands::kind;
use crate::harness::wire::{fields, reason};
use crate::harness::{Refusal, documents};
use crate::rpc::measures::{import, old_freeze};
use crate::rpc::same_key::submit;

impl World {
    /// A release of what `related` names.
    async fn release(&self, by: &str, key: &str, related: Value) -> Result<v1::SubmitResponse, Status> {
        let mut order = documents::order(&kind("freeze-release"), key, THADS, &[BANK]);
        order["relations"] = json!([related]);
        Ok(self
            .client(THADS, by)
            .requests()
            .submit(submit(&order))
            .await?
            .into_inner())
    }
}

fn of_request(id: &str) -> Value {
    json!({ "type": "releases", "enforcement_request_id": id })
}

fn of_measure(id: &str) -> Value {
    json!({ "type": "releases", "measure_id": id })
}

backends! {
    async fn an_officer_names_only_what_he_may_see_and_the_rest_as_if_it_did_not_exist(database) {
        let world = World::start(&database).await;
        let sent = world.send("own.1", "", "", "sent-0001").await;
        world.answer(&sent, "answer-0001").await;
        let ask = v1::ListMeasuresRequest::default();
        let page = world.client(THADS, "own.1").requests().list_measures(ask).await.expect("a page").into_inner();
        let measure = page.measures[0].measure_id.clone();
        let old = import("import-0001", vec![old_freeze("import-0001")]);
        let old = world.client(BANK, "").requests().register_measures(old).await.expect("registered").into_inner();
        let old = old.measure_ids[0].clone();
        let (no_request, no_measure) = ("req_019aa9c0a1007000800000000000abcd", "mea_019aa9c0a1007000800000000000abcd");
        for (stranger, number) in [("own.2", 0), ("own.3", 1), ("unit.2", 2)] {
            let release = async |related, what: &str| {
                let key = format!("release-{what}-{number}");
                world.release(stranger, &key, related).await.expect_err("not his to name")
            };
            let missing = release(of_request(no_request), "no-request").await;
            assert_eq!(reason(&missing), "REFERENCE_NOT_FOUND");
            assert_eq!(Refusal::of(&release(of_request(&sent.id), "request").await), Refusal::of(&missing), "{stranger}");
            let missing = release(of_measure(no_measure), "no-measure").await;
            assert_eq!(fields(&missing), ["/relations/0/measure_id"]);
            assert_eq!(Refusal::of(&release(of_measure(&measure), "measure").await), Refusal::of(&missing), "{stranger}");
            assert_eq!(Refusal::of(&release(of_measure(&old), "old-measure").await), Refusal::of(&missing), "{stranger}");
        }
        world.release("own.1", "release-by-himself", of_measure(&measure)).await.expect("his own");
        world.release("unit.1", "release-by-his-unit", of_request(&sent.id)).await.expect("his unit's");
        world.release("all.1", "release-of-old", of_measure(&old)).await.expect("he sees all");
        world.hub.stop().await;
    }

    async fn a_retry_gets_its_first_receipt_whichever_officer_of_the_agency_makes_it(database) {
        let world = World::start(&database).await;
        let order = submit(&documents::order(&kind("account-freeze"), "retried-order", THADS, &[BANK, BANK_2]));
        let first = world.client(THADS, "own.1").requests().submit(order.clone()).await.expect("accepted").into_inner();
        let id = first.receipts[0].enforcement_request_id.clone();
        let step = assign("retried-assign", &id, "own.1", "");
        let assigned = world.client(BANK, "").requests().assign(step.clone()).await.expect("assigned").into_inner();
        for other in ["own.2", "unit.2", "all.1"] {
            let again = world.client(THADS, other).requests().submit(order.clone()).await.expect("a retry").into_inner();
            assert_eq!(again.encode_to_vec(), first.encode_to_vec(), "{other}");
            let again = world.client(BANK, other).requests().assign(step.clone()).await.expect("a retry").into_inner();
            assert_eq!(again.encode_to_vec(), assigned.encode_to_vec(), "{other}");
        }
        // The receipt is the agency's; the request behind it stays hidden, and another step is none of his.
        let other = assign("another-step", &id, "own.2", "");
        let refusal = world.client(BANK, "own.2").requests().assign(other).await.expect_err("not seen");
        assert_eq!(reason(&refusal), "REQUEST_NOT_FOUND");
        world.hub.stop().await;
    }
}
