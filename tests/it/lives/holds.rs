//! All that is known to hold one account: who sees it, what it says, and that it forgets what was erased.

use lienthong_proto::v1;
use lienthong_proto::v1::OrderPurpose::{Holds, Other, Releases, Takes};
use serde_json::{Value, json};

use crate::harness::agencies::{BANK, BANK_2, DEPOSITORY, POLICE_37, PROCURACY, THADS, THADS_37};
use crate::harness::hub::Client;
use crate::harness::wire::{fields, reason};
use crate::harness::{Fixture, documents};
use crate::rpc::measures::{import, old_freeze};

use super::world::World;

/// The account of the examples, as an officer types it.
const ACCOUNT: &str = "0011.0040-01234";
/// The securities account of the examples' answers.
const SECURITIES: &str = "999C000001";
/// The other account of the examples' answers.
const SECOND: &str = "0011374005678";

async fn ask(client: &Client, account: &str, holder: &str) -> v1::ListAccountHoldsResponse {
    let ask = v1::ListAccountHoldsRequest {
        account: account.to_owned(),
        holder_agency_code: holder.to_owned(),
        ..Default::default()
    };
    let reply = client.requests().list_account_holds(ask).await;
    let reply = reply.expect("a page").into_inner();
    assert!(reply.next_page_token.is_empty());
    reply
}

/// The orders and outside measures that a reader is shown, oldest first.
fn ids(page: &v1::ListAccountHoldsResponse) -> Vec<&str> {
    page.holds.iter().map(id).collect()
}

fn id(hold: &v1::AccountHold) -> &str {
    match (&hold.enforcement_request, &hold.measure) {
        (Some(order), None) => &order.enforcement_request_id,
        (None, Some(measure)) => &measure.measure_id,
        other => panic!("an order or a measure: {other:?}"),
    }
}

fn in_force(hold: &v1::AccountHold) -> Vec<bool> {
    let orders = hold.enforcement_request.iter().flat_map(|order| &order.measures);
    orders.chain(&hold.measure).map(|measure| measure.in_force).collect()
}

fn actions(hold: &v1::AccountHold) -> Vec<v1::Action> {
    hold.statements.iter().map(v1::AccountStatement::action).collect()
}

fn of(freeze: &str) -> impl FnOnce(&mut Value) + use<> {
    let id = freeze.to_owned();
    move |order| order["relations"] = json!([{ "type": "releases", "enforcement_request_id": id }])
}

