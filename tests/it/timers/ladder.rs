//! A request climbs its ladder: who is told when, of what, and who is not.

use lienthong::domain::ids::AgencyCode;
use lienthong::server::settings::TimerSettings;
use lienthong_proto::v1;

use super::world::{COMMITTEE, DEPARTMENT_OF_LAND, HEAD_OFFICE, STATE_BANK, World, at, rungs, told};
use crate::harness::agencies::{BANK, LAND_OFFICE, PROCURACY, THADS};

backends! {
    async fn each_rung_fires_once_at_its_moment_and_tells_whom_the_ladder_says(database) {
        let world = World::start(&database).await;
        world.climb(&[(LAND_OFFICE, DEPARTMENT_OF_LAND)]).await;
        world.without_administration().await;
        let id = world.open("land-information", THADS, LAND_OFFICE).await;
        let (land, thads) = (LAND_OFFICE.code_text(), THADS.code_text());
        // Three working days: 23, 25 and 26/11, the 24th being a holiday.
        let rungs: [(&str, &str, &[&str]); 6] = [
            ("2026-11-25T00:00:00", "remind", &[land]),
            ("2026-11-27T00:00:00", "overdue", &[thads, land]),
            ("2026-11-28T00:00:00", "head_of_unit", &[thads, land]),
            ("2026-12-02T00:00:00", "superior", &[DEPARTMENT_OF_LAND.code_text(), thads, land]),
            ("2026-12-04T00:00:00", "committee", &[thads]),
            ("2026-12-11T00:00:00", "procuracy", &[thads]),
        ];
        for (moment, rung, entered) in rungs {
            world.set(at(moment).plus_micros(-1));
            world.fire().await;
            let before = told(&database, &id).await.len();
            world.at(moment).await;
            let told = told(&database, &id).await;
            let new = &told[before];
            assert_eq!((new.notice().rung.as_str(), new.notice().moment), (rung, at(moment)));
            assert_eq!(new.entered(), entered, "{rung}");
            let is_above = rung == "committee" || rung == "procuracy";
            assert_eq!(new.action == "draft_notice", is_above);
            assert_eq!(world.fire().await, 0, "{rung}: once");
        }
        let told = told(&database, &id).await;
        let notice = told[4].notice();
        assert_eq!(notice.addressee.as_ref().map(AgencyCode::as_str), Some(COMMITTEE.code_text()));
        assert_eq!((notice.late_working_days, notice.clock.as_str()), (5, "answer"));
        assert!(notice.article.contains("Điều 37"), "{}", notice.article);
        assert!(!notice.received.delivered && notice.received.answers == 0);
        let procuracy = told[5].notice().addressee.as_ref().map(AgencyCode::as_str);
        assert_eq!(procuracy, Some(PROCURACY.code_text()), "by the sender's place");
        assert!(told[6].notice().missing, "no department is registered, and the sender is told so");
        assert_eq!(told.len(), 7);
        world.end(&database).await;
    }

    async fn a_bank_climbs_to_its_head_office_and_the_state_bank_is_only_drafted(database) {
        let world = World::start(&database).await;
        world.climb(&[(BANK, HEAD_OFFICE)]).await;
        let id = world.open("account-information", THADS, BANK).await;
        world.at("2026-12-24T09:00:00").await;
        let told = told(&database, &id).await;
        let of = |rung: &str| told.iter().find(|told| told.notice().rung == rung).expect("the rung");
        assert!(of("superior").entered().contains(&HEAD_OFFICE.code_text()));
        let state_bank = of("state_bank");
        assert_eq!(state_bank.action, "draft_notice");
        assert_eq!(state_bank.entered(), [THADS.code_text()]);
        assert_eq!(state_bank.notice().addressee.as_ref().map(AgencyCode::as_str), Some(STATE_BANK.code_text()));
        world.end(&database).await;
    }

    async fn late_timers_fire_in_order_and_each_once(database) {
        let world = World::start(&database).await;
        let first = world.open("land-information", THADS, LAND_OFFICE).await;
        let second = world.open("land-information", THADS, LAND_OFFICE).await;
        world.at("2026-11-27T00:00:00").await;
        // Nobody looks for three weeks.
        world.at("2026-12-21T09:00:00").await;
        for id in [&first, &second] {
            let told = told(&database, id).await;
            assert_eq!(
                rungs(&told),
                ["answer remind", "answer overdue", "answer head_of_unit", "answer superior", "answer committee",
                 "answer procuracy", "answer department"]
            );
            for told in &told {
                assert!(told.notice().moment <= told.at, "never early");
            }
        }
        // In the order of moments over all requests.
        let raw = database.raw().await;
        let events = raw.events().await;
        let moments: Vec<_> = events
            .iter()
            .filter_map(|event| serde_json::from_str::<serde_json::Value>(&event.details).ok()?["notice"]["moment"].as_i64())
            .collect();
        assert_eq!(moments.len(), 14);
        assert!(moments.is_sorted(), "{moments:?}");
        world.end(&database).await;
    }

    async fn a_hub_looks_by_itself_about_every_second(database) {
        let world = World::start_with(&database, |settings| settings.timers = TimerSettings::Running).await;
        let id = world.open("land-information", THADS, LAND_OFFICE).await;
        world.set(at("2026-11-27T09:00:00"));
        let mut reached = Vec::new();
        for _ in 0..600 {
            reached = rungs(&told(&database, &id).await);
            if reached.len() == 2 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(reached, ["answer remind", "answer overdue"]);
        world.end(&database).await;
    }

    async fn a_paused_clock_tells_nothing_and_resumes_at_the_end_of_the_limit(database) {
        let world = World::start(&database).await;
        let id = world.open("land-information", THADS, LAND_OFFICE).await;
        let mut land = world.client(LAND_OFFICE).await.requests();
        let ask = v1::AskClarificationRequest {
            idempotency_key: "ask-000001".to_owned(),
            enforcement_request_id: id.clone(),
            expected_version: 0,
            question: "Thửa đất nào?".to_owned(),
        };
        world.acknowledge(LAND_OFFICE, &id).await;
        land.ask_clarification(ask).await.expect("asked");
        // Three working days from Friday 20/11: 23, 25, 26/11.
        world.at("2026-11-26T23:59:59").await;
        assert_eq!(told(&database, &id).await.len(), 0, "it stands still");
        // A hub that was away does what the limit says, as of its end.
        world.at("2026-12-24T10:00:00").await;
        let told = told(&database, &id).await;
        assert_eq!(told[0].action, "resume_clocks");
        let clock = &told[0].details.deadlines[0];
        assert_eq!(clock.suspensions[0].to, Some(at("2026-11-27T00:00:00")));
        assert_eq!(rungs(&told)[0], "answer remind");
        world.end(&database).await;
    }

    async fn an_answered_request_is_closed_after_its_quiet_period(database) {
        let world = World::start(&database).await;
        let id = world.open("land-information", THADS, LAND_OFFICE).await;
        world.answer(LAND_OFFICE, &id).await;
        let quiet = i64::from(crate::harness::commands::kind("land-information").definition.quiet_period_days);
        world.set(at("2026-11-20T09:00:00").plus_hours(24 * quiet).plus_micros(-1));
        assert_eq!(world.fire().await, 0);
        world.set(at("2026-11-20T09:00:00").plus_hours(24 * quiet));
        assert_eq!(world.fire().await, 1);
        assert_eq!(told(&database, &id).await[0].action, "close");
        world.end(&database).await;
    }
}
