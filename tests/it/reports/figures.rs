//! Figures that are known by construction, and the lists behind them.

use serde_json::{Value, json};

use super::{all_rows, every_list_adds_up, number, row, rows, run};
use crate::cases::Case;
use crate::harness::Fixture;
use crate::harness::agencies::{BANK, COURT_37, LAND_OFFICE, THADS_37};
use crate::lives::world::World;

/// What a row of a list of requests counts.
fn counts(_figure: &str, row: &Value) -> i128 {
    number(&row["count"])
}

/// Requests of November to a land office: two answered in time, one late, one refused, one sent back, two without an answer.
pub(super) async fn november(world: &World) {
    let land = async || world.open("land-information", THADS_37, LAND_OFFICE).await;
    let (one, two, late, refused, returned) = (land().await, land().await, land().await, land().await, land().await);
    let _silent = (land().await, land().await);
    world.open("account-information", THADS_37, BANK).await;
    world.at("2026-11-23T09:00");
    one.acknowledge().await;
    one.answer("FOUND").await;
    two.answer("FOUND").await;
    refused.answer("REFUSED").await;
    let reason = json!({ "reason": { "code": "MISSING_PAPERS", "text": "Thiếu tài liệu." } });
    returned.send_back(LAND_OFFICE, &reason).await.expect("sent back");
    world.at("2026-12-10T09:00");
    late.answer("FOUND").await;
}

/// A judgment of this number that took effect then.
pub(super) fn judgment(number: &'static str, effective: &'static str) -> impl FnOnce(&mut Value) {
    move |order| {
        order["case"]["judgment"]["number"] = number.into();
        order["case"]["judgment"]["date"] = "2026-09-01".into();
        order["payload"]["issue_date"] = "2026-09-01".into();
        order["payload"]["effective_date"] = effective.into();
    }
}

