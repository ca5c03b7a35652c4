//! What clocks tell that stand still together: nothing, until they run again.

use lienthong::app::ledger::clock::ClockStep;
use lienthong::app::ledger::suspension::{NewSuspension, SuspensionStep};
use lienthong::app::ledger::{Command, Operation, Outcome};
use lienthong::domain::ids::{IdempotencyKey, SuspensionId};
use lienthong::domain::suspension::{Cause, Scope};
use lienthong::domain::time::Clock as _;
use lienthong::evidence::leaf::Leaf;

use super::silence::certificate;
use super::world::{World, at, told};
use crate::harness::TestDatabase;
use crate::harness::agencies::{LAND_OFFICE, OPERATOR, THADS};
use crate::harness::wire::reason;

async fn enter(world: &World, step: SuspensionStep) -> SuspensionId {
    let command = Command::new(
        OPERATOR.actor(),
        IdempotencyKey::parse(&format!("halted-{}", world.hub.clock.now().micros())).expect("a key"),
        "application/protobuf",
        format!("{step:?}").into(),
        Operation::Clocks(Box::new(ClockStep::Suspend(step))),
    );
    let Ok(Outcome::Done(receipts)) = world.hub.app().ledger.execute(command).await else {
        panic!("it is entered");
    };
    let leaf = Leaf::decode(&receipts[0].leaf).expect("a leaf");
    SuspensionId::parse(&leaf.subject).expect("an id")
}

async fn storm(world: &World, from: &str, to: Option<&str>) -> SuspensionId {
    let new = NewSuspension {
        cause: Cause::Decree,
        from: at(from),
        to: to.map(at),
        scope: Scope::default(),
        basis: "Luật Phòng thủ dân sự 18/2023/QH15 Điều 25".to_owned(),
        document: "12/QĐ-UBND ngày 20/11/2026".to_owned(),
        reason: "Bão số 9".to_owned(),
    };
    enter(world, SuspensionStep::Enter(new)).await
}

async fn follow(world: &World) {
    while world.hub.app().follow_suspensions(9).await.expect("a job").more {}
}

/// What the hub did to the request: the action, or the rung that fired.
async fn done(database: &TestDatabase, id: &str) -> Vec<String> {
    let told = told(database, id).await;
    let names = told.into_iter().map(|told| match told.details.notice {
        Some(notice) => notice.rung,
        None => told.action,
    });
    names.collect()
}

/// The certificate that nobody answered, or why there is none.
async fn silence(world: &World, id: &str) -> Result<(), String> {
    certificate(world, THADS, id)
        .await
        .map(drop)
        .map_err(|refused| reason(&refused))
}

backends! {
    async fn a_due_time_that_a_stretch_moves_takes_its_timer_along(database) {
        let world = World::start(&database).await;
        let id = world.open("land-information", THADS, LAND_OFFICE).await;
        // Due on the 26th, to be reminded of on the 25th: both are lost, so it is due on Monday, the 30th.
        storm(&world, "2026-11-25T00:00:00", Some("2026-11-27T00:00:00")).await;
        follow(&world).await;
        assert_eq!(world.at("2026-11-26T23:59:59.999999").await, 0);
        assert_eq!(done(&database, &id).await, ["suspend_clocks"]);
        world.at("2026-11-27T00:00:00").await;
        assert_eq!(world.at("2026-11-30T23:59:59.999999").await, 0);
        world.at("2026-12-01T00:00:00").await;
        assert_eq!(done(&database, &id).await, ["suspend_clocks", "remind", "overdue"]);
        world.end(&database).await;
    }

    async fn a_clock_that_is_moved_after_it_was_over_tells_again_and_nothing_is_certified_meanwhile(database) {
        let world = World::start(&database).await;
        let id = world.open("land-information", THADS, LAND_OFFICE).await;
        world.at("2026-11-27T00:00:00").await;
        assert_eq!(done(&database, &id).await, ["remind", "overdue"]);
        assert!(silence(&world, &id).await.is_ok());
        // It becomes known that everything had stood still: the 23rd, 25th and 26th are lost.
        storm(&world, "2026-11-23T00:00:00", Some("2026-12-01T00:00:00")).await;
        follow(&world).await;
        assert_eq!(silence(&world, &id).await, Err("CLOCK_NOT_OVERDUE".to_owned()));
        world.at("2026-12-03T23:59:59.999999").await;
        assert_eq!(silence(&world, &id).await, Err("CLOCK_NOT_OVERDUE".to_owned()));
        world.at("2026-12-04T00:00:00").await;
        assert_eq!(done(&database, &id).await, ["remind", "overdue", "suspend_clocks", "overdue"]);
        let told = told(&database, &id).await;
        assert_eq!(told[3].notice().due.plus_micros(1), at("2026-12-04T00:00:00"));
        assert!(silence(&world, &id).await.is_ok(), "of the due time that stands");
        world.end(&database).await;
    }

    async fn nothing_fires_while_a_decision_is_open_and_all_goes_on_when_it_is_ended(database) {
        let world = World::start(&database).await;
        let id = world.open("land-information", THADS, LAND_OFFICE).await;
        let storm = storm(&world, "2026-11-20T00:00:00", None).await;
        follow(&world).await;
        assert_eq!(world.at("2026-12-18T09:00:00").await, 0);
        enter(&world, SuspensionStep::End { id: storm, to: None }).await;
        follow(&world).await;
        assert_eq!(world.fire().await, 0, "three working days are left");
        // Friday the 18th is lost: 21, 22 and 23/12.
        world.at("2026-12-22T00:00:00").await;
        assert_eq!(world.at("2026-12-23T23:59:59.999999").await, 0);
        world.at("2026-12-24T00:00:00").await;
        assert_eq!(done(&database, &id).await, ["suspend_clocks", "release_clocks", "remind", "overdue"]);
        world.end(&database).await;
    }

    async fn a_timer_that_comes_before_the_hub_has_halted_the_clock_halts_it(database) {
        let world = World::start(&database).await;
        let id = world.open("land-information", THADS, LAND_OFFICE).await;
        world.set(at("2026-11-26T12:00:00"));
        storm(&world, "2026-11-25T00:00:00", None).await;
        world.at("2026-11-27T09:00:00").await;
        assert_eq!(done(&database, &id).await, ["suspend_clocks"]);
        follow(&world).await;
        assert_eq!(done(&database, &id).await, ["suspend_clocks"], "once");
        world.end(&database).await;
    }
}
