//! Cases without conditions by ground and against their publication, and what stands in the way of credit cases. Counted by hand.

use serde_json::{Value, json};

use super::{all_rows, every_list_adds_up, number, row, rows, run};
use crate::cases::Case;
use crate::harness::agencies::{BANK, PROCURACY_37, THADS_37, UBND_PHU_LY};
use crate::lives::life::Life;
use crate::lives::world::World;

/// The date of every decision here.
const DECIDED: &str = "2026-09-07";

fn item(number: &str, amount: &str) -> Value {
    let mut item = crate::cases::item();
    item["decision_number"] = number.into();
    item["decision_date"] = DECIDED.into();
    item["obligations"][0]["amount"] = amount.into();
    item
}

async fn case<'a>(world: &'a World, number: &str, amount: &str) -> Case<'a> {
    Case::open(world, THADS_37, item(number, amount)).await
}

fn without(ground: &str, date: &str) -> Value {
    json!({ "change": "status_changed", "date": date, "to": "NO_CONDITIONS", "ground": ground, "verified": date })
}

fn again(date: &str) -> Value {
    json!({ "change": "status_changed", "date": date, "to": "IN_PROGRESS", "ground": "L106_38_2" })
}

/// Sends a case to be published.
async fn publish<'a>(world: &'a World, case: &Case<'_>, number: &str) -> Life<'a> {
    let named = case.named();
    let of_the_case = move |order: &mut Value| {
        order["case"]["enforcement_decision"]["number"] = number.into();
        named(order);
    };
    world
        .open_with("debtor-publication", THADS_37, UBND_PHU_LY, of_the_case)
        .await
}

/// Seven cases, as they stand on 21/12/2026: one published late, one sent late and not answered, one that still has time, one that should
/// be public, two that are so no longer and were taken down, one that is so no longer and still public. One request names no case.
async fn seven_cases(world: &World) {
    let published = case(world, "1/QĐ-THADS", "100000000").await;
    let sent = case(world, "2/QĐ-THADS", "200000000").await;
    let in_time = case(world, "3/QĐ-THADS", "300000000").await;
    let missing = case(world, "4/QĐ-THADS", "400000000").await;
    let still_public = case(world, "5/QĐ-THADS", "500000000").await;
    let taken_down = case(world, "6/QĐ-THADS", "600000000").await;
    let done = case(world, "7/QĐ-THADS", "700000000").await;
    missing.record(&[without("L106_38_1_B", "2026-11-02")]).await;
    let mut posted = Vec::new();
    for (case, number) in [
        (&published, "1/QĐ-THADS"),
        (&still_public, "5/QĐ-THADS"),
        (&taken_down, "6/QĐ-THADS"),
        (&done, "7/QĐ-THADS"),
    ] {
        case.record(&[without("L106_38_1_A", "2026-11-20")]).await;
        posted.push(publish(world, case, number).await);
    }
    sent.record(&[without("L106_38_1_DD", "2026-11-20")]).await;
    world.open("debtor-publication", THADS_37, UBND_PHU_LY).await;
    world.at("2026-11-24T10:00");
    for life in posted.iter().skip(1) {
        life.answer("POSTED").await;
    }
    // Five working days from Friday 20/11/2026 ended on 27/11 or 30/11.
    world.at("2026-12-01T09:00");
    publish(world, &sent, "2/QĐ-THADS").await;
    // Who publishes has two working days.
    let late = |answer: &mut Value| answer["payload"]["posted_date"] = "2026-12-01".into();
    posted.remove(0).answer_with("POSTED", late).await.expect("answered");
    world.at("2026-12-16T10:00");
    still_public.record(&[again("2026-12-15")]).await;
    taken_down.record(&[again("2026-12-15")]).await;
    done.record(&[
        json!({ "change": "collected", "date": "2026-12-15", "obligation": "1", "amount": "700000000", "source": "VOLUNTARY" }),
        json!({ "change": "status_changed", "date": "2026-12-15", "to": "COMPLETED", "ground": "L106_55_3" }),
    ])
    .await;
    let named = taken_down.named();
    let by_case = |order: &mut Value| {
        order["case"]["enforcement_decision"]["number"] = "6/QĐ-THADS".into();
        named(order);
    };
    let by_case = world.open_with("debtor-publication-change", THADS_37, UBND_PHU_LY, by_case);
    let by_case = by_case.await;
    // A case that is done takes no order: what ends its publication names the request that published it.
    let first = posted.pop().expect("the last").id;
    let by_request = move |order: &mut Value| {
        order["relations"] = json!([{ "type": "follows", "enforcement_request_id": first }]);
    };
    let by_request = world.open_with("debtor-publication-change", THADS_37, UBND_PHU_LY, by_request);
    let by_request = by_request.await;
    world.at("2026-12-17T10:00");
    by_case.answer("ENDED").await;
    by_request.answer("ENDED").await;
    in_time.record(&[without("L106_38_1_A", "2026-12-17")]).await;
    world.at("2026-12-21T10:00");
}

const fn one(_figure: &str, _row: &Value) -> i128 {
    1
}

