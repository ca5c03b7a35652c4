//! The documents that a step names are held to what the kind says of documents, whichever step it is.

use lienthong_proto::Rpc;
use serde_json::{Value, json};

use crate::harness::agencies::{BANK, PAPER_BANK, THADS_37};
use crate::harness::documents;
use crate::harness::wire::{fields, reason};

use super::life::Life;
use super::world::World;

/// What a step of this name states beside its attachments.
fn own(life: &Life<'_>, name: &str) -> Value {
    let example = documents::answer(&life.kind, "NO_CLIENT", "none", life.recipient, &life.id);
    let of_answer = |members: &[&str]| -> Value {
        let members = members
            .iter()
            .map(|member| ((*member).to_owned(), example[*member].clone()));
        Value::Object(members.collect())
    };
    match name {
        "answer" => of_answer(&["final", "outcome", "head", "payload"]),
        "record-answer" => of_answer(&["outcome", "head", "payload"]),
        "report" => {
            let example = documents::answer(&life.kind, "HELD_FULL", "none", life.recipient, &life.id);
            json!({ "outcome": "HELD_FULL", "payload": example["payload"] })
        }
        "correct" => {
            let mut own = of_answer(&["outcome", "head", "payload"]);
            own["explanation"] = "Đính chính do nhầm lẫn khi nhập.".into();
            own
        }
        "send-back" => json!({ "reason": { "code": "WRONG_OFFICE" } }),
        "clarify" => json!({ "text": "Bổ sung số tài khoản." }),
        "serve" => json!({ "served_time": "2026-11-20T08:30:00+07:00", "way": "EXPRESS_POST" }),
        other => panic!("no step {other}"),
    }
}

backends! {
    async fn a_document_that_does_not_fit_the_kind_is_refused_in_every_step_that_names_it(database) {
        let world = World::start(&database).await;
        let connected = world.open("account-freeze", THADS_37, BANK).await;
        let on_paper = world.open("account-freeze", THADS_37, PAPER_BANK).await;
        let steps = [
            (&connected, Rpc::RequestServiceAnswer, "answer", BANK),
            (&connected, Rpc::RequestServiceReport, "report", BANK),
            (&connected, Rpc::RequestServiceCorrect, "correct", BANK),
            (&connected, Rpc::RequestServiceSendBack, "send-back", BANK),
            (&connected, Rpc::RequestServiceClarify, "clarify", THADS_37),
            (&on_paper, Rpc::RequestServiceServe, "serve", THADS_37),
            (&on_paper, Rpc::RequestServiceRecordAnswer, "record-answer", THADS_37),
        ];
        let sound = world.attachment(BANK, "bien-ban.pdf", Some("MINUTES")).await;
        let changed = |member: &str, value: Value| {
            let mut changed = sound.clone();
            changed[member] = value;
            changed
        };
        let misfits = [
            (changed("media_type", "video/mp4".into()), "/attachments/1/media_type"),
            (changed("size", (50 * 1024 * 1024 + 1).into()), "/attachments/1/size"),
            (changed("type", "SELFIE".into()), "/attachments/1/type"),
        ];
        let before = database.raw().await.counts().await;
        for (life, rpc, name, by) in steps {
            for (misfit, pointer) in &misfits {
                let mut own = own(life, name);
                own["attachments"] = json!([sound, misfit]);
                let refusal = life.document(rpc, by, &life.small(name, by, &own)).await.expect_err(name);
                assert_eq!(
                    (reason(&refusal).as_str(), fields(&refusal)),
                    ("DOCUMENT_INVALID", vec![(*pointer).to_owned()]),
                    "{name}"
                );
            }
        }
        assert_eq!(database.raw().await.counts().await, before, "nothing was stored");
        connected.answer_with("NO_CLIENT", |answer| answer["attachments"] = json!([sound])).await.expect("it fits");
        world.end(&database).await;
    }
}
