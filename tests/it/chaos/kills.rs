//! kill -9 under load. Every acknowledged submit is there once, with the receipt that was given; a submit that got no
//! answer is sent again with its key and acts once; positions are dense; the tree head recomputes.
//!
//! `LIENTHONG_CHAOS_KILLS` says how often on each database (10 unless said; `make chaos` says 100).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lienthong_proto::v1;
use prost::Message as _;
use tokio::sync::mpsc;

use super::process::HubProgram;
use crate::harness::audit::audit;
use crate::harness::{Backend, DropDatabases, TestDatabase};
use crate::kit::{Keys, Orders, initialise, register, submitter};

/// Callers at a time.
const CALLERS: usize = 16;

/// After each start the hub is killed when it has acknowledged this many submits at most.
const MOST_BEFORE_A_KILL: u64 = 120;

#[test]
fn every_acknowledged_submit_survives_kill_nine_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn every_acknowledged_submit_survives_kill_nine_postgres() {
    run(Backend::Postgres);
}

#[expect(clippy::disallowed_methods, reason = "make chaos has no other way to say how often")]
fn kills() -> u64 {
    std::env::var("LIENTHONG_CHAOS_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(10)
}

fn run(backend: Backend) {
    if backend.is_available() {
        let _after_the_runtime = DropDatabases;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(kill_again_and_again(backend, kills()));
    }
}

/// What the callers know: an order's number, and the bytes of the reply if there was one.
type Told = (u64, Option<Vec<u8>>);

async fn kill_again_and_again(backend: Backend, kills: u64) {
    let database = TestDatabase::empty(backend).await;
    let keys = Arc::new(Keys::generate().expect("keys"));
    initialise(&keys, &database.url()).expect("the hub is initialised");
    let program = HubProgram::new(&keys, database.url());
    let orders = Orders::new(&keys, "account-freeze", true).expect("orders");
    let hub = keys.address(program.port());

    let process = program.start(&[]);
    register(&keys, &hub).await.expect("the agencies are registered");
    process.kill();

    let numbers = Arc::new(AtomicU64::new(0));
    let mut acknowledged: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    let mut unanswered: Vec<u64> = Vec::new();
    for kill in 0..kills {
        let process = program.start(&[]);
        let (tell, mut told) = mpsc::unbounded_channel::<Told>();
        let mut callers = Vec::new();
        for _ in 0..CALLERS {
            let (keys, hub, orders) = (Arc::clone(&keys), hub.clone(), orders.clone());
            let (numbers, tell) = (Arc::clone(&numbers), tell.clone());
            let again = unanswered.pop();
            callers.push(tokio::spawn(async move {
                // The hub may be gone before this caller reaches it.
                let Ok(mut client) = submitter(&keys, &hub).await else {
                    if let Some(number) = again {
                        tell.send((number, None)).expect("the test listens");
                    }
                    return;
                };
                let mut next = again;
                loop {
                    let number = next.take().unwrap_or_else(|| numbers.fetch_add(1, Ordering::Relaxed));
                    let reply = client.submit(orders.submit(&key(number))).await;
                    let lost = reply.is_err();
                    let bytes = reply.ok().map(|reply| reply.into_inner().encode_to_vec());
                    tell.send((number, bytes)).expect("the test listens");
                    if lost {
                        return;
                    }
                }
            }));
        }
        drop(tell);
        // A different moment each time: sometimes while the first batch is on its way, sometimes far into the load.
        let enough = kill.wrapping_mul(0x9E37_79B9_7F4A_7C15) % MOST_BEFORE_A_KILL + 1;
        let mut process = Some(process);
        let mut count = 0;
        while let Some((number, reply)) = told.recv().await {
            match reply {
                Some(reply) => {
                    acknowledged.insert(number, reply);
                }
                None => unanswered.push(number),
            }
            count += 1;
            if count >= enough
                && let Some(process) = process.take()
            {
                process.kill();
            }
        }
        for caller in callers {
            caller.await.expect("no caller panics");
        }
    }

    let process = program.start(&[]);
    let mut client = submitter(&keys, &hub).await.expect("a connection");
    for number in unanswered {
        let reply = client
            .submit(orders.submit(&key(number)))
            .await
            .expect("a retry succeeds");
        acknowledged.insert(number, reply.into_inner().encode_to_vec());
    }
    for (number, reply) in &acknowledged {
        let again = client
            .submit(orders.submit(&key(*number)))
            .await
            .expect("a retry succeeds");
        assert_eq!(
            again.into_inner().encode_to_vec(),
            *reply,
            "order {number} keeps its receipt, byte for byte"
        );
    }
    drop(client);
    assert!(process.terminate(), "the hub ends in order");

    let sent = numbers.load(Ordering::Relaxed);
    assert_eq!(
        u64::try_from(acknowledged.len()),
        Ok(sent),
        "every order was acknowledged in the end"
    );
    let ids: std::collections::BTreeSet<String> = acknowledged.values().map(|reply| request_id(reply)).collect();
    assert_eq!(ids.len(), acknowledged.len(), "each order opened its own request");
    let requests = database.raw().await.count("enforcement_request").await;
    assert_eq!(u64::try_from(requests), Ok(sent), "each order acted once");
    audit(&database).await;
}

fn key(number: u64) -> String {
    format!("chaos-{number:08}")
}

fn request_id(reply: &[u8]) -> String {
    let reply = v1::SubmitResponse::decode(reply).expect("a reply");
    let [receipt] = reply.receipts.as_slice() else {
        panic!("one receipt")
    };
    receipt.enforcement_request_id.clone()
}
