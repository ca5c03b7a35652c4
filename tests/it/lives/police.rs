//! coercion-consultation: the commune's police, which reports a complex case to the province (Decree 152/2026 Art. 46).

use crate::harness::agencies::{POLICE_PHU_LY, THADS_37};

use super::world::World;

backends! {
    async fn a_complex_coercion_is_reported_to_the_province_and_answered_from_there(database) {
        let world = World::start(&database).await;
        let life = world.open("coercion-consultation", THADS_37, POLICE_PHU_LY).await;
        // Three working days to report; the answer's clock does not run yet.
        assert_eq!(life.clock("report").await, "RUNNING 2026-11-26 23:59");
        assert!(life.clocks("answer").await.is_empty());
        life.acknowledge().await;
        world.at("2026-11-25T10:00");
        life.answer("IN_PROGRESS").await;
        assert_eq!(life.clock("report").await, "RUNNING 2026-11-26 23:59", "progress is no report to the province");
        world.at("2026-11-25T15:00");
        life.answer("REPORTED_TO_PROVINCE").await;
        assert_eq!(life.clock("report").await, "MET 2026-11-26 23:59");
        // Five working days after 25/11: 26/11, 27/11, 30/11, 01/12, 02/12.
        assert_eq!(life.clock("answer").await, "RUNNING 2026-12-02 23:59");
        world.at("2026-12-01T10:00");
        life.answer("IN_PROGRESS").await;
        assert_eq!(life.clock("answer").await, "RUNNING 2026-12-02 23:59");
        world.at("2026-12-03T09:00");
        life.answer("AGREED_WITH_CHANGES").await;
        assert_eq!(life.clock("answer").await, "BREACHED 2026-12-02 23:59");
        assert_eq!(life.clock("report").await, "MET 2026-11-26 23:59");
        life.dispute(false).await.expect("disputed");
        assert_eq!(life.clocks("report").await.len(), 1, "the report is not owed twice");
        assert_eq!(life.clocks("answer").await, ["BREACHED 2026-12-02 23:59", "RUNNING 2026-12-10 23:59"]);
        life.answer("AGREED").await;
        life.correct("OTHER_OPINION").await;
        assert_eq!(life.held().await, "none");
        life.close().await;
        assert_eq!(
            life.told().await,
            "submit acknowledge answer_interim answer_interim answer_interim answer_final dispute answer_final correct close"
        );
        world.end(&database).await;
    }

    async fn answering_a_complex_case_does_not_stand_for_the_report_to_the_province(database) {
        let world = World::start(&database).await;
        let life = world.open("coercion-consultation", THADS_37, POLICE_PHU_LY).await;
        life.acknowledge().await;
        world.at("2026-11-25T10:00");
        life.answer("AGREED").await;
        assert_eq!(life.clock("report").await, "RUNNING 2026-11-26 23:59");
        assert!(life.clocks("answer").await.is_empty(), "nobody knows when the province got a report");
        world.at("2026-11-27T09:00");
        life.correct("AGREED").await;
        assert_eq!(life.clock("report").await, "BREACHED 2026-11-26 23:59", "still not stated, and late by now");
        life.correct_with("AGREED", |answer| {
            answer["payload"]["reported_time"] = "2026-11-26T16:00:00+07:00".into();
        }).await.expect("corrected");
        assert_eq!(life.clock("report").await, "MET 2026-11-26 23:59", "done in time, stated later");
        life.close().await;

        let stated = world.open("coercion-consultation", THADS_37, POLICE_PHU_LY).await;
        stated.acknowledge().await;
        world.at("2026-12-04T09:00");
        stated.answer_with("AGREED", |answer| {
            answer["payload"]["reported_time"] = "2026-12-03T15:00:00+07:00".into();
        }).await.expect("answered");
        assert_eq!(stated.clock("report").await, "BREACHED 2026-12-02 23:59", "three working days from 27/11");
        assert_eq!(stated.clock("answer").await, "MET 2026-12-10 23:59", "five working days from the report");

        let never = world.open("coercion-consultation", THADS_37, POLICE_PHU_LY).await;
        never.acknowledge().await;
        never.answer("REFUSED").await;
        never.close().await;
        assert!(never.clock("report").await.starts_with("CANCELLED"), "nothing is owed under a closed request");
        world.end(&database).await;
    }

    async fn a_simple_coercion_is_answered_by_the_commune_in_three_working_days(database) {
        let world = World::start(&database).await;
        let life = world.open_with("coercion-consultation", THADS_37, POLICE_PHU_LY, |order| {
            order["payload"]["complexity"] = "SIMPLE".into();
            let payload = order["payload"].as_object_mut().expect("an object");
            payload.remove("complexity_grounds");
            payload.remove("other_communes");
        }).await;
        assert_eq!(life.clock("answer").await, "RUNNING 2026-11-26 23:59");
        assert!(life.clocks("report").await.is_empty());
        life.acknowledge().await;
        world.at("2026-11-26T16:00");
        life.answer_with("AGREED", |answer| {
            answer["payload"]["level"] = "COMMUNE".into();
            answer["payload"].as_object_mut().expect("an object").remove("province_document");
        }).await.expect("answered");
        assert_eq!(life.clock("answer").await, "MET 2026-11-26 23:59");
        life.close().await;
        world.end(&database).await;
    }
}
