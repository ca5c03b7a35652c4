//! Giving work on: within one's own scope; forwarding is open to everyone who has it.

use lienthong_proto::v1;
use serde_json::json;
use tonic::Status;

use super::staff::{Sent, World, assign};
use crate::harness::agencies::BANK;
use crate::harness::documents;
use crate::harness::wire::{fields, reason};

impl World {
    async fn assign(&self, by: &str, sent: &Sent, officer: &str, unit: &str) -> Result<(), Status> {
        let key = format!("assign:{by}:{officer}:{unit}:{}", sent.id);
        self.client(BANK, by)
            .requests()
            .assign(assign(&key, &sent.id, officer, unit))
            .await
            .map(drop)
    }

    async fn sees(&self, by: &str, sent: &Sent) -> bool {
        let ask = v1::GetRequest {
            enforcement_request_id: sent.id.clone(),
            include_documents: false,
        };
        self.client(BANK, by).requests().get(ask).await.is_ok()
    }
}

fn beyond(refusal: &Status) -> Vec<String> {
    assert_eq!(
        (refusal.code(), reason(refusal).as_str()),
        (tonic::Code::PermissionDenied, "OFFICER_SCOPE_TOO_NARROW")
    );
    fields(refusal)
}

backends! {
    async fn work_is_given_within_the_scope_of_who_gives_it(database) {
        let world = World::start(&database).await;
        let of_unit = world.send("", "", "p1", "sent-0001").await;
        for (officer, unit, field) in [("own.3", "", "officer_id"), ("unit.2", "", "officer_id"), ("own.1", "p2", "unit_id")] {
            let refusal = world.assign("unit.1", &of_unit, officer, unit).await.expect_err("beyond his unit");
            assert_eq!(beyond(&refusal), [field], "{officer} {unit}");
        }
        world.assign("unit.1", &of_unit, "own.1", "p1").await.expect("a colleague of the unit");
        world.assign("unit.1", &of_unit, "unit.1", "").await.expect("himself");
        world.assign("all.1", &of_unit, "own.3", "").await.expect("anyone");
        assert!(world.sees("own.3", &of_unit).await && !world.sees("own.1", &of_unit).await);

        let own = world.send("", "own.1", "", "sent-0002").await;
        let refusal = world.assign("own.1", &own, "own.2", "").await.expect_err("not to another");
        assert_eq!(beyond(&refusal), ["officer_id"]);
        world.assign("own.1", &own, "own.1", "p1").await.expect("himself and his unit");
        assert!(world.sees("unit.1", &own).await, "his unit has it too now");
        world.hub.stop().await;
    }

    async fn whoever_has_it_may_forward_it_and_sees_it_no_more(database) {
        let world = World::start(&database).await;
        let sent = world.send("", "own.1", "", "sent-0001").await;
        let forward = v1::ForwardRequest {
            idempotency_key: "forward-0001".to_owned(),
            enforcement_request_id: sent.id.clone(),
            unit_id: "p2".to_owned(),
            ..Default::default()
        };
        world.client(BANK, "own.1").requests().forward(forward).await.expect("forwarded");
        assert!(!world.sees("own.1", &sent).await && !world.sees("unit.1", &sent).await);
        assert!(world.sees("unit.2", &sent).await && world.sees("all.1", &sent).await);
        world.hub.stop().await;
    }

    async fn registering_names_an_officer_within_the_scope(database) {
        let world = World::start(&database).await;
        let sent = world.send("", "", "p1", "sent-0001").await;
        let acknowledge = async |by: &str, officer: &str, key: &str| {
            let mut document = documents::acknowledge(key, BANK, &sent.id);
            document["officer_id"] = json!(officer);
            let message = v1::AcknowledgeRequest {
                content: Some(v1::acknowledge_request::Content::Document(document.to_string())),
                expected_version: 0,
            };
            world.client(BANK, by).requests().acknowledge(message).await.map(drop)
        };
        let refusal = acknowledge("unit.1", "unit.2", "acknowledge-1").await.expect_err("another unit's");
        assert_eq!(beyond(&refusal), ["/officer_id"]);
        acknowledge("unit.1", "own.2", "acknowledge-2").await.expect("registered");
        assert!(world.sees("own.2", &sent).await && !world.sees("own.1", &sent).await);
        world.hub.stop().await;
    }
}
