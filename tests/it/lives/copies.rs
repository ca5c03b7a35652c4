//! decision-copy: copies by right in the same write as the decision, and copies that are sent by themselves.

use std::collections::BTreeSet;

use lienthong_proto::v1;
use serde_json::Value;

use crate::harness::agencies::{BANK, BANK_2, OPERATOR, PROCURACY_37, THADS_37};
use crate::harness::seals;

use super::world::World;

/// The copy that came with this order.
async fn copy_of(world: &World, receipts: &[v1::Receipt], freezes: usize) -> String {
    assert_eq!(
        receipts.len(),
        freezes + 1,
        "one receipt for each recipient and one for the copy"
    );
    let copy = receipts[freezes].enforcement_request_id.clone();
    let request = world.life("decision-copy", &copy, THADS_37, PROCURACY_37).get().await;
    assert_eq!(
        (request.kind.as_str(), request.sender_agency_code.as_str()),
        ("decision-copy", THADS_37.code_text())
    );
    let related: BTreeSet<&str> = request
        .relations
        .iter()
        .map(|known| known.enforcement_request_id.as_str())
        .collect();
    let opened: BTreeSet<&str> = receipts[..freezes]
        .iter()
        .map(|opened| opened.enforcement_request_id.as_str())
        .collect();
    assert_eq!(related, opened);
    assert!(
        request
            .relations
            .iter()
            .all(|known| known.r#type() == v1::RelationType::CopyOf)
    );
    copy
}

fn dated(date: &'static str) -> impl FnOnce(&mut Value) {
    move |order| {
        order["head"]["date"] = date.into();
        order["payload"]["amounts"]["as_of"] = date.into();
    }
}

backends! {
    async fn the_procuracy_of_the_place_gets_its_copy_in_the_same_write(database) {
        let world = World::start(&database).await;
        for (date, recipients, clock) in [
            // Three working days after Wednesday 18/11: 19/11, 20/11, 23/11; after Tuesday 10/11: 11/11, 12/11, 13/11.
            ("2026-11-18", &[BANK][..], "MET 2026-11-23 23:59"),
            ("2026-11-10", &[BANK, BANK_2][..], "BREACHED 2026-11-13 23:59"),
        ] {
            let order = world.order("account-freeze", THADS_37, recipients, dated(date));
            let receipts = world.send(THADS_37, &order).await.expect("accepted");
            let indexes: Vec<i64> = receipts.iter().map(|receipt| receipt.log_index).collect();
            assert!(indexes.windows(2).all(|pair| pair[1] == pair[0] + 1), "one write: {indexes:?}");
            let id = copy_of(&world, &receipts, recipients.len()).await;
            let copy = world.life("decision-copy", &id, THADS_37, PROCURACY_37);
            assert_eq!(copy.clock("transfer").await, clock);
            let entries = world.entries(PROCURACY_37, &id).await;
            let document = entries[0].document.as_ref().expect("the decision");
            assert_eq!(seals::document_in(document), order.to_string().as_bytes(), "the very bytes of the decision");
            assert_eq!(copy.get().await.broadcast_id, "", "no part of the broadcast");
            copy.acknowledge().await;
            copy.answer("OBSERVATION").await;
            copy.correct("RECEIVED").await;
            copy.dispute(false).await.expect("disputed");
            copy.answer("RECEIVED").await;
            copy.close().await;
            assert_eq!(copy.told().await, "submit acknowledge answer_final correct dispute answer_final close");
            // A retry gets the same receipts.
            assert_eq!(world.send(THADS_37, &order).await.expect("again"), receipts);
        }
        world.end(&database).await;
    }

    async fn a_decision_to_enforce_is_sent_to_the_procuracy_by_itself(database) {
        let world = World::start(&database).await;
        let life = world.open_with("decision-copy", THADS_37, PROCURACY_37, |order| {
            order["head"]["date"] = "2026-11-19".into();
        }).await;
        // 20/11, 23/11, 25/11.
        assert_eq!(life.clock("transfer").await, "MET 2026-11-25 23:59");
        life.acknowledge().await;
        life.answer("RECEIVED").await;
        life.close().await;
        world.end(&database).await;
    }

    async fn a_copy_that_nobody_can_get_is_written_down_as_missing(database) {
        let world = World::start(&database).await;
        let suspend = v1::SuspendAgencyRequest {
            idempotency_key: world.key(),
            code: PROCURACY_37.code_text().to_owned(),
            suspended: true,
            reason: "Tạm ngừng để thử nghiệm.".to_owned(),
        };
        world.client(OPERATOR).agencies().suspend_agency(suspend).await.expect("suspended");
        let life = world.open("account-freeze", THADS_37, BANK).await;
        let details: Value = serde_json::from_str(&life.events().await[0].details).expect("JSON");
        assert_eq!(details["copies_missing"], serde_json::json!(["PROCURACY"]));
        let order = world.order("account-freeze", THADS_37, &[BANK], |_| {});
        assert_eq!(world.send(THADS_37, &order).await.expect("accepted").len(), 1);
        world.end(&database).await;
    }
}
