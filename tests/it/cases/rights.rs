//! Who sees a case and may change it: its agency, within the officer's scope; nobody else learns that it is there.

use lienthong_proto::{Rpc, v1};
use serde_json::json;

use super::{ask, cases, collected, get, item, list, progress, record, register};
use crate::harness::agencies::{BANK, THADS, THADS_37};
use crate::harness::wire::{fields, reason};
use crate::lives::world::World;

const TODAY: &str = "2026-11-20";

async fn officer(world: &World, id: &str, scope: v1::OfficerScope) -> crate::harness::hub::Client {
    let message = v1::RegisterOfficerRequest {
        idempotency_key: world.key(),
        agency_code: String::new(),
        officer: Some(v1::Officer {
            officer_id: id.to_owned(),
            full_name: "Nguyễn Văn Giả".to_owned(),
            position: "Chấp hành viên".to_owned(),
            valid_from: "2026-01-01".to_owned(),
            scope: scope.into(),
            ..Default::default()
        }),
    };
    let registered: Result<v1::RegisterOfficerResponse, _> =
        ask(world.client(THADS_37), Rpc::AgencyServiceRegisterOfficer, &message).await;
    registered.expect("registered");
    world.officer(THADS_37, id).await
}

backends! {
    async fn a_case_is_its_agency_s_and_within_it_the_officer_s(database) {
        let world = World::start(&database).await;
        let whole = world.client(THADS_37);
        let (one, two) = (officer(&world, "chv.mot", v1::OfficerScope::Own).await, officer(&world, "chv.hai", v1::OfficerScope::Own).await);
        let mut mine = item();
        mine["officer_id"] = "chv.mot".into();
        let mut theirs = item();
        theirs["decision_number"] = "2/QĐ-THADS".into();
        theirs["officer_id"] = "chv.hai".into();
        // An officer of scope OWN registers what is his, and nothing else.
        let both = cases(&world.key(), THADS_37, &[mine.clone(), theirs.clone()]);
        let refused = register(&one, &both).await.expect_err("beyond the scope");
        assert_eq!((reason(&refused).as_str(), fields(&refused).as_slice()), ("CASE_CHANGE_REFUSED", &["/cases/1/officer_id".to_owned()][..]));
        let reply = register(&one, &cases(&world.key(), THADS_37, &[mine])).await.expect("registered");
        let id = reply.case_ids[0].clone();
        world.at("2026-11-20T09:10");
        let reply = register(whole, &cases(&world.key(), THADS_37, &[theirs])).await.expect("registered");
        let other = reply.case_ids[0].clone();

        let missing = format!("cas_{:032x}", 1);
        let words = |status: &tonic::Status| (status.code(), status.message().to_owned(), reason(status));
        let nothing = words(&get(&one, &missing).await.expect_err("missing"));
        for (client, hidden) in [(&one, &other), (&two, &id), (world.client(THADS), &id), (world.client(BANK), &id)] {
            assert_eq!(words(&get(client, hidden).await.expect_err("hidden")), nothing);
        }
        assert_eq!(list(&one, "").await, id);
        assert_eq!(list(&two, "").await, other);
        assert_eq!(list(whole, "").await, format!("{other} {id}"), "newest first");
        assert_eq!(list(world.client(THADS), "").await, "");
        assert_eq!(list(whole, "officer = chv.hai AND tag = CREDIT AND status = IN_PROGRESS").await, other);

        let mut step = collected("1", TODAY);
        step["case_id"] = other.clone().into();
        let refused = record(&one, &progress(&world.key(), THADS_37, &[step.clone()])).await.expect_err("hidden");
        assert_eq!(reason(&refused), "CASE_NOT_FOUND");
        step["case_id"] = missing.into();
        let none = record(&one, &progress(&world.key(), THADS_37, &[step])).await.expect_err("missing");
        assert_eq!(words(&refused), words(&none));
        // What is his he may do, but not give away beyond what he sees.
        let give = json!({ "case_id": id, "change": "assigned", "date": TODAY, "officer_id": "chv.hai" });
        let refused = record(&one, &progress(&world.key(), THADS_37, std::slice::from_ref(&give))).await.expect_err("beyond the scope");
        assert_eq!(fields(&refused), ["/steps/0/officer_id"]);
        record(whole, &progress(&world.key(), THADS_37, &[give])).await.expect("assigned");
        assert_eq!(list(&two, "").await.split(' ').count(), 2);
        // Nobody else has cases.
        let refused = register(world.client(BANK), &cases(&world.key(), BANK, &[item()])).await.expect_err("a bank");
        assert_eq!(reason(&refused), "METHOD_NOT_ALLOWED");
        drop((one, two));
        world.end(&database).await;
    }
}
