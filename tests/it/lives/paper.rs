//! A partner that is not connected: its papers are served and entered by the sender (Decree 152/2026 Art. 20, 43.3).

use lienthong_proto::{Rpc, v1};
use serde_json::{Value, json};

use crate::harness::agencies::{PAPER_BANK, PROCURACY_37, THADS_37};
use crate::harness::documents;
use crate::harness::wire::fields;

use super::life::{Done, Life, refused};
use super::world::World;

async fn freeze(world: &World) -> Life<'_> {
    world.open("account-freeze", THADS_37, PAPER_BANK).await
}

async fn serve(life: &Life<'_>, at: &str, change: impl FnOnce(&mut Value)) -> Done {
    let mut own = json!({
        "served_time": format!("{at}:00+07:00"), "way": "BY_HAND",
        "receiver": { "full_name": "Ngô Văn Giấy", "position": "Giám đốc chi nhánh" },
    });
    change(&mut own);
    life.document(Rpc::RequestServiceServe, THADS_37, &life.small("serve", THADS_37, &own))
        .await
}

/// Enters the partner's paper of this date.
async fn record(life: &Life<'_>, outcome: &str, date: &str, attachments: Value, executed: Option<&str>) -> Done {
    let example = documents::answer(&life.kind, outcome, "none", PAPER_BANK, &life.id);
    let mut own = json!({
        "outcome": outcome, "head": example["head"], "payload": example["payload"], "attachments": attachments,
    });
    own["head"]["date"] = date.into();
    if let Some(executed) = executed {
        own["payload"]["executed_time"] = format!("{executed}:00+07:00").into();
    }
    life.document(
        Rpc::RequestServiceRecordAnswer,
        THADS_37,
        &life.small("record-answer", THADS_37, &own),
    )
    .await
}

backends! {
    async fn a_paper_partner_is_served_answered_for_and_its_clocks_count_from_the_service(database) {
        let world = World::start(&database).await;
        let life = freeze(&world).await;
        assert_eq!(life.get().await.channel(), v1::Channel::Paper);
        assert!(life.get().await.deadlines.is_empty(), "nothing runs before it is served");
        assert!(!life.get().await.delivered);
        world.at("2026-11-25T09:00");
        assert_eq!(refused(serve(&life, "2026-11-25T09:01", |_| {}).await), "DOCUMENT_INVALID", "in the future");
        assert_eq!(refused(serve(&life, "2026-11-19T23:00", |_| {}).await), "DOCUMENT_INVALID", "before its date");
        serve(&life, "2026-11-23T14:00", |_| {}).await.expect("served");
        assert!(life.get().await.delivered);
        assert_eq!(life.state().await, "SUBMITTED");
        assert_eq!(life.clock("execute").await, "BREACHED 2026-11-23 16:00", "late until its paper says otherwise");
        // 25/11, 26/11, 27/11.
        assert_eq!(life.clock("refuse").await, "RUNNING 2026-11-27 23:59");
        assert_eq!(refused(record(&life, "HELD_FULL", "2026-11-23", json!([]), None).await), "DOCUMENT_INVALID");

        world.at("2026-11-27T09:00");
        let scan = world.attachment(THADS_37, "tra-loi.pdf", None).await;
        record(&life, "HELD_FULL", "2026-11-24", json!([scan]), Some("2026-11-23T15:50")).await.expect("entered");
        assert_eq!(life.state().await, "ANSWERED HELD_FULL");
        assert_eq!(life.clock("execute").await, "MET 2026-11-23 16:00");
        assert_eq!(life.clock("report").await, "BREACHED 2026-11-24 15:50", "its paper bears the next day's date");
        assert_eq!(life.held().await, "VND 153500000");
        assert_eq!(life.get().await.registry_number, "", "it stands in the partner's own book");

        life.report_by(THADS_37, "HELD_FULL", |_| {}).await.expect("entered");
        life.dispute(false).await.expect("disputed");
        assert_eq!(life.state().await, "SUBMITTED");
        let scan = world.attachment(THADS_37, "tra-loi-2.pdf", None).await;
        record(&life, "HELD_FULL", "2026-11-27", json!([scan]), Some("2026-11-23T15:50")).await.expect("entered");
        life.correct_by(THADS_37, "NO_CLIENT").await.expect("entered");
        assert_eq!(life.held().await, "ended");
        life.close().await;
        assert_eq!(
            life.told().await,
            "submit serve record_answer report dispute record_answer correct close"
        );
        world.end(&database).await;
    }

    async fn a_refusal_to_take_the_paper_is_minuted_with_its_witness_and_counts_as_served(database) {
        let world = World::start(&database).await;
        let life = freeze(&world).await;
        let posting = |own: &mut Value| {
            own["way"] = "POSTING".into();
            own.as_object_mut().expect("an object").remove("receiver");
        };
        let status = serve(&life, "2026-11-20T09:00", posting).await.expect_err("no witness");
        assert_eq!(fields(&status), ["/refusal"]);
        let minuted = |own: &mut Value| {
            posting(own);
            own["refusal"] = json!({ "explanation": "Không nhận văn bản, không nêu lý do.", "witness": "Lý Thị Chứng" });
        };
        let without_receiver = |own: &mut Value| {
            own.as_object_mut().expect("an object").remove("receiver");
        };
        assert_eq!(refused(serve(&life, "2026-11-20T09:00", without_receiver).await), "DOCUMENT_INVALID");
        serve(&life, "2026-11-20T09:00", minuted).await.expect("minuted");
        let details: Value = serde_json::from_str(&life.events().await[1].details).expect("JSON");
        assert_eq!((&details["served"]["refused"], &details["served"]["way"]), (&json!(true), &json!("POSTING")));
        assert_eq!(life.clock("execute").await, "RUNNING 2026-11-20 11:00");
        world.end(&database).await;
    }

    async fn a_paper_partner_s_return_and_its_word_on_a_withdrawal_are_entered_by_the_sender(database) {
        let world = World::start(&database).await;
        let returned = freeze(&world).await;
        serve(&returned, "2026-11-20T09:00", |_| {}).await.expect("served");
        let own = json!({ "reason": { "code": "WRONG_OFFICE" } });
        returned.send_back(THADS_37, &own).await.expect("entered");
        assert_eq!(returned.state().await, "RETURNED");
        returned.close().await;

        let unserved = freeze(&world).await;
        unserved.withdraw().await;
        assert_eq!(unserved.state().await, "WITHDRAWN", "it never left the house");

        for (accept, state) in [(true, "WITHDRAWN"), (false, "SUBMITTED")] {
            let life = freeze(&world).await;
            serve(&life, "2026-11-20T09:00", |_| {}).await.expect("served");
            life.withdraw().await;
            assert_eq!(life.state().await, "WITHDRAWAL_PENDING");
            life.decide(THADS_37, accept).await.expect("entered");
            assert_eq!(life.state().await, state);
        }
        // A connected partner speaks for itself.
        let connected = world.open_with("decision-copy", THADS_37, PROCURACY_37, |order| {
            order["head"]["date"] = "2026-11-19".into();
        }).await;
        assert_eq!(refused(serve(&connected, "2026-11-20T09:00", |_| {}).await), "TRANSITION_NOT_ALLOWED");
        assert_eq!(refused(connected.send_back(THADS_37, &own).await), "TRANSITION_NOT_ALLOWED");
        world.end(&database).await;
    }
}
