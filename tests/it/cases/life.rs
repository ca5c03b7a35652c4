//! From the judgment transfer to the end: frozen, debited, arrived, completed; and cases in numbers.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Case, cases, collected, item, list, progress, record, register, to};
use crate::harness::agencies::{BANK, COURT_37, THADS_37};
use crate::harness::wire::{fields, reason};
use crate::lives::world::World;

const TODAY: &str = "2026-11-20";

backends! {
    async fn a_case_lives_from_the_judgment_transfer_to_its_completion(database) {
        let world = World::start(&database).await;
        let transfer = world.open("judgment-transfer", COURT_37, THADS_37).await;
        transfer.acknowledge().await;
        let mut first = item();
        first["judgment_transfer"] = transfer.id.clone().into();
        let case = Case::open(&world, THADS_37, first).await;
        let opened = case.get().await;
        let told = opened.case.expect("the case");
        assert_eq!((told.status.as_str(), told.rest.as_str(), told.version), ("IN_PROGRESS", "150000000", 1));
        assert_eq!(told.judgment_transfer_id, transfer.id);
        let statement: Value = serde_json::from_str(&opened.statement).expect("what was stated");
        assert_eq!(statement["obligations"][0]["debtors"][0]["name"], "Nguyễn Văn Giả");

        let freeze = world.open_with("account-freeze", THADS_37, BANK, case.named()).await;
        freeze.answer("HELD_FULL").await;
        let held = case.money().await;
        assert_eq!((held.held.as_str(), held.held_undecided.as_str(), held.held_above.as_str()), ("153500000", "153500000", "0"));
        assert!(held.held_undecided_since.is_some());
        assert_eq!(list(world.client(THADS_37), &format!("held_until = {TODAY}")).await, case.id);
        assert_eq!(list(world.client(THADS_37), "held_until = 2026-11-19").await, "");

        let follows = freeze.id.clone();
        let named = case.named();
        let debit = world.open_with("account-debit", THADS_37, BANK, |order| {
            named(order);
            order["relations"] = json!([{ "type": "follows", "enforcement_request_id": follows }]);
        }).await;
        let decided = case.money().await;
        assert_eq!(decided.held_undecided, "0", "a debit of it is ordered");
        debit.answer("DEBITED").await;
        let under_way = case.money().await;
        assert_eq!((under_way.debited.as_str(), under_way.under_way.as_str(), under_way.held.as_str()), ("153500000", "153500000", "0"));
        assert_eq!(list(world.client(THADS_37), &format!("under_way_until = {TODAY}")).await, case.id);

        let mut payment = collected("150000000", TODAY);
        payment["source"] = "ACCOUNT_DEBIT".into();
        payment["enforcement_request_id"] = debit.id.clone().into();
        case.record(&[payment]).await;
        let arrived = case.money().await;
        assert_eq!((arrived.arrived.as_str(), arrived.under_way.as_str(), arrived.rest.as_str()), ("150000000", "3500000", "0"), "the rest are costs");
        case.record(&[to("COMPLETED", "L106_55_3", TODAY)]).await;
        assert_eq!(case.status().await, "COMPLETED");
        let requests: BTreeSet<String> = case.get().await.enforcement_requests.into_iter().map(|request| request.enforcement_request_id).collect();
        assert_eq!(requests, BTreeSet::from([freeze.id.clone(), debit.id.clone()]));
        let told: Vec<String> = case.events().await.into_iter().map(|event| event.action).collect();
        assert_eq!(told, ["opened", "collected", "status_changed"]);
        drop((freeze, debit, transfer));
        world.end(&database).await;
    }

    async fn cases_are_registered_all_or_none_and_a_retry_gives_the_first_receipts(database) {
        let world = World::start(&database).await;
        let client = world.client(THADS_37);
        let numbered = |number: usize| {
            let mut case = item();
            case["decision_number"] = format!("{number}/QĐ-THADS").into();
            case
        };
        let mut many: Vec<Value> = (1..=200).map(numbered).collect();
        let document = cases("cases-of-a-year", THADS_37, &many);
        let first = register(client, &document).await.expect("registered");
        assert_eq!((first.case_ids.len(), first.receipts.len()), (200, 200));
        let again = register(client, &document).await.expect("the same");
        assert_eq!(first, again, "byte for byte");
        many[0]["decision_number"] = "9/QĐ-KHAC".into();
        let other = register(client, &cases("cases-of-a-year", THADS_37, &many)).await.expect_err("another content");
        assert_eq!(reason(&other), "KEY_REUSED");
        // One number is taken, and the next amount is none: both are told, and nothing is done.
        let mut wrong = vec![numbered(201), numbered(7), numbered(202)];
        wrong[2]["obligations"][0]["amount"] = "0".into();
        let refused = register(client, &cases(&world.key(), THADS_37, &wrong)).await.expect_err("wrong");
        assert_eq!(reason(&refused), "CASE_CHANGE_REFUSED");
        assert_eq!(fields(&refused), ["/cases/1/decision_number", "/cases/2/obligations"]);
        assert_eq!(list(client, "number = 201/QĐ-THADS").await, "");
        assert_eq!(list(client, "number = 7/QĐ-THADS").await.split(' ').count(), 1);

        let step = |id: &String| json!({
            "case_id": id, "change": "collected", "date": TODAY, "obligation": "1", "amount": "1000", "source": "VOLUNTARY",
        });
        let steps: Vec<Value> = first.case_ids.iter().map(step).collect();
        let document = progress("steps-of-a-day", THADS_37, &steps);
        let recorded = record(client, &document).await.expect("recorded");
        assert_eq!(recorded.receipts.len(), 200);
        assert_eq!(record(client, &document).await.expect("the same"), recorded);
        world.end(&database).await;
    }

    async fn what_is_due_is_reminded_of_once(database) {
        let world = World::start(&database).await;
        let case = Case::open(&world, THADS_37, item()).await;
        case.record(&[json!({ "change": "coercion_ground", "date": TODAY })]).await;
        let due = case.get().await.case.expect("the case");
        assert_eq!((due.due_date.as_str(), due.due_kind.as_str()), ("2026-11-30", "COERCE"));
        case.record(&[json!({ "change": "coercion_decided", "date": TODAY })]).await;
        assert_eq!(case.get().await.case.expect("the case").due_kind, "");
        case.record(&[to("NO_CONDITIONS", "L106_38_1_A", TODAY)]).await;
        let due = case.get().await.case.expect("the case");
        assert_eq!((due.due_date.as_str(), due.due_kind.as_str(), due.reminded), ("2027-05-20", "VERIFY", false));
        world.at("2027-05-20T08:00");
        let reminded = async {
            while !case.get().await.case.expect("the case").reminded {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_mins(1), reminded).await.expect("reminded in time");
        assert!(case.get().await.case.expect("the case").reminded);
        let last = case.events().await.pop().expect("an event");
        assert_eq!((last.action.as_str(), last.actor_agency_code.as_str()), ("reminded", "HUB"));
        assert_eq!(case.events().await.len(), 5, "once");
        case.record(&[json!({ "change": "verified", "date": "2027-05-20", "verify_every": "TWELVE_MONTHS" })]).await;
        let next = case.get().await.case.expect("the case");
        assert_eq!((next.due_date.as_str(), next.reminded), ("2028-05-20", false));
        world.end(&database).await;
    }
}
