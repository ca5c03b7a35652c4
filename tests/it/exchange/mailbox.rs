//! Mailboxes that resume: cursors put anywhere, readers that stall, hints between hubs.

use std::collections::BTreeSet;
use std::time::Duration;

use lienthong::app::ledger::LedgerSettings;
use lienthong::store::Hint;
use lienthong_proto::v1;
use lienthong_proto::v1::seek_request::Target;
use lienthong_proto::v1::subscribe_response::Content;
use serde_json::json;
use tokio_stream::StreamExt as _;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::harness::agencies::{BANK, LAND_OFFICE, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::ids::clock;
use crate::harness::wire::{fields, reason};
use crate::harness::{Backend, Order, TestHub, TestLedger, documents, run, seals};

const MINUTE: i64 = 60_000_000;

/// Sends an order; gives its request.
async fn opened(client: &Client, kind_code: &str, key: &str) -> String {
    let to = if kind_code == "land-information" {
        LAND_OFFICE
    } else {
        BANK
    };
    let order = documents::order(&kind(kind_code), key, THADS, &[to]);
    let content = seals::submit(&order.to_string());
    let reply = client
        .requests()
        .submit(v1::SubmitRequest { content })
        .await
        .expect("accepted");
    reply.into_inner().receipts[0].enforcement_request_id.clone()
}

async fn seek(client: &Client, cursor: &str, target: Target) -> Result<Vec<(v1::Lane, i64)>, Status> {
    let ask = v1::SeekRequest {
        cursor: cursor.to_owned(),
        target: Some(target),
    };
    let positions = client.mailbox().seek(ask).await?.into_inner().positions;
    Ok(positions
        .into_iter()
        .map(|place| (place.lane(), place.position))
        .collect())
}

fn end(end: v1::MailboxEnd) -> Target {
    Target::End(end.into())
}

fn after(lane: v1::Lane, position: i64) -> Target {
    let positions = vec![v1::LanePosition {
        lane: lane.into(),
        position,
    }];
    Target::Positions(v1::LanePositions { positions })
}

async fn pulled(client: &Client, cursor: &str) -> Vec<String> {
    let ask = v1::PullRequest {
        cursor: cursor.to_owned(),
        max_entries: 100,
        ..Default::default()
    };
    let entries = client.mailbox().pull(ask).await.expect("a page").into_inner().entries;
    entries.into_iter().map(|entry| entry.enforcement_request_id).collect()
}

async fn advance(client: &Client, cursor: &str, position: i64) {
    let ask = v1::AdvanceRequest {
        cursor: cursor.to_owned(),
        positions: vec![v1::LanePosition {
            lane: v1::Lane::Normal.into(),
            position,
        }],
    };
    client.mailbox().advance(ask).await.expect("moved");
}

/// What becomes of a request that its sender takes back: that depends on whether it was delivered.
async fn taken_back(client: &Client, id: &str, key: &str) -> v1::State {
    let own = json!({ "explanation": "Nhập nhầm." });
    let document = documents::small("withdraw", key, THADS, id, &own);
    let content = Some(v1::withdraw_request::Content::Document(document.to_string()));
    let ask = v1::WithdrawRequest {
        content,
        ..Default::default()
    };
    client.requests().withdraw(ask).await.expect("asked for");
    let ask = v1::GetRequest {
        enforcement_request_id: id.to_owned(),
        include_documents: false,
    };
    let request = client.requests().get(ask).await.expect("a request").into_inner();
    request.enforcement_request.expect("a request").state()
}

backends! {
    async fn a_cursor_put_back_reads_again_and_one_put_forward_delivers_nothing(database) {
        let hub = TestHub::start(&database).await;
        let (office, land) = (hub.client(THADS).await, hub.client(LAND_OFFICE).await);
        let mut ids = Vec::new();
        for n in 0..3 {
            ids.push(opened(&office, "land-information", &format!("order-{n:04}")).await);
        }
        advance(&land, "", 1).await;
        assert_eq!(pulled(&land, "").await, ids[1..]);
        let (normal, urgent) = (v1::Lane::Normal, v1::Lane::Urgent);
        assert_eq!(seek(&land, "", end(v1::MailboxEnd::First)).await.expect("moved"), [(urgent, 0), (normal, 0)]);
        assert_eq!(pulled(&land, "").await, ids, "everything again");
        assert_eq!(seek(&land, "", end(v1::MailboxEnd::Last)).await.expect("moved"), [(urgent, 0), (normal, 3)]);
        assert!(pulled(&land, "").await.is_empty());
        assert_eq!(taken_back(&office, &ids[0], "back-0001").await, v1::State::WithdrawalPending, "it stays delivered");
        assert_eq!(taken_back(&office, &ids[2], "back-0003").await, v1::State::Withdrawn, "left out, not delivered");

        assert_eq!(seek(&land, "archive", after(normal, 2)).await.expect("a new name"), [(urgent, 0), (normal, 2)]);
        assert_eq!(pulled(&land, "archive").await[0], ids[2]);
        let beyond = seek(&land, "archive", after(normal, 99)).await.expect_err("beyond the last");
        assert_eq!(reason(&beyond), "POSITION_OUT_OF_RANGE");
        for target in [Target::End(0), Target::End(9), Target::Positions(v1::LanePositions::default())] {
            let refused = seek(&land, "", target.clone()).await.expect_err("nothing said");
            assert_eq!(refused.code(), Code::InvalidArgument, "{target:?}");
        }
        let nothing = v1::SeekRequest::default();
        let refused = land.mailbox().seek(nothing).await.expect_err("no target");
        assert_eq!(fields(&refused), ["target"]);
        hub.stop().await;
        audit(&database).await;
    }

    async fn a_cursor_is_put_before_the_first_entry_of_a_time(database) {
        let hub = TestHub::start(&database).await;
        let (office, land) = (hub.client(THADS).await, hub.client(LAND_OFFICE).await);
        let mut ids = Vec::new();
        let mut times = Vec::new();
        for n in 0..7 {
            times.push(lienthong::domain::time::Clock::now(&*hub.clock));
            ids.push(opened(&office, "land-information", &format!("order-{n:04}")).await);
            hub.clock.advance_micros(MINUTE);
        }
        for (index, time) in times.iter().enumerate() {
            for (earlier, expected) in [(0, index), (MINUTE / 2, index)] {
                let wanted = time.micros() - earlier;
                let wanted = prost_types::Timestamp {
                    seconds: wanted.div_euclid(1_000_000),
                    nanos: i32::try_from(wanted.rem_euclid(1_000_000) * 1_000).expect("fits"),
                };
                seek(&land, "audit", Target::Time(wanted)).await.expect("moved");
                assert_eq!(pulled(&land, "audit").await, ids[expected..], "{index} {earlier}");
            }
        }
        let never = prost_types::Timestamp { seconds: 4_000_000_000, nanos: 0 };
        seek(&land, "audit", Target::Time(never)).await.expect("moved");
        assert!(pulled(&land, "audit").await.is_empty());
        let wrong = prost_types::Timestamp { seconds: 0, nanos: -1 };
        let refused = seek(&land, "audit", Target::Time(wrong)).await.expect_err("no time");
        assert_eq!(fields(&refused), ["time"]);
        hub.stop().await;
        audit(&database).await;
    }

    async fn a_reader_that_takes_nothing_is_cut_and_told_where_to_go_on(database) {
        // More than a client's HTTP/2 window takes in by itself (2 MiB).
        const ORDERS: i64 = 1_300;
        let hub = TestHub::start_with(&database, |settings| settings.limits.accept.stalled_reader = Duration::from_secs(1)).await;
        let (office, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        let orders = (0..ORDERS).map(|n| v1::SubmitStreamRequest {
            sequence: n,
            content: seals::submit_in_stream(&documents::order(&kind("account-freeze"), &format!("order-{n:04}"), THADS, &[BANK]).to_string()),
        });
        let answers = office.requests().submit_stream(tokio_stream::iter(orders.collect::<Vec<_>>())).await;
        assert_eq!(answers.expect("a stream").into_inner().collect::<Vec<_>>().await.len(), usize::try_from(ORDERS).expect("small"));
        let mut stalls = None;
        for patience in [2, 6, 12, 30] {
            let ask = v1::SubscribeRequest { cursor: "slow".to_owned(), include_documents: true, ..Default::default() };
            let mut stream = bank.mailbox().subscribe(ask).await.expect("a stream").into_inner();
            tokio::time::sleep(Duration::from_secs(patience)).await;
            let mut last = 0;
            stalls = loop {
                match stream.message().await {
                    Ok(Some(message)) => {
                        if let Some(Content::Entry(entry)) = message.content {
                            assert_eq!(entry.position, last + 1, "nothing is skipped");
                            last = entry.position;
                        }
                        if last == ORDERS {
                            break None;
                        }
                    }
                    Ok(None) => panic!("the stream ended without a word"),
                    Err(status) => break Some((status, last)),
                }
            };
            if stalls.is_some() {
                break;
            }
        }
        let (status, last) = stalls.expect("what is sent and not read fills the room at last");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "READER_STALLED"));
        assert!(last < ORDERS);
        let details = status.get_error_details();
        let told = &details.error_info().expect("a reason").metadata;
        assert_eq!((&*told["resume_after_normal"], &*told["resume_after_urgent"]), (&*last.to_string(), "0"));

        let places = vec![v1::LanePosition { lane: v1::Lane::Normal.into(), position: last }];
        let ask = v1::SubscribeRequest { cursor: "slow".to_owned(), start_after: places, ..Default::default() };
        let mut stream = bank.mailbox().subscribe(ask).await.expect("a stream").into_inner();
        let mut rest = Vec::new();
        while rest.len() < usize::try_from(ORDERS - last).expect("small") {
            let message = stream.message().await.expect("it goes on").expect("a message");
            if let Some(Content::Entry(entry)) = message.content {
                rest.push(entry.position);
            }
        }
        assert_eq!(rest, (last + 1..=ORDERS).collect::<Vec<_>>());
        hub.stop().await;
    }
}

#[test]
fn a_commit_tells_the_other_hubs_whose_mailboxes_got_entries() {
    run(Backend::Postgres, async |database| {
        let first = TestLedger::start(&database).await;
        let second = TestLedger::start_bare(&database, clock(), 2, LedgerSettings::default()).await;
        let mut hints = second.store.hints().await.expect("it listens").expect("PostgreSQL");
        let opened = first.open(&Order::freeze(&[BANK]), "the-freeze").await;
        let hint = tokio::time::timeout(Duration::from_secs(30), hints.next()).await;
        let told = hint.expect("a hint comes").expect("it is read");
        assert_eq!(told, Hint::Of(BTreeSet::from([opened.recipient])));
    });
    run(Backend::Sqlite, async |database| {
        let hints = database.store().await.hints().await.expect("nothing to fail");
        assert!(hints.is_none(), "one file, one hub");
    });
}
