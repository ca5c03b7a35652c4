//! Who is competent for a place, and who deals with a request: territory, units, returns, registry numbers.

use lienthong_proto::{Rpc, v1};
use serde_json::{Value, json};
use tonic_types::StatusExt as _;

use crate::harness::agencies::{LAND_37, LAND_OFFICE, OPERATOR, THADS, THADS_37};
use crate::harness::wire::{fields, reason};
use crate::harness::{Fixture, documents};

use super::life::{Done, Life, refused};
use super::world::World;

/// The parcel lies in Phủ Lý, province 37.
fn in_phu_ly(order: &mut Value) {
    order["payload"]["parcels"][0]["commune_code"] = "13285".into();
    order["payload"]["parcels"][0]["commune_name"] = "Phường Phủ Lý".into();
}

async fn assign(life: &Life<'_>, unit: &str, officer: &str) -> Done {
    let message = v1::AssignRequest {
        idempotency_key: life.world.key(),
        enforcement_request_id: life.id.clone(),
        unit_id: unit.to_owned(),
        officer_id: officer.to_owned(),
        ..Default::default()
    };
    life.command(Rpc::RequestServiceAssign, life.recipient, &message).await
}

async fn acknowledge_as(life: &Life<'_>, number: &str) -> Done {
    let own = json!({ "officer_id": life.recipient.officer_id().as_str(), "registry_number": number });
    life.document(
        Rpc::RequestServiceAcknowledge,
        life.recipient,
        &life.small("acknowledge", life.recipient, &own),
    )
    .await
}

/// A land office that has a unit for Phủ Lý and another.
async fn with_units(world: &World, office: Fixture) {
    let mut agencies = world.client(OPERATOR).agencies();
    let ask = v1::GetAgencyRequest {
        code: office.code_text().to_owned(),
    };
    let mut agency = agencies
        .get_agency(ask)
        .await
        .expect("an agency")
        .into_inner()
        .agency
        .expect("an agency");
    agency.units = vec![
        v1::Unit {
            unit_id: "trung-tam".to_owned(),
            name: "Bộ phận một cửa".to_owned(),
            ..Default::default()
        },
        v1::Unit {
            unit_id: "cn.phu-ly".to_owned(),
            name: "Chi nhánh Phủ Lý".to_owned(),
            territory: vec!["13285".to_owned()],
        },
    ];
    let ask = v1::UpdateAgencyRequest {
        idempotency_key: world.key(),
        agency: Some(agency),
    };
    agencies.update_agency(ask).await.expect("updated");
}

