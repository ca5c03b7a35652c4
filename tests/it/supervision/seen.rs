//! Every supervisor at every request: what the table says is shown, the rest answers as if there were no such request.

use lienthong_proto::{Rpc, v1};

use super::world::{ADMINISTRATION, COMMITTEE, HEAD_OFFICE, HIGHER_PROCURACY, MISSING, World, add_officer, ask};
use crate::harness::agencies::{BANK, BANK_2, COURT_37, LAND_OFFICE, OPERATOR, PROCURACY, PROCURACY_37, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::wire::reason;
use crate::harness::{Fixture, Refusal, documents};

/// What somebody sees of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Documents,
    Envelope,
    Nothing,
    /// He supervises nobody.
    Refused,
}
use Seen::{Documents, Envelope, Nothing, Refused};

/// Who sees what of the near request and of the far one.
const EXPECTED: [(Fixture, Seen, Seen); 8] = [
    (PROCURACY, Documents, Nothing),
    (PROCURACY_37, Nothing, Documents),
    (HIGHER_PROCURACY, Nothing, Documents),
    (ADMINISTRATION, Documents, Nothing),
    (COMMITTEE, Envelope, Nothing),
    (HEAD_OFFICE, Envelope, Nothing),
    (COURT_37, Refused, Refused),
    (LAND_OFFICE, Refused, Refused),
];

async fn is_seen_as(world: &World, client: &Client, id: &str, expected: Seen, what: &str) {
    let (missing, no_events) = (world.get(client, MISSING).await, world.events(client, MISSING).await);
    let (missing, no_events) = (missing.expect_err(what), no_events.expect_err(what));
    let (got, events) = (world.get(client, id).await, world.events(client, id).await);
    let wanted_reason = if expected == Refused {
        "METHOD_NOT_ALLOWED"
    } else {
        "REQUEST_NOT_FOUND"
    };
    assert_eq!(
        (reason(&missing), reason(&no_events)),
        (wanted_reason.to_owned(), wanted_reason.to_owned()),
        "{what}"
    );
    match expected {
        Nothing | Refused => {
            assert_eq!(Refusal::of(&got.expect_err(what)), Refusal::of(&missing), "{what}");
            assert_eq!(Refusal::of(&events.expect_err(what)), Refusal::of(&no_events), "{what}");
        }
        Documents | Envelope => {
            let (got, events) = (got.expect(what), events.expect(what));
            let (request, is_whole) = (got.enforcement_request.expect(what), expected == Documents);
            assert_eq!(request.enforcement_request_id, id, "{what}");
            assert!(!request.deadlines.is_empty(), "{what}: progress is shown");
            assert_eq!(request.outcome, "HELD_FULL", "{what}");
            assert_eq!(
                (got.documents.len(), request.measures.len()),
                if is_whole { (2, 1) } else { (0, 0) },
                "{what}"
            );
            let (right, receipt) = (got.right.expect(what), got.receipt.expect(what));
            let sight = if is_whole {
                v1::SupervisionSight::Documents
            } else {
                v1::SupervisionSight::Envelope
            };
            assert_eq!(right.sight(), sight, "{what}");
            assert_eq!(receipt.action(), v1::Action::SuperviseRequest, "{what}");
            assert!(!right.basis.is_empty() && !receipt.inclusion_proof.is_empty(), "{what}");
            assert_eq!(events.events.len(), 2, "{what}");
            for event in &events.events {
                assert_eq!(event.content_sha256.is_empty(), !is_whole, "{what}");
                assert_eq!(
                    event.details.contains("153500000"),
                    is_whole && event.version == 2,
                    "{what}: {}",
                    event.details
                );
            }
        }
    }
}

async fn answer(client: &Client, from: Fixture, id: &str) {
    let answer = documents::answer(&kind("account-freeze"), "HELD_FULL", &format!("answer-{id}"), from, id);
    let message = v1::AnswerRequest {
        content: Some(v1::answer_request::Content::Document(answer.to_string())),
        expected_version: 0,
    };
    client.requests().answer(message).await.expect("answered");
}