backends! {
    async fn a_bank_sees_every_authority_and_an_authority_its_own(database) {
        let world = World::start(&database).await;
        let first = world.open("account-freeze", THADS, BANK).await;
        world.at("2026-11-20T09:01");
        let second = world.open_with("account-freeze", THADS_37, BANK, |order| order["head"]["number"] = "77".into()).await;
        world.at("2026-11-20T09:02");
        let elsewhere = world.open("account-freeze", THADS, BANK_2).await;
        // Asked before any answer: the orders name the account themselves.
        let page = ask(world.client(BANK), ACCOUNT, "").await;
        assert_eq!(ids(&page), [first.id.as_str(), second.id.as_str()]);
        assert!(page.holds.iter().all(|hold| hold.purpose() == Holds && in_force(hold).is_empty()));
        assert_eq!(actions(&page.holds[0]), [v1::Action::Submit]);
        world.at("2026-11-20T09:30");
        first.answer("HELD_FULL").await;
        world.at("2026-11-20T09:40");
        second.answer("PRIOR_HOLD").await;

        let page = ask(world.client(BANK), ACCOUNT, "").await;
        assert_eq!(ids(&page), [first.id.as_str(), second.id.as_str()], "in the order in which they came");
        assert_eq!(page.holds.iter().map(in_force).collect::<Vec<_>>(), [[true], [true]]);
        let decisions: Vec<(&str, &str)> =
            page.holds.iter().map(|hold| (hold.decision_number.as_str(), hold.decision_date.as_str())).collect();
        let example: Value = serde_json::from_str(&first.kind.order_example).expect("an example");
        let date = example["head"]["date"].as_str().expect("a date");
        assert_eq!(decisions, [("125/QĐ-THADS", date), ("77/QĐ-THADS", date)]);
        let order = page.holds[1].enforcement_request.as_ref().expect("an order");
        assert_eq!((order.sender_agency_code.as_str(), order.outcome.as_str()), (THADS_37.code_text(), "PRIOR_HOLD"));
        assert_eq!(order.measures[0].start_time, page.holds[1].statements[1].entry_time);
        assert_eq!(actions(&page.holds[1]), [v1::Action::Submit, v1::Action::AnswerFinal]);
        assert_eq!(page.holds[1].statements.iter().map(|said| said.current).collect::<Vec<_>>(), [false, true]);
        assert_eq!(page.holds[1].authority_agency_code, THADS_37.code_text());
        let line = &page.holds[1].statements[1].lines[0];
        assert!(line.text_vi.contains("Kết quả: Đang bị phong tỏa theo quyết định khác"), "{}", line.text_vi);
        let json: Value = serde_json::from_str(&line.json).expect("JSON");
        assert_eq!(json["account"], "0011004001234");
        assert!(json["prior_holds"][0]["authority"].is_string(), "whose hold it is");

        // Each authority what it ordered itself; the other bank its own account of the same number; strangers nothing.
        let seen = async |by: Fixture, holder: &str| {
            let page = ask(world.client(by), ACCOUNT, holder).await;
            ids(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(seen(THADS, "").await, [first.id.as_str(), elsewhere.id.as_str()]);
        assert_eq!(seen(THADS, BANK.code_text()).await, [first.id.as_str()]);
        assert_eq!(seen(THADS_37, "").await, [second.id.as_str()]);
        assert_eq!(seen(BANK_2, "").await, [elsewhere.id.as_str()]);
        assert_eq!(seen(BANK_2, BANK.code_text()).await, [""; 0]);
        for stranger in [POLICE_37, PROCURACY] {
            assert_eq!(seen(stranger, "").await, [""; 0], "{}", stranger.code_text());
        }
        // What only an answer names is found as well, without the order's own line.
        let page = ask(world.client(BANK), SECOND, "").await;
        assert_eq!(ids(&page), [first.id.as_str()]);
        assert_eq!(actions(&page.holds[0]), [v1::Action::AnswerFinal]);
        assert_eq!(page.holds[0].decision_number, "125/QĐ-THADS");
        assert_eq!(ids(&ask(world.client(BANK), "0011374005679", "").await), [""; 0]);
        // What a later result does not say any more is history.
        first.correct("HELD_PARTIAL").await;
        let page = ask(world.client(BANK), SECOND, "").await;
        assert_eq!(page.holds[0].statements.iter().map(|said| said.current).collect::<Vec<_>>(), [false]);
        let page = ask(world.client(BANK), "gk000817", "").await;
        assert_eq!(page.holds[0].statements.iter().map(|said| said.current).collect::<Vec<_>>(), [true]);
        drop((first, second, elsewhere));
        world.end(&database).await;
    }

    async fn debits_and_releases_are_shown_and_what_they_ended(database) {
        let world = World::start(&database).await;
        let freeze = world.open("account-freeze", THADS, BANK).await;
        freeze.answer("HELD_FULL").await;
        world.at("2026-11-20T09:05");
        let debit = world.open_with("account-debit", THADS, BANK, |order| {
            order["relations"] = json!([{ "type": "follows", "enforcement_request_id": freeze.id }]);
        });
        let debit = debit.await;
        world.at("2026-11-20T09:10");
        let release = world.open_with("freeze-release", THADS, BANK, of(&freeze.id)).await;
        let page = ask(world.client(BANK), ACCOUNT, "").await;
        // A release of everything names no account until it is answered.
        assert_eq!(ids(&page), [freeze.id.as_str(), debit.id.as_str()]);
        assert_eq!(page.holds[1].purpose(), Takes);
        release.answer("RELEASED").await;
        let page = ask(world.client(BANK), ACCOUNT, "").await;
        assert_eq!(ids(&page), [freeze.id.as_str(), debit.id.as_str(), release.id.as_str()]);
        assert_eq!(page.holds[2].purpose(), Releases);
        assert_eq!(in_force(&page.holds[0]), [false]);
        let ended = &page.holds[0].enforcement_request.as_ref().expect("an order").measures[0];
        assert_eq!(ended.changed_by_request_id, release.id);
        assert!(ended.end_time.is_some());
        drop((freeze, debit, release));
        world.end(&database).await;
    }

    async fn what_stands_after_a_dispute_is_the_order_and_then_what_is_reported(database) {
        let world = World::start(&database).await;
        let freeze = world.open("account-freeze", THADS, BANK).await;
        let current = async || {
            let page = ask(world.client(BANK), ACCOUNT, "").await;
            let said = page.holds[0].statements.iter().filter(|said| said.current);
            said.map(v1::AccountStatement::action).collect::<Vec<_>>()
        };
        freeze.answer("HELD_PARTIAL").await;
        freeze.report("HELD_FULL", |_| {}).await.expect("reported");
        assert_eq!(current().await, [v1::Action::Report]);
        freeze.dispute(false).await.expect("disputed");
        assert_eq!(current().await, [v1::Action::Submit]);
        freeze.report("HELD_FULL", |_| {}).await.expect("reported");
        assert_eq!(current().await, [v1::Action::Report]);
        freeze.answer("HELD_FULL").await;
        assert_eq!(current().await, [v1::Action::AnswerFinal]);
        drop(freeze);
        world.end(&database).await;
    }

    async fn an_enquiry_is_shown_only_if_its_answer_names_another_hold(database) {
        let world = World::start(&database).await;
        let asked = world.open("account-information", THADS, BANK).await;
        assert_eq!(ids(&ask(world.client(THADS), ACCOUNT, "").await), [""; 0]);
        asked.answer("FOUND").await;
        let page = ask(world.client(THADS), ACCOUNT, "").await;
        assert_eq!(ids(&page), [asked.id.as_str()], "it names an authority's hold");
        assert_eq!((page.holds[0].purpose(), in_force(&page.holds[0]).len()), (Other, 0));
        let answer = page.holds[0].statements.last().expect("its answer");
        assert!(answer.lines[0].text_vi.contains("08/2026/QĐ-BPKCTT"), "{answer:?}");
        assert_eq!(ids(&ask(world.client(THADS), "0011004009876", "").await), [""; 0], "found, and nothing holds it");
        asked.correct("NOT_FOUND").await;
        assert_eq!(ids(&ask(world.client(THADS), ACCOUNT, "").await), [""; 0], "it names none any more");
        let securities = world.open("securities-information", THADS, DEPOSITORY).await;
        securities.answer("FOUND").await;
        let page = ask(world.client(DEPOSITORY), SECURITIES, "").await;
        assert_eq!((ids(&page), page.holds[0].purpose()), (vec![securities.id.as_str()], Other));
        drop(securities);
        drop(asked);
        world.end(&database).await;
    }

    async fn pages_come_one_after_the_other_and_only_the_newest_statements(database) {
        let world = World::start(&database).await;
        let freeze = world.open("account-freeze", THADS, BANK).await;
        freeze.answer("HELD_FULL").await;
        for _ in 0..11 {
            freeze.correct("HELD_FULL").await;
        }
        world.at("2026-11-20T09:30");
        let others = [world.open("account-freeze", THADS_37, BANK).await, world.open("urgent-freeze", THADS_37, BANK).await];
        let client = world.client(BANK);
        let (mut found, mut token) = (Vec::new(), String::new());
        loop {
            let ask = v1::ListAccountHoldsRequest {
                account: ACCOUNT.to_owned(),
                page_size: 1,
                page_token: token,
                ..Default::default()
            };
            let page = client.requests().list_account_holds(ask).await.expect("a page").into_inner();
            assert!(page.holds.len() <= 1);
            found.extend(page.holds);
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(found, ask(client, ACCOUNT, "").await.holds, "all, once");
        assert_eq!((found.len(), found[0].statements.len(), found[0].omitted_statements), (3, 10, 3));
        let indexes: Vec<i64> = found[0].statements.iter().map(|statement| statement.log_index).collect();
        assert!(indexes.is_sorted(), "{indexes:?}");
        let ask = v1::ListAccountHoldsRequest { account: "0011".to_owned(), page_token: token_of(client).await, ..Default::default() };
        let refused = client.requests().list_account_holds(ask).await.expect_err("another list");
        assert_eq!((reason(&refused).as_str(), fields(&refused)), ("FIELD_INVALID", vec!["page_token".to_owned()]));
        drop((freeze, others));
        world.end(&database).await;
    }

    async fn measures_from_outside_are_found_by_the_accounts_that_were_stated(database) {
        let world = World::start(&database).await;
        let with = v1::NewMeasure { accounts: vec!["0011 0040 01234".to_owned(), SECOND.to_owned()], ..old_freeze("with") };
        let measures = vec![with, old_freeze("without")];
        let reply = world.client(BANK).requests().register_measures(import("import-1", measures.clone())).await;
        let registered = reply.expect("registered").into_inner().measure_ids;
        let again = world.client(BANK).requests().register_measures(import("import-1", measures)).await;
        assert_eq!(again.expect("replayed").into_inner().measure_ids, registered);
        let freeze = world.open("account-freeze", THADS_37, BANK).await;
        let page = ask(world.client(BANK), ACCOUNT, "").await;
        assert_eq!(ids(&page), [registered[0].as_str(), freeze.id.as_str()]);
        let hold = &page.holds[0];
        assert_eq!((hold.purpose(), in_force(hold), hold.decision_date.as_str()), (Holds, vec![true], "2025-03-10"));
        assert_eq!(hold.measure.as_ref().expect("a measure").decision_office, "Chi cục Thi hành án dân sự huyện Giả Lập");
        assert_eq!(ids(&ask(world.client(THADS), SECOND, "").await), [registered[0].as_str()], "its issuer sees it");
        assert_eq!(ids(&ask(world.client(THADS), SECOND, BANK_2.code_text()).await), [""; 0]);
        assert_eq!(ids(&ask(world.client(BANK_2), SECOND, "").await), [""; 0]);
        drop(freeze);
        world.end(&database).await;
    }

    async fn an_account_under_way_is_told_whoever_the_debtor_is(database) {
        let world = World::start(&database).await;
        let freeze = world.open_with("account-freeze", THADS, BANK, |order| {
            order["payload"]["scope"] = "WHOLE_CLIENT".into();
            order["payload"].as_object_mut().expect("an object").remove("accounts");
        });
        let freeze = freeze.await;
        freeze.answer("HELD_FULL").await;
        let mut other = documents::order(&freeze.kind, &world.key(), THADS, &[BANK]);
        other["payload"]["debtor"]["identifiers"] = json!([{ "type": "CITIZEN_ID", "number": "001085099999" }]);
        other["payload"]["accounts"][0]["number"] = "0011-3740-05678".into();
        let told = world.check_draft(THADS, &other).await;
        let advice: Vec<_> = told.advice.iter().filter(|advice| advice.reason() == v1::AdviceReason::Duplicate).collect();
        assert_eq!(advice.len(), 1, "{told:?}");
        assert_eq!(advice[0].enforcement_request_id, freeze.id, "held by the answer to it");
        assert!(advice[0].message.as_ref().expect("words").vi.contains("tài khoản này"));
        drop(freeze);
        world.end(&database).await;
    }
}

/// A token of another list.
async fn token_of(client: &Client) -> String {
    let ask = v1::ListAccountHoldsRequest {
        account: ACCOUNT.to_owned(),
        page_size: 1,
        ..Default::default()
    };
    let page = client.requests().list_account_holds(ask).await.expect("a page");
    page.into_inner().next_page_token
}
