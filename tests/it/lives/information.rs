//! Enquiries: account-information, income-information, land-information, residence-information.

use crate::harness::Fixture;
use crate::harness::agencies::{BANK, INSURANCE_37, LAND_OFFICE, POLICE_HOA_LU, THADS, THADS_37};

use super::life::refused;
use super::world::World;

/// An enquiry from Friday 20/11/2026 09:00 to its close.
struct Enquiry {
    code: &'static str,
    sender: Fixture,
    recipient: Fixture,
    /// When the answer is due, before and after a question that was open from 11:00 to 15:00 that day.
    due: [&'static str; 2],
    /// The verdict of an answer on Monday 23/11 at 10:30.
    verdict: &'static str,
    answers: [&'static str; 2],
}

const ENQUIRIES: [Enquiry; 4] = [
    Enquiry {
        code: "account-information",
        sender: THADS_37,
        recipient: BANK,
        // Four working hours: 09:00 to 12:00 and 13:00 to 14:00; with the question, 09:00 to 11:00 and 15:00 to 17:00.
        due: ["2026-11-20 14:00", "2026-11-20 17:00"],
        verdict: "BREACHED",
        answers: ["FOUND_PARTLY", "FOUND"],
    },
    Enquiry {
        code: "income-information",
        sender: THADS_37,
        recipient: INSURANCE_37,
        // Three working days after 20/11: 23/11, 25/11, 26/11. The question took 20/11, which does not count anyway.
        due: ["2026-11-26 23:59"; 2],
        verdict: "MET",
        answers: ["FOUND_ELSEWHERE", "FOUND"],
    },
    Enquiry {
        code: "land-information",
        sender: THADS,
        recipient: LAND_OFFICE,
        due: ["2026-11-26 23:59"; 2],
        verdict: "MET",
        answers: ["FOUND_PARTLY", "FOUND"],
    },
    Enquiry {
        code: "residence-information",
        sender: THADS_37,
        recipient: POLICE_HOA_LU,
        due: ["2026-11-26 23:59"; 2],
        verdict: "MET",
        answers: ["FOUND_UNCONFIRMED", "FOUND"],
    },
];

const WHOLE_LIFE: &str =
    "submit acknowledge ask_clarification clarify answer_interim answer_final dispute answer_final correct close";

backends! {
    async fn an_enquiry_is_clarified_answered_disputed_answered_again_corrected_and_closed(database) {
        let world = World::start(&database).await;
        let mut lives = Vec::new();
        for enquiry in &ENQUIRIES {
            let life = world.open(enquiry.code, enquiry.sender, enquiry.recipient).await;
            assert_eq!(life.clock("answer").await, format!("RUNNING {}", enquiry.due[0]), "{}", enquiry.code);
            assert_eq!(life.clock("refuse").await, "RUNNING 2026-11-26 23:59");
            assert_eq!(life.acknowledge().await.state().as_str_name(), "STATE_ACKNOWLEDGED");
            assert_eq!(life.get().await.registry_number, "1/2026");
            lives.push((enquiry, life));
        }
        world.at("2026-11-20T11:00");
        for (_, life) in &lives {
            life.ask().await;
            assert_eq!(life.state().await, "CLARIFYING");
            assert_eq!((life.clock("answer").await, life.clock("refuse").await), ("PAUSED".into(), "PAUSED".into()));
        }
        world.at("2026-11-20T15:00");
        for (enquiry, life) in &lives {
            life.clarify().await;
            assert_eq!(life.clock("answer").await, format!("RUNNING {}", enquiry.due[1]), "{}", enquiry.code);
        }
        world.at("2026-11-23T10:30");
        for (enquiry, life) in &lives {
            life.answer("IN_PROGRESS").await;
            assert_eq!(life.state().await, "ACKNOWLEDGED");
            let late = if enquiry.verdict == "BREACHED" { "BREACHED" } else { "RUNNING" };
            assert_eq!(life.clock("answer").await, format!("{late} {}", enquiry.due[1]), "late is late before the answer");
            life.answer(enquiry.answers[0]).await;
            assert_eq!(life.state().await, format!("ANSWERED {}", enquiry.answers[0]));
            assert_eq!(life.clock("answer").await, format!("{} {}", enquiry.verdict, enquiry.due[1]), "{}", enquiry.code);
            assert_eq!(life.clock("refuse").await, "CANCELLED 2026-11-26 23:59");
            life.dispute(false).await.expect("disputed");
            assert_eq!(life.state().await, "ACKNOWLEDGED");
            assert_eq!(refused(life.try_close().await), "TRANSITION_NOT_ALLOWED");
            life.answer(enquiry.answers[1]).await;
            life.correct("NOT_FOUND").await;
            assert_eq!(life.state().await, "ANSWERED NOT_FOUND");
            assert_eq!(life.held().await, "none");
            life.close().await;
            assert_eq!(life.told().await, WHOLE_LIFE);
        }
        world.end(&database).await;
    }
}
