//! Whose figures a supervisor sees: of the same agencies as their requests, and no entry is made of it, since no request is shown.

use lienthong_proto::{Rpc, v1};
use prost::Message as _;

use super::world::{ADMINISTRATION, COMMITTEE, HEAD_OFFICE, HIGHER_PROCURACY, World};
use crate::harness::Fixture;
use crate::harness::agencies::{BANK, BANK_2, PROCURACY, PROCURACY_37, THADS, THADS_37};
use crate::harness::wire::reason;

backends! {
    async fn figures_are_seen_by_whom_the_table_names_and_by_those_who_deal_with_each_other(database) {
        let world = World::start(&database).await;
        let raw = database.raw().await;
        let looks = raw.count("supervision_read").await;
        for (by, of, expected) in [
            (COMMITTEE, THADS, Some(true)),
            (COMMITTEE, THADS_37, None),
            (COMMITTEE, BANK, None),
            (ADMINISTRATION, THADS, Some(true)),
            (ADMINISTRATION, THADS_37, None),
            (HEAD_OFFICE, BANK, Some(true)),
            (HEAD_OFFICE, BANK_2, None),
            (PROCURACY, THADS, Some(true)),
            (PROCURACY, THADS_37, None),
            (PROCURACY_37, THADS_37, Some(true)),
            (HIGHER_PROCURACY, THADS_37, Some(true)),
            (THADS, THADS, Some(true)),
            (THADS, BANK, Some(false)),
            (THADS, BANK_2, None),
            (BANK, THADS, None),
            (BANK, BANK_2, None),
        ] {
            let what = format!("{} of {}", by.code_text(), of.code_text());
            let seen = seen(&world, by, of).await;
            assert_eq!(seen, expected, "{what}");
            let all = all(&world, by).await;
            assert_eq!(all[0].0, by.code_text(), "one's own first");
            let listed = all.iter().find(|(code, _)| code == of.code_text()).map(|(_, whole)| *whole);
            assert!(listed.is_none() || listed == expected, "{what}: {listed:?}");
        }
        assert_eq!(raw.count("supervision_read").await, looks, "no request was shown");
        world.hub.stop().await;
    }
}

async fn ask(world: &World, by: Fixture, of: &str) -> Result<Vec<v1::Scorecard>, tonic::Status> {
    let asked = v1::GetScorecardRequest {
        agency_code: of.to_owned(),
        ..Default::default()
    };
    let client = world.client(by).await;
    let reply = client.send(Rpc::TrackingServiceGetScorecard, &asked).await?;
    Ok(v1::GetScorecardResponse::decode(reply.as_slice())
        .expect("a reply")
        .scorecards)
}

async fn seen(world: &World, by: Fixture, of: Fixture) -> Option<bool> {
    match ask(world, by, of.code_text()).await {
        Ok(cards) => {
            assert_eq!(cards.len(), 1);
            assert_eq!(cards[0].agency_code, of.code_text());
            Some(cards[0].whole)
        }
        Err(refusal) => {
            assert_eq!(reason(&refusal), "AGENCY_NOT_FOUND");
            None
        }
    }
}

async fn all(world: &World, by: Fixture) -> Vec<(String, bool)> {
    let cards = ask(world, by, "").await.expect("cards");
    cards.into_iter().map(|card| (card.agency_code, card.whole)).collect()
}
