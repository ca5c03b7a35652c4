//! The hub's time never goes back, and a clock that is off stops writing (DESIGN section 7).

use lienthong::domain::error::ErrorCode;
use lienthong::domain::time::Clock as _;

use crate::harness::audit::audit;
use crate::harness::ledger::leaf;
use crate::harness::{Order, TestLedger};

backends! {
    async fn a_clock_that_stands_more_than_two_seconds_back_refuses_writes(database) {
        let hub = TestLedger::start(&database).await;
        hub.open(&Order::land(), "just-in-time").await;
        hub.clock.advance_micros(-2_000_001);
        let before = database.raw().await.counts().await;
        let error = hub
            .execute(Order::land().submit("too-far-back", ""))
            .await
            .expect_err("refused");
        assert_eq!(error.code(), ErrorCode::ClockSkew);
        assert!(error.retry_hint_millis().is_some());
        assert_eq!(database.raw().await.counts().await, before);
        hub.clock.advance_micros(2_000_001);
        hub.open(&Order::land(), "too-far-back").await;
        audit(&database).await;
    }

    async fn within_two_seconds_the_hub_keeps_the_later_time(database) {
        let hub = TestLedger::start(&database).await;
        let first = hub.done(Order::land().submit("the-later", "")).await;
        hub.clock.advance_micros(-2_000_000);
        let second = hub.done(Order::land().submit("the-earlier", "")).await;
        assert_eq!(leaf(&second[0]).hub_time, leaf(&first[0]).hub_time);
        hub.clock.advance_micros(2_000_001);
        let third = hub.done(Order::land().submit("later-again", "")).await;
        assert_eq!(leaf(&third[0]).hub_time, hub.clock.now().micros());
        audit(&database).await;
    }
}
