//! What a sender still owes after an order, and what ends it: the order that follows.

use serde_json::{Value, json};

use crate::harness::agencies::{BANK, BANK_2, THADS};

use super::life::Life;
use super::world::World;

/// Makes an order cite a request.
fn citing(relation: &'static str, id: &str) -> impl FnOnce(&mut Value) {
    let id = id.to_owned();
    move |order| order["relations"] = json!([{ "type": relation, "enforcement_request_id": id }])
}

async fn minutes(world: &World) -> Life<'_> {
    let minutes = world.open("urgent-freeze", THADS, BANK).await;
    assert_eq!(
        minutes.clocks("issue").await,
        ["RUNNING 2026-11-21 08:30"],
        "24 hours from 08:30"
    );
    minutes
}

backends! {
    async fn a_decision_within_24_hours_takes_over_what_minutes_hold(database) {
        let world = World::start(&database).await;
        let minutes = minutes(&world).await;
        minutes.answer("HELD_FULL").await;
        let held = minutes.held().await;
        assert_ne!(held, "none");
        world.at("2026-11-20T16:00");
        let elsewhere = world.order("account-freeze", THADS, &[BANK_2], citing("supersedes", &minutes.id));
        world.send(THADS, &elsewhere).await.expect_err("its measure is not held there");
        assert_eq!(minutes.clocks("issue").await, ["RUNNING 2026-11-21 08:30"]);
        let decision = world.open_with("account-freeze", THADS, BANK, citing("supersedes", &minutes.id)).await;
        assert_eq!(minutes.clocks("issue").await, ["MET 2026-11-21 08:30"], "the decision has been sent");
        assert!(minutes.told().await.ends_with("follow_up"), "{}", minutes.told().await);
        assert_eq!(minutes.held().await, held, "until the bank has answered the decision");
        decision.answer("HELD_FULL").await;
        assert_eq!((minutes.held().await, decision.held().await), ("ended".to_owned(), held));
        minutes.close().await;
        drop((minutes, decision));
        world.end(&database).await;
    }

    async fn a_later_decision_is_late_and_a_release_ends_the_duty_too(database) {
        let world = World::start(&database).await;
        let first = minutes(&world).await;
        let second = minutes(&world).await;
        first.answer("HELD_FULL").await;
        second.answer("HELD_FULL").await;
        world.at("2026-11-20T18:00");
        let release = world.open_with("freeze-release", THADS, BANK, citing("releases", &second.id)).await;
        assert_eq!(second.clocks("issue").await, ["MET 2026-11-21 08:30"]);
        world.at("2026-11-21T09:00");
        let decision = world.open_with("account-freeze", THADS, BANK, citing("supersedes", &first.id)).await;
        assert_eq!(first.clocks("issue").await, ["BREACHED 2026-11-21 08:30"]);
        drop((first, second, release, decision));
        world.end(&database).await;
    }
}