backends! {
    async fn what_is_published_is_held_against_the_cases_and_the_statistics(database) {
        let world = World::start(&database).await;
        seven_cases(&world).await;
        let client = world.client(THADS_37);
        let told = run(client, "publications").await.expect("a report");
        let lines = told["rows"].as_array().expect("rows");
        let keys = ["must", "published", "sent", "not_due", "missing", "sent_late", "posted_late", "still_public", "public", "statistics", "difference"];
        assert_eq!(lines.len(), 2, "nobody has the cases; the sum");
        for line in lines {
            assert_eq!(keys.map(|key| number(&line[key])), [4, 1, 1, 1, 1, 1, 1, 1, 2, 4, -2]);
        }
        assert!(told["notes"].to_string().contains("Có 1 yêu cầu công khai"), "{told}");
        for by in ["unit", "officer"] {
            assert_eq!(every_list_adds_up(client, &format!("publications?by={by}"), one).await, 2 * 9, "{by}");
        }
        let of = async |figure: &str| {
            let listed = all_rows(client, &format!("publication-list?figure={figure}"), 1).await;
            let numbers = listed.iter().map(|row| row["number"].as_str().expect("a number").to_owned());
            numbers.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of("missing").await, "4/QĐ-THADS");
        assert_eq!(of("sent_late").await, "2/QĐ-THADS");
        assert_eq!(of("not_due").await, "3/QĐ-THADS");
        assert_eq!(of("still_public").await, "5/QĐ-THADS");
        let supervised = rows(world.client(PROCURACY_37), &format!("publications?agency={}", THADS_37.code_text())).await;
        assert_eq!((number(&supervised[0]["must"]), supervised[0].get("lists")), (4, None));
        world.end(&database).await;
    }

    async fn cases_without_conditions_stand_under_the_point_of_the_article(database) {
        let world = World::start(&database).await;
        let item = |number: &str, date: &str| {
            let mut item = item(number, "100000000");
            item["decision_date"] = date.into();
            item
        };
        for (number, decided, ground, since) in [
            ("1/QĐ-THADS", DECIDED, "L106_38_1_A", "2026-11-02"),
            // Verified last more than six months ago.
            ("2/QĐ-THADS", "2026-01-05", "L106_38_1_A", "2026-03-02"),
            ("3/QĐ-THADS", DECIDED, "L106_38_1_DD", "2026-11-03"),
        ] {
            let case = Case::open(&world, THADS_37, item(number, decided)).await;
            case.record(&[without(ground, since)]).await;
        }
        case(&world, "4/QĐ-THADS", "400000000").await;
        let client = world.client(THADS_37);
        let told = rows(client, "no-condition-grounds").await;
        assert_eq!(told.len(), 8 + 1);
        let of = |begins: &str| ["no_conditions", "owed", "overdue"].map(|key| number(&row(&told, "ground", begins)[key]));
        assert_eq!(of("Điểm a"), [2, 200_000_000, 1]);
        assert_eq!(of("Điểm đ"), [1, 100_000_000, 0]);
        assert_eq!(of("Điểm h"), [0, 0, 0]);
        assert_eq!(of("Tổng số"), [3, 300_000_000, 1]);
        assert_eq!(every_list_adds_up(client, "no-condition-grounds", one).await, 9);
        let listed = rows(client, "open-case-list?figure=no_conditions&ground=L106_38_1_DD").await;
        assert_eq!((listed.len(), &listed[0]["ground"]), (1, &json!("Điểm đ khoản 1 Điều 38")));
        assert_eq!(rows(client, "open-case-list?figure=cases").await.len(), 4);
        world.end(&database).await;
    }

    async fn credit_cases_come_with_what_stands_in_their_way(database) {
        let world = World::start(&database).await;
        let mut first = crate::cases::item();
        first["note"] = "Tài sản thế chấp đang có tranh chấp.".into();
        let first = Case::open(&world, THADS_37, first).await;
        let second = case(&world, "2/QĐ-THADS", "200000000").await;
        let mut step = without("L106_38_1_A", "2026-11-02");
        step["note"] = "Bên vay không còn ở địa chỉ đã đăng ký.".into();
        second.record(&[step]).await;
        second.record(&[json!({ "change": "verified", "date": "2026-11-18" })]).await;
        case(&world, "3/QĐ-THADS", "300000000").await;
        let mut other = item("4/QĐ-THADS", "400000000");
        other["tags"] = json!([]);
        Case::open(&world, THADS_37, other).await;
        world.open_with("account-information", THADS_37, BANK, first.named()).await;
        world.at("2026-12-01T09:00");
        let listed = all_rows(world.client(THADS_37), "credit-case-list", 2).await;
        let told = listed.iter().map(|row| (row["number"].as_str(), row["difficulty"].as_str(), number(&row["overdue"])));
        let mut told: Vec<_> = told.collect();
        told.sort_unstable();
        assert_eq!(told, [
            (Some("2/QĐ-THADS"), Some("Bên vay không còn ở địa chỉ đã đăng ký."), 0),
            (Some("21101/QĐ-THADS"), Some("Tài sản thế chấp đang có tranh chấp."), 1),
            (Some("3/QĐ-THADS"), Some(""), 0),
        ]);
        for by in [PROCURACY_37, BANK] {
            assert_eq!(rows(world.client(by), "credit-case-list").await, Vec::<Value>::new(), "one's own alone");
        }
        world.end(&database).await;
    }
}
