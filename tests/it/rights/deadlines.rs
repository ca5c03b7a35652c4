//! Lists of deadlines reach as far as lists of requests do.

use std::collections::BTreeSet;

use lienthong_proto::{Rpc, v1};
use prost::Message as _;

use super::staff::{STAFF, World};
use crate::harness::Fixture;
use crate::harness::agencies::{BANK, BANK_2, THADS};
use crate::harness::hub::Client;

async fn listed(client: &Client, change: impl FnOnce(&mut v1::ListDeadlinesRequest)) -> BTreeSet<String> {
    let mut asked = v1::ListDeadlinesRequest {
        side: v1::DeadlineSide::OwedByUs.into(),
        ..Default::default()
    };
    change(&mut asked);
    let reply = client
        .send(Rpc::TrackingServiceListDeadlines, &asked)
        .await
        .expect("a page");
    let page = v1::ListDeadlinesResponse::decode(reply.as_slice()).expect("a reply");
    let ids = page.deadlines.into_iter().map(|listed| listed.enforcement_request_id);
    ids.collect()
}

backends! {
    async fn an_officer_finds_the_deadlines_of_exactly_what_he_sees(database) {
        let world = World::start(&database).await;
        let sent = world.send_all().await;
        let side = |agency: Fixture| if agency == BANK { v1::DeadlineSide::OwedByUs } else { v1::DeadlineSide::OwedToUs };
        let mut hidden = 0;
        for agency in [THADS, BANK] {
            for person in STAFF {
                let client = world.client(agency, person.id);
                let found = listed(client, |asked| asked.side = side(agency).into()).await;
                let seen = sent.iter().filter(|request| request.is_seen_by(agency, person));
                let seen: BTreeSet<String> = seen.map(|request| request.id.clone()).collect();
                assert_eq!(found, seen, "{} of {}", person.id, agency.code_text());
                hidden += sent.len() - seen.len();
                for (unit, officer) in [("p1", ""), ("p2", ""), ("", "own.1"), ("p2", "own.1"), ("", "nobody")] {
                    let narrower = listed(client, |asked| {
                        asked.side = side(agency).into();
                        asked.unit_id = unit.to_owned();
                        asked.officer_id = officer.to_owned();
                    });
                    assert!(narrower.await.is_subset(&found), "a filter shows nothing more");
                }
            }
        }
        assert!(hidden > 10, "{hidden} hidden");
        let of_unit = listed(world.client(BANK, ""), |asked| asked.unit_id = "p2".to_owned()).await;
        assert_eq!(of_unit, BTreeSet::from([sent[3].id.clone()]));
        let of_officer = listed(world.client(BANK, ""), |asked| asked.officer_id = "own.1".to_owned()).await;
        assert_eq!(of_officer, BTreeSet::from([sent[1].id.clone(), sent[3].id.clone()]));
        let stranger = world.hub.client(BANK_2).await;
        for side in [v1::DeadlineSide::OwedByUs, v1::DeadlineSide::OwedToUs] {
            assert!(listed(&stranger, |asked| asked.side = side.into()).await.is_empty());
        }
        world.hub.stop().await;
    }
}