backends! {
    async fn the_wrong_land_office_is_refused_and_the_right_one_named(database) {
        let world = World::start(&database).await;
        let order = world.order("land-information", THADS, &[LAND_OFFICE], in_phu_ly);
        let status = world.send(THADS, &order).await.expect_err("another province");
        assert_eq!(reason(&status), "WRONG_OFFICE");
        assert_eq!(fields(&status), ["/payload/parcels/0/commune_code"]);
        let info = status.get_details_error_info().expect("a reason");
        assert_eq!(info.metadata.get("competent").map(String::as_str), Some(LAND_37.code_text()));
        let violations = status.get_details_bad_request().expect("fields").field_violations;
        let told = format!("{violations:?} {:?}", status.get_details_localized_message());
        assert!(told.contains(&LAND_37.agency().name), "{told}");

        with_units(&world, LAND_37).await;
        let life = world.open_with("land-information", THADS, LAND_37, in_phu_ly).await;
        assert_eq!(life.get().await.assigned_unit_id, "cn.phu-ly");
        let entries = world.entries(LAND_37, &life.id).await;
        assert_eq!(entries[0].unit_id, "cn.phu-ly");
        world.end(&database).await;
    }

    async fn a_request_is_assigned_forwarded_and_answered_by_whoever_has_it(database) {
        let world = World::start(&database).await;
        with_units(&world, LAND_37).await;
        let life = world.open_with("land-information", THADS, LAND_37, in_phu_ly).await;
        let officer = LAND_37.officer_id();
        assign(&life, "", officer.as_str()).await.expect("assigned");
        assert_eq!(life.get().await.assigned_officer_id, officer.as_str());
        assert_eq!(refused(assign(&life, "", "nobody").await), "OFFICER_NOT_FOUND");
        assert_eq!(refused(assign(&life, "nowhere", "").await), "UNIT_NOT_FOUND");
        let forward = |unit: &str| v1::ForwardRequest {
            idempotency_key: world.key(),
            enforcement_request_id: life.id.clone(),
            unit_id: unit.to_owned(),
            ..Default::default()
        };
        life.command(Rpc::RequestServiceForward, LAND_37, &forward("trung-tam")).await.expect("forwarded");
        let request = life.get().await;
        assert_eq!((request.assigned_unit_id.as_str(), request.assigned_officer_id.as_str()), ("trung-tam", ""));
        assert_eq!(life.state().await, "SUBMITTED", "that is inside the recipient");
        life.answer("NOT_FOUND").await;
        life.close().await;
        assert_eq!(life.told().await, "submit assign forward answer_final close");
        world.end(&database).await;
    }

    async fn a_return_names_the_competent_agency_and_an_unfounded_one_restores_the_clocks(database) {
        let world = World::start(&database).await;
        let unfounded = world.open("land-information", THADS, LAND_OFFICE).await;
        let own = json!({ "reason": { "code": "WRONG_OFFICE" }, "competent_agency": LAND_37.code_text() });
        unfounded.send_back(LAND_OFFICE, &own).await.expect("sent back");
        assert_eq!(unfounded.state().await, "RETURNED");
        assert_eq!(unfounded.clock("answer").await, "MET 2026-11-26 23:59");
        let details: Value = serde_json::from_str(&unfounded.events().await[1].details).expect("JSON");
        assert_eq!(details["competent"], LAND_37.code_text());
        world.at("2026-11-25T10:00");
        unfounded.dispute(true).await.expect("disputed");
        assert_eq!(unfounded.state().await, "SUBMITTED");
        assert_eq!(unfounded.clock("answer").await, "RUNNING 2026-11-26 23:59", "as if it had not been sent back");
        let own = json!({ "reason": { "code": "WRONG_OFFICE" }, "competent_agency": "GIA-LAP.KHONG.CO" });
        assert_eq!(refused(unfounded.send_back(LAND_OFFICE, &own).await), "AGENCY_NOT_FOUND");
        let own = json!({ "reason": { "code": "NO_SUCH_REASON" } });
        assert_eq!(refused(unfounded.send_back(LAND_OFFICE, &own).await), "DOCUMENT_INVALID");

        let founded = world.open("land-information", THADS, LAND_OFFICE).await;
        let own = json!({ "reason": { "code": "MISSING_PAPERS", "text": "Thiếu quyết định thi hành án." } });
        founded.send_back(LAND_OFFICE, &own).await.expect("sent back");
        founded.close().await;
        assert_eq!(founded.told().await, "submit send_back close");
        world.end(&database).await;
    }

    async fn a_registry_number_is_stated_once_a_year_and_the_hub_goes_on_after_it(database) {
        let world = World::start(&database).await;
        let mut lives = Vec::new();
        for _ in 0..4 {
            lives.push(world.open("land-information", THADS_37, LAND_OFFICE).await);
        }
        acknowledge_as(&lives[0], "17/2026").await.expect("registered");
        assert_eq!(refused(acknowledge_as(&lives[1], "17/2026").await), "REGISTRY_NUMBER_TAKEN");
        lives[1].acknowledge().await;
        assert_eq!(lives[1].get().await.registry_number, "18/2026");
        acknowledge_as(&lives[2], "Sổ 3, số 5").await.expect("the recipient's own way");
        assert_eq!(refused(acknowledge_as(&lives[3], "Sổ 3, số 5").await), "REGISTRY_NUMBER_TAKEN");
        // Another book of another agency counts by itself.
        let other = world.open_with("land-information", THADS, LAND_37, in_phu_ly).await;
        acknowledge_as(&other, "17/2026").await.expect("its own register");
        let document = documents::acknowledge(&world.key(), LAND_OFFICE, &lives[3].id);
        lives[3].document(Rpc::RequestServiceAcknowledge, LAND_OFFICE, &document).await.expect("registered");
        assert_eq!(lives[3].get().await.registry_number, "19/2026");
        world.end(&database).await;
    }
}
