//! A key acts once, for ever, and its receipts are always the same bytes (DESIGN, promise 2).

use lienthong::app::ledger::command::{RegistryChange, Statement};
use lienthong::app::ledger::{LedgerSettings, Outcome};
use lienthong::domain::error::ErrorCode;

use crate::harness::agencies::{BANK, BANK_2, LAND_OFFICE, THADS, registry_command};
use crate::harness::audit::audit;
use crate::harness::{Order, TestLedger};

backends! {
    async fn the_same_key_fifty_times_at_once_acts_once(database) {
        let hub = TestLedger::start(&database).await;
        let raw = database.raw().await;
        let before = raw.count("enforcement_request").await;
        let order = Order::freeze(&[BANK, BANK_2]);
        let outcomes = hub
            .at_once((0..50).map(|_| order.submit("fifty-times", "the same")))
            .await;
        let acted = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Ok(Outcome::Done(_))))
            .count();
        assert_eq!(acted, 1);
        let mut receipts = Vec::new();
        for outcome in outcomes {
            receipts.push(hub.receipts_of(outcome.expect("accepted")).await);
        }
        assert!(
            receipts.iter().all(|others| *others == receipts[0]),
            "every reply is the same"
        );
        assert_eq!(receipts[0].len(), 2, "one receipt for each recipient");
        assert_eq!(raw.count("enforcement_request").await - before, 2);
        audit(&database).await;
    }

    async fn a_retry_after_others_have_written_gets_the_first_receipts(database) {
        let hub = TestLedger::start(&database).await;
        let first = hub.done(Order::land().submit("first-of-all", "")).await;
        for n in 0..5 {
            hub.clock.advance_micros(86_400_000_000);
            hub.open(&Order::land(), &format!("others-{n}")).await;
        }
        let again = hub
            .execute(Order::land().submit("first-of-all", ""))
            .await
            .expect("accepted");
        assert!(matches!(again, Outcome::Replayed { .. }));
        assert_eq!(hub.receipts_of(again).await, first);
    }

    async fn the_same_key_with_other_content_is_refused(database) {
        let hub = TestLedger::start(&database).await;
        hub.done(Order::land().submit("one-content", "this")).await;
        let before = database.raw().await.counts().await;
        assert_eq!(
            hub.refused(Order::land().submit("one-content", "that")).await,
            ErrorCode::KeyReused
        );
        assert_eq!(database.raw().await.counts().await, before);
    }

    async fn a_key_belongs_to_its_agency(database) {
        let hub = TestLedger::start(&database).await;
        let request = hub.open(&Order::land(), "a-common-key").await;
        let answer = request.step(
            "a-common-key",
            lienthong::domain::workflow::Action::Acknowledge,
            Statement::default(),
        );
        assert_eq!(answer.actor.agency, LAND_OFFICE.code());
        hub.done(answer).await;
        audit(&database).await;
    }

    async fn a_refused_command_does_not_consume_its_key(database) {
        let hub = TestLedger::start(&database).await;
        let refused = Order {
            recipients: vec![BANK],
            ..Order::land()
        }
        .submit("used-later", "");
        assert_eq!(hub.refused(refused).await, ErrorCode::RecipientUnknown);
        hub.done(Order::land().submit("used-later", "another content")).await;
    }

    async fn a_retry_succeeds_after_its_agency_was_suspended(database) {
        let hub = TestLedger::start(&database).await;
        let first = hub.done(Order::land().submit("before-suspension", "")).await;
        let suspend = RegistryChange::SuspendAgency {
            code: THADS.code(),
            suspended: true,
        };
        hub.done(registry_command("suspend-the-sender", suspend)).await;
        assert_eq!(
            hub.refused(Order::land().submit("after-suspension", "")).await,
            ErrorCode::AgencySuspended
        );
        let again = hub
            .execute(Order::land().submit("before-suspension", ""))
            .await
            .expect("the key is looked up first");
        assert_eq!(hub.receipts_of(again).await, first);
    }

    async fn keys_outlive_a_restart(database) {
        let hub = TestLedger::start(&database).await;
        let first = hub.done(Order::land().submit("over-a-restart", "")).await;
        let clock = std::sync::Arc::clone(&hub.clock);
        hub.stop().await;
        let hub = TestLedger::start_bare(&database, clock, 9, LedgerSettings::default()).await;
        let again = hub
            .execute(Order::land().submit("over-a-restart", ""))
            .await
            .expect("accepted");
        assert_eq!(hub.receipts_of(again).await, first);
        audit(&database).await;
    }
}
