//! income-deduction: each pay period, until it ends.

use serde_json::{Value, json};

use crate::harness::agencies::{PAYER_37, THADS_37};

use super::life::{Life, refused};
use super::world::World;

/// The papers that the payer must get (Decree 152/2026 Art. 51).
pub(super) async fn papers(world: &World) -> Value {
    json!([
        world.attachment(THADS_37, "ban-an.pdf", Some("JUDGMENT")).await,
        world
            .attachment(THADS_37, "quyet-dinh-thi-hanh-an.pdf", Some("ENFORCEMENT_DECISION"))
            .await,
    ])
}

async fn started(world: &World) -> Life<'_> {
    let attached = papers(world).await;
    world
        .open_with("income-deduction", THADS_37, PAYER_37, |order| {
            order["attachments"] = attached;
        })
        .await
}

/// A pay period: deducted 4,000,000, `total` so far, paid over at `at`, the next pay day `next`.
fn period(name: &'static str, at: &'static str, total: u32, next: &'static str) -> impl FnOnce(&mut Value) {
    move |report| {
        let payload = &mut report["payload"];
        payload["period"] = name.into();
        payload["transferred_time"] = format!("{at}:00+07:00").into();
        payload["total_deducted"]["amount"] = total.to_string().into();
        payload["remaining"]["amount"] = (40_000_000 - total).to_string().into();
        payload["next_pay_date"] = next.into();
    }
}

backends! {
    async fn a_deduction_is_reported_each_period_until_the_debtor_leaves(database) {
        let world = World::start(&database).await;
        let life = started(&world).await;
        assert_eq!(life.clock("answer").await, "RUNNING 2026-11-26 23:59");
        life.acknowledge().await;
        life.answer("IN_PROGRESS").await;
        world.at("2026-11-25T10:00");
        life.answer("DEDUCTING").await;
        assert_eq!(life.clock("answer").await, "MET 2026-11-26 23:59");
        // Pay day Monday 07/12: 08/12, 09/12, 10/12.
        assert_eq!(life.clocks("execute").await, ["RUNNING 2026-12-10 23:59"]);
        assert_ne!(life.held().await, "none");
        assert_eq!(refused(life.try_close().await), "MEASURE_IN_FORCE");

        world.at("2026-12-08T11:00");
        life.report("PERIOD_DEDUCTED", period("2026-12", "2026-12-08T10:20", 4_000_000, "2027-01-07")).await.expect("told");
        // Pay day Thursday 07/01/2027: 08/01, 11/01, 12/01.
        assert_eq!(life.clocks("execute").await, ["MET 2026-12-10 23:59", "RUNNING 2027-01-12 23:59"]);
        world.at("2027-01-13T10:00");
        life.report("PERIOD_DEDUCTED", period("2027-01", "2027-01-13T09:00", 8_000_000, "2027-01-20")).await.expect("told");
        // Pay day Wednesday 20/01/2027: 21/01, 22/01, 25/01.
        assert_eq!(
            life.clocks("execute").await,
            ["MET 2026-12-10 23:59", "BREACHED 2027-01-12 23:59", "RUNNING 2027-01-25 23:59"]
        );
        world.at("2027-01-22T10:00");
        life.report("LEFT", |report| {
            report["payload"]["event_time"] = "2027-01-22T08:30:00+07:00".into();
            report["payload"]["last_day"] = "2027-01-21".into();
        }).await.expect("told");
        // Four working hours from 08:30: 12:00 is three and a half, so 13:30.
        assert_eq!(life.clocks("report").await, ["MET 2027-01-22 13:30"]);
        assert_eq!(life.clocks("execute").await[2].split(' ').next(), Some("CANCELLED"), "no period follows");
        assert_eq!(life.held().await, "ended");
        assert_eq!(life.state().await, "ANSWERED DEDUCTING");
        life.close().await;
        assert_eq!(
            life.told().await,
            "submit acknowledge answer_interim answer_final report report report close"
        );
        world.end(&database).await;
    }

    async fn a_decision_to_end_supersedes_the_deduction_and_ends_its_measure(database) {
        let world = World::start(&database).await;
        let first = started(&world).await;
        first.answer("DEDUCTING").await;
        let attached = papers(&world).await;
        let id = first.id.clone();
        let end = world.open_with("income-deduction", THADS_37, PAYER_37, |order| {
            order["attachments"] = attached;
            order["relations"] = json!([{ "type": "supersedes", "enforcement_request_id": id }]);
            let debtor = order["payload"]["debtor"].clone();
            order["payload"] = json!({
                "debtor": debtor, "action": "END", "end_ground": "OBLIGATION_DONE", "ground_date": "2026-11-18",
                "decision": { "number": "140/QĐ-THADS", "date": "2026-11-20", "office": "Thi hành án dân sự tỉnh Ninh Bình" },
            });
        }).await;
        // 19/11, 20/11, 23/11.
        assert_eq!(end.clock("issue").await, "MET 2026-11-23 23:59");
        assert_eq!(end.clock("execute").await, "RUNNING 2026-11-23 23:59");
        world.at("2026-11-23T10:30");
        end.answer_with("ENDED", |answer| answer["payload"]["ended_time"] = "2026-11-23T10:00:00+07:00".into())
            .await
            .expect("ended");
        assert_eq!(end.clock("execute").await, "MET 2026-11-23 23:59");
        assert_eq!((first.held().await, end.held().await), ("ended".into(), "none".into()));
        for life in [end, first] {
            life.close().await;
        }
        world.end(&database).await;
    }
}