backends! {
    async fn every_supervisor_sees_what_the_table_says_and_the_rest_answers_as_missing(database) {
        let world = World::start(&database).await;
        answer(&world.client(BANK).await, BANK, &world.near).await;
        answer(&world.client(BANK_2).await, BANK_2, &world.far).await;
        let raw = database.raw().await;
        let delivered = raw.table("mailbox_head").await;
        let mut looks = 0;
        for (supervisor, near, far) in EXPECTED {
            let client = world.client(supervisor).await;
            for (id, expected) in [(&world.near, near), (&world.far, far)] {
                is_seen_as(&world, &client, id, expected, &format!("{} at {id}", supervisor.code_text())).await;
                looks += if expected == Refused { 0 } else { 4 };
            }
            let listed = world.list(&client, "kind = account-freeze").await;
            if near == Refused {
                assert_eq!(reason(&listed.expect_err("nobody is under it")), "METHOD_NOT_ALLOWED");
                continue;
            }
            looks += 1;
            let is_shown = |seen| matches!(seen, Documents | Envelope);
            let both = [(&world.far, far), (&world.near, near)];
            let expected: Vec<String> = both.iter().filter(|(_, seen)| is_shown(*seen)).map(|(id, _)| (*id).clone()).collect();
            assert_eq!(listed.expect("a page"), expected, "{}", supervisor.code_text());
        }
        assert_eq!(raw.count("supervision_read").await, looks, "each look is one entry, those in vain too");
        assert_eq!(raw.table("mailbox_head").await, delivered, "looking delivers nothing");
        world.hub.stop().await;
        audit(&database).await;
    }

    async fn an_officer_of_a_narrow_scope_looks_for_the_procuracy_alone(database) {
        let world = World::start(&database).await;
        for (supervisor, narrow) in [(PROCURACY, "OK"), (ADMINISTRATION, "OFFICER_SCOPE_TOO_NARROW")] {
            let chief = world.client(supervisor).await;
            add_officer(&chief, "hep", v1::OfficerScope::Own).await;
            let officer = world.officer(supervisor, "hep").await;
            let got = world.get(&officer, &world.near).await;
            assert_eq!(got.map_or_else(|status| reason(&status), |_| "OK".to_owned()), narrow, "{}", supervisor.code_text());
            // Who watches over the looks is an officer of scope ALL.
            let asked = v1::ListAgencyReadsRequest::default();
            let reads: Result<v1::ListAgencyReadsResponse, _> =
                ask(&officer, Rpc::SupervisionServiceListAgencyReads, &asked).await;
            assert_eq!(reason(&reads.expect_err("too narrow")), "OFFICER_SCOPE_TOO_NARROW");
        }
        world.hub.stop().await;
    }

    async fn a_list_is_narrowed_and_paged_and_each_page_is_an_entry(database) {
        let world = World::start(&database).await;
        let mut sent = vec![world.near.clone()];
        for number in 0..3 {
            sent.push(super::world::send(&world.hub, THADS, BANK, &format!("more-{number:05}")).await);
        }
        sent.sort();
        sent.reverse();
        let client = world.client(PROCURACY).await;
        let (mut asked, mut seen, mut pages) = (
            v1::ListSupervisedRequest {
                filter: format!("sender = {} AND state = SUBMITTED AND kind = account-freeze", THADS.code_text()),
                page_size: 1,
                ..Default::default()
            },
            Vec::new(),
            0,
        );
        loop {
            let page: v1::ListSupervisedResponse =
                ask(&client, Rpc::SupervisionServiceListSupervised, &asked).await.expect("a page");
            pages += 1;
            seen.extend(page.enforcement_requests.into_iter().map(|request| request.enforcement_request_id));
            asked.page_token = page.next_page_token;
            if asked.page_token.is_empty() {
                break;
            }
        }
        assert_eq!((seen, pages), (sent, 4));
        let raw = database.raw().await;
        assert_eq!(raw.count("supervision_read").await, 4);
        assert_eq!(raw.count("supervision_shown").await, 4);
        for (filter, expected) in [
            (format!("recipient = {}", LAND_OFFICE.code_text()), "OK"),
            ("direction = IN".to_owned(), "FIELD_INVALID"),
            ("colour = RED".to_owned(), "FIELD_INVALID"),
        ] {
            let listed = world.list(&client, &filter).await;
            assert_eq!(listed.map_or_else(|status| reason(&status), |_| "OK".to_owned()), expected, "{filter}");
        }
        let long = world.get_for(&client, &world.near, &"a".repeat(201)).await;
        assert_eq!(reason(&long.expect_err("too long")), "FIELD_INVALID");
        assert_eq!(raw.count("supervision_read").await, 5, "what is refused for its form is no look");
        world.hub.stop().await;
        audit(&database).await;
    }

    async fn rights_follow_the_registry_at_once(database) {
        let world = World::start(&database).await;
        let client = world.client(ADMINISTRATION).await;
        let operator = world.client(OPERATOR).await;
        world.get(&client, &world.near).await.expect("it is above THADS");
        super::world::subordinate(&operator, THADS, COMMITTEE).await;
        let gone = world.get(&client, &world.near).await.expect_err("it is not any more");
        assert_eq!(reason(&gone), "METHOD_NOT_ALLOWED", "nobody is left under it");
        world.hub.stop().await;
    }
}
