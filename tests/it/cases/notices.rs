//! Holders of live measures are told once of each change of status, and what must end is drafted, never ended by itself.

use lienthong_proto::v1;
use serde_json::Value;

use super::{Case, drafts, item, to};
use crate::harness::Fixture;
use crate::harness::agencies::{BANK, BANK_2, LAND_37, THADS_37};
use crate::lives::world::World;

const TODAY: &str = "2026-11-20";

/// What the holder reads of the notices that its mailbox brought.
async fn notices(world: &World, holder: Fixture, id: &str) -> Vec<Value> {
    let entries = world.entries(holder, id).await;
    let told = entries.iter().filter(|entry| entry.action() == v1::Action::CaseNotice);
    let told: Vec<i64> = told.map(|entry| entry.log_index).collect();
    let message = v1::ListEventsRequest {
        enforcement_request_id: id.to_owned(),
        ..Default::default()
    };
    let page = world
        .client(holder)
        .requests()
        .list_events(message)
        .await
        .expect("events");
    let events = page.into_inner().events.into_iter();
    let of_case: Vec<v1::Event> = events
        .filter(|event| event.action() == v1::Action::CaseNotice)
        .collect();
    assert_eq!(
        of_case.iter().map(|event| event.log_index).collect::<Vec<_>>(),
        told,
        "each is in the mailbox once"
    );
    of_case
        .iter()
        .map(|event| serde_json::from_str(&event.details).expect("details"))
        .collect()
}

backends! {
    async fn each_holder_of_a_live_measure_is_told_once_of_each_change(database) {
        let world = World::start(&database).await;
        let case = Case::open(&world, THADS_37, item()).await;
        let holding = world.open_with("account-freeze", THADS_37, BANK, case.named()).await;
        holding.answer("HELD_FULL").await;
        let none = world.open_with("registration-suspension", THADS_37, LAND_37, case.named()).await;
        let outside = world.open("account-freeze", THADS_37, BANK_2).await;
        outside.answer("HELD_FULL").await;
        let recorded = case.record(&[to("POSTPONED", "L106_46", TODAY)]).await;
        assert_eq!(recorded.receipts.len(), 2, "the change, and the one holder of a measure in force");
        case.record(&[to("IN_PROGRESS", "CONTINUED", TODAY)]).await;
        case.record(&[to("DISCONTINUED", "L106_48", TODAY)]).await;

        let told = notices(&world, BANK, &holding.id).await;
        let said: Vec<(&str, &str)> = told
            .iter()
            .map(|details| {
                let notice = &details["case_notice"];
                (notice["status"].as_str().expect("a status"), notice["fate"].as_str().expect("a fate"))
            })
            .collect();
        assert_eq!(said, [("POSTPONED", "KEEP"), ("IN_PROGRESS", "KEEP"), ("DISCONTINUED", "END_TO_FOLLOW")]);
        assert!(notices(&world, LAND_37, &none.id).await.is_empty(), "it holds nothing yet");
        assert!(notices(&world, BANK_2, &outside.id).await.is_empty(), "it is of no case");
        assert_eq!(holding.held().await, "VND 153500000", "nothing is ended by a notice");
        drop((holding, none, outside));
        world.end(&database).await;
    }

    async fn a_draft_is_refused_until_it_is_completed_and_then_ends_the_measure(database) {
        let world = World::start(&database).await;
        let case = Case::open(&world, THADS_37, item()).await;
        let freeze = world.open_with("account-freeze", THADS_37, BANK, case.named()).await;
        freeze.answer("HELD_FULL").await;
        assert!(drafts(world.client(THADS_37), &case.id).await.is_empty());
        case.record(&[to("DISCONTINUED", "L106_48", TODAY)]).await;
        let drafted = drafts(world.client(THADS_37), &case.id).await;
        let mut document: Value = serde_json::from_str(&drafted[0].document).expect("a document");
        assert_eq!(drafted[0].holder_agency_code, BANK.code_text());
        world.send(THADS_37, &document).await.expect_err("it has no number and no signer yet");
        document["head"]["number"] = "131".into();
        document["head"]["signer"]["full_name"] = THADS_37.full_name().into();
        document["head"]["signer"]["position"] = THADS_37.position().into();
        let receipts = world.send(THADS_37, &document).await.expect("sent");
        let again = world.send(THADS_37, &document).await.expect("the same");
        assert_eq!(receipts[0].log_index, again[0].log_index, "the draft has its own key");
        let release = world.life("freeze-release", &receipts[0].enforcement_request_id, THADS_37, BANK);
        release.answer("RELEASED").await;
        assert_eq!(freeze.held().await, "ended");
        assert!(drafts(world.client(THADS_37), &case.id).await.is_empty());
        drop((freeze, release));
        world.end(&database).await;
    }
}
