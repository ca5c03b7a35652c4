//! account-debit: after a freeze, keeping or ending what is held.

use serde_json::{Value, json};

use crate::harness::agencies::{BANK, BANK_2, THADS_37};
use crate::harness::wire::{fields, reason};

use super::life::{Life, refused};
use super::world::World;

/// A debit that follows this freeze.
fn after(freeze: &Life<'_>, what: &'static str) -> impl FnOnce(&mut Value) {
    let id = freeze.id.clone();
    move |order| {
        order["relations"] = json!([{ "type": "follows", "enforcement_request_id": id }]);
        order["payload"]["after_debit"] = what.into();
    }
}

/// Makes a document wrong in one way.
type Spoil = fn(&mut Value);

fn executed(at: &'static str) -> impl FnOnce(&mut Value) {
    move |answer| answer["payload"]["executed_time"] = format!("{at}:00+07:00").into()
}

backends! {
    async fn a_debit_keeps_or_ends_the_freeze_and_only_then_may_the_freeze_close(database) {
        let world = World::start(&database).await;
        let freeze = world.open("account-freeze", THADS_37, BANK).await;
        freeze.answer("HELD_FULL").await;
        assert_eq!(freeze.held().await, "VND 153500000");

        let keep = world.open_with("account-debit", THADS_37, BANK, after(&freeze, "KEEP")).await;
        // Received between 07:30 and 17:00 of a working day: two hours.
        assert_eq!(keep.clock("execute").await, "RUNNING 2026-11-20 11:00");
        assert_eq!(keep.clock("refuse").await, "RUNNING 2026-11-26 23:59");
        keep.acknowledge().await;
        world.at("2026-11-20T14:00");
        keep.answer("IN_PROGRESS").await;
        assert_eq!(freeze.held().await, "VND 153500000", "progress takes nothing off");
        keep.answer_with("DEBITED_PARTLY", executed("2026-11-20T10:59")).await.expect("debited");
        assert_eq!(keep.clock("execute").await, "MET 2026-11-20 11:00");
        assert_eq!(keep.clock("report").await, "MET 2026-11-21 10:59");
        assert_eq!(freeze.held().await, "VND 93500000");
        assert_eq!(refused(freeze.try_close().await), "MEASURE_IN_FORCE");
        keep.correct("DEBITED_PARTLY").await;
        assert_eq!(freeze.held().await, "VND 93500000", "a correction debits nothing twice");
        keep.close().await;
        assert_eq!(keep.told().await, "submit acknowledge answer_interim answer_final correct close");

        world.at("2026-11-20T18:00");
        let end = world.open_with("account-debit", THADS_37, BANK, after(&freeze, "END")).await;
        assert_eq!(end.clock("execute").await, "RUNNING 2026-11-23 09:00", "after hours: the next working day");
        world.at("2026-11-23T10:00");
        end.answer_with("DEBITED", executed("2026-11-23T09:30")).await.expect("debited");
        assert_eq!(end.clock("execute").await, "BREACHED 2026-11-23 09:00");
        assert_eq!(freeze.held().await, "ended");
        let changed_by = freeze.get().await.measures[0].changed_by_request_id.clone();
        assert_eq!(changed_by, end.id);
        freeze.report("HELD_FULL", |_| {}).await.expect("told");
        assert_eq!(freeze.held().await, "ended", "what was ended is not opened again");
        end.close().await;
        freeze.close().await;

        // A freeze that is over, or another bank's, cannot be debited from.
        let order = world.order("account-debit", THADS_37, &[BANK], after(&freeze, "END"));
        assert_eq!(reason(&world.send(THADS_37, &order).await.expect_err("over")), "MEASURE_NOT_IN_FORCE");
        let open = world.open("account-freeze", THADS_37, BANK).await;
        let order = world.order("account-debit", THADS_37, &[BANK_2], after(&open, "END"));
        assert_eq!(reason(&world.send(THADS_37, &order).await.expect_err("elsewhere")), "MEASURE_NOT_IN_FORCE");
        world.end(&database).await;
    }

    async fn a_debit_is_of_the_debtor_and_of_no_more_than_the_freeze_that_it_cites(database) {
        let world = World::start(&database).await;
        let freeze = world.open("account-freeze", THADS_37, BANK).await;
        let spoils: [(&str, Spoil); 3] = [
            ("/relations/0", |order| order["payload"]["debtor"]["identifiers"][0]["number"] = "001085099999".into()),
            ("/payload/amounts/total", |order| {
                order["payload"]["amounts"]["obligation"]["amount"] = "150000001".into();
                order["payload"]["amounts"]["total"]["amount"] = "153500001".into();
            }),
            ("/head/date", |order| order["head"]["date"] = "2026-11-19".into()),
        ];
        for (field, spoil) in spoils {
            let order = world.order("account-debit", THADS_37, &[BANK], |order| {
                after(&freeze, "END")(order);
                spoil(order);
            });
            let status = world.send(THADS_37, &order).await.expect_err(field);
            assert_eq!((reason(&status).as_str(), fields(&status).as_slice()), ("REFERENCE_MISMATCH", &[field.to_owned()][..]));
        }
        world.open_with("account-debit", THADS_37, BANK, after(&freeze, "END")).await;
        world.end(&database).await;
    }

    async fn an_answer_given_again_after_a_dispute_counts_once_and_its_clocks_run_anew(database) {
        let world = World::start(&database).await;
        let freeze = world.open("account-freeze", THADS_37, BANK).await;
        freeze.answer("HELD_FULL").await;
        let debit = world.open_with("account-debit", THADS_37, BANK, after(&freeze, "KEEP")).await;
        debit.answer("DEBITED_PARTLY").await;
        assert_eq!(freeze.held().await, "VND 93500000");
        for _ in 0..2 {
            debit.dispute(false).await.expect("disputed");
            let running = |clocks: Vec<String>| clocks.iter().any(|clock| clock.starts_with("RUNNING"));
            assert!(running(debit.clocks("execute").await), "the act is owed anew");
            debit.answer("DEBITED_PARTLY").await;
            assert_eq!(freeze.held().await, "VND 93500000");
        }
        debit.dispute(false).await.expect("disputed");
        debit.answer("NO_FUNDS").await;
        assert_eq!(freeze.held().await, "VND 153500000", "nothing was debited after all");

        let other = world.open("account-freeze", THADS_37, BANK).await;
        let order = world.order("account-debit", THADS_37, &[BANK], |order| {
            order["relations"] = json!([
                { "type": "follows", "enforcement_request_id": freeze.id },
                { "type": "follows", "enforcement_request_id": other.id },
            ]);
        });
        assert_eq!(reason(&world.send(THADS_37, &order).await.expect_err("two measures")), "DOCUMENT_INVALID");
        world.end(&database).await;
    }
}
