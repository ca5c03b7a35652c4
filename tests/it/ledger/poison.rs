//! A command that the database refuses hurts only itself.

use lienthong::app::ledger::command::Statement;
use lienthong::app::ledger::{Command, Outcome};
use lienthong::domain::error::{Error, ErrorCode};
use lienthong::domain::event::Relation;
use lienthong::domain::ids::RelatedId;
use lienthong::domain::workflow::Action;

use crate::harness::agencies::BANK;
use crate::harness::audit::audit;
use crate::harness::{Backend, Order, TestLedger};

/// A submit whose relation stands twice: the table's key refuses it.
async fn poisoned(hub: &TestLedger) -> Command {
    let related = hub.open(&Order::land(), "poison-related").await;
    let relation = Relation {
        relation: "follows".to_owned(),
        related_id: RelatedId::Request(related.id),
    };
    Order {
        relations: vec![relation; 2],
        ..Order::land()
    }
    .submit("poison-itself", "")
}

backends! {
    async fn a_poisoned_command_hurts_only_itself(database) {
        let hub = TestLedger::start(&database).await;
        let poison = poisoned(&hub).await;
        let mut commands: Vec<Command> = (0..40)
            .map(|n| Order::land().submit(&format!("good-{n:04}"), ""))
            .collect();
        commands.insert(17, poison);
        let outcomes = hub.at_once(commands).await;
        for (number, outcome) in outcomes.iter().enumerate() {
            match outcome {
                Err(error) if number == 17 => assert_eq!(error.code(), ErrorCode::Internal),
                Ok(Outcome::Done(receipts)) if number != 17 => assert_eq!(receipts.len(), 1),
                other => panic!("command {number}: {other:?}"),
            }
        }
        audit(&database).await;
    }

    async fn a_poisoned_command_leaves_its_key_unused(database) {
        let hub = TestLedger::start(&database).await;
        let poison = poisoned(&hub).await;
        let before = database.raw().await.counts().await;
        assert_eq!(hub.refused(poison.clone()).await, ErrorCode::Internal);
        assert_eq!(database.raw().await.counts().await, before);
        hub.done(Order::land().submit("poison-itself", "now without the fault"))
            .await;
        audit(&database).await;
    }

    async fn a_text_that_the_database_cannot_hold_hurts_only_its_command(database) {
        let hub = TestLedger::start(&database).await;
        let request = hub.open(&Order::freeze(&[BANK]), "nul-open").await;
        let number = Some("12\0/2026".to_owned());
        let acknowledge = request.step(
            "nul-acknowledge",
            Action::Acknowledge,
            Statement {
                registry_number: number,
                ..Statement::default()
            },
        );
        let outcomes = hub
            .at_once([
                Order::land().submit("nul-before", ""),
                acknowledge,
                Order::land().submit("nul-after", ""),
            ])
            .await;
        assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
        // SQLite holds a NUL; the checks before the queue refuse it on both.
        if database.backend() == Backend::Postgres {
            assert_eq!(outcomes[1].as_ref().map_err(Error::code), Err(ErrorCode::Internal));
        }
        audit(&database).await;
    }
}