backends! {
    async fn scorecards_say_what_was_counted_and_each_figure_opens_what_it_counts(database) {
        let world = World::start(&database).await;
        november(&world).await;
        let client = world.client(THADS_37);
        let period = "2026-11-01..2026-12-31";
        let cards = rows(client, &format!("partner-scorecards?period={period}")).await;
        assert!(cards[0]["name"].as_str().expect("a name").contains(THADS_37.code_text()), "one's own first");
        let land = row(&cards, "name", "Văn phòng đăng ký đất đai");
        let told = |key: &str| number(&land[key]);
        assert_eq!(
            ["received", "answered_in_time", "answered_late", "refused", "sent_back", "silent", "overdue"].map(told),
            [7, 3, 1, 1, 1, 2, 2]
        );
        assert_eq!(land["in_time"], "75.0");
        let opened = every_list_adds_up(client, &format!("partner-scorecards?period={period}"), counts).await;
        assert!(opened > 40, "{opened}");
        // By month: what was answered in December counts there.
        for (by, of) in [("month", LAND_OFFICE), ("kind", LAND_OFFICE), ("unit", LAND_OFFICE), ("province", LAND_OFFICE)] {
            let reference = format!("partner-scorecards?period={period}&by={by}");
            let opened = every_list_adds_up(world.client(of), &reference, counts).await;
            assert!(opened > 0, "{by}");
        }
        let months = rows(world.client(LAND_OFFICE), &format!("partner-scorecards?period={period}&by=month")).await;
        assert_eq!(number(&row(&months, "name", "2026-11")["answered_late"]), 0);
        assert_eq!(number(&row(&months, "name", "2026-12")["answered_late"]), 1);
        let kinds = rows(client, &format!("partner-scorecards?period={period}&kind=account-information")).await;
        assert_eq!(number(&row(&kinds, "name", "Ngân hàng")["received"]), 1);
        world.end(&database).await;
    }

    async fn the_six_month_report_follows_the_directive_and_every_figure_opens_its_list(database) {
        let world = World::start(&database).await;
        november(&world).await;
        let client = world.client(THADS_37);
        world.open_with("judgment-transfer", COURT_37, THADS_37, judgment("1/2026/DS-ST", "2026-10-01")).await;
        let told = rows(client, "coordination?period=2026H2").await;
        let numbers: Vec<&str> = told.iter().filter_map(|row| row["number"].as_str()).filter(|number| !number.is_empty()).collect();
        assert_eq!(numbers, ["2.1", "2.2a", "2.2b", "2.2c", "3a", "3b", "3c", "3d"]);
        let land = row(&told, "duty", "Văn phòng đăng ký đất đai");
        let of = |row: &Value, key: &str| number(&row[key]);
        assert_eq!(["received", "answered_in_time", "answered_late", "overdue"].map(|key| of(land, key)), [7, 3, 1, 2]);
        let all = row(&told, "number", "2.1");
        assert_eq!(of(all, "received"), 7);
        let bank = row(&told, "number", "2.2a");
        assert_eq!((of(bank, "received"), of(bank, "silent")), (1, 1));
        let court = row(&told, "number", "3a");
        assert_eq!((of(court, "received"), of(court, "answered_late")), (1, 1));
        // What the agency itself did stands below it in words.
        open_cases(&world, THADS_37).await;
        let notes = run(client, "coordination?period=2026H2").await.expect("a report")["notes"].to_string();
        assert!(notes.contains("xong (kể cả đình chỉ, miễn, giảm) 1 việc, 400.000.000 đồng, đạt 33,3 % về việc và 57,1 % về tiền"), "{notes}");
        let of_partner = run(world.client(LAND_OFFICE), "coordination?period=2026H2").await.expect("a report")["notes"].to_string();
        assert!(!of_partner.contains("Kết quả thi hành án của cơ quan"), "{of_partner}");
        let measure = |_: &str, row: &Value| row.get("count").map_or(1, number);
        let opened = every_list_adds_up(client, "coordination?period=2026H2", measure).await;
        assert!(opened >= 7 + 7 + 3, "{opened}");
        world.end(&database).await;
    }

    async fn judgments_come_in_time_or_late_and_what_lies_between_their_numbers_is_a_gap(database) {
        let world = World::start(&database).await;
        let client = world.client(THADS_37);
        for (number, effective) in [
            ("5/2026/DS-ST", "2026-11-05"),
            ("6/2026/DS-ST", "2026-10-01"),
            ("9/2026/DS-ST", "2026-09-30"),
            ("2/2026/HS-ST", "2026-11-10"),
        ] {
            world.open_with("judgment-transfer", COURT_37, THADS_37, judgment(number, effective)).await;
        }
        let told = rows(client, "late-transfers?period=2026-11").await;
        assert_eq!(told.len(), 1);
        let of = |key: &str| number(&told[0][key]);
        assert_eq!(["transferred", "in_time", "late", "no_limit"].map(of), [4, 2, 2, 0]);
        assert_eq!(told[0]["share_late"], "50.0");
        let opened = every_list_adds_up(client, "late-transfers?period=2026-11", |_, _| 1).await;
        assert_eq!(opened, 4);
        // All came at one instant, so nothing says which is first.
        let mut listed = all_rows(client, "transfer-list?period=2026-11&figure=late", 1).await;
        listed.sort_by_key(|row| row["number"].to_string());
        let numbers: Vec<&Value> = listed.iter().map(|row| &row["number"]).collect();
        assert_eq!(numbers, ["6/2026/DS-ST", "9/2026/DS-ST"]);
        // Due on Monday 02/11/2026, transferred on Friday 20/11.
        assert_eq!((&listed[0]["due"], &listed[0]["days_late"]), (&json!("2026-11-02"), &json!(18)));
        assert_eq!(rows(client, "late-transfers?period=2026-10").await.len(), 0);

        let gaps = rows(client, "judgment-gaps?period=2026H2").await;
        assert_eq!(gaps.len(), 1);
        assert_eq!((&gaps[0]["series"], &gaps[0]["from"], &gaps[0]["to"]), (&json!("2026/DS-ST"), &json!(7), &json!(8)));
        assert_eq!(every_list_adds_up(client, "judgment-gaps?period=2026H2", |_, _| 1).await, 1);
        let came = all_rows(client, "judgment-list?period=2026H2", 3).await;
        let numbers: Vec<&Value> = came.iter().map(|row| &row["number"]).collect();
        assert_eq!(numbers, ["2/2026/HS-ST", "5/2026/DS-ST", "6/2026/DS-ST", "9/2026/DS-ST"]);
        // The court reads how it transfers itself.
        let own = rows(world.client(COURT_37), "late-transfers?period=2026-11").await;
        assert_eq!(number(&own[0]["late"]), 2);
        every_list_adds_up(world.client(COURT_37), "late-transfers?period=2026-11", |_, _| 1).await;
        world.end(&database).await;
    }

    async fn cases_that_are_not_done_stand_under_their_age_and_status(database) {
        let world = World::start(&database).await;
        open_cases(&world, THADS_37).await;
        let client = world.client(THADS_37);
        let ages = rows(client, "case-ages").await;
        let of = |age: &str, key: &str| number(&row(&ages, "age", age)[key]);
        assert_eq!(of("Dưới 6 tháng", "cases"), 1);
        assert_eq!(of("Từ 6 tháng", "cases"), 1);
        assert_eq!(of("Từ 2 năm", "cases"), 1);
        assert_eq!(of("Từ 5 năm", "cases"), 0);
        assert_eq!(["cases", "in_progress", "no_conditions", "owed"].map(|key| of("Tổng số", key)), [3, 2, 1, 600_000_000]);
        let measure = |figure: &str, row: &Value| if figure == "owed" { number(&row["owed"]) } else { 1 };
        let opened = every_list_adds_up(client, "case-ages", measure).await;
        assert_eq!(opened, 6 * 5);
        for by in ["unit", "officer", "initiative"] {
            assert!(every_list_adds_up(client, &format!("case-ages?by={by}"), measure).await > 5, "{by}");
        }
        assert_eq!(number(&row(&rows(client, "case-ages?tag=CREDIT").await, "age", "Tổng số")["cases"]), 2);
        every_list_adds_up(client, "case-ages?tag=CREDIT", measure).await;
        world.end(&database).await;
    }
}

