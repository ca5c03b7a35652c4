//! registration-suspension and registration-release.

use serde_json::{Value, json};

use crate::harness::agencies::{LAND_37, THADS_37};

use super::life::{Life, refused};
use super::world::World;

fn of(suspension: &Life<'_>, change: impl FnOnce(&mut Value)) -> impl FnOnce(&mut Value) {
    let id = suspension.id.clone();
    move |order| {
        order["relations"] = json!([{ "type": "releases", "enforcement_request_id": id }]);
        order["payload"]["ground_date"] = "2026-11-20".into();
        change(order);
    }
}

/// Received and executed on 20/11/2026 at 15:30.
fn executed(answer: &mut Value) {
    let at: Value = "2026-11-20T15:30:00+07:00".into();
    let payload = &mut answer["payload"];
    payload["received_time"] = "2026-11-20T09:10:00+07:00".into();
    payload["executed_time"] = at.clone();
    for line in payload["lines"].as_array_mut().expect("lines") {
        if line.get("entry").is_some() {
            line["entry"]["time"] = at.clone();
        }
    }
}

backends! {
    async fn a_registration_is_suspended_until_it_is_released(database) {
        let world = World::start(&database).await;
        let life = world.open("registration-suspension", THADS_37, LAND_37).await;
        assert_eq!(life.clock("execute").await, "RUNNING 2026-11-20 23:59", "received before 15:00: the same day");
        life.acknowledge().await;
        assert_eq!(refused(life.report("SUSPENDED", executed).await), "TRANSITION_NOT_ALLOWED");
        world.at("2026-11-20T16:00");
        life.answer_with("IN_PROGRESS", executed).await.expect("in progress");
        life.answer_with("SUSPENDED", executed).await.expect("suspended");
        assert_eq!(life.clock("execute").await, "MET 2026-11-20 23:59");
        assert_eq!(life.held().await, "in force");
        life.report("SUSPENDED_PARTLY", |_| {}).await.expect("another asset");
        assert_eq!(refused(life.try_close().await), "MEASURE_IN_FORCE");
        let late = world.open("registration-suspension", THADS_37, LAND_37).await;
        assert_eq!(late.clock("execute").await, "RUNNING 2026-11-23 23:59", "received after 15:00: the next working day");

        world.at("2026-11-25T14:00");
        let part = world.open_with("registration-release", THADS_37, LAND_37, of(&life, |order| {
            order["payload"]["extent"] = "PARTIAL".into();
            order["payload"]["parcels"] = json!([{
                "commune_code": "13285", "commune_name": "Phường Phủ Lý", "map_sheet": "12", "parcel_number": "345",
            }]);
        })).await;
        // 23/11, 25/11, 26/11.
        assert_eq!(part.clock("issue").await, "MET 2026-11-26 23:59");
        assert_eq!(part.clock("execute").await, "RUNNING 2026-11-25 23:59");
        part.acknowledge().await;
        part.answer("IN_PROGRESS").await;
        part.answer("RELEASED_PARTLY").await;
        assert_eq!(life.held().await, "in force");
        part.close().await;
        world.at("2026-11-27T09:00");
        let full = world.open_with("registration-release", THADS_37, LAND_37, of(&life, |_| {})).await;
        assert_eq!(full.clock("issue").await, "BREACHED 2026-11-26 23:59");
        world.at("2026-11-30T09:00");
        full.answer_with("RELEASED", |answer| {
            answer["payload"]["executed_time"] = "2026-11-30T08:30:00+07:00".into();
            answer["payload"]["received_time"] = "2026-11-27T09:10:00+07:00".into();
            for line in answer["payload"]["lines"].as_array_mut().expect("lines") {
                line["entry"]["time"] = "2026-11-30T08:30:00+07:00".into();
            }
        }).await.expect("released");
        assert_eq!(full.clock("execute").await, "BREACHED 2026-11-27 23:59");
        assert_eq!(life.held().await, "ended");
        full.dispute(false).await.expect("disputed");
        full.answer("RELEASED").await;
        full.correct("STILL_HELD_BY_OTHER").await;
        full.close().await;
        assert_eq!(full.told().await, "submit answer_final dispute answer_final correct close");
        life.close().await;
        assert_eq!(life.told().await, "submit acknowledge answer_interim answer_final report close");
        world.end(&database).await;
    }
}
