//! What the hub says of an order before it is sent. That it agrees with what happens then is held in every life (`World::send`).

use lienthong_proto::v1;
use lienthong_proto::v1::AdviceReason::{self, Duplicate, NoCase, NotSigned, OnPaper, SentBefore};
use serde_json::{Value, json};

use crate::harness::agencies::{BANK, BANK_2, LAND_OFFICE, OPERATOR, PAPER_BANK, THADS};

use super::world::World;

fn reasons(told: &v1::CheckOrderResponse) -> Vec<AdviceReason> {
    told.advice.iter().map(v1::Advice::reason).collect()
}

/// Reason and fields of each refusal.
fn refusals(told: &v1::CheckOrderResponse) -> Vec<(String, Vec<String>)> {
    let fields = |refusal: &v1::Failure| refusal.violations.iter().map(|wrong| wrong.field.clone()).collect();
    told.refusals
        .iter()
        .map(|refusal| (refusal.reason.clone(), fields(refusal)))
        .collect()
}

fn one(reason: &str, field: &str) -> (String, Vec<String>) {
    (reason.to_owned(), vec![field.to_owned()])
}

/// The requests that duplicates name.
fn duplicates(told: &v1::CheckOrderResponse) -> Vec<String> {
    let all = told.advice.iter().filter(|advice| advice.reason() == Duplicate);
    all.map(|advice| advice.enforcement_request_id.clone()).collect()
}

fn accounts(order: &mut Value, numbers: &[&str]) {
    let account = &order["payload"]["accounts"][0];
    let with = |number: &&str| {
        let mut account = account.clone();
        account["number"] = (*number).into();
        account
    };
    order["payload"]["accounts"] = numbers.iter().map(with).collect();
}

