//! The hub's time never goes back, and a clock that is off stops writing (DESIGN section 7).

use std::sync::Arc;

use lienthong::app::ledger::LedgerSettings;
use lienthong::domain::error::ErrorCode;
use lienthong::domain::time::{Clock as _, ManualClock};

use crate::harness::audit::audit;
use crate::harness::ids::clock;
use crate::harness::ledger::leaf;
use crate::harness::{Order, TestLedger};

const HOUR: i64 = 3_600_000_000;
const YEAR: i64 = 365 * 24 * HOUR;

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

    async fn a_clock_that_leaps_ahead_writes_nothing_until_it_is_put_right_or_has_stood_for_long(database) {
        let hub = TestLedger::start(&database).await;
        hub.open(&Order::land(), "before-the-leap").await;
        let before = database.raw().await.counts().await;
        hub.clock.leap_micros(YEAR);
        assert_eq!(hub.refused(Order::land().submit("under-the-leap", "")).await, ErrorCode::ClockSkew);
        assert_eq!(database.raw().await.counts().await, before);
        hub.clock.leap_micros(-YEAR);
        let receipts = hub.done(Order::land().submit("under-the-leap", "")).await;
        assert_eq!(leaf(&receipts[0]).hub_time, hub.clock.now().micros());

        // A machine that slept: the clock is right, and nobody puts it back.
        hub.clock.leap_micros(HOUR);
        assert_eq!(hub.refused(Order::land().submit("after-sleep", "")).await, ErrorCode::ClockSkew);
        hub.clock.advance_micros(HOUR / 4);
        let receipts = hub.done(Order::land().submit("after-sleep", "")).await;
        assert_eq!(leaf(&receipts[0]).hub_time, hub.clock.now().micros());
        audit(&database).await;
    }

    async fn a_hub_that_is_started_again_believes_its_clock(database) {
        let clock = Arc::new(ManualClock::new(clock().now()));
        let hub = TestLedger::start_bare(&database, Arc::clone(&clock), 1, LedgerSettings::default()).await;
        hub.register_all().await;
        clock.leap_micros(HOUR);
        assert_eq!(hub.refused(Order::land().submit("restarted", "")).await, ErrorCode::ClockSkew);
        hub.stop().await;
        let hub = TestLedger::start_bare(&database, Arc::clone(&clock), 1, LedgerSettings::default()).await;
        let receipts = hub.done(Order::land().submit("restarted", "")).await;
        assert_eq!(leaf(&receipts[0]).hub_time, clock.now().micros());
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
