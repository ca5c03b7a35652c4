//! freeze-release: in full, in part, of an order still unread, of a measure from outside the hub.

use lienthong_proto::v1;
use serde_json::{Value, json};

use crate::harness::agencies::{BANK, THADS_37};
use crate::harness::wire::reason;

use super::life::{Life, refused};
use super::world::World;

/// A release of this freeze for which there was ground on `ground`.
fn of(freeze: &Life<'_>, ground: &'static str) -> impl FnOnce(&mut Value) + use<> {
    let id = freeze.id.clone();
    move |order| {
        order["relations"] = json!([{ "type": "releases", "enforcement_request_id": id }]);
        order["payload"]["ground_date"] = ground.into();
    }
}

async fn held(world: &World) -> Life<'_> {
    let freeze = world.open("account-freeze", THADS_37, BANK).await;
    freeze.answer("HELD_FULL").await;
    assert_eq!(freeze.held().await, "VND 153500000");
    freeze
}

backends! {
    async fn a_freeze_is_released_in_part_then_in_full_and_stays_released(database) {
        let world = World::start(&database).await;
        let freeze = held(&world).await;
        // Three working days after Tuesday 17/11: 18/11, 19/11, 20/11; after 10/11: 11/11, 12/11, 13/11.
        let part = of(&freeze, "2026-11-17");
        let part = world.open_with("freeze-release", THADS_37, BANK, |order| {
            part(order);
            order["payload"]["extent"] = "PARTIAL".into();
            order["payload"]["release_amount"] = json!({ "amount": "100000000", "currency": "VND" });
        }).await;
        assert_eq!(part.get().await.lane().as_str_name(), "LANE_URGENT");
        assert_eq!(part.clock("issue").await, "MET 2026-11-20 23:59");
        assert_eq!(part.clock("execute").await, "RUNNING 2026-11-20 11:00");
        part.acknowledge().await;
        part.answer_with("IN_PROGRESS", |answer| {
            answer["payload"] = json!({ "progress": "Đang thực hiện." });
        }).await.expect("in progress");
        world.at("2026-11-20T11:05");
        part.answer_with("RELEASED_PARTLY", |answer| {
            answer["payload"]["executed_time"] = "2026-11-20T10:58:00+07:00".into();
        }).await.expect("released in part");
        assert_eq!(part.clock("execute").await, "MET 2026-11-20 11:00");
        assert_eq!(part.clock("report").await, "MET 2026-11-21 10:58");
        assert_eq!(freeze.held().await, "VND 53500000");
        assert_eq!(refused(freeze.try_close().await), "MEASURE_IN_FORCE");
        part.close().await;

        let full = world.open_with("freeze-release", THADS_37, BANK, of(&freeze, "2026-11-10")).await;
        assert_eq!(full.clock("issue").await, "BREACHED 2026-11-13 23:59");
        full.answer("RELEASED").await;
        assert_eq!(freeze.held().await, "ended");
        full.dispute(false).await.expect("disputed");
        full.answer("STILL_HELD_BY_OTHER").await;
        full.correct("RELEASED").await;
        full.close().await;
        assert_eq!(full.told().await, "submit answer_final dispute answer_final correct close");
        freeze.correct("HELD_FULL").await;
        assert_eq!(freeze.held().await, "ended", "a released freeze is not opened again");
        freeze.close().await;
        world.end(&database).await;
    }

    async fn a_release_never_overtakes_the_unread_freeze_that_it_lifts(database) {
        let world = World::start(&database).await;
        let order = world.order("account-freeze", THADS_37, &[BANK], |_| {});
        let id = world.send(THADS_37, &order).await.expect("accepted")[0].enforcement_request_id.clone();
        let freeze = world.life("account-freeze", &id, THADS_37, BANK);
        let release = world.order("freeze-release", THADS_37, &[BANK], of(&freeze, "2026-11-18"));
        let id = world.send(THADS_37, &release).await.expect("a freeze still open")[0].enforcement_request_id.clone();
        let release = world.life("freeze-release", &id, THADS_37, BANK);

        let first = &world.entries(BANK, &freeze.id).await[0];
        assert!(first.lifted, "entered again, marked");
        let released = &world.entries(BANK, &release.id).await[0];
        assert_eq!((first.lane(), first.position + 1), (released.lane(), released.position), "just before its release");
        freeze.answer("NO_CLIENT").await;
        release.answer("NOTHING_HELD").await;
        for life in [freeze, release] {
            assert_eq!(life.held().await, "none");
            life.close().await;
        }
        world.end(&database).await;
    }

    async fn a_measure_from_before_the_hub_is_released_by_its_id(database) {
        let world = World::start(&database).await;
        let mut requests = world.client(THADS_37).requests();
        let measure = v1::NewMeasure {
            kind: "account-freeze".to_owned(),
            holder_agency_code: BANK.code_text().to_owned(),
            issuer_agency_code: THADS_37.code_text().to_owned(),
            decision_number: "77/QĐ-THADS".to_owned(),
            decision_date: "2025-04-10".to_owned(),
            decision_office: "Chi cục Thi hành án dân sự thành phố Phủ Lý".to_owned(),
            held: vec![v1::Amount { value: "20000000".to_owned(), unit: "VND".to_owned() }],
            start_time: Some(prost_types::Timestamp { seconds: 1_744_250_000, nanos: 0 }),
            accounts: Vec::new(),
        };
        let ask = v1::RegisterMeasuresRequest { idempotency_key: world.key(), measures: vec![measure] };
        let reply = requests.register_measures(ask).await.expect("registered").into_inner();
        let id = reply.measure_ids[0].clone();
        let named = |ground: &'static str| {
            let id = id.clone();
            move |order: &mut Value| {
                order["relations"] = json!([{ "type": "releases", "measure_id": id }]);
                order["payload"]["ground_date"] = ground.into();
                order["payload"]["decision"]["number"] = "77/QĐ-THADS".into();
            }
        };
        let release = world.open_with("freeze-release", THADS_37, BANK, named("2026-11-19")).await;
        let relation = release.get().await.relations.remove(0);
        assert_eq!((relation.measure_id, relation.enforcement_request_id), (id.clone(), String::new()));
        release.answer("RELEASED").await;
        let ask = v1::ListMeasuresRequest::default();
        let measures = requests.list_measures(ask).await.expect("a page").into_inner().measures;
        let measure = measures.iter().find(|measure| measure.measure_id == id).expect("the measure");
        assert!(!measure.in_force);
        assert_eq!(measure.changed_by_request_id, release.id);
        let again = world.order("freeze-release", THADS_37, &[BANK], named("2026-11-19"));
        assert_eq!(reason(&world.send(THADS_37, &again).await.expect_err("over")), "MEASURE_NOT_IN_FORCE");
        release.close().await;
        world.end(&database).await;
    }

    async fn a_release_stated_by_mistake_is_undone_by_correcting_it(database) {
        let world = World::start(&database).await;
        let freeze = held(&world).await;
        let release = world.open_with("freeze-release", THADS_37, BANK, of(&freeze, "2026-11-17")).await;
        release.answer("RELEASED").await;
        assert_eq!(freeze.held().await, "ended");
        release.correct("REFUSED").await;
        assert_eq!(freeze.held().await, "VND 153500000");
        assert_eq!(refused(freeze.try_close().await), "MEASURE_IN_FORCE");
        let again = world.open_with("freeze-release", THADS_37, BANK, of(&freeze, "2026-11-18")).await;
        again.answer("RELEASED").await;
        assert_eq!(freeze.held().await, "ended");
        freeze.close().await;
        world.end(&database).await;
    }
}
