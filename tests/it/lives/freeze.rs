//! account-freeze: held in part, further money held and reported, corrected.

use serde_json::{Value, json};

use crate::harness::agencies::{BANK, THADS};

use super::life::refused;
use super::world::World;

fn vnd(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "VND" })
}

/// A report: `amount` more was held at this time, and one account now holds `held` in all.
fn further(
    at: &'static str,
    amount: &'static str,
    held: &'static str,
    shortfall: &'static str,
) -> impl FnOnce(&mut Value) {
    move |report| {
        let payload = &mut report["payload"];
        for member in ["balance", "held", "counted"] {
            payload["lines"][0][member] = vnd(held);
        }
        payload["totals"] = json!([vnd(held)]);
        payload["total_held"] = vnd(held);
        payload["shortfall"] = vnd(shortfall);
        payload["executed_time"] = "2026-11-20T10:30:00+07:00".into();
        payload["further"] = json!({ "held_time": format!("{at}:00+07:00"), "amount": vnd(amount) });
    }
}

fn executed(at: &'static str) -> impl FnOnce(&mut Value) {
    move |answer| answer["payload"]["executed_time"] = format!("{at}:00+07:00").into()
}

backends! {
    async fn further_money_is_reported_in_24_hours_or_late_and_the_freeze_closes_only_when_nothing_is_held(database) {
        let world = World::start(&database).await;
        let life = world.open("account-freeze", THADS, BANK).await;
        // "Ngay": two hours on the wall clock. A refusal: three working days.
        assert_eq!(life.clock("execute").await, "RUNNING 2026-11-20 11:00");
        assert_eq!(life.clock("refuse").await, "RUNNING 2026-11-26 23:59");
        life.acknowledge().await;
        world.at("2026-11-20T10:45");
        life.answer_with("IN_PROGRESS", executed("2026-11-20T10:30")).await.expect("in progress");
        assert_eq!(life.held().await, "none", "progress holds nothing for the hub");
        world.at("2026-11-21T10:00");
        life.answer_with("HELD_PARTIAL", executed("2026-11-20T10:30")).await.expect("answered");
        assert_eq!(life.state().await, "ANSWERED HELD_PARTIAL");
        assert_eq!(life.clock("execute").await, "MET 2026-11-20 11:00", "done at 10:30, told later");
        assert_eq!(life.clocks("report").await, ["MET 2026-11-21 10:30"], "24 hours, on a Saturday too");
        assert_eq!(life.held().await, "VND 41200000");
        assert_eq!(refused(life.try_close().await), "MEASURE_IN_FORCE");

        world.at("2026-11-26T08:59");
        let report = further("2026-11-25T09:00", "12300000", "53500000", "100000000");
        life.report("HELD_PARTIAL", report).await.expect("reported");
        assert_eq!(life.clocks("report").await, ["MET 2026-11-21 10:30", "MET 2026-11-26 09:00"]);
        assert_eq!(life.held().await, "VND 53500000");
        world.at("2026-11-27T10:01");
        let report = further("2026-11-26T10:00", "1000000", "54500000", "99000000");
        life.report("HELD_PARTIAL", report).await.expect("reported late");
        assert_eq!(life.clocks("report").await[2], "BREACHED 2026-11-27 10:00");
        assert_eq!(life.held().await, "VND 54500000");
        assert_eq!(life.state().await, "ANSWERED HELD_PARTIAL", "a report is no answer");
        assert_eq!(refused(life.report("NO_CLIENT", |_| {}).await), "DOCUMENT_INVALID", "no report says that");

        life.dispute(false).await.expect("disputed");
        assert_eq!(life.held().await, "VND 54500000", "what is held stays held");
        life.answer_with("HELD_FULL", executed("2026-11-20T10:30")).await.expect("answered again");
        assert_eq!(life.held().await, "VND 153500000");
        life.correct("NO_CLIENT").await;
        assert_eq!(life.held().await, "ended");
        life.close().await;
        assert_eq!(
            life.told().await,
            "submit acknowledge answer_interim answer_final report report dispute answer_final correct close"
        );
        world.end(&database).await;
    }

    async fn a_freeze_refused_or_late_is_recorded_as_it_was(database) {
        let world = World::start(&database).await;
        let (late, no) = (
            world.open("account-freeze", THADS, BANK).await,
            world.open("account-freeze", THADS, BANK).await,
        );
        world.at("2026-11-23T11:00");
        late.answer_with("HELD_FULL", executed("2026-11-20T11:30")).await.expect("answered");
        assert_eq!(late.clock("execute").await, "BREACHED 2026-11-20 11:00");
        assert_eq!(late.clock("report").await, "BREACHED 2026-11-21 11:30");
        world.at("2026-11-27T09:00");
        no.answer("REFUSED").await;
        assert_eq!(no.clock("refuse").await, "BREACHED 2026-11-26 23:59");
        assert_eq!(no.clock("execute").await, "BREACHED 2026-11-20 11:00", "refused too late to take its place");
        assert!(no.clocks("report").await.is_empty(), "nothing was executed");
        assert_eq!(no.held().await, "none");
        no.close().await;

        // Taken back before it is carried out, and not agreed to after.
        let back = world.open("account-freeze", THADS, BANK).await;
        back.withdraw().await;
        assert_eq!(back.state().await, "WITHDRAWAL_PENDING");
        back.decide(BANK, true).await.expect("agreed");
        assert_eq!(back.state().await, "WITHDRAWN");
        let kept = world.open("account-freeze", THADS, BANK).await;
        kept.acknowledge().await;
        kept.withdraw().await;
        kept.decide(BANK, false).await.expect("not agreed");
        assert_eq!(kept.state().await, "ACKNOWLEDGED");
        world.end(&database).await;
    }
}
