//! What keeps content from being erased, each by its name, asked at the proposal and again at the decision.

use lienthong_proto::v1;
use serde_json::{Value, json};
use tonic::Status;

use super::world::World;
use crate::harness::agencies::{BANK, LAND_OFFICE};
use crate::harness::audit::audit;
use crate::harness::wire::{fields, reason};
use tonic_types::StatusExt as _;

/// The request that is named and the reason.
fn hindered(status: &Status) -> Vec<(String, String)> {
    assert_eq!(reason(status), "ERASURE_NOT_DUE");
    let details = status.get_error_details();
    let violations = &details.bad_request().expect("fields").field_violations;
    let named = fields(status).into_iter().zip(violations);
    named
        .map(|(field, violation)| (field, violation.reason.clone()))
        .collect()
}

fn at(id: &str, reason: &str) -> Vec<(String, String)> {
    vec![(format!("enforcement_requests[{id}]"), reason.to_owned())]
}

backends! {
    async fn what_has_not_ended_or_is_still_kept_stays(database) {
        let world = World::start(&database).await;
        let open = world.enquiry(&[]).await;
        let answered = world.enquiry(&[]).await;
        world.answer(&world.land, "land-information", "FOUND", LAND_OFFICE, &answered).await;
        let closed = world.closed_enquiry(&[]).await;
        // The last day of its retention, and its end.
        world.at("2036-11-20T23:59");
        for (id, why) in [(&open, "not_ended"), (&answered, "not_ended"), (&closed, "retention")] {
            let refused = world.propose(&world.first, id).await.expect_err("too early");
            assert_eq!(hindered(&refused), at(id, why));
        }
        world.at("2036-11-21T00:00");
        assert_eq!(world.due(&world.first).await.len(), 1);
        world.propose(&world.first, &closed).await.expect("its time is over");
        world.hub.stop().await;
        audit(&database).await;
    }

    async fn a_freeze_in_force_is_never_erased(database) {
        let world = World::start(&database).await;
        let bank = world.hub.client(BANK).await;
        let freeze = world.send("account-freeze", &[BANK], |_| {}).await.remove(0);
        world.answer(&bank, "account-freeze", "HELD_FULL", BANK, &freeze).await;
        let release = world.send("freeze-release", &[BANK], |order: &mut Value| {
            order["relations"] = json!([{ "type": "releases", "enforcement_request_id": freeze }]);
        });
        let release = release.await.remove(0);
        world.answer(&bank, "freeze-release", "RELEASED", BANK, &release).await;
        world.close(&freeze).await;
        world.close(&release).await;
        // A correction of the release brings the measure back, though the freeze is closed.
        let measures = |shown: v1::GetResponse| shown.enforcement_request.expect("an envelope").measures;
        assert!(!measures(world.get(&world.first, &freeze).await)[0].in_force);
        world.at("2037-03-01T09:00");
        let proposed = world.propose(&world.first, &freeze).await.expect("proposed").erasure.expect("a proposal");
        let refusal = crate::harness::documents::answer(
            &crate::harness::commands::kind("freeze-release"), "REFUSED", &world.key(), BANK, &release);
        let mut correction = crate::harness::documents::small("correct", &world.key(), BANK, &release, &json!({
            "outcome": refusal["outcome"], "head": refusal["head"], "payload": refusal["payload"],
            "explanation": "Đính chính do nhầm lẫn khi nhập.",
        }));
        correction["head"]["date"] = "2037-03-01".into();
        if !refusal["reasons"].is_null() {
            correction["reasons"] = refusal["reasons"].clone();
        }
        let message = v1::CorrectRequest {
            content: Some(v1::correct_request::Content::Document(correction.to_string())),
            ..Default::default()
        };
        bank.requests().correct(message).await.expect("corrected");
        let held = measures(world.get(&world.first, &freeze).await);
        assert!(held[0].in_force, "{held:?}");
        let late = world.decide(&world.second, proposed.proposal_index, v1::ErasureDecision::Confirm).await;
        assert_eq!(hindered(&late.expect_err("in force again")), at(&freeze, "measure_in_force"));
        let due = world.due(&world.first).await;
        let hindrances = &due.iter().find(|due| due.enforcement_request_id == freeze).expect("past its retention").hindrances;
        assert_eq!(hindrances[0].reason(), v1::ErasureHindranceReason::MeasureInForce);
        assert!(hindrances[0].text.as_ref().expect("words").vi.contains(&held[0].measure_id));
        assert_eq!(world.get(&world.first, &freeze).await.documents.len(), 2);
        world.hub.stop().await;
        audit(&database).await;
    }

    async fn what_an_open_request_relates_to_stays_till_that_one_ends(database) {
        let world = World::start(&database).await;
        let old = world.closed_enquiry(&[]).await;
        world.at("2037-03-02T09:00");
        let proposed = world.propose(&world.first, &old).await.expect("proposed").erasure.expect("a proposal");
        let new = world.send("land-information", &[LAND_OFFICE], |order: &mut Value| {
            order["relations"] = json!([{ "type": "supersedes", "enforcement_request_id": old }]);
        });
        let new = new.await.remove(0);
        let late = world.decide(&world.second, proposed.proposal_index, v1::ErasureDecision::Confirm).await;
        assert_eq!(hindered(&late.expect_err("asked again")), at(&old, "open_request"));
        world.withdraw(&new).await;
        let decided = world.decide(&world.second, proposed.proposal_index, v1::ErasureDecision::Confirm).await;
        assert_eq!(decided.expect("nothing is in the way").erasure.expect("an erasure").state(), v1::ErasureState::Erased);
        // What is erased is erased: neither again, nor is anything done to it.
        let again = world.propose(&world.first, &old).await.expect_err("erased");
        assert_eq!(hindered(&again), at(&old, "erased_already"));
        world.hub.stop().await;
        audit(&database).await;
    }
}