backends! {
    async fn a_draft_is_told_what_it_would_open_and_nothing_is_stored(database) {
        let world = World::start(&database).await;
        let raw = database.raw().await;
        let order = world.order("account-freeze", THADS, &[BANK, PAPER_BANK], |_| {});
        let first = world.check_draft(THADS, &order).await;
        let before = raw.counts().await;
        let told = world.check_draft(THADS, &order).await;
        assert_eq!(raw.counts().await, before, "nothing is stored");
        assert_eq!(first, told);
        assert_eq!(refusals(&told), []);
        assert_eq!(reasons(&told), [NotSigned, NoCase, OnPaper]);
        assert_eq!(told.advice[2].field, "/recipients/1");
        let opened: Vec<(&str, &str, bool)> = told
            .openings
            .iter()
            .map(|opening| (opening.agency_code.as_str(), opening.kind.as_str(), opening.copy))
            .collect();
        assert_eq!(opened[..2], [(BANK.code_text(), "account-freeze", false), (PAPER_BANK.code_text(), "account-freeze", false)]);
        assert!(opened[2..].iter().all(|(_, kind, copy)| *copy && *kind == "decision-copy"), "{opened:?}");
        let receipts = world.send(THADS, &order).await.expect("accepted");
        let ask = v1::GetRequest { enforcement_request_id: receipts[0].enforcement_request_id.clone(), include_documents: false };
        let opened = world.client(THADS).requests().get(ask).await.expect("it is there").into_inner();
        let clocks = |deadlines: &[v1::Deadline]| -> Vec<(String, Option<prost_types::Timestamp>)> {
            deadlines.iter().map(|clock| (clock.name.clone(), clock.due_time)).collect()
        };
        let begun = opened.enforcement_request.expect("an envelope").deadlines;
        assert!(!begun.is_empty());
        assert_eq!(clocks(&told.openings[0].deadlines), clocks(&begun), "the clocks are those that began then");
        let again = world.check_draft(THADS, &order).await;
        assert!(reasons(&again).contains(&SentBefore) && again.openings.is_empty(), "{again:?}");
        world.end(&database).await;
    }

    async fn all_that_is_wrong_is_told_at_once(database) {
        let world = World::start(&database).await;
        let in_phu_ly = |order: &mut Value| {
            order["payload"]["parcels"][0]["commune_code"] = "13285".into();
            order["unit"] = "khong-co".into();
            order["attachments"] = json!([{
                "name": "qd.pdf", "type": "ENFORCEMENT_DECISION", "sha256": "ab".repeat(32), "size": 10, "media_type": "application/pdf",
            }]);
        };
        let order = world.order("land-information", THADS, &[LAND_OFFICE], in_phu_ly);
        let told = world.check_draft(THADS, &order).await;
        let place = one("WRONG_OFFICE", "/payload/parcels/0/commune_code");
        for wanted in [one("UNIT_NOT_FOUND", "/unit"), place.clone(), one("REFERENCE_NOT_FOUND", "/attachments/0")] {
            assert!(refusals(&told).contains(&wanted), "{wanted:?} in {:?}", refusals(&told));
        }
        let wrong_office = told.refusals.iter().find(|refusal| refusal.reason == "WRONG_OFFICE").expect("told");
        let named = wrong_office.violations[0].message.clone().expect("words").vi;
        assert!(named.contains("GIA-LAP.VPDKDD.37"), "the right office is named: {named}");
        assert_eq!(told.openings, []);

        let no_authority = world.order("account-freeze", THADS, &[BANK], |order| {
            order["head"]["signer"]["full_name"] = "Người Khác Giả".into();
            order["recipients"] = json!(["GIA-LAP.NH.000000"]);
        });
        let told = world.check_draft(THADS, &no_authority).await;
        assert_eq!(refusals(&told), [one("SIGNER_NOT_AUTHORISED", "/head/signer/full_name")]);
        let names_nothing = world.order("freeze-release", THADS, &[BANK], |order| order["relations"] = json!([]));
        let told = world.check_draft(THADS, &names_nothing).await;
        assert_eq!(refusals(&told)[0].0, "DOCUMENT_INVALID");
        assert!(refusals(&told)[0].1.iter().all(|field| field == "/relations"), "{told:?}");
        let twenty = world.order("account-freeze", THADS, &[BANK], |order| {
            for number in 0..20 {
                order["payload"][format!("la_{number}")] = 1.into();
            }
        });
        let told = world.check_draft(THADS, &twenty).await;
        assert_eq!((told.refusals[0].violations.len(), told.refusals[0].more_violations), (20, 0), "every field");
        world.end(&database).await;
    }

    async fn the_same_about_the_same_person_is_told(database) {
        let world = World::start(&database).await;
        let life = world.open_with("account-freeze", THADS, BANK, |order| accounts(order, &["0101"])).await;
        let checked = async |to, numbers: &[&str], number: &str| {
            let order = world.order("account-freeze", THADS, &[to], |order| {
                accounts(order, numbers);
                order["payload"]["debtor"]["identifiers"] = json!([{ "type": "CITIZEN_ID", "number": number }]);
            });
            duplicates(&world.check_draft(THADS, &order).await)
        };
        let same = "001085012345";
        assert_eq!(checked(BANK, &["0202", "0101"], same).await, [life.id.as_str()]);
        assert_eq!(checked(BANK, &["0202"], same).await, [""; 0], "another account");
        let other = "001085099999";
        assert_eq!(checked(BANK, &["0202", "01-01"], other).await, [life.id.as_str()], "a joint account, or a mistake");
        assert_eq!(checked(BANK, &["0202"], other).await, [""; 0], "another person's account");
        assert_eq!(checked(BANK_2, &["0101"], same).await, [""; 0], "another bank");
        life.acknowledge().await;
        life.answer("HELD_FULL").await;
        assert_eq!(checked(BANK, &["0101"], same).await, [life.id.as_str()], "it is held by that");
        let release = world.open_with("freeze-release", THADS, BANK, |order| {
            order["relations"] = json!([{ "type": "releases", "enforcement_request_id": life.id }]);
        });
        let release = release.await;
        release.answer("RELEASED").await;
        assert_eq!(checked(BANK, &["0101"], same).await, [""; 0], "it is over");
        drop((life, release));
        world.end(&database).await;
    }

    async fn minutes_in_force_are_told_to_a_decision_that_does_not_cite_them(database) {
        let world = World::start(&database).await;
        let minutes = world.open("urgent-freeze", THADS, BANK).await;
        minutes.answer("HELD_FULL").await;
        let mut decision = world.order("account-freeze", THADS, &[BANK], |_| {});
        let told = world.check_draft(THADS, &decision).await;
        assert_eq!(duplicates(&told), [minutes.id.as_str()]);
        let advice = told.advice.iter().find(|advice| advice.reason() == Duplicate).expect("told");
        assert!(advice.message.as_ref().expect("words").vi.contains("relations"), "{advice:?}");
        decision["relations"] = json!([{ "type": "supersedes", "enforcement_request_id": minutes.id }]);
        assert_eq!(duplicates(&world.check_draft(THADS, &decision).await), [""; 0], "it cites them");
        drop(minutes);
        world.end(&database).await;
    }

    async fn what_was_sent_is_told_whatever_has_become_of_its_recipient(database) {
        let world = World::start(&database).await;
        let order = world.order("land-information", THADS, &[LAND_OFFICE], |_| {});
        let receipts = world.send(THADS, &order).await.expect("accepted");
        let suspend = v1::SuspendAgencyRequest {
            idempotency_key: world.key(),
            code: LAND_OFFICE.code_text().to_owned(),
            suspended: true,
            reason: "Thử (giả lập)".to_owned(),
        };
        world.client(OPERATOR).agencies().suspend_agency(suspend).await.expect("suspended");
        let again = world.check_draft(THADS, &order).await;
        assert_eq!((reasons(&again), refusals(&again)), (vec![SentBefore], vec![]), "as Submit gives the first receipts");
        assert_eq!(again.advice[0].enforcement_request_id, receipts[0].enforcement_request_id);
        let mut other = order;
        other["head"]["subject"] = "Nội dung khác (giả lập)".into();
        assert_eq!(refusals(&world.check_draft(THADS, &other).await)[0].0, "KEY_REUSED");
        world.end(&database).await;
    }
}
