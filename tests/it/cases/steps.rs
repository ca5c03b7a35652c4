//! Every change of status that the table allows or refuses, over the API; amounts; joint obligations.

use lienthong::domain::enforcement_case::{CaseStatus, Ground};
use serde_json::{Value, json};

use super::{Case, collected, item, to};
use crate::harness::agencies::THADS_37;
use crate::harness::wire::{fields, reason};
use crate::lives::world::World;

const TODAY: &str = "2026-11-20";

/// An old case that has stood where it stands for more than two years, or else a new one.
fn standing(from: CaseStatus, number: usize, proactive: bool) -> Value {
    let mut case = item();
    case["decision_number"] = format!("{number}/QĐ-THADS").into();
    case["decision_date"] = "2023-01-10".into();
    case["carried_over_from"] = "2023-09-30".into();
    if proactive {
        case["initiative"] = "PROACTIVE".into();
    }
    let ground = |ground: &&Ground| ground.leads_to(from);
    if from != CaseStatus::InProgress && !from.is_final() {
        case["status"] = from.as_str().into();
        case["ground"] = Ground::ALL.iter().find(ground).expect("a ground").as_str().into();
        case["since"] = "2023-02-01".into();
    }
    case
}

backends! {
    async fn every_change_of_status_is_allowed_or_refused_as_the_table_says(database) {
        let world = World::start(&database).await;
        let (mut number, mut allowed) = (0, 0);
        for from in CaseStatus::ALL.iter().filter(|from| !from.is_final()) {
            for target in CaseStatus::ALL {
                number += 1;
                let case = Case::open(&world, THADS_37, standing(*from, number, *target == CaseStatus::SeparateRegister)).await;
                let fitting = |ground: &&Ground| ground.leads_to(*target) && **ground != Ground::Fulfilled;
                let ground = Ground::ALL.iter().find(fitting).expect("a ground");
                let tried = case.try_record(&[to(target.as_str(), ground.as_str(), TODAY)]).await;
                if from.next().contains(target) {
                    tried.unwrap_or_else(|status| panic!("{from} to {target}: {status:?}"));
                    assert_eq!(case.status().await, target.as_str());
                    allowed += 1;
                } else {
                    let refused = tried.expect_err(target.as_str());
                    assert_eq!((reason(&refused).as_str(), fields(&refused).as_slice()), ("CASE_CHANGE_REFUSED", &["/steps/0/to".to_owned()][..]));
                    assert_eq!(case.status().await, from.as_str());
                }
            }
        }
        assert_eq!(allowed, 32);
        world.end(&database).await;
    }

    async fn what_does_not_fit_is_named_and_nothing_of_the_document_is_done(database) {
        let world = World::start(&database).await;
        let case = Case::open(&world, THADS_37, item()).await;
        let cases: [(&str, Value); 9] = [
            ("/steps/1/amount", collected("150000001", TODAY)),
            ("/steps/1/amount", collected("0", TODAY)),
            ("/steps/1/date", collected("1", "2026-11-21")),
            ("/steps/1/date", collected("1", "2026-09-06")),
            ("/steps/1/obligation", json!({ "change": "performed", "date": TODAY, "obligation": "1", "done": true })),
            ("/steps/1/to", to("COMPLETED", "L106_55_3", TODAY)),
            ("/steps/1/ground", to("POSTPONED", "L106_47", TODAY)),
            ("/steps/1/add", json!({ "change": "tagged", "date": TODAY, "add": ["CREDIT"] })),
            ("/steps/1/enforcement_request_id", json!({
                "change": "collected", "date": TODAY, "obligation": "1", "amount": "1", "source": "ACCOUNT_DEBIT",
                "enforcement_request_id": format!("req_{:032x}", 7),
            })),
        ];
        for (field, wrong) in cases {
            let refused = case.try_record(&[collected("1000", TODAY), wrong]).await.expect_err(field);
            assert_eq!((reason(&refused).as_str(), fields(&refused).as_slice()), ("CASE_CHANGE_REFUSED", &[field.to_owned()][..]));
        }
        assert_eq!(case.money().await.rest, "150000000");
        for (field, wrong) in [
            ("/steps/0/ground", json!({ "change": "status_changed", "date": TODAY, "to": "POSTPONED" })),
            ("/steps/0/source", json!({ "change": "verified", "date": TODAY, "source": "SALE" })),
            ("/steps/0/amount", json!({ "change": "collected", "date": TODAY, "obligation": "1", "amount": "-5", "source": "SALE" })),
        ] {
            let refused = case.try_record(&[wrong]).await.expect_err(field);
            assert_eq!((reason(&refused).as_str(), fields(&refused).as_slice()), ("DOCUMENT_INVALID", &[field.to_owned()][..]));
        }
        world.end(&database).await;
    }

    async fn a_mistake_is_set_right_by_another_entry_and_what_is_owed_jointly_is_owed_once(database) {
        let world = World::start(&database).await;
        let mut joint = item();
        joint["obligations"][0]["joint"] = true.into();
        let one = super::cases(&world.key(), THADS_37, &[joint.clone()]);
        let refused = super::register(world.client(THADS_37), &one).await.expect_err("one debtor");
        assert_eq!(fields(&refused), ["/cases/0/obligations/0/debtors"]);
        joint["obligations"][0]["debtors"] = json!([{ "name": "Nguyễn Văn Giả" }, { "name": "Lê Văn Giả" }]);
        let case = Case::open(&world, THADS_37, joint).await;
        assert_eq!(case.money().await.rest, "150000000", "not once for each debtor");
        case.record(&[collected("100000000", TODAY)]).await;
        let reversed = json!({ "change": "collection_reversed", "date": TODAY, "obligation": "1", "amount": "90000000" });
        case.record(&[reversed]).await;
        case.record(&[json!({ "change": "discharged", "date": TODAY, "obligation": "1", "amount": "40000000", "ground": "L106_42" })]).await;
        let seen = case.get().await.case.expect("the case");
        let owed = &seen.obligations[0];
        assert_eq!((owed.collected.as_str(), owed.discharged.as_str(), owed.rest.as_str()), ("10000000", "40000000", "100000000"));
        assert!(owed.joint);
        assert_eq!(case.events().await.len(), 4, "nothing is overwritten");
        let stale = json!({ "change": "tagged", "date": TODAY, "add": ["KEY_CASE"], "expected_version": 3 });
        assert_eq!(reason(&case.try_record(&[stale]).await.expect_err("stale")), "VERSION_CONFLICT");
        world.end(&database).await;
    }
}
