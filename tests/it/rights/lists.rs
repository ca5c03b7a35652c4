//! Lists: requests, broadcasts, measures, registers. Each shows exactly what its reader may see, page by page.

use std::collections::BTreeSet;

use lienthong::domain::agency::Scope;
use lienthong_proto::v1;
use tonic::Status;

use super::staff::{Person, STAFF, Sent, World};
use crate::harness::agencies::{BANK, BANK_2, THADS};
use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::{Fixture, Refusal, documents};
use crate::rpc::measures::{import, old_freeze};
use crate::rpc::same_key::submit;

/// All pages of a list, an entry at a time.
async fn paged(mut next: impl AsyncFnMut(String) -> (Vec<String>, String)) -> Vec<String> {
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let (mut items, following) = next(token).await;
        assert!(items.len() <= 1, "a page of one");
        all.append(&mut items);
        token = following;
        if token.is_empty() {
            return all;
        }
    }
}

async fn requests(client: &Client, filter: &str) -> Vec<String> {
    paged(async |page_token| {
        let ask = v1::ListRequest {
            page_size: 1,
            page_token,
            filter: filter.to_owned(),
        };
        let page = client.requests().list(ask).await.expect("a page").into_inner();
        let ids = page
            .enforcement_requests
            .into_iter()
            .map(|request| request.enforcement_request_id);
        (ids.collect(), page.next_page_token)
    })
    .await
}

/// The requests behind the measures that a caller sees; empty for one of before the hub.
async fn measures(client: &Client) -> Vec<String> {
    paged(async |page_token| {
        let ask = v1::ListMeasuresRequest {
            page_size: 1,
            page_token,
            ..Default::default()
        };
        let page = client.requests().list_measures(ask).await.expect("a page").into_inner();
        let ids = page.measures.into_iter().map(|measure| measure.enforcement_request_id);
        (ids.collect(), page.next_page_token)
    })
    .await
}

/// The requests that name the examples' account and a caller sees; empty for a measure of before the hub.
async fn on_account(client: &Client) -> Vec<String> {
    paged(async |page_token| {
        let ask = v1::ListAccountHoldsRequest {
            account: "0011004001234".to_owned(),
            page_size: 1,
            page_token,
            ..Default::default()
        };
        let page = client.requests().list_account_holds(ask).await;
        let page = page.expect("a page").into_inner();
        let id = |hold: v1::AccountHold| hold.enforcement_request.map(|order| order.enforcement_request_id);
        (
            page.holds
                .into_iter()
                .map(|hold| id(hold).unwrap_or_default())
                .collect(),
            page.next_page_token,
        )
    })
    .await
}

async fn book(client: &Client) -> Vec<String> {
    paged(async |page_token| {
        let ask = v1::ListRegisterRequest {
            register: v1::Register::Incoming.into(),
            page_size: 1,
            page_token,
            ..Default::default()
        };
        let page = client.requests().list_register(ask).await.expect("a page").into_inner();
        let ids = page.entries.into_iter().map(|line| line.enforcement_request_id);
        (ids.collect(), page.next_page_token)
    })
    .await
}

/// What a person of the agency sees of these, newest first.
fn seen(sent: &[Sent], agency: Fixture, person: Person) -> Vec<String> {
    let ids = sent
        .iter()
        .filter(|sent| sent.is_seen_by(agency, person))
        .map(|sent| sent.id.clone());
    let newest_first: BTreeSet<String> = ids.collect();
    newest_first.into_iter().rev().collect()
}

backends! {
    async fn a_list_shows_what_its_reader_may_see_in_either_direction(database) {
        let world = World::start(&database).await;
        let sent = world.send_all().await;
        // Without the copies by right, which go to others.
        let freezes = |direction: &str| format!("kind = account-freeze{direction}");
        for (agency, with, without) in [(THADS, "OUT", "IN"), (BANK, "IN", "OUT")] {
            for person in STAFF {
                let client = world.client(agency, person.id);
                let expected = seen(&sent, agency, person);
                for (direction, expected) in [
                    (String::new(), &expected),
                    (format!(" AND direction = {with}"), &expected),
                    (format!(" AND direction = {without}"), &Vec::new()),
                ] {
                    let listed = requests(client, &freezes(&direction)).await;
                    assert_eq!(listed, *expected, "{} of {}{direction}", person.id, agency.code_text());
                }
            }
        }
        world.hub.stop().await;
    }

    async fn a_broadcast_is_seen_by_those_who_see_its_requests(database) {
        let world = World::start(&database).await;
        let order = documents::order(&kind("account-freeze"), "broadcast-1", THADS, &[BANK, BANK_2]);
        let reply = world.client(THADS, "own.1").requests().submit(submit(&order)).await.expect("accepted");
        let id = reply.into_inner().broadcast_id;
        let get = async |person: Person, id: &str| -> Result<v1::GetBroadcastResponse, Status> {
            let ask = v1::GetBroadcastRequest { broadcast_id: id.to_owned() };
            Ok(world.client(THADS, person.id).requests().get_broadcast(ask).await?.into_inner())
        };
        for person in STAFF {
            let reply = get(person, &id).await;
            if person.sees("own.1", "p1") {
                assert_eq!(reply.expect("a broadcast").members.len(), 2, "{}", person.id);
            } else {
                let missing = get(person, "brd_019aa9c0a1007000800000000000abcd").await.expect_err("there is none");
                assert_eq!(Refusal::of(&reply.expect_err("not seen")), Refusal::of(&missing), "{}", person.id);
            }
        }
        world.hub.stop().await;
    }

    async fn measures_and_the_register_show_what_their_reader_may_see(database) {
        let world = World::start(&database).await;
        let sent = world.send_all().await;
        for (number, sent) in sent.iter().enumerate() {
            world.answer(sent, &format!("answer-{number:04}")).await;
        }
        let old = v1::NewMeasure { accounts: vec!["0011004001234".to_owned()], ..old_freeze("import-0001") };
        let old = import("import-0001", vec![old]);
        world.client(BANK, "").requests().register_measures(old).await.expect("registered");
        for agency in [THADS, BANK] {
            for person in STAFF {
                let client = world.client(agency, person.id);
                let what = format!("{} of {}", person.id, agency.code_text());
                let expected = seen(&sent, agency, person);
                let lines: BTreeSet<String> = book(client).await.into_iter().collect();
                let in_book = if agency == BANK { expected.iter().cloned().collect() } else { BTreeSet::new() };
                assert_eq!(lines, in_book, "the register of {what}");
                // A measure of before the hub came of no request: it is for those who see all.
                let expected = expected.into_iter().chain((person.scope == Scope::All).then(String::new));
                let expected: BTreeSet<String> = expected.collect();
                let named: BTreeSet<String> = on_account(client).await.into_iter().collect();
                assert_eq!(named, expected, "what names the account, for {what}");
                let listed: BTreeSet<String> = measures(client).await.into_iter().collect();
                assert_eq!(listed, expected, "the measures of {what}");
            }
        }
        world.hub.stop().await;
    }
}
