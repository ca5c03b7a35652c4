//! What a sender still owes after an order, and what ends it: the order that follows.

use lienthong_proto::v1;
use serde_json::{Value, json};

use crate::harness::Fixture;
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

    async fn a_later_decision_is_late_and_a_release_ends_the_duty_when_it_is_carried_out(database) {
        let world = World::start(&database).await;
        let first = minutes(&world).await;
        let second = minutes(&world).await;
        first.answer("HELD_FULL").await;
        second.answer("HELD_FULL").await;
        world.at("2026-11-20T18:00");
        let release = world.open_with("freeze-release", THADS, BANK, citing("releases", &second.id)).await;
        assert_eq!(second.clocks("issue").await, ["RUNNING 2026-11-21 08:30"], "it holds as yet");
        release.answer("RELEASED").await;
        assert_eq!((second.held().await.as_str(), second.clocks("issue").await.as_slice()), ("ended", &["CANCELLED 2026-11-21 08:30".to_owned()][..]));
        world.at("2026-11-21T09:00");
        let decision = world.open_with("account-freeze", THADS, BANK, citing("supersedes", &first.id)).await;
        assert_eq!(first.clocks("issue").await, ["BREACHED 2026-11-21 08:30"]);
        drop((first, second, release, decision));
        world.end(&database).await;
    }

    async fn a_decision_that_comes_back_leaves_the_duty_open(database) {
        let world = World::start(&database).await;
        let minutes = minutes(&world).await;
        minutes.answer("HELD_FULL").await;
        let held = minutes.held().await;
        let (running, met) = (["RUNNING 2026-11-21 08:30"], ["MET 2026-11-21 08:30"]);

        let returned = world.open_with("account-freeze", THADS, BANK, citing("supersedes", &minutes.id)).await;
        assert_eq!(minutes.clocks("issue").await, met);
        let reason = json!({ "reason": { "code": "MISSING_PAPERS", "text": "Thiếu quyết định." } });
        returned.send_back(BANK, &reason).await.expect("returned");
        assert_eq!(minutes.clocks("issue").await, running);
        assert!(minutes.told().await.ends_with("follow_up follow_up_lost"), "{}", minutes.told().await);
        assert!(world.entries(THADS, &minutes.id).await.iter().any(|entry| entry.action() == v1::Action::FollowUpLost));

        let taken_back = world.open_with("account-freeze", THADS, BANK, citing("supersedes", &minutes.id)).await;
        taken_back.withdraw().await;
        assert_eq!(minutes.clocks("issue").await, met, "the bank has not agreed yet");
        taken_back.decide(BANK, true).await.expect("agreed");
        assert_eq!(minutes.clocks("issue").await, running);

        let refused = world.open_with("account-freeze", THADS, BANK, citing("supersedes", &minutes.id)).await;
        refused.answer("REFUSED").await;
        assert_eq!(minutes.clocks("issue").await, met, "the decision was made and sent in time");
        assert_eq!(minutes.held().await, held, "what was held is not let go by a refusal");
        drop((minutes, returned, taken_back, refused));
        world.end(&database).await;
    }

    async fn minutes_may_be_cited_by_their_measure(database) {
        let world = World::start(&database).await;
        let minutes = minutes(&world).await;
        minutes.answer("HELD_FULL").await;
        let measure = minutes.get().await.measures[0].measure_id.clone();
        let citing = move |order: &mut Value| order["relations"] = json!([{ "type": "supersedes", "measure_id": measure }]);
        let decision = world.open_with("account-freeze", THADS, BANK, citing).await;
        assert_eq!(minutes.clocks("issue").await, ["MET 2026-11-21 08:30"]);
        decision.answer("HELD_FULL").await;
        assert_eq!(minutes.held().await, "ended");
        minutes.correct("HELD_FULL").await;
        assert_eq!(minutes.held().await, "ended", "what the decision took over, the minutes hold no more");
        drop((minutes, decision));
        world.end(&database).await;
    }

    async fn what_a_bank_found_is_followed_up_or_closed(database) {
        let world = World::start(&database).await;
        let found = world.open("account-information", THADS, BANK).await;
        assert_eq!(found.clocks("follow_up").await, [""; 0], "nothing is known yet");
        found.answer("FOUND").await;
        assert_eq!(found.clocks("follow_up").await, ["RUNNING 2026-11-23 23:59"], "the next working day");
        let next = async |by: Fixture| -> Vec<String> {
            let ask = v1::GetRequest { enforcement_request_id: found.id.clone(), include_documents: false };
            let told = world.client(by).requests().get(ask).await.expect("it is there").into_inner();
            told.follow_ups.into_iter().map(|next| next.kind).collect()
        };
        assert_eq!(next(THADS).await, ["account-freeze", "account-debit"]);
        assert_eq!(next(BANK).await, [""; 0], "what the office does next is its own");
        let freeze = world.open_with("account-freeze", THADS, BANK, citing("follows", &found.id)).await;
        assert_eq!(found.clocks("follow_up").await, ["MET 2026-11-23 23:59"]);
        let nothing = world.open("account-information", THADS, BANK).await;
        nothing.answer("NOT_FOUND").await;
        assert_eq!(nothing.clocks("follow_up").await, [""; 0], "nothing was found");
        let closed = world.open("account-information", THADS, BANK_2).await;
        closed.answer("FOUND").await;
        closed.close().await;
        assert_eq!(closed.clocks("follow_up").await, ["CANCELLED 2026-11-23 23:59"], "the office lets it be");
        drop((found, freeze, nothing, closed));
        world.end(&database).await;
    }
    async fn what_is_owed_goes_by_the_answer_as_it_stands(database) {
        let world = World::start(&database).await;
        let running = "RUNNING 2026-11-23 23:59".to_owned();
        let cancelled = "CANCELLED 2026-11-23 23:59".to_owned();
        let enquiry = world.open("account-information", THADS, BANK).await;
        enquiry.answer("NOT_FOUND").await;
        enquiry.correct("FOUND").await;
        assert_eq!(enquiry.clocks("follow_up").await, [running.as_str()], "it was found after all");
        enquiry.correct("NOT_FOUND").await;
        assert_eq!(enquiry.clocks("follow_up").await, [cancelled.as_str()]);
        enquiry.correct("FOUND").await;
        assert_eq!(enquiry.clocks("follow_up").await, [cancelled.clone(), running.clone()]);
        enquiry.correct("FOUND").await;
        assert_eq!(enquiry.clocks("follow_up").await, [cancelled.clone(), running.clone()], "once");
        enquiry.dispute(false).await.expect("disputed");
        assert_eq!(enquiry.clocks("follow_up").await, [cancelled.clone(), cancelled.clone()], "the answer does not stand");
        enquiry.answer("FOUND").await;
        assert_eq!(enquiry.clocks("follow_up").await, [cancelled.clone(), cancelled, running]);
        drop(enquiry);
        world.end(&database).await;
    }
}
