//! More work than the hub can carry, in small: the rules of `make load` that do not depend on how fast the machine is.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use lienthong::app::ledger::LedgerSettings;
use lienthong::auth::admission::AdmissionLimits;
use lienthong_proto::v1;
use lienthong_proto::v1::mailbox_service_client::MailboxServiceClient;
use lienthong_proto::v1::request_service_client::RequestServiceClient;
use lienthong_proto::v1::subscribe_response::Content;
use tokio::task::JoinSet;
use tokio_stream::StreamExt as _;

use super::admission::overloaded;
use crate::chaos::process::HubProgram;
use crate::harness::agencies::{BANK, LAND_OFFICE, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::{Backend, TestDatabase, TestHub, block_on, documents};
use crate::kit::{Keys, Orders, initialise, register};
use crate::rpc::same_key::submit;

/// More callers than the queue has places, by far.
const CALLERS: u32 = 100;
const PLACES: usize = 10;
/// The callers go on until so much was refused.
const REFUSALS: u32 = 300;
const STALLED: usize = 200;
const CONNECTIONS: usize = 4;
/// More than the window of a reader takes in by itself, 2 MiB.
const ORDERS: usize = 1_300;
/// What 200 readers that stand still may cost the hub, bytes: of the data alone, a debug build's code left out.
const MEMORY: u64 = 128 * 1024 * 1024;

fn number(value: u32) -> NonZeroU32 {
    NonZeroU32::new(value).expect("not zero")
}

fn enquiry(key: &str) -> v1::SubmitRequest {
    submit(&documents::order(&kind("land-information"), key, THADS, &[LAND_OFFICE]))
}

backends! {
    async fn what_the_ledger_cannot_carry_is_refused_with_a_time_to_come_again_and_in_no_other_way(database) {
        let hub = TestHub::start_with(&database, |settings| {
            settings.ledger = LedgerSettings { batch: 1, queue_per_agency: PLACES, ..LedgerSettings::default() };
            let without_end = number(1_000_000);
            let limits = AdmissionLimits { calls_per_second: without_end, burst: without_end, ..AdmissionLimits::default() };
            settings.limits.admission = limits;
        })
        .await;
        let office = hub.client(THADS).await;
        let before = database.raw().await.count("enforcement_request").await;
        let refused = Arc::new(AtomicU32::new(0));
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let (office, refused) = (office.clone(), Arc::clone(&refused));
            callers.spawn(async move {
                let (mut accepted, mut waiting) = (Vec::new(), Vec::new());
                for round in 0.. {
                    if refused.load(Ordering::Relaxed) >= REFUSALS {
                        break;
                    }
                    let key = format!("load-{caller:03}-{round:05}");
                    match office.requests().submit(enquiry(&key)).await {
                        Ok(reply) => accepted.extend(reply.into_inner().receipts),
                        Err(status) => {
                            assert!(overloaded(&status) > Duration::ZERO);
                            refused.fetch_add(1, Ordering::Relaxed);
                            waiting.push(key);
                        }
                    }
                }
                (accepted, waiting)
            });
        }
        let (mut accepted, mut waiting) = (Vec::new(), Vec::new());
        while let Some(caller) = callers.join_next().await {
            let (more, others) = caller.expect("nothing but receipts and hints");
            accepted.extend(more);
            waiting.extend(others);
        }
        assert!(accepted.len() >= PLACES && waiting.len() >= usize::try_from(REFUSALS).expect("small"));
        let carried = database.raw().await.count("enforcement_request").await - before;
        assert_eq!(usize::try_from(carried), Ok(accepted.len()), "what was accepted is there, what was refused is not");
        let places: BTreeMap<i64, &str> =
            accepted.iter().map(|receipt| (receipt.log_index, receipt.enforcement_request_id.as_str())).collect();
        assert_eq!(places.len(), accepted.len(), "each has its own place in the log");
        let (first, last) = (places.keys().next().expect("some"), places.keys().next_back().expect("some"));
        assert_eq!(usize::try_from(last - first + 1), Ok(accepted.len()), "the refused left no gap");

        // Who comes again is served: the refusals used up no key.
        for key in &waiting[..5] {
            office.requests().submit(enquiry(key)).await.expect("there is room again");
        }
        hub.stop().await;
        audit(&database).await;
    }

    async fn an_agency_far_over_its_quota_costs_another_no_error(database) {
        let hub = TestHub::start_with(&database, |settings| {
            let limits = AdmissionLimits { calls_per_second: number(50), burst: number(50), ..AdmissionLimits::default() };
            settings.limits.admission = limits;
        })
        .await;
        let (office, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        let (stop, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let mut flood = JoinSet::new();
        for _ in 0..20 {
            let (office, stop, refused) = (office.clone(), Arc::clone(&stop), Arc::clone(&refused));
            flood.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    if let Err(status) = office.requests().list(v1::ListRequest::default()).await {
                        overloaded(&status);
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        // Its calls count only while the other is over its quota.
        for served in 0..40 {
            let before = refused.load(Ordering::Relaxed);
            bank.requests().list(v1::ListRequest::default()).await.unwrap_or_else(|status| panic!("{served}: {status:?}"));
            while refused.load(Ordering::Relaxed) < before + 9 {
                tokio::task::yield_now().await;
            }
        }
        stop.store(true, Ordering::Relaxed);
        while let Some(caller) = flood.join_next().await {
            caller.expect("nothing but answers and hints");
        }
        assert!(refused.load(Ordering::Relaxed) >= 360);
        hub.stop().await;
        audit(&database).await;
    }
}

#[test]
fn two_hundred_readers_that_take_nothing_cost_bounded_memory_and_one_that_reads_gets_all() {
    block_on(async {
        let database = TestDatabase::empty(Backend::Sqlite).await;
        let keys = Keys::generate().expect("keys");
        initialise(&keys, &database.url()).expect("the hub is initialised");
        let program = HubProgram::new(&keys, database.url()).option("--agency-streams", "500");
        let hub = program.start(&[]);
        let address = keys.address(program.port());
        register(&keys, &address).await.expect("agencies");
        let mailbox = async || MailboxServiceClient::new(keys.bank.connect(&address).await.expect("a connection"));
        let ask = |cursor: &str| v1::SubscribeRequest {
            cursor: cursor.to_owned(),
            include_documents: true,
            ..Default::default()
        };
        let before = hub.memory().data;
        let mut standing = Vec::new();
        for _ in 0..CONNECTIONS {
            let mut mailbox = mailbox().await;
            for number in 0..STALLED / CONNECTIONS {
                let stream = mailbox.subscribe(ask(&format!("stalled-{number}"))).await;
                standing.push(stream.expect("a stream"));
            }
        }
        let mut reading = mailbox()
            .await
            .subscribe(ask("reads"))
            .await
            .expect("a stream")
            .into_inner();
        let orders = Orders::new(&keys).expect("orders");
        let orders = (0..ORDERS).map(move |number| {
            let Some(v1::submit_request::Content::Document(document)) =
                orders.submit(&format!("order-{number:04}")).content
            else {
                panic!("an order is a document");
            };
            v1::SubmitStreamRequest {
                sequence: i64::try_from(number).expect("small"),
                content: Some(v1::submit_stream_request::Content::Document(document)),
            }
        });
        let writer = tokio::spawn({
            let mut office = RequestServiceClient::new(keys.sender.connect(&address).await.expect("a connection"));
            async move {
                let answers = office
                    .submit_stream(tokio_stream::iter(orders))
                    .await
                    .expect("a stream")
                    .into_inner();
                let accepted = answers.filter(|answer| {
                    let result = answer.as_ref().expect("an answer").result.as_ref();
                    matches!(result, Some(v1::submit_stream_response::Result::Accepted(_)))
                });
                accepted.collect::<Vec<_>>().await.len()
            }
        });
        let mut positions = Vec::new();
        while positions.len() < ORDERS {
            let message = reading.message().await.expect("it goes on").expect("a message");
            if let Some(Content::Entry(entry)) = message.content {
                positions.push(usize::try_from(entry.position).expect("small"));
            }
        }
        assert_eq!(positions, (1..=ORDERS).collect::<Vec<_>>());
        assert_eq!(writer.await.expect("the writer ends"), ORDERS);
        let grown = hub.memory().data.saturating_sub(before);
        assert!(grown < MEMORY, "{grown} bytes more");
        drop(standing);
        assert!(hub.terminate(), "in order");
    });
}
