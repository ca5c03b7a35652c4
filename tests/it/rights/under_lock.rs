//! The ledger decides by the rights and assignments of the very batch, whatever was seen before the queue.

use bytes::Bytes;
use lienthong::app::ledger::command::{RegistryChange, Statement, Sweep, SweepTask, SweptRequest};
use lienthong::app::ledger::{Actor, Command, Operation};
use lienthong::domain::agency::{Agency, Officer, Scope, Unit};
use lienthong::domain::error::ErrorCode;
use lienthong::domain::ids::{IdempotencyKey, OfficerId, UnitId};
use lienthong::domain::mailbox::Lane;
use lienthong::domain::viewer::Viewer;
use lienthong::domain::workflow::{Action, Party};

use super::staff::{Person, STAFF, of_staff};
use crate::harness::agencies::{BANK, BANK_2, THADS, THADS_37, registry_command};
use crate::harness::audit::audit;
use crate::harness::commands::{Target, advance, final_answer, kind};
use crate::harness::older::BEFORE_OPERATORS;
use crate::harness::{Backend, Fixture, Order, TestDatabase, TestLedger};

fn officer(agency: Fixture, person: Person) -> Officer {
    Officer {
        id: OfficerId::parse(person.id).expect("an id"),
        unit: UnitId::parse(person.unit).ok(),
        scope: person.scope,
        ..agency.officer()
    }
}

fn by(mut command: Command, person: Person) -> Command {
    command.actor = Actor {
        officer: OfficerId::parse(person.id).expect("an id"),
        ..command.actor
    };
    command
}

fn to_officer(id: &str) -> Statement {
    Statement {
        officer: Some(OfficerId::parse(id).expect("an id")),
        ..Statement::default()
    }
}

/// A ledger whose agencies have the staff.
async fn staffed(database: &TestDatabase) -> TestLedger {
    let hub = TestLedger::start(database).await;
    for agency in [THADS, BANK] {
        let mut whole: Agency = agency.agency();
        whole.units.extend(["p1", "p2"].map(|id| Unit {
            id: UnitId::parse(id).expect("an id"),
            name: id.to_owned(),
            territory: Vec::new(),
        }));
        let key = format!("units:{}", agency.code_text());
        hub.done(registry_command(&key, RegistryChange::UpdateAgency(whole)))
            .await;
        for person in STAFF {
            register(&hub, agency, person, "first").await;
        }
    }
    hub
}

async fn register(hub: &TestLedger, agency: Fixture, person: Person, key: &str) {
    let key = format!("{key}:{}:{}", agency.code_text(), person.id);
    hub.done(registry_command(
        &key,
        RegistryChange::RegisterOfficer {
            officer: officer(agency, person),
            states_scope: true,
        },
    ))
    .await;
}

/// The hub passes a request on from one agency to another.
fn pass_on(target: &Target, from: Fixture, to: Fixture) -> Command {
    Command {
        actor: Actor::hub(),
        key: None,
        content_sha256: [0; 32],
        body: None,
        verified: None,
        operation: Operation::Sweep(Sweep {
            task: SweepTask::Succeed {
                from: from.code(),
                to: to.code(),
            },
            requests: vec![SweptRequest {
                id: target.id.clone(),
                sender: target.sender.clone(),
                recipient: target.recipient.clone(),
            }],
            measures: Vec::new(),
        }),
    }
}