/// Four cases: one of this autumn, one of January, one of three years ago without conditions, and one that is done.
pub(super) async fn open_cases(world: &World, agency: Fixture) {
    let item = |number: &str, date: &str, amount: &str, tags: Value| {
        let mut item = crate::cases::item();
        item["decision_number"] = number.into();
        item["decision_date"] = date.into();
        item["obligations"][0]["amount"] = amount.into();
        item["tags"] = tags;
        item
    };
    Case::open(
        world,
        agency,
        item("1/QĐ-THADS", "2026-10-01", "100000000", json!(["CREDIT"])),
    )
    .await;
    Case::open(world, agency, item("2/QĐ-THADS", "2026-01-10", "200000000", json!([]))).await;
    let old = Case::open(
        world,
        agency,
        item("3/QĐ-THADS", "2023-11-01", "300000000", json!(["CREDIT"])),
    )
    .await;
    old.record(&[json!({
        "change": "status_changed", "date": "2026-11-02", "to": "NO_CONDITIONS", "ground": "L106_38_1_A",
        "verified": "2026-11-01",
    })])
    .await;
    let done = Case::open(world, agency, item("4/QĐ-THADS", "2026-10-02", "400000000", json!([]))).await;
    done.record(&[
        json!({ "change": "collected", "date": "2026-11-03", "obligation": "1", "amount": "400000000", "source": "VOLUNTARY" }),
        json!({ "change": "status_changed", "date": "2026-11-03", "to": "COMPLETED", "ground": "L106_55_3" }),
    ])
    .await;
}
