//! What passes between court and enforcement: judgment-transfer, judgment-clarification.

use serde_json::{Value, json};

use crate::harness::agencies::{COURT_37, THADS_37};

use super::life::refused;
use super::world::World;

/// A judgment of first instance that took effect on this day.
fn effective(date: &'static str) -> impl FnOnce(&mut Value) {
    move |order| {
        order["payload"]["issue_date"] = "2026-09-01".into();
        order["payload"]["effective_date"] = date.into();
    }
}

backends! {
    async fn a_judgment_is_transferred_in_time_or_late_and_the_court_s_own_clock_says_so_at_once(database) {
        let world = World::start(&database).await;
        // One month from 05/11/2026 ends on 05/12/2026, a Saturday: Monday 07/12.
        let in_time = world.open("judgment-transfer", COURT_37, THADS_37).await;
        assert_eq!(in_time.clock("transfer").await, "MET 2026-12-07 23:59");
        // One month from 01/10/2026 ends on Sunday 01/11/2026: Monday 02/11.
        let late = world.open_with("judgment-transfer", COURT_37, THADS_37, effective("2026-10-01")).await;
        assert_eq!(late.clock("transfer").await, "BREACHED 2026-11-02 23:59");
        let clock = late.get().await.deadlines.into_iter().find(|clock| clock.name == "transfer").expect("the clock");
        assert_eq!(clock.obligor().as_str_name(), "PARTY_SENDER");
        // The agency's own: one working day to register, three to answer.
        assert_eq!(late.clock("acknowledge").await, "RUNNING 2026-11-23 23:59");
        assert_eq!(late.clock("answer").await, "RUNNING 2026-11-26 23:59");

        world.at("2026-11-20T16:00");
        late.acknowledge().await;
        assert_eq!(late.clock("acknowledge").await, "MET 2026-11-23 23:59");
        assert_eq!(late.clock("transfer").await, "BREACHED 2026-11-02 23:59", "the verdict stands");
        world.at("2026-11-25T09:00");
        late.ask().await;
        assert_eq!(late.clock("answer").await, "PAUSED");
        world.at("2026-11-25T15:00");
        late.clarify().await;
        // 25/11 does not count: 23/11, 26/11, 27/11.
        assert_eq!(late.clock("answer").await, "RUNNING 2026-11-27 23:59");
        late.answer("IN_PROGRESS").await;
        late.answer("RECEIVED").await;
        assert_eq!(late.clock("answer").await, "MET 2026-11-27 23:59");
        late.correct("ID_MISMATCH").await;
        late.dispute(false).await.expect("disputed");
        late.answer("RECEIVED").await;
        late.close().await;
        assert_eq!(
            late.told().await,
            "submit acknowledge ask_clarification clarify answer_interim answer_final correct dispute answer_final close"
        );

        // Answered without an acknowledge, too late for either clock.
        world.at("2026-11-27T08:00");
        in_time.answer("DUPLICATE").await;
        assert_eq!(in_time.clock("acknowledge").await, "BREACHED 2026-11-23 23:59");
        assert_eq!(in_time.clock("answer").await, "BREACHED 2026-11-26 23:59");
        // The book of judgments counts by itself.
        assert_eq!(in_time.get().await.registry_number, "2/2026");
        in_time.close().await;
        world.end(&database).await;
    }

    async fn a_court_extends_its_explanation_once_from_30_to_45_days(database) {
        let world = World::start(&database).await;
        let life = world.open("judgment-clarification", THADS_37, COURT_37).await;
        // 30 days after 20/11/2026 is Sunday 20/12: Monday 21/12. 45 days: Monday 04/01/2027.
        assert_eq!(life.clock("answer").await, "RUNNING 2026-12-21 23:59");
        assert_eq!(refused(life.extend("answer").await), "TRANSITION_NOT_ALLOWED", "it must be registered first");
        life.acknowledge().await;
        assert_eq!(refused(life.extend("refuse").await), "FIELD_INVALID");
        life.extend("answer").await.expect("extended");
        assert_eq!(life.clock("answer").await, "RUNNING 2027-01-04 23:59");
        assert!(life.get().await.extended);
        assert_eq!(refused(life.extend("answer").await), "TRANSITION_NOT_ALLOWED", "once");
        world.at("2026-12-22T09:00");
        life.answer("IN_PROGRESS").await;
        life.answer("EXPLAINED").await;
        assert_eq!(life.clock("answer").await, "MET 2027-01-04 23:59");
        life.dispute(false).await.expect("disputed");
        life.answer("CORRECTED").await;
        life.correct("NOT_FOUNDED").await;
        life.close().await;
        assert_eq!(
            life.told().await,
            "submit acknowledge extend answer_interim answer_final dispute answer_final correct close"
        );

        // A superior court has no longer limit; an extension asked for too late is refused, too.
        let superior = world.open_with("judgment-clarification", THADS_37, COURT_37, |order| {
            order["payload"]["addressed_to"] = "SUPERIOR_COURT".into();
            order["payload"]["prior_answer"] = json!({
                "court": "Tòa án nhân dân khu vực 1 - Ninh Bình", "request_number": "300/CV-THADS",
                "request_date": "2026-10-01", "answer_number": "12/CV-TA", "answer_date": "2026-10-20",
                "why_unclear": "Văn bản giải thích chưa nêu mức lãi suất.",
            });
        }).await;
        superior.acknowledge().await;
        assert_eq!(refused(superior.extend("answer").await), "TRANSITION_NOT_ALLOWED");
        let late = world.open("judgment-clarification", THADS_37, COURT_37).await;
        late.acknowledge().await;
        // 30 days after 22/12/2026 is Thursday 21/01/2027.
        assert_eq!(late.clock("answer").await, "RUNNING 2027-01-21 23:59");
        world.at("2027-01-22T08:00");
        assert_eq!(refused(late.extend("answer").await), "TRANSITION_NOT_ALLOWED");
        late.answer("EXPLAINED").await;
        assert_eq!(late.clock("answer").await, "BREACHED 2027-01-21 23:59");
        world.end(&database).await;
    }
}