backends! {
    async fn an_assignment_earlier_in_the_same_batch_counts(database) {
        let hub = staffed(&database).await;
        let target = hub.open(&Order::freeze(&[BANK]), "order-0001").await;
        hub.done(target.step("assign-0001", Action::Assign, to_officer("own.1"))).await;
        let answer = |key: &str, person| {
            by(target.step(key, Action::AnswerFinal, final_answer(&kind("account-freeze"))), of_staff(person))
        };
        let outcomes = hub.at_once([
            target.step("assign-0002", Action::Assign, to_officer("own.2")),
            answer("answer-0001", "own.1"),
            answer("answer-0002", "own.2"),
        ]).await;
        let codes: Vec<Option<ErrorCode>> =
            outcomes.iter().map(|outcome| outcome.as_ref().err().map(lienthong::domain::error::Error::code)).collect();
        assert_eq!(codes, [None, Some(ErrorCode::RequestNotFound), None], "it was taken from the first in the same batch");
        hub.stop().await;
        audit(&database).await;
    }

    async fn rights_are_those_of_the_registry_under_the_lock(database) {
        let hub = staffed(&database).await;
        let target = hub.open(&Order::freeze(&[BANK]), "order-0001").await;
        let acknowledge = |key: &str, person: &str| {
            by(target.step(key, Action::Acknowledge, to_officer(person)), of_staff(person))
        };
        assert_eq!(hub.refused(acknowledge("not-assigned", "unit.1")).await, ErrorCode::RequestNotFound);
        let unit = Statement { unit: UnitId::parse("p1").ok(), ..Statement::default() };
        hub.done(target.step("forward-0001", Action::Forward, unit)).await;
        register(&hub, BANK, Person { unit: "p2", ..of_staff("unit.1") }, "moved").await;
        assert_eq!(hub.refused(acknowledge("moved-away", "unit.1")).await, ErrorCode::RequestNotFound);
        register(&hub, BANK, of_staff("unit.1"), "back").await;
        hub.done(acknowledge("back-again", "unit.1")).await;
        hub.stop().await;
        audit(&database).await;
    }

    async fn what_belongs_to_the_whole_agency_needs_all_under_the_lock_too(database) {
        let hub = staffed(&database).await;
        hub.open(&Order::freeze(&[BANK]), "order-0001").await;
        for person in STAFF {
            let widen = RegistryChange::RegisterOfficer {
                officer: officer(BANK, Person { scope: Scope::All, ..person }),
                states_scope: true,
            };
            let widen = Command::new(
                BANK.actor(),
                IdempotencyKey::parse(&format!("widen:{}", person.id)).expect("a key"),
                "application/protobuf",
                Bytes::from(person.id),
                Operation::Registry(Box::new(widen)),
            );
            for command in [by(widen, person), by(advance(BANK, "intake", &[(Lane::Normal, 1)]), person)] {
                let outcome = hub.execute(command).await;
                if person.scope == Scope::All {
                    outcome.expect("he sees all");
                } else {
                    assert_eq!(outcome.expect_err("too narrow").code(), ErrorCode::OfficerScopeTooNarrow, "{}", person.id);
                }
            }
        }
        hub.stop().await;
        audit(&database).await;
    }

    async fn a_successor_takes_over_without_the_officers(database) {
        let hub = staffed(&database).await;
        let order = Order::freeze(&[BANK]);
        let command = by(order.submit("order-0001", ""), of_staff("own.1"));
        let receipts = hub.done(command).await;
        let target = crate::harness::ledger::targets(&order, &receipts).remove(0);
        hub.done(target.step_by(Party::Recipient, "assign-0001", Action::Assign, to_officer("own.1"))).await;
        hub.done(pass_on(&target, THADS, THADS_37)).await;
        let target = Target { sender: THADS_37.code(), ..target };
        hub.done(pass_on(&target, BANK, BANK_2)).await;
        for agency in [THADS_37, BANK_2] {
            // The very ids that had it at the former agency.
            for person in STAFF {
                let viewer = person.viewer(agency);
                let found = hub.store.request_of(&viewer, &target.id).await.expect("a query");
                assert_eq!(found.is_some(), person.scope == Scope::All, "{} of {}", person.id, agency.code_text());
            }
        }
        for agency in [THADS, BANK] {
            let found = hub.store.request_of(&Viewer::whole(&agency.code()), &target.id).await.expect("a query");
            assert_eq!(found, None, "it is {}'s no more", agency.code_text());
        }
        hub.stop().await;
        audit(&database).await;
    }

    async fn old_requests_learn_who_submitted_them_and_what_the_unit_was_then(database) {
        let hub = staffed(&database).await;
        let mut order = Order::freeze(&[BANK]);
        let submit = |order: &Order, key: &str, person: &str| by(order.submit(key, ""), of_staff(person));
        hub.done(submit(&order, "order-0001", "all.1")).await;
        register(&hub, THADS, Person { unit: "p2", ..of_staff("all.1") }, "moved").await;
        hub.done(submit(&order, "order-0002", "all.1")).await;
        register(&hub, THADS, Person { unit: "", ..of_staff("all.1") }, "without").await;
        hub.done(submit(&order, "order-0003", "all.1")).await;
        hub.open(&order, "order-0004").await;
        let passed = hub.open(&order, "order-0005").await;
        hub.done(pass_on(&passed, THADS, THADS_37)).await;
        let taken = hub.open(&order, "order-0006").await;
        hub.done(pass_on(&taken, BANK, BANK_2)).await;
        order.recipients = vec![BANK, BANK_2];
        hub.done(submit(&order, "order-0007", "own.1")).await;
        hub.stop().await;

        let raw = database.raw().await;
        let before = raw.table("enforcement_request").await;
        let clocks = raw.table("deadline").await;
        assert!(before.iter().any(|row| row["sender_unit"] == "p1".into()));
        let (bytes_column, changed, erased) = match database.backend() {
            Backend::Sqlite => (
                "ALTER TABLE body ADD COLUMN nonce BLOB",
                "DROP TRIGGER body_is_not_changed",
                "CREATE TRIGGER body_is_only_erased BEFORE UPDATE ON body BEGIN SELECT 1; END",
            ),
            Backend::Postgres => (
                "ALTER TABLE body ADD COLUMN nonce BYTEA",
                "DROP TRIGGER body_is_not_changed ON body",
                "CREATE TRIGGER body_is_only_erased BEFORE UPDATE ON body FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            ),
        };
        // As a hub of before left it: the officers' scopes are lost with it, so all of the log says ALL of them first.
        let earlier = [
            "DROP INDEX enforcement_request_by_body",
            "DROP INDEX enforcement_request_to_erase",
            "ALTER TABLE enforcement_request DROP COLUMN erased_index",
            "DROP TABLE erasure",
            "DROP TABLE erased_content",
            "ALTER TABLE enforcement_request DROP COLUMN sender_officer",
            "ALTER TABLE enforcement_request DROP COLUMN sender_unit",
            "ALTER TABLE officer DROP COLUMN scope",
            "DROP TABLE tree_node",
            "DROP TABLE hub_key",
            "DROP TABLE trust_paper",
            "ALTER TABLE credential DROP COLUMN officer",
            "DROP TABLE supervision_read",
            "DROP TABLE supervision_shown",
            "DROP TABLE content_key",
            "ALTER TABLE body ADD COLUMN key_id TEXT",
            bytes_column,
            changed,
            erased,
            "DELETE FROM _sqlx_migrations WHERE version >= 6",
        ];
        for text in BEFORE_OPERATORS.iter().copied().chain(earlier) {
            raw.execute(text).await.expect("a schema of before");
        }
        // A connection of before remembers the columns of before.
        let raw = database.raw().await;
        database.store().await.migrate().await.expect("the migrations run");
        assert_eq!(raw.table("enforcement_request").await, before, "every request is as the hub itself wrote it");
        assert_eq!(raw.table("deadline").await, clocks, "every clock is as the hub itself wrote it");
        let scopes = raw.rows("SELECT DISTINCT scope FROM officer").await;
        assert_eq!(scopes.len(), 1, "whoever was registered before has all of his agency");
        assert_eq!(scopes[0]["scope"], "ALL".into());
    }
}
