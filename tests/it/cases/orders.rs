//! What an order may ask for in its case, and what holders hold too much.

use serde_json::{Value, json};

use super::{Case, collected, drafts, item, to};
use crate::harness::Fixture;
use crate::harness::agencies::{BANK, BANK_2, THADS, THADS_37};
use crate::harness::wire::{fields, reason};
use crate::lives::world::World;

const TODAY: &str = "2026-11-20";

/// Makes an order state so much, costs apart.
fn amount(order: &mut Value, obligation: u64) {
    order["payload"]["amounts"]["obligation"]["amount"] = obligation.to_string().into();
    order["payload"]["amounts"]["total"]["amount"] = (obligation + 3_500_000).to_string().into();
}

async fn refused(world: &World, code: &str, to: Fixture, change: impl FnOnce(&mut Value)) -> (String, Vec<String>) {
    let order = world.order(code, THADS_37, &[to], change);
    let status = world.send(THADS_37, &order).await.expect_err("refused");
    (reason(&status), fields(&status))
}

fn expected(reason: &str, field: &str) -> (String, Vec<String>) {
    (reason.to_owned(), vec![field.to_owned()])
}

backends! {
    async fn an_order_fits_its_case(database) {
        let world = World::start(&database).await;
        let case = Case::open(&world, THADS_37, item()).await;
        let mut foreign = item();
        foreign["decision_number"] = "5/QĐ-THADS".into();
        let foreign = Case::open(&world, THADS, foreign).await;
        let named = |id: &str| {
            let id = id.to_owned();
            move |order: &mut Value| order["case"]["case_id"] = id.into()
        };
        assert_eq!(refused(&world, "account-freeze", BANK, foreign.named()).await, expected("REFERENCE_NOT_FOUND", "/case/case_id"));
        let missing = format!("cas_{:032x}", 5);
        assert_eq!(refused(&world, "account-freeze", BANK, named(&missing)).await, expected("REFERENCE_NOT_FOUND", "/case/case_id"));
        let mut other = item();
        other["decision_number"] = "6/QĐ-THADS".into();
        let other = Case::open(&world, THADS_37, other).await;
        assert_eq!(refused(&world, "account-freeze", BANK, other.named()).await, expected("REFERENCE_MISMATCH", "/case/enforcement_decision"));
        let with_obligations = |ids: Value| {
            let own = case.named();
            move |order: &mut Value| {
                own(order);
                order["case"]["obligations"] = ids;
            }
        };
        assert_eq!(
            refused(&world, "account-freeze", BANK, with_obligations(json!(["9"]))).await,
            expected("REFERENCE_MISMATCH", "/case/obligations/0")
        );
        assert_eq!(
            refused(&world, "account-freeze", BANK, |order| order["case"]["obligations"] = json!(["1"])).await,
            expected("DOCUMENT_INVALID", "/case/case_id")
        );
        world.open_with("account-freeze", THADS_37, BANK, with_obligations(json!(["1"]))).await;
        case.record(&[to("SUSPENDED", "L106_47", TODAY)]).await;
        assert_eq!(refused(&world, "account-freeze", BANK, case.named()).await, expected("CASE_NOT_OPEN", "/case/case_id"));
        let own = case.named();
        world.open_with("account-information", THADS_37, BANK, own).await;
        world.end(&database).await;
    }

    async fn no_more_is_frozen_or_debited_than_is_owed_and_not_secured(database) {
        let world = World::start(&database).await;
        let case = Case::open(&world, THADS_37, item()).await;
        let of = |obligation: u64| {
            let own = case.named();
            move |order: &mut Value| {
                own(order);
                amount(order, obligation);
            }
        };
        let above = expected("CASE_AMOUNT_EXCEEDED", "/payload/amounts/obligation");
        assert_eq!(refused(&world, "account-freeze", BANK, of(150_000_001)).await, above);
        case.record(&[collected("50000000", TODAY)]).await;
        assert_eq!(refused(&world, "account-freeze", BANK, of(100_000_001)).await, above);
        // Two freezes may wait for answers: nobody knows where the money is. What is held then is held too much by so much.
        let first = world.open_with("account-freeze", THADS_37, BANK, of(100_000_000)).await;
        let second = world.open_with("account-freeze", THADS_37, BANK_2, of(100_000_000)).await;
        // Beside what is held in dollars, which counts 30 million.
        let hold = |answer: &mut Value| {
            answer["payload"]["total_held"]["amount"] = "103500000".into();
            for place in ["/payload/lines/0/held/amount", "/payload/lines/0/counted/amount", "/payload/totals/0/amount"] {
                *answer.pointer_mut(place).expect("a member") = "73500000".into();
            }
        };
        first.answer_with("HELD_FULL", hold).await.expect("held");
        assert_eq!(case.money().await.held_above, "0");
        assert_eq!(refused(&world, "account-freeze", BANK_2, of(1)).await, above, "all of it is held");
        assert!(drafts(world.client(THADS_37), &case.id).await.is_empty());
        world.at("2026-11-20T10:00");
        second.answer_with("HELD_FULL", hold).await.expect("held");
        let money = case.money().await;
        assert_eq!((money.held.as_str(), money.held_above.as_str()), ("207000000", "103500000"));
        let drafted = drafts(world.client(THADS_37), &case.id).await;
        assert_eq!(drafted.len(), 1, "one of them is enough");
        assert_eq!(drafted[0].holder_agency_code, BANK_2.code_text(), "the newest goes first");
        assert_eq!(drafted[0].amount, "", "all of it");

        let debit = |obligation: u64, freeze: &str| {
            let (own, freeze) = (case.named(), freeze.to_owned());
            move |order: &mut Value| {
                own(order);
                amount(order, obligation);
                order["relations"] = json!([{ "type": "follows", "enforcement_request_id": freeze }]);
            }
        };
        world.open_with("account-debit", THADS_37, BANK, debit(60_000_000, &first.id)).await;
        assert_eq!(refused(&world, "account-debit", BANK_2, debit(40_000_001, &second.id)).await, above, "60 million are ordered");
        world.open_with("account-debit", THADS_37, BANK_2, debit(40_000_000, &second.id)).await;
        drop((first, second));
        world.end(&database).await;
    }
}
