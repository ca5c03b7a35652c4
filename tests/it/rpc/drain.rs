//! A hub that stops ends waiting reads and open streams, finishes what is under way, and loses nothing.

use std::time::Instant;

use lienthong::server::run::Stopped;
use lienthong_proto::v1;
use lienthong_proto::v1::subscribe_response::Content;
use tokio::task::JoinSet;

use super::same_key::submit;
use crate::harness::agencies::{BANK, LAND_OFFICE, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::{TestHub, documents};

backends! {
    async fn stopping_ends_open_streams_and_waiting_pulls(database) {
        let hub = TestHub::start(&database).await;
        let (sender, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        let order = documents::order(&kind("account-freeze"), "before-the-stop", THADS, &[BANK]);
        sender.requests().submit(submit(&order)).await.expect("accepted");
        let mut stream = bank
            .mailbox()
            .subscribe(v1::SubscribeRequest::default())
            .await
            .expect("a stream")
            .into_inner();
        loop {
            let message = stream.message().await.expect("no fault").expect("a message");
            if let Some(Content::Entry(entry)) = message.content {
                assert_eq!(entry.position, 1);
                break;
            }
        }
        let land = hub.client(LAND_OFFICE).await;
        let waiting = tokio::spawn(async move {
            land.mailbox()
                .pull(v1::PullRequest {
                    wait_seconds: 30,
                    ..Default::default()
                })
                .await
        });
        tokio::task::yield_now().await;
        let started = Instant::now();
        assert_eq!(hub.stop().await, Stopped::Drained);
        assert!(started.elapsed().as_secs() < 10, "nothing is waited out");
        while let Ok(Some(_)) = stream.message().await {}
        // Whatever the reader was told, it was told something.
        drop(waiting.await.expect("the call ends"));
        audit(&database).await;
    }

    async fn what_was_acknowledged_before_the_stop_is_there_afterwards(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let mut calls = JoinSet::new();
        for number in 0..40 {
            let mut requests = sender.requests();
            let order = documents::order(
                &kind("land-information"),
                &format!("under-way-{number:02}"),
                THADS,
                &[LAND_OFFICE],
            );
            calls.spawn(async move { requests.submit(submit(&order)).await });
        }
        let first = calls.join_next().await.expect("a call").expect("no panic");
        assert!(first.is_ok());
        assert_eq!(hub.stop().await, Stopped::Drained);
        let acknowledged = 1 + calls.join_all().await.iter().filter(|reply| reply.is_ok()).count();
        let stored = database.raw().await.count("enforcement_request").await;
        assert!(
            stored >= i64::try_from(acknowledged).expect("a few"),
            "{stored} stored, {acknowledged} acknowledged"
        );
        audit(&database).await;
    }
}
